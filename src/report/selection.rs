//! Which parts of the report are shown, and in which order.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::model::report::{Coverage, Seen, Silence};
use crate::model::{
    Cause, Evidence, Family, FleetFinding, Hypothesis, Incident, Intervention, Outcome, Report, Supports,
    Term, Verdict,
};

/// Unplanned incidents in order of time.
pub(super) fn unplanned(report: &Report) -> Vec<&Incident> {
    in_order(report, false)
}

/// Planned ends in order of time.
pub(super) fn planned(report: &Report) -> Vec<&Incident> {
    in_order(report, true)
}

fn in_order(report: &Report, planned: bool) -> Vec<&Incident> {
    let mut chosen: Vec<&Incident> =
        report.incidents.iter().filter(|incident| incident.planned == planned).collect();
    chosen.sort_by(|a, b| (a.at, &a.host, &a.id).cmp(&(b.at, &b.host, &b.id)));
    chosen
}

/// The evidence of an incident in the order in which it is told: what speaks for the verdict (the deciding piece
/// is its first), then against it; what was not seen and what else was come last, so that a cut takes them first.
pub(super) fn told(incident: &Incident) -> Vec<&Evidence> {
    let mut evidence: Vec<&Evidence> = incident.evidence.iter().collect();
    let of_absence = |piece: &&Evidence| piece.source.is_empty();
    evidence.sort_by_key(|piece| {
        let last = piece.supports == Supports::Context;
        (last, of_absence(piece) && piece.supports == Supports::For, piece.supports)
    });
    evidence
}

/// Hypotheses by rank. A span of uptime or of the day in which nothing happened is no explanation of what happened
/// elsewhere, unless the data speak against it; `findings.json` has those, too.
pub(super) fn ranked(report: &Report) -> Vec<&Hypothesis> {
    let mut ranked: Vec<&Hypothesis> = report.hypotheses.iter().filter(|h| !is_empty_span(h)).collect();
    ranked.sort_by(|a, b| (a.rank, &a.id).cmp(&(b.rank, &b.id)));
    ranked
}

fn is_empty_span(hypothesis: &Hypothesis) -> bool {
    let account = &hypothesis.account;
    let is_span = matches!(hypothesis.family, Family::Uptime | Family::TimeOfDay);
    let nothing = account.events_total > 0 && account.events_exposed == 0;
    is_span && nothing && hypothesis.verdict == Verdict::Inconclusive
}

/// How many hypotheses are not shown.
pub(super) fn not_shown(report: &Report) -> usize {
    report.hypotheses.iter().filter(|hypothesis| is_empty_span(hypothesis)).count()
}

/// Changes worth a paragraph: those that somebody declared, and of those that the data show the ones with
/// a result. Also how many are left out.
pub(super) fn changes(report: &Report) -> (Vec<&Intervention>, usize) {
    let (shown, left_out): (Vec<&Intervention>, Vec<&Intervention>) =
        report.interventions.iter().partition(|change| {
            change.declared || !matches!(change.outcome, Outcome::NoEvidence | Outcome::TooEarly)
        });
    (shown, left_out.len())
}

pub(super) fn with_verdict(report: &Report, verdict: Verdict) -> Vec<&Hypothesis> {
    ranked(report).into_iter().filter(|hypothesis| hypothesis.verdict == verdict).collect()
}

/// Number of different hosts among incidents.
pub(super) fn hosts_hit(incidents: &[&Incident]) -> usize {
    incidents.iter().map(|incident| incident.host.as_str()).collect::<BTreeSet<_>>().len()
}

/// Causes with their counts, the most frequent first.
pub(super) fn causes(incidents: &[&Incident]) -> Vec<(Cause, usize)> {
    let mut counts: BTreeMap<Cause, usize> = BTreeMap::new();
    for incident in incidents {
        *counts.entry(incident.cause).or_default() += 1;
    }
    let mut counts: Vec<(Cause, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|&(cause, number)| (usize::MAX - number, cause));
    counts
}

/// Groups of incidents on more than one host that are one event, in order of their ids.
pub(super) fn clusters<'a>(incidents: &[&'a Incident]) -> BTreeMap<&'a str, Vec<&'a Incident>> {
    let mut clusters: BTreeMap<&str, Vec<&Incident>> = BTreeMap::new();
    for incident in incidents {
        if let Some(cluster) = &incident.cluster {
            clusters.entry(cluster).or_default().push(incident);
        }
    }
    clusters.retain(|_, members| members.len() > 1);
    clusters
}

