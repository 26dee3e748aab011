//! Precursors: was the host that failed, at that moment, likelier to have just had the event than the
//! other hosts at risk at the same moment? And is it so within one host?
//!
//! The first is a nested case-control study with the full risk set as controls (Liddell, McDonald &
//! Thomas 1977, J. R. Stat. Soc. A 140:469): whatever the whole fleet has in common at that time drops
//! out. A set of m exposed among M + 1 hosts contributes mψ / (mψ + M + 1 − m) if its case is
//! exposed, which is the likelihood of a stratum with m of M + 1 parts of exposure, so the exact
//! stratified test serves. The second compares each host with itself. A host that has such events all
//! the time passes the first and fails the second: a bad host, not an alarm.

use std::collections::BTreeMap;

use crate::{
    model::Comparison,
    stats::stratified::{self, Stratified, Stratum},
};

use super::{
    findings::{Analysis, RegionFinding},
    host_spans::{HostSpans, holds},
    host_time::Stretch,
    names,
    self_controlled::{self, Alike, least_p},
    week_hours::{GroupTime, common, spans},
};

/// Factors within which cases and controls are matched, where they vary.
const MATCHED: [&str; 2] = ["model", "role"];
const SIGNIFICANT: f64 = 0.05;

/// What the two comparisons say together.
pub(super) struct CaseControl {
    pub comparisons: Vec<Comparison>,
    /// Whether it is an alarm or a bad host, in words.
    pub reading: String,
    /// Whether the alarm itself means nothing, although hosts that have it are bad.
    pub chronic: bool,
}

/// Both comparisons for a precursor; `None` for other regions.
pub(super) fn compare(
    analysis: &Analysis,
    region: &RegionFinding,
    group: &GroupTime,
    signature: &str,
) -> Option<CaseControl> {
    let spans = spans(analysis, region)?;
    let free = stratified::compare(&risk_sets(analysis, group, spans, &[]));
    let matched_on: Vec<usize> = (0..analysis.study.factors.len())
        .filter(|factor| {
            let factor = &analysis.study.factors[*factor];
            MATCHED.contains(&factor.name.as_str()) && factor.levels.len() > 1
        })
        .collect();
    let sets =
        if matched_on.is_empty() { Vec::new() } else { risk_sets(analysis, group, spans, &matched_on) };
    let matched = stratified::compare(&sets);
    // A few hosts of one model and role may leave nothing to compare with.
    let telling = matched.filter(|_| least_p(&sets) <= SIGNIFICANT);
    let within = self_controlled::compare(group, Alike::Host);
    let mut comparisons = vec![row("risk_set", "against all hosts at risk at the same moment", free)];
    if !matched_on.is_empty() {
        let on: Vec<&str> = matched_on.iter().map(|f| analysis.study.factors[*f].name.as_str()).collect();
        let label = format!("against hosts of the same {} at the same moment", on.join(" and "));
        comparisons.push(row("risk_set_matched", &label, matched));
    }
    comparisons.push(self_controlled::comparison(&within, group.events.len(), signature));
    let (reading, chronic) = reading(telling.or(free), &within, signature, group.events.len());
    Some(CaseControl { comparisons, reading, chronic })
}

fn row(basis: &str, label: &str, test: Option<Stratified>) -> Comparison {
    let bounded = |value: f64| value.is_finite().then_some(value);
    Comparison {
        basis: basis.to_owned(),
        label: label.to_owned(),
        rate_ratio: test.and_then(|test| bounded(test.ratio)),
        ci95: test.map(|test| (test.low, bounded(test.high))),
        p_value: test.map(|test| test.p_two_sided),
        informative_events: test.map_or(0, |test| test.informative_events as u32),
        note: if test.is_none() {
            "no moment at which some hosts had it and others not".to_owned()
        } else {
            String::new()
        },
    }
}

