//! The kernel's ring buffer and consoles: `[   12.345678] text` as dmesg, crash, makedumpfile (`vmcore-dmesg.txt`), pstore
//! and netconsole write it, all time formats of dmesg (`-T`, `-e`, `-d`, `-x`, `-r`, `--time-format`), and captures of
//! a serial console, where boot loaders and programs write between the kernel's lines.
//!
//! Time:   seconds since the kernel started; with `-T` the host's local clock, computed by dmesg
//!         from the uptime, so it drifts after a suspend; with `-e` to the minute, no year. A line
//!         without a time takes the one before it.
//! Units:  seconds.
//! Spec:   dmesg(1) and util-linux sys-utils/dmesg.c, printk.time, CONFIG_PRINTK_CALLER, fs/pstore.
//! Loses:  priorities (`<6>`), callers (`[   T12]`), output of boot loaders and programs.
//! Not handled: parts of a pstore dump are taken in the order of the file, though the kernel writes the last part first.

use std::borrow::Cow;

use crate::ingest::console::{ConsoleLine, console_line, shows_console};
use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::kernel_stamp::{self, KernelTime};
use crate::ingest::lines::as_text;
use crate::ingest::log_lines::{LogTracker, SplitLine, YearWraps};
use crate::ingest::sink::Sink;
use crate::ingest::{kernel_text, log_header, terminal};
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
        "kernel ring buffer (dmesg in all its formats, pstore, serial console)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let head = log_header::whole_lines(head);
        if super::linux_journal_monotonic::host_of_all(head).is_some() {
            return Fit::No;
        }
        let is_stamped =
            |text: &str| kernel_stamp::split(text).is_some_and(|(_, text)| !is_of_another_program(text));
        let (mut stamped, mut other, mut begins) = (0_usize, 0_usize, None);
        for line in head.split(|byte| *byte == b'\n') {
            let text = String::from_utf8_lossy(&line[..line.len().min(400)]);
            let text = terminal::plain(text.trim_start_matches('\0'));
            if text.trim().is_empty() {
                continue;
            }
            let is_stamped = is_stamped(&text);
            stamped += usize::from(is_stamped);
            other += usize::from(!is_stamped);
            begins.get_or_insert(is_stamped);
        }
        if stamped * 10 >= (stamped + other) * 6 {
            return if stamped > 0 { Fit::Sure } else { Fit::No };
        }
        let reads_on = begins == Some(true) && stamped * 5 >= (stamped + other) * 2;
        let shows_console = |line: &[u8]| {
            let text = String::from_utf8_lossy(&line[..line.len().min(400)]);
            let plain = terminal::plain(text.trim_start_matches('\0'));
            let is_other = !plain.trim().is_empty() && !is_stamped(&plain);
            text.contains('\u{1b}') || is_other && (shows_console(&plain) || stands_behind_output(&plain))
        };
        if reads_on || stamped >= 5 && head.split(|byte| *byte == b'\n').any(shows_console) {
            Fit::Maybe
        } else {
            Fit::No
        }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(DmesgReader::default()))
    }
}

/// X servers and web servers write brackets of the same shape.
fn is_of_another_program(text: &str) -> bool {
    let marks = ["(II) ", "(WW) ", "(EE) ", "(==) ", "(**) ", "(--) ", "(++) ", "X.Org ", "Build Date: "];
    let is_level =
        |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b':' | b'_'));
    let level = text.strip_prefix('[').and_then(|inner| inner.split_once(']'));
    marks.iter().any(|mark| text.starts_with(mark))
        || level.is_some_and(|(word, _)| {
            word.len() >= 4 && is_level(word) && text.contains("[client ") | text.contains("[pid ")
        })
}

/// A kernel's time behind output on the same line; not behind the marks of a quotation.
fn stands_behind_output(text: &str) -> bool {
    kernel_stamp::find(text).is_some_and(|(at, _, _)| text[..at].contains(char::is_alphanumeric))
}

#[derive(Default)]
struct DmesgReader {
    tracker: LogTracker,
    wraps: YearWraps,
    last: Option<Stamp>,
    /// The minute that steps count from, and the microseconds since.
    minute: Option<(u8, u8, u32)>,
    stepped_micros: u64,
    /// Something other than the kernel has written, so what has no time need not be the kernel's.
    is_console: bool,
    /// The first message is the kernel's first, so steps count from its start.
    from_start: bool,
}

