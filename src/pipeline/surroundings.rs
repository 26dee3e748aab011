//! What all sources tell of the hours around each unplanned incident.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::stories::Fleet;
use crate::model::report::{FactorChange, NamedSpan};
use crate::model::surroundings::{AFTER, BEFORE};
use crate::model::{Boot, Evidence, Happening, Incident, Moment, Supports, Surroundings};

/// Happenings kept of each incident: enough for a page.
const HAPPENINGS_MAX: usize = 60;
/// The signature of a kernel's first line, and what else is told of that line.
const KERNEL_START: &str = "kernel-start";
const SAYS_THE_SAME: [&str; 2] = ["boot", "new-boot-id"];

/// The surroundings of all unplanned incidents, in the order of the incidents. One host is looked at after the other,
/// so that no more than all that happened on one is held beside what is kept.
pub fn of(fleet: &Fleet) -> Vec<Surroundings> {
    let by_host = ByHost::of(fleet);
    let mut found: Vec<(usize, Surroundings)> = Vec::new();
    for (host, incidents) in &by_host.incidents {
        let mut unplanned = incidents.iter().filter(|(_, incident)| !incident.planned).peekable();
        if unplanned.peek().is_some() {
            let happenings = by_host.happenings(host);
            found.extend(unplanned.map(|(place, incident)| (*place, around(incident, &happenings))));
        }
    }
    found.sort_unstable_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, surroundings)| surroundings).collect()
}

/// The fleet's story, to be looked up by host.
pub struct ByHost<'a> {
    fleet: &'a Fleet,
    boots: BTreeMap<&'a str, Vec<&'a Boot>>,
    windows: BTreeMap<&'a str, Vec<&'a NamedSpan>>,
    changes: BTreeMap<&'a str, Vec<&'a FactorChange>>,
    /// With their places among all incidents.
    incidents: BTreeMap<&'a str, Vec<(usize, &'a Incident)>>,
    /// Place in the study.
    places: BTreeMap<&'a str, usize>,
}

impl<'a> ByHost<'a> {
    pub fn of(fleet: &'a Fleet) -> Self {
        Self {
            fleet,
            boots: grouped(
                fleet.boots.iter().filter(|boot| boot.start_seen).map(|it| (it.host.as_str(), it)),
            ),
            windows: grouped(fleet.spans.iter().map(|span| (span.host.as_str(), span))),
            changes: grouped(fleet.changes.iter().map(|change| (change.host.as_str(), change))),
            incidents: grouped(fleet.incidents.iter().enumerate().map(|(n, it)| (it.host.as_str(), (n, it)))),
            places: fleet
                .study
                .hosts
                .iter()
                .enumerate()
                .map(|(place, host)| (host.as_str(), place))
                .collect(),
        }
    }

    /// All hosts of which anything is known, sorted.
    pub fn hosts(&self) -> BTreeSet<&'a str> {
        let histories = self.fleet.histories.keys().map(String::as_str);
        histories.chain(self.incidents.keys().copied()).chain(self.places.keys().copied()).collect()
    }

    /// All that happened on a host, in order of time.
    pub fn happenings(&self, host: &str) -> Vec<Happening> {
        let mut all = Vec::new();
        if let Some(history) = self.fleet.histories.get(host) {
            all.extend(history.events.iter().map(|event| Happening {
                at: event.at,
                what: event.signature.clone(),
                evidence: event.evidence(Supports::Context),
            }));
        }
        all.extend(self.boots.get(host).into_iter().flatten().map(|boot| start_of(boot)));
        for window in self.windows.get(host).into_iter().flatten() {
            let name = &window.name;
            all.push(without_source(window.from, "window-start", format!("planned: {name} begins")));
            all.push(without_source(window.to, "window-end", format!("planned: {name} ends")));
        }
        all.extend(self.jobs(host));
        for change in self.changes.get(host).into_iter().flatten() {
            let text = format!("{}: {} → {}", change.factor, change.from, change.to);
            all.push(without_source(change.at, "factor-change", text));
        }
        for (_, incident) in self.incidents.get(host).into_iter().flatten() {
            let text = format!("{}: {}", incident.cause.word(), incident.reason);
            let at = Moment { best: incident.at, earliest: incident.at_earliest, latest: incident.at_latest };
            let what = if incident.planned { "planned" } else { "incident" };
            all.push(Happening { at, ..without_source(incident.at, what, text) });
        }
        all.sort_by(|a, b| key(a).cmp(&key(b)));
        all.dedup();
        without_repeats(all)
    }

    /// Runs of recurring jobs. A run counts for its usual length, as in the study.
    fn jobs(&self, host: &str) -> Vec<Happening> {
        let Some(&place) = self.places.get(host) else { return Vec::new() };
        let mut out = Vec::new();
        for kind in &self.fleet.study.windows {
            for &(from, to) in kind.runs.get(place).into_iter().flatten() {
                for (seconds, what, word) in
                    [(from, "job-start", "starts"), (to, "job-end", "has run for its usual length")]
                {
                    let at = DateTime::from_timestamp(seconds, 0);
                    out.extend(at.map(|at| without_source(at, what, format!("{} {word}", kind.name))));
                }
            }
        }
        out
    }
}

