//! Log entries of Redfish: a `LogEntryCollection`, a single `LogEntry`, pages in an array, or one after
//! the other; and the `Event`s that a controller sends.
//!
//! `{"@odata.type": "#LogEntryCollection.LogEntryCollection", "Members": [{"Created": …, "Message": …}]}`
//!
//! Time:   `EventTimestamp`, else `Created`; with an offset or `Z` as written, else the BMC's clock. Dates
//!         of a clock that was never set are the BMC's.
//! Units:  none.
//! Spec:   DMTF DSP0268 `LogEntry` v1.0 to v1.18, DSP8010; iDRAC 7 to 9, iLO 4 to 6, AMI, OpenBMC, XCC.
//! Loses:  severity, links, recommended actions; all but the first and the last of counted repeats.
//! Not handled: attachments. A collection that only links to its entries is no log.

use serde_json::Value;

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::redfish;
use crate::ingest::sink::Sink;
use crate::ingest::vendor_log::json_scan::{Fault, JsonScan};
use crate::ingest::vendor_log::order::oldest_first;
use crate::ingest::vendor_log::redfish_entry::{is_entry, read_entry};
use crate::ledger::{Fate, Reason};
use crate::model::record::{Body, Record, Span};

pub struct RedfishLogEntries;

impl Format for RedfishLogEntries {
    fn id(&self) -> &'static str {
        "redfish-log-entries"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Sel
    }

    fn title(&self) -> &'static str {
        "log entries of a management controller (Redfish LogEntry, JSON)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if head.is_whole() && only_links(head) {
            return Fit::No;
        }
        let head = String::from_utf8_lossy(without_mark(head));
        if !head.trim_start().starts_with(['{', '[']) {
            return Fit::No;
        }
        let says = |key: &str| head.contains(&format!("\"{key}\""));
        match first_resource(&head) {
            Some(resource) if resource.contains("LogEntry") => Fit::Sure,
            // What a controller sends to those who subscribed.
            Some(resource) if resource.starts_with("Event.") && says("Events") => Fit::Sure,
            // iLO 4 before it spoke Redfish.
            _ if head.contains("\"MemberType\": \"LogEntry.")
                || head.contains("\"MemberType\":\"LogEntry.") =>
            {
                Fit::Sure
            }
            Some(_) => Fit::No,
            // Entries that were cut out of their collection.
            None if says("Created")
                && (says("Message") || says("MessageId"))
                && (says("EntryType") || says("EntryCode") || says("OemRecordFormat")) =>
            {
                Fit::Sure
            }
            None => Fit::No,
        }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

/// The type of the first resource: what follows the first `#` in the value of `@odata.type` or
/// `@odata.context`. A vendor's own types come in entries without one (`OpenBMCEntry`).
fn first_resource(head: &str) -> Option<&str> {
    let at = ["\"@odata.type\"", "\"@odata.context\""].iter().filter_map(|key| head.find(key)).min()?;
    let value = head[at..].split_once(':')?.1.trim_start().strip_prefix('"')?;
    let value = value.split('"').next()?;
    value.split_once('#').map(|(_, resource)| resource)
}

/// Whether a collection has links to entries and no entry: it says that there is a log, and nothing of it.
fn only_links(content: &[u8]) -> bool {
    let Ok(value) = serde_json::from_slice::<Value>(without_mark(content)) else { return false };
    let members = value.get("Members").and_then(Value::as_array);
    members.is_some_and(|members| !members.is_empty() && members.iter().all(redfish::is_link))
}

fn without_mark(content: &[u8]) -> &[u8] {
    content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content)
}

/// Rules by which parts are left out.
const LINK: &str = "link-to-a-log-entry";
const OTHER_RESOURCE: &str = "resource-that-is-no-log-entry";
/// Objects in one another that are looked into: dump, page, collection, entry.
const DEPTH_MAX: usize = 6;

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let mark = content.len() - without_mark(content).len();
    if mark > 0 {
        sink.account.book(&content[..mark], Fate::Ignored("byte-order-mark"));
    }
    let mut reading =
        Reading { content, booked: mark, counted: 0, line: 1, line_start: 0, repeats: Vec::new(), sink };
    let mut scan = JsonScan::new(content, mark);
    while scan.peek().is_some() {
        let start = scan.at();
        if let Err(fault) = reading.document(&mut scan) {
            // What follows at the start of a line may be another document.
            let rest = &content[scan.at()..];
            let next = rest.windows(2).position(|pair| pair[0] == b'\n' && matches!(pair[1], b'{' | b'['));
            let end = next.map_or(content.len(), |at| scan.at() + at + 1);
            reading.frame(start);
            reading.broken(scan.at(), end, fault);
            scan = JsonScan::new(content, end);
        }
    }
    reading.frame(content.len());
    let repeats = std::mem::take(&mut reading.repeats);
    oldest_first(&mut sink.records, repeats);
}

struct Reading<'c, 's, 'i> {
    content: &'c [u8],
    /// Up to here all bytes are booked.
    booked: usize,
    /// Up to here lines are counted.
    counted: usize,
    line: u64,
    /// Where the last of them starts.
    line_start: usize,
    /// Last occurrences of entries that are counted instead of repeated.
    repeats: Vec<Record>,
    sink: &'s mut Sink<'i>,
}

