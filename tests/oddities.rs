//! Odd and hostile evidence, through the program: it is named or made inert, and stops nothing.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

mod evidence;

use evidence::{Evidence, Log};

const LATER: &str = "2025-03-15 00:00:00";

fn run(arguments: &[&str], folder: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_coroner"))
        .args(arguments)
        .current_dir(folder)
        .env("COLUMNS", "200")
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn findings(tree: &Evidence) -> Value {
    run(&["analyze", "."], tree.path());
    serde_json::from_slice(&std::fs::read(tree.path().join("coroner-report/findings.json")).unwrap()).unwrap()
}

fn finding<'a>(findings: &'a Value, id: &str) -> &'a Value {
    let list = findings["fleet_findings"].as_array().unwrap();
    list.iter().find(|finding| finding["id"] == id).unwrap_or_else(|| panic!("no finding {id}: {list:#?}"))
}

fn busy(host: &str) -> Log {
    Log::of(host).busy("2025-03-05 00:00:00", LATER)
}

#[test]
fn a_host_that_the_inventory_lists_twice_is_named_and_counts_once() {
    let tree = Evidence::new()
        .file("inventory.csv", "host,model\nkvm01,EX-410\nkvm02,EX-410\nKVM01,EX-220\n")
        .file("kern/kvm01.log", busy("kvm01").text);
    let findings = findings(&tree);
    assert_eq!(findings["fleet"]["hosts"], 2);
    assert_eq!(finding(&findings, "inventory-repeated")["hosts"], serde_json::json!(["kvm01"]));
    assert_eq!(findings["fleet"]["factors"]["model"]["EX-410"], 2, "the first entry counts");
}

#[test]
fn a_host_that_is_not_in_the_inventory_is_named_and_counts() {
    let tree = Evidence::new()
        .file("inventory.csv", "host,model\nkvm01,EX-410\n")
        .file("kern/kvm01.log", busy("kvm01").text)
        .file("kern/stray.log", busy("stray").text);
    let findings = findings(&tree);
    assert_eq!(findings["fleet"]["hosts"], 2);
    assert_eq!(finding(&findings, "host-not-in-inventory")["hosts"], serde_json::json!(["stray"]));
}

#[test]
fn a_host_of_the_inventory_without_any_data_is_named_and_has_no_exposure() {
    let tree = Evidence::new()
        .file("inventory.csv", "host,model\nkvm01,EX-410\nkvm02,EX-410\n")
        .file("kern/kvm01.log", busy("kvm01").text);
    let findings = findings(&tree);
    assert_eq!(finding(&findings, "host-without-data")["hosts"], serde_json::json!(["kvm02"]));
    let days = findings["fleet"]["host_days_observed"].as_f64().unwrap();
    assert!(days > 9.0 && days < 11.0, "{days}");
}

#[test]
fn an_empty_sel_proves_nothing_and_is_named() {
    let tree = Evidence::new()
        .file("kern/kvm01.log", busy("kvm01").text)
        .file("sel/kvm01.txt", "SEL has no entries\n")
        .file("sel/kvm02.txt", "");
    let findings = findings(&tree);
    let statement = finding(&findings, "sel-empty")["statement"].as_str().unwrap().to_owned();
    assert!(statement.contains("sel/kvm01.txt"), "{statement}");
    assert!(finding(&findings, "file-left-out")["statement"].as_str().unwrap().contains("sel/kvm02.txt"));
}

#[test]
fn a_file_that_lies_with_one_host_and_names_another_is_taken_at_its_word() {
    let tree = Evidence::new()
        .file("inventory.csv", "host,model\nkvm01,EX-410\nkvm02,EX-410\n")
        .file("kvm02/kern.log", busy("kvm01").text);
    let findings = findings(&tree);
    let hosts = &finding(&findings, "file-claimed-twice")["hosts"];
    assert_eq!(hosts, &serde_json::json!(["kvm01", "kvm02"]));
}

