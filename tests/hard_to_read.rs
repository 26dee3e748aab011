//! What is hard to get at, or to date: pipes, files that the system keeps back, logs without a year.
#![cfg(unix)]

use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

mod evidence;

use evidence::{Evidence, Log, sel};

fn log_of(host: &str) -> Log {
    Log::of(host)
        .busy("2025-03-05 00:00:00", "2025-03-10 12:00:00")
        .kernel("2025-03-10 11:59:00", "Kernel panic - not syncing: Fatal exception")
        .comes_back("2025-03-10 12:04:00", "2025-03-15 00:00:00")
}

fn start(arguments: &[&str], folder: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_coroner"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn run(arguments: &[&str], folder: &Path, input: &[u8]) -> Output {
    let mut child = start(arguments, folder);
    // Who does not read it has said so.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn findings(folder: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join("coroner-report/findings.json")).unwrap()).unwrap()
}

#[test]
fn pipes_that_are_asked_for_are_read_once_and_those_in_folders_are_not() {
    let evidence = Evidence::new().file("logs/kvm01.log", log_of("kvm01").text);
    let log = log_of("kvm02").text;
    for stdin in ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"] {
        let output = run(&["analyze", stdin], evidence.path(), log.as_bytes());
        assert_eq!(output.status.code(), Some(0), "{stdin}: {}", text_of(&output.stderr));
        let findings = findings(evidence.path());
        assert_eq!(findings["incidents"][0]["cause"], "kernel_panic", "{stdin}");
        assert_eq!(findings["ledger"]["sources"][0]["path"], "-", "{stdin}");
    }
    let pipe = evidence.path().join("logs/kvm03.log");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let child = start(&["analyze", "logs", "logs/kvm03.log"], evidence.path());
    std::fs::write(&pipe, log_of("kvm03").text).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output.stderr));
    assert_eq!(findings(evidence.path())["incidents"].as_array().unwrap().len(), 2);
    // Nobody writes to it now.
    let output = run(&["analyze", "logs"], evidence.path(), b"");
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output.stderr));
    assert_eq!(findings(evidence.path())["incidents"].as_array().unwrap().len(), 1);
}

#[test]
fn a_shells_process_substitutions_are_sources() {
    let evidence = Evidence::new().file("a.log", log_of("kvm01").text).file("b.log", log_of("kvm02").text);
    let command =
        format!("{} incidents <(cat a.log) <(cat b.log) --format csv", env!("CARGO_BIN_EXE_coroner"));
    let output = Command::new("bash").args(["-c", &command]).current_dir(evidence.path()).output().unwrap();
    let listed = text_of(&output.stdout);
    assert!(listed.contains("kvm01") && listed.contains("kvm02"), "{listed}\n{}", text_of(&output.stderr));
}

/// A file that can be opened and not read, whoever asks: this network has no speed.
const WITHHELD: &str = "/sys/class/net/lo/speed";

