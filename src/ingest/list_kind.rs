//! Which list a table is: runs of jobs, announced windows, or incidents. The three have a host and
//! times; what else stands beside them tells.

use super::column_words::{DURATION, END, HOST, START_THEN_TIME, STATUS, TIME_THEN_START};
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
];
/// Columns that say why, which lists of jobs do not ask.
const CAUSES: &[&str] = &["cause", "root_cause", "failure_type", "diagnosis"];
/// Words in the names of columns that measure something.
const MEASURES: &[&str] = &[
    "temp",
    "temperature",
    "load",
    "load1",
    "load5",
    "cpu",
    "usage",
    "used",
    "free",
    "percent",
    "pct",
    "value",
    "reading",
    "rpm",
    "volts",
    "voltage",
    "amps",
    "bytes",
    "mb",
    "gb",
    "latency",
    "rate",
    "util",
    "utilization",
    "iops",
    "uptime",
    "humidity",
    "inlet",
    "exhaust",
];
/// Rows looked at.
const ROWS: usize = 12;

/// Whether a column says what failed, or why.
#[must_use]
pub fn names_a_cause(table: &Table) -> bool {
    let words =
        CAUSES.iter().chain(["reason", "event", "incident", "type", "kind", "what", "description"].iter());
    words.into_iter().any(|word| table.columns.iter().any(|column| column == word))
}

/// The kind of the CSV that starts with `head`; `base` is what [`table::csv_kind`] says.
#[must_use]
pub fn csv(head: &[u8], base: Option<SourceKind>) -> Option<SourceKind> {
    if !is_undecided(base) {
        return base;
    }
    table::read_csv(head, ROWS).map_or(base, |table| decided(base, &table))
}

/// The kind of the JSON table that starts with `head`; `base` is what [`table::json_kind`] says. Of a long
/// source only the first object is looked at, which is enough to tell it by its members.
#[must_use]
pub fn json(head: &[u8], is_whole: bool, base: Option<SourceKind>) -> Option<SourceKind> {
    if !is_whole || !is_undecided(base) {
        return base;
    }
    table::read_json(head).map_or(base, |table| decided(base, &table))
}

fn is_undecided(base: Option<SourceKind>) -> bool {
    matches!(base, None | Some(SourceKind::Incidents | SourceKind::Maintenance))
}

fn decided(base: Option<SourceKind>, table: &Table) -> Option<SourceKind> {
    if is_undecided(base) && is_of_jobs(table) {
        Some(SourceKind::Backup)
    } else if base == Some(SourceKind::Incidents)
        && (is_of_measures(table) || is_of_successes(table) || is_of_something_else(table))
    {
        None
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
    "cmdb_ci",
    "affected_ci",
    "affected_cis",
];

/// A plan has a start and an end, and a column that says that it is one or what it holds for.
fn is_of_plans(table: &Table) -> bool {
    let has = |words: &[&str]| table.columns.iter().any(|column| words.contains(&column.as_str()));
    has(PLANS) && has(END) && is_timed(table)
}

/// A list of jobs may say how long they ran and not when they ended, and need not name a host.
fn is_of_jobs(table: &Table) -> bool {
    let has = |words: &[&str]| table.columns.iter().any(|column| words.contains(&column.as_str()));
    has(JOBS) && is_timed(table) && (has(END) || has(DURATION)) && (has(STATUS) || has(HOST)) && !has(CAUSES)
}

/// A name and a date are also what people, purchases and the lines of a program have.
fn is_of_something_else(table: &Table) -> bool {
    let has = |word: &str| table.columns.iter().any(|column| column == word);
    let is_log = has("level") && (has("msg") || has("message"));
    let is_of_others = is_of_people_or_ports(&table.columns) && !CAUSES.iter().any(|word| has(word));
    is_log
        || is_of_others
        || ["email", "e_mail", "price", "unit_price", "invoice", "metric"].into_iter().any(has)
}

/// Columns of lists about people, their sessions and addresses, and about what a scanner found.
const PEOPLE_AND_PORTS: &[&str] = &[
    "user",
    "username",
    "user_name",
    "login",
    "account",
    "email",
    "e_mail",
    "full_name",
    "first_name",
    "last_name",
    "last_login",
    "last_logon",
    "logon_time",
    "expires",
    "lease",
    "lease_start",
    "lease_end",
    "lease_expires",
    "lease_time",
    "plugin_id",
    "plugin",
    "cve",
    "cvss",
    "cvss_score",
    "vulnerability",
    "synopsis",
    "key_type",
    "keytype",
    "fingerprint",
    "public_key",
    "port",
    "protocol",
];
/// Columns of what machines are made of, beside which a user is the one who has the machine.
const MACHINES: &[&str] = &[
    "model",
    "product_name",
    "bios",
    "bios_version",
    "rack",
    "pdu",
    "serial",
    "serial_number",
    "service_tag",
    "manufacturer",
    "kernel",
    "hypervisor",
    "cpu",
    "cpu_model",
];

/// A host also stands in lists of logins, leases, keys and open ports, which say nothing of the machine.
#[must_use]
pub fn is_of_people_or_ports(columns: &[String]) -> bool {
    let has = |words: &[&str]| columns.iter().any(|column| words.contains(&column.as_str()));
    has(PEOPLE_AND_PORTS) && !has(MACHINES)
}

/// A host, a time and a figure are a measurement, unless a column says what failed.
fn is_of_measures(table: &Table) -> bool {
    let has = |words: &[&str]| table.columns.iter().any(|column| words.contains(&column.as_str()));
    if has(CAUSES)
        || has(&["back_at", "restored", "recovered", "fixed", "prob_fixed", "failure", "incident", "outage"])
    {
        return false;
    }
    (0..table.columns.len()).any(|at| measures(table, at))
}

/// Nobody lists an incident as a success: what has such a state ran, and did not fail.
fn is_of_successes(table: &Table) -> bool {
    let good = [
        "ok",
        "success",
        "succeeded",
        "successful",
        "completed",
        "passed",
        "finished",
        "running",
        "up",
        "online",
    ];
    (0..table.columns.len()).filter(|at| STATUS.contains(&table.columns[*at].as_str())).any(|at| {
        table.rows.iter().any(|row| {
            table.cell(row, Some(at)).is_some_and(|text| good.contains(&text.to_lowercase().as_str()))
        })
    })
}

fn measures(table: &Table, at: usize) -> bool {
    let name = table.columns.get(at).map_or("", String::as_str);
    if HOST.contains(&name)
        || TIME_THEN_START.contains(&name)
        || START_THEN_TIME.contains(&name)
        || DURATION.contains(&name)
    {
        return false;
    }
    let cells: Vec<&str> = table.rows.iter().filter_map(|row| table.cell(row, Some(at))).collect();
    let numbers = !cells.is_empty() && cells.iter().all(|cell| cell.parse::<f64>().is_ok());
    let named = name.split('_').any(|word| MEASURES.contains(&word));
    numbers && (named || cells.iter().all(|cell| cell.contains('.')))
}

/// Whether a column that is headed as a start holds times.
fn is_timed(table: &Table) -> bool {
    table.columns.iter().enumerate().any(|(at, column)| {
        let dated = |text: &str| row_times::read(text, DayFirst(true)).is_some();
        START_THEN_TIME.contains(&column.as_str())
            && table.rows.iter().any(|row| table.cell(row, Some(at)).is_some_and(dated))
    })
}