impl LineReader for DmesgReader {
    fn is_verbatim(&self) -> bool {
        true
    }

    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = as_text(line);
        let text = terminal::plain(&text);
        self.is_console |= matches!(text, Cow::Owned(_));
        if let Some((time, message)) = kernel_stamp::split(&text) {
            let (stamp, uptime_micros) = self.stamp_of(time, message);
            self.last = Some(stamp);
            self.take(stamp, "kernel", pass_program(message), uptime_micros, sink);
            return Fate::Parsed;
        }
        if let Some((_, micros, message)) = kernel_stamp::find(&text) {
            let stamp = Stamp::SinceBoot { micros };
            self.last = Some(stamp);
            self.is_console = true;
            self.take(stamp, "kernel", message, Some(micros), sink);
            return Fate::Parsed;
        }
        self.line_without_time(&text, sink)
    }
}

impl DmesgReader {
    fn take(
        &mut self,
        stamp: Stamp,
        program: &str,
        text: &str,
        uptime_micros: Option<u64>,
        sink: &mut Sink<'_>,
    ) {
        let split = SplitLine { stamp, host: None, program, text, boot_id: None, uptime_micros };
        if stamp == Stamp::Missing {
            self.tracker.take_untimed(&split, sink);
        } else {
            self.tracker.take(&split, sink);
        }
    }

    fn stamp_of(&mut self, time: KernelTime, message: &str) -> (Stamp, Option<u64>) {
        match time {
            KernelTime::Uptime(micros) => (Stamp::SinceBoot { micros }, Some(micros)),
            KernelTime::Local(at) => (Stamp::Local(at), None),
            KernelTime::Zoned(at) => (Stamp::Zoned(at), None),
            KernelTime::Minute { month, day, second_of_day } => {
                self.minute = Some((month, day, second_of_day));
                self.stepped_micros = 0;
                (self.in_minute(), None)
            }
            KernelTime::Step(micros) => {
                self.stepped_micros = self.stepped_micros.saturating_add(micros);
                if self.minute.is_some() {
                    return (self.in_minute(), None);
                }
                self.from_start |= self.last.is_none() && message.starts_with("Linux version ");
                let micros = self.stepped_micros;
                if self.from_start {
                    (Stamp::SinceBoot { micros }, Some(micros))
                } else {
                    (Stamp::Missing, None)
                }
            }
        }
    }

    fn in_minute(&mut self) -> Stamp {
        let Some((month, day, start)) = self.minute else { return Stamp::Missing };
        // The next minute has a line of its own, so no step leads out of this one.
        let seconds = u32::try_from(self.stepped_micros / 1_000_000).unwrap_or(59).min(59);
        Stamp::Yearless { wraps: self.wraps.at(month, day), month, day, second_of_day: start + seconds }
    }

    fn line_without_time(&mut self, text: &str, sink: &mut Sink<'_>) -> Fate {
        let Some(stamp) = self.last else {
            self.is_console |= shows_console(text);
            return match console_line(text) {
                ConsoleLine::PstoreHeading => Fate::Ignored("pstore-part-heading"),
                _ => Fate::Ignored("before-the-kernel"),
            };
        };
        match console_line(text) {
            ConsoleLine::Systemd(status) => {
                self.is_console = true;
                self.take(stamp, "systemd", status, None, sink);
                return Fate::Parsed;
            }
            ConsoleLine::PstoreHeading => return Fate::Ignored("pstore-part-heading"),
            ConsoleLine::Output => {}
        }
        if kernel_text::shape(text).is_some() {
            self.take(stamp, "kernel", text.trim_start(), None, sink);
            return Fate::Parsed;
        }
        // Daemons write what is urgent to the console, too.
        if let Some(header) = log_header::read(text).filter(|header| header.tagged) {
            self.take(stamp, header.program, header.text, None, sink);
            return Fate::Parsed;
        }
        let unreadable = text.chars().filter(|c| *c == '\u{fffd}').count();
        if unreadable * 4 > text.chars().count() {
            return Fate::Quarantined(Reason::BadShape);
        }
        // A message with line breaks in it goes on without a time, on a console set in.
        let goes_on = text.starts_with([' ', '\t']) || !self.is_console;
        Fate::Ignored(if goes_on { "continuation-line" } else { "console-output" })
    }
}

/// Some captures name the program before the message.
fn pass_program(message: &str) -> &str {
    message.strip_prefix("kernel: ").unwrap_or(message)
}
