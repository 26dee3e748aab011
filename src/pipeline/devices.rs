//! Drives and RAID controllers of hosts: as attributes of the host, and one by one for the known causes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Owners;
use super::stories::second_moment;
use crate::model::record::{Body, FirmwareItem, FirmwareState, Part, SourceFacts};
use crate::model::{Factors, spelling};
use crate::timeline::assemble::Hosts;
use crate::timeline::known_causes::{Device, SEVERAL};

/// The drives and controllers that run in each host, as the latest source says that tells of one.
pub fn of_hosts(
    sources: &[SourceFacts],
    owners: &Owners<'_>,
    zone: chrono_tz::Tz,
) -> BTreeMap<String, Vec<Device>> {
    let mut found: BTreeMap<String, Vec<Device>> = BTreeMap::new();
    for (index, source) in sources.iter().enumerate() {
        for record in &source.records {
            let Body::Firmware(item) = &record.body else { continue };
            let (Some(device), Some(host)) =
                (device_of(item, zone), owners.host(index, record.host.as_deref()))
            else {
                continue;
            };
            found.entry(host).or_default().push(device);
        }
    }
    for devices in found.values_mut() {
        devices.sort();
        devices.dedup();
    }
    found
}

fn device_of(item: &FirmwareItem, zone: chrono_tz::Tz) -> Option<Device> {
    let (model, firmware) = match item.part {
        Part::Drive => ("drive_model", "drive_firmware"),
        Part::StorageController => ("raid_controller", "raid_firmware"),
        _ => return None,
    };
    if item.state != FirmwareState::Installed {
        return None;
    }
    let named = [(model, &item.component), (firmware, &item.version)];
    let said = named.into_iter().filter(|(_, value)| !spelling::says_nothing(value));
    let factors: BTreeMap<String, String> =
        said.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
    let read_at = second_moment(item.hours_read.as_ref(), zone).map(|at| at.timestamp());
    Some(Device { factors, power_on: read_at.zip(item.power_on_hours) })
}

/// Adds what the devices of a host are to its attributes; several kinds stand beside each other. What an inventory
/// says of them stays.
pub fn note(inventory: &mut BTreeMap<String, Factors>, devices: &BTreeMap<String, Vec<Device>>) {
    for (host, devices) in devices {
        let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (name, value) in devices.iter().flat_map(|device| &device.factors) {
            values.entry(name).or_default().insert(value);
        }
        let known = Arc::make_mut(inventory.entry(host.clone()).or_default());
        for (name, values) in values {
            let joined = values.into_iter().collect::<Vec<_>>().join(SEVERAL);
            known.entry(name.to_owned()).or_insert(joined);
        }
    }
}
