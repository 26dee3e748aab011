//! Changes: watched, verified, and come back, in the weeks in which that was to be seen.

use std::fs;

use chrono::{DateTime, TimeDelta, Utc};
use coroner::config::Config;
use coroner::knowledge::Knowledge;
use coroner::model::Outcome;
use coroner::pipeline::{self, Options};
use coroner::weekly::{Edition, Fix, subject};

use crate::weeks::{Run, day, mondays, words};

/// Twenty hosts, known from a list of incidents: one a week until a change of 26 May, none for fifteen weeks, then two
/// a week.
fn editions() -> Vec<(DateTime<Utc>, Edition)> {
    let folder = tempfile::tempdir().unwrap();
    let mut list = "host,time,cause\n".to_owned();
    for week in 0..20 {
        let at = day("2025-01-07") + TimeDelta::hours(24 * 7 * week + 2 + week * 5 % 24);
        list += &format!("k{:02},{},hang\n", week * 7 % 20, at.format("%Y-%m-%d %H:%M"));
    }
    for (n, date) in [9, 11, 16, 18, 23, 25].into_iter().enumerate() {
        list += &format!("k{:02},2025-09-{date:02} {:02}:20,hang\n", (n * 3 + 1) % 20, n + 3);
    }
    let inventory: String = (0..20).map(|host| format!("k{host:02},EX-{}\n", host % 2)).collect();
    let config = "timezone = \"UTC\"\n[[change]]\nname = \"new backup strategy\"\nat = \"2025-05-26\"\n";
    fs::write(folder.path().join("incidents.csv"), list).unwrap();
    fs::write(folder.path().join("inventory.csv"), format!("host,model\n{inventory}")).unwrap();
    fs::write(folder.path().join("coroner.toml"), config).unwrap();
    let knowledge = Knowledge::shipped().unwrap();
    let config = Config::read(&folder.path().join("coroner.toml")).unwrap();
    let (sources, _) = pipeline::ingest(&[folder.path().to_path_buf()], &knowledge, &|_| {}, &|| {});
    let mut run = Run::default();
    let of_week = |monday: DateTime<Utc>| {
        let options = Options { to: Some(monday), permutations: 19, ..Options::default() };
        let analysis = pipeline::analyze(sources.clone(), &config, &knowledge, &options);
        (monday, run.edition_with(&analysis.report, &analysis.study, monday))
    };
    mondays("2025-05-12", "2025-10-06").into_iter().map(of_week).collect()
}

#[test]
fn a_fix_is_watched_verified_and_comes_back_in_the_right_weeks() {
    let editions = editions();
    let of = |date: &str| &editions.iter().find(|(monday, _)| *monday == day(date)).unwrap().1;
    let fix = |date: &str| of(date).fixes.first();

    assert_eq!(fix("2025-05-19"), None, "a change of next week is no news");
    let announced = fix("2025-06-02").unwrap();
    assert_eq!((announced.outcome, announced.was), (Outcome::TooEarly, None));
    assert!((announced.days_left.unwrap() - 15.6).abs() < 0.5, "{:?}", announced.days_left);
    let waiting = fix("2025-06-09").unwrap();
    assert!(
        (waiting.days_left.unwrap() - announced.days_left.unwrap() + 7.0).abs() < 0.1,
        "a week has passed"
    );
    assert!(subject(of("2025-06-09")).contains("a fix has 9 days to go"), "{}", subject(of("2025-06-09")));

    let weeks = |is_so: &dyn Fn(&Fix) -> bool| -> Vec<String> {
        let with = editions.iter().filter(|(_, edition)| edition.fixes.iter().any(is_so));
        with.map(|(monday, _)| monday.format("%m-%d").to_string()).collect()
    };
    assert_eq!(weeks(&Fix::is_verified), ["06-23"]);
    assert_eq!(weeks(&|fix| fix.ended_quiet), ["09-15"], "9 September ends fifteen quiet weeks");
    assert_eq!(weeks(&Fix::is_relapse), ["09-22"]);
    assert_eq!(fix("2025-07-07"), None, "what is sure and stays quiet is no news");
    let first = fix("2025-09-15").unwrap();
    assert_eq!((first.outcome, first.events_new), (Outcome::Helped, 2));
    assert_eq!(first.hosts_new, ["k01", "k04"]);
    assert_eq!(TimeDelta::seconds(first.quiet_s).num_days(), 106);

    assert!(subject(of("2025-06-23")).contains("1 fix verified"), "{}", subject(of("2025-06-23")));
    assert!(
        subject(of("2025-09-15")).contains("2 unplanned incidents, the first since fix new backup strategy"),
        "{}",
        subject(of("2025-09-15"))
    );
    let relapse = subject(of("2025-09-22"));
    assert!(
        relapse.starts_with("coroner 2025-W38: fix new backup strategy came back, 2 unplanned"),
        "{relapse}"
    );
    assert!(
        words(of("2025-09-22")).contains("SEEMED TO HELP, THEN CAME BACK"),
        "{}",
        words(of("2025-09-22"))
    );
    assert!(of("2025-09-22").is_alarming() && !of("2025-06-23").is_alarming());
    let told: usize = editions.iter().map(|(_, edition)| edition.incidents.new.len()).sum();
    let earlier = editions[0].1.incidents.earlier.as_ref().map_or(0, |earlier| earlier.ids.len());
    assert_eq!(told + earlier, 26, "all are told, each once");
}
