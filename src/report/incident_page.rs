//! The page of one incident as plain text: what happened, what decided, what else was seen.

use std::fmt::Write as _;

use crate::model::{Evidence, Incident, Supports};

use super::selection::told;
use super::text_safety::{cut, terminal};
use super::wording;

/// Quoted lines are cut to this many columns; `coroner ledger show` has them in full.
const QUOTE_COLUMNS: usize = 400;

/// The page, for a terminal. Foreign text is made inert.
#[must_use]
pub fn text(incident: &Incident) -> String {
    let mut out = String::new();
    let planned = if incident.planned { "planned" } else { "unplanned" };
    let _ = writeln!(
        out,
        "{} of {} on {} UTC  [{planned}: {}, {} sure]\n   id {}\n\n{}\n",
        wording::kind(incident.kind),
        terminal(&incident.host),
        wording::second(incident.at),
        wording::cause(incident.cause),
        wording::percent(incident.confidence),
        terminal(&incident.id),
        terminal(&incident.reason),
    );
    for (name, value) in figures(incident) {
        let _ = writeln!(out, "{name:<18} {}", terminal(&value));
    }
    if !incident.known_causes.is_empty() {
        let _ = writeln!(out, "\nDescribed defects that fit");
    }
    for known in &incident.known_causes {
        let _ = writeln!(out, "  - {}", terminal(&known.sentence()));
        let _ = writeln!(out, "    next: {}", terminal(&known.next_step));
    }
    let titles = [
        (Supports::For, "What speaks for it, the deciding first"),
        (Supports::Against, "What speaks against it"),
        (Supports::Context, "What else was seen"),
    ];
    let pieces = told(incident);
    for (way, title) in titles {
        let mut of_way = pieces.iter().filter(|piece| piece.supports == way).peekable();
        if of_way.peek().is_some() {
            let _ = writeln!(out, "\n{title}");
        }
        for piece in of_way {
            evidence(&mut out, piece);
        }
    }
    if !incident.factors.is_empty() {
        let _ = writeln!(out, "\nThe host at that time");
        for (factor, value) in incident.factors.iter() {
            let _ = writeln!(out, "  {} = {}", terminal(factor), terminal(value));
        }
    }
    out
}

fn figures(incident: &Incident) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    if (incident.at_latest - incident.at_earliest).num_seconds() > 0 {
        let span = [incident.at_earliest, incident.at_latest].map(wording::second).join(" to ");
        rows.push(("between", format!("{span} UTC")));
    }
    if let Some(back) = incident.back_at {
        let back = wording::second(back);
        rows.push(("back", format!("{back} UTC, after {}", wording::downtime(incident))));
    }
    if let Some(start) = incident.boot_started {
        let uptime = (incident.at - start).num_seconds().max(0) as f64;
        rows.push(("had been up for", wording::duration(uptime)));
    }
    rows.extend(incident.actor.clone().map(|actor| ("asked for by", actor)));
    rows.extend(incident.cluster.clone().map(|cluster| ("one event with", cluster)));
    rows.extend(incident.inherited_from.clone().map(|host| ("went down with", host)));
    if !incident.signatures.is_empty() {
        rows.push(("mechanisms", format!("{} (coroner explain ID)", incident.signatures.join(", "))));
    }
    rows
}

fn evidence(out: &mut String, piece: &Evidence) {
    let at = piece.at.map(wording::second).unwrap_or_default();
    let place = if piece.source.is_empty() {
        String::new()
    } else {
        format!("  {}:{}", piece.source, piece.line_or_offset)
    };
    let _ = writeln!(out, "  - {at}{}", terminal(&place));
    let _ = writeln!(out, "    {}", terminal(&cut(&piece.text, QUOTE_COLUMNS)));
}
