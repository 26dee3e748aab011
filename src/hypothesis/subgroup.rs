//! Whom a window holds for: where the events inside it sit in one group of hosts far more than the
//! group's share of the window's time, the group belongs to the finding.
//!
//! The averaging compares the window and its part by their priors, and there are many parts. Once the
//! window itself is beyond doubt that is the wrong question; the right one is whether its events
//! spread over all hosts, a binomial test within the window, paid for by the number of parts.

use crate::stats::binomial;

use super::findings::{Analysis, RegionFinding};
use super::question::Question;
use super::questionnaire::acted_upon;

/// Level of the test, after paying for every part that could have been named: for parts that a job acts
/// upon, and for all others.
const EXPECTED: f64 = 0.05;
const UNEXPECTED: f64 = 0.01;

/// Gives the probability of windows to the parts that they hold for.
pub(super) fn settle(analysis: &Analysis, kept: &mut [RegionFinding]) {
    for whole in 0..kept.len() {
        let question = analysis.question(&kept[whole]);
        if !question.is_window() || !question.levels.is_empty() {
            continue;
        }
        let parts = (0..kept.len()).filter(|part| is_part(question, analysis.question(&kept[*part])));
        let best = parts
            .map(|part| (doubt(analysis, &kept[whole], &kept[part]), part))
            .filter(|(doubt, part)| *doubt <= level(analysis, analysis.question(&kept[*part])))
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        if let Some((doubt, part)) = best {
            let posterior = (kept[whole].posterior + kept[part].posterior).min(1.0);
            let explained = (kept[whole].explained + kept[part].explained).min(1.0);
            let at = [0, 1].map(|i| (kept[whole].posterior_at[i] + kept[part].posterior_at[i]).min(1.0));
            for (index, weight) in [(whole, doubt), (part, 1.0 - doubt)] {
                kept[index].posterior_at = at.map(|posterior| posterior * weight);
                kept[index].posterior = posterior * weight;
                kept[index].explained = explained * weight;
            }
        }
    }
}

fn level(analysis: &Analysis, part: &Question) -> f64 {
    if part.levels.iter().all(|(factor, _)| acted_upon(analysis.study, *factor)) {
        EXPECTED
    } else {
        UNEXPECTED
    }
}

fn is_part(whole: &Question, part: &Question) -> bool {
    part.subject == whole.subject && !part.levels.is_empty()
}

/// Probability, after multiplicity, that so many of the window's events sit in the part by chance.
fn doubt(analysis: &Analysis, whole: &RegionFinding, part: &RegionFinding) -> f64 {
    let (all, some) = (analysis.question(whole), analysis.question(part));
    let pool = &analysis.events.pools[whole.pool].shocks;
    let count = |question: usize| {
        pool.iter().filter(|shock| analysis.events.inside(**shock, 0, question)).count() as u64
    };
    let (inside, in_part) = (count(whole.question), count(part.question));
    if inside == 0 || all.exposure_seconds <= 0.0 {
        return 1.0;
    }
    let share = (some.exposure_seconds / all.exposure_seconds).clamp(0.0, 1.0);
    let rivals = analysis
        .list
        .questions
        .iter()
        .filter(|other| is_part(all, other) && other.levels.len() <= some.levels.len())
        .count();
    (binomial::at_least(in_part, inside, share) * rivals.max(1) as f64).min(1.0)
}
