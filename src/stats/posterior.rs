//! Sums of probabilities that are known by their logarithms.

/// ln Σ exp(x); negative infinity for an empty sum.
#[must_use]
pub fn log_sum_exp(logs: &[f64]) -> f64 {
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY {
        return top;
    }
    top + logs.iter().map(|log| (log - top).exp()).sum::<f64>().ln()
}

/// Probabilities ∝ exp(x). Scott & Berger (2010), AnnStat 38:2587, for why the prior odds carry
/// the price of having asked many questions.
#[must_use]
pub fn normalise(logs: &[f64]) -> Vec<f64> {
    let total = log_sum_exp(logs);
    logs.iter().map(|log| if total.is_finite() { (log - total).exp() } else { 0.0 }).collect()
}
