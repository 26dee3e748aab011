//! Bayes factors, posteriors and coincidences.

use coroner::stats::{
    bayes_factor_bound::bayes_factor_bound,
    clock::{DailyPattern, Hours},
    coincidence::{all_within, expected_sets_within},
    conjugate_beta::conjugate_beta_log_bayes_factor,
    dispersion::excess_dispersion,
    excess_share::excess_log_bayes_factor,
    posterior::{Candidate, Rest, rank},
    region_bayes_factor::{EvidenceCurve, EvidenceLimit, region_evidence},
    repeats,
    separation::exposure_to_separate,
    shared_event::{Cluster, common_cause_log_bayes_factor},
    two_causes::{Split, two_causes},
};
use serde::Deserialize;

use crate::cases::cases;

const FIXTURE: &str = include_str!("../fixtures/stats/evidence.toml");

#[track_caller]
fn assert_near(found: f64, expected: f64, relative: f64) {
    let near = found == expected || (found - expected).abs() <= relative * expected.abs();
    assert!(near, "found {found}, expected {expected}");
}

#[test]
fn evidence_for_a_region_is_exact() {
    for case in cases(FIXTURE, "region", 11) {
        let found = region_evidence(case.get("a"), case.get("n"), case.get("share"), case.get("sigma"));
        case.agrees("log_bayes_factor", found.log_bayes_factor);
        case.agrees("mean_log_ratio", found.mean_log_ratio);
        case.agrees("explained_fraction", found.explained_fraction);
    }
}

#[test]
fn the_curve_for_permutations_agrees_with_the_exact_evidence() {
    for n in [1usize, 10, 300, 3000, 24_000] {
        for share in [0.004, 1.0 / 6.0, 1.0 / 3.0] {
            let curve = EvidenceCurve::new(share, n);
            for count in (0..=n).step_by((n / 240).max(1)) {
                let exact = region_evidence(count as f64, n as f64, share, 2.0).log_bayes_factor;
                let quick = curve.log_bayes_factor(count as f64);
                assert!((quick - exact).abs() < 1e-5, "{count} of {n} in {share}: {quick}, exactly {exact}");
            }
        }
    }
}

#[test]
fn no_evidence_exceeds_its_limit() {
    for n in [2usize, 40, 3000] {
        let entropies: Vec<f64> =
            (0..=n).map(|k| if k > 0 { k as f64 * (k as f64).ln() } else { 0.0 }).collect();
        for share in [1e-6, 0.004, 0.3, 0.9] {
            let limit = EvidenceLimit::new(share, n);
            for count in 0..=n.min(500) {
                let exact = region_evidence(count as f64, n as f64, share, 2.0).log_bayes_factor;
                let most = limit.log_bayes_factor(count, &entropies);
                assert!(exact <= most + 1e-9, "{count} of {n} in {share}: {exact} above {most}");
            }
        }
    }
}

/// ln BF by Simpson's rule on 160,000 steps in the cube root of ln ρ: slow, and knows nothing of where
/// the mode is.
fn simpson(a: f64, n: f64, share: f64, sigma: f64) -> f64 {
    const STEPS: usize = 160_000;
    let step = 1.0 / STEPS as f64;
    let log = |i: usize| {
        let root = i as f64 * step;
        let u = 16.0 * root.powi(3);
        let stretch = 48.0 * root * root;
        a * u - n * (share * u.exp_m1()).ln_1p() - 0.5 * (u / sigma).powi(2) + stretch.ln()
    };
    let top = (0..=STEPS).map(log).fold(f64::NEG_INFINITY, f64::max);
    let weight = |i: usize| match i {
        0 | STEPS => 1.0,
        i if i % 2 == 1 => 4.0,
        _ => 2.0,
    };
    let sum: f64 = (0..=STEPS).map(|i| weight(i) * (log(i) - top).exp()).sum();
    let density = (2.0 / std::f64::consts::PI).sqrt() / sigma;
    top + (sum * step / 3.0 * density).ln()
}