#[test]
fn what_the_system_keeps_back_is_in_the_ledger_and_on_standard_error_and_the_rest_is_read() {
    if std::fs::read(WITHHELD).is_ok() || !Path::new(WITHHELD).exists() {
        return; // Not this kernel.
    }
    let evidence = Evidence::new().file("logs/kvm01.log", log_of("kvm01").text);
    symlink(WITHHELD, evidence.path().join("logs/kvm02.log")).unwrap();
    // What it would hold counts: more than 1 % of the bytes may be too much.
    assert_eq!(run(&["analyze", "logs"], evidence.path(), b"").status.code(), Some(4));
    let output = run(&["analyze", "logs", "--max-quarantine", "50"], evidence.path(), b"");
    let errors = text_of(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    assert!(errors.contains("coroner: kvm02.log: cannot be read:"), "{errors}");
    let findings = findings(evidence.path());
    let ledger = findings["ledger"]["sources"].as_array().unwrap();
    let withheld = ledger.iter().find(|source| source["path"] == "kvm02.log").unwrap();
    assert_eq!(withheld["reasons"]["cannot be read"], withheld["quarantined"], "{withheld}");
    assert!(withheld["bytes"].as_u64().unwrap() > 0, "{withheld}");
    let told = findings["fleet_findings"].as_array().unwrap();
    let of = |id: &str| told.iter().filter(|finding| finding["id"] == id).count();
    assert_eq!((of("file-unreadable"), of("file-left-out"), of("file-damaged")), (1, 0, 0));
    // The same as a path of its own is a path that cannot be read.
    for withheld in [WITHHELD, "/proc/self/mem", "/dev/zero"] {
        let output = run(&["analyze", "logs", withheld], evidence.path(), b"");
        let errors = text_of(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{withheld}: {errors}");
        assert!(errors.contains("cannot be read"), "{withheld}: {errors}");
    }
    let output = run(&["formats", "/proc/version", "--format", "json"], evidence.path(), b"");
    let rows: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(rows[0]["bytes"].as_u64().unwrap() > 0, "what the kernel shows has no size, and content: {rows}");
}

#[test]
fn a_path_that_is_broken_altogether_ends_with_3_and_one_that_is_broken_in_part_does_not() {
    let text = log_of("kvm02").text;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    let evidence = Evidence::new()
        .file("kvm01.log", log_of("kvm01").text)
        .file("cut.gz", &packed[..packed.len() - 100])
        .file("gone.gz", &packed[..12]);
    for (path, code) in [("cut.gz", 0), ("gone.gz", 3)] {
        let output = run(&["analyze", "kvm01.log", path], evidence.path(), b"");
        let errors = text_of(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{path}: {errors}");
        assert!(
            errors.starts_with(&format!("coroner: {path}: reading stopped: the gzip data is cut off")),
            "{errors}"
        );
    }
}

#[test]
fn a_log_that_nothing_dates_is_named_everywhere_and_dated_by_what_is_asked() {
    let evidence = Evidence::new();
    let log = Log::yearless("kvm01")
        .busy("2025-03-05 00:00:00", "2025-03-10 12:00:00")
        .kernel("2025-03-10 11:59:00", "Kernel panic - not syncing: Fatal exception")
        .comes_back("2025-03-10 12:04:00", "2025-03-15 00:00:00");
    let analyse = |more: &[&str]| {
        let arguments: Vec<&str> = ["analyze", "-"].into_iter().chain(more.iter().copied()).collect();
        let output = run(&arguments, evidence.path(), log.text.as_bytes());
        assert_eq!(output.status.code(), Some(0), "{more:?}: {}", text_of(&output.stderr));
        (text_of(&output.stdout), findings(evidence.path()))
    };
    let (summary, found) = analyse(&[]);
    assert!(summary.contains("1 log could not be dated") && !summary.contains("1970"), "{summary}");
    let flat = summary.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("--from and --to") && flat.contains("coroner.toml"), "{summary}");
    assert_eq!(found["fleet_findings"][0]["id"], "log-without-year");
    assert!(found["ledger"]["sources"][0]["clock_note"].as_str().unwrap().starts_with("no year"), "{found}");
    for file in ["report.md", "report.html"] {
        let report = std::fs::read_to_string(evidence.path().join("coroner-report").join(file)).unwrap();
        assert!(report.contains("could not be dated") && report.contains("its times have no year"), "{file}");
        assert!(!report.contains("1970"), "{file}");
    }
    std::fs::write(evidence.path().join("coroner.toml"), "[[source]]\npath = \"-\"\nyear = 2025\n").unwrap();
    for dated in [&["--from", "2025-01-01", "--to", "2025-12-31"][..], &["--config", "coroner.toml"]] {
        let (_, found) = analyse(dated);
        assert_eq!(found["incidents"][0]["at"], "2025-03-10T11:59:00Z", "{dated:?}");
        let told = found["fleet_findings"].as_array().unwrap();
        assert!(told.iter().all(|finding| finding["id"] != "log-without-year"), "{dated:?}");
    }
    let output = run(&["incidents", "-"], Evidence::new().path(), log.text.as_bytes());
    assert!(text_of(&output.stderr).contains("its times have no year"), "{}", text_of(&output.stderr));
    // Two years are possible: that is none.
    let (summary, _) = analyse(&["--from", "2024-01-01", "--to", "2025-12-31"]);
    assert!(summary.contains("could not be dated"), "{summary}");
    let output = run(&["analyze", "."], Evidence::new().file("coroner.toml", "year = 25\n").path(), b"");
    assert_eq!(output.status.code(), Some(2), "{}", text_of(&output.stderr));
}

#[test]
fn a_file_of_the_beginning_of_the_epoch_dates_no_log_and_the_data_come_before_what_is_asked() {
    let log = Log::yearless("kvm01").busy("2025-03-05 00:00:00", "2025-03-15 00:00:00");
    let evidence = Evidence::new().file("kvm01.log", &log.text).touched("kvm01.log", "1970-01-02 00:00:00");
    let told = evidence.analyse().fleet_findings;
    assert!(told.iter().any(|finding| finding.id == "log-without-year"), "{told:?}");
    // A SEL of the host shows which year it was, whatever year is asked about.
    let boot = "System Event #0x01 | OEM System boot event | Asserted";
    let evidence = Evidence::new()
        .file("kvm01/kern.log", log.boots("2025-03-15 00:10:00").text)
        .file("kvm01/sel.txt", sel(&[("2025-03-05 06:00:00", boot), ("2025-03-15 00:09:30", boot)]));
    let output = run(&["analyze", ".", "--from", "2020-01-01", "--to", "2020-12-31"], evidence.path(), b"");
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output.stderr));
    let found = findings(evidence.path());
    let log = &found["ledger"]["sources"][0];
    assert!(log["from"].as_str().unwrap().starts_with("2025-03-05"), "{log}");
}

