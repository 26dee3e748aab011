//! The Xen hypervisor's console (`xl dmesg`, `hypervisor.log`): `(XEN) [2025-03-01 02:03:04.123] text`.
//!
//! Time:   with console_timestamps=date or datems the hypervisor's wall clock, which is UTC; with `boot`
//!         seconds since it started; with `none` none.
//! Units:  seconds.
//! Spec:   Xen docs/misc/xen-command-line (console_timestamps), xen/drivers/char/console.c.
//! Loses:  which guest's console a line came from (`(d1)`).
//! Not handled: console_timestamps=raw.

use crate::ingest::formats::{self, Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::lines::as_text;
use crate::ingest::log_header::{When, split_when};
use crate::ingest::log_lines::{LogTracker, SplitLine};
use crate::ingest::sink::Sink;
use crate::ingest::{kernel_stamp, terminal};
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct XenConsoleText;

impl Format for XenConsoleText {
    fn id(&self) -> &'static str {
        "xen-console-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Log
    }

    fn title(&self) -> &'static str {
        "Xen hypervisor's console (xl dmesg)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        formats::fit_by_lines(head, |line| split_line(line).is_some())
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(XenReader::default()))
    }
}

/// Time and text behind `(XEN) `, or behind a guest's mark.
fn split_line(line: &str) -> Option<(Stamp, &str)> {
    let (mark, text) = line.strip_prefix('(')?.split_once(')')?;
    let is_guest = mark.strip_prefix('d').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if mark != "XEN" && !(is_guest && mark.len() <= 8) {
        return None;
    }
    let text = text.strip_prefix(' ').unwrap_or(text);
    if let Some((micros, text)) = kernel_stamp::split_uptime(text) {
        return Some((Stamp::SinceBoot { micros }, text));
    }
    if let Some((time, rest)) = text.strip_prefix('[').and_then(|inner| inner.split_once(']'))
        && let Some((When::Full(stamp), "")) = split_when(time)
    {
        let stamp = match stamp {
            Stamp::Local(at) => Stamp::Zoned(at.and_utc()),
            stamp => stamp,
        };
        return Some((stamp, rest.trim_start()));
    }
    Some((Stamp::Missing, text))
}

#[derive(Default)]
struct XenReader {
    tracker: LogTracker,
}

impl LineReader for XenReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = as_text(line);
        let text = terminal::plain(&text);
        let Some((stamp, message)) = split_line(&text) else {
            // A guest's own output, or the loader's before Xen.
            return if text.starts_with('(') {
                Fate::Quarantined(Reason::BadShape)
            } else {
                Fate::Ignored("console-output")
            };
        };
        let uptime_micros = match stamp {
            Stamp::SinceBoot { micros } => Some(micros),
            _ => None,
        };
        let split =
            SplitLine { stamp, host: None, program: "xen", text: message, boot_id: None, uptime_micros };
        if stamp == Stamp::Missing {
            self.tracker.take_untimed(&split, sink);
        } else if message.starts_with("Xen version ") {
            self.tracker.take_first_of_boot(&split, sink);
        } else {
            self.tracker.take(&split, sink);
        }
        Fate::Parsed
    }
}
