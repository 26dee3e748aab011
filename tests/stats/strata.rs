//! Comparisons within strata, tables, matched sets and hosts.

use coroner::stats::{
    breslow_day::{Table, common_odds},
    chi_square,
    interaction::{TwoByTwo, ratio_of_rate_ratios},
    mantel_haenszel::mantel_haenszel,
    matched_sets::{MatchedSet, conditional_logistic},
    poisson_binomial,
    self_controlled::{self, Cell, NoEstimate},
    stratified::{self, Stratum},
};
use serde::Deserialize;

use crate::cases::{Case, cases};

const FIXTURE: &str = include_str!("../fixtures/stats/strata.toml");

fn strata(case: &Case) -> Vec<Stratum> {
    #[derive(Deserialize)]
    struct Written {
        a: u64,
        b: u64,
        exposed_time: f64,
        other_time: f64,
    }
    let strata: Vec<Written> = case.get("strata");
    let stratum = |s: Written| Stratum {
        exposed_events: s.a,
        other_events: s.b,
        exposed_time: s.exposed_time,
        other_time: s.other_time,
    };
    strata.into_iter().map(stratum).collect()
}

#[test]
fn strata_are_compared_exactly() {
    for case in cases(FIXTURE, "exact", 6) {
        let found = stratified::compare(&strata(&case)).unwrap();
        assert_eq!(found.exposed_events, case.get::<u64>("exposed_events"));
        assert_eq!(found.informative_events, case.get::<u64>("informative_events"));
        case.agrees("ratio", found.ratio);
        assert_eq!(stratified::estimate(&strata(&case)), Some((found.ratio, found.informative_events)));
        case.agrees("p_greater", found.p_greater);
        case.agrees("p_less", found.p_less);
        case.agrees("p_two_sided", found.p_two_sided);
        case.agrees("mid_p_greater", found.mid_p_greater);
        case.agrees("mid_p_two_sided", found.mid_p_two_sided);
        case.all_agree("interval", &[found.low, found.high]);
        case.all_agree("mid_p_interval", &[found.mid_p_low, found.mid_p_high]);
    }
}

#[test]
fn strata_with_all_or_no_events_exposed_have_open_intervals() {
    // One stratum with even exposure: the limits are those of the binomial, 0.05^(1/4) and 0.025^(1/4).
    let all = Stratum { exposed_events: 4, other_events: 0, exposed_time: 10.0, other_time: 10.0 };
    let none = Stratum { exposed_events: 0, other_events: 4, ..all };
    let odds = |share: f64| share / (1.0 - share);
    let found = stratified::compare(&[all]).unwrap();
    assert!(found.ratio.is_infinite() && found.high.is_infinite() && found.mid_p_high.is_infinite());
    assert!((found.low / odds(0.025_f64.powf(0.25)) - 1.0).abs() < 1e-12);
    assert!((found.mid_p_low / odds(0.05_f64.powf(0.25)) - 1.0).abs() < 1e-12);
    let mirrored = stratified::compare(&[none]).unwrap();
    assert_eq!((mirrored.ratio, mirrored.low, mirrored.mid_p_low), (0.0, 0.0, 0.0));
    assert!((mirrored.high * found.low - 1.0).abs() < 1e-12);
    assert!((mirrored.mid_p_high * found.mid_p_low - 1.0).abs() < 1e-12);
}

#[test]
fn strata_without_both_kinds_of_time_say_nothing() {
    let one_sided = Stratum { exposed_events: 3, other_events: 0, exposed_time: 10.0, other_time: 0.0 };
    assert!(stratified::compare(&[one_sided]).is_none());
    assert!(stratified::compare(&[]).is_none());
    assert!(stratified::estimate(&[one_sided]).is_none());
}

#[test]
fn thousands_of_events_in_strata_keep_their_limits() {
    // One stratum must give what the binomial gives; here with far more events than any table.
    let stratum = Stratum { exposed_events: 900, other_events: 2100, exposed_time: 1.0, other_time: 4.0 };
    let found = stratified::compare(&[stratum]).unwrap();
    let crude = coroner::stats::rate_ratio::compare(900, 2100, 1.0, 4.0).unwrap();
    for (found, crude) in
        [(found.low, crude.low), (found.high, crude.high), (found.p_greater, crude.p_greater)]
    {
        assert!((found / crude - 1.0).abs() < 1e-9, "{found} {crude}");
    }
}

#[test]
fn strata_are_pooled_by_mantel_and_haenszel() {
    for case in cases(FIXTURE, "mantel_haenszel", 6) {
        let found = mantel_haenszel(&strata(&case)).unwrap();
        case.agrees("ratio", found.ratio);
        case.agrees("variance", found.variance);
        case.all_agree("interval", &[found.low, found.high]);
        case.agrees("chi_square", found.chi_square);
        case.agrees("homogeneity_score", found.homogeneity_score);
        case.agrees_if_any("homogeneity_woolf", found.homogeneity_woolf);
        case.agrees("freedom", found.freedom as f64);
    }
    let none = Stratum { exposed_events: 0, other_events: 4, exposed_time: 10.0, other_time: 10.0 };
    assert!(mantel_haenszel(&[none]).is_none());
}

#[test]
fn tables_are_tested_for_one_odds_ratio() {
    for case in cases(FIXTURE, "breslow_day", 3) {
        let tables: Vec<Table> = case.get("tables");
        let found = common_odds(&tables).unwrap();
        case.agrees("odds_ratio", found.odds_ratio);
        case.agrees("breslow_day", found.breslow_day);
        case.agrees("breslow_day_p", found.breslow_day_p);
        case.agrees("tarone", found.tarone);
        case.agrees("tarone_p", found.tarone_p);
        case.agrees("cochran_mantel_haenszel", found.cochran_mantel_haenszel);
        case.agrees("cochran_mantel_haenszel_p", found.cochran_mantel_haenszel_p);
    }
    assert!(common_odds(&[[[3, 0], [2, 0]]]).is_none());
    assert_eq!(chi_square::upper_tail(0.0, 3), 1.0);
}

