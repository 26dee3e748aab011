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

/// Causes on one scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// P(cause | data), in the order given.
    pub posterior: Vec<f64>,
    /// P(none of them | data).
    pub null: f64,
    /// Posterior times explained share: the share of the events that each is expected to explain.
    pub expected_explained: Vec<f64>,
}

/// One cause among those that were asked about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    pub log_bayes_factor: f64,
    /// Given that there is a cause at all.
    pub prior: f64,
    /// Share of the events it explains, if it is the cause.
    pub explained_fraction: f64,
}

/// Causes that are not listed one by one: their prior together, given that there is a cause, and the
/// mean of their Bayes factors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rest {
    pub prior: f64,
    pub mean_bayes_factor: f64,
}

/// Weighs each candidate's prior by its Bayes factor, against no cause with prior `null_prior` and
/// against the rest.
#[must_use]
pub fn rank(candidates: &[Candidate], null_prior: f64, rest: Rest) -> Ranking {
    let some = 1.0 - null_prior;
    let mut logs: Vec<f64> = candidates
        .iter()
        .map(|candidate| (some * candidate.prior).ln() + candidate.log_bayes_factor)
        .collect();
    logs.push(null_prior.ln());
    logs.push((some * rest.prior * rest.mean_bayes_factor).ln());
    let mut posterior = normalise(&logs);
    let null = posterior[candidates.len()];
    posterior.truncate(candidates.len());
    let expected_explained = posterior
        .iter()
        .zip(candidates)
        .map(|(posterior, candidate)| posterior * candidate.explained_fraction)
        .collect();
    Ranking { posterior, null, expected_explained }
}
