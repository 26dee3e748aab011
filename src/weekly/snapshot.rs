//! What has been told: the part of a report that the next edition is compared with.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{Cause, Hypothesis, Outcome, Report, Term, Verdict};

use super::edition::Period;
use super::matching::Matches;
use super::{coverage, findings, fixes, words};

/// What was known when an edition was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The end of the edition's period.
    pub as_of: DateTime<Utc>,
    /// Hosts of the fleet, sorted.
    pub hosts: BTreeSet<String>,
    pub incidents: Vec<KnownIncident>,
    pub hypotheses: Vec<KnownHypothesis>,
    pub fixes: Vec<KnownFix>,
    /// Kind of finding → what of it was told.
    pub findings: BTreeMap<String, KnownFinding>,
    pub silences: BTreeSet<KnownSilence>,
    /// Hosts of which nothing was seen in the whole period.
    pub unseen: BTreeSet<String>,
}

/// An incident that has been told, or summed up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownIncident {
    pub id: String,
    pub host: String,
    pub at: DateTime<Utc>,
    pub at_earliest: DateTime<Utc>,
    pub at_latest: DateTime<Utc>,
    pub planned: bool,
    pub cause: Cause,
    /// The data no longer showed it the last time, though they cover its time.
    #[serde(default)]
    pub withdrawn: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownHypothesis {
    pub id: String,
    /// Its terms and those of its aliases, each in words: the same host-time may go by another name tomorrow.
    pub names: BTreeSet<String>,
    pub verdict: Verdict,
    pub rank: u32,
    pub posterior: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownFix {
    pub id: String,
    pub name: String,
    pub outcome: Outcome,
    /// Independent events since the change.
    pub events_after: u32,
}

/// What was told of one kind of finding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownFinding {
    pub hosts: BTreeSet<String>,
    /// Statements of findings that name no host, without their numbers.
    pub statements: BTreeSet<String>,
}

/// A silence of one class of source of a host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KnownSilence {
    pub host: String,
    pub class: String,
    pub from: DateTime<Utc>,
}

impl Snapshot {
    /// What is known after the edition about `period`, made from `report` against `base`.
    pub(super) fn of(report: &Report, period: Period, base: Option<&Self>) -> Self {
        Self {
            as_of: period.to,
            hosts: report.hosts.iter().cloned().collect(),
            incidents: incidents(report, base),
            hypotheses: report.hypotheses.iter().map(KnownHypothesis::of).collect(),
            fixes: fixes::known(report, period),
            findings: findings::known(report),
            silences: coverage::known(report, period),
            unseen: coverage::unseen(report, period),
        }
    }
}

impl KnownHypothesis {
    fn of(hypothesis: &Hypothesis) -> Self {
        Self {
            id: hypothesis.id.clone(),
            names: names(hypothesis),
            verdict: hypothesis.verdict,
            rank: hypothesis.rank,
            posterior: hypothesis.posterior.filter(|p| p.is_finite()).map(rounded),
        }
    }
}

/// To six decimals: such a number is read back from JSON as it was written.
fn rounded(probability: f64) -> f64 {
    (probability * 1e6).round() / 1e6
}

/// All names of the host-time of a hypothesis.
pub(super) fn names(hypothesis: &Hypothesis) -> BTreeSet<String> {
    let of_terms = |terms: &Vec<Term>| {
        let mut sorted = terms.clone();
        sorted.sort();
        words::terms(&sorted)
    };
    let names = hypothesis.aliases.iter().chain([&hypothesis.terms]).map(of_terms);
    names.filter(|name| !name.is_empty()).collect()
}

/// Those that the report has, and those that it has no longer: what is told once is never told again as new.
fn incidents(report: &Report, base: Option<&Snapshot>) -> Vec<KnownIncident> {
    let mut known: Vec<KnownIncident> = report
        .incidents
        .iter()
        .map(|incident| KnownIncident {
            id: incident.id.clone(),
            host: incident.host.clone(),
            at: incident.at,
            at_earliest: incident.at_earliest,
            at_latest: incident.at_latest,
            planned: incident.planned,
            cause: incident.cause,
            withdrawn: false,
        })
        .collect();
    let before = base.map_or(&[][..], |base| &base.incidents);
    let matches = Matches::between(before, &report.incidents);
    known.extend(matches.missing.iter().map(|&place| {
        let gone = &before[place];
        KnownIncident { withdrawn: gone.withdrawn || is_covered(report, gone), ..gone.clone() }
    }));
    known.sort_by(|a, b| (a.at, &a.host, &a.id).cmp(&(b.at, &b.host, &b.id)));
    known
}

/// Whether the report would show an incident of that time, if there was one.
pub(super) fn is_covered(report: &Report, incident: &KnownIncident) -> bool {
    let near = Matches::TOLERANCE;
    report.coverage.iter().filter(|coverage| coverage.host == incident.host).any(|coverage| {
        coverage.observed.iter().any(|(from, to)| *from <= incident.at + near && incident.at - near <= *to)
    })
}
