//! One name, one hypothesis: a feed must not stand in the list twice with two verdicts.
//!
//! That a feed took its hosts down together and that independent events come from it more often are
//! two questions with one answer: look at that feed.

use crate::model::{Family, Hypothesis, Term, Verdict};

use super::names;

/// Joins each shared event with the group of hosts of the same name. The better verdict leads, of equals
/// the one that explains more; what the other says is kept as evidence.
pub(super) fn join(hypotheses: &mut Vec<Hypothesis>) {
    let events: Vec<Hypothesis> = hypotheses.extract_if(.., |h| h.family == Family::SharedEvent).collect();
    for event in events {
        let same = |h: &Hypothesis| {
            h.family == Family::Factor && names_of(h).any(|name| names_of(&event).any(|n| n == name))
        };
        let Some(place) = hypotheses.iter().position(same) else {
            hypotheses.push(event);
            continue;
        };
        let group = hypotheses.remove(place);
        let order = |h: &Hypothesis| (strength(h.verdict), -h.explained_fraction.unwrap_or(0.0));
        let (lead, other) = if order(&event) <= order(&group) { (event, group) } else { (group, event) };
        for hypothesis in hypotheses.iter_mut() {
            if hypothesis.account.explained_by.as_ref() == Some(&other.id) {
                hypothesis.account.explained_by = Some(lead.id.clone());
            }
        }
        hypotheses.push(joined(lead, other));
    }
}

fn names_of(hypothesis: &Hypothesis) -> impl Iterator<Item = &Vec<Term>> {
    [&hypothesis.terms].into_iter().chain(&hypothesis.aliases)
}

/// The strongest claim first.
fn strength(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Supported => 0,
        Verdict::Suggestive => 1,
        Verdict::Inconclusive => 2,
        Verdict::Contradicted => 3,
    }
}

fn joined(mut lead: Hypothesis, other: Hypothesis) -> Hypothesis {
    let told = told(&other);
    if other.verdict == Verdict::Contradicted {
        lead.evidence_against.push(told);
    } else {
        lead.account.evidence_for.push(told);
    }
    // Its doubts and likenesses are about the same hosts.
    lead.confounders.extend(other.confounders);
    for alias in [other.terms].into_iter().chain(other.aliases) {
        if alias != lead.terms && !lead.aliases.contains(&alias) {
            lead.aliases.push(alias);
        }
    }
    let more = other.explained_fraction.unwrap_or(0.0).max(lead.explained_fraction.unwrap_or(0.0));
    lead.explained_fraction = Some(more);
    lead
}

/// The other answer in a sentence, with its own numbers and null.
fn told(other: &Hypothesis) -> String {
    let account = &other.account;
    let verdict = other.verdict.word();
    if other.family == Family::SharedEvent {
        return format!("{} ({verdict} as a shared event)", other.statement);
    }
    let p = other.p_adjusted.map_or_else(String::new, |p| format!(", adjusted p = {}", names::p_value(p)));
    format!(
        "asked apart, whether independent events come from it more often than from elsewhere: {} of {} {}, {} expected{p} \
         ({verdict})",
        account.events_exposed,
        account.events_total,
        names::events(account.asked_of, account.events_total as usize),
        names::expected(account.events_expected.unwrap_or(0.0)),
    )
}
