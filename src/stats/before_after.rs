//! Did the rate fall after a change?

use super::{binomial, incomplete_beta::incomplete_beta};

/// What n1 events in T1 before and n2 in T2 after say about the rates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BeforeAfter {
    /// P(at most n2 of the n1 + n2 events fall after | equal rates): exact conditional test.
    pub p_less: f64,
    /// P(rate after / rate before < the ratio asked for), Jeffreys priors.
    pub probability_below: f64,
    /// P(at most n2 events in T2 | n1 in T1, nothing changed).
    pub predictive_p: f64,
}

/// Compares after with before; `ratio` is the fall that is asked for, 1 for any fall. `None` without
/// exposure on either side.
#[must_use]
pub fn compare(n1: u64, t1: f64, n2: u64, t2: f64, ratio: f64) -> Option<BeforeAfter> {
    (t1 > 0.0 && t2 > 0.0 && t1.is_finite() && t2.is_finite()).then(|| BeforeAfter {
        p_less: binomial::at_most(n2, n1 + n2, t2 / (t1 + t2)),
        probability_below: probability_ratio_below(n1, t1, n2, t2, ratio),
        predictive_p: predictive_at_most(n1, t1, n2, t2),
    })
}

/// P(rate after / rate before < `ratio`), n1 events in T1 before and n2 in T2 after, with Jeffreys
/// priors Gamma(½, 0) on both rates: I_x(n2 + ½, n1 + ½) at x = rT2 / (rT2 + T1).
#[must_use]
pub fn probability_ratio_below(n1: u64, t1: f64, n2: u64, t2: f64, ratio: f64) -> f64 {
    if !(t1 > 0.0 && t2 > 0.0 && ratio > 0.0) {
        return 0.5;
    }
    let x = ratio * t2 / (ratio * t2 + t1);
    incomplete_beta(n2 as f64 + 0.5, n1 as f64 + 0.5, x)
}

/// P(at most n2 events in T2), predicted from n1 events in T1 with the Jeffreys prior Gamma(½, 0):
/// negative binomial, I_x(n1 + ½, n2 + 1) at x = T1 / (T1 + T2).
#[must_use]
pub fn predictive_at_most(n1: u64, t1: f64, n2: u64, t2: f64) -> f64 {
    if !(t1 > 0.0 && t2 > 0.0) {
        return 1.0;
    }
    incomplete_beta(n1 as f64 + 0.5, n2 as f64 + 1.0, t1 / (t1 + t2))
}
