//! What `utmpdump` prints of wtmp, a record a line.
//!
//! Time:   the host's local time with its zone, to the second; newer versions print ISO 8601 with
//!         microseconds. An abbreviation of several meanings (`IST`) is passed over: local time then.
//! Units:  –
//! Spec:   utmpdump(1) of util-linux and sysvinit: eight fields in brackets, type to time.
//! Loses:  logins, as the binary reader.
//! Not handled: –

use crate::ingest::formats::{self, Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::login_records::{LoginRecord, LoginRecords};
use crate::ingest::sink::Sink;
use crate::ingest::tool_time::PrintedTime;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct LinuxUtmpdumpText;

impl Format for LinuxUtmpdumpText {
    fn id(&self) -> &'static str {
        "linux-utmpdump-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Boot
    }

    fn title(&self) -> &'static str {
        "boot and login history as utmpdump prints it"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        formats::fit_by_lines(head, |line| fields_of(line).is_some())
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(DumpReader::default()))
    }
}

#[derive(Default)]
struct DumpReader {
    records: LoginRecords,
}

impl LineReader for DumpReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let line = String::from_utf8_lossy(line);
        if line.starts_with("Utmp dump of ") {
            return Fate::Ignored("header");
        }
        let Some((record, time)) = fields_of(&line) else { return Fate::Quarantined(Reason::BadShape) };
        let words: Vec<&str> = time.split_whitespace().collect();
        let stamp = PrintedTime::read(&words)
            .filter(|(_, used)| *used == words.len())
            .and_then(|(printed, _)| printed.stamp());
        // A record that was never filled has no time, or one that no calendar has.
        let Some(stamp) = stamp else {
            let never_filled = record.kind == 0 || words.is_empty();
            return if never_filled {
                Fate::Ignored("empty-record")
            } else {
                Fate::Quarantined(Reason::BadField("time"))
            };
        };
        let is_unset = matches!(stamp, Stamp::Zoned(at) if at.timestamp() == 0);
        if record.kind == 0 && is_unset {
            return Fate::Ignored("empty-record");
        }
        self.records.take(record, stamp, sink);
        Fate::Parsed
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.records.close(sink);
    }
}

/// The record of a line and its time. Names may hold brackets; what stands before and behind them
/// does not.
fn fields_of(line: &str) -> Option<(LoginRecord<'_>, &str)> {
    let inner = line.trim_end().strip_prefix('[')?.strip_suffix(']')?;
    let mut front = inner.splitn(6, "] [");
    let (kind, process) = (front.next()?.trim(), front.next()?.trim());
    let (_id, user, name) = (front.next()?, front.next()?.trim(), front.next()?.trim());
    let mut back = front.next()?.rsplitn(3, "] [");
    let (time, _address, _host) = (back.next()?.trim(), back.next()?, back.next()?);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if kind.len() != 1 || !digits(kind) || !digits(process.trim_start_matches('-')) {
        return None;
    }
    let record = LoginRecord {
        kind: kind.parse().ok()?,
        process: process.parse().unwrap_or(0),
        line: name.as_bytes(),
        user: user.as_bytes(),
    };
    Some((record, time))
}
