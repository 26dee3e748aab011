//! Messages before unexplained incidents.

use serde::Serialize;

use crate::model::{NovelMessage, NoveltyVerdict, Report};
use crate::report::novelty;
use crate::report::text_safety::{anchor, cut};
use crate::report::wording;

/// Quoted text is cut to this many columns.
const QUOTE_COLUMNS: usize = 300;
/// Incidents linked per message.
const LINKS_MAX: usize = 8;

#[derive(Serialize)]
pub(super) struct Section {
    introduction: Vec<String>,
    new: Rows,
    only_here: Rows,
}

#[derive(Serialize)]
struct Rows {
    shown: Vec<Row>,
    left_out: u64,
}

#[derive(Serialize)]
struct Row {
    program: String,
    template: String,
    before: String,
    incidents: Vec<Link>,
    further_incidents: usize,
    quiet: String,
    days: String,
    elsewhere: String,
    chance: String,
    place: String,
    at: Option<String>,
    example: String,
}

#[derive(Serialize)]
struct Link {
    anchor: String,
    label: String,
}

impl Section {
    pub(super) fn of(report: &Report) -> Self {
        let rows = |verdict| {
            let (shown, left_out) = novelty::with_verdict(&report.novelty, verdict);
            Rows { shown: shown.into_iter().map(row).collect(), left_out }
        };
        Self {
            introduction: novelty::introduction(&report.novelty),
            new: rows(NoveltyVerdict::New),
            only_here: rows(NoveltyVerdict::SeenOnlyHere),
        }
    }
}

fn row(message: &NovelMessage) -> Row {
    let link = |id: &String| Link { anchor: anchor("i-", id), label: id.clone() };
    Row {
        program: cut(&message.program, QUOTE_COLUMNS),
        template: cut(&message.template, QUOTE_COLUMNS),
        before: novelty::before(message),
        incidents: message.incidents.iter().take(LINKS_MAX).map(link).collect(),
        further_incidents: message.incidents.len().saturating_sub(LINKS_MAX),
        quiet: novelty::half_hours(message.quiet),
        days: novelty::days(message.quiet_days),
        elsewhere: novelty::elsewhere(message),
        chance: novelty::chance(message),
        place: novelty::place(message),
        at: message.example.at.map(wording::second),
        example: cut(&message.example.text, QUOTE_COLUMNS),
    }
}
