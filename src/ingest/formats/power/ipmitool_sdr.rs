//! Sensors as `ipmitool sdr` prints them: three columns (`sdr`, `sdr list`), five (`sdr elist`, `sdr type`),
//! or comma-separated (`-c`).
//!
//! Time:   none of its own; one that the collector wrote before the dump.
//! Units:  watts, as named in the reading; other quantities are understood and not kept.
//! Spec:   print formats of ipmitool 1.8.6 to 1.8.19 (`lib/ipmi_sdr.c`).
//! Loses:  everything but the machine's draw and power supplies in trouble.
//! Not handled: sensor names that hold a `|` or, with `-c`, a comma.

use crate::ingest::captured::Captured;
use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::sensor_readings::SensorReadings;
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};

pub struct IpmitoolSdr;

impl Format for IpmitoolSdr {
    fn id(&self) -> &'static str {
        "ipmitool-sdr"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Power
    }

    fn title(&self) -> &'static str {
        "sensors: ipmitool sdr list, elist, type, -c"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        super::fit_of_output(head, 2, |line| row(line).is_some())
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::<SdrReader>::default())
    }
}

/// A sensor as one line shows it.
struct SdrRow<'a> {
    sensor: &'a str,
    number: &'a str,
    unit: &'a str,
    /// The state in words; empty if there is none.
    state: &'a str,
    /// Entity 10 is a power supply, 19 a power unit (IPMI v2.0 table 43-13).
    is_supply: bool,
}

fn row(line: &str) -> Option<SdrRow<'_>> {
    piped(line).or_else(|| comma_separated(line))
}

/// Sensor states: ok, not specified, or which threshold is crossed.
fn is_status(text: &str) -> bool {
    matches!(
        text,
        "ok" | "ns" | "nc" | "cr" | "nr" | "na" | "us" | "lnc" | "lcr" | "lnr" | "unc" | "ucr" | "unr"
    )
}

/// `PS1 Power In     | 120 Watts         | ok`, `Status | 85h | ok  | 10.1 | Presence detected`
fn piped(line: &str) -> Option<SdrRow<'_>> {
    if !line.contains('|') {
        return None;
    }
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    match cells.as_slice() {
        [sensor, reading, status] if is_status(status) && is_sensor(sensor) => {
            let (number, unit) = read_out(reading, status)?;
            Some(SdrRow { sensor, number, unit, state: "", is_supply: false })
        }
        [sensor, id, status, entity, reading] if is_status(status) && is_id(id) && is_entity(entity) => {
            let (number, unit) = split_reading(reading).unwrap_or(("", ""));
            Some(SdrRow { sensor, number, unit, state: reading, is_supply: is_supply(entity) })
        }
        _ => None,
    }
}

/// `Name,35,degrees C,ok[,65.1,…]`, `Name,77h,ok,7.1,Fully Redundant`, `Name,0x00,ok`, `Name,,,ns`
fn comma_separated(line: &str) -> Option<SdrRow<'_>> {
    if !line.contains(',') {
        return None;
    }
    let cells: Vec<&str> = line.split(',').map(str::trim).collect();
    let entity_at = |at: usize| cells.get(at).copied().unwrap_or("");
    match cells.as_slice() {
        [sensor, id, status, entity, ..]
            if is_sensor(sensor) && is_id(id) && is_status(status) && is_entity(entity) =>
        {
            let state = line.splitn(5, ',').nth(4).unwrap_or("");
            Some(SdrRow { sensor, number: "", unit: "", state, is_supply: is_supply(entity) })
        }
        [sensor, number, unit, status, ..]
            if is_sensor(sensor)
                && is_status(status)
                && (is_number(number) && is_unit(unit) || number.is_empty() && unit.is_empty()) =>
        {
            let is_entity_next = entity_at(4).is_empty() || is_entity(entity_at(4));
            let unit = unit.trim_start_matches('%').trim();
            is_entity_next.then_some(SdrRow {
                sensor,
                number,
                unit,
                state: "",
                is_supply: is_supply(entity_at(4)),
            })
        }
        [sensor, reading, status] if is_sensor(sensor) && is_status(status) => {
            let (number, unit) = read_out(reading, status)?;
            Some(SdrRow { sensor, number, unit, state: "", is_supply: false })
        }
        _ => None,
    }
}

