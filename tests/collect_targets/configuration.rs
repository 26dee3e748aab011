//! Configurations as an administrator writes them.

use std::error::Error;
use std::path::Path;

use coroner::collect::targets::inventory::{InventoryRow, parse};
use coroner::collect::targets::{Job, Target, TargetsError, expand, jobs};
use coroner::config::Config;
use coroner::config::collect::Collect;

/// Where the configurations of the tests are said to be.
pub const FILE: &str = "/etc/coroner/coroner.toml";

pub fn collect(text: &str) -> Collect {
    let config: Config = toml::from_str(text).unwrap_or_else(|error| panic!("{error}"));
    config.collect.expect("[collect] is there")
}

pub fn inventory(text: &str) -> Vec<InventoryRow> {
    parse(text, Path::new("inventory.csv")).unwrap()
}

pub fn targets(text: &str, rows: &[InventoryRow]) -> Result<Vec<Target>, TargetsError> {
    expand(&collect(text), Path::new(FILE), rows)
}

/// The error with its reason, as it is shown.
pub fn message(text: &str, rows: &[InventoryRow]) -> String {
    let error = targets(text, rows).expect_err(text);
    format!("{error}: {}", error.source().map(ToString::to_string).unwrap_or_default())
}

pub fn all_jobs(text: &str) -> Result<Vec<Job>, TargetsError> {
    jobs(&collect(text), Path::new(FILE), &[])
}

#[test]
fn nothing_has_to_be_written_that_goes_without_saying() {
    let collect = collect("[collect]\n");
    assert_eq!((collect.concurrency, collect.per_bmc, collect.attempts), (64, 1, 5));
    assert!((collect.timeout_s - 1.0).abs() < 1e-9 && (collect.deadline_s - 300.0).abs() < 1e-9);
    assert!(expand(&collect, Path::new(FILE), &[]).unwrap().is_empty());
}

#[test]
fn typing_mistakes_show() {
    for (text, part) in [
        ("[collect]\nconcurency = 3\n", "concurency"),
        ("[[collect.group]]\nname = \"a\"\nhosts = \"a\"\nimpi = true\n", "impi"),
        ("[[collect.group]]\nname = \"a\"\nhosts = \"a\"\nipmi = { prot = 1 }\n", "prot"),
        ("[[collect.group]]\nname = \"a\"\nhosts = \"a\"\nipmi = \"yes\"\n", "true, false or a table"),
        ("[[collect.group]]\nname = \"a\"\nhosts = 3\n", "a text or a list of texts"),
        (
            "[[collect.group]]\nname = \"a\"\nhosts = \"a\"\nipmi = { privilege = \"admin\" }\n",
            "administrator",
        ),
    ] {
        let message = toml::from_str::<Config>(text).expect_err(text).to_string();
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn numbers_that_make_no_sense_are_told_with_their_key() {
    for (text, part) in [
        ("[collect]\ntimeout_s = 0\n", "timeout_s"),
        ("[collect]\ntimeout_s = nan\n", "timeout_s"),
        ("[collect]\ndeadline_s = inf\n", "deadline_s"),
        ("[collect]\ndeadline_s = -1.5\n", "deadline_s"),
        ("[collect]\nconcurrency = 0\n", "concurrency"),
        ("[collect]\nper_bmc = 65\n", "per_bmc"),
        ("[collect]\nattempts = 0\n", "attempts"),
    ] {
        let message = message(text, &[]);
        assert!(message.contains(part) && message.contains(FILE), "{message}");
    }
}

#[test]
fn inventories_are_read_as_they_are_exported() {
    let rows =
        inventory("\u{feff}Serial;Host Name;iDRAC IP\nA1;kvm01;10.0.0.11/24\nA2;kvm02;\nA3;;10.0.0.13\n");
    let pairs: Vec<_> = rows.iter().map(|row| (row.host.as_str(), row.bmc.as_deref(), row.line)).collect();
    assert_eq!(pairs, [("kvm01", Some("10.0.0.11"), 2), ("kvm02", None, 3)]);
    let error = parse("serial,rack\n1,2\n", Path::new("inventory.csv")).expect_err("no host");
    assert!(error.to_string().contains("no column for the host's name"));
}

#[test]
fn jobs_run_once_for_the_site_or_once_for_each_host() {
    let text = r#"
        [[collect.command]]
        name = "veeam"
        run = ["veeam-export", "--csv"]
        into = "backup/veeam.csv"
        [[collect.command]]
        name = "ups"
        run = ["upsc", "{host}"]
        into = "power/upsc.txt"
        hosts = ["ups[1-2]"]
        timeout_s = 5
        [[collect.file]]
        path = "jobs.csv"
        into = "backup/jobs.csv"
    "#;
    let jobs = all_jobs(text).unwrap();
    assert_eq!(jobs.len(), 4);
    assert!(jobs[0].host.is_none());
    let shown = format!("{:?}", jobs[2]);
    assert!(shown.contains("ups2") && shown.contains("5s"), "{shown}");
    assert!(format!("{:?}", jobs[3]).contains("/etc/coroner/jobs.csv"));
}

#[test]
fn jobs_that_cannot_be_are_told() {
    for (text, part) in [
        ("[[collect.command]]\nname = \"x\"\nrun = []\ninto = \"a\"\n", "no program"),
        ("[[collect.command]]\nname = \"x\"\nrun = [\"a\"]\ninto = \"../a\"\n", "below"),
        ("[[collect.file]]\npath = \"x\"\ninto = \"/a\"\n", "below"),
        (
            "[[collect.file]]\npath = \"x\"\ninto = \"a\"\n[[collect.file]]\npath = \"y\"\ninto = \"a\"\n",
            "twice",
        ),
        ("[[collect.file]]\npath = \"x\"\ninto = \"a\"\nhosts = \"n[1-\"\n", "bracket"),
    ] {
        let error = all_jobs(text).expect_err(text);
        let message = format!("{error}: {}", error.source().unwrap());
        assert!(message.contains(part) && message.contains(FILE), "{message}");
    }
}
