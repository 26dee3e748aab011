//! The notebooks as they are committed: executed in order, without errors, without traces of the machine.

use serde_json::Value;

use super::python::{figures, json, project};
use super::{FLEET, RANKING, agree, list};

/// A notebook is looked at in a browser; beyond this it is slow there, and in every clone.
const LARGEST_BYTES: u64 = 1_500_000;

fn committed(name: &str) -> Value {
    json(&project().join("notebooks").join(name))
}

fn code_cells(notebook: &Value) -> impl Iterator<Item = &Value> {
    list(&notebook["cells"]).iter().filter(|cell| cell["cell_type"] == "code")
}

/// The text of a cell or an output, which the format keeps as one string or as a list of lines.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}

/// Everything in an output that is words and not a picture.
fn words(output: &Value) -> String {
    let data = output["data"].as_object().into_iter().flatten();
    let data = data.filter(|(kind, _)| kind.starts_with("text/")).map(|(_, value)| text(value));
    data.chain([text(&output["text"])]).collect()
}

/// Fails if a committed notebook shows other numbers than one that was just executed on the same sample.
pub fn shows_the_same(name: &str, executed: &Value) {
    let committed = committed(name);
    let sources = |notebook: &Value| {
        list(&notebook["cells"]).iter().map(|cell| text(&cell["source"])).collect::<Vec<_>>()
    };
    assert_eq!(sources(&committed), sources(executed), "{name}");
    same(&format!("{name}, execute it again: figures"), figures(&committed), figures(executed));
}

fn same(place: &str, old: &Value, new: &Value) {
    match (old, new) {
        (Value::Object(old), Value::Object(now)) => {
            assert!(old.keys().eq(now.keys()), "{place}: {:?}", now.keys());
            // Shuffles may come out otherwise with another version of the generator.
            for (field, value) in now.iter().filter(|(field, _)| *field != "p_adjusted") {
                same(&format!("{place}.{field}"), &old[field], value);
            }
        }
        (Value::Array(old), Value::Array(now)) => {
            assert_eq!(old.len(), now.len(), "{place}");
            for (number, (old, now)) in old.iter().zip(now).enumerate() {
                same(&format!("{place}[{number}]"), old, now);
            }
        }
        _ => assert!(agree(new, old), "{place}: committed {old}, now {new}"),
    }
}

#[test]
fn committed_notebooks_were_executed_from_top_to_bottom_without_an_error() {
    for name in [RANKING, FLEET] {
        let notebook = committed(name);
        let mut cells = 0;
        for cell in code_cells(&notebook) {
            cells += 1;
            assert_eq!(cell["execution_count"], cells, "{name}, cell {cells}");
            for output in list(&cell["outputs"]) {
                assert_ne!(output["output_type"], "error", "{name}, cell {cells}");
                assert_ne!(output["name"], "stderr", "{name}, cell {cells}: {}", text(&output["text"]));
            }
        }
        let pictures = code_cells(&notebook)
            .flat_map(|cell| list(&cell["outputs"]))
            .filter(|output| output["data"]["image/png"].is_string())
            .count();
        let least = if name == FLEET { 8 } else { 2 };
        assert!(pictures >= least, "{name} has {pictures} pictures");
    }
}

#[test]
fn committed_notebooks_tell_nothing_of_the_machine_that_executed_them() {
    for name in [RANKING, FLEET] {
        let notebook = committed(name);
        for cell in code_cells(&notebook) {
            assert!(cell["metadata"]["execution"].is_null(), "{name}: times of execution");
            for words in list(&cell["outputs"]).iter().map(words) {
                for path in ["/home/", "/root/", "/tmp/", "/usr/", "/opt/", "site-packages"] {
                    assert!(!words.contains(path), "{name}: {path} in {words}");
                }
            }
        }
        assert_eq!(notebook["metadata"]["language_info"], serde_json::json!({ "name": "python" }), "{name}");
    }
}

#[test]
fn committed_notebooks_are_small() {
    for name in [RANKING, FLEET] {
        let size = std::fs::metadata(project().join("notebooks").join(name)).unwrap().len();
        assert!(size <= LARGEST_BYTES, "{name}: {size} bytes");
    }
}
