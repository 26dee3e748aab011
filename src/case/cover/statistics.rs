//! What the comparison of the fleet says of the hypothesis, with its limits.

use std::collections::BTreeSet;

use crate::case::scope::PEOPLE;
use crate::case::{Scope, words};
use crate::model::{Family, Hypothesis, Report, Term, Verdict};

/// Doubts that are told.
const DOUBTS_MAX: usize = 6;

/// The numbers of the hypothesis in sentences; without one, what the fleet says of these incidents.
pub fn of(report: &Report, scope: &Scope<'_>) -> Vec<String> {
    let Some(hypothesis) = scope.hypothesis else { return without(report, scope) };
    let subject = subject(hypothesis);
    let mut told = vec![format!("{subject}: {}", association(hypothesis))];
    told.extend(numbers(hypothesis));
    told.extend(unaffected(report, hypothesis));
    if scope.other_makers > 0 {
        told.push(format!(
            "The comparison also counts {} of other makers, which are not part of this case.",
            words::count(scope.other_makers, "machine")
        ));
    }
    told
}

fn association(hypothesis: &Hypothesis) -> &'static str {
    match hypothesis.verdict {
        Verdict::Supported => "associated with a higher rate of unplanned ends; the data carry this.",
        Verdict::Suggestive => "associated with a higher rate of unplanned ends; a lead, not a finding.",
        Verdict::Inconclusive => "the data cannot tell whether it has to do with the unplanned ends.",
        Verdict::Contradicted => "the data speak against it.",
    }
}

fn numbers(hypothesis: &Hypothesis) -> Option<String> {
    let account = &hypothesis.account;
    let (inside, all) = match account.events_total {
        0 => (hypothesis.incidents_exposed, hypothesis.incidents_total),
        total => (account.events_exposed, total),
    };
    if all == 0 {
        return None;
    }
    let mut text = format!("{inside} of {all} independent events fall on it");
    if let Some(expected) = account.events_expected {
        text += &format!(", where {} would be expected if it made no difference", words::ratio(expected));
    }
    if let Some(ratio) = hypothesis.rate_ratio {
        text += &format!("; the rate is {} times that of the others", words::ratio(ratio));
        if let Some((low, high)) = hypothesis.ci95 {
            let high = high.map_or_else(|| "∞".to_owned(), words::ratio);
            text += &format!(" (95 % interval {} to {high})", words::ratio(low));
        }
    }
    if let Some(p) = hypothesis.p_adjusted {
        text += &format!("; p = {}, adjusted for all questions that were asked", words::p_value(p))
            .replace("= <", "<");
    }
    Some(text + ".")
}

/// How the machines fare that have the same and were not hit, and those that have not.
fn unaffected(report: &Report, hypothesis: &Hypothesis) -> Option<String> {
    let [term] = hypothesis.terms.as_slice() else { return None };
    let has = |host: &&String| {
        report.host_factors.get(*host).and_then(|f| f.get(&term.factor)) == Some(&term.value)
    };
    let with: BTreeSet<&String> = report.hosts.iter().filter(has).collect();
    if with.is_empty() || matches!(hypothesis.family, Family::Window | Family::Host | Family::Cause) {
        return None;
    }
    let hit: BTreeSet<&String> = report
        .incidents
        .iter()
        .filter(|incident| !incident.planned && !PEOPLE.contains(&incident.cause))
        .map(|incident| &incident.host)
        .collect();
    let hit_with = with.intersection(&hit).count();
    let others = report.hosts.len() - with.len();
    Some(format!(
        "Of the {} that have it at the end of the data {hit_with} had an unplanned end of whatever cause, of the {others} others {}.",
        words::count(with.len(), "machine"),
        hit.len() - hit_with
    ))
}

fn without(report: &Report, scope: &Scope<'_>) -> Vec<String> {
    let about = |hypothesis: &&Hypothesis| {
        matches!(hypothesis.verdict, Verdict::Supported | Verdict::Suggestive)
            && scope.incidents.iter().any(|incident| hypothesis.incidents.contains(&incident.id))
    };
    let related: Vec<&Hypothesis> = report.hypotheses.iter().filter(about).take(3).collect();
    let fleet = words::count(report.hosts.len(), "machine");
    if related.is_empty() {
        return vec![format!(
            "A comparison over all {fleet} names nothing that these incidents have in common beyond chance."
        )];
    }
    let mut told = vec![format!("In a comparison over all {fleet}, these incidents are among those behind:")];
    told.extend(related.into_iter().map(|hypothesis| {
        format!(
            "{}: {}",
            subject(hypothesis),
            numbers(hypothesis).unwrap_or_else(|| association(hypothesis).to_owned())
        )
    }));
    told
}

/// What limits the statement: its doubts as the report has them, and that nobody drew lots.
pub fn limits(scope: &Scope<'_>) -> Vec<String> {
    let Some(hypothesis) = scope.hypothesis else { return Vec::new() };
    let mut told = vec![
        "This is an association in what happened to be in operation, and no experiment: what goes together with it could \
         be behind it."
            .to_owned(),
    ];
    told.extend(hypothesis.aliases.iter().take(DOUBTS_MAX).map(|alias| {
        format!("The same machines and times are also {}; this data cannot tell them apart.", terms(alias))
    }));
    let confounders = hypothesis.confounders.iter().take(DOUBTS_MAX);
    told.extend(confounders.map(|other| format!("{}: {}", other.factor, words::sentence(&other.note))));
    told.extend(hypothesis.evidence_against.iter().take(DOUBTS_MAX).map(|text| words::sentence(text)));
    told
}

/// What a hypothesis is about, short.
pub fn subject(hypothesis: &Hypothesis) -> String {
    if hypothesis.terms.is_empty() {
        words::inside(&hypothesis.statement).to_owned()
    } else {
        terms(&hypothesis.terms)
    }
}

fn terms(terms: &[Term]) -> String {
    terms.iter().map(|term| format!("{} = {}", term.factor, term.value)).collect::<Vec<_>>().join(" and ")
}
