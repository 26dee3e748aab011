//! The program as a whole: commands, formats of listings, exit codes.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

mod evidence;

use evidence::{Evidence, Log, sel};

const LATER: &str = "2025-03-15 00:00:00";

/// Three hosts: one panics, one is rebooted in order, one loses nothing; all in an inventory.
fn tree() -> Evidence {
    let busy = |host: &str| Log::of(host).busy("2025-03-05 00:00:00", "2025-03-10 12:00:00");
    let panicked = busy("kvm01").kernel("2025-03-10 11:59:00", "Kernel panic - not syncing: Fatal exception");
    Evidence::new()
        .file("kern/kvm01.log", panicked.comes_back("2025-03-10 12:04:00", LATER).text)
        .file(
            "kern/kvm02.log",
            busy("kvm02").stops("2025-03-10 12:00:00").comes_back("2025-03-10 12:03:00", LATER).text,
        )
        .file("kern/kvm03.log", busy("kvm03").busy("2025-03-10 12:00:00", LATER).text)
        .file(
            "sel/kvm01.txt",
            sel(&[("2025-03-10 12:03:00", "System Event #0x01 | OEM System boot event | Asserted")]),
        )
        .file("inventory.csv", "host,model,rack\nkvm01,EX-410,r01\nkvm02,EX-410,r02\nkvm03,EX-220,r02\n")
}

fn run(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_coroner")).args(arguments).current_dir(folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Standard output of a run that ends with `code`.
#[track_caller]
fn out(arguments: &[&str], folder: &Path, code: i32) -> String {
    let output = run(arguments, folder);
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{errors}");
    assert!(!errors.contains("panicked"), "{errors}");
    text(&output.stdout)
}

const LISTINGS: &[&[&str]] = &[
    &["incidents", "."],
    &["incidents", ".", "--all"],
    &["incidents", ".", "--host", "kvm02", "--all"],
    &["timeline", "."],
    &["timeline", ".", "--host", "kvm01"],
    &["formats"],
    &["formats", "."],
    &["ledger", "."],
    &["ledger", ".", "--by", "host"],
    &["ledger", ".", "--by", "format"],
    &["ledger", ".", "--by", "reason"],
    &["ledger", ".", "--by", "quote"],
    &["ledger", ".", "--coverage"],
];

#[test]
fn every_listing_comes_in_every_format_with_the_same_rows() {
    let tree = tree();
    for listing in LISTINGS {
        let of = |format: &str| {
            let arguments: Vec<&str> = listing.iter().copied().chain(["--format", format]).collect();
            out(&arguments, tree.path(), 0)
        };
        let rows: Vec<Value> = serde_json::from_str(&of("json")).unwrap();
        let csv = of("csv");
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), rows.len(), "{listing:?}");
        for row in &rows {
            let mut keys: Vec<&String> = row.as_object().unwrap().keys().collect();
            let mut wanted: Vec<&String> = columns.iter().collect();
            keys.sort();
            wanted.sort();
            assert_eq!(keys, wanted, "{listing:?}");
        }
        let markdown = of("markdown");
        // People get a row of totals; programs add up for themselves.
        let totals =
            usize::from(listing[0] == "ledger" && !["quote", "--coverage"].contains(listing.last().unwrap()));
        assert_eq!(markdown.lines().count(), rows.len() + 2 + totals, "{listing:?}");
        assert!(markdown.lines().all(|line| line.starts_with('|') && line.ends_with('|')), "{listing:?}");
        let table = of("table");
        assert!(
            table.lines().count() > rows.len() && columns.iter().all(|column| table.contains(column)),
            "{listing:?}"
        );
        assert_eq!(out(listing, tree.path(), 0), table, "a table unless asked otherwise");
    }
}

