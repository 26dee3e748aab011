//! Starts the browser, one at a time, and takes what it says.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use coroner::model::Report;
use coroner::report::{charts, html};
use serde_json::Value;

/// Several browsers at once would measure each other.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// What `look.py` tells of the page of a report; `None`, with a word about it, where what it needs is missing.
pub fn look(task: &str, report: &Report) -> Option<Value> {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let python = python();
    if let Err(missing) = tools(&python) {
        assert!(env::var_os("CORONER_TESTS_REQUIRE_ALL").is_none(), "needs {missing}");
        println!("skipped: needs {missing}");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("report.html");
    fs::write(&page, html::report(report, &charts::all(report)).unwrap()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page/look.py");
    let output = Command::new(&python).arg(script).arg(task).arg(&page).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{task}: {said}");
    Some(serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{task}: {error}: {said}")))
}

/// The Python of the tests' environment.
fn python() -> PathBuf {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-python/bin/python");
    env::var_os("CORONER_TESTS_PYTHON").map_or_else(own, PathBuf::from)
}

fn tools(python: &Path) -> Result<(), String> {
    let runs = |command: &mut Command| {
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    if !runs(Command::new(python).args(["-c", "import axe_playwright_python, playwright, pypdf"])) {
        return Err(format!("{} with tests/page/requirements.txt", python.display()));
    }
    let chromium = env::var_os("CORONER_TESTS_CHROMIUM").unwrap_or_else(|| "chromium".into());
    if !runs(Command::new(chromium).arg("--version")) {
        return Err("chromium".to_owned());
    }
    Ok(())
}

pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("no number: {value}"))
}

pub fn strings(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}
