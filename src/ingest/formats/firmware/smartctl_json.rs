//! `smartctl --json`: model, firmware and power-on hours of a drive; several documents may follow one another.
//!
//! Time:   `local_time` is when smartctl ran, and so when the hours were read.
//! Units:  hours.
//! Spec:   smartmontools 7.0 to 7.4, json.cpp.
//! Loses:  serial numbers, attributes, self-test and error logs.
//! Not handled: nothing known.

use chrono::DateTime;
use serde_json::Value;

use crate::ingest::firmware_items;
use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::json_rows::{self, first_text, text_at};
use crate::ingest::sink::Sink;
use crate::ledger::Fate;
use crate::model::Stamp;
use crate::model::record::{FirmwareItem, Part};

pub struct SmartctlJson;

impl Format for SmartctlJson {
    fn id(&self) -> &'static str {
        "smartctl-json"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Firmware
    }

    fn title(&self) -> &'static str {
        "smartctl --json: model, firmware and hours of a drive"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let Some(json) = head.json() else { return Fit::No };
        if json.together(&["json_format_version", "smartctl"], 1) == 2 { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(|content, sink| json_rows::read(content, &[], sink, take))
    }
}

fn take(drive: &Value, sink: &mut Sink<'_>) -> Fate {
    let model = first_text(drive, &["/model_name", "/scsi_model_name", "/product"]);
    let version = first_text(drive, &["/firmware_version", "/scsi_revision", "/revision"]);
    let (Some(component), Some(version)) = (model, version) else {
        return Fate::Ignored("drive-that-did-not-answer");
    };
    let hours = ["/power_on_time/hours", "/nvme_smart_health_information_log/power_on_hours"];
    let item = FirmwareItem {
        component,
        part: Part::Drive,
        place: text_at(drive, "/device/name"),
        version,
        hours_read: drive
            .pointer("/local_time/time_t")
            .and_then(Value::as_i64)
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
            .map(Stamp::Zoned),
        power_on_hours: hours.iter().find_map(|place| drive.pointer(place)?.as_u64()),
        ..FirmwareItem::default()
    };
    firmware_items::keep(None, item, sink);
    Fate::Parsed
}
