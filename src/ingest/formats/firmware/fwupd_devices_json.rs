//! `fwupdmgr get-devices --json` and `get-updates --json`: devices with the firmware they have, and what the LVFS
//! offers for them.
//!
//! Time:   Unix seconds of a release.
//! Units:  none.
//! Spec:   fwupd 1.2 to 2.0, libfwupd/fwupd-device.c and fwupd-release.c (to_json).
//! Loses:  flags, checksums, plugins, locations.
//! Not handled: the text form.

use serde_json::Value;

use crate::ingest::firmware_items::{self, part_of};
use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::json_rows::{self, text_at};
use crate::ingest::sink::Sink;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::Fate;
use crate::model::record::{FirmwareItem, FirmwareState, Part};

pub struct FwupdDevicesJson;

impl Format for FwupdDevicesJson {
    fn id(&self) -> &'static str {
        "fwupd-devices-json"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Firmware
    }

    fn title(&self) -> &'static str {
        "fwupdmgr --json: devices and releases"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let Some(json) = head.json() else { return Fit::No };
        let devices = json.together(&["Devices"], 0) == 1;
        let own =
            json.together(&["DeviceId", "Plugin", "Flags", "Guid", "VersionFormat", "VendorId", "Vendor"], 2);
        if devices && own >= 3 { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(|content, sink| json_rows::read(content, &["Devices"], sink, take))
    }
}

fn take(device: &Value, sink: &mut Sink<'_>) -> Fate {
    let text = |pointer: &str| text_at(device, pointer);
    let Some(name) = text("/Name") else { return Fate::Ignored("device-without-a-name") };
    let plugin = text("/Plugin").unwrap_or_default();
    let part = match (plugin.as_str(), name.as_str()) {
        ("uefi" | "uefi_capsule", "System Firmware") => Part::Bios,
        // A name of one device is no proof that it is the system's own firmware.
        _ => Some(part_of(&name)).filter(|part| !matches!(part, Part::Bios | Part::Bmc)).unwrap_or_default(),
    };
    let ids: Vec<String> = match device.get("Guid").or_else(|| device.get("Guids")) {
        Some(Value::Array(ids)) => ids.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(id)) => vec![id.clone()],
        _ => Vec::new(),
    };
    let base = FirmwareItem { component: name, part, ids, ..FirmwareItem::default() };
    let mut fate = Fate::Ignored("device-without-a-version");
    if let Some(version) = text("/Version") {
        firmware_items::keep(None, FirmwareItem { version, ..base.clone() }, sink);
        fate = Fate::Parsed;
    }
    for release in device.get("Releases").and_then(Value::as_array).into_iter().flatten() {
        let Some(version) = text_at(release, "/Version") else { continue };
        let created =
            text_at(release, "/Created").and_then(|text| written_time::read(&text, DayFirst(false)));
        let offered = FirmwareItem {
            version,
            state: FirmwareState::Offered,
            released: created,
            urgency: text_at(release, "/Urgency"),
            ..base.clone()
        };
        firmware_items::keep(None, offered, sink);
        fate = Fate::Parsed;
    }
    fate
}
