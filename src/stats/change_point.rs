//! Is the rate the same before and after a moment?
//!
//! n events in exposure T with a Gamma(α, β) prior on the rate have the marginal likelihood
//! β^α / Γ(α) · Γ(α + n) / (β + T)^(α + n) (the times of the events cancel in every comparison on the
//! same events). Raftery & Akman (1986), Biometrika 73:85, for the Poisson process with a change.

use statrs::function::gamma::ln_gamma;

/// Gamma prior of a rate: mean `shape / rate` events per unit of exposure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaPrior {
    pub shape: f64,
    /// In the unit of exposure.
    pub rate: f64,
}

impl GammaPrior {
    /// A prior worth one event, with the mean at the rate seen: Gamma(1, T / (n + 1)).
    #[must_use]
    pub fn worth_one_event(events: u64, exposure: f64) -> Self {
        Self { shape: 1.0, rate: exposure / (events as f64 + 1.0) }
    }
}

/// ln of the marginal likelihood of `events` in `exposure` at one unknown rate.
///
/// Segments with rates of their own add up, so that any sequence of changes can be compared.
#[must_use]
pub fn segment_log_evidence(events: f64, exposure: f64, prior: GammaPrior) -> f64 {
    let GammaPrior { shape, rate } = prior;
    shape * rate.ln() - ln_gamma(shape) + ln_gamma(shape + events) - (shape + events) * (rate + exposure).ln()
}

/// ln BF of "a rate of its own before and after" against "one rate throughout": n1 events in T1
/// before, n2 in T2 after.
#[must_use]
pub fn two_segment_log_bayes_factor(n1: u64, t1: f64, n2: u64, t2: f64, prior: GammaPrior) -> f64 {
    let (n1, n2) = (n1 as f64, n2 as f64);
    segment_log_evidence(n1, t1, prior) + segment_log_evidence(n2, t2, prior)
        - segment_log_evidence(n1 + n2, t1 + t2, prior)
}
