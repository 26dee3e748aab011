//! IPv6 and MAC addresses, and what looks like them: times, PCI addresses, hexadecimal dumps.

use std::net::Ipv6Addr;
use std::ops::Range;

use super::{Found, Item, Known, Word, escape_len_ending_at, parts, push, text};

/// Looks at a word with two colons or more.
pub fn find(line: &[u8], word: &Word, known: &Known<'_>, found: &mut Vec<Found>) {
    // An address can stand before the bytes or behind them.
    let mut at = word.start;
    for run in bytes_with(line, word.range(), b':', known, found) {
        sixes(line, at..run.start.saturating_sub(1).max(at), known, found);
        at = run.end + 1;
    }
    sixes(line, at..word.end, known, found);
}

fn sixes(line: &[u8], range: Range<usize>, known: &Known<'_>, found: &mut Vec<Found>) {
    let mut at = range.start;
    while at < range.end {
        let Some((run, next)) = next_run(line, at..range.end) else { return };
        if !six(line, run.clone(), known, found) {
            cut_six(line, run, found);
        }
        at = next;
    }
}

/// The next run of hexadecimal digits, colons and dots in a word.
fn next_run(line: &[u8], range: Range<usize>) -> Option<(Range<usize>, usize)> {
    let fits = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    let start = range.clone().find(|at| fits(line[*at]))?;
    let end = (start..range.end).find(|at| !fits(line[*at])).unwrap_or(range.end);
    Some((start..end, end))
}

/// An IPv6 address in a run; it can have a port or a sentence's end behind it, and a key before it.
fn six(line: &[u8], run: Range<usize>, known: &Known<'_>, found: &mut Vec<Found>) -> bool {
    let glued =
        |at: usize| at > 0 && (line[at - 1].is_ascii_alphanumeric() && escape_len_ending_at(line, at) == 0);
    let mut starts: Vec<usize> = Vec::new();
    for at in run.clone() {
        let after_sign = at > run.start && matches!(line[at - 1], b':' | b'.') && line[at] != b':';
        let first = at == run.start && !glued(at);
        // Digits of an escape before the address look like its own.
        let after_escape = at > run.start && at <= run.start + 4 && escape_len_ending_at(line, at) > 0;
        if first || after_sign || after_escape {
            starts.push(at);
        }
    }
    starts.sort_by_key(|at| (escape_len_ending_at(line, *at) == 0, *at));
    // One that is surely an address goes before one that a number or a port in front of it makes longer.
    for surely in [true, false] {
        for start in &starts {
            let rest = &line[*start..run.end];
            let Some((len, address)) = longest(line, *start, run.end, None) else { continue };
            if (is_routed(address) || !surely) && is_likely(&rest[..len], address) {
                push(found, *start..start + len, Item::Ipv6 { address });
                return true;
            }
        }
    }
    // Letters can be glued to one that is known.
    for start in run.clone() {
        if let Some((len, address)) = longest(line, start, run.end, Some(known)) {
            push(found, start..start + len, Item::Ipv6 { address });
            return true;
        }
    }
    false
}

/// Whether an address is in a range that addresses are given out from.
fn is_routed(address: Ipv6Addr) -> bool {
    matches!(address.segments()[0], 0x2000..=0x3fff | 0xfc00..=0xfdff | 0xfe80..=0xfeff | 0xff00..=0xffff | 0x64)
}

/// Bytes of the longest spelling of an address: six groups and four numbers.
const SIX_BYTES_MAX: usize = 45;

/// Bytes at the beginning of a run that the spelling of an address can have: groups of four digits, eight colons, and
/// none of them behind a dot.
fn spelled(run: &[u8]) -> usize {
    let (mut digits, mut colons, mut dotted) = (0, 0, false);
    for (at, byte) in run.iter().enumerate() {
        match byte {
            b':' => {
                colons += 1;
                digits = 0;
                if dotted || colons > 8 {
                    return at;
                }
            }
            b'.' => {
                dotted = true;
                digits = 0;
            }
            _ => {
                digits += 1;
                if digits > 4 {
                    return at;
                }
            }
        }
    }
    run.len()
}

