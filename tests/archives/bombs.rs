//! What unpacks to far more than it is: bounded in memory and in time, and said.

use std::io::Read;

use coroner::ingest::unpack::limits::Limits;
use coroner::ingest::unpack::{self, Content};

use crate::packer::{END_OF_TAR, PACKINGS, gzip, push_raw, raw_header, tar, xz, zip};
use crate::{Handed, at, log, paths, read_file};

/// What comes out of a file under the given limits: path, bytes, and how the reading ended.
fn unpacked(content: &[u8], limits: Limits) -> Vec<(String, usize, String)> {
    let handed = Handed::new().file("x", content);
    let read = |source: unpack::Unpacked| match source.content {
        Content::LeftOut(why) => (source.shown, 0, why),
        Content::Readable(mut opened) => {
            let mut bytes = Vec::new();
            let end = opened.stream.read_to_end(&mut bytes);
            (source.shown, bytes.len(), end.err().map(|error| error.to_string()).unwrap_or_default())
        }
    };
    unpack::open(&handed.path().join("x"), "x", limits).unwrap().map(read).collect()
}

#[test]
fn ten_gigabytes_of_zeros_are_given_up_soon() {
    let bomb = gzip(&vec![0; 64 << 20]).repeat(160);
    let facts = read_file("kern.log.gz", bomb).remove(0);
    assert!(facts.bytes > 256 << 20 && facts.bytes < 257 << 20, "{}", facts.bytes);
    assert_eq!(facts.reasons["unpacks too far"], 1);
    assert!(
        facts.reason.starts_with("nothing but zero bytes; reading stopped: stopped after"),
        "{}",
        facts.reason
    );
}

#[test]
fn a_log_that_filled_a_disk_with_one_line_is_read_whole() {
    let line = "Mar  1 00:00:00 kvm07 kernel: EXT4-fs error (device sda1): reading directory lblock 0\n";
    let text = line.repeat(400_000);
    for (ending, pack) in PACKINGS.into_iter().filter(|(ending, _)| ["gz", "xz"].contains(ending)) {
        let packed = pack(text.as_bytes());
        assert!(text.len() / packed.len() > 200, "{ending}: {}:1", text.len() / packed.len());
        let facts = read_file("kern.log", packed).remove(0);
        assert_eq!((facts.understood, facts.quarantined), (400_000, 0), "{ending}: {}", facts.reason);
    }
}

#[test]
fn lines_without_end_are_given_up_beyond_all_proportion() {
    let limits = Limits { free_bytes: 8 << 20, ratio: 20, ..Limits::default() };
    let text = "the same line again\n".repeat(2_000_000);
    let [(_, bytes, end)] = &unpacked(&gzip(text.as_bytes()), limits)[..] else { panic!("one source") };
    assert!((8 << 20..9 << 20).contains(bytes), "{bytes}");
    assert!(end.contains("stopped here: x (") && end.contains("in all its layers"), "{end}");
    // The same in many members, and in a compressed file within an archive.
    let piece = text.as_bytes()[..4 << 20].to_vec();
    for files in [zip(&[("a", &piece), ("b", &piece), ("c", &piece), ("d", &piece)], true), {
        let inner = gzip(text.as_bytes());
        tar(&[("a.gz", &inner), ("b.gz", &inner)])
    }] {
        let sources = unpacked(&files, limits);
        let all: usize = sources.iter().map(|(_, bytes, _)| bytes).sum();
        let end = &sources.last().unwrap().2;
        assert!(all < 10 << 20, "{all}");
        assert!(end.contains("nothing behind this place is read"), "{end}");
        let stops = sources.iter().filter(|(_, _, end)| end.contains("stopped here")).count();
        assert_eq!(stops, 1, "said once, where it was");
    }
    // Packed no better than real logs are, the same size is no matter.
    let real = log("kvm07", 1, 300_000);
    let [(_, bytes, end)] = &unpacked(&gzip(real.as_bytes()), limits)[..] else { panic!("one source") };
    assert_eq!((*bytes, end.as_str()), (real.len(), ""));
}

#[test]
fn layers_within_layers_buy_nothing() {
    // Each layer stays below the ratio; together they do not. Of a small file no more is unpacked than one
    // layer of gzip could hold.
    let limits = Limits { free_bytes: 1 << 40, small_bytes: 8 << 20, one_layer: 50, ..Limits::default() };
    let text = "Mar  1 00:00:00 kvm07 kernel: EXT4-fs error (device sda1)\n".repeat(60_000);
    let leaf = gzip(text.as_bytes());
    let mut branch = zip(&[("leaf.gz", &leaf)], true);
    for _ in 0..3 {
        let twigs: Vec<(String, &[u8])> = (0..16).map(|n| (format!("{n:02}.zip"), &branch[..])).collect();
        let twigs: Vec<(&str, &[u8])> = twigs.iter().map(|(name, twig)| (name.as_str(), *twig)).collect();
        branch = gzip(&tar(&twigs));
    }
    let whole = 16 * 16 * 16 * text.len();
    assert!(whole > 8 << 30 && branch.len() < 20 << 20, "{whole} from {}", branch.len());
    let sources = unpacked(&branch, limits);
    let all: usize = sources.iter().map(|(_, bytes, _)| bytes).sum();
    let allowed = (branch.len() as u64 * 250).max(8 << 20);
    assert!((all as u64) < allowed + (1 << 20), "{all} of {allowed}");
    let (path, _, end) = sources.iter().find(|(_, _, end)| !end.is_empty()).unwrap();
    assert!(path.starts_with("x!/") && end.contains("stopped here: x ("), "{path} {end}");
}

