//! Machines of a MAAS: `maas PROFILE machines read`.
//!
//! Time:   none.
//! Units:  memory in MiB.
//! Spec:   MAAS API 2.0, machines (2.3 to 3.5).
//! Loses:  disks, networks, power settings, tags, serial numbers.
//! Not handled: other endpoints.

use serde_json::Value;

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::host_facts::Places;
use crate::ingest::json_rows::{self, text_at};
use crate::ingest::sink::Sink;
use crate::ledger::Fate;

pub struct MaasMachinesJson;

impl Format for MaasMachinesJson {
    fn id(&self) -> &'static str {
        "maas-machines-json"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "MAAS machines as JSON"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let Some(json) = head.json() else { return Fit::No };
        let marks = [
            "system_id",
            "hostname",
            "status_name",
            "power_state",
            "hardware_info",
            "distro_series",
            "osystem",
        ];
        if json.together(&marks, 1) >= 4 && json.together(&["system_id"], 1) == 1 {
            Fit::Sure
        } else {
            Fit::No
        }
    }

    fn open(&self) -> Reader {
        Reader::Whole(|content, sink| json_rows::read(content, &[], sink, take))
    }
}

const PLACES: Places = Places {
    host: &["/hostname", "/fqdn"],
    bios_version: &["/hardware_info/mainboard_firmware_version"],
    bios_date: &["/hardware_info/mainboard_firmware_date"],
    serial: &["/hardware_info/system_serial"],
    factors: &[
        ("model", &["/hardware_info/system_product", "/hardware_info/mainboard_product"]),
        ("vendor", &["/hardware_info/system_vendor", "/hardware_info/mainboard_vendor"]),
        ("cpu_model", &["/hardware_info/cpu_model"]),
        ("zone", &["/zone/name"]),
        ("pool", &["/pool/name"]),
        ("hypervisor", &["/pod/name"]),
    ],
};

fn take(machine: &Value, sink: &mut Sink<'_>) -> Fate {
    let mut facts = PLACES.facts(machine);
    if let Some(mib) = machine.get("memory").and_then(Value::as_u64) {
        facts.put_memory_bytes(mib.saturating_mul(1 << 20));
    }
    if let (Some(system), Some(series)) = (text_at(machine, "/osystem"), text_at(machine, "/distro_series")) {
        facts.put("os", &format!("{system} {series}"));
    }
    facts.keep(sink)
}
