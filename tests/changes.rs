//! Changes in the ranking: judged on their own hosts, on the scale of the other questions.

use coroner::hypothesis::{Asked, Settings, UnknownRegion, interventions, rank};
use coroner::model::study::{Case, Change, Factor, Segment};
use coroner::model::{Cause, Family, Hypothesis, Kind, Study, Term, Verdict};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

const DAY: i64 = 86_400;
const DAYS: i64 = 365;
const HOSTS: u32 = 40;

/// Forty hosts for a year; `bios` goes from 1 to 2 on the hosts and days given.
fn fleet(updates: &[(u32, i64)]) -> Study {
    let mut segments = Vec::new();
    for host in 0..HOSTS {
        let update = updates.iter().find(|(updated, _)| *updated == host).map(|(_, day)| *day);
        let spans = match update {
            Some(day) => vec![(0, day, 0), (day, DAYS, 1)],
            None => vec![(0, DAYS, 0)],
        };
        for (from, to, bios) in spans {
            segments.push(Segment {
                host,
                from: from * DAY,
                to: to * DAY,
                levels: vec![bios, host % 3, host % 4],
            });
        }
    }
    let factor = |name: &str, levels: &[&str]| Factor {
        name: name.to_owned(),
        levels: levels.iter().map(|level| (*level).to_owned()).collect(),
        is_locality: false,
    };
    Study {
        from: 0,
        to: DAYS * DAY,
        hosts: (0..HOSTS).map(|host| format!("h{host:02}")).collect(),
        factors: vec![
            factor("bios", &["1", "2"]),
            factor("model", &["m1", "m2", "m3"]),
            factor("role", &["a", "b", "c", "d"]),
        ],
        segments,
        boots: vec![vec![0]; HOSTS as usize],
        shared_event_window_s: 600,
        ..Study::default()
    }
}

fn add_events(study: &mut Study, events: impl IntoIterator<Item = (u32, f64)>) {
    for (host, day) in events {
        let at = (day * DAY as f64) as i64;
        let segment =
            study.segments.iter().find(|s| s.host == host && s.from < at && at <= s.to).expect("in the year");
        study.cases.push(Case {
            id: format!("h{host:02}@{at}"),
            host,
            at,
            at_earliest: at,
            at_latest: at,
            cause: Cause::Unexplained,
            kind: Kind::Reboot,
            levels: segment.levels.clone(),
            signatures: Vec::new(),
            cluster: None,
            boot_started: Some(0),
            confidence: 0.8,
        });
    }
    study.cases.sort_by_key(|case| case.at);
}

fn change(name: &str, steps: &[(u32, i64)], declared: bool) -> Change {
    Change {
        name: name.to_owned(),
        at: steps.iter().map(|(_, day)| day * DAY).min().unwrap(),
        hosts: steps.iter().map(|(host, _)| *host).collect(),
        reached: steps.iter().map(|(_, day)| day * DAY).collect(),
        sets: Vec::new(),
        declared,
    }
}

fn ranked(study: &Study) -> Vec<Hypothesis> {
    rank(study, &Settings { seed: 1, permutations: 199 }).hypotheses
}

/// Events spread over hosts and days in a fixed order that has no pattern.
fn scattered(hosts: std::ops::Range<u32>, from: i64, to: i64, count: u32, salt: u64) -> Vec<(u32, f64)> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(salt);
    (0..count)
        .map(|_| {
            let host = random.random_range(hosts.clone());
            (host, from as f64 + random.random::<f64>() * (to - from) as f64)
        })
        .collect()
}

