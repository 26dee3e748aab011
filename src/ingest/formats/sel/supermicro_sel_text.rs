//! SEL as Supermicro's IPMICFG prints it (`-sel list`): an entry over two lines, in the form of old boards or of
//! new ones.
//!
//! `1 | 2025/03/14 02:05:31 | Power Supply`, then `| Assertion:Power Supply AC Lost@PS1`;
//! `Event:119 Time:2025-02-11 17:40:09 SensorType:BIOS`, then `| Msg = Failing DIMM (P1-DIMMB1) - Assertion`
//!
//! Time:   the BMC's clock, zone not written.
//! Units:  none.
//! Spec:   none published; the outputs that monitoring scripts for IPMICFG 1.2x and 1.3x are written for.
//! Loses:  nothing known.
//! Not handled: `-sel raw`, which prints the sixteen bytes.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::vendor_log::written::read_stamp;
use crate::ingest::written_time::DayFirst;
use crate::ipmi::event_from_text;
use crate::ipmi::sensor_type::sensor_type_code;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;
use crate::model::record::{Body, SelEntry, Span};

pub struct SupermicroSelText;

impl Format for SupermicroSelText {
    fn id(&self) -> &'static str {
        "supermicro-sel-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Sel
    }

    fn title(&self) -> &'static str {
        "system event log, text (Supermicro IPMICFG -sel list)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let (mut entries, mut other, mut open) = (0_usize, 0_usize, false);
        for line in head.split(|&byte| byte == b'\n').take(400) {
            let line = String::from_utf8_lossy(line);
            if line.trim().is_empty() || is_ruler(&line) {
                continue;
            }
            let is_head = EntryHead::of(&line).is_some();
            let is_text = open && Told::of(&line).is_some();
            entries += usize::from(is_text);
            other += usize::from(!is_head && !is_text);
            open = is_head;
        }
        if entries > 0 && entries * 2 >= other { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(SelReader { open: None }))
    }
}

fn is_ruler(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 4 && line.bytes().all(|byte| matches!(byte, b'-' | b'='))
}

/// The first line of an entry.
struct EntryHead {
    record_id: u32,
    stamp: Stamp,
    sensor_type: String,
}

impl EntryHead {
    fn of(line: &str) -> Option<Self> {
        let (id, time, sensor_type) = match line.trim().strip_prefix("Event:") {
            Some(rest) => {
                let (id, rest) = rest.split_once(" Time:")?;
                let (time, sensor_type) = rest.split_once(" SensorType:")?;
                (id, time, sensor_type)
            }
            None => {
                let mut cells = line.split('|');
                let cells = (cells.next()?, cells.next()?, cells.next()?, cells.next());
                // `ipmitool` has date and time in two columns.
                (cells.1.trim().as_bytes().get(4) == Some(&b'/') && cells.3.is_none())
                    .then_some((cells.0, cells.1, cells.2))?
            }
        };
        Some(Self {
            record_id: id.trim().parse().ok()?,
            stamp: read_stamp(time, DayFirst(false)).filter(|_| time.contains(':'))?,
            sensor_type: sensor_type.trim().to_owned(),
        })
    }
}

/// The second line.
struct Told<'a> {
    asserted: bool,
    event: &'a str,
    sensor: &'a str,
}

impl<'a> Told<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let text = line.trim().strip_prefix('|')?.trim();
        if let Some(message) = text.strip_prefix("Msg =") {
            let (event, direction) = message.rsplit_once(" - ").unwrap_or((message, "Assertion"));
            let known = ["Assertion", "Deassertion"].contains(&direction.trim());
            let event = if known { event } else { message };
            return Some(Self {
                asserted: direction.trim() != "Deassertion",
                event: event.trim(),
                sensor: "",
            });
        }
        let (asserted, event) = match text.strip_prefix("Assertion:") {
            Some(event) => (true, event),
            None => (false, text.strip_prefix("Deassertion:")?),
        };
        let (event, sensor) = event.split_once('@').unwrap_or((event, ""));
        Some(Self { asserted, event: event.trim(), sensor: sensor.trim() })
    }
}

struct SelReader {
    open: Option<(EntryHead, Span)>,
}

impl LineReader for SelReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let line = String::from_utf8_lossy(line);
        if line.trim().is_empty() {
            return Fate::Ignored("blank-line");
        }
        if is_ruler(&line) {
            return Fate::Ignored("ruler");
        }
        if let Some(head) = EntryHead::of(&line) {
            self.open = Some((head, sink.span()));
            return Fate::Parsed;
        }
        let (Some((head, mut span)), Some(told)) = (self.open.take(), Told::of(&line)) else {
            return Fate::Quarantined(Reason::BadShape);
        };
        let here = sink.span();
        span.len = (here.offset + here.len).saturating_sub(span.offset);
        sink.at(span);
        let mut entry = SelEntry {
            record_id: Some(head.record_id),
            sensor_type: sensor_type_code(&head.sensor_type),
            sensor: if told.sensor.is_empty() { head.sensor_type } else { told.sensor.to_owned() },
            asserted: Some(told.asserted),
            text: told.event.to_owned(),
            ..SelEntry::default()
        };
        let found = event_from_text(entry.sensor_type, told.event).filter(|_| entry.sensor_type.is_some());
        if let Some((event_type, offset)) = found {
            entry.event_type = Some(event_type);
            entry.event_offset = Some(offset);
        }
        sink.record(None, head.stamp, Body::Sel(entry));
        sink.at(here);
        sink.same_record();
        Fate::Parsed
    }
}
