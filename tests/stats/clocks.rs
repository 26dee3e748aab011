//! Hours, weekdays and uptimes.

use coroner::stats::{
    bessel::j0_and_j1,
    chi_square,
    counters::COUNTERS,
    rayleigh::{Rayleigh, rayleigh},
    uptime_window::uptime_window,
    weekdays::even_days,
};

use crate::cases::cases;

const FIXTURE: &str = include_str!("../fixtures/stats/clocks.toml");

#[test]
fn hours_of_the_day_are_tested_in_three_ways() {
    for case in cases(FIXTURE, "rayleigh", 4) {
        let hours: Vec<f64> = case.get("hours");
        let found = rayleigh(&hours).unwrap();
        case.agrees("resultant", found.resultant);
        case.agrees("mean_resultant", found.mean_resultant());
        case.agrees("z", found.z());
        case.agrees("mean_hour", found.mean_hour);
        case.agrees("p_zar", found.p);
        case.agrees("p_series", found.p_by_series());
        case.agrees("p_exact", found.p_exact());
    }
    assert!(rayleigh(&[]).is_none());
}

#[test]
fn random_walks_end_near_home_as_often_as_kluyver_found() {
    // P(R < 1) = 1 / (n + 1) for every walk of two steps or more.
    let errors = [(2, 1e-14), (3, 4e-4), (4, 5e-6), (6, 1e-9), (9, 1e-12), (40, 1e-12), (400, 1e-12)];
    for (events, error) in errors {
        let walk = Rayleigh { events, resultant: 1.0, mean_hour: 0.0, p: 1.0 };
        let expected = 1.0 - 1.0 / (events as f64 + 1.0);
        assert!((walk.p_exact() - expected).abs() < error, "{events}: {} {expected}", walk.p_exact());
    }
    assert_eq!(rayleigh(&[3.0]).unwrap().p_exact(), 1.0);
}

#[test]
fn bessel_functions_have_their_tabled_values() {
    // Abramowitz & Stegun, table 9.1, and the zeros of table 9.5.
    let tabled = [
        (0.0, 1.0, 0.0),
        (1.0, 0.765_197_686_557_966_6, 0.440_050_585_744_933_5),
        (10.0, -0.245_935_764_451_348_3, 0.043_472_746_168_861_44),
    ];
    for (x, j0, j1) in tabled {
        let found = j0_and_j1(x);
        assert!((found.0 - j0).abs() < 1e-15 && (found.1 - j1).abs() < 1e-15, "{x}: {found:?}");
    }
    assert!(j0_and_j1(2.404_825_557_695_773).0.abs() < 1e-15);
    assert!(j0_and_j1(30.634_606_468_431_976).0.abs() < 1e-15);
    // The two ways to compute them meet.
    let (below, above) = (j0_and_j1(25.0_f64.next_down()), j0_and_j1(25.0));
    assert!((below.0 - above.0).abs() < 1e-14 && (below.1 - above.1).abs() < 1e-14);
}

#[test]
fn days_of_the_week_are_compared_exactly() {
    for case in cases(FIXTURE, "weekdays", 2) {
        let counts: [u64; 7] = case.get("counts");
        let found = even_days(&counts).unwrap();
        case.agrees("chi_square", found.chi_square);
        case.agrees("p_by_probability", found.p_by_probability);
        case.agrees("p_by_chi_square", found.p_by_chi_square);
    }
    assert!(even_days(&[0; 7]).is_none());
    assert!(even_days(&[20, 20, 20, 20, 20, 20, 20]).is_none());
    // With many events the usual approximation is near.
    let many = even_days(&[22, 15, 14, 7, 14, 14, 14]).unwrap();
    assert!((chi_square::upper_tail(many.chi_square, 6) / many.p_by_chi_square - 1.0).abs() < 0.02);
    // All outcomes are counted, once each.
    let even = even_days(&[6, 6, 6, 6, 6, 5, 5]).unwrap();
    assert!((even.p_by_probability - 1.0).abs() < 1e-9 && (even.p_by_chi_square - 1.0).abs() < 1e-9);
}

#[test]
fn failures_at_one_uptime_are_compared_with_the_time_spent_there() {
    for case in cases(FIXTURE, "uptime_window", 1) {
        let stretches: Vec<(f64, f64)> = case.get("stretches");
        let found = uptime_window(
            &stretches,
            case.get("uptime"),
            case.get("tolerance"),
            case.get("n"),
            case.get("a"),
        )
        .unwrap();
        case.agrees("inside", found.inside);
        case.agrees("total", found.total);
        case.agrees("share", found.share);
        case.agrees("p_greater", found.p_greater);
    }
    assert!(uptime_window(&[], 208.5, 1.0, 3, 2).is_none());
}

#[test]
fn counters_run_over_when_they_do() {
    for case in cases(FIXTURE, "counter", COUNTERS.len()) {
        let name: String = case.get("counter");
        let counter = COUNTERS.iter().find(|counter| counter.name == name).unwrap();
        case.agrees("days", counter.days());
    }
}
