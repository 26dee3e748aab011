//! Announced work as JSON: an array of objects with start, end, hosts, what.
//!
//! Time:   with an offset as written, else the site's local time.
//! Units:  none.
//! Spec:   none; members by their usual names, as in tables.
//! Loses:  further members.
//! Not handled: recurring windows.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::table::{Row, Table};
use crate::ingest::table_rows::json_rows;
use crate::ingest::written_time::DayFirst;
use crate::ledger::{Fate, Reason};

pub struct MaintenanceJson;

impl Format for MaintenanceJson {
    fn id(&self) -> &'static str {
        "maintenance-json"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Maintenance
    }

    fn title(&self) -> &'static str {
        "announced work as JSON: start, end, scope, what"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        match head.json_list_kind() {
            Some(SourceKind::Maintenance) => Fit::Likely,
            _ => Fit::No,
        }
    }

    fn open(&self) -> Reader {
        Reader::Whole(|content, sink| json_rows(content, SourceKind::Maintenance, sink, window))
    }
}

fn window(table: &Table, row: &Row, day_first: DayFirst, sink: &mut Sink<'_>) -> Result<(), Reason> {
    match super::maintenance_csv::window(table, row, day_first, sink) {
        Fate::Quarantined(reason) => Err(reason),
        _ => Ok(()),
    }
}
