//! What owners write into their machines: asset tags, and whose property something is.

use std::ops::Range;

use super::{Found, Item, push, text};
use crate::redaction::words;

/// No tag of SMBIOS is longer than what fits on a label.
const TAG_BYTES_MAX: usize = 64;

/// `Asset Tag: AC-00123` and `String 1: Property of Acme`, as dmidecode lists them: alone in a line.
pub fn find(line: &[u8], found: &mut Vec<Found>) {
    let start = line.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(line.len());
    let Some(colon) = line[start..].iter().take(16).position(|byte| *byte == b':').map(|at| start + at)
    else {
        return;
    };
    let key = &line[start..colon];
    let is_tag = key.eq_ignore_ascii_case(b"Asset Tag");
    let is_string = key.get(..7).is_some_and(|word| word.eq_ignore_ascii_case(b"String "))
        && key[7..].iter().all(u8::is_ascii_digit);
    if !is_tag && !is_string {
        return;
    }
    let value = trimmed(line, colon + 1..line.len());
    if value.is_empty() || value.len() > TAG_BYTES_MAX || text(&line[value.clone()]).is_empty() {
        return;
    }
    if let Some(owner) = owner(line, value.clone()) {
        push(found, owner, Item::Owner);
    } else if is_tag && is_own(text(&line[value.clone()])) {
        push(found, value, Item::Tag);
    }
}

fn trimmed(line: &[u8], range: Range<usize>) -> Range<usize> {
    let is_blank = |byte: &u8| byte.is_ascii_whitespace();
    let bytes = &line[range.clone()];
    let Some(first) = bytes.iter().position(|byte| !is_blank(byte)) else { return range.end..range.end };
    let last = bytes.iter().rposition(|byte| !is_blank(byte)).unwrap_or(first);
    range.start + first..range.start + last + 1
}

/// Whose property it is.
fn owner(line: &[u8], value: Range<usize>) -> Option<Range<usize>> {
    const WORDS: &[u8] = b"property of ";
    let begins = line[value.clone()].get(..WORDS.len())?.eq_ignore_ascii_case(WORDS);
    let owner = trimmed(line, value.start + WORDS.len()..value.end);
    let name = text(&line[owner.clone()]);
    (begins && name.len() >= 4 && !words::is_vocabulary(name)).then_some(owner)
}

/// Whether it is a tag of somebody, and not what makers leave there (`DIMM_A1_AssetTag`, `Not Specified`).
fn is_own(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let bare: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    lower.len() >= 4
        && !words::is_no_serial(&lower)
        && !words::is_vocabulary(&lower)
        && !bare.contains("assettag")
        && !bare.starts_with("not")
        && bare != "9876543210"
}
