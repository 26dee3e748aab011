//! Power readings as a table: a row for each reading, a column for each host, or a row for each quantity.
//! So export meters, power strips, Grafana, Prometheus, InfluxDB (annotated or plain) and Zabbix.
//!
//! Time:   with an offset as written, as UTC where the header says so, else the site's local time.
//! Units:  watts; kilowatts and milliwatts where the header, a unit column or the cell says so.
//! Spec:   none; columns by their usual names. InfluxDB: annotated CSV.
//! Loses:  further columns (amperes, volts); of more than a million readings all but the lowest of each step
//!         of time; fractions of a second.
//! Not handled: amperes with volts (watts need the power factor, too); dates that put the day first in some
//!         rows and not in others; a column for each host whose header has neither a unit nor a word for power.

use std::io::Read;

use crate::ingest::csv_rows::{CsvRow, CsvRows, Shape};
use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::power_columns::{Layout, PowerColumns, host_in};
use crate::ingest::power_series::PowerSeries;
use crate::ingest::sink::Sink;
use crate::ingest::table;
use crate::ingest::watts;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;
use crate::model::record::PowerSample;

pub struct PowerCsv;

impl Format for PowerCsv {
    fn id(&self) -> &'static str {
        "power-csv"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Power
    }

    fn title(&self) -> &'static str {
        "power readings as a table: time, host, watts; wide tables and exports"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        match head.csv_kind() {
            Some(SourceKind::Power) => Fit::Likely,
            _ => Fit::No,
        }
    }

    fn open(&self) -> Reader {
        Reader::Rows(parse)
    }
}

/// Bytes that show what the columns are.
const HEAD_BYTES: u64 = 64 * 1024;

fn parse(input: &mut dyn Read, sink: &mut Sink<'_>) {
    let mut head = Vec::new();
    if input.take(HEAD_BYTES).read_to_end(&mut head).is_err() {
        return;
    }
    let Some((delimiter, start)) = table::sniff_csv(&head) else { return };
    let Some(columns) = table::power_columns(&head) else { return };
    let (before, body) = head.split_at(start);
    if !before.is_empty() {
        sink.claim(before, 1, Fate::Ignored("table-header"));
    }
    let line_before = before.iter().filter(|byte| **byte == b'\n').count() as u64;
    let mut source = body.chain(input);
    let mut rows = CsvRows::new(&mut source, delimiter);
    let mut row = CsvRow::default();
    let mut reader = Readings { columns, delimiter, dates: Dates::default(), series: PowerSeries::default() };
    let mut header_seen = false;
    while let Some(shape) = rows.next_into(&mut row) {
        let fate = match shape {
            Shape::Aside => Fate::Ignored("blank-or-comment"),
            Shape::Broken => Fate::Quarantined(Reason::BadShape),
            Shape::Row if !header_seen => {
                header_seen = true;
                Fate::Ignored("table-header")
            }
            Shape::Row if row.cells.iter().all(|cell| cell.trim().is_empty()) => Fate::Ignored("blank-line"),
            Shape::Row => reader.take(&row.cells, sink),
        };
        sink.claim(&row.bytes, line_before + row.line, fate);
    }
}

struct Readings {
    columns: PowerColumns,
    delimiter: u8,
    dates: Dates,
    series: PowerSeries,
}

impl Readings {
    fn take(&mut self, cells: &[String], sink: &mut Sink<'_>) -> Fate {
        let time = self.columns.time_text(cells);
        let stamp = time.as_deref().and_then(|time| self.dates.read(time, &mut sink.power));
        let Some(stamp) = stamp else { return self.without_time(cells) };
        let stamp = match stamp {
            Stamp::Local(at) if self.columns.utc => Stamp::Zoned(at.and_utc()),
            stamp => stamp,
        };
        let decimal_comma = self.delimiter != b',';
        let read = |column: usize, factor| {
            let cell = cells.get(column).map_or("", String::as_str);
            watts::read(cell, factor, decimal_comma).map_err(|()| Reason::BadField("watts"))
        };
        match &self.columns.layout {
            Layout::Rows { host, tags, watts, factor } => match read(*watts, *factor) {
                Ok(Some(watts)) => self.series.keep(sink, host_in(cells, *host, *tags), stamp, watts),
                // A meter that did not answer leaves the cell empty.
                Ok(None) => {}
                Err(reason) => return Fate::Quarantined(reason),
            },
            Layout::Wide(readings) => {
                let mut bad = None;
                for (column, name) in readings {
                    match read(*column, name.factor) {
                        Ok(Some(watts)) => self.series.keep(sink, Some(name.of.clone()), stamp, watts),
                        Ok(None) => {}
                        Err(reason) => bad = Some(reason),
                    }
                }
                if let Some(reason) = bad {
                    return Fate::Quarantined(reason);
                }
            }
            Layout::Tall { host, tags, items, value, unit } => {
                let Some(name) = PowerColumns::tall_name(cells, items, *unit) else {
                    return Fate::Ignored("reading-of-something-else");
                };
                let named = Some(name.of).filter(|of| !of.is_empty());
                let host = host_in(cells, *host, *tags).or(named);
                match read(*value, name.factor) {
                    Ok(Some(watts)) => self.series.keep(sink, host, stamp, watts),
                    Ok(None) => {}
                    Err(reason) => return Fate::Quarantined(reason),
                }
            }
            Layout::Amperes => return Fate::Ignored("amperes-are-no-watts"),
        }
        Fate::Parsed
    }

    /// Exports of several tables repeat the header, perhaps in another order.
    fn without_time(&mut self, cells: &[String]) -> Fate {
        match self.columns.repeated(cells) {
            Some(columns) => {
                self.columns = columns;
                Fate::Ignored("table-header")
            }
            None => Fate::Quarantined(Reason::BadField("time")),
        }
    }
}

/// Reads times; the first date whose first number is above 12 tells that the day stands first, also in the
/// rows before it.
#[derive(Default)]
struct Dates {
    day_first: DayFirst,
    /// A time that is not written with slashes.
    others: bool,
}

impl Dates {
    fn read(&mut self, time: &str, before: &mut [PowerSample]) -> Option<Stamp> {
        if !self.day_first.0 {
            let slash = time.bytes().take(3).position(|byte| byte == b'/').is_some_and(|at| at > 0);
            self.others |= !slash;
            if slash && DayFirst::of(std::iter::once(time)).0 {
                self.day_first = DayFirst(true);
                if !self.others {
                    before.iter_mut().for_each(|sample| sample.stamp = day_and_month_swapped(sample.stamp));
                }
            }
        }
        written_time::read(time, self.day_first)
    }
}

fn day_and_month_swapped(stamp: Stamp) -> Stamp {
    use chrono::Datelike;
    let swapped = |at: chrono::NaiveDateTime| {
        let date = chrono::NaiveDate::from_ymd_opt(at.year(), at.day(), at.month())?;
        Some(date.and_time(at.time()))
    };
    match stamp {
        Stamp::Local(at) => swapped(at).map_or(stamp, Stamp::Local),
        // An offset may have moved it over midnight; then it stays as it was read.
        Stamp::Zoned(at) => swapped(at.naive_utc()).map_or(stamp, |at| Stamp::Zoned(at.and_utc())),
        other => other,
    }
}