/// One stratum per event: hosts at risk at that moment with and without the precursor.
fn risk_sets(
    analysis: &Analysis,
    group: &GroupTime,
    spans: &HostSpans,
    matched_on: &[usize],
) -> Vec<Stratum> {
    let key = |profile: u32| -> Vec<u32> {
        let levels = &analysis.time.profiles[profile as usize];
        matched_on.iter().map(|factor| levels[*factor]).collect()
    };
    // Starts and ends of time at risk, sorted: the number at risk is a difference of two ranks.
    let mut edges: BTreeMap<Vec<u32>, (Vec<i64>, Vec<i64>)> = BTreeMap::new();
    for stretch in analysis.time.stretches.iter().flatten() {
        let (starts, ends) = edges.entry(key(stretch.profile)).or_default();
        starts.push(stretch.from);
        ends.push(stretch.to);
    }
    for (starts, ends) in edges.values_mut() {
        starts.sort_unstable();
        ends.sort_unstable();
    }
    // The same of the time at risk that is exposed. Time at risk is closed at its end, spans are not.
    let mut exposed_edges: BTreeMap<Vec<u32>, (Vec<i64>, Vec<i64>)> = BTreeMap::new();
    for host in spans.hosts() {
        for stretch in &analysis.time.stretches[host] {
            let at_risk = Stretch { from: stretch.from + 1, to: stretch.to + 1, ..*stretch };
            for (from, to) in common(spans.of(host), &at_risk) {
                let (starts, ends) = exposed_edges.entry(key(stretch.profile)).or_default();
                starts.push(from);
                ends.push(to);
            }
        }
    }
    for (starts, ends) in exposed_edges.values_mut() {
        starts.sort_unstable();
        ends.sort_unstable();
    }
    let sets = group.events.iter().map(|event| {
        let own = at_risk(&analysis.time.stretches[event.host], event.at);
        let own_key = own.map(|stretch| key(stretch.profile));
        let at = event.at;
        let count = own_key.as_ref().and_then(|key| edges.get(key)).map_or(0, |(starts, ends)| {
            starts.partition_point(|start| *start < at) - ends.partition_point(|end| *end < at)
        });
        let exposed = own_key.as_ref().and_then(|key| exposed_edges.get(key)).map_or(0, |(starts, ends)| {
            starts.partition_point(|start| *start <= at) - ends.partition_point(|end| *end <= at)
        });
        // Among these is the host of the event itself, whose exposure is the event's.
        let itself = own_key.is_some() && holds(spans.of(event.host), at);
        let exposed = exposed - usize::from(itself) + usize::from(event.inside);
        Stratum {
            exposed_events: u64::from(event.inside),
            other_events: u64::from(!event.inside),
            exposed_time: exposed as f64,
            other_time: count.max(1).saturating_sub(exposed) as f64,
        }
    });
    sets.collect()
}

/// The stretch at whose end, or within which, something happened.
fn at_risk(stretches: &[Stretch], at: i64) -> Option<&Stretch> {
    let next = stretches.partition_point(|stretch| stretch.from < at);
    stretches.get(next.checked_sub(1)?).filter(|stretch| at <= stretch.to)
}

fn reading(
    between: Option<Stratified>,
    within: &self_controlled::Within,
    signature: &str,
    events: usize,
) -> (String, bool) {
    let raised = |test: &Stratified| test.p_two_sided <= SIGNIFICANT && test.ratio > 1.0;
    let of_host = within.test.filter(|_| within.could_tell());
    match (between, of_host) {
        (Some(between), Some(host)) if raised(&between) && raised(&host) => (
            format!(
                "each host fails more often after {signature} than at other times: treat it as an alarm, not as \
                 the mark of a bad host"
            ),
            false,
        ),
        (Some(between), Some(host)) if raised(&between) && host.high < between.ratio => (
            format!(
                "hosts that have {signature} fail more often than others, but no more after it than at other \
                 times (ratio within a host {}): a chronically bad host, not an alarm",
                names::ratio_with_limits(host.ratio, host.low, host.high)
            ),
            true,
        ),
        (Some(between), _) if raised(&between) => (
            format!(
                "hosts that just had {signature} fail more often than others at the same moment; whether it is an \
                 alarm or the mark of a bad host cannot be told: {}",
                names::informative(within.test.map_or(0, |test| test.informative_events), events)
            ),
            false,
        ),
        (Some(between), _) => (
            format!(
                "among all hosts at risk at the same moment, those that just had {signature} are not clearly \
                 likelier to fail (ratio {})",
                names::ratio_with_limits(between.ratio, between.low, between.high)
            ),
            false,
        ),
        (None, _) => (format!("at no incident did some hosts have {signature} and others not"), false),
    }
}
