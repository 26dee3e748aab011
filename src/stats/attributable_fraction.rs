//! Which share of the events would not have happened at the lower rate.
//!
//! Levin (1953), Acta Unio Int Contra Cancrum 9:531; Greenland & Drescher (1993), Biometrics 49:865.

use super::rate_ratio::RateRatio;

/// Shares of events that are due to the raised rate; negative, without bound, where it is lowered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttributableFraction {
    /// Among the exposed: 1 − 1/RR, with its limits from those of the ratio.
    pub of_exposed: f64,
    pub low: f64,
    pub high: f64,
    /// Among all: (a / n)(1 − 1/RR); 0 if no event is exposed.
    pub of_all: f64,
}

/// `a` exposed events of `n`, and what the comparison of the rates found.
#[must_use]
pub fn attributable_fraction(a: u64, n: u64, rates: &RateRatio) -> AttributableFraction {
    let fraction = |ratio: f64| 1.0 - 1.0 / ratio;
    let of_exposed = fraction(rates.ratio);
    AttributableFraction {
        of_exposed,
        low: fraction(rates.low),
        high: fraction(rates.high),
        of_all: if a == 0 { 0.0 } else { a as f64 / n as f64 * of_exposed },
    }
}
