//! Power readings as a table: a time, a host (or feed) and watts.
//!
//! Time:   with an offset as written, else the site's local time.
//! Units:  watts.
//! Spec:   none; columns by their usual names.
//! Loses:  further columns (amperes, volts).
//! Not handled: kilowatts.

use crate::ingest::formats::{Fit, Format, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::table;
use crate::ingest::table::{Role, Row, Table};
use crate::ingest::table_rows::table_rows;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::{Fate, Reason};
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
        "power readings as a table: time, host, watts"
    }

    fn fit(&self, head: &[u8], _size_bytes: Option<u64>) -> Fit {
        match table::csv_kind(head) {
            Some(SourceKind::Power) => Fit::Likely,
            _ => Fit::No,
        }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    table_rows(content, SourceKind::Power, sink, |table, row, day_first, sink| {
        sample(table, row, day_first, sink).map_or_else(Fate::Quarantined, |()| Fate::Parsed)
    });
}

fn sample(table: &Table, row: &Row, day_first: DayFirst, sink: &mut Sink<'_>) -> Result<(), Reason> {
    let kind = SourceKind::Power;
    let cell = |role| table.cell(row, table.column(role, kind));
    let time = cell(Role::Start).ok_or(Reason::BadField("time"))?;
    let stamp = written_time::read(time, day_first).ok_or(Reason::BadField("time"))?;
    let Some(watts) = cell(Role::Watts) else {
        // A meter that did not answer leaves the cell empty.
        return Ok(());
    };
    let number = watts.trim_end_matches(['W', 'w', ' ']).replace(',', ".");
    let missing = ["n/a", "na", "nan", "-", "null", "none"].contains(&number.to_ascii_lowercase().as_str());
    if missing {
        return Ok(());
    }
    let watts: f64 = number.parse().map_err(|_| Reason::BadField("watts"))?;
    if !watts.is_finite() {
        return Err(Reason::BadField("watts"));
    }
    let host = cell(Role::Host).map(str::to_owned);
    sink.power.push(PowerSample { host, stamp, watts });
    Ok(())
}
