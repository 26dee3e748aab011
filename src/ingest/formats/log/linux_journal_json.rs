//! The systemd journal as JSON Lines (`journalctl -o json`), one object a line.
//!
//! Time:   `__REALTIME_TIMESTAMP`, microseconds of Unix time on the host's clock.
//! Units:  microseconds.
//! Spec:   systemd "Journal JSON Format"; fields in systemd.journal-fields(7). MESSAGE may be a
//!         string, an array of byte values, an array of these, or null.
//! Loses:  all fields but time, host, boot id, identifier, message and monotonic time.
//! Not handled: `-o json-seq` framing beyond its record separator.

use serde_json::Value;

use crate::ingest::formats::{self, Fit, Format, LineReader, Reader, SourceKind};
use crate::ingest::log_lines::{LogTracker, SplitLine, split_uptime};
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct LinuxJournalJson;

impl Format for LinuxJournalJson {
    fn id(&self) -> &'static str {
        "linux-journal-json"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Log
    }

    fn title(&self) -> &'static str {
        "systemd journal as JSON Lines (journalctl -o json)"
    }

    fn fit(&self, head: &[u8], _size_bytes: Option<u64>) -> Fit {
        formats::fit_by_lines(head, |line| {
            line.trim_start_matches('\u{1e}').starts_with('{') && line.contains("\"__REALTIME_TIMESTAMP\"")
        })
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(JournalReader::default()))
    }
}

#[derive(Default)]
struct JournalReader {
    tracker: LogTracker,
}

impl LineReader for JournalReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let line = line.strip_prefix(b"\x1e").unwrap_or(line);
        let Ok(Value::Object(entry)) = serde_json::from_slice::<Value>(line) else {
            return Fate::Quarantined(Reason::BadShape);
        };
        let text_of = |key: &str| entry.get(key).and_then(Value::as_str);
        let Some(at) = text_of("__REALTIME_TIMESTAMP")
            .and_then(|micros| micros.parse::<i64>().ok())
            .and_then(chrono::DateTime::from_timestamp_micros)
        else {
            return Fate::Quarantined(Reason::BadField("__REALTIME_TIMESTAMP"));
        };
        let message = entry.get("MESSAGE").map(message_text).unwrap_or_default();
        let program = if text_of("_TRANSPORT") == Some("kernel") {
            "kernel"
        } else {
            text_of("SYSLOG_IDENTIFIER").or_else(|| text_of("_COMM")).unwrap_or("")
        };
        let uptime_micros = text_of("__MONOTONIC_TIMESTAMP").and_then(|micros| micros.parse().ok());
        let split = SplitLine {
            stamp: Stamp::Zoned(at),
            host: text_of("_HOSTNAME"),
            program,
            text: split_uptime(&message).1,
            boot_id: text_of("_BOOT_ID"),
            uptime_micros,
        };
        self.tracker.take(&split, sink);
        Fate::Parsed
    }
}

fn message_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_u64) => {
            let bytes: Vec<u8> =
                items.iter().filter_map(Value::as_u64).filter_map(|byte| u8::try_from(byte).ok()).collect();
            String::from_utf8_lossy(&bytes).into_owned()
        }
        Value::Array(items) => items.first().map(message_text).unwrap_or_default(),
        _ => String::new(),
    }
}
