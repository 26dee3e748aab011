//! Collections as tools and people make them: whose a file is, and what belongs together.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use coroner::clock::{self, SelHint, SourceView};
use coroner::config::Config;
use coroner::ingest::attribution::attribute;
use coroner::model::record::SourceFacts;

use crate::packer::{gzip, tar, xz, zip};
use crate::{Handed, log, read_file};

const DMESG: &str = "[    0.000000] Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org)\n\
                     [    0.000001] Command line: BOOT_IMAGE=/vmlinuz root=/dev/sda1\n\
                     [    1.500000] scsi host0: ahci\n[    2.000000] EXT4-fs (sda1): mounted filesystem\n";
const SEL: &str = "   1 | 03/01/2025 | 10:00:00 | Power Supply #0x51 | Power Supply AC lost | Asserted\n\
                   \x20  2 | 03/01/2025 | 10:00:05 | Power Supply #0x51 | Power Supply AC lost | Deasserted\n";

/// Path and host of every source, where it has one.
fn hosts(sources: &[SourceFacts]) -> Vec<(&str, Option<String>)> {
    let found = attribute(sources, &Config::default());
    sources.iter().map(|source| source.path.as_str()).zip(found.source_host).collect()
}

#[track_caller]
fn assert_host(sources: &[SourceFacts], path: &str, host: Option<&str>) {
    let hosts = hosts(sources);
    let (_, found) =
        hosts.iter().find(|(at, _)| *at == path).unwrap_or_else(|| panic!("{path} in {hosts:?}"));
    assert_eq!(found.as_deref(), host, "{path}");
}

#[test]
fn a_hostname_file_names_the_host_of_its_tree_only() {
    let root = "case-4711/";
    let files: [(String, &str); 5] = [
        (format!("{root}etc/hostname"), "kvm07.example.org\n"),
        (format!("{root}sos_commands/host/hostname"), "kvm07\n"),
        (format!("{root}sos_commands/kernel/dmesg"), DMESG),
        (format!("{root}sos_commands/ipmitool/ipmitool_sel_list"), SEL),
        ("elsewhere/dmesg".to_owned(), DMESG),
    ];
    let members: Vec<(&str, &[u8])> =
        files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let sources = read_file("sosreport.tar.xz", xz(&tar(&members)));
    for path in ["sos_commands/kernel/dmesg", "sos_commands/ipmitool/ipmitool_sel_list"] {
        assert_host(&sources, &format!("sosreport.tar.xz!/{root}{path}"), Some("kvm07"));
    }
    assert_host(&sources, "sosreport.tar.xz!/elsewhere/dmesg", Some("elsewhere"));
    let mut handed = Handed::new();
    for (name, text) in &files[..4] {
        handed = handed.file(name.strip_prefix(root).unwrap(), text);
    }
    assert_host(&handed.read(), "sos_commands/kernel/dmesg", Some("kvm07"));
}

#[test]
fn hostname_files_that_disagree_are_not_believed() {
    let sources = Handed::new()
        .file("data/etc/hostname", "kvm07\n")
        .file("data/hostname", "kvm08\n")
        .file("data/sel.txt", SEL)
        .read();
    assert_host(&sources, "data/sel.txt", None);
}

#[test]
fn a_word_in_a_file_of_another_name_is_no_host() {
    let sources = Handed::new().file("data/release", "bookworm\n").file("data/sel.txt", SEL).read();
    assert!(sources.iter().all(|source| source.path == "data/sel.txt" || source.records.is_empty()));
    assert_host(&sources, "data/sel.txt", None);
}

#[test]
fn names_of_collections_name_hosts_and_service_tags_do_not() {
    for (name, path, host) in [
        ("kvm07-logs.zip", "var/log/dmesg", Some("kvm07")),
        ("sosreport-web-db-01-2025-03-01-qwertyu.zip", "dmesg", Some("web-db-01")),
        ("TSR20250301_ABC1234.zip", "tsr/sel.txt", None),
        ("logs-2025-03-01.zip", "proc/messages", None),
    ] {
        let text = if path.ends_with("sel.txt") { SEL } else { DMESG };
        let sources = read_file(name, zip(&[(path, text.as_bytes())], true));
        assert_host(&sources, &format!("{name}!/{path}"), host);
    }
    let sources = Handed::new()
        .file("inventory.csv", "host,model,serial\nabc1234,R750,X\nkvm07,R730,Y\n")
        .file("TSR20250301_ABC1234.zip", zip(&[("tsr/sel.txt", SEL.as_bytes())], true))
        .file("from-kvm07-yesterday.zip", zip(&[("dmesg", DMESG.as_bytes())], true))
        .read();
    assert_host(&sources, "TSR20250301_ABC1234.zip!/tsr/sel.txt", Some("abc1234"));
    assert_host(&sources, "from-kvm07-yesterday.zip!/dmesg", Some("kvm07"));
}

