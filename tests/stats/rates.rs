//! Rates, their ratios, shrinkage and power.

use coroner::stats::{
    attributable_fraction::attributable_fraction,
    binomial,
    change_point::GammaPrior,
    poisson_rate::poisson_rate,
    power::minimum_detectable,
    rate_ratio,
    shrinkage::{self, DEFAULT_SHAPE, shrink},
};

use crate::cases::cases;

const FIXTURE: &str = include_str!("../fixtures/stats/rates.toml");

#[test]
fn two_rates_compare_as_published() {
    for case in cases(FIXTURE, "rate_ratio", 14) {
        let (a, b) = (case.get("a"), case.get("b"));
        let (t1, t0) = (case.get("exposed_time"), case.get("other_time"));
        let found = rate_ratio::compare(a, b, t1, t0).unwrap();
        case.agrees("ratio", found.ratio);
        case.agrees("p_greater", found.p_greater);
        case.agrees("p_less", found.p_less);
        case.agrees("p_central", found.p_two_sided);
        case.all_agree("interval", &[found.low, found.high]);
        case.agrees("p_minlike", rate_ratio::p_by_likelihood(a, b, t1, t0).unwrap());
        let found = rate_ratio::compare_by_mid_p(a, b, t1, t0).unwrap();
        case.agrees("mid_p_greater", found.p_greater);
        case.agrees("mid_p_less", found.p_less);
        case.agrees("mid_p_two_sided", found.p_two_sided);
        case.all_agree("mid_p_interval", &[found.low, found.high]);
    }
}

#[test]
fn rates_without_events_or_time_are_not_compared() {
    for (a, b, t1, t0) in [(0, 0, 10.0, 10.0), (1, 1, 0.0, 10.0), (1, 1, 10.0, f64::NAN)] {
        assert!(rate_ratio::compare(a, b, t1, t0).is_none());
        assert!(rate_ratio::compare_by_mid_p(a, b, t1, t0).is_none());
        assert!(rate_ratio::p_by_likelihood(a, b, t1, t0).is_none());
    }
}

#[test]
fn outcomes_as_improbable_are_summed_as_by_hand() {
    // Every k of a small binomial against the plain sum, ties included.
    for (n, p) in [(1, 0.5), (5, 0.5), (8, 0.25), (9, 0.9), (12, 1.0 / 3.0)] {
        let mass = coroner::stats::poisson_binomial::masses(std::iter::repeat_n(p, n));
        for k in 0..=n {
            let by_hand: f64 = mass.iter().filter(|m| **m <= mass[k] * (1.0 + 1e-7)).sum();
            let found = binomial::as_improbable(k as u64, n as u64, p);
            assert!((found - by_hand).abs() < 1e-12, "{k} of {n} at {p}: {found}, {by_hand}");
        }
    }
    assert_eq!(binomial::as_improbable(0, 5, 0.0), 1.0);
    assert_eq!(binomial::as_improbable(1, 5, 0.0), 0.0);
    assert_eq!(binomial::as_improbable(5, 5, 1.0), 1.0);
}

#[test]
fn tails_of_the_binomial_reach_their_ends() {
    assert_eq!(binomial::at_least(0, 3, 0.1), 1.0);
    assert_eq!(binomial::at_most(3, 3, 0.1), 1.0);
    assert_eq!(binomial::at_least(4, 3, 0.1), 0.0);
    assert_eq!(binomial::at_least(1, 3, 0.0), 0.0);
    assert_eq!(binomial::at_most(2, 3, 1.0), 0.0);
}

