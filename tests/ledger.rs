//! Every byte of every source has one fate, whatever the bytes are, and no reader panics.

use std::io::Write;
use std::sync::OnceLock;

use coroner::ingest::drive::read_bytes;
use coroner::ingest::formats;
use coroner::knowledge::Knowledge;
use coroner::model::record::{SourceFacts, SourceId};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

mod evidence;

use evidence::fixtures::fixtures_of;
use evidence::{Evidence, Log};

fn knowledge() -> &'static Knowledge {
    static KNOWLEDGE: OnceLock<Knowledge> = OnceLock::new();
    KNOWLEDGE.get_or_init(|| Knowledge::shipped().unwrap())
}

fn take(content: &[u8]) -> SourceFacts {
    read_bytes(SourceId(0), "some-file", content, knowledge())
}

/// The account adds up, no reader panicked, and every record lies inside the source.
#[track_caller]
fn assert_sound(facts: &SourceFacts, len: usize) {
    assert_eq!(facts.bytes, len as u64, "{:?}", facts.reasons);
    assert_eq!(facts.parsed + facts.ignored + facts.quarantined, facts.bytes);
    let named: u64 = facts.reasons.values().sum();
    assert_eq!(named, facts.ignored + facts.quarantined, "every byte left out has a reason");
    assert!(!facts.reasons.contains_key("reader panicked"), "{:?} {:?}", facts.format, facts.quoted);
    for record in &facts.records {
        assert!(record.span.offset + record.span.len <= facts.bytes, "{:?}", record.span);
    }
    for quote in &facts.quoted {
        assert!(!quote.text.chars().any(char::is_control) && quote.text.chars().count() <= 160 * 10);
    }
}

/// One fixture of every format: the shortest, so that mutations hit it everywhere.
fn specimens() -> &'static Vec<(String, Vec<u8>)> {
    static SPECIMENS: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    SPECIMENS.get_or_init(|| {
        let of = |id: &str| fixtures_of(id).into_iter().filter(|(_, bytes)| bytes.len() > 200);
        let shortest = |id: &str| of(id).min_by_key(|(_, bytes)| bytes.len());
        let ids = formats::all().map(|format| format.id());
        ids.map(|id| shortest(id).or_else(|| fixtures_of(id).pop()).expect("every format has a fixture"))
            .collect()
    })
}

#[derive(Debug, Clone)]
enum Mutation {
    Flip { at: usize, bits: u8 },
    Cut { from: usize, len: usize },
    Nuls { at: usize, len: usize },
    Repeat { from: usize, len: usize, times: usize },
    Write { at: usize, bytes: Vec<u8> },
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let hostile = proptest::sample::select(vec![
        b"\xff\xfe".to_vec(),
        b"\xc3".to_vec(),
        "\u{202e}\u{e9}\u{1F4A9}".as_bytes().to_vec(),
        b"\r\n\r\n".to_vec(),
        b"\"".to_vec(),
        b"99999999999999999999".to_vec(),
        b"31.12.262142 23:59:59".to_vec(),
        b"-1".to_vec(),
        b"[ 18446744073709.551615]".to_vec(),
        b" | ".to_vec(),
        b",,;;\t\t".to_vec(),
        b"{\"a\":[[[[".to_vec(),
        b"Feb 29 23:59:60 ".to_vec(),
        b"+99:99".to_vec(),
    ]);
    prop_oneof![
        (any::<usize>(), 1..=255_u8).prop_map(|(at, bits)| Mutation::Flip { at, bits }),
        (any::<usize>(), 0..300_usize).prop_map(|(from, len)| Mutation::Cut { from, len }),
        (any::<usize>(), 1..64_usize).prop_map(|(at, len)| Mutation::Nuls { at, len }),
        (any::<usize>(), 1..200_usize, 1..40_usize).prop_map(|(from, len, times)| Mutation::Repeat {
            from,
            len,
            times
        }),
        (any::<usize>(), hostile).prop_map(|(at, bytes)| Mutation::Write { at, bytes }),
    ]
}

