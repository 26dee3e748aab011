//! Findings about the fleet, and how well each host was observed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::Report;
use crate::report::selection;
use crate::report::wording;

/// Up to this many hosts the table of coverage is open.
const OPEN_MAX: usize = 60;

#[derive(Serialize)]
pub(super) struct Finding<'a> {
    id: &'a str,
    severity: &'a str,
    statement: &'a str,
    hosts: &'a [String],
}

pub(super) fn findings(report: &Report) -> Vec<Finding<'_>> {
    selection::findings(report)
        .into_iter()
        .map(|finding| Finding {
            id: &finding.id,
            severity: &finding.severity,
            statement: &finding.statement,
            hosts: &finding.hosts,
        })
        .collect()
}

#[derive(Serialize)]
pub(super) struct Coverage<'a> {
    open: bool,
    summary: String,
    hosts: Vec<HostCoverage<'a>>,
}

#[derive(Serialize)]
struct HostCoverage<'a> {
    host: &'a str,
    percent: f64,
    shown: String,
    first: String,
    last: String,
    gaps: usize,
    kinds: String,
    boots: usize,
}

impl<'a> Coverage<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let mut boots: BTreeMap<&str, usize> = BTreeMap::new();
        for boot in &report.boots {
            *boots.entry(&boot.host).or_default() += 1;
        }
        let whole = (report.to - report.from).num_seconds().max(1) as f64;
        let mut hosts: Vec<HostCoverage<'a>> = report
            .coverage
            .iter()
            .map(|coverage| {
                let seconds: i64 =
                    coverage.observed.iter().map(|&(from, to)| (to - from).num_seconds().max(0)).sum();
                let share = (seconds as f64 / whole).clamp(0.0, 1.0);
                HostCoverage {
                    host: &coverage.host,
                    percent: (share * 1000.0).round() / 10.0,
                    shown: wording::percent(share),
                    first: coverage.observed.first().map(|span| wording::day(span.0)).unwrap_or_default(),
                    last: coverage.observed.last().map(|span| wording::day(span.1)).unwrap_or_default(),
                    gaps: coverage.observed.len().saturating_sub(1),
                    kinds: coverage.kinds.join(", "),
                    boots: boots.get(coverage.host.as_str()).copied().unwrap_or(0),
                }
            })
            .collect();
        hosts.sort_by(|a, b| selection::natural(a.host, b.host));
        let least = hosts.iter().min_by(|a, b| a.percent.total_cmp(&b.percent));
        let summary = match least {
            None => "The report holds no coverage of single hosts.".to_owned(),
            Some(least) => format!(
                "{} with a known coverage; the least observed is {} with {} of the period.",
                wording::count(hosts.len(), "host"),
                least.host,
                least.shown
            ),
        };
        Self { open: hosts.len() <= OPEN_MAX, summary, hosts }
    }
}
