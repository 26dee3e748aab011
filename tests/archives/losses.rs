//! What is lost of damaged files is counted and placed, and what can be saved is.

use coroner::model::record::SourceFacts;

use crate::packer::{END_OF_TAR, PACKINGS, gzip, push_raw, tar, xz, zip, zip_stored_by_stream};
use crate::{at, log, paths, read_file};

/// Whole lines of the text that were understood: those before the damage.
#[track_caller]
fn assert_lines_before(facts: &SourceFacts, least: u64, what: &str) {
    assert!(facts.understood >= least, "{what}: {} of {least} lines; {}", facts.understood, facts.reason);
}

#[test]
fn of_a_file_that_was_cut_off_all_lines_before_the_cut_are_read() {
    // Less than a block of bzip2 follows the cut.
    let text = log("kvm07", 1, 60_000);
    for (ending, pack) in PACKINGS {
        let packed = pack(text.as_bytes());
        let cut = read_file("kern.log", &packed[..packed.len() - 200]).remove(0);
        let least = match ending {
            // Its blocks are of 100 kB here, and a checksum stands for each.
            "bz2" => 57_000,
            // A block is decoded whole or not at all.
            "zst" => 55_000,
            _ => 59_000,
        };
        assert_lines_before(&cut, least, ending);
        let tail = cut.quarantined - 1;
        assert!(tail < 80 && cut.reasons["truncated"] == 1, "{ending}: {:?}", cut.reasons);
        let words = format!("is cut off after {} bytes", packed.len() - 200);
        assert!(cut.reason.contains(&words), "{ending}: {}", cut.reason);
    }
}

#[test]
fn packed_bytes_behind_a_damage_are_counted_from_its_offset_on() {
    let text = log("kvm07", 1, 60_000);
    for (ending, pack) in PACKINGS.into_iter().filter(|(ending, _)| *ending != "lzma") {
        let whole = pack(text.as_bytes());
        let mut placed = 0;
        for eighth in 1..8 {
            let mut packed = whole.clone();
            let damage = packed.len() * eighth / 8;
            packed[damage..damage + 64].iter_mut().for_each(|byte| *byte ^= 0x5a);
            let facts = read_file("kern.log", &packed).remove(0);
            for foreign in ["corrupt", "deflate stream", "Error", "os error", "EOF"] {
                assert!(!facts.reason.contains(foreign), "{ending}: {}", facts.reason);
            }
            let lost = facts.reasons["bad compression"];
            // Some damages show only in the checksum at the end.
            if facts.reason.contains("packed bytes from there on") {
                placed += 1;
                let near = (packed.len() - damage) as u64;
                // A block is read whole before it is seen to be damaged.
                assert!(
                    lost > near / 3 && lost < near + 8192,
                    "{ending}: {lost} of {near}; {}",
                    facts.reason
                );
            } else {
                assert!(facts.reason.contains("does not match its checksum"), "{ending}: {}", facts.reason);
            }
        }
        assert!(placed > 1, "{ending}: {placed}");
    }
}

#[test]
fn a_checksum_that_does_not_match_is_told_as_such() {
    let text = log("kvm07", 1, 3000);
    let mut packed = gzip(text.as_bytes());
    let place = packed.len() - 6;
    packed[place] ^= 1;
    let facts = read_file("kern.log.gz", packed).remove(0);
    assert_eq!((facts.understood, facts.reasons["bad compression"]), (3000, 1));
    assert!(facts.reason.contains("does not match its checksum"), "{}", facts.reason);
}

#[test]
fn a_zip_archive_without_its_directory_is_read_by_the_headers_of_its_members() {
    let text = log("kvm07", 1, 30_000);
    let inner = zip(&[("deep/kern.log", text.as_bytes())], true);
    let files: [(&str, &[u8]); 4] =
        [("a.log", text.as_bytes()), ("b/", b""), ("in.zip", &inner), ("z.log", text.as_bytes())];
    for deflated in [true, false] {
        let whole = zip(&files, deflated);
        // The end of the directory is gone, then all of it and the end of the last member.
        let sources = read_file("x.zip", &whole[..whole.len() - 10]);
        let expected = ["x.zip", "x.zip!/a.log", "x.zip!/in.zip!/deep/kern.log", "x.zip!/z.log"];
        assert_eq!(paths(&sources), expected, "deflated: {deflated}");
        assert!(sources[1..].iter().all(|source| source.understood == 30_000 && source.quarantined == 0));
        assert!(
            sources[0].reason.contains("3 members were found by their own headers"),
            "{}",
            sources[0].reason
        );
        assert_eq!(sources[0].quarantined, 1, "no byte of a member is lost");
        let packed = if deflated { whole.len() / 12 } else { text.len() / 2 };
        let cut = whole.windows(5).rposition(|bytes| bytes == b"z.log").unwrap();
        let cut = whole[..cut].windows(5).rposition(|bytes| bytes == b"z.log").unwrap() + packed;
        let sources = read_file("x.zip", &whole[..cut]);
        assert_eq!(paths(&sources), expected, "deflated: {deflated}");
        assert_lines_before(&sources[3], if deflated { 1000 } else { 14_000 }, "z.log");
        assert_eq!(sources[1].understood, 30_000);
        assert!(sources[3].reasons.contains_key("truncated"), "{:?}", sources[3].reasons);
    }
}

