//! Sensors as FreeIPMI's `ipmi-sensors` and `ipmimonitoring` print them: tables with and without header and
//! state, comma-separated, and the lines of old versions.
//!
//! Time:   none of its own; one that the collector wrote before the dump.
//! Units:  watts, as named in the units column; other quantities are understood and not kept.
//! Spec:   print formats of FreeIPMI 0.7 to 1.6 (`ipmi-sensors/`, `ipmimonitoring(8)`).
//! Loses:  everything but the machine's draw and power supplies in trouble.
//! Not handled: the blocks of `ipmi-sensors -v`.

use crate::ingest::captured::Captured;
use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::sensor_readings::SensorReadings;
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};

pub struct FreeipmiSensors;

impl Format for FreeipmiSensors {
    fn id(&self) -> &'static str {
        "freeipmi-sensors"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Power
    }

    fn title(&self) -> &'static str {
        "sensors: FreeIPMI ipmi-sensors, ipmimonitoring"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        super::fit_of_output(head, 2, |line| is_header(line) || row(line).is_some())
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::<SensorsReader>::default())
    }
}

/// A sensor as one line shows it.
struct SensorRow<'a> {
    sensor: &'a str,
    kind: &'a str,
    reading: &'a str,
    unit: &'a str,
    event: &'a str,
}

/// `ID | Name | Type | State | Reading | Units | Event`, also by commas.
fn is_header(line: &str) -> bool {
    if !line.contains(['|', ',']) {
        return false;
    }
    let cells = cells_of(line);
    let names = |wanted: &str| cells.iter().any(|cell| cell.eq_ignore_ascii_case(wanted));
    let is_new = names("ID") && names("Name") && names("Type") && names("Reading") && names("Event");
    let is_old = names("Record ID") && names("Sensor Name") && names("Sensor Reading");
    is_new || is_old
}

fn cells_of(line: &str) -> Vec<&str> {
    let delimiter = if line.contains(" | ") { '|' } else { ',' };
    line.split(delimiter).map(str::trim).collect()
}

fn row(line: &str) -> Option<SensorRow<'_>> {
    table_row(line).or_else(|| old_row(line))
}

fn is_reading(text: &str) -> bool {
    matches!(text, "N/A" | "NA" | "") || text.parse::<f64>().is_ok()
}

/// The event stands last and in quotes, perhaps several: `'OK'`, `'Presence detected' 'Power Supply input lost'`.
fn table_row(line: &str) -> Option<SensorRow<'_>> {
    if !line.trim_start().starts_with(|c: char| c.is_ascii_digit() || c == '+') {
        return None;
    }
    let cells = cells_of(line);
    let (id, rest) = cells.split_first()?;
    id.parse::<u32>().ok()?;
    let (event, middle) = rest.split_last()?;
    let is_event = (event.len() > 2 && event.starts_with('\'') && event.ends_with('\''))
        || matches!(*event, "N/A" | "Unknown");
    if !is_event {
        return None;
    }
    let is_state = |text: &str| matches!(text, "N/A" | "Nominal" | "Warning" | "Critical" | "Unknown");
    match middle {
        [sensor, kind, state, reading, unit, thresholds @ ..]
            if is_state(state) && is_reading(reading) && thresholds.iter().all(|cell| is_reading(cell)) =>
        {
            Some(SensorRow { sensor, kind, reading, unit, event })
        }
        [sensor, kind, reading, unit, thresholds @ ..]
            if is_reading(reading)
                && unit.parse::<f64>().is_err()
                && thresholds.iter().all(|cell| is_reading(cell)) =>
        {
            Some(SensorRow { sensor, kind, reading, unit, event })
        }
        // ipmimonitoring of FreeIPMI 0.x: the units before the reading, discrete sensors without.
        [sensor, kind, state, unit, reading] if is_state(state) && is_reading(reading) => {
            Some(SensorRow { sensor, kind, reading, unit, event })
        }
        [sensor, kind, state, unit] if is_state(state) => {
            Some(SensorRow { sensor, kind, reading: "", unit, event })
        }
        _ => None,
    }
}

/// `1: PS1 Power In (Current): 120.00 W (NA/800.00): [OK]`
fn old_row(line: &str) -> Option<SensorRow<'_>> {
    let (id, rest) = line.trim().split_once(": ")?;
    id.parse::<u32>().ok()?;
    let (named, tail) = rest.split_once("): ")?;
    let (sensor, kind) = named.rsplit_once(" (")?;
    let open = tail.rfind('[')?;
    let event = tail[open..].strip_prefix('[')?.strip_suffix(']')?;
    let reading = tail[..open].trim().trim_end_matches(':');
    let mut words = reading.split_whitespace();
    let number = words.next().unwrap_or("");
    is_reading(number).then(|| SensorRow {
        sensor,
        kind,
        reading: number,
        unit: words.next().unwrap_or(""),
        event,
    })
}

#[derive(Default)]
struct SensorsReader {
    captured: Captured,
    readings: SensorReadings,
}

impl LineReader for SensorsReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        let before = self.captured.clone();
        let text = self.captured.without_prefix(&text, |line| is_header(line) || row(line).is_some());
        let found = row(text);
        let around = if found.is_none() { self.captured.around(text) } else { None };
        if before.host != self.captured.host || around == Some(Fate::Ignored("time-of-collection")) {
            self.readings.end(&before, sink);
        }
        let Some(row) = found else {
            if is_header(text) {
                return Fate::Ignored("table-header");
            }
            return around.unwrap_or(Fate::Quarantined(Reason::BadShape));
        };
        self.readings.number(row.sensor, row.reading, row.unit);
        let is_supply = row.kind.starts_with("Power Supply") || row.kind.starts_with("Power Unit");
        self.readings.state(row.sensor, row.event, is_supply, self.captured.host.clone(), sink);
        Fate::Parsed
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.readings.end(&self.captured, sink);
    }
}
