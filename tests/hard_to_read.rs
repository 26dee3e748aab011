//! What is hard to get at, or to date: pipes, files that the system keeps back, logs without a year.
#![cfg(unix)]

use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

mod evidence;

use evidence::{Evidence, Log};

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
