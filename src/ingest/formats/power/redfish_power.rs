//! Redfish resources about power: `Power`, `PowerSubsystem`, `PowerSupply` and their collection and metrics,
//! `EnvironmentMetrics`, `Sensor`, HPE's power meter; one, many, or a map of host → resource.
//!
//! Time:   none, but for HPE's power meter and a reading's `ReadingTime`.
//! Units:  watts.
//! Spec:   DMTF DSP2046, schemas Power 1.0 to 1.7, PowerSubsystem 1.1, PowerSupply 1.5, EnvironmentMetrics 1.3.
//! Loses:  the present draw where no time stands beside it; voltages, limits, lowest and highest draw.
//! Not handled: resources without `@odata.type`; outlets and power distribution units.

use serde_json::Value;

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::power_series::PowerSeries;
use crate::ingest::redfish_documents::{each_resource, type_of};
use crate::ingest::sensor_readings::is_whole_machine;
use crate::ingest::sink::Sink;
use crate::ingest::supply_facts::{self, Supply, told};
use crate::ingest::written_time::{self, DayFirst};
use crate::model::Stamp;
use crate::model::record::{Body, SelEntry};

pub struct RedfishPower;

/// Types of the resources.
const TYPES: &[&str] = &[
    "Power",
    "PowerSubsystem",
    "PowerSupply",
    "PowerSupplyCollection",
    "PowerSupplyMetrics",
    "EnvironmentMetrics",
    "Sensor",
    "SensorCollection",
    "HpePowerMeter",
    "HpeServerPowerMeter",
];

impl Format for RedfishPower {
    fn id(&self) -> &'static str {
        "redfish-power"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Power
    }

    fn title(&self) -> &'static str {
        "Redfish Power, PowerSubsystem, PowerSupply, EnvironmentMetrics, Sensor"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        match head.outermost_redfish_type() {
            Some(name) if TYPES.contains(&name) => Fit::Sure,
            _ => Fit::No,
        }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let mut series = PowerSeries::default();
    // Supplies that stand alone, each in a resource of its own, are those of one machine.
    let mut alone: Vec<(Option<String>, Supply)> = Vec::new();
    each_resource(content, sink, |resource, host, sink| {
        let host = host.map(str::to_owned);
        match type_of(resource) {
            Some("Power") => {
                let list = members(resource, "PowerSupplies");
                let supplies: Vec<Supply> =
                    list.filter_map(|item| supply(item, host.as_deref(), sink)).collect();
                supply_facts::keep(&supplies, host, sink);
            }
            Some("PowerSupplyCollection") => {
                let list = members(resource, "Members");
                let supplies: Vec<Supply> =
                    list.filter_map(|item| supply(item, host.as_deref(), sink)).collect();
                supply_facts::keep(&supplies, host, sink);
            }
            Some("PowerSupply") => {
                alone.extend(supply(resource, host.as_deref(), sink).map(|supply| (host, supply)))
            }
            Some("EnvironmentMetrics") if !is_of_a_part(resource) => {
                let reading = resource.get("PowerWatts");
                let watts = reading.and_then(|reading| reading.get("Reading")).and_then(Value::as_f64);
                let at = reading.and_then(|reading| time_of(reading, "ReadingTime"));
                if let (Some(watts), Some(at)) = (watts, at) {
                    series.keep(sink, host, at, watts);
                }
            }
            Some("Sensor") => sensor(resource, host, &mut series, sink),
            Some("SensorCollection") => {
                for item in members(resource, "Members") {
                    sensor(item, host.clone(), &mut series, sink);
                }
            }
            Some("HpePowerMeter" | "HpeServerPowerMeter") => {
                for detail in members(resource, "PowerDetail") {
                    let watts = detail.get("Average").and_then(Value::as_f64);
                    if let (Some(watts), Some(at)) = (watts, time_of(detail, "Time")) {
                        series.keep(sink, host.clone(), at, watts);
                    }
                }
            }
            _ => {}
        }
    });
    let mut hosts: Vec<Option<String>> = alone.iter().map(|(host, _)| host.clone()).collect();
    hosts.dedup();
    for host in hosts {
        let own: Vec<Supply> =
            alone.iter().filter(|(of, _)| *of == host).map(|(_, supply)| supply.clone()).collect();
        supply_facts::keep(&own, host, sink);
    }
}

fn members<'a>(resource: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    resource.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// The draw of the machine, from a resource of its own.
fn sensor(resource: &Value, host: Option<String>, series: &mut PowerSeries, sink: &mut Sink<'_>) {
    let text = |name: &str| resource.get(name).and_then(Value::as_str);
    let whole = [text("Name"), text("Id")].into_iter().flatten().any(is_whole_machine);
    if text("ReadingUnits") != Some("W") || !whole || is_of_a_part(resource) {
        return;
    }
    let watts = resource.get("Reading").and_then(Value::as_f64);
    if let (Some(watts), Some(at)) = (watts, time_of(resource, "ReadingTime")) {
        series.keep(sink, host, at, watts);
    }
}

fn time_of(value: &Value, name: &str) -> Option<Stamp> {
    written_time::read(value.get(name)?.as_str()?, DayFirst::default())
}

/// Metrics of a processor or a memory module lie below it.
fn is_of_a_part(resource: &Value) -> bool {
    let path = resource.get("@odata.id").and_then(Value::as_str).unwrap_or("");
    ["/Processors/", "/Memory/", "/Drives/", "/PCIeDevices/"].iter().any(|part| path.contains(part))
}

/// A supply that is there; one that is not well is kept as a record, too. `None`: an empty bay, or a link alone.
fn supply(item: &Value, host: Option<&str>, sink: &mut Sink<'_>) -> Option<Supply> {
    let text = |name: &str| item.get(name).and_then(Value::as_str);
    let status = |name: &str| item.get("Status").and_then(|status| status.get(name)).and_then(Value::as_str);
    let (state, health) = (status("State").unwrap_or(""), status("Health").unwrap_or(""));
    if state == "Absent" || text("Name").is_none() && text("MemberId").is_none() && text("Id").is_none() {
        return None;
    }
    let name = text("Name").or_else(|| text("MemberId")).unwrap_or("Power Supply");
    if matches!(health, "Critical" | "Warning") || state == "UnavailableOffline" {
        let input = item.get("LineInputVoltage").and_then(Value::as_f64);
        let volts = input.map_or(String::new(), |volts| format!(", input {volts} V"));
        let words = format!("Power supply: health {health}, state {state}{volts}");
        let entry =
            SelEntry { sensor: name.to_owned(), sensor_type: Some(0x08), text: words, ..SelEntry::default() };
        sink.record(host.map(str::to_owned), Stamp::Missing, Body::Sel(entry));
    }
    let number = |name: &str| item.get(name).and_then(Value::as_f64).filter(|watts| *watts > 0.0);
    Some(Supply {
        model: text("Model").or_else(|| text("PartNumber")).and_then(told),
        firmware: text("FirmwareVersion").and_then(told),
        watts: number("PowerCapacityWatts"),
    })
}