#[test]
fn members_whose_sizes_stand_behind_them_are_found_without_a_directory() {
    let text = log("kvm07", 1, 3000);
    let archive = zip_stored_by_stream(&[("a.log", text.as_bytes()), ("b.log", text.as_bytes())]);
    let sources = read_file("x.zip", archive);
    assert_eq!(paths(&sources), ["x.zip", "x.zip!/a.log", "x.zip!/b.log"]);
    assert!(sources[1..].iter().all(|source| source.understood == 3000), "{}", sources[1].reason);
}

#[test]
fn members_behind_a_damaged_entry_of_the_directory_are_found() {
    let text = log("kvm07", 1, 3000);
    let names = ["a.log", "b.log", "c.log"];
    let mut archive = zip(&names.map(|name| (name, text.as_bytes())), true);
    let entries: Vec<usize> =
        (0..archive.len() - 4).filter(|at| archive[*at..].starts_with(b"PK\x01\x02")).collect();
    archive[entries[1]] = b'X';
    let sources = read_file("x.zip", archive);
    assert_eq!(paths(&sources), ["x.zip", "x.zip!/a.log", "x.zip!/b.log", "x.zip!/c.log"]);
    assert!(sources[1..].iter().all(|source| source.understood == 3000));
}

#[test]
fn headers_that_are_none_cost_no_time() {
    let archive = b"PK\x03\x04".repeat(4 << 20);
    let facts = read_file("x.zip", &archive).remove(0);
    assert_eq!(facts.quarantined, archive.len() as u64, "{}", facts.reason);
}

#[test]
fn a_tar_archive_is_read_on_behind_a_damaged_header_and_the_bytes_are_counted() {
    let text = log("kvm07", 1, 300);
    let mut archive = Vec::new();
    let mut headers = Vec::new();
    for name in [b"a.log", b"b.log", b"c.log"] {
        headers.push(archive.len());
        push_raw(&mut archive, name, b'0', text.as_bytes());
    }
    archive.extend_from_slice(&END_OF_TAR);
    // Also an archive of before POSIX, whose headers have a checksum and no magic.
    let mut old = archive.clone();
    for header in &headers {
        old[header + 257..header + 265].fill(0);
        old[header + 148..header + 156].fill(b' ');
        let sum: u32 = old[*header..header + 512].iter().map(|byte| u32::from(*byte)).sum();
        old[header + 148..header + 156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
    for mut damaged in [archive, old] {
        damaged[headers[1] + 3] ^= 0xff;
        let sources = read_file("x.tar", damaged);
        assert_eq!(paths(&sources), ["x.tar", "x.tar!/a.log", "x.tar!/c.log"]);
        assert_eq!(sources[0].reasons["bad shape"], (headers[2] - headers[1]) as u64);
        assert!(sources[0].reason.contains(&format!("at offset {}", headers[1])), "{}", sources[0].reason);
        assert_eq!((sources[1].understood, sources[2].understood), (300, 300));
    }
}

#[test]
fn a_tar_archive_that_ends_early_says_how_much_of_the_member_is_missing() {
    let text = log("kvm07", 1, 3000);
    let archive = tar(&[("a.log", text.as_bytes())]);
    let sources = read_file("x.tar", &archive[..512 + 10_000]);
    let missing = (text.len() - 10_000) as u64;
    let member = at(&sources, "x.tar!/a.log");
    assert_eq!(member.reasons["truncated"], missing, "{}", member.reason);
    assert!(member.reason.contains(&format!("at offset {}", 512 + 10_000)), "{}", member.reason);
    assert_eq!(at(&sources, "x.tar").quarantined, 1, "the same bytes are lost once");
}

#[test]
fn a_zip_archive_in_one_that_was_cut_off_is_read_as_far_as_it_goes() {
    let text = log("kvm07", 1, 30_000);
    let other = log("kvm08", 9, 30_000);
    let inner = zip(&[("a.log", text.as_bytes()), ("b.log", other.as_bytes())], false);
    let outer = xz(&tar(&[("in.zip", &inner)]));
    let sources = read_file("x.tar.xz", &outer[..outer.len() * 19 / 20]);
    assert_eq!(at(&sources, "x.tar.xz!/in.zip!/a.log").understood, 30_000);
    let second = at(&sources, "x.tar.xz!/in.zip!/b.log");
    assert!(second.understood > 5000 && second.quarantined > 0, "{}", second.reason);
}