#[test]
fn evidence_is_exact_for_any_number_of_events() {
    for n in [1.0, 7.0, 40.0, 900.0, 3000.0, 50_000.0] {
        for share in [1e-5, 0.0004, 0.03, 0.3, 0.9] {
            for part in [0.0, 0.2, 0.8, 1.0, 1.3, 3.0, 30.0] {
                let a = f64::min(n * share * part, n);
                let found = region_evidence(a, n, share, 2.0).log_bayes_factor;
                let wanted = simpson(a, n, share, 2.0);
                let error = (found - wanted).abs();
                assert!(error < 1e-8 + 1e-10 * wanted.abs(), "{a} of {n} in {share}: {found}, not {wanted}");
            }
            for a in [1.0, 2.0, n / 2.0, n] {
                let found = region_evidence(a.min(n), n, share, 2.0).log_bayes_factor;
                let wanted = simpson(a.min(n), n, share, 2.0);
                let error = (found - wanted).abs();
                assert!(error < 1e-8 + 1e-10 * wanted.abs(), "{a} of {n} in {share}: {found}, not {wanted}");
            }
        }
    }
}

#[test]
fn evidence_keeps_its_meaning_for_many_events() {
    // The same shares with more events: the explained fraction settles, the evidence grows.
    let some = region_evidence(400.0, 1000.0, 0.2, 2.0);
    let many = region_evidence(4000.0, 10_000.0, 0.2, 2.0);
    assert!((some.explained_fraction - 0.25).abs() < 0.01);
    assert!((many.explained_fraction - 0.25).abs() < 0.002);
    assert!((many.log_bayes_factor / some.log_bayes_factor - 10.0).abs() < 0.3);
}

#[test]
fn evidence_has_a_closed_form_as_a_first_look() {
    for case in cases(FIXTURE, "conjugate_beta", 3) {
        let found = conjugate_beta_log_bayes_factor(
            case.get("a"),
            case.get("n"),
            case.get("share"),
            case.get("concentration"),
        );
        case.agrees("log_bayes_factor", found);
    }
}

#[test]
fn two_causes_have_their_joint_evidence() {
    #[derive(Deserialize)]
    struct Written {
        both: f64,
        only_a: f64,
        only_b: f64,
        neither: f64,
    }
    let split = |w: Written| Split { both: w.both, only_a: w.only_a, only_b: w.only_b, neither: w.neither };
    for case in cases(FIXTURE, "two_causes", 2) {
        let (events, shares) = (split(case.get("events")), split(case.get("shares")));
        let sigma = case.get("sigma");
        let found = two_causes(events, shares, sigma);
        case.agrees("log_bayes_factor", found.log_bayes_factor);
        case.agrees("explained_by_a", found.explained_by_a);
        case.agrees("explained_by_b", found.explained_by_b);
    }
}

#[test]
fn causes_are_ranked_by_what_they_are_expected_to_explain() {
    for case in cases(FIXTURE, "ranking", 1) {
        let logs: Vec<f64> = case.get("log_bayes_factors");
        let priors: Vec<f64> = case.get("priors_given_cause");
        let explained: Vec<f64> = case.get("explained");
        let candidates: Vec<Candidate> = logs
            .iter()
            .zip(&priors)
            .zip(&explained)
            .map(|((log, prior), explained)| Candidate {
                log_bayes_factor: *log,
                prior: *prior,
                explained_fraction: *explained,
            })
            .collect();
        let rest =
            Rest { prior: case.get("rest_prior"), mean_bayes_factor: case.get("rest_mean_bayes_factor") };
        let found = rank(&candidates, case.get("null_prior"), rest);
        case.all_agree("posterior", &found.posterior);
        case.agrees("null_posterior", found.null);
        case.all_agree("expected_explained", &found.expected_explained);
    }
    let nothing_asked = rank(&[], 0.5, Rest { prior: 1.0, mean_bayes_factor: 1.0 });
    assert_near(nothing_asked.null, 0.5, 1e-15);
}

