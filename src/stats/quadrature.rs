//! Gauss–Legendre nodes, on one interval or on panels.

use std::{f64::consts::PI, sync::OnceLock};

/// Nodes and weights of the `count`-point rule on [-1, 1], by Newton's method on the Legendre
/// polynomial (Abramowitz & Stegun 25.4.29).
#[must_use]
pub fn gauss_legendre(count: usize) -> (Vec<f64>, Vec<f64>) {
    let mut nodes = vec![0.0; count];
    let mut weights = vec![0.0; count];
    for i in 0..count.div_ceil(2) {
        let mut x = (PI * (i as f64 + 0.75) / (count as f64 + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..100 {
            let (value, derivative) = legendre(count, x);
            slope = derivative;
            let step = value / derivative;
            x -= step;
            if step.abs() < 1e-15 {
                break;
            }
        }
        let weight = 2.0 / ((1.0 - x * x) * slope * slope);
        nodes[i] = -x;
        nodes[count - 1 - i] = x;
        weights[i] = weight;
        weights[count - 1 - i] = weight;
    }
    (nodes, weights)
}

/// The 16-point rule on [-1, 1], computed once.
#[must_use]
pub fn sixteen_nodes() -> (&'static [f64], &'static [f64]) {
    static RULE: OnceLock<(Vec<f64>, Vec<f64>)> = OnceLock::new();
    let (nodes, weights) = RULE.get_or_init(|| gauss_legendre(16));
    (nodes, weights)
}

/// Value and derivative of the Legendre polynomial of the given degree.
fn legendre(degree: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for k in 2..=degree {
        let k = k as f64;
        let next = ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k;
        before = value;
        value = next;
    }
    (value, degree as f64 * (x * value - before) / (x * x - 1.0))
}

/// Nodes and weights of a composite rule: `panels` equal panels of `per_panel` nodes on [from, to].
#[must_use]
pub fn panels(from: f64, to: f64, panels: usize, per_panel: usize) -> (Vec<f64>, Vec<f64>) {
    let (unit_nodes, unit_weights) = gauss_legendre(per_panel);
    let half = (to - from) / panels as f64 / 2.0;
    let mut nodes = Vec::with_capacity(panels * per_panel);
    let mut weights = Vec::with_capacity(panels * per_panel);
    for panel in 0..panels {
        let middle = from + half * (2.0 * panel as f64 + 1.0);
        for (node, weight) in unit_nodes.iter().zip(&unit_weights) {
            nodes.push(middle + half * node);
            weights.push(half * weight);
        }
    }
    (nodes, weights)
}
