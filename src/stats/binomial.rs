//! Tails and exact confidence limits of the binomial distribution.

use statrs::function::factorial::ln_binomial;

use super::{bisection, incomplete_beta::incomplete_beta};

/// P(X ≥ k) for X ~ Binomial(n, p), by the regularised incomplete beta function.
#[must_use]
pub fn at_least(k: u64, n: u64, p: f64) -> f64 {
    if k == 0 {
        return 1.0;
    }
    if k > n || p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    incomplete_beta(k as f64, (n - k) as f64 + 1.0, p)
}

/// P(X ≤ k) for X ~ Binomial(n, p).
#[must_use]
pub fn at_most(k: u64, n: u64, p: f64) -> f64 {
    if k >= n || p <= 0.0 {
        return 1.0;
    }
    if p >= 1.0 {
        return 0.0;
    }
    incomplete_beta((n - k) as f64, k as f64 + 1.0, 1.0 - p)
}

/// P(X > k) + ½ P(X = k), the mean of the tails with and without what was seen (Lancaster 1961,
/// JASA 56:223).
#[must_use]
pub fn mid_p_at_least(k: u64, n: u64, p: f64) -> f64 {
    0.5 * (at_least(k, n, p) + at_least(k + 1, n, p))
}

/// P(X < k) + ½ P(X = k).
#[must_use]
pub fn mid_p_at_most(k: u64, n: u64, p: f64) -> f64 {
    let below = if k == 0 { 0.0 } else { at_most(k - 1, n, p) };
    0.5 * (at_most(k, n, p) + below)
}

/// The probability of all outcomes that are at most as probable as `k`.
///
/// The two-sided p of R's `binom.test` and `poisson.test`. It can disagree with the interval (Fay
/// 2010, R Journal 2(1):53), so that reports use twice the smaller tail instead.
#[must_use]
pub fn as_improbable(k: u64, n: u64, p: f64) -> f64 {
    /// Outcomes as probable as the one seen but for rounding count as equal, as in R.
    const TIE: f64 = 1e-7;
    if k > n || p <= 0.0 || p >= 1.0 {
        return if p <= 0.0 && k == 0 || p >= 1.0 && k == n { 1.0 } else { 0.0 };
    }
    let log_mass = |x: u64| ln_binomial(n, x) + x as f64 * p.ln() + (n - x) as f64 * (-p).ln_1p();
    let limit = log_mass(k) + TIE;
    // The mass rises to its mode and falls beyond, so that each far side begins at one place.
    let mode = (((n + 1) as f64 * p) as u64).min(n);
    let both = if k < mode {
        let beyond = first(mode, n + 1, |x| log_mass(x) <= limit);
        at_most(k, n, p) + at_least(beyond, n, p)
    } else {
        let beyond = first(0, mode + 1, |x| log_mass(x) > limit);
        at_least(k, n, p) + if beyond == 0 { 0.0 } else { at_most(beyond - 1, n, p) }
    };
    both.min(1.0)
}

/// The first of `from..to` for which a condition holds that, once it holds, goes on to hold; else `to`.
fn first(from: u64, to: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut from, mut to) = (from, to);
    while from < to {
        let middle = u64::midpoint(from, to);
        if holds(middle) { to = middle } else { from = middle + 1 }
    }
    from
}

/// Exact limits of a proportion, two-sided with the given error probability.
///
/// Clopper & Pearson (1934), Biometrika 26:404: the lower limit is where P(X ≥ k) = α/2, the upper
/// where P(X ≤ k) = α/2.
#[must_use]
pub fn clopper_pearson(k: u64, n: u64, alpha: f64) -> (f64, f64) {
    limits(k, n, alpha, at_least, at_most)
}

/// Limits by mid-p tails instead: shorter; the error probability is met on average, not in every case.
#[must_use]
pub fn mid_p_limits(k: u64, n: u64, alpha: f64) -> (f64, f64) {
    limits(k, n, alpha, mid_p_at_least, mid_p_at_most)
}

type Tail = fn(u64, u64, f64) -> f64;

fn limits(k: u64, n: u64, alpha: f64, upper_tail: Tail, lower_tail: Tail) -> (f64, f64) {
    let lower = match k {
        0 => 0.0,
        _ => bisection::increasing(|p| upper_tail(k, n, p), alpha / 2.0, 0.0, 1.0),
    };
    let upper = match n.saturating_sub(k) {
        0 => 1.0,
        _ => bisection::increasing(|p| -lower_tail(k, n, p), -alpha / 2.0, 0.0, 1.0),
    };
    (lower, upper)
}
