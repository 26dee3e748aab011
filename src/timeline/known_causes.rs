//! Which described defects explain an incident.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::history::History;
use crate::knowledge::{Knowledge, Scene, Sign};
use crate::model::{CauseMatch, Evidence, Factors, Incident, Supports};

/// A run of a job on a host: its kind, start and end (seconds of Unix time).
pub struct JobSpan<'a> {
    pub kind: &'a str,
    pub start: i64,
    pub end: i64,
}

/// A drive or a controller of a host. A defect is about one device: its model, its firmware and its hours together.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Device {
    /// What it is, as attributes of a host with this one device.
    pub factors: BTreeMap<String, String>,
    /// When its hours of operation were read (seconds of Unix time), and how many they were.
    pub power_on: Option<(i64, u64)>,
}

/// Stands between the values of an attribute where a host has several devices.
pub const SEVERAL: &str = " + ";
/// The attribute that a drive's hours at the time of an incident are.
const HOURS: &str = "drive_power_on_hours";

impl Device {
    /// The host's attributes as if this were its only device.
    fn alone(&self, host: &Factors, at: i64) -> Factors {
        let mut factors: BTreeMap<String, String> = host
            .iter()
            .filter(|(_, value)| !value.contains(SEVERAL))
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect();
        factors.extend(self.factors.clone());
        if let Some((read_at, hours)) = self.power_on {
            let then = i64::try_from(hours).unwrap_or(i64::MAX).saturating_sub((read_at - at) / 3600);
            if then >= 0 {
                factors.insert(HOURS.to_owned(), then.to_string());
            }
        }
        Factors::new(factors)
    }
}

/// Events this long before an incident may bear on a known cause; each condition narrows it.
const BEFORE: TimeDelta = TimeDelta::hours(24);
/// The next boot tells of the one before within this.
const AFTER: TimeDelta = TimeDelta::minutes(15);
/// A job that ran so shortly before or after counts as running, seconds.
const JOB_MARGIN_S: i64 = 1800;
/// Events looked at per incident: a storm of the same line tells no more after this.
const SIGNS_MAX: usize = 5000;

/// The known causes that hold for an incident or may, given the host's history, its devices and its runs of jobs
/// (`None` where no jobs of it are known).
#[must_use]
pub fn of_incident(
    incident: &Incident,
    history: Option<&History>,
    jobs: Option<&[JobSpan<'_>]>,
    devices: &[Device],
    knowledge: &Knowledge,
) -> Vec<CauseMatch> {
    let from = incident.at_earliest - BEFORE;
    let to = incident.back_at.unwrap_or(incident.at_latest).max(incident.at_latest) + AFTER;
    let mut signs: Vec<Sign<'_>> = history
        .map(|history| history.between(from, to))
        .into_iter()
        .flatten()
        .map(|event| Sign {
            signature: &event.signature,
            at: event.seconds(),
            slack_s: (event.at.latest - event.at.best).num_seconds().max(0),
            text: &event.text,
        })
        .collect();
    if signs.len() > SIGNS_MAX {
        signs.drain(..signs.len() - SIGNS_MAX);
    }
    let at = incident.at_earliest.timestamp();
    let running: Option<Vec<String>> = jobs.map(|jobs| {
        let near = jobs.iter().filter(|job| job.start - JOB_MARGIN_S <= at && at <= job.end + JOB_MARGIN_S);
        near.map(|job| job.kind.to_owned()).collect()
    });
    let has_log = history
        .is_some_and(|history| history.runs.iter().any(|run| run.from <= incident.at && run.to >= from));
    let has_sel =
        history.and_then(|history| history.sel).is_some_and(|(first, last)| first <= to && last >= from);
    let uptime = incident.boot_started.map(|start| (incident.at - start).num_seconds() as f64 / 86_400.0);
    let scene = Scene {
        at,
        verdict: incident.cause,
        planned: incident.planned,
        factors: &incident.factors,
        uptime_days: uptime.filter(|days| *days >= 0.0),
        jobs: running.as_deref(),
        signs,
        has_log,
        has_sel,
    };
    if devices.is_empty() {
        return knowledge.explain(&scene);
    }
    // Each cause stands as well as it does on the device that it fits best.
    let mut best: BTreeMap<String, CauseMatch> = BTreeMap::new();
    for device in devices {
        let factors = device.alone(&incident.factors, at);
        for found in knowledge.explain(&Scene { factors: &factors, ..scene.clone() }) {
            match best.get_mut(&found.id) {
                Some(known) if known.standing <= found.standing => {}
                Some(known) => *known = found,
                None => {
                    best.insert(found.id.clone(), found);
                }
            }
        }
    }
    let mut found: Vec<CauseMatch> = best.into_values().collect();
    found.sort_by(|a, b| (a.standing, &a.id).cmp(&(b.standing, &b.id)));
    found
}

/// Writes the known causes down on an incident, as findings and as evidence.
pub fn note(incident: &mut Incident, found: Vec<CauseMatch>) {
    incident.evidence.extend(found.iter().map(|known| Evidence {
        source: known.file.clone(),
        line_or_offset: known.line,
        at: Some(incident.at),
        text: known.sentence(),
        supports: Supports::Context,
    }));
    incident.known_causes = found;
}
