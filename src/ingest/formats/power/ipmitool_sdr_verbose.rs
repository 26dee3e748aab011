//! Sensors as blocks of `Key : value` lines: `ipmitool -v sdr`, `sdr get`, `sensor get`, `-v sensor`.
//!
//! Time:   none of its own; one that the collector wrote before the dump.
//! Units:  watts, as named in the reading; other quantities are understood and not kept.
//! Spec:   print formats of ipmitool 1.8.6 to 1.8.19 (`lib/ipmi_sdr.c`, `lib/ipmi_sensor.c`).
//! Loses:  everything but the machine's draw and power supplies in trouble.
//! Not handled: blocks of several hosts under `pdsh`.

use crate::ingest::captured::Captured;
use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::sensor_readings::SensorReadings;
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};

pub struct IpmitoolSdrVerbose;

impl Format for IpmitoolSdrVerbose {
    fn id(&self) -> &'static str {
        "ipmitool-sdr-verbose"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Power
    }

    fn title(&self) -> &'static str {
        "sensors as blocks: ipmitool -v sdr, sdr get, sensor get"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if head.says("Sensor ID") && head.text().split('\n').any(begins_block) {
            super::fit_of_output(head, 3, |line| Part::of(line).is_some())
        } else {
            Fit::No
        }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::<BlockReader>::default())
    }
}

/// `Sensor ID              : PS1 Status (0x50)`
fn begins_block(line: &str) -> bool {
    line.strip_prefix("Sensor ID").is_some_and(|rest| {
        let rest = rest.trim_start();
        rest.starts_with(':') && rest.trim_end().ends_with(')') && rest.contains(" (0x")
    })
}

const KEYS: &[&str] = &[
    "Sensor ID",
    "Entity ID",
    "Sensor Type",
    "Sensor Reading",
    "Status",
    "Event Message Control",
    "Event Type Code",
    "Event Status",
    "Event Enable",
    "Assertions Enabled",
    "Deassertions Enabled",
    "Assertion Events",
    "Deassertion Events",
    "States Asserted",
    "OEM",
    "Nominal Reading",
    "Normal Minimum",
    "Normal Maximum",
    "Upper non-recoverable",
    "Upper critical",
    "Upper non-critical",
    "Lower non-recoverable",
    "Lower critical",
    "Lower non-critical",
    "Upper Non-Recoverable",
    "Upper Critical",
    "Upper Non-Critical",
    "Lower Non-Recoverable",
    "Lower Critical",
    "Lower Non-Critical",
    "Positive Hysteresis",
    "Negative Hysteresis",
    "Minimum sensor range",
    "Maximum sensor range",
    "Readable Thresholds",
    "Settable Thresholds",
    "Threshold Read Mask",
    "Unknown",
    "Device ID",
    "Device Slave Address",
    "Device Type",
    "Device Access Address",
    "Slave Address",
    "Channel Number",
    "Channel",
    "LUN",
    "Logical FRU Device",
    "Access LUN",
    "Private Bus ID",
    "Private Bus",
    "ACPI System P",
    "ACPI Device P",
    "ACPI Device",
    "ACPI System",
    "Init Agent",
    "Controller Logs",
    "Event Message Gen",
    "Enable Event Msg",
    "Log Init Agent Errors",
    "Device Capabilities",
    "Device Cap",
    "Chassis Device",
    "Bridge",
    "IPMB Event Generator",
    "IPMB Event Receiver",
    "FRU Inventory Device",
    "SEL Device",
    "SDR Repository",
    "Sensor Device",
    "Manufacturer ID",
    "Product ID",
];

/// A line of a block.
enum Part<'a> {
    Field(&'a str, &'a str),
    /// `[Presence detected]` below the field it belongs to.
    State(&'a str),
}

impl<'a> Part<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let text = line.trim();
        if line.starts_with("   ")
            && let Some(state) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))
        {
            return Some(Self::State(state));
        }
        let (key, value) = text.split_once(':')?;
        let key = key.trim();
        let bare = key.split(" (").next().unwrap_or(key).trim();
        KEYS.contains(&bare).then(|| Self::Field(bare, value.trim()))
    }
}

#[derive(Default)]
struct BlockReader {
    captured: Captured,
    readings: SensorReadings,
    sensor: String,
    is_supply: bool,
    /// States that follow are asserted now, and not what can be.
    asserted: bool,
}

impl LineReader for BlockReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        match Part::of(&text) {
            Some(Part::Field(key, value)) => self.field(key, value, sink),
            Some(Part::State(state)) => {
                if self.asserted {
                    let host = self.captured.host.clone();
                    self.readings.state(&self.sensor, state, self.is_supply, host, sink);
                }
            }
            None => {
                let before = self.captured.clone();
                let fate = self.captured.around(&text);
                if before != self.captured {
                    self.readings.end(&before, sink);
                }
                return fate.unwrap_or(Fate::Quarantined(Reason::BadShape));
            }
        }
        Fate::Parsed
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.readings.end(&self.captured, sink);
    }
}

impl BlockReader {
    fn field(&mut self, key: &str, value: &str, sink: &mut Sink<'_>) {
        self.asserted = key == "States Asserted";
        match key {
            "Sensor ID" => {
                self.sensor = value.rsplit_once(" (").map_or(value, |(name, _)| name).to_owned();
                self.is_supply = false;
            }
            "Sensor Type" => {
                self.is_supply = value.starts_with("Power Supply") || value.starts_with("Power Unit")
            }
            "Sensor Reading" => {
                // `120 (+/- 0) Watts`
                let number = value.split_whitespace().next().unwrap_or("");
                let unit = value.rsplit_once(") ").map_or("", |(_, unit)| unit);
                self.readings.number(&self.sensor, number, unit);
            }
            "States Asserted" => {
                let host = self.captured.host.clone();
                self.readings.state(&self.sensor, value, self.is_supply, host, sink);
            }
            _ => {}
        }
    }
}
