//! The incidents in words, with as much evidence as a page can carry.

use serde::Serialize;

use crate::model::{Evidence, Incident, Report, Supports};
use crate::report::selection::{planned, told, unplanned};
use crate::report::text_safety::{anchor, cut};
use crate::report::wording;

/// Beyond this number of incidents the page quotes less of each.
const MANY: usize = 300;
/// Quoted lines are cut to this many columns.
const QUOTE_COLUMNS: usize = 400;
/// Fewer seconds of doubt than this need no mention.
const DOUBT_S: i64 = 120;

#[derive(Serialize)]
pub(super) struct Listing {
    unplanned: Vec<Entry>,
    planned: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    anchor: String,
    at: String,
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
    evidence: Vec<Piece>,
    further_evidence: usize,
}

/// A described defect that fits.
#[derive(Serialize)]
struct Known {
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
            if report.incidents.len() > MANY { (6, 2) } else { (40, 8) };
        let list = |incidents: Vec<&Incident>, most: usize| {
            incidents.into_iter().map(|incident| entry(incident, most)).collect()
        };
        Self {
            unplanned: list(unplanned(report), evidence_unplanned),
            planned: list(planned(report), evidence_planned),
        }
    }
}

fn entry(incident: &Incident, evidence_max: usize) -> Entry {
    let doubt = (incident.at_latest - incident.at_earliest).num_seconds();
    let evidence = told(incident);
    Entry {
        anchor: anchor("i-", &incident.id),
        at: wording::minute(incident.at),
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
        reason: incident.reason.clone(),
        known: incident
            .known_causes
            .iter()
            .map(|found| Known {
                said: found.sentence(),
                next: found.next_step.clone(),
                source: found.source.clone(),
            })
            .collect(),
        further_evidence: evidence.len().saturating_sub(evidence_max),
        evidence: evidence.into_iter().take(evidence_max).map(piece).collect(),
    }
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
