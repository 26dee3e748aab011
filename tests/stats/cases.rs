//! Reads the cases of `tests/fixtures/stats`, and sees to it that nothing in them goes unchecked.

use std::{cell::RefCell, collections::BTreeSet, thread};

use serde::de::DeserializeOwned;

/// One case: inputs, expected values, where they come from, and how far off they may be.
///
/// A case that goes out of use before every one of its fields was looked at fails.
pub struct Case {
    method: &'static str,
    fields: toml::Table,
    unread: RefCell<BTreeSet<String>>,
}

/// The cases of a method in the text of a fixture; there must be `count` of them.
pub fn cases(fixture: &str, method: &'static str, count: usize) -> Vec<Case> {
    let mut all: toml::Table = toml::from_str(fixture).unwrap();
    let list: Vec<toml::Table> = all.remove(method).unwrap().try_into().unwrap();
    assert_eq!(list.len(), count, "cases of {method}");
    list.into_iter().map(|fields| Case::new(method, fields)).collect()
}

impl Case {
    fn new(method: &'static str, fields: toml::Table) -> Self {
        for provenance in ["name", "source"] {
            assert!(
                fields[provenance].as_str().is_some_and(|text| !text.is_empty()),
                "{method}: {provenance}"
            );
        }
        let about = ["name", "source", "published", "relative"];
        let unread = fields.keys().filter(|key| !about.contains(&key.as_str())).cloned().collect();
        Self { method, fields, unread: RefCell::new(unread) }
    }

    fn look<T: DeserializeOwned>(&self, field: &str) -> Option<T> {
        self.unread.borrow_mut().remove(field);
        self.fields.get(field).map(|value| value.clone().try_into().unwrap())
    }

    /// An input.
    pub fn get<T: DeserializeOwned>(&self, field: &str) -> T {
        self.look(field).unwrap_or_else(|| panic!("{} has no {field}", self.name()))
    }

    fn name(&self) -> String {
        format!("{} {}", self.method, self.fields["name"])
    }

    /// The value found must be the expected one, within the case's tolerance.
    #[track_caller]
    pub fn agrees(&self, field: &str, found: f64) {
        self.compare(field, found, self.get(field));
    }

    /// The same for a list of values.
    #[track_caller]
    pub fn all_agree(&self, field: &str, found: &[f64]) {
        let expected: Vec<f64> = self.get(field);
        assert_eq!(found.len(), expected.len(), "{}: {field}", self.name());
        for (found, expected) in found.iter().zip(expected) {
            self.compare(field, *found, expected);
        }
    }

    /// The same for a value that does not exist in every case.
    #[track_caller]
    pub fn agrees_if_any(&self, field: &str, found: Option<f64>) {
        match (found, self.look(field)) {
            (Some(found), Some(expected)) => self.compare(field, found, expected),
            (found, expected) => assert_eq!(found, expected, "{}: {field}", self.name()),
        }
    }

    #[track_caller]
    fn compare(&self, field: &str, found: f64, expected: f64) {
        let error = if found == expected { 0.0 } else { ((found - expected) / expected).abs() };
        // For who runs the tests with --nocapture.
        println!("{} {field}: relative error {error:.1e}", self.name());
        let relative = self.fields["relative"].as_float().unwrap();
        assert!(error <= relative, "{}, {field}: found {found}, expected {expected}", self.name());
    }
}

impl Drop for Case {
    fn drop(&mut self) {
        if !thread::panicking() {
            assert!(self.unread.borrow().is_empty(), "{}: unchecked {:?}", self.name(), self.unread.borrow());
        }
    }
}
