//! Logs of supercomputers as the Computer Failure Data Repository publishes them: an alert's label or `-`, Unix time,
//! date, place, then the line as the machine wrote it (Blue Gene's RAS log, or syslog). Also the events of Los Alamos'
//! clusters: number, node, component, state, Unix time, flag, text.
//!
//! Time:   Unix time, seconds, as the collector put it before the line.
//! Units:  seconds.
//! Spec:   Oliner and Stearley, "What Supercomputers Say" (DSN 2007), §3; the files of BG/L, Thunderbird, Spirit, Liberty.
//! Loses:  the labels, which somebody put there by hand; the machine's own time.
//! Not handled: files with another order of columns (Red Storm's).

use chrono::DateTime;

use crate::ingest::formats::{self, Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::lines::as_text;
use crate::ingest::log_header;
use crate::ingest::log_lines::{LogTracker, SplitLine};
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct HpcAlertLog;

impl Format for HpcAlertLog {
    fn id(&self) -> &'static str {
        "hpc-alert-log"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Log
    }

    fn title(&self) -> &'static str {
        "supercomputer log with alert labels (Blue Gene, Thunderbird, Spirit, Liberty)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        formats::fit_by_lines(head, |line| split_line(line).is_some() || split_event(line).is_some())
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(AlertReader::default()))
    }
}

/// Time, place and what the machine wrote.
fn split_line(line: &str) -> Option<(Stamp, &str, &str)> {
    if !line.starts_with(|c: char| c.is_ascii_uppercase() || "-_0123456789 ".contains(c)) {
        return None;
    }
    let mut words = line.splitn(5, ' ');
    let (label, seconds, date, place) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let is_label = label == "-"
        || label.len() <= 24 && label.bytes().all(|b| b.is_ascii_uppercase() || b"_-0123456789".contains(&b));
    let is_date = date.len() == 10
        && date.split('.').map(str::len).eq([4, 2, 2])
        && date.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if !is_label || !is_date || !(9..=10).contains(&seconds.len()) {
        return None;
    }
    let at = DateTime::from_timestamp(seconds.parse().ok()?, 0)?;
    Some((Stamp::Zoned(at), place, words.next().unwrap_or("")))
}

/// `134681 node-246 unix.hw state_change.unavailable 1077804742 1 text`: number, node, component, state, time and
/// flag, as Los Alamos published the events of a cluster.
fn split_event(line: &str) -> Option<(Stamp, &str, &str)> {
    if !line.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let mut words = line.splitn(7, ' ');
    let (number, node, component) = (words.next()?, words.next()?, words.next()?);
    let (state, seconds, flag) = (words.next()?, words.next()?, words.next()?);
    let digits = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = |word: &str| word.starts_with(|c: char| c.is_ascii_alphabetic());
    let fits = digits(number) && is_name(node) && is_name(component) && is_name(state);
    if !fits || !digits(flag) || flag.len() > 2 || !digits(seconds) || !(9..=10).contains(&seconds.len()) {
        return None;
    }
    let at = DateTime::from_timestamp(seconds.parse().ok()?, 0)?;
    Some((Stamp::Zoned(at), node, words.next().unwrap_or("")))
}

/// Program and text of the machine's own line.
fn split_own(own: &str) -> (String, &str) {
    // Blue Gene: time, place, kind of event, component, severity, text.
    let mut words = own.splitn(6, ' ');
    if let (Some(time), Some(_place), Some(kind), Some(component), Some(_severity)) =
        (words.next(), words.next(), words.next(), words.next(), words.next())
        && time.len() == 26
        && time.as_bytes()[10] == b'-'
        && kind.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    {
        return (component.to_lowercase(), words.next().unwrap_or(""));
    }
    match log_header::read(own) {
        Some(header) => (header.program.to_owned(), header.text),
        None => ("-".to_owned(), own),
    }
}

#[derive(Default)]
struct AlertReader {
    tracker: LogTracker,
}

impl LineReader for AlertReader {
    fn is_verbatim(&self) -> bool {
        true
    }

    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = as_text(line);
        let Some((stamp, place, own)) = split_line(&text).or_else(|| split_event(&text)) else {
            return Fate::Quarantined(Reason::BadShape);
        };
        let (program, message) = split_own(own);
        let host = (!matches!(place, "NULL" | "UNKNOWN_LOCATION" | "-")).then_some(place);
        let split =
            SplitLine { stamp, host, program: &program, text: message, boot_id: None, uptime_micros: None };
        self.tracker.take(&split, sink);
        Fate::Parsed
    }
}
