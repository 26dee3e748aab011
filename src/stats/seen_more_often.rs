//! Is something seen more often in cases than in controls, where it was chosen for having been seen
//! in a case?

use statrs::function::factorial::ln_binomial;

use super::independent_sum;

/// One stratum: `cases` and `controls` looked at, and in how many it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stratum {
    pub cases: u64,
    pub seen_in_cases: u64,
    pub controls: u64,
    pub seen_in_controls: u64,
}

/// P(X ≥ x | X ≥ 1): X is the number of cases in which it is seen, x what was observed.
///
/// Fisher's exact test within strata: where being a case makes no difference, the sightings of a stratum
/// fall on cases and controls by the hypergeometric distribution, and X is the sum over the strata (Cox
/// 1966, Biometrika 53:215, the conditional test of a common odds ratio). That nobody would have asked
/// had it not been seen in a case is part of the condition: the distribution is cut off at zero. One
/// case therefore proves nothing (1), however rare the thing is elsewhere.
#[must_use]
pub fn p_given_seen(strata: &[Stratum]) -> f64 {
    let seen: u64 = strata.iter().map(|stratum| stratum.seen_in_cases).sum();
    if seen <= 1 {
        return 1.0;
    }
    let parts: Vec<Vec<f64>> = strata.iter().map(masses).collect();
    let seen = usize::try_from(seen).unwrap_or(usize::MAX);
    let (at_least, once) = (independent_sum::at_least(&parts, seen), independent_sum::at_least(&parts, 1));
    if once > 0.0 { (at_least / once).min(1.0) } else { 1.0 }
}

/// P(X = x) of one stratum, for x from 0 to the number of its cases.
fn masses(stratum: &Stratum) -> Vec<f64> {
    let (cases, controls) = (stratum.cases, stratum.controls);
    let seen = (stratum.seen_in_cases + stratum.seen_in_controls).min(cases + controls);
    let all = ln_binomial(cases + controls, seen);
    (0..=cases.min(seen))
        .map(|x| {
            if seen - x > controls {
                0.0
            } else {
                (ln_binomial(cases, x) + ln_binomial(controls, seen - x) - all).exp()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stratum(cases: u64, seen_in_cases: u64, controls: u64, seen_in_controls: u64) -> Stratum {
        Stratum { cases, seen_in_cases, controls, seen_in_controls }
    }

    #[test]
    fn one_stratum_is_fishers_exact_test_without_the_table_of_none() {
        // The tea tasting lady, 3 of 4 right: P(X ≥ 3) = 17/70, P(X = 0) = 1/70.
        let p = p_given_seen(&[stratum(4, 3, 4, 1)]);
        assert!((p - 17.0 / 69.0).abs() < 1e-12, "{p}");
    }

    #[test]
    fn strata_multiply() {
        // Once each on two hosts with one case and nine controls: 1/100 of 1 - (9/10)².
        let p = p_given_seen(&[stratum(1, 1, 9, 0), stratum(1, 1, 9, 0)]);
        assert!((p - 0.01 / 0.19).abs() < 1e-12, "{p}");
        // A host that says it all the time, or has no controls, adds nothing.
        let more = [stratum(1, 1, 9, 0), stratum(1, 1, 9, 0), stratum(2, 2, 0, 0)];
        let p = p_given_seen(&more);
        assert!((p - 0.01).abs() < 1e-12, "{p}");
        assert!((p_given_seen(&[stratum(2, 2, 0, 0)]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn one_case_proves_nothing() {
        assert_eq!(p_given_seen(&[stratum(5, 1, 100_000, 0)]), 1.0);
        assert_eq!(p_given_seen(&[]), 1.0);
    }

    #[test]
    fn large_numbers_keep_their_far_tail() {
        let p = p_given_seen(&[stratum(5, 4, 400_000, 0)]);
        // C(5,4)·C(400000,0)/C(400005,4) over P(X ≥ 1) ≈ 4·5/400005.
        let by_hand = 5.0 / (400_005.0_f64 * 400_004.0 * 400_003.0 * 400_002.0 / 24.0) / (20.0 / 400_005.0);
        assert!((p / by_hand - 1.0).abs() < 1e-3, "{p} {by_hand}");
    }
}
