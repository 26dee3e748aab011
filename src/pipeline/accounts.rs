//! The ledger of the report.

use crate::clock::Clocks;
use crate::ingest::attribution::Attribution;
use crate::model::record::SourceFacts;
use crate::model::{LedgerTotals, SourceEntry};

pub fn entries(sources: &[SourceFacts], attribution: &Attribution, clocks: &Clocks) -> Vec<SourceEntry> {
    sources
        .iter()
        .enumerate()
        .map(|(index, source)| {
            let times = clocks.sources.get(index);
            let moments = times.into_iter().flat_map(|times| times.records.iter().flatten());
            let bests = moments.map(|moment| moment.best);
            let ends = times
                .into_iter()
                .flat_map(|times| times.runs.iter().flatten())
                .flat_map(|run| [run.0, run.1]);
            let all = || bests.clone().chain(ends.clone());
            let mut reasons = source.reasons.clone();
            if !source.reason.is_empty() {
                // Of a source that was read, the reason is a remark on how the reading went.
                let left_out = if source.format.is_none() { source.ignored + source.quarantined } else { 0 };
                reasons.entry(source.reason.clone()).or_insert(left_out);
            }
            SourceEntry {
                path: source.path.clone(),
                format: source.format.clone(),
                kind: source.kind.clone(),
                host: attribution.source_host.get(index).cloned().flatten(),
                records: source.understood,
                bytes: source.bytes,
                parsed: source.parsed,
                ignored: source.ignored,
                quarantined: source.quarantined,
                reasons,
                quoted: source.quoted.clone(),
                from: all().min(),
                to: all().max(),
                clock_offset_s: times.and_then(|times| times.offset_s),
                clock_uncertainty_s: times.and_then(|times| times.uncertainty_s),
                clock_note: times.map(|times| times.note.clone()).unwrap_or_default(),
                digest: source.digest.clone(),
            }
        })
        .collect()
}

pub fn totals(entries: &[SourceEntry]) -> LedgerTotals {
    let mut totals = LedgerTotals { sources: entries.len() as u64, ..LedgerTotals::default() };
    for entry in entries {
        totals.bytes += entry.bytes;
        totals.parsed += entry.parsed;
        totals.ignored += entry.ignored;
        totals.quarantined += entry.quarantined;
        totals.records += entry.records;
    }
    totals
}
