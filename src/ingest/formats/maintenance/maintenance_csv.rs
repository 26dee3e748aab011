//! Announced work as a table: start, end, which hosts, what.
//!
//! Time:   with an offset as written, else the site's local time.
//! Units:  none.
//! Spec:   none; columns by their usual names, in English, German and French, also those that ServiceNow
//!         and Jira export. The scope is a list of hosts, globs (`kvm*`), ranges
//!         (`kvm[01-09]`), `factor=value` pairs, or `*` / `all`.
//! Loses:  further columns (who approved it).
//! Not handled: recurring windows.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::table::{Role, Row, Table};
use crate::ingest::table_rows::table_rows;
use crate::ingest::written_time::{self, DayFirst};
use crate::ingest::{planned_words, row_times};
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

    fn fit(&self, head: &Head<'_>) -> Fit {
        match head.csv_list_kind() {
            Some(SourceKind::Maintenance) => Fit::Likely,
            _ => Fit::No,
        }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    table_rows(content, SourceKind::Maintenance, sink, window);
}

/// Words in a column of states for work that never took place.
const NOT_DONE: &[&str] =
    &["cancelled", "canceled", "rejected", "withdrawn", "abgesagt", "storniert", "annulé", "draft"];

pub(super) fn window(table: &Table, row: &Row, day_first: DayFirst, sink: &mut Sink<'_>) -> Fate {
    let kind = SourceKind::Maintenance;
    if row.cells.iter().all(|cell| cell.trim().chars().all(|c| matches!(c, '-' | ':' | '=' | '+'))) {
        return Fate::Ignored("table-rule");
    }
    let column = |role| table.column(role, kind);
    let state = table.cell(row, column(Role::Status)).unwrap_or("").to_lowercase();
    if NOT_DONE.iter().any(|word| state.contains(word)) {
        return Fate::Ignored("work-that-was-cancelled");
    }
    let Some(stamp) = row_times::start(table, row, kind, day_first) else {
        return Fate::Quarantined(Reason::BadField("start"));
    };
    let Some(end) = row_times::end(table, row, kind, day_first, stamp) else {
        return Fate::Quarantined(Reason::BadField("end"));
    };
    if written_time::steady_seconds(&end) < written_time::steady_seconds(&stamp) {
        return Fate::Quarantined(Reason::BadField("end before start"));
    }
    let what_column = column(Role::What).filter(|what| Some(*what) != column(Role::Scope));
    let what = table.cell(row, what_column).unwrap_or("").to_owned();
    let scope = scope(table, row, &what);
    sink.record(None, stamp, Body::Maintenance(MaintenanceWindow { scope, end: Some(end), what }));
    Fate::Parsed
}

/// The hosts that the row names. A column that names a factor (`rack`, `pdu`) restricts the scope to
/// its value. Without a scope, what is to be done may name its hosts; else it means every host.
fn scope(table: &Table, row: &Row, what: &str) -> Vec<String> {
    let column = table.column(Role::Scope, SourceKind::Maintenance);
    let Some(text) = table.cell(row, column) else {
        let named = planned_words::hosts_in(what);
        return if named.is_empty() { vec!["*".to_owned()] } else { named };
    };
    let named = column.and_then(|index| table.columns.get(index)).map_or("", String::as_str);
    let parts = text
        .split([',', ';', '|', ' ', '+'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| if named == "rack" { format!("rack={part}") } else { part.to_owned() });
    parts.collect()
}
