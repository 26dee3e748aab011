//! Logs of HPE's iLO as its command line shows them over SSH: `show -a /system1/log1` (Integrated Management Log)
//! and `show -a /map1/log1` (event log of the iLO), or single records of either.
//!
//! Time:   the controller's clock, zone not written, no seconds, month first.
//! Units:  none.
//! Spec:   HPE iLO 2 to 6 scripting and command line guides (SMASH CLP, DMTF DSP0214).
//! Loses:  severity.
//! Not handled: lists of the records' names alone, which say nothing.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::vendor_log::blocks::{BlockForm, Fields};
use crate::ingest::vendor_log::written::read_stamp;
use crate::ingest::written_time::DayFirst;
use crate::model::Stamp;
use crate::model::record::SelEntry;

pub struct HpeIloClpLog;

impl Format for HpeIloClpLog {
    fn id(&self) -> &'static str {
        "hpe-ilo-clp-log"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Sel
    }

    fn title(&self) -> &'static str {
        "logs of an HPE iLO, text (show /system1/log1 over SSH)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        FORM.fit(head)
    }

    fn open(&self) -> Reader {
        Reader::Lines(FORM.reader())
    }
}

static FORM: BlockForm = BlockForm {
    separator: '=',
    keys: &["number", "severity", "date", "time", "description"],
    essential: &["number", "date", "time", "description"],
    text_key: "description",
    left_out,
    row: |_| None,
    entry,
};

/// What the shell prints around the properties of a record.
fn left_out(line: &str) -> Option<&'static str> {
    let line = line.trim();
    let first = line.split_whitespace().next().unwrap_or("");
    if matches!(line, "Targets" | "Properties" | "Verbs") || line.starts_with("cd version exit") {
        return Some("section-of-the-shell");
    }
    if line.contains("hpiLO->") || line.contains("</>") {
        return Some("shell-prompt");
    }
    if line.starts_with("status=") || line.starts_with("status_tag=") || line.starts_with("error_tag=") {
        return Some("status-of-the-command");
    }
    let is_target = first.starts_with('/') || first.starts_with("record") || first.starts_with("log");
    if is_target && line.split_whitespace().count() == 1 {
        return Some("name-of-a-target");
    }
    // `Fri Mar 14 09:12:44 2025`: when the command was run.
    let is_date = line.len() == 24 && line.as_bytes()[3] == b' ' && line.matches(':').count() == 2;
    is_date.then_some("time-of-the-command")
}

fn entry(fields: &Fields) -> Result<(Stamp, SelEntry), &'static str> {
    let (date, time) = (fields.get("date").unwrap_or("-"), fields.get("time").unwrap_or("-"));
    // A clock that was not set: `[NOT SET]`.
    let has_digit = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
    let stamp = if has_digit(date) && has_digit(time) {
        read_stamp(&format!("{date} {time}"), DayFirst(false)).ok_or("date")?
    } else {
        Stamp::Missing
    };
    let text = fields.get("description").unwrap_or_default().to_owned();
    let record_id = fields.get("number").and_then(|number| number.parse().ok());
    Ok((stamp, SelEntry { record_id, text, ..SelEntry::default() }))
}
