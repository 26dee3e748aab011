//! Planned work: what stands in the fixtures is what is read.

use coroner::model::record::Body;

use super::{Counts, take_fixture};

pub const COUNTS: Counts = &[("formats/maintenance-csv/windows.csv", 2, 2)];

#[test]
fn a_table_of_windows_gives_scope_and_purpose() {
    let windows = take_fixture("formats/maintenance-csv/windows.csv");
    let Body::Maintenance(window) = &windows.records[0].body else { panic!() };
    assert_eq!((window.scope.clone(), window.what.as_str()), (vec!["*".to_owned()], "firmware, then kernel"));
}
