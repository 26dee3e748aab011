//! `smartctl -i`, `-a` and `-x`: model, firmware and power-on hours of drives, one after the other.
//!
//! Time:   `Local Time is` is when smartctl ran, and so when the hours were read; the zone is passed over.
//! Units:  hours.
//! Spec:   smartmontools 5.4 to 7.4, ataprint.cpp, scsiprint.cpp, nvmeprint.cpp.
//! Loses:  serial numbers, attributes but the power-on hours, self-test and error logs.
//! Not handled: power-on time that a drive counts in half minutes or seconds without naming the unit.

use crate::ingest::firmware_items;
use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::key_value_text::split;
use crate::ingest::shell_prompt;
use crate::ingest::sink::Sink;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::Fate;
use crate::model::Stamp;
use crate::model::record::{FirmwareItem, Part};

pub struct SmartctlText;

impl Format for SmartctlText {
    fn id(&self) -> &'static str {
        "smartctl-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Firmware
    }

    fn title(&self) -> &'static str {
        "smartctl: model, firmware and hours of drives"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if !head.says(INFORMATION) {
            return Fit::No;
        }
        let text = head.text();
        if head.is_quoted() {
            return Fit::No;
        }
        let mut lines = text.lines().filter(|line| !line.trim().is_empty()).take(12);
        let begins = lines.clone().any(is_version_line);
        let section = lines.any(|line| line.trim() == INFORMATION);
        if begins && section { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(Drives::default()))
    }
}

const INFORMATION: &str = "=== START OF INFORMATION SECTION ===";

/// `smartctl 7.2 2020-12-30 r5155 [x86_64-linux-5.10.0] (local build)`.
fn is_version_line(line: &str) -> bool {
    line.strip_prefix("smartctl ")
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()) && rest.contains('['))
        || line.starts_with("smartctl version ")
}

#[derive(Default)]
struct Drives {
    host: Option<String>,
    vendor: Option<String>,
    item: FirmwareItem,
}

impl LineReader for Drives {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        if let Some(host) = shell_prompt::host_of(&text) {
            self.end_of_drive(sink);
            self.host = Some(host.to_owned());
            return Fate::Ignored("shell-prompt");
        }
        if is_version_line(&text) || text.trim() == INFORMATION {
            self.end_of_drive(sink);
            return Fate::Parsed;
        }
        if let Some(hours) = hours_of_attribute(&text).or_else(|| hours_of_words(&text)) {
            self.item.power_on_hours.get_or_insert(hours);
            return Fate::Parsed;
        }
        match split(&text, ':') {
            Some((key, value)) if !text.starts_with(' ') => {
                self.field(key, value);
                Fate::Parsed
            }
            _ => Fate::Ignored("not-about-model-firmware-or-hours"),
        }
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.end_of_drive(sink);
    }
}

impl Drives {
    fn field(&mut self, key: &str, value: &str) {
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        match key {
            "Device Model" | "Model Number" | "Product" | "Device" if self.item.component.is_empty() => {
                self.item.component = value
            }
            "Local Time is" => self.item.hours_read = local_time(&value),
            "Vendor" => self.vendor = Some(value),
            "Firmware Version" | "Revision" | "Version" if self.item.version.is_empty() => {
                self.item.version = value
            }
            _ => {}
        }
    }

    fn end_of_drive(&mut self, sink: &mut Sink<'_>) {
        let mut item = std::mem::take(&mut self.item);
        let vendor = self.vendor.take();
        if item.component.is_empty() || item.version.is_empty() {
            return;
        }
        // `ATA` is how a SAS controller calls every SATA drive.
        if let Some(vendor) = vendor.filter(|vendor| vendor != "ATA" && !vendor.is_empty()) {
            item.component = format!("{vendor} {}", item.component);
        }
        item.part = Part::Drive;
        firmware_items::keep(self.host.as_deref(), item, sink);
    }
}

/// `Sat Mar 1 02:03:04 2025 CET`: hours of operation are compared to the day, not to the zone.
fn local_time(text: &str) -> Option<Stamp> {
    let [_, month, day, time, year, ..] = *text.split(' ').collect::<Vec<_>>() else { return None };
    let month = written_time::month_of(month)?;
    written_time::read(&format!("{year}-{month:02}-{day:0>2} {time}"), DayFirst(false))
}

/// Attribute 9: `  9 Power_On_Hours  0x0032  095  095  000  Old_age  Always  -  35064 (12 3 0)`.
fn hours_of_attribute(line: &str) -> Option<u64> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let name = words.get(1)?;
    if words.first() != Some(&"9") || !name.starts_with("Power_On_Hours") {
        return None;
    }
    // The brief form has eight columns, the old one ten; the raw value is the last, before any brackets.
    let raw = words.iter().skip(2).take_while(|word| !word.starts_with('(')).last()?;
    leading_number(raw)
}

/// `Power On Hours: 1,234`, `number of hours powered up = 12345.10`,
/// `Accumulated power on time, hours:minutes 12345:06`.
fn hours_of_words(line: &str) -> Option<u64> {
    let line = line.trim();
    let rest =
        ["Power On Hours:", "number of hours powered up =", "Accumulated power on time, hours:minutes"]
            .into_iter()
            .find_map(|words| line.strip_prefix(words))?;
    leading_number(rest.trim())
}

fn leading_number(text: &str) -> Option<u64> {
    let digits: String = text
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, ',' | '\u{202f}' | '\''))
        .filter(char::is_ascii_digit)
        .collect();
    // More is no count of hours, but several fields in one number.
    digits.parse().ok().filter(|hours| *hours < 1_000_000)
}
