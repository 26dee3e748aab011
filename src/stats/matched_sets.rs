//! Cases compared with controls of the same moment: conditional logistic regression, 1:M, with one
//! yes-or-no exposure.
//!
//! In a set of one case and M controls of which m in all are exposed, the case is an exposed one with
//! probability mψ / (mψ + M + 1 − m) (Breslow & Day 1980, IARC I, ch. 7).

use super::{bisection, poisson_binomial};

/// One case with its controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatchedSet {
    pub case_exposed: bool,
    /// The case included.
    pub exposed_in_set: u64,
    /// The case not included.
    pub controls: u64,
}

/// The odds ratio over matched sets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MatchedOdds {
    /// Sets in which some are exposed and some are not; the others say nothing.
    pub informative_sets: u64,
    /// ln ψ, conditional maximum likelihood; infinite if all informative cases are exposed or none.
    pub log_odds_ratio: f64,
    /// Standard error of ln ψ; infinite together with it.
    pub standard_error: f64,
    /// P(at least as many exposed cases | ψ = 1), exact: Poisson-binomial with m / (M + 1).
    pub p_greater: f64,
    pub mid_p_greater: f64,
}

impl MatchedSet {
    fn is_informative(&self) -> bool {
        self.exposed_in_set > 0 && self.exposed_in_set <= self.controls
    }

    /// P(the case is exposed | ψ).
    fn probability(&self, odds_ratio: f64) -> f64 {
        let exposed = self.exposed_in_set as f64 * odds_ratio;
        exposed / (exposed + (self.controls + 1 - self.exposed_in_set) as f64)
    }
}

/// Fits ψ and tests ψ = 1; `None` if no set is informative.
#[must_use]
pub fn conditional_logistic(sets: &[MatchedSet]) -> Option<MatchedOdds> {
    let sets: Vec<MatchedSet> = sets.iter().copied().filter(MatchedSet::is_informative).collect();
    if sets.is_empty() {
        return None;
    }
    let exposed = sets.iter().filter(|set| set.case_exposed).count();
    let expected = |odds_ratio: f64| sets.iter().map(|set| set.probability(odds_ratio)).sum::<f64>();
    let (log_odds_ratio, standard_error) = if exposed == 0 {
        (f64::NEG_INFINITY, f64::INFINITY)
    } else if exposed == sets.len() {
        (f64::INFINITY, f64::INFINITY)
    } else {
        let log = bisection::increasing(|log| expected(log.exp()), exposed as f64, -40.0, 40.0);
        let information: f64 = sets
            .iter()
            .map(|set| set.probability(log.exp()))
            .map(|probability| probability * (1.0 - probability))
            .sum();
        (log, information.sqrt().recip())
    };
    let even: Vec<f64> = sets.iter().map(|set| set.probability(1.0)).collect();
    let tails = poisson_binomial::tails(&even, exposed as u64);
    Some(MatchedOdds {
        informative_sets: sets.len() as u64,
        log_odds_ratio,
        standard_error,
        p_greater: tails.p_greater,
        mid_p_greater: tails.mid_p_greater,
    })
}
