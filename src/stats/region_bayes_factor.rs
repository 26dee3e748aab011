//! The evidence that the rate is raised inside a region of host-time.
//!
//! Null model: one rate everywhere. Alternative: the rate is ρ times as high inside the region.
//! With the same 1/λ prior on the common rate in both, λ cancels and on the same n events
//!
//! BF = ∫ ρ^a (1 − π + πρ)^(−n) g(ρ) dρ, ln ρ ~ HalfNormal(σ),
//!
//! where π is the region's share of the exposure and a the (possibly fractional) number of events
//! inside. A common scale parameter may carry an improper prior: Berger, Pericchi & Varshavsky
//! (1998), Sankhyā A 60:307. One g for every region is what makes the evidence comparable.

use std::f64::consts::PI;

use super::quadrature;

/// Standard deviation of ln ρ before seeing data: median ρ 3.9, 95 % below 50.
pub const SIGMA: f64 = 2.0;

/// What the events say about one region.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegionEvidence {
    pub log_bayes_factor: f64,
    /// Posterior mean of ln ρ, given that the region matters.
    pub mean_log_ratio: f64,
    /// (a / n) · E[1 − 1/ρ]: expected share of the events that the region explains, given it matters.
    pub explained_fraction: f64,
}

/// ln of the half-normal density of u ≥ 0.
#[must_use]
pub fn log_half_normal(u: f64, sigma: f64) -> f64 {
    0.5 * (2.0 / PI).ln() - sigma.ln() - 0.5 * (u / sigma) * (u / sigma)
}

/// Largest ln ρ considered: eight prior standard deviations.
const LARGEST: f64 = 16.0;
/// Where the integrand has fallen by this many e-folds, the rest of it cannot be seen in the result.
const NEGLIGIBLE: f64 = 40.0;
/// Panels of 16 Gauss–Legendre nodes on either side of the mode.
const PANELS: usize = 4;

/// Evidence by composite Gauss–Legendre quadrature over u = ln ρ, laid around the mode.
///
/// The logarithm of the integrand is concave in u, so that it has one mode and falls off at least
/// exponentially. The error is below 1e-9 for any number of events and any share.
#[must_use]
pub fn region_evidence(a: f64, n: f64, share: f64, sigma: f64) -> RegionEvidence {
    let none = RegionEvidence { log_bayes_factor: 0.0, mean_log_ratio: 0.0, explained_fraction: 0.0 };
    if !(n > 0.0 && share > 0.0 && share < 1.0) {
        return none;
    }
    let integrand = Integrand { a, n, share, sigma };
    let (nodes, weights) = quadrature::sixteen_nodes();
    let mode = integrand.mode();
    let top = integrand.log(mode);
    let (mut sum, mut log_ratio, mut excess) = (0.0, 0.0, 0.0);
    for far in [integrand.end(mode, top, -1.0), integrand.end(mode, top, 1.0)] {
        let half = (far - mode).abs() / (2.0 * PANELS as f64);
        if half <= 0.0 {
            continue;
        }
        for panel in 0..PANELS {
            let middle = mode.min(far) + half * (2.0 * panel as f64 + 1.0);
            for (node, weight) in nodes.iter().zip(weights) {
                let u = middle + half * node;
                let gain = u.exp_m1();
                let mass = half * weight * (integrand.log_given(u, gain) - top).exp();
                sum += mass;
                log_ratio += mass * u;
                excess += mass * gain / (1.0 + gain);
            }
        }
    }
    RegionEvidence {
        log_bayes_factor: top + sum.ln() + log_half_normal(0.0, sigma),
        mean_log_ratio: log_ratio / sum,
        explained_fraction: a / n * excess / sum,
    }
}

/// ρ^a (1 − π + πρ)^(−n) times the prior, without the constant of the prior.
struct Integrand {
    a: f64,
    n: f64,
    share: f64,
    sigma: f64,
}

impl Integrand {
    fn log(&self, u: f64) -> f64 {
        self.log_given(u, u.exp_m1())
    }

    /// The same where e^u − 1 is known.
    fn log_given(&self, u: f64, gain: f64) -> f64 {
        let z = u / self.sigma;
        self.a * u - self.n * (self.share * gain).ln_1p() - 0.5 * z * z
    }

    /// Slope and curvature (with its sign changed) of the logarithm.
    fn slope(&self, u: f64) -> (f64, f64) {
        let inside = self.share * u.exp() / (1.0 + self.share * u.exp_m1());
        let variance = self.sigma * self.sigma;
        (self.a - self.n * inside - u / variance, self.n * inside * (1.0 - inside) + 1.0 / variance)
    }

