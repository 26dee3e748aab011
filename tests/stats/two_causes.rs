//! Two causes at once, against brute force: squares over (ln ρA, ln ρB) are quartered until the
//! integrand changes little within each, and left out only where it provably cannot be seen.

use coroner::stats::{
    quadrature::gauss_legendre,
    region_bayes_factor::SIGMA,
    two_causes::{Split, TwoCauses, second_given_first, two_causes},
};

const LARGEST: f64 = 16.0;

struct Case {
    events: Split,
    shares: Split,
}

impl Case {
    fn n(&self) -> f64 {
        self.events.both + self.events.only_a + self.events.only_b + self.events.neither
    }

    /// The part of the logarithm that rises with both ratios.
    fn rising(&self, u: f64, v: f64) -> f64 {
        self.events.both * (u.exp() + v.exp() - 1.0).ln() + self.events.only_a * u + self.events.only_b * v
    }

    /// The part that falls with both.
    fn falling(&self, u: f64, v: f64) -> f64 {
        let (a, b, s) = (u.exp(), v.exp(), &self.shares);
        let rate = s.neither + s.only_a * a + s.only_b * b + s.both * (a + b - 1.0);
        -self.n() * rate.ln() - (u * u + v * v) / (2.0 * SIGMA * SIGMA)
    }

    fn log(&self, u: f64, v: f64) -> f64 {
        self.rising(u, v) + self.falling(u, v)
    }
}

#[derive(Clone, Copy)]
struct Square {
    u: f64,
    v: f64,
    side: f64,
}

impl Square {
    fn quarters(self) -> [Self; 4] {
        let side = self.side / 2.0;
        [(0.0, 0.0), (side, 0.0), (0.0, side), (side, side)].map(|(u, v)| Self {
            u: self.u + u,
            v: self.v + v,
            side,
        })
    }

    /// Smallest and largest of the logarithm at nine points.
    fn range(&self, case: &Case) -> (f64, f64) {
        let at = |i: usize| {
            case.log(self.u + self.side * (i % 3) as f64 / 2.0, self.v + self.side * (i / 3) as f64 / 2.0)
        };
        (0..9)
            .map(at)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), log| (low.min(log), high.max(log)))
    }

    /// The logarithm is nowhere in the square larger.
    fn bound(&self, case: &Case) -> f64 {
        case.rising(self.u + self.side, self.v + self.side) + case.falling(self.u, self.v)
    }
}

fn brute_force(case: &Case) -> TwoCauses {
    const UNSEEN: f64 = 32.0;
    let mut open = vec![Square { u: 0.0, v: 0.0, side: LARGEST }];
    let mut small = Vec::new();
    let mut top = f64::NEG_INFINITY;
    while !open.is_empty() {
        let mut next = Vec::new();
        for square in open {
            let (low, high) = square.range(case);
            top = top.max(high);
            if square.bound(case) < top - UNSEEN {
                continue;
            }
            if high - low < 2.5 && square.side < 1.1 {
                small.push(square)
            } else {
                next.extend(square.quarters())
            }
        }
        open = next;
    }
    let (nodes, weights) = gauss_legendre(7);
    let (mut sum, mut by_a, mut by_b) = (0.0, 0.0, 0.0);
    for square in small {
        let half = square.side / 2.0;
        for (x, across) in nodes.iter().zip(&weights) {
            for (y, along) in nodes.iter().zip(&weights) {
                let (u, v) = (square.u + half * (1.0 + x), square.v + half * (1.0 + y));
                let mass = half * half * across * along * (case.log(u, v) - top).exp();
                let (a, b) = (u.exp(), v.exp());
                sum += mass;
                by_a += mass
                    * (case.events.only_a * (1.0 - 1.0 / a) + case.events.both * (a - 1.0) / (a + b - 1.0));
                by_b += mass
                    * (case.events.only_b * (1.0 - 1.0 / b) + case.events.both * (b - 1.0) / (a + b - 1.0));
            }
        }
    }
    let density = (2.0 / (std::f64::consts::PI * SIGMA * SIGMA)).ln();
    TwoCauses {
        log_bayes_factor: top + sum.ln() + density,
        explained_by_a: by_a / sum / case.n(),
        explained_by_b: by_b / sum / case.n(),
    }
}