#[test]
fn the_same_log_in_a_folder_and_in_an_archive_is_known_to_be_one() {
    let text = log("kvm07", 1, 500);
    let sources = Handed::new()
        .file("kvm07/kern.log", &text)
        .file("kvm07/kern.log.copy.gz", gzip(text.as_bytes()))
        .file("kvm07-logs.tgz", gzip(&tar(&[("var/log/kern.log", text.as_bytes())])))
        .file("kvm08/kern.log", log("kvm08", 1, 500))
        .read();
    let found = attribute(&sources, &Config::default());
    let copies: Vec<&str> = found.copies.iter().map(|(copy, _)| sources[*copy].path.as_str()).collect();
    assert_eq!(copies, ["kvm07/kern.log", "kvm07/kern.log.copy.gz"]);
    assert!(found.copies.iter().all(|(_, first)| sources[*first].path == "kvm07-logs.tgz!/var/log/kern.log"));
}

/// Lines of a log, one each hour, with the month and day of each.
fn hours(from: &str, hours: i64) -> String {
    let from: DateTime<Utc> = from.parse().unwrap();
    let line = |hour: i64| {
        let at = from + chrono::TimeDelta::minutes(hour * 10);
        format!("{} kvm07 kernel: [{hour}.000000] usb 1-1: new device\n", at.format("%b %e %H:%M:%S"))
    };
    (0..hours * 6).map(line).collect()
}

/// From when to when the sources show activity, in UTC, in order of time.
fn activity(sources: &[SourceFacts]) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let views: Vec<SourceView<'_>> = sources
        .iter()
        .map(|source| SourceView {
            path: &source.path,
            host: Some("kvm07"),
            records: &source.records,
            runs: &source.activity,
            modified: source.modified,
            is_sel: false,
            is_of_host_alone: false,
        })
        .collect();
    let clocks =
        clock::resolve(&views, &Config::default(), &|_| SelHint::Other, &|name| Some(name.to_owned()));
    let mut runs: Vec<_> =
        clocks.sources.iter().flat_map(|times| times.runs.iter().flatten().copied()).collect();
    runs.sort_unstable();
    // Parts that follow each other within the hour are one.
    runs.dedup_by(|next, run| {
        let follows = next.0 - run.1 <= chrono::TimeDelta::hours(1);
        if follows {
            run.1 = next.1;
        }
        follows
    });
    runs
}

#[test]
fn a_rotated_log_reads_and_dates_like_one_file_in_a_folder_and_in_an_archive() {
    let (oldest, old, new) = (
        hours("2023-12-20T00:00:00Z", 96),
        hours("2023-12-24T00:00:00Z", 240),
        hours("2024-01-03T00:00:00Z", 60),
    );
    let whole = [oldest.as_str(), &old, &new].concat();
    let written = [1_703_376_000_u64, 1_704_240_000, 1_704_456_000];
    let touch = |path: &Path, seconds: u64| {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        fs::File::options().write(true).open(path).unwrap().set_modified(at).unwrap();
    };
    let one = Handed::new().file("kern.log", &whole);
    touch(&one.path().join("kern.log"), written[2]);
    let expected = activity(&one.read());
    let span = |from: &str, to: &str| (from.parse().unwrap(), to.parse().unwrap());
    assert_eq!(expected, [span("2023-12-20T00:00:00Z", "2024-01-05T11:50:00Z")]);
    for [newer, middle, older] in [
        ["kern.log", "kern.log.1.gz", "kern.log.2.xz"],
        ["kern.log", "kern.log-20240103.gz", "kern.log-20231224.xz"],
        ["kern.log", "kern.log-2024-01-03.gz", "kern.log-2023-12-24.xz"],
    ] {
        let parts = [
            (older, xz(oldest.as_bytes())),
            (middle, gzip(old.as_bytes())),
            (newer, new.clone().into_bytes()),
        ];
        let mut folder = Handed::new();
        for (name, content) in &parts {
            folder = folder.file(name, content);
        }
        for ((name, _), at) in parts.iter().zip(written) {
            touch(&folder.path().join(name), at);
        }
        assert_eq!(activity(&folder.read()), expected, "{middle} in a folder");
        let mut archive = tar::Builder::new(Vec::new());
        for ((name, content), at) in parts.iter().zip(written) {
            let mut header = tar::Header::new_ustar();
            header.set_size(content.len() as u64);
            header.set_mtime(at);
            archive.append_data(&mut header, format!("var/log/{name}"), &content[..]).unwrap();
        }
        // The archive itself is copied years later.
        let sources = read_file("kvm07.tar.gz", gzip(&archive.into_inner().unwrap()));
        assert_eq!(sources.len(), 3);
        assert_eq!(activity(&sources), expected, "{middle} in an archive");
    }
}
