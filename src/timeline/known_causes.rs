//! Which described defects explain an incident.

use chrono::TimeDelta;

use super::history::History;
use crate::knowledge::{Knowledge, Scene, Sign};
use crate::model::{CauseMatch, Evidence, Incident, Supports};

/// A run of a job on a host: its kind, start and end (seconds of Unix time).
pub struct JobSpan<'a> {
    pub kind: &'a str,
    pub start: i64,
    pub end: i64,
}

/// Events this long before an incident may bear on a known cause; each condition narrows it.
const BEFORE: TimeDelta = TimeDelta::hours(24);
/// The next boot tells of the one before within this.
const AFTER: TimeDelta = TimeDelta::minutes(15);
/// A job that ran so shortly before or after counts as running, seconds.
const JOB_MARGIN_S: i64 = 1800;
/// Events looked at per incident: a storm of the same line tells no more after this.
const SIGNS_MAX: usize = 5000;

/// The known causes that hold for an incident or may, given the host's history and its runs of jobs (`None`
/// where no jobs of it are known).
#[must_use]
pub fn of_incident(
    incident: &Incident,
    history: Option<&History>,
    jobs: Option<&[JobSpan<'_>]>,
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
    knowledge.explain(&Scene {
        at,
        verdict: incident.cause,
        planned: incident.planned,
        factors: &incident.factors,
        uptime_days: uptime.filter(|days| *days >= 0.0),
        jobs: running.as_deref(),
        signs,
        has_log,
        has_sel,
    })
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
