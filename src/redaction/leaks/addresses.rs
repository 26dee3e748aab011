//! Addresses in any spelling: those that are known, and those that have the shape and are no pseudonyms.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::super::network::{self, Six};
use super::super::scan::is_version_before;
use super::super::words;
use super::names::begins_word;
use super::{Identifiers, Kind, Map};

/// What may stand in a bundle, and what may not.
pub struct Addresses<'a> {
    identifiers: &'a Identifiers,
    four: BTreeSet<Ipv4Addr>,
    six: BTreeSet<Ipv6Addr>,
    macs: BTreeSet<String>,
    map: &'a Map,
}

/// Called with place, kind, whether it was known before, and the text.
pub type Note<'a> = dyn FnMut(usize, Kind, bool, &[u8]) + 'a;

impl<'a> Addresses<'a> {
    pub fn new(identifiers: &'a Identifiers, map: &'a Map) -> Self {
        let mut all = Self {
            identifiers,
            four: identifiers.ipv4.iter().copied().filter(|four| !network::is_kept(*four)).collect(),
            six: identifiers.ipv6.iter().copied().collect(),
            macs: identifiers.macs.iter().map(|mac| super::super::keyed::hex(mac)).collect(),
            map,
        };
        for (kind, original, _) in map.entries() {
            match kind {
                Kind::Ipv4 => all.four.extend(original.parse::<Ipv4Addr>()),
                Kind::Ipv6 => all.six.extend(original.parse::<Ipv6Addr>()),
                Kind::Mac => {
                    all.macs.insert(original.to_owned());
                }
                _ => {}
            }
        }
        all
    }

    pub fn find(&self, text: &[u8], note: &mut Note<'_>) {
        let mut at = 0;
        while at < text.len() {
            if text[at] == b'@' {
                self.mail(text, at, note);
            }
            let begins = at == 0 || !is_sign_or_hex(text[at - 1]);
            if !begins || !is_sign_or_hex(text[at]) {
                at += 1;
                continue;
            }
            let len = text[at..].iter().take_while(|byte| is_sign_or_hex(**byte)).count();
            if len >= 7 {
                self.run(text, at, at + len, note);
            }
            at += len;
        }
    }

    /// Looks at a run of digits and signs.
    fn run(&self, text: &[u8], start: usize, end: usize, note: &mut Note<'_>) {
        for sign in [b'.', b'-', b'_'] {
            self.four(text, start, end, sign, note);
        }
        self.six(text, start, end, note);
        self.mac(text, start, end, note);
    }

    /// Numbers with a sign between them, forwards and backwards.
    fn four(&self, text: &[u8], start: usize, end: usize, sign: u8, note: &mut Note<'_>) {
        let mut at = start;
        while at < end {
            let digits =
                |from: usize| text[from..end].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits(at) == 0 {
                at += 1;
                continue;
            }
            let mut numbers: Vec<(usize, usize)> = Vec::new();
            let mut next = at;
            loop {
                let len = digits(next);
                if len == 0 {
                    break;
                }
                // Digits of an escape before the first number are none of it.
                let skip = if numbers.is_empty() {
                    (1..len.min(5)).rev().find(|skip| begins_word(text, next + skip)).unwrap_or(0)
                } else {
                    0
                };
                numbers.push((next + skip, next + len));
                next += len;
                if text.get(next) != Some(&sign) || next + 1 >= end || !text[next + 1].is_ascii_digit() {
                    break;
                }
                next += 1;
            }
            self.windows(text, &numbers, sign, note);
            at = next.max(at + 1);
        }
    }

