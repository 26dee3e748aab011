//! What a dump of sensors says of power: the draw of the machine, and supplies that are in trouble.
//!
//! A dump shows a state, not an event, and mostly without a time. The draw is kept as a point of a series only
//! where the collector wrote down when it was taken. A supply in trouble is kept as a record without a time:
//! at the time of the dump it was so, since when nobody knows.

use super::captured::Captured;
use super::power_header::power_name;
use super::power_series::PowerSeries;
use super::sink::Sink;
use super::watts;
use crate::model::Stamp;
use crate::model::record::{Body, SelEntry};

/// IPMI v2.0 table 42-3: power supply, power unit.
const POWER_SUPPLY: u8 = 0x08;
const POWER_UNIT: u8 = 0x09;

/// Words of a state that is trouble, as ipmitool, FreeIPMI and vendors print it.
const TROUBLE: &[&str] = &[
    "input lost",
    "ac lost",
    "input out-of-range",
    "failure detected",
    "failure status",
    "predictive failure",
    "redundancy lost",
    "redundancy degraded",
    "non-redundant",
    "configuration error",
    "power unit failure",
    "soft-power control failure",
    "soft power control failure",
];

/// Collects the sensors of one dump after the other.
#[derive(Default)]
pub struct SensorReadings {
    series: PowerSeries,
    total: Option<f64>,
    supplies: Vec<f64>,
}

impl SensorReadings {
    /// Takes a number with its unit, as `120` and `Watts`.
    pub fn number(&mut self, sensor: &str, number: &str, unit: &str) {
        let Some(factor) = watts::factor_of(unit.trim()) else { return };
        let Ok(Some(watts)) = watts::read(number, factor, false) else { return };
        if is_supply_input(sensor) {
            self.supplies.push(watts);
        } else if self.total.is_none() && is_whole_machine(sensor) {
            self.total = Some(watts);
        }
    }

    /// Takes a state in words. `is_supply`: the dump says that the sensor is one of a power supply or unit.
    pub fn state(
        &mut self,
        sensor: &str,
        text: &str,
        is_supply: bool,
        host: Option<String>,
        sink: &mut Sink<'_>,
    ) {
        let lower = text.to_lowercase();
        let is_trouble =
            TROUBLE.iter().any(|words| lower.contains(words)) && !lower.contains("fully redundant");
        if !is_trouble || !(is_supply || lower.contains("power supply") || names_a_supply(sensor)) {
            return;
        }
        let of_unit = lower.contains("redundan") || lower.contains("power unit");
        let entry = SelEntry {
            sensor: sensor.trim().to_owned(),
            sensor_type: Some(if of_unit { POWER_UNIT } else { POWER_SUPPLY }),
            text: text.trim().to_owned(),
            ..SelEntry::default()
        };
        sink.record(host, Stamp::Missing, Body::Sel(entry));
    }

    /// Ends a dump that `captured` says the place and time of.
    pub fn end(&mut self, captured: &Captured, sink: &mut Sink<'_>) {
        let inputs: f64 = self.supplies.drain(..).sum();
        let total = self.total.take().or_else(|| (inputs > 0.0).then_some(inputs));
        if let (Some(watts), Some(stamp)) = (total, captured.at) {
            self.series.keep(sink, captured.host.clone(), stamp, watts);
        }
    }
}

/// `PS1 Power In`, `PSU2 Input Power`, `PS1_PIN`.
fn is_supply_input(sensor: &str) -> bool {
    let lower = sensor.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_input = words.iter().any(|word| matches!(*word, "in" | "input" | "pin"));
    let is_power = words.iter().any(|word| matches!(*word, "power" | "pwr" | "pin"));
    names_a_supply(sensor) && is_input && is_power
}

fn names_a_supply(sensor: &str) -> bool {
    let lower = sensor.to_lowercase();
    lower.contains("power supply")
        || lower.split(|c: char| !c.is_alphanumeric()).any(|word| {
            let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
            matches!(stem, "ps" | "psu" | "pwr" | "power")
        })
}

/// `Pwr Consumption`, `Total_Power`, `Power Meter`, `System Level` of old Dells.
pub(super) fn is_whole_machine(sensor: &str) -> bool {
    let name = sensor.trim().to_lowercase();
    name == "system level" || power_name(&name).is_some_and(|name| name.of.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machines_draw_is_told_from_that_of_its_parts() {
        for name in
            ["Pwr Consumption", "Total_Power", "Avg Power", "System Level", "Sys Power", "Power Meter"]
        {
            assert!(is_whole_machine(name) && !is_supply_input(name), "{name}");
        }
        for name in ["PS1 Power In", "PSU2 Input Power", "PS2_PIN"] {
            assert!(is_supply_input(name) && !is_whole_machine(name), "{name}");
        }
        for name in ["CPU1 Power", "PS1 Power Out", "Mem Power", "MB Temp"] {
            assert!(!is_supply_input(name) && !is_whole_machine(name), "{name}");
        }
    }
}
