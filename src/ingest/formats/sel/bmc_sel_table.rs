//! SEL as the web interface or the shell of a BMC exports it: a table (commas, semicolons, tabs or pipes)
//! whose header names time, sensor or event code, and description.
//!
//! `Event ID,Time Stamp,Sensor Name,Sensor Type,Description`;
//! `ID | Generation Time | Severity | Event Code | Status | Event Description`
//!
//! Time:   the BMC's clock, zone not written; month first unless a day above 12 says otherwise.
//! Units:  none.
//! Spec:   exports of AMI MegaRAC and its relatives; Huawei iBMC `ipmcget -d sel -v list`; event log of Lenovo's
//!         XCC. There is no
//!         common specification: columns are known by their names.
//! Loses:  severity, and columns of other names.
//! Not handled: tables without a header; headers in other languages than English.

use super::freeipmi_sel_text::FreeipmiSelText;
use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::vendor_log::order::oldest_first;
use crate::ingest::vendor_log::sheet::{Cells, Sheet};
use crate::ingest::vendor_log::written::read_stamp;
use crate::ingest::written_time::DayFirst;
use crate::ipmi::event_from_text;
use crate::ipmi::sensor_type::sensor_type_code;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;
use crate::model::record::{Body, SelEntry};

pub struct BmcSelTable;

impl Format for BmcSelTable {
    fn id(&self) -> &'static str {
        "bmc-sel-table"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Sel
    }

    fn title(&self) -> &'static str {
        "system event log, table (exports of AMI, Huawei, Lenovo and others)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let Some(sheet) = Sheet::find_in(head.headers(), is_header) else { return Fit::No };
        // The rows decide: the names of the columns alone could head anybody's table of sensors.
        let mostly = |names: &[&str], is_own: &dyn Fn(&String) -> bool| {
            let cells = sheet.sample(head, names);
            !cells.is_empty() && cells.iter().filter(|cell| is_own(cell)).count() * 2 >= cells.len()
        };
        let is_time = |cell: &String| read_stamp(cell, DayFirst(true)).is_some_and(|at| at != Stamp::Missing);
        let fits = mostly(TIME, &is_time)
            && (mostly(SENSOR_TYPE, &|cell| sensor_type_code(cell).is_some())
                || mostly(CODE, &|cell| cell.starts_with("0x"))
                || mostly(MESSAGE_ID, &|cell| is_lenovo_id(cell)));
        if fits && FreeipmiSelText.fit(head) == Fit::No { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

const ID: &[&str] = &["id", "event_id", "record_id", "no", "index", "sel_id", "log_id"];
const TIME: &[&str] =
    &["time_stamp", "timestamp", "generation_time", "event_time", "date_time", "time", "date"];
const SENSOR: &[&str] = &["sensor_name", "sensor", "sensor_id"];
const SENSOR_TYPE: &[&str] = &["sensor_type", "type"];
const CODE: &[&str] = &["event_code", "alarm_code"];
const TEXT: &[&str] = &["event_description", "description", "event_message", "message", "event"];
/// Ids of a vendor's registry of messages.
const MESSAGE_ID: &[&str] = &["message_id", "event_id", "common_id", "id", "event_code"];
const DIRECTION: &[&str] = &["status", "event_direction", "direction", "assertion", "event_type"];

fn is_header(columns: &[String]) -> bool {
    let has = |names: &[&str]| columns.iter().any(|column| names.contains(&column.as_str()));
    let event_of_sensor = has(&["sensor_name"]) && has(&["sensor_type", "event_type"]);
    let coded = has(CODE) && has(&["severity", "level"]) && has(DIRECTION);
    let messages = has(MESSAGE_ID) && has(&["severity"]) && has(&["source", "system", "sequence", "index"]);
    let known = has(ID) && (event_of_sensor || coded) || messages;
    known && has(TIME) && has(TEXT) && columns.len() <= 12
}

/// `FQXSPPW0009I`: Lenovo's XClarity Controller and its relatives.
fn is_lenovo_id(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    cell.starts_with("FQX") && (11..=13).contains(&cell.len()) && digits >= 4
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let Some(sheet) = Sheet::find(content, is_header) else { return };
    let day_first = sheet.day_first(content, TIME);
    sheet.rows(content, sink, |cells, sink| take(cells, day_first, sink));
    oldest_first(&mut sink.records, Vec::new());
}

fn take(cells: &Cells<'_>, day_first: DayFirst, sink: &mut Sink<'_>) -> Fate {
    if cells.is_ruler() {
        return Fate::Ignored("ruler");
    }
    let Some(stamp) = read_stamp(&cells.get(TIME), day_first) else {
        return Fate::Quarantined(Reason::BadField("date or time"));
    };
    let text = cells.get(TEXT);
    let (event, direction) = text.rsplit_once(" - ").unwrap_or((&text, ""));
    let asserted = direction_of(direction).or_else(|| direction_of(&cells.get(DIRECTION)));
    let mut entry = SelEntry {
        record_id: cells.get(ID).parse().ok().or_else(|| cells.get(&["index", "sequence"]).parse().ok()),
        sensor_type: sensor_type_code(&cells.get(SENSOR_TYPE)),
        sensor: cells.get(SENSOR),
        asserted,
        message_id: Some(cells.get(CODE))
            .filter(|code| !code.is_empty())
            .or_else(|| Some(cells.get(MESSAGE_ID)).filter(|id| is_lenovo_id(id))),
        ..SelEntry::default()
    };
    let found = event_from_text(entry.sensor_type, event).filter(|_| entry.sensor_type.is_some());
    if let Some((event_type, offset)) = found {
        entry.event_type = Some(event_type);
        entry.event_offset = Some(offset);
    }
    entry.text = text;
    sink.record(None, stamp, Body::Sel(entry));
    Fate::Parsed
}

fn direction_of(word: &str) -> Option<bool> {
    match word.trim().to_ascii_lowercase().as_str() {
        "asserted" | "assert" | "assertion" | "assertion event" => Some(true),
        "deasserted" | "deassert" | "deassertion" | "deassertion event" => Some(false),
        _ => None,
    }
}
