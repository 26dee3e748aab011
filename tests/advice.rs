//! What a hypothesis says: the smallest experiment, one name once, an order that can be defended.

use coroner::{
    hypothesis::{Ranking, Settings, rank},
    model::{
        Cause, Family, Hypothesis, Kind, Study, Term, Verdict,
        study::{Case, Factor, Segment},
    },
};

const DAY: i64 = 86_400;
const START: i64 = 1_735_689_600;
const DAYS: i64 = 365;

/// Name, whether it is a place, and the value of each host.
type Attribute<'a> = (&'a str, bool, &'a dyn Fn(usize) -> String);

/// A fleet that never changes: per factor its name and a value for each host.
fn fleet(hosts: usize, factors: &[Attribute]) -> Study {
    let mut study = Study {
        from: START,
        to: START + DAYS * DAY,
        hosts: (0..hosts).map(|host| format!("srv{host:02}")).collect(),
        boots: vec![Vec::new(); hosts],
        shared_event_window_s: 600,
        ..Study::default()
    };
    let mut levels_of = vec![Vec::new(); hosts];
    for (name, is_locality, value) in factors {
        let mut levels: Vec<String> = (0..hosts).map(value).collect();
        levels.sort_unstable();
        levels.dedup();
        for (host, own) in levels_of.iter_mut().enumerate() {
            own.push(levels.iter().position(|level| *level == value(host)).unwrap() as u32);
        }
        study.factors.push(Factor { name: (*name).to_owned(), levels, is_locality: *is_locality });
    }
    for (host, levels) in levels_of.into_iter().enumerate() {
        study.segments.push(Segment { host: host as u32, from: START, to: START + DAYS * DAY, levels });
    }
    study
}

/// Puts incidents on hosts, at seconds after the start.
fn with_incidents(mut study: Study, incidents: &[(usize, i64)]) -> Study {
    let mut incidents = incidents.to_vec();
    incidents.sort_by_key(|(host, at)| (*at, *host));
    for (host, at) in incidents {
        study.cases.push(Case {
            id: format!("srv{host:02}@{at}"),
            host: host as u32,
            at: START + at,
            at_earliest: START + at,
            at_latest: START + at,
            cause: Cause::Unexplained,
            kind: Kind::Reboot,
            levels: study.segments[host].levels.clone(),
            signatures: Vec::new(),
            cluster: None,
            boot_started: None,
            confidence: 0.8,
        });
    }
    study
}

/// The n-th of `of` instants spread over the year and the hours of the day.
fn spread(n: usize, of: usize) -> i64 {
    (DAYS * DAY / (of as i64 + 1)) * (n as i64 + 1) + (n as i64 * 7 % 24) * 3_600
}

fn ranked(study: &Study) -> Ranking {
    rank(study, &Settings { seed: 1, permutations: 199 })
}

fn named<'a>(ranking: &'a Ranking, factor: &str, value: &str) -> Vec<&'a Hypothesis> {
    let term = Term::new(factor, value);
    ranking.hypotheses.iter().filter(|h| h.terms == [term.clone()]).collect()
}

/// Eight hosts with the bad BIOS, four more of their model, twelve others; six of the eight failed.
fn bad_bios() -> Study {
    let bios = |host: usize| if host < 8 { "2.1" } else { "3.0" }.to_owned();
    let model = |host: usize| if host < 12 { "A" } else { "B" }.to_owned();
    let study = fleet(24, &[("bios_version", false, &bios), ("model", false, &model)]);
    let incidents: Vec<(usize, i64)> = (0..6).map(|n| (n, spread(n, 6))).collect();
    with_incidents(study, &incidents)
}

#[test]
fn the_smallest_experiment_has_the_fewest_hosts_that_decide_in_a_year() {
    let ranking = ranked(&bad_bios());
    let first = &ranking.hypotheses[0];
    assert_eq!(first.terms, [Term::new("bios_version", "2.1")]);
    // 8 hosts for 365 days, 6 events: 2,920 (20^(1/6) - 1) clean host-days, so 6 hosts for a year.
    let clean = 2_920.0 * (20f64.powf(1.0 / 6.0) - 1.0);
    let hosts = (clean / 365.0).ceil();
    assert!((clean / 182.0).ceil() > 7.0, "half a year is not enough with one host left as it is");
    let step = &first.next_step;
    assert!(step.contains(&format!("Change bios_version on {hosts:.0} of the 8 hosts")), "{step}");
    assert!(step.contains("srv00, srv01, srv02, srv03, srv04, srv05)"), "those that failed: {step}");
    assert!(step.contains(&format!("{:.0} host-months without an incident", clean / 30.44)), "{step}");
    assert!(step.contains("None in that time: it is bios_version 2.1."), "{step}");
    assert!(step.contains("it is not bios_version 2.1 but model A."), "{step}");
}

