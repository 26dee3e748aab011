//! Devices and virtual machines from NetBox's REST interface: pages with `results`, or bare objects.
//!
//! Time:   none that counts (`last_updated` is when somebody edited the entry).
//! Units:  none.
//! Spec:   NetBox REST API, dcim/devices and virtualization/virtual-machines (2.4 to 4.2).
//! Loses:  addresses, tags, comments, tenants, serial numbers, position in the rack.
//! Not handled: other endpoints; GraphQL.

use serde_json::Value;

use super::inventory_csv::factor_of_column;
use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::host_facts::Places;
use crate::ingest::json_rows::{self, text_at};
use crate::ingest::sink::Sink;
use crate::ingest::table::normal;
use crate::ledger::Fate;

pub struct NetboxJson;

impl Format for NetboxJson {
    fn id(&self) -> &'static str {
        "netbox-json"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "NetBox: devices and virtual machines as JSON"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let Some(json) = head.json() else { return Fit::No };
        let device = json.together(&["device_type", "custom_fields", "site", "name"], 2) == 4;
        let guest = json.together(&["cluster", "vcpus", "custom_fields", "name"], 2) == 4;
        if device || guest { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(|content, sink| json_rows::read(content, &["results"], sink, take))
    }
}

const PLACES: Places = Places {
    host: &["/name"],
    bios_version: &[],
    bios_date: &[],
    serial: &["/serial"],
    factors: &[
        ("model", &["/device_type/model"]),
        ("vendor", &["/device_type/manufacturer/name"]),
        ("role", &["/role/name", "/device_role/name"]),
        ("os", &["/platform/name"]),
        ("rack", &["/rack/name"]),
        ("site", &["/site/name"]),
        ("location", &["/location/name"]),
        ("cluster", &["/cluster/name"]),
        ("hypervisor", &["/device/name"]),
    ],
};

fn take(device: &Value, sink: &mut Sink<'_>) -> Fate {
    let mut facts = PLACES.facts(device);
    if facts.host.is_none() {
        return Fate::Ignored("device-without-a-name");
    }
    let custom = device.get("custom_fields").and_then(Value::as_object);
    for (name, value) in custom.into_iter().flatten() {
        let value =
            text_at(value, "").or_else(|| text_at(value, "/label")).or_else(|| text_at(value, "/name"));
        if let (Some(factor), Some(value)) = (factor_of_column(&normal(name)), value) {
            facts.put(factor, &value);
        }
    }
    facts.keep(sink)
}
