//! Compressed files: whole, of several streams, broken, and with something behind them.

use crate::packer::{self, PACKINGS, gzip, tar, zip, zstd};
use crate::{at, log, paths, read_file};

#[test]
fn a_compressed_log_reads_like_the_log_whatever_its_name() {
    let text = log("kvm07", 1, 3000);
    let plain = read_file("kern.log", &text).remove(0);
    for (ending, pack) in PACKINGS {
        for name in [format!("kern.log.{ending}"), "kern.log".to_owned(), "picture.png".to_owned()] {
            let facts = read_file(&name, pack(text.as_bytes())).remove(0);
            assert_eq!(facts.format.as_deref(), Some("syslog-rfc3164"), "{ending}: {}", facts.reason);
            assert_eq!((facts.bytes, facts.understood), (plain.bytes, plain.understood), "{ending}");
            assert_eq!(facts.digest, plain.digest, "the hash is of the unpacked content");
            assert_eq!((facts.quarantined, facts.reason.as_str()), (0, ""), "{ending}");
        }
    }
}

#[test]
fn a_compressed_file_of_several_streams_is_one_log() {
    let (first, second) = (log("kvm07", 1, 1500), log("kvm07", 3, 1500));
    for (ending, pack) in PACKINGS.into_iter().filter(|(ending, _)| *ending != "lzma") {
        let joined = [pack(first.as_bytes()), pack(second.as_bytes())].concat();
        let facts = read_file(&format!("kern.log.{ending}"), joined).remove(0);
        assert_eq!(facts.bytes, (first.len() + second.len()) as u64, "{ending}: {}", facts.reason);
        assert_eq!(facts.quarantined, 0, "{ending}: {}", facts.reason);
    }
    let skippable = [&b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"[..], &zstd(first.as_bytes())].concat();
    let facts = read_file("kern.log.zst", skippable).remove(0);
    assert_eq!((facts.bytes, facts.quarantined), (first.len() as u64, 0), "{}", facts.reason);
}

#[test]
fn zeros_behind_compressed_data_are_nothing_and_anything_else_is_told() {
    let text = log("kvm07", 1, 1500);
    for (ending, pack) in PACKINGS.into_iter().filter(|(ending, _)| *ending != "lzma") {
        let padded = [pack(text.as_bytes()), vec![0; 200_000]].concat();
        let facts = read_file("kern.log", padded).remove(0);
        assert_eq!((facts.bytes, facts.quarantined), (text.len() as u64, 0), "{ending}: {}", facts.reason);
        let spoilt = [pack(text.as_bytes()), b"something else".to_vec()].concat();
        let facts = read_file("kern.log", spoilt).remove(0);
        assert_eq!((facts.parsed, facts.quarantined), (text.len() as u64, 14), "{ending}: {}", facts.reason);
        assert!(facts.reason.contains("follow the last stream"), "{ending}: {}", facts.reason);
    }
}

#[test]
fn of_broken_compressed_data_what_stands_before_the_break_is_read() {
    let text = log("kvm07", 1, 20_000);
    for (ending, pack) in PACKINGS {
        let packed = pack(text.as_bytes());
        let cut = read_file("kern.log", &packed[..packed.len() * 3 / 4]).remove(0);
        assert!(cut.quarantined > 0, "{ending}");
        assert!(cut.understood > 3000, "{ending}: {} lines before the cut", cut.understood);
        assert!(cut.reason.contains("reading stopped"), "{ending}: {}", cut.reason);
        let mut flipped = packed.clone();
        let middle = packed.len() * 3 / 4;
        flipped[middle..middle + 8].iter_mut().for_each(|byte| *byte ^= 0x55);
        let facts = read_file("kern.log", flipped).remove(0);
        assert!(facts.quarantined > 0 && facts.understood > 3000, "{ending}: {:?}", facts.reasons);
        for length in [packed.len() - 1, packed.len() / 9, 20, 14, 7, 4] {
            let facts = read_file("kern.log", &packed[..length]).remove(0);
            assert!(facts.bytes > 0, "{ending} cut after {length}");
        }
    }
}

#[test]
fn layers_are_taken_off_down_to_a_depth_and_no_further() {
    let text = log("kvm07", 1, 100);
    let mut packed = text.clone().into_bytes();
    for layer in 1..=8 {
        packed = PACKINGS[layer % PACKINGS.len()].1(&packed);
    }
    let facts = read_file("kern.log", &packed).remove(0);
    assert_eq!((facts.parsed, facts.reason.as_str()), (text.len() as u64, ""));
    let facts = read_file("kern.log", gzip(&packed)).remove(0);
    assert_eq!((facts.bytes, facts.reason.as_str()), (0, "packed more than 8 layers deep"));
}

#[test]
fn packings_that_are_not_read_are_named() {
    let text = log("kvm07", 1, 100);
    for (head, name) in [(&b"7z\xbc\xaf\x27\x1c\0\x04"[..], "7-Zip"), (b"Rar!\x1a\x07\x01\0", "RAR")] {
        let content = [head, text.as_bytes()].concat();
        let facts = read_file("kern.log", &content).remove(0);
        assert_eq!(facts.reason, format!("packed with {name}, which is not read"));
        assert_eq!(facts.quarantined, content.len() as u64, "it could have mattered");
    }
    let spreadsheet = zip(&[("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")], true);
    let sources = read_file("inventory.xlsx", &spreadsheet);
    assert_eq!(paths(&sources), ["inventory.xlsx"]);
    assert!(at(&sources, "inventory.xlsx").reason.contains("save it as CSV"));
}

#[test]
fn standard_input_may_be_packed_too() {
    use coroner::ingest::reading::read_stream;
    let knowledge = coroner::knowledge::Knowledge::shipped().unwrap();
    let text = log("kvm07", 1, 5000);
    let archive = packer::xz(&tar(&[("b/kern.log", text.as_bytes()), ("a", b"")]));
    let read = |bytes: Vec<u8>| read_stream("-", std::io::Cursor::new(bytes), &knowledge).unwrap();
    assert_eq!(paths(&read(archive)), ["-!/a", "-!/b/kern.log"]);
    assert_eq!(paths(&read(zip(&[("kern.log", text.as_bytes())], true))), ["-!/kern.log"]);
    for bytes in [text.clone().into_bytes(), gzip(text.as_bytes())] {
        let sources = read(bytes);
        assert_eq!((paths(&sources), sources[0].parsed), (vec!["-"], text.len() as u64));
    }
    assert_eq!(read(Vec::new())[0].reason, "empty file");
}
