//! One entry of the systemd journal, collected from its fields in whatever form they come.

use super::kernel_stamp;
use super::log_lines::{LogTracker, SplitLine};
use super::sink::Sink;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

/// Bytes of a field that are kept; a core dump can be in the journal, too.
const FIELD_BYTES_MAX: usize = 64 * 1024;

/// The fields that tell when, where and what.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct JournalEntry {
    /// Microseconds of Unix time.
    pub realtime_micros: Option<i64>,
    pub monotonic_micros: Option<u64>,
    boot_id: Option<String>,
    host: Option<String>,
    identifier: Option<String>,
    command: Option<String>,
    transport: Option<String>,
    message: String,
}

impl JournalEntry {
    /// Notes a field; true if it is one of those used.
    pub fn note(&mut self, key: &str, value: &str) -> bool {
        let value = &value[..value.floor_char_boundary(FIELD_BYTES_MAX)];
        match key {
            "__REALTIME_TIMESTAMP" => self.realtime_micros = value.parse().ok(),
            "__MONOTONIC_TIMESTAMP" => self.monotonic_micros = value.parse().ok(),
            "_BOOT_ID" => self.boot_id = Some(value.to_owned()),
            "_HOSTNAME" => self.host = Some(value.to_owned()),
            "SYSLOG_IDENTIFIER" => self.identifier = Some(value.to_owned()),
            "_COMM" => self.command = Some(value.to_owned()),
            "_TRANSPORT" => self.transport = Some(value.to_owned()),
            // A field can come twice; the first is what programs show.
            "MESSAGE" if self.message.is_empty() => value.clone_into(&mut self.message),
            "MESSAGE" => {}
            _ => return false,
        }
        true
    }

    /// Nothing has been noted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Hands the entry on as a log line.
    pub fn take(&self, tracker: &mut LogTracker, sink: &mut Sink<'_>) -> Fate {
        let Some(at) = self.realtime_micros.and_then(chrono::DateTime::from_timestamp_micros) else {
            return Fate::Quarantined(Reason::BadField("__REALTIME_TIMESTAMP"));
        };
        let program = if self.transport.as_deref() == Some("kernel") {
            "kernel"
        } else {
            self.identifier.as_deref().or(self.command.as_deref()).unwrap_or("-")
        };
        let text = kernel_stamp::split_uptime(&self.message).map_or(self.message.as_str(), |(_, text)| text);
        let split = SplitLine {
            stamp: Stamp::Zoned(at),
            host: self.host.as_deref(),
            program,
            text,
            boot_id: self.boot_id.as_deref(),
            uptime_micros: self.monotonic_micros,
        };
        tracker.take(&split, sink);
        Fate::Parsed
    }
}
