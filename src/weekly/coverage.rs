//! What nobody could have seen in the period: hosts without data, sources that fell silent.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::model::Report;

use super::edition::Period;
use super::snapshot::{KnownSilence, Snapshot};

/// A silence that begins this near to one that was told is that one.
const SAME_SILENCE: TimeDelta = TimeDelta::hours(36);

/// What of the period is covered.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CoverageOfPeriod {
    /// Share of the hosts' time in the period in which an incident would have been seen; `None`: no hosts.
    pub share: Option<f64>,
    /// Newest sign of any host up to the end of the period.
    pub data_until: Option<DateTime<Utc>>,
    /// Hosts of which nothing was seen in the whole period.
    pub unseen: BTreeSet<String>,
    /// Those of them of which the last edition saw something.
    pub newly_unseen: BTreeSet<String>,
    /// Silences that no edition has told, by class of source, the most hosts first.
    pub silent: Vec<SilentHosts>,
}

/// Hosts whose sources of one class fell silent on one day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SilentHosts {
    /// `log`, `sel`, `power`, `boot` or `backup`.
    pub class: String,
    pub from: DateTime<Utc>,
    /// `None`: it goes on.
    pub to: Option<DateTime<Utc>>,
    pub hosts: Vec<String>,
}

impl CoverageOfPeriod {
    pub(super) fn of(report: &Report, period: Period, base: Option<&Snapshot>) -> Self {
        let unseen = unseen(report, period);
        let newly_unseen = match base {
            Some(base) => unseen.difference(&base.unseen).cloned().collect(),
            None => unseen.clone(),
        };
        let length_s = (period.to - period.from).num_seconds().max(1) as f64;
        let observed_s: i64 =
            report.coverage.iter().flat_map(|host| &host.observed).map(|span| period.overlap_s(*span)).sum();
        let share = (!report.hosts.is_empty())
            .then(|| (observed_s as f64 / (length_s * report.hosts.len() as f64)).min(1.0));
        Self {
            share,
            data_until: data_until(report, period),
            unseen,
            newly_unseen,
            silent: silent(report, period, base),
        }
    }
}

/// The newest sign of any host that is not after the period.
fn data_until(report: &Report, period: Period) -> Option<DateTime<Utc>> {
    let seen = report.coverage.iter().flat_map(|host| &host.seen).flat_map(|seen| &seen.spans);
    let observed = report.coverage.iter().flat_map(|host| &host.observed);
    let spans = seen.chain(observed).filter(|(from, _)| *from <= period.to);
    spans.map(|(_, to)| (*to).min(period.to)).max()
}

/// Hosts of which nothing was seen in the period.
pub(super) fn unseen(report: &Report, period: Period) -> BTreeSet<String> {
    let has_signs = report.coverage.iter().filter(|coverage| {
        let seen = coverage.seen.iter().flat_map(|seen| &seen.spans);
        coverage.observed.iter().chain(seen).any(|span| period.touches(*span))
    });
    let seen: BTreeSet<&str> = has_signs.map(|coverage| coverage.host.as_str()).collect();
    report.hosts.iter().filter(|host| !seen.contains(host.as_str())).cloned().collect()
}

/// Silences that reach into the period.
fn in_period(report: &Report, period: Period) -> impl Iterator<Item = (KnownSilence, DateTime<Utc>)> + '_ {
    report.coverage.iter().flat_map(move |host| {
        host.seen.iter().flat_map(move |seen| {
            let inside = seen
                .silences
                .iter()
                .filter(move |silence| !silence.told && silence.to > period.from && silence.from < period.to);
            inside.map(|silence| {
                let known =
                    KnownSilence { host: host.host.clone(), class: seen.class.clone(), from: silence.from };
                (known, silence.to)
            })
        })
    })
}

pub(super) fn known(report: &Report, period: Period) -> BTreeSet<KnownSilence> {
    in_period(report, period).map(|(known, _)| known).collect()
}

fn silent(report: &Report, period: Period, base: Option<&Snapshot>) -> Vec<SilentHosts> {
    let is_told = |silence: &KnownSilence| {
        let at = |from| KnownSilence { from, ..silence.clone() };
        let near = at(silence.from - SAME_SILENCE)..=at(silence.from + SAME_SILENCE);
        base.is_some_and(|base| base.silences.range(near).next().is_some())
    };
    // It is still silent if it is to the end of what was read.
    let end = data_until(report, period).unwrap_or(period.to);
    let mut groups: BTreeMap<(String, String, String), SilentHosts> = BTreeMap::new();
    for (silence, to) in in_period(report, period).filter(|(silence, _)| !is_told(silence)) {
        let to = Some(to).filter(|to| *to < end);
        let key = (
            silence.class.clone(),
            super::words::day(silence.from),
            to.map_or_else(String::new, super::words::day),
        );
        let group = groups.entry(key).or_insert_with(|| SilentHosts {
            class: silence.class.clone(),
            from: silence.from,
            to,
            hosts: Vec::new(),
        });
        group.from = group.from.min(silence.from);
        group.to = group.to.max(to);
        group.hosts.push(silence.host);
    }
    let mut groups: Vec<SilentHosts> = groups.into_values().collect();
    for group in &mut groups {
        group.hosts.sort();
        group.hosts.dedup();
    }
    groups.sort_by(|a, b| {
        (usize::MAX - a.hosts.len(), &a.class, a.from).cmp(&(usize::MAX - b.hosts.len(), &b.class, b.from))
    });
    groups
}
