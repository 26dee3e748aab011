//! Watching things on which two explanations differ, until one of them has won.

use super::separation::exposure_to_separate;

/// Time until the log Bayes factor between two explanations is expected to reach `target`, when
/// `only_first` units (hosts) are covered by the first alone and `only_second` by the second alone.
///
/// `rate` is the rate of events per unit and time where an explanation does not hold, `ratio` (ρ) the
/// factor where it does. If the first is true, each of its units gains λ(ρ ln ρ − ρ + 1) per time,
/// the Kullback–Leibler rate of a raised Poisson process against the plain one, and each unit of the
/// second alone, which stays quiet, gains λ(ρ − 1 − ln ρ), the rate of the plain one against the
/// raised (Kullback & Leibler 1951, AnnMathStat 22:79). The worse of the two truths counts. In the
/// time unit of 1/`rate`; `None` if nothing is gained.
#[must_use]
pub fn time_to_separate(
    rate: f64,
    ratio: f64,
    only_first: f64,
    only_second: f64,
    target: f64,
) -> Option<f64> {
    let raised = 1.0 / exposure_to_separate(rate, ratio, 1.0)?;
    let quiet = rate * (ratio - 1.0 - ratio.ln());
    let gain = f64::min(only_first * raised + only_second * quiet, only_second * raised + only_first * quiet);
    (gain > 0.0 && gain.is_finite()).then(|| target / gain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_both_explanations_are_counted() {
        let (rate, ratio, target) = (0.001, 6.0_f64, 20f64.ln());
        let raised = rate * (ratio * ratio.ln() - ratio + 1.0);
        let quiet = rate * (ratio - 1.0 - ratio.ln());
        let one = time_to_separate(rate, ratio, 1.0, 0.0, target).unwrap();
        assert!((one - target / quiet.min(raised)).abs() < 1e-9 * one);
        let both = time_to_separate(rate, ratio, 1.0, 1.0, target).unwrap();
        assert!((both - target / (quiet + raised)).abs() < 1e-9 * both);
        assert_eq!(time_to_separate(rate, 1.0, 1.0, 1.0, target), None);
        assert_eq!(time_to_separate(rate, ratio, 0.0, 0.0, target), None);
    }
}