#[test]
fn a_declared_change_that_did_harm_is_the_cause() {
    let mut study = fleet(&[]);
    let steps: Vec<(u32, i64)> = (0..15).map(|host| (host, 200)).collect();
    study.changes.push(change("new hypervisor settings", &steps, true));
    add_events(&mut study, scattered(0..15, 0, 200, 2, 1));
    add_events(&mut study, scattered(0..15, 200, DAYS, 14, 2));
    add_events(&mut study, scattered(15..HOSTS, 0, DAYS, 4, 3));
    let ranked = ranked(&study);
    assert_eq!(ranked[0].family, Family::Change, "{:#?}", &ranked[..2]);
    assert_eq!(ranked[0].verdict, Verdict::Supported, "{:#?}", ranked[0]);
    assert_eq!(ranked[0].terms, [Term::new("change", "new hypervisor settings")]);
    assert_eq!(ranked[0].id, "change:change=new hypervisor settings");
    assert_eq!(ranked[0].incidents_exposed, 14);
    // 14 in 15 · 165 days against 2 in 15 · 200, and nothing of the other hosts.
    let ratio = (14.0 / 165.0) / (2.0 / 200.0);
    assert!((ranked[0].rate_ratio.unwrap() / ratio - 1.0).abs() < 1e-9, "{:?}", ranked[0].rate_ratio);
    assert!(ranked[0].statement.contains("as often as before"), "{}", ranked[0].statement);
}

#[test]
fn hosts_that_were_always_bad_do_not_accuse_a_change() {
    let mut study = fleet(&[]);
    let steps: Vec<(u32, i64)> = (0..15).map(|host| (host, 100)).collect();
    study.changes.push(change("new agent", &steps, true));
    add_events(&mut study, scattered(0..15, 0, DAYS, 20, 4));
    add_events(&mut study, scattered(15..HOSTS, 0, DAYS, 2, 5));
    let of_change: Vec<Hypothesis> =
        ranked(&study).into_iter().filter(|hypothesis| hypothesis.family == Family::Change).collect();
    assert!(of_change.iter().all(|hypothesis| hypothesis.posterior.unwrap() < 0.1), "{of_change:#?}");
}

#[test]
fn a_bad_bios_is_told_once_though_its_update_is_a_change_as_well() {
    let updates: Vec<(u32, i64)> = (0..20).map(|host| (host, 150 + i64::from(host))).collect();
    let mut study = fleet(&updates);
    let mut seen = change("bios 1 → 2", &updates, false);
    seen.sets = vec![Term::new("bios", "2")];
    study.changes.push(seen);
    add_events(&mut study, scattered(0..20, 0, 150, 1, 6));
    add_events(&mut study, scattered(0..20, 170, DAYS, 14, 7));
    add_events(&mut study, scattered(20..HOSTS, 0, DAYS, 3, 8));
    let ranked = ranked(&study);
    assert_eq!(ranked[0].verdict, Verdict::Supported, "{:#?}", ranked[0]);
    assert!(ranked[0].terms.contains(&Term::new("bios", "2")), "{:#?}", ranked[0]);
    let supported = ranked.iter().filter(|h| h.verdict == Verdict::Supported).count();
    assert_eq!(supported, 1);
    assert!(ranked[1..3].iter().all(|h| !h.terms.contains(&Term::new("bios", "2"))), "{:#?}", &ranked[..3]);
}

#[test]
fn a_change_beside_another_cause_keeps_its_probability() {
    // Model m1 fails often; and a change did harm on other hosts.
    let mut study = fleet(&[]);
    let others: Vec<u32> = (0..HOSTS).filter(|host| host % 3 != 0).collect();
    let steps: Vec<(u32, i64)> = others.iter().take(14).map(|host| (*host, 220)).collect();
    study.changes.push(change("new agent", &steps, true));
    let of_model =
        scattered(0..14, 0, DAYS, 24, 9).into_iter().map(|(host, day)| (host * 3 % 42 % HOSTS / 3 * 3, day));
    add_events(&mut study, of_model);
    let after =
        scattered(0..14, 220, DAYS, 12, 10).into_iter().map(|(place, day)| (steps[place as usize].0, day));
    add_events(&mut study, after);
    let ranked = ranked(&study);
    let best: Vec<Family> = ranked[..2].iter().map(|hypothesis| hypothesis.family).collect();
    assert!(best.contains(&Family::Change) && best.contains(&Family::Factor), "{:#?}", &ranked[..2]);
    let change = ranked.iter().find(|hypothesis| hypothesis.family == Family::Change).unwrap();
    assert!(change.posterior.unwrap() > 0.5, "{change:#?}");
}

