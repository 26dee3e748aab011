use super::*;
use crate::model::study::{Case, Change, Factor, Segment};
use crate::model::{Kind, Outcome, Term};

const HOSTS: u32 = 10;

/// Ten hosts watched for `days` days, with a factor `os` that is `a` on the first five.
fn study(days: i64) -> Study {
    let segment = |host: u32| Segment { host, from: 0, to: days * DAY, levels: vec![u32::from(host >= 5)] };
    Study {
        from: 0,
        to: days * DAY,
        hosts: (0..HOSTS).map(|host| format!("h{host:02}")).collect(),
        factors: vec![Factor {
            name: "os".to_owned(),
            levels: vec!["a".to_owned(), "b".to_owned()],
            is_locality: false,
        }],
        segments: (0..HOSTS).map(segment).collect(),
        boots: vec![Vec::new(); HOSTS as usize],
        shared_event_window_s: 600,
        ..Study::default()
    }
}

fn case(host: u32, day: f64, cause: Cause) -> Case {
    let at = (day * DAY as f64) as i64;
    Case {
        id: format!("h{host:02}@{at}"),
        host,
        at,
        at_earliest: at,
        at_latest: at,
        cause,
        kind: Kind::Reboot,
        levels: vec![u32::from(host >= 5)],
        signatures: Vec::new(),
        cluster: None,
        boot_started: None,
        confidence: 0.9,
    }
}

fn with_events(mut study: Study, events: &[(u32, f64)]) -> Study {
    study.cases = events.iter().map(|(host, day)| case(*host, *day, Cause::Unexplained)).collect();
    study.cases.sort_by_key(|case| case.at);
    study
}

fn changed(mut study: Study, hosts: std::ops::Range<u32>, day: i64) -> Study {
    study.changes.push(Change {
        name: "fix".to_owned(),
        at: day * DAY,
        hosts: hosts.collect(),
        declared: true,
        ..Change::default()
    });
    study
}

#[track_caller]
fn only(study: &Study) -> Intervention {
    let mut found = interventions(study, &Asked::default()).unwrap();
    assert_eq!(found.len(), 1);
    found.remove(0)
}

/// An event every `step` days on one host after the other, within `from..to`.
fn every(step: f64, from: f64, to: f64) -> Vec<(u32, f64)> {
    let count = ((to - from) / step).floor() as u32;
    (0..count).map(|i| (i % HOSTS, from + step * (f64::from(i) + 0.5))).collect()
}

#[test]
fn a_fix_that_works_is_said_to_have_helped() {
    let found = only(&changed(with_events(study(360), &every(20.0, 0.0, 180.0)), 0..HOSTS, 180));
    assert_eq!((found.before.events, found.after.events), (9, 0));
    assert_eq!((found.before.host_days, found.after.host_days), (1800.0, 1800.0));
    assert_eq!(found.outcome, Outcome::Helped, "{found:#?}");
    // (1/2)^9, exact.
    assert!((found.p_fewer.unwrap() - 0.5_f64.powi(9)).abs() < 1e-12);
    assert_eq!(found.countdown.unwrap().host_days_left, 0.0);
    assert!(found.courses.fell > 0.8, "{:?}", found.courses);
    assert!(
        found.statement.contains("helped: 9 events in 1,800 host-days before, none in 1,800 host-days since")
    );
}

#[test]
fn a_fix_that_does_nothing_has_no_evidence_for_it() {
    let found = only(&changed(with_events(study(360), &every(15.0, 0.0, 360.0)), 0..HOSTS, 180));
    assert_eq!((found.before.events, found.after.events), (12, 12));
    assert_eq!(found.outcome, Outcome::NoEvidence, "{found:#?}");
    assert!(found.courses.unchanged > 0.5, "{:?}", found.courses);
    assert!(found.p_fewer.unwrap() > 0.5 && found.p_more.unwrap() > 0.5);
}

#[test]
fn ten_a_year_need_127_clean_days_and_the_countdown_tells_the_day() {
    // Ten in 365 days, none of them within a fortnight before the change; 41 clean days so far.
    let events: Vec<(u32, f64)> = (0..10).map(|i| (i, 10.0 + 34.0 * f64::from(i))).collect();
    let found = only(&changed(with_events(study(406), &events), 0..HOSTS, 365));
    assert_eq!(found.outcome, Outcome::TooEarly);
    assert!(found.without_trigger.is_none());
    let countdown = found.countdown.as_ref().unwrap();
    let needed = 365.0 * (20.0_f64.powf(0.1) - 1.0);
    assert!((countdown.days_needed.unwrap() - needed).abs() < 1e-6 && (needed - 127.0).abs() < 0.6);
    assert!((countdown.host_days_passed - 410.0).abs() < 1e-9);
    assert!((countdown.days_left.unwrap() - (needed - 41.0)).abs() < 1e-6);
    let done = 406.0 + needed - 41.0;
    assert_eq!(countdown.done_on.unwrap().timestamp(), (done * DAY as f64).ceil() as i64);
}

