//! SEL as `ipmitool` prints it: `sel list`, `sel elist`, with `-v` or `-c`, `sel get`, `sel save`.
//!
//! ` a1 | 02/13/2026 | 10:27:48 | Processor CPU1_IERR | State Asserted | Asserted`
//!
//! Time:   the BMC's clock. Newer versions print it in the reader's zone and say which; that zone is
//!         subtracted where its abbreviation has one meaning (see `ipmi::column_time`). `sel save` has
//!         no time at all, and `-v` of 1.8.19 prints the date twice in place of date and time.
//! Units:  readings as printed.
//! Spec:   output of ipmitool 1.8.9 to 1.8.19; meanings IPMI v2.0 §42.2 table 42-3.
//! Loses:  event data, unless `-v` or `sel save` printed it; of `sel info` all but how full the log is.
//! Not handled: words that `ipmitool -O FILE` adds to OEM records are text only; dates that put the day
//!         first are known by the first day above 12, else by the order of the records.

use std::borrow::Cow;

use chrono::NaiveDateTime;

use super::ipmi_sel_raw::entry_of;
use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::quoted_output::is_document;
use crate::ingest::sink::Sink;
use crate::ingest::vendor_log::sel_state::SelState;
use crate::ingest::vendor_log::written::on_bmc_clock;
use crate::ipmi::column_time::{self, ColumnTime};
use crate::ipmi::ipmitool_output::{OutputLine, key_value};
use crate::ipmi::ipmitool_row::{Row, RowEvent, RowTime};
use crate::ipmi::sel_record::{LINUX_PANIC, SYSTEM_EVENT};
use crate::ipmi::sensor_events::sensor_event;
use crate::ipmi::sensor_type::{sensor_type_code, without_unknown};
use crate::ipmi::{self, event_from_text, sensor_type_from_text};
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;
use crate::model::record::{Body, SelEntry, Span};

pub struct IpmitoolSelText;

/// Lines of the head that are looked at to recognise the format.
const LINES_LOOKED_AT: usize = 400;

impl Format for IpmitoolSelText {
    fn id(&self) -> &'static str {
        "ipmitool-sel-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Sel
    }

    fn title(&self) -> &'static str {
        "system event log, text (ipmitool sel list, elist, -v, -c)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let mut seen = Seen::default();
        let lines = head.first_lines(LINES_LOOKED_AT);
        let mut left = lines.len();
        for line in lines {
            left -= 1;
            seen.look_at(line);
            if seen.is_lost(left) {
                return Fit::No;
            }
        }
        if is_document(head.text()) { Fit::No } else { seen.fit() }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(SelTextReader::default()))
    }
}

/// Counts of the lines of the head.
#[derive(Default)]
struct Seen {
    /// Only `ipmitool` writes them.
    sure: usize,
    /// Could be its rows or messages.
    likely: usize,
    other: usize,
    /// Inside `sel info` or a block of `-v`, where lines of any kind follow.
    inside: bool,
}

impl Seen {
    fn look_at(&mut self, line: &str) {
        match OutputLine::with_host(line).1 {
            _ if line.trim().is_empty() => {}
            OutputLine::Row(row) if row.is_certain() => self.sure += 1,
            OutputLine::InfoTitle => {
                self.sure += 1;
                self.inside = true;
            }
            OutputLine::BlockStart(_) => {
                self.sure += 1;
                self.inside = true;
            }
            OutputLine::NoEntries | OutputLine::Saved([3 | 4, ..]) => self.sure += 1,
            OutputLine::Message if names_bmc_part(line) => self.likely += 1,
            OutputLine::Row(row) if row.has_pipes() => self.likely += 1,
            OutputLine::Saved(_) => self.likely += 1,
            OutputLine::Info { .. } | OutputLine::Clock | OutputLine::CommandEcho | OutputLine::Message => {}
            OutputLine::Row(_) | OutputLine::Broken(_) | OutputLine::Other => {
                self.other += usize::from(!self.inside)
            }
        }
    }

    /// Whether so many more lines cannot make it a log of these any more.
    fn is_lost(&self, left: usize) -> bool {
        let own = self.sure + self.likely + left;
        own + 1 < self.other && self.likely + left <= self.other * 4
    }

    fn fit(&self) -> Fit {
        // The last line of the head may be cut.
        if self.sure > 0 && self.sure + self.likely >= self.other.saturating_sub(1) {
            Fit::Sure
        } else if self.likely > self.other * 4 {
            Fit::Maybe
        } else {
            Fit::No
        }
    }
}

