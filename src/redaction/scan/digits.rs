//! UUIDs, names of storage networks, and MAC addresses without signs.

use std::net::Ipv6Addr;
use std::ops::Range;

use super::{Found, Item, Known, escape_len_ending_at, push, text};
use crate::redaction::Kind;

/// Lengths of the parts of a UUID (RFC 9562).
const UUID_PARTS: [usize; 5] = [8, 4, 4, 4, 12];
const UUID_BYTES: usize = 36;

/// UUIDs anywhere in a word.
pub fn uuid(line: &[u8], range: Range<usize>, found: &mut Vec<Found>) {
    let mut at = range.start;
    while at + UUID_BYTES <= range.end {
        if is_uuid(&line[at..at + UUID_BYTES]) && is_free(line, at, at + UUID_BYTES) {
            push(found, at..at + UUID_BYTES, Item::Digits(Kind::Uuid));
            at += UUID_BYTES;
        } else {
            at += 1;
        }
    }
}

fn is_uuid(bytes: &[u8]) -> bool {
    let mut at = 0;
    for (index, len) in UUID_PARTS.iter().enumerate() {
        if !bytes[at..at + len].iter().all(u8::is_ascii_hexdigit) {
            return false;
        }
        at += len;
        if index < 4 {
            if bytes[at] != b'-' {
                return false;
            }
            at += 1;
        }
    }
    true
}

fn is_free(line: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).and_then(|at| line.get(at));
    let glued = before.is_some_and(u8::is_ascii_hexdigit) && escape_len_ending_at(line, start) == 0;
    !glued && !line.get(end).is_some_and(u8::is_ascii_hexdigit)
}

/// What stands before the digits of a WWN or EUI.
const MARKS: &[&str] = &[
    "naa.",
    "eui.",
    "wwn-0x",
    "wwn.",
    "nvme-eui.",
    "wwpn-0x",
    "wwnn-0x",
    "0x5",
    "0x2",
    "0x1",
    "nvme.",
    "scsi-3",
    "wwid.",
];

/// `naa.5000c500…`, `wwn-0x5000c500…`, `eui.…`, `iqn.2001-05.com.example:…`.
pub fn storage_names(line: &[u8], range: Range<usize>, found: &mut Vec<Found>) {
    let lower = line[range.clone()].to_ascii_lowercase();
    for mark in MARKS {
        let Some(at) = lower.windows(mark.len()).position(|window| window == mark.as_bytes()) else {
            continue;
        };
        // Of those that begin with a number, the number is part of it.
        let keeps = usize::from(mark.starts_with("0x") || *mark == "scsi-3");
        let start = range.start + at + mark.len() - keeps;
        let end = (start..line.len()).find(|at| !line[*at].is_ascii_hexdigit()).unwrap_or(line.len());
        let len = end - start;
        let named = !mark.starts_with("0x");
        // A number of 16 digits alone is an address in memory as well; a WWN has a company's number in it, and where
        // it stands behind a word for it, it is one.
        let fits = if named { (12..=48).contains(&len) } else { len == 16 && is_said(line, range.start) };
        if fits {
            push(found, start..end, Item::Digits(Kind::StorageName));
        }
    }
    for mark in [&b"iqn."[..], b"nqn."] {
        if let Some(at) = lower.windows(4).position(|window| window == mark) {
            let start = range.start + at;
            let is_dated =
                line.get(start + 4..start + 8).is_some_and(|year| year.iter().all(u8::is_ascii_digit));
            // Behind `iqn.2001-05.`.
            let from = start + 12;
            if is_dated && from < line.len() {
                let ends =
                    |byte: u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b':' | b'-' | b'_'));
                let end = (from..line.len()).find(|at| ends(line[*at])).unwrap_or(line.len());
                let end =
                    (from..end).rev().find(|at| line[*at].is_ascii_alphanumeric()).map_or(from, |at| at + 1);
                if end > from {
                    push(found, from..end, Item::Digits(Kind::StorageName));
                }
            }
        }
    }
    // `SAS Address: 500304801…`, `sas_addr 0x…`.
    let all_hex = lower.iter().all(u8::is_ascii_hexdigit);
    if all_hex && lower.len() == 16 && is_said(line, range.start) {
        push(found, range.clone(), Item::Digits(Kind::StorageName));
    }
    if all_hex && lower.len() == 32 && is_said_machine(line, range.start) {
        push(found, range, Item::Digits(Kind::Uuid));
    }
}

