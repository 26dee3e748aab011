//! Many rate ratios at once, drawn towards one.
//!
//! DuMouchel (1999), AmStat 53:177: a_j events where E_j are expected, a_j ~ Poisson(E_j RR_j) with
//! RR_j ~ Gamma(α, β). The posterior is Gamma(α + a_j, β + E_j); its mean and its 5 % quantile
//! ("EB05") rank levels with few events fairly.

use statrs::function::gamma::{digamma, ln_gamma};

use super::{bisection, change_point::GammaPrior, gamma_quantile::gamma_quantile};

/// The posterior of one level's rate ratio.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shrunk {
    pub mean: f64,
    /// 5 % and 95 % quantiles.
    pub q05: f64,
    pub q95: f64,
    /// ln of the negative-binomial probability of the count before the ratio is known.
    pub log_marginal: f64,
}

/// Shrinks `a` events against `expected`.
#[must_use]
pub fn shrink(a: u64, expected: f64, prior: GammaPrior) -> Shrunk {
    let shape = prior.shape + a as f64;
    let rate = prior.rate + expected;
    Shrunk {
        mean: shape / rate,
        q05: gamma_quantile(shape, 0.05) / rate,
        q95: gamma_quantile(shape, 0.95) / rate,
        log_marginal: log_marginal(a, expected, prior),
    }
}

/// lnΓ(a + α) − lnΓ(α) − ln a! + α ln(β / (β + E)) + a ln(E / (β + E)).
fn log_marginal(a: u64, expected: f64, prior: GammaPrior) -> f64 {
    let GammaPrior { shape, rate } = prior;
    let count = a as f64;
    let both = rate + expected;
    let seen = if a == 0 { 0.0 } else { count * (expected / both).ln() };
    ln_gamma(count + shape) - ln_gamma(shape) - ln_gamma(count + 1.0) + shape * (rate / both).ln() + seen
}

/// A fitted Gamma(k, k).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fitted {
    pub prior: GammaPrior,
    pub log_likelihood: f64,
}

/// With fewer levels than this nothing can be learnt about their spread.
pub const LEVELS_MIN: usize = 5;
/// The prior without data: nine tenths of the ratios lie between 0.18 and 2.4.
pub const DEFAULT_SHAPE: f64 = 2.0;
/// A wider prior would believe in single events.
pub const SHAPE_MIN: f64 = 0.3;
/// Beyond this the levels are alike.
const SHAPE_MAX: f64 = 1e4;

/// Finds k of RR_j ~ Gamma(k, k), prior mean one, by maximum marginal likelihood over levels of
/// (events, expected).
#[must_use]
pub fn fit(levels: &[(u64, f64)]) -> Fitted {
    /// Steps over ln k; between two of them the likelihood has one peak at most.
    const STEPS: usize = 200;
    let at = |shape: f64| {
        let prior = GammaPrior { shape, rate: shape };
        let log_likelihood = levels.iter().map(|(a, expected)| log_marginal(*a, *expected, prior)).sum();
        Fitted { prior, log_likelihood }
    };
    if levels.len() < LEVELS_MIN {
        return at(DEFAULT_SHAPE);
    }
    let step = (SHAPE_MAX / SHAPE_MIN).ln() / STEPS as f64;
    let node = |i: usize| SHAPE_MIN * (step * i as f64).exp();
    let mut best = 0;
    for i in 1..=STEPS {
        if at(node(i)).log_likelihood > at(node(best)).log_likelihood {
            best = i;
        }
    }
    let (low, high) = (node(best.saturating_sub(1)), node((best + 1).min(STEPS)));
    // The slope falls through zero at the peak; without a peak inside, an end of the range is taken.
    at(bisection::increasing(|shape| -slope(levels, shape), 0.0, low, high))
}

/// Derivative of the log marginal likelihood by k.
fn slope(levels: &[(u64, f64)], k: f64) -> f64 {
    let of_level = |(a, expected): &(u64, f64)| {
        let count = *a as f64;
        digamma(count + k) - digamma(k) + (k / (k + expected)).ln() + 1.0 - (count + k) / (k + expected)
    };
    levels.iter().map(of_level).sum()
}
