//! The notebooks work out the same numbers as the program: they are executed on sample fleets, and their figures
//! are compared with `findings.json`.

mod committed;
mod python;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use python::{execute, figures, json, project, python};

const RANKING: &str = "reproduce-the-ranking.ipynb";
const FLEET: &str = "explore-a-fleet.ipynb";

/// More than two ways of computing a number differ, less than any mistake does.
const TOLERANCE: f64 = 1e-6;

/// Families of hypotheses that need more than the facts hold; the notebook says of each why.
const NOT_REPRODUCED: [&str; 7] =
    ["uptime", "time_of_day", "precursor", "change", "signature", "cause", "shared_event"];

/// What coroner makes of a sample.
struct Run {
    folder: TempDir,
    findings: Value,
}

impl Run {
    fn of(sample: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_coroner"))
            .args(["analyze", "--quiet", "--out"])
            .arg(folder.path())
            .arg(project().join("sample-data").join(sample))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let findings = json(&folder.path().join("findings.json"));
        Self { folder, findings }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The notebook after every cell of it went through.
    fn executed(&self, python: &Path, name: &str) -> Value {
        let result = self.path().join(name);
        let output = execute(python, name, self.path(), &result);
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        json(&result)
    }

    fn hypotheses(&self) -> &[Value] {
        list(&self.findings["hypotheses"])
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Whether two values are equal: numbers nearly, all else, lists included, exactly.
fn agree(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Number(ours), Value::Number(theirs)) => {
            let (ours, theirs) = (ours.as_f64().unwrap(), theirs.as_f64().unwrap());
            (ours - theirs).abs() <= TOLERANCE * theirs.abs().max(1.0)
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| agree(ours, theirs))
        }
        _ => ours == theirs,
    }
}

/// What follows the family in the id of a hypothesis.
fn terms(hypothesis: &Value) -> &str {
    hypothesis["id"].as_str().unwrap().split_once(':').unwrap().1
}

/// Compares what the notebook worked out with the findings, hypothesis by hypothesis.
fn compare_ranking(run: &Run, figures: &Value) {
    const EQUAL: [&str; 5] =
        ["asked_of", "events_exposed", "events_total", "incidents_exposed", "incidents_total"];
    const NEARLY: [&str; 5] = ["exposure_days", "rate_ratio", "ci95", "p_value", "log_bayes_factor"];
    let compared = list(&figures["hypotheses"]);
    for ours in compared {
        let theirs = run.hypotheses().iter().find(|theirs| theirs["id"] == ours["id"]).expect("a hypothesis");
        for field in EQUAL {
            assert_eq!(ours[field], theirs[field], "{field} of {}", ours["id"]);
        }
        for field in NEARLY {
            assert!(agree(&ours[field], &theirs[field]), "{field} of {}: {ours}", ours["id"]);
        }
    }
    for theirs in run.hypotheses() {
        let found = compared.iter().any(|ours| ours["id"] == theirs["id"]);
        let left = NOT_REPRODUCED.contains(&theirs["family"].as_str().unwrap());
        assert!(found != left, "{} is compared: {found}", theirs["id"]);
    }
    assert!(compared.len() >= 20, "{} hypotheses compared", compared.len());
    assert_eq!(figures["first"], terms(&run.hypotheses()[0]), "the first of the ranking");
    assert_eq!(figures["events"], run.findings["method"]["events_compared"]);
    assert!(agree(&figures["host_days"], &number(total_days(run))), "{}", figures["host_days"]);
}

