//! The ranking on simulated fleets: what must never break, on few fleets of 41 hosts.
//!
//! How good it is, and how honest, is measured by `cargo bench --bench calibration`.

#[allow(dead_code, unused_imports, reason = "the benchmark uses more of it")]
mod fleets;

use coroner::{
    hypothesis::{Ranking, Settings, rank},
    model::{
        Cause, Family, Kind, Study, Term, Verdict,
        study::{Case, Segment},
    },
};
use fleets::{DAY, Scenario, Simulated, place_by_name, simulate};

/// A study with `n` incidents, and the terms of the planted cause.
fn study(hosts: usize, n: usize, scenario: Scenario, seed: u64) -> (Study, Option<Vec<Term>>) {
    let Simulated { fleet, planted } = simulate(hosts, n, scenario, seed);
    (fleet.study, planted.into_iter().next().map(|planted| planted.terms))
}

/// Counts over many fleets.
#[derive(Default)]
struct Tally {
    runs: usize,
    first: usize,
    third: usize,
    /// Runs in which something is supported that was not planted (shared events excepted).
    false_claims: usize,
}

fn measure(
    hosts: usize,
    n: usize,
    scenario: Scenario,
    seeds: std::ops::Range<u64>,
    permutations: u32,
) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        let (study, truth) = study(hosts, n, scenario, seed);
        let ranking = rank(&study, &Settings { seed, permutations });
        let place = truth.as_ref().and_then(|truth| place_by_name(&ranking, truth));
        let claims = |h: &coroner::model::Hypothesis| {
            h.verdict == Verdict::Supported && h.family != Family::SharedEvent
        };
        tally.runs += 1;
        tally.first += usize::from(place == Some(1));
        tally.third += usize::from(place.is_some_and(|place| place <= 3));
        tally.false_claims +=
            usize::from(ranking.hypotheses.iter().any(|h| claims(h) && Some(h.rank as usize) != place));
    }
    tally
}

#[test]
fn fleets_without_a_cause_yield_next_to_no_claims() {
    let null = Scenario::new("null", 0.0);
    let plain = measure(41, 10, null, 1..31, 199);
    let hard = measure(41, 10, Scenario { frail: true, bursts: 2, mixed: true, ..null }, 1..31, 199);
    assert!(plain.false_claims <= 1, "{} of {} plain fleets", plain.false_claims, plain.runs);
    assert!(hard.false_claims <= 3, "{} of {} frail fleets with bursts", hard.false_claims, hard.runs);
}

#[test]
fn planted_causes_come_out_on_top() {
    for (kind, share, least) in [
        ("bios", 0.8, 7),
        ("rack", 0.8, 6),
        ("backup", 0.8, 9),
        ("backup&os", 0.8, 5),
        ("night", 0.8, 7),
        ("uptime208", 0.8, 9),
        ("uptime131", 0.8, 8),
        ("ecc24h", 0.8, 9),
        ("lemon", 0.6, 7),
    ] {
        let tally = measure(41, 10, Scenario::new(kind, share), 700..710, 199);
        assert!(tally.first >= least, "{kind}: first in {} of {}", tally.first, tally.runs);
        assert!(tally.third >= 8, "{kind}: among three in {} of {}", tally.third, tally.runs);
    }
}

#[test]
fn stories_that_are_no_region_come_out_on_top() {
    for kind in ["feed", "operator", "memory"] {
        let tally = measure(41, 12, Scenario { mixed: true, ..Scenario::new(kind, 0.75) }, 800..810, 199);
        assert!(tally.first >= 8, "{kind}: first in {} of {}", tally.first, tally.runs);
    }
}

#[test]
fn two_rack_outages_do_not_accuse_a_model() {
    let tally = measure(41, 10, Scenario { bursts: 2, ..Scenario::new("null", 0.0) }, 900..920, 199);
    assert!(tally.false_claims <= 1, "{} of {}", tally.false_claims, tally.runs);
}

#[test]
fn the_ranking_is_the_same_on_any_number_of_threads() {
    let (study, _) = study(41, 20, Scenario::new("bios", 0.6), 5);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a thread pool");
        let ranking = pool.install(|| rank(&study, &Settings { seed: 7, permutations: 99 }));
        serde_json::to_string(&(&ranking.hypotheses, &ranking.method)).expect("JSON")
    };
    assert_eq!(on(1), on(4));
}

/// Every number finite and in its range, ranks in order.
fn assert_sound(ranking: &Ranking) {
    for (place, h) in ranking.hypotheses.iter().enumerate() {
        assert_eq!(h.rank as usize, place + 1);
        for p in [h.p_value, h.p_adjusted, h.posterior, h.explained_fraction].into_iter().flatten() {
            assert!((0.0..=1.0 + 1e-9).contains(&p), "{}: {p}", h.id);
        }
        let numbers = [h.rate_ratio, h.log_bayes_factor, Some(h.exposure_days), h.ci95.map(|ci| ci.0)];
        assert!(numbers.into_iter().flatten().all(f64::is_finite), "{}", h.id);
        assert!(h.incidents_exposed <= h.incidents_total, "{}", h.id);
        assert!(!h.statement.is_empty() && !h.terms.is_empty() && !h.next_step.is_empty(), "{}", h.id);
    }
    let mut ids: Vec<&str> = ranking.hypotheses.iter().map(|h| h.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), ranking.hypotheses.len(), "ids are unique");
}

