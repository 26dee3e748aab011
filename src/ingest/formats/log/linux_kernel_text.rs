//! Kernel messages without any time: the report of a crash as abrt keeps it, `dmesg -t`, consoles
//! of kernels with printk.time off.
//!
//! Time:   none; only the order of the lines is known.
//! Units:  none.
//! Spec:   the kernel's sources, by the beginnings of lines that `kernel_text` lists.
//! Loses:  nothing that the lines say.
//! Not handled: when it happened, which only the place of the file can tell.

use std::collections::BTreeSet;

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::kernel_text::{Shape, shape};
use crate::ingest::lines::as_text;
use crate::ingest::log_lines::{LogTracker, SplitLine};
use crate::ingest::sink::Sink;
use crate::ingest::{log_header, terminal};
use crate::ledger::Fate;
use crate::model::Stamp;

pub struct LinuxKernelText;

impl Format for LinuxKernelText {
    fn id(&self) -> &'static str {
        "linux-kernel-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Log
    }

    fn title(&self) -> &'static str {
        "kernel messages without times (crash reports, dmesg -t)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let mut shapes = BTreeSet::new();
        let (mut own, mut other) = (0_usize, 0_usize);
        let mut first = None;
        let mut before = None;
        let head = if head.says_one_of(BANNERS) { behind_banners(head) } else { head };
        let starts = head.starts_with(b"Linux version ") || head.starts_with(b"Bootdata ok ");
        let mut left = log_header::whole_lines(head).split(|byte| *byte == b'\n').take(400).count();
        for line in log_header::whole_lines(head).split(|byte| *byte == b'\n').take(400) {
            left -= 1;
            // However many are left, they cannot make up for it.
            if own + left + 1 < other * 2 && !starts {
                return Fit::No;
            }
            let text = String::from_utf8_lossy(&line[..line.len().min(400)]);
            let text = text.trim_end_matches('\r');
            if text.trim().is_empty() {
                continue;
            }
            let found = shape(text);
            first.get_or_insert(found);
            // The list of modules goes on over several lines.
            let goes_on = before == Some(Shape::Modules) && text.starts_with(' ');
            match found {
                Some(found) => {
                    shapes.insert(found);
                    own += 1;
                }
                None => other += usize::from(!goes_on),
            }
            before = if goes_on && found.is_none() { before } else { found };
        }
        let begins = first == Some(Some(Shape::Headline));
        let report = begins && shapes.len() >= 3 && own >= other * 2 || shapes.len() >= 5 && own >= other * 4;
        match (report, starts && own >= 8 && own * 8 >= own + other) {
            (true, _) => Fit::Sure,
            (_, true) => Fit::Maybe,
            _ => Fit::No,
        }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(KernelTextReader::default()))
    }
}

/// What a BMC, firmware and boot loader print on a serial console before a kernel starts.
const BANNERS: &[&str] = &[
    "[SOL Session operational",
    "SOL Session",
    "Press DEL to run Setup",
    "Press <DEL>",
    "Press F2",
    "Press <F2>",
    "BIOS Date:",
    "Loading initial ramdisk",
    "Booting '",
    "Starting Serial Over LAN",
    "Welcome to GRUB!",
    "GNU GRUB",
    "Loading Linux ",
];

/// A capture of a console from where a kernel starts or dies; `head` itself if it is none.
fn behind_banners(head: &[u8]) -> &[u8] {
    let (mut at, mut seen) = (0, false);
    for line in head.split_inclusive(|byte| *byte == b'\n').take(400) {
        let text = String::from_utf8_lossy(&line[..line.len().min(400)]);
        let text = terminal::plain(&text);
        seen |= BANNERS.iter().any(|banner| text.trim_start().starts_with(banner));
        if seen && (text.starts_with("Linux version ") || shape(&text) == Some(Shape::Headline)) {
            return &head[at..];
        }
        at += line.len();
    }
    head
}

#[derive(Default)]
struct KernelTextReader {
    tracker: LogTracker,
}

impl LineReader for KernelTextReader {
    fn is_verbatim(&self) -> bool {
        true
    }

    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = as_text(line);
        let text = terminal::plain(&text);
        let split = SplitLine {
            stamp: Stamp::Missing,
            host: None,
            program: "kernel",
            text: text.trim(),
            boot_id: None,
            uptime_micros: None,
        };
        self.tracker.take_untimed(&split, sink);
        Fate::Parsed
    }
}