#[test]
fn a_barren_member_costs_itself_and_not_those_behind_it() {
    let limits = Limits { barren_bytes: 1 << 20, ..Limits::default() };
    let text = log("kvm07", 1, 100);
    let zeros = vec![0; 5 << 20];
    let letters = vec![b'x'; 5 << 20];
    let breaks = vec![b'\n'; 5 << 20];
    let archive = tar(&[("1", &zeros), ("2", &letters), ("3", &breaks), ("4", text.as_bytes())]);
    for content in [gzip(&archive), archive] {
        let sources = unpacked(&content, limits);
        for (path, bytes, end) in &sources[..3] {
            assert!(
                (1 << 20..2 << 20).contains(bytes) && end.contains("stopped after"),
                "{path} {bytes} {end}"
            );
        }
        assert_eq!(sources[3], ("x!/4".to_owned(), text.len(), String::new()));
    }
}

#[test]
fn members_beyond_a_number_are_left_out_in_one_word() {
    let limits = Limits { members: 10, ..Limits::default() };
    let names: Vec<String> = (0..30).map(|n| format!("{n:02}")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    for archive in [tar(&files), zip(&files, true)] {
        let sources = unpacked(&archive, limits);
        assert_eq!(sources.len(), 11);
        assert!(sources[10].2.contains("more than 10 members"), "{:?}", sources[10]);
        let nested = unpacked(&tar(&[("a.tar", &archive), ("b.tar", &archive)]), limits);
        assert!(nested.len() <= 13, "the number is that of the whole file: {}", nested.len());
    }
}

#[test]
fn damaged_places_count_as_members_do() {
    let limits = Limits { members: 10, ..Limits::default() };
    let mut archive = raw_header(b"folder/", b'5', 0).to_vec();
    for _ in 0..1000 {
        archive.extend_from_slice(&[b'x'; 512]);
        archive.extend_from_slice(&raw_header(b"folder/", b'5', 0));
    }
    let sources = unpacked(&archive, limits);
    assert_eq!(sources.len(), 11);
    assert!(sources[10].2.contains("more than 10 members"), "{:?}", sources[10]);
}

#[test]
fn zip_members_that_share_bytes_are_read_once() {
    let text = log("kvm07", 1, 3000);
    let mut archive = zip(&[("a", text.as_bytes()), ("b", text.as_bytes()), ("c", text.as_bytes())], true);
    let directory: Vec<usize> = archive
        .windows(4)
        .enumerate()
        .filter_map(|(at, bytes)| (bytes == b"PK\x01\x02").then_some(at))
        .collect();
    let second: [u8; 4] = archive[directory[1] + 42..][..4].try_into().unwrap();
    archive[directory[2] + 42..][..4].copy_from_slice(&second);
    let sources = read_file("x.zip", archive);
    assert_eq!(at(&sources, "x.zip!/a").parsed, text.len() as u64);
    assert_eq!(at(&sources, "x.zip!/b").parsed, text.len() as u64);
    let shared = at(&sources, "x.zip!/c");
    assert_eq!((shared.bytes, shared.reasons["unpacks too far"]), (1, 1));
    assert!(shared.reason.contains("shares its bytes"), "{}", shared.reason);
}

#[test]
fn archives_that_hold_themselves_end_at_a_depth() {
    let mut archive = b"end".to_vec();
    for layer in 0..30 {
        archive =
            if layer % 2 == 0 { zip(&[("r.zip", &archive)], true) } else { tar(&[("r.tar", &archive)]) };
    }
    let sources = read_file("r.zip", archive);
    assert_eq!(sources.len(), 1);
    assert_eq!(sources[0].reason, "packed more than 8 layers deep");
    assert_eq!(sources[0].path.matches("!/").count(), 8);
}

#[test]
fn sizes_that_headers_claim_reserve_no_memory() {
    let text = log("kvm07", 1, 100);
    let mut archive = Vec::new();
    push_raw(&mut archive, b"././@LongLink", b'L', &vec![b'n'; 8 << 20]);
    push_raw(&mut archive, b"short-name", b'0', text.as_bytes());
    archive.extend_from_slice(&raw_header(b"huge", b'0', (8 << 30) - 1));
    archive.extend_from_slice(text.as_bytes());
    let sources = read_file("x.tar", archive);
    assert_eq!(paths(&sources), ["x.tar", "x.tar!/huge", "x.tar!/short-name"]);
    assert_eq!(at(&sources, "x.tar!/huge").parsed, text.len() as u64);
    // An .lzma file with a dictionary of 1.5 GiB, a zstd frame with a window of 3.75 TiB.
    let lzma = [&[0x5d, 0, 0, 0, 0x60][..], &[0xff; 8], &[0; 100]].concat();
    let zstd = [&[0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xff][..], &[0x55; 100]].concat();
    for content in [lzma, zstd] {
        let facts = read_file("kern.log", content).remove(0);
        assert!(facts.bytes < 120 && facts.reasons.len() == 1, "{}", facts.reason);
    }
    let end = [xz(b""), END_OF_TAR.to_vec()].concat();
    assert_eq!(read_file("x.xz", end)[0].reason, "empty file");
}
