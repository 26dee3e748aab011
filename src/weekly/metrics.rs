//! Figures for a monitoring system: a text file that the textfile collector of `node_exporter` reads.
//!
//! The form is what OpenMetrics 1.0 and the text format of Prometheus (0.0.4) have in common: gauges only, as the two
//! disagree on the names of counters; base units; the mark of the end, which the older format takes for a comment.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use crate::model::{Cause, Report, Verdict};
use crate::report::text_safety::cut;

use super::edition::Edition;

/// Columns of a foreign text in a label: labels are kept for ever by whoever reads them.
const LABEL_COLUMNS: usize = 120;

/// The families of gauges, one after another.
#[derive(Default)]
struct Exposition {
    text: String,
}

impl Exposition {
    /// A family, in the order in which its samples are given. No sample: no family.
    fn family(&mut self, name: &str, help: &str, samples: &[(Vec<(&str, &str)>, f64)]) {
        if samples.is_empty() {
            return;
        }
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} gauge");
        for (labels, value) in samples {
            let labels: Vec<String> =
                labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
            let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
            let _ = writeln!(self.text, "{name}{labels} {value}");
        }
    }

    fn single(&mut self, name: &str, help: &str, value: f64) {
        self.family(name, help, &[(Vec::new(), value)]);
    }
}

