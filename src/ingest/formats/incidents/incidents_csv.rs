//! Incidents that somebody wrote down: host, time, and perhaps a cause.
//!
//! Time:   with an offset as written, else the site's local time.
//! Units:  none.
//! Spec:   none; columns by their usual names.
//! Loses:  further columns but for their text.
//! Not handled: several hosts in one row.

use crate::ingest::formats::{Fit, Format, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::table;
use crate::ingest::table::{Role, Row, Table};
use crate::ingest::table_rows::table_rows;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::{Fate, Reason};
use crate::model::record::{Body, ListedIncident};

pub struct IncidentsCsv;

impl Format for IncidentsCsv {
    fn id(&self) -> &'static str {
        "incidents-csv"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Incidents
    }

    fn title(&self) -> &'static str {
        "a plain list of incidents: host, time, cause"
    }

    fn fit(&self, head: &[u8], _size_bytes: Option<u64>) -> Fit {
        match table::csv_kind(head) {
            Some(SourceKind::Incidents) => Fit::Likely,
            _ => Fit::No,
        }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    table_rows(content, SourceKind::Incidents, sink, |table, row, day_first, sink| {
        incident(table, row, day_first, sink).map_or_else(Fate::Quarantined, |()| Fate::Parsed)
    });
}

pub(super) fn incident(
    table: &Table,
    row: &Row,
    day_first: DayFirst,
    sink: &mut Sink<'_>,
) -> Result<(), Reason> {
    let kind = SourceKind::Incidents;
    let cell = |role| table.cell(row, table.column(role, kind));
    let host = cell(Role::Host).ok_or(Reason::BadField("host"))?.to_owned();
    let time = cell(Role::Start).ok_or(Reason::BadField("time"))?;
    let stamp = written_time::read(time, day_first).ok_or(Reason::BadField("time"))?;
    let planned = cell(Role::Planned).and_then(yes_or_no).map(|answer| {
        let column = table.column(Role::Planned, kind).and_then(|index| table.columns.get(index));
        // A column may also say it the other way round.
        if column.is_some_and(|name| name == "unplanned") { !answer } else { answer }
    });
    let listed = ListedIncident {
        cause: cell(Role::Cause).map(str::to_owned),
        kind: cell(Role::IncidentKind).map(str::to_owned),
        planned,
        back: cell(Role::End).and_then(|text| written_time::read(text, day_first)),
        text: row.cells.join(", "),
    };
    sink.record(Some(host), stamp, Body::Listed(listed));
    Ok(())
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "y" | "true" | "1" | "planned" => Some(true),
        "no" | "n" | "false" | "0" | "unplanned" => Some(false),
        _ => None,
    }
}
