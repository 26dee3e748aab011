//! The common rate ratio over strata, weighted by hand-sized formulas.
//!
//! Greenland & Robins (1985), Biometrics 41:55. For many events, where the exact comparison of
//! [`super::stratified`] would be slow.

use super::{self_controlled::NORMAL_975, stratified::Stratum};

/// The pooled ratio, and whether the strata agree on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MantelHaenszel {
    /// Σ a T0/T ÷ Σ b T1/T.
    pub ratio: f64,
    /// Of the logarithm of the ratio.
    pub variance: f64,
    /// 95 % limits by the normal approximation.
    pub low: f64,
    pub high: f64,
    /// (Σ (a − n T1/T))² ÷ Σ n T1 T0/T², one degree of freedom, no correction for continuity.
    pub chi_square: f64,
    /// Score test that all strata have the pooled ratio: Σ (a − nθ)² ÷ nθ(1 − θ).
    pub homogeneity_score: f64,
    /// The same by inverse variances of ln RR (Woolf 1955), as Stata prints it; not where a stratum has
    /// a count of zero.
    pub homogeneity_woolf: Option<f64>,
    /// Of both tests of homogeneity: informative strata less one.
    pub freedom: u64,
}

/// Pools strata; `None` if there are no events on one of the sides of all informative strata.
#[must_use]
pub fn mantel_haenszel(strata: &[Stratum]) -> Option<MantelHaenszel> {
    let useful: Vec<Stratum> = strata.iter().copied().filter(Stratum::is_informative).collect();
    let sum = |of: fn(&Stratum) -> f64| useful.iter().map(of).sum::<f64>();
    let above = sum(|s| s.exposed_events as f64 * s.other_time / s.all_time());
    let below = sum(|s| s.other_events as f64 * s.exposed_time / s.all_time());
    if above <= 0.0 || below <= 0.0 {
        return None;
    }
    let ratio = above / below;
    let spread = sum(|s| s.events() as f64 * s.exposed_time * s.other_time / s.all_time().powi(2));
    let variance = spread / (above * below);
    let error = NORMAL_975 * variance.sqrt();
    let excess = sum(|s| s.exposed_events as f64 - s.events() as f64 * s.exposed_time / s.all_time());
    Some(MantelHaenszel {
        ratio,
        variance,
        low: ratio * (-error).exp(),
        high: ratio * error.exp(),
        chi_square: excess * excess / spread,
        homogeneity_score: useful.iter().map(|s| score(s, ratio)).sum(),
        homogeneity_woolf: useful.iter().map(|s| woolf(s, ratio)).sum(),
        freedom: useful.len() as u64 - 1,
    })
}

fn score(stratum: &Stratum, ratio: f64) -> f64 {
    let share = stratum.exposed_probability(ratio);
    let n = stratum.events() as f64;
    (stratum.exposed_events as f64 - n * share).powi(2) / (n * share * (1.0 - share))
}

fn woolf(stratum: &Stratum, ratio: f64) -> Option<f64> {
    let (a, b) = (stratum.exposed_events as f64, stratum.other_events as f64);
    let own = a / stratum.exposed_time / (b / stratum.other_time);
    (a > 0.0 && b > 0.0).then(|| (own / ratio).ln().powi(2) / (1.0 / a + 1.0 / b))
}
