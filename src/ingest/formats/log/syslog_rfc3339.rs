//! Syslog with full time stamps: `2025-03-01T02:03:04.123456+01:00 kvm07 kernel: [  12.345678] text`,
//! with a leading `<PRI>`, and RFC 5424 (`<34>1 2025-… host app pid msgid - text`). Everything else that puts a date
//! with its year first is split by `log_header`: ISO 8601 with a blank, comma or no zone, `journalctl` with
//! `short-iso`, `short-full` and `short-unix`, ChromeOS, ESXi, libvirt, OpenWrt, multilog, seconds of Unix time.
//!
//! Time:   as written, with its offset; a stamp without one is the host's local clock, and so is one
//!         whose zone is an abbreviation other than UTC.
//! Units:  none.
//! Spec:   RFC 3339 stamps as rsyslog's file and forward formats write them; RFC 5424 §6; the framing
//!         of RFC 6587 §3.4.1; journalctl(1); libtai's TAI64N labels.
//! Loses:  severity, facility, structured data.
//! Not handled: octet-counted messages with line breaks inside: their further lines are passed over.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::kernel_stamp;
use crate::ingest::lines::as_text;
use crate::ingest::log_header::{self, Family, Unsplit};
use crate::ingest::log_lines::{LogTracker, SplitLine, YearWraps, split_tag};
use crate::ingest::quiet_lines::{Ahead, Passed, QuietLines};
use crate::ingest::quiet_stretch::Outlook;
use crate::ingest::sink::Sink;
use crate::ingest::terminal;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::Fate;
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

    fn fit(&self, head: &Head<'_>) -> Fit {
        log_header::fit(head, Family::FullStamp)
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(FullStampReader::default()))
    }
}

struct Parts<'a> {
    stamp: Stamp,
    host: &'a str,
    /// Tag and text.
    tagged: &'a str,
    program: &'a str,
    message: &'a str,
}

/// Splits the plain form: stamp, host, a program's tag, text.
fn split_line(line: &str) -> Option<Parts<'_>> {
    let (stamp, rest) = split_stamp(&line[log_header::priority_len(line.as_bytes())..])?;
    let (host, tagged) = rest.split_once(' ')?;
    let (program, message) = split_tag(tagged);
    let plain = !program.is_empty() && log_header::is_plain(host, message) && !log_header::is_severity(host);
    (plain && !terminal::has_escape(line.as_bytes())).then_some(Parts {
        stamp,
        host,
        tagged,
        program,
        message,
    })
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

#[derive(Default)]
struct FullStampReader {
    tracker: LogTracker,
    wraps: YearWraps,
    quiet: QuietLines,
    unsplit: Unsplit,
}

impl LineReader for FullStampReader {
    fn outlook(&self) -> Option<Outlook> {
        self.quiet.outlook(&self.tracker)
    }

    fn pass(&mut self, text: &[u8], number: u64, ahead: Option<Ahead<'_>>, sink: &mut Sink<'_>) -> Passed {
        if self.unsplit.boot_begins() {
            return Passed::default();
        }
        let passed = self.quiet.pass(text, number, ahead, &mut self.tracker, sink);
        if passed.lines > 0 {
            self.unsplit.passed();
        }
        passed
    }

    fn is_verbatim(&self) -> bool {
        true
    }

    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = as_text(line);
        let Some(parts) = split_line(&text) else {
            return self.unsplit.line(&text, &mut self.tracker, &mut self.wraps, sink);
        };
        self.quiet.keep(&text, &parts.stamp, parts.host, parts.tagged);
        let (uptime_micros, message) = match kernel_stamp::split_uptime(parts.message) {
            Some((micros, message)) => (Some(micros), message),
            None => (None, parts.message),
        };
        let split = SplitLine {
            stamp: parts.stamp,
            host: Some(parts.host),
            program: parts.program,
            text: message,
            boot_id: None,
            uptime_micros,
        };
        self.unsplit.take(&split, &mut self.tracker, sink);
        Fate::Parsed
    }
}
