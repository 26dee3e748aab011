//! What each change did.

use serde::Serialize;

use crate::model::{Outcome, Report};
use crate::report::{selection, wording};

#[derive(Serialize)]
pub(super) struct Changes<'a> {
    shown: Vec<Change<'a>>,
    left_out: Option<String>,
}

#[derive(Serialize)]
struct Change<'a> {
    outcome: &'static str,
    /// Class of the badge, one of the style sheet's severities.
    severity: &'static str,
    statement: &'a str,
    remarks: &'a [String],
    /// How many hosts, and the names of the first.
    host_count: usize,
    hosts: String,
}

/// Hosts named; findings.json has all.
const NAMED: usize = 20;

/// `a, b and 3 more`
fn first_hosts(hosts: &[String]) -> String {
    let shown = hosts[..hosts.len().min(NAMED)].join(", ");
    match hosts.len() - hosts.len().min(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

impl<'a> Changes<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let (shown, left_out) = selection::changes(report);
        let shown = shown
            .into_iter()
            .map(|change| Change {
                outcome: change.outcome.meaning(),
                severity: match change.outcome {
                    Outcome::CameBack | Outcome::MadeWorse => "warning",
                    Outcome::Helped => "info",
                    Outcome::NoEvidence | Outcome::TooEarly => "notice",
                },
                statement: &change.statement,
                remarks: &change.remarks,
                host_count: change.hosts.len(),
                hosts: first_hosts(&change.hosts),
            })
            .collect();
        Self { shown, left_out: (left_out > 0).then(|| wording::changes_left_out(left_out)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_a_whole_fleet_does_not_fill_the_page_with_names() {
        let hosts: Vec<String> = (0..20_000).map(|host| format!("h{host:05}")).collect();
        let shown = first_hosts(&hosts);
        assert!(shown.starts_with("h00000, h00001, ") && shown.ends_with("h00019 and 19980 more"), "{shown}");
        assert_eq!(first_hosts(&hosts[..20]).matches(", ").count(), 19);
        assert_eq!(first_hosts(&hosts[..2]), "h00000, h00001");
        assert_eq!(first_hosts(&[]), "");
    }
}