#[test]
fn what_is_too_rare_cannot_be_shown_by_waiting() {
    let found = only(&changed(with_events(study(370), &[(3, 100.0)]), 0..HOSTS, 365));
    assert_eq!(found.outcome, Outcome::TooEarly);
    assert_eq!(found.countdown.as_ref().unwrap().done_on, None);
    assert!(found.remarks.iter().any(|remark| remark.contains("cannot be shown by waiting")), "{found:#?}");
}

#[test]
fn quiet_after_a_bad_spell_is_regression_to_the_mean() {
    // Two events in most of a year, a bad week of four, the change, and 60 quiet days.
    let mut events = vec![(0, 60.0), (1, 200.0)];
    events.extend([(2, 294.0), (3, 296.0), (4, 298.0), (5, 299.5)]);
    let found = only(&changed(with_events(study(510), &events), 0..HOSTS, 300));
    let without = found.without_trigger.as_ref().unwrap();
    assert!(found.p_fewer.unwrap() < 0.05, "remarkable at first sight: {:?}", found.p_fewer);
    assert_eq!((without.left_out, without.before.events), (4, 2));
    assert!((without.before.host_days - 2860.0).abs() < 1e-9);
    assert!(without.p_fewer.unwrap() > 0.05);
    assert_eq!(found.outcome, Outcome::TooEarly, "{found:#?}");
}

#[test]
fn a_cluster_counts_once_and_slips_of_people_not_at_all() {
    let mut study = study(300);
    for host in 0..4 {
        let mut case = case(host, 50.0 + f64::from(host) / 1440.0, Cause::PowerLoss);
        case.cluster = Some(1);
        study.cases.push(case);
    }
    study.cases.push(case(5, 60.0, Cause::Operator));
    study.cases.push(case(6, 70.0, Cause::Unexplained));
    let found = only(&changed(study, 0..HOSTS, 150));
    assert_eq!(found.before.events, 2);
    assert_eq!(found.before.incidents.len(), 5);
}

#[test]
fn what_seemed_fixed_and_came_back_is_called_that() {
    let mut events = every(10.0, 0.0, 180.0);
    events.extend(every(10.0, 270.0, 450.0));
    let found = only(&changed(with_events(study(450), &events), 0..HOSTS, 180));
    assert_eq!((found.before.events, found.after.events), (18, 18));
    assert_eq!(found.outcome, Outcome::CameBack, "{found:#?}");
    assert!(found.courses.relapsed > 0.5, "{:?}", found.courses);
    let quiet = found.quiet_spell.unwrap();
    assert!((quiet.host_days - 950.0).abs() < 1e-9);
    let expected = (1800.0_f64 / (1800.0 + 950.0)).powi(18);
    assert!((quiet.probability_unchanged / expected - 1.0).abs() < 1e-12);
    assert!(found.countdown.is_none());
}

#[test]
fn more_events_since_are_harm() {
    let mut events = every(60.0, 0.0, 180.0);
    events.extend(every(12.0, 180.0, 360.0));
    let found = only(&changed(with_events(study(360), &events), 0..HOSTS, 180));
    assert_eq!(found.outcome, Outcome::MadeWorse, "{found:#?}");
}

#[test]
fn a_staged_rollout_splits_each_host_at_its_own_time() {
    // Each host fails every 30 days until its own change, the last one 90 days after the first.
    let mut study = study(360);
    let reached: Vec<i64> = (0..HOSTS as i64).map(|host| (100 + 10 * host) * DAY).collect();
    for host in 0..HOSTS {
        let mut day = 15.0 + f64::from(host);
        while day < (reached[host as usize] / DAY) as f64 {
            study.cases.push(case(host, day, Cause::Hang));
            day += 30.0;
        }
    }
    study.cases.sort_by_key(|case| case.at);
    study.changes.push(Change {
        name: "bios 1 → 2".to_owned(),
        at: reached[0],
        hosts: (0..HOSTS).collect(),
        reached: reached.clone(),
        sets: vec![Term::new("bios", "2")],
        declared: false,
    });
    let found = only(&study);
    assert_eq!(found.after.events, 0);
    assert_eq!(found.before.host_days, 1450.0);
    assert_eq!(found.after.host_days, 3600.0 - 1450.0);
    assert_eq!(found.outcome, Outcome::Helped, "{found:#?}");
    // With the time of the first stage for all, events would lie after the change.
    study.changes[0].reached.clear();
    assert!(only(&study).after.events > 10);
}

