//! A row of `ipmitool sel list`, `sel elist` or `-c`, taken apart.

use super::column_time;
use super::sel_record::LINUX_PANIC;
use super::sensor_type_from_text;

/// When a row says that it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowTime<'a> {
    /// Columns that [`column_time::read_columns`] can read.
    Columns {
        date: &'a str,
        time: &'a str,
    },
    /// Seconds since the log was initialised.
    PreInit(u32),
    Unknown,
}

/// A row. Columns are trimmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'a> {
    /// Printed in hexadecimal.
    pub record_id: u32,
    pub time: RowTime<'a>,
    /// What follows the time: sensor, event, direction, more.
    columns: Vec<&'a str>,
    separator: &'static str,
}

/// The columns of a row that tells of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowEvent<'a> {
    /// Type and name of the sensor.
    pub sensor: &'a str,
    pub event: String,
    pub asserted: Option<bool>,
    /// What follows the direction: "Reading 0 < Threshold 5 degrees C", "CPU 0 DIMM 3".
    pub more: String,
}

/// What stands between columns that were split at pipes.
const PIPES: &str = " | ";

/// Longest record id in hexadecimal digits. A record id has 16 bits; vendors' variants print more.
const ID_DIGITS_MAX: usize = 8;

impl<'a> Row<'a> {
    /// Takes a line apart. `None`: it is not a row. `Err`: it is one, but the named field cannot be
    /// read.
    #[must_use]
    pub fn split(line: &'a str) -> Option<Result<Self, &'static str>> {
        Self::split_at(line, '|', PIPES).or_else(|| Self::split_at(line, ',', ", "))
    }

    fn split_at(
        line: &'a str,
        delimiter: char,
        separator: &'static str,
    ) -> Option<Result<Self, &'static str>> {
        let (first, rest) = line.split_once(delimiter)?;
        let record_id = read_id(first.trim())?;
        let mut columns: Vec<&str> = rest.split(delimiter).map(str::trim).collect();
        let at = |index: usize| columns.get(index).copied().unwrap_or_default();
        let (time, time_columns) = if oem_type(at(0)).is_some() {
            (RowTime::Unknown, 0)
        } else if at(0).is_empty() && at(1).is_empty() && oem_type(at(2)).is_some() {
            (RowTime::Unknown, 2)
        } else if at(0) == "Pre-Init" {
            match at(1).parse() {
                Ok(seconds) => (RowTime::PreInit(seconds), 2),
                Err(_) => return Some(Err("time")),
            }
        } else if at(0).starts_with("Pre-Init") {
            // Versions before 1.8.11 do not print the seconds.
            (RowTime::Unknown, 1)
        } else if at(0) == "Unspecified" && at(1) == "Unspecified" {
            (RowTime::Unknown, 2)
        } else if column_time::read_columns(at(0), at(1), false).is_some() {
            (RowTime::Columns { date: at(0), time: at(1) }, 2)
        } else {
            // With pipes it can be nothing else; a comma stands in all sorts of tables.
            let is_row = delimiter == '|' && columns.len() >= 4 && !at(0).contains(char::is_alphabetic);
            return is_row.then_some(Err("date or time"));
        };
        columns.drain(..time_columns);
        (!columns.is_empty()).then_some(Ok(Self { record_id, time, columns, separator }))
    }

    /// Record type of an OEM record, which has no event.
    #[must_use]
    pub fn oem_type(&self) -> Option<u8> {
        oem_type(self.columns.first()?)
    }

    /// The text of an OEM record as `sel list` prints it.
    #[must_use]
    pub fn oem_text(&self) -> String {
        self.columns.join(" | ")
    }

    /// Where the direction stands. Events of more than one column come from `-c`, which does not
    /// quote commas.
    fn direction(&self) -> Option<(usize, bool)> {
        self.columns.iter().enumerate().skip(2).find_map(|(at, column)| match *column {
            "Asserted" => Some((at, true)),
            "Deasserted" => Some((at, false)),
            _ => None,
        })
    }

    #[must_use]
    pub fn event(&self) -> RowEvent<'a> {
        let direction = self.direction();
        let end = direction.map_or(2, |(at, _)| at);
        let behind = direction.map_or(2, |(at, _)| at + 1);
        let more: Vec<&str> = self.columns.iter().skip(behind).copied().filter(|c| !c.is_empty()).collect();
        RowEvent {
            sensor: self.columns.first().copied().unwrap_or_default(),
            event: self.columns.get(1..end).unwrap_or_default().join(self.separator),
            asserted: direction.map(|(_, asserted)| asserted),
            more: more.join(", "),
        }
    }

    /// Whether the columns are separated by pipes: a comma stands in all sorts of tables.
    #[must_use]
    pub fn has_pipes(&self) -> bool {
        self.separator == PIPES
    }

    /// Whether nothing else than `ipmitool` writes such a line.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        let names_sensor = self.columns.first().is_some_and(|c| sensor_type_from_text(c).is_some());
        matches!(self.time, RowTime::PreInit(_))
            || self.oem_type().is_some()
            || self.direction().is_some()
            || (self.columns.len() > 1 && names_sensor)
    }
}

fn read_id(text: &str) -> Option<u32> {
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hex && text.len() <= ID_DIGITS_MAX).then(|| u32::from_str_radix(text, 16).ok()).flatten()
}

/// `OEM record e5`, `Linux kernel panic: Fatal excep`: the columns of records that may have no time.
fn oem_type(column: &str) -> Option<u8> {
    if column.starts_with("Linux kernel panic:") {
        return Some(LINUX_PANIC);
    }
    let digits = column.strip_prefix("OEM record ")?.split_whitespace().next()?;
    u8::from_str_radix(digits, 16).ok()
}
