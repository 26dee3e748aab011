//! The half-hours before incidents that no evidence explains.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::HALF_HOUR_S;
use crate::model::{Cause, Incident, Kind};
use crate::pipeline::stories::Fleet;

/// The last half-hour of a host's log before an incident, seconds of Unix time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub incident: String,
    pub host: String,
    pub from: i64,
    /// The last line.
    pub to: i64,
}

/// The incidents that are looked at, and how many are not.
#[derive(Debug, Default)]
pub struct Cases {
    pub list: Vec<Case>,
    pub without_log: usize,
    pub just_started: usize,
    pub too_many: usize,
}

/// Causes that leave the question open what came before.
const OPEN: [Cause; 4] = [Cause::Unexplained, Cause::Unknown, Cause::Hang, Cause::Watchdog];
/// A log that ended longer before the incident says nothing of it.
const LOG_TOO_OLD: TimeDelta = TimeDelta::hours(6);
/// Messages of a start are no signs of an end: how long a start lasts.
const START_LASTS_S: i64 = 10 * 60;
/// Incidents looked at.
const CASES_MAX: usize = 200;

/// The half-hours before the incidents of a fleet, in order of time.
pub fn find(fleet: &Fleet) -> Cases {
    let mut cases = Cases::default();
    let mut clusters = BTreeSet::new();
    for incident in fleet.incidents.iter().filter(|incident| is_open(incident)) {
        // What several hosts saw is one event.
        if incident.cluster.as_ref().is_some_and(|cluster| clusters.contains(cluster)) {
            continue;
        }
        let Some(history) = fleet.histories.get(&incident.host) else {
            cases.without_log += 1;
            continue;
        };
        let end = match incident.kind {
            Kind::Reboot => incident.back_at.unwrap_or(incident.at_latest),
            Kind::Shutdown | Kind::Outage => incident.at_latest,
        };
        let last = history.last_seen_before(end).filter(|last| incident.at - *last <= LOG_TOO_OLD);
        let Some(to) = last.map(|last| last.timestamp()) else {
            cases.without_log += 1;
            continue;
        };
        let from = to - HALF_HOUR_S;
        let starts = history.starts.iter().map(|start| start.at).chain(incident.boot_started);
        if starts.map(|start| start.timestamp()).any(|start| start > from - START_LASTS_S && start <= to) {
            cases.just_started += 1;
            continue;
        }
        clusters.extend(incident.cluster.clone());
        let (incident, host) = (incident.id.clone(), incident.host.clone());
        cases.list.push(Case { incident, host, from, to });
    }
    let all = cases.list.len();
    if all > CASES_MAX {
        // Evenly over the time, so that no part of it is forgotten.
        let kept = (0..CASES_MAX).map(|place| cases.list[place * all / CASES_MAX].clone()).collect();
        cases.list = kept;
        cases.too_many = all - CASES_MAX;
    }
    cases
}

fn is_open(incident: &Incident) -> bool {
    !incident.planned && incident.inherited_from.is_none() && OPEN.contains(&incident.cause)
}
