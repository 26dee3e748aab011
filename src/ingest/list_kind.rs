//! Which list a table is: runs of jobs, announced windows, or incidents. The three have a host and
//! times; what else stands beside them tells.

use super::column_words::{CAUSE, DURATION, END, HOST, START_THEN_TIME, STATUS};
use super::formats::SourceKind;
use super::row_times;
use super::table::{self, Table};
use super::written_time::DayFirst;

/// Columns that only lists of jobs have.
const JOBS: &[&str] = &[
    "job",
    "job_name",
    "jobname",
    "backup",
    "backup_job",
    "backup_name",
    "backup_type",
    "backup_policy",
    "backup_plan",
    "backupjobid",
    "policy",
    "policy_name",
    "subclient",
    "saveset",
    "fileset",
    "jobtypestring",
    "auftrag",
    "auftragsname",
    "sicherungsauftrag",
    "sicherung",
    "tâche",
    "nom_de_la_tâche",
    "nom_du_travail",
    "travail",
];
/// Rows looked at.
const ROWS: usize = 12;

/// The kind of the CSV that starts with `head`.
#[must_use]
pub fn csv(head: &[u8]) -> Option<SourceKind> {
    kind_of(&table::read_csv(head, ROWS)?)
}

/// The kind of the JSON table that starts with `head`.
#[must_use]
pub fn json(head: &[u8], size_bytes: Option<u64>) -> Option<SourceKind> {
    table::json_kind(head, size_bytes)
}

fn kind_of(table: &Table) -> Option<SourceKind> {
    let base = table::kind_of(table);
    let undecided = matches!(base, None | Some(SourceKind::Incidents | SourceKind::Maintenance));
    if undecided && is_of_jobs(table) {
        Some(SourceKind::Backup)
    } else if base.is_none() && is_of_plans(table) {
        Some(SourceKind::Maintenance)
    } else {
        base
    }
}

/// Columns that only lists of planned work have.
const PLANS: &[&str] = &[
    "planned_start",
    "planned_start_date",
    "planned_start_time",
    "scheduled_start",
    "scheduled_start_date",
    "scheduled_start_time",
    "window_start",
    "change_start",
    "maintenance_start",
    "work_start",
    "wartungsbeginn",
    "cmdb_ci",
    "affected_ci",
    "affected_cis",
    "betroffene_systeme",
    "betroffene_server",
    "systeme",
    "serveurs",
    "geltungsbereich",
];

/// A plan has a start and an end, and a column that says that it is one or what it holds for.
fn is_of_plans(table: &Table) -> bool {
    let has = |words: &[&str]| table.columns.iter().any(|column| words.contains(&column.as_str()));
    has(PLANS) && has(END) && is_timed(table)
}

/// A list of jobs may say how long they ran and not when they ended, and need not name a host.
fn is_of_jobs(table: &Table) -> bool {
    let has = |words: &[&str]| table.columns.iter().any(|column| words.contains(&column.as_str()));
    has(JOBS) && is_timed(table) && (has(END) || has(DURATION)) && (has(STATUS) || has(HOST)) && !has(CAUSE)
}

/// Whether a column that is headed as a start holds times.
fn is_timed(table: &Table) -> bool {
    table.columns.iter().enumerate().any(|(at, column)| {
        let dated = |text: &str| row_times::read(text, DayFirst(true)).is_some();
        START_THEN_TIME.contains(&column.as_str())
            && table.rows.iter().any(|row| table.cell(row, Some(at)).is_some_and(dated))
    })
}
