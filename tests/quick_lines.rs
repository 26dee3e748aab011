//! Lines that are passed over quickly and lines that are split with care give the same facts.

use std::sync::OnceLock;

use coroner::ingest::Interest;
use coroner::ingest::drive::read_bytes;
use coroner::ingest::formats::{self, Reader};
use coroner::ingest::sink::Sink;
use coroner::knowledge::Knowledge;
use coroner::ledger::Fate;
use coroner::model::record::{Body, SourceFacts, SourceId};
use proptest::prelude::*;

fn knowledge() -> &'static Knowledge {
    static KNOWLEDGE: OnceLock<Knowledge> = OnceLock::new();
    KNOWLEDGE.get_or_init(|| Knowledge::shipped().unwrap())
}

/// Looks twice at every line: each holds a digit.
struct Careful;

impl Interest for Careful {
    fn literals(&self) -> Vec<&[u8]> {
        vec![b"0", b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"8", b"9"]
    }

    fn signatures(&self, program: &str, text: &str) -> Vec<String> {
        knowledge().log_line(program, text)
    }
}

fn quick(log: &[u8]) -> SourceFacts {
    read_bytes(SourceId(0), "kern.log", log, knowledge())
}

fn careful(log: &[u8]) -> SourceFacts {
    read_bytes(SourceId(0), "kern.log", log, &Careful)
}

#[track_caller]
fn assert_same(log: &str) {
    assert_eq!(quick(log.as_bytes()), careful(log.as_bytes()), "{log}");
}

/// A time of a day that moves on, or back; `step` in seconds.
fn stamps(steps: &[i64], full: bool) -> Vec<String> {
    let mut at = chrono::DateTime::from_timestamp(1_740_787_200, 0).unwrap();
    let mut written = Vec::new();
    for (place, step) in steps.iter().enumerate() {
        at += chrono::TimeDelta::milliseconds(step * 1000 + i64::try_from(place).unwrap() * 37 % 1000);
        let text = match (full, place % 7) {
            (true, 3) => at.format("%Y-%m-%dT%H:%M:%S%.6f+01:00"),
            (true, 5) => at.format("%Y-%m-%dT%H:%M:%SZ"),
            (true, _) => at.format("%Y-%m-%dT%H:%M:%S%.6fZ"),
            (false, _) => at.format("%b %e %H:%M:%S"),
        };
        written.push(text.to_string());
    }
    written
}

fn message() -> impl Strategy<Value = String> {
    let fixed = proptest::sample::select(vec![
        "systemd[1]: Started Session 12 of user root.",
        "kernel: Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org)",
        "kernel: [    0.000000] Linux version 6.1.0-18-amd64",
        "kernel: [    0.000001] Command line: BOOT_IMAGE=/boot/vmlinuz",
        "kernel: [ 9999.123456] INFO: task jbd2/sda1-8:301 blocked for more than 120 seconds.",
        "kernel: [99999.123456] usb 1-1: new device",
        "kernel: [99999.12345] usb 1-1: five digits",
        "kernel: [18446744073709551616.123456] usb 1-1: too large",
        "kernel: [  T12] odd",
        "kernel:[ 12.345678] no blank",
        "kernel: text without uptime",
        "kernel: [UFW BLOCK] IN=eno1 OUT=",
        "kernel[7]: [  1.000000] with a number",
        "[ 77.123456] no tag",
        "two words: and a colon",
        "last message repeated 3 times",
        "CRON[12]: (root) CMD (true)",
        "a:b c: d",
        "-: dash",
        "",
        "nur Wörter ohne Marke",
        "sshd[1]: caf\u{e9}",
    ]);
    let uptime =
        (0_u64..200).prop_map(|seconds| format!("kernel: [{seconds:5}.{:06}] link is up", seconds * 7));
    prop_oneof![3 => fixed.prop_map(str::to_owned), 2 => uptime]
}

const LONG_NAME: &str = "a-name-that-is-longer-than-what-is-compared.example.net";

