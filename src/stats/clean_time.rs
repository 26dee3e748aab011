//! How long it must stay quiet before a fix is believed.

/// Event-free exposure T2 after which the rate is lower than it was (n events in T1) with error
/// probability α: exact conditional test, (T1 / (T1 + T2))^n ≤ α, so T2 = T1 (α^(−1/n) − 1).
///
/// In the unit of `exposure`. `None` without events.
#[must_use]
pub fn clean_time_until_sure(events: u64, exposure: f64, alpha: f64) -> Option<f64> {
    (events > 0 && exposure > 0.0).then(|| exposure * (alpha.powf(-1.0 / events as f64) - 1.0))
}
