//! New incidents, those that became known late, and those that are seen in another light.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::{Cause, Incident, Kind, Report};

use super::edition::Period;
use super::matching::Matches;
use super::snapshot::{KnownIncident, Snapshot, is_covered};

/// What an edition tells of incidents. Lists are in the order of time.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Incidents {
    /// Unplanned ones of the period.
    pub new: Vec<IncidentLine>,
    /// Unplanned ones of the time before, of which no edition knew.
    pub late: Vec<IncidentLine>,
    pub revised: Vec<Revision>,
    /// Planned ends that no edition has counted.
    pub planned: usize,
    /// The first edition only: what happened before its period.
    pub earlier: Option<Earlier>,
    /// Incidents that were told and whose time the data no longer cover.
    pub out_of_sight: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IncidentLine {
    pub id: String,
    pub host: String,
    pub at: DateTime<Utc>,
    pub kind: Kind,
    pub cause: Cause,
    pub reason: String,
    /// Incidents with the same text are one event.
    pub event: String,
}

/// What was told, and is now seen otherwise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Revision {
    /// The incident as it is now, or as it was if it is gone.
    pub id: String,
    pub host: String,
    pub at: DateTime<Utc>,
    /// What changed, in words.
    pub what: String,
    /// It was taken for planned and is not.
    pub now_unplanned: bool,
}

/// Incidents that are summed up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Earlier {
    pub ids: Vec<String>,
    pub hosts: usize,
    pub causes: BTreeMap<Cause, usize>,
}

impl Incidents {
    pub(super) fn between(report: &Report, period: Period, base: Option<&Snapshot>) -> Self {
        let before = base.map_or(&[][..], |base| &base.incidents);
        let matches = Matches::between(before, &report.incidents);
        let mut told = Self::default();
        let mut summed: Vec<&Incident> = Vec::new();
        for incident in matches.fresh.iter().map(|&place| &report.incidents[place]) {
            let in_period = incident.at > period.from;
            match (incident.planned, in_period, base) {
                (true, true, _) | (true, false, Some(_)) => told.planned += 1,
                (true, false, None) => {}
                (false, true, _) => told.new.push(IncidentLine::of(incident)),
                (false, false, Some(_)) => told.late.push(IncidentLine::of(incident)),
                (false, false, None) => summed.push(incident),
            }
        }
        for &(known, found) in &matches.pairs {
            told.revised.extend(revision(&before[known], &report.incidents[found]));
        }
        for gone in matches.missing.iter().map(|&place| &before[place]).filter(|gone| !gone.withdrawn) {
            if !is_covered(report, gone) {
                told.out_of_sight += 1;
            } else if !gone.planned {
                told.revised.push(Revision {
                    id: gone.id.clone(),
                    host: gone.host.clone(),
                    at: gone.at,
                    what: "the data no longer show it".to_owned(),
                    now_unplanned: false,
                });
            }
        }
        told.earlier = base.is_none().then(|| Earlier::of(&summed)).filter(|earlier| !earlier.ids.is_empty());
        told.new.sort_by(IncidentLine::order);
        told.late.sort_by(IncidentLine::order);
        told.revised.sort_by(|a, b| (a.at, &a.host, &a.id).cmp(&(b.at, &b.host, &b.id)));
        told
    }

    /// Incidents that went from planned to unplanned.
    #[must_use]
    pub fn now_unplanned(&self) -> usize {
        self.revised.iter().filter(|revision| revision.now_unplanned).count()
    }

    /// Unplanned events of the period: incidents that are one event count once.
    #[must_use]
    pub fn events(&self) -> usize {
        let mut events: Vec<&str> = self.new.iter().map(|line| line.event.as_str()).collect();
        events.sort_unstable();
        events.dedup();
        events.len()
    }
}

impl IncidentLine {
    fn of(incident: &Incident) -> Self {
        Self {
            id: incident.id.clone(),
            host: incident.host.clone(),
            at: incident.at,
            kind: incident.kind,
            cause: incident.cause,
            reason: incident.reason.clone(),
            event: event(incident).to_owned(),
        }
    }

    fn order(a: &Self, b: &Self) -> std::cmp::Ordering {
        (a.at, &a.host, &a.id).cmp(&(b.at, &b.host, &b.id))
    }
}

impl Earlier {
    fn of(incidents: &[&Incident]) -> Self {
        let mut causes: BTreeMap<Cause, usize> = BTreeMap::new();
        for incident in incidents {
            *causes.entry(incident.cause).or_default() += 1;
        }
        let mut hosts: Vec<&str> = incidents.iter().map(|incident| incident.host.as_str()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        Self { ids: incidents.iter().map(|i| i.id.clone()).collect(), hosts: hosts.len(), causes }
    }
}

/// The event that an incident is part of: its cluster, its hypervisor's incident, or itself.
pub(super) fn event(incident: &Incident) -> &str {
    incident.cluster.as_ref().or(incident.inherited_from.as_ref()).unwrap_or(&incident.id)
}

/// What is otherwise than it was told. Planned ends that stay planned are nobody's news.
fn revision(known: &KnownIncident, found: &Incident) -> Option<Revision> {
    if known.planned && found.planned {
        return None;
    }
    let mut what = Vec::new();
    if known.withdrawn {
        what.push("the data show it again".to_owned());
    }
    match (known.planned, found.planned) {
        (true, false) => what.push("was taken for planned and is not".to_owned()),
        (false, true) => what.push("is now known to be planned".to_owned()),
        _ => {}
    }
    if known.cause != found.cause {
        let [was, is] = [known.cause, found.cause].map(super::words::cause);
        what.push(format!("{is}, was told as {was}"));
    }
    if (known.at - found.at).abs() > Matches::TOLERANCE {
        what.push(format!("was told as of {} UTC", super::words::minute(known.at)));
    }
    (!what.is_empty()).then(|| Revision {
        id: found.id.clone(),
        host: found.host.clone(),
        at: found.at,
        what: what.join("; "),
        now_unplanned: known.planned && !found.planned,
    })
}
