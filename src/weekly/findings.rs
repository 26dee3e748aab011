//! Findings about the fleet and its data that no edition has told.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::{FleetFinding, Report};

use super::snapshot::{KnownFinding, Snapshot};

/// What a finding is about: the section it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// A host is gone, or was not reached.
    Hosts,
    /// A clock is off, was never set, or cannot be told.
    Clocks,
    /// A SEL or log of a BMC is full, nearly so, went round or was cleared.
    Logs,
    /// Firmware is pending.
    Pending,
    /// Hosts or data that are missing.
    Coverage,
    Other,
}

/// A finding with what is new of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewFinding {
    pub id: String,
    /// `notice` or `warning`.
    pub severity: String,
    pub group: Group,
    pub statement: String,
    /// Hosts that it is new on; empty where it names none.
    pub hosts: Vec<String>,
    /// Other hosts that have it and were told.
    pub known_hosts: usize,
}

impl NewFinding {
    #[must_use]
    pub fn is_warning(&self) -> bool {
        self.severity == "warning"
    }

    /// By section, warnings first.
    pub(super) fn all(report: &Report, base: Option<&Snapshot>) -> Vec<Self> {
        let none = KnownFinding::default();
        let mut all: Vec<Self> = Vec::new();
        for finding in report.fleet_findings.iter().filter(|finding| is_told(finding)) {
            let known = base.and_then(|base| base.findings.get(&finding.id)).unwrap_or(&none);
            let own: BTreeSet<&String> = finding.hosts.iter().collect();
            let hosts: Vec<String> = own
                .iter()
                .filter(|host| !known.hosts.contains(**host))
                .map(|host| (**host).clone())
                .collect();
            let is_new = match own.is_empty() {
                true => !known.statements.contains(&without_numbers(&finding.statement)),
                false => !hosts.is_empty(),
            };
            if is_new {
                all.push(Self {
                    id: finding.id.clone(),
                    severity: finding.severity.clone(),
                    group: group(&finding.id),
                    statement: finding.statement.clone(),
                    known_hosts: own.len() - hosts.len(),
                    hosts,
                });
            }
        }
        all.sort_by(|a, b| {
            let key = |finding: &Self| (finding.group, !finding.is_warning());
            (key(a), &a.id, &a.statement).cmp(&(key(b), &b.id, &b.statement))
        });
        all
    }
}

/// Gaps of the coverage have a section of their own, and what lies outside the span that was asked for is no news.
fn is_told(finding: &FleetFinding) -> bool {
    finding.severity != "info" && !["coverage-gap", "incident-outside-span"].contains(&finding.id.as_str())
}

fn group(id: &str) -> Group {
    match id {
        "did-not-come-back" | "fell-silent" | "not-collected" => Group::Hosts,
        "host-without-data" => Group::Coverage,
        "bmc-clock-offset"
        | "bmc-clock-unknown"
        | "bmc-clock-off"
        | "bmc-clock-unset"
        | "host-clock-off"
        | "clock-not-set"
        | "log-from-the-future"
        | "log-without-year" => Group::Clocks,
        "sel-full"
        | "sel-nearly-full"
        | "sel-overflow"
        | "sel-wrapped"
        | "sel-cleared"
        | "sel-cleared-while-read"
        | "sel-partly-erased"
        | "log-nearly-full"
        | "log-wrapped"
        | "log-cleared" => Group::Logs,
        _ if id.starts_with("firmware-") || id.starts_with("update-") => Group::Pending,
        _ => Group::Other,
    }
}

pub(super) fn known(report: &Report) -> BTreeMap<String, KnownFinding> {
    let mut known: BTreeMap<String, KnownFinding> = BTreeMap::new();
    for finding in report.fleet_findings.iter().filter(|finding| is_told(finding)) {
        let entry = known.entry(finding.id.clone()).or_default();
        entry.hosts.extend(finding.hosts.iter().cloned());
        if finding.hosts.is_empty() {
            entry.statements.insert(without_numbers(&finding.statement));
        }
    }
    known
}

/// A statement whose counts and dates may be others next week.
fn without_numbers(statement: &str) -> String {
    let is_number = |word: &str| {
        word.contains(|c: char| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_digit() || ".,:;-+%()".contains(c))
    };
    statement.split(' ').map(|word| if is_number(word) { "#" } else { word }).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_dates_do_not_make_a_finding_new() {
        let first = without_numbers("sel/kvm01.txt: 12 records begin on 2025-01-02, after all other data");
        assert_eq!(
            first,
            without_numbers("sel/kvm01.txt: 13 records begin on 2025-01-09, after all other data")
        );
        assert_ne!(
            first,
            without_numbers("sel/kvm02.txt: 12 records begin on 2025-01-02, after all other data")
        );
    }
}