/// Shares of the exposure in both regions, in the first alone and in the second alone.
const OVERLAPS: [[f64; 3]; 7] = [
    // Independent, disjoint, the first within the second, all but the same region, small ones, large ones.
    [0.02, 0.18, 0.08],
    [0.0, 0.1, 0.2],
    [0.05, 0.0, 0.25],
    [0.3, 0.01, 0.01],
    [1e-5, 1e-3, 5e-4],
    [0.1, 5e-4, 5e-4],
    [0.6, 0.25, 0.1],
];

/// True ratios of the rates: no excess, one cause, two causes, huge ones.
const RATIOS: [[f64; 2]; 6] = [[1.0, 1.0], [4.0, 1.0], [3.0, 6.0], [1.3, 1.1], [400.0, 1.0], [3e4, 2e3]];

fn cases(n: f64) -> impl Iterator<Item = Case> {
    OVERLAPS.iter().flat_map(move |[both, only_a, only_b]| {
        RATIOS.iter().map(move |[a, b]| {
            let shares = Split {
                both: *both,
                only_a: *only_a,
                only_b: *only_b,
                neither: 1.0 - both - only_a - only_b,
            };
            let rates = [shares.both * (a + b - 1.0), shares.only_a * a, shares.only_b * b, shares.neither];
            // The events expected, to whole numbers.
            let scale = n / rates.iter().sum::<f64>();
            let [both, only_a, only_b, _] = rates.map(|rate| (rate * scale).round());
            let neither = (n - both - only_a - only_b).max(0.0);
            Case { events: Split { both, only_a, only_b, neither }, shares }
        })
    })
}

#[test]
fn the_joint_evidence_is_exact_for_any_number_of_events() {
    for n in [3.0, 10.0, 40.0, 300.0, 3000.0, 24_000.0] {
        for case in cases(n) {
            let (found, exact) = (two_causes(case.events, case.shares, SIGMA), brute_force(&case));
            let off = (found.log_bayes_factor - exact.log_bayes_factor)
                .abs()
                .max((found.explained_by_a - exact.explained_by_a).abs())
                .max((found.explained_by_b - exact.explained_by_b).abs());
            let what = format!("{:?} of {:?}: {found:?}, not {exact:?}", case.events, case.shares);
            assert!(off < 1e-6, "{what}");
        }
    }
}

#[test]
fn a_partner_is_screened_by_its_evidence_given_the_other() {
    for n in [10.0, 300.0, 24_000.0] {
        for case in cases(n).filter(|case| case.shares.both < 0.3) {
            let first = 1.5;
            // Simpson's rule over t, ln ρB = 16 t³: the peak may be narrowest at ln ρB = 0.
            const STEPS: u32 = 64_000;
            let step = 1.0 / f64::from(STEPS);
            let at = |i: u32| f64::from(i) * step;
            let logs: Vec<f64> = (0..=STEPS).map(|i| case.log(first, LARGEST * at(i).powi(3))).collect();
            let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let weighed = |i: u32| {
                let weight = if i.is_multiple_of(2) { 2.0 } else { 4.0 };
                weight * 3.0 * LARGEST * at(i).powi(2) * (logs[i as usize] - top).exp()
            };
            // The integrand is nothing at both ends.
            let sum: f64 = (1..STEPS).map(weighed).sum();
            let exact = top + (sum * step / 3.0).ln() + first * first / (2.0 * SIGMA * SIGMA);
            let found = second_given_first(first, case.events, case.shares, SIGMA);
            assert!(
                (found - exact).abs() < 1e-6,
                "{:?} of {:?}: {found}, not {exact}",
                case.events,
                case.shares
            );
        }
    }
}
