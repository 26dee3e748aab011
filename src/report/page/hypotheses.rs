//! A ranked hypothesis in words.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{Hypothesis, Incident, Report};
use crate::report::behind::{self, ComparisonRow, DelayRow};
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
    statement: &'a str,
    subject: String,
    verdict: &'static str,
    sign: &'static str,
    meaning: &'static str,
    figures: Vec<Row>,
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
        statement: &hypothesis.statement,
        subject: wording::subject(hypothesis),
        verdict: hypothesis.verdict.word(),
        sign: wording::verdict_sign(hypothesis.verdict),
        meaning: wording::verdict_meaning(hypothesis.verdict),
        figures: figures(hypothesis),
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

fn figures(hypothesis: &Hypothesis) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut push = |name, value: Option<String>| rows.extend(value.map(|value| Row { name, value }));
    push(
        "Incidents",
        (hypothesis.incidents_total > 0)
            .then(|| format!("{} of {}", hypothesis.incidents_exposed, hypothesis.incidents_total)),
    );
    push(
        "Observed inside",
        (hypothesis.exposure_days > 0.0).then(|| match hypothesis.exposure_days {
            days if days < 9.5 => format!("{days:.1} host-days"),
            days => format!("{} host-days", wording::grouped(days.round() as u64)),
        }),
    );
    push("Rate ratio (95 % interval)", wording::ratio_with_interval(hypothesis));
    push("Weight of evidence", hypothesis.log_bayes_factor.map(wording::bayes));
    push("Probability that it holds", hypothesis.posterior.map(wording::percent));
    push("Share of the incidents it would explain", hypothesis.explained_fraction.map(wording::percent));
    push("p, adjusted for all questions", hypothesis.p_adjusted.map(wording::p_value));
    push("p, this question alone", hypothesis.p_value.map(wording::p_value));
    rows
}
