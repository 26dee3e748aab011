//! One rate and its exact limits.

use super::gamma_quantile::{gamma_quantile, gamma_upper_quantile};

/// Events per unit of exposure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PoissonRate {
    pub rate: f64,
    /// Exact two-sided limits; the lower one is 0 without events.
    pub low: f64,
    pub high: f64,
}

/// The rate of `n` events in `exposure`, with limits for the error probability `alpha`.
///
/// Garwood (1936), Biometrika 28:437: the limits of the mean are the α/2 quantile of Gamma(n, 1) and
/// the upper α/2 quantile of Gamma(n + 1, 1), halves of the usual χ² quantiles.
#[must_use]
pub fn poisson_rate(n: u64, exposure: f64, alpha: f64) -> Option<PoissonRate> {
    (exposure > 0.0).then(|| PoissonRate {
        rate: n as f64 / exposure,
        low: if n == 0 { 0.0 } else { gamma_quantile(n as f64, alpha / 2.0) / exposure },
        high: gamma_upper_quantile(n as f64 + 1.0, alpha / 2.0) / exposure,
    })
}
