//! Files beside the excerpts: what makes them readable by themselves, and SEL records in words.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use crate::model::Report;
use crate::report::text_safety::csv_cell;

use super::bundle::{Bundle, HostRule, Piece};
use super::evidence::POWER;
use super::windows::{self, Wanted};
use super::{Decoded, Originals, Scope, words};

/// Spans of the report that are announced work; the others are runs of jobs.
pub const MAINTENANCE: &str = "maintenance";

/// Inventory and announced work of the hosts, in the shape that `coroner analyze` reads.
pub fn of(report: &Report, scope: &Scope<'_>, originals: &dyn Originals, bundle: &Bundle) -> Vec<Piece> {
    let mut pieces = vec![piece(
        "inventory.csv",
        "attributes of the machines of this case",
        inventory(report, scope, originals),
    )];
    let planned = maintenance(report, scope);
    if !planned.is_empty() {
        pieces.push(piece("maintenance.csv", "announced work on the machines of this case", planned));
    }
    let is_metered = |host: &String| {
        let mut readings = bundle.pieces.iter().filter(|piece| piece.what.starts_with(POWER));
        readings.any(|piece| piece.place.get(2) == Some(host))
    };
    for host in scope.hosts_cut().iter().filter(|host| !is_metered(host)) {
        let text = readings(report, scope, host);
        if !text.is_empty() {
            let mut written =
                piece("power.csv", "power readings around each incident, as they were understood", text);
            written.place = ["evidence", "hosts", host, "power.csv"].map(str::to_owned).to_vec();
            pieces.push(written);
        }
    }
    pieces
}

/// Readings that the report keeps, where rows of the original cannot be cut; empty where there are none.
fn readings(report: &Report, scope: &Scope<'_>, host: &str) -> String {
    let wanted: Vec<Wanted> = scope.of_host(host).map(windows::of_incident).collect();
    let inside = |at: DateTime<Utc>| wanted.iter().any(|span| at >= span.from && at <= span.to);
    let points = report.power.get(host).map(Vec::as_slice).unwrap_or_default();
    let mut text = String::new();
    for point in points.iter().filter(|point| inside(point.at) && point.watts.is_finite()) {
        if text.is_empty() {
            text.push_str("time,host,watts\n");
        }
        let _ = writeln!(text, "{},{},{}", words::rfc3339(point.at), csv_cell(host), point.watts);
    }
    text
}

fn piece(name: &str, what: &str, text: String) -> Piece {
    Piece {
        place: vec!["evidence".to_owned(), name.to_owned()],
        part: None,
        bytes: text.into_bytes(),
        is_text: true,
        records: Vec::new(),
        what: what.to_owned(),
        origin: None,
        rule: None,
    }
}

fn inventory(report: &Report, scope: &Scope<'_>, originals: &dyn Originals) -> String {
    let hosts = scope.hosts_cut();
    let known = |host: &String| report.host_factors.get(host);
    let names: BTreeSet<&String> =
        hosts.iter().filter_map(known).flat_map(|factors| factors.keys()).collect();
    let mut text = String::from("host,serial");
    for name in &names {
        let _ = write!(text, ",{}", csv_cell(name));
    }
    text.push('\n');
    for host in hosts {
        text += &csv_cell(host);
        let _ = write!(text, ",{}", csv_cell(&originals.serial(host).unwrap_or_default()));
        for name in &names {
            let value = known(host).and_then(|factors| factors.get(*name));
            let _ = write!(text, ",{}", csv_cell(value.map_or("", String::as_str)));
        }
        text.push('\n');
    }
    text
}

/// Empty where nothing was announced.
fn maintenance(report: &Report, scope: &Scope<'_>) -> String {
    let spans =
        report.spans.iter().filter(|span| span.name == MAINTENANCE && scope.hosts_cut().contains(&span.host));
    let mut text = String::new();
    for span in spans {
        if text.is_empty() {
            text.push_str("start,end,scope,what\n");
        }
        let (from, to) = (words::rfc3339(span.from), words::rfc3339(span.to));
        let _ = writeln!(text, "{from},{to},{},announced work", csv_cell(&span.host));
    }
    text
}

/// How far a BMC's clock was off, where that was configured or read from it. What follows from boots that both clocks saw
/// is found again from the excerpts, and better: boots tell how the clock drifted.
pub fn host_rules(report: &Report, scope: &Scope<'_>) -> Vec<HostRule> {
    let offset_of = |host: &String| {
        let mut sels =
            report.sources.iter().filter(|source| source.kind == "sel" && source.host.as_ref() == Some(host));
        sels.find_map(|sel| sel.clock_offset_s.filter(|_| !sel.clock_note.contains("both clocks saw")))
            .map(|offset| offset.round() as i64)
    };
    let rule = |host: &String| Some(HostRule { host: host.clone(), bmc_offset_s: offset_of(host)? });
    scope.hosts_cut().iter().filter_map(rule).collect()
}

/// The records of a SEL in words, each below its bytes; nothing where the source has no bytes of records.
pub fn decoded(host: &str, source: &str, originals: &dyn Originals) -> Option<Piece> {
    let records = originals.decoded(source);
    if records.is_empty() {
        return None;
    }
    let name = format!("{}.txt", super::names::of_source(source));
    Some(Piece {
        place: vec!["decoded".to_owned(), host.to_owned(), name],
        part: None,
        bytes: in_words(&records),
        is_text: true,
        records: records.iter().map(|record| record.raw).collect(),
        what: "the SEL's records: 16 bytes in hexadecimal, then in words".to_owned(),
        origin: None,
        rule: None,
    })
}

/// A line for each record.
pub fn in_words(records: &[Decoded]) -> Vec<u8> {
    let mut text = String::new();
    for record in records {
        let bytes: Vec<String> = record.raw.iter().map(|byte| format!("{byte:02x}")).collect();
        // A record is one line here, whatever its text holds.
        let line: String = record.text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let _ = writeln!(text, "{} | {}", bytes.join(" "), line.trim());
    }
    text.into_bytes()
}
