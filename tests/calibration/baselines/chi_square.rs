//! Chi-square of every factor by itself: do incidents fall on its levels as host-time does?

use std::collections::BTreeMap;

use statrs::function::gamma::gamma_ur;

use super::super::bits::Bits;
use super::atoms::{Atoms, Entry};

pub struct Factor {
    pub p: f64,
    /// Standardised residual of the worst level.
    residual: f64,
    /// Points of the worst level.
    pub members: Bits,
}

/// Factors by p-value, each with its worst level. Attributes of time are factors of two levels. Of
/// p-values too small for a number the largest residual goes first.
pub fn by_p(atoms: &Atoms) -> Vec<Factor> {
    let mut groups: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in atoms.singles() {
        groups.entry(&entry.group).or_default().push(entry);
    }
    let n = atoms.incidents as f64;
    let mut factors: Vec<Factor> = groups.values().filter_map(|levels| factor(levels, n)).collect();
    factors.sort_by(|a, b| a.p.total_cmp(&b.p).then(b.residual.total_cmp(&a.residual)));
    factors
}

fn factor(levels: &[&Entry], n: f64) -> Option<Factor> {
    let mut cells: Vec<(f64, f64)> =
        levels.iter().map(|level| (level.cases.count() as f64, n * level.share)).collect();
    let residual = |(seen, expected): &(f64, f64)| (seen - expected) / expected.sqrt();
    let worst = (0..levels.len()).max_by(|a, b| residual(&cells[*a]).total_cmp(&residual(&cells[*b])))?;
    let rest = cells.iter().fold((n, n), |rest, cell| (rest.0 - cell.0, rest.1 - cell.1));
    if rest.1 > 1e-6 * n {
        cells.push(rest);
    }
    let freedom = cells.len().checked_sub(1).filter(|freedom| *freedom > 0)? as f64;
    let statistic: f64 = cells.iter().map(|cell| residual(cell).powi(2)).sum();
    Some(Factor {
        p: if statistic > 0.0 { gamma_ur(freedom / 2.0, statistic / 2.0) } else { 1.0 },
        residual: residual(&cells[worst]),
        members: levels[worst].points.clone(),
    })
}
