//! The evidence for two causes at once, acting additively.
//!
//! The rate is ∝ 1 + (ρA − 1)·1_A + (ρB − 1)·1_B: each event has one cause, and an event in both
//! regions is A's with probability (ρA − 1) / (ρA + ρB − 1). With π and n split by the two regions,
//!
//! BF = ∬ (ρA+ρB−1)^n11 ρA^n10 ρB^n01 [π00 + π10 ρA + π01 ρB + π11 (ρA+ρB−1)]^(−n) g(ρA) g(ρB).
//!
//! With many events the integrand is a narrow peak, and where the regions overlap much a narrow ridge
//! ρA + ρB ≈ constant, bent by a right angle in the logarithms. Along a line of constant ρA/ρB, however,
//! it has one peak only, which crosses every such ridge: where its logarithm is not concave it falls.
//! So the inner integral runs along these lines, around their peaks, and the outer one over ln(ρA/ρB),
//! in panels that are halved until the height and the width of the peak change little within each.

use std::sync::OnceLock;

use super::{
    one_peak::OnePeak,
    quadrature::{gauss_legendre, sixteen_nodes},
    region_bayes_factor::log_half_normal,
};

/// Events and exposure shares, split by membership in the two regions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    pub both: f64,
    pub only_a: f64,
    pub only_b: f64,
    pub neither: f64,
}

impl Split {
    fn swapped(self) -> Self {
        Self { only_a: self.only_b, only_b: self.only_a, ..self }
    }

    fn total(self) -> f64 {
        self.both + self.only_a + self.only_b + self.neither
    }
}

/// What the events say about the two regions together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoCauses {
    /// Against the null of one rate everywhere.
    pub log_bayes_factor: f64,
    pub explained_by_a: f64,
    pub explained_by_b: f64,
}

/// Largest ln ρ considered: eight prior standard deviations.
const LARGEST: f64 = 16.0;
/// Where the integrand has fallen by this many e-folds, the rest of it cannot be seen in the result.
const NEGLIGIBLE: f64 = 23.0;
/// Panels over ln(ρA/ρB) before any is halved.
const PANELS: usize = 8;
/// Panels are halved while the height of the peak may change by more e-folds than this.
const STEEP: f64 = 8.0;
/// Panels are halved while the width of the peak changes by more e-folds than this.
const WIDENS: f64 = 1.2;
/// Panels are halved while the peak moves across the end of the line by more deviations than this.
const ENTERS: f64 = 4.0;
/// Deviations from the end of the line beyond which the end does not matter.
const FAR: f64 = 6.0;
/// No panel becomes narrower than this.
const NARROWEST: f64 = 1e-4;

/// Integrates over both ratios, ln ρ ~ HalfNormal(`sigma`) each; the `shares` sum to one.
///
/// The errors of all three results are about 1e-6 at most, for up to some ten thousand events.
#[must_use]
pub fn two_causes(events: Split, shares: Split, sigma: f64) -> TwoCauses {
    let a_leads = Leading::new(events, shares, sigma);
    let b_leads = Leading::new(events.swapped(), shares.swapped(), sigma);
    let mut top = f64::NEG_INFINITY;
    let first = a_leads.panels(&mut top);
    let second = b_leads.panels(&mut top);
    let mut of_a = Mass::default();
    a_leads.integrate(&first, top, &mut of_a);
    let mut of_b = Mass::default();
    b_leads.integrate(&second, top, &mut of_b);
    let sum = of_a.whole + of_b.whole;
    let n = events.total().max(f64::MIN_POSITIVE);
    TwoCauses {
        log_bayes_factor: top + sum.ln() + 2.0 * log_half_normal(0.0, sigma),
        explained_by_a: (of_a.by_first + of_b.by_second) / sum / n,
        explained_by_b: (of_a.by_second + of_b.by_first) / sum / n,
    }
}

/// Integrals of the posterior without its constant, and of the events explained.
#[derive(Default)]
struct Mass {
    whole: f64,
    by_first: f64,
    by_second: f64,
}

/// ln of the evidence where ρA is known to be e^`log_ratio`, but for a constant: a screen of partners,
/// at a hundredth of the cost.
#[must_use]
pub fn second_given_first(log_ratio: f64, events: Split, shares: Split, sigma: f64) -> f64 {
    let excess = log_ratio.exp_m1();
    let (share_a, share_b) = (shares.only_a + shares.both, shares.only_b + shares.both);
    let other = Other {
        both: events.both,
        only_b: events.only_b,
        n: events.total(),
        excess,
        constant: 1.0 - share_b + share_a * excess,
        share_b,
        precision: 1.0 / (sigma * sigma),
    };
    other.log_integral(NEGLIGIBLE) + events.only_a * log_ratio
}

