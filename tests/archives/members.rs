//! Members of archives: every kind of archive and of member, in order, whole or broken.

use std::io::Read;

use coroner::ingest::discover::discover;
use coroner::ingest::reread;

use crate::packer::{END_OF_TAR, PACKINGS, WRITTEN, gzip, push_raw, raw_header, tar, xz, zip};
use crate::{Handed, at, log, paths, read_file};

#[test]
fn members_are_sources_of_their_own_in_the_order_of_their_paths() {
    let (b, a) = (log("kvm07", 1, 3000), log("kvm07", 9, 200));
    let files: [(&str, &[u8]); 3] =
        [("./var/log/b.log", b.as_bytes()), ("var/log/a.log.gz", &gzip(a.as_bytes())), ("empty", b"")];
    let mut archives = vec![tar(&files), zip(&files, true), zip(&files, false)];
    archives.extend(PACKINGS.map(|(_, pack)| pack(&tar(&files))));
    for archive in archives {
        let sources = read_file("kvm07.tar", &archive);
        assert_eq!(
            paths(&sources),
            ["kvm07.tar!/empty", "kvm07.tar!/var/log/a.log.gz", "kvm07.tar!/var/log/b.log"]
        );
        assert_eq!(sources[1].parsed, a.len() as u64);
        assert_eq!(sources[2].parsed, b.len() as u64);
        let modified = sources[2].modified.unwrap();
        assert_eq!(modified, WRITTEN as i64, "the member's own time of writing");
    }
}

#[test]
fn archives_within_archives_are_taken_apart() {
    let text = log("kvm07", 1, 3000);
    let inner = zip(&[("logs/kern.log.xz", &xz(text.as_bytes()))], true);
    let middle = gzip(&tar(&[("deep/inner.zip", &inner), ("deep/again.zip", &inner)]));
    let outer = zip(&[("collection/middle.tgz", &middle)], false);
    let sources = read_file("outer.zip", outer);
    let expected = [
        "outer.zip!/collection/middle.tgz!/deep/again.zip!/logs/kern.log.xz",
        "outer.zip!/collection/middle.tgz!/deep/inner.zip!/logs/kern.log.xz",
    ];
    assert_eq!(paths(&sources), expected);
    assert!(sources.iter().all(|source| source.parsed == text.len() as u64));
}

#[test]
fn long_names_of_gnu_and_pax_are_read_and_sizes_of_pax_hold() {
    let text = log("kvm07", 1, 10);
    let folder = "a-long-name/".repeat(20);
    let mut archive = Vec::new();
    push_raw(&mut archive, b"././@LongLink", b'L', format!("{folder}gnu.log\0").as_bytes());
    push_raw(&mut archive, b"cut-name", b'0', text.as_bytes());
    let record = |key: &str, value: &str| {
        let body = format!(" {key}={value}\n");
        let length = (body.len()..).find(|n| n.to_string().len() + body.len() == *n).unwrap();
        format!("{length}{body}")
    };
    let size = text.len().to_string();
    let records =
        [record("path", &format!("{folder}pax.log")), record("size", &size), record("mtime", "86400.5")];
    push_raw(&mut archive, b"PaxHeaders/x", b'x', records.concat().as_bytes());
    archive.extend_from_slice(&raw_header(b"cut-name", b'0', 0));
    archive.extend_from_slice(text.as_bytes());
    archive.resize(archive.len().next_multiple_of(512), 0);
    push_raw(&mut archive, b"PaxHeaders/x", b'x', record("GNU.sparse.major", "1").as_bytes());
    push_raw(&mut archive, b"sparse", b'0', b"1\n0\n512\n");
    archive.extend_from_slice(&END_OF_TAR);
    let sources = read_file("x.tar", archive);
    assert_eq!(at(&sources, &format!("x.tar!/{folder}gnu.log")).parsed, text.len() as u64);
    let pax = at(&sources, &format!("x.tar!/{folder}pax.log"));
    assert_eq!((pax.parsed, pax.modified), (text.len() as u64, Some(86_400)));
    assert_eq!(at(&sources, "x.tar!/sparse").reason, "packed as a sparse file");
    assert_eq!(sources.len(), 3);
}

