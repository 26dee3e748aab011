//! What stands behind a window or a precursor: planted effects of the run itself, of the night, of bad
//! hosts and of neighbours, and whether the ranking tells them apart.

use coroner::{
    hypothesis::{Settings, rank},
    model::{
        Cause, Comparison, Family, Hypothesis, Kind, Study, Verdict,
        study::{Case, Factor, Precursor, Segment, WindowKind},
    },
};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus as Random;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// 2025-01-01, a Wednesday.
const START: i64 = 1_735_689_600;
const DAYS: i64 = 364;
const END: i64 = START + DAYS * DAY;

/// Hosts in racks of five, watched for a year, with no incident yet.
fn fleet(hosts: usize) -> Study {
    let racks = hosts / 5;
    Study {
        from: START,
        to: END,
        hosts: (0..hosts).map(|host| format!("host{host:03}")).collect(),
        factors: vec![Factor {
            name: "rack".to_owned(),
            levels: (0..racks).map(|rack| format!("r{rack:02}")).collect(),
            is_locality: true,
        }],
        segments: (0..hosts)
            .map(|host| Segment {
                host: host as u32,
                from: START,
                to: END,
                levels: vec![(host / 5) as u32 % racks as u32],
            })
            .collect(),
        boots: vec![Vec::new(); hosts],
        shared_event_window_s: 600,
        ..Study::default()
    }
}

/// Runs of one hour that begin at the host's hour on the days that `runs` picks.
fn backups(study: &mut Study, hour: impl Fn(usize) -> f64, runs: impl Fn(usize, i64) -> bool) {
    let of_host = |host: usize| {
        let start = START + (hour(host) * HOUR as f64) as i64;
        let days = (0..DAYS).filter(|day| runs(host, *day));
        days.map(|day| (start + day * DAY, start + day * DAY + HOUR)).collect()
    };
    let runs = (0..study.hosts.len()).map(of_host).collect();
    study.windows = vec![WindowKind { name: "backup".to_owned(), runs }];
}

fn fail(study: &mut Study, host: usize, at: i64) {
    study.cases.push(Case {
        id: format!("{host}@{at}"),
        host: host as u32,
        at,
        at_earliest: at,
        at_latest: at,
        cause: Cause::Unexplained,
        kind: Kind::Reboot,
        levels: study.segments[host].levels.clone(),
        signatures: Vec::new(),
        cluster: None,
        boot_started: None,
        confidence: 0.8,
    });
}

fn ranked(mut study: Study) -> Vec<Hypothesis> {
    study.cases.sort_by(|a, b| (a.at, a.host, &a.id).cmp(&(b.at, b.host, &b.id)));
    rank(&study, &Settings { seed: 1, permutations: 199 }).hypotheses
}

/// The hypothesis about backups and all hosts.
fn backup(hypotheses: &[Hypothesis]) -> &Hypothesis {
    let mut windows = hypotheses.iter().filter(|h| h.family == Family::Window);
    windows.find(|h| h.terms.len() == 1).expect("the window is among the hypotheses")
}

fn comparison<'a>(hypothesis: &'a Hypothesis, basis: &str) -> &'a Comparison {
    let found = hypothesis.comparisons.iter().find(|comparison| comparison.basis == basis);
    found.unwrap_or_else(|| panic!("no comparison {basis} in {:#?}", hypothesis.comparisons))
}

fn confounder<'a>(hypothesis: &'a Hypothesis, factor: &str) -> &'a str {
    &hypothesis.confounders.iter().find(|c| c.factor == factor).expect("the factor is discussed").note
}

fn any_time(random: &mut Random) -> i64 {
    random.random_range(START + DAY..END - DAY)
}

