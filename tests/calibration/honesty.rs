//! Whether stated probabilities come true: posterior of the first hypothesis against how often it is the
//! planted cause.

use super::{plan::Size, proportion::Proportion, report::Outcome, table::Table};

const LIMITS: [f64; 7] = [0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0];

/// (stated, hit) of all fleets of a size with one planted cause.
fn stated(size: Size, outcomes: &[Outcome]) -> Vec<(f64, bool)> {
    outcomes
        .iter()
        .filter(|o| o.size == size && !o.row.is_null() && !o.row.has_two_causes())
        .flat_map(|o| &o.runs)
        .filter_map(|run| run.stated.map(|stated| (stated, run.hit)))
        .collect()
}

/// Hits where at least this was stated.
pub fn from(least: f64, size: Size, outcomes: &[Outcome]) -> Proportion {
    let stated = stated(size, outcomes);
    Proportion::count(stated.iter().filter(|(posterior, _)| *posterior >= least), |(_, hit)| *hit)
}

pub fn print(size: Size, outcomes: &[Outcome]) {
    let all = stated(size, outcomes);
    if all.is_empty() {
        return;
    }
    println!("## {} hosts, {} incidents: stated posterior of the first\n", size.hosts, size.incidents);
    let mut table = Table::new(&["stated", "mean stated, %", "planted cause, %", "runs"]);
    for (i, limits) in LIMITS.windows(2).enumerate() {
        let last = i + 2 == LIMITS.len();
        let inside =
            |(posterior, _): &&(f64, bool)| *posterior >= limits[0] && (last || *posterior < limits[1]);
        let bin: Vec<&(f64, bool)> = all.iter().filter(inside).collect();
        let hits = Proportion::count(&bin, |(_, hit)| *hit);
        let mean = bin.iter().map(|(posterior, _)| posterior).sum::<f64>() / bin.len().max(1) as f64;
        table.row(vec![
            format!("{:.2}–{:.2}", limits[0], limits[1]),
            if bin.is_empty() { "–".to_owned() } else { format!("{:.1}", 100.0 * mean) },
            hits.to_string(),
            bin.len().to_string(),
        ]);
    }
    table.print();
}
