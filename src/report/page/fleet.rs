//! Findings about the fleet, and how well each host was observed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::Report;
use crate::model::report as shown;
use crate::report::selection::{self, class_name};
use crate::report::text_safety::anchor;
use crate::report::wording;

/// Up to this many hosts the tables of coverage are open: more than a screen hides what comes after.
const OPEN_MAX: usize = 12;

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

/// Hosts in the table of silences; the rest is in `findings.json`.
const HOSTS_MAX: usize = 200;

/// When each class of source was seen: the figures behind the picture of coverage.
#[derive(Serialize)]
pub(super) struct Seen<'a> {
    classes: Vec<ClassRow<'a>>,
    hosts: Vec<HostRows<'a>>,
    further_hosts: usize,
    open: bool,
}

#[derive(Serialize)]
struct ClassRow<'a> {
    class: &'a str,
    hosts: String,
    from: String,
    to: String,
    silent: usize,
    longest: String,
}

#[derive(Serialize)]
struct HostRows<'a> {
    host: &'a str,
    anchor: String,
    classes: Vec<SeenRow<'a>>,
}

#[derive(Serialize)]
struct SeenRow<'a> {
    class: &'a str,
    from: String,
    to: String,
    silences: Vec<String>,
}

impl<'a> Seen<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let classes = selection::classes(report)
            .into_iter()
            .map(|class| ClassRow {
                class: class_name(class.class),
                hosts: format!("{} of {}", class.hosts, report.coverage.len()),
                from: wording::day(class.from),
                to: wording::day(class.to),
                silent: class.silent_hosts,
                longest: class.longest.map(longest).unwrap_or_default(),
            })
            .collect();
        let mut hosts: Vec<&shown::Coverage> =
            report.coverage.iter().filter(|host| !host.seen.is_empty()).collect();
        let silent = |host: &shown::Coverage| std::cmp::Reverse(selection::silent_s(host));
        hosts.sort_by(|a, b| silent(a).cmp(&silent(b)).then_with(|| selection::natural(&a.host, &b.host)));
        Self {
            classes,
            open: hosts.len() <= OPEN_MAX,
            further_hosts: hosts.len().saturating_sub(HOSTS_MAX),
            hosts: hosts.into_iter().take(HOSTS_MAX).map(host_rows).collect(),
        }
    }
}

/// `21 d on kvm07, from 2025-02-01`.
fn longest((host, silence): (&str, &shown::Silence)) -> String {
    let length = wording::duration((silence.to - silence.from).num_seconds() as f64);
    format!("{length} on {host}, from {}", wording::day(silence.from))
}

fn host_rows(host: &shown::Coverage) -> HostRows<'_> {
    let classes = host.seen.iter().map(|seen| SeenRow {
        class: class_name(&seen.class),
        from: seen.spans.first().map(|span| wording::day(span.0)).unwrap_or_default(),
        to: seen.spans.last().map(|span| wording::day(span.1)).unwrap_or_default(),
        silences: seen.silences.iter().map(silence).collect(),
    });
    HostRows { host: &host.host, anchor: anchor("cover-", &host.host), classes: classes.collect() }
}

fn silence(silence: &shown::Silence) -> String {
    let length = wording::duration((silence.to - silence.from).num_seconds() as f64);
    let note = if silence.note.is_empty() { String::new() } else { format!(": {}", silence.note) };
    format!("{length}, {} to {}{note}", wording::minute(silence.from), wording::minute(silence.to))
}