/// The longest beginning that is an address, cut only at signs, and of a known one anywhere.
fn longest(line: &[u8], start: usize, end: usize, only: Option<&Known<'_>>) -> Option<(usize, Ipv6Addr)> {
    let near = &line[start..end.min(start + SIX_BYTES_MAX)];
    let rest = &near[..spelled(near)];
    if rest.iter().filter(|byte| **byte == b':').count() < 2 {
        return None;
    }
    let can_end = |at: &usize| {
        let goes_on = line.get(start + at).is_some_and(u8::is_ascii_alphanumeric);
        let at_sign = start + at == end
            || line.get(start + at).is_some_and(|byte| matches!(byte, b':' | b'.'))
            || rest[..*at].ends_with(b"::");
        only.is_some() || at_sign && !goes_on
    };
    (2..=rest.len()).rev().filter(can_end).find_map(|len| {
        let address = text(&rest[..len]).parse().ok()?;
        only.is_none_or(|known| known.ipv6.contains(&address)).then_some((len, address))
    })
}

/// Whether what parses as an address is one: `a::b` in the name of a function is none.
fn is_likely(written: &[u8], address: Ipv6Addr) -> bool {
    let colons = written.iter().filter(|byte| **byte == b':').count();
    let first = address.segments()[0];
    let all_zero_front = first == 0 && address.segments()[..5].iter().all(|group| *group == 0);
    let digits = written.iter().filter(|byte| byte.is_ascii_digit()).count();
    if is_routed(address) {
        // `fe::f` has not the length, and `ff00::` in a dump has.
        return written.iter().take_while(|byte| **byte != b':').count() >= 2;
    }
    if all_zero_front {
        let dotted = written.contains(&b'.');
        return dotted
            || address.segments()[5] == 0xffff
            || colons >= 6
            || address.segments()[..7].iter().all(|g| *g == 0);
    }
    colons >= 4 && digits >= 3
}

/// What is left of an address that a column was too narrow for: `2001:db8:1:2:3:4`.
fn cut_six(line: &[u8], run: Range<usize>, found: &mut Vec<Found>) {
    let end =
        (run.start..run.end).rev().find(|at| line[*at].is_ascii_hexdigit()).map_or(run.start, |at| at + 1);
    if run.start > 0 && line[run.start - 1].is_ascii_alphanumeric() {
        return;
    }
    let groups = parts(line, run.start..end, b':');
    if !(3..8).contains(&groups.len()) || groups.iter().any(|group| group.is_empty() || group.len() > 4) {
        return;
    }
    let values: Option<Vec<u16>> =
        groups.iter().map(|group| u16::from_str_radix(text(&line[group.clone()]), 16).ok()).collect();
    let Some(values) = values else { return };
    let routed = matches!(values[0], 0x2000..=0x3fff | 0xfc00..=0xfdff | 0xfe80..=0xfebf);
    // `2025:03:01` is a date.
    let is_time = groups[1..]
        .iter()
        .all(|group| group.len() <= 2 && line[group.clone()].iter().all(u8::is_ascii_digit));
    if routed && groups[0].len() == 4 && !is_time {
        push(found, run.start..end, Item::CutIpv6 { groups: values });
    }
}