#[test]
fn interactions_are_tested_against_the_product() {
    #[derive(Deserialize)]
    struct Written<T> {
        both: T,
        only_first: T,
        only_second: T,
        neither: T,
    }
    fn table<T>(w: Written<T>) -> TwoByTwo<T> {
        TwoByTwo { both: w.both, only_first: w.only_first, only_second: w.only_second, neither: w.neither }
    }
    for case in cases(FIXTURE, "interaction", 3) {
        let found = ratio_of_rate_ratios(table(case.get("events")), table(case.get("exposure"))).unwrap();
        case.agrees("odds_without", found.odds_without);
        case.agrees("p_greater", found.p_greater);
        case.agrees("mid_p_greater", found.mid_p_greater);
        case.agrees("ratio_of_ratios", found.ratio_of_ratios);
        assert!(found.p_greater + found.p_less >= 1.0);
    }
    let time = TwoByTwo { both: 1.0, only_first: 0.0, only_second: 1.0, neither: 1.0 };
    let events = TwoByTwo { both: 1, only_first: 0, only_second: 1, neither: 1 };
    assert!(ratio_of_rate_ratios(events, time).is_none());
}

#[test]
fn cases_are_compared_with_their_controls() {
    #[derive(Deserialize)]
    struct Written {
        case_exposed: bool,
        exposed_in_set: u64,
        controls: u64,
    }
    for case in cases(FIXTURE, "matched_sets", 2) {
        let sets: Vec<Written> = case.get("sets");
        let sets: Vec<MatchedSet> = sets
            .into_iter()
            .map(|s| MatchedSet {
                case_exposed: s.case_exposed,
                exposed_in_set: s.exposed_in_set,
                controls: s.controls,
            })
            .collect();
        let found = conditional_logistic(&sets).unwrap();
        case.agrees("log_odds_ratio", found.log_odds_ratio);
        case.agrees("odds_ratio", found.log_odds_ratio.exp());
        case.agrees("standard_error", found.standard_error);
        case.agrees("p_greater", found.p_greater);
        case.agrees("mid_p_greater", found.mid_p_greater);
    }
    let exposed = MatchedSet { case_exposed: true, exposed_in_set: 1, controls: 4 };
    assert_eq!(conditional_logistic(&[exposed]).unwrap().log_odds_ratio, f64::INFINITY);
    let all_exposed = MatchedSet { case_exposed: true, exposed_in_set: 5, controls: 4 };
    assert!(conditional_logistic(&[all_exposed]).is_none());
}

#[test]
fn shifted_schedules_give_an_exact_null() {
    for case in cases(FIXTURE, "circular_shift", 3) {
        let probabilities: Vec<f64> = case.get("probabilities");
        let found = poisson_binomial::tails(&probabilities, case.get("a"));
        case.agrees("p_greater", found.p_greater);
        case.agrees("mid_p_greater", found.mid_p_greater);
        case.agrees("expected", found.expected);
    }
    assert_eq!(poisson_binomial::tails(&[0.5], 2).p_greater, 0.0);
}

#[test]
fn hosts_are_compared_with_themselves() {
    #[derive(Deserialize)]
    struct Written {
        individual: usize,
        events: u64,
        exposure: f64,
        covariates: Vec<f64>,
    }
    for case in cases(FIXTURE, "case_series", 1) {
        let names: Vec<String> = case.get("covariates");
        let cells: Vec<Written> = case.get("cells");
        let cells: Vec<Cell> = cells
            .into_iter()
            .map(|c| Cell {
                individual: c.individual,
                events: c.events,
                exposure: c.exposure,
                covariates: c.covariates,
            })
            .collect();
        let found = self_controlled::fit(&cells, names.len()).unwrap();
        case.all_agree("coefficients", &found.coefficients);
        case.all_agree("standard_errors", &found.standard_errors);
        let intervals: Vec<[f64; 2]> = case.get("intervals");
        let ratios: Vec<f64> = (0..names.len()).map(|i| found.rate_ratio(i).0).collect();
        case.all_agree("rate_ratios", &ratios);
        for (i, [low, high]) in intervals.into_iter().enumerate() {
            let (_, found_low, found_high) = found.rate_ratio(i);
            assert!((found_low / low - 1.0).abs() < 1e-8 && (found_high / high - 1.0).abs() < 1e-8);
        }
        case.agrees("log_likelihood", found.log_likelihood);
    }
}

#[test]
fn series_without_an_estimate_say_why() {
    let cell = |individual, events, in_window: f64, night: f64| Cell {
        individual,
        events,
        exposure: 100.0,
        covariates: vec![in_window, night],
    };
    // The window is open at night and only then.
    let together = [cell(0, 1, 1.0, 1.0), cell(0, 1, 0.0, 0.0)];
    assert_eq!(self_controlled::fit(&together, 2), Err(NoEstimate::Singular));
    // All events in the window.
    let all = [cell(0, 3, 1.0, 1.0), cell(0, 0, 0.0, 1.0), cell(0, 1, 1.0, 0.0), cell(0, 0, 0.0, 0.0)];
    assert_eq!(self_controlled::fit(&all, 2), Err(NoEstimate::Unbounded));
    assert_eq!(self_controlled::fit(&all, 3), Err(NoEstimate::Uneven));
    // Hosts without events say nothing, so nothing is left.
    assert_eq!(self_controlled::fit(&[cell(0, 0, 1.0, 0.0)], 2), Err(NoEstimate::Singular));
}
