//! What a BMC says of its machine: the Redfish resources `ComputerSystem`, `Chassis` and `Manager`, alone, in an
//! array, one after the other, or in a collection.
//!
//! Time:   none that counts: the BMC's own clock (`DateTime`) stands beside no other clock.
//! Units:  memory in GiB.
//! Spec:   DMTF DSP0266 and DSP2046 (schemas ComputerSystem 1.0–1.22, Chassis 1.0–1.25, Manager 1.0–1.19); the
//!         resources of iLO 4 before Redfish 1.0.
//! Loses:  health, links, boot settings, serial numbers, service tags, addresses.
//! Not handled: resources that a collection only links to; processors and memory modules one by one.

use serde_json::Value;

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::host_facts::{HostFacts, Places};
use crate::ingest::json_rows::{self, first_text, text_at};
use crate::ingest::redfish;
use crate::ingest::sink::Sink;
use crate::ledger::Fate;

pub struct RedfishInventory;

/// The resources and collections of them that are read.
const TYPES: &[&str] = &[
    "ComputerSystem",
    "ComputerSystemCollection",
    "Chassis",
    "ChassisCollection",
    "Manager",
    "ManagerCollection",
];

impl Format for RedfishInventory {
    fn id(&self) -> &'static str {
        "redfish-inventory"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "Redfish: computer system, chassis or manager"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        match head.redfish_type() {
            Some(name) if TYPES.contains(&name) => Fit::Sure,
            _ => Fit::No,
        }
    }

    fn open(&self) -> Reader {
        Reader::Whole(|content, sink| {
            json_rows::read(content, &["Members", "Items"], sink, |row, sink| redfish::each(row, sink, take));
        })
    }
}

const SYSTEM: Places = Places {
    host: &["/HostName"],
    bios_version: &["/BiosVersion", "/Bios/Current/VersionString", "/Oem/Hpe/Bios/Current/VersionString"],
    bios_date: &["/Bios/Current/Date", "/Oem/Hpe/Bios/Current/Date", "/Oem/Dell/DellSystem/BIOSReleaseDate"],
    serial: &[],
    factors: &[
        ("model", &["/Model"]),
        ("vendor", &["/Manufacturer"]),
        ("cpu_model", &["/ProcessorSummary/Model", "/Processors/ProcessorFamily"]),
        ("os", &["/Oem/Hpe/HostOS/OsName", "/Oem/Dell/DellSystem/OperatingSystem"]),
    ],
};

const CHASSIS: Places = Places {
    host: &[],
    bios_version: &[],
    bios_date: &[],
    serial: &[],
    factors: &[
        ("model", &["/Model"]),
        ("vendor", &["/Manufacturer"]),
        ("rack", &["/Location/Placement/Rack"]),
        ("row", &["/Location/Placement/Row"]),
    ],
};

const MANAGER: Places = Places {
    host: &[],
    bios_version: &[],
    bios_date: &[],
    serial: &[],
    factors: &[
        ("bmc_version", &["/FirmwareVersion", "/Firmware/Current/VersionString"]),
        ("bmc_model", &["/Model"]),
    ],
};

fn take(host: Option<&str>, resource: &Value, sink: &mut Sink<'_>) -> Fate {
    if redfish::is_link(resource) {
        // Counted as a member; what it says is kept elsewhere.
        return Fate::Parsed;
    }
    let mut facts = match redfish::type_of(resource).as_deref() {
        Some("ComputerSystem") => system(resource),
        Some("Chassis") if holds_a_system(resource) => CHASSIS.facts(resource),
        Some("Chassis") => return Fate::Ignored("chassis-without-a-system"),
        Some("Manager") if is_bmc(resource) => MANAGER.facts(resource),
        Some("Manager") => return Fate::Ignored("manager-of-something-else"),
        _ => return Fate::Ignored("resource-of-another-type"),
    };
    if let Some(host) = host {
        facts.name(host);
    }
    facts.keep(sink)
}

fn system(resource: &Value) -> HostFacts {
    let mut facts = SYSTEM.facts(resource);
    // Dell writes the service tag as the SKU, and the number of the board as the serial number.
    let is_dell = text_at(resource, "/Manufacturer").is_some_and(|maker| maker.starts_with("Dell"));
    let tag = first_text(resource, &["/Oem/Dell/DellSystem/ChassisServiceTag", "/SKU"]).filter(|_| is_dell);
    if let Some(serial) = tag.or_else(|| text_at(resource, "/SerialNumber").filter(|_| !is_dell)) {
        facts.put_serial(&serial);
    }
    let memory = ["/MemorySummary/TotalSystemMemoryGiB", "/Memory/TotalSystemMemoryGB"];
    let gib = memory.iter().find_map(|place| resource.pointer(place)?.as_f64());
    if let Some(gib) = gib.filter(|gib| (0.001..1e9).contains(gib)) {
        facts.put_memory_bytes((installed_gib(gib) * f64::from(1 << 30)) as u64);
    }
    facts
}

/// Some BMCs take the modules' size for decimal gigabytes and convert it: 512 becomes 476.84. Modules come in
/// whole GiB, so that a fraction gives it away.
fn installed_gib(written: f64) -> f64 {
    let taken_for_decimal = written * f64::from(1 << 30) / 1e9;
    let is_whole = |gib: f64| (gib - gib.round()).abs() < 0.01;
    if !is_whole(written) && is_whole(taken_for_decimal) { taken_for_decimal.round() } else { written }
}

/// Backplanes, enclosures and drawers are chassis, too; their model is not the machine's.
fn holds_a_system(chassis: &Value) -> bool {
    let links =
        |name: &str| ["/Links/", "/links/"].iter().find_map(|at| chassis.pointer(&format!("{at}{name}")));
    let systems = links("ComputerSystems").and_then(Value::as_array).map(|list| !list.is_empty());
    let contained = links("ContainedBy").is_some_and(|link| !link.is_null());
    match text_at(chassis, "/ChassisType").unwrap_or_default().as_str() {
        "Component" | "Module" | "Card" | "Cartridge" | "Zone" | "Drawer" | "StorageEnclosure"
        | "Enclosure" | "Rack" => false,
        // A blade sits in an enclosure, and is the machine.
        "Blade" | "Sled" | "StandAlone" | "RackMount" => systems.unwrap_or(true),
        _ => systems.unwrap_or(!contained),
    }
}

fn is_bmc(manager: &Value) -> bool {
    match text_at(manager, "/ManagerType").as_deref() {
        None | Some("BMC" | "ManagementController") => true,
        Some(_) => false,
    }
}
