//! Runs of backup jobs as JSON: an array of objects, or an object that holds one.
//!
//! Time:   with an offset as written or in Unix seconds, else the site's local time.
//! Units:  as in tables.
//! Spec:   none; members by their usual names. `aws backup list-backup-jobs` and `pvesh get
//!         /nodes/…/tasks` are of this shape.
//! Loses:  sizes and rates; tasks of a hypervisor that are no backups.
//! Not handled: runs nested deeper than one list.

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::sink::Sink;
use crate::ingest::table::{Row, Table};
use crate::ingest::table_rows::json_rows;
use crate::ingest::written_time::DayFirst;
use crate::ledger::Reason;

pub struct BackupJson;

impl Format for BackupJson {
    fn id(&self) -> &'static str {
        "backup-json"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Backup
    }

    fn title(&self) -> &'static str {
        "backup runs as JSON: job, host, start, end, status"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        match head.json_list_kind() {
            Some(SourceKind::Backup) => Fit::Likely,
            _ => Fit::No,
        }
    }

    fn open(&self) -> Reader {
        Reader::Whole(|content, sink| json_rows(content, SourceKind::Backup, sink, run))
    }
}

fn run(table: &Table, row: &Row, day_first: DayFirst, sink: &mut Sink<'_>) -> Result<(), Reason> {
    let text = |name: &str| {
        let column = table.columns.iter().position(|column| column == name);
        table.cell(row, column)
    };
    // The tasks of a hypervisor are of many types.
    if text("upid").is_some() && text("type").is_some_and(|kind| kind != "vzdump") {
        return Ok(());
    }
    super::backup_csv::run(table, row, day_first, sink)
}
