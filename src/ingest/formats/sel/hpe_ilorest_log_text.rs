//! Log entries as HPE's `ilorest serverlogs` prints them: `Key=value` lines, a vendor's part indented below.
//!
//! `Created=2021-06-18T10:12:13Z`, `Message=System Power Supply: …`, then `Oem=` with indented lines.
//!
//! Time:   `Created` with its offset or `Z` as written, else the controller's clock.
//! Units:  none.
//! Spec:   HPE iLOrest documentation, `serverlogs`, `get`; the entries are those of Redfish.
//! Loses:  severity, links; all but the first and the last of counted repeats.
//! Not handled: `--json`, which is Redfish.

use serde_json::{Map, Value};

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::vendor_log::order::oldest_first;
use crate::ingest::vendor_log::redfish_entry::read_entry;
use crate::ledger::{Fate, Reason};
use crate::model::record::{Body, Record, Span};

pub struct HpeIlorestLogText;

impl Format for HpeIlorestLogText {
    fn id(&self) -> &'static str {
        "hpe-ilorest-log-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Sel
    }

    fn title(&self) -> &'static str {
        "log of an HPE iLO, text (ilorest serverlogs)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if !head.says("OemRecordFormat") {
            return Fit::No;
        }
        let (mut entries, mut own, mut other) = (0_usize, 0_usize, 0_usize);
        for line in head.first_lines(400) {
            match Line::of(line) {
                Line::Field { nested: false, key: "OemRecordFormat", .. } => {
                    entries += 1;
                    own += 1;
                }
                Line::Field { .. } => own += 1,
                Line::Item => {}
                Line::Other => other += 1,
            }
        }
        if entries > 0 && own >= 8 * other { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(IlorestReader::default()))
    }
}

enum Line<'a> {
    Field {
        nested: bool,
        key: &'a str,
        value: &'a str,
    },
    /// An item of a list, or nothing.
    Item,
    Other,
}

impl<'a> Line<'a> {
    fn of(line: &'a str) -> Self {
        let text = line.trim();
        let nested = line.starts_with([' ', '\t']);
        match text.split_once('=') {
            Some((key, value)) if !key.is_empty() && !key.contains(char::is_whitespace) && key.len() < 64 => {
                Line::Field { nested, key, value: value.trim().trim_matches('"') }
            }
            _ if text.is_empty() || nested => Line::Item,
            _ => Line::Other,
        }
    }
}

/// Fields of an entry; the rest is not looked at.
const KEYS: &[&str] = &["Id", "Created", "EntryType", "EntryCode", "Message", "MessageId", "SensorType"];
/// Fields of HPE's part.
const OEM_KEYS: &[&str] = &["ClassDescription", "Updated"];
const OEM_NUMBERS: &[&str] = &["Class", "Code", "Count"];

#[derive(Default)]
struct IlorestReader {
    entry: Map<String, Value>,
    oem: Map<String, Value>,
    /// Keys at the margin that the open entry has: one that comes again opens the next.
    seen: Vec<String>,
    span: Span,
    repeats: Vec<Record>,
}

impl IlorestReader {
    fn close(&mut self, sink: &mut Sink<'_>) {
        let mut entry = std::mem::take(&mut self.entry);
        let oem = std::mem::take(&mut self.oem);
        self.seen.clear();
        if !entry.contains_key("Message") && !entry.contains_key("MessageId") {
            return;
        }
        entry.insert(
            "Oem".to_owned(),
            Value::Object(Map::from_iter([("Hpe".to_owned(), Value::Object(oem))])),
        );
        let Ok(read) = read_entry(&Value::Object(entry)) else { return };
        let here = sink.span();
        sink.at(self.span);
        if let Some(stamp) = read.repeated {
            let body = Body::Sel(read.entry.clone());
            self.repeats.push(Record { source: sink.source, span: self.span, host: None, stamp, body });
        }
        sink.record(None, read.stamp, Body::Sel(read.entry));
        sink.at(here);
    }

    fn at_margin(&mut self, key: &str, value: &str, sink: &mut Sink<'_>) -> Fate {
        if self.seen.iter().any(|seen| seen == key) || self.seen.len() > 100 {
            self.close(sink);
        }
        let first = self.seen.is_empty();
        if first {
            self.span = sink.span();
        }
        self.seen.push(key.to_owned());
        if KEYS.contains(&key) {
            self.entry.insert(key.to_owned(), Value::from(value));
            let alone = Map::from_iter([(key.to_owned(), Value::from(value))]);
            if let Err(field) = read_entry(&Value::Object(alone)) {
                return Fate::Quarantined(Reason::BadField(field));
            }
        }
        if !first {
            sink.same_record();
        }
        Fate::Parsed
    }
}

impl LineReader for IlorestReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let line = String::from_utf8_lossy(line);
        match Line::of(&line) {
            Line::Field { nested: false, key, value } => self.at_margin(key, value, sink),
            Line::Field { key, value, .. } if !self.seen.is_empty() => {
                if OEM_KEYS.contains(&key) {
                    self.oem.insert(key.to_owned(), Value::from(value));
                } else if OEM_NUMBERS.contains(&key) {
                    self.oem.insert(key.to_owned(), value.parse::<u64>().map_or(Value::Null, Value::from));
                } else if key == "Repaired" {
                    self.oem.insert(key.to_owned(), Value::from(value.eq_ignore_ascii_case("true")));
                }
                sink.same_record();
                Fate::Parsed
            }
            Line::Item if !self.seen.is_empty() => Fate::Ignored("item-of-a-list"),
            Line::Item => Fate::Ignored("blank-line"),
            Line::Field { .. } | Line::Other => Fate::Quarantined(Reason::BadShape),
        }
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.close(sink);
        oldest_first(&mut sink.records, std::mem::take(&mut self.repeats));
    }
}
