//! Hypotheses that rose or fell, and those that stand.

use serde::Serialize;

use crate::model::{Report, Verdict};

use super::snapshot::{KnownHypothesis, Snapshot, names};
use super::words;

/// A change of the probability that is worth a line where the verdict stays.
const PROBABILITY_STEP: f64 = 0.1;

/// Which way a hypothesis went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Movement {
    Rose,
    Fell,
    Stands,
}

/// A hypothesis that is, or was, at least a lead.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    pub id: String,
    /// Its terms in words. Foreign text.
    pub subject: String,
    pub movement: Movement,
    /// `None`: it is no longer among the hypotheses.
    pub verdict: Option<Verdict>,
    pub posterior: Option<f64>,
    /// As the last edition had it; `None`: it had none such.
    pub was: Option<Verdict>,
    pub was_posterior: Option<f64>,
    /// Independent events inside and in all; both 0 where the question counts none.
    pub events: (u32, u32),
    pub next_step: String,
}

impl Explanation {
    /// Whether it is supported now and was not.
    #[must_use]
    pub fn is_newly_supported(&self) -> bool {
        self.verdict == Some(Verdict::Supported) && self.was != Some(Verdict::Supported)
    }

    /// Those that rose first, then those that fell, then those that stand; by rank in each.
    pub(super) fn all(report: &Report, base: Option<&Snapshot>) -> Vec<Self> {
        let mut taken = vec![false; base.map_or(0, |base| base.hypotheses.len())];
        let mut told: Vec<(u32, Self)> = Vec::new();
        let mut ranked: Vec<_> = report.hypotheses.iter().collect();
        ranked.sort_by(|a, b| (a.rank, &a.id).cmp(&(b.rank, &b.id)));
        for hypothesis in ranked {
            let own = names(hypothesis);
            let place = base.and_then(|base| {
                let same = |known: &KnownHypothesis| known.id == hypothesis.id;
                let alike = |known: &KnownHypothesis| {
                    known.id.split(':').next() == hypothesis.id.split(':').next()
                        && !known.names.is_disjoint(&own)
                };
                let of = |test: &dyn Fn(&KnownHypothesis) -> bool| base.hypotheses.iter().position(test);
                of(&same).or_else(|| of(&alike)).filter(|place| !taken[*place])
            });
            let known = place.zip(base).map(|(place, base)| &base.hypotheses[place]);
            if let Some(place) = place {
                taken[place] = true;
            }
            let was = known.map(|known| known.verdict);
            if !is_told(Some(hypothesis.verdict)) && !is_told(was) {
                continue;
            }
            let movement = match base {
                None => Movement::Stands,
                Some(_) => movement(hypothesis.verdict, hypothesis.posterior, known),
            };
            told.push((
                hypothesis.rank,
                Self {
                    id: hypothesis.id.clone(),
                    subject: words::subject(hypothesis),
                    movement,
                    verdict: Some(hypothesis.verdict),
                    posterior: hypothesis.posterior,
                    was,
                    was_posterior: known.and_then(|known| known.posterior),
                    events: (hypothesis.account.events_exposed, hypothesis.account.events_total),
                    next_step: hypothesis.next_step.clone(),
                },
            ));
        }
        let gone = base.into_iter().flat_map(|base| base.hypotheses.iter().zip(&taken));
        for (known, _) in gone.filter(|(known, taken)| !**taken && is_told(Some(known.verdict))) {
            let subject = known.names.first().cloned().unwrap_or_else(|| known.id.clone());
            told.push((known.rank, Self::gone(known, subject)));
        }
        let order = |movement| match movement {
            Movement::Rose => 0,
            Movement::Fell => 1,
            Movement::Stands => 2,
        };
        told.sort_by(|(rank, a), (other, b)| {
            (order(a.movement), rank, &a.id).cmp(&(order(b.movement), other, &b.id))
        });
        told.into_iter().map(|(_, explanation)| explanation).collect()
    }

    fn gone(known: &KnownHypothesis, subject: String) -> Self {
        Self {
            id: known.id.clone(),
            subject,
            movement: Movement::Fell,
            verdict: None,
            posterior: None,
            was: Some(known.verdict),
            was_posterior: known.posterior,
            events: (0, 0),
            next_step: String::new(),
        }
    }
}

fn is_told(verdict: Option<Verdict>) -> bool {
    matches!(verdict, Some(Verdict::Supported | Verdict::Suggestive))
}

fn strength(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Contradicted => 0,
        Verdict::Inconclusive => 1,
        Verdict::Suggestive => 2,
        Verdict::Supported => 3,
    }
}

fn movement(verdict: Verdict, posterior: Option<f64>, known: Option<&KnownHypothesis>) -> Movement {
    let Some(known) = known else { return Movement::Rose };
    match strength(verdict).cmp(&strength(known.verdict)) {
        std::cmp::Ordering::Greater => Movement::Rose,
        std::cmp::Ordering::Less => Movement::Fell,
        std::cmp::Ordering::Equal => match posterior.zip(known.posterior).map(|(now, was)| now - was) {
            Some(step) if step >= PROBABILITY_STEP => Movement::Rose,
            Some(step) if step <= -PROBABILITY_STEP => Movement::Fell,
            _ => Movement::Stands,
        },
    }
}
