//! Incidents that somebody wrote down: host, time, and perhaps a cause.
//!
//! Time:   with an offset as written, else the site's local time.
//! Units:  none.
//! Spec:   none; columns by their usual names, in English, German and French; a column for the cause, or
//!         one for each cause; a table of Markdown as well.
//! Loses:  further columns but for their text.
//! Not handled: several hosts in one row.

use crate::ingest::column_words::TICKETS;
use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::row_times;
use crate::ingest::sink::Sink;
use crate::ingest::table::{Role, Row, Table};
use crate::ingest::table_rows::table_rows;
use crate::ingest::written_time::DayFirst;
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

    fn fit(&self, head: &Head<'_>) -> Fit {
        match head.csv_list_kind() {
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
        if row.cells.iter().all(|cell| cell.trim().chars().all(|c| matches!(c, '-' | ':' | '=' | '+'))) {
            return Fate::Ignored("table-rule");
        }
        // Most tickets of a tracker are about no machine.
        let is_ticket = table.columns.iter().any(|column| TICKETS.contains(&column.as_str()));
        if is_ticket && host(table, row).is_none() {
            return Fate::Ignored("ticket-without-a-machine");
        }
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
    let host = host(table, row).ok_or(Reason::BadField("host"))?;
    let stamp = row_times::start(table, row, kind, day_first).ok_or(Reason::BadField("time"))?;
    let planned = cell(Role::Planned).and_then(yes_or_no).map(|answer| {
        let column = table.column(Role::Planned, kind).and_then(|index| table.columns.get(index));
        // A column may also say it the other way round.
        if column.is_some_and(|name| name == "unplanned") { !answer } else { answer }
    });
    let listed = ListedIncident {
        cause: cell(Role::Cause).map(str::to_owned).or_else(|| blamed(table, row)),
        kind: cell(Role::IncidentKind).map(str::to_owned),
        planned,
        back: cell(Role::End).and_then(|text| row_times::read(text, day_first)),
        text: row.cells.join(", "),
    };
    sink.record(Some(host), stamp, Body::Listed(listed));
    Ok(())
}

/// The machine. A number says which only together with the system that counts its nodes.
fn host(table: &Table, row: &Row) -> Option<String> {
    let column = table.column(Role::Host, SourceKind::Incidents);
    let host = table.cell(row, column)?;
    let named = |name: &str| table.columns.iter().position(|known| known == name);
    let is_number = host.bytes().all(|byte| byte.is_ascii_digit());
    let larger = ["system", "cluster", "system_id", "cluster_id", "machine_id", "supercomputer"]
        .into_iter()
        .filter(|_| is_number)
        .find_map(|name| named(name).filter(|at| Some(*at) != column));
    let system = table.cell(row, larger).map(|system| system.replace(' ', "_"));
    Some(system.map_or_else(|| host.to_owned(), |system| format!("{system}-{host}")))
}

/// Columns that stand each for one cause; the one that is filled is blamed.
const BLAMED: &[&str] = &[
    "facilities",
    "facility",
    "hardware",
    "human_error",
    "human",
    "network",
    "software",
    "environment",
    "power",
    "storage",
    "operator",
    "application",
    "undetermined",
    "unknown",
];

/// What the columns of causes say: `Hardware: Power Supply`. At least three of them make a table of blame.
fn blamed(table: &Table, row: &Row) -> Option<String> {
    let blame = |at: &usize| table.columns.get(*at).is_some_and(|name| BLAMED.contains(&name.as_str()));
    let columns: Vec<usize> = (0..table.columns.len()).filter(blame).collect();
    if columns.len() < 3 {
        return None;
    }
    let (column, text) = columns.iter().find_map(|at| {
        let text =
            table.cell(row, Some(*at)).filter(|text| !matches!(*text, "0" | "no" | "No" | "-" | "false"))?;
        Some((table.columns.get(*at)?.replace('_', " "), text))
    })?;
    // A mark and not a word, or the column's name once more.
    let says_no_more =
        text.chars().count() <= 1 || text.eq_ignore_ascii_case(&column) || yes_or_no(text).is_some();
    Some(if says_no_more { column } else { format!("{column}: {text}") })
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "y" | "true" | "1" | "planned" => Some(true),
        "no" | "n" | "false" | "0" | "unplanned" => Some(false),
        _ => None,
    }
}
