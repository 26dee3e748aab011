//! How much more host-time it takes to tell two explanations apart.

/// Host-time, in the unit of 1/`rate`, that hosts on which two explanations differ must be watched
/// until the log Bayes factor is expected to reach `target`.
///
/// Per host-time unit the true explanation (rate ratio ρ) gains λ(ρ ln ρ − ρ + 1) on the other:
/// the Kullback–Leibler rate of two Poisson processes. `None` if the ratio is not above 1.
#[must_use]
pub fn exposure_to_separate(rate: f64, ratio: f64, target: f64) -> Option<f64> {
    let gain = rate * (ratio * ratio.ln() - ratio + 1.0);
    (gain > 0.0 && ratio > 1.0 && gain.is_finite()).then(|| target / gain)
}