/// Whether a message can only be about a BMC: "Unable to" alone is anybody's.
fn names_bmc_part(line: &str) -> bool {
    ["SEL ", "SDR", "IPMI", "/dev/ipmi", "RMCP", "RAKP"].iter().any(|part| line.contains(part))
}

/// Rules by which lines are left out.
const SEL_INFO: &str = "sel-info-block";
const SEL_TIME: &str = "time-of-the-sel";
const COMMAND_ECHO: &str = "command-echo";
const TOOL_MESSAGE: &str = "ipmitool-message";
const SENSOR_DETAILS: &str = "sensor-details";

/// Keys of `sel info` that are kept, and their names in the text.
const SEL_STATE: &[(&str, &str)] = &[
    ("Entries", "entries"),
    ("Percent Used", "used"),
    ("Overflow", "overflow"),
    ("Last Add Time", "last added"),
    ("Last Del Time", "last deleted"),
];

/// The entry for a row.
fn row_entry(row: &Row<'_>) -> SelEntry {
    let mut entry = SelEntry { record_id: Some(row.record_id), ..SelEntry::default() };
    if let Some(record_type) = row.oem_type() {
        entry.record_type = Some(record_type);
        entry.text = row.oem_text();
        return entry;
    }
    let RowEvent { sensor, event, asserted, more } = row.event();
    entry.asserted = asserted;
    fill_sensor(&mut entry, sensor);
    fill_event(&mut entry, &event);
    if !more.is_empty() {
        entry.text = format!("{} ({more})", entry.text).trim_start().to_owned();
    }
    entry
}

fn fill_sensor(entry: &mut SelEntry, column: &str) {
    if let Some((code, sensor)) = sensor_type_from_text(column) {
        entry.sensor_type = Some(code);
        entry.sensor = sensor.to_owned();
    } else {
        entry.sensor = without_unknown(column).unwrap_or(column).to_owned();
    }
}

fn fill_event(entry: &mut SelEntry, event: &str) {
    // On some makes `ipmitool` adds brackets and finds nothing to put in them.
    let event = event.trim();
    entry.text = event.strip_suffix("()").unwrap_or(event).trim_end().to_owned();
    if let Some((event_type, offset)) = event_from_text(entry.sensor_type, &entry.text) {
        entry.event_type = Some(event_type);
        entry.event_offset = Some(offset);
    }
}

/// A block of `-v` or `sel get`, as far as it was read.
#[derive(Default)]
struct Block {
    /// The host that stands before each line, if one does.
    host: Option<String>,
    span: Span,
    stamp: Option<Stamp>,
    exchanged: Option<NaiveDateTime>,
    event_class: String,
    manufacturer: String,
    oem_bytes: String,
    sensor_number: Option<u8>,
    entry: SelEntry,
}

impl Block {
    /// Takes a line of the block; false if it is none.
    fn take(&mut self, key: &str, value: &str) -> bool {
        let entry = &mut self.entry;
        let first_word = value.split_whitespace().next().unwrap_or_default();
        match key {
            "Record Type" if value.starts_with("Linux kernel panic") => entry.record_type = Some(LINUX_PANIC),
            "Record Type" => entry.record_type = u8::from_str_radix(first_word, 16).ok(),
            "Panic string" => entry.text = format!("Linux kernel panic: {value}"),
            "Sensor Type" => entry.sensor_type = sensor_type_code(value),
            "Sensor Number" => self.sensor_number = u8::from_str_radix(value, 16).ok(),
            "Sensor ID" => value.split(" (0x").next().unwrap_or(value).clone_into(&mut entry.sensor),
            "Event Type" => value.clone_into(&mut self.event_class),
            "Event Direction" => {
                entry.asserted = match first_word {
                    "Assertion" => Some(true),
                    "Deassertion" => Some(false),
                    _ => None,
                }
            }
            "Event Data" | "Event Data (RAW)" => entry.event_data = event_data(value).or(entry.event_data),
            "Description" => value.clone_into(&mut entry.text),
            "Manufactacturer ID" | "Manufacturer ID" => first_word.clone_into(&mut self.manufacturer),
            "OEM Defined" => first_word.clone_into(&mut self.oem_bytes),
            "Generator ID" | "EvM Revision" => {}
            _ => return false,
        }
        true
    }

