//! Power: what stands in the fixtures is what is read.

use super::{Counts, take_fixture};

pub const COUNTS: Counts = &[("formats/power-csv/readings.csv", 4, 0)];

#[test]
fn a_table_of_readings_gives_watts() {
    let power = take_fixture("formats/power-csv/readings.csv");
    let watts: Vec<f64> = power.power.iter().map(|sample| sample.watts).collect();
    assert_eq!(watts, [212.0, 214.5, 198.0]);
}
