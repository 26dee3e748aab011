//! Builds the study: person-time, covariates and cases, as indices and seconds.

use std::collections::BTreeMap;

use super::spans;
use crate::knowledge::Class;
use crate::model::study::{Case, Change, Factor, LEVEL_UNKNOWN, Precursor, Segment, Study, WindowKind};
use crate::model::{Boot, Incident, Kind};
use crate::timeline::clusters::{LOCALITIES, TOGETHER};
use crate::timeline::factors::FactorLine;
use crate::timeline::{Event, History};

/// One host, as far as the study is concerned.
pub struct HostInput<'a> {
    pub name: &'a str,
    pub history: Option<&'a History>,
    pub factors: &'a FactorLine,
    pub boots: &'a [Boot],
    /// When an incident would have been seen, seconds.
    pub watched: Vec<(i64, i64)>,
}

/// A run of a job on a host: kind, start, end (if it ended), seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub kind: String,
    pub job: String,
    pub host: String,
    pub start: i64,
    pub end: Option<i64>,
}

/// A declared change.
#[derive(Debug, Clone)]
pub struct DeclaredChange {
    pub name: String,
    pub at: i64,
    pub hosts: Vec<String>,
}

/// Builds the study of the fleet within `[from, to)`. The site's offset from UTC is the usual one and
/// its changes, as in [`Study::site_utc_offset_steps`].
#[must_use]
pub fn build(
    hosts: &[HostInput<'_>],
    incidents: &[Incident],
    runs: &[Run],
    changes: &[DeclaredChange],
    span: (i64, i64),
    site_utc_offset: (i32, Vec<(i64, i32)>),
) -> Study {
    let (from, to) = span;
    let mut study = Study {
        from,
        to,
        hosts: hosts.iter().map(|host| host.name.to_owned()).collect(),
        shared_event_window_s: TOGETHER.num_seconds(),
        site_utc_offset_s: site_utc_offset.0,
        site_utc_offset_steps: site_utc_offset.1,
        ..Study::default()
    };
    study.factors = factors(hosts);
    let index_of: BTreeMap<&str, u32> =
        hosts.iter().enumerate().map(|(index, host)| (host.name, index as u32)).collect();
    let down = downtimes(incidents, &index_of);
    let listed = listed_reboots(incidents);
    for (index, host) in hosts.iter().enumerate() {
        let holes = down.get(&(index as u32)).cloned().unwrap_or_default();
        let watched = spans::clip(&spans::join(host.watched.clone(), 0), from, to);
        let up = spans::subtract(&watched, &spans::join(holes, 0));
        push_segments(&mut study, index as u32, host.factors, &up);
        study.boots.push(boot_starts(host, listed.get(host.name)));
    }
    study.windows = windows(runs, &index_of, hosts.len());
    study.precursors = precursors(hosts, incidents);
    study.changes = changes
        .iter()
        .map(|change| Change {
            name: change.name.clone(),
            at: change.at,
            hosts: change.hosts.iter().filter_map(|host| index_of.get(host.as_str()).copied()).collect(),
            declared: true,
            ..Change::default()
        })
        .collect();
    let seen = super::changes::seen(hosts, &study);
    study.changes.extend(seen);
    study.cases = cases(&study, incidents, &index_of);
    study
}

/// Where a host's uptime clock starts.
///
/// A host that is known from a list of incidents alone has no boot history. What is listed as a reboot
/// began a boot, so its uptime is counted from there; restarts that nobody listed make it too long.
fn boot_starts(host: &HostInput<'_>, listed: Option<&Vec<i64>>) -> Vec<i64> {
    let seen = host.boots.iter().filter(|boot| boot.start_seen);
    let mut starts: Vec<i64> = seen.map(|boot| boot.started.best.timestamp()).collect();
    if host.boots.is_empty() {
        starts.extend(listed.into_iter().flatten());
    }
    starts.sort_unstable();
    starts
}

/// Per host, when it was up again after each end that was a reboot.
fn listed_reboots(incidents: &[Incident]) -> BTreeMap<&str, Vec<i64>> {
    let mut listed: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for incident in incidents.iter().filter(|incident| incident.kind == Kind::Reboot) {
        let up = incident.back_at.unwrap_or(incident.at).timestamp();
        listed.entry(&incident.host).or_default().push(up);
    }
    listed
}

/// A factor with more values than this share of the hosts tells hosts apart, not groups.
const LEVELS_PER_HOST_MAX: f64 = 0.7;

fn factors(hosts: &[HostInput<'_>]) -> Vec<Factor> {
    let mut levels: BTreeMap<&str, BTreeMap<&str, u32>> = BTreeMap::new();
    for host in hosts {
        let mut of_host: Vec<(&str, &str)> = host
            .factors
            .pieces
            .iter()
            .flat_map(|(_, factors)| factors.iter().map(|(name, value)| (name.as_str(), value.as_str())))
            .collect();
        of_host.sort_unstable();
        of_host.dedup();
        for (name, value) in of_host {
            *levels.entry(name).or_default().entry(value).or_default() += 1;
        }
    }
    levels
        .into_iter()
        .filter(|(_, values)| {
            let most = (hosts.len() as f64 * LEVELS_PER_HOST_MAX).max(3.0);
            values.len() >= 2 && (values.len() as f64) <= most && values.values().any(|hosts| *hosts >= 2)
        })
        .map(|(name, values)| Factor {
            name: name.to_owned(),
            levels: values.keys().map(|value| (*value).to_owned()).collect(),
            is_locality: LOCALITIES.contains(&name),
        })
        .collect()
}

fn levels_of(factors: &[Factor], values: &BTreeMap<String, String>) -> Vec<u32> {
    factors
        .iter()
        .map(|factor| {
            values
                .get(&factor.name)
                .and_then(|value| factor.levels.binary_search(value).ok())
                .map_or(LEVEL_UNKNOWN, |index| index as u32)
        })
        .collect()
}

fn push_segments(study: &mut Study, host: u32, line: &FactorLine, up: &[(i64, i64)]) {
    for &(from, to) in up {
        let mut start = from;
        for (index, (_, values)) in line.pieces.iter().enumerate() {
            let end = line.pieces.get(index + 1).map_or(i64::MAX, |(next, _)| next.timestamp()).min(to);
            if end > start {
                let levels = levels_of(&study.factors, values);
                study.segments.push(Segment { host, from: start, to: end, levels });
                start = end;
            }
        }
        if line.pieces.is_empty() {
            let levels = vec![LEVEL_UNKNOWN; study.factors.len()];
            study.segments.push(Segment { host, from, to, levels });
        }
    }
}

fn downtimes(incidents: &[Incident], index_of: &BTreeMap<&str, u32>) -> BTreeMap<u32, Vec<(i64, i64)>> {
    let mut down: BTreeMap<u32, Vec<(i64, i64)>> = BTreeMap::new();
    for incident in incidents {
        let Some(&host) = index_of.get(incident.host.as_str()) else { continue };
        // Where nobody says when the host was back, it counts as up again at once: a list of incidents
        // has no downtimes, and a host that did not come back is not watched any more either.
        let Some(back) = incident.back_at else { continue };
        let (from, to) = (incident.at.timestamp() + 1, back.timestamp());
        down.entry(host).or_default().push((from, to));
    }
    down
}

/// How long runs are taken to last where no run of their kind says when it ended.
const LENGTH_UNKNOWN_SECONDS: i64 = 3600;
/// The shortest window: logs of jobs are written to the second, tables of them often to the minute.
const LENGTH_LEAST_SECONDS: i64 = 60;

/// Runs as windows: each from its start for the typical time of its job, so that a run that the
/// incident itself cut short does not shrink the window.
fn windows(runs: &[Run], index_of: &BTreeMap<&str, u32>, hosts: usize) -> Vec<WindowKind> {
    let mut kinds: BTreeMap<&str, Vec<&Run>> = BTreeMap::new();
    for run in runs {
        kinds.entry(&run.kind).or_default().push(run);
    }
    kinds
        .into_iter()
        .map(|(kind, runs)| {
            let mut lengths: BTreeMap<(&str, &str), Vec<i64>> = BTreeMap::new();
            let mut all: Vec<i64> = Vec::new();
            for run in &runs {
                // A run may begin and end within one tick of the clock that wrote it: it was short, which is
                // not the same as of unknown length.
                if let Some(length) = run.end.map(|end| end - run.start).filter(|length| *length >= 0) {
                    lengths.entry((&run.host, &run.job)).or_default().push(length);
                    all.push(length);
                }
            }
            let overall = median(&mut all).unwrap_or(LENGTH_UNKNOWN_SECONDS);
            let mut by_host: Vec<Vec<(i64, i64)>> = vec![Vec::new(); hosts];
            for run in runs {
                let Some(&host) = index_of.get(run.host.as_str()) else { continue };
                let typical = lengths
                    .get_mut(&(run.host.as_str(), run.job.as_str()))
                    .and_then(|lengths| median(lengths))
                    .unwrap_or(overall)
                    .clamp(LENGTH_LEAST_SECONDS, 48 * 3600);
                by_host[host as usize].push((run.start, run.start + typical));
            }
            let runs = by_host.into_iter().map(|spans| spans::join(spans, 0)).collect();
            WindowKind { name: kind.to_owned(), runs }
        })
        .collect()
}

fn median(values: &mut [i64]) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

/// Events this shortly before an incident are its own last words.
const LAST_WORDS_SECONDS: i64 = 60;
/// Events this shortly after a boot may tell of the boot before.
const AFTER_BOOT_SECONDS: i64 = 900;
/// A kind of event on fewer hosts or times than this heralds nothing.
const PRECURSOR_EVENTS_MIN: usize = 3;

fn precursors(hosts: &[HostInput<'_>], incidents: &[Incident]) -> Vec<Precursor> {
    let mut ends: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for incident in incidents {
        ends.entry(&incident.host).or_default().push(incident.at.timestamp());
    }
    let mut found: BTreeMap<String, Vec<Vec<i64>>> = BTreeMap::new();
    for (index, host) in hosts.iter().enumerate() {
        let Some(history) = host.history else { continue };
        let own_ends = ends.get(host.name).map_or(&[][..], Vec::as_slice);
        for event in history.events.iter().filter(|event| may_herald(event)) {
            let at = event.seconds();
            let last_words =
                own_ends.iter().any(|end| (end - LAST_WORDS_SECONDS..end + AFTER_BOOT_SECONDS).contains(&at));
            let after_boot = host.boots.iter().any(|boot| {
                boot.start_seen && (0..AFTER_BOOT_SECONDS).contains(&(at - boot.started.best.timestamp()))
            });
            if last_words || after_boot {
                continue;
            }
            let times =
                found.entry(event.mechanism().to_owned()).or_insert_with(|| vec![Vec::new(); hosts.len()]);
            times[index].push(at);
        }
    }
    found
        .into_iter()
        .filter(|(_, times)| times.iter().map(Vec::len).sum::<usize>() >= PRECURSOR_EVENTS_MIN)
        .map(|(signature, mut times)| {
            for of_host in &mut times {
                of_host.sort_unstable();
                of_host.dedup();
            }
            Precursor { signature, times }
        })
        .collect()
}

fn may_herald(event: &Event) -> bool {
    matches!(
        event.class,
        Class::HardwareCorrected
            | Class::ThermalWarning
            | Class::StorageWarning
            | Class::SupplyLost
            | Class::Oops
    )
}

fn cases(study: &Study, incidents: &[Incident], index_of: &BTreeMap<&str, u32>) -> Vec<Case> {
    let mut clusters: BTreeMap<&str, u32> = BTreeMap::new();
    let mut cases: Vec<Case> = Vec::new();
    for incident in incidents.iter().filter(|incident| !incident.planned && incident.inherited_from.is_none())
    {
        let Some(&host) = index_of.get(incident.host.as_str()) else { continue };
        let at = incident.at.timestamp();
        if at < study.from || at > study.to {
            continue;
        }
        let next = clusters.len() as u32;
        let cluster = incident.cluster.as_deref().map(|name| *clusters.entry(name).or_insert(next));
        cases.push(Case {
            id: incident.id.clone(),
            host,
            at,
            at_earliest: incident.at_earliest.timestamp(),
            at_latest: incident.at_latest.timestamp(),
            cause: incident.cause,
            kind: incident.kind,
            levels: levels_of(&study.factors, &incident.factors),
            signatures: incident.signatures.clone(),
            cluster,
            boot_started: incident.boot_started.map(|at| at.timestamp()),
            confidence: incident.confidence,
        });
    }
    cases.sort_by(|a, b| (a.at, a.host, &a.id).cmp(&(b.at, b.host, &b.id)));
    cases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_ended_at_once_is_short_and_one_without_an_end_is_as_long_as_the_others() {
        let index_of = BTreeMap::from([("web01", 0_u32)]);
        let run = |start: i64, end: Option<i64>| Run {
            kind: "backup".to_owned(),
            job: "nightly".to_owned(),
            host: "web01".to_owned(),
            start,
            end,
        };
        let first_length = |runs: &[Run]| {
            let kinds = windows(runs, &index_of, 1);
            let (from, to) = kinds[0].runs[0][0];
            to - from
        };
        assert_eq!(first_length(&[run(0, Some(0))]), LENGTH_LEAST_SECONDS);
        assert_eq!(first_length(&[run(0, None), run(86_400, Some(87_300))]), 900);
        assert_eq!(first_length(&[run(0, None)]), LENGTH_UNKNOWN_SECONDS);
    }
}
