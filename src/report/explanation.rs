//! The page of one hypothesis as plain text: the claim, its numbers, what is for and against it, and
//! what to do next.

use std::fmt::Write as _;

use crate::model::{Hypothesis, report::RankingMethod};

use super::behind;
use super::numbers;
use super::text_safety::terminal;
use super::wording;

/// The page, for a terminal. Foreign text is made inert.
#[must_use]
pub fn text(hypothesis: &Hypothesis, method: &RankingMethod) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{}. {}  [{} {}: {}]\n   id {}\n",
        hypothesis.rank,
        terminal(&wording::subject(hypothesis)),
        wording::verdict_sign(hypothesis.verdict),
        hypothesis.verdict.word(),
        wording::verdict_meaning(hypothesis.verdict),
        terminal(&hypothesis.id),
    );
    let _ = writeln!(out, "{}\n", terminal(wording::summary(hypothesis)));
    for number in numbers::of(hypothesis) {
        let _ = writeln!(out, "{:<31} {}", number.name, number.value);
        if !number.how.is_empty() {
            let _ = writeln!(out, "{:<31}   {}", "", terminal(&number.how));
        }
    }
    let mut list = |title: &str, items: Vec<String>| {
        if !items.is_empty() {
            let _ = writeln!(out, "\n{title}");
            for item in items {
                let _ = writeln!(out, "  - {}", terminal(&item));
            }
        }
    };
    list("What speaks for it", hypothesis.account.evidence_for.clone());
    list("What speaks against it", hypothesis.evidence_against.clone());
    list(
        "What else could be behind it",
        hypothesis.confounders.iter().map(|c| format!("{}: {}", c.factor, c.note)).collect(),
    );
    list(
        "Compared again, among what is alike",
        behind::comparisons(&hypothesis.comparisons)
            .into_iter()
            .map(|row| {
                let note = if row.note.is_empty() { String::new() } else { format!("; {}", row.note) };
                format!(
                    "{}: ratio {}, p {}, {} events that count{note}",
                    row.label, row.ratio, row.p, row.events
                )
            })
            .collect(),
    );
    list(
        "When, relative to the run",
        behind::delays(&hypothesis.delay_profile)
            .into_iter()
            .map(|row| {
                format!(
                    "{}: {} events, {} expected, ratio {}",
                    row.label, row.events, row.expected, row.ratio
                )
            })
            .collect(),
    );
    list(
        "The same hosts and times by other names",
        hypothesis.aliases.iter().map(|alias| wording::terms(alias)).collect(),
    );
    list("Incidents", hypothesis.incidents.clone());
    let _ = writeln!(out, "\nNext step\n  {}", terminal(hypothesis.next_step.trim()));
    if !method.could_see.is_empty() {
        let _ = writeln!(out, "\nWhat this fleet could have shown\n  {}", terminal(&method.could_see));
    }
    out
}
