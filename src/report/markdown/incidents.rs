//! The incidents in Markdown: unplanned ones with their evidence, planned ones folded away.

use std::fmt::Write as _;

use crate::model::{Incident, Report, Supports};
use crate::report::selection::{planned, told, unplanned};
use crate::report::text_safety::{cut, markdown as prose, markdown_code as code, markdown_code_cell as cell};
use crate::report::wording;

/// Pieces of evidence quoted per incident; all of them are in `findings.json`.
const EVIDENCE_MAX: usize = 6;
/// A quoted line is cut to this many columns.
const QUOTE_COLUMNS: usize = 160;
/// Beyond this number of incidents the evidence is left to the other outputs.
const IN_DETAIL_MAX: usize = 60;
/// Rows of the tables of unplanned and of planned ends: a ticket or a mail carries no more. The latest are shown.
const UNPLANNED_MAX: usize = 300;
const PLANNED_MAX: usize = 100;

pub(super) fn write(out: &mut String, report: &Report) {
    let incidents = unplanned(report);
    let _ = writeln!(out, "## Unplanned incidents\n");
    if incidents.is_empty() {
        let _ = writeln!(out, "None was seen in the observed host-time.\n");
    } else {
        table(out, &incidents, UNPLANNED_MAX);
        if incidents.len() <= IN_DETAIL_MAX {
            incidents.iter().for_each(|incident| evidence(out, incident));
        } else {
            let _ = writeln!(out, "The evidence is in `report.html` and `findings.json`.\n");
        }
    }
    let planned = planned(report);
    if !planned.is_empty() {
        let _ =
            writeln!(out, "<details><summary>{}</summary>\n", wording::count(planned.len(), "planned end"));
        table(out, &planned, PLANNED_MAX);
        let _ = writeln!(out, "</details>\n");
    }
}

fn table(out: &mut String, incidents: &[&Incident], most: usize) {
    let left = incidents.len().saturating_sub(most);
    if left > 0 {
        let all = wording::grouped(incidents.len() as u64);
        let _ = writeln!(
            out,
            "The latest {most} of {all}; the {} before them are in `findings.json` and in what `coroner incidents` \
             prints.\n",
            wording::grouped(left as u64)
        );
    }
    let _ = writeln!(out, "| time (UTC) | host | what | cause | sure | down for | why |");
    let _ = writeln!(out, "|---|---|---|---|--:|--:|---|");
    for incident in &incidents[left..] {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} |",
            wording::minute(incident.at),
            cell(&incident.host),
            wording::kind(incident.kind),
            wording::cause(incident.cause),
            wording::percent(incident.confidence),
            wording::downtime(incident),
            why(incident),
        );
    }
    out.push('\n');
}

/// The reason, and the described defects that fit.
fn why(incident: &Incident) -> String {
    let known = incident.known_causes.iter().map(|found| format!("; {}", prose(&found.sentence())));
    format!("{}{}", prose(&incident.reason), known.collect::<String>())
}

fn evidence(out: &mut String, incident: &Incident) {
    if incident.evidence.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "<details><summary>{} UTC, {}</summary>\n",
        wording::minute(incident.at),
        crate::report::text_safety::html(&incident.host)
    );
    for piece in told(incident).into_iter().take(EVIDENCE_MAX) {
        let way = match piece.supports {
            Supports::For => "for",
            Supports::Against => "against",
            Supports::Context => "context",
        };
        let place = if piece.source.is_empty() {
            "absence".to_owned()
        } else {
            code(&format!("{}:{}", piece.source, piece.line_or_offset))
        };
        let _ = writeln!(out, "- {way}, {place}: {}", code(&cut(&piece.text, QUOTE_COLUMNS)));
    }
    if incident.evidence.len() > EVIDENCE_MAX {
        let _ = writeln!(out, "- {} more in `findings.json`", incident.evidence.len() - EVIDENCE_MAX);
    }
    let _ = writeln!(out, "\n</details>\n");
}