    fn windows(&self, text: &[u8], numbers: &[(usize, usize)], sign: u8, note: &mut Note<'_>) {
        for window in numbers.windows(4) {
            let values: Option<Vec<u8>> = window
                .iter()
                .map(|(from, to)| {
                    let digits = std::str::from_utf8(&text[*from..*to]).ok()?;
                    (digits.len() <= 3).then(|| digits.parse().ok()).flatten()
                })
                .collect();
            let Some(values) = values else { continue };
            let forwards = Ipv4Addr::new(values[0], values[1], values[2], values[3]);
            let backwards = Ipv4Addr::new(values[3], values[2], values[1], values[0]);
            let (from, to) = (window[0].0, window[3].1);
            let written = &text[from..to];
            let mut any = false;
            let in_arpa = text[to..].len() >= 8 && text[to..to + 8].eq_ignore_ascii_case(b".in-addr");
            let reversed_counts = in_arpa || sign != b'.';
            let (first, second) =
                if in_arpa { (backwards, None) } else { (forwards, reversed_counts.then_some(backwards)) };
            for address in [Some(first), second].into_iter().flatten() {
                if self.four.contains(&address) && !self.is_pseudonym(address) && !any {
                    note(from, Kind::Ipv4, true, written);
                    any = true;
                }
            }
            // Half bytes below `ip6.arpa` are judged as a whole.
            let word = text[to..]
                .iter()
                .take(80)
                .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'.')
                .count();
            let in_six = text[to..to + word].to_ascii_lowercase().ends_with(b".ip6.arpa");
            let is_plain = sign == b'.' && numbers.len() == 4 && !any && !in_six;
            let glued = from > 0 && matches!(text[from - 1], b'v' | b'V' | b'r');
            let has_zero = window.iter().any(|(a, b)| b - a == 2 && text[*a] == b'0');
            if is_plain
                && !glued
                && !has_zero
                && !text[to..].starts_with(b" #")
                && !network::is_kept(first)
                && !self.is_pseudonym(first)
                && !self.identifiers.kept.contains(&forwards.to_string())
                && !is_version(text, from, to)
            {
                note(from, Kind::Ipv4, false, written);
            }
        }
    }

    /// Also true of an address of the fleet that is a pseudonym of another: nobody can tell which of them it is.
    fn is_pseudonym(&self, address: Ipv4Addr) -> bool {
        self.map.is_pseudonym(&address.to_string())
    }

    /// All pieces between colons that can be read as an address.
    fn six(&self, text: &[u8], start: usize, end: usize, note: &mut Note<'_>) {
        let run = &text[start..end];
        if run.iter().filter(|byte| **byte == b':').count() < 2 {
            return self.six_without_colons(text, start, end, note);
        }
        let is_colon = |at: usize| run.get(at) == Some(&b':');
        let starts: Vec<usize> = (0..run.len())
            .filter(|at| *at == 0 || *at == 2 || is_colon(*at - 1) || is_colon(*at) && is_colon(at + 1))
            .collect();
        let ends: Vec<usize> = (1..=run.len())
            .rev()
            .filter(|at| *at == run.len() || !run[*at].is_ascii_hexdigit() || is_colon(at - 1))
            .collect();
        // `%20` is a blank.
        let mut done = if start > 0 && text[start - 1] == b'%' { 2 } else { 0 };
        for from in starts {
            if from < done {
                continue;
            }
            let near = &run[from..run.len().min(from + SIX_BYTES_MAX)];
            let mut colons = (0..near.len()).filter(|at| near[*at] == b':');
            let most = from + colons.nth(SIX_COLONS_MAX).unwrap_or(near.len());
            let first = ends.partition_point(|to| *to > most);
            for to in ends[first..].iter().copied().take_while(|to| *to > from + 2) {
                let Some(address) =
                    std::str::from_utf8(&run[from..to]).ok().and_then(|text| text.parse::<Ipv6Addr>().ok())
                else {
                    continue;
                };
                done = to;
                self.judge_six(text, start + from, start + to, address, note);
                break;
            }
        }
    }

    fn judge_six(&self, text: &[u8], from: usize, to: usize, address: Ipv6Addr, note: &mut Note<'_>) {
        if self.map.is_pseudonym(&address.to_string()) || network::six(address) == Six::Kept {
            return;
        }
        if let Six::Holds(inner) = network::six(address)
            && (network::is_kept(inner) || self.is_pseudonym(inner))
        {
            return;
        }
        let known = self.six.contains(&address);
        let first = address.segments()[0];
        let routed = matches!(first, 0x2000..=0x3fff | 0xfc00..=0xfdff | 0xfe80..=0xfeff);
        let glued = from > 0 && text[from - 1].is_ascii_alphanumeric()
            || text.get(to).is_some_and(u8::is_ascii_alphanumeric);
        let is_bytes = text[from..to].split(|byte| *byte == b':').all(|part| part.len() == 2);
        let long = text[from..to].iter().take_while(|byte| **byte != b':').count() == 4;
        if known || routed && long && !glued && !is_bytes {
            note(from, Kind::Ipv6, known, &text[from..to]);
        }
    }

    /// 32 digits, and half bytes below `ip6.arpa`.
    fn six_without_colons(&self, text: &[u8], start: usize, end: usize, note: &mut Note<'_>) {
        let run = &text[start..end];
        let digits: String =
            run.iter().filter(|byte| byte.is_ascii_hexdigit()).map(|byte| char::from(*byte)).collect();
        let apart = run.len() >= 63 && run.iter().take(63).skip(1).step_by(2).all(|byte| *byte == b'.');
        if digits.len() < 32 || !(apart || run.len() == 32) {
            return;
        }
        let first = digits.get(..32).unwrap_or_default();
        let backwards: String = first.chars().rev().collect();
        for spelling in [first, backwards.as_str()] {
            if let Ok(value) = u128::from_str_radix(spelling, 16)
                && self.six.contains(&Ipv6Addr::from(value))
                && !self.map.is_pseudonym(&Ipv6Addr::from(value).to_string())
            {
                note(start, Kind::Ipv6, true, run);
            }
        }
    }

    /// Twelve digits, however they are grouped.
    fn mac(&self, text: &[u8], start: usize, end: usize, note: &mut Note<'_>) {
        let run = &text[start..end];
        let places: Vec<usize> = (0..run.len()).filter(|at| run[*at].is_ascii_hexdigit()).collect();
        if places.len() < 12 {
            return;
        }
        let mut next = 0;
        for first in 0..=places.len() - 12 {
            if first < next {
                continue;
            }
            let (from, to) = (places[first], places[first + 11] + 1);
            let piece = &run[from..to];
            if piece.len() > 17 || !is_grouped(piece) {
                continue;
            }
            let digits: String = piece
                .iter()
                .filter(|byte| byte.is_ascii_hexdigit())
                .map(|byte| char::from(byte.to_ascii_lowercase()))
                .collect();
            if self.map.is_pseudonym(&digits) {
                next = first + 12;
                continue;
            }
            let free = |byte: Option<&u8>| {
                !byte.is_some_and(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'-'))
            };
            let alone = free(from.checked_sub(1).and_then(|at| run.get(at))) && free(run.get(to));
            let pairs = piece.len() == 17 && matches!(piece[2], b':' | b'-');
            let kept = ["000000000000", "ffffffffffff"].contains(&digits.as_str())
                || ["01005e", "0180c2", "33330000"].iter().any(|start| digits.starts_with(start));
            let known = self.macs.contains(&digits);
            if !kept && (known || pairs && alone) {
                note(start + from, Kind::Mac, known, piece);
                next = first + 12;
            }
        }
    }

    /// An address for mail whose domain is not everybody's, and which is no pseudonym.
    fn mail(&self, text: &[u8], at: usize, note: &mut Note<'_>) {
        let is_local = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-+".contains(byte);
        let is_domain = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_".contains(byte);
        let before = text[..at].iter().rev().take_while(|byte| is_local(byte)).count();
        let after = text[at + 1..].iter().take_while(|byte| is_domain(byte)).count();
        // The end of an escape is none of the name.
        let skip = (1..before.min(5)).rev().find(|skip| {
            let start = at - before + skip;
            text[start - 1].is_ascii_alphanumeric() && begins_word(text, start)
        });
        let before = before - skip.unwrap_or(0);
        let local = String::from_utf8_lossy(&text[at - before..at]).to_lowercase();
        let domain = String::from_utf8_lossy(&text[at + 1..at + 1 + after]).to_lowercase();
        let domain = domain.trim_end_matches('.');
        let labels: Vec<&str> = domain.split('.').collect();
        let last = labels.last().copied().unwrap_or_default();
        if before == 0 || labels.len() < 2 || !words::is_top_level(last, 3) || words::is_public_domain(domain)
        {
            return;
        }
        let ours =
            labels[..labels.len() - 1].iter().all(|label| self.map.is_pseudonym(label)) && last == "example";
        let is_nobody = words::is_system_user(&local)
            || local.find("user-").is_some_and(|from| self.map.is_pseudonym(&local[from..]))
            || self.map.is_pseudonym(&local);
        if !ours {
            note(at + 1, Kind::Domain, false, domain.as_bytes());
        } else if !is_nobody {
            note(at - before, Kind::User, false, local.as_bytes());
        }
    }
}

/// Words so far before numbers can say that they are a version.
const VERSION_BYTES: usize = 72;

/// Whether words of the same line say that numbers are a version.
fn is_version(text: &[u8], from: usize, to: usize) -> bool {
    let far = from.saturating_sub(VERSION_BYTES);
    let line = text[far..from].iter().rposition(|byte| *byte == b'\n').map_or(far, |at| far + at + 1);
    is_version_before(&text[line..], from - line, to - line)
}

/// Bytes of the longest spelling of an IPv6 address, and colons of the one that has most of them.
const SIX_BYTES_MAX: usize = 45;
const SIX_COLONS_MAX: usize = 8;

fn is_sign_or_hex(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.' | b'-' | b'_')
}

/// Whether digits stand in groups of two, four or six, or in one, with the same sign between them.
fn is_grouped(piece: &[u8]) -> bool {
    let Some(sign) = piece.iter().copied().find(|byte| !byte.is_ascii_hexdigit()) else { return true };
    let groups: Vec<usize> = piece.split(|byte| *byte == sign).map(<[u8]>::len).collect();
    let digits = piece.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == sign);
    digits && matches!(groups[..], [2, 2, 2, 2, 2, 2] | [4, 4, 4] | [6, 6])
}
