//! The inventory as a table: a host and its attributes.
//!
//! Time:   none, but for dates in and out of service.
//! Units:  none.
//! Spec:   none; columns by their usual names, every further column is a factor under its own name.
//! Loses:  addresses and remarks.
//! Not handled: several values in one cell.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::table_rows::table_rows;
use std::collections::BTreeMap;

use crate::ingest::table::{Role, Row, Table};
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::{Fate, Reason};
use crate::model::record::{Body, InventoryFact};
use crate::model::{Stamp, spelling};

pub struct InventoryCsv;

impl Format for InventoryCsv {
    fn id(&self) -> &'static str {
        "inventory-csv"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "inventory as a table: host and its attributes"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        match head.csv_kind() {
            Some(SourceKind::Inventory) => Fit::Likely,
            _ => Fit::No,
        }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

/// Columns that say where a host is reached or who looks after it: true of one host each, or prone
/// to be, and nothing that a failure could follow.
const NOT_FACTORS: &[&str] = &[
    "ip",
    "ip_address",
    "ipv4",
    "ipv6",
    "mac",
    "mac_address",
    "bmc_ip",
    "bmc",
    "ipmi_ip",
    "idrac_ip",
    "ilo_ip",
    "serial",
    "serial_number",
    "serial_no",
    "serialnumber",
    "serialno",
    "service_tag",
    "servicetag",
    "dell_service_tag",
    "system_serial",
    "chassis_serial",
    "seriennummer",
    "asset_tag",
    "uuid",
    "id",
    "notes",
    "note",
    "comment",
    "comments",
    "description",
    "owner_email",
    "url",
    "fqdn",
    "uplink",
    "primary_ip",
    "primary_ipv4",
    "primary_ipv6",
    "primary_ip4",
    "primary_ip6",
    "oob_ip",
    "out_of_band_ip",
    "ipv4_address",
    "ipv6_address",
    "idrac",
    "ilo",
    "tags",
    "created",
    "last_updated",
    "last_modified",
    "last_report",
    "last_update",
    "position",
    "u_position",
    "rack_unit",
    "rack_position",
    "unit",
    "latitude",
    "longitude",
    "airflow",
    "virtual_chassis",
    "inventory_number",
    "alternate_username",
    "technician_in_charge",
    "object_id",
    "asset_no",
    "barcode",
    "express_service_code",
    "warranty",
    "warranty_end",
    "purchase_date",
];

/// Columns by which BMC and vendor know the machine.
const SERIALS: &[&str] = &[
    "serial",
    "serial_number",
    "serial_no",
    "serialnumber",
    "serialno",
    "service_tag",
    "servicetag",
    "dell_service_tag",
    "system_serial",
    "chassis_serial",
    "seriennummer",
];

/// Usual names of the factors that have a fixed name with us.
fn factor_name(column: &str) -> &str {
    match column {
        "bios"
        | "bios_ver"
        | "biosversion"
        | "system_bios"
        | "bios_release"
        | "firmware"
        | "rom_version"
        | "system_bios_version"
        | "system_rom"
        | "bios_firmware" => "bios_version",
        "bmc_firmware"
        | "bmc_fw"
        | "bmc_firmware_version"
        | "idrac_version"
        | "idrac_firmware"
        | "ilo_version"
        | "ilo_firmware"
        | "ipmi_firmware"
        | "bmc_ver" => "bmc_version",
        "cpu_type" | "processor" | "cpu_name" | "processor_model" => "cpu_model",
        "microcode_version" | "ucode" | "microcode_revision" => "microcode",
        "ram" | "memory_size" | "total_memory" => "memory",
        "product_name" | "product" | "hardware_model" | "hardware" | "hw_model" | "server_model"
        | "machine_type" | "device_type" | "hw" | "platform" | "machine_model" | "system_model"
        | "hwtype" | "hw_type" | "hardware_type" | "computer_model" | "productname" => "model",
        "operating_system"
        | "operating_system_name"
        | "operatingsystem"
        | "os_version"
        | "os_name"
        | "os_release"
        | "distribution"
        | "guest_os"
        | "distro" => "os",
        "host_group" | "hostgroup" | "device_role" | "function" | "purpose" | "service" | "usage"
        | "workload" | "server_role" => "role",
        "power_feed" | "feed" | "ups" | "power_source" | "pdu_feed" | "power" | "pdu_name"
        | "power_circuit" => "pdu",
        "rack_name" | "cabinet" | "rack_id" => "rack",
        "kernel_version" | "kernelversion" | "linux_kernel" | "running_kernel" => "kernel",
        "manufacturer" | "manufacturers" | "hw_vendor" | "make" | "brand" | "oem" | "system_vendor"
        | "sys_vendor" => "vendor",
        "datacenter" | "datacentre" | "location" | "dc" | "room" => "site",
        "hypervisor_host" | "parent" | "parent_host" | "runs_on" | "vm_host" | "kvm_host" | "esx_host"
        | "hypervisor_name" => "hypervisor",
        other => other,
    }
}

/// The factor that a column (in normal form) or a custom field gives; `None` if it gives none.
pub(super) fn factor_of_column(column: &str) -> Option<&str> {
    let is_factor = !column.is_empty() && !NOT_FACTORS.contains(&column);
    is_factor.then(|| factor_name(column))
}

pub(super) fn parse_table(content: &[u8], sink: &mut Sink<'_>) {
    table_rows(content, SourceKind::Inventory, sink, |table, row, day_first, sink| {
        fact(table, row, day_first, sink).map_or_else(Fate::Quarantined, |()| Fate::Parsed)
    });
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    parse_table(content, sink);
}

pub(super) fn fact(table: &Table, row: &Row, day_first: DayFirst, sink: &mut Sink<'_>) -> Result<(), Reason> {
    let kind = SourceKind::Inventory;
    let host_column = table.column(Role::Host, kind).ok_or(Reason::BadField("host"))?;
    let host = table.cell(row, Some(host_column)).ok_or(Reason::BadField("host"))?.to_owned();
    let from_column = table.column(Role::InServiceFrom, kind);
    let to_column = table.column(Role::InServiceTo, kind);
    let stamp_of = |column| table.cell(row, column).and_then(|text| written_time::read(text, day_first));
    let (from, to) = (stamp_of(from_column), stamp_of(to_column));
    let has = |factor: &str| table.columns.iter().any(|column| factor_name(column) == factor);
    let type_is_model = has("vendor") && !has("model");
    let mut factors = BTreeMap::new();
    let mut serial: Option<String> = None;
    for (index, column) in table.columns.iter().enumerate() {
        let is_date = Some(index) == from_column || Some(index) == to_column;
        if index == host_column || is_date {
            continue;
        }
        if SERIALS.contains(&column.as_str()) && serial.is_none() {
            let cell = table.cell(row, Some(index)).filter(|cell| !spelling::says_nothing(cell));
            serial = cell.map(|cell| cell.trim().to_owned());
        }
        let Some(factor) = factor_of_column(column) else { continue };
        // Next to its maker, the type of a device is its model.
        let factor = if factor == "type" && type_is_model { "model" } else { factor };
        let value = table.cell(row, Some(index)).and_then(|value| spelling::of_table(factor, value));
        if let Some(value) = value {
            factors.entry(factor.to_owned()).or_insert(value);
        }
    }
    sink.record(
        Some(host),
        Stamp::Missing,
        Body::Inventory(InventoryFact { factors: factors.into(), from, to, serial }),
    );
    Ok(())
}
