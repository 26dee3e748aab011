//! Names in binary excerpts: every record keeps its length.

use crate::case::RAW_SEL;
use crate::redaction::Redactor;

/// Bytes of a SEL record (IPMI v2.0, table 32-1).
const SEL_RECORD: usize = 16;
/// Record types from which on there is no time, and text may begin at byte 3 (IPMI v2.0, table 32-1).
const OEM_UNTIMED: u8 = 0xe0;
/// Record types with a time and bytes of the maker's from byte 10 on.
const OEM_TIMED: u8 = 0xc0;
/// Panic messages of Linux: sender and number of the fragment, then eleven letters (drivers/char/ipmi).
const LINUX_PANIC: u8 = 0xf0;

/// The bytes without names, as many as before.
pub fn redacted(redactor: &mut Redactor, format: &str, bytes: &[u8]) -> Vec<u8> {
    if format != RAW_SEL {
        return redactor.redact_fixed(bytes);
    }
    let mut made = bytes.to_vec();
    let records = bytes.len() / SEL_RECORD;
    let mut first = 0;
    while first < records {
        let kind = type_of(bytes, first);
        let Some(from) = text_begins(kind) else {
            first += 1;
            continue;
        };
        // A message goes on in the next record of the same type.
        let behind = (first..records).find(|&record| type_of(bytes, record) != kind).unwrap_or(records);
        let field = |record: usize| record * SEL_RECORD + from..(record + 1) * SEL_RECORD;
        let text: Vec<u8> = (first..behind).flat_map(|record| bytes[field(record)].iter().copied()).collect();
        let text = redactor.redact_fixed(&text);
        for (record, part) in (first..behind).zip(text.chunks_exact(SEL_RECORD - from)) {
            made[field(record)].copy_from_slice(part);
        }
        first = behind;
    }
    made
}

fn type_of(bytes: &[u8], record: usize) -> u8 {
    bytes[record * SEL_RECORD + 2]
}

fn text_begins(kind: u8) -> Option<usize> {
    match kind {
        LINUX_PANIC => Some(5),
        OEM_UNTIMED.. => Some(3),
        OEM_TIMED.. => Some(10),
        _ => None,
    }
}
