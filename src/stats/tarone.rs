//! Questions that no outcome could answer cost nothing.
//!
//! Tarone (1990), Biometrics 46:515: with discrete tests the smallest p that a question can ever reach
//! is known beforehand. Let m(K) be the number of questions that can reach α / K; the smallest K with
//! m(K) ≤ K divides α, instead of the number of all questions.

/// Which questions are worth asking, and at which level.
#[derive(Debug, Clone, PartialEq)]
pub struct Testable {
    /// By which α is divided.
    pub divisor: u64,
    /// Questions that can reach the threshold.
    pub testable: u64,
    /// α / divisor.
    pub threshold: f64,
}

/// The smallest one-sided p that `n` events can give for a region with exposure share `share`: all inside, π^n.
#[must_use]
pub fn smallest_attainable_p(share: f64, n: u64) -> f64 {
    share.powf(n as f64)
}

/// Tarone's divisor for questions with the given smallest attainable p-values.
#[must_use]
pub fn tarone_bonferroni(smallest_p: &[f64], alpha: f64) -> Testable {
    let mut sorted = smallest_p.to_vec();
    sorted.sort_by(f64::total_cmp);
    let reaching = |divisor: u64| sorted.partition_point(|p| *p <= alpha / divisor as f64) as u64;
    // m(K) falls as K grows and K = the number of questions always satisfies it.
    let divisor = (1..=sorted.len().max(1) as u64).find(|k| reaching(*k) <= *k).unwrap_or(1);
    Testable { divisor, testable: reaching(divisor), threshold: alpha / divisor as f64 }
}