#[test]
fn a_million_events_keep_their_tails() {
    // Sums of exact binomial coefficients, 60 digits. (200,000 events and more leave statrs behind.)
    let tails: [(u64, u64, f64, f64); 6] = [
        (40_100, 200_000, 0.2, 2.888_977_189_276_296e-1),
        (41_000, 200_000, 0.2, 1.268_704_433_209_13e-8),
        (200_001, 1_000_000, 0.2, 4.994_015_869_608_862e-1),
        (202_000, 1_000_000, 0.2, 2.975_783_599_677_375e-7),
        (10_001, 1_000_000, 0.01, 4.973_403_852_004_841e-1),
        (10_500, 1_000_000, 0.01, 3.158_565_879_247_228e-7),
    ];
    for (k, n, p, expected) in tails {
        let found = binomial::at_least(k, n, p);
        assert!((found / expected - 1.0).abs() < 1e-11, "{k} of {n}: {found}, {expected}");
    }
    // Half of an odd number of coins.
    assert!((binomial::at_least(5_000_001, 10_000_001, 0.5) - 0.5).abs() < 1e-12);
}

#[test]
fn attributable_fractions_follow_the_ratio() {
    for case in cases(FIXTURE, "attributable_fraction", 2) {
        let (a, b): (u64, u64) = (case.get("a"), case.get("b"));
        let rates = rate_ratio::compare(a, b, case.get("exposed_time"), case.get("other_time")).unwrap();
        let found = attributable_fraction(a, a + b, &rates);
        case.agrees("of_exposed", found.of_exposed);
        case.all_agree("interval", &[found.low, found.high]);
        case.agrees("of_all", found.of_all);
    }
    let only_exposed = rate_ratio::compare(5, 0, 1.0, 1.0).unwrap();
    assert_eq!(attributable_fraction(5, 5, &only_exposed).of_all, 1.0);
    let none_exposed = rate_ratio::compare(0, 5, 1.0, 1.0).unwrap();
    assert_eq!(attributable_fraction(0, 5, &none_exposed).of_all, 0.0);
}

#[test]
fn a_rate_has_exact_limits() {
    for case in cases(FIXTURE, "rate_interval", 4) {
        let found = poisson_rate(case.get("n"), case.get("exposure"), 0.05).unwrap();
        case.agrees("rate", found.rate);
        case.all_agree("interval", &[found.low, found.high]);
    }
    assert!(poisson_rate(3, 0.0, 0.05).is_none());
}

#[test]
fn ratios_of_levels_are_drawn_towards_one() {
    for case in cases(FIXTURE, "shrinkage", 4) {
        let prior = GammaPrior { shape: case.get("shape"), rate: case.get("rate") };
        let found = shrink(case.get("a"), case.get("expected"), prior);
        case.agrees("mean", found.mean);
        case.agrees("q05", found.q05);
        case.agrees("q95", found.q95);
        case.agrees("log_marginal", found.log_marginal);
    }
}

#[test]
fn the_spread_of_levels_is_fitted() {
    for case in cases(FIXTURE, "shrinkage_fit", 1) {
        let counts: Vec<u64> = case.get("counts");
        let expected: Vec<f64> = case.get("expected");
        let levels: Vec<(u64, f64)> = counts.into_iter().zip(expected).collect();
        let found = shrinkage::fit(&levels);
        assert_eq!(found.prior.shape, found.prior.rate);
        case.agrees("shape", found.prior.shape);
        case.agrees("log_likelihood", found.log_likelihood);
    }
    // Levels that are alike, one that is not among many empty ones, and too few to tell.
    assert!(shrinkage::fit(&[(2, 2.0); 12]).prior.shape > 1000.0);
    let mut lemon = vec![(0, 0.5); 40];
    lemon[7].0 = 20;
    assert!((shrinkage::fit(&lemon).prior.shape - shrinkage::SHAPE_MIN).abs() < 1e-9);
    assert_eq!(shrinkage::fit(&[(9, 1.0), (0, 1.0)]).prior.shape, DEFAULT_SHAPE);
}

#[test]
fn what_could_have_been_seen_is_exact() {
    for case in cases(FIXTURE, "detectable", 7) {
        let found =
            minimum_detectable(case.get("n"), case.get("share"), case.get("alpha"), case.get("power"));
        case.agrees_if_any("events_needed", found.events_needed.map(|events| events as f64));
        case.agrees_if_any("rate_ratio", found.rate_ratio);
        case.agrees("smallest_p", found.smallest_p);
    }
}
