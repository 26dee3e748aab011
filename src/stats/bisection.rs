//! Where a monotone function takes a value.

/// The argument between `low` and `high` at which an increasing function takes the value `target`.
///
/// Halves the interval until no number lies between its ends, so the error is that of the function
/// alone. For a decreasing function negate both. Where the function never takes the value, the
/// nearer end is returned.
#[must_use]
pub fn increasing(f: impl Fn(f64) -> f64, target: f64, low: f64, high: f64) -> f64 {
    let (mut low, mut high) = (low, high);
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return middle;
        }
        if f(middle) < target { low = middle } else { high = middle }
    }
}

/// The same for an argument that may be of any size above zero, up to e^40 either way: bisection on
/// its logarithm.
#[must_use]
pub fn increasing_positive(f: impl Fn(f64) -> f64, target: f64) -> f64 {
    const REACH: f64 = 40.0;
    increasing(|log| f(log.exp()), target, -REACH, REACH).exp()
}