#[test]
fn incidents_are_listed_unplanned_first_and_all_on_demand() {
    let tree = tree();
    let rows =
        |arguments: &[&str]| -> Vec<Value> { serde_json::from_str(&out(arguments, tree.path(), 0)).unwrap() };
    let unplanned = rows(&["incidents", ".", "--format", "json"]);
    assert_eq!(unplanned.len(), 1);
    assert_eq!((&unplanned[0]["host"], &unplanned[0]["cause"]), (&"kvm01".into(), &"kernel_panic".into()));
    assert_eq!(rows(&["incidents", ".", "--all", "--format", "json"]).len(), 2);
    assert_eq!(rows(&["incidents", ".", "--all", "--host", "KVM02", "--format", "json"]).len(), 1);
    let after = rows(&["incidents", ".", "--all", "--from", "2025-03-11", "--format", "json"]);
    assert!(after.is_empty());
}

#[test]
fn formats_of_paths_has_exactly_the_documented_fields() {
    let tree = tree().file("notes.txt", "nothing\n");
    let rows: Vec<Value> =
        serde_json::from_str(&out(&["formats", ".", "--format", "json"], tree.path(), 0)).unwrap();
    for row in &rows {
        let mut fields: Vec<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
        fields.sort_unstable();
        let mut documented = [
            "path",
            "format",
            "kind",
            "host",
            "records",
            "bytes",
            "parsed",
            "ignored",
            "quarantined",
            "reason",
        ];
        documented.sort_unstable();
        assert_eq!(fields, documented);
        let number = |field: &str| row[field].as_u64().unwrap();
        assert_eq!(number("bytes"), number("parsed") + number("ignored") + number("quarantined"), "{row}");
    }
    let of = |path: &str| rows.iter().find(|row| row["path"] == path).unwrap();
    assert!(of("notes.txt")["format"].is_null() && of("notes.txt")["reason"] != "");
    assert_eq!(
        (&of("sel/kvm01.txt")["kind"], &of("sel/kvm01.txt")["host"]),
        (&"sel".into(), &"kvm01".into())
    );
    assert_eq!(of("kern/kvm02.log")["host"], "kvm02");
    assert!(of("inventory.csv")["host"].is_null());
}

#[test]
fn analyze_writes_the_whole_report_and_findings_fulfil_the_schema() {
    let tree = tree();
    let summary = out(&["analyze", ".", "--out", "report"], tree.path(), 0);
    assert!(summary.contains("report/report.html"), "{summary}");
    let report = tree.path().join("report");
    for file in ["report.html", "report.md", "findings.json", "charts", "facts"] {
        assert!(report.join(file).exists(), "{file}");
    }
    let parquet = std::fs::read_dir(report.join("facts")).unwrap().filter_map(Result::ok);
    assert!(parquet.filter(|entry| entry.file_name().to_string_lossy().ends_with(".parquet")).count() >= 2);
    let leftover = std::fs::read_dir(&report).unwrap().filter_map(Result::ok);
    assert!(leftover.map(|entry| entry.path()).all(|path| path.extension().is_none_or(|end| end != "part")));

    let findings: Value =
        serde_json::from_slice(&std::fs::read(report.join("findings.json")).unwrap()).unwrap();
    let schema: Value = serde_json::from_str(coroner::report::json::SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&findings).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!(findings["fleet"]["hosts"], 3);
    assert_eq!(findings["schema_version"], 1);
}

#[test]
fn explain_tells_of_signatures_incidents_and_hypotheses() {
    let tree = tree();
    out(&["analyze", "."], tree.path(), 0);
    assert!(out(&["explain", "kernel-panic"], tree.path(), 0).contains("does not match"));
    let cause = out(&["explain", "k06"], tree.path(), 0);
    assert!(
        cause.contains("fixed in") && cause.contains("BIOS 2.4.3") && cause.contains("same second"),
        "{cause}"
    );
    assert_eq!(cause, out(&["explain", "dell-13g-restart-after-corrected-errors"], tree.path(), 0));
    assert!(out(&["explain", "PSU0003"], tree.path(), 0).starts_with("supply-input-lost: "));
    assert!(out(&["explain", "IDRAC.2.8.PSU0003"], tree.path(), 0).starts_with("supply-input-lost: "));
    assert!(out(&["explain", "supply_lost"], tree.path(), 0).contains("ups-on-battery"));
    assert!(out(&["explain", "list", "--format", "csv"], tree.path(), 0).contains("K06,known cause"));
    let list = out(&["explain", "list"], tree.path(), 0);
    assert!(list.lines().count() > 30 && list.contains("watchdog-reset"));
    let rows: Vec<Value> =
        serde_json::from_str(&out(&["incidents", ".", "--format", "json"], tree.path(), 0)).unwrap();
    let id = rows[0]["id"].as_str().unwrap();
    let told = out(&["explain", id], tree.path(), 0);
    assert!(told.contains("Kernel panic - not syncing") && told.contains("What speaks for it"), "{told}");
    let around = out(&["timeline", ".", "--around", id, "--hours", "1"], tree.path(), 0);
    assert!(around.contains("kernel-panic") && !around.contains("kvm02"), "{around}");
    out(&["explain", "no-such-thing"], tree.path(), 2);
    out(&["timeline", ".", "--around", "nobody@20250101T000000Z"], tree.path(), 2);
}