#[test]
fn changes_of_fleets_where_nothing_matters_are_rarely_claimed() {
    let mut claimed = 0;
    for seed in 0..30 {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(100 + seed);
        let updates: Vec<(u32, i64)> = (0..12).map(|host| (host, 100 + random.random_range(0..30))).collect();
        let mut study = fleet(&updates);
        for place in 0..8u32 {
            let day = random.random_range(30..330);
            let first = random.random_range(0..HOSTS - 10);
            let steps: Vec<(u32, i64)> =
                (first..first + 10).map(|host| (host, day + i64::from(host % 5))).collect();
            study.changes.push(change(&format!("patch {place}"), &steps, place < 2));
        }
        study.changes.push(change("bios 1 → 2", &updates, false));
        add_events(&mut study, scattered(0..HOSTS, 0, DAYS, 16, 200 + seed));
        let of_change = |h: &&Hypothesis| h.family == Family::Change && h.verdict == Verdict::Supported;
        claimed += usize::from(ranked(&study).iter().any(|hypothesis| of_change(&hypothesis)));
    }
    assert!(claimed <= 2, "{claimed} of 30 fleets without a cause blame a change");
}

#[test]
fn a_change_can_be_judged_within_every_hypothesis_that_has_host_time() {
    let mut study = fleet(&(0..15).map(|host| (host, 200)).collect::<Vec<_>>());
    let steps: Vec<(u32, i64)> = (0..15).map(|host| (host, 250)).collect();
    study.changes.push(change("new agent", &steps, true));
    add_events(&mut study, scattered(0..HOSTS, 0, DAYS, 24, 11));
    // Uptimes of which one hurts, and slips of people.
    study.boots = (0..HOSTS).map(|host| vec![i64::from(host) * 3 * DAY]).collect();
    add_events(
        &mut study,
        (0..12).map(|host| (host, f64::from(host) * 3.0 + 112.0 + f64::from(host % 3) * 0.3)),
    );
    for case in &mut study.cases {
        case.boot_started = Some(study.boots[case.host as usize][0]).filter(|boot| *boot < case.at);
    }
    for case in study.cases.iter_mut().step_by(5) {
        case.cause = Cause::Operator;
    }
    let ranked = ranked(&study);
    let mut tried = 0;
    for hypothesis in &ranked {
        let asked = Asked { within: Some(hypothesis.id.clone()), ..Asked::default() };
        let judged = interventions(&study, &asked);
        let is_hour = hypothesis.terms.iter().any(|term| term.factor == "hour_of_day");
        if is_hour || matches!(hypothesis.family, Family::SharedEvent | Family::Signature) {
            assert_eq!(judged.unwrap_err(), UnknownRegion::NoHostTime(hypothesis.id.clone()));
        } else {
            assert_eq!(judged.expect("it has host-time").len(), 1, "{}", hypothesis.id);
            tried += 1;
        }
    }
    let families: std::collections::BTreeSet<Family> = ranked.iter().map(|h| h.family).collect();
    assert!(tried > 10 && families.contains(&Family::Uptime), "{tried} of {families:?}");
}

#[test]
fn what_is_told_of_a_change_is_about_its_own_hosts() {
    let mut study = fleet(&[]);
    let steps: Vec<(u32, i64)> = (0..15).map(|host| (host, 200)).collect();
    study.changes.push(change("new kernel", &steps, true));
    add_events(&mut study, scattered(0..15, 0, 200, 1, 1));
    add_events(&mut study, scattered(0..15, 200, DAYS, 10, 2));
    add_events(&mut study, scattered(15..HOSTS, 0, DAYS, 37, 3));
    let ranked = ranked(&study);
    let found = ranked.iter().find(|h| h.family == Family::Change).expect("the change is asked about");
    let share = 165.0 / 365.0;
    assert_eq!((found.account.events_exposed, found.account.events_total), (10, 11));
    assert!((found.account.events_expected.unwrap() - 11.0 * share).abs() < 1e-6, "{:?}", found.account);
    let fact = &found.account.evidence_for[0];
    assert!(
        fact.starts_with("10 of 11 independent events on the changed hosts fell inside, where 5.0"),
        "{fact}"
    );
    let against = &found.evidence_against;
    assert!(
        against
            .iter()
            .any(|fact| fact == "1 of 11 independent events on the changed hosts happened outside it"),
        "{against:#?}"
    );
}
