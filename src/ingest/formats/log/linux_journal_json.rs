//! The systemd journal as JSON (`journalctl -o json`, `json-pretty`, `json-sse`, `json-seq`, and what jq makes of it).
//!
//! Time:   `__REALTIME_TIMESTAMP`, microseconds of Unix time on the host's clock.
//! Units:  microseconds.
//! Spec:   systemd "Journal JSON Format"; fields in systemd.journal-fields(7). A field may be a
//!         string, an array of byte values, an array of these, or null.
//! Loses:  all fields but time, host, boot id, identifier, message and monotonic time.
//! Not handled: entries of more than a MiB over several lines.

use serde_json::{Map, Value};

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::journal_entry::JournalEntry;
use crate::ingest::lines::as_text;
use crate::ingest::log_lines::LogTracker;
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};

pub struct LinuxJournalJson;

const STAMP_KEY: &str = "\"__REALTIME_TIMESTAMP\"";

impl Format for LinuxJournalJson {
    fn id(&self) -> &'static str {
        "linux-journal-json"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Log
    }

    fn title(&self) -> &'static str {
        "systemd journal as JSON (journalctl -o json and its relatives)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        // A cut last line is left out; but a single entry can be longer than the head.
        let text = head.whole_lines();
        let mut lines = text.lines().map(unframed).filter(|line| !line.is_empty());
        let Some(first) = lines.next() else { return Fit::No };
        if first == "{" || first == "[" {
            let is_entry =
                text.contains(STAMP_KEY) && (text.contains("\"_BOOT_ID\"") || text.contains("\"__CURSOR\""));
            return if is_entry { Fit::Sure } else { Fit::No };
        }
        let (mut own, mut all) = (0_usize, 0_usize);
        for line in std::iter::once(first).chain(lines).take(60) {
            all += 1;
            own += usize::from(line.starts_with('{') && line.contains(STAMP_KEY));
        }
        if own * 10 >= all * 6 { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(JournalReader::default()))
    }
}

/// A line without the framing of json-seq (RFC 7464) and of server-sent events.
fn unframed(line: &str) -> &str {
    let line = line.trim_start_matches('\u{1e}').trim();
    line.strip_prefix("data:").unwrap_or(line).trim()
}

/// The longest entry over several lines.
const ENTRY_BYTES_MAX: usize = 1024 * 1024;

#[derive(Default)]
struct JournalReader {
    tracker: LogTracker,
    /// Lines of an entry that is not complete.
    open: String,
    entries: u64,
}

impl LineReader for JournalReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = as_text(line);
        let text = unframed(&text);
        let bare = text.trim_end_matches(',');
        if !self.open.is_empty() {
            return self.goes_on(bare, text, sink);
        }
        match bare {
            "" | "[" | "]" => Fate::Ignored("json-framing"),
            "{" | "[{" => {
                self.open.push('{');
                Fate::Parsed
            }
            object => match serde_json::from_str(object) {
                Ok(Value::Object(entry)) => self.take(&entry, sink),
                _ => Fate::Quarantined(Reason::BadShape),
            },
        }
    }

    /// Lines were counted; entries are the records.
    fn finish(&mut self, sink: &mut Sink<'_>) {
        sink.understood = self.entries;
    }
}

impl JournalReader {
    /// An entry over several lines ends with a brace of its own: fields hold arrays, never objects.
    fn goes_on(&mut self, bare: &str, text: &str, sink: &mut Sink<'_>) -> Fate {
        if !bare.starts_with('}') {
            if self.open.len() + text.len() > ENTRY_BYTES_MAX {
                self.open.clear();
                return Fate::Quarantined(Reason::TooLong);
            }
            self.open.push_str(text);
            return Fate::Parsed;
        }
        let mut object = std::mem::take(&mut self.open);
        object.push('}');
        match serde_json::from_str(&object) {
            Ok(Value::Object(entry)) => self.take(&entry, sink),
            _ => Fate::Quarantined(Reason::BadShape),
        }
    }

    fn take(&mut self, fields: &Map<String, Value>, sink: &mut Sink<'_>) -> Fate {
        let mut entry = JournalEntry::default();
        for (key, value) in fields {
            match value {
                Value::String(text) => entry.note(key, text),
                other => entry.note(key, &text_of(other)),
            };
        }
        let fate = entry.take(&mut self.tracker, sink);
        self.entries += u64::from(fate == Fate::Parsed);
        fate
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) if items.iter().all(Value::is_u64) => {
            let bytes: Vec<u8> =
                items.iter().filter_map(Value::as_u64).filter_map(|byte| u8::try_from(byte).ok()).collect();
            String::from_utf8_lossy(&bytes).into_owned()
        }
        Value::Array(items) => match items.first() {
            // An array in an array is bytes; deeper there is nothing in this format.
            Some(Value::Array(bytes)) if bytes.iter().all(Value::is_u64) => text_of(&items[0]),
            Some(Value::String(text)) => text.clone(),
            _ => String::new(),
        },
        _ => String::new(),
    }
}
