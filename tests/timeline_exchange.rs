//! The timeline for other programs: what Timesketch asks for, and lnav itself loading it.

use std::path::Path;
use std::process::Command;

use chrono::DateTime;
use serde_json::Value;

mod evidence;

use evidence::{Evidence, Log};

/// A host that panics among lines that would do harm if anything obeyed them.
fn tree() -> Evidence {
    let log = Log::of("kvm01")
        .busy("2025-03-05 00:00:00", "2025-03-10 12:00:00")
        .kernel("2025-03-10 11:58:00", "=cmd|' /C calc'!A0: Package temperature above threshold, cpu clock throttled (total events = 1)")
        .kernel(
            "2025-03-10 11:58:30",
            "CPU1 \u{1b}]8;;http://evil.example\u{7}x \u{202e}: Package temperature above threshold, cpu clock throttled",
        )
        .kernel("2025-03-10 11:59:00", "Kernel panic - not syncing: \"Fatal\", exception");
    Evidence::new()
        .file("kern/kvm01.log", log.comes_back("2025-03-10 12:04:00", "2025-03-15 00:00:00").text)
        .file("inventory.csv", "host,model,rack\nkvm01,EX-410,r01\n")
}

fn timeline(folder: &Path, format: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_coroner"))
        .args(["timeline", ".", "--format", format])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

const ASKED_FOR: [&str; 3] = ["message", "datetime", "timestamp_desc"];

fn is_harmless(text: &str) -> bool {
    !text.chars().any(|c| {
        (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

#[test]
fn json_lines_have_what_timesketch_asks_for_and_obey_nothing() {
    let tree = tree();
    let text = timeline(tree.path(), "jsonl");
    assert!(is_harmless(&text));
    let mut before = i64::MIN;
    let mut panics = 0;
    for line in text.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        for field in ASKED_FOR {
            assert!(!event[field].as_str().unwrap().is_empty(), "{field} of {line}");
        }
        assert!(is_harmless(event["message"].as_str().unwrap()), "also after JSON is read: {line}");
        let at = DateTime::parse_from_rfc3339(event["datetime"].as_str().unwrap()).unwrap();
        assert_eq!(event["timestamp"].as_i64().unwrap() / 1_000_000, at.timestamp());
        assert!(at.timestamp() >= before, "not in order: {line}");
        before = at.timestamp();
        panics += usize::from(event["what"] == "kernel-panic");
    }
    assert_eq!(panics, 1);
    let incident = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let incidents: Vec<Value> = incident.filter(|event| event["what"] == "incident").collect();
    assert_eq!(incidents.len(), 1);
    assert_eq!(incidents[0]["level"], "critical");
}

#[test]
fn csv_for_timesketch_holds_the_same_events_and_no_formula() {
    let tree = tree();
    let text = timeline(tree.path(), "timesketch");
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let headers = table.headers().unwrap().clone();
    for field in ASKED_FOR {
        assert!(headers.iter().any(|header| header == field), "{field}");
    }
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), timeline(tree.path(), "jsonl").lines().count());
    for cell in rows.iter().flatten() {
        let is_formula = cell.starts_with(['=', '+', '-', '@']) && cell.parse::<f64>().is_err();
        assert!(!is_formula && is_harmless(cell), "{cell}");
    }
    assert!(rows.iter().any(|row| row[0].contains("=cmd|")), "the hostile line is there");
}

#[test]
fn lnav_loads_every_event_with_host_time_and_level() {
    let program = "lnav";
    if Command::new(program).arg("-V").output().is_err() {
        assert!(std::env::var_os("CORONER_TESTS_REQUIRE_ALL").is_none(), "{program} is missing");
        println!("skipped: needs {program}");
        return;
    }
    let tree = tree();
    let text = timeline(tree.path(), "jsonl");
    std::fs::write(tree.path().join("timeline.jsonl"), &text).unwrap();
    let format =
        Command::new(env!("CARGO_BIN_EXE_coroner")).args(["timeline", "--lnav-format"]).output().unwrap();
    assert!(format.status.success());
    std::fs::write(tree.path().join("coroner.json"), &format.stdout).unwrap();
    let home = tree.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let lnav = |arguments: &[&str]| {
        let output = Command::new(program)
            .args(arguments)
            .env("HOME", &home)
            .env_remove("XDG_CONFIG_HOME")
            .env("TERM", "dumb")
            .current_dir(tree.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        said
    };
    lnav(&["-i", "coroner.json"]);
    let query = ";SELECT log_time, log_level, host, what, log_body FROM coroner_timeline";
    let rows = lnav(&["-n", "-c", query, "-c", ":write-csv-to -", "timeline.jsonl"]);
    let mut table = csv::Reader::from_reader(rows.as_bytes());
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), events.len());
    for (row, event) in rows.iter().zip(&events) {
        let at = event["datetime"].as_str().unwrap().replace('T', " ").replace('Z', "");
        assert!(row[0].starts_with(&at), "{row:?} is not {event}");
        for (cell, field) in [(1, "level"), (2, "host"), (3, "what"), (4, "message")] {
            assert_eq!(&row[cell], event[field].as_str().unwrap(), "{field}");
        }
    }
}
