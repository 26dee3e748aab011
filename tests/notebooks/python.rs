//! The Python of the test environment, and notebooks run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// What the notebooks import, and what runs them.
const NEEDED: &str = "import polars, matplotlib, numpy, scipy, ipykernel, nbclient, nbformat";

pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Python with what `requirements.txt` names. Says so if there is none; fails if tests may not be skipped.
pub fn python() -> Option<PathBuf> {
    let named = std::env::var_os("CORONER_TESTS_PYTHON").map(PathBuf::from);
    let python = named.unwrap_or_else(|| project().join("target/test-python/bin/python"));
    if Command::new(&python).args(["-c", NEEDED]).output().is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    assert!(
        std::env::var_os("CORONER_TESTS_REQUIRE_ALL").is_none(),
        "needs a Python with tests/notebooks/requirements.txt; {} is none",
        python.display()
    );
    println!("skipped: needs a Python with tests/notebooks/requirements.txt");
    None
}

/// Executes one of the committed notebooks on the output folder of a run, whatever outputs it has.
///
/// The executed notebook is written to `result`, which does not survive from an earlier run.
pub fn execute(python: &Path, name: &str, report: &Path, result: &Path) -> Output {
    Command::new(python)
        .arg(project().join("tests/notebooks/execute.py"))
        .arg(project().join("notebooks").join(name))
        .arg(result)
        .env("CORONER_REPORT", report)
        .output()
        .expect("the Python has just run")
}

/// The figures that a notebook gives out in its cell with the tag `figures`.
pub fn figures(notebook: &Value) -> &Value {
    let tagged = |cell: &&Value| {
        cell["metadata"]["tags"].as_array().is_some_and(|tags| tags.iter().any(|tag| tag == "figures"))
    };
    let cell = notebook["cells"].as_array().unwrap().iter().find(tagged).expect("a cell with figures");
    let figures = &cell["outputs"][0]["data"]["application/json"];
    assert!(figures.is_object(), "the cell with figures was not executed");
    figures
}

pub fn json(path: &Path) -> Value {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).unwrap()
}
