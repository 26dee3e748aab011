//! Sensors as `ipmitool sensor` prints them: ten columns with all thresholds.
//!
//! Time:   none of its own; one that the collector wrote before the dump.
//! Units:  watts, as named in the third column; other quantities are understood and not kept.
//! Spec:   print formats of ipmitool 1.8.6 to 1.8.19 (`lib/ipmi_sensor.c`).
//! Loses:  everything but the machine's draw; states are bits without names here.
//! Not handled: sensor names that hold a `|`.

use crate::ingest::captured::Captured;
use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::sensor_readings::SensorReadings;
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};

pub struct IpmitoolSensor;

impl Format for IpmitoolSensor {
    fn id(&self) -> &'static str {
        "ipmitool-sensor"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Power
    }

    fn title(&self) -> &'static str {
        "sensors with thresholds: ipmitool sensor"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        super::fit_of_output(head, 2, |line| row(line).is_some())
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::<SensorReader>::default())
    }
}

/// Name, reading and unit of `PS1 Power In | 120.000 | Watts | ok | na | …`; with `-c` by commas.
/// The sensor, its reading, unit and status, and six thresholds.
const CELLS: usize = 10;

fn row(line: &str) -> Option<[&str; 3]> {
    let delimiter = if line.contains('|') { '|' } else { ',' };
    if line.matches(delimiter).count() != CELLS - 1 {
        return None;
    }
    let cells: Vec<&str> = line.split(delimiter).map(str::trim).collect();
    let [sensor, reading, unit, status, thresholds @ ..] = cells.as_slice() else { return None };
    let is_value =
        |text: &str| matches!(text, "na" | "") || text.parse::<f64>().is_ok() || text.starts_with("0x");
    let is_status = is_value(status)
        || matches!(
            *status,
            "ok" | "nc" | "cr" | "nr" | "ns" | "lnc" | "lcr" | "lnr" | "unc" | "ucr" | "unr"
        );
    let is_row = thresholds.len() == 6
        && !sensor.is_empty()
        && !sensor.contains(": ")
        && (!unit.is_empty() || *reading == "na")
        && unit.parse::<f64>().is_err()
        && is_status
        && is_value(reading)
        && thresholds.iter().all(|threshold| is_value(threshold));
    is_row.then_some([sensor, reading, unit])
}

#[derive(Default)]
struct SensorReader {
    captured: Captured,
    readings: SensorReadings,
}

impl LineReader for SensorReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        let before = self.captured.clone();
        let text = self.captured.without_prefix(&text, |line| row(line).is_some());
        let found = row(text);
        let around = if found.is_none() { self.captured.around(text) } else { None };
        if before.host != self.captured.host || around == Some(Fate::Ignored("time-of-collection")) {
            self.readings.end(&before, sink);
        }
        let Some([sensor, number, unit]) = found else {
            return around.unwrap_or(Fate::Quarantined(Reason::BadShape));
        };
        self.readings.number(sensor, number, unit);
        Fate::Parsed
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.readings.end(&self.captured, sink);
    }
}