#[test]
fn hosts_that_tell_rivals_apart_already_are_named_at_no_cost() {
    let bios = |host: usize| if host < 6 { "2.1" } else { "3.0" }.to_owned();
    let role = |host: usize| if host < 11 { "web" } else { "db" }.to_owned();
    let study = fleet(41, &[("bios_version", false, &bios), ("role", false, &role)]);
    let failing = [0, 1, 2, 3, 4, 5, 0, 1, 7, 2];
    let incidents: Vec<(usize, i64)> =
        failing.iter().enumerate().map(|(n, host)| (*host, spread(n, failing.len()))).collect();
    let ranking = ranked(&with_incidents(study, &incidents));
    let bios = named(&ranking, "bios_version", "2.1")[0];
    let watched = "Watch srv06, srv07, srv08, srv09, srv10 (role web without bios_version 2.1)";
    assert!(bios.next_step.contains(watched), "{}", bios.next_step);
    assert!(bios.next_step.contains("at no cost"), "{}", bios.next_step);
}

#[test]
fn names_of_the_same_hosts_are_led_by_what_can_be_changed() {
    let bad = |host: usize| if host < 8 { "x" } else { "y" }.to_owned();
    let study =
        fleet(24, &[("microcode", false, &bad), ("model", false, &bad), ("bios_version", false, &bad)]);
    let incidents: Vec<(usize, i64)> = (0..6).map(|n| (n, spread(n, 6))).collect();
    let ranking = ranked(&with_incidents(study, &incidents));
    let first = &ranking.hypotheses[0];
    assert_eq!(first.terms, [Term::new("bios_version", "x")]);
    assert_eq!(first.aliases.len(), 2);
    assert!(first.next_step.contains("it is not bios_version x but"), "{}", first.next_step);
    assert!(first.next_step.contains("model x"), "{}", first.next_step);
}

#[test]
fn where_nothing_is_the_matter_nothing_is_to_be_done() {
    let ranking = ranked(&bad_bios());
    for hypothesis in &ranking.hypotheses {
        let fewer = hypothesis.rate_ratio.is_some_and(|ratio| ratio < 1.0);
        let chance = hypothesis.p_adjusted.is_some_and(|p| p > 0.9) && hypothesis.posterior < Some(0.1);
        if fewer || chance {
            assert!(
                hypothesis.next_step.starts_with("Nothing to do"),
                "{}: {}",
                hypothesis.id,
                hypothesis.next_step
            );
        }
    }
    assert!(ranking.hypotheses.iter().any(|h| h.next_step.starts_with("Nothing to do")));
}

#[test]
fn a_feed_that_drops_its_hosts_stands_in_the_list_once() {
    let pdu = |host: usize| format!("p{}", host / 8);
    let study = fleet(24, &[("pdu", true, &pdu)]);
    let mut incidents = Vec::new();
    for drop in 0..4 {
        incidents.extend((0..6).map(|host| (host, spread(drop, 4) + 20 * host as i64)));
    }
    let ranking = ranked(&with_incidents(study, &incidents));
    let feed = named(&ranking, "pdu", "p0");
    assert_eq!(feed.len(), 1, "{:?}", feed.iter().map(|h| &h.id).collect::<Vec<_>>());
    assert_eq!((feed[0].rank, feed[0].family), (1, Family::SharedEvent));
    assert!(feed[0].account.evidence_for.iter().any(|fact| fact.starts_with("asked apart")));
    assert!(feed[0].next_step.contains("srv06, srv07 never went down with it"), "{}", feed[0].next_step);
    assert!(feed[0].account.posterior_against.as_ref().unwrap().contains("coincidence"));
}

