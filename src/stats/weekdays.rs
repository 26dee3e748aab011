//! Are the days of the week alike?
//!
//! The exact multinomial test with equal shares. All ways to spread n events over the days are
//! counted: those that differ only by which day has which count are as probable, so that it is enough
//! to go through the partitions of n into at most seven parts (6,430 at n = 40).

use statrs::function::factorial::ln_factorial;

/// How unusual the counts are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EvenDays {
    /// Σ (count − n/7)² / (n/7).
    pub chi_square: f64,
    /// P(outcomes at most as probable as the one seen).
    pub p_by_probability: f64,
    /// P(outcomes with at least this χ²).
    pub p_by_chi_square: f64,
}

/// The work grows with the sixth power of the events: half a millisecond for 40, half a second for 100.
/// By then [`super::chi_square::upper_tail`] with six degrees of freedom is within two percent of
/// [`EvenDays::p_by_chi_square`].
pub const EVENTS_MAX: u64 = 100;

/// The test; `None` without events or with more than [`EVENTS_MAX`].
#[must_use]
pub fn even_days(counts: &[u64; 7]) -> Option<EvenDays> {
    /// Equal probabilities differ by rounding.
    const TIE: f64 = 1e-9;
    let n: u64 = counts.iter().sum();
    if n == 0 || n > EVENTS_MAX {
        return None;
    }
    let log_arrangements = |counts: &[u64]| -> f64 {
        ln_factorial(n) - counts.iter().map(|count| ln_factorial(*count)).sum::<f64>()
    };
    // For a given n the squares decide the order by χ², in whole numbers.
    let squares = |counts: &[u64]| -> u64 { counts.iter().map(|count| count * count).sum() };
    let seen = (log_arrangements(counts), squares(counts));
    let (mut by_probability, mut by_chi_square) = (0.0, 0.0);
    for_each_partition(n, &mut |parts| {
        let one_order = log_arrangements(parts);
        let mass = (one_order + ln_orders(parts) - n as f64 * 7.0_f64.ln()).exp();
        if one_order <= seen.0 + TIE {
            by_probability += mass;
        }
        if squares(parts) >= seen.1 {
            by_chi_square += mass;
        }
    });
    let even = n as f64 / 7.0;
    Some(EvenDays {
        chi_square: seen.1 as f64 / even - n as f64,
        p_by_probability: f64::min(by_probability, 1.0),
        p_by_chi_square: f64::min(by_chi_square, 1.0),
    })
}

/// ln of the number of different orders of seven parts.
fn ln_orders(parts: &[u64; 7]) -> f64 {
    let alike = parts.chunk_by(|a, b| a == b).map(|run| ln_factorial(run.len() as u64));
    ln_factorial(7) - alike.sum::<f64>()
}

/// Calls `visit` with every falling sequence of seven counts that add up to `n`.
fn for_each_partition(n: u64, visit: &mut impl FnMut(&[u64; 7])) {
    fn place(parts: &mut [u64; 7], at: usize, left: u64, most: u64, visit: &mut impl FnMut(&[u64; 7])) {
        if at == 6 {
            parts[6] = left;
            return visit(parts);
        }
        // What is left must fit under this part in the days that follow.
        let least = left.div_ceil(7 - at as u64);
        for part in least..=most.min(left) {
            parts[at] = part;
            place(parts, at + 1, left - part, part, visit);
        }
    }
    place(&mut [0; 7], 0, n, n, visit);
}