#[test]
fn hosts_that_were_not_changed_show_what_the_calendar_did() {
    // The rate falls on all hosts alike, changed or not.
    let found = only(&changed(with_events(study(360), &every(9.0, 0.0, 180.0)), 0..5, 180));
    let others = found.untouched.as_ref().unwrap();
    assert_eq!((others.hosts, others.before.events, others.after.events), (5, 10, 0));
    assert_eq!(others.p_fell_more, 1.0);
    assert!(found.p_fewer.unwrap() < 0.05, "remarkable by themselves: {:?}", found.p_fewer);
    assert_eq!(found.outcome, Outcome::NoEvidence, "{found:#?}");
    // And only on the changed ones.
    let mut events = every(9.0, 0.0, 180.0);
    events.extend(every(9.0, 180.0, 360.0).into_iter().filter(|(host, _)| *host >= 5));
    let found = only(&changed(with_events(study(360), &events), 0..5, 180));
    let others = found.untouched.as_ref().unwrap();
    assert_eq!((others.before.events, others.after.events), (10, 10));
    assert!(others.p_fell_more < 0.01, "{others:?}");
    assert_eq!(found.outcome, Outcome::Helped);
}

#[test]
fn only_the_host_time_of_a_hypothesis_counts_when_it_is_named() {
    let found = |within: &str| {
        let study = changed(with_events(study(360), &every(10.0, 0.0, 360.0)), 0..HOSTS, 180);
        interventions(&study, &Asked { within: Some(within.to_owned()), ..Asked::default() })
    };
    let of_one_system = &found("factor:os=a").unwrap()[0];
    assert_eq!((of_one_system.before.events, of_one_system.before.host_days), (10, 900.0));
    assert_eq!(of_one_system.hosts.len(), 5);
    let monday = &found("time_of_day:weekday=Mon").unwrap()[0];
    assert!((monday.before.host_days - 10.0 * 26.0).abs() < 1e-9, "{}", monday.before.host_days);
    assert_eq!(found("factor:os=c").unwrap_err(), UnknownRegion::NotAsked("factor:os=c".to_owned()));
    for id in ["shared_event:pdu=a", "signature:signature=oom", "time_of_day:hour_of_day=00-06"] {
        let error = found(id).unwrap_err();
        assert_eq!(error, UnknownRegion::NoHostTime(id.to_owned()));
        assert!(error.to_string().contains("factor, interaction, window, uptime"), "{error}");
    }
}

#[test]
fn a_change_of_the_factor_itself_does_not_move_its_hosts_out_of_sight() {
    let mut study = with_events(study(360), &every(10.0, 0.0, 360.0));
    // The first five hosts go from a to b on day 180.
    study.segments = (0..HOSTS)
        .flat_map(|host| {
            let level = |day: i64| u32::from(host >= 5 || day >= 180);
            [(0, 180), (180, 360)].map(|(from, to)| Segment {
                host,
                from: from * DAY,
                to: to * DAY,
                levels: vec![level(from)],
            })
        })
        .collect();
    let study = changed(study, 0..5, 180);
    let asked = Asked { within: Some("factor:os=a".to_owned()), ..Asked::default() };
    let found = &interventions(&study, &asked).unwrap()[0];
    assert_eq!((found.before.host_days, found.after.host_days), (900.0, 900.0));
}

#[test]
fn changes_within_a_week_on_the_same_hosts_are_named() {
    let mut study = changed(study(300), 0..3, 100);
    for (name, hosts, day) in [("kernel", 2..6, 105), ("elsewhere", 6..9, 100), ("later", 0..3, 120)] {
        study = changed(study, hosts, day);
        study.changes.last_mut().unwrap().name = name.to_owned();
    }
    let found = interventions(&study, &Asked { name: Some("FIX".to_owned()), ..Asked::default() }).unwrap();
    assert_eq!(found[0].same_time, ["kernel"]);
}