#[test]
fn the_same_file_under_two_hosts_is_named() {
    let sel = "   1 | 03/10/2025 | 12:03:30 | System Event #0x01 | OEM System boot event | Asserted\n";
    let tree = Evidence::new()
        .file("inventory.csv", "host,model\nkvm01,EX-410\nkvm02,EX-410\n")
        .file("sel/kvm01.txt", sel)
        .file("sel/kvm02.txt", sel);
    assert_eq!(finding(&findings(&tree), "same-file-twice")["severity"], "warning");
}

#[test]
fn a_packed_file_that_is_not_read_is_named_and_a_damaged_one_too() {
    let tree = Evidence::new()
        .file("kern/kvm01.log", busy("kvm01").text)
        .file("kern/kvm02.log.xz", b"\xfd7zXZ\0\0\x04 and so on")
        .file("kern/kvm03.7z", b"7z\xbc\xaf\x27\x1c\0\x04 and so on");
    let findings = findings(&tree);
    let statement = finding(&findings, "file-not-read")["statement"].as_str().unwrap();
    assert!(statement.contains("kvm03.7z"), "{statement}");
    let statement = finding(&findings, "file-damaged")["statement"].as_str().unwrap();
    assert!(statement.contains("kvm02.log.xz"), "{statement}");
}

const ESCAPES: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m";
const SCRIPT: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>";
const FORMULA: &str = "=cmd|' /C calc'!A0";
const BIDI: &str = "\u{202e}gpj.exe";

/// A tree whose names, cells and lines are all hostile.
fn hostile() -> Evidence {
    let last_words =
        format!("Kernel panic - not syncing: {ESCAPES} {SCRIPT} {FORMULA} | [x](javascript:1) `{BIDI}");
    let log = Log::of("kvm01")
        .busy("2025-03-05 00:00:00", "2025-03-10 12:00:00")
        .kernel("2025-03-10 11:59:00", &last_words)
        .comes_back("2025-03-10 12:04:00", LATER);
    let inventory = format!(
        "host,model,role\nkvm01,\"{FORMULA}\",\"{SCRIPT}\"\nkvm02,\"{FORMULA}\",\"{BIDI}\"\n\"{FORMULA}\",EX,web\nkvm03,EX,web\n"
    );
    Evidence::new()
        .file("inventory.csv", inventory)
        .file(&format!("{FORMULA}.log").replace('/', "_"), log.text)
        .file("<img src=x onerror=alert(3)>.txt", "nothing\n")
        .file("\u{1b}[31mred.txt", format!("{ESCAPES}\n"))
        .file(
            "-rf.csv",
            "host,time,cause\nkvm02,2025-03-06 10:00:00,=1+1\nkvm03,2025-03-07 10:00:00,@SUM(A1)\n",
        )
        .file("incidents two.csv", format!("host,time,cause\nkvm02,2025-03-11 10:00:00,\"{SCRIPT}\"\n"))
}

#[track_caller]
fn assert_no_controls(what: &str, text: &str) {
    let found = text.chars().find(|c| {
        c.is_control() && *c != '\n' && *c != '\t' || ('\u{202a}'..='\u{202e}').contains(c) || *c == '\u{9b}'
    });
    assert!(found.is_none(), "{what}: {found:?}");
}

const LISTINGS: [&[&str]; 6] = [
    &["incidents", ".", "--all"],
    &["timeline", "."],
    &["formats", "."],
    &["ledger", "."],
    &["ledger", ".", "--by", "quote"],
    &["ledger", ".", "--by", "reason"],
];

#[test]
fn hostile_names_and_lines_do_nothing_to_a_terminal() {
    let tree = hostile();
    for listing in LISTINGS {
        for format in ["table", "markdown", "csv"] {
            let arguments: Vec<&str> = listing.iter().copied().chain(["--format", format]).collect();
            assert_no_controls(&format!("{arguments:?}"), &run(&arguments, tree.path()));
        }
    }
    assert_no_controls("summary", &run(&["analyze", "."], tree.path()));
    let list: Vec<Value> =
        serde_json::from_str(&run(&["incidents", ".", "--format", "json"], tree.path())).unwrap();
    for incident in &list {
        assert_no_controls("explain", &run(&["explain", incident["id"].as_str().unwrap()], tree.path()));
    }
    for rank in ["1", "2", "3"] {
        assert_no_controls("explain", &run(&["explain", rank], tree.path()));
    }
}