    fn finish(mut self) -> (Span, Stamp, Option<NaiveDateTime>, SelEntry) {
        let entry = &mut self.entry;
        match entry.record_type {
            Some(LINUX_PANIC) => {}
            Some(oem @ 0xc0..) => {
                let oem = format!("OEM record {oem:02x}");
                let columns = [oem.as_str(), &self.manufacturer, &self.oem_bytes];
                let columns: Vec<&str> = columns.into_iter().filter(|column| !column.is_empty()).collect();
                entry.text = columns.join(" | ");
            }
            _ => {
                let text = std::mem::take(&mut entry.text);
                fill_event(entry, &text);
                entry.event_type = match self.event_class.as_str() {
                    "Threshold" => Some(0x01),
                    "Sensor-specific Discrete" => Some(0x6f),
                    _ => entry.event_type,
                };
                if let Some(data) = entry.event_data {
                    entry.event_offset = Some(data[0] & 0x0f);
                    if entry.text.is_empty() && entry.event_type == Some(0x6f) {
                        let words = entry.sensor_type.and_then(|sensor| sensor_event(sensor, data));
                        words.unwrap_or_default().clone_into(&mut entry.text);
                    }
                }
                if let (true, Some(number @ 1..)) = (entry.sensor.is_empty(), self.sensor_number) {
                    entry.sensor = format!("#0x{number:02x}");
                }
            }
        }
        (self.span, self.stamp.unwrap_or(Stamp::Missing), self.exchanged, self.entry)
    }
}

/// Six hexadecimal digits: the three bytes of event data.
fn event_data(value: &str) -> Option<[u8; 3]> {
    let whole = u32::from_str_radix(value, 16).ok().filter(|_| value.len() == 6)?;
    let [_, first, second, third] = whole.to_be_bytes();
    Some([first, second, third])
}

#[derive(Default)]
struct SelTextReader {
    block: Option<Block>,
    /// The blocks of `sel info`, in which the state of the log is told.
    states: Vec<SelState>,
    /// Whether `/` dates put the day first, once a date has shown it.
    day_first: Option<bool>,
    /// Records so far whose date can be read both ways: their index and the other reading.
    ambiguous: Vec<(usize, NaiveDateTime)>,
}

impl SelTextReader {
    fn read_time(&mut self, date: &str, time: &str, sink: &mut Sink<'_>) -> Option<ColumnTime> {
        let read = column_time::read_columns(date, time, self.day_first.unwrap_or(false))?;
        if self.day_first.is_none() && read.proves_day_first.is_some() {
            self.day_first = read.proves_day_first;
            for (index, exchanged) in std::mem::take(&mut self.ambiguous) {
                if let (Some(true), Some(record)) = (self.day_first, sink.records.get_mut(index)) {
                    record.stamp = Stamp::Bmc(exchanged);
                }
            }
        }
        Some(read)
    }

    /// Where no date has shown which number is the day, the order of the records may.
    fn judge_by_order(&mut self, sink: &mut Sink<'_>) {
        let ambiguous = std::mem::take(&mut self.ambiguous);
        let read = |(index, exchanged): &(usize, NaiveDateTime)| match sink.records.get(*index)?.stamp {
            Stamp::Bmc(at) => Some((at, *exchanged)),
            _ => None,
        };
        let pairs: Vec<_> = ambiguous.iter().filter_map(read).collect();
        if self.day_first.is_some() || !column_time::order_tells_day_first(&pairs) {
            return;
        }
        for (index, exchanged) in ambiguous {
            if let Some(record) = sink.records.get_mut(index) {
                record.stamp = Stamp::Bmc(exchanged);
            }
        }
    }

    /// Remembers that the record to come next has a date that can be read in another way.
    fn note_exchanged(&mut self, exchanged: Option<NaiveDateTime>, sink: &Sink<'_>) {
        if let (None, Some(exchanged)) = (self.day_first, exchanged) {
            self.ambiguous.push((sink.records.len(), exchanged));
        }
    }

    fn row(&mut self, host: Option<&str>, row: &Row<'_>, sink: &mut Sink<'_>) {
        let (stamp, exchanged) = match row.time {
            RowTime::Columns { date, time } => match self.read_time(date, time, sink) {
                Some(read) => (on_bmc_clock(read.at), read.exchanged),
                None => (Stamp::Missing, None),
            },
            RowTime::PreInit(seconds) => (Stamp::SinceBmcInit { seconds }, None),
            RowTime::Unknown => (Stamp::Missing, None),
        };
        self.note_exchanged(exchanged, sink);
        sink.record(host.map(str::to_owned), stamp, Body::Sel(row_entry(row)));
    }

