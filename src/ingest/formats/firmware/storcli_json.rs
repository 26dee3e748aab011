//! `storcli … show all J` and `perccli`: RAID controllers and their drives.
//!
//! Time:   none.
//! Units:  none.
//! Spec:   StorCLI reference manual (Broadcom), PERCCLI reference guide (Dell): JSON output.
//! Loses:  virtual drives, policies, states, serial numbers.
//! Not handled: nothing known.

use serde_json::Value;

use crate::ingest::firmware_items;
use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::json_rows::{self, first_text, text_at};
use crate::ingest::sink::Sink;
use crate::ledger::Fate;
use crate::model::record::{FirmwareItem, Part};

pub struct StorcliJson;

impl Format for StorcliJson {
    fn id(&self) -> &'static str {
        "storcli-json"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Firmware
    }

    fn title(&self) -> &'static str {
        "storcli, perccli as JSON: RAID controllers and drives"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let Some(json) = head.json() else { return Fit::No };
        let controllers = json.together(&["Controllers"], 0) == 1;
        if controllers && json.together(&["Command Status", "Response Data"], 2) == 2 {
            Fit::Sure
        } else {
            Fit::No
        }
    }

    fn open(&self) -> Reader {
        Reader::Whole(|content, sink| json_rows::read(content, &["Controllers"], sink, take))
    }
}

fn take(answer: &Value, sink: &mut Sink<'_>) -> Fate {
    let Some(data) = answer.get("Response Data") else { return Fate::Ignored("command-without-an-answer") };
    let mut found = controller(data, sink);
    // Answers about drives nest them by path: `Drive /c0/e252/s1 - Detailed Information` → `… Device attributes`.
    let mut open: Vec<(&str, &Value)> = vec![("", data)];
    while let Some((name, value)) = open.pop() {
        if let (Some(model), Some(version)) =
            (text_at(value, "/Model Number"), text_at(value, "/Firmware Revision"))
        {
            let place = name.split_whitespace().find(|word| word.starts_with("/c")).map(str::to_owned);
            let item = FirmwareItem {
                component: model,
                part: Part::Drive,
                place,
                version,
                ..FirmwareItem::default()
            };
            firmware_items::keep(None, item, sink);
            found = true;
        }
        let inner = value.as_object().into_iter().flatten().filter(|(_, inner)| inner.is_object());
        let mut inner: Vec<(&str, &Value)> = inner.map(|(name, inner)| (name.as_str(), inner)).collect();
        inner.reverse();
        open.extend(inner);
    }
    if found { Fate::Parsed } else { Fate::Ignored("answer-without-a-version") }
}

fn controller(data: &Value, sink: &mut Sink<'_>) -> bool {
    let model = first_text(data, &["/Basics/Model", "/Product Name"]);
    let version = first_text(data, &["/Version/Firmware Version", "/FW Version"]);
    let (Some(component), Some(version)) = (model, version) else { return false };
    let place = text_at(data, "/Basics/Controller").map(|number| format!("/c{number}"));
    let item =
        FirmwareItem { component, part: Part::StorageController, place, version, ..FirmwareItem::default() };
    firmware_items::keep(None, item, sink);
    true
}
