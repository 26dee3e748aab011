//! Versions of firmware that a BMC lists: Redfish `SoftwareInventory`, alone or in a collection, and the one list
//! that iLO 4 had before.
//!
//! Time:   dates of release and installation as written.
//! Units:  none.
//! Spec:   DMTF DSP0266, schema SoftwareInventory 1.0–1.10; Dell's ids (`Installed-`, `Current-`, `Previous-`,
//!         `Available-`); HPE's, OpenBMC's, Supermicro's and Lenovo's names of components.
//! Loses:  device paths, measurements, targets.
//! Not handled: members that a collection only links to, but for what Dell's names of them say.

use serde_json::Value;

use crate::ingest::firmware_items::{self, is_spare, part_of};
use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::json_rows::{self, first_text, text_at};
use crate::ingest::redfish;
use crate::ingest::sink::Sink;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::Fate;
use crate::model::record::{FirmwareItem, FirmwareState, Part};

pub struct RedfishSoftware;

const TYPES: &[&str] = &["SoftwareInventory", "SoftwareInventoryCollection", "FwSwVersionInventory"];

impl Format for RedfishSoftware {
    fn id(&self) -> &'static str {
        "redfish-software"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Firmware
    }

    fn title(&self) -> &'static str {
        "Redfish: firmware and software inventory"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        match head.redfish_type() {
            Some(name) if TYPES.contains(&name) => Fit::Sure,
            _ => Fit::No,
        }
    }

    fn open(&self) -> Reader {
        Reader::Whole(|content, sink| {
            json_rows::read(content, &["Members"], sink, |row, sink| redfish::each(row, sink, take));
        })
    }
}

fn take(host: Option<&str>, resource: &Value, sink: &mut Sink<'_>) -> Fate {
    if redfish::is_link(resource) {
        // A member that is kept elsewhere; some makers' names of it say the version.
        if let Some(item) = text_at(resource, "/@odata.id").as_deref().and_then(item_of_link) {
            firmware_items::keep(host, item, sink);
        }
        return Fate::Parsed;
    }
    match redfish::type_of(resource).as_deref() {
        Some("SoftwareInventory") => match item(resource) {
            Some(item) => {
                firmware_items::keep(host, item, sink);
                Fate::Parsed
            }
            None => Fate::Ignored("component-without-a-version"),
        },
        Some("FwSwVersionInventory") => old_list(host, resource, sink),
        _ => Fate::Ignored("resource-of-another-type"),
    }
}

fn item(resource: &Value) -> Option<FirmwareItem> {
    let version = first_text(resource, &["/Version", "/VersionString"])?;
    let text = |pointer: &str| text_at(resource, pointer);
    let (id, name) = (text("/Id").unwrap_or_default(), text("/Name").unwrap_or_default());
    let description = text("/Description").unwrap_or_default();
    let dell = |field: &str| text(&format!("/Oem/Dell/DellSoftwareInventory/{field}"));
    let stamp = |text: Option<String>| text.and_then(|text| written_time::read(&text, DayFirst(false)));
    // Dell's ids end in the place: `Installed-159-2.10.0__BIOS.Setup.1-1`.
    let place =
        id.split_once("__").map(|(_, place)| place.to_owned()).or_else(|| text("/Oem/Hpe/DeviceContext"));
    let part = [place.as_deref().filter(|_| id.contains("__")).unwrap_or_default(), &id, &name, &description]
        .into_iter()
        .map(part_of)
        .find(|part| *part != Part::Other)
        .unwrap_or_default();
    let spare_state = text("/Status/State")
        .is_some_and(|state| matches!(state.as_str(), "StandbySpare" | "StandbyOffline" | "Disabled"));
    let is_available = id.starts_with("Available-")
        || id.to_ascii_lowercase().contains("staging")
        || dell("Status").is_some_and(|status| status.starts_with("Available"));
    let is_rollback = id.starts_with("Previous-")
        || spare_state
        || [&id, &name, &description].into_iter().any(|name| is_spare(name) || name == "SystemRomBackup");
    let state = match (is_available, is_rollback) {
        (true, _) => FirmwareState::Available,
        (_, true) => FirmwareState::Rollback,
        _ => FirmwareState::Installed,
    };
    Some(FirmwareItem {
        component: if name.is_empty() { id } else { name },
        part,
        place,
        ids: text("/SoftwareId").into_iter().collect(),
        version,
        state,
        installed: stamp(first_text(
            resource,
            &["/InstallDate", "/Oem/Dell/DellSoftwareInventory/InstallationDate"],
        )),
        released: stamp(text("/ReleaseDate")),
        ..FirmwareItem::default()
    })
}

/// Dell's ids say it all: `Installed-159-2.10.0__BIOS.Setup.1-1` is state, component id, version and place.
fn item_of_link(link: &str) -> Option<FirmwareItem> {
    let id = link.trim_end_matches('/').rsplit('/').next()?;
    let (id, place) = id.split_once("__").map_or((id, None), |(id, place)| (id, Some(place.to_owned())));
    let (state, rest) = id.split_once('-')?;
    let state = match state {
        "Installed" => FirmwareState::Installed,
        "Previous" => FirmwareState::Rollback,
        "Available" => FirmwareState::Available,
        // `Current-` repeats what `Installed-` lists.
        _ => return None,
    };
    let (component, version) = rest.split_once('-')?;
    let is_number = !component.is_empty() && component.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !version.is_empty()).then(|| FirmwareItem {
        component: place.clone().unwrap_or_else(|| format!("component {component}")),
        part: place.as_deref().map(part_of).unwrap_or_default(),
        place,
        ids: vec![component.to_owned()],
        version: version.to_owned(),
        state,
        ..FirmwareItem::default()
    })
}

/// iLO 4: kind of component → list of its versions.
fn old_list(host: Option<&str>, resource: &Value, sink: &mut Sink<'_>) -> Fate {
    let lists = resource.get("Current").and_then(Value::as_object);
    let mut fate = Fate::Ignored("component-without-a-version");
    for (kind, entries) in lists.into_iter().flatten() {
        for entry in entries.as_array().into_iter().flatten() {
            let Some(version) = text_at(entry, "/VersionString") else { continue };
            let name = text_at(entry, "/Name").unwrap_or_else(|| kind.clone());
            let part = match part_of(kind) {
                Part::Other => part_of(&name),
                known => known,
            };
            let spare = is_spare(&name) || kind == "SystemRomBackup";
            let state = if spare { FirmwareState::Rollback } else { FirmwareState::Installed };
            let place = text_at(entry, "/Location");
            let item =
                FirmwareItem { component: name, part, place, version, state, ..FirmwareItem::default() };
            firmware_items::keep(host, item, sink);
            fate = Fate::Parsed;
        }
    }
    fate
}
