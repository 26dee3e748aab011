//! Do 2×2 tables share one odds ratio?
//!
//! Breslow & Day (1980), IARC I, section 4.4, with the correction of Tarone (1985), Biometrika 72:91;
//! Cochran–Mantel–Haenszel for whether that odds ratio is one (Mantel & Haenszel 1959, JNCI 22:719).

use super::{bisection, chi_square};

/// Counts: rows exposed and not, columns case and not.
pub type Table = [[u64; 2]; 2];

/// The pooled odds ratio and the tests on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CommonOdds {
    /// Mantel–Haenszel: Σ ad/N ÷ Σ bc/N.
    pub odds_ratio: f64,
    /// χ² of heterogeneity, tables less one degrees of freedom.
    pub breslow_day: f64,
    pub breslow_day_p: f64,
    /// The same with Tarone's correction.
    pub tarone: f64,
    pub tarone_p: f64,
    /// χ² of no association, one degree of freedom, no correction for continuity.
    pub cochran_mantel_haenszel: f64,
    pub cochran_mantel_haenszel_p: f64,
}

struct Margins {
    first_row: f64,
    first_column: f64,
    total: f64,
}

impl Margins {
    fn of(table: &Table) -> Self {
        let [[a, b], [c, d]] = table.map(|row| row.map(|count| count as f64));
        Self { first_row: a + b, first_column: a + c, total: a + b + c + d }
    }

    fn is_informative(&self) -> bool {
        let within = |margin: f64| margin > 0.0 && margin < self.total;
        within(self.first_row) && within(self.first_column)
    }

    /// The four cells, given the first.
    fn cells(&self, a: f64) -> [f64; 4] {
        let (b, c) = (self.first_row - a, self.first_column - a);
        [a, b, c, self.total - a - b - c]
    }

    /// The first cell at which the odds ratio is as given: the root of ad = ψbc between the margins.
    fn fitted(&self, odds_ratio: f64) -> f64 {
        let least = (self.first_row + self.first_column - self.total).max(0.0);
        let most = self.first_row.min(self.first_column);
        let difference = |x: f64| {
            let [a, b, c, d] = self.cells(x);
            a * d - odds_ratio * b * c
        };
        bisection::increasing(difference, 0.0, least, most)
    }
}

/// Tests the tables; `None` if the pooled odds ratio is zero, infinite or unknown.
#[must_use]
pub fn common_odds(tables: &[Table]) -> Option<CommonOdds> {
    let useful: Vec<(f64, Margins)> = tables
        .iter()
        .map(|table| (table[0][0] as f64, Margins::of(table)))
        .filter(|(_, margins)| margins.is_informative())
        .collect();
    let (mut above, mut below) = (0.0, 0.0);
    let (mut excess, mut spread) = (0.0, 0.0);
    for (seen, margins) in &useful {
        let [a, b, c, d] = margins.cells(*seen);
        let Margins { first_row, first_column, total } = margins;
        above += a * d / total;
        below += b * c / total;
        excess += seen - first_row * first_column / total;
        spread += first_row * (total - first_row) * first_column * (total - first_column)
            / (total * total * (total - 1.0));
    }
    if above <= 0.0 || below <= 0.0 {
        return None;
    }
    let odds_ratio = above / below;
    let (mut breslow_day, mut off, mut variances) = (0.0, 0.0, 0.0);
    for (seen, margins) in &useful {
        let fitted = margins.fitted(odds_ratio);
        let variance = 1.0 / margins.cells(fitted).iter().map(|cell| 1.0 / cell).sum::<f64>();
        breslow_day += (seen - fitted).powi(2) / variance;
        off += seen - fitted;
        variances += variance;
    }
    let tarone = breslow_day - off * off / variances;
    let freedom = useful.len() as u64 - 1;
    let association = excess * excess / spread;
    Some(CommonOdds {
        odds_ratio,
        breslow_day,
        breslow_day_p: chi_square::upper_tail(breslow_day, freedom),
        tarone,
        tarone_p: chi_square::upper_tail(tarone, freedom),
        cochran_mantel_haenszel: association,
        cochran_mantel_haenszel_p: chi_square::upper_tail(association, 1),
    })
}
