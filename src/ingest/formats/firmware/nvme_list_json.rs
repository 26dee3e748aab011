//! `nvme list -o json`: NVMe drives with model and firmware, flat or by host and subsystem.
//!
//! Time:   none.
//! Units:  none.
//! Spec:   nvme-cli 1.3 to 2.8, nvme-print-json.c.
//! Loses:  serial numbers, sizes, namespaces.
//! Not handled: nothing known.

use serde_json::Value;

use crate::ingest::firmware_items;
use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::json_rows::{self, first_text, text_at};
use crate::ingest::sink::Sink;
use crate::ledger::Fate;
use crate::model::record::{FirmwareItem, Part};

pub struct NvmeListJson;

impl Format for NvmeListJson {
    fn id(&self) -> &'static str {
        "nvme-list-json"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Firmware
    }

    fn title(&self) -> &'static str {
        "nvme list -o json: NVMe drives and their firmware"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let Some(json) = head.json() else { return Fit::No };
        let devices = json.together(&["Devices"], 0) == 1;
        let drives = json.together(&["Firmware", "ModelNumber", "SerialNumber"], 8) == 3;
        if devices && drives { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(|content, sink| json_rows::read(content, &["Devices"], sink, take))
    }
}

fn take(device: &Value, sink: &mut Sink<'_>) -> Fate {
    let mut found = false;
    let mut open = vec![device];
    while let Some(value) = open.pop() {
        if let (Some(component), Some(version)) =
            (text_at(value, "/ModelNumber"), text_at(value, "/Firmware"))
        {
            let place = first_text(value, &["/DevicePath", "/Controller"]);
            let item =
                FirmwareItem { component, part: Part::Drive, place, version, ..FirmwareItem::default() };
            firmware_items::keep(None, item, sink);
            found = true;
        }
        for key in ["Subsystems", "Controllers"] {
            open.extend(value.get(key).and_then(Value::as_array).into_iter().flatten().rev());
        }
    }
    if found { Fate::Parsed } else { Fate::Ignored("host-without-a-drive") }
}