#[test]
fn an_effect_of_the_run_stays_within_hour_host_and_both() {
    let mut random = Random::seed_from_u64(1);
    let mut study = fleet(60);
    // Slots all over the day; every third host is backed up on Sundays only.
    backups(&mut study, |host| (host * 7 % 24) as f64, |host, day| host % 3 != 0 || day % 7 == 4);
    for _ in 0..18 {
        let host = random.random_range(0..60);
        let runs = &study.windows[0].runs[host];
        let run = runs[random.random_range(1..runs.len() - 1)];
        fail(&mut study, host, run.0 + random.random_range(1..300));
    }
    for _ in 0..12 {
        let host = random.random_range(0..60);
        let at = any_time(&mut random);
        fail(&mut study, host, at);
    }
    let hypotheses = ranked(study);
    let window = backup(&hypotheses);
    assert_eq!(window.verdict, Verdict::Supported, "{window:#?}");
    for basis in ["hour_of_day", "host", "host_and_hour"] {
        let step = comparison(window, basis);
        let (low, _) = step.ci95.expect("events are informative");
        assert!(step.informative_events >= 4 && low > 1.0, "{step:#?}");
    }
    // Whole days move weekly runs off their incidents; daily runs stay where they are.
    let shifted = comparison(window, "shifted_days");
    assert!(shifted.p_value.is_some_and(|p| p < 0.01), "{shifted:#?}");
    let bin = |label: &str| {
        window.delay_profile.iter().find(|bin| bin.label.starts_with(label)).expect("the bin has exposure")
    };
    assert_eq!(bin("0 to 5 min after the start").events, 18);
    assert!(bin("0 to 5 min after the start").ci95.0 > 50.0);
    assert_eq!(bin("during").events, window.incidents_exposed);
    assert!(bin("30 to 60 min after the start").ci95.0 < 1.0);
    assert!(!confounder(window, "hour_of_day").contains("cannot"), "{window:#?}");
}

#[test]
fn an_effect_of_the_night_is_not_one_of_backups_at_night() {
    let mut explained = 0;
    for seed in 0..10 {
        let mut random = Random::seed_from_u64(100 + seed);
        let mut study = fleet(60);
        backups(&mut study, |host| host as f64 * 0.1, |_, _| true);
        for _ in 0..120 {
            let host = random.random_range(0..60);
            let day = random.random_range(1..DAYS - 1);
            fail(&mut study, host, START + day * DAY + random.random_range(0..6 * HOUR));
        }
        let hypotheses = ranked(study);
        let window = backup(&hypotheses);
        let (crude, step) = (comparison(window, "all"), comparison(window, "hour_of_day"));
        assert!(crude.rate_ratio > step.rate_ratio && step.informative_events >= 100, "{step:#?}");
        assert_ne!(window.verdict, Verdict::Supported, "{window:#?}");
        if window.evidence_against.iter().any(|text| text.starts_with("explained by the time of day")) {
            assert!(step.p_value.is_some_and(|p| p > 0.05), "{step:#?}");
            assert_eq!(window.verdict, Verdict::Inconclusive, "{window:#?}");
            explained += 1;
        }
    }
    // One in twenty runs shows a difference by chance, which is then not explained away.
    assert!(explained >= 8, "{explained} of 10 explained");
}

#[test]
fn a_window_at_one_hour_everywhere_cannot_be_told_from_the_hour() {
    let mut random = Random::seed_from_u64(3);
    let mut study = fleet(40);
    backups(&mut study, |_| 2.0, |_, _| true);
    for _ in 0..12 {
        let host = random.random_range(0..40);
        let run = study.windows[0].runs[host][random.random_range(1..DAYS as usize - 1)];
        fail(&mut study, host, run.0 + random.random_range(1..HOUR));
    }
    let hypotheses = ranked(study);
    let window = backup(&hypotheses);
    let step = comparison(window, "hour_of_day");
    assert_eq!(step.informative_events, 0, "{step:#?}");
    let note = confounder(window, "hour_of_day");
    assert!(note.contains("cannot be told apart: every host's run is at the same hour"), "{note}");
    assert!(note.contains("moving the run to another time of day on 20 of 40 hosts (host000"), "{note}");
    assert_ne!(window.verdict, Verdict::Supported, "{window:#?}");
    // The host is no way out, and says so: each has its run at the same hour, too.
    assert_eq!(comparison(window, "host_and_hour").informative_events, 0);
    assert!(comparison(window, "shifted_days").p_value.is_some_and(|p| p > 0.99));
}

