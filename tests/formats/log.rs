//! Kernel and system logs: what stands in the fixtures is what is read.

use std::collections::BTreeSet;

use coroner::ingest::formats::{self, SourceKind};
use coroner::model::Stamp;
use coroner::model::record::{Body, Record};

use super::{Counts, fixtures_of, take, take_fixture};

pub const COUNTS: Counts = &[
    ("formats/clock-only-log/installer.log", 5, 1),
    ("formats/hpc-alert-log/events.log", 3, 0),
    ("formats/hpc-alert-log/ras-and-syslog.log", 5, 0),
    ("formats/linux-audit-log/audit.log", 4, 2),
    ("formats/linux-audit-log/ausearch.txt", 2, 1),
    ("formats/linux-boot-log/boot.log", 5, 2),
    ("formats/linux-dmesg-json/ring-buffer.json", 2, 2),
    ("formats/linux-dmesg-text/decoded-with-callers.txt", 4, 2),
    ("formats/linux-dmesg-text/deltas.txt", 3, 3),
    ("formats/linux-dmesg-text/iso.txt", 3, 2),
    ("formats/linux-dmesg-text/pstore.txt", 3, 2),
    ("formats/linux-dmesg-text/relative.txt", 4, 2),
    ("formats/linux-dmesg-text/ring-buffer.txt", 7, 5),
    ("formats/linux-dmesg-text/serial-console.log", 11, 4),
    ("formats/linux-dmesg-text/with-dates.txt", 4, 2),
    ("formats/linux-journal-export/two-boots.export", 10, 7),
    ("formats/linux-journal-json/events.sse", 10, 7),
    ("formats/linux-journal-json/pretty.json", 10, 7),
    ("formats/linux-journal-json/sequence.json-seq", 10, 7),
    ("formats/linux-journal-json/two-boots.json", 7, 8),
    ("formats/linux-journal-monotonic/short-delta.txt", 3, 5),
    ("formats/linux-journal-monotonic/short-monotonic.txt", 5, 5),
    ("formats/linux-journal-verbose/two-boots.txt", 10, 7),
    ("formats/linux-kernel-text/dmesg-without-times.txt", 12, 1),
    ("formats/linux-kernel-text/oops.txt", 19, 2),
    ("formats/linux-kmsg-records/netconsole.log", 5, 3),
    ("formats/mcelog-text/events.log", 23, 0),
    ("formats/rasdaemon-text/errors.txt", 4, 0),
    ("formats/rasdaemon-text/summary.txt", 1, 0),
    ("formats/syslog-rfc3164/after-a-power-cut.log", 5, 3),
    ("formats/syslog-rfc3164/journalctl-short-precise.txt", 10, 8),
    ("formats/syslog-rfc3164/journalctl-short.txt", 4, 5),
    ("formats/syslog-rfc3164/kern.log", 6, 3),
    ("formats/syslog-rfc3164/relayed-and-foreign.log", 14, 1),
    ("formats/syslog-rfc3339/devices-and-daemons.log", 14, 3),
    ("formats/syslog-rfc3339/framed-rfc5424.log", 4, 2),
    ("formats/syslog-rfc3339/journalctl-short-full.txt", 10, 8),
    ("formats/syslog-rfc3339/journalctl-short-iso-precise.txt", 10, 8),
    ("formats/syslog-rfc3339/journalctl-short-unix.txt", 10, 8),
    ("formats/syslog-rfc3339/journalctl-with-unit.txt", 10, 8),
    ("formats/syslog-rfc3339/libvirt-guest.log", 3, 0),
    ("formats/syslog-rfc3339/messages.log", 4, 3),
    ("formats/syslog-rfc3339/rfc5424.log", 4, 2),
    ("formats/xen-console-text/dated.txt", 4, 1),
    ("formats/xen-console-text/plain.txt", 3, 0),
    ("formats/linux-kernel-text/serial-over-lan.txt", 16, 4),
    ("formats/syslog-rfc3339/year-between.log", 3, 1),
    ("formats/syslog-rfc3339/year-first.log", 3, 1),
    ("formats/windows-event-csv/deutsch.csv", 2, 2),
    ("formats/windows-event-csv/event-viewer.csv", 4, 3),
    ("formats/windows-event-csv/get-winevent.csv", 3, 3),
    ("formats/windows-event-list/get-winevent.txt", 2, 2),
];

/// The records of a fixture that carry a signature: line, host and text.
fn with_signature(path: &str, signature: &str) -> Vec<(u64, Option<String>, String)> {
    let facts = take_fixture(path);
    let carries = |record: &Record| match &record.body {
        Body::Log(line) if line.signatures.iter().any(|id| id == signature) => {
            Some((record.span.line, record.host.clone(), line.text.clone()))
        }
        _ => None,
    };
    facts.records.iter().filter_map(carries).collect()
}

