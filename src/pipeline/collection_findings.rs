//! What collections noted on the way: logs that were cleared or ran over between two of them, clocks that are off,
//! and who did not answer the last time.

use std::collections::{BTreeMap, BTreeSet};

use crate::ingest::attribution::Attribution;
use crate::model::record::{Body, CollectedNote, SourceFacts};
use crate::model::{FleetFinding, Stamp};

/// Notes that say that evidence is missing or will be; others are of how it was read.
const OF_MISSING_EVIDENCE: &[&str] = &[
    "sel-cleared",
    "sel-cleared-while-read",
    "sel-wrapped",
    "sel-overflow",
    "sel-partly-erased",
    "sel-nearly-full",
    "log-cleared",
    "log-wrapped",
    "log-nearly-full",
    "journal-gap",
    "log-gap",
];
/// Notes of what is so now: only the last one of a source counts.
const OF_THE_PRESENT: &[&str] = &[
    "sel-overflow",
    "sel-nearly-full",
    "log-nearly-full",
    "bmc-clock-off",
    "bmc-clock-unset",
    "host-clock-off",
    "shell-noise",
    "no-journal",
    "journal-empty",
    "forced-command",
    "sel-odd",
];

/// One finding for each kind of note, with all hosts that have it.
#[must_use]
pub fn find(sources: &[SourceFacts], attribution: &Attribution) -> Vec<FleetFinding> {
    let mut notes: Vec<(String, &Stamp, &CollectedNote)> = Vec::new();
    for record in sources.iter().flat_map(|source| &source.records) {
        if let (Body::Collected(note), Some(host)) = (&record.body, &record.host) {
            let host = attribution.canonical(host).unwrap_or_else(|| host.to_lowercase());
            notes.push((host, &record.stamp, note));
        }
    }
    let time = |stamp: &Stamp| if let Stamp::Zoned(at) = stamp { Some(*at) } else { None };
    notes.sort_by(|a, b| (time(a.1), &a.0, &a.2.source).cmp(&(time(b.1), &b.0, &b.2.source)));
    let mut last: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (index, (host, _, note)) in notes.iter().enumerate() {
        last.insert((host, &note.source), index);
    }
    let last: BTreeSet<usize> = last.into_values().collect();
    let is_last = |index: usize| last.contains(&index);
    let mut found: BTreeMap<&str, (BTreeSet<String>, String)> = BTreeMap::new();
    for (index, (host, stamp, note)) in notes.iter().enumerate() {
        let day = time(stamp).map(|at| format!(" ({})", at.format("%Y-%m-%d"))).unwrap_or_default();
        for (id, text) in &note.findings {
            if OF_THE_PRESENT.contains(&id.as_str()) && !is_last(index) {
                continue;
            }
            let (hosts, latest) = found.entry(id).or_default();
            hosts.insert(host.clone());
            *latest = format!("{host}, {}: {text}{day}", note.source);
        }
        if !note.answered && is_last(index) {
            let who = format!("{host} by {}", note.source);
            let (hosts, latest) = found.entry(NOT_COLLECTED).or_default();
            hosts.insert(host.clone());
            *latest = format!("{who}: {}{day}", note.problems.join("; "));
        }
    }
    found
        .into_iter()
        .map(|(id, (hosts, latest))| {
            let is_warning = id == NOT_COLLECTED || OF_MISSING_EVIDENCE.contains(&id);
            let others = hosts.len() - 1;
            let what = if id == NOT_COLLECTED { "hosts were not read either" } else { "hosts alike" };
            let more = if others > 0 { format!("; {others} more {what}") } else { String::new() };
            FleetFinding {
                id: id.to_owned(),
                severity: if is_warning { "warning" } else { "notice" }.to_owned(),
                statement: format!("When collected, {latest}{more}"),
                hosts: hosts.into_iter().collect(),
            }
        })
        .collect()
}

const NOT_COLLECTED: &str = "not-collected";
