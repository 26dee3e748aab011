//! p-values when many questions are asked.

use coroner::stats::{
    adjusted_p::{benjamini_hochberg, benjamini_yekutieli, bonferroni, holm},
    min_p::enumerated_min_p,
    permutation::{max_t_p, permutation_p},
    tarone::{smallest_attainable_p, tarone_bonferroni},
};

use crate::cases::cases;

const FIXTURE: &str = include_str!("../fixtures/stats/many_questions.toml");

#[test]
fn questions_without_a_possible_answer_are_not_paid_for() {
    for case in cases(FIXTURE, "tarone", 1) {
        let n = case.get("n");
        let shares: Vec<f64> = case.get("shares");
        let smallest: Vec<f64> = shares.iter().map(|share| smallest_attainable_p(*share, n)).collect();
        case.all_agree("smallest_p", &smallest);
        let found = tarone_bonferroni(&smallest, case.get("alpha"));
        assert_eq!(found.divisor, case.get::<u64>("divisor"));
        assert_eq!(found.testable, case.get::<u64>("testable"));
        case.agrees("threshold", found.threshold);
    }
    assert_eq!(tarone_bonferroni(&[], 0.05).divisor, 1);
}

#[test]
fn p_values_are_corrected_for_their_number() {
    for case in cases(FIXTURE, "adjusted", 1) {
        let p: Vec<f64> = case.get("p");
        case.all_agree("holm", &holm(&p));
        case.all_agree("benjamini_hochberg", &benjamini_hochberg(&p));
        case.all_agree("benjamini_yekutieli", &benjamini_yekutieli(&p));
        case.all_agree("bonferroni", &bonferroni(&p));
        // The order of the questions does not matter.
        let backwards: Vec<f64> = p.iter().rev().copied().collect();
        for adjust in [holm, benjamini_hochberg, benjamini_yekutieli, bonferroni] {
            let mut found = adjust(&backwards);
            found.reverse();
            assert_eq!(found, adjust(&p));
        }
    }
    assert!(holm(&[]).is_empty() && benjamini_hochberg(&[]).is_empty());
}

#[test]
fn few_units_are_relabelled_in_every_way() {
    for case in cases(FIXTURE, "min_p", 1) {
        let factors: Vec<Vec<bool>> = case.get("factors");
        assert!(factors.iter().all(|factor| factor.len() == case.get::<usize>("units")));
        let hit: Vec<usize> = case.get("hit");
        let found = enumerated_min_p(&factors, &hit);
        case.all_agree("p_binomial", &found.binomial);
        case.all_agree("p_permutation", &found.permutation);
        case.all_agree("p_single_step", &found.single_step);
        case.all_agree("p_step_down", &found.step_down);
    }
}

#[test]
fn permutations_never_give_zero() {
    for case in cases(FIXTURE, "permutation", 2) {
        case.agrees("p", permutation_p(case.get("at_least_as_extreme"), case.get("permutations")));
    }
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-14);
    near(max_t_p(2.5, &[0.0, 1.0, 2.0, 3.0]), 0.4);
    // Ties count.
    near(max_t_p(3.0, &[0.0, 1.0, 2.0, 3.0]), 0.4);
    near(max_t_p(3.0, &[]), 1.0);
}
