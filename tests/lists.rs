//! Fleets that are known from a list of incidents and an inventory alone, and the mess such lists are in.

use std::process::Command;

use serde_json::Value;

mod evidence;

use evidence::Evidence;

/// Forty hosts of two models.
fn inventory() -> String {
    let rows =
        (0..40).map(|host| format!("k{host:02},{}\n", if host % 2 == 0 { "EX-410" } else { "EX-220" }));
    format!("host,model\n{}", rows.collect::<String>())
}

/// Standard output, errors and exit code.
fn run(tree: &Evidence, arguments: &[&str]) -> (String, String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_coroner"))
        .args(arguments)
        .current_dir(tree.path())
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

fn findings(tree: &Evidence, more: &[&str]) -> Value {
    let arguments = [&["analyze", ".", "--quiet", "--out", "report"], more].concat();
    let (_, errors, code) = run(tree, &arguments);
    assert_eq!(code, Some(0), "{errors}");
    serde_json::from_slice(&std::fs::read(tree.path().join("report/findings.json")).unwrap()).unwrap()
}

fn list<'a>(findings: &'a Value, name: &str) -> &'a [Value] {
    findings[name].as_array().unwrap()
}

#[test]
fn dates_without_hours_blame_no_hour() {
    let days = (0..14).map(|i| format!("k{:02},2025-{:02}-{:02}\n", i * 5 % 40, i % 12 + 1, i * 2 + 1));
    let tree = Evidence::new()
        .file("incidents.csv", format!("host,time\n{}", days.collect::<String>()))
        .file("inventory.csv", inventory());
    let found = findings(&tree, &[]);
    for hypothesis in list(&found, "hypotheses") {
        assert_ne!(hypothesis["terms"][0]["factor"], "hour_of_day", "{}", hypothesis["statement"]);
    }
    assert!(list(&found, "fleet_findings").iter().any(|f| f["id"] == "incident-dates-only"));
    // With hours of their own the same days are asked about the hour.
    let hours =
        (0..14).map(|i| format!("k{:02},2025-{:02}-{:02} 02:{i:02}\n", i * 5 % 40, i % 12 + 1, i * 2 + 1));
    let tree = Evidence::new()
        .file("incidents.csv", format!("host,time\n{}", hours.collect::<String>()))
        .file("inventory.csv", inventory());
    let found = findings(&tree, &[]);
    assert_eq!(found["hypotheses"][0]["terms"][0]["factor"], "hour_of_day");
}

#[test]
fn a_quiet_end_of_a_list_counts_when_it_is_named() {
    let rows =
        (0..20).map(|i| format!("k{:02},2025-0{}-{:02}T0{}:17:00Z\n", i * 7 % 40, i % 6 + 1, i + 3, i % 10));
    let tree = Evidence::new()
        .file("incidents.csv", format!("host,time\n{}", rows.collect::<String>()))
        .file("inventory.csv", inventory());
    let at = ["verify-fix", ".", "--at", "2025-07-01"];
    let (_, errors, code) = run(&tree, &at);
    assert_eq!(code, Some(2));
    assert!(errors.contains("give --to"), "{errors}");
    let (told, errors, code) = run(&tree, &[&at[..], &["--to", "2025-12-31"]].concat());
    assert_eq!(code, Some(0), "{errors}");
    assert!(told.starts_with("change at 2025-07-01: helped"), "{told}");
}

#[test]
fn lists_of_two_sites_lend_each_other_no_time() {
    let rows = |site: &str, year: i32| {
        let row = |i: i32| {
            format!("{site}{:02},{year}-{:02}-{:02}T0{}:17:00Z\n", i * 3 % 10, i % 12 + 1, i + 3, i % 10)
        };
        format!("host,time\n{}", (0..12).map(row).collect::<String>())
    };
    let site = |site: &str| {
        let hosts = (0..20)
            .map(|host| format!("{site}{host:02},{}\n", if host % 2 == 0 { "EX-410" } else { "EX-220" }));
        format!("host,model\n{}", hosts.collect::<String>())
    };
    let days = |tree: &Evidence| findings(tree, &[])["fleet"]["host_days_observed"].as_f64().unwrap();
    let north =
        || Evidence::new().file("north/failures.csv", rows("n", 2005)).file("north/hosts.csv", site("n"));
    let south =
        |tree: Evidence| tree.file("south/outages.csv", rows("s", 2020)).file("south/hosts.csv", site("s"));
    let (alone, other, both) = (north(), south(Evidence::new()), south(north()));
    let apart = days(&alone) + days(&other);
    assert!(apart > 12_000.0, "each list covers the 20 hosts of its site for most of a year: {apart}");
    let together = days(&both);
    assert!((together - apart).abs() < 1.0, "{together} host-days together, {apart} apart");
    let found = findings(&both, &[]);
    let told = list(&found, "fleet_findings").iter().find(|f| f["id"] == "lists-apart").unwrap();
    let told = told["statement"].as_str().unwrap();
    assert!(told.contains("north/failures.csv (10 hosts, 2005-01-"), "{told}");
}

