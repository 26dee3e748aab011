//! Quantiles of the gamma distribution.

use statrs::function::gamma::{gamma_lr, gamma_ur};

use super::bisection;

/// The x with P(X ≤ x) = `probability` for X ~ Gamma(`shape`, 1).
///
/// By bisection on the regularised incomplete gamma function, from the side of the smaller tail, so
/// that both tails keep their relative accuracy.
#[must_use]
pub fn gamma_quantile(shape: f64, probability: f64) -> f64 {
    if probability <= 0.5 {
        bisection::increasing_positive(|x| gamma_lr(shape, x), probability)
    } else {
        gamma_upper_quantile(shape, 1.0 - probability)
    }
}

/// The x with P(X > x) = `probability`.
#[must_use]
pub fn gamma_upper_quantile(shape: f64, probability: f64) -> f64 {
    bisection::increasing_positive(|x| -gamma_ur(shape, x), -probability)
}
