//! The regularised incomplete beta function, for any number of events.
//!
//! statrs stops its continued fraction after 140 steps, and takes what stands before the fraction from
//! differences of logarithms of gamma functions. At a thousand events that is right to 1e-12 and at a
//! hundred thousand to 1e-9; at a million, near the centre, it is wrong in the third digit. Beyond that size
//! the fraction is computed here, to its end, and the factor by Loader's saddle point expansion.

use std::f64::consts::PI;

use statrs::function::beta::beta_reg;

/// Up to this sum of its parameters statrs is exact enough.
const STATRS_MAX: f64 = 1e5;

/// I_x(a, b) = ∫ t^(a−1) (1−t)^(b−1) dt / B(a, b) from 0 to x; a and b above zero, x from 0 to 1.
#[must_use]
pub fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if a + b <= STATRS_MAX || x <= 0.0 || x >= 1.0 {
        return beta_reg(a, b, x);
    }
    // The fraction converges fast on this side of the mean, so that the other tail is taken there.
    if x <= (a + 1.0) / (a + b + 2.0) {
        factor(a, b, x, 1.0 - x) * fraction(a, b, x) / a
    } else {
        1.0 - factor(b, a, 1.0 - x, x) * fraction(b, a, 1.0 - x) / b
    }
}

/// x^a y^b / B(a, b) with y = 1 − x.
///
/// Loader (2000), *Fast and Accurate Computation of Binomial Probabilities*: with n = a + b the
/// logarithms of gamma functions combine to deviances and Stirling errors, without the cancellation
/// that loses digits as n grows. Γ(z) = √(2π/z) (z/e)^z e^δ(z).
fn factor(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let exponent =
        stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * x) - deviance(b, n * y);
    (a * (b / n) / (2.0 * PI)).sqrt() * exponent.exp()
}

/// k ln(k / m) − (k − m), without cancellation where k is near m.
fn deviance(k: f64, m: f64) -> f64 {
    let off = (k - m) / m;
    if off.abs() > 0.1 {
        return k * (k / m).ln() - (k - m);
    }
    // (1 + v) ln(1 + v) − v = v²/2 − v³/6 + v⁴/12 − …, term by term v^j (−1)^j / (j (j − 1)).
    let (mut power, mut sum) = (off, 0.0);
    for j in 2..40 {
        power *= if j == 2 { off } else { -off };
        let term = power / f64::from(j * (j - 1));
        sum += term;
        if term.abs() < 1e-17 * sum {
            break;
        }
    }
    m * sum
}

/// δ(z) = ln Γ(z) − (z − ½) ln z + z − ½ ln 2π.
fn stirling_error(z: f64) -> f64 {
    if z < 16.0 {
        return statrs::function::gamma::ln_gamma(z) - (z - 0.5) * z.ln() + z - 0.5 * (2.0 * PI).ln();
    }
    let square = z * z;
    (1.0 / 12.0
        - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / square) / square) / square) / square)
        / z
}

/// The continued fraction of DLMF 8.17.22, by the modified method of Lentz. It takes some √(a + b) steps.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    const STEPS_MAX: u32 = 1_000_000;
    let away_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for step in 1..STEPS_MAX {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for coefficient in [even, odd] {
            d = 1.0 / away_from_zero(1.0 + coefficient * d);
            c = away_from_zero(1.0 + coefficient / c);
            change *= c * d;
        }
        value *= change;
        if (change - 1.0).abs() < 1e-15 {
            break;
        }
    }
    value
}