#[test]
fn of_many_changes_in_the_data_each_must_be_more_remarkable() {
    let mut study = with_events(study(360), &every(30.0, 0.0, 180.0));
    for place in 0..10 {
        study = changed(study, 0..HOSTS, 180 + place);
        let change = study.changes.last_mut().unwrap();
        change.name = format!("change {place}");
        change.declared = false;
    }
    let found = interventions(&study, &Asked::default()).unwrap();
    assert_eq!(found.len(), 10);
    assert!(found[0].p_fewer.unwrap() < 0.05 && found[0].outcome != Outcome::Helped);
    let named =
        interventions(&study, &Asked { name: Some("change 3".to_owned()), ..Asked::default() }).unwrap();
    assert_eq!(named[0].outcome, Outcome::Helped);
}

#[test]
fn thousands_of_events_are_judged_like_few() {
    let mut events = every(0.9, 0.0, 180.0);
    events.extend(every(0.09, 180.0, 360.0));
    let found = only(&changed(with_events(study(360), &events), 0..HOSTS, 180));
    assert_eq!((found.before.events, found.after.events), (200, 2000));
    assert_eq!(found.outcome, Outcome::MadeWorse, "{found:#?}");
    let courses = &found.courses;
    let total = courses.unchanged + courses.fell + courses.rose + courses.relapsed;
    assert!((total - 1.0).abs() < 1e-9 && courses.rose > 0.99, "{courses:?}");

    let mut events = every(0.09, 0.0, 180.0);
    events.extend(every(0.09, 270.0, 360.0));
    let found = only(&changed(with_events(study(360), &events), 0..HOSTS, 180));
    assert_eq!((found.before.events, found.after.events), (2000, 1000));
    assert_eq!(found.outcome, Outcome::CameBack, "{found:#?}");
    assert!(found.courses.relapsed > 0.99, "{:?}", found.courses);
}

#[test]
fn a_single_event_is_no_relapse() {
    // 5 in 1,000 host-days, 98 quiet days, and one event two days before the end.
    let mut events: Vec<(u32, f64)> = (0..5).map(|i| (i, 8.0 + 16.0 * f64::from(i))).collect();
    events.push((7, 198.0));
    let found = only(&changed(with_events(study(200), &events), 0..HOSTS, 100));
    assert_eq!((found.before.events, found.after.events), (5, 1));
    assert!(found.quiet_spell.as_ref().unwrap().probability_unchanged < 0.1);
    assert!(!matches!(found.outcome, Outcome::CameBack | Outcome::Helped), "{found:#?}");
    // Two further ones in these days are.
    events.extend([(8, 198.6), (9, 199.3)]);
    let found = only(&changed(with_events(study(200), &events), 0..HOSTS, 100));
    assert_eq!(found.outcome, Outcome::CameBack, "{found:#?}");
}

#[test]
fn a_rise_on_one_host_does_not_accuse_the_change() {
    let step = (0..8).map(|i| (3, 185.0 + 20.0 * f64::from(i)));
    let found = only(&changed(with_events(study(360), &step.collect::<Vec<_>>()), 0..HOSTS, 180));
    assert!(found.p_more.unwrap() < 0.005, "{:?}", found.p_more);
    assert_eq!(found.outcome, Outcome::NoEvidence, "{found:#?}");
    assert!(found.statement.contains("all 8 since on h03"), "{}", found.statement);
    assert!(found.remarks.iter().any(|remark| remark.contains("rests on one host")), "{found:#?}");
    // A change of that host alone is judged on it.
    let alone = (0..8).map(|i| (3, 185.0 + 20.0 * f64::from(i)));
    let found = only(&changed(with_events(study(360), &alone.collect::<Vec<_>>()), 3..4, 180));
    assert_eq!(found.outcome, Outcome::MadeWorse, "{found:#?}");
    // And a bad host among bad hosts does not excuse the change.
    let mut all: Vec<(u32, f64)> = (0..8).map(|i| (3, 185.0 + 20.0 * f64::from(i))).collect();
    all.extend(every(18.0, 180.0, 360.0));
    let found = only(&changed(with_events(study(360), &all), 0..HOSTS, 180));
    assert_eq!(found.outcome, Outcome::MadeWorse, "{found:#?}");
}

#[test]
fn a_fall_on_one_host_does_not_praise_the_change() {
    let step = (0..8).map(|i| (3, 5.0 + 20.0 * f64::from(i)));
    let found = only(&changed(with_events(study(360), &step.collect::<Vec<_>>()), 0..HOSTS, 180));
    assert!(found.p_fewer.unwrap() < 0.005, "{:?}", found.p_fewer);
    assert_eq!(found.outcome, Outcome::NoEvidence, "{found:#?}");
    assert!(found.statement.contains("all 8 before on h03"), "{}", found.statement);
}

