//! The kernel's ring buffer: `dmesg` (`[   12.345678] text`) and `dmesg -T`
//! (`[Sat May  1 08:56:53 2021] text`).
//!
//! Time:   seconds since the kernel started; with `-T` the host's local clock, computed by dmesg
//!         from the uptime, so it drifts after a suspend.
//! Units:  seconds.
//! Spec:   dmesg(1), printk.time.
//! Loses:  priorities (`<6>`).
//! Not handled: `dmesg --time-format iso` and `delta`.

use chrono::NaiveDateTime;

use crate::ingest::formats::{self, Fit, Format, LineReader, Reader, SourceKind};
use crate::ingest::log_lines::{LogTracker, SplitLine, split_uptime};
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct LinuxDmesgText;

impl Format for LinuxDmesgText {
    fn id(&self) -> &'static str {
        "linux-dmesg-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Log
    }

    fn title(&self) -> &'static str {
        "kernel ring buffer (dmesg, dmesg -T)"
    }

    fn fit(&self, head: &[u8], _size_bytes: Option<u64>) -> Fit {
        formats::fit_by_lines(head, |line| split_line(line).is_some())
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(DmesgReader::default()))
    }
}

fn split_line(line: &str) -> Option<(Stamp, Option<u64>, &str)> {
    let line = super::strip_priority(line);
    if let (Some(micros), text) = split_uptime(line) {
        return Some((Stamp::SinceBoot { micros }, Some(micros), text));
    }
    let inner = line.strip_prefix('[')?;
    let close = inner.find(']')?;
    #[expect(clippy::disallowed_methods, reason = "dmesg -T prints no zone, and the pattern asks for none")]
    let at = NaiveDateTime::parse_from_str(inner.get(..close)?, "%a %b %e %H:%M:%S %Y").ok()?;
    let text = &inner[close + 1..];
    Some((Stamp::Local(at), None, text.strip_prefix(' ').unwrap_or(text)))
}

#[derive(Default)]
struct DmesgReader {
    tracker: LogTracker,
    lines: u64,
}

impl LineReader for DmesgReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        self.lines += 1;
        let Some((stamp, uptime_micros, message)) = split_line(&text) else {
            if self.lines == 1 {
                return Fate::Ignored("cut-first-line");
            }
            // A message with line breaks in it goes on without a stamp.
            return if self.lines > 1 && !text.contains('\u{fffd}') {
                Fate::Ignored("continuation-line")
            } else {
                Fate::Quarantined(Reason::BadShape)
            };
        };
        let split =
            SplitLine { stamp, host: None, program: "kernel", text: message, boot_id: None, uptime_micros };
        self.tracker.take(&split, sink);
        Fate::Parsed
    }
}