#[test]
fn names_out_of_the_archive_write_nothing_and_are_shown_escaped() {
    let text = log("kvm07", 1, 10);
    let names: [(&[u8], &str); 8] = [
        (b"../../escape.log", "../../escape.log"),
        (b"/etc/absolute.log", "etc/absolute.log"),
        (b"back\\slash\\..\\x.log", "back\\slash\\..\\x.log"),
        (b"latin-\xe9.log", "latin-\\xe9.log"),
        (b"line\nbreak\x1b[31m.log", "line\\u{a}break\\u{1b}[31m.log"),
        ("rtl-\u{202e}gol".as_bytes(), "rtl-\\u{202e}gol"),
        (b"a/./b//c.log", "a/b/c.log"),
        (b"C:/windows.log", "C:/windows.log"),
    ];
    let mut archive = Vec::new();
    for (name, _) in names {
        push_raw(&mut archive, name, b'0', text.as_bytes());
    }
    archive.extend_from_slice(&END_OF_TAR);
    let handed = Handed::new().file("in/x.tar", &archive);
    let sources = handed.read();
    for (_, shown) in names {
        assert_eq!(at(&sources, &format!("in/x.tar!/{shown}")).parsed, text.len() as u64, "{shown}");
    }
    let zipped = zip(&[("../escape.log", text.as_bytes()), ("a\\b.log", text.as_bytes())], true);
    let sources = read_file("x.zip", zipped);
    assert_eq!(paths(&sources), ["x.zip!/../escape.log", "x.zip!/a/b.log"]);
    let mut left: Vec<_> =
        std::fs::read_dir(handed.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    left.extend(std::fs::read_dir(handed.path().join("in")).unwrap().map(|e| e.unwrap().file_name()));
    assert_eq!(left, ["in", "x.tar"], "nothing was written");
}

#[test]
fn members_that_are_no_files_are_left_out_with_a_reason() {
    let mut archive = Vec::new();
    for (name, kind) in
        [("folder/", b'5'), ("soft", b'2'), ("hard", b'1'), ("null", b'3'), ("disk", b'4'), ("fifo", b'6')]
    {
        push_raw(&mut archive, name.as_bytes(), kind, b"");
    }
    archive.extend_from_slice(&END_OF_TAR);
    let sources = read_file("x.tar", archive);
    let reasons: Vec<(&str, &str)> = sources.iter().map(|s| (s.path.as_str(), s.reason.as_str())).collect();
    let expected = [
        ("x.tar!/disk", "not a regular file"),
        ("x.tar!/fifo", "not a regular file"),
        ("x.tar!/hard", "hard link to another member of the archive"),
        ("x.tar!/null", "not a regular file"),
        ("x.tar!/soft", "symbolic link in an archive"),
    ];
    assert_eq!(reasons, expected);
    let empty = read_file("x.tar", tar(&[]));
    assert_eq!(empty[0].bytes, 1024, "an archive of nothing is zeros");
    let empty = read_file("x.zip", zip(&[], true));
    assert_eq!(empty[0].reason, "an archive without files");
}

#[test]
fn all_members_with_one_path_are_read_under_paths_of_their_own() {
    let (older, newer) = (log("kvm07", 1, 10), log("kvm07", 1, 20));
    let contents = [&older, &newer, &newer];
    let mut archive = Vec::new();
    for content in contents {
        push_raw(&mut archive, b"var/kern.log", b'0', content.as_bytes());
    }
    archive.extend_from_slice(&END_OF_TAR);
    for archive in [archive, zip(&contents.map(|content| ("var/kern.log", content.as_bytes())), true)] {
        let handed = Handed::new().file("x.tar", archive);
        let sources = handed.read();
        let read: Vec<(&str, u64)> = sources.iter().map(|s| (s.path.as_str(), s.understood)).collect();
        let expected = [
            ("x.tar!/(copy 2)/var/kern.log", 20),
            ("x.tar!/(copy 3)/var/kern.log", 20),
            ("x.tar!/var/kern.log", 10),
        ];
        assert_eq!(read, expected);
        let found = coroner::ingest::attribution::attribute(&sources, &coroner::config::Config::default());
        assert_eq!(found.copies, [(1, 0)], "identical bytes count once");
        let (found, _) = discover(&[handed.path().to_path_buf()]);
        for (path, content) in
            ["x.tar!/var/kern.log", "x.tar!/(copy 2)/var/kern.log"].into_iter().zip(contents)
        {
            let mut bytes = String::new();
            reread::open(&found, path).unwrap().unwrap().read_to_string(&mut bytes).unwrap();
            assert!(bytes == *content, "{path}");
        }
    }
    let many: Vec<(&str, &[u8])> = vec![("kern.log", b"x"); 20_000];
    assert_eq!(read_file("x.tar", tar(&many)).len(), 20_000);
}

#[test]
fn of_two_inventories_with_one_path_the_later_one_counts() {
    let mut archive = Vec::new();
    for model in ["R730", "R750"] {
        let text = format!("host,model\nkvm07,{model}\nkvm08,{model}\n");
        push_raw(&mut archive, b"inventory.csv", b'0', text.as_bytes());
    }
    archive.extend_from_slice(&END_OF_TAR);
    let knowledge = coroner::knowledge::Knowledge::shipped().unwrap();
    let options = coroner::pipeline::Options::default();
    let config = coroner::config::Config::default();
    let sources = read_file("x.tar", archive);
    let report = coroner::pipeline::analyze(sources, &config, &knowledge, &options).report;
    assert_eq!(report.host_factors["kvm07"]["model"], "R750");
}

#[test]
fn a_broken_tar_archive_is_read_around_the_break() {
    let text = log("kvm07", 1, 300);
    let whole = tar(&[("a.log", text.as_bytes()), ("b.log", text.as_bytes()), ("c.log", text.as_bytes())]);
    let second = 512 + text.len().next_multiple_of(512);
    let mut damaged = whole.clone();
    damaged[second + 10] ^= 0xff;
    let sources = read_file("x.tar", damaged);
    assert_eq!(paths(&sources), ["x.tar", "x.tar!/a.log", "x.tar!/c.log"]);
    assert!(sources[0].reason.contains("belong to no member") && sources[0].quarantined > 512);
    let sources = read_file("x.tar", &whole[..second + 2048]);
    let cut = at(&sources, "x.tar!/b.log");
    assert!(cut.understood > 10 && cut.reasons.contains_key("truncated"), "{:?}", cut.reasons);
    assert!(at(&sources, "x.tar").reason.contains("cut off"));
    let sources = read_file("x.tar.gz", &gzip(&whole)[..700]);
    assert!(at(&sources, "x.tar.gz").quarantined == 1);
    assert!(at(&sources, "x.tar.gz!/a.log").understood > 0);
    let two = [whole.clone(), whole].concat();
    assert_eq!(read_file("x.tar", two).len(), 6, "archives behind each other are read");
}

#[test]
fn a_broken_zip_archive_is_stated() {
    let text = log("kvm07", 1, 3000);
    let whole = zip(&[("a.log", text.as_bytes()), ("b.log", text.as_bytes())], true);
    let directory = whole.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    let mut spoilt = whole.clone();
    spoilt[60..70].iter_mut().for_each(|byte| *byte ^= 0x55);
    let sources = read_file("x.zip", spoilt);
    assert!(at(&sources, "x.zip!/a.log").quarantined > 0);
    assert_eq!(at(&sources, "x.zip!/b.log").parsed, text.len() as u64);
    for length in [whole.len() - 10, directory + 20, directory / 2, 40, 8] {
        let sources = read_file("x.zip", &whole[..length]);
        assert!(at(&sources, "x.zip").quarantined > 0, "cut after {length}");
    }
    let mut no_entry = whole.clone();
    no_entry[directory] = b'X';
    assert!(at(&read_file("x.zip", no_entry), "x.zip").quarantined > 0);
}

#[test]
fn encrypted_members_are_left_out_and_the_others_read() {
    let text = log("kvm07", 1, 30);
    let mut archive = zip(&[("secret.log", text.as_bytes()), ("plain.log", text.as_bytes())], true);
    // Bit 0 of the flags, in the header of the member and in the directory.
    archive[6] |= 1;
    let directory = archive.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    archive[directory + 8] |= 1;
    let sources = read_file("x.zip", archive);
    assert_eq!(at(&sources, "x.zip!/secret.log").reason, "packed with a password");
    assert_eq!(at(&sources, "x.zip!/plain.log").parsed, text.len() as u64);
}

#[test]
fn what_an_earlier_run_wrote_is_passed_over_in_archives_too() {
    let text = log("kvm07", 1, 30);
    let archive = tar(&[
        ("case/kern.log", text.as_bytes()),
        ("case/coroner-report/findings.json", b"{}"),
        ("case/coroner-report/report.html", b"<p>"),
        ("case/coroner-report/facts/x.csv", b"host,time\n"),
    ]);
    assert_eq!(paths(&read_file("x.tar", archive)), ["x.tar!/case/kern.log"]);
}

#[test]
fn the_bytes_of_a_member_can_be_shown() {
    let text = log("kvm07", 1, 3000);
    let archive = gzip(&tar(&[("a", b"other"), ("kern.log.xz", &xz(text.as_bytes()))]));
    let handed = Handed::new().file("x.tgz", archive);
    let (found, _) = discover(&[handed.path().to_path_buf()]);
    let mut bytes = Vec::new();
    reread::open(&found, "x.tgz!/kern.log.xz").unwrap().unwrap().read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, text.as_bytes());
    assert!(reread::open(&found, "x.tgz!/nothing").unwrap().is_none());
    assert!(reread::open(&found, "y.tgz").unwrap().is_none());
    assert_eq!(reread::names(&found), ["x.tgz!/a", "x.tgz!/kern.log.xz"]);
}
