//! A ranked hypothesis in words.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{Hypothesis, Incident, Report};
use crate::report::behind::{self, ComparisonRow, DelayRow};
use crate::report::numbers::{self, Number};
use crate::report::selection::ranked;
use crate::report::text_safety::anchor;
use crate::report::wording;

/// Incidents that are linked from a hypothesis.
const LINKS_MAX: usize = 40;

#[derive(Serialize)]
pub(super) struct Card<'a> {
    rank: u32,
    anchor: String,
    family: String,
    summary: &'a str,
    statement: &'a str,
    subject: String,
    verdict: &'static str,
    sign: &'static str,
    meaning: &'static str,
    figures: Vec<Row>,
    evidence_for: &'a [String],
    against: &'a [String],
    confounders: Vec<(&'a str, &'a str)>,
    comparisons: Vec<ComparisonRow<'a>>,
    delays: Vec<DelayRow<'a>>,
    aliases: Vec<String>,
    next_step: &'a str,
    incidents: Vec<Link>,
    further_incidents: usize,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    value: String,
    how: String,
}

#[derive(Serialize)]
struct Link {
    anchor: String,
    label: String,
}

pub(super) fn cards(report: &Report) -> Vec<Card<'_>> {
    let incidents: BTreeMap<&str, &Incident> =
        report.incidents.iter().map(|incident| (incident.id.as_str(), incident)).collect();
    ranked(report).into_iter().map(|hypothesis| card(hypothesis, &incidents)).collect()
}

fn card<'a>(hypothesis: &'a Hypothesis, incidents: &BTreeMap<&str, &Incident>) -> Card<'a> {
    let known = hypothesis.incidents.iter().filter_map(|id| incidents.get(id.as_str()));
    Card {
        rank: hypothesis.rank,
        anchor: anchor("h-", &hypothesis.id),
        family: hypothesis.family.word().replace('_', " "),
        summary: claim(hypothesis),
        statement: &hypothesis.statement,
        subject: wording::subject(hypothesis),
        verdict: hypothesis.verdict.word(),
        sign: wording::verdict_sign(hypothesis.verdict),
        meaning: wording::verdict_meaning(hypothesis.verdict),
        figures: figures(hypothesis),
        evidence_for: &hypothesis.account.evidence_for,
        against: &hypothesis.evidence_against,
        confounders: hypothesis.confounders.iter().map(|c| (c.factor.as_str(), c.note.as_str())).collect(),
        comparisons: behind::comparisons(&hypothesis.comparisons),
        delays: behind::delays(&hypothesis.delay_profile),
        aliases: hypothesis.aliases.iter().map(|alias| wording::terms(alias)).collect(),
        next_step: hypothesis.next_step.trim(),
        incidents: known
            .take(LINKS_MAX)
            .map(|incident| Link {
                anchor: anchor("i-", &incident.id),
                label: format!("{}, {}", incident.host, wording::day(incident.at)),
            })
            .collect(),
        further_incidents: hypothesis.incidents.len().saturating_sub(LINKS_MAX),
    }
}

/// The claim without what to do, which the next step says again and in full.
fn claim(hypothesis: &Hypothesis) -> &str {
    let summary = wording::summary(hypothesis);
    let step = first_sentence(hypothesis.next_step.trim());
    match summary.strip_suffix(step) {
        Some(claim) if !step.is_empty() && !claim.trim().is_empty() => claim.trim_end(),
        _ => summary,
    }
}

/// The text up to the first full stop that a new sentence follows.
pub(super) fn first_sentence(text: &str) -> &str {
    let begins = |after: &str| after.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
    text.match_indices(". ")
        .find(|&(stop, _)| begins(&text[stop + 2..]))
        .map_or(text, |(stop, _)| &text[..=stop])
}

fn figures(hypothesis: &Hypothesis) -> Vec<Row> {
    numbers::of(hypothesis).into_iter().map(|Number { name, value, how }| Row { name, value, how }).collect()
}

#[cfg(test)]
mod tests {
    use super::first_sentence;

    #[test]
    fn a_sentence_ends_where_another_begins() {
        let step = "Change bios_version on 3 hosts (srv14.example.com, no. of others) and wait. 29 months decide it.";
        assert_eq!(
            first_sentence(step),
            "Change bios_version on 3 hosts (srv14.example.com, no. of others) and wait."
        );
        assert_eq!(first_sentence("Wait"), "Wait");
        assert_eq!(first_sentence(""), "");
        assert_eq!(first_sentence("Größe. Übung"), "Größe.");
    }
}
