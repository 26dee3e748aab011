//! Boot history: what stands in the fixtures is what is read.

use coroner::ingest::Interest;
use coroner::ingest::drive::read_bytes;
use coroner::model::Stamp;
use coroner::model::record::{Body, BootMark, LogLine, SourceFacts, SourceId};

use super::journal_writer::{Packed, long_message, two_boots};
use super::wtmp_writer::{HISTORY, wtmp};
use super::{Counts, take, take_fixture};

pub const COUNTS: Counts = &[
    ("formats/journalctl-list-boots-json/two-boots.json", 2, 2),
    ("formats/journalctl-list-boots/columns.txt", 2, 2),
    ("formats/journalctl-list-boots/joined-by-a-dash.txt", 4, 3),
    ("formats/linux-journal-binary/compact-zstd.journal", 10, 7),
    ("formats/linux-journal-binary/regular-lz4.journal", 10, 7),
    ("formats/linux-last-text/default.txt", 8, 6),
    ("formats/linux-last-text/extended-full.txt", 13, 8),
    ("formats/linux-last-text/failed-logins.txt", 4, 0),
    ("formats/linux-last-text/iso-host-last.txt", 13, 8),
    ("formats/linux-last-text/macos.txt", 9, 4),
    ("formats/linux-last-text/newest-rows.txt", 5, 4),
    ("formats/linux-last-text/nothing-but-the-end.txt", 1, 0),
    ("formats/linux-last-text/reboots-only.txt", 5, 6),
    ("formats/linux-utmpdump-text/iso.txt", 13, 8),
    ("formats/linux-utmpdump-text/local-time.txt", 10, 4),
    ("formats/linux-wtmp/arm64.wtmp", 6, 3),
    ("formats/linux-wtmp/big-endian.wtmp", 6, 3),
    ("formats/linux-wtmp/x86-64.wtmp", 6, 3),
];

/// The marks of a history in order, with their times as the source writes them.
fn marks(history: &SourceFacts) -> Vec<(BootMark, String)> {
    history
        .records
        .iter()
        .map(|record| match (&record.body, record.stamp) {
            (Body::Boot(mark), Stamp::Zoned(at)) => (*mark, at.format("%F %T%.f").to_string()),
            (Body::Boot(mark), Stamp::Local(at)) => (*mark, at.format("%F %T%.f").to_string()),
            (Body::Boot(mark), Stamp::Yearless { wraps, month, day, second_of_day }) => {
                let (hour, minute) = (second_of_day / 3600, second_of_day / 60 % 60);
                (*mark, format!("+{wraps}y {month:02}-{day:02} {hour:02}:{minute:02}"))
            }
            other => panic!("{other:?}"),
        })
        .collect()
}

fn named(expected: &[(BootMark, &str)]) -> Vec<(BootMark, String)> {
    expected.iter().map(|(mark, at)| (*mark, (*at).to_owned())).collect()
}

/// What [`HISTORY`] says, in UTC to the second.
const MARKS: [(BootMark, &str); 8] = [
    (BootMark::Boot, "2023-12-30 05:00:00"),
    (BootMark::Shutdown, "2024-01-02 05:00:00"),
    (BootMark::Boot, "2024-01-02 05:05:00"),
    (BootMark::Boot, "2024-03-29 12:00:00"),
    (BootMark::ClockOld, "2024-03-30 05:00:00"),
    (BootMark::ClockNew, "2024-03-30 05:01:00"),
    (BootMark::Shutdown, "2025-02-02 05:00:00"),
    (BootMark::Boot, "2025-02-02 06:00:00"),
];

fn to_the_second(marks: Vec<(BootMark, String)>) -> Vec<(BootMark, String)> {
    marks.into_iter().map(|(mark, at)| (mark, at[..19].to_owned())).collect()
}

#[test]
fn wtmp_of_every_architecture_gives_the_same_marks() {
    for file in ["x86-64", "arm64", "big-endian"] {
        let history = take_fixture(&format!("formats/linux-wtmp/{file}.wtmp"));
        let marks: Vec<BootMark> = marks(&history).into_iter().map(|(mark, _)| mark).collect();
        assert_eq!(marks, [BootMark::Boot, BootMark::Shutdown, BootMark::Boot], "{file}");
    }
    for (wide, big) in [(false, false), (false, true), (true, false), (true, true)] {
        let history = take("wtmp", &wtmp(HISTORY, wide, big));
        assert_eq!(history.format.as_deref(), Some("linux-wtmp"), "{wide} {big}");
        assert_eq!(to_the_second(marks(&history)), named(&MARKS), "{wide} {big}");
        assert_eq!((history.understood, history.parsed), (13, history.bytes), "{wide} {big}");
    }
}

