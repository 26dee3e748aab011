//! Runs of backup jobs as a table: job, host, start, end, status.
//!
//! Time:   with an offset as written, else the site's local time.
//! Units:  none.
//! Spec:   none; columns by their usual names.
//! Loses:  sizes and rates.
//! Not handled: a duration in place of an end.

use crate::ingest::formats::{Fit, Format, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::table;
use crate::ingest::table::{Role, Row, Table};
use crate::ingest::table_rows::table_rows;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::{Fate, Reason};
use crate::model::record::{Body, JobRun};

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

    fn fit(&self, head: &[u8], _size_bytes: Option<u64>) -> Fit {
        match table::csv_kind(head) {
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
        run(table, row, day_first, sink).map_or_else(Fate::Quarantined, |()| Fate::Parsed)
    });
}

fn run(table: &Table, row: &Row, day_first: DayFirst, sink: &mut Sink<'_>) -> Result<(), Reason> {
    let cell = |role| table.cell(row, table.column(role, SourceKind::Backup));
    let start = cell(Role::Start).ok_or(Reason::BadField("start"))?;
    let stamp = written_time::read(start, day_first).ok_or(Reason::BadField("start"))?;
    // A run that was cut short has no end.
    let end = cell(Role::End).and_then(|text| written_time::read(text, day_first));
    let job = cell(Role::Job).unwrap_or("backup").to_owned();
    let status = cell(Role::Status).unwrap_or("").to_owned();
    let host = cell(Role::Host).map(str::to_owned);
    sink.record(host, stamp, Body::Job(JobRun { kind: "backup".to_owned(), job, end, status }));
    Ok(())
}
