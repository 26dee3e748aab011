//! The tables below a window or a precursor.

use std::fmt::Write as _;

use crate::model::Hypothesis;
use crate::report::behind::{comparisons, delays};
use crate::report::text_safety::markdown as prose;

/// Both tables, where there are any.
pub(super) fn write(out: &mut String, hypothesis: &Hypothesis) {
    if !hypothesis.comparisons.is_empty() {
        let _ = writeln!(
            out,
            "| compared | rate ratio (95 %) | p | events that count | reading |\n|---|---|---|--:|---|"
        );
        for row in comparisons(&hypothesis.comparisons) {
            let (label, note) = (prose(row.label), prose(row.note));
            let _ = writeln!(out, "| {label} | {} | {} | {} | {note} |", row.ratio, row.p, row.events);
        }
        out.push('\n');
    }
    let delays = delays(&hypothesis.delay_profile);
    if !delays.is_empty() {
        let _ = writeln!(
            out,
            "| relative to the run | events | expected by chance | times the average rate (95 %) |\n|---|--:|--:|---|"
        );
        for row in delays {
            let label = prose(row.label);
            let _ = writeln!(out, "| {label} | {} | {} | {} |", row.events, row.expected, row.ratio);
        }
        out.push('\n');
    }
}