#[test]
fn a_separator_of_journalctl_begins_a_boot_whatever_the_next_line_says() {
    let host = Some("kvm07".to_owned());
    assert_eq!(
        with_signature("formats/linux-journal-monotonic/short-monotonic.txt", "new-boot-id"),
        [(7, host.clone(), "systemd 252 running in system mode".to_owned())]
    );
    let last: Vec<u64> =
        with_signature("formats/linux-journal-monotonic/short-monotonic.txt", "last-line-before-boot")
            .into_iter()
            .map(|(line, _, _)| line)
            .collect();
    assert_eq!(last, [2, 3, 4]);
    for mode in ["short-full", "short-iso-precise", "short-unix", "with-unit"] {
        let path = format!("formats/syslog-rfc3339/journalctl-{mode}.txt");
        let boots = with_signature(&path, "new-boot-id");
        assert_eq!(boots.len(), 1, "{mode}");
        assert_eq!((boots[0].0, boots[0].1.clone()), (10, host.clone()), "{mode}");
    }
}

#[test]
fn every_form_of_a_journal_tells_the_same() {
    let told = |path: &str| -> Vec<(Option<String>, Stamp, String, Vec<String>)> {
        let facts = take_fixture(path);
        let line = |record: &Record| match &record.body {
            // Text output shows bytes that are no text and further lines in ways of its own.
            Body::Log(line) if line.program != "app" => {
                Some((record.host.clone(), record.stamp, line.text.clone(), line.signatures.clone()))
            }
            _ => None,
        };
        facts.records.iter().filter_map(line).collect()
    };
    let export = told("formats/linux-journal-export/two-boots.export");
    assert_eq!(export.len(), 5);
    for path in ["json/pretty.json", "json/events.sse", "json/sequence.json-seq", "verbose/two-boots.txt"] {
        assert_eq!(told(&format!("formats/linux-journal-{path}")), export, "{path}");
    }
}

#[test]
fn a_power_cut_leaves_nul_bytes_and_a_cut_line_and_no_host_of_its_own() {
    let path = "formats/syslog-rfc3164/after-a-power-cut.log";
    let nul = with_signature(path, "nul-bytes-in-log");
    assert_eq!(nul.iter().map(|(line, _, _)| *line).collect::<Vec<_>>(), [4]);
    let facts = take_fixture(path);
    let hosts: BTreeSet<_> = facts.activity.iter().map(|run| run.host.clone()).collect();
    assert_eq!(hosts, BTreeSet::from([Some("kvm11".to_owned())]));
    assert_eq!(facts.reasons["ignored: nul-bytes-of-a-lost-write"], 8);
}

#[test]
fn a_boot_that_was_written_behind_half_a_line_is_seen() {
    for (half, whole) in [
        ("Mar  1 02:03:09 kvm11 kernel: [  813.000001] EXT4-fs (s", "Mar  1 02:09:51 kvm11"),
        ("Mar  1 02:03:09 kvm11 CRON[12]: (root", "<6>Mar  1 02:09:51 kvm11"),
        ("2025-03-01T02:03:09Z kvm11 kernel: EXT4-fs (s", "2025-03-01T02:09:51Z kvm11"),
    ] {
        let text = format!("{half}{whole} kernel: [    0.000000] Linux version 6.1.0-18-amd64 (build)\n");
        let facts = take("kern.log", text.as_bytes());
        let starts = facts.records.iter().filter(|record| match &record.body {
            Body::Log(line) => line.signatures.iter().any(|id| id == "kernel-start"),
            _ => false,
        });
        assert_eq!(starts.count(), 1, "{text}");
        assert_eq!(facts.activity.iter().map(|run| run.lines).sum::<u64>(), 2, "{text}");
    }
}

#[test]
fn hosts_of_relayed_lines_are_the_senders_and_nothing_else_passes_for_a_host() {
    let facts = take_fixture("formats/syslog-rfc3164/relayed-and-foreign.log");
    let hosts: BTreeSet<_> = facts.activity.iter().filter_map(|run| run.host.as_deref()).collect();
    let expected = ["bsd01", "kvm07", "kvm08", "kvm09", "kvm10", "nas01", "sun01", "sw01"];
    assert_eq!(hosts, BTreeSet::from(expected));
}

#[test]
fn a_consoles_own_kernel_lines_are_found_among_output() {
    let path = "formats/linux-dmesg-text/serial-console.log";
    let panic = with_signature(path, "kernel-panic");
    assert_eq!(panic.len(), 1);
    assert_eq!(panic[0].2, "Kernel panic - not syncing: Fatal exception");
    let facts = take_fixture(path);
    assert_eq!(facts.activity.last().map(|run| run.last), Some(Stamp::SinceBoot { micros: 101_000_001 }));
}