#[test]
fn ledger_shows_the_bytes_of_a_piece() {
    let packed = flate2_gz(b"2025-03-01T00:00:00Z n1 app: up\n\x1b[2J\n");
    let tree = tree().file("old.log.gz", packed).file("raw.bin", (0..=255).collect::<Vec<u8>>());
    let show = |arguments: &[&str], code| out(&[&["ledger", "show"], arguments].concat(), tree.path(), code);
    assert_eq!(show(&["-C", "0", "inventory.csv@0+15", "."], 0), ">       1  host,model,rack\n");
    assert_eq!(show(&["--raw", "inventory.csv@5+5", "."], 0), "model");
    assert_eq!(show(&["--raw", "inventory.csv:2", "."], 0), "kvm01,EX-410,r01\n");
    let around = show(&["-C", "1", "inventory.csv:3", "."], 0);
    assert_eq!(around.lines().count(), 3);
    assert!(around.contains(">       3  kvm02,EX-410,r02"), "{around}");
    let unpacked = show(&["old.log.gz:2", "."], 0);
    assert!(unpacked.contains("1  2025-03-01") && unpacked.contains("\\u{1b}[2J"), "{unpacked}");
    assert!(show(&["raw.bin:32", "."], 0).contains("> 00000020  20 21"));
    assert!(show(&["--hex", "inventory.csv@0+4", "."], 0).contains("68 6f 73 74"));
    show(&["inventory.csv@0+x", "."], 2);
    show(&["inventory.csv", "."], 2);
    show(&["inventory.csv:99", "."], 2);
    show(&["inventory.csv:1"], 2);
    show(&["inventory.csv:1", "nowhere"], 3);
    let unknown = run(&["ledger", "show", "kvm01.log:4", "."], tree.path());
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("kern/kvm01.log"), "{}", text(&unknown.stderr));
}

