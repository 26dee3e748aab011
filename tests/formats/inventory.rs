//! Inventory: what stands in the fixtures is what is read.

use coroner::model::record::Body;

use super::{Counts, take_fixture};

pub const COUNTS: Counts = &[
    ("formats/inventory-csv/hosts.csv", 3, 3),
    ("formats/inventory-json/by-name.json", 3, 3),
    ("formats/inventory-json/hosts.json", 2, 2),
];

#[test]
fn quoted_cells_hold_commas_and_odd_columns_are_left_out() {
    let hosts = take_fixture("formats/inventory-csv/hosts.csv");
    let Body::Inventory(fact) = &hosts.records[2].body else { panic!() };
    assert_eq!(fact.factors["os"], "Ubuntu 22.04, HWE");
    assert_eq!(fact.factors["bios_version"], "2.1");
    assert!(!fact.factors.contains_key("serial"));
}