#[test]
fn wtmp_says_what_utmpdump_says_of_it_to_the_microsecond() {
    // The fixture is utmpdump's own output for the same history.
    let printed = take_fixture("formats/linux-utmpdump-text/iso.txt");
    let binary = take("wtmp", &wtmp(HISTORY, false, false));
    assert_eq!(marks(&printed), marks(&binary));
    assert_eq!(marks(&binary)[0].1, "2023-12-30 05:00:00.123456");
}

#[test]
fn wtmp_is_read_behind_a_record_that_was_cut_short() {
    let whole = wtmp(HISTORY, false, false);
    let mut cut = whole[..384 * 4 + 100].to_vec();
    cut.extend_from_slice(&whole[384 * 5..]);
    let history = take("wtmp", &cut);
    let mut expected = named(&MARKS);
    // The record that was cut is the first shutdown.
    expected.remove(1);
    assert_eq!(to_the_second(marks(&history)), expected);
    assert_eq!(history.quarantined, 100);
}

#[test]
fn empty_records_and_odd_bytes_behind_wtmp_are_accounted_for() {
    let mut content = wtmp(&HISTORY[1..3], false, false);
    content.extend_from_slice(&[0; 384 * 2 + 1]);
    let history = take("wtmp.1", &content);
    assert_eq!((history.understood, history.ignored, history.quarantined), (2, 384 * 2 + 1, 0));
    assert!(history.records.is_empty());
}

#[test]
fn a_change_of_runlevel_is_a_shutdown_only_where_no_record_of_the_shutdown_follows() {
    let at = |second: i64| (1_700_000_000 + second) * 1_000_000;
    let boot = |second| (2, 0, "~", "~~", "reboot", "2.6.32", at(second));
    let to_level_6 = |second| (1, 13_622, "~", "~~", "runlevel", "2.6.32", at(second));
    let shutdown = |second| (1, 0, "~", "~~", "shutdown", "2.6.32", at(second));
    let records =
        [boot(0), to_level_6(100), shutdown(105), boot(200), to_level_6(300), boot(400), to_level_6(500)];
    let history = take("wtmp", &wtmp(&records, false, false));
    let times: Vec<(BootMark, String)> =
        marks(&history).into_iter().map(|(mark, at)| (mark, at[14..].to_owned())).collect();
    let expected = [
        (BootMark::Boot, "13:20"),
        (BootMark::Shutdown, "15:05"),
        (BootMark::Boot, "16:40"),
        (BootMark::Shutdown, "18:20"),
        (BootMark::Boot, "20:00"),
        (BootMark::Shutdown, "21:40"),
    ];
    assert_eq!(times, named(&expected));
}

#[test]
fn last_gives_the_marks_of_wtmp_whatever_its_options() {
    // The fixtures are the output of `last` for the same history.
    for file in ["extended-full", "iso-host-last"] {
        let history = take_fixture(&format!("formats/linux-last-text/{file}.txt"));
        assert_eq!(marks(&history), named(&MARKS), "{file}");
    }
    // Without -x shutdowns show as ends of boots, and set clocks do not show.
    let clock = [BootMark::ClockOld, BootMark::ClockNew];
    let without_clock: Vec<_> = MARKS.into_iter().filter(|(mark, _)| !clock.contains(mark)).collect();
    for file in ["default", "reboots-only"] {
        let history = take_fixture(&format!("formats/linux-last-text/{file}.txt"));
        assert_eq!(marks(&history), named(&without_clock), "{file}");
    }
}

#[test]
fn a_boot_that_ends_with_the_next_one_was_not_shut_down() {
    let history = take_fixture("formats/linux-last-text/newest-rows.txt");
    let expected = [
        (BootMark::Boot, "+0y 12-30 07:00"),
        (BootMark::Shutdown, "+0y 12-30 09:30"),
        (BootMark::Boot, "+0y 12-31 23:40"),
        (BootMark::Boot, "+1y 01-02 09:50"),
    ];
    assert_eq!(marks(&history), named(&expected));
}

#[test]
fn last_of_a_bsd_says_shutdowns_in_rows_of_their_own() {
    let history = take_fixture("formats/linux-last-text/macos.txt");
    let expected = [
        (BootMark::Boot, "+0y 02-27 22:08"),
        (BootMark::Boot, "+0y 02-28 07:51"),
        (BootMark::Shutdown, "+0y 02-28 23:26"),
        (BootMark::Boot, "+0y 03-01 09:11"),
    ];
    assert_eq!(marks(&history), named(&expected));
    // Its `last reboot` says nothing of ends, so nothing is missing there.
    let reboots = "reboot    ~                         Sat Mar  1 09:11 \n\nwtmp begins Thu Feb 27 22:08 \n";
    let history = take("last", reboots.as_bytes());
    assert_eq!(marks(&history), named(&[(BootMark::Start, "+0y 03-01 09:11")]));
}