fn flate2_gz(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// What evidence says of its place can be shown as it is written.
#[test]
fn evidence_can_be_shown() {
    let tree = tree();
    out(&["analyze", "."], tree.path(), 0);
    let findings = std::fs::read_to_string(tree.path().join("coroner-report/findings.json")).unwrap();
    let findings: Value = serde_json::from_str(&findings).unwrap();
    let mut shown = 0;
    for piece in
        findings["incidents"].as_array().unwrap().iter().flat_map(|i| i["evidence"].as_array().unwrap())
    {
        let (source, line) = (piece["source"].as_str().unwrap(), piece["line_or_offset"].as_u64().unwrap());
        // A known cause quotes its entry of the knowledge, which is no source of the data.
        if line == 0 || !tree.path().join(source).is_file() {
            continue;
        }
        let bytes = out(&["ledger", "show", "-C", "0", &format!("{source}:{line}"), "."], tree.path(), 0);
        let text = piece["text"].as_str().unwrap().to_lowercase();
        let words =
            text.split(|c: char| !c.is_alphabetic()).max_by_key(|word| word.len()).unwrap().to_owned();
        assert!(bytes.to_lowercase().contains(&words), "{piece}: {bytes}");
        shown += 1;
    }
    assert!(shown > 3, "{shown}");
}

#[test]
fn the_ledger_puts_first_what_was_not_understood() {
    let bad = "sometime,kvm01,much\n".repeat(30);
    let good: String =
        (0..100).map(|n| format!("2025-03-05T{:02}:{:02}:00Z,kvm01,210\n", n / 60, n % 60)).collect();
    let tree = tree()
        .file("power.csv", format!("time,host,watts\n{good}{bad}"))
        .file("notes.txt", "nothing of use\n");
    let rows = |arguments: &[&str]| -> Vec<Value> {
        let all = [&["ledger", ".", "--format", "json"], arguments].concat();
        serde_json::from_str(&out(&all, tree.path(), 0)).unwrap()
    };
    let sources = rows(&[]);
    assert_eq!(sources[0]["source"], "power.csv");
    assert_eq!(sources[0]["quarantined"], bad.len());
    assert_eq!(rows(&["--only", "quarantined"]).len(), 1);
    assert_eq!(rows(&["--only", "unrecognised"])[0]["source"], "notes.txt");
    assert_eq!(rows(&["--kind", "inventory"]).len(), 1);
    let hosts = rows(&["--by", "host"]);
    assert_eq!(hosts[0]["host"], "kvm01");
    let share = hosts[0]["quarantined_percent"].as_f64().unwrap();
    let bytes = hosts[0]["bytes"].as_u64().unwrap() as f64;
    assert!((share - 100.0 * bad.len() as f64 / bytes).abs() < 0.001, "{share}");
    assert_eq!(rows(&["--host", "kvm01", "--by", "host"])[0]["sources"], 3);
    let reasons = rows(&["--by", "reason", "--only", "quarantined"]);
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    assert_eq!((&reasons[0]["pieces"], &reasons[0]["bytes"]), (&30.into(), &bad.len().into()));
    assert!(reasons[0]["text"].as_str().unwrap().starts_with("sometime"));
    let example = reasons[0]["example"].as_str().unwrap();
    assert_eq!(out(&["ledger", "show", "--raw", example, "."], tree.path(), 0), "sometime,kvm01,much\n");
    let table = out(&["ledger", "."], tree.path(), 0);
    let total = table.lines().last().unwrap();
    let sum: u64 = sources.iter().map(|source| source["bytes"].as_u64().unwrap()).sum();
    assert!(total.trim().starts_with("total") && total.contains(&format!(" {sum} ")), "{table}");
    out(&["ledger", ".", "--host", "nobody"], tree.path(), 2);
    out(&["ledger", ".", "--kind", "sle"], tree.path(), 2);
}

/// A month of readings with three weeks left out, beside a host without such a gap.
#[test]
fn the_ledger_tells_when_each_class_was_seen() {
    let power = |host: &str, days: &[(&str, &str)]| {
        let mut text = "time,host,watts\n".to_owned();
        for (from, to) in days {
            let (mut at, to) = (evidence::utc(from), evidence::utc(to));
            while at < to {
                text.push_str(&format!("{},{host},210\n", at.format("%Y-%m-%dT%H:%M:%SZ")));
                at += chrono::TimeDelta::minutes(30);
            }
        }
        text
    };
    let (begin, end) = ("2025-01-20 00:00:00", "2025-03-15 00:00:00");
    let gap = [(begin, "2025-02-01 00:00:00"), ("2025-02-22 00:00:00", end)];
    let tree = Evidence::new()
        .file("power/kvm07.csv", power("kvm07", &gap))
        .file("power/kvm08.csv", power("kvm08", &[(begin, end)]))
        .file("kern/kvm07.log", Log::of("kvm07").busy(begin, end).text);
    let rows: Vec<Value> =
        serde_json::from_str(&out(&["ledger", ".", "--coverage", "--format", "json"], tree.path(), 0))
            .unwrap();
    let row = |host: &str, class: &str| {
        rows.iter().find(|row| row["host"] == host && row["class"] == class).unwrap()
    };
    assert_eq!(rows.len(), 3);
    assert_eq!(row("kvm07", "power")["longest_gap_days"], 21.0);
    assert_eq!(row("kvm07", "power")["gap_from"], "2025-01-31T23:30:00Z");
    assert!(row("kvm07", "log")["longest_gap_days"].is_null());
    assert!(row("kvm08", "power")["longest_gap_days"].is_null());
    let one = out(&["ledger", ".", "--coverage", "--host", "kvm08", "--format", "csv"], tree.path(), 0);
    assert_eq!(one.lines().count(), 2);
    out(&["ledger", ".", "--coverage", "--kind", "inventory"], tree.path(), 2);
    out(&["analyze", "."], tree.path(), 0);
    let findings = std::fs::read_to_string(tree.path().join("coroner-report/findings.json")).unwrap();
    let findings: Value = serde_json::from_str(&findings).unwrap();
    let told: Vec<&Value> =
        findings["fleet_findings"].as_array().unwrap().iter().filter(|f| f["id"] == "coverage-gap").collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        told[0]["statement"],
        "we saw nothing of kvm07's power readings for 21 days (2025-01-31 to 2025-02-22)"
    );
    let of_host = findings["coverage"].as_array().unwrap().iter().find(|c| c["host"] == "kvm07").unwrap();
    let power = of_host["seen"].as_array().unwrap().iter().find(|seen| seen["class"] == "power").unwrap();
    assert_eq!(power["spans"].as_array().unwrap().len(), 2);
    assert_eq!(power["silences"][0]["to"], "2025-02-22T00:00:00Z");
    assert!(tree.path().join("coroner-report/charts/coverage.svg").exists());
}