fn ranked(study: &Study) -> Ranking {
    let ranking = rank(study, &Settings { seed: 1, permutations: 49 });
    assert_sound(&ranking);
    ranking
}

#[test]
fn degenerate_studies_do_not_panic() {
    assert!(ranked(&Study::default()).hypotheses.is_empty());
    let (full, _) = study(41, 10, Scenario { mixed: true, ..Scenario::new("bios", 0.8) }, 3);
    ranked(&full);
    assert!(ranked(&Study { cases: Vec::new(), ..full.clone() }).hypotheses.is_empty());
    assert!(ranked(&Study { segments: Vec::new(), ..full.clone() }).hypotheses.is_empty());
    ranked(&Study { factors: Vec::new(), ..full.clone() });
    ranked(&Study { boots: Vec::new(), windows: Vec::new(), precursors: Vec::new(), ..full.clone() });
    ranked(&Study { cases: full.cases[..1].to_vec(), ..full.clone() });
    let mut odd = full.clone();
    for case in &mut odd.cases {
        case.at += 400 * DAY;
        case.levels.clear();
        case.confidence = f64::NAN;
        case.host = 0;
    }
    ranked(&odd);
    let mut all_operator = full.clone();
    for case in &mut all_operator.cases {
        case.cause = Cause::Operator;
    }
    assert_eq!(ranked(&all_operator).hypotheses[0].terms, [Term::new("cause", "operator")]);
    let mut one_host = full.clone();
    one_host.segments.retain(|segment| segment.host == 0);
    one_host.cases.iter_mut().for_each(|case| case.host = 0);
    ranked(&one_host);
    let mut strangers = full;
    strangers.cases.iter_mut().for_each(|case| case.host = 9999);
    assert!(ranked(&strangers).hypotheses.is_empty());
}

#[test]
fn a_list_of_incidents_alone_is_ranked() {
    // No windows, no boots, no precursors, one segment per host: what a plain CSV of incidents gives.
    let (mut study, truth) = study(41, 14, Scenario::new("bios", 0.9), 11);
    study.windows.clear();
    study.precursors.clear();
    study.boots = vec![Vec::new(); study.hosts.len()];
    for case in &mut study.cases {
        case.boot_started = None;
    }
    let ranking = ranked(&study);
    assert!(ranking.hypotheses.len() >= 20);
    assert!(place_by_name(&ranking, &truth.expect("planted")).is_some_and(|place| place <= 3));
}

/// Sixty hosts for a year; fourteen went down on one Monday, hours apart, fourteen on any days.
fn a_bad_monday() -> Study {
    const HOSTS: u32 = 60;
    const DAYS: i64 = 364;
    // 1970-01-05, a Monday.
    let from = 4 * DAY;
    let mut study = Study {
        from,
        to: from + DAYS * DAY,
        hosts: (0..HOSTS).map(|host| format!("h{host:02}")).collect(),
        segments: (0..HOSTS)
            .map(|host| Segment { host, from, to: from + DAYS * DAY, levels: Vec::new() })
            .collect(),
        boots: vec![vec![from]; HOSTS as usize],
        shared_event_window_s: 600,
        ..Study::default()
    };
    let monday = (0..14).map(|i| (i, from + 140 * DAY + i64::from(i) * 6000 + 300));
    // No weekday twice as often as another: 26 days are 3 weeks and 5 days.
    let scattered =
        (0..14).map(|i| (20 + i, from + i64::from(i) * 26 * DAY + i64::from(i * 7 % 24) * 3600 + 60));
    for (host, at) in monday.chain(scattered) {
        study.cases.push(Case {
            id: format!("h{host:02}@{at}"),
            host,
            at,
            at_earliest: at,
            at_latest: at,
            cause: Cause::Unexplained,
            kind: Kind::Reboot,
            levels: Vec::new(),
            signatures: Vec::new(),
            cluster: None,
            boot_started: Some(from),
            confidence: 0.8,
        });
    }
    study.cases.sort_by_key(|case| case.at);
    study
}

#[test]
fn a_crowded_monday_does_not_come_back_beside_another_cause() {
    let ranking = rank(&a_bad_monday(), &Settings { seed: 1, permutations: 199 });
    let monday = ranking
        .hypotheses
        .iter()
        .find(|h| h.terms == [Term::new("weekday", "Mon")])
        .expect("every weekday is asked about");
    assert!(monday.posterior.unwrap() < 0.1, "{monday:#?}");
    assert_ne!(monday.verdict, Verdict::Supported);
    // The crowd is one event wherever the Monday is counted.
    let scattered_mondays = 2;
    assert_eq!(monday.account.events_total, 15);
    assert_eq!(monday.account.events_exposed, 1 + scattered_mondays);
    assert!((monday.account.events_expected.unwrap() - 15.0 / 7.0).abs() < 0.05);
    let ratio = f64::from(1 + scattered_mondays) / f64::from(14 - scattered_mondays) * 6.0;
    assert!((monday.rate_ratio.unwrap() / ratio - 1.0).abs() < 0.01, "{:?}", monday.rate_ratio);
    assert!(monday.statement.contains("3 of 15"), "{}", monday.statement);
    assert!(monday.account.posterior_range.unwrap().1 < 0.2, "{:?}", monday.account.posterior_range);
}