#[test]
fn weekdays_tell_years_that_no_boot_fell_into() {
    let text = "reboot   system boot  6.1.0-31-amd64   Sat Mar  1 02:03   still running\n\
                reboot   system boot  5.10.0-8-amd64   Fri Mar 12 02:03 - 04:05  (02:02)\n\n\
                wtmp begins Thu Mar 11 09:00:00 2021\n";
    let expected = [
        (BootMark::Boot, "2021-03-12 02:03:00"),
        (BootMark::Shutdown, "2021-03-12 04:05:00"),
        (BootMark::Boot, "2025-03-01 02:03:00"),
    ];
    assert_eq!(marks(&take("last", text.as_bytes())), named(&expected));
}

#[test]
fn a_clock_that_was_not_set_yet_dates_nothing() {
    let text = "reboot   system boot  6.1.0-31-arm64   Sat Mar  1 02:03   still running\n\
                reboot   system boot  6.1.0-31-arm64   Thu Jan  1 00:00 - 02:00 (20148+02:00)\n\n\
                wtmp begins Thu Jan  1 00:00:12 1970\n";
    let expected = [
        (BootMark::Boot, "1970-01-01 00:00:00"),
        (BootMark::Shutdown, "2025-03-01 02:00:00"),
        (BootMark::Boot, "+0y 03-01 02:03"),
    ];
    assert_eq!(marks(&take("last", text.as_bytes())), named(&expected));
}

#[test]
fn utmpdump_times_keep_their_zone_across_a_change_of_the_clocks() {
    let history = take_fixture("formats/linux-utmpdump-text/local-time.txt");
    let expected = [
        (BootMark::Boot, "2025-03-01 01:03:04"),
        (BootMark::Shutdown, "2025-03-30 02:00:01"),
        (BootMark::Boot, "2025-03-30 02:06:40"),
        (BootMark::Shutdown, "2025-03-31 02:00:05"),
    ];
    assert_eq!(marks(&history), named(&expected));
}

#[test]
fn a_boot_that_journalctl_lists_twice_is_one_boot() {
    let history = take_fixture("formats/journalctl-list-boots/joined-by-a-dash.txt");
    let expected = [
        (BootMark::Start, "2025-03-01 01:03:04"),
        (BootMark::Start, "2025-03-29 22:14:20"),
        (BootMark::Start, "2025-04-01 07:33:18"),
    ];
    assert_eq!(marks(&history), named(&expected));
    assert_eq!(history.activity.len(), 4);
    assert!(history.activity.iter().all(|run| run.lines == 0), "none of these lines was read");
}

