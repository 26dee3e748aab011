//! The systemd journal with all fields (`journalctl -o verbose`): a line with the time and the cursor, then a
//! line per field, set in.
//!
//! Time:   the cursor's `t`, Unix time on the host's clock; the written time repeats it in somebody's zone.
//! Units:  microseconds.
//! Spec:   journalctl(1), systemd src/shared/logs-show.c.
//! Loses:  all fields but time, host, boot id, identifier, message and monotonic time.
//! Not handled: outputs that were filtered to some fields (`--output-fields`) without `_HOSTNAME` name no host.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::journal_entry::JournalEntry;
use crate::ingest::lines::as_text;
use crate::ingest::log_header::{self, When};
use crate::ingest::log_lines::LogTracker;
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};
use crate::model::record::Span;

pub struct LinuxJournalVerbose;

impl Format for LinuxJournalVerbose {
    fn id(&self) -> &'static str {
        "linux-journal-verbose"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Log
    }

    fn title(&self) -> &'static str {
        "systemd journal with all fields (journalctl -o verbose)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let text = head.whole_lines();
        let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("-- "));
        let heads = lines.next().is_some_and(|line| split_head(line).is_some());
        let fields = lines.next().is_some_and(|line| split_field(line).is_some());
        if heads && fields { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(VerboseReader::default()))
    }
}

/// The cursor of `Sat 2025-03-01 02:03:04.123456 CET [s=…;i=…;b=…;m=…;t=…;x=…]`.
fn split_head(line: &str) -> Option<&str> {
    let (When::Full(_), rest) = log_header::split_when(line)? else { return None };
    let (_, cursor) = rest.trim().split_once("[s=").filter(|(zone, _)| zone.len() <= 8)?;
    cursor.trim_end().strip_suffix(']')
}

/// A number of the cursor, in hexadecimal there.
fn of_cursor(cursor: &str, key: &str) -> Option<u64> {
    let hex = cursor.split(';').find_map(|part| part.strip_prefix(key)?.strip_prefix('='))?;
    u64::from_str_radix(hex, 16).ok()
}

/// `    KEY=value`.
fn split_field(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.strip_prefix("    ")?.split_once('=')?;
    let is_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    (!key.is_empty() && key.bytes().all(is_name)).then_some((key, value))
}

#[derive(Default)]
struct VerboseReader {
    tracker: LogTracker,
    entry: JournalEntry,
    /// Where the entry's first line stands.
    span: Span,
    begun: bool,
    entries: u64,
}

impl LineReader for VerboseReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = as_text(line);
        let text = crate::ingest::terminal::plain(&text);
        if let Some(cursor) = split_head(&text) {
            self.close(sink);
            self.begun = true;
            self.span = sink.span();
            self.entry.realtime_micros = of_cursor(cursor, "t").and_then(|micros| i64::try_from(micros).ok());
            self.entry.monotonic_micros = of_cursor(cursor, "m");
            return Fate::Parsed;
        }
        if text.starts_with("-- ") {
            return Fate::Ignored("journal-heading");
        }
        if !self.begun {
            return Fate::Quarantined(Reason::BadShape);
        }
        match split_field(&text) {
            Some((key, value)) if self.entry.note(key, value) => Fate::Parsed,
            Some(_) => Fate::Ignored("journal-field-not-used"),
            None if text.starts_with("    ") => Fate::Ignored("continuation-line"),
            None => Fate::Quarantined(Reason::BadShape),
        }
    }

    /// Lines were counted; entries are the records.
    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.close(sink);
        sink.understood = self.entries;
    }
}

impl VerboseReader {
    fn close(&mut self, sink: &mut Sink<'_>) {
        let entry = std::mem::take(&mut self.entry);
        if entry.is_empty() {
            return;
        }
        let here = sink.span();
        sink.at(self.span);
        if entry.take(&mut self.tracker, sink) == Fate::Parsed {
            self.entries += 1;
        }
        sink.at(here);
    }
}