    /// A line of `sel info`: what tells how full the log is and how far it goes back is kept.
    fn info(&mut self, key: &'static str, value: &str, sink: &mut Sink<'_>) -> Fate {
        let Some((name, state)) = SEL_STATE
            .iter()
            .find(|(known, _)| *known == key)
            .map(|(_, name)| *name)
            .zip(self.states.last_mut())
        else {
            return Fate::Ignored(SEL_INFO);
        };
        if !state.is_empty() {
            sink.same_record();
        }
        state.add(name, value, sink);
        Fate::Parsed
    }

    /// Keeps the block that is open, at the place where it stands.
    fn close_block(&mut self, sink: &mut Sink<'_>) {
        if let Some(mut block) = self.block.take() {
            let here = sink.span();
            let host = block.host.take();
            let (span, stamp, exchanged, entry) = block.finish();
            sink.at(span);
            self.note_exchanged(exchanged, sink);
            sink.record(host, stamp, Body::Sel(entry));
            sink.at(here);
        }
    }

    /// A line inside a block.
    fn block_line(&mut self, line: &str, sink: &mut Sink<'_>) -> Option<Fate> {
        let host = self.block.as_ref()?.host.as_deref();
        let behind = host.and_then(|host| line.trim_start().strip_prefix(host)?.strip_prefix(':'));
        let (key, value) = key_value(behind.unwrap_or(line).trim())?;
        let here = sink.span();
        let block = self.block.as_mut()?;
        let fate = if key == "Timestamp" {
            let (date, time) = value.split_once(' ').unwrap_or((value, ""));
            let read = self.read_time(date, time.trim(), sink);
            let block = self.block.as_mut()?;
            block.stamp = read.map(|read| on_bmc_clock(read.at));
            block.exchanged = read.and_then(|read| read.exchanged);
            Fate::Parsed
        } else if block.take(key, value) {
            Fate::Parsed
        } else {
            return Some(Fate::Ignored(SENSOR_DETAILS));
        };
        if let Some(block) = self.block.as_mut() {
            // The block counts once.
            sink.same_record();
            block.span.len = (here.offset + here.len).saturating_sub(block.span.offset);
        }
        Some(fate)
    }
}

impl LineReader for SelTextReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let line: Cow<'_, str> = String::from_utf8_lossy(line);
        let (host, line_is) = OutputLine::with_host(&line);
        match line_is {
            OutputLine::Row(row) => {
                self.close_block(sink);
                self.row(host, &row, sink);
                Fate::Parsed
            }
            OutputLine::BlockStart(id) => {
                self.close_block(sink);
                let entry = SelEntry { record_id: Some(id), ..SelEntry::default() };
                self.block = Some(Block {
                    host: host.map(str::to_owned),
                    span: sink.span(),
                    entry,
                    ..Block::default()
                });
                Fate::Parsed
            }
            OutputLine::Saved([evm_rev, sensor_type, sensor_number, event_type, data @ ..]) => {
                self.close_block(sink);
                let mut raw = [0; 16];
                raw[2] = SYSTEM_EVENT;
                raw[9..13].copy_from_slice(&[evm_rev, sensor_type, sensor_number, event_type]);
                raw[13..].copy_from_slice(&data);
                let entry = entry_of(&ipmi::decode(&raw));
                sink.record(
                    None,
                    Stamp::Missing,
                    Body::Sel(SelEntry { record_id: None, raw: None, ..entry }),
                );
                Fate::Parsed
            }
            OutputLine::NoEntries => Fate::Parsed,
            OutputLine::InfoTitle => {
                self.states.push(SelState::starting(sink.span(), host.map(str::to_owned)));
                Fate::Ignored(SEL_INFO)
            }
            OutputLine::Info { key, value } => self.info(key, value, sink),
            OutputLine::CommandEcho => Fate::Ignored(COMMAND_ECHO),
            OutputLine::Clock => Fate::Ignored(SEL_TIME),
            OutputLine::Message => Fate::Ignored(TOOL_MESSAGE),
            OutputLine::Broken(field) => Fate::Quarantined(Reason::BadField(field)),
            OutputLine::Other => {
                let inside = self.block_line(&line, sink);
                inside.unwrap_or_else(|| match line.trim() {
                    "" => Fate::Ignored("blank-line"),
                    // Lists of states go on below their key.
                    states if self.block.is_some() && states.starts_with('[') => {
                        Fate::Ignored(SENSOR_DETAILS)
                    }
                    _ => Fate::Quarantined(Reason::BadShape),
                })
            }
        }
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.close_block(sink);
        self.judge_by_order(sink);
        for state in std::mem::take(&mut self.states) {
            state.keep(sink);
        }
    }
}
