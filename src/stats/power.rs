//! What a fleet of this size could have shown.

use super::{binomial, bisection, tarone::smallest_attainable_p};

/// What it takes to be noticed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detectable {
    /// Events inside the region that are needed for p ≤ α; `None`: not even all of them suffice.
    pub events_needed: Option<u64>,
    /// Smallest rate ratio that is noticed with the wanted power.
    pub rate_ratio: Option<f64>,
    /// p if all events fall inside; above α no effect, however strong, can be shown.
    pub smallest_p: f64,
}

/// The smallest rate ratio noticed with probability `power` when `n` events fall on a fleet and a
/// region has the share `share` of the exposure: a_crit = min{a: P(Bin(n, π) ≥ a) ≤ α}, then solve
/// P(Bin(n, θ) ≥ a_crit) = power with θ = ρπ / (1 − π + ρπ).
#[must_use]
pub fn minimum_detectable(n: u64, share: f64, alpha: f64, power: f64) -> Detectable {
    let needed = if share > 0.0 && share < 1.0 {
        let (mut low, mut high) = (1, n + 1);
        while low < high {
            let middle = u64::midpoint(low, high);
            if binomial::at_least(middle, n, share) <= alpha { high = middle } else { low = middle + 1 }
        }
        (low <= n).then_some(low)
    } else {
        None
    };
    let rate_ratio = needed.map(|needed| {
        let inside = bisection::increasing(|inside| binomial::at_least(needed, n, inside), power, 0.0, 1.0);
        inside / (1.0 - inside) * (1.0 - share) / share
    });
    Detectable { events_needed: needed, rate_ratio, smallest_p: smallest_attainable_p(share, n) }
}

/// Probability that p ≤ α when the true rate ratio is `ratio`.
#[must_use]
pub fn power_to_see(n: u64, share: f64, alpha: f64, ratio: f64) -> f64 {
    let Some(needed) = minimum_detectable(n, share, alpha, 0.5).events_needed else { return 0.0 };
    binomial::at_least(needed, n, ratio * share / (1.0 - share + ratio * share))
}
