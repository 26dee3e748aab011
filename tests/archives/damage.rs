//! Archives and compressed files with any damage: always an end, an account that adds up, no panic.

use proptest::prelude::*;

use crate::packer::{PACKINGS, gzip, tar, xz, zip};
use crate::{log, read_file};

/// A packed file of every kind, with archives in archives.
fn specimens() -> Vec<Vec<u8>> {
    let text = log("kvm07", 1, 300);
    let files: [(&str, &[u8]); 3] =
        [("a/kern.log", text.as_bytes()), ("b.gz", &gzip(text.as_bytes())), ("c.xz", &xz(text.as_bytes()))];
    let (tar, zip) = (tar(&files), zip(&files, true));
    let mut all: Vec<Vec<u8>> = PACKINGS.iter().map(|(_, pack)| pack(text.as_bytes())).collect();
    all.push(gzip(&crate::packer::tar(&[("inner.zip", &zip), ("inner.tar", &tar)])));
    all.extend([tar, crate::packer::zip(&files, false), zip]);
    all
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn damaged_archives_are_all_accounted_for(
        which in 0..9_usize,
        flips in proptest::collection::vec((any::<usize>(), 1..=255_u8), 0..8),
        cut in proptest::option::of(any::<usize>()),
        doubled in proptest::option::of((any::<usize>(), 1..2000_usize)),
    ) {
        let mut content = specimens().swap_remove(which);
        for (at, bits) in flips {
            let at = at % content.len();
            content[at] ^= bits;
        }
        if let Some((at, length)) = doubled {
            let at = at % content.len();
            let piece = content[at..content.len().min(at + length)].to_vec();
            content.splice(at..at, piece);
        }
        if let Some(cut) = cut {
            let end = cut % (content.len() + 1);
            content.truncate(end);
        }
        read_file("some-file", content);
    }
}

#[test]
fn an_hour_of_ten_digits_is_no_time() {
    let text = format!("{}Mar  1 4000000000:00:00 kvm07 sshd[1]: x\n", log("kvm07", 1, 300));
    let facts = read_file("kern.log", text).remove(0);
    assert_eq!((facts.understood, facts.reasons["bad shape"]), (300, 41));
}
