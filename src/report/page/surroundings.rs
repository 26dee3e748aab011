//! What all sources tell of the hours around an incident, as rows on one clock.
//!
//! A page is to fit into a mail. The latest incidents get their rows, as many as fit into a budget of bytes; the
//! others name the command that prints them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::{Evidence, Happening, Incident, Moment, Report, Supports, Surroundings};
use crate::report::selection::unplanned;
use crate::report::text_safety::cut;
use crate::report::wording;

/// What the rows of all incidents may take on a page, bytes: a thousand incidents with ten rows each.
const BYTES_MAX: usize = 3_000_000;
/// What the markup of one row takes, bytes; counted.
const MARKUP_BYTES: usize = 200;
/// Quoted lines are cut to this many columns; the ledger has them in full.
const QUOTE_COLUMNS: usize = 240;
/// A time known better than this needs no mention of its doubt, seconds.
const DOUBT_S: i64 = 2;

/// The merged timelines that have a place on the page.
pub(super) struct Timelines<'a> {
    by_incident: BTreeMap<&'a str, &'a Surroundings>,
    left_out: usize,
}

/// The merged timeline of one incident.
#[derive(Serialize)]
pub(super) struct Timeline {
    rows: Vec<Row>,
    left_out: u32,
}

/// One happening.
#[derive(Serialize)]
struct Row {
    /// Class of the row: which way it points, or `end` for the incident itself.
    way: &'static str,
    at: String,
    /// How far before or after the end.
    apart: String,
    doubt: Option<String>,
    what: String,
    place: Option<String>,
    text: String,
}

impl<'a> Timelines<'a> {
    /// Those of the latest incidents.
    pub(super) fn of(report: &'a Report) -> Self {
        let all: BTreeMap<&str, &Surroundings> = report
            .surroundings
            .iter()
            .filter(|around| !around.happenings.is_empty())
            .map(|around| (around.incident.as_str(), around))
            .collect();
        let mut by_incident = BTreeMap::new();
        let mut bytes = 0;
        let latest_first = unplanned(report).into_iter().rev();
        for around in latest_first.filter_map(|incident| all.get(incident.id.as_str()).copied()) {
            bytes += around.happenings.iter().map(size_bytes).sum::<usize>();
            if bytes > BYTES_MAX {
                break;
            }
            by_incident.insert(around.incident.as_str(), around);
        }
        let left_out = all.len() - by_incident.len();
        Self { by_incident, left_out }
    }

    /// How many incidents have their timeline on the page, where others have not.
    pub(super) fn shown(&self) -> Option<usize> {
        (self.left_out > 0).then_some(self.by_incident.len())
    }

    /// The timeline of one incident, if it has a place on the page.
    pub(super) fn around(&self, incident: &Incident) -> Option<Timeline> {
        let around = self.by_incident.get(incident.id.as_str())?;
        Some(Timeline {
            rows: around.happenings.iter().map(|happening| row(happening, incident)).collect(),
            left_out: around.left_out,
        })
    }

    /// Whether the timeline of the incident has a row for this piece of its evidence.
    pub(super) fn holds(&self, incident: &Incident, piece: &Evidence) -> bool {
        let Some(around) = self.by_incident.get(incident.id.as_str()) else { return false };
        !piece.source.is_empty()
            && around.happenings.iter().any(|happening| is_of(&happening.evidence, piece))
    }
}

fn is_of(one: &Evidence, other: &Evidence) -> bool {
    (&one.source, one.line_or_offset, one.at) == (&other.source, other.line_or_offset, other.at)
}

fn size_bytes(happening: &Happening) -> usize {
    let evidence = &happening.evidence;
    MARKUP_BYTES + happening.what.len() + evidence.source.len() + evidence.text.len().min(QUOTE_COLUMNS)
}

fn row(happening: &Happening, incident: &Incident) -> Row {
    let evidence = &happening.evidence;
    let is_the_end = happening.what == "incident" && happening.at.best == incident.at;
    Row {
        way: match evidence.supports {
            _ if is_the_end => "end",
            Supports::For => "for",
            Supports::Against => "against",
            Supports::Context => "context",
        },
        at: wording::second(happening.at.best),
        apart: apart(happening.at.best, incident.at),
        doubt: doubt(happening.at),
        what: what(&happening.what),
        place: (!evidence.source.is_empty())
            .then(|| format!("{}:{}", evidence.source, evidence.line_or_offset)),
        text: if is_the_end {
            cut(&format!("{}: {}", wording::cause(incident.cause), incident.reason), QUOTE_COLUMNS)
        } else {
            cut(&evidence.text, QUOTE_COLUMNS)
        },
    }
}

/// `4 min before`
fn apart(at: DateTime<Utc>, end: DateTime<Utc>) -> String {
    let seconds = (at - end).num_seconds();
    let length = wording::duration(seconds.unsigned_abs() as f64);
    match seconds {
        0 => "at the end".to_owned(),
        1.. => format!("{length} after"),
        _ => format!("{length} before"),
    }
}

/// `± 30 s`; `− 30 s + 5 s` where it differs before and after; nothing where there is next to none.
fn doubt(at: Moment) -> Option<String> {
    let before = (at.best - at.earliest).num_seconds().max(0);
    let after = (at.latest - at.best).num_seconds().max(0);
    let length = |seconds: i64| wording::duration(seconds as f64);
    match (before, after) {
        _ if before.max(after) < DOUBT_S => None,
        _ if before == after => Some(format!("± {}", length(before))),
        (0, _) => Some(format!("+ {}", length(after))),
        (_, 0) => Some(format!("− {}", length(before))),
        _ => Some(format!("− {} + {}", length(before), length(after))),
    }
}

/// What happened in words, where it is no signature.
fn what(what: &str) -> String {
    match what {
        "incident" => "unplanned end",
        "planned" => "planned end",
        "job-start" => "job starts",
        "job-end" => "job ends",
        "window-start" => "window begins",
        "window-end" => "window ends",
        "factor-change" => "change",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_time_says_how_far_from_the_end_it_is_and_how_well_that_is_known() {
        let end = at("2025-03-09T03:05:00Z");
        assert_eq!(apart(at("2025-03-09T03:01:00Z"), end), "4 min before");
        assert_eq!(apart(at("2025-03-09T03:05:12Z"), end), "12 s after");
        assert_eq!(apart(end, end), "at the end");
        let slack = chrono::TimeDelta::seconds;
        assert_eq!(doubt(Moment::exact(end)), None);
        assert_eq!(doubt(Moment::around(end, slack(30))).as_deref(), Some("± 30 s"));
        let late = Moment { latest: end + slack(5), ..Moment::around(end, slack(30)) };
        assert_eq!(doubt(late).as_deref(), Some("− 30 s + 5 s"));
        let only_late = Moment { latest: end + slack(5), ..Moment::exact(end) };
        assert_eq!(doubt(only_late).as_deref(), Some("+ 5 s"));
    }
}
