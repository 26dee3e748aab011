//! Did the rate fall after a change?

use statrs::function::beta::beta_reg;

/// P(rate after / rate before < `ratio`), n1 events in T1 before and n2 in T2 after, with Jeffreys
/// priors Gamma(½, 0) on both rates: I_x(n2 + ½, n1 + ½) at x = rT2 / (rT2 + T1).
#[must_use]
pub fn probability_ratio_below(n1: u64, t1: f64, n2: u64, t2: f64, ratio: f64) -> f64 {
    if !(t1 > 0.0 && t2 > 0.0 && ratio > 0.0) {
        return 0.5;
    }
    let x = ratio * t2 / (ratio * t2 + t1);
    beta_reg(n2 as f64 + 0.5, n1 as f64 + 0.5, x)
}