    /// Where the integrand is largest: Newton's method within a shrinking bracket.
    fn mode(&self) -> f64 {
        if self.slope(0.0).0 <= 0.0 {
            return 0.0;
        }
        let (mut low, mut high) = (0.0, LARGEST);
        let odds = self.a / (self.n - self.a).max(0.5) * (1.0 - self.share) / self.share;
        let mut u = odds.ln().clamp(0.1, LARGEST - 0.1);
        for _ in 0..60 {
            let (slope, curvature) = self.slope(u);
            if slope > 0.0 {
                low = u
            } else {
                high = u
            }
            let mut next = u + slope / curvature;
            if !(low < next && next < high) {
                next = 0.5 * (low + high);
            }
            // The quadrature only needs to know where about the peak is.
            let near = (next - u).abs() * curvature.sqrt() < 1e-3;
            u = next;
            if near {
                break;
            }
        }
        u
    }

    /// Where the integrand has become negligible, below (-1) or above (+1) the mode.
    fn end(&self, mode: f64, top: f64, side: f64) -> f64 {
        const STRETCH: f64 = 1.3;
        let room = if side < 0.0 { mode } else { LARGEST - mode };
        let gone = |distance: f64| self.log(mode + side * distance) < top - NEGLIGIBLE;
        let (slope, curvature) = self.slope(mode);
        let mut distance = (9.0 / curvature.sqrt()).min(NEGLIGIBLE / slope.abs().max(1e-9));
        while distance < room && !gone(distance) {
            distance *= STRETCH;
        }
        while distance < room && gone(distance / STRETCH) {
            distance /= STRETCH;
        }
        mode + side * distance.min(room)
    }
}

/// ln BF of one region for any number of events inside, for permutations: knots at least every eighth
/// of a standard deviation of the count, joined by cubics with the exact slopes
/// (∂ ln BF / ∂a is the posterior mean of ln ρ).
///
/// While the standard deviation is below 16 every count has a knot and is exact; beyond, the error of
/// Hermite's cubic, h⁴/384 · max |f⁗|, stays below 1e-5. Counts farther than ten standard deviations from
/// the expected one are integrated anew.
#[derive(Debug, Clone)]
pub struct EvidenceCurve {
    events: f64,
    share: f64,
    from: f64,
    step: f64,
    /// Value and slope.
    knots: Vec<(f64, f64)>,
}

impl EvidenceCurve {
    /// The curve of a region with exposure share `share` when there are `events` events in all.
    #[must_use]
    pub fn new(share: f64, events: usize) -> Self {
        let events = events as f64;
        let (expected, deviation) = (events * share, (events * share * (1.0 - share)).max(0.0).sqrt());
        let step = (deviation / 8.0).floor().max(1.0);
        let from = (expected - 10.0 * deviation).floor().max(0.0);
        let to = (expected + 10.0 * deviation).ceil().min(events);
        let knots = (0..=((to - from) / step).ceil() as usize)
            .map(|knot| {
                let evidence = region_evidence((from + knot as f64 * step).min(events), events, share, SIGMA);
                (evidence.log_bayes_factor, evidence.mean_log_ratio)
            })
            .collect();
        Self { events, share, from, step, knots }
    }

    /// ln BF for `count` events inside.
    #[must_use]
    pub fn log_bayes_factor(&self, count: f64) -> f64 {
        let place = (count - self.from) / self.step;
        let knot = place.floor();
        // The last knot may be nearer to the one before than the others.
        if !(place >= 0.0 && (knot as usize) + 2 < self.knots.len()) {
            return region_evidence(count, self.events, self.share, SIGMA).log_bayes_factor;
        }
        let (left, right) = (self.knots[knot as usize], self.knots[knot as usize + 1]);
        let t = place - knot;
        let rise = right.0 - left.0;
        let (out, into) = (left.1 * self.step - rise, rise - right.1 * self.step);
        left.0 + t * rise + t * (1.0 - t) * (out * (1.0 - t) + into * t)
    }
}

/// An upper limit of ln BF: the likelihood ratio at the best ρ ≥ 1, a ln(a/nπ) + (n−a) ln((n−a)/n(1−π)),
/// with what does not depend on the count computed once. No average over ρ can exceed the maximum.
#[derive(Debug, Clone, Copy)]
pub struct EvidenceLimit {
    expected: f64,
    log_inside: f64,
    log_outside: f64,
}

impl EvidenceLimit {
    /// For a region with exposure share `share` among `events` events.
    #[must_use]
    pub fn new(share: f64, events: usize) -> Self {
        let n = events as f64;
        Self { expected: n * share, log_inside: (n * share).ln(), log_outside: (n * (1.0 - share)).ln() }
    }

    /// The limit for `count` events inside; `entropies[k]` is k ln k for k = 0 ..= events.
    #[must_use]
    pub fn log_bayes_factor(&self, count: usize, entropies: &[f64]) -> f64 {
        if count as f64 <= self.expected {
            return 0.0;
        }
        let outside = entropies.len() - 1 - count;
        entropies[count] + entropies[outside]
            - count as f64 * self.log_inside
            - outside as f64 * self.log_outside
    }
}
