//! A year of the samples, replayed week by week.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use coroner::config::{ChangeRule, Config};
use coroner::knowledge::Knowledge;
use coroner::model::{Outcome, Report};
use coroner::pipeline::{self, Options};
use coroner::weekly::{Edition, subject};

use crate::weeks::{Run, day, mondays, words};

/// An incident may be told under a time that is this far from its last one.
const TOLERANCE: TimeDelta = TimeDelta::minutes(15);

struct Year {
    editions: Vec<(DateTime<Utc>, Edition)>,
    /// The report at the end of the last week.
    last: Report,
}

impl Year {
    fn of(sample: &str, first: &str, last: &str, changes: &[ChangeRule]) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data").join(sample);
        let knowledge = Knowledge::shipped().unwrap();
        let mut config = Config::read(&folder.join("coroner.toml")).unwrap();
        config.change.extend(changes.iter().cloned());
        let (sources, missing) = pipeline::ingest(&[folder], &knowledge, &|_| {}, &|| {});
        assert!(missing.is_empty(), "{missing:?}");
        let mut run = Run::default();
        let mut editions = Vec::new();
        let mut report = None;
        for monday in mondays(first, last) {
            let options = Options { to: Some(monday), permutations: 19, ..Options::default() };
            let analysis = pipeline::analyze(sources.clone(), &config, &knowledge, &options);
            editions.push((monday, run.edition_with(&analysis.report, &analysis.study, monday)));
            report = Some(analysis.report);
        }
        Self { editions, last: report.unwrap() }
    }

    /// Every incident that the last report has stands in exactly one edition, that of its week, and no edition tells
    /// of any other.
    fn assert_each_once(&self) {
        let mut told: Vec<(DateTime<Utc>, &str, DateTime<Utc>)> = Vec::new();
        for (monday, edition) in &self.editions {
            let incidents = &edition.incidents;
            let lines = incidents.new.iter().chain(&incidents.late);
            told.extend(lines.map(|line| (*monday, line.host.as_str(), line.at)));
            let turned = incidents.revised.iter().filter(|revision| revision.now_unplanned);
            told.extend(turned.map(|revision| (*monday, revision.host.as_str(), revision.at)));
            assert_eq!(incidents.out_of_sight, 0, "{monday}");
            assert_eq!(incidents.earlier, None, "{monday}: the first edition is before all incidents");
        }
        let unplanned: Vec<_> = self.last.incidents.iter().filter(|incident| !incident.planned).collect();
        assert!(unplanned.len() >= 10, "there is something to tell");
        for incident in &unplanned {
            let of_it: Vec<DateTime<Utc>> = told
                .iter()
                .filter(|(_, host, at)| *host == incident.host && (*at - incident.at).abs() <= TOLERANCE)
                .map(|(monday, _, _)| *monday)
                .collect();
            let [monday] = of_it.as_slice() else { panic!("{} is told in {of_it:?}", incident.id) };
            let end_of_its_week = *monday - incident.at;
            assert!(
                end_of_its_week >= -TOLERANCE && end_of_its_week < TimeDelta::days(7) + TOLERANCE,
                "{} is told on {monday}",
                incident.id
            );
        }
        assert_eq!(told.len(), unplanned.len(), "{told:?}");
    }

    fn week(&self, monday: &str) -> &Edition {
        &self.editions.iter().find(|(at, _)| *at == day(monday)).unwrap().1
    }
}

#[test]
fn a_year_of_the_reboots_tells_each_incident_once_and_names_the_bios_in_the_end() {
    let year = Year::of("reboots", "2025-02-03", "2026-01-26", &[]);
    year.assert_each_once();
    let claimed: Vec<String> = year.editions.iter().map(|(_, edition)| subject(edition)).collect();
    assert!(claimed.iter().any(|line| line.contains("bios_version = 6.0.7 supported")), "{claimed:#?}");
    let quiet = claimed.iter().filter(|line| line.contains("nothing new")).count();
    assert!(quiet >= 30, "ten incidents leave most weeks quiet: {claimed:#?}");
}

#[test]
fn a_year_of_the_backups_tells_the_fix_and_its_relapse_in_their_weeks() {
    // After the four ends of September somebody changed how backups are taken; on 1 December they came again.
    let change = ChangeRule {
        name: "new backup strategy".to_owned(),
        at: "2025-09-24T12:00:00+02:00".to_owned(),
        hosts: vec!["os=Ubuntu 20.04".to_owned()],
    };
    let year = Year::of("backups", "2025-02-10", "2026-02-02", &[change]);
    year.assert_each_once();
    let fix = |edition: &Edition| edition.fixes.iter().find(|f| f.name == "new backup strategy").cloned();
    for (monday, edition) in &year.editions {
        let found = fix(edition);
        if *monday < day("2025-09-29") {
            assert_eq!(found, None, "{monday}: it is not made yet");
        } else if *monday < day("2025-12-08") {
            let found = found.unwrap();
            assert_eq!((found.outcome, found.events_new), (Outcome::TooEarly, 0), "{monday}");
            assert!(found.days_left.is_some_and(|days| days > 100.0), "{monday}: {:?}", found.days_left);
        }
    }
    let announced = fix(year.week("2025-09-29")).unwrap();
    assert_eq!(announced.was, None);
    let first = fix(year.week("2025-12-08")).unwrap();
    assert!(first.ended_quiet && first.is_bad());
    assert_eq!(first.hosts_new.len(), 1, "{first:?}");
    assert!(first.hosts_new[0].starts_with("web15"), "{first:?}");
    assert_eq!(TimeDelta::seconds(first.quiet_s).num_days(), 67);
    let line = subject(year.week("2025-12-08"));
    assert!(line.contains("1 unplanned incident, the first since fix new backup strategy"), "{line}");
    // The third end since is the one with which it is no longer too early: it has not helped.
    let verdicts: Vec<(String, Outcome)> = year
        .editions
        .iter()
        .filter_map(|(monday, edition)| Some((monday.format("%m-%d").to_string(), fix(edition)?)))
        .filter(|(_, fix)| fix.was.is_some_and(|was| was != fix.outcome))
        .map(|(monday, fix)| (monday, fix.outcome))
        .collect();
    assert_eq!(verdicts.first(), Some(&("01-05".to_owned(), Outcome::NoEvidence)), "{verdicts:?}");
    let text = words(year.week("2026-01-05"));
    assert!(text.contains("no evidence that it helped, was: too early to tell"), "{text}");
}
