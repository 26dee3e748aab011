//! How long it must stay quiet before a fix is believed.
//!
//! All three answers are exposures in the unit of the exposure given, and `None` without events.

/// Event-free exposure after which the rate is lower than it was, if that rate is known exactly:
/// e^(−λ T2) ≤ α, so T2 = −ln α / λ, the rule of three at α = 0.05 (Hanley & Lippman-Hand 1983,
/// JAMA 249:1743). Too short when λ was found from few events.
#[must_use]
pub fn clean_time_at_known_rate(events: u64, exposure: f64, alpha: f64) -> Option<f64> {
    (events > 0 && exposure > 0.0).then(|| -alpha.ln() * exposure / events as f64)
}

/// Event-free exposure T2 after which the rate is lower than it was (n events in T1) with error
/// probability α: exact conditional test, (T1 / (T1 + T2))^n ≤ α, so T2 = T1 (α^(−1/n) − 1).
#[must_use]
pub fn clean_time_until_sure(events: u64, exposure: f64, alpha: f64) -> Option<f64> {
    (events > 0 && exposure > 0.0).then(|| exposure * (alpha.powf(-1.0 / events as f64) - 1.0))
}

/// Event-free exposure T2 whose predictive probability at the old rate is α, with the Jeffreys prior
/// Gamma(½, 0) on that rate: (T1 / (T1 + T2))^(n + ½) = α.
#[must_use]
pub fn clean_time_by_jeffreys(events: u64, exposure: f64, alpha: f64) -> Option<f64> {
    (events > 0 && exposure > 0.0).then(|| exposure * (alpha.powf(-1.0 / (events as f64 + 0.5)) - 1.0))
}
