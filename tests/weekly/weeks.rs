//! Reports as they were at the end of a week, and editions made one after another.

use chrono::{DateTime, TimeDelta, Utc};
use coroner::model::{Incident, Report, Study};
use coroner::weekly::{Edition, Page, State, text};

#[path = "../report/fleet.rs"]
mod made_up;

pub use made_up::{ESCAPES, FORMULA, HOSTILE, REVERSED, SCRIPT, empty, fleet, incident};

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Midnight (UTC) of a day.
pub fn day(text: &str) -> DateTime<Utc> {
    at(&format!("{text}T00:00:00Z"))
}

/// What of the report was there at that time.
pub fn cut(mut report: Report, to: DateTime<Utc>) -> Report {
    (report.as_of, report.to) = (to, to);
    report.incidents.retain(|incident| incident.at <= to);
    let clip = |spans: &mut Vec<(DateTime<Utc>, DateTime<Utc>)>| {
        spans.retain(|span| span.0 < to);
        for span in spans {
            span.1 = span.1.min(to);
        }
    };
    for host in &mut report.coverage {
        clip(&mut host.observed);
        for seen in &mut host.seen {
            clip(&mut seen.spans);
            seen.silences.retain(|silence| silence.from < to);
            for silence in &mut seen.silences {
                silence.to = silence.to.min(to);
            }
        }
    }
    report
}

/// The made-up fleet at the midnight of a day.
pub fn fleet_at(date: &str) -> Report {
    cut(fleet(), day(date))
}

/// The unplanned incidents of the made-up fleet, in the order of time.
pub fn unplanned(report: &Report) -> Vec<&Incident> {
    let mut unplanned: Vec<&Incident> = report.incidents.iter().filter(|i| !i.planned).collect();
    unplanned.sort_by_key(|incident| incident.at);
    unplanned
}

/// One edition after another, with the state handed on as text.
#[derive(Default)]
pub struct Run {
    pub state: Option<String>,
}

impl Run {
    /// An edition as of the end of the report.
    pub fn edition(&mut self, report: &Report) -> Edition {
        self.edition_as_of(report, report.as_of)
    }

    pub fn edition_as_of(&mut self, report: &Report, as_of: DateTime<Utc>) -> Edition {
        self.edition_with(report, &Study::default(), as_of)
    }

    pub fn edition_with(&mut self, report: &Report, study: &Study, as_of: DateTime<Utc>) -> Edition {
        let state = self.state.as_deref().map(|text| State::parse(text).unwrap());
        let base = State::base(state.as_ref(), report, as_of).unwrap();
        let edition = Edition::between(report, study, as_of, base);
        self.state = Some(State::after(state.as_ref(), report, &edition).unwrap().to_json());
        edition
    }

    /// After editions of these days of the made-up fleet.
    pub fn through(dates: &[&str]) -> Self {
        let mut run = Self::default();
        for date in dates {
            run.edition(&fleet_at(date));
        }
        run
    }
}

/// Ids of the unplanned incidents that an edition tells for the first time.
pub fn told(edition: &Edition) -> Vec<String> {
    let incidents = &edition.incidents;
    let lines = incidents.new.iter().chain(&incidents.late).map(|line| line.id.clone());
    let earlier = incidents.earlier.iter().flat_map(|earlier| earlier.ids.clone());
    let turned = incidents.revised.iter().filter(|revision| revision.now_unplanned);
    lines.chain(earlier).chain(turned.map(|revision| revision.id.clone())).collect()
}

/// The edition as text, on one line each.
pub fn words(edition: &Edition) -> String {
    text(&Page::of(edition), 78).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Mondays from the first to the last, midnight UTC.
pub fn mondays(first: &str, last: &str) -> Vec<DateTime<Utc>> {
    let (mut next, last) = (day(first), day(last));
    let mut all = Vec::new();
    while next <= last {
        all.push(next);
        next += TimeDelta::days(7);
    }
    all
}