/// A foreign text within the quotes of a label: backslash, quote and newline have escapes, nothing else may.
fn escaped(text: &str) -> String {
    cut(text, LABEL_COLUMNS).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// All figures of the report and of the edition made from it.
#[must_use]
pub fn metrics(report: &Report, edition: &Edition) -> String {
    let mut out = Exposition::default();
    let seconds = |at: DateTime<Utc>| at.timestamp() as f64;
    out.single(
        "coroner_edition_timestamp_seconds",
        "End of the period of the last weekly edition.",
        seconds(edition.period.to),
    );
    if let Some(until) = edition.coverage.data_until {
        out.single("coroner_data_timestamp_seconds", "Newest sign of any host in the data.", seconds(until));
    }
    out.single("coroner_hosts", "Hosts of the fleet.", report.hosts.len() as f64);
    out.single(
        "coroner_hosts_unseen",
        "Hosts of which nothing was seen in the period of the last edition.",
        edition.coverage.unseen.len() as f64,
    );
    if let Some(share) = edition.coverage.share {
        out.single(
            "coroner_covered_ratio",
            "Share of the hosts' time in the period in which an incident would have been seen.",
            share,
        );
    }
    incidents(&mut out, report, edition);
    hypotheses(&mut out, report);
    fixes(&mut out, report);
    findings(&mut out, report, edition);
    let totals = report.totals;
    out.single("coroner_read_bytes", "Bytes read.", totals.bytes as f64);
    out.single(
        "coroner_quarantined_ratio",
        "Share of the bytes read that could not be understood.",
        if totals.bytes == 0 { 0.0 } else { totals.quarantined as f64 / totals.bytes as f64 },
    );
    out.single(
        "coroner_edition_alarming",
        "Whether the last edition calls for somebody (1) or not (0).",
        f64::from(u8::from(edition.is_alarming())),
    );
    out.text.push_str("# EOF\n");
    out.text
}

fn incidents(out: &mut Exposition, report: &Report, edition: &Edition) {
    let mut causes: BTreeMap<Cause, f64> = Cause::ALL.into_iter().map(|cause| (cause, 0.0)).collect();
    for incident in report.incidents.iter().filter(|incident| !incident.planned) {
        *causes.entry(incident.cause).or_default() += 1.0;
    }
    // A planned cause has no unplanned incidents.
    let samples: Vec<_> = causes
        .iter()
        .filter(|(cause, number)| !cause.is_planned() || **number > 0.0)
        .map(|(cause, number)| (vec![("cause", cause.word())], *number))
        .collect();
    out.family("coroner_unplanned_incidents", "Unplanned incidents in all data read, by cause.", &samples);
    let new = &edition.incidents;
    out.family(
        "coroner_edition_incidents",
        "Incidents that the last edition tells for the first time.",
        &[
            (vec![("what", "new")], new.new.len() as f64),
            (vec![("what", "late")], new.late.len() as f64),
            (vec![("what", "revised")], new.revised.len() as f64),
            (vec![("what", "planned")], new.planned as f64),
        ],
    );
}

fn hypotheses(out: &mut Exposition, report: &Report) {
    let verdicts = [Verdict::Supported, Verdict::Suggestive, Verdict::Inconclusive, Verdict::Contradicted];
    let samples: Vec<_> = verdicts
        .into_iter()
        .map(|verdict| {
            let number = report.hypotheses.iter().filter(|h| h.verdict == verdict).count();
            (vec![("verdict", verdict.word())], number as f64)
        })
        .collect();
    out.family("coroner_hypotheses", "Hypotheses by verdict.", &samples);
    let mut supported: BTreeMap<&str, f64> = BTreeMap::new();
    for hypothesis in report.hypotheses.iter().filter(|h| h.verdict == Verdict::Supported) {
        if let Some(posterior) = hypothesis.posterior.filter(|p| p.is_finite()) {
            supported.insert(&hypothesis.id, posterior);
        }
    }
    let samples = labelled(&supported);
    let samples: Vec<_> =
        samples.iter().map(|(label, value)| (vec![("hypothesis", label.as_str())], *value)).collect();
    out.family("coroner_hypothesis_probability", "Probability of each supported hypothesis.", &samples);
}

fn fixes(out: &mut Exposition, report: &Report) {
    let declared = || report.interventions.iter().filter(|change| change.declared);
    let outcomes: BTreeMap<&str, &str> = declared().map(|c| (c.id.as_str(), c.outcome.word())).collect();
    let left: BTreeMap<&str, f64> = declared()
        .filter_map(|change| {
            let days = change.countdown.as_ref()?.days_left.filter(|days| days.is_finite())?;
            Some((change.id.as_str(), (days * 86_400.0).round()))
        })
        .collect();
    let states: BTreeMap<&str, f64> = outcomes.keys().map(|id| (*id, 1.0)).collect();
    let named = labelled(&states);
    let samples: Vec<_> = named
        .iter()
        .zip(outcomes.values())
        .map(|((label, value), outcome)| (vec![("change", label.as_str()), ("outcome", *outcome)], *value))
        .collect();
    out.family("coroner_change_outcome", "The verdict on each declared change.", &samples);
    let named = labelled(&left);
    let samples: Vec<_> =
        named.iter().map(|(label, value)| (vec![("change", label.as_str())], *value)).collect();
    out.family(
        "coroner_change_remaining_seconds",
        "Time without an event until it is sure that a declared change helped.",
        &samples,
    );
}

fn findings(out: &mut Exposition, report: &Report, edition: &Edition) {
    let mut kinds: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for finding in &report.fleet_findings {
        *kinds.entry((&finding.id, &finding.severity)).or_default() += 1.0;
    }
    let samples: Vec<_> = kinds
        .iter()
        .map(|((kind, severity), number)| (vec![("kind", *kind), ("severity", *severity)], *number))
        .collect();
    out.family("coroner_findings", "Findings about the fleet and its data, by kind.", &samples);
    out.family(
        "coroner_edition_findings",
        "Findings that the last edition tells for the first time, by severity.",
        &["warning", "notice"].map(|severity| {
            let number = edition.findings.iter().filter(|finding| finding.severity == severity).count();
            (vec![("severity", severity)], number as f64)
        }),
    );
}

/// Foreign texts as labels that stay different when they are cut: two samples with the same labels would make the
/// whole file invalid.
fn labelled(values: &BTreeMap<&str, f64>) -> Vec<(String, f64)> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut labels = Vec::new();
    for (text, value) in values {
        let label = cut(text, LABEL_COLUMNS - 8);
        let mut own = label.clone();
        let mut number = 2;
        while !taken.insert(own.clone()) {
            own = format!("{label} ({number})");
            number += 1;
        }
        labels.push((own, *value));
    }
    labels
}
