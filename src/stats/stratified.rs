//! Comparison of two rates within strata, exact.
//!
//! Given the events n_s of stratum s, under a common ratio ρ the exposed ones are
//! Binomial(n_s, ρT1_s / (ρT1_s + T0_s)); the distribution of their sum is found by convolution
//! (Martin & Austin 1996, Epidemiology 7:29).

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
    pub low: f64,
    pub high: f64,
    pub p_greater: f64,
    pub p_two_sided: f64,
}

/// Compares rates within strata; `None` if no stratum is informative.
#[must_use]
pub fn compare(strata: &[Stratum]) -> Option<Stratified> {
    let useful: Vec<Stratum> = strata
        .iter()
        .copied()
        .filter(|s| s.exposed_time > 0.0 && s.other_time > 0.0 && s.exposed_events + s.other_events > 0)
        .collect();
    let a: u64 = useful.iter().map(|s| s.exposed_events).sum();
    let n: u64 = useful.iter().map(|s| s.exposed_events + s.other_events).sum();
    if n == 0 {
        return None;
    }
    let (p_greater, p_less) = tails(&useful, 1.0, a);
    Some(Stratified {
        informative_events: n,
        exposed_events: a,
        ratio: conditional_estimate(&useful, a, n),
        low: if a == 0 { 0.0 } else { solve(|ratio| tails(&useful, ratio, a).0, 0.025) },
        high: if a == n { f64::INFINITY } else { solve(|ratio| -tails(&useful, ratio, a).1, -0.025) },
        p_greater,
        p_two_sided: (2.0 * p_greater.min(p_less)).min(1.0),
    })
}

/// The conditional estimate alone, with the number of informative events: cheap also where the exact
/// distribution is long. `None` if no stratum is informative.
#[must_use]
pub fn estimate(strata: &[Stratum]) -> Option<(f64, u64)> {
    let useful: Vec<Stratum> =
        strata.iter().copied().filter(|s| s.exposed_time > 0.0 && s.other_time > 0.0).collect();
    let a: u64 = useful.iter().map(|s| s.exposed_events).sum();
    let n: u64 = useful.iter().map(|s| s.exposed_events + s.other_events).sum();
    (n > 0).then(|| (conditional_estimate(&useful, a, n), n))
}

/// P(A ≥ a) and P(A ≤ a) under the common ratio.
fn tails(strata: &[Stratum], ratio: f64, a: u64) -> (f64, f64) {
    let mut mass = vec![1.0];
    for stratum in strata {
        let p = ratio * stratum.exposed_time / (ratio * stratum.exposed_time + stratum.other_time);
        for _ in 0..stratum.exposed_events + stratum.other_events {
            mass.push(0.0);
            for k in (1..mass.len()).rev() {
                mass[k] = mass[k] * (1.0 - p) + mass[k - 1] * p;
            }
            mass[0] *= 1.0 - p;
        }
    }
    let a = a as usize;
    (mass[a..].iter().sum::<f64>().min(1.0), mass[..=a].iter().sum::<f64>().min(1.0))
}

/// Solves Σ n_s θ_s(ρ) = A.
fn conditional_estimate(strata: &[Stratum], a: u64, n: u64) -> f64 {
    if a == 0 {
        return 0.0;
    }
    if a == n {
        return f64::INFINITY;
    }
    let expected = |ratio: f64| -> f64 {
        strata
            .iter()
            .map(|s| {
                let exposed = ratio * s.exposed_time;
                (s.exposed_events + s.other_events) as f64 * exposed / (exposed + s.other_time)
            })
            .sum()
    };
    solve(expected, a as f64)
}

/// The ratio at which an increasing function takes the value `target`, by bisection on the logarithm.
fn solve(f: impl Fn(f64) -> f64, target: f64) -> f64 {
    let (mut low, mut high) = (-25.0_f64, 25.0_f64);
    for _ in 0..70 {
        let middle = 0.5 * (low + high);
        if f(middle.exp()) < target { low = middle } else { high = middle }
    }
    (0.5 * (low + high)).exp()
}
