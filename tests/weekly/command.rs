//! The command: files, exit codes, and a state that is never overwritten in silence.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use chrono::{NaiveDateTime, TimeDelta};
use tempfile::TempDir;

/// Ten hosts with an incident each, six days apart, each at another hour, from 6 January on.
fn fleet() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let first: NaiveDateTime = "2025-01-06T03:10:00".parse().unwrap();
    let row = |n: i64| {
        let at = first + TimeDelta::days(6 * n) + TimeDelta::hours(5 * n % 24);
        format!("k{n:02},{},hang\n", at.format("%Y-%m-%d %H:%M"))
    };
    let rows: String = (0..10).map(row).collect();
    let hosts: String = (0..10).map(|n| format!("k{n:02},EX-{}\n", n % 2)).collect();
    fs::create_dir(folder.path().join("evidence")).unwrap();
    fs::write(folder.path().join("evidence/incidents.csv"), format!("host,time,cause\n{rows}")).unwrap();
    fs::write(folder.path().join("evidence/inventory.csv"), format!("host,model\n{hosts}")).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_coroner"))
        .arg("weekly")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn two_weeks_in_a_row_and_the_second_once_more() {
    let fleet = fleet();
    let week = |to: &str| {
        run(fleet.path(), &["evidence", "--to", to, "--out", "w", "--metrics", "c.prom", "--quiet"])
    };
    let first = week("2025-01-20");
    assert_eq!(first.status.code(), Some(0), "{}", text(&first.stderr));
    assert!(
        text(&first.stdout).starts_with("coroner 2025-W03: 1 unplanned incident\n"),
        "{}",
        text(&first.stdout)
    );
    let second = week("2025-01-27");
    assert!(
        text(&second.stdout).contains("2025-01-24 18:10 UTC k03: reboot, hang"),
        "{}",
        text(&second.stdout)
    );
    let names = ["state.json", "weekly.txt", "weekly.html", "weekly.eml", "weekly.json", "../c.prom"];
    let files = || names.map(|name| fs::read(fleet.path().join("w").join(name)).unwrap());
    let before = files();
    assert_eq!(text(&before[1]), text(&second.stdout));
    let third = week("2025-01-27");
    assert_eq!(third.stdout, second.stdout);
    assert!(files() == before, "byte for byte");
    let left: Vec<_> = fs::read_dir(fleet.path().join("w")).unwrap().collect();
    assert_eq!(left.len(), 5, "no temporary file is left");
    let back = week("2025-01-20");
    assert_eq!(back.status.code(), Some(2));
    assert!(text(&back.stderr).contains("later than this one"), "{}", text(&back.stderr));
    assert!(files() == before);
}

#[test]
fn the_exit_code_tells_of_news_only_if_asked() {
    let fleet = fleet();
    let week = |to: &str, more: &[&str]| {
        let arguments =
            [&["evidence", "--to", to, "--quiet", "--format", "none", "--state", "s.json"], more].concat();
        let output = run(fleet.path(), &arguments);
        assert!(output.stdout.is_empty());
        output.status.code()
    };
    assert_eq!(week("2025-01-20", &[]), Some(0));
    assert_eq!(week("2025-01-20", &["--exit-code"]), Some(10));
    assert_eq!(week("2025-04-21", &["--exit-code"]), Some(10), "a quarter later there is a lot");
    assert_eq!(week("2025-04-28", &["--exit-code"]), Some(0), "and then nothing");
}

#[test]
fn a_state_that_cannot_be_used_is_left_as_it_is() {
    let fleet = fleet();
    let state = fleet.path().join("s.json");
    for content in ["garbage", "{\"kind\": \"coroner weekly state\", \"version\": 7}"] {
        fs::write(&state, content).unwrap();
        let output = run(fleet.path(), &["evidence", "--state", "s.json", "--out", "w", "--quiet"]);
        assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
        assert!(text(&output.stderr).contains("cannot go on from `s.json`"), "{}", text(&output.stderr));
        assert_eq!(fs::read_to_string(&state).unwrap(), content);
        assert!(!fleet.path().join("w").exists(), "nothing is written beside it");
    }
}

#[test]
fn every_shape_is_printed_as_it_is_written() {
    let fleet = fleet();
    for (shape, file) in [("text", "txt"), ("html", "html"), ("eml", "eml"), ("json", "json")] {
        let output = run(
            fleet.path(),
            &["evidence", "--to", "2025-02-03", "--out", "w", "--quiet", "--format", shape],
        );
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert_eq!(
            output.stdout,
            fs::read(fleet.path().join(format!("w/weekly.{file}"))).unwrap(),
            "{shape}"
        );
    }
    let json = fs::read(fleet.path().join("w/weekly.json")).unwrap();
    let edition: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(edition["period"]["to"], "2025-02-03T00:00:00Z");
    assert_eq!(edition["is_first"], true);
}

#[test]
fn addresses_of_the_mail_are_checked_before_anything_is_read() {
    let fleet = fleet();
    let good =
        ["evidence", "--out", "w", "--quiet", "--mail-from", "c@example.net", "--mail-to", "a@b.net,d@e.net"];
    assert_eq!(run(fleet.path(), &good).status.code(), Some(0));
    let mail = fs::read_to_string(fleet.path().join("w/weekly.eml")).unwrap();
    assert!(mail.contains("\r\nTo: <a@b.net>, <d@e.net>\r\n"), "{mail}");
    let bad = run(fleet.path(), &["nowhere", "--mail-to", "a@b.net\nBcc: x@y.net"]);
    assert_eq!(bad.status.code(), Some(2));
    assert!(text(&bad.stderr).contains("is not a mail address"), "{}", text(&bad.stderr));
}

#[test]
fn units_for_systemd_are_written_once() {
    let folder = tempfile::tempdir().unwrap();
    let first = run(folder.path(), &["--units", "."]);
    assert_eq!(first.status.code(), Some(0), "{}", text(&first.stderr));
    let service = fs::read_to_string(folder.path().join("coroner-weekly.service")).unwrap();
    let timer = fs::read_to_string(folder.path().join("coroner-weekly.timer")).unwrap();
    assert!(service.contains("--as-of today") && timer.contains("OnCalendar=Mon"));
    fs::write(folder.path().join("coroner-weekly.timer"), "mine").unwrap();
    assert_ne!(run(folder.path(), &["--units", "."]).status.code(), Some(0));
    assert_eq!(fs::read_to_string(folder.path().join("coroner-weekly.timer")).unwrap(), "mine");
}

#[test]
fn an_edition_cannot_tell_of_what_came_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/backups");
    let data = data.to_str().unwrap();
    let output = run(folder.path(), &[data, "--as-of", "2025-09-29", "--to", "2025-10-20"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("--to lies after --as-of"));
    let output = run(folder.path(), &[data, "--to", "today"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert!(!folder.path().join("coroner-weekly").exists(), "nothing was written");
}
