//! p-values when many questions are asked.

use coroner::stats::tarone::{smallest_attainable_p, tarone_bonferroni};

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
