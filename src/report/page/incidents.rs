//! The incidents in words, with as much evidence as a page can carry.

use serde::Serialize;

use crate::model::{Evidence, Incident, Report, Standing, Supports};
use crate::report::selection::{planned, told, unplanned};
use crate::report::text_safety::{anchor, cut};
use crate::report::wording;

use super::surroundings::{Timeline, Timelines};

/// Beyond this number of incidents the page quotes less of each.
const MANY: usize = 300;
/// Quoted lines are cut to this many columns.
const QUOTE_COLUMNS: usize = 400;
/// Fewer seconds of doubt than this need no mention.
const DOUBT_S: i64 = 120;

/// Both lists, the latest first.
#[derive(Serialize)]
pub(super) struct Listing {
    unplanned: Vec<Entry>,
    planned: Vec<Entry>,
    /// How many of the latest have their merged timeline on the page, if not all.
    with_timeline: Option<String>,
}

#[derive(Serialize)]
struct Entry {
    anchor: String,
    at: String,
    /// Unix time in seconds, for the script.
    at_s: i64,
    /// The span in which it lies, if that is not known well.
    between: Option<String>,
    host: String,
    kind: &'static str,
    cause: &'static str,
    confidence: String,
    downtime: String,
    /// For sorting; unknown sorts last.
    downtime_s: i64,
    cluster: Option<String>,
    actor: Option<String>,
    uptime: Option<String>,
    signatures: Vec<String>,
    factors: Vec<(String, String)>,
    reason: String,
    known: Vec<Known>,
    /// What opens the rest of the entry.
    more: String,
    timeline: Option<Timeline>,
    /// Evidence that has no row in the timeline.
    evidence: Vec<Piece>,
    further_evidence: usize,
    /// Prints what the page does not carry.
    command: Option<String>,
}

/// A described defect that fits.
#[derive(Serialize)]
struct Known {
    short: String,
    said: String,
    next: String,
    source: String,
}

#[derive(Serialize)]
struct Piece {
    way: &'static str,
    place: String,
    at: Option<String>,
    text: String,
}

impl Listing {
    pub(super) fn of(report: &Report) -> Self {
        let (evidence_unplanned, evidence_planned) =
            if report.incidents.len() > MANY { (3, 2) } else { (40, 8) };
        let timelines = Timelines::of(report);
        let list = |incidents: Vec<&Incident>, most: usize| {
            incidents.into_iter().rev().map(|incident| entry(incident, &timelines, most)).collect()
        };
        Self {
            unplanned: list(unplanned(report), evidence_unplanned),
            planned: list(planned(report), evidence_planned),
            with_timeline: timelines.shown().map(|shown| wording::grouped(shown as u64)),
        }
    }
}

fn entry(incident: &Incident, timelines: &Timelines<'_>, evidence_max: usize) -> Entry {
    let doubt = (incident.at_latest - incident.at_earliest).num_seconds();
    let timeline = timelines.around(incident);
    let evidence: Vec<&Evidence> =
        told(incident).into_iter().filter(|piece| !timelines.holds(incident, piece)).collect();
    Entry {
        anchor: anchor("i-", &incident.id),
        at: wording::minute(incident.at),
        at_s: incident.at.timestamp(),
        between: (doubt >= DOUBT_S).then(|| {
            format!("{} to {}", wording::minute(incident.at_earliest), wording::minute(incident.at_latest))
        }),
        host: incident.host.clone(),
        kind: wording::kind(incident.kind),
        cause: wording::cause(incident.cause),
        confidence: wording::percent(incident.confidence),
        downtime: wording::downtime(incident),
        downtime_s: incident
            .downtime_s
            .map(|seconds| seconds as i64)
            .or_else(|| incident.back_at.map(|back| (back - incident.at).num_seconds()))
            .unwrap_or(i64::MAX),
        cluster: incident.cluster.clone(),
        actor: incident.actor.clone(),
        uptime: incident
            .boot_started
            .map(|start| wording::duration((incident.at - start).num_seconds().max(0) as f64)),
        signatures: incident.signatures.clone(),
        factors: incident.factors.iter().map(|(factor, value)| (factor.clone(), value.clone())).collect(),
        reason: cut(&incident.reason, QUOTE_COLUMNS),
        known: incident
            .known_causes
            .iter()
            .map(|found| Known {
                short: format!("{}, {} ({})", found.id, found.title, standing(found.standing)),
                said: found.sentence(),
                next: found.next_step.clone(),
                source: found.source.clone(),
            })
            .collect(),
        more: more(incident, timeline.is_some()),
        command: (timeline.is_none() && !incident.planned)
            .then(|| format!("coroner timeline PATH --around {}", shell_word(&incident.id))),
        timeline,
        further_evidence: evidence.len().saturating_sub(evidence_max),
        evidence: evidence.into_iter().take(evidence_max).map(piece).collect(),
    }
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Holds => "all conditions hold",
        Standing::Possible | Standing::Excluded => "possible",
    }
}

/// `Timeline and evidence: 3 for, 1 against`
fn more(incident: &Incident, has_timeline: bool) -> String {
    let number = |way| incident.evidence.iter().filter(|piece| piece.supports == way).count();
    let title = if has_timeline { "Timeline and evidence" } else { "Evidence" };
    let ways = [(number(Supports::For), "for"), (number(Supports::Against), "against")];
    let counts: Vec<String> = ways
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, way)| format!("{number} {way}"))
        .collect();
    match counts.as_slice() {
        [] if incident.evidence.is_empty() && !has_timeline => "Details".to_owned(),
        [] => title.to_owned(),
        _ => format!("{title}: {}", counts.join(", ")),
    }
}

/// A word that a shell takes as it stands: ids hold names of hosts, which are foreign.
fn shell_word(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:@/+".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn piece(evidence: &Evidence) -> Piece {
    Piece {
        way: match evidence.supports {
            Supports::For => "for",
            Supports::Against => "against",
            Supports::Context => "context",
        },
        place: if evidence.source.is_empty() {
            "absence".to_owned()
        } else {
            format!("{}:{}", evidence.source, evidence.line_or_offset)
        },
        at: evidence.at.map(wording::second),
        text: cut(&evidence.text, QUOTE_COLUMNS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_in_a_command_cannot_be_taken_for_another_command() {
        assert_eq!(shell_word("srv34.example.com@20250831T145611Z"), "srv34.example.com@20250831T145611Z");
        assert_eq!(shell_word("a;reboot $(x)"), "'a;reboot $(x)'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
        assert_eq!(shell_word(""), "''");
    }
}