#[test]
fn lists_of_boots_say_the_same_as_text_and_as_json() {
    let text = take_fixture("formats/journalctl-list-boots/columns.txt");
    let json = take_fixture("formats/journalctl-list-boots-json/two-boots.json");
    assert_eq!(to_the_second(marks(&text)), to_the_second(marks(&json)));
    let ends = |facts: &SourceFacts| -> Vec<i64> {
        let seconds = |stamp: &Stamp| match stamp {
            Stamp::Zoned(at) => at.timestamp(),
            other => panic!("{other:?}"),
        };
        facts.activity.iter().map(|run| seconds(&run.last)).collect()
    };
    assert_eq!(ends(&text), ends(&json));
    let unreadable = take("boots", br#"[{"boot_id":"x","first_entry":"a","last_entry":"b"}]"#);
    assert_eq!((unreadable.understood, unreadable.quarantined), (0, unreadable.bytes));
}

/// Keeps every line, or none.
struct Keeps(bool);

impl Interest for Keeps {
    fn literals(&self) -> Vec<&[u8]> {
        Vec::new()
    }

    fn signatures(&self, _program: &str, _text: &str) -> Vec<String> {
        if self.0 { vec!["any".to_owned()] } else { Vec::new() }
    }
}

fn every_line(content: &[u8]) -> SourceFacts {
    read_bytes(SourceId(0), "system.journal", content, &Keeps(true))
}

fn no_line(content: &[u8]) -> SourceFacts {
    read_bytes(SourceId(0), "system.journal", content, &Keeps(false))
}

fn lines(journal: &SourceFacts) -> Vec<LogLine> {
    journal
        .records
        .iter()
        .map(|record| match &record.body {
            Body::Log(line) => line.clone(),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn a_journal_is_read_however_it_is_packed() {
    let plain = every_line(&two_boots(false, Packed::No).finish(0));
    assert_eq!((plain.format.as_deref(), plain.understood), (Some("linux-journal-binary"), 10));
    let expected = lines(&plain);
    assert!(expected.iter().any(|line| line.text == long_message() && line.program == "backupd"));
    for compact in [false, true] {
        for packed in [Packed::No, Packed::Xz, Packed::Lz4, Packed::Zstd] {
            let journal = every_line(&two_boots(compact, packed).finish(512));
            assert_eq!(lines(&journal), expected, "compact {compact}, {packed:?}");
            assert_eq!((journal.understood, journal.quarantined), (10, 0), "compact {compact}, {packed:?}");
        }
    }
}

#[test]
fn a_journal_shows_the_next_boot_with_the_lines_before_it() {
    let journal = take_fixture("formats/linux-journal-binary/compact-zstd.journal");
    let lines = lines(&journal);
    let start = lines.iter().find(|line| line.signatures.iter().any(|id| id == "new-boot-id")).unwrap();
    assert_eq!((start.program.as_str(), start.uptime_micros), ("kernel", Some(1000)));
    assert_eq!(start.boot_id.as_deref(), Some("a2".repeat(16).as_str()));
    let before: Vec<&str> = lines
        .iter()
        .filter(|line| line.signatures.iter().any(|id| id == "last-line-before-boot"))
        .map(|line| line.text.as_str())
        .collect();
    assert_eq!(before.len(), 4);
    assert_eq!(before[2], "nvme0n1: I/O error, dev nvme0n1, sector 812345");
    assert!(journal.records.iter().all(|record| record.host.as_deref() == Some("kvm21")));
    let first = Stamp::Zoned("2025-03-01T00:46:40.250Z".parse().unwrap());
    assert_eq!(journal.activity[0].first, first);
}

#[test]
fn damage_in_a_journal_costs_what_was_damaged() {
    let writer = two_boots(false, Packed::Zstd);
    let entries = writer.entries.clone();
    let good = writer.finish(512);
    // The head of the third entry; the size of the fifth; the beginning of the text of a message.
    let mut bad = good.clone();
    bad[entries[2]] = 0x77;
    assert_eq!(no_line(&bad).understood, 9);
    let mut bad = good.clone();
    bad[entries[4] + 9] = 0x10;
    let journal = no_line(&bad);
    assert_eq!(journal.understood, 9, "{:?}", journal.reasons);
    let mut bad = good.clone();
    bad[entries[6] + 24..entries[6] + 32].fill(0xff);
    let journal = no_line(&bad);
    assert_eq!((journal.understood, journal.reasons.contains_key("bad field: realtime")), (9, true));
    // A name of a field that was overwritten.
    let mut bad = good.clone();
    let at = good.windows(12).position(|window| window == b"_HOSTNAME=kv").unwrap();
    bad[at..at + 10].fill(0xff);
    let journal = no_line(&bad);
    assert_eq!((journal.understood, journal.reasons.contains_key("bad field: name of a field")), (10, true));
    // Everything behind an offset is gone.
    let cut = no_line(&good[..entries[7] + 20]);
    assert_eq!((cut.understood, cut.reasons.contains_key("truncated")), (7, true));
}

#[test]
fn a_damaged_payload_is_quarantined_and_its_entries_stay() {
    for packed in [Packed::Xz, Packed::Lz4, Packed::Zstd] {
        let good = two_boots(false, packed).finish(0);
        let magic: &[u8] = match packed {
            Packed::Xz => b"\xfd7zXZ",
            Packed::Zstd => b"\x28\xb5\x2f\xfd",
            _ => b"\xff\x42MESSAGE=backup",
        };
        let at = good.windows(magic.len()).position(|window| window == magic).unwrap();
        let mut bad = good.clone();
        bad[at..at + magic.len()].fill(0xee);
        let journal = no_line(&bad);
        assert_eq!(journal.understood, 10, "{packed:?}");
        assert!(journal.reasons.contains_key("bad compression"), "{packed:?}: {:?}", journal.reasons);
    }
}

#[test]
fn journals_with_any_byte_changed_or_cut_anywhere_stay_accounted_for() {
    let good = two_boots(true, Packed::Lz4).finish(64);
    for at in (8..good.len()).step_by(7) {
        for value in [0x00, 0x01, 0x03, 0xff] {
            let mut bad = good.clone();
            bad[at] = value;
            let facts = no_line(&bad);
            assert_eq!(facts.bytes, bad.len() as u64, "{at} {value}");
            assert_eq!(facts.bytes, facts.parsed + facts.ignored + facts.quarantined, "{at} {value}");
            assert!(!facts.reasons.contains_key("reader panicked"), "{at} {value}");
        }
        let facts = no_line(&good[..at]);
        assert_eq!(facts.bytes, at as u64, "{at}");
        assert!(!facts.reasons.contains_key("reader panicked"), "{at}");
    }
}
