//! The number of successes among trials that each have a probability of their own.
//!
//! The null of a circular shift: shift each schedule by whole days or weeks and count, for each event,
//! the share of the shifts that put it inside a window. With events independent given the shifts, the
//! number inside is Poisson-binomial, and nothing has to be drawn (Hong 2013, CSDA 59:41, for the
//! distribution). Shifts by whole days keep the hour of day, those by whole weeks also the weekday.

/// Tail probabilities of a count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tails {
    pub expected: f64,
    /// P(X ≥ a).
    pub p_greater: f64,
    /// P(X > a) + ½ P(X = a).
    pub mid_p_greater: f64,
}

/// P(X = k) for k = 0..=n, by convolution. Only products and sums of positive numbers, so that far
/// tails keep their relative accuracy, down to 1e-290.
#[must_use]
pub fn masses(probabilities: impl IntoIterator<Item = f64>) -> Vec<f64> {
    /// Smaller masses are dropped: numbers near the smallest that there are slow the processor down,
    /// and with thousands of trials nearly all masses are such.
    const NEGLIGIBLE: f64 = 1e-300;
    let mut mass = vec![1.0];
    let (mut low, mut high) = (0, 0);
    for p in probabilities {
        mass.push(0.0);
        high += 1;
        for k in (low + 1..=high).rev() {
            mass[k] = mass[k] * (1.0 - p) + mass[k - 1] * p;
        }
        mass[low] *= 1.0 - p;
        while low < high && mass[low] < NEGLIGIBLE {
            mass[low] = 0.0;
            low += 1;
        }
        while high > low && mass[high] < NEGLIGIBLE {
            mass[high] = 0.0;
            high -= 1;
        }
    }
    mass
}

/// The tails at `a` successes among trials with the given probabilities.
#[must_use]
pub fn tails(probabilities: &[f64], a: u64) -> Tails {
    let mass = masses(probabilities.iter().copied());
    let from = |k: usize| mass.get(k..).map_or(0.0, |tail| tail.iter().rev().sum::<f64>().min(1.0));
    let a = a as usize;
    let p_greater = from(a);
    Tails { expected: probabilities.iter().sum(), p_greater, mid_p_greater: 0.5 * (p_greater + from(a + 1)) }
}
