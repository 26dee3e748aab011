//! Borg in JSON: `create --json`, `list --json`, `info --json`, and the lines of `--log-json`.
//!
//! Time:   local time of the client (Borg 1), with an offset (Borg 2).
//! Units:  none.
//! Spec:   Borg documentation, "All about JSON: How to develop frontends".
//! Loses:  sizes, files, progress.
//! Not handled: nothing known; `list` has no ends.

use serde_json::Value;

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::job_runs;
use crate::ingest::json_values::{for_each, text};
use crate::ingest::sink::Sink;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::Fate;

use super::borg_text::{Archive, job_of_archive};

pub struct BorgJson;

impl Format for BorgJson {
    fn id(&self) -> &'static str {
        "borg-json"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Backup
    }

    fn title(&self) -> &'static str {
        "Borg in JSON: archives, and its log"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let shown = head.text();
        let begins = shown.trim_start().starts_with(['{', '[']);
        let has = |words: &[&str]| words.iter().all(|word| shown.contains(word));
        let archives = has(&["\"start\"", "\"id\"", "\"name\""])
            && ["\"archive\"", "\"archives\"", "\"barchive\""].iter().any(|word| shown.contains(word));
        let log = has(&["\"type\"", "\"log_message\"", "\"levelname\"", "\"borg."])
            || has(&["\"type\"", "\"archive_progress\"", "\"nfiles\""]);
        if begins && (archives || log) { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let mut told = Archive::default();
    for_each(content, sink, |value, sink| take(value, &mut told, sink));
    told.end(sink);
}

fn take(value: &Value, told: &mut Archive, sink: &mut Sink<'_>) -> Fate {
    if let Some(archives) = value.get("archives").and_then(Value::as_array) {
        archives.iter().for_each(|archive| run(archive, sink));
        return Fate::Parsed;
    }
    // In a list, `archive` is a name; in the answer of a run, it is the archive.
    if let Some(archive) = value.get("archive").filter(|archive| archive.is_object()) {
        run(archive, sink);
        return Fate::Parsed;
    }
    match text(value, "type") {
        Some("log_message") => {
            told.line(text(value, "message").unwrap_or(""), sink);
            Fate::Parsed
        }
        Some(_) => Fate::Parsed,
        None => Fate::Ignored("other-json"),
    }
}

fn run(archive: &Value, sink: &mut Sink<'_>) {
    let time = |name: &str| written_time::read(text(archive, name)?, DayFirst(false));
    let Some(start) = time("start").or_else(|| time("time")) else { return };
    let end = time("end");
    let host = text(archive, "hostname").map(str::to_owned);
    let job = job_of_archive(text(archive, "name").unwrap_or("borg"));
    job_runs::record(host, job, start, end, if end.is_some() { "ok" } else { "" }, sink);
}