#[test]
fn what_the_data_speak_against_comes_last() {
    let half = |host: usize| if host.is_multiple_of(2) { "even" } else { "odd" }.to_owned();
    let few = |host: usize| format!("r{}", host / 10);
    let study = fleet(40, &[("os", false, &half), ("rack", true, &few)]);
    let incidents: Vec<(usize, i64)> = (0..240).map(|n| (n * 7 % 40, spread(n, 240))).collect();
    let ranking = ranked(&with_incidents(study, &incidents));
    let refuted: Vec<bool> = ranking.hypotheses.iter().map(|h| h.verdict == Verdict::Contradicted).collect();
    let first = refuted.iter().position(|refuted| *refuted).expect("with 240 events some are refuted");
    assert!(refuted[first..].iter().all(|refuted| *refuted), "{refuted:?}");
    let told = &ranking.hypotheses[first];
    assert!(told.next_step.starts_with("Nothing to do: the data speak against it"), "{}", told.next_step);
}

#[test]
fn a_factor_whose_difference_goes_away_within_another_says_by_which_it_is_explained() {
    let bios = |host: usize| if host < 8 || host == 20 || host == 21 { "2.1" } else { "3.0" }.to_owned();
    let year = |host: usize| if host < 11 { "2011" } else { "2019" }.to_owned();
    let study = fleet(30, &[("bios_version", false, &bios), ("purchase_year", false, &year)]);
    let failing = [0, 1, 2, 3, 4, 5, 6, 7, 20, 21, 0, 2, 20, 21, 15];
    let incidents: Vec<(usize, i64)> =
        failing.iter().enumerate().map(|(n, host)| (*host, spread(n, failing.len()))).collect();
    let ranking = ranked(&with_incidents(study, &incidents));
    let year = named(&ranking, "purchase_year", "2011")[0];
    assert_eq!(year.account.explained_by.as_deref(), Some("factor:bios_version=2.1"));
    assert!(
        year.evidence_against[0].starts_with("explained by bios_version 2.1"),
        "{:?}",
        year.evidence_against
    );
    assert_eq!(named(&ranking, "bios_version", "2.1")[0].account.explained_by, None);
}

#[test]
fn counts_are_of_independent_events_and_the_posterior_has_a_range() {
    let pdu = |host: usize| format!("p{}", host / 8);
    let study = fleet(24, &[("pdu", true, &pdu), ("model", false, &|host| format!("m{}", host % 3))]);
    let mut incidents: Vec<(usize, i64)> = (0..6).map(|host| (host, 40 * DAY + 20 * host as i64)).collect();
    incidents.extend([(9, 100 * DAY), (12, 200 * DAY), (23, 300 * DAY)]);
    let ranking = ranked(&with_incidents(study, &incidents));
    assert_eq!((ranking.method.independent_events, ranking.method.events_compared), (4, 4));
    for hypothesis in &ranking.hypotheses {
        let account = &hypothesis.account;
        assert!(!account.summary.is_empty() && account.posterior_against.is_some(), "{}", hypothesis.id);
        assert!(account.events_exposed <= account.events_total && account.events_total <= 4);
        assert_eq!(hypothesis.p_value.is_some(), account.p_value_test.is_some(), "{}", hypothesis.id);
        assert_eq!(hypothesis.p_adjusted.is_some(), account.p_adjusted_test.is_some(), "{}", hypothesis.id);
        if let (Some((low, high)), Some(own)) = (account.posterior_range, hypothesis.posterior) {
            assert!(low <= own && own <= high, "{}: {own} in {low}..{high}", hypothesis.id);
        }
    }
}

#[test]
fn a_fleet_that_could_not_have_seen_a_moderate_effect_says_so() {
    let rack = |host: usize| format!("r{}", host / 6);
    let study = fleet(24, &[("rack", true, &rack)]);
    let ranking = ranked(&with_incidents(study, &[(1, spread(0, 3)), (9, spread(1, 3)), (20, spread(2, 3))]));
    let method = &ranking.method;
    assert!(method.too_small_to_tell);
    assert!(method.could_see.starts_with("With 3 independent events"), "{}", method.could_see);
    let rack = &method.power[0];
    // All three must fall on a quarter of the fleet: θ³ = 0.8, and the ratio is the odds of θ over 1 : 3.
    let inside = 0.8f64.cbrt();
    let ratio = rack.minimum_detectable_rate_ratio.unwrap();
    assert_eq!(rack.events_needed, Some(3));
    assert!((ratio - 3.0 * inside / (1.0 - inside)).abs() < 1e-6, "{ratio}");
    assert!(method.could_see.contains("rate by 39 (rack)"), "{}", method.could_see);
    assert!(rack.weeks_until_five_fold.is_some_and(|weeks| weeks > 52.0), "{rack:?}");
}