#[test]
fn a_list_starts_the_clock_of_uptimes() {
    // Five hosts fail again 208 days and a half after they failed, at different times of day.
    let mut rows = String::new();
    for i in 0..5 {
        let first = chrono::DateTime::from_timestamp(1_736_000_000 + i * 1_234_567, 0).unwrap();
        let again = first + chrono::TimeDelta::minutes(208 * 1440 + 720 + i * 11);
        for at in [first, again] {
            rows.push_str(&format!("k{:02},{}\n", i * 8, at.format("%Y-%m-%dT%H:%M:%SZ")));
        }
    }
    let tree = Evidence::new()
        .file("incidents.csv", format!("host,time\n{rows}"))
        .file("inventory.csv", inventory());
    let found = findings(&tree, &[]);
    let first = &found["hypotheses"][0];
    assert_eq!(
        (&first["family"], &first["terms"][0]["value"]),
        (&"uptime".into(), &"208.5".into()),
        "{first}"
    );
}

#[test]
fn one_odd_header_does_not_cost_the_inventory() {
    let odd = inventory().replacen("host,model", "host,model,temp > 80", 1).replace("EX-410", "EX-410,y");
    let tree = Evidence::new()
        .file("incidents.csv", "host,time\nk01,2025-02-03T04:05:06Z\nk02,2025-03-03T04:05:06Z\n")
        .file("inventory.csv", odd);
    assert_eq!(findings(&tree, &[])["fleet"]["hosts"], 40);
}

#[test]
fn rows_are_found_again_by_their_line() {
    let rows = "host,time,cause\r\nk01,2025-02-03T04:05:06Z,hang\r\nk02,2025-03-03T04:05:06Z,hang\r\n";
    let tree = Evidence::new().file("incidents.csv", rows).file("inventory.csv", inventory());
    let found = findings(&tree, &[]);
    let lines: Vec<_> = list(&found, "incidents")
        .iter()
        .map(|i| i["evidence"][0]["line_or_offset"].as_u64().unwrap())
        .collect();
    assert_eq!(lines, [2, 3]);
    let source = list(&found["ledger"], "sources").iter().find(|s| s["path"] == "incidents.csv").unwrap();
    assert_eq!(source["bytes"], rows.len());
    assert_eq!(source["quarantined"], 0);
}

#[test]
fn changes_that_cannot_be_used_are_named() {
    let base = || {
        Evidence::new()
            .file("incidents.csv", "host,time\nk01,2025-02-03T04:05:06Z\nk02,2025-03-03T04:05:06Z\n")
            .file("inventory.csv", inventory())
    };
    for (change, complaint) in [
        ("name = \"c\"\nat = \"yesterday\"", "no usable time"),
        ("name = \"c\"\nat = \"9999-01-01\"", "no usable time"),
        ("name = \" \"\nat = \"2025-02-10\"", "no name"),
        (
            "name = \"c\"\nat = \"2025-02-10\"\n[[change]]\nname = \"c\"\nat = \"2025-02-11\"",
            "name of another",
        ),
    ] {
        let tree = base().file("coroner.toml", format!("[[change]]\n{change}\n"));
        let (_, errors, code) = run(&tree, &["analyze", ".", "--quiet"]);
        assert_eq!(code, Some(2), "{errors}");
        assert!(errors.contains(complaint), "{errors}");
    }
    let nobody = "[[change]]\nname = \"c\"\nat = \"2025-02-10\"\nhosts = [\"db*\"]\n";
    let found = findings(&base().file("coroner.toml", nobody), &[]);
    assert!(list(&found, "fleet_findings").iter().any(|f| f["id"] == "change-without-hosts"));
}
