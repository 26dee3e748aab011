//! Whether a JSON object of objects is a table whose rows are named by their keys: `{"web01": {…}, "db01": {…}}`. Far
//! more such objects are documents of sections: `{"systeminfo": {…}, "error": {…}}`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::place_names;

/// Sections of documents, and what programs wrap answers in.
const SECTIONS: &[&str] = &[
    "all",
    "config",
    "configuration",
    "content",
    "contents",
    "controllers",
    "defaults",
    "error",
    "errors",
    "facts",
    "groups",
    "header",
    "headers",
    "items",
    "links",
    "local",
    "manifest",
    "members",
    "meta",
    "metadata",
    "model",
    "options",
    "params",
    "payload",
    "properties",
    "request",
    "response",
    "result",
    "results",
    "settings",
    "spec",
    "summary",
    "systeminfo",
    "value",
    "values",
    "version",
    "versions",
    "warnings",
];

/// The members that are rows, if the object is such a table. What begins with `_` is about the table.
#[must_use]
pub fn rows(map: &Map<String, Value>) -> Option<Vec<(&String, &Map<String, Value>)>> {
    let members = map.iter().filter(|(key, _)| !key.starts_with('_'));
    let rows: Vec<(&String, &Map<String, Value>)> =
        members.map(|(key, value)| value.as_object().map(|object| (key, object))).collect::<Option<_>>()?;
    let named = rows.iter().all(|(key, _)| may_name_a_host(key));
    let is_table = match rows.as_slice() {
        [] => false,
        // One row has nothing to be alike to: its name must look like one of a series.
        [(key, object)] => {
            !object.is_empty() && key.contains(|sign: char| sign.is_ascii_digit() || sign == '.')
        }
        several => are_alike(several),
    };
    (named && is_table).then_some(rows)
}

fn may_name_a_host(key: &str) -> bool {
    let lower = key.trim().to_lowercase();
    place_names::is_a_host(&lower) && !SECTIONS.contains(&lower.as_str()) && !place_names::is_a_place(&lower)
}

/// Rows of a table have members in common: one at least that half of them have, and each row has such a one.
fn are_alike(rows: &[(&String, &Map<String, Value>)]) -> bool {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for key in rows.iter().flat_map(|(_, object)| object.keys()) {
        *count.entry(key).or_default() += 1;
    }
    let is_common =
        |key: &String| count.get(key.as_str()).is_some_and(|times| *times >= 2 && times * 2 >= rows.len());
    rows.iter().all(|(_, object)| object.keys().any(is_common))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Option<Vec<String>> {
        let value: Value = serde_json::from_str(text).unwrap();
        let Value::Object(map) = value else { return None };
        rows(&map).map(|rows| rows.into_iter().map(|(key, _)| key.clone()).collect())
    }

    #[test]
    fn objects_of_one_shape_are_rows_named_by_their_keys() {
        let hosts =
            r#"{"web": {"model": "EX-410", "rack": "r1"}, "db": {"model": "EX-220"}, "_meta": {"at": 1}}"#;
        assert_eq!(named(hosts), Some(vec!["db".to_owned(), "web".to_owned()]));
        assert_eq!(named(r#"{"web01": {"model": "EX-410"}}"#), Some(vec!["web01".to_owned()]));
    }

    #[test]
    fn sections_of_a_document_name_nobody() {
        for document in [
            r#"{"systeminfo": {"model": "R640", "hostname": "a"}}"#,
            r#"{"systeminfo": {"model": "R640"}, "manifest": {"model": "R640"}}"#,
            r#"{"error": {"code": "Base.1.0.GeneralError", "model": "x"}}"#,
            r#"{"disks": {"sda": 1}, "cpus": {"count": 2}, "firmware1": {"model": "x"}}"#,
            r#"{"_meta": {"hostvars": {}}}"#,
            r#"{"web01": {"model": "x"}, "note": "text"}"#,
        ] {
            assert_eq!(named(document), None, "{document}");
        }
    }
}
