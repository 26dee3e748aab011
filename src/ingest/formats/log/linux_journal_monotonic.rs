//! The journal as text with uptimes (`journalctl -o short-monotonic`, `short-delta`):
//! `[   12.345678] kvm07 systemd[1]: text`.
//!
//! Time:   seconds since the kernel started; starts over at `-- Boot … --`.
//! Units:  seconds.
//! Spec:   journalctl(1), systemd src/shared/logs-show.c.
//! Loses:  the step from the line before.
//! Not handled: journals of several hosts merged into one output.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::kernel_stamp;
use crate::ingest::lines::as_text;
use crate::ingest::log_header::{self, Unsplit};
use crate::ingest::log_lines::{LogTracker, SplitLine, YearWraps, split_tag};
use crate::ingest::sink::Sink;
use crate::ledger::Fate;
use crate::model::Stamp;

pub struct LinuxJournalMonotonic;

impl Format for LinuxJournalMonotonic {
    fn id(&self) -> &'static str {
        "linux-journal-monotonic"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Log
    }

    fn title(&self) -> &'static str {
        "systemd journal as text with uptimes (journalctl -o short-monotonic)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if host_of_all(log_header::whole_lines(head)).is_some() { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(MonotonicReader::default()))
    }
}

/// The word that stands behind every bracket, where a tag follows it each time: the host. In a
/// ring buffer that word is the driver's, and changes.
pub(super) fn host_of_all(head: &[u8]) -> Option<String> {
    let mut host: Option<String> = None;
    let (mut lines, mut others, mut named) = (0_usize, 0_usize, false);
    for line in head.split(|byte| *byte == b'\n').take(400) {
        let text = String::from_utf8_lossy(&line[..line.len().min(300)]);
        let Some((_, first, program, _)) = split(&text) else {
            let neutral = text.trim().is_empty() || text.starts_with("-- ") || text.starts_with([' ', '\t']);
            others += usize::from(!neutral);
            continue;
        };
        if host.get_or_insert_with(|| first.to_owned()) != first {
            return None;
        }
        lines += 1;
        named |= matches!(program, "kernel" | "systemd" | "systemd-journald");
    }
    host.filter(|_| named && lines >= others * 9)
}

/// Uptime, host, program and text.
fn split(line: &str) -> Option<(u64, &str, &str, &str)> {
    let (micros, rest) = kernel_stamp::split_uptime(line)?;
    let (host, message) = rest.split_once(' ')?;
    if host.ends_with(':') || host.contains(['[', '(']) {
        return None;
    }
    let (program, text) = split_tag(message);
    (!program.is_empty() && log_header::is_plain(host, "")).then_some((micros, host, program, text))
}

#[derive(Default)]
struct MonotonicReader {
    tracker: LogTracker,
    wraps: YearWraps,
    unsplit: Unsplit,
}

impl LineReader for MonotonicReader {
    fn is_verbatim(&self) -> bool {
        true
    }

    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = as_text(line);
        let Some((micros, host, program, text)) = split(&text) else {
            return self.unsplit.line(&text, &mut self.tracker, &mut self.wraps, sink);
        };
        let split = SplitLine {
            stamp: Stamp::SinceBoot { micros },
            host: Some(host),
            program,
            text,
            boot_id: None,
            uptime_micros: Some(micros),
        };
        self.unsplit.take(&split, &mut self.tracker, sink);
        Fate::Parsed
    }
}