#[test]
fn standard_input_is_a_source() {
    let tree = tree();
    let mut child = Command::new(env!("CARGO_BIN_EXE_coroner"))
        .args(["incidents", "-", "--format", "csv"])
        .current_dir(tree.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let log = std::fs::read(tree.path().join("kern/kvm01.log")).unwrap();
    child.stdin.take().unwrap().write_all(&log).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("kernel_panic"));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let tree = tree();
    for command in [&["timeline", "."][..], &["explain", "list"], &["formats", "."], &["analyze", "."]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_coroner"))
            .args(command)
            .current_dir(tree.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut errors = String::new();
        child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{command:?}: {errors}");
        assert_eq!(errors, "", "{command:?}");
    }
}

#[test]
fn wrong_words_end_with_2() {
    let tree = tree();
    for arguments in [
        &["no-such-command"][..],
        &["analyze"],
        &["analyze", ".", "--no-such-option"],
        &["analyze", ".", "--from", "yesterday"],
        &["incidents", ".", "--format", "yaml"],
        &["ingest", "."],
        &[],
    ] {
        out(arguments, tree.path(), 2);
    }
    for (toml, words) in [
        ("timezone = \"Mars/Olympus\"\n", "Mars/Olympus"),
        ("timezon = \"UTC\"\n", "timezon"),
        ("timezone = [\n", "coroner.toml"),
    ] {
        let tree =
            Evidence::new().file("coroner.toml", toml).file("kern.log", "2025-03-01T00:00:00Z n1 app: up\n");
        let output = run(&["analyze", "."], tree.path());
        assert_eq!(output.status.code(), Some(2), "{toml}");
        assert!(text(&output.stderr).contains(words), "{}", text(&output.stderr));
    }
    for answer in [&["--help"][..], &["--version"], &["analyze", "--help"]] {
        assert!(!out(answer, tree.path(), 0).is_empty());
    }
}

#[test]
fn input_that_cannot_be_used_ends_with_3() {
    let empty = Evidence::new();
    for command in ["analyze", "incidents", "timeline"] {
        let output = run(&[command, "."], empty.path());
        assert_eq!(output.status.code(), Some(3), "{command} of an empty folder");
        assert!(text(&output.stderr).contains("no host found"), "{}", text(&output.stderr));
        assert_eq!(run(&[command, "nowhere"], empty.path()).status.code(), Some(3), "{command} of nothing");
    }
    out(&["formats", "nowhere"], empty.path(), 3);
    out(&["ledger", "nowhere"], empty.path(), 3);
    out(&["ingest", "nowhere", "--facts", "facts"], empty.path(), 3);
    out(&["analyze", "--facts", "nowhere"], empty.path(), 3);
    let prose = Evidence::new().file("readme.txt", "nothing of use\n");
    out(&["analyze", "."], prose.path(), 3);
    assert!(!prose.path().join("coroner-report").exists(), "nothing is written where nothing was found");

    let tree = tree();
    let output = run(&["analyze", ".", "nowhere"], tree.path());
    assert_eq!(output.status.code(), Some(3), "the rest is analysed, and the code tells");
    assert!(
        text(&output.stderr).contains("nowhere") && tree.path().join("coroner-report/report.html").exists()
    );
}

#[test]
fn too_much_that_is_not_understood_ends_with_4_and_the_report_is_written() {
    let torn = "torn line without a stamp and without any sense\n".repeat(3000);
    let good = Log::of("kvm01").busy("2025-03-05 00:00:00", LATER).text;
    let tree = Evidence::new().file("kern/kvm01.log", good + &torn);
    let output = run(&["analyze", "."], tree.path());
    assert_eq!(output.status.code(), Some(4));
    assert!(text(&output.stderr).contains("could not be understood"));
    assert!(tree.path().join("coroner-report/findings.json").exists());
    out(&["analyze", ".", "--max-quarantine", "60"], tree.path(), 0);
    let quotes = out(&["ledger", ".", "--by", "quote", "--format", "json"], tree.path(), 0);
    assert!(quotes.contains("torn line"));
}

#[test]
fn a_supported_hypothesis_ends_with_10_on_demand_only() {
    let mut list = "host,time,cause\n".to_owned();
    let mut inventory = "host,model\n".to_owned();
    for number in 0..60 {
        inventory.push_str(&format!("n{number:02},{}\n", if number < 12 { "EX-410" } else { "EX-220" }));
    }
    for number in 0..36 {
        list.push_str(&format!(
            "n{:02},2025-{:02}-{:02} {:02}:17:00,\n",
            number % 12,
            number % 12 + 1,
            number % 27 + 1,
            number % 24
        ));
    }
    list.push_str("n50,2025-01-01 00:00:00,\nn51,2025-12-30 00:00:00,\n");
    let tree = Evidence::new().file("incidents.csv", list).file("inventory.csv", inventory);
    out(&["analyze", "."], tree.path(), 0);
    let findings: Value =
        serde_json::from_slice(&std::fs::read(tree.path().join("coroner-report/findings.json")).unwrap())
            .unwrap();
    assert_eq!(findings["hypotheses"][0]["verdict"], "supported", "{}", findings["hypotheses"][0]);
    assert_eq!(findings["hypotheses"][0]["terms"][0]["value"], "EX-410");
    out(&["analyze", ".", "--exit-code"], tree.path(), 10);
    let chance = self::tree();
    out(&["analyze", ".", "--exit-code"], chance.path(), 0);
}

/// Six hosts that fail every ten days by a list; a change in spring after which 80 days are quiet.
fn relapse() -> Evidence {
    let day = |day: i64, host: i64| {
        let at = chrono::DateTime::from_timestamp(1_735_689_600 + day * 86_400 + 3600 * host, 0).unwrap();
        format!("kvm{:02},{},hang\n", host + 1, at.format("%Y-%m-%d %H:%M:%S"))
    };
    let quiet = |place: &i64| !(10..18).contains(place);
    let rows: String = (0..28).filter(quiet).map(|place| day(place * 10 + 2, place % 6)).collect();
    Evidence::new()
        .file("incidents.csv", format!("host,time,cause\n{rows}"))
        .file("inventory.csv", "host,model\nkvm01,EX\nkvm02,EX\nkvm03,EX\nkvm04,EX\nkvm05,EX\nkvm06,EX\n")
        .file(
            "coroner.toml",
            "timezone = \"Europe/Berlin\"\n[[change]]\nname = \"backups one by one\"\nat = \"2025-04-11\"\n",
        )
}

#[test]
fn a_fix_that_did_not_last_is_told_as_such() {
    let tree = relapse();
    let table = out(&["verify-fix", "."], tree.path(), 0);
    assert!(table.starts_with("backups one by one: seemed to help, then came back\n"), "{table}");
    assert!(table.contains("of 2025-04-11 00:00 +02:00 on 6 hosts"), "{table}");
    assert!(table.contains("10 events"), "{table}");
    assert_eq!(run(&["verify-fix", ".", "--exit-code"], tree.path()).status.code(), Some(10));

    let json: Value =
        serde_json::from_str(&out(&["verify-fix", ".", "--format", "json"], tree.path(), 0)).unwrap();
    let change = &json[0];
    assert_eq!(change["outcome"], "came_back");
    assert_eq!((&change["before"]["events"], &change["after"]["events"]), (&10.into(), &10.into()));
    assert!(change["courses"]["relapsed"].as_f64().unwrap() > 0.5);
    assert!(change["quiet_spell"]["probability_unchanged"].as_f64().unwrap() < 0.05);

    let csv = out(&["verify-fix", ".", "--format", "csv"], tree.path(), 0);
    assert!(csv.lines().count() == 2 && csv.contains(",came_back,10,"), "{csv}");
    let markdown = out(&["verify-fix", ".", "--format", "markdown"], tree.path(), 0);
    assert!(markdown.lines().count() == 3 && markdown.contains("| came_back | 10 |"), "{markdown}");
}

#[test]
fn a_change_named_on_the_command_line_is_judged_alone() {
    let tree = relapse();
    let arguments =
        ["verify-fix", ".", "--at", "2025-04-11", "--hosts", "kvm[01-02],kvm04", "--format", "json"];
    let json: Value = serde_json::from_str(&out(&arguments, tree.path(), 0)).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 1);
    assert_eq!(json[0]["hosts"], serde_json::json!(["kvm01", "kvm02", "kvm04"]));
    assert_eq!(json[0]["before"]["events"], 6);
    assert_eq!(json[0]["untouched"]["hosts"], 3);
    assert_eq!(json[0]["first_at"], "2025-04-10T22:00:00Z", "local time of the site");

    // Fifty days after a change there cannot be proof yet; the countdown says when.
    let early = ["verify-fix", ".", "--at", "2025-04-12", "--to", "2025-05-15", "--format", "json"];
    let json: Value = serde_json::from_str(&out(&early, tree.path(), 0)).unwrap();
    assert_eq!(json[0]["outcome"], "too_early", "{json}");
    let countdown = &json[0]["countdown"];
    let number = |name: &str| countdown[name].as_f64().unwrap();
    assert!(
        (number("host_days_needed") - number("host_days_passed") - number("host_days_left")).abs() < 1e-6
    );
    assert!(number("days_left") > 0.0 && countdown["done_on"].is_string());
}

