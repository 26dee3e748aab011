//! Sensors as `sensors` of lm-sensors prints them: a chip, its adapter, and a line for each reading.
//!
//! Time:   none of its own; one that the collector wrote before the dump.
//! Units:  watts; other quantities are understood and not kept.
//! Spec:   lm-sensors 3.x, `prog/sensors/chips.c`.
//! Loses:  everything but what a power meter of the whole machine reads (`power_meter-acpi-0`).
//! Not handled: `sensors -u` and `sensors -j`.

use crate::ingest::captured::Captured;
use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::quoted_output::is_document;
use crate::ingest::sensor_readings::SensorReadings;
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};

pub struct LinuxSensorsText;

impl Format for LinuxSensorsText {
    fn id(&self) -> &'static str {
        "linux-sensors-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Power
    }

    fn title(&self) -> &'static str {
        "sensors: lm-sensors"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let text = String::from_utf8_lossy(head);
        let adapters = text.lines().filter(|line| line.starts_with("Adapter: ")).count();
        let chips = text.lines().filter(|line| is_chip(line)).count();
        if adapters == 0 || chips == 0 || is_document(&text) {
            return Fit::No;
        }
        super::fit_of_output(head, 3, |line| Line::of(line).is_some())
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::<SensorReader>::default())
    }
}

enum Line<'a> {
    Chip(&'a str),
    Adapter,
    Reading {
        label: &'a str,
        number: &'a str,
        unit: &'a str,
    },
    /// A state in words, or limits that go on in the next line.
    Other,
}

/// `coretemp-isa-0000`: driver, bus and address.
fn is_chip(line: &str) -> bool {
    let words: Vec<&str> = line.trim_end().split('-').collect();
    let word = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let buses = ["isa", "pci", "i2c", "acpi", "virtual", "hid", "spi", "mdio", "scsi"];
    words.len() >= 3
        && words.iter().all(|text| word(text))
        && buses.iter().any(|bus| words[1..].contains(bus))
}

impl<'a> Line<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let text = line.trim_end();
        if is_chip(text) {
            return Some(Self::Chip(text));
        }
        if text.starts_with("Adapter: ") {
            return Some(Self::Adapter);
        }
        let is_limits = text.starts_with(' ') && text.trim_start().starts_with('(') && text.contains(" = ");
        if is_limits || text == "ERROR: Can't get value of subfeature" {
            return Some(Self::Other);
        }
        let (label, value) = text.split_once(':')?;
        let value = value.strip_prefix(' ')?.trim_start();
        if label.is_empty() || label.len() > 40 || label.starts_with(' ') {
            return None;
        }
        let words = ["N/A", "OK", "ALARM", "FAULT", "enabled", "disabled"];
        if words.iter().any(|word| value.starts_with(word)) {
            return Some(Self::Other);
        }
        let end = value.find(|c: char| !(c.is_ascii_digit() || matches!(c, '+' | '-' | '.')))?;
        let (number, rest) = value.split_at(end);
        number.parse::<f64>().ok()?;
        let unit = rest.trim_start().split([' ', '(']).next()?;
        let units = [
            "°C", "°F", "C", "F", "V", "mV", "RPM", "W", "mW", "uW", "kW", "A", "mA", "J", "kJ", "%", "%RH",
            "MHz",
        ];
        units.contains(&unit).then_some(Self::Reading { label, number, unit })
    }
}

#[derive(Default)]
struct SensorReader {
    captured: Captured,
    readings: SensorReadings,
    /// The chip measures the whole machine.
    whole: bool,
}

impl LineReader for SensorReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        let before = self.captured.clone();
        let text = self.captured.without_prefix(&text, |line| Line::of(line).is_some());
        if text.trim().is_empty() {
            return Fate::Ignored("blank-line");
        }
        let found = Line::of(text);
        let around = if found.is_none() { self.captured.around(text) } else { None };
        if before.host != self.captured.host || around == Some(Fate::Ignored("time-of-collection")) {
            self.readings.end(&before, sink);
        }
        match found {
            Some(Line::Chip(chip)) => self.whole = chip.starts_with("power_meter-"),
            Some(Line::Reading { label, number, unit }) if self.whole && label.starts_with("power") => {
                self.readings.number("Power Meter", number.trim_start_matches('+'), unit);
            }
            Some(_) => {}
            None => return around.unwrap_or(Fate::Quarantined(Reason::BadShape)),
        }
        Fate::Parsed
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.readings.end(&self.captured, sink);
    }
}