impl Reading<'_, '_, '_> {
    fn document(&mut self, scan: &mut JsonScan<'_>) -> Result<(), Fault> {
        match scan.peek() {
            Some(b'[') => self.members(scan, 0),
            Some(b'{') => self.object(scan, 0),
            // A comma is left over where collections were cut out of an array.
            Some(b',') => scan.pass(b",").map(|_| ()),
            _ => Err(Fault::Unexpected),
        }
    }

    fn members(&mut self, scan: &mut JsonScan<'_>, depth: usize) -> Result<(), Fault> {
        scan.pass(b"[")?;
        if scan.peek() == Some(b']') {
            return scan.pass(b"]").map(|_| ());
        }
        loop {
            match scan.peek() {
                Some(b'{') => self.object(scan, depth + 1)?,
                _ => _ = scan.value()?,
            }
            if scan.pass(b",]")? == b']' {
                return Ok(());
            }
        }
    }

    /// A collection, a page of one, a dump of resources by path, or an entry.
    fn object(&mut self, scan: &mut JsonScan<'_>, depth: usize) -> Result<(), Fault> {
        let mut holds_members = false;
        scan.peek();
        let start = scan.at();
        if depth > DEPTH_MAX {
            let range = scan.value()?;
            self.claim(start, range.end, Fate::Quarantined(Reason::BadShape));
            return Ok(());
        }
        scan.pass(b"{")?;
        if scan.peek() == Some(b'}') {
            return scan.pass(b"}").map(|_| ());
        }
        loop {
            let key = scan.string()?;
            scan.pass(b":")?;
            match scan.peek() {
                Some(b'[') if key == b"Members" || key == b"Items" || key == b"Events" => {
                    holds_members = true;
                    self.members(scan, depth)?;
                }
                Some(b'{') if key.starts_with(b"/redfish/") => {
                    holds_members = true;
                    self.object(scan, depth + 1)?;
                }
                _ => _ = scan.value()?,
            }
            if scan.pass(b",}")? == b'}' {
                break;
            }
        }
        if !holds_members {
            self.entry(start, scan.at());
        }
        Ok(())
    }

    /// An object that holds no others of ours.
    fn entry(&mut self, start: usize, end: usize) {
        let text = &self.content[start..end];
        let parsed: Result<Value, serde_json::Error> = match std::str::from_utf8(text) {
            Ok(text) => serde_json::from_str(text),
            Err(_) => serde_json::from_str(&String::from_utf8_lossy(text)),
        };
        let object = match parsed {
            Ok(object) => object,
            Err(error) => {
                self.frame(start);
                let line = self.line_of(start) + error.line().saturating_sub(1) as u64;
                let quote = format!("broken JSON at line {line}, column {}: {error}", error.column());
                self.book_quoted(end, line, &quote, Reason::BadField("JSON"));
                return;
            }
        };
        if !is_entry(&object) {
            let is_link =
                object.as_object().is_some_and(|map| map.len() == 1) && object.get("@odata.id").is_some();
            let fate = if is_link {
                Fate::Ignored(LINK)
            } else if object.get("@odata.type").is_some() || object.get("@odata.id").is_some() {
                Fate::Ignored(OTHER_RESOURCE)
            } else {
                Fate::Quarantined(Reason::BadShape)
            };
            self.claim(start, end, fate);
            return;
        }
        match read_entry(&object) {
            Ok(read) => {
                self.claim(start, end, Fate::Parsed);
                if let Some(stamp) = read.repeated {
                    let (source, span) = (self.sink.source, self.sink.span());
                    let body = Body::Sel(read.entry.clone());
                    self.repeats.push(Record { source, span, host: None, stamp, body });
                }
                self.sink.record(None, read.stamp, Body::Sel(read.entry));
            }
            Err(field) => self.claim(start, end, Fate::Quarantined(Reason::BadField(field))),
        }
    }

    /// Books what stands around entries up to `end`: it is understood, and no record.
    fn frame(&mut self, end: usize) {
        if end > self.booked {
            let line = self.line_of(self.booked);
            self.sink.account.at_line(line);
            self.sink.account.book(&self.content[self.booked..end], Fate::Parsed);
            self.booked = end;
        }
    }

    fn claim(&mut self, start: usize, end: usize, fate: Fate) {
        self.frame(start);
        let line = self.line_of(start);
        self.sink.claim(&self.content[start..end], line, fate);
        self.booked = end;
    }

    /// Quarantines what is not booked yet up to `end`, with the place of the fault.
    fn broken(&mut self, at: usize, end: usize, fault: Fault) {
        let line = self.line_of(at.max(self.counted));
        let column = at.saturating_sub(self.line_start) + 1;
        let (what, reason) = match fault {
            Fault::End => ("JSON ends inside a value", Reason::Truncated),
            Fault::Unexpected => ("broken JSON", Reason::BadField("JSON")),
        };
        let quote = format!("{what} at line {line}, column {column}");
        self.book_quoted(end, line, &quote, reason);
    }

    fn book_quoted(&mut self, end: usize, line: u64, quote: &str, reason: Reason) {
        let len = end.saturating_sub(self.booked) as u64;
        self.sink.at(Span { offset: self.booked as u64, len, line });
        self.sink.account.book_counted(quote.as_bytes(), len, Fate::Quarantined(reason));
        self.booked = end.max(self.booked);
    }

    /// The line of a place; places come in order.
    fn line_of(&mut self, at: usize) -> u64 {
        let from = self.counted.min(at);
        for found in memchr::memchr_iter(b'\n', &self.content[from..at]) {
            if from + found >= self.counted {
                self.line += 1;
                self.line_start = from + found + 1;
            }
        }
        self.counted = self.counted.max(at);
        self.line
    }
}