#[test]
fn wrong_words_to_verify_fix_end_with_2() {
    let tree = relapse();
    for arguments in [
        &["verify-fix", ".", "--hosts", "kvm01"][..],
        &["verify-fix", ".", "--at", "last week"],
        &["verify-fix", ".", "--at", "2025-04-11", "--hosts", "db99"],
        &["verify-fix", ".", "--at", "2035-04-11"],
        &["verify-fix", ".", "--hypothesis", "window:window=backup"],
        &["verify-fix", ".", "--hypothesis", "shared_event:pdu=a"],
    ] {
        out(arguments, tree.path(), 2);
    }
    let none = out(&["verify-fix", ".", "--name", "bios"], tree.path(), 0);
    assert!(none.contains("No change with `bios`"), "{none}");
}

#[test]
fn the_report_tells_what_changes_did() {
    let tree = relapse();
    out(&["analyze", ".", "--out", "report"], tree.path(), 0);
    let read = |name: &str| std::fs::read_to_string(tree.path().join("report").join(name)).unwrap();
    let findings: Value = serde_json::from_str(&read("findings.json")).unwrap();
    assert_eq!(findings["interventions"][0]["outcome"], "came_back");
    for name in ["report.html", "report.md"] {
        let text = read(name);
        assert!(text.contains("Changes and what they did"), "{name}");
        assert!(text.contains("seemed to help, then came back"), "{name}");
    }
}

