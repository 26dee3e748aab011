//! Changes that somebody hopes have helped: how long until that is sure, and which have come back.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::model::{Incident, Intervention, Outcome, Report};

use super::edition::Period;
use super::snapshot::{KnownFix, Snapshot};

/// A change that is being watched, or of which there is news.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fix {
    pub id: String,
    /// Foreign text.
    pub name: String,
    /// Id of the hypothesis within which it is judged.
    pub within: Option<String>,
    pub outcome: Outcome,
    /// As the last edition had it; `None`: no edition knew of the change.
    pub was: Option<Outcome>,
    /// The report's own sentence.
    pub statement: String,
    /// Independent events on its hosts since the last edition, and when they were: the first two are the
    /// first and the last of their incidents.
    pub events_new: u32,
    pub first_new: Option<DateTime<Utc>>,
    pub hosts_new: Vec<String>,
    /// Whether these are the first since the change.
    pub ended_quiet: bool,
    /// Seconds without an event before the first of them; or until the end of the period.
    pub quiet_s: i64,
    /// Days of the calendar until it is sure, if nothing more happens; `None`: waiting cannot show it.
    pub days_left: Option<f64>,
    pub done_on: Option<DateTime<Utc>>,
    /// Host-days that are needed and that have passed without an event.
    pub host_days: Option<(f64, f64)>,
}

impl Fix {
    /// Whether it came back, or did harm, and no edition has said so.
    #[must_use]
    pub fn is_relapse(&self) -> bool {
        is_alarming(self.outcome) && self.was != Some(self.outcome)
    }

    /// Whether it is sure since this edition that it helped.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.outcome == Outcome::Helped && self.was != Some(Outcome::Helped)
    }

    /// Bad news: it came back, did harm, or its quiet time ended.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        self.is_relapse() || (self.events_new > 0 && self.was.is_some())
    }

    /// In the order of the report: declared ones first.
    pub(super) fn all(report: &Report, period: Period, base: Option<&Snapshot>) -> Vec<Self> {
        let made = report.interventions.iter().filter(|change| is_made(change, period));
        let mut all: Vec<Self> = made.filter_map(|change| Self::of(change, report, period, base)).collect();
        // Within a hypothesis a change is told only if it comes out otherwise there.
        let whole: Vec<(String, Outcome)> = all
            .iter()
            .filter(|fix| fix.within.is_none())
            .map(|fix| (fix.name.clone(), fix.outcome))
            .collect();
        all.retain(|fix| {
            let is_same = |(name, outcome): &(String, Outcome)| *name == fix.name && *outcome == fix.outcome;
            fix.within.is_none() || !whole.iter().any(is_same)
        });
        all
    }

    fn of(change: &Intervention, report: &Report, period: Period, base: Option<&Snapshot>) -> Option<Self> {
        let fixes = base.map_or(&[][..], |base| &base.fixes);
        let known = fixes.iter().find(|known| known.id == change.id);
        // The hypothesis within which a change is judged may be another one than before.
        let is_known = fixes.iter().any(|known| known.name == change.name);
        let was = known.map(|known| known.outcome);
        let of_change: BTreeSet<&str> = change.after.incidents.iter().map(String::as_str).collect();
        let mut after: Vec<&Incident> =
            report.incidents.iter().filter(|incident| of_change.contains(incident.id.as_str())).collect();
        after.sort_by_key(|incident| incident.at);
        let fresh: Vec<&Incident> = after.iter().copied().filter(|i| i.at > period.from).collect();
        let events_new = match known {
            Some(known) => change.after.events.saturating_sub(known.events_after),
            None if fresh.is_empty() => 0,
            None => change.after.events.min(fresh.len() as u32),
        };
        let moved = was.is_some_and(|was| was != change.outcome);
        let has_result = !matches!(change.outcome, Outcome::NoEvidence | Outcome::TooEarly);
        // Within a hypothesis it is the same wait once more.
        let is_watched = change.declared && change.outcome == Outcome::TooEarly && change.within.is_none();
        let first_seen = !is_known && (change.declared || has_result);
        let is_news = (moved && (change.declared || has_result || was.is_some_and(is_notable)))
            || (events_new > 0 && (change.declared || was == Some(Outcome::Helped)));
        if !is_watched && !first_seen && !is_news {
            return None;
        }
        let first_new = fresh.first().map(|incident| incident.at).filter(|_| events_new > 0);
        let until = first_new.unwrap_or(period.to);
        let earlier = after.iter().map(|incident| incident.at).filter(|at| *at < until).max();
        let since = earlier.map_or(change.last_at, |at| at.max(change.last_at));
        let mut hosts_new: Vec<String> = match events_new {
            0 => Vec::new(),
            _ => fresh.iter().map(|incident| incident.host.clone()).collect(),
        };
        hosts_new.sort();
        hosts_new.dedup();
        let countdown = change.countdown.as_ref().filter(|_| change.outcome == Outcome::TooEarly);
        Some(Self {
            id: change.id.clone(),
            name: change.name.clone(),
            within: change.within.clone(),
            outcome: change.outcome,
            was: was.or(is_known.then_some(change.outcome)),
            statement: change.statement.clone(),
            events_new,
            first_new,
            hosts_new,
            ended_quiet: events_new > 0 && change.after.events == events_new,
            quiet_s: (until - since).max(TimeDelta::zero()).num_seconds(),
            days_left: countdown.and_then(|countdown| countdown.days_left),
            done_on: countdown.and_then(|countdown| countdown.done_on),
            host_days: countdown.map(|countdown| (countdown.host_days_needed, countdown.host_days_passed)),
        })
    }
}

fn is_alarming(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::CameBack | Outcome::MadeWorse)
}

fn is_notable(outcome: Outcome) -> bool {
    is_alarming(outcome) || outcome == Outcome::Helped
}

/// Whether it has reached hosts that were watched before: a change may be announced, or not be one of this span.
fn is_made(change: &Intervention, period: Period) -> bool {
    change.first_at <= period.to && !change.hosts.is_empty()
}

pub(super) fn known(report: &Report, period: Period) -> Vec<KnownFix> {
    report.interventions.iter().filter(|change| is_made(change, period)).map(of_change).collect()
}

fn of_change(change: &Intervention) -> KnownFix {
    KnownFix {
        id: change.id.clone(),
        name: change.name.clone(),
        outcome: change.outcome,
        events_after: change.after.events,
    }
}
