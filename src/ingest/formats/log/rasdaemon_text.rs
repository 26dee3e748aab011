//! rasdaemon's database as text (`ras-mc-ctl --errors`, `--summary`): hardware errors under headings.
//!
//! Time:   `--errors`: with the offset, as rasdaemon stored it; `--summary`: none.
//! Units:  none.
//! Spec:   ras-mc-ctl(8), rasdaemon util/ras-mc-ctl.
//! Loses:  the number of the record in the database.
//! Not handled: `--error-count`, a table without times.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::lines::as_text;
use crate::ingest::log_header::{When, split_when};
use crate::ingest::log_lines::{LogTracker, SplitLine};
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct RasdaemonText;

impl Format for RasdaemonText {
    fn id(&self) -> &'static str {
        "rasdaemon-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Log
    }

    fn title(&self) -> &'static str {
        "hardware errors of rasdaemon (ras-mc-ctl --errors, --summary)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let text = head.whole_lines();
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let begins = lines.next().is_some_and(is_heading);
        let goes_on = lines
            .take(100)
            .all(|line| is_heading(line) || split_error(line).is_some() || line.starts_with('\t'));
        if begins && goes_on { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(RasdaemonReader::default()))
    }
}

/// `Memory controller events:`, `PCIe AER events summary:`, `No MCE errors.`
fn is_heading(line: &str) -> bool {
    const WHAT: &[&str] = &[
        "Memory",
        "PCIe AER",
        "MCE",
        "Extlog",
        "ARM processor",
        "CXL",
        "Devlink",
        "Disk",
        "Memory failure",
        "Vendor",
        "Non",
        "Signal",
    ];
    let line = line.trim_end();
    let (rest, ends) = match line.strip_prefix("No ") {
        Some(rest) => (rest, rest.ends_with('.')),
        None => (line, line.ends_with("events:") || line.ends_with("summary:") || line.ends_with("records:")),
    };
    ends && WHAT.iter().any(|what| rest.starts_with(what)) && line.len() < 100
}

/// `3 2025-03-01 02:03:04 +0100 1 Corrected error(s): …`: time and text.
fn split_error(line: &str) -> Option<(Stamp, &str)> {
    let (number, rest) = line.split_once(' ')?;
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match split_when(rest)? {
        (When::Full(stamp), text) => Some((stamp, text.trim_start())),
        _ => None,
    }
}

#[derive(Default)]
struct RasdaemonReader {
    tracker: LogTracker,
}

impl LineReader for RasdaemonReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = as_text(line);
        if is_heading(&text) {
            return Fate::Ignored("heading");
        }
        let (stamp, message) = match (split_error(&text), text.strip_prefix('\t')) {
            (Some(error), _) => error,
            (None, Some(summary)) => (Stamp::Missing, summary),
            (None, None) => return Fate::Quarantined(Reason::BadShape),
        };
        let split = SplitLine {
            stamp,
            host: None,
            program: "rasdaemon",
            text: message,
            boot_id: None,
            uptime_micros: None,
        };
        match stamp {
            Stamp::Missing => self.tracker.take_untimed(&split, sink),
            _ => self.tracker.take(&split, sink),
        }
        Fate::Parsed
    }
}
