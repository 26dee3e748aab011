//! What was read and what was not, in Markdown.

use std::fmt::Write as _;

use crate::model::Report;
use crate::report::text_safety::{cut, markdown_code_cell as cell};
use crate::report::wording;

/// Sources listed; all of them are in `findings.json`.
const SOURCES_MAX: usize = 40;
const QUOTE_COLUMNS: usize = 100;

pub(super) fn write(out: &mut String, report: &Report) {
    let totals = &report.totals;
    let _ = writeln!(out, "## What was read\n");
    let _ = writeln!(
        out,
        "{} in {} with {}: {} understood, {} ignored by a named rule, {} not understood.\n",
        wording::bytes(totals.bytes),
        wording::count(totals.sources as usize, "source"),
        wording::count(totals.records as usize, "record"),
        wording::bytes(totals.parsed),
        wording::bytes(totals.ignored),
        wording::bytes(totals.quarantined),
    );
    let mut troubled: Vec<_> =
        report.sources.iter().filter(|source| source.quarantined > 0 || source.format.is_none()).collect();
    troubled.sort_by(|a, b| b.quarantined.cmp(&a.quarantined).then_with(|| a.path.cmp(&b.path)));
    if report.sources.is_empty() {
        return;
    }
    if troubled.is_empty() {
        let _ = writeln!(out, "Every source was recognised and nothing was set aside.\n");
        return;
    }
    let _ = writeln!(out, "Sources with parts that were not understood, or not recognised at all:\n");
    let _ = writeln!(out, "| source | format | size | not understood | first piece |\n|---|---|--:|--:|---|");
    for source in troubled.iter().take(SOURCES_MAX) {
        let quote =
            source.quoted.first().map(|quote| cell(&cut(&quote.text, QUOTE_COLUMNS))).unwrap_or_default();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {quote} |",
            cell(&source.path),
            source.format.as_deref().map_or_else(|| "not recognised".to_owned(), cell),
            wording::bytes(source.bytes),
            wording::bytes(source.quarantined),
        );
    }
    if troubled.len() > SOURCES_MAX {
        let _ = writeln!(out, "\n{} more in `findings.json`.", troubled.len() - SOURCES_MAX);
    }
    out.push('\n');
}