/// Text shortly before a place, small.
fn before(line: &[u8], start: usize, bytes: usize) -> String {
    String::from_utf8_lossy(&line[start.saturating_sub(bytes)..start]).to_lowercase()
}

fn is_said(line: &[u8], start: usize) -> bool {
    let before = before(line, start, 24);
    [
        "wwn",
        "wwpn",
        "wwnn",
        "sas addr",
        "sas_addr",
        "sas-addr",
        "sasaddr",
        "guid",
        "eui64",
        "wwid",
        "logical unit",
    ]
    .iter()
    .any(|word| before.contains(word))
}

fn is_said_machine(line: &[u8], start: usize) -> bool {
    let before = before(line, start, 24);
    ["machine_id", "machine-id", "machine id", "machineid", "uuid"].iter().any(|word| before.contains(word))
}

/// Twelve digits behind a word that says that they are a MAC address, or of one that is known.
pub fn bare_mac(line: &[u8], range: Range<usize>, known: &Known<'_>, found: &mut Vec<Found>) {
    let mut at = range.start;
    while at < range.end {
        if !line[at].is_ascii_hexdigit() {
            at += 1;
            continue;
        }
        let start = at;
        while at < range.end && line[at].is_ascii_hexdigit() {
            at += 1;
        }
        // HP writes two groups of six.
        let second = at + 1..at + 7;
        let two = at - start == 6
            && line.get(at) == Some(&b'-')
            && line.get(second.clone()).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            && !line.get(second.end).is_some_and(u8::is_ascii_alphanumeric);
        if two {
            at = second.end;
        } else if at - start != 12 {
            continue;
        }
        let digits = text(&line[start..at]).replace('-', "");
        let bytes: Vec<u8> =
            (0..6).filter_map(|n| u8::from_str_radix(digits.get(2 * n..2 * n + 2)?, 16).ok()).collect();
        let said = || {
            let before = before(line, start, 20);
            ["mac", "hwaddr", "ether", "lladdr", "bootif", "hw addr", "enx", "wlx"]
                .iter()
                .any(|word| before.contains(word))
        };
        if known.macs.contains(&bytes) || said() {
            push(found, start..at, Item::Mac(bytes));
        }
    }
}

/// 32 digits that are an address that is known, as the kernel lists its own.
pub fn bare_six(line: &[u8], range: Range<usize>, known: &Known<'_>, found: &mut Vec<Found>) {
    let digits = &line[range.clone()];
    if digits.len() == 32
        && digits.iter().all(u8::is_ascii_hexdigit)
        && let Ok(value) = u128::from_str_radix(text(digits), 16)
        && known.ipv6.contains(&Ipv6Addr::from(value))
    {
        push(found, range, Item::Ipv6 { address: Ipv6Addr::from(value) });
    }
}

/// Bytes with blanks between them, as `ipmitool raw` prints them: MAC addresses that are known.
#[derive(Default)]
pub struct SpacedBytes {
    /// The last bytes, and where the next one has to begin.
    last: Vec<u8>,
    next: usize,
}

impl SpacedBytes {
    /// Takes a word of two letters.
    pub fn add(&mut self, line: &[u8], start: usize, known: &Known<'_>, found: &mut Vec<Found>) {
        let Ok(byte) = u8::from_str_radix(text(&line[start..start + 2]), 16) else {
            return self.last.clear();
        };
        if start != self.next {
            self.last.clear();
        }
        self.next = start + 3;
        self.last.push(byte);
        if self.last.len() > 6 {
            self.last.remove(0);
        }
        if self.last.len() == 6 && known.macs.contains(&self.last) {
            push(found, start - 15..start + 2, Item::Mac(self.last.clone()));
            self.last.clear();
        }
    }
}
