//! Which incidents an edition tells.

use chrono::TimeDelta;
use coroner::model::{Cause, Report};
use coroner::weekly::{Page, html, mail, subject, text};

use crate::weeks::{Run, at, cut, day, fleet, fleet_at, incident, mondays, told, unplanned, words};

#[test]
fn the_first_edition_says_so_and_sums_up_what_was_before() {
    let edition = Run::default().edition(&fleet_at("2025-04-28"));
    assert!(edition.is_first);
    assert_eq!(edition.incidents.new.len(), 1, "the panic of 27 April");
    let earlier = edition.incidents.earlier.as_ref().unwrap();
    assert_eq!((earlier.ids.len(), earlier.hosts), (3, 3));
    let words = words(&edition);
    assert!(words.starts_with("coroner 2025-W17: 1 unplanned incident"), "{words}");
    assert!(words.contains("The first edition"), "{words}");
    assert!(words.contains("Before that: 3 unplanned incidents on 3 hosts (unexplained 3)."), "{words}");
}

#[test]
fn a_year_of_weeks_tells_each_incident_exactly_once() {
    let whole = fleet();
    let mut run = Run::default();
    let mut all: Vec<String> = Vec::new();
    for monday in mondays("2025-01-13", "2026-01-05") {
        let edition = run.edition_as_of(&cut(fleet(), monday.min(whole.to)), monday);
        for line in &edition.incidents.new {
            assert!(line.at > monday - TimeDelta::days(7) && line.at <= monday, "{line:?}");
        }
        assert_eq!(edition.incidents.late, []);
        all.extend(told(&edition));
    }
    let expected: Vec<String> = unplanned(&whole).iter().map(|incident| incident.id.clone()).collect();
    assert_eq!(all, expected);
    let again = run.edition_as_of(&whole, day("2026-01-12"));
    assert_eq!(told(&again), Vec::<String>::new());
}

#[test]
fn the_same_run_once_more_gives_the_same_bytes() {
    let forms = |run: &mut Run, report: &Report| {
        let edition = run.edition(report);
        let page = Page::of(&edition);
        let to = vec!["b@example.net".parse().unwrap()];
        let envelope = mail::Envelope { from: "a@example.net".parse().unwrap(), to };
        let mail = mail::eml(&edition, &envelope).unwrap();
        (text(&page, 78), html(&page).unwrap(), mail, run.state.clone())
    };
    let report = fleet_at("2025-08-25");
    for dates in [&[][..], &["2025-08-18"], &["2025-08-11", "2025-08-18"]] {
        let mut run = Run::through(dates);
        let first = forms(&mut run, &report);
        assert!(first.0.contains("power loss"), "{}", first.0);
        assert_eq!(first, forms(&mut run, &report));
        assert_eq!(first, forms(&mut run, &report), "as often as one likes");
    }
}

#[test]
fn an_edition_that_is_made_again_with_more_data_tells_what_is_new_since_the_one_before() {
    let mut run = Run::through(&["2025-02-17"]);
    let mut short = fleet_at("2025-02-24");
    short.incidents.retain(|incident| incident.at < day("2025-02-20"));
    assert_eq!(told(&run.edition(&short)), Vec::<String>::new());
    assert_eq!(told(&run.edition(&fleet_at("2025-02-24"))).len(), 1);
    assert_eq!(told(&run.edition(&fleet_at("2025-03-03"))), Vec::<String>::new());
}

#[test]
fn a_week_that_was_missed_is_in_the_next_edition() {
    let mut run = Run::through(&["2025-06-09"]);
    let edition = run.edition(&fleet_at("2025-06-23"));
    assert_eq!(told(&edition).len(), 2, "15 and 17 June");
    let words = words(&edition);
    assert!(words.starts_with("coroner 2025-W24 to 2025-W25: 2 unplanned incidents"), "{words}");
    assert!(words.contains("Covers 14 days"), "{words}");
    assert!(words.contains("no edition was made in between"), "{words}");
}

#[test]
fn incidents_of_several_hosts_at_once_are_one_item() {
    let mut run = Run::through(&["2025-08-18"]);
    let edition = run.edition(&fleet_at("2025-08-25"));
    assert_eq!((edition.incidents.new.len(), edition.incidents.events()), (3, 1));
    let page = Page::of(&edition);
    assert!(page.subject.contains("3 unplanned incidents (1 event)"), "{}", page.subject);
    let items = &page.sections[0].items;
    assert_eq!(items.len(), 1);
    assert!(items[0].text.contains("kvm02 and 2 other hosts: reboot, power loss"), "{}", items[0].text);
    assert_eq!(items[0].more.last().unwrap(), "One event, with kvm05, kvm11.");
}

#[test]
fn what_came_to_light_late_is_told_as_such() {
    let mut early = fleet_at("2025-05-05");
    early.incidents.retain(|incident| incident.at < day("2025-04-20"));
    let mut run = Run::through(&["2025-04-14"]);
    assert_eq!(told(&run.edition(&early)), Vec::<String>::new());
    let edition = run.edition(&fleet_at("2025-05-12"));
    assert_eq!(edition.incidents.new.len(), 1, "that of 11 May");
    assert_eq!(edition.incidents.late.len(), 1, "that of 27 April");
    assert!(edition.is_alarming());
    let words = words(&edition);
    assert!(words.contains("1 unplanned incident, 1 newly known of before"), "{words}");
    assert!(words.contains("Newly known, of before ! 2025-04-27 02:50 UTC"), "{words}");
}