#[test]
fn a_panic_on_a_quiet_console_is_seen_whatever_came_before() {
    let status = "[  OK  ] Started a unit.\n".repeat(4000);
    let panic = "[  812.100001] Kernel panic - not syncing: Fatal machine check on current CPU\n";
    let facts = take("console.log", format!("{status}{panic}").as_bytes());
    let panics = facts.records.iter().filter(|record| match &record.body {
        Body::Log(line) => line.signatures.iter().any(|id| id == "kernel-panic"),
        _ => false,
    });
    assert_eq!(panics.count(), 1, "{:?}", facts.format);
}

#[test]
fn times_without_a_full_date_stay_what_they_are() {
    let facts = take_fixture("formats/linux-dmesg-text/relative.txt");
    let start = Stamp::Yearless { wraps: 0, month: 3, day: 1, second_of_day: 2 * 3600 + 3 * 60 };
    assert_eq!(facts.records[0].stamp, start);
    let facts = take_fixture("formats/clock-only-log/installer.log");
    assert_eq!(facts.records[0].stamp, Stamp::Missing);
    assert!(facts.activity.is_empty());
}

#[test]
fn audit_says_when_the_system_came_up() {
    let boots = with_signature("formats/linux-audit-log/audit.log", "new-boot-id");
    assert_eq!(boots.iter().map(|(line, _, _)| *line).collect::<Vec<_>>(), [2]);
}

#[test]
fn whatever_is_broken_every_byte_has_one_fate_and_no_reader_fails() {
    for format in formats::all().filter(|format| format.kind() == SourceKind::Log) {
        for (path, content) in fixtures_of(format.id()) {
            for at in (0..content.len()).step_by(13) {
                let mut changed = content.clone();
                changed[at] = [0, b'\n', 0xff, b'[', b'<'][at / 13 % 5];
                let cut = content[..at].to_vec();
                for bytes in [changed, cut] {
                    let facts = take(&path, &bytes);
                    let sum = facts.parsed + facts.ignored + facts.quarantined;
                    assert_eq!(
                        (facts.bytes, sum),
                        (bytes.len() as u64, bytes.len() as u64),
                        "{path} at {at}"
                    );
                    assert!(!facts.reasons.contains_key("reader panicked"), "{path} at {at}");
                }
            }
        }
    }
}

#[test]
fn a_line_made_to_be_searched_again_and_again_is_read_once() {
    for piece in
        ["<1>", "<1>Mar  1 02:03:04 a ", "[    1.000000] ", "[", "Mar  1 02:03:04 ", "\u{1b}[", "\\x", "{"]
    {
        let mut content = b"<13>Mar  1 02:03:04 kvm07 app: first\n<13>Mar  1 02:03:05 kvm07 app: ".to_vec();
        content.extend(piece.as_bytes().iter().cycle().take(900_000));
        let started = std::time::Instant::now();
        let facts = take("x.log", &content);
        assert_eq!(facts.format.as_deref(), Some("syslog-rfc3164"), "{piece}");
        assert!(started.elapsed().as_secs() < 10, "{piece}: {:?}", started.elapsed());
    }
}

#[test]
fn events_of_windows_are_known_by_their_numbers_in_every_language() {
    let host = Some("HV03.example.org".to_owned());
    let path = "formats/windows-event-csv/get-winevent.csv";
    let unclean = with_signature(path, "windows-unclean");
    assert_eq!(
        unclean.iter().map(|(line, host, _)| (*line, host.clone())).collect::<Vec<_>>(),
        [(2, host.clone()), (3, host.clone())]
    );
    assert_eq!(with_signature(path, "windows-person").len(), 1);
    let german = take_fixture("formats/windows-event-csv/deutsch.csv");
    let stamps: Vec<Stamp> = german.records.iter().map(|record| record.stamp).collect();
    // The newest comes first in the file.
    assert_eq!(
        stamps,
        ["2025-03-13T21:00:00", "2025-03-14T02:11:05"].map(|at| Stamp::Local(at.parse().unwrap()))
    );
    for (path, lines) in [
        ("csv/deutsch.csv", vec![2]),
        ("csv/event-viewer.csv", vec![4, 3]),
        ("list/get-winevent.txt", vec![9, 4]),
    ] {
        let found = with_signature(&format!("formats/windows-event-{path}"), "windows-unclean");
        assert_eq!(found.into_iter().map(|(line, _, _)| line).collect::<Vec<_>>(), lines, "{path}");
    }
}

#[test]
fn a_log_with_a_time_and_no_sign_of_a_system_is_taken_for_none() {
    let line = "2025-03-14 02:05:31,123 INFO worker of the queue has begun\n";
    assert_eq!(take("x", line.repeat(20).as_bytes()).format, None);
    let mixed = format!("{}2025-03-14 02:05:32 kvm07 sshd[7]: text\n", line.repeat(3));
    assert_eq!(take("x", mixed.as_bytes()).format.as_deref(), Some("syslog-rfc3339"));
}
