//! What systemd printed while a system came up (`/var/log/boot.log`, kept by plymouth): `[  OK  ] Started …`, under a
//! line of dashes with the time of the boot.
//!
//! Time:   the heading's, on the host's local clock, for all lines under it; none above the first heading.
//! Units:  none.
//! Spec:   plymouth ply-boot-server's log and its logrotate file; systemd src/core/manager.c.
//! Loses:  colours.
//! Not handled: boot.log of sysvinit, whose lines carry no mark of their own.

use crate::ingest::console::{ConsoleLine, console_line};
use crate::ingest::formats::{self, Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::lines::as_text;
use crate::ingest::log_header::{When, split_when};
use crate::ingest::log_lines::{LogTracker, SplitLine};
use crate::ingest::sink::Sink;
use crate::ingest::{kernel_stamp, terminal};
use crate::ledger::Fate;
use crate::model::Stamp;

pub struct LinuxBootLog;

impl Format for LinuxBootLog {
    fn id(&self) -> &'static str {
        "linux-boot-log"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Log
    }

    fn title(&self) -> &'static str {
        "messages of systemd while booting (boot.log)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let fit = formats::fit_by_lines(head, |line| {
            let text = terminal::plain(line);
            boot_time(&text).is_some() || matches!(console_line(&text), ConsoleLine::Systemd(_))
        });
        // Where the kernel writes, too, it is a console.
        let of_the_kernel = |line: &&str| kernel_stamp::find(line).is_some();
        if fit != Fit::No && head.text().lines().filter(of_the_kernel).count() >= 5 { Fit::No } else { fit }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(BootLogReader::default()))
    }
}

/// `------------ Sat Mar 01 02:03:04 CET 2025 ------------`.
fn boot_time(line: &str) -> Option<Stamp> {
    let inner = line.trim().strip_prefix("------------")?.trim_matches('-').trim();
    match split_when(inner)? {
        (When::Full(stamp), "") => Some(stamp),
        _ => None,
    }
}

#[derive(Default)]
struct BootLogReader {
    tracker: LogTracker,
    boot: Option<Stamp>,
    first: bool,
}

impl LineReader for BootLogReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = as_text(line);
        let text = terminal::plain(&text);
        if let Some(stamp) = boot_time(&text) {
            self.boot = Some(stamp);
            self.first = true;
            return Fate::Ignored("heading");
        }
        if let Some((_, micros, message)) = kernel_stamp::find(&text) {
            let split = SplitLine {
                stamp: Stamp::SinceBoot { micros },
                host: None,
                program: "kernel",
                text: message,
                boot_id: None,
                uptime_micros: Some(micros),
            };
            self.tracker.take(&split, sink);
            return Fate::Parsed;
        }
        let ConsoleLine::Systemd(status) = console_line(&text) else {
            return Fate::Ignored("console-output");
        };
        let stamp = self.boot.unwrap_or(Stamp::Missing);
        let split = SplitLine {
            stamp,
            host: None,
            program: "systemd",
            text: status,
            boot_id: None,
            uptime_micros: None,
        };
        if std::mem::take(&mut self.first) {
            self.tracker.take_first_of_boot(&split, sink);
        } else if self.boot.is_some() {
            self.tracker.take(&split, sink);
        } else {
            self.tracker.take_untimed(&split, sink);
        }
        Fate::Parsed
    }
}