fn number(value: f64) -> Value {
    serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// Host-days at risk, from what the findings say of a hypothesis: its expected events are its share of the time.
fn total_days(run: &Run) -> f64 {
    let first = run.hypotheses().iter().find(|theirs| theirs["exposure_days"].as_f64() > Some(0.0)).unwrap();
    let number = |field: &str| first[field].as_f64().unwrap();
    number("exposure_days") * number("events_total") / number("events_expected")
}

/// Compares the figures of the fleet with the findings.
fn compare_fleet(run: &Run, figures: &Value) {
    let findings = &run.findings;
    let incidents = list(&findings["incidents"]);
    let count = |test: &dyn Fn(&Value) -> bool| incidents.iter().filter(|incident| test(incident)).count();
    let unplanned = |incident: &Value| incident["planned"] == false;
    assert_eq!(figures["incidents"], incidents.len());
    assert_eq!(figures["planned"], count(&|incident| !unplanned(incident)));
    let with_hypervisor = |incident: &Value| unplanned(incident) && incident["inherited_from"].is_string();
    assert_eq!(figures["with_hypervisor"], count(&with_hypervisor));
    for (cause, number) in figures["unplanned_by_cause"].as_object().unwrap() {
        let same = |incident: &Value| unplanned(incident) && incident["cause"] == cause.as_str();
        assert_eq!(*number, count(&same), "{cause}");
    }
    let down: f64 = incidents
        .iter()
        .filter(|incident| unplanned(incident))
        .filter_map(|incident| incident["downtime_s"].as_f64())
        .filter(|seconds| *seconds >= 1.0)
        .sum();
    assert!(agree(&figures["downtime_hours"], &number(down / 3600.0)), "{}", figures["downtime_hours"]);
    assert_eq!(figures["hosts"], findings["fleet"]["hosts"]);
    // The findings give host-days to three digits.
    let days =
        figures["host_days"].as_f64().unwrap() - findings["fleet"]["host_days_observed"].as_f64().unwrap();
    assert!(days.abs() < 1e-3, "{days}");
    assert_eq!(figures["bytes"], findings["ledger"]["totals"]["bytes"]);
    assert_eq!(figures["sources"], list(&findings["ledger"]["sources"]).len());
}

#[test]
fn the_reboots_come_out_by_hand_as_in_the_findings_and_as_committed() {
    let Some(python) = python() else { return };
    let run = Run::of("reboots");
    for (name, compare) in [(RANKING, compare_ranking as fn(&Run, &Value)), (FLEET, compare_fleet)] {
        let executed = run.executed(&python, name);
        compare(&run, figures(&executed));
        committed::shows_the_same(name, &executed);
    }
}

#[test]
fn the_backups_come_out_by_hand_as_in_the_findings() {
    let Some(python) = python() else { return };
    let run = Run::of("backups");
    compare_ranking(&run, figures(&run.executed(&python, RANKING)));
    compare_fleet(&run, figures(&run.executed(&python, FLEET)));
    // The first is a window here, which the other sample does not show.
    assert!(terms(&run.hypotheses()[0]).starts_with("window=backup"));
}

/// Multiplies the ratio of the first hypothesis of a ranking by a hundredth more than one.
const FALSIFY: &str = "import sys, polars as pl\n\
    path = sys.argv[1]\n\
    ranking = pl.read_parquet(path).sort('rank')\n\
    first = pl.col('rank') == 1\n\
    assert ranking['rate_ratio'][0] is not None\n\
    ranking = ranking.with_columns(pl.when(first).then(pl.col('rate_ratio') * 1.01).otherwise(pl.col('rate_ratio')))\n\
    ranking.write_parquet(path)\n";

#[test]
fn a_number_that_is_one_percent_off_fails_the_notebook() {
    let Some(python) = python() else { return };
    let run = Run::of("reboots");
    let ranking: PathBuf = run.path().join("facts/hypotheses.parquet");
    assert!(Command::new(&python).args(["-c", FALSIFY]).arg(&ranking).status().unwrap().success());
    let output = execute(&python, RANKING, run.path(), &run.path().join(RANKING));
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    let first = run.hypotheses()[0]["id"].as_str().unwrap();
    assert!(error.contains("these do not come out as reported") && error.contains(first), "{error}");
}