fn mutate(content: &mut Vec<u8>, mutation: &Mutation) {
    let place = |at: usize, len: usize| if len == 0 { 0 } else { at % len };
    let len = content.len();
    match mutation {
        Mutation::Flip { at, bits } if len > 0 => content[place(*at, len)] ^= bits,
        Mutation::Flip { .. } => {}
        Mutation::Cut { from, len: count } => {
            let from = place(*from, len);
            content.drain(from..(from + count).min(len));
        }
        Mutation::Nuls { at, len: count } => {
            let at = place(*at, len);
            content.splice(at..at, std::iter::repeat_n(0, *count));
        }
        Mutation::Repeat { from, len: count, times } => {
            let from = place(*from, len);
            let piece = content[from..(from + count).min(len)].repeat(*times);
            content.splice(from..from, piece);
        }
        Mutation::Write { at, bytes } => {
            let at = place(*at, len);
            content.splice(at..at, bytes.iter().copied());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_all_accounted_for(content in proptest::collection::vec(any::<u8>(), 0..3000)) {
        assert_sound(&take(&content), content.len());
    }

    #[test]
    fn random_text_is_all_accounted_for(lines in proptest::collection::vec("\\PC{0,60}", 0..40)) {
        let content = lines.join("\n");
        assert_sound(&take(content.as_bytes()), content.len());
    }

    #[test]
    fn damaged_sources_of_every_format_are_all_accounted_for(
        specimen in 0..specimens().len(),
        mutations in proptest::collection::vec(mutation(), 1..6),
    ) {
        let mut content = specimens()[specimen].1.clone();
        for mutation in &mutations {
            mutate(&mut content, mutation);
        }
        assert_sound(&take(&content), content.len());
    }

    #[test]
    fn whole_sources_cut_anywhere_are_all_accounted_for(specimen in 0..specimens().len(), at in any::<usize>()) {
        let content = &specimens()[specimen].1;
        let cut = &content[..at % (content.len() + 1)];
        assert_sound(&take(cut), cut.len());
    }

    #[test]
    fn damaged_evidence_never_stops_the_analysis(
        specimen in 0..specimens().len(),
        mutations in proptest::collection::vec(mutation(), 1..6),
    ) {
        let mut content = specimens()[specimen].1.clone();
        for mutation in &mutations {
            mutate(&mut content, mutation);
        }
        let report = evidence::analyse(vec![take(&content)], &coroner::config::Config::default());
        prop_assert_eq!(report.totals.bytes, content.len() as u64);
    }
}

#[test]
fn every_good_fixture_is_accounted_for_as_it_is_and_behind_gzip() {
    for format in formats::all() {
        for (path, content) in fixtures_of(format.id()) {
            assert_sound(&take(&content), content.len());
            if coroner::ingest::utf16::byte_order(&content).is_some() {
                // Files of UTF-16 are counted in UTF-8, as packed ones are counted unpacked.
                continue;
            }
            let packed = Evidence::new().file("some-file.gz", gzip(&content));
            let facts = packed.read().remove(0);
            assert_eq!(facts.bytes, content.len() as u64, "{path}");
            assert_eq!(facts.digest, take(&content).digest, "the hash is of the unpacked content");
        }
    }
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_truncated_gzip_file_is_read_up_to_the_break_and_the_break_shows() {
    let text = Log::of("kvm01").busy("2025-03-01 00:00:00", "2025-03-20 00:00:00").text;
    let packed = gzip(text.as_bytes());
    for cut in [packed.len() - 4, packed.len() / 2, 30, 11] {
        let facts = Evidence::new().file("kern.log.gz", &packed[..cut]).read().remove(0);
        assert_eq!(facts.parsed + facts.ignored + facts.quarantined, facts.bytes);
        assert!(facts.quarantined > 0 && facts.reasons.contains_key("truncated"), "{:?}", facts.reasons);
    }
    let half = Evidence::new().file("kern.log.gz", &packed[..packed.len() / 2]).read().remove(0);
    assert!(half.understood > 1000, "{} lines before the break", half.understood);
}

#[test]
fn a_gzip_file_of_several_members_is_one_log() {
    let first = Log::of("kvm01").busy("2025-03-01 00:00:00", "2025-03-02 00:00:00").text;
    let second = Log::of("kvm01").busy("2025-03-02 00:00:00", "2025-03-03 00:00:00").text;
    let joined = [gzip(first.as_bytes()), gzip(second.as_bytes())].concat();
    let facts = Evidence::new().file("kern.log.gz", joined).read().remove(0);
    assert_eq!((facts.bytes, facts.quarantined), ((first.len() + second.len()) as u64, 0));
}

#[test]
fn an_empty_file_and_a_file_of_zeros_are_named_as_such() {
    let empty = take(b"");
    assert_sound(&empty, 0);
    assert_eq!((empty.format, empty.reason.as_str()), (None, "empty file"));
    let zeros = take(&[0; 200_000]);
    assert_sound(&zeros, 200_000);
    assert_eq!((zeros.format, zeros.reason.as_str()), (None, "nothing but zero bytes"));
    assert_eq!(zeros.quarantined, 0);
}

#[test]
fn a_binary_file_is_left_out_whole() {
    let elf: Vec<u8> =
        b"\x7fELF\x02\x01\x01\0".iter().copied().chain((0..100_000_u32).map(|n| (n * 7) as u8)).collect();
    let facts = take(&elf);
    assert_sound(&facts, elf.len());
    assert_eq!((facts.format, facts.ignored), (None, elf.len() as u64));
}

#[test]
fn a_line_of_three_mebibytes_is_passed_over_and_the_next_is_read() {
    let before = Log::of("kvm01").busy("2025-03-01 00:00:00", "2025-03-02 00:00:00").text;
    let long = format!("2025-03-02T00:00:00+00:00 kvm01 app: {}\n", "x".repeat(3 << 20));
    let after =
        Log::of("kvm01").kernel("2025-03-02 00:01:00", "Kernel panic - not syncing: Fatal exception").text;
    let content = [before.as_str(), &long, &after].concat();
    let facts = take(content.as_bytes());
    assert_sound(&facts, content.len());
    assert_eq!(facts.reasons.get("too long"), Some(&(long.len() as u64)));
    assert!(facts.records.iter().any(|record| format!("{:?}", record.body).contains("kernel-panic")));
}

#[test]
#[ignore = "writes a file that unpacks to one gigabyte"]
fn a_line_of_a_gigabyte_is_passed_over_in_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kern.log.gz");
    let mut encoder = GzEncoder::new(std::fs::File::create(&path).unwrap(), Compression::fast());
    encoder
        .write_all(Log::of("kvm01").busy("2025-03-01 00:00:00", "2025-03-02 00:00:00").text.as_bytes())
        .unwrap();
    encoder.write_all(b"2025-03-02T00:00:00+00:00 kvm01 app: ").unwrap();
    for _ in 0..1024 {
        encoder.write_all(&vec![b'x'; 1 << 20]).unwrap();
    }
    encoder.write_all(b"\n").unwrap();
    encoder.finish().unwrap();
    let facts = evidence::read(&[folder.path().to_path_buf()]).remove(0);
    assert_eq!(facts.parsed + facts.ignored + facts.quarantined, facts.bytes);
    assert!(facts.bytes > 1 << 30 && facts.understood > 200);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak_kib: u64 = peak.and_then(|text| text.split_whitespace().next()?.parse().ok()).unwrap_or(0);
    assert!(peak_kib < 512 * 1024, "{peak_kib} KiB were in use at the peak");
}

#[cfg(unix)]
mod odd_files {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::Command;

    use super::*;

    #[test]
    fn a_loop_of_links_ends() {
        let evidence = Evidence::new().file("hosts/kvm01/kern.log", "2025-03-01T00:00:00Z kvm01 app: up\n");
        symlink(evidence.path(), evidence.path().join("hosts/all")).unwrap();
        symlink("self", evidence.path().join("self")).unwrap();
        symlink("nowhere", evidence.path().join("gone.log")).unwrap();
        let read = evidence.read();
        let reason = |path: &str| read.iter().find(|source| source.path == path).unwrap().reason.clone();
        assert_eq!(read.len(), 4);
        assert_eq!(reason("hosts/all"), "symbolic link to a folder");
        assert!(reason("self").starts_with("cannot be opened"));
        assert!(reason("gone.log").starts_with("cannot be opened"));
        assert_eq!(reason("hosts/kvm01/kern.log"), "");
    }

    #[test]
    fn a_pipe_in_the_folder_does_not_block() {
        let evidence = Evidence::new().file("kern.log", "2025-03-01T00:00:00Z kvm01 app: up\n");
        let made = Command::new("mkfifo").arg(evidence.path().join("pipe")).status().unwrap();
        assert!(made.success());
        let read = evidence.read();
        assert_eq!(read.len(), 2);
        assert_eq!((read[1].path.as_str(), read[1].reason.as_str()), ("pipe", "not a regular file"));
    }

    #[test]
    fn a_file_that_may_not_be_read_is_named_and_the_rest_is_read() {
        let evidence = Evidence::new()
            .file("kern.log", "2025-03-01T00:00:00Z kvm01 app: up\n")
            .file("secret.log", "2025-03-01T00:00:00Z kvm02 app: up\n");
        let secret = evidence.path().join("secret.log");
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o0)).unwrap();
        if std::fs::File::open(&secret).is_ok() {
            return; // The superuser may read everything.
        }
        let report = evidence.analyse();
        assert!(report.fleet_findings.iter().any(|finding| finding.id == "file-unreadable"));
        assert_eq!(report.hosts, ["kvm01"]);
    }

    #[test]
    fn a_path_that_is_not_utf_8_is_shown_escaped() {
        let evidence = Evidence::new();
        let name = OsStr::from_bytes(b"kvm01\xff\x1b[2J.log");
        std::fs::write(evidence.path().join(name), "2025-03-01T00:00:00Z kvm01 app: up\n").unwrap();
        let read = evidence.read();
        assert_eq!(read[0].path, "kvm01\\xff\\u{1b}[2J.log");
        assert_eq!(read[0].format.as_deref(), Some("syslog-rfc3339"));
    }
}

