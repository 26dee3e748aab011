//! The machines of a case: what the vendor knows them by, and what ran on them.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::case::{Originals, Scope, words};
use crate::model::{Incident, Report};

use super::FIRST_PAGE_MACHINES;

/// Columns of the table on the first page, beside host, serial number and incidents.
const FIRST_PAGE_COLUMNS: usize = 4;
/// Rows of the whole table.
const MACHINES_MAX: usize = 200;

/// Factor → head of its column, in the order of the table. Columns that no machine has are left out.
const COLUMNS: [(&str, &str); 8] = [
    ("model", "Model"),
    ("bios_version", "BIOS"),
    ("bmc_version", "BMC firmware"),
    ("microcode", "Microcode"),
    ("cpu_model", "Processor"),
    ("raid_fw", "RAID firmware"),
    ("os", "Operating system"),
    ("kernel", "Kernel"),
];

#[derive(Serialize)]
pub struct Machines {
    /// What the vendor calls the number of a machine.
    serial_word: &'static str,
    /// Heads of the columns between the serial number and the number of incidents.
    columns: Vec<&'static str>,
    /// The first page has room for so many of them.
    first_columns: usize,
    first: Vec<Row>,
    rows: Vec<Row>,
    /// Machines beyond those of `first`, and beyond those of `rows`.
    more_than_first: usize,
    more: usize,
}

#[derive(Serialize, Clone)]
struct Row {
    host: String,
    serial: String,
    values: Vec<String>,
    incidents: usize,
    last: String,
}

/// The table of machines, those with most incidents first.
pub fn of(report: &Report, scope: &Scope<'_>, originals: &dyn Originals) -> Machines {
    let columns: Vec<(&str, &'static str)> =
        COLUMNS.into_iter().filter(|(factor, _)| !values(report, scope, factor).is_empty()).collect();
    let rows: Vec<Row> = scope
        .hosts
        .iter()
        .take(MACHINES_MAX)
        .map(|host| {
            let incidents: Vec<&&Incident> =
                scope.incidents.iter().filter(|incident| incident.host == *host).collect();
            Row {
                host: host.clone(),
                serial: originals.serial(host).unwrap_or_else(|| "not known".to_owned()),
                values: columns.iter().map(|(factor, _)| value(report, scope, host, factor)).collect(),
                incidents: incidents.len(),
                last: incidents.last().map(|incident| words::minute(incident.at)).unwrap_or_default(),
            }
        })
        .collect();
    Machines {
        serial_word: scope.vendor.serial_word(),
        first_columns: FIRST_PAGE_COLUMNS.min(columns.len()),
        columns: columns.into_iter().map(|(_, head)| head).collect(),
        first: rows.iter().take(FIRST_PAGE_MACHINES).cloned().collect(),
        more_than_first: scope.hosts.len().saturating_sub(FIRST_PAGE_MACHINES),
        more: scope.hosts.len().saturating_sub(MACHINES_MAX),
        rows,
    }
}

/// What a factor was at the host's last incident, and what it is now where that differs.
fn value(report: &Report, scope: &Scope<'_>, host: &str, factor: &str) -> String {
    let now = report.host_factors.get(host).and_then(|factors| factors.get(factor));
    match (at_last(report, scope, host, factor), now) {
        (Some(then), Some(now)) if then != *now => format!("{then} (later {now})"),
        (Some(then), _) => then,
        (None, _) => "–".to_owned(),
    }
}

fn at_last(report: &Report, scope: &Scope<'_>, host: &str, factor: &str) -> Option<String> {
    let last = scope.incidents.iter().rev().find(|incident| incident.host == host)?;
    let now = || report.host_factors.get(host)?.get(factor);
    last.factors.get(factor).or_else(now).cloned()
}

/// The values of a factor at the incidents of the case, sorted.
pub fn values(report: &Report, scope: &Scope<'_>, factor: &str) -> Vec<String> {
    let values = scope.hosts.iter().filter_map(|host| at_last(report, scope, host, factor));
    values.filter(|value| !value.is_empty()).collect::<BTreeSet<String>>().into_iter().collect()
}
