//! SEL as Cisco UCS Manager and CIMC print it (`show sel`).
//!
//! `   2 | 06/10/2024 06:24:22 | CIMC | Power supply PSU2_STATUS #0x9a | Power Supply input lost | Asserted`
//!
//! Time:   the controller's clock in one column, month first; a zone behind it is one that the shell was
//!         set to and is brought back, if its abbreviation has one meaning.
//! Units:  none.
//! Spec:   Cisco UCS Manager CLI configuration guide, `show sel`.
//! Loses:  who sent the event (CIMC, BIOS).
//! Not handled: `show log` and the fault lists of UCS Manager.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind, fit_by_lines};
use crate::ingest::sink::Sink;
use crate::ingest::vendor_log::written::on_bmc_clock;
use crate::ipmi::{column_time, event_from_text, sensor_type_from_text};
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;
use crate::model::record::{Body, SelEntry};

pub struct CiscoUcsSelText;

impl Format for CiscoUcsSelText {
    fn id(&self) -> &'static str {
        "cisco-ucs-sel-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Sel
    }

    fn title(&self) -> &'static str {
        "system event log, text (Cisco UCS show sel)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if !head.says("|") {
            return Fit::No;
        }
        fit_by_lines(head, |line| read_row(line).is_some())
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(UcsReader))
    }
}

/// Who sends events there.
const SENDERS: &[&str] = &["CIMC", "BIOS", "BMC", "UCSM", "HOST", "OS", "SYSTEM", "IPMI"];

fn read_row(line: &str) -> Option<(Stamp, SelEntry)> {
    let columns: Vec<&str> = line.split('|').map(str::trim).collect();
    let [id, time, sender, sensor, event, rest @ ..] = columns.as_slice() else { return None };
    let record_id: u32 = u32::from_str_radix(id, 16).ok()?;
    if !SENDERS.contains(&sender.to_ascii_uppercase().as_str()) {
        return None;
    }
    let (date, clock) = time.split_once(' ')?;
    let at = column_time::read_columns(date, clock.trim(), false)?.at;
    let mut entry = SelEntry { record_id: Some(record_id), ..SelEntry::default() };
    match sensor_type_from_text(sensor) {
        Some((code, name)) => {
            entry.sensor_type = Some(code);
            name.clone_into(&mut entry.sensor);
        }
        None => (*sensor).clone_into(&mut entry.sensor),
    }
    (*event).clone_into(&mut entry.text);
    if let Some((event_type, offset)) = event_from_text(entry.sensor_type, event) {
        entry.event_type = Some(event_type);
        entry.event_offset = Some(offset);
    }
    for more in rest {
        match *more {
            "Asserted" => entry.asserted = Some(true),
            "Deasserted" => entry.asserted = Some(false),
            "" => {}
            more => {
                entry.text.push_str(" | ");
                entry.text.push_str(more);
            }
        }
    }
    Some((on_bmc_clock(at), entry))
}

struct UcsReader;

impl LineReader for UcsReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let line = String::from_utf8_lossy(line);
        if let Some((stamp, entry)) = read_row(&line) {
            sink.record(None, stamp, Body::Sel(entry));
            return Fate::Parsed;
        }
        let text = line.trim();
        if text.is_empty() {
            Fate::Ignored("blank-line")
        } else if text.ends_with("show sel") || text.contains("show sel ") || text.ends_with('#') {
            Fate::Ignored("command-echo")
        } else {
            Fate::Quarantined(Reason::BadShape)
        }
    }
}
