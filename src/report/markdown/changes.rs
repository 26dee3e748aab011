//! What each change did, in `report.md`.

use std::fmt::Write as _;

use crate::model::Report;
use crate::report::selection;
use crate::report::text_safety::markdown as prose;
use crate::report::wording;

pub(super) fn write(out: &mut String, report: &Report) {
    let (shown, left_out) = selection::changes(report);
    if shown.is_empty() && left_out == 0 {
        return;
    }
    let _ = writeln!(out, "## Changes and what they did\n");
    for change in shown {
        let _ = writeln!(out, "**{}** ({})\n", prose(&change.statement), change.outcome.meaning());
        for remark in &change.remarks {
            let _ = writeln!(out, "- {}", prose(remark));
        }
        out.push('\n');
    }
    if left_out > 0 {
        let _ = writeln!(out, "{}.\n", wording::changes_left_out(left_out));
    }
}
