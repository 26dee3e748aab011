//! The timeline in the shapes that Timesketch and lnav load.
//!
//! Timesketch asks for `message`, `datetime` (ISO 8601) and `timestamp_desc`, and takes any further columns
//! (its user guide, "Import from JSON or CSV"). lnav reads JSON Lines by a description of the format (lnav's
//! documentation, "Log Formats"); one shape serves both.

use serde_json::json;

use super::written;
use crate::model::Happening;
use crate::report::text_safety::{csv_cell, escaped_in_json, inert};

/// What lnav has to know about [`json_lines`].
pub const LNAV_FORMAT: &str = include_str!("lnav-format.json");

const COLUMNS: [&str; 11] = [
    "message",
    "datetime",
    "timestamp_desc",
    "timestamp",
    "host",
    "what",
    "level",
    "source",
    "line_or_offset",
    "earliest",
    "latest",
];

/// One JSON object a line. Control characters and marks of text direction are written as escapes, so that a
/// pager shows what is there.
pub fn json_lines<'a>(chosen: impl Iterator<Item = &'a (String, Happening)>) -> String {
    let mut out = String::new();
    for (host, happening) in chosen {
        let evidence = &happening.evidence;
        // lnav and Timesketch show the text of a message after they have read the JSON, so it is made harmless
        // before that, too.
        let line = json!({
            "message": inert(&evidence.text),
            "datetime": written(happening.at.best),
            "timestamp_desc": inert(&happening.what),
            "timestamp": happening.at.best.timestamp_micros(),
            "host": inert(host),
            "what": inert(&happening.what),
            "level": level(happening),
            "source": inert(&evidence.source),
            "line_or_offset": evidence.line_or_offset,
            "earliest": written(happening.at.earliest),
            "latest": written(happening.at.latest),
        });
        out.push_str(&escaped_in_json(line.to_string()));
        out.push('\n');
    }
    out
}

/// CSV with a header line. No cell can be a formula.
pub fn timesketch<'a>(chosen: impl Iterator<Item = &'a (String, Happening)>) -> String {
    let mut out = COLUMNS.join(",") + "\n";
    for (host, happening) in chosen {
        let evidence = &happening.evidence;
        let cells = [
            evidence.text.clone(),
            written(happening.at.best),
            happening.what.clone(),
            happening.at.best.timestamp_micros().to_string(),
            host.clone(),
            happening.what.clone(),
            level(happening).to_owned(),
            evidence.source.clone(),
            evidence.line_or_offset.to_string(),
            written(happening.at.earliest),
            written(happening.at.latest),
        ];
        out.push_str(&cells.map(|cell| csv_cell(&cell)).join(","));
        out.push('\n');
    }
    out
}

/// How loud a pager shows it.
fn level(happening: &Happening) -> &'static str {
    match happening.what.as_str() {
        "incident" => "critical",
        "planned" | "boot" | "job-start" | "job-end" | "window-start" | "window-end" | "factor-change" => {
            "info"
        }
        _ => "warning",
    }
}
