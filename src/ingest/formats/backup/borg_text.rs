//! Borg in words: `create --stats`, `info`, `list`.
//!
//! Time:   local time of the client, with its weekday: `Sun, 2026-11-22 03:26:49`.
//! Units:  none.
//! Spec:   Borg sources: src/borg/archive.py (`Archive.__str__`), src/borg/archiver.py.
//! Loses:  sizes, files.
//! Not handled: `list` with a format of one's own.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind, fit_by_lines};
use crate::ingest::job_runs::{self, OpenRun};
use crate::ingest::row_times;
use crate::ingest::sink::Sink;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::Fate;
use crate::model::Stamp;

pub struct BorgText;

impl Format for BorgText {
    fn id(&self) -> &'static str {
        "borg-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Backup
    }

    fn title(&self) -> &'static str {
        "Borg in words: statistics of a run, info, list"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if fit_by_lines(head, |line| is_known(line) || listed(line).is_some()) != Fit::Sure {
            return Fit::No;
        }
        let run = head.says("Archive name: ") && head.says("Time (start): ");
        if run || head.text().lines().any(|line| listed(line).is_some()) { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(BorgReader::default()))
    }
}

/// Beginnings of the lines of a run's statistics and of `info`.
const KNOWN: &[&str] = &[
    "Archive name: ",
    "Archive fingerprint: ",
    "Repository: ",
    "Location: ",
    "Comment:",
    "Hostname: ",
    "Username: ",
    "Time (start): ",
    "Time (end): ",
    "Duration: ",
    "Number of files: ",
    "Command line: ",
    "Utilization of max",
    "This archive: ",
    "All archives: ",
    "Chunk index: ",
    "Original size",
    "Unique chunks",
    "Added files: ",
    "Unchanged files: ",
    "Modified files: ",
    "Error files: ",
    "Files changed while reading: ",
    "Bytes read from remote: ",
    "Bytes sent to remote: ",
    "Creating archive at ",
    "Time spent in hashing",
    "Deduplicated size",
    "Tam: ",
];

fn is_known(line: &str) -> bool {
    let line = line.trim();
    KNOWN.iter().any(|known| line.starts_with(known))
        || (line.len() > 20 && line.bytes().all(|byte| matches!(byte, b'-' | b'=')))
        // A file with the letter of what became of it.
        || (line.as_bytes().get(1) == Some(&b' ') && line.starts_with(|c: char| "AMUCEdbchsfi?x-".contains(c)))
}

/// `web01-2026-11-22     Sun, 2026-11-22 03:26:49 [hexadecimal fingerprint]`: name and time.
fn listed(line: &str) -> Option<(&str, Stamp)> {
    let (rest, mark) = line.trim_end().strip_suffix(']')?.rsplit_once(" [")?;
    let is_mark = mark.len() >= 32 && mark.bytes().all(|byte| byte.is_ascii_hexdigit());
    let comma = rest.rfind(", ").filter(|_| is_mark)?;
    let weekday = rest[..comma].rfind(' ')?;
    let start = written_time::read(&rest[comma + 2..], DayFirst(false))?;
    Some((rest[..weekday].trim(), start))
}

/// An archive's name without the date that people end it with: the name of the job.
pub(super) fn job_of_archive(name: &str) -> String {
    let dated = name.char_indices().find(|(at, _)| {
        name[*at..].get(..8).is_some_and(|part| {
            let digits = part.bytes().filter(u8::is_ascii_digit).count();
            digits == 8 || (digits >= 6 && part.starts_with("20") && part[4..].starts_with(['-', '.', '_']))
        })
    });
    let job = dated.map_or(name, |(at, _)| &name[..at]).trim_end_matches(['-', '_', '.', ':', ' ']);
    if job.is_empty() { "borg".to_owned() } else { job.to_owned() }
}

/// What the lines about one archive have said so far.
#[derive(Default)]
pub(super) struct Archive {
    name: String,
    host: Option<String>,
    run: Option<OpenRun>,
    end: Option<Stamp>,
}

impl Archive {
    pub(super) fn line(&mut self, line: &str, sink: &mut Sink<'_>) {
        let behind = |mark: &str| line.split_once(mark).map(|(_, rest)| rest.trim());
        let time = |text: &str| row_times::read(text, DayFirst(false));
        if let Some(name) = behind("Archive name: ") {
            self.end(sink);
            self.name = name.to_owned();
        } else if let Some(host) = behind("Hostname: ") {
            self.host = Some(host.to_owned());
        } else if let Some(start) = behind("Time (start): ").and_then(time) {
            self.run = Some(OpenRun::new(None, String::new(), start, sink));
        } else if let Some(end) = behind("Time (end): ").and_then(time) {
            self.end = Some(end);
        }
    }

    /// Keeps the run, once all is said about it.
    pub(super) fn end(&mut self, sink: &mut Sink<'_>) {
        let told = std::mem::take(self);
        let Some(mut run) = told.run else { return };
        run.host = told.host;
        run.job = job_of_archive(&told.name);
        run.close(told.end, if told.end.is_some() { "ok" } else { "" }, sink);
    }
}

#[derive(Default)]
struct BorgReader {
    archive: Archive,
}

impl LineReader for BorgReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        if let Some((name, start)) = listed(&text) {
            job_runs::record(None, job_of_archive(name), start, None, "", sink);
            return Fate::Parsed;
        }
        self.archive.line(&text, sink);
        if is_known(&text) { Fate::Parsed } else { Fate::Ignored("output-of-a-called-program") }
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.archive.end(sink);
    }
}