/// The report as of a week later, with one incident changed.
fn changed(change: impl Fn(&mut coroner::model::Incident)) -> Report {
    let mut report = fleet_at("2025-03-17");
    let one = report.incidents.iter_mut().find(|i| i.at == at("2025-03-09T03:05:00Z")).unwrap();
    change(one);
    report
}

#[test]
fn an_incident_whose_time_moves_is_not_told_twice() {
    let shift = |minutes| {
        move |incident: &mut coroner::model::Incident| {
            incident.at += TimeDelta::minutes(minutes);
            incident.at_earliest += TimeDelta::minutes(minutes);
            incident.at_latest += TimeDelta::minutes(minutes);
            incident.id = format!("{}-moved", incident.host);
        }
    };
    for minutes in [-14, -2, 1, 14] {
        let mut run = Run::through(&["2025-03-10"]);
        let edition = run.edition(&changed(shift(minutes)));
        assert_eq!(told(&edition), Vec::<String>::new(), "{minutes}");
        assert_eq!(edition.incidents.revised, [], "{minutes} is within the doubt about it");
        assert!(!edition.is_alarming() || !edition.findings.is_empty());
    }
    // Far away on the same host it is another one, and the first is gone.
    let mut run = Run::through(&["2025-03-10"]);
    let edition = run.edition(&changed(shift(5 * 24 * 60)));
    assert_eq!(edition.incidents.new.len(), 1);
    assert_eq!(edition.incidents.revised[0].what, "the data no longer show it");
    // With a wide interval it may have been anywhere in it.
    let mut run = Run::through(&["2025-03-10"]);
    let edition = run.edition(&changed(|incident| {
        incident.at -= TimeDelta::hours(20);
        incident.at_earliest -= TimeDelta::hours(30);
        incident.id = format!("{}-moved", incident.host);
    }));
    assert_eq!(told(&edition), Vec::<String>::new());
    assert_eq!(edition.incidents.revised[0].what, "was told as of 2025-03-09 03:05 UTC");
}

#[test]
fn two_incidents_within_minutes_are_two() {
    let near = |report: &mut Report, minutes: i64| {
        let when = at("2025-03-09T03:05:00Z") + TimeDelta::minutes(minutes);
        let host = unplanned(report)[2].host.clone();
        report.incidents.push(incident(1, &host, &when.to_rfc3339(), Cause::Unexplained, false));
    };
    let mut run = Run::through(&["2025-03-10"]);
    let mut report = fleet_at("2025-03-17");
    near(&mut report, 10);
    near(&mut report, -10);
    let edition = run.edition(&report);
    assert_eq!(edition.incidents.late.len(), 2);
    assert_eq!(edition.incidents.revised, []);
}

#[test]
fn another_cause_is_a_revision() {
    let mut run = Run::through(&["2025-03-10"]);
    let edition = run.edition(&changed(|incident| incident.cause = Cause::HardwareError));
    assert_eq!(edition.incidents.revised[0].what, "hardware error, was told as unexplained");
    assert_eq!(told(&edition), Vec::<String>::new());
    let mut run = Run::through(&["2025-03-10"]);
    let edition = run.edition(&changed(|incident| {
        (incident.cause, incident.planned) = (Cause::Maintenance, true);
    }));
    assert_eq!(
        edition.incidents.revised[0].what,
        "is now known to be planned; maintenance, was told as unexplained"
    );
}

#[test]
fn a_planned_end_that_was_none_is_bad_news_once() {
    let mut before = fleet_at("2025-03-10");
    let one = before.incidents.iter_mut().find(|i| i.at == at("2025-03-09T03:05:00Z")).unwrap();
    (one.cause, one.planned) = (Cause::Clean, true);
    let mut run = Run::through(&["2025-03-03"]);
    let first = run.edition(&before);
    assert_eq!((first.incidents.new.len(), first.incidents.planned), (0, 1));
    let second = run.edition(&fleet_at("2025-03-17"));
    assert_eq!(second.incidents.now_unplanned(), 1);
    assert!(second.is_alarming());
    assert!(subject(&second).contains("1 newly known of before"), "{}", subject(&second));
    assert_eq!(told(&run.edition(&fleet_at("2025-03-24"))), Vec::<String>::new());
}

#[test]
fn what_comes_back_is_not_new() {
    let mut run = Run::through(&["2025-03-10"]);
    let mut without = fleet_at("2025-03-17");
    without.incidents.retain(|incident| incident.at != at("2025-03-09T03:05:00Z"));
    assert_eq!(run.edition(&without).incidents.revised[0].what, "the data no longer show it");
    without = cut(without, day("2025-03-24"));
    assert_eq!(run.edition(&without).incidents.revised, [], "that is said once");
    let edition = run.edition(&fleet_at("2025-03-31"));
    assert_eq!(told(&edition), Vec::<String>::new());
    assert_eq!(edition.incidents.revised[0].what, "the data show it again");
}

#[test]
fn logs_that_were_thrown_away_take_nothing_back() {
    let mut run = Run::through(&["2025-03-10"]);
    // Only the last weeks are kept.
    let mut young = fleet_at("2025-05-12");
    young.from = day("2025-04-01");
    young.incidents.retain(|incident| incident.at > day("2025-04-01"));
    for host in &mut young.coverage {
        host.observed = vec![(day("2025-04-01"), day("2025-05-12"))];
    }
    let edition = run.edition(&young);
    assert_eq!(edition.incidents.revised, []);
    assert_eq!(edition.incidents.out_of_sight, 3);
    assert_eq!(edition.incidents.new.len(), 2);
    // And if the old logs are found again, their incidents are old news.
    assert_eq!(told(&run.edition(&fleet_at("2025-05-19"))), Vec::<String>::new());
}