#[test]
fn hosts_that_suffer_while_a_neighbour_runs_are_told() {
    let mut random = Random::seed_from_u64(4);
    let mut study = fleet(60);
    // One host of each rack is backed up, each rack at its own hour.
    backups(&mut study, |host| (host / 5 * 7 % 24) as f64, |host, _| host % 5 == 0);
    for _ in 0..14 {
        let rack = random.random_range(0..12);
        let run = study.windows[0].runs[rack * 5][random.random_range(1..DAYS as usize - 1)];
        let host = rack * 5 + random.random_range(0..5);
        fail(&mut study, host, run.0 + random.random_range(1..HOUR));
    }
    for _ in 0..6 {
        let host = random.random_range(0..60);
        let at = any_time(&mut random);
        fail(&mut study, host, at);
    }
    let hypotheses = ranked(study);
    let with_neighbours = hypotheses
        .iter()
        .find_map(|h| h.comparisons.iter().find(|c| c.basis == "neighbours_rack"))
        .expect("a window hypothesis looks at the neighbours");
    assert!(with_neighbours.ci95.expect("informative").0 > 2.0, "{with_neighbours:#?}");
    assert!(with_neighbours.note.contains("harms hosts other than its own"), "{with_neighbours:#?}");
}

/// Errors at the given times, and a fleet in which the rest is chance.
fn with_errors(times: Vec<Vec<i64>>) -> Study {
    let mut study = fleet(times.len());
    study.precursors = vec![Precursor { signature: "memory-correctable".to_owned(), times }];
    study
}

fn alarm(hypotheses: &[Hypothesis]) -> &Hypothesis {
    hypotheses
        .iter()
        .find(|h| h.family == Family::Precursor && h.comparisons.iter().any(|c| c.basis == "risk_set"))
        .expect("the precursor is among the hypotheses")
}

#[test]
fn an_error_that_heralds_a_reboot_is_an_alarm() {
    let mut random = Random::seed_from_u64(5);
    let errors: Vec<Vec<i64>> = (0..60)
        .map(|_| {
            let mut times: Vec<i64> = (0..4).map(|_| any_time(&mut random)).collect();
            times.sort_unstable();
            times
        })
        .collect();
    let mut study = with_errors(errors);
    for _ in 0..12 {
        let host = random.random_range(0..60);
        let error = study.precursors[0].times[host][random.random_range(0..4)];
        fail(&mut study, host, error + random.random_range(HOUR..20 * HOUR));
    }
    for _ in 0..12 {
        let host = random.random_range(0..60);
        let at = any_time(&mut random);
        fail(&mut study, host, at);
    }
    let hypotheses = ranked(study);
    let found = alarm(&hypotheses);
    assert!(comparison(found, "risk_set").ci95.expect("informative").0 > 5.0, "{found:#?}");
    assert!(comparison(found, "host").ci95.expect("informative").0 > 5.0, "{found:#?}");
    assert!(confounder(found, "host").contains("treat it as an alarm"), "{found:#?}");
}

#[test]
fn a_bad_host_with_errors_all_the_time_is_no_alarm() {
    let mut random = Random::seed_from_u64(6);
    // Ten hosts have an error every few days, without rhythm, and fail ten times as often, at any time.
    let errors: Vec<Vec<i64>> = (0..60)
        .map(|host| {
            let mut times: Vec<i64> =
                (0..if host < 10 { 90 } else { 0 }).map(|_| any_time(&mut random)).collect();
            times.sort_unstable();
            times
        })
        .collect();
    let mut study = with_errors(errors);
    for event in 0..60 {
        let host = if event % 3 == 0 { random.random_range(10..60) } else { random.random_range(0..10) };
        let at = any_time(&mut random);
        fail(&mut study, host, at);
    }
    let hypotheses = ranked(study);
    let chronic = hypotheses.iter().filter(|h| h.family == Family::Precursor);
    let told = chronic.filter(|h| h.evidence_against.iter().any(|t| t.contains("a chronically bad host")));
    assert!(told.count() >= 1, "{:#?}", alarm(&hypotheses));
    let claimed =
        hypotheses.iter().find(|h| h.family == Family::Precursor && h.verdict == Verdict::Supported);
    assert!(claimed.is_none(), "{claimed:#?}");
}

