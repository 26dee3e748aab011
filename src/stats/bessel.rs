//! Bessel functions of the first kind, orders 0 and 1, for arguments of zero and above.

use std::f64::consts::PI;

/// From here on Hankel's expansion is exact to rounding: its smallest term is about e^(−2x).
const ASYMPTOTIC: f64 = 25.0;

/// J0(x) and J1(x).
#[must_use]
pub fn j0_and_j1(x: f64) -> (f64, f64) {
    if x < ASYMPTOTIC { by_integral(x) } else { (by_hankel(0.0, x), by_hankel(1.0, x)) }
}

/// Bessel's integral, J0 = mean of cos(x sin θ) and J1 = mean of sin(x sin θ) sin θ, over the circle.
/// The trapezoid rule on a period is exact but for J_m(x) with m the number of nodes, far below
/// rounding here; by symmetry a quarter of the nodes suffices.
fn by_integral(x: f64) -> (f64, f64) {
    const QUARTER: usize = 20;
    let (mut j0, mut j1) = (0.0, 0.0);
    for i in 0..QUARTER {
        let sine = ((i as f64 + 0.5) / QUARTER as f64 * PI / 2.0).sin();
        j0 += (x * sine).cos();
        j1 += (x * sine).sin() * sine;
    }
    (j0 / QUARTER as f64, j1 / QUARTER as f64)
}

/// Hankel's asymptotic expansion (Abramowitz & Stegun 9.2.5, 9.2.9–10), stopped at its smallest term.
fn by_hankel(order: f64, x: f64) -> f64 {
    let mu = 4.0 * order * order;
    let (mut p, mut q) = (0.0, 0.0);
    let mut term = 1.0_f64;
    for k in 0..60 {
        // Terms k = 0, 2, 4 … with alternating sign make P, the others Q.
        let signed = if k / 2 % 2 == 0 { term } else { -term };
        if k % 2 == 0 {
            p += signed
        } else {
            q += signed
        }
        let odd = 2.0 * f64::from(k) + 1.0;
        let next = term * (mu - odd * odd) / (8.0 * x * (f64::from(k) + 1.0));
        if next.abs() > term.abs() || next.abs() < 1e-18 {
            break;
        }
        term = next;
    }
    let angle = x - (order / 2.0 + 0.25) * PI;
    (2.0 / (PI * x)).sqrt() * (p * angle.cos() - q * angle.sin())
}
