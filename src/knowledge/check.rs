//! Checks that the entries prove themselves.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;

use super::base::Knowledge;
use super::cause::{Case, KnownCause};
use super::scene::{Scene, Sign};
use super::schema::{Origin, Reads, Sample, Signature};
use crate::model::record::{Body, Record};
use crate::model::{Factors, Stamp, Standing};

/// Something wrong with an entry, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    pub id: String,
    pub origin: Origin,
    pub what: String,
    /// Nothing speaks against the entry; it just brings no samples that could.
    pub unproved: bool,
}

impl std::fmt::Display for Flaw {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}: `{}` {}", self.origin, self.id, self.what)
    }
}

/// Runs a sample through the real reader of its format and returns its records.
pub type ReadSample<'a> = &'a dyn Fn(&Sample) -> Result<Vec<Record>, String>;

/// All flaws of the knowledge base. Whoever only wants to work with it passes over the user's own entries that
/// are [unproved](Flaw::unproved).
pub fn flaws(knowledge: &Knowledge, read: ReadSample<'_>) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for signature in knowledge.signatures() {
        let flaw = |what: String, unproved: bool| Flaw {
            id: signature.id.clone(),
            origin: signature.origin.clone(),
            what,
            unproved,
        };
        if signature.hit.is_empty() || signature.miss.is_empty() {
            flaws.push(flaw("needs at least one hit and one miss".to_owned(), true));
        }
        let mut note = |what: String| flaws.push(flaw(what, false));
        if signature.source.trim().is_empty() {
            note("has no source".to_owned());
        }
        check_samples(signature, knowledge, read, &mut note);
    }
    for cause in knowledge.causes() {
        let flaw = |what: String, unproved: bool| Flaw {
            id: cause.id.clone(),
            origin: cause.origin.clone(),
            what,
            unproved,
        };
        let gives = |standing: Standing| cause.case.iter().any(|case| case.gives == standing);
        let proved = (gives(Standing::Holds) || gives(Standing::Possible)) && gives(Standing::Excluded);
        if !proved {
            flaws.push(flaw("needs a case that it explains and one that it does not".to_owned(), true));
        }
        let mut note = |what: String| flaws.push(flaw(what, false));
        if cause.source.trim().is_empty() {
            note("has no source".to_owned());
        }
        for (place, case) in cause.case.iter().enumerate() {
            if let Some(what) = check_case(cause, case, knowledge, read) {
                note(format!("case {}: {what}", place + 1));
            }
        }
    }
    flaws
}

/// The signatures that the records of a sample match.
fn matched(records: &[Record], knowledge: &Knowledge) -> BTreeSet<String> {
    records.iter().flat_map(|record| signatures_of(record, knowledge)).collect()
}

fn signatures_of(record: &Record, knowledge: &Knowledge) -> Vec<String> {
    match &record.body {
        Body::Log(line) => line.signatures.clone(),
        Body::Sel(entry) => knowledge.sel_entry(entry),
        _ => Vec::new(),
    }
}

fn check_samples(
    signature: &Signature,
    knowledge: &Knowledge,
    read: ReadSample<'_>,
    note: &mut dyn FnMut(String),
) {
    for (samples, should_hit) in [(&signature.hit, true), (&signature.miss, false)] {
        for sample in samples {
            match read(sample) {
                Ok(records) if matched(&records, knowledge).contains(&signature.id) == should_hit => {}
                Ok(_) if should_hit => note(format!("does not match its hit: {}", sample.text)),
                Ok(_) => note(format!("matches its miss: {}", sample.text)),
                Err(why) => note(format!("has a sample that cannot be read ({why}): {}", sample.text)),
            }
        }
    }
}

/// A line of a case, read.
struct Seen {
    at: i64,
    signature: String,
    text: String,
}

fn check_case(
    cause: &KnownCause,
    case: &Case,
    knowledge: &Knowledge,
    read: ReadSample<'_>,
) -> Option<String> {
    let mut seen: Vec<Seen> = Vec::new();
    for sample in &case.lines {
        let records = match read(sample) {
            Ok(records) => records,
            Err(why) => return Some(format!("cannot be read ({why}): {}", sample.text)),
        };
        for record in records {
            let Some(at) = seconds(record.stamp) else {
                return Some(format!("has a line whose time is not a date with a year: {}", sample.text));
            };
            let text = text_of(&record.body);
            let of_record = signatures_of(&record, knowledge).into_iter();
            seen.extend(of_record.map(|signature| Seen { at, signature, text: text.clone() }));
        }
    }
    seen.sort_by(|a, b| (a.at, &a.signature).cmp(&(b.at, &b.signature)));
    let factors = Factors::new(case.factors.clone());
    let scene = Scene {
        at: seen.last().map_or(0, |last| last.at),
        verdict: case.verdict,
        planned: case.verdict.is_planned(),
        factors: &factors,
        uptime_days: case.uptime_days,
        jobs: case.during.as_deref(),
        signs: seen
            .iter()
            .map(|seen| Sign { signature: &seen.signature, at: seen.at, slack_s: 0, text: &seen.text })
            .collect(),
        has_log: !case.lacks.contains(&Reads::Log),
        has_sel: !case.lacks.contains(&Reads::Sel),
    };
    let judged = knowledge.judge(cause, &scene);
    (judged.standing != case.gives).then(|| {
        let by = judged.excluded_by.map_or(String::new(), |by| format!(" by: {by}"));
        let missing = if judged.missing.is_empty() {
            String::new()
        } else {
            format!(" (not known: {})", judged.missing.join(", "))
        };
        format!("gives {}{by}{missing} instead of {}", judged.standing.word(), case.gives.word())
    })
}

/// Seconds as if all were written in UTC: a case is about what is near what.
fn seconds(stamp: Stamp) -> Option<i64> {
    let naive = |at: NaiveDateTime| at.and_utc().timestamp();
    match stamp {
        Stamp::Zoned(at) => Some(at.timestamp()),
        Stamp::Local(at) | Stamp::Bmc(at) => Some(naive(at)),
        _ => None,
    }
}

fn text_of(body: &Body) -> String {
    match body {
        Body::Log(line) => line.text.clone(),
        Body::Sel(entry) => {
            let id = entry.message_id.as_deref().unwrap_or_default();
            format!("{id} {}: {}", entry.sensor, entry.text)
        }
        _ => String::new(),
    }
}
