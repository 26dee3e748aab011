//! Tails and exact confidence limits of the binomial distribution.

use statrs::function::beta::beta_reg;

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
    beta_reg(k as f64, (n - k) as f64 + 1.0, p)
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
    beta_reg((n - k) as f64, k as f64 + 1.0, 1.0 - p)
}

/// Exact limits of a proportion, two-sided with the given error probability.
///
/// Clopper & Pearson (1934), Biometrika 26:404: the lower limit is where P(X ≥ k) = α/2, the upper
/// where P(X ≤ k) = α/2.
#[must_use]
pub fn clopper_pearson(k: u64, n: u64, alpha: f64) -> (f64, f64) {
    let lower = if k == 0 { 0.0 } else { solve_increasing(|p| at_least(k, n, p), alpha / 2.0) };
    let upper = if k >= n { 1.0 } else { solve_increasing(|p| -at_most(k, n, p), -alpha / 2.0) };
    (lower, upper)
}

/// The argument in (0, 1) at which an increasing function takes the value `target`.
fn solve_increasing(f: impl Fn(f64) -> f64, target: f64) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if f(middle) < target { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}