fn is_sensor(name: &str) -> bool {
    !name.is_empty()
        && name.chars().count() <= 40
        && !name.contains(": ")
        && !name.contains(['<', '>', '{', '}', '"'])
}

/// `77h`
fn is_id(text: &str) -> bool {
    text.strip_suffix('h').is_some_and(|digits| {
        (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// `10.1`
fn is_entity(text: &str) -> bool {
    text.split_once('.').is_some_and(|(entity, instance)| {
        let is_byte =
            |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        is_byte(entity) && is_byte(instance)
    })
}

fn is_supply(entity: &str) -> bool {
    matches!(entity.split('.').next(), Some("10" | "19"))
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

/// Units of the sensors that servers have, by ipmitool's names; also joined ones (`Watts/hour`).
fn is_unit(unit: &str) -> bool {
    const UNITS: &[&str] = &[
        "degrees C",
        "degrees F",
        "degrees K",
        "Volts",
        "Amps",
        "Watts",
        "Joules",
        "VA",
        "lumen",
        "lux",
        "kPa",
        "PSI",
        "Newton",
        "CFM",
        "RPM",
        "Hz",
        "microsecond",
        "millisecond",
        "second",
        "minute",
        "hour",
        "day",
        "inches",
        "feet",
        "percent",
        "unspecified",
        "grams",
        "Decibels",
        "PPM",
        "ohms",
        "correctable error",
        "uncorrectable error",
    ];
    let bare = unit.trim_start_matches('%').trim();
    let first = bare.split(['/', '*']).next().unwrap_or(bare);
    UNITS.contains(&bare) || UNITS.contains(&first) || bare.starts_with("percent")
}

/// What a sensor of that state reads: a number with its unit, bits, or nothing. `None`: no reading of a sensor.
fn read_out<'a>(reading: &'a str, status: &str) -> Option<(&'a str, &'a str)> {
    let (number, unit) = split_reading(reading)?;
    let is_bits = reading.starts_with("0x") || reading.starts_with("PS@");
    let is_nothing = number.is_empty() && matches!(status, "ns" | "nr" | "na" | "us");
    (is_unit(unit) || is_bits || is_nothing).then_some((number, unit))
}

/// A number and its unit; both empty where nothing was read. `None`: no reading of a sensor.
fn split_reading(text: &str) -> Option<(&str, &str)> {
    let lower = text.to_ascii_lowercase();
    let hex = lower.strip_prefix("0x").is_some_and(|digits| {
        !digits.is_empty() && digits.len() <= 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    let nothing = ["not readable", "no reading", "disabled", "not available", "na", "unknown"];
    if hex || nothing.contains(&lower.as_str()) || lower.starts_with("ps@") {
        return Some(("", ""));
    }
    let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
    is_number(number).then_some((number, unit.trim()))
}

#[derive(Default)]
struct SdrReader {
    captured: Captured,
    readings: SensorReadings,
}

impl LineReader for SdrReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        let before = self.captured.clone();
        let text = self.captured.without_prefix(&text, |line| row(line).is_some());
        let found = row(text);
        let around = if found.is_none() { self.captured.around(text) } else { None };
        if before.host != self.captured.host || around == Some(Fate::Ignored("time-of-collection")) {
            self.readings.end(&before, sink);
        }
        let Some(row) = found else { return around.unwrap_or(Fate::Quarantined(Reason::BadShape)) };
        self.readings.number(row.sensor, row.number, row.unit);
        self.readings.state(row.sensor, row.state, row.is_supply, self.captured.host.clone(), sink);
        Fate::Parsed
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.readings.end(&self.captured, sink);
    }
}
