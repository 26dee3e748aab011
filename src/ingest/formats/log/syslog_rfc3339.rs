//! Syslog with full time stamps: `2025-03-01T02:03:04.123456+01:00 kvm07 kernel: [  12.345678] text`,
//! with a leading `<PRI>`, and RFC 5424 (`<34>1 2025-… host app pid msgid - text`).
//!
//! Time:   as written, with its offset; a stamp without one is the host's local clock.
//! Units:  none.
//! Spec:   RFC 3339 stamps as rsyslog's file and forward formats write them; RFC 5424 §6.
//! Loses:  severity, facility, structured data.
//! Not handled: octet-counted framing.

use crate::ingest::formats::{self, Fit, Format, LineReader, Reader, SourceKind};
use crate::ingest::log_lines::{LogTracker, SplitLine, split_tag, split_uptime};
use crate::ingest::sink::Sink;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct SyslogRfc3339;

impl Format for SyslogRfc3339 {
    fn id(&self) -> &'static str {
        "syslog-rfc3339"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Log
    }

    fn title(&self) -> &'static str {
        "syslog with full time stamps (RFC 3339, RFC 5424)"
    }

    fn fit(&self, head: &[u8], _size_bytes: Option<u64>) -> Fit {
        // A time and words: what backups write has that shape, too, and names no host.
        if crate::ingest::formats::backup::is_log_of_a_backup(head) {
            return Fit::No;
        }
        formats::fit_by_lines(head, |line| split_line(line).is_some())
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(FullStampReader::default()))
    }
}

struct Parts<'a> {
    stamp: Stamp,
    host: &'a str,
    program: &'a str,
    message: &'a str,
}

fn split_line(line: &str) -> Option<Parts<'_>> {
    let bare = super::strip_priority(line);
    let had_priority = bare.len() < line.len();
    if had_priority && let Some(rest) = bare.strip_prefix("1 ") {
        return split_5424(rest);
    }
    let (stamp, rest) = split_stamp(bare)?;
    let (host, message) = rest.split_once(' ').unwrap_or((rest, ""));
    if host.is_empty() || host.contains([',', ';', '|', '"', '=']) {
        return None;
    }
    let (program, message) = split_tag(message);
    Some(Parts { stamp, host, program, message })
}

/// A stamp at the front: one word, or date and clock as two.
fn split_stamp(line: &str) -> Option<(Stamp, &str)> {
    let first = line.split(' ').next()?;
    if first.len() < 10
        || !first.as_bytes()[..4].iter().all(u8::is_ascii_digit)
        || first.as_bytes()[4] != b'-'
    {
        return None;
    }
    let mut end = first.len();
    if first.len() == 10 {
        let clock = line.get(11..)?.split(' ').next()?;
        if !clock.contains(':') {
            return None;
        }
        end = 11 + clock.len();
    }
    let stamp = written_time::read(line.get(..end)?.trim_end_matches(','), DayFirst(false))?;
    Some((stamp, line.get(end..)?.trim_start()))
}

fn split_5424(rest: &str) -> Option<Parts<'_>> {
    let (stamp, rest) = rest.split_once(' ')?;
    let stamp = if stamp == "-" { Stamp::Missing } else { written_time::read(stamp, DayFirst(false))? };
    let (host, rest) = rest.split_once(' ')?;
    let (program, rest) = rest.split_once(' ')?;
    let (_pid, rest) = rest.split_once(' ')?;
    let (_msgid, rest) = rest.split_once(' ')?;
    let message = if let Some(after) = rest.strip_prefix('-') {
        after
    } else {
        // Structured data ends at the last `]` that a blank or the end follows.
        rest.rsplit_once("] ").map_or("", |(_, message)| message)
    };
    let message = message.trim_start().trim_start_matches('\u{feff}');
    let host = if host == "-" { "" } else { host };
    let program = if program == "-" { "" } else { program };
    Some(Parts { stamp, host, program, message })
}

#[derive(Default)]
struct FullStampReader {
    tracker: LogTracker,
    lines: u64,
}

impl LineReader for FullStampReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        self.lines += 1;
        let Some(parts) = split_line(&text) else {
            if text.starts_with([' ', '\t']) && self.lines > 1 {
                return Fate::Ignored("continuation-line");
            }
            return Fate::Quarantined(Reason::BadShape);
        };
        let (uptime_micros, message) = split_uptime(parts.message);
        let host = (!parts.host.is_empty()).then_some(parts.host);
        let split = SplitLine {
            stamp: parts.stamp,
            host,
            program: parts.program,
            text: message,
            boot_id: None,
            uptime_micros,
        };
        self.tracker.take(&split, sink);
        Fate::Parsed
    }
}
