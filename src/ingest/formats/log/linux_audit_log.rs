//! The audit daemon's log: `type=SYSTEM_BOOT msg=audit(1740790984.123:45): pid=…`, raw or as ausearch prints it.
//!
//! Time:   Unix time on the host's clock; `ausearch -i` prints the local time in the locale's order,
//!         of which month first with a four-digit year is read.
//! Units:  milliseconds.
//! Spec:   auditd(8), ausearch(8).
//! Loses:  the serial number of the event.
//! Not handled: `ausearch -i` in locales that write the day first.

use crate::ingest::formats::{self, Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::lines::as_text;
use crate::ingest::log_header;
use crate::ingest::log_lines::{LogTracker, SplitLine};
use crate::ingest::sink::Sink;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct LinuxAuditLog;

impl Format for LinuxAuditLog {
    fn id(&self) -> &'static str {
        "linux-audit-log"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Log
    }

    fn title(&self) -> &'static str {
        "audit daemon's log (audit.log, ausearch)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        formats::fit_by_lines(head, |line| split_event(line).is_some() || is_separator(line))
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(AuditReader::default()))
    }
}

struct Event<'a> {
    host: Option<&'a str>,
    kind: &'a str,
    stamp: Stamp,
    text: &'a str,
}

fn split_event(line: &str) -> Option<Event<'_>> {
    let (host, line) = match line.strip_prefix("node=").and_then(|rest| rest.split_once(' ')) {
        Some((host, rest)) => (Some(host), rest),
        None => (None, line),
    };
    let (kind, rest) = line.strip_prefix("type=")?.split_once(' ')?;
    let inner = rest.trim_start().strip_prefix("msg=audit(")?;
    let (stamp, text) = inner.split_once(')')?;
    let (time, serial) = stamp.rsplit_once(':')?;
    if serial.is_empty() || !serial.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let stamp = match log_header::split_when(&format!("{time} ")) {
        Some((log_header::When::Full(stamp), " ")) => stamp,
        _ => written_time::read(time, DayFirst(false))?,
    };
    Some(Event { host, kind, stamp, text: text.trim_start().strip_prefix(':')?.trim_start() })
}

/// ausearch separates events and repeats their time.
fn is_separator(line: &str) -> bool {
    line == "----" || line.starts_with("time->")
}

#[derive(Default)]
struct AuditReader {
    tracker: LogTracker,
}

impl LineReader for AuditReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = as_text(line);
        let Some(event) = split_event(&text) else {
            return if is_separator(&text) {
                Fate::Ignored("audit-separator")
            } else {
                Fate::Quarantined(Reason::BadShape)
            };
        };
        let message = format!("type={} {}", event.kind, event.text);
        let split = SplitLine {
            stamp: event.stamp,
            host: event.host,
            program: "auditd",
            text: &message,
            boot_id: None,
            uptime_micros: None,
        };
        // systemd-update-utmp writes it once, when the system comes up.
        if event.kind == "SYSTEM_BOOT" {
            self.tracker.take_first_of_boot(&split, sink);
        } else {
            self.tracker.take(&split, sink);
        }
        Fate::Parsed
    }
}
