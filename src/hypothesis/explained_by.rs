//! Whose difference goes away inside another's levels, while that one keeps its own.

use crate::stats::stratified;

use super::{
    doubts::by_levels,
    findings::{self, Analysis, RegionFinding},
    names::{self, Name},
    question::Subject,
};

/// A hypothesis that keeps less than this part of its ln ratio within another factor has lost it.
const LOST: f64 = 1.0 / 3.0;

/// Fewer informative events say nothing either way.
const INFORMATIVE: u64 = 3;

/// What takes a hypothesis's difference away.
pub(super) struct Explained {
    pub id: String,
    pub name: String,
    pub sentence: String,
}

/// The strongest other factor within whose levels this one loses more than two thirds of its ln ratio,
/// while the other keeps more than that within the levels of this one.
pub(super) fn of(analysis: &Analysis, region: &RegionFinding, others: &[RegionFinding]) -> Option<Explained> {
    let own = single_factor(analysis, region)?;
    let crude = analysis.rates(region).filter(|rates| rates.ratio > 1.0)?;
    let levels = by_levels(analysis, region);
    others.iter().filter(|other| other.question != region.question).find_map(|other| {
        let factor = single_factor(analysis, other).filter(|factor| *factor != own)?;
        let rival = analysis.rates(other).filter(|rates| rates.ratio > 1.0)?;
        let (within, informative) = stratified::estimate(&levels[factor])?;
        let (left, of_other) = stratified::estimate(&by_levels(analysis, other)[own])?;
        if informative.min(of_other) < INFORMATIVE {
            return None;
        }
        let lost = kept(crude.ratio, within) < LOST;
        (lost && kept(rival.ratio, left) >= LOST && other.explained > region.explained).then(|| {
            let name = Name::of(analysis.question(other));
            let (this, that) = (&analysis.study.factors[own].name, &name.terms[0].factor);
            Explained {
                id: findings::id(analysis.question(other).family, &name.terms),
                sentence: format!(
                    "explained by {}: within the same {that} the ratio falls from {} to {}, while that of {} within the \
                     same {this} is {} (conditional estimates, {informative} and {of_other} informative events)",
                    name.lead(),
                    bounded(crude.ratio),
                    bounded(within),
                    name.lead(),
                    bounded(left),
                ),
                name: name.lead(),
            }
        })
    })
}

/// The one factor of a group of hosts.
fn single_factor(analysis: &Analysis, region: &RegionFinding) -> Option<usize> {
    let question = analysis.question(region);
    match (&question.subject, question.levels.as_slice()) {
        (Subject::Levels, [(factor, _)]) => Some(*factor),
        _ => None,
    }
}

/// Part of the ln ratio that is left; ratios without bound count as 1,000.
fn kept(crude: f64, within: f64) -> f64 {
    within.clamp(1e-3, 1e3).ln() / crude.clamp(1.001, 1e3).ln()
}

fn bounded(ratio: f64) -> String {
    if ratio.is_finite() { names::ratio(ratio) } else { "unbounded".to_owned() }
}