#[test]
fn a_path_that_does_not_exist_is_reported_and_not_read() {
    let evidence = Evidence::new();
    let (read, missing) =
        coroner::pipeline::ingest(&[evidence.path().join("nothing")], knowledge(), &|_| {}, &|| {});
    assert!(read.is_empty());
    assert_eq!(missing.len(), 1);
}

#[test]
fn times_at_the_edge_of_the_calendar_do_not_stop_the_analysis() {
    let journal = |micros: &str| {
        format!(
            "{{\"__REALTIME_TIMESTAMP\":\"{micros}\",\"_HOSTNAME\":\"kvm01\",\"SYSLOG_IDENTIFIER\":\"kernel\",\
             \"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"Linux version 6.1\"}}\n"
        )
    };
    for content in [
        journal("8210298412000000000"),
        journal("-8334601228800000000"),
        journal("0"),
        "host,time,cause\nkvm01,31.12.262142 23:00:00,power\nkvm02,01.01.2025 00:00:00,power\n".to_owned(),
        "host,time,cause\nkvm01,01.01.262142 23:00:00,power\n".to_owned(),
        "[8009999999999.000000] Linux version 6.1\n[8009999999999.100000] Linux version 6.1\n".to_owned(),
    ] {
        let evidence = Evidence::new().file("kvm01/some.log", &content);
        let report = evidence.analyse();
        assert_eq!(report.totals.bytes, content.len() as u64);
    }
}
