//! Lists of incidents: what stands in the fixtures is what is read.

use coroner::model::Stamp;
use coroner::model::record::{Body, SourceFacts};

use super::{Counts, take, take_fixture};

pub const COUNTS: Counts = &[
    ("formats/failures-by-place-csv/drives.csv", 2, 2),
    ("formats/incidents-csv/blame.csv", 3, 3),
    ("formats/incidents-csv/deutsch.csv", 2, 2),
    ("formats/incidents-csv/list.csv", 3, 3),
    ("formats/incidents-csv/outages.csv", 1, 1),
    ("formats/incidents-csv/two-columns.csv", 2, 2),
    ("formats/incidents-csv/wiki.md", 2, 2),
    ("formats/incidents-headless/blanks.txt", 2, 2),
    ("formats/incidents-headless/excel.csv", 2, 2),
    ("formats/incidents-headless/list.txt", 3, 3),
    ("formats/incidents-json/list.json", 2, 2),
    ("formats/incidents-csv/espanol.csv", 2, 2),
    ("formats/incidents-csv/francais.csv", 2, 2),
    ("formats/incidents-csv/opsgenie.csv", 2, 2),
    ("formats/incidents-csv/pagerduty.csv", 2, 2),
    ("formats/incidents-csv/servicenow.csv", 2, 2),
    ("formats/incidents-json/pagerduty.json", 2, 2),
];

/// `host | time | cause` of each incident, times with a `Z` where the zone is known.
fn listed(facts: &SourceFacts) -> Vec<String> {
    let written = |stamp: &Stamp| match stamp {
        Stamp::Zoned(at) => at.format("%FT%TZ").to_string(),
        Stamp::Local(at) => at.format("%FT%T").to_string(),
        other => format!("{other:?}"),
    };
    let line = |record: &coroner::model::record::Record| {
        let Body::Listed(entry) = &record.body else { panic!("{record:?}") };
        let host = record.host.as_deref().unwrap_or("-");
        format!("{host} | {} | {}", written(&record.stamp), entry.cause.as_deref().unwrap_or("-"))
    };
    facts.records.iter().map(line).collect()
}

fn listed_in(path: &str) -> Vec<String> {
    listed(&take_fixture(&format!("formats/{path}")))
}

#[test]
fn a_column_for_each_cause_blames_the_one_that_is_filled() {
    assert_eq!(
        listed_in("incidents-csv/blame.csv"),
        [
            "3-17 | 2005-02-03T10:54:00 | hardware: Memory Dimm",
            "3-18 | 2005-02-04T09:13:00 | facilities: Power Outage",
            "4-17 | 2005-02-05T10:32:00 | undetermined",
        ]
    );
}

#[test]
fn date_and_time_may_stand_in_two_columns() {
    let found = listed_in("incidents-csv/two-columns.csv");
    assert_eq!(found[1], "kvm08 | 2025-02-14T23:59:30 | power");
    let found = listed_in("incidents-headless/excel.csv");
    assert_eq!(found, ["kvm07 | 2025-03-01T02:03:00 | -", "kvm08 | 2025-03-02T23:59:00 | -"]);
}

#[test]
fn a_table_from_a_wiki_is_a_table() {
    let found = listed_in("incidents-csv/wiki.md");
    assert_eq!(found, ["kvm07 | 2025-02-13T02:03:00 | unknown", "kvm08 | 2025-02-14T02:03:00 | power"]);
}

#[test]
fn a_failure_may_be_known_by_its_place() {
    let found = listed_in("failures-by-place-csv/drives.csv");
    assert_eq!(found[0], "rack4-enclosure1 | 2025-02-03T00:02:03Z | -");
}

#[test]
fn a_number_or_a_second_time_beside_a_host_makes_another_kind_of_list() {
    for line in ["kvm07;2025-02-03 01:00;412\n", "kvm07;2025-02-03 01:00;2025-02-03 02:00\n", "kvm07\n"] {
        let facts = take("x", line.repeat(3).as_bytes());
        assert_ne!(facts.format.as_deref(), Some("incidents-headless"), "{line}");
    }
}

#[test]
fn tickets_are_about_the_machine_that_their_tracker_names() {
    let found = listed_in("incidents-csv/servicenow.csv");
    assert_eq!(found, ["kvm07 | 2025-03-14T02:20:11 | Hardware", "kvm11 | 2025-03-20T04:11:45 | Hardware"]);
    let facts = take_fixture("formats/incidents-csv/servicenow.csv");
    assert!(facts.reasons.contains_key("ignored: ticket-without-a-machine"), "{:?}", facts.reasons);
    for path in ["csv/pagerduty.csv", "csv/opsgenie.csv", "json/pagerduty.json"] {
        let found = listed_in(&format!("incidents-{path}"));
        assert_eq!(found, ["kvm07 | 2025-03-14T02:20:11Z | -", "kvm11 | 2025-03-20T04:11:45Z | -"], "{path}");
    }
}

#[test]
fn under_french_headers_the_day_comes_first() {
    let found = listed_in("incidents-csv/francais.csv");
    assert_eq!(found[0], "kvm07 | 2025-04-03T02:05:00 | coupure de courant");
    assert_eq!(listed_in("incidents-csv/espanol.csv")[0], "kvm07 | 2025-03-14T02:05:00 | corte de luz");
}
