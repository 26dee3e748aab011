//! The courses that the rate may have taken, with their probabilities.
//!
//! No change; a step at the change; a step down, and back to the old rate at an unknown time. Rates
//! have a Gamma prior worth one event at the rate before; a course is compared by the marginal
//! likelihood of its segments ([`change_point`]), the relapse averaged over the exposure since.
//! Of a course that fell only the part counts in which the new rate is the lower one.

use crate::{
    model::intervention::Courses,
    stats::{
        change_point::{GammaPrior, two_segment_log_bayes_factor},
        incomplete_beta::incomplete_beta,
        posterior::{log_sum_exp, normalise},
    },
};

use super::cohort::{Cohort, Tally};

/// Prior probabilities of a step and of a relapse, the rest being "no change"; for one of many changes
/// looked at, divided by their number.
const STEP: f64 = 0.3;
const RELAPSE: f64 = 0.2;
/// Times of relapse that are tried.
const TIMES: i64 = 120;

/// Events and exposure (host-days) of a segment.
type Segment = (u64, f64);

pub(super) fn courses(cohort: &Cohort<'_>, tally: &Tally, looked_at: usize) -> Courses {
    let before = (u64::from(tally.before.events), tally.before.host_days);
    let after = (u64::from(tally.after.events), tally.after.host_days);
    let unchanged = 1.0 - (STEP + RELAPSE) / looked_at as f64;
    if before.1 <= 0.0 || after.1 <= 0.0 || before.0 + after.0 == 0 {
        // Nothing was learnt: the prior, its step half up and half down.
        let step = STEP / looked_at as f64;
        return Courses {
            unchanged,
            fell: step / 2.0,
            rose: step / 2.0,
            relapsed: RELAPSE / looked_at as f64,
        };
    }
    let prior = GammaPrior::worth_one_event(before.0, before.1);
    let step = two_segment(before, after, prior) + (STEP / looked_at as f64).ln();
    let lower = probability_lower(before, after, prior);
    let relapse = relapse(cohort, tally, prior) + (RELAPSE / looked_at as f64).ln();
    let logs = [unchanged.ln(), step + lower.ln(), step + (1.0 - lower).ln(), relapse];
    let weights = normalise(&logs);
    Courses { unchanged: weights[0], fell: weights[1], rose: weights[2], relapsed: weights[3] }
}

/// ln of the evidence for a relapse, at a time that is uniform over the exposure since the change.
fn relapse(cohort: &Cohort<'_>, tally: &Tally, prior: GammaPrior) -> f64 {
    let before = (u64::from(tally.before.events), tally.before.host_days);
    let after = (u64::from(tally.after.events), tally.after.host_days);
    let from = cohort.members.iter().map(|member| member.since).min().unwrap_or(cohort.study.to);
    let span = cohort.study.to - from;
    let edges: Vec<f64> = (0..=TIMES).map(|edge| cohort.after_until(from + span / TIMES * edge)).collect();
    // As logarithms: with a thousand events the Bayes factor of a single time is beyond any float.
    let mut logs = Vec::with_capacity(edges.len());
    for (place, pair) in edges.windows(2).enumerate() {
        let share = (pair[1] - pair[0]) / after.1;
        if share <= 0.0 {
            continue;
        }
        let at = from + span / TIMES * place as i64 + span / TIMES / 2;
        let quiet_events = tally.times_after.partition_point(|time| *time < at) as u64;
        let quiet = (quiet_events, 0.5 * (pair[0] + pair[1]));
        let otherwise = (before.0 + after.0 - quiet.0, before.1 + after.1 - quiet.1);
        // A prior on "lower" alone is twice as dense there.
        let lower = 2.0 * probability_lower(otherwise, quiet, prior);
        logs.push(share.ln() + lower.ln() + two_segment(otherwise, quiet, prior));
    }
    log_sum_exp(&logs)
}

fn two_segment(first: Segment, second: Segment, prior: GammaPrior) -> f64 {
    two_segment_log_bayes_factor(first.0, first.1, second.0, second.1, prior)
}

/// P(rate of the second < rate of the first): with Gamma(a, b) posteriors the ratio of one to the sum
/// is Beta(a2, a1) after scaling, so I_x(a2, a1) at x = b2 / (b1 + b2).
fn probability_lower(first: Segment, second: Segment, prior: GammaPrior) -> f64 {
    let shape = |segment: Segment| prior.shape + segment.0 as f64;
    let rate = |segment: Segment| prior.rate + segment.1;
    incomplete_beta(shape(second), shape(first), rate(second) / (rate(first) + rate(second)))
}