fn log() -> impl Strategy<Value = String> {
    let line = (
        prop_oneof![6 => 0_i64..3, 1 => 60_i64..2000, 1 => -90_i64..0, 1 => 50_000_i64..9_000_000],
        0..6_usize,
        message(),
        0..40_u8,
    );
    (any::<bool>(), proptest::collection::vec(line, 1..60)).prop_map(|(full, lines)| {
        let steps: Vec<i64> = lines.iter().map(|line| line.0).collect();
        let mut text = String::new();
        for (stamp, (_, host, message, odd)) in stamps(&steps, full).iter().zip(&lines) {
            let host = ["kvm01", "kvm01", "kvm02", "db-1.example.net", "db-2.example.net", LONG_NAME][*host];
            match odd {
                0 => text.push_str("  a line that goes on\n"),
                1 => text.push_str(&format!("\0\0\0{stamp} {host} {message}\n")),
                2 => text.push_str(&format!("{stamp} {host} half a li\0\0{stamp} {host} {message}\n")),
                3 => text.push_str(&format!("<30>{stamp} {host} {message}\n")),
                5 => text.push_str(&format!("<6>{stamp} {host} {message}\n")),
                6 => text.push_str(&format!("<1911>{stamp} {host} {message}\n")),
                7 => text.push_str(&format!("<>{stamp} {host} so\u{8} ba\u{7}ck\n")),
                4 => text.push_str(&format!("{stamp}  {host} {message}\r\n")),
                _ => text.push_str(&format!("{stamp} {host} {message}\n")),
            }
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn quick_and_careful_reading_agree(log in log()) {
        prop_assert_eq!(quick(log.as_bytes()), careful(log.as_bytes()));
    }
}

#[test]
fn an_hour_a_day_and_a_year_pass() {
    for step in [1, 59, 899, 3600, 86_400, 40 * 86_400] {
        for full in [false, true] {
            let lines = stamps(&vec![step; 120], full);
            let log: String = lines.iter().map(|at| format!("{at} kvm01 systemd[1]: Started 1.\n")).collect();
            assert_same(&log);
        }
    }
}

#[test]
fn long_logs_are_cut_into_batches_and_read_as_one() {
    let lines = stamps(&vec![1; 40_000], false);
    let mut log: String =
        lines.iter().enumerate().map(|(n, at)| format!("{at} kvm01 app[{n}]: value {n}\n")).collect();
    log.push_str("Mar  2 00:00:00 kvm01 kernel: Linux version 6.1.0");
    assert!(log.len() > 3 * coroner::ingest::stream::BATCH_BYTES);
    let facts = quick(log.as_bytes());
    assert_eq!((facts.understood, facts.quarantined), (40_001, 0));
    assert_eq!(facts, careful(log.as_bytes()));
    assert_eq!(facts.records.last().unwrap().span.line, 40_001);
}

#[test]
fn a_boot_is_passed_over_where_the_kernel_was_not_up_long_before() {
    let boot = |from: u64, hosts: &[&str]| -> String {
        (0..200)
            .map(|n| {
                let at = chrono::DateTime::from_timestamp((1_740_787_200 + from + n / 20) as i64, 0).unwrap();
                let stamp = at.format("%b %e %H:%M:%S");
                let host = hosts[n as usize % hosts.len()];
                match n / 2 {
                    0 if !from.is_multiple_of(3) => {
                        format!("{stamp} {host} kernel: [    0.000000] Linux version 6.1.{n}\n")
                    }
                    31 | 57 => format!("{stamp} {host} systemd[1]: Started {n}.\n"),
                    _ => format!("{stamp} {host} kernel: [{:5}.{:06}] pci {n}: of\n", n / 15, n * 4999),
                }
            })
            .collect()
    };
    for hosts in [&["kvm01"][..], &["kvm01", "kvm02"]] {
        let mut log = String::new();
        for from in [0, 11, 12, 100, 3001, 3014, 90_000, 90_013] {
            log.push_str(&boot(from, hosts));
            log.push_str(
                &"Mar  1 00:50:00 kvm01 kernel: [ 3000.000001] usb 1-1: new device\n"
                    .repeat(from as usize % 4),
            );
        }
        assert_same(&log);
        // Long enough for batches that are told beforehand.
        assert_same(&log.repeat(30));
    }
}

#[test]
fn logs_of_many_hosts_and_with_priorities_are_read_as_one() {
    let lines = stamps(&vec![1; 20_000], false);
    let mut log = String::new();
    for (n, at) in lines.iter().enumerate() {
        let priority = ["", "<6>", "<30>", "<191>"][n / 5000];
        let line = match n % 100 {
            7 => "no tag here".to_owned(),
            8 => "last message repeated 2 times".to_owned(),
            9 => format!("kernel: [{n:5}.000001] usb 1-1: new device"),
            10 => "kernel: [UFW BLOCK] IN=eno1 OUT=".to_owned(),
            11 if n > 10_000 => "kernel: [    0.000000] Linux version 6.1.0".to_owned(),
            _ => format!("app[{n}]: value {n}"),
        };
        log.push_str(&format!("{priority}{at} node{:03} {line}\n", n * 7 % 300));
        if n % 333 == 0 {
            log.push_str("\tat a place that it names\n");
        }
    }
    let facts = quick(log.as_bytes());
    assert_eq!((facts.understood, facts.quarantined), (20_000, 0), "{:?}", facts.reasons);
    assert_eq!(facts, careful(log.as_bytes()));
}

/// Lines that are told beforehand, on another thread, from what was known some batches ago.
#[test]
fn what_was_found_ahead_is_not_taken_where_the_log_has_changed_since() {
    for full in [false, true] {
        let steps: Vec<i64> = (0..60_000)
            .map(|n| match n % 9_973 {
                0 => 50_000,
                5_000 => 2_000,
                7_500 => -30,
                _ => i64::from(n % 3 == 0) * 9,
            })
            .collect();
        let mut log = String::new();
        for (n, at) in stamps(&steps, full).iter().enumerate() {
            // Hosts come and go, and one has a name that is none.
            let host = ["kvm01", "db-1", "kvm02", "web?", "10.1.0.7", "INFO"][(n / 4_001 + n % 3) % 6];
            let line = match n % 1_009 {
                0 => format!("{at} {host} no tag here\n"),
                1 => format!("{at} {host} kernel: [{:5}.000001] usb 1-1: new device\n", n / 10),
                2 => "  a line that goes on\n".to_owned(),
                3 => {
                    format!("{at} {host} kernel: lost Mar  1 02:03:04 {host} kernel: [    0.000000] Linux\n")
                }
                4 => format!("{at} {host} kernel: [    0.000000] Linux version 6.1.0-{n}\n"),
                _ => format!("{at} {host} app[{n}]: value {n}\n"),
            };
            log.push_str(&line);
        }
        assert!(log.len() > 8 * coroner::ingest::stream::BATCH_BYTES);
        let (quick, careful) = (quick(log.as_bytes()), careful(log.as_bytes()));
        assert_eq!(quick.activity, careful.activity);
        assert_eq!(quick, careful);
    }
}

#[test]
fn a_host_whose_name_is_none_is_always_read_with_care() {
    let line = "2025-03-01T02:03:08Z kvm0? app[1]: to 1740791596.00007 kvm01 kernel: Linux version 6.1.0\n";
    assert_same(&["2025-03-01T02:03:05Z kvm01 app[1]: up\n", line, line].concat());
    assert_same(
        &["2025-03-01T02:03:05Z kvm01 app[1]: up\n", &line.replace("kvm0?", "INFO").repeat(3)].concat(),
    );
}

#[test]
fn lines_longer_than_a_batch_are_booked_once_and_the_next_ones_read() {
    let line = "2025-03-01T02:03:04Z kvm01 app: up\n";
    for middle in [600_000, 1_048_577, 1_100_000, 3_000_000] {
        let log = format!("{line}{}{}\n{line}", line.repeat(20_000), "x".repeat(middle));
        let facts = quick(log.as_bytes());
        assert_eq!((facts.understood, facts.bytes), (20_002, log.len() as u64), "{middle}");
        let reason = if middle < 1_048_576 { "ignored: continuation-line" } else { "too long" };
        assert_eq!(facts.reasons[reason], middle as u64 + 1, "{middle}: {:?}", facts.reasons);
        assert!(facts.quoted.iter().all(|quote| quote.line == 20_002));
    }
}

#[test]
fn a_line_of_another_year_between_two_of_one_hour_is_noticed() {
    assert_same(
        "Mar  1 02:09:51 kvm01 app[9]: up\n\u{1b}[0;1mSep  1 02:09:52 kvm02 app[9]: up\u{1b}[0m\n\
         Mar  1 02:09:53 kvm01 app[9]: closed\n",
    );
}

#[test]
fn seconds_of_more_than_two_digits_are_the_same_read_either_way() {
    assert_same(
        "2025-03-01T02:03:0100 kvm01 app[9]: up\n2025-03-01T02:03:0200 kvm01 app[9]: still\n\
         2025-03-01T02:03:04 kvm01 app[9]: closed\n",
    );
}

#[test]
fn a_clock_with_odd_parts_is_the_same_read_either_way() {
    for (usual, odd) in [
        ("2025-03-01T02:01:0{}Z", "2025-03-01T02:002:0{}:04Z"),
        ("2025-03-01T02:01:0{}Z", "2025-03-01T02:002:02:0{}Z"),
        ("2025-03-01T02:01:0{}Z", "2025-03-01T02:03:0{}:05Z"),
        ("2025-03-01T02:01:0{}Z", "2025-03-01T02:003:0{}Z"),
        ("Mar 01 2025 02:01:0{}", "Mar 01 2025 02:03:0{}.0{}:n4A"),
        ("Mar 01 2025 02:01:0{}", "Mar 01 2025 02:03:0{}.0{}"),
        ("Mar 01 2025 02:01:0{}.00", "Mar 01 2025 02:01:1{}.0{}"),
        ("Mar 01 2025 02:01:0{}.0012345", "Mar 01 2025 02:01:1{}.0{}98765"),
        ("Mar 01 2025 02:01:0{}.5Z", "Mar 01 2025 02:01:1{}.{}Z"),
        ("Mar 01 2025 02:01:0{}.5+01:00", "Mar 01 2025 02:01:1{}.{}+01:00"),
        ("Mar 01 2025 02:01:0{}.5-x", "Mar 01 2025 02:01:1{}.{}-x"),
    ] {
        let line = |stamp: &str, second: &str| {
            format!("{} kvm01 sshd[1]: a message of some length\n", stamp.replace("{}", second))
        };
        // A log of years is taken for one of full stamps; the other reader knows them, too.
        let yearless = if usual.contains('T') {
            ""
        } else {
            "Mar  1 02:00:59 kvm01 sshd[1]: a message of some length\n"
        };
        let before: String = (0..9).map(|second: u8| line(usual, &second.to_string())).collect();
        assert_same(
            &(yearless.repeat(30) + &before + &["2", "3", "4", "7"].map(|second| line(odd, second)).concat()),
        );
    }
}

/// How many lines at the front of `log` are passed over once the first is read, as a log of that format.
fn passed(format: &str, log: &str) -> u64 {
    let Reader::Lines(mut reader) = formats::by_id(format).unwrap().open() else { panic!("it reads lines") };
    let mut sink = Sink::new(SourceId(0), knowledge());
    let (first, rest) = log.split_once('\n').unwrap();
    assert_eq!(reader.line(first.as_bytes(), &mut sink), Fate::Parsed);
    // Some bytes behind a line have to be at hand for it to be looked at.
    let text = format!("{rest}{}\n", "z".repeat(100));
    reader.pass(text.as_bytes(), 2, None, &mut sink).lines
}

#[test]
fn usual_lines_are_passed_over() {
    let first = "Mar  1 02:03:04 kvm01 kernel: [    0.000000] Linux version 6.1.0\n";
    for line in [
        "Mar  1 02:03:05 kvm01 kernel: [    0.000001] Command line: BOOT_IMAGE=/boot/vmlinuz\n",
        "Mar  1 02:03:05 kvm01 kernel: [    9.999999] usb 1-1: new device\n",
        "Mar  1 02:03:05 kvm01 kernel: [   77.000000] usb 1-1: new device\n",
        "Mar  1 02:03:05 kvm01 kernel: [UFW BLOCK] IN=eno1 OUT=\n",
        "Mar  1 02:03:05 kvm01 sshd[12]: Accepted publickey for root\n",
        "<30>Mar  1 02:03:05 kvm01 sshd[12]: Accepted publickey for root\n",
        "<6>Mar  1 02:03:05 kvm01 kernel: [    1.000000] usb 1-1: new device\n",
    ] {
        assert_eq!(passed("syslog-rfc3164", &format!("{first}{}", line.repeat(5))), 5, "{line}");
        let full =
            |line: &str| line.replace("Mar  1 ", "2025-03-01T").replace(" kvm01", ".000001+01:00 kvm01");
        assert_eq!(passed("syslog-rfc3339", &full(&format!("{first}{}", line.repeat(5)))), 5, "{line}");
    }
    let young = "Mar  1 02:03:05 kvm01 kernel: [    0.000001] Command line: BOOT_IMAGE=/boot/vmlinuz\n";
    for (log, expected) in [
        // The kernel may have started over.
        (format!("{}{young}", first.replace("0.000000] Linux version", "77.000000] Linux")), 0),
        (format!("{first}{young}{}{young}", young.replace("    0.", "   70.")), 2),
        (format!("{first}{young}Mar  2 02:03:05 kvm01 app: of another day\n"), 1),
        (format!("{first}{young}Mar  1 02:03:05 kvm02 app: of another host\n"), 1),
        (format!("{first}{young}<1911>{young}"), 1),
    ] {
        assert_eq!(passed("syslog-rfc3164", &log), expected, "{log}");
    }
}

#[test]
fn months_are_not_counted_by_lines_that_have_a_year() {
    let year = "Jan 01 2025 00:00:02 kvm01 app[1]: a message of some length\n";
    let log = [
        &"Dec 31 23:00:00 kvm01 app: up\n".repeat(130),
        "Jan  1 00:00:01 kvm01 app: up\n",
        &year.repeat(2500),
        "Sep  1 00:00:00 kvm01 app: up\n",
    ];
    assert_same(&log.concat());
}

#[test]
fn a_literal_in_which_something_was_taken_back_is_found() {
    let dmesg = "[   12.345678] watchdog: BUG: sofx\u{8}t lockup - CPU#0 stuck for 22s!\n".repeat(3);
    let syslog = "Mar  1 02:03:04 kvm01 app: up\n".repeat(5)
        + "Mar  1 02:03:05 relay <4>Mar  1 02:03:05 kvm01 kernel: watchdog: BUG: soft lo\u{7}ckup - CPU#0 stuck for 22s!\n";
    for log in [dmesg, syslog] {
        assert_same(&log);
        let facts = quick(log.as_bytes());
        let is_lockup = |body: &Body| match body {
            Body::Log(line) => line.signatures.iter().any(|signature| signature.contains("lockup")),
            _ => false,
        };
        assert!(facts.records.iter().any(|record| is_lockup(&record.body)), "{:?}", facts.format);
    }
}

/// Lines that name a restart, of a log whose kernel wrote at these uptimes, one a minute.
fn restarts(uptimes: &[&str], log: &str) -> Vec<u64> {
    let lines: String = stamps(&vec![60; uptimes.len()], true)
        .iter()
        .zip(uptimes)
        .map(|(at, uptime)| format!("{at} kvm01 kernel: [{uptime:>12}] usb 1-1: new device\n"))
        .collect();
    assert_same(&lines);
    let facts = quick([lines.as_str(), log].concat().as_bytes());
    let restarts = facts.records.iter().filter(|record| match &record.body {
        Body::Log(line) => line.signatures == ["uptime-restarted"],
        _ => false,
    });
    restarts.map(|record| record.span.line).collect()
}

#[test]
fn an_uptime_that_is_small_once_is_no_restart_and_one_that_goes_on_from_there_is() {
    let busy = ["86400.000001", "86460.000001", "86520.000001"];
    let then = |more: &[&'static str]| [&busy[..], more].concat();
    for stray in [
        &["1.500000", "86640.000001", "86700.000001"][..],
        &["1.500000", "86640.000001", "2.100000", "86760.000001"],
        &["0.000000"],
    ] {
        assert_eq!(restarts(&then(stray), ""), [0_u64; 0], "{stray:?}");
    }
    for (booted, line) in [
        (&["1.500000", "1.600000", "61.700000"][..], 4),
        // Most of the first messages were lost.
        (&["4.900000", "3600.000001"], 4),
        (&["86580.000001", "0.300000", "0.200000", "0.400000"], 5),
    ] {
        assert_eq!(restarts(&then(booted), ""), [line], "{booted:?}");
    }
    // Others may write in between.
    let between = "2025-03-01T00:06:00Z kvm01 cron[1]: 1\n2025-03-01T00:07:00Z kvm01 kernel: [1.700000] 2\n";
    assert_eq!(restarts(&then(&["1.500000"]), between), [4]);
}

#[test]
fn the_last_lines_before_a_restart_are_those_before_its_first_line() {
    let log = "2025-03-01T00:00:00Z kvm01 kernel: [86400.000001] 1: the last\n\
               2025-03-01T00:04:00Z kvm01 kernel: [    0.000000] microcode: updated early\n\
               2025-03-01T00:04:00Z kvm01 kernel: [    0.000000] Linux version 6.1.0\n\
               2025-03-01T00:04:00Z kvm01 kernel: [    0.000000] DMI: 1\n";
    assert_same(log);
    let facts = quick(log.as_bytes());
    let last: Vec<u64> = facts
        .records
        .iter()
        .filter(
            |record| matches!(&record.body, Body::Log(line) if line.signatures == ["last-line-before-boot"]),
        )
        .map(|record| record.span.line)
        .collect();
    assert_eq!(last, [1]);
}