#[test]
fn the_day_is_tested_without_choosing_hours_and_two_peaks_are_told_from_one() {
    let mut random = Random::seed_from_u64(7);
    let (mut one, mut two) = (fleet(40), fleet(40));
    for event in 0..24 {
        let host = random.random_range(0..40);
        let at = START + random.random_range(1..DAYS - 1) * DAY + random.random_range(2 * HOUR..4 * HOUR);
        fail(&mut one, host, at);
        fail(&mut two, host, at + event % 2 * 12 * HOUR);
    }
    let day = |study: Study, basis: &str| {
        let hypotheses = ranked(study);
        let day = hypotheses.iter().find(|h| h.comparisons.iter().any(|c| c.basis == "one_peak_local"));
        let row = comparison(day.expect("the day is among the hypotheses"), basis).clone();
        (row.p_value.expect("there are events"), row.note)
    };
    let (p, note) = day(one.clone(), "one_peak_local");
    assert!(p < 1e-6 && (note.starts_with("around 02:") || note.starts_with("around 03:")), "{p} {note}");
    assert!(day(two.clone(), "one_peak_local").0 > 0.05);
    let (p, note) = day(two, "two_peaks");
    assert!(p < 1e-6 && note.contains(" and 1"), "{p} {note}");
    // The same host-time at every hour but for one host in two that sleeps from 2 to 4 o'clock: then the
    // draws come from the hours at risk.
    for segment in one.segments.split_off(20) {
        for day in 0..DAYS {
            let midnight = segment.from + day * DAY;
            one.segments.push(Segment { from: midnight, to: midnight + 2 * HOUR, ..segment.clone() });
            one.segments.push(Segment { from: midnight + 4 * HOUR, to: midnight + DAY, ..segment.clone() });
        }
    }
    let (p, note) = day(one, "one_peak_local");
    assert!(p <= 0.001 && note.contains("uneven"), "{p} {note}");
}

#[test]
fn a_weekday_is_judged_among_all_seven() {
    let mut random = Random::seed_from_u64(8);
    let mut study = fleet(40);
    // The first day is a Wednesday: five on a Sunday (day 4), nine on the other days.
    for day in [4, 4, 4, 4, 4, 0, 0, 1, 2, 2, 3, 5, 6, 6] {
        let week = random.random_range(1..50);
        let host = random.random_range(0..40);
        fail(&mut study, host, START + (week * 7 + day) * DAY + random.random_range(HOUR..23 * HOUR));
    }
    let hypotheses = ranked(study);
    let sunday = hypotheses.iter().find(|h| h.id == "time_of_day:weekday=Sun").expect("Sunday is listed");
    let week = comparison(sunday, "weekdays");
    let (own, of_seven) = (sunday.p_value.expect("a test"), week.p_value.expect("a test"));
    assert!(own < 0.1 && of_seven > 0.2, "{own} {of_seven}");
    assert_eq!(week.informative_events, 14);
}

#[test]
fn summer_time_does_not_smear_a_peak_on_the_clock_of_the_site() {
    let mut random = Random::seed_from_u64(9);
    let mut study = fleet(40);
    // Two hours further in the second half of the year, to make it plain.
    let change = START + 180 * DAY;
    study.site_utc_offset_steps = vec![(START, 0), (change, 7200)];
    for _ in 0..24 {
        let host = random.random_range(0..40);
        let local = START + random.random_range(1..DAYS - 1) * DAY + 2 * HOUR + random.random_range(0..600);
        fail(&mut study, host, if local < change { local } else { local - 2 * HOUR });
    }
    let hypotheses = ranked(study);
    let day = hypotheses.iter().find(|h| h.comparisons.iter().any(|c| c.basis == "one_peak_utc"));
    let day = day.expect("the day is among the hypotheses, on both clocks");
    let (local, utc) = (comparison(day, "one_peak_local"), comparison(day, "one_peak_utc"));
    assert!(local.note.starts_with("around 02:0"), "{local:#?}");
    assert!(local.p_value < utc.p_value, "{local:#?} {utc:#?}");
}