/// The integrand over ln ρB where ρA is known.
struct Other {
    both: f64,
    only_b: f64,
    n: f64,
    /// ρA − 1.
    excess: f64,
    /// The mean rate is `constant` + `share_b` · ρB.
    constant: f64,
    share_b: f64,
    precision: f64,
}

impl OnePeak for Other {
    fn log(&self, u: f64) -> f64 {
        let ratio = u.exp();
        self.both * (self.excess + ratio).ln() + self.only_b * u
            - self.n * (self.constant + self.share_b * ratio).ln()
            - 0.5 * self.precision * u * u
    }

    fn slope(&self, u: f64) -> (f64, f64) {
        let ratio = u.exp();
        let own = ratio / (self.excess + ratio);
        let inside = self.share_b * ratio / (self.constant + self.share_b * ratio);
        let slope = self.both * own + self.only_b - self.n * inside - self.precision * u;
        let curvature = self.n * inside * (1.0 - inside) - self.both * own * (1.0 - own) + self.precision;
        (slope, curvature)
    }

    fn room(&self) -> f64 {
        LARGEST
    }
}

/// The half of the plane where the first region's ratio is at least the second's.
struct Leading {
    events: Split,
    n: f64,
    share_a: f64,
    share_b: f64,
    /// 1 / σ².
    precision: f64,
}

/// The peak on the line ln ρA − ln ρB = lead.
#[derive(Clone, Copy)]
struct Crest {
    lead: f64,
    /// ln ρB at the peak.
    mode: f64,
    /// ln of height × width, about.
    log: f64,
    /// Change of the logarithm of the height with the lead.
    slope: f64,
    log_width: f64,
    /// Standard deviations from the end of the line, ln ρB = 0, to where the peak is or would be.
    inside: f64,
}

impl Leading {
    fn new(events: Split, shares: Split, sigma: f64) -> Self {
        Self {
            events,
            n: events.total(),
            share_a: shares.only_a + shares.both,
            share_b: shares.only_b + shares.both,
            precision: 1.0 / (sigma * sigma),
        }
    }

    fn line(&self, lead: f64) -> Line<'_> {
        let factor = lead.exp();
        Line {
            plane: self,
            lead,
            factor,
            sum: 1.0 + factor,
            constant: 1.0 - self.share_a - self.share_b,
            weight: self.share_a * factor + self.share_b,
        }
    }

    fn crest(&self, lead: f64, near: f64) -> Crest {
        let line = self.line(lead);
        let mode = line.mode(near);
        let (along, curvature) = line.slope(mode);
        let across = line.slope_across(mode);
        // The end of the line moves with the lead.
        let slope = if along > 0.0 && mode >= line.room() { across - along } else { across };
        let steepness = curvature.max(1.0 / (LARGEST * LARGEST)).sqrt();
        let log_width = -(along.abs() + steepness).ln();
        let inside = mode * steepness + along.min(0.0) / steepness;
        Crest { lead, mode, log: line.log(mode) + log_width, slope, log_width, inside }
    }

    /// Panels that together hold all that is not negligible. Raises `top` to the highest crest found.
    fn panels(&self, top: &mut f64) -> Vec<(Crest, Crest)> {
        let step = LARGEST / PANELS as f64;
        let mut crests: Vec<Crest> = Vec::with_capacity(PANELS + 1);
        for knot in 0..=PANELS {
            let near = crests.last().map_or(1.0, |crest| crest.mode);
            crests.push(self.crest(knot as f64 * step, near));
        }
        *top = crests.iter().map(|crest| crest.log).fold(*top, f64::max);
        let mut open: Vec<(Crest, Crest)> = crests.windows(2).map(|pair| (pair[0], pair[1])).collect();
        let mut done = Vec::new();
        while let Some((left, right)) = open.pop() {
            if negligible(&left, &right, *top) {
                continue;
            }
            let width = right.lead - left.lead;
            let steep = width * left.slope.abs().max(right.slope.abs()) > STEEP;
            let widens = (left.log_width - right.log_width).abs() > WIDENS;
            let enters = (left.inside - right.inside).abs() > ENTERS
                && left.inside.min(right.inside) < FAR
                && left.inside.max(right.inside) > -FAR;
            if width > NARROWEST && (steep || widens || enters) {
                let middle = self.crest(left.lead + 0.5 * width, 0.5 * (left.mode + right.mode));
                *top = top.max(middle.log);
                open.push((left, middle));
                open.push((middle, right));
            } else {
                done.push((left, right));
            }
        }
        done
    }

    fn integrate(&self, panels: &[(Crest, Crest)], top: f64, mass: &mut Mass) {
        let (nodes, weights) = eight_nodes();
        for (left, right) in panels.iter().filter(|(left, right)| !negligible(left, right, top)) {
            let half = 0.5 * (right.lead - left.lead);
            for (node, weight) in nodes.iter().zip(weights) {
                let line = self.line(left.lead + half * (1.0 + node));
                let near = left.mode + 0.5 * (1.0 + node) * (right.mode - left.mode);
                line.integrate(line.mode(near), top, half * weight, mass);
            }
        }
    }
}

