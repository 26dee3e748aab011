//! Sources in memory, and a fleet whose incidents they tell of.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Cursor};

use chrono::{DateTime, TimeDelta, Utc};
use coroner::case::{Decoded, Mark, Originals};
use coroner::model::{Report, SourceEntry};

use crate::fleet;

/// A log that kvm01 and kvm15 share, in the order of time.
pub const SHARED_LOG: &str = "central/syslog.2.gz";
pub const SEL: &str = "sel/kvm01.bin";
pub const POWER: &str = "power/all.csv";
pub const BOOTS: &str = "hosts/kvm01/wtmp";

/// Bytes of a record of wtmp.
pub const BOOT_RECORD: usize = 384;

#[derive(Clone, Default)]
pub struct Memory {
    pub bytes: BTreeMap<String, Vec<u8>>,
    pub marks: BTreeMap<String, Vec<Mark>>,
    pub serials: BTreeMap<String, String>,
    /// Sources without years beside [`SHARED_LOG`].
    pub yearless: BTreeSet<String>,
}

impl Originals for Memory {
    fn open(&self, source: &str) -> io::Result<Option<Box<dyn BufRead + '_>>> {
        if source.contains("broken") {
            return Err(io::Error::other("the disk is gone"));
        }
        let found = self.bytes.get(source);
        Ok(found.map(|bytes| Box::new(Cursor::new(bytes.as_slice())) as Box<dyn BufRead>))
    }

    fn marks(&self, source: &str) -> Vec<Mark> {
        self.marks.get(source).cloned().unwrap_or_default()
    }

    fn decoded(&self, source: &str) -> Vec<Decoded> {
        if source != SEL {
            return vec![];
        }
        let records = self.bytes[SEL].chunks_exact(16);
        records
            .map(|raw| Decoded { raw: raw.try_into().unwrap(), text: "Power Unit #0x01\n | lost".to_owned() })
            .collect()
    }

    fn serial(&self, host: &str) -> Option<String> {
        self.serials.get(host).cloned()
    }

    fn zone(&self, source: Option<&str>) -> Option<String> {
        Some(if source == Some(SHARED_LOG) { "America/New_York" } else { "Europe/Berlin" }.to_owned())
    }

    fn is_yearless(&self, source: &str) -> bool {
        source == SHARED_LOG || self.yearless.contains(source)
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn entry(path: &str, format: &str, kind: &str, host: Option<&str>, bytes: usize) -> SourceEntry {
    let mut entry = fleet::fleet().sources[0].clone();
    entry.path = path.to_owned();
    entry.format = Some(format.to_owned());
    entry.kind = kind.to_owned();
    entry.host = host.map(str::to_owned);
    entry.bytes = bytes as u64;
    entry.clock_offset_s = None;
    entry
}

/// The made-up fleet, and sources of two of its hosts: kvm01 fell at 2025-01-19 02:14 UTC, kvm15 at 2025-03-09 03:05.
pub fn fleet_and_sources() -> (Report, Memory) {
    let (mut report, mut memory) = (fleet::fleet(), Memory::default());
    let start = at("2025-01-18T00:00:00Z");
    // A line every ten minutes over 80 days, in turn of each host; every tenth has a mark.
    let (mut text, mut marks) = (String::new(), Vec::new());
    for n in 0..11_520u64 {
        let when = start + TimeDelta::minutes(10 * n as i64);
        let host = if n % 2 == 0 { "kvm01" } else { "kvm15" };
        if n % 10 == 0 || n % 10 == 1 {
            let host = Some(host.to_owned());
            marks.push(Mark { host, offset: text.len() as u64, len: 1, line: n + 1, at: Some(when) });
        }
        text += &format!("{} {host} app: message {n}\n", when.format("%b %e %H:%M:%S"));
    }
    report.sources.push(entry(SHARED_LOG, "syslog-rfc3164", "log", None, text.len()));
    memory.bytes.insert(SHARED_LOG.to_owned(), text.into_bytes());
    memory.marks.insert(SHARED_LOG.to_owned(), marks);

    let sel: Vec<u8> = (0..160u8).collect();
    report.sources.push(entry(SEL, "ipmi-sel-raw", "sel", Some("kvm01"), sel.len()));
    memory.bytes.insert(SEL.to_owned(), sel);

    let (mut text, mut marks) = ("# meter 7\ntime,host,watts\n".to_owned(), Vec::new());
    for n in 0..600u64 {
        let when = at("2025-01-18T22:00:00Z") + TimeDelta::minutes(n as i64);
        for host in ["kvm01", "kvm15"] {
            let line = text.lines().count() as u64 + 1;
            let mark = Mark { host: Some(host.to_owned()), offset: 0, len: 0, line, at: Some(when) };
            marks.push(mark);
            text += &format!("{},{host},{}\n", when.to_rfc3339(), 300 + n % 7);
        }
    }
    report.sources.push(entry(POWER, "power-csv", "power", None, text.len()));
    memory.bytes.insert(POWER.to_owned(), text.into_bytes());
    memory.marks.insert(POWER.to_owned(), marks);

    let boots: Vec<u8> = (0..4u8).flat_map(|n| [n; BOOT_RECORD]).collect();
    let record = |n: usize| Mark {
        host: Some("kvm01".to_owned()),
        offset: (n * BOOT_RECORD) as u64,
        len: BOOT_RECORD as u64,
        line: 0,
        at: Some(at("2025-01-19T02:20:00Z")),
    };
    report.sources.push(entry(BOOTS, "linux-wtmp", "boot", Some("kvm01"), boots.len()));
    memory.marks.insert(BOOTS.to_owned(), vec![record(0), record(2)]);
    memory.bytes.insert(BOOTS.to_owned(), boots);
    memory.serials.insert("kvm01".to_owned(), "S0000001".to_owned());
    (report, memory)
}