/// The first term that names a host attribute, from the best hypothesis that is at least a lead.
pub(super) fn leading_factor(report: &Report) -> Option<&Term> {
    ranked(report)
        .into_iter()
        .filter(|h| matches!(h.verdict, Verdict::Supported | Verdict::Suggestive))
        .filter(|h| {
            matches!(h.family, Family::Factor | Family::Interaction | Family::Window | Family::Uptime)
        })
        .find_map(|h| h.terms.iter().find(|term| report.factors.contains_key(&term.factor)))
}

/// Orders `kvm2` before `kvm10`: runs of digits compare as numbers.
pub(super) fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.as_bytes(), b.as_bytes());
    loop {
        match (left.first(), right.first()) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (x, y);
                (x, left) = number(left);
                (y, right) = number(right);
                let order = x.len().cmp(&y.len()).then_with(|| x.cmp(y));
                if order.is_ne() {
                    return order;
                }
            }
            (Some(x), Some(y)) if x == y => (left, right) = (&left[1..], &right[1..]),
            (Some(x), Some(y)) => return x.cmp(y),
        }
    }
}

/// The digits in front without leading zeros, and what follows them.
fn number(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let zeros = digits.iter().take_while(|&&byte| byte == b'0').count();
    (&digits[zeros..], rest)
}

/// Host names in natural order, each once.
pub(super) fn hosts(report: &Report) -> Vec<&str> {
    let names: BTreeSet<&str> = report
        .hosts
        .iter()
        .chain(report.incidents.iter().map(|incident| &incident.host))
        .map(String::as_str)
        .collect();
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_by(|a, b| natural(a, b));
    names
}

/// Fleet findings, the gravest first.
pub(super) fn findings(report: &Report) -> Vec<&FleetFinding> {
    let grave = |finding: &FleetFinding| match finding.severity.as_str() {
        "warning" => 0,
        "notice" => 1,
        _ => 2,
    };
    let mut findings: Vec<&FleetFinding> = report.fleet_findings.iter().collect();
    findings.sort_by_key(|finding| grave(finding));
    findings
}

/// Classes of source that speak over time, in the order of the lanes.
pub(super) const CLASSES: [&str; 5] = ["log", "sel", "power", "boot", "backup"];

/// What a reader calls a class of source.
pub(super) fn class_name(class: &str) -> &str {
    match class {
        "sel" => "SEL",
        "boot" => "boot history",
        other => other,
    }
}

/// How long the sources of a host were silent in all, beyond what is usual, seconds.
pub(super) fn silent_s(host: &Coverage) -> i64 {
    let silences = host.seen.iter().flat_map(|seen| &seen.silences);
    silences.map(|silence| (silence.to - silence.from).num_seconds().max(0)).sum()
}

/// One class of source over the whole fleet.
pub(super) struct ClassCoverage<'a> {
    pub class: &'a str,
    pub hosts: usize,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// Hosts on which it fell silent for longer than usual.
    pub silent_hosts: usize,
    pub longest: Option<(&'a str, &'a Silence)>,
}

/// The classes that the fleet has.
pub(super) fn classes(report: &Report) -> Vec<ClassCoverage<'_>> {
    CLASSES
        .into_iter()
        .filter_map(|class| {
            let members: Vec<(&str, &Seen)> = report
                .coverage
                .iter()
                .filter_map(|host| host.of_class(class).map(|seen| (host.host.as_str(), seen)))
                .collect();
            let silences =
                members.iter().flat_map(|(host, seen)| seen.silences.iter().map(move |s| (*host, s)));
            Some(ClassCoverage {
                class,
                hosts: members.len(),
                from: members.iter().filter_map(|(_, seen)| Some(seen.spans.first()?.0)).min()?,
                to: members.iter().filter_map(|(_, seen)| Some(seen.spans.last()?.1)).max()?,
                silent_hosts: members.iter().filter(|(_, seen)| !seen.silences.is_empty()).count(),
                longest: silences.max_by_key(|(_, s)| (s.to - s.from, Reverse(s.from))),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_names_sort_as_people_count() {
        let mut names = ["kvm10", "kvm2", "kvm02", "db1", "kvm", "kvm2a"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["db1", "kvm", "kvm02", "kvm2", "kvm2a", "kvm10"]);
    }
}
