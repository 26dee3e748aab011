//! The rows of two tables: comparisons under ever fairer conditions, and the delays after a job's start.

use serde::Serialize;

use crate::model::{Comparison, DelayBin};

use super::wording;

/// Cells of one row, and what it means.
#[derive(Debug, Serialize)]
pub(super) struct ComparisonRow<'a> {
    pub label: &'a str,
    pub ratio: String,
    pub p: String,
    pub events: u32,
    pub note: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct DelayRow<'a> {
    pub label: &'a str,
    pub events: u32,
    pub expected: String,
    pub ratio: String,
}

pub(super) fn comparisons(comparisons: &[Comparison]) -> Vec<ComparisonRow<'_>> {
    comparisons
        .iter()
        .map(|row| ComparisonRow {
            label: &row.label,
            ratio: ratio(row),
            p: row.p_value.map(wording::p_value).unwrap_or_default(),
            events: row.informative_events,
            note: &row.note,
        })
        .collect()
}

/// Nothing where no event came near a run: eight noughts tell nobody anything.
pub(super) fn delays(bins: &[DelayBin]) -> Vec<DelayRow<'_>> {
    if bins.iter().all(|bin| bin.events == 0) {
        return Vec::new();
    }
    bins.iter()
        .map(|bin| DelayRow {
            label: &bin.label,
            events: bin.events,
            expected: if bin.expected >= 9.95 {
                format!("{:.0}", bin.expected)
            } else {
                format!("{:.2}", bin.expected)
            },
            ratio: format!(
                "{} ({})",
                wording::ratio(bin.ratio),
                wording::interval((bin.ci95.0, Some(bin.ci95.1)))
            ),
        })
        .collect()
}

/// The ratio with its interval; without an upper bound nothing was seen on the other side.
fn ratio(row: &Comparison) -> String {
    match (row.rate_ratio, row.ci95) {
        (Some(ratio), Some(limits)) => {
            format!("{} ({})", wording::ratio(ratio), wording::interval(limits))
        }
        (None, Some(limits)) => format!("only inside ({})", wording::interval(limits)),
        (Some(ratio), None) => wording::ratio(ratio),
        (None, None) => "–".to_owned(),
    }
}
