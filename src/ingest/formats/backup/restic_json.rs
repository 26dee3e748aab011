//! restic in JSON: `restic backup --json`, and `restic snapshots --json`.
//!
//! Time:   with an offset. A snapshot's time is when its backup began.
//! Units:  none.
//! Spec:   restic documentation, "Scripting"; restic sources: internal/ui/backup/json.go,
//!         cmd/restic/cmd_snapshots.go.
//! Loses:  sizes, files, errors of single files.
//! Not handled: summaries of versions before 0.17, which carry no time; their snapshots do.

use serde_json::Value;

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::job_runs;
use crate::ingest::json_values::{for_each, text};
use crate::ingest::sink::Sink;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::Fate;
use crate::model::Stamp;

pub struct ResticJson;

impl Format for ResticJson {
    fn id(&self) -> &'static str {
        "restic-json"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Backup
    }

    fn title(&self) -> &'static str {
        "restic in JSON: backups and snapshots"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let shown = head.text();
        let begins = shown.trim_start().starts_with(['{', '[']);
        let has = |names: &[&str]| names.iter().all(|name| shown.contains(&format!("\"{name}\"")));
        let of_backup = has(&["message_type"])
            && ["percent_done", "files_new", "verbose_status"].iter().any(|word| shown.contains(word));
        let of_snapshots = has(&["time", "tree", "paths", "hostname"]);
        if begins && (of_backup || of_snapshots) { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(|content, sink| for_each(content, sink, take))
    }
}

fn take(value: &Value, sink: &mut Sink<'_>) -> Fate {
    match value {
        Value::Array(items) => {
            let known = items.iter().filter(|item| take(item, sink) == Fate::Parsed).count();
            if known > 0 || items.is_empty() { Fate::Parsed } else { Fate::Ignored("other-json") }
        }
        // Grouped: `[{"group_key": …, "snapshots": […]}]`.
        Value::Object(_) if value.get("snapshots").is_some() => take(&value["snapshots"], sink),
        Value::Object(_) if text(value, "message_type") == Some("summary") => {
            run(value.get("backup_start"), value.get("backup_end"), None, sink);
            Fate::Parsed
        }
        Value::Object(_) if value.get("message_type").is_some() => Fate::Parsed,
        Value::Object(_) if value.get("tree").is_some() => {
            let summary = value.get("summary");
            let end = summary.and_then(|summary| summary.get("backup_end"));
            run(value.get("time"), end, text(value, "hostname"), sink);
            Fate::Parsed
        }
        _ => Fate::Ignored("other-json"),
    }
}

fn run(start: Option<&Value>, end: Option<&Value>, host: Option<&str>, sink: &mut Sink<'_>) {
    let Some(start) = start.and_then(time) else { return };
    let end = end.and_then(time);
    let status = if end.is_some() { "ok" } else { "" };
    job_runs::record(host.map(str::to_owned), "restic".to_owned(), start, end, status, sink);
}

fn time(value: &Value) -> Option<Stamp> {
    written_time::read(value.as_str()?, DayFirst(false))
}
