//! The evidence for two causes at once, acting additively.
//!
//! The rate is ∝ 1 + (ρA − 1)·1_A + (ρB − 1)·1_B: each event has one cause, and an event in both
//! regions is A's with probability (ρA − 1) / (ρA + ρB − 1). With π and n split by the two regions,
//!
//! BF = ∬ (ρA+ρB−1)^n11 ρA^n10 ρB^n01 [π00 + π10 ρA + π01 ρB + π11 (ρA+ρB−1)]^(−n) g(ρA) g(ρB).

use super::{quadrature, region_bayes_factor::log_half_normal};

/// Events and exposure shares, split by membership in the two regions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    pub both: f64,
    pub only_a: f64,
    pub only_b: f64,
    pub neither: f64,
}

/// What the events say about the two regions together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoCauses {
    /// Against the null of one rate everywhere.
    pub log_bayes_factor: f64,
    pub explained_by_a: f64,
    pub explained_by_b: f64,
}

/// Quadrature nodes with the parts of the integrand that do not depend on the data.
#[derive(Debug, Clone)]
pub struct TwoCauseGrid {
    nodes: Vec<f64>,
    ratios: Vec<f64>,
    log_weights: Vec<f64>,
    /// ln(ρA + ρB − 1), row by row.
    log_sums: Vec<f64>,
}

impl TwoCauseGrid {
    /// A product rule of `panels` × 16 Gauss–Legendre nodes on [0, 16] for each ln ρ.
    #[must_use]
    pub fn new(panels: usize, sigma: f64) -> Self {
        let (nodes, weights) = quadrature::panels(0.0, 16.0, panels, 16);
        let ratios: Vec<f64> = nodes.iter().map(|u| u.exp()).collect();
        let log_weights =
            nodes.iter().zip(&weights).map(|(u, w)| log_half_normal(*u, sigma) + w.ln()).collect();
        let log_sums = ratios.iter().flat_map(|a| ratios.iter().map(move |b| (a + b - 1.0).ln())).collect();
        Self { nodes, ratios, log_weights, log_sums }
    }

    /// Integrates over both ratios.
    #[must_use]
    pub fn evidence(&self, events: Split, shares: Split) -> TwoCauses {
        let size = self.nodes.len();
        let n = events.both + events.only_a + events.only_b + events.neither;
        let mut logs = vec![0.0; size * size];
        let mut top = f64::NEG_INFINITY;
        for i in 0..size {
            let row = self.log_weights[i] + events.only_a * self.nodes[i];
            let rate = shares.neither + shares.only_a * self.ratios[i] + shares.both * (self.ratios[i] - 1.0);
            for j in 0..size {
                let total = rate + (shares.only_b + shares.both) * self.ratios[j];
                let log = row
                    + self.log_weights[j]
                    + events.only_b * self.nodes[j]
                    + events.both * self.log_sums[i * size + j]
                    - n * total.ln();
                top = top.max(log);
                logs[i * size + j] = log;
            }
        }
        self.summarise(events, n, &logs, top)
    }

    fn summarise(&self, events: Split, n: f64, logs: &[f64], top: f64) -> TwoCauses {
        /// Below this the weight of a node cannot be seen in the result.
        const NEGLIGIBLE: f64 = -40.0;
        let size = self.nodes.len();
        let (mut sum, mut by_a, mut by_b) = (0.0, 0.0, 0.0);
        for i in 0..size {
            let a = self.ratios[i];
            for j in 0..size {
                let log = logs[i * size + j] - top;
                if log < NEGLIGIBLE {
                    continue;
                }
                let weight = log.exp();
                let b = self.ratios[j];
                let total = a + b - 1.0;
                sum += weight;
                by_a += weight * (events.only_a * (1.0 - 1.0 / a) + events.both * (a - 1.0) / total);
                by_b += weight * (events.only_b * (1.0 - 1.0 / b) + events.both * (b - 1.0) / total);
            }
        }
        let n = n.max(f64::MIN_POSITIVE);
        TwoCauses {
            log_bayes_factor: top + sum.ln(),
            explained_by_a: by_a / sum / n,
            explained_by_b: by_b / sum / n,
        }
    }
}
