//! SEL as VMware's `esxcli hardware ipmi sel list` prints it.
//!
//! `   Message: Assert + Power Supply Power Supply AC lost` within a block that starts with `Record:1:`
//!
//! Time:   the BMC's clock, zone not written (`2024-06-10T06:24:20`).
//! Units:  none.
//! Spec:   VMware ESXCLI reference, `hardware ipmi sel list`, ESXi 5 to 8.
//! Loses:  raw bytes, whose print is not documented.
//! Not handled: other formatters (`--formatter=csv`, `xml`).

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::vendor_log::blocks::{BlockForm, Fields};
use crate::ingest::vendor_log::written::read_stamp;
use crate::ingest::written_time::DayFirst;
use crate::ipmi::{event_from_text, sensor_type_from_text};
use crate::model::Stamp;
use crate::model::record::SelEntry;

pub struct VmwareEsxcliSelText;

impl Format for VmwareEsxcliSelText {
    fn id(&self) -> &'static str {
        "vmware-esxcli-sel-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Sel
    }

    fn title(&self) -> &'static str {
        "system event log, text (VMware esxcli hardware ipmi sel list)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        FORM.fit(head)
    }

    fn open(&self) -> Reader {
        Reader::Lines(FORM.reader())
    }
}

static FORM: BlockForm = BlockForm {
    separator: ':',
    keys: &[
        "Record",
        "Record Id",
        "When",
        "Event Type",
        "SEL Type",
        "Message",
        "Sensor Number",
        "Raw",
        "Formatted-Raw",
    ],
    essential: &["Record Id", "When", "Message"],
    text_key: "",
    left_out: |line| line.contains("esxcli").then_some("command-echo"),
    row: |_| None,
    entry,
};

/// The number that a value leads with: `111 (Unknown)`.
fn leading_number(value: Option<&str>) -> Option<u8> {
    value?.split_whitespace().next()?.parse().ok()
}

fn entry(fields: &Fields) -> Result<(Stamp, SelEntry), &'static str> {
    let stamp = read_stamp(fields.get("When").unwrap_or_default(), DayFirst(false)).ok_or("date or time")?;
    let message = fields.get("Message").unwrap_or_default();
    let (direction, words) = message.split_once(" + ").unwrap_or(("", message));
    let mut entry = SelEntry {
        record_id: fields.get("Record Id").and_then(|id| id.parse().ok()),
        record_type: leading_number(fields.get("SEL Type")),
        event_type: leading_number(fields.get("Event Type")),
        asserted: match direction {
            "Assert" => Some(true),
            "Deassert" => Some(false),
            _ => None,
        },
        text: words.to_owned(),
        ..SelEntry::default()
    };
    if let Some(number @ 1..) = leading_number(fields.get("Sensor Number")) {
        entry.sensor = format!("#0x{number:02x}");
    }
    // The type of the sensor leads the words; what follows is the event.
    if let Some((code, event)) = sensor_type_from_text(words) {
        entry.sensor_type = Some(code);
        if let Some((event_type, offset)) = event_from_text(Some(code), event)
            && entry.event_type.is_none_or(|written| written == event_type)
        {
            entry.event_type = Some(event_type);
            entry.event_offset = Some(offset);
        }
    }
    Ok((stamp, entry))
}