#[test]
fn an_incident_in_the_minute_of_a_start_is_inside_wherever_it_is_counted() {
    let mut study = fleet(40);
    backups(&mut study, |host| (host % 8) as f64 + 1.0, |host, day| (day + host as i64) % 2 == 0);
    for host in 0..12 {
        let run = study.windows[0].runs[host][10 + host * 7];
        fail(&mut study, host, run.0);
    }
    // What bears the stamp of the end came after it.
    for host in 20..26 {
        let run = study.windows[0].runs[host][20 + host * 5];
        fail(&mut study, host, run.1);
    }
    let hypotheses = ranked(study);
    let found = backup(&hypotheses);
    assert_eq!(found.account.events_exposed, 12, "{}", found.statement);
    let bin = |label: &str| found.delay_profile.iter().find(|bin| bin.label == label).expect("a bin").events;
    assert_eq!(bin("0 to 5 min after the start"), 12);
    assert_eq!(bin("5 to 15 min after the start"), 0);
    assert_eq!(bin("during the run, as a whole"), 12);
    assert_eq!(bin("0 to 30 min after the end"), 6);
    let moved = comparison(found, "shifted_days");
    assert!(moved.note.starts_with("12 inside"), "{}", moved.note);
    let within = comparison(found, "hour_of_day");
    assert!(within.informative_events >= 12 && within.ci95.is_some_and(|(low, _)| low > 1.0), "{within:?}");
}

#[test]
fn a_host_whose_runs_took_no_time_does_not_spoil_the_moved_schedule() {
    let mut study = fleet(40);
    backups(&mut study, |host| (host % 8) as f64 + 1.0, |host, day| (day + host as i64) % 2 == 0);
    for host in 0..12 {
        let run = study.windows[0].runs[host][10 + host * 7];
        fail(&mut study, host, run.0 + 600);
    }
    let noon: Vec<(i64, i64)> =
        (0..DAYS).map(|day| START + day * DAY + 12 * HOUR).map(|at| (at, at)).collect();
    study.windows[0].runs[30] = noon;
    fail(&mut study, 30, START + 50 * DAY);
    let hypotheses = ranked(study);
    let found = backup(&hypotheses);
    assert!(comparison(found, "shifted_days").p_value.is_some());
}

#[test]
fn hours_in_utc_are_compared_with_the_time_at_risk_in_utc() {
    let mut study = fleet(20);
    // Watched from midnight to noon in UTC; twelve hours on by the site's clocks in the second half.
    study.segments = (0..20)
        .flat_map(|host: u32| {
            (0..DAYS).map(move |day| Segment {
                host,
                from: START + day * DAY,
                to: START + day * DAY + DAY / 2,
                levels: vec![host / 5],
            })
        })
        .collect();
    study.site_utc_offset_steps = vec![(START + DAYS / 2 * DAY, 12 * HOUR as i32)];
    let mut random = Random::seed_from_u64(5);
    for _ in 0..60 {
        let day = random.random_range(0..DAYS);
        let at = START + day * DAY + random.random_range(1..DAY / 2);
        fail(&mut study, random.random_range(0..20), at);
    }
    for case in &mut study.cases {
        case.levels = vec![case.host / 5];
    }
    let hypotheses = ranked(study);
    let day = hypotheses.iter().find(|h| h.family == Family::TimeOfDay).expect("the day is asked about");
    let utc = comparison(day, "one_peak_utc");
    assert!(utc.p_value.is_some_and(|p| p > 0.01), "{utc:?}");
    assert!(utc.note.contains("uneven"), "{utc:?}");
    // By the site's clocks all hours are alike, and this is what the p stands against.
    assert!(comparison(day, "one_peak_local").note.contains("exact"));
    assert!(day.account.p_value_test.as_ref().is_some_and(|test| test.contains("every hour alike")));
}
