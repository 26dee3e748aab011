//! Boot history: what stands in the fixtures is what is read.

use coroner::model::record::{Body, BootMark};

use super::{Counts, take_fixture};

pub const COUNTS: Counts = &[
    ("formats/linux-wtmp/arm64.wtmp", 6, 3),
    ("formats/linux-wtmp/big-endian.wtmp", 6, 3),
    ("formats/linux-wtmp/x86-64.wtmp", 6, 3),
];

#[test]
fn wtmp_of_every_architecture_gives_the_same_marks() {
    for file in ["x86-64", "arm64", "big-endian"] {
        let history = take_fixture(&format!("formats/linux-wtmp/{file}.wtmp"));
        let marks: Vec<BootMark> = history
            .records
            .iter()
            .map(|record| match &record.body {
                Body::Boot(mark) => *mark,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(marks, [BootMark::Boot, BootMark::Shutdown, BootMark::Boot], "{file}");
    }
}
