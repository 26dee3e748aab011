//! The upper tail of the χ² distribution.

use statrs::function::gamma::gamma_ur;

/// P(χ² ≥ `statistic`) with `freedom` degrees of freedom: Q(freedom / 2, statistic / 2).
#[must_use]
pub fn upper_tail(statistic: f64, freedom: u64) -> f64 {
    if statistic <= 0.0 || freedom == 0 {
        return 1.0;
    }
    gamma_ur(freedom as f64 / 2.0, statistic / 2.0)
}