fn grouped<'a, T>(all: impl Iterator<Item = (&'a str, T)>) -> BTreeMap<&'a str, Vec<T>> {
    let mut groups: BTreeMap<&str, Vec<T>> = BTreeMap::new();
    for (host, it) in all {
        groups.entry(host).or_default().push(it);
    }
    groups
}

fn start_of(boot: &Boot) -> Happening {
    let said = boot.evidence.first();
    let kernel = boot.versions.get("kernel").map(|kernel| format!(", kernel {kernel}")).unwrap_or_default();
    Happening {
        at: boot.started,
        what: "boot".to_owned(),
        evidence: Evidence {
            source: said.map(|said| said.source.clone()).unwrap_or_default(),
            line_or_offset: said.map_or(0, |said| said.line_or_offset),
            at: Some(boot.started.best),
            text: format!("a kernel starts{kernel}"),
            supports: Supports::Context,
        },
    }
}

/// That a boot begins is told by one row for each line that shows it.
fn without_repeats(all: Vec<Happening>) -> Vec<Happening> {
    let of_line = |it: &Happening| (it.evidence.source.clone(), it.evidence.line_or_offset);
    let started = all.iter().filter(|it| it.what == KERNEL_START && !it.evidence.source.is_empty());
    let started: BTreeSet<(String, u64)> = started.map(of_line).collect();
    let is_repeat =
        |it: &Happening| SAYS_THE_SAME.contains(&it.what.as_str()) && started.contains(&of_line(it));
    all.into_iter().filter(|it| !is_repeat(it)).collect()
}

/// Events of equal times stay in the order of their source.
pub fn key(happening: &Happening) -> (Moment, &str, u64, &str, &str) {
    let evidence = &happening.evidence;
    (happening.at, &evidence.source, evidence.line_or_offset, &happening.what, &evidence.text)
}

fn without_source(at: DateTime<Utc>, what: &str, text: String) -> Happening {
    let evidence = Evidence {
        source: String::new(),
        line_or_offset: 0,
        at: Some(at),
        text,
        supports: Supports::Context,
    };
    Happening { at: Moment::exact(at), what: what.to_owned(), evidence }
}

/// Those of `all`, which is sorted, that are near the incident.
fn around(incident: &Incident, all: &[Happening]) -> Surroundings {
    let first = incident.at_earliest.checked_sub_signed(BEFORE).unwrap_or(incident.at_earliest);
    let end = incident.back_at.unwrap_or(incident.at_latest).max(incident.at_latest);
    let last = end.checked_add_signed(AFTER).unwrap_or(end);
    let from = all.partition_point(|happening| happening.at.best < first);
    let to = all.partition_point(|happening| happening.at.best <= last);
    let mut near: Vec<&Happening> = all[from..to.max(from)].iter().collect();
    let left_out = near.len().saturating_sub(HAPPENINGS_MAX);
    if left_out > 0 {
        // Evidence first, then what is closest; the order of time is kept.
        let distance = |happening: &Happening| (happening.at.best - incident.at).num_seconds().abs();
        let mut kept: Vec<usize> = (0..near.len()).collect();
        kept.sort_by_cached_key(|&index| {
            (pointing(incident, near[index]).is_none(), distance(near[index]), index)
        });
        kept.truncate(HAPPENINGS_MAX);
        kept.sort_unstable();
        near = kept.into_iter().map(|index| near[index]).collect();
    }
    let happenings = near
        .into_iter()
        .map(|happening| {
            let mut happening = happening.clone();
            happening.evidence.supports = pointing(incident, &happening).unwrap_or(Supports::Context);
            happening
        })
        .collect();
    Surroundings { incident: incident.id.clone(), happenings, left_out: left_out as u32 }
}

/// Which way the incident's own evidence says this happening points.
fn pointing(incident: &Incident, happening: &Happening) -> Option<Supports> {
    if happening.evidence.source.is_empty() {
        return None;
    }
    let same = |piece: &&Evidence| {
        piece.source == happening.evidence.source
            && piece.line_or_offset == happening.evidence.line_or_offset
            && piece.at == happening.evidence.at
    };
    // Two signatures of one line are two pieces: what is for the verdict comes before what is against it.
    incident.evidence.iter().filter(same).map(|piece| piece.supports).min()
}