#[test]
fn no_cell_of_a_csv_is_a_formula() {
    let tree = hostile();
    for listing in LISTINGS {
        let arguments: Vec<&str> = listing.iter().copied().chain(["--format", "csv"]).collect();
        let text = run(&arguments, tree.path());
        for record in csv::Reader::from_reader(text.as_bytes()).records() {
            for cell in record.unwrap().iter() {
                let number = cell.parse::<f64>().is_ok();
                assert!(
                    number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                    "{arguments:?}: {cell}"
                );
            }
        }
    }
}

/// What of a line of Markdown is not in a code span (CommonMark 6.1): a span ends with a run of as many
/// backticks as it began with; a backslash takes the meaning of the next character outside of spans.
fn outside_code(line: &str) -> String {
    let characters: Vec<char> = line.chars().collect();
    let run_at = |at: usize| characters[at..].iter().take_while(|c| **c == '`').count();
    let (mut out, mut at) = (String::new(), 0);
    while at < characters.len() {
        if characters[at] == '\\' {
            at += 2;
            continue;
        }
        let open = run_at(at);
        if open == 0 {
            out.push(characters[at]);
            at += 1;
            continue;
        }
        let mut end = at + open;
        while end < characters.len() && run_at(end) != open {
            end += run_at(end).max(1);
        }
        at = if end < characters.len() { end + open } else { at + open };
    }
    out
}

#[test]
fn nothing_foreign_is_markup_in_markdown_html_or_charts() {
    let tree = hostile();
    run(&["analyze", "."], tree.path());
    let report = tree.path().join("coroner-report");
    let page = std::fs::read_to_string(report.join("report.html")).unwrap();
    assert_no_controls("report.html", &page);
    assert_eq!(page.matches("<script").count(), 1, "only our own script");
    assert!(!page.contains("<img") && page.contains("&lt;script&gt;alert(1)"));
    let markdown = std::fs::read_to_string(report.join("report.md")).unwrap();
    assert_no_controls("report.md", &markdown);
    for (number, line) in markdown.lines().enumerate() {
        let outside_code = outside_code(line);
        assert!(
            !outside_code.contains("<script") && !outside_code.contains("<img"),
            "line {}: {line}",
            number + 1
        );
        assert!(!outside_code.contains("](javascript"), "line {}: {line}", number + 1);
    }
    for chart in std::fs::read_dir(report.join("charts")).unwrap() {
        let svg = std::fs::read_to_string(chart.unwrap().path()).unwrap();
        assert_no_controls("chart", &svg);
        assert!(!svg.contains("<script") && !svg.contains("<img") && !svg.contains("onerror=alert(2)>\""));
    }
    for listing in LISTINGS {
        let arguments: Vec<&str> = listing.iter().copied().chain(["--format", "markdown"]).collect();
        let text = run(&arguments, tree.path());
        assert!(!text.contains("<script") && !text.contains("<img"), "{arguments:?}");
        let cells = |line: &str| line.replace("\\|", "").matches('|').count();
        let first = text.lines().next().map_or(0, cells);
        assert!(text.lines().all(|line| cells(line) == first), "{arguments:?}");
    }
}

#[test]
fn findings_keep_foreign_text_as_it_was_found_without_commands_to_a_terminal() {
    let findings = findings(&hostile());
    let incident =
        &findings["incidents"].as_array().unwrap().iter().find(|i| i["cause"] == "kernel_panic").unwrap();
    let quoted = incident["evidence"].as_array().unwrap().iter().any(|evidence| {
        evidence["text"]
            .as_str()
            .is_some_and(|text| text.contains(SCRIPT) && text.contains(FORMULA) && !text.contains('\u{1b}'))
    });
    assert!(quoted, "{incident:#}");
}
