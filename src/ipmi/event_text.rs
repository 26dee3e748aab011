//! Records in words, as `ipmitool` prints them.

use std::fmt::Write as _;

use super::generic_events::generic_event;
use super::sel_record::LINUX_PANIC;
use super::sensor_events::sensor_event;
use super::{SelRecord, SelTime, sensor_type_name};

/// Event/reading type code of sensor-specific events (table 42-1).
pub const SENSOR_SPECIFIC: u8 = 0x6f;
/// Sensor type of memory (table 42-3).
const MEMORY: u8 = 0x0c;

/// The event column. Empty, as in `ipmitool`, where neither the specification nor `ipmitool` has
/// words. An OEM record gives `OEM record c0 | 000157 | 000000000000`.
#[must_use]
pub fn event_text(record: &SelRecord) -> String {
    if record.is_oem() { oem_text(record) } else { event_words(record).trim_end().to_owned() }
}

fn event_words(record: &SelRecord) -> &'static str {
    let words = match record.event_type {
        SENSOR_SPECIFIC => sensor_event(record.sensor_type, record.event_data),
        event_type => generic_event(event_type, record.offset()),
    };
    words.unwrap_or_default()
}

fn oem_text(record: &SelRecord) -> String {
    if let Some((_, fragment)) = record.panic_fragment() {
        let text: String =
            String::from_utf8_lossy(fragment).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        return format!("Linux kernel panic: {}", text.trim_end());
    }
    let mut text = format!("OEM record {:02x} | ", record.record_type);
    if let Some(manufacturer) = record.manufacturer_bytes() {
        push_hex(&mut text, &manufacturer);
        text.push_str(" | ");
    }
    push_hex(&mut text, record.oem_bytes());
    text
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
}

/// The sensor as `ipmitool sel list` names it without its type: `#0x51`; empty for sensor number 0
/// and for OEM records.
#[must_use]
pub fn sensor_text(record: &SelRecord) -> String {
    if record.is_oem() || record.sensor_number == 0 {
        String::new()
    } else {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let number = usize::from(record.sensor_number);
        // Once per record of a log: too often for `format!`.
        let mut text = String::with_capacity(5);
        text.push_str("#0x");
        text.push(char::from(DIGITS[number >> 4]));
        text.push(char::from(DIGITS[number & 0x0f]));
        text
    }
}

/// The whole line that `ipmitool sel readraw` (1.8.19, locale C, zone UTC) prints for the record.
#[must_use]
pub fn ipmitool_line(record: &SelRecord) -> String {
    let mut line = format!("{:4x} | ", record.record_id);
    if record.record_type != LINUX_PANIC {
        line.push_str(&time_columns(record.time));
    }
    if record.is_oem() {
        line.push_str(&oem_text(record));
        return line;
    }
    line.push_str(sensor_type_name(record.sensor_type).unwrap_or("Unknown"));
    if record.sensor_number != 0 {
        line.push(' ');
        line.push_str(&sensor_text(record));
    }
    let direction = if record.deasserted { "Deasserted" } else { "Asserted" };
    let _ = write!(line, " | {} | {direction}", event_words(record));
    if names_memory_module(record) {
        let place = record.event_data[2];
        let _ = write!(line, " | CPU {} DIMM {}", place & 0x0f, place >> 4);
    }
    line
}

fn time_columns(time: SelTime) -> String {
    match time {
        SelTime::PreInit(seconds) => format!(" Pre-Init  |{seconds:010}| "),
        SelTime::Unspecified => "Unspecified | Unspecified | ".to_owned(),
        SelTime::None => String::new(),
        SelTime::At(_) => {
            let at = time.date_time().unwrap_or_default();
            format!("{} | ", at.format("%m/%d/%y | %H:%M:%S UTC"))
        }
    }
}

/// `ipmitool` reads processor and module from event data 3 of memory sensor 0 if it is an OEM code
/// (bits 5:4 of event data 1 are 10b).
fn names_memory_module(record: &SelRecord) -> bool {
    record.sensor_type == MEMORY
        && record.event_type == SENSOR_SPECIFIC
        && record.sensor_number == 0
        && record.event_data[0] & 0x30 == 0x20
}
