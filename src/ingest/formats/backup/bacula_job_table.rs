//! `list jobs` of Bacula and Bareos: a drawn table.
//!
//! Time:   the director's local time.
//! Units:  durations as h:mm:ss.
//! Spec:   Bacula and Bareos sources: cats/sql_list.c (columns differ by version and are read by name).
//! Loses:  files and bytes; restores, verifications and copies, which are no backups.
//! Not handled: tables of volumes and pools.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::job_runs::{self, later};
use crate::ingest::row_times::is_a_date;
use crate::ingest::sink::Sink;
use crate::ingest::table::normal;
use crate::ingest::written_duration;
use crate::ingest::written_time::{self, DayFirst};
use crate::ledger::{Fate, Reason};

use super::bacula_job_report::{host_of_client, status_of_letter};

pub struct BaculaJobTable;

impl Format for BaculaJobTable {
    fn id(&self) -> &'static str {
        "bacula-job-table"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Backup
    }

    fn title(&self) -> &'static str {
        "list jobs of Bacula and Bareos, a drawn table"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let text = head.text();
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(60).collect();
        // A few lines of the console may stand around it; prose that shows a table has many.
        let drawn = lines.iter().filter(|line| line.starts_with(['|', '+'])).count();
        let headed = lines.iter().take(20).any(|line| Columns::of(line).is_some());
        if headed && drawn * 2 >= lines.len() { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(TableReader { columns: None }))
    }
}

/// The names of the columns, in normal form.
struct Columns(Vec<String>);

impl Columns {
    fn of(line: &str) -> Option<Self> {
        let names: Vec<String> = cells(line)?.into_iter().map(normal).collect();
        let has = |name: &str| names.iter().any(|column| column == name);
        (has("jobid") && has("starttime") && has("jobstatus")).then_some(Self(names))
    }

    fn cell<'a>(&self, cells: &[&'a str], name: &str) -> Option<&'a str> {
        let at = self.0.iter().position(|column| column == name)?;
        cells.get(at).copied().filter(|cell| !cell.is_empty())
    }
}

fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(str::trim).collect())
}

struct TableReader {
    columns: Option<Columns>,
}

impl LineReader for TableReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        if let Some(columns) = Columns::of(&text) {
            self.columns = Some(columns);
            return Fate::Ignored("table-header");
        }
        if text.starts_with('+') {
            return Fate::Ignored("table-rule");
        }
        let Some(cells) = cells(&text) else {
            let cut = text.starts_with('|');
            return if cut {
                Fate::Quarantined(Reason::Truncated)
            } else {
                Fate::Ignored("around-the-table")
            };
        };
        let Some(columns) = &self.columns else { return Fate::Quarantined(Reason::BadShape) };
        if cells.len() != columns.0.len() {
            return Fate::Quarantined(Reason::BadShape);
        }
        let cell = |name| columns.cell(&cells, name);
        if cell("type").is_some_and(|kind| kind != "B") {
            return Fate::Ignored("job-of-another-type");
        }
        let Some(written) = cell("starttime") else { return Fate::Ignored("job-not-started") };
        if written.starts_with("0000") {
            return Fate::Ignored("job-not-started");
        }
        let Some(start) = written_time::read(written, DayFirst(false)) else {
            return Fate::Quarantined(Reason::BadField("start"));
        };
        if !is_a_date(&start) {
            return Fate::Ignored("job-not-started");
        }
        let end = cell("endtime")
            .and_then(|text| written_time::read(text, DayFirst(false)))
            .filter(is_a_date)
            .or_else(|| later(start, written_duration::read(cell("duration")?, Some(1.0))?));
        let status = cell("jobstatus").map_or("", status_of_letter);
        // A job that runs has no length yet, whatever the table computes.
        let end = end.filter(|_| !matches!(status, "running" | "created"));
        let job = cell("name").or_else(|| cell("job")).unwrap_or("backup").to_owned();
        job_runs::record(cell("client").and_then(host_of_client), job, start, end, status, sink);
        Fate::Parsed
    }
}
