//! Parts that take foreign text or bytes without being a format.

use std::path::Path;

use coroner::config::Config;
use coroner::ingest::written_time::{self, DayFirst};
use coroner::ipmi::{event_text, sel_record};
use coroner::knowledge::{Knowledge, template};
use coroner::ledger::printable;

use super::{Target, seeds};

pub fn all() -> Vec<Target> {
    vec![
        Target {
            name: "config",
            seeds: vec![CONFIG.as_bytes().to_vec()],
            lines_from: None,
            bytes_usual: 600,
            bytes_max: 2048,
            check: Box::new(config),
        },
        Target {
            name: "knowledge",
            seeds: KNOWLEDGE.split(ENTRY).skip(1).map(|entry| [ENTRY, entry].concat().into_bytes()).collect(),
            lines_from: None,
            bytes_usual: 1400,
            bytes_max: 2048,
            check: Box::new(knowledge),
        },
        Target {
            name: "sel-decode",
            seeds: seeds::of_format("ipmi-sel-raw").iter().flat_map(|log| records(log)).collect(),
            lines_from: None,
            bytes_usual: 16,
            bytes_max: 16,
            check: Box::new(sel_decode),
        },
        Target {
            name: "template",
            seeds: MESSAGES.iter().map(|message| message.as_bytes().to_vec()).collect(),
            lines_from: None,
            bytes_usual: 200,
            bytes_max: 1024,
            check: Box::new(template_of),
        },
        Target {
            name: "written-time",
            seeds: TIMES.iter().map(|time| time.as_bytes().to_vec()).collect(),
            lines_from: None,
            bytes_usual: 40,
            bytes_max: 80,
            check: Box::new(written_times),
        },
    ]
}

const CONFIG: &str = r#"timezone = "Europe/Berlin"
[[source]]
path = "bmc/*/sel*.txt"
host = "kvm01"
timezone = "America/New_York"
[host.kvm02]
timezone = "UTC"
aliases = ["kvm02.example.net"]
[[change]]
at = "2025-03-01T02:00:00"
what = "BIOS 2.19"
hosts = ["kvm*"]
"#;

/// A configuration that is taken can be asked about any path.
fn config(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Ok(config) = Config::parse(text, Path::new("coroner.toml")) {
        for path in ["bmc/kvm01/sel.txt", "", "a*b?c"] {
            let host = config.host_of(path);
            let _ = config.zone_of(path, host);
        }
    }
}

const KNOWLEDGE: &str = include_str!("../../../src/knowledge/base/power.toml");
const ENTRY: &str = "[[signature]]";

/// Knowledge that is taken can be asked about any line.
fn knowledge(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Ok(knowledge) = Knowledge::of_text("own.toml", text) {
        let _ = knowledge.log_line("kernel", text);
        assert!(knowledge.signatures().iter().all(|signature| knowledge.by_id(&signature.id).is_some()));
    }
}

fn records(log: &[u8]) -> Vec<Vec<u8>> {
    log.chunks_exact(16).map(<[u8]>::to_vec).collect()
}

/// Any sixteen bytes are a record, keep their bytes, and can be put into words.
fn sel_decode(input: &[u8]) {
    let Some(raw) = input.first_chunk::<16>() else { return };
    let record = sel_record::decode(raw);
    assert_eq!(&record.raw, raw);
    for text in [
        event_text::event_text(&record),
        event_text::sensor_text(&record),
        event_text::ipmitool_line(&record),
    ] {
        assert!(text.len() < 1000, "{text}");
        assert!(!printable(text.as_bytes(), 1000).chars().any(char::is_control));
    }
}

const MESSAGES: [&str; 4] = [
    "usb 1-1: new high-speed USB device number 2 using xhci_hcd",
    "EXT4-fs (sda1): mounted filesystem 3f2504e0-4f89-11d3-9a0c-0305e82c3301 r/w with ordered data mode",
    "Failed to open '/var/lib/app/state.db': [Errno 13] Permission denied (10.0.0.7:443, fe80::1)",
    "Machine check: CPU 3 Bank 5: be00000000800400 TSC 1234abcd at 0x7fffd00dba11",
];

/// A template is no longer than its message with a gap for each of its bytes, and is said in its pieces.
fn template_of(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let of_text = template::of(&text);
    assert!(of_text.len() <= text.len() * template::GAP.len(), "{of_text}");
    assert!(of_text.contains(template::longest_piece(&of_text)), "{of_text}");
}

const TIMES: [&str; 16] = [
    "2025-03-01T02:03:04Z",
    "2025-03-01 02:03:04.123456+01:00",
    "31.12.2024 23:59:59",
    "12/31/2024 11:59 PM",
    "31/12/2024, 23:59",
    "1 Jan 2025 00:00:00 UTC",
    "Mon, 03 Mar 2025 10:00:00 +0100",
    "Mar  3 2025 10:00:00",
    "20250303T100000Z",
    "1740787200",
    "1740787200123",
    "1740787200.5",
    "2025-03-01",
    "03/01/25 02:03",
    "2025-03-01T02:03:04-05:00",
    "Sat Mar  1 02:03:04 CET 2025",
];

/// A time that is read is the same whichever way it is quoted, and stays when it is read again.
fn written_times(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    for day_first in [DayFirst(false), DayFirst(true)] {
        let stamp = written_time::read(text, day_first);
        assert_eq!(stamp, written_time::read(text.trim(), day_first), "{text:?}");
        let _ = stamp.as_ref().and_then(written_time::steady_seconds);
    }
    let _ = DayFirst::of(text.split(','));
}