/// Whether all between two crests is too low to be seen.
fn negligible(left: &Crest, right: &Crest, top: f64) -> bool {
    let rises_between = left.slope > 0.0 && right.slope < 0.0;
    left.log.max(right.log) < top - NEGLIGIBLE && !rises_between
}

fn eight_nodes() -> (&'static [f64], &'static [f64]) {
    static RULE: OnceLock<(Vec<f64>, Vec<f64>)> = OnceLock::new();
    let (nodes, weights) = RULE.get_or_init(|| gauss_legendre(8));
    (nodes, weights)
}

/// The integrand where ln ρA − ln ρB is constant, as a function of ln ρB.
struct Line<'a> {
    plane: &'a Leading,
    lead: f64,
    /// ρA / ρB.
    factor: f64,
    /// ρA + ρB − 1 = `sum` · ρB − 1.
    sum: f64,
    /// The mean rate is `constant` + `weight` · ρB.
    constant: f64,
    weight: f64,
}

impl Line<'_> {
    fn log_given(&self, u: f64, ratio: f64) -> f64 {
        let (events, ahead) = (&self.plane.events, u + self.lead);
        let both = if events.both > 0.0 { events.both * (self.sum * ratio - 1.0).ln() } else { 0.0 };
        both + events.only_a * ahead + events.only_b * u
            - self.plane.n * (self.constant + self.weight * ratio).ln()
            - 0.5 * self.plane.precision * (u * u + ahead * ahead)
    }

    /// Slope of the logarithm in ln ρA, ln ρB held.
    fn slope_across(&self, u: f64) -> f64 {
        let (plane, ratio) = (self.plane, u.exp());
        let first = ratio * self.factor;
        plane.events.both * first / (self.sum * ratio - 1.0) + plane.events.only_a
            - plane.n * plane.share_a * first / (self.constant + self.weight * ratio)
            - plane.precision * (u + self.lead)
    }

    fn integrate(&self, mode: f64, top: f64, outer: f64, mass: &mut Mass) {
        let (nodes, weights) = sixteen_nodes();
        let events = &self.plane.events;
        for side in [-1.0, 1.0] {
            let half = 0.5 * (self.end(mode, NEGLIGIBLE, side) - mode);
            if half == 0.0 {
                continue;
            }
            for (node, weight) in nodes.iter().zip(weights) {
                let u = mode + half * (1.0 + node);
                let second = u.exp();
                let first = second * self.factor;
                let sum = self.sum * second - 1.0;
                let part = outer * half.abs() * weight * (self.log_given(u, second) - top).exp();
                mass.whole += part;
                mass.by_first += part * (first - 1.0) * (events.only_a / first + events.both / sum);
                mass.by_second += part * (second - 1.0) * (events.only_b / second + events.both / sum);
            }
        }
    }
}

impl OnePeak for Line<'_> {
    fn log(&self, u: f64) -> f64 {
        self.log_given(u, u.exp())
    }

    fn slope(&self, u: f64) -> (f64, f64) {
        let (plane, ratio) = (self.plane, u.exp());
        let events = &plane.events;
        let (sum, mean) = (self.sum * ratio, self.constant + self.weight * ratio);
        let inside = self.weight * ratio / mean;
        let slope = events.both * sum / (sum - 1.0) + events.only_a + events.only_b
            - plane.n * inside
            - plane.precision * (2.0 * u + self.lead);
        let curvature = events.both * sum / ((sum - 1.0) * (sum - 1.0))
            + plane.n * inside * self.constant / mean
            + 2.0 * plane.precision;
        (slope, curvature)
    }

    fn room(&self) -> f64 {
        LARGEST - self.lead
    }
}
