//! Passwords in what is quoted: masked in every output, and raw where somebody asks for the bytes.

use std::path::Path;
use std::process::Command;

mod evidence;

use evidence::{Evidence, Log};

const SECRET: &str = "hunter2xyz";

fn tree() -> Evidence {
    let command = format!(
        "sudo: alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; \
         COMMAND=/usr/bin/ipmitool -H 192.0.2.9 -U admin -P {SECRET} chassis power reset"
    );
    let log = Log::of("srv01")
        .busy("2025-03-05 00:00:00", "2025-03-10 12:00:00")
        .says("2025-03-10 11:59:30", &command)
        .says(
            "2025-03-10 11:59:40",
            &format!("agent: calling https://bot:{SECRET}@hooks.example.com/ before it is too late"),
        )
        .comes_back("2025-03-10 12:04:00", "2025-03-15 00:00:00");
    let broken =
        format!("host,time\nsrv01,2025-03-10T12:00:00Z,PASSWORD={SECRET}\n,yesterday,token={SECRET}\n");
    Evidence::new().file("kern/srv01.log", log.text).file("incidents.csv", broken).file(
        "inventory.csv",
        format!("host,model,root_password\nsrv01,EX-410,{SECRET}\nsrv02,EX-410,{SECRET}\n"),
    )
}

fn run(tree: &Evidence, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_coroner"))
        .args(arguments)
        .current_dir(tree.path())
        .output()
        .unwrap();
    assert!(output.status.success() || output.status.code() == Some(4), "{arguments:?}: {output:?}");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// Every file below a folder that holds the bytes.
fn files_with(folder: &Path, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, bytes));
        } else if std::fs::read(&path).unwrap().windows(bytes.len()).any(|part| part == bytes) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn no_output_has_the_secret_and_the_evidence_stays() {
    let tree = tree();
    let told = run(&tree, &["analyze", ".", "--max-quarantine", "100", "--out", "report"]);
    assert!(!told.contains(SECRET), "{told}");
    assert_eq!(files_with(&tree.path().join("report"), SECRET.as_bytes()), Vec::<String>::new());
    let findings = std::fs::read_to_string(tree.path().join("report/findings.json")).unwrap();
    assert!(findings.contains("-U admin -P *** chassis power reset"), "what was called is evidence");
    run(&tree, &["ingest", ".", "--facts", "facts"]);
    assert_eq!(files_with(&tree.path().join("facts"), SECRET.as_bytes()), Vec::<String>::new());
    for command in [
        &["timeline", ".", "--host", "srv01"][..],
        &["incidents", ".", "--all", "--format", "json"],
        &["ledger", ".", "--by", "quote"],
        &["explain", "srv01@20250310T115930Z", "--report", "report"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_coroner"))
            .args(command)
            .current_dir(tree.path())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(!text.contains(SECRET), "{command:?}: {text}");
    }
}

#[test]
fn whoever_asks_for_the_bytes_gets_them() {
    let tree = tree();
    let line = std::fs::read_to_string(tree.path().join("kern/srv01.log")).unwrap();
    let number = 1 + line.lines().position(|line| line.contains(SECRET)).unwrap();
    let shown = run(&tree, &["ledger", "show", &format!("kern/srv01.log:{number}"), "."]);
    assert!(shown.contains(SECRET), "{shown}");
    let help = run(&tree, &["ledger", "show", "--help"]);
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("secrets included"), "{help}");
}
