//! What was read, what was set aside, and how far the clocks were off.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{Report, SourceEntry};
use crate::report::text_safety::cut;
use crate::report::wording;

/// Rows of the table of all sources; the rest is in `findings.json`.
const SOURCES_MAX: usize = 1_000;
/// Rows of the smaller tables.
const ROWS_MAX: usize = 40;
/// Clocks that are off by less than this are not worth a row.
const OFFSET_S: f64 = 2.0;
const QUOTE_COLUMNS: usize = 200;

#[derive(Serialize)]
pub(super) struct Account<'a> {
    bytes: String,
    sources: String,
    records: String,
    parts: Vec<Part>,
    reasons: Vec<(&'a str, String)>,
    quotes: Vec<Quote<'a>>,
    clocks: Vec<Clock<'a>>,
    further_clocks: usize,
    rows: Vec<Source<'a>>,
    further_rows: usize,
}

#[derive(Serialize)]
struct Part {
    name: &'static str,
    bytes: String,
    percent: f64,
    shown: String,
}

#[derive(Serialize)]
struct Quote<'a> {
    place: String,
    reason: &'a str,
    text: String,
}

#[derive(Serialize)]
struct Clock<'a> {
    path: &'a str,
    host: Option<&'a str>,
    offset: String,
    note: &'a str,
}

#[derive(Serialize)]
struct Source<'a> {
    path: &'a str,
    format: Option<&'a str>,
    kind: &'a str,
    host: Option<&'a str>,
    records: String,
    bytes: String,
    ignored: String,
    quarantined: String,
    troubled: bool,
    from: String,
    to: String,
}

impl<'a> Account<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let totals = &report.totals;
        let part = |name, bytes: u64| {
            let share = bytes as f64 / totals.bytes.max(1) as f64;
            Part {
                name,
                bytes: wording::bytes(bytes),
                percent: (share * 1000.0).round() / 10.0,
                shown: wording::percent(share),
            }
        };
        let mut sources: Vec<&SourceEntry> = report.sources.iter().collect();
        sources.sort_by(|a, b| {
            (b.quarantined, b.format.is_none())
                .cmp(&(a.quarantined, a.format.is_none()))
                .then_with(|| a.path.cmp(&b.path))
        });
        let clocks = clocks(&report.sources);
        Self {
            bytes: wording::bytes(totals.bytes),
            sources: wording::count(totals.sources as usize, "source"),
            records: wording::count(totals.records as usize, "record"),
            parts: vec![
                part("understood", totals.parsed),
                part("ignored by a named rule", totals.ignored),
                part("not understood", totals.quarantined),
            ],
            reasons: reasons(&report.sources),
            quotes: sources.iter().flat_map(|source| quotes(source)).take(ROWS_MAX).collect(),
            further_clocks: clocks.len().saturating_sub(ROWS_MAX),
            clocks: clocks.into_iter().take(ROWS_MAX).map(clock).collect(),
            further_rows: sources.len().saturating_sub(SOURCES_MAX),
            rows: sources.into_iter().take(SOURCES_MAX).map(row).collect(),
        }
    }
}

/// Reasons over all sources with their bytes, the largest first.
fn reasons(sources: &[SourceEntry]) -> Vec<(&str, String)> {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for (reason, bytes) in sources.iter().flat_map(|source| &source.reasons) {
        *sums.entry(reason).or_default() += bytes;
    }
    let mut sums: Vec<(&str, u64)> = sums.into_iter().collect();
    sums.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    sums.into_iter().take(ROWS_MAX).map(|(reason, bytes)| (reason, wording::bytes(bytes))).collect()
}

fn quotes(source: &SourceEntry) -> Vec<Quote<'_>> {
    source
        .quoted
        .iter()
        .map(|quote| Quote {
            place: match quote.line {
                0 => format!("{} at byte {}", source.path, quote.offset),
                line => format!("{}:{line}", source.path),
            },
            reason: &quote.reason,
            text: cut(&quote.text, QUOTE_COLUMNS),
        })
        .collect()
}

/// Sources whose clock is off, the worst first.
fn clocks(sources: &[SourceEntry]) -> Vec<(&SourceEntry, f64)> {
    let mut clocks: Vec<(&SourceEntry, f64)> = sources
        .iter()
        .filter_map(|source| source.clock_offset_s.map(|offset| (source, offset)))
        .filter(|(_, offset)| offset.abs() >= OFFSET_S)
        .collect();
    clocks.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.path.cmp(&b.0.path)));
    clocks
}

fn clock<'a>((source, offset): (&'a SourceEntry, f64)) -> Clock<'a> {
    let way = if offset > 0.0 { "ahead" } else { "behind" };
    let mut text = format!("{} {way}", wording::duration(offset.abs()));
    if let Some(doubt) = source.clock_uncertainty_s {
        text += &format!(", ± {}", wording::duration(doubt));
    }
    Clock { path: &source.path, host: source.host.as_deref(), offset: text, note: &source.clock_note }
}

fn row(source: &SourceEntry) -> Source<'_> {
    Source {
        path: &source.path,
        format: source.format.as_deref(),
        kind: &source.kind,
        host: source.host.as_deref(),
        records: wording::grouped(source.records),
        bytes: wording::bytes(source.bytes),
        ignored: wording::bytes(source.ignored),
        quarantined: wording::bytes(source.quarantined),
        troubled: source.quarantined > 0 || source.format.is_none(),
        from: source.from.map(wording::day).unwrap_or_default(),
        to: source.to.map(wording::day).unwrap_or_default(),
    }
}
