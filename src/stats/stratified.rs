//! Comparison of two rates within strata, exact.
//!
//! Given the events n_s of stratum s, under a common ratio ρ the exposed ones are
//! Binomial(n_s, ρT1_s / (ρT1_s + T0_s)); the distribution of their sum A is found by convolution
//! (Martin & Austin 1996, Epidemiology 7:29). As a function of ρ it is an exponential family,
//! P_ρ(A = k) ∝ P_r(A = k) (ρ / r)^k, so that one convolution near the estimate serves for all limits.

use super::{bisection, poisson_binomial};

/// Events and exposure of one stratum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stratum {
    pub exposed_events: u64,
    pub other_events: u64,
    pub exposed_time: f64,
    pub other_time: f64,
}

/// The common rate ratio over strata.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stratified {
    /// Events in strata that have both kinds of exposure. The others say nothing.
    pub informative_events: u64,
    pub exposed_events: u64,
    /// Conditional maximum-likelihood estimate; 0 or infinite at the edges.
    pub ratio: f64,
    /// Exact 95 % limits; the upper one may be infinite.
    pub low: f64,
    pub high: f64,
    /// 95 % limits by mid-p: shorter, right on average but not in every case.
    pub mid_p_low: f64,
    pub mid_p_high: f64,
    /// P(A ≥ a) under equal rates.
    pub p_greater: f64,
    /// P(A ≤ a) under equal rates.
    pub p_less: f64,
    /// Twice the smaller tail, at most 1.
    pub p_two_sided: f64,
    /// P(A > a) + ½ P(A = a).
    pub mid_p_greater: f64,
    /// Twice the smaller mid-p tail.
    pub mid_p_two_sided: f64,
}

/// Compares rates within strata; `None` if no stratum is informative.
#[must_use]
pub fn compare(strata: &[Stratum]) -> Option<Stratified> {
    const TAIL: f64 = 0.025;
    let useful: Vec<Stratum> = strata.iter().copied().filter(Stratum::is_informative).collect();
    let a: u64 = useful.iter().map(|s| s.exposed_events).sum();
    let n: u64 = useful.iter().map(Stratum::events).sum();
    if n == 0 {
        return None;
    }
    let equal = Tails::of(&masses(&useful, 1.0), a);
    let near = ratio_expecting(&useful, (a as f64).clamp(0.5, n as f64 - 0.5));
    let mass = masses(&useful, near);
    let first = mass.iter().position(|mass| *mass > 0.0).unwrap_or(0);
    let log_mass: Vec<f64> =
        mass[first..].iter().take_while(|mass| **mass > 0.0).map(|mass| mass.ln()).collect();
    let seen = a - first as u64;
    let tails = |ratio: f64| Tails::of(&tilted(&log_mass, seen, ratio / near), seen);
    let lower = |tail: fn(&Tails) -> f64| match a {
        0 => 0.0,
        _ => bisection::increasing_positive(|ratio| tail(&tails(ratio)), TAIL),
    };
    let upper = |tail: fn(&Tails) -> f64| match n - a {
        0 => f64::INFINITY,
        _ => bisection::increasing_positive(|ratio| -tail(&tails(ratio)), -TAIL),
    };
    Some(Stratified {
        informative_events: n,
        exposed_events: a,
        ratio: conditional_estimate(&useful, a, n),
        low: lower(|tails| tails.greater),
        high: upper(|tails| tails.less),
        mid_p_low: lower(Tails::mid_greater),
        mid_p_high: upper(Tails::mid_less),
        p_greater: equal.greater,
        p_less: equal.less,
        p_two_sided: (2.0 * equal.greater.min(equal.less)).min(1.0),
        mid_p_greater: equal.mid_greater(),
        mid_p_two_sided: (2.0 * equal.mid_greater().min(equal.mid_less())).min(1.0),
    })
}

/// The conditional estimate alone, with the number of informative events: cheap also where the exact
/// distribution is long. `None` if no stratum is informative.
#[must_use]
pub fn estimate(strata: &[Stratum]) -> Option<(f64, u64)> {
    let useful: Vec<Stratum> = strata.iter().copied().filter(Stratum::is_informative).collect();
    let a: u64 = useful.iter().map(|s| s.exposed_events).sum();
    let n: u64 = useful.iter().map(Stratum::events).sum();
    (n > 0).then(|| (conditional_estimate(&useful, a, n), n))
}

impl Stratum {
    pub(super) fn events(&self) -> u64 {
        self.exposed_events + self.other_events
    }

    pub(super) fn all_time(&self) -> f64 {
        self.exposed_time + self.other_time
    }

    pub(super) fn is_informative(&self) -> bool {
        self.exposed_time > 0.0 && self.other_time > 0.0 && self.events() > 0
    }

    /// P(an event is an exposed one | ρ).
    pub(super) fn exposed_probability(&self, ratio: f64) -> f64 {
        let exposed = ratio * self.exposed_time;
        exposed / (exposed + self.other_time)
    }
}

/// Both tails of a sum, what was seen included and not.
struct Tails {
    greater: f64,
    less: f64,
    beyond: f64,
    below: f64,
}

impl Tails {
    /// Adds up from the far ends, where the terms are smallest.
    fn of(mass: &[f64], a: u64) -> Self {
        let a = a as usize;
        let beyond: f64 = mass[a + 1..].iter().rev().sum();
        let below: f64 = mass[..a].iter().sum();
        Self { greater: (beyond + mass[a]).min(1.0), less: (below + mass[a]).min(1.0), beyond, below }
    }

    fn mid_greater(&self) -> f64 {
        0.5 * (self.greater + self.beyond).min(2.0)
    }

    fn mid_less(&self) -> f64 {
        0.5 * (self.less + self.below).min(2.0)
    }
}

/// P_ρ(A = k) for all k.
fn masses(strata: &[Stratum], ratio: f64) -> Vec<f64> {
    poisson_binomial::masses(
        strata.iter().flat_map(|s| std::iter::repeat_n(s.exposed_probability(ratio), s.events() as usize)),
    )
}

/// The masses at a ratio `factor` times that of the given logarithms of masses.
fn tilted(log_mass: &[f64], a: u64, factor: f64) -> Vec<f64> {
    let slope = factor.ln();
    let logs: Vec<f64> =
        log_mass.iter().enumerate().map(|(k, mass)| mass + (k as f64 - a as f64) * slope).collect();
    super::posterior::normalise(&logs)
}

fn conditional_estimate(strata: &[Stratum], a: u64, n: u64) -> f64 {
    match a {
        0 => 0.0,
        _ if a == n => f64::INFINITY,
        _ => ratio_expecting(strata, a as f64),
    }
}

/// Solves Σ n_s θ_s(ρ) = A.
fn ratio_expecting(strata: &[Stratum], exposed_events: f64) -> f64 {
    let expected =
        |ratio: f64| strata.iter().map(|s| s.events() as f64 * s.exposed_probability(ratio)).sum::<f64>();
    bisection::increasing_positive(expected, exposed_events)
}
