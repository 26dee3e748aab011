//! Single hosts that fail again and again.

use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use crate::stats::{
    permutation::generator,
    region_bayes_factor::{SIGMA, region_evidence},
};

use super::{
    evidence::{Answer, Candidate, Events},
    host_time::HostTime,
    questionnaire::Questionnaire,
};

/// Hosts differ anyhow. A host is a lemon only if it stands out among hosts whose rates vary like a
/// Gamma distribution of this shape (coefficient of variation 1.4).
const NATURAL_SHAPE: f64 = 0.5;
/// A host with fewer independent events has no story of its own.
const REPEATS: f64 = 1.5;

/// Events per host, each incident counting its share of its shock.
pub(super) fn events_per_host(events: &Events, hosts: usize) -> Vec<f64> {
    let mut counts = vec![0.0; hosts];
    for shock in &events.shocks {
        for incident in &shock.incidents {
            counts[incident.instant.host] += 1.0 / shock.incidents.len() as f64;
        }
    }
    counts
}

/// Hosts with repeats as candidate causes.
pub(super) fn candidates(list: &Questionnaire, events: &Events, time: &HostTime) -> Vec<Candidate> {
    let total = events.shocks.len() as f64;
    let part = total / events.of_any_cause;
    events_per_host(events, time.host_seconds.len())
        .into_iter()
        .enumerate()
        .filter(|(host, count)| *count > REPEATS && time.host_seconds[*host] > 0.0)
        .map(|(host, count)| {
            let share = time.host_seconds[host] / time.total_seconds;
            let evidence = region_evidence(count, total, share, SIGMA);
            Candidate {
                answer: Answer::Host { host },
                log_bayes_factor: evidence.log_bayes_factor,
                log_prior: list.host_prior.ln(),
                explained: evidence.explained_fraction * part,
                count,
            }
        })
        .collect()
}

/// Sorted maxima of the host scores when events fall on hosts that differ only naturally.
pub(super) fn null_maxima(
    list: &Questionnaire,
    events: &Events,
    time: &HostTime,
    seed: u64,
    permutations: u32,
) -> Vec<f64> {
    let mut maxima: Vec<f64> = (0..u64::from(permutations))
        .into_par_iter()
        .map(|index| one_maximum(list, events.shocks.len(), time, &mut generator(seed, 3, index)))
        .collect();
    maxima.sort_by(f64::total_cmp);
    maxima
}

fn one_maximum(list: &Questionnaire, events: usize, time: &HostTime, random: &mut Xoshiro256PlusPlus) -> f64 {
    let mut sums = Vec::with_capacity(time.host_seconds.len());
    let mut total = 0.0;
    for seconds in &time.host_seconds {
        total += seconds * natural_rate(random);
        sums.push(total);
    }
    let mut counts = vec![0u32; sums.len()];
    for _ in 0..events {
        let place = random.random::<f64>() * total;
        let host = sums.partition_point(|sum| *sum <= place).min(sums.len().saturating_sub(1));
        counts[host] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    let mut best = f64::NEG_INFINITY;
    for (host, count) in counts.iter().enumerate() {
        if *count >= 2 && count + 1 >= most {
            let share = time.host_seconds[host] / time.total_seconds;
            best = best
                .max(quick_log_bayes_factor(f64::from(*count), events as f64, share) + list.host_prior.ln());
        }
    }
    best
}

/// Gamma(½, 2): the square of a standard normal (Box–Muller). Its shape is [`NATURAL_SHAPE`].
fn natural_rate(random: &mut Xoshiro256PlusPlus) -> f64 {
    debug_assert!((NATURAL_SHAPE - 0.5).abs() < f64::EPSILON);
    let radius = -2.0 * (1.0 - random.random::<f64>()).ln();
    let cosine = (2.0 * std::f64::consts::PI * random.random::<f64>()).cos();
    radius * cosine * cosine
}

/// Trapezoid rule on a hundred nodes: good to 0.01, enough for a null distribution.
fn quick_log_bayes_factor(a: f64, n: f64, share: f64) -> f64 {
    const STEP: f64 = 0.1;
    let mut top = f64::NEG_INFINITY;
    let mut sum = 0.0;
    for i in 0..120 {
        let u = f64::from(i) * STEP;
        let end = if i == 0 { 0.5 * STEP } else { STEP };
        let log = a * u - n * (share * u.exp_m1()).ln_1p()
            + crate::stats::region_bayes_factor::log_half_normal(u, SIGMA)
            + end.ln();
        if log > top {
            sum = sum * (top - log).exp() + 1.0;
            top = log;
        } else {
            sum += (log - top).exp();
        }
    }
    top + sum.ln()
}
