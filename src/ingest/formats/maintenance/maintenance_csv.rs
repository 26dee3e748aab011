//! Announced work as a table: start, end, which hosts, what.
//!
//! Time:   with an offset as written, else the site's local time.
//! Units:  none.
//! Spec:   none; columns by their usual names. The scope is a list of hosts, globs (`kvm*`), ranges
//!         (`kvm[01-09]`), `factor=value` pairs, or `*` / `all`.
//! Loses:  further columns (who approved it).
//! Not handled: recurring windows.

use crate::ingest::formats::{Fit, Format, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::table;
use crate::ingest::table::{Role, Row, Table};
use crate::ingest::table_rows::table_rows;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::{Fate, Reason};
use crate::model::record::{Body, MaintenanceWindow};

pub struct MaintenanceCsv;

impl Format for MaintenanceCsv {
    fn id(&self) -> &'static str {
        "maintenance-csv"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Maintenance
    }

    fn title(&self) -> &'static str {
        "announced work as a table: start, end, scope, what"
    }

    fn fit(&self, head: &[u8], _size_bytes: Option<u64>) -> Fit {
        match table::csv_kind(head) {
            Some(SourceKind::Maintenance) => Fit::Likely,
            _ => Fit::No,
        }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    table_rows(content, SourceKind::Maintenance, sink, |table, row, day_first, sink| {
        window(table, row, day_first, sink).map_or_else(Fate::Quarantined, |()| Fate::Parsed)
    });
}

fn window(table: &Table, row: &Row, day_first: DayFirst, sink: &mut Sink<'_>) -> Result<(), Reason> {
    let column = |role| table.column(role, SourceKind::Maintenance);
    let cell = |role| table.cell(row, column(role));
    let start = cell(Role::Start).ok_or(Reason::BadField("start"))?;
    let stamp = written_time::read(start, day_first).ok_or(Reason::BadField("start"))?;
    let end = cell(Role::End).ok_or(Reason::BadField("end"))?;
    let end = written_time::read(end, day_first).ok_or(Reason::BadField("end"))?;
    if written_time::steady_seconds(&end) < written_time::steady_seconds(&stamp) {
        return Err(Reason::BadField("end before start"));
    }
    let what_column = column(Role::What).filter(|what| Some(*what) != column(Role::Scope));
    let what = table.cell(row, what_column).unwrap_or("").to_owned();
    let scope = scope(table, row);
    sink.record(None, stamp, Body::Maintenance(MaintenanceWindow { scope, end: Some(end), what }));
    Ok(())
}

/// The hosts that the row names. A column that names a factor (`rack`, `pdu`) restricts the scope to
/// its value; no scope at all means every host.
fn scope(table: &Table, row: &Row) -> Vec<String> {
    let column = table.column(Role::Scope, SourceKind::Maintenance);
    let Some(text) = table.cell(row, column) else { return vec!["*".to_owned()] };
    let named = column.and_then(|index| table.columns.get(index)).map_or("", String::as_str);
    let parts = text
        .split([',', ';', '|', ' ', '+'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| if named == "rack" { format!("rack={part}") } else { part.to_owned() });
    parts.collect()
}
