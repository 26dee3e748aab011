//! Exact comparison of two Poisson rates.
//!
//! Given a + b events, under equal rates a ~ Binomial(a + b, T1 / (T1 + T0)) (Przyborowski &
//! Wilenski 1940, Biometrika 31:313). The two-sided p doubles the smaller tail, which agrees with
//! the Clopper–Pearson interval (Fay 2010, R Journal 2(1):53).

use super::binomial;

/// The comparison of a rate `a / t1` with a rate `b / t0`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateRatio {
    /// (a / t1) / (b / t0); infinite if only `b` is zero.
    pub ratio: f64,
    /// 95 % limits, exact; the upper one may be infinite.
    pub low: f64,
    pub high: f64,
    /// P(X ≥ a) under equal rates.
    pub p_greater: f64,
    /// P(X ≤ a) under equal rates.
    pub p_less: f64,
    /// Twice the smaller tail, at most 1.
    pub p_two_sided: f64,
}

/// The same comparison with half of the probability of what was seen: for exploring, where the exact
/// p is too cautious.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MidP {
    pub low: f64,
    pub high: f64,
    /// P(X > a) + ½ P(X = a) under equal rates.
    pub p_greater: f64,
    /// P(X < a) + ½ P(X = a).
    pub p_less: f64,
    /// Twice the smaller tail, at most 1.
    pub p_two_sided: f64,
}

/// Compares `a` events in time `t1` with `b` events in time `t0`; `None` without events or without
/// time on either side.
#[must_use]
pub fn compare(a: u64, b: u64, t1: f64, t0: f64) -> Option<RateRatio> {
    let share = null_share(a, b, t1, t0)?;
    let n = a + b;
    let (low, high) = binomial::clopper_pearson(a, n, 0.05);
    let p_greater = binomial::at_least(a, n, share);
    let p_less = binomial::at_most(a, n, share);
    Some(RateRatio {
        ratio: if b == 0 { f64::INFINITY } else { a as f64 / t1 / (b as f64 / t0) },
        low: as_ratio(low, t1, t0),
        high: as_ratio(high, t1, t0),
        p_greater,
        p_less,
        p_two_sided: (2.0 * p_greater.min(p_less)).min(1.0),
    })
}

/// [`compare`] by mid-p.
#[must_use]
pub fn compare_by_mid_p(a: u64, b: u64, t1: f64, t0: f64) -> Option<MidP> {
    let share = null_share(a, b, t1, t0)?;
    let n = a + b;
    let (low, high) = binomial::mid_p_limits(a, n, 0.05);
    let p_greater = binomial::mid_p_at_least(a, n, share);
    let p_less = binomial::mid_p_at_most(a, n, share);
    Some(MidP {
        low: as_ratio(low, t1, t0),
        high: as_ratio(high, t1, t0),
        p_greater,
        p_less,
        p_two_sided: (2.0 * p_greater.min(p_less)).min(1.0),
    })
}

/// The two-sided p that R's `poisson.test` prints: all outcomes at most as probable as the one seen.
/// It belongs to no interval; given for comparison with other programs.
#[must_use]
pub fn p_by_likelihood(a: u64, b: u64, t1: f64, t0: f64) -> Option<f64> {
    null_share(a, b, t1, t0).map(|share| binomial::as_improbable(a, a + b, share))
}

/// The share of the events that falls on the first side if the rates are equal.
fn null_share(a: u64, b: u64, t1: f64, t0: f64) -> Option<f64> {
    let comparable = a + b > 0 && t1 > 0.0 && t0 > 0.0 && t1.is_finite() && t0.is_finite();
    comparable.then(|| t1 / (t1 + t0))
}

fn as_ratio(share: f64, t1: f64, t0: f64) -> f64 {
    if share >= 1.0 { f64::INFINITY } else { share / (1.0 - share) * t0 / t1 }
}