#[test]
fn bursts_have_the_evidence_of_common_shocks() {
    #[derive(Deserialize)]
    struct Written {
        hit: u64,
        members: u64,
    }
    for case in cases(FIXTURE, "common_cause", 3) {
        let clusters: Vec<Written> = case.get("clusters");
        let clusters: Vec<Cluster> =
            clusters.into_iter().map(|w| Cluster { hit: w.hit, members: w.members }).collect();
        let found = common_cause_log_bayes_factor(
            case.get("n"),
            &clusters,
            case.get("exposure_days"),
            case.get("window_days"),
        );
        case.agrees("log_bayes_factor", found);
    }
}

#[test]
fn coincidences_are_counted() {
    for case in cases(FIXTURE, "coincidence", 3) {
        let (k, n, share) = (case.get("k"), case.get("n"), case.get("window_share"));
        case.agrees("expected", expected_sets_within(k, n, share));
        case.agrees("p_span", all_within(k, share));
    }
    assert_eq!(all_within(3, 1.0), 1.0);
    assert_eq!(expected_sets_within(4, 3, 0.1), 0.0);
}

#[test]
fn repeats_on_hosts_are_counted_exactly() {
    for case in cases(FIXTURE, "repeats", 2) {
        let (n, hosts) = (case.get("n"), case.get("hosts"));
        case.agrees("expected_distinct", repeats::expected_distinct(n, hosts));
        let found = [2, 3, 4].map(|k| repeats::some_host_at_least(k, n, hosts));
        case.all_agree("at_least_two_to_four", &found);
    }
}

#[test]
fn explanations_separate_in_time() {
    for case in cases(FIXTURE, "separation", 2) {
        let found = exposure_to_separate(case.get("rate"), case.get("ratio"), case.get("target")).unwrap();
        case.agrees("host_days", found);
    }
    assert!(exposure_to_separate(0.1, 1.0, 3.0).is_none());
}

#[test]
fn a_p_value_can_only_say_so_much() {
    for case in cases(FIXTURE, "sellke", 2) {
        case.agrees("largest_bayes_factor", bayes_factor_bound(case.get("p")));
    }
    assert_eq!(bayes_factor_bound(0.5), 1.0);
    assert_near(bayes_factor_bound((-1.0_f64).exp() * (1.0 - 1e-9)), 1.0, 1e-9);
    assert_eq!(bayes_factor_bound(0.0), f64::INFINITY);
}

#[test]
fn even_counts_have_no_excess_dispersion() {
    let even: Vec<(f64, f64)> = (0..40).map(|i| (f64::from(u8::from(i % 2 == 0)), 0.5)).collect();
    assert_near(excess_dispersion(&even, 1), 1.0, 1e-12);
    let one_host: Vec<(f64, f64)> = (0..40).map(|i| (if i == 0 { 20.0 } else { 0.0 }, 0.5)).collect();
    assert!(excess_dispersion(&one_host, 1) > 5.0);
    assert_near(excess_dispersion(&[], 1), 1.0, 1e-12);
}

#[test]
fn a_share_above_the_ordinary_is_evidence_and_one_below_is_not() {
    // All of one event, ordinary share one half: ∫ from ½ of θ dθ / ½, over ½, is 3/2.
    assert_near(excess_log_bayes_factor(1.0, 1.0, 0.5), 1.5_f64.ln(), 1e-9);
    assert!(excess_log_bayes_factor(9.0, 10.0, 0.25) > 5.0);
    assert!(excess_log_bayes_factor(1.0, 10.0, 0.25) < 0.0);
}

#[test]
fn a_daily_pattern_is_seen_where_there_is_one() {
    let pattern = DailyPattern::new(&[1.0; 24], 20);
    let hours = |seconds: &dyn Fn(i64) -> i64| {
        let mut hours = Hours::default();
        (0..20).for_each(|i| hours.add(seconds(i), 1.0));
        hours
    };
    let night = pattern.evidence(&hours(&|i| 2 * 3600 + i * 300));
    assert!(night.log_bayes_factor > 8.0 && night.explained_fraction > 0.6);
    assert!((1.0..5.0).contains(&night.peak_hour));
    let even = pattern.evidence(&hours(&|i| i * 4320));
    assert!(even.log_bayes_factor < 0.0);
}
