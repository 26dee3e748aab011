//! Does something happen at a certain uptime?

use super::binomial;

/// Stretches of uptime that were watched, in any unit: (from, to). A stretch that began before the
/// watching did begins with the watching.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UptimeWindow {
    /// Watched time with an uptime within the window.
    pub inside: f64,
    pub total: f64,
    /// inside / total.
    pub share: f64,
    /// P(at least this many of the events inside | events fall evenly over the watched time).
    pub p_greater: f64,
}

/// `a` of `n` events had an uptime within `tolerance` of `uptime`; `None` without watched time.
#[must_use]
pub fn uptime_window(
    stretches: &[(f64, f64)],
    uptime: f64,
    tolerance: f64,
    n: u64,
    a: u64,
) -> Option<UptimeWindow> {
    let (low, high) = (uptime - tolerance, uptime + tolerance);
    let overlap = |(from, to): &(f64, f64)| (to.min(high) - from.max(low)).max(0.0);
    let inside: f64 = stretches.iter().map(overlap).sum();
    let total: f64 = stretches.iter().map(|(from, to)| (to - from).max(0.0)).sum();
    let share = inside / total;
    (total > 0.0).then(|| UptimeWindow { inside, total, share, p_greater: binomial::at_least(a, n, share) })
}