#[test]
fn the_countdown_says_how_sure_one_of_many_changes_must_be() {
    let mut study = with_events(study(300), &every(30.0, 0.0, 180.0));
    let countdown = |study: &Study| {
        let found = interventions(study, &Asked::default()).unwrap();
        found[0].remarks.iter().find(|remark| remark.starts_with("needs")).cloned().unwrap()
    };
    study = changed(study, 0..HOSTS, 200);
    assert!(countdown(&study).contains("until 95 % sure"), "{}", countdown(&study));
    for place in 0..20 {
        study = changed(study, 0..HOSTS, 200 + place);
        study.changes.last_mut().unwrap().name = format!("change {place}");
    }
    study.changes.remove(0);
    study.changes.iter_mut().for_each(|change| change.declared = false);
    assert!(countdown(&study).contains("until 99.75 % sure"), "{}", countdown(&study));
}

#[test]
fn times_are_those_of_the_site_in_summer_and_winter() {
    let mut study = changed(study(300), 0..3, 100);
    study.changes[0].at += 23 * 3600;
    study.site_utc_offset_s = 3600;
    study.site_utc_offset_steps = vec![(90 * DAY, 7200)];
    let statement = only(&study).statement;
    assert!(statement.contains("of 1970-04-12 01:00 +02:00 on 3 hosts"), "{statement}");
}

#[test]
fn slips_of_people_count_when_they_are_asked_about() {
    let mut study = study(360);
    for place in 0..12 {
        let day =
            if place < 9 { 10.0 + 18.0 * f64::from(place) } else { 200.0 + 50.0 * f64::from(place - 9) };
        study.cases.push(case(place % HOSTS, day, Cause::Operator));
        study.cases.push(case((place + 1) % HOSTS, day + 1.0, Cause::Hang));
    }
    study.cases.sort_by_key(|case| case.at);
    let study = changed(study, 0..HOSTS, 180);
    let within = |id: &str| {
        let asked = Asked { within: Some(id.to_owned()), ..Asked::default() };
        let found = interventions(&study, &asked).unwrap().remove(0);
        (found.before.events, found.after.events)
    };
    assert_eq!(within("cause:cause=operator"), (9, 3));
    assert_eq!(within("cause:cause=hang"), (9, 3));
    assert_eq!(within("cause:cause=thermal"), (0, 0));
}

#[test]
fn a_tried_uptime_goes_by_the_name_that_the_ranking_gives_it() {
    let mut study = changed(study(360), 0..HOSTS, 180);
    study.boots = vec![vec![0]; HOSTS as usize];
    let found = |id: &str| {
        let asked = Asked { within: Some(id.to_owned()), ..Asked::default() };
        interventions(&study, &asked).map(|mut found| found.remove(0))
    };
    let names: Vec<String> = (1500..1520).map(|tenth| format!("{:.1}", f64::from(tenth) / 10.0)).collect();
    for name in names {
        assert!(found(&format!("uptime:uptime_days={name}")).is_ok(), "{name}");
    }
    assert!(matches!(found("uptime:uptime_days=4000"), Err(UnknownRegion::NotAsked(_))));
    // Each host is in the band, 2.8 days long, once before the change and once after it.
    study.changes[0].at = 230 * DAY;
    study.boots = vec![vec![0, 200 * DAY]; HOSTS as usize];
    let asked = Asked { within: Some("uptime:uptime_days=70.3".to_owned()), ..Asked::default() };
    let band = &interventions(&study, &asked).unwrap()[0];
    let width = 0.04 * 70.3 * f64::from(HOSTS);
    assert!((band.before.host_days / width - 1.0).abs() < 0.05, "{}", band.before.host_days);
}

#[test]
fn what_is_seen_is_left_alone_when_only_the_declared_is_asked_for() {
    let mut study = changed(with_events(study(360), &every(15.0, 0.0, 360.0)), 0..HOSTS, 180);
    study = changed(study, 0..HOSTS, 182);
    let seen = study.changes.last_mut().unwrap();
    (seen.name, seen.declared) = ("bios 1 → 2".to_owned(), false);
    let found = interventions(&study, &Asked { declared_only: true, ..Asked::default() }).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].same_time, ["bios 1 → 2"]);
}