/// MAC addresses, or WWNs of eight bytes, in a run of bytes with one sign between them. Returns where such runs are.
fn bytes_with(
    line: &[u8],
    range: Range<usize>,
    sign: u8,
    known: &Known<'_>,
    found: &mut Vec<Found>,
) -> Vec<Range<usize>> {
    let all = parts(line, range, sign);
    let mut places = Vec::new();
    let mut at = 0;
    while at < all.len() {
        let is_byte =
            |part: &Range<usize>| part.len() == 2 && line[part.clone()].iter().all(u8::is_ascii_hexdigit);
        // A key or an escape can be glued to the first byte, a port or a unit to the last.
        let first = all[at].end.saturating_sub(2).max(all[at].start)..all[at].end;
        let glued_front = first.start > all[at].start
            && line[first.start - 1].is_ascii_alphanumeric()
            && escape_len_ending_at(line, first.start) == 0;
        if !is_byte(&first) || glued_front {
            at += 1;
            continue;
        }
        let mut run = vec![first];
        while at + run.len() < all.len() && is_byte(&all[at + run.len()]) {
            run.push(all[at + run.len()].clone());
        }
        at += run.len();
        // The last byte may have a sign of another kind behind it (`…:ff_eth0`, `…:ff.`).
        if let Some(next) = all.get(at)
            && next.len() > 2
            && is_byte(&(next.start..next.start + 2))
            && !line[next.start + 2].is_ascii_alphanumeric()
        {
            run.push(next.start..next.start + 2);
            // What is behind that sign can begin the next: the part is looked at once more.
        }
        if run.len() >= 6 {
            places.push(run[0].start..run[run.len() - 1].end);
        }
        in_run(line, &run, known, found);
    }
    places
}

fn in_run(line: &[u8], run: &[Range<usize>], known: &Known<'_>, found: &mut Vec<Found>) {
    let value = |part: &Range<usize>| u8::from_str_radix(text(&line[part.clone()]), 16).unwrap_or(0);
    let mut add = |parts: &[Range<usize>]| {
        let bytes: Vec<u8> = parts.iter().map(value).collect();
        let range = parts[0].start..parts[parts.len() - 1].end;
        push(found, range, Item::Mac(bytes));
    };
    match run.len() {
        6 | 8 => add(run),
        // `BOOTIF=01-…`: the kind of network stands before.
        7 if value(&run[0]) == 1 => add(&run[1..]),
        // `MAC=` of netfilter: target, source and protocol.
        14 => {
            add(&run[..6]);
            add(&run[6..12]);
        }
        // InfiniBand: the last eight bytes name the port.
        20 => {
            add(&run[12..]);
        }
        len if len > 6 => {
            // A dump or a fingerprint: only addresses that are known.
            let mut at = 0;
            while at + 6 <= len {
                let bytes: Vec<u8> = run[at..at + 6].iter().map(value).collect();
                if known.macs.contains(&bytes) {
                    add(&run[at..at + 6]);
                    at += 6;
                } else {
                    at += 1;
                }
            }
        }
        _ => {}
    }
}

/// `aa-bb-cc-dd-ee-ff`.
pub fn dashed_mac(line: &[u8], range: Range<usize>, known: &Known<'_>, found: &mut Vec<Found>) {
    bytes_with(line, range.clone(), b'-', known, found);
    bytes_with(line, range, b'_', known, found);
}

/// `aabb.ccdd.eeff`.
pub fn dotted_mac(line: &[u8], range: Range<usize>, found: &mut Vec<Found>) {
    let all = parts(line, range, b'.');
    for three in all.windows(3) {
        let tail = |part: &Range<usize>| part.end.saturating_sub(4).max(part.start)..part.end;
        let head = |part: &Range<usize>| part.start..part.end.min(part.start + 4);
        let three = [tail(&three[0]), three[1].clone(), head(&three[2])];
        let fits =
            |part: &Range<usize>| part.len() == 4 && line[part.clone()].iter().all(u8::is_ascii_hexdigit);
        let free = |at: Option<&u8>| !at.is_some_and(u8::is_ascii_alphanumeric);
        let before = three[0].start.checked_sub(1).and_then(|at| line.get(at));
        let digits: String = three.iter().map(|part| text(&line[part.clone()])).collect();
        // Three numbers of four digits are figures.
        let has_letter = digits.bytes().any(|byte| byte.is_ascii_alphabetic()) || digits.starts_with("00");
        if three.iter().all(fits) && free(before) && free(line.get(three[2].end)) && has_letter {
            let bytes =
                (0..6).filter_map(|n| u8::from_str_radix(digits.get(2 * n..2 * n + 2)?, 16).ok()).collect();
            push(found, three[0].start..three[2].end, Item::Mac(bytes));
        }
    }
}
