//! Lists of incidents: what stands in the fixtures is what is read.

use super::Counts;

pub const COUNTS: Counts =
    &[("formats/incidents-csv/list.csv", 3, 3), ("formats/incidents-json/list.json", 2, 2)];