#[test]
fn changes_of_the_sample_fleet_are_judged_alike_every_time() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let json = |more: &[&str]| -> Value {
        let arguments = [&["verify-fix", "sample-data/backups", "--format", "json"], more].concat();
        let text = out(&arguments, root, 0);
        assert_eq!(text, out(&arguments, root, 0));
        serde_json::from_str(&text).unwrap()
    };
    let seen = json(&[]);
    for change in seen.as_array().unwrap() {
        assert_eq!(change["declared"], false);
        assert!(change["hosts"].as_array().unwrap().len() <= 30);
    }
    let at = ["--at", "2025-10-15", "--name", "one backup at a time"];
    let all = &json(&at)[0];
    let inside = &json(&[&at[..], &["--hypothesis", "window:window=backup"]].concat())[0];
    let days = |change: &Value| change["before"]["host_days"].as_f64().unwrap();
    // Backups take some hours a day.
    assert!(days(inside) > 0.0 && days(inside) < 0.3 * days(all), "{} {}", days(inside), days(all));
    assert!(inside["before"]["events"].as_u64() <= all["before"]["events"].as_u64());
    assert_eq!(inside["within"], "window:window=backup");
}

#[test]
fn own_knowledge_is_read_and_proved_by_every_command_that_takes_it() {
    let tree = tree();
    let own = tree.path().join("own");
    std::fs::create_dir(&own).unwrap();
    let entry = r#"
[[signature]]
id = "our-agent"
title = "Our agent"
class = "context"
reads = "log"
literals = ["our agent gave up"]
basis = "field"
source = "runbook"
next = "none"
hit = [{ format = "syslog-rfc3164", text = "Mar  1 02:03:04 kvm01 x: our agent gave up" }]
miss = [{ format = "syslog-rfc3164", text = "Mar  1 02:03:04 kvm01 x: our agent works" }]
"#;
    std::fs::write(own.join("a.toml"), entry).unwrap();
    assert!(out(&["explain", "our-agent", "--knowledge", "own"], tree.path(), 0).contains("own/a.toml:2"));
    assert!(out(&["explain", "check", "--knowledge", "own"], tree.path(), 0).contains("known causes match"));
    out(&["incidents", ".", "--knowledge", "own"], tree.path(), 0);
    std::fs::write(own.join("a.toml"), entry.replace("our agent gave up\" }", "nothing\" }")).unwrap();
    for command in [&["explain", "list"][..], &["incidents", "."], &["formats", "."], &["timeline", "."]] {
        let arguments: Vec<&str> = command.iter().copied().chain(["--knowledge", "own"]).collect();
        out(&arguments, tree.path(), 2);
    }
}

#[test]
fn completions_and_manual_pages_cover_every_command() {
    let folder = Evidence::new();
    let script = out(&["completions", "bash"], folder.path(), 0);
    let mut bash = Command::new("bash").args(["-n", "/dev/stdin"]).stdin(Stdio::piped()).spawn().unwrap();
    bash.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    assert!(bash.wait().unwrap().success(), "bash does not take its completions");
    assert!(out(&["man"], folder.path(), 0).contains(".TH coroner 1"));
    out(&["man", "--out", "pages"], folder.path(), 0);
    let help = out(&["--help"], folder.path(), 0);
    let commands =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.len() > 10, "{commands:?}");
    for command in commands.iter().filter(|command| **command != "help") {
        assert!(script.contains(&format!("coroner,{command})")), "bash does not complete {command}");
        let page = std::fs::read_to_string(folder.path().join(format!("pages/coroner-{command}.1"))).unwrap();
        assert!(page.contains("SYNOPSIS") && page.contains("Examples:"), "{page}");
        for shell in ["zsh", "fish"] {
            assert!(out(&["completions", shell], folder.path(), 0).contains(command), "{shell}, {command}");
        }
    }
    assert!(folder.path().join("pages/coroner-ledger-show.1").is_file());
}
