//! Planned work: what stands in the fixtures is what is read.

use coroner::model::Stamp;
use coroner::model::record::{Body, SourceFacts};

use super::{Counts, take, take_fixture};

pub const COUNTS: Counts = &[
    ("formats/icalendar/outlook.ics", 2, 3),
    ("formats/icalendar/team.ics", 3, 4),
    ("formats/maintenance-csv/jira.csv", 1, 1),
    ("formats/maintenance-csv/servicenow.csv", 1, 1),
    ("formats/maintenance-csv/wartung.csv", 1, 1),
    ("formats/maintenance-csv/windows.csv", 2, 2),
    ("formats/maintenance-json/changes.json", 1, 1),
    ("formats/maintenance-json/windows.json", 2, 2),
];

/// `scope | start | end | what` of each window, times with a `Z` where the zone is known.
fn windows(facts: &SourceFacts) -> Vec<String> {
    let written = |stamp: &Stamp| match stamp {
        Stamp::Zoned(at) => at.format("%FT%RZ").to_string(),
        Stamp::Local(at) => at.format("%FT%R").to_string(),
        other => format!("{other:?}"),
    };
    let line = |record: &coroner::model::record::Record| {
        let Body::Maintenance(window) = &record.body else { panic!("{record:?}") };
        let end = window.end.as_ref().map_or("-".to_owned(), written);
        format!("{} | {} | {end} | {}", window.scope.join(" "), written(&record.stamp), window.what)
    };
    facts.records.iter().map(line).collect()
}

fn windows_of(path: &str) -> Vec<String> {
    windows(&take_fixture(&format!("formats/{path}")))
}

fn calendar(event: &str) -> SourceFacts {
    let text = format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
    take("x.ics", text.as_bytes())
}

#[test]
fn a_table_of_windows_gives_scope_and_purpose() {
    let windows = take_fixture("formats/maintenance-csv/windows.csv");
    let Body::Maintenance(window) = &windows.records[0].body else { panic!() };
    assert_eq!((window.scope.clone(), window.what.as_str()), (vec!["*".to_owned()], "firmware, then kernel"));
}

#[test]
fn work_that_was_cancelled_excuses_nothing() {
    let found = windows_of("maintenance-csv/servicenow.csv");
    assert_eq!(found, ["kvm07 | 2025-02-03T22:00 | 2025-02-04T00:00 | Firmware of the RAID controllers"]);
}

#[test]
fn without_a_column_for_them_hosts_are_found_in_what_is_to_be_done() {
    let found = windows_of("maintenance-csv/jira.csv");
    assert_eq!(found, ["kvm07 | 2025-02-03T22:00 | 2025-02-03T23:00 | Firmware of kvm07"]);
}

#[test]
fn a_calendar_gives_its_work_and_not_its_appointments() {
    assert_eq!(
        windows_of("icalendar/team.ics"),
        [
            "kvm[01-09] | 2025-03-23T21:00Z | 2025-03-23T23:00Z | Wartungsfenster kvm[01-09]",
            "kvm[01-09] | 2025-04-13T20:00Z | 2025-04-13T22:00Z | Wartungsfenster kvm[01-09]",
            "kvm[01-09] | 2025-03-31T19:00Z | 2025-03-31T21:00Z | Wartungsfenster kvm[01-09] (moved)",
            "rack=r02 | 2025-04-05T00:00 | 2025-04-06T00:00 | CHG0031337 power work, rack r02",
        ]
    );
    let facts = take_fixture("formats/icalendar/team.ics");
    for rule in ["cancelled-event", "event-without-work-on-hosts", "calendar-without-events"] {
        assert!(facts.reasons.contains_key(&format!("ignored: {rule}")), "{rule}: {:?}", facts.reasons);
    }
}

#[test]
fn outlook_folds_lines_and_names_zones_in_its_own_way() {
    assert_eq!(
        windows_of("icalendar/outlook.ics"),
        [
            "mail07 mail08 | 2025-02-03T21:00Z | 2025-02-03T22:30Z | Upgrade of the mail servers",
            "* | 2025-02-11T20:00 | 2025-02-11T23:00 | Patch Tuesday",
            "* | 2025-03-11T20:00 | 2025-03-11T23:00 | Patch Tuesday",
        ]
    );
}

#[test]
fn a_series_without_end_is_bounded() {
    let facts = calendar("UID:1\r\nSUMMARY:Maintenance\r\nDTSTART:20250101T000000Z\r\nRRULE:FREQ=MINUTELY");
    assert!(!facts.records.is_empty() && facts.records.len() <= 4000, "{}", facts.records.len());
    let facts = calendar("UID:1\r\nSUMMARY:Maintenance\r\nDTSTART:20250101T000000Z\r\nRRULE:FREQ=NEVER");
    assert_eq!((facts.records.len(), facts.reasons.contains_key("bad field: RRULE")), (0, true));
}

#[test]
fn an_event_of_months_is_a_project_and_no_window() {
    let facts =
        calendar("UID:1\r\nSUMMARY:Maintenance\r\nDTSTART:20250101T000000Z\r\nDTEND:20250601T000000Z");
    assert_eq!((facts.records.len(), facts.quarantined), (0, 0));
    assert!(facts.reasons.contains_key("ignored: event-longer-than-a-month"));
}