#[test]
fn an_end_that_only_a_list_of_boots_shows_lies_between_the_last_entry_and_the_next_first() {
    for (next, first) in [("23:11:40", "22:11:40"), ("23:14:20", "22:14:20"), ("23:50:00", "22:50:00")] {
        let list = format!(
            "-1 5d0c1f7a9b3e4c28a6f0d1e2b3c4d5e6 Sat 2025-03-01 02:03:04 CET—Sat 2025-03-29 23:10:55 CET\n\
             \x20 0 7e91ab42cd5f4037b8c6e5d4f3a2b1c0 Sat 2025-03-29 {next} CET—Tue 2025-04-01 07:00:01 CEST\n"
        );
        let incidents = Evidence::new().file("kvm01/list-boots.txt", list).incidents();
        let [incident] = incidents.as_slice() else { panic!("{incidents:#?}") };
        let (last, first) =
            (evidence::utc("2025-03-29 22:10:55"), evidence::utc(&format!("2025-03-29 {first}")));
        assert_eq!((incident.at_earliest, incident.back_at), (last, Some(first)));
        assert!(incident.at >= last && incident.at <= incident.at_latest, "{}", incident.at);
        assert!(incident.at_latest <= first, "{}", incident.at_latest);
    }
}

#[test]
fn abbreviations_of_zones_count_in_logs_as_they_do_in_lists_of_boots() {
    let line =
        |zone: &str| format!("Mon 2025-03-10 12:00:00 {zone} kvm01 kernel: Kernel panic - not syncing: x\n");
    for (zone, at) in [("CET", 11), ("EDT", 16), ("UTC", 12), ("+0530", 6)] {
        let log = line(zone)
            + &line(zone).replace("12:00:00", "12:00:01").replace("Kernel panic - not syncing: x", "1");
        let facts = Evidence::new().file("kvm01.log", log).read().remove(0);
        let coroner::model::Stamp::Zoned(stamp) = facts.records[0].stamp else {
            panic!("{zone}: {:?}", facts.records[0].stamp)
        };
        assert_eq!(chrono::Timelike::hour(&stamp), at, "{zone}");
    }
}
