//! What a fleet of this size could have seen, and when it could see more.

use crate::{
    model::report::Power,
    stats::{
        binomial, power,
        tarone::{smallest_attainable_p, tarone_bonferroni},
    },
};

use super::{clock_region::DAY, evidence::PoolTable, findings::Analysis, names};

/// Power that counts as "would have been seen".
const WANTED_POWER: f64 = 0.8;
/// A moderate effect that people expect to be told of.
const MODERATE: f64 = 5.0;
/// Events are projected up to this multiple of what there are.
const FARTHEST: u64 = 20;
const ERROR: f64 = 0.05;

/// For the typical (median) level of each factor, the smallest rate ratio that would have been seen.
pub(super) fn per_factor(analysis: &Analysis, table: &PoolTable) -> Vec<Power> {
    let Some(threshold) = threshold(analysis) else { return Vec::new() };
    let one_by_one = one_by_one(analysis, table.events as u64);
    let mut found = Vec::new();
    for (index, factor) in analysis.study.factors.iter().enumerate() {
        let mut levels: Vec<(f64, usize)> = analysis
            .list
            .questions
            .iter()
            .enumerate()
            .filter(|(_, question)| question.flag.is_none() && question.levels.len() == 1)
            .filter(|(_, question)| question.levels[0].0 == index)
            .map(|(place, question)| (question.share, place))
            .collect();
        levels.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        if let Some((share, question)) = levels.get(levels.len() / 2).copied() {
            let alpha = alpha(table, question, share, threshold).max(one_by_one) * (1.0 + 1e-9);
            found.push(of_level(analysis, table.events as u64, &factor.name, share, alpha));
        }
    }
    found
}

/// The score that only 5 % of shuffled fleets reach.
fn threshold(analysis: &Analysis) -> Option<f64> {
    let maxima = &analysis.any_time;
    maxima.get((maxima.len() * 95).div_ceil(100).min(maxima.len().saturating_sub(1))).copied()
}

/// The p of one question that is as rare as the best of all questions at 5 %.
fn alpha(table: &PoolTable, question: usize, share: f64, threshold: f64) -> f64 {
    let enough = |count: usize| table.score(question, count) >= threshold;
    if table.events == 0 || !enough(table.events) {
        return 0.0;
    }
    // The score grows with the count.
    let (mut low, mut high) = (1, table.events);
    while low < high {
        let middle = usize::midpoint(low, high);
        if enough(middle) { high = middle } else { low = middle + 1 }
    }
    binomial::at_least(high as u64, table.events as u64, share)
}

/// The p that a question needs where questions are paid for one by one, those that no outcome could
/// answer being free (Tarone). Hosts that failed often because of a true cause make the shuffled fleets
/// look dangerous too; this is the limit of that.
fn one_by_one(analysis: &Analysis, events: u64) -> f64 {
    let smallest: Vec<f64> = analysis
        .list
        .questions
        .iter()
        .map(|question| smallest_attainable_p(question.share, events))
        .collect();
    tarone_bonferroni(&smallest, ERROR).threshold
}

fn of_level(analysis: &Analysis, events: u64, factor: &str, share: f64, alpha: f64) -> Power {
    let detectable = power::minimum_detectable(events, share, alpha, WANTED_POWER);
    let observed_weeks = (analysis.study.to - analysis.study.from) as f64 / DAY as f64 / 7.0;
    Power {
        factor: factor.to_owned(),
        typical_share: share,
        minimum_detectable_rate_ratio: detectable.rate_ratio,
        alpha,
        events_needed: detectable.events_needed.and_then(|needed| u32::try_from(needed).ok()),
        weeks_until_five_fold: enough_events(events, share, alpha)
            .map(|enough| (enough - events) as f64 / events.max(1) as f64 * observed_weeks),
    }
}

/// Events with which a moderate effect would be seen; power rises in steps, so steps of a twentieth do.
fn enough_events(events: u64, share: f64, alpha: f64) -> Option<u64> {
    let step = (events / 20).max(1);
    (events..=events.max(1) * FARTHEST)
        .step_by(step as usize)
        .find(|n| power::power_to_see(*n, share, alpha, MODERATE) >= WANTED_POWER)
}

/// The table in a sentence; empty without factors. The one place where this is said in words.
pub(super) fn sentence(power: &[Power], events: usize) -> String {
    let mut seen: Vec<&Power> = power.iter().filter(|p| p.minimum_detectable_rate_ratio.is_some()).collect();
    let ratio = |p: &Power| p.minimum_detectable_rate_ratio.unwrap_or(f64::INFINITY);
    seen.sort_by(|a, b| ratio(a).total_cmp(&ratio(b)).then_with(|| a.factor.cmp(&b.factor)));
    let with = format!("With {}", names::counted(events, "independent event"));
    let blind: Vec<&str> = power
        .iter()
        .filter(|p| p.minimum_detectable_rate_ratio.is_none())
        .map(|p| p.factor.as_str())
        .collect();
    let (Some(best), Some(worst)) = (seen.first(), seen.last()) else {
        return if power.is_empty() {
            String::new()
        } else {
            format!("{with} no attribute of a host could be shown to matter, however large its effect.")
        };
    };
    let least = if seen.len() == 1 {
        format!("{} ({})", names::ratio(ratio(best)), best.factor)
    } else {
        format!(
            "{} ({}) to {} ({})",
            names::ratio(ratio(best)),
            best.factor,
            names::ratio(ratio(worst)),
            worst.factor
        )
    };
    let mut text =
        format!("{with} a cause is likely to be seen (power 80 %) only if it multiplies the rate by {least}");
    if !blind.is_empty() {
        text += &format!(", and for {} no effect could be shown, however large", names::listed(&blind, 3));
    }
    text + "; " + &five_fold(power) + "."
}

/// When a five-fold rate shows: for the factor for which it does first.
fn five_fold(power: &[Power]) -> String {
    let first = power
        .iter()
        .filter_map(|p| p.weeks_until_five_fold.map(|weeks| (weeks, p.factor.as_str())))
        .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(b.1)));
    match first {
        None => "at the present rate of incidents a five-fold one will not be seen in years".to_owned(),
        Some((weeks, factor)) if weeks <= 0.0 => format!("a five-fold one would have been seen for {factor}"),
        Some((weeks, factor)) => format!(
            "at the present rate of incidents a five-fold one becomes visible in about {}, first for {factor}",
            names::calendar(weeks * 7.0)
        ),
    }
}

/// Whether no typical level of any factor would have shown a moderate effect.
pub(super) fn too_small(power: &[Power]) -> bool {
    !power.is_empty()
        && power.iter().all(|p| p.minimum_detectable_rate_ratio.is_none_or(|ratio| ratio > MODERATE))
}
