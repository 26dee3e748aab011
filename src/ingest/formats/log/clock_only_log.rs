//! Logs whose lines carry a clock and no date: `21:46:33,509 NOTICE kernel:text`, as installers (anaconda) write them.
//!
//! Time:   none that is kept: without a date a clock says nothing of the day.
//! Units:  none.
//! Spec:   anaconda's rsyslog template for /tmp/syslog.
//! Loses:  the clock, severity.
//! Not handled: dates that stand elsewhere in such a log.

use crate::ingest::formats::{self, Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::lines::as_text;
use crate::ingest::log_lines::{LogTracker, SplitLine};
use crate::ingest::sink::Sink;
use crate::ingest::{kernel_stamp, log_header};
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct ClockOnlyLog;

impl Format for ClockOnlyLog {
    fn id(&self) -> &'static str {
        "clock-only-log"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Log
    }

    fn title(&self) -> &'static str {
        "log with a clock and no date (anaconda's syslog)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        formats::fit_by_lines(head, |line| split_line(line).is_some())
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(ClockReader::default()))
    }
}

/// Program and text behind `HH:MM:SS,mmm SEVERITY`.
fn split_line(line: &str) -> Option<(&str, &str)> {
    if line.as_bytes().get(2) != Some(&b':') {
        return None;
    }
    let (clock, rest) = line.split_once(' ')?;
    let bytes = clock.as_bytes();
    let is_clock = (8..=15).contains(&bytes.len())
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            2 | 5 => *byte == b':',
            8 => matches!(byte, b',' | b'.'),
            _ => byte.is_ascii_digit(),
        });
    let (severity, rest) = rest.trim_start().split_once(' ')?;
    let (program, text) = rest.split_once(':')?;
    let named = !program.is_empty() && program.len() <= 80 && !program.contains(' ');
    let severe = log_header::is_severity(severity) || matches!(severity, "DBG" | "INF" | "WRN" | "CRT");
    (is_clock && severe && named).then(|| (program.split('[').next().unwrap_or(program), text.trim_start()))
}

#[derive(Default)]
struct ClockReader {
    tracker: LogTracker,
    begun: bool,
}

impl LineReader for ClockReader {
    fn is_verbatim(&self) -> bool {
        true
    }

    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = as_text(line);
        let Some((program, message)) = split_line(&text) else {
            let has_clock = text.as_bytes().get(2) == Some(&b':') && text.as_bytes().get(5) == Some(&b':');
            return if self.begun && !has_clock {
                Fate::Ignored("continuation-line")
            } else {
                Fate::Quarantined(Reason::BadShape)
            };
        };
        self.begun = true;
        let (uptime_micros, message) = match kernel_stamp::split_uptime(message) {
            Some((micros, message)) => (Some(micros), message),
            None => (None, message),
        };
        let split = SplitLine {
            stamp: Stamp::Missing,
            host: None,
            program,
            text: message,
            boot_id: None,
            uptime_micros,
        };
        self.tracker.take_untimed(&split, sink);
        Fate::Parsed
    }
}
