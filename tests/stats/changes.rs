//! Before and after a change.

use coroner::stats::{
    before_after,
    change_point::{GammaPrior, two_segment_log_bayes_factor},
    clean_time::{clean_time_at_known_rate, clean_time_by_jeffreys, clean_time_until_sure},
};

use crate::cases::cases;

const FIXTURE: &str = include_str!("../fixtures/stats/changes.toml");

#[test]
fn quiet_time_until_sure_has_three_answers() {
    for case in cases(FIXTURE, "clean_time", 4) {
        let (events, exposure, alpha) = (case.get("events"), case.get("exposure"), case.get("alpha"));
        case.agrees("known_rate", clean_time_at_known_rate(events, exposure, alpha).unwrap());
        case.agrees("exact", clean_time_until_sure(events, exposure, alpha).unwrap());
        case.agrees("jeffreys", clean_time_by_jeffreys(events, exposure, alpha).unwrap());
    }
    assert!(clean_time_at_known_rate(0, 365.0, 0.05).is_none());
    assert!(clean_time_until_sure(0, 365.0, 0.05).is_none());
    assert!(clean_time_by_jeffreys(0, 365.0, 0.05).is_none());
}

#[test]
fn rates_before_and_after_are_compared_in_three_ways() {
    for case in cases(FIXTURE, "before_after", 4) {
        let found = before_after::compare(
            case.get("n1"),
            case.get("t1"),
            case.get("n2"),
            case.get("t2"),
            case.get("ratio"),
        )
        .unwrap();
        case.agrees("p_less", found.p_less);
        case.agrees("probability_below", found.probability_below);
        case.agrees("predictive_p", found.predictive_p);
    }
    assert!(before_after::compare(3, 0.0, 1, 10.0, 1.0).is_none());
    assert!(before_after::compare(3, 10.0, 1, f64::INFINITY, 1.0).is_none());
}

#[test]
fn a_change_of_rate_has_its_bayes_factor() {
    for case in cases(FIXTURE, "two_segments", 2) {
        let prior = GammaPrior { shape: case.get("shape"), rate: case.get("rate") };
        let found = two_segment_log_bayes_factor(
            case.get("n1"),
            case.get("t1"),
            case.get("n2"),
            case.get("t2"),
            prior,
        );
        case.agrees("log_bayes_factor", found);
    }
}

#[test]
fn the_default_prior_of_a_rate_has_the_mean_seen() {
    let prior = GammaPrior::worth_one_event(10, 1.1);
    assert!((prior.shape / prior.rate - 10.0).abs() < 1e-12);
}
