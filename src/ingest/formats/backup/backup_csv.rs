//! Runs of backup jobs as a table: job, host, start, end or duration, status.
//!
//! Time:   with an offset as written or in Unix seconds, else the site's local time.
//! Units:  durations as `h:mm:ss`, in words, or in the unit that the column's name says.
//! Spec:   none; columns by their usual names, in English, German and French.
//! Loses:  sizes and rates.
//! Not handled: a bare number as duration, in a column that does not say of what.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::table::{Role, Row, Table};
use crate::ingest::table_rows::table_rows;
use crate::ingest::written_time::DayFirst;
use crate::ingest::{job_runs, row_times};
use crate::ledger::{Fate, Reason};

pub struct BackupCsv;

impl Format for BackupCsv {
    fn id(&self) -> &'static str {
        "backup-csv"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Backup
    }

    fn title(&self) -> &'static str {
        "backup runs as a table: job, host, start, end, status"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        match head.csv_list_kind() {
            Some(SourceKind::Backup) => Fit::Likely,
            _ => Fit::No,
        }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    table_rows(content, SourceKind::Backup, sink, |table, row, day_first, sink| {
        if row.cells.iter().all(|cell| cell.trim().chars().all(|c| matches!(c, '-' | ':' | '=' | '+'))) {
            return Fate::Ignored("table-rule");
        }
        run(table, row, day_first, sink).map_or_else(Fate::Quarantined, |()| Fate::Parsed)
    });
}

pub(super) fn run(table: &Table, row: &Row, day_first: DayFirst, sink: &mut Sink<'_>) -> Result<(), Reason> {
    let kind = SourceKind::Backup;
    let cell = |role| table.cell(row, table.column(role, kind));
    let start = row_times::start(table, row, kind, day_first).ok_or(Reason::BadField("start"))?;
    // A run that was cut short has no end.
    let end = row_times::end(table, row, kind, day_first, start);
    let job = cell(Role::Job).unwrap_or("backup").to_owned();
    let host = cell(Role::Host).map(host_name);
    job_runs::record(host, job, start, end, cell(Role::Status).unwrap_or(""), sink);
    Ok(())
}

/// A resource of a cloud is named by the last part of its path.
fn host_name(text: &str) -> String {
    let last = if text.starts_with("arn:") { text.rsplit(['/', ':']).next() } else { None };
    last.unwrap_or(text).to_owned()
}
