//! Comparison of two rates within strata, exact.
//!
//! Given the events n_s of stratum s, under a common ratio ρ the exposed ones are
//! Binomial(n_s, ρT1_s / (ρT1_s + T0_s)); the distribution of their sum is found by convolution
//! (Martin & Austin 1996, Epidemiology 7:29), or with many events by its saddlepoint.

use statrs::function::erf::erfc;

/// Beyond this many events the convolution, whose cost grows with their square, gives way to the
/// saddlepoint approximation, whose relative error is then below 2e-4 for limits and p-values that are
/// not extreme.
const MOST_CONVOLVED: u64 = 1000;

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
    let ratio = conditional_estimate(&useful, a, n);
    let tails = |common: f64| {
        if n <= MOST_CONVOLVED {
            convolved(&useful, common, a)
        } else {
            saddlepoint(&useful, common, a, n, ratio)
        }
    };
    let (p_greater, p_less) = tails(1.0);
    Some(Stratified {
        informative_events: n,
        exposed_events: a,
        ratio,
        low: if a == 0 { 0.0 } else { solve(|common| tails(common).0, 0.025) },
        high: if a == n { f64::INFINITY } else { solve(|common| -tails(common).1, -0.025) },
        p_greater,
        p_two_sided: (2.0 * p_greater.min(p_less)).min(1.0),
    })
}

/// P(A ≥ a) and P(A ≤ a) under the common ratio.
fn convolved(strata: &[Stratum], ratio: f64, a: u64) -> (f64, f64) {
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

/// The same by the saddlepoint approximation with continuity correction (Lugannani & Rice 1980,
/// Adv. Appl. Prob. 12:475; Daniels 1987, Int. Stat. Rev. 55:37). `estimate` is the ratio under which
/// `a` events are expected; tilting the distribution to it is the saddlepoint.
fn saddlepoint(strata: &[Stratum], ratio: f64, a: u64, n: u64, estimate: f64) -> (f64, f64) {
    if a == 0 || a == n {
        let edge: f64 = strata
            .iter()
            .map(|s| {
                let (exposed, other) = (ratio * s.exposed_time, s.other_time);
                let towards = if a == n { exposed } else { other };
                (s.exposed_events + s.other_events) as f64 * (towards / (exposed + other)).ln()
            })
            .sum();
        return if a == n { (edge.exp(), 1.0) } else { (1.0, edge.exp()) };
    }
    let tilt = (estimate / ratio).ln();
    // Cumulants: ln of the generating function at the tilt, and variance and skewness there.
    let (mut log, mut variance, mut third) = (0.0, 0.0, 0.0);
    for s in strata {
        let events = (s.exposed_events + s.other_events) as f64;
        let inside = estimate * s.exposed_time / (estimate * s.exposed_time + s.other_time);
        let before = ratio * s.exposed_time / (ratio * s.exposed_time + s.other_time);
        log += events * ((1.0 - before) / (1.0 - inside)).ln();
        variance += events * inside * (1.0 - inside);
        third += events * inside * (1.0 - inside) * (1.0 - 2.0 * inside);
    }
    let deviation = variance.sqrt();
    let root = (2.0 * (tilt * a as f64 - log)).max(0.0).sqrt().copysign(tilt);
    let tail = |root: f64, step: f64, skew: f64| {
        // Where the two terms would cancel, their limit at the mean.
        let term = if root.abs() < 1e-3 {
            0.5 / deviation - skew / (6.0 * deviation.powi(3))
        } else {
            1.0 / (step * deviation) - 1.0 / root
        };
        let normal = 0.5 * erfc(root / std::f64::consts::SQRT_2);
        let density = (-0.5 * root * root).exp() / (2.0 * std::f64::consts::PI).sqrt();
        (normal + density * term).clamp(0.0, 1.0)
    };
    (tail(root, -(-tilt).exp_m1(), third), tail(-root, -tilt.exp_m1(), -third))
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

/// The ratio at which an increasing function takes the value `target`, searched on the logarithm:
/// bisection, and inverse quadratic steps where they can be trusted (Chandrupatla 1997, Adv. Eng.
/// Software 28:145).
fn solve(f: impl Fn(f64) -> f64, target: f64) -> f64 {
    const CLOSE: f64 = 1e-13;
    let miss = |log: f64| f(log.exp()) - target;
    let (mut a, mut b) = (25.0_f64, -25.0_f64);
    let (mut miss_a, mut miss_b) = (miss(a), miss(b));
    let mut part = 0.5;
    for _ in 0..100 {
        let middle = a + part * (b - a);
        let miss_middle = miss(middle);
        let (c, miss_c);
        if (miss_middle < 0.0) == (miss_a < 0.0) {
            (c, miss_c) = (a, miss_a);
        } else {
            (c, miss_c) = (b, miss_b);
            (b, miss_b) = (a, miss_a);
        }
        (a, miss_a) = (middle, miss_middle);
        if (b - a).abs() < CLOSE * a.abs().max(1.0) || miss_a == 0.0 {
            break;
        }
        let (x, y) = ((a - b) / (c - b), (miss_a - miss_b) / (miss_c - miss_b));
        part = if y * y < x && (1.0 - y) * (1.0 - y) < 1.0 - x {
            miss_a / (miss_b - miss_a) * miss_c / (miss_b - miss_c)
                + (c - a) / (b - a) * miss_a / (miss_c - miss_a) * miss_b / (miss_c - miss_b)
        } else {
            0.5
        };
        // At least a little way off the end, lest the bracket never closes.
        let least = 0.5 * CLOSE * a.abs().max(1.0) / (b - a).abs();
        part = part.clamp(least.min(0.5), 1.0 - least.min(0.5));
    }
    a.exp()
}
