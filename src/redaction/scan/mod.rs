//! Finds what identifies by its shape or by where it stands, without a list of names: addresses, names below domains,
//! e-mail, homes, accounts. One pass cuts a line into words; each shape looks only at words that can hold it.

mod accounts;
mod colons;
mod digits;
mod machines;
mod names;
mod numbers;
mod people;
mod tags;

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::Kind;

/// Finds cues in any case. Cues are few and short: the fastest kind costs little memory.
fn automaton<W>(cues: &[(&str, W)]) -> AhoCorasick {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::DFA))
        .build(cues.iter().map(|(cue, _)| *cue))
        .expect("the lists are fixed, and far below the limits of an automaton")
}

pub use numbers::is_version_before;

/// Something found in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Bytes of the line.
    pub range: Range<usize>,
    pub item: Item,
    /// Of a name: it stands below a domain that is known to be the fleet's.
    pub own_domain: bool,
}

/// What it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// One to four bytes, in the order of the address, whatever the order in the text.
    Ipv4 {
        octets: Vec<u8>,
        reversed: bool,
    },
    Ipv6 {
        address: Ipv6Addr,
    },
    /// The first groups of an address that was cut off.
    CutIpv6 {
        groups: Vec<u16>,
    },
    /// Half bytes of an address below `ip6.arpa`, in the order of the address.
    Arpa6 {
        nibbles: Vec<u8>,
    },
    /// Six bytes, or eight.
    Mac(Vec<u8>),
    /// Hexadecimal digits that are replaced one for one.
    Digits(Kind),
    /// A user, where users are named. `credible`: it is an account that exists, not one that somebody guessed.
    Person {
        name: String,
        credible: bool,
    },
    /// A full name: host and domain, small letters.
    Name(String),
    /// A host's full name that was cut off, and the domain that it began.
    CutName {
        label: String,
        domain: String,
    },
    /// A domain alone, small letters.
    Domain(String),
    /// The name of a Windows domain before a user: `CORP\alice`.
    Realm,
    /// The short name of a host, where hosts are named.
    Machine,
    /// An asset tag.
    Tag,
    /// Whose property a machine is, as its maker was told.
    Owner,
}

/// What is known and helps to tell shapes apart.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    pub domains: &'a BTreeSet<String>,
    /// Labels of the domain that has most of them.
    pub domain_labels: usize,
    pub hosts: &'a BTreeSet<String>,
    pub ipv4: &'a BTreeSet<Ipv4Addr>,
    pub ipv6: &'a BTreeSet<Ipv6Addr>,
    pub macs: &'a BTreeSet<Vec<u8>>,
}

/// A word: what stands between blanks and signs. It can have `.`, `:`, `-` and `_` in it.
#[derive(Debug, Clone, Copy)]
struct Word {
    start: usize,
    end: usize,
    dots: usize,
    colons: usize,
    dashes: usize,
    digits: usize,
}

impl Word {
    fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const DOT: u8 = 3;
const COLON: u8 = 4;
const DASH: u8 = 5;

/// What a byte is in a word; 0 for what ends it.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        classes[byte] = match b {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' | b'A'..=b'Z' | 0x80..=0xff => LETTER,
            b'.' => DOT,
            b':' => COLON,
            b'-' | b'_' => DASH,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// Finds everything in a line. What is found can overlap.
pub fn scan(line: &[u8], known: &Known<'_>, found: &mut Vec<Found>) {
    let mut at = 0;
    let mut bytes = digits::SpacedBytes::default();
    while at < line.len() {
        let class = CLASSES[usize::from(line[at])];
        if class == 0 {
            if line[at] == b'@' {
                names::mail(line, at, known, found);
            }
            at += 1;
            continue;
        }
        let mut counts = [0_usize; 6];
        let start = at;
        while at < line.len() {
            let class = CLASSES[usize::from(line[at])];
            if class == 0 {
                break;
            }
            counts[usize::from(class)] += 1;
            at += 1;
        }
        let word = Word {
            start,
            end: at,
            dots: counts[usize::from(DOT)],
            colons: counts[usize::from(COLON)],
            dashes: counts[usize::from(DASH)],
            digits: counts[usize::from(DIGIT)],
        };
        if at - start == 2 {
            bytes.add(line, start, known, found);
        }
        if word.dots + word.colons + word.dashes > 0 || word.end - word.start >= 12 {
            look(line, &word, known, found);
        }
    }
    people::find(line, found);
    accounts::find(line, known, found);
    machines::find(line, found);
    tags::find(line, found);
}

fn look(line: &[u8], word: &Word, known: &Known<'_>, found: &mut Vec<Found>) {
    if word.colons >= 2 {
        colons::find(line, word, known, found);
    }
    if word.dots >= 1 {
        if word.digits >= 4 && word.dots >= 3 {
            numbers::dotted(line, word.range(), known, found);
        }
        if word.digits >= 1 {
            names::arpa(line, word.range(), found);
        }
        names::full(line, word.range(), known, found);
        if word.dots >= 2 {
            colons::dotted_mac(line, word.range(), found);
        }
    }
    if word.dashes >= 3 && word.digits >= 4 {
        numbers::dashed(line, word.range(), known, found);
    }
    if word.dashes >= 4 {
        digits::uuid(line, word.range(), found);
        colons::dashed_mac(line, word.range(), known, found);
    }
    if word.end - word.start >= 12 {
        digits::storage_names(line, word.range(), found);
        digits::bare_mac(line, word.range(), known, found);
        digits::bare_six(line, word.range(), known, found);
    }
}

fn push(found: &mut Vec<Found>, range: Range<usize>, item: Item) {
    found.push(Found { range, item, own_domain: false });
}

/// The name of the program stands in so many bytes of a line.
const PROGRAM_BYTES_MAX: usize = 512;

/// Whether one of these words (small) stands near the beginning of a line.
fn is_of_program(line: &[u8], programs: &[&str]) -> bool {
    let head = &line[..line.len().min(PROGRAM_BYTES_MAX)];
    programs
        .iter()
        .any(|name| head.windows(name.len()).any(|part| part.eq_ignore_ascii_case(name.as_bytes())))
}

/// Parts of a range between one sign.
fn parts(line: &[u8], range: Range<usize>, sign: u8) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = range.start;
    for at in range.clone() {
        if line[at] == sign {
            found.push(start..at);
            start = at + 1;
        }
    }
    found.push(start..range.end);
    found
}

/// Text of bytes that are ASCII; empty if they are not.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// Bytes of the escape (`\n`, `\x20`, `#012`, `\u0020`, `%20`) that ends before `end`, where a word can begin; 0 if
/// there is none.
pub fn escape_len_ending_at(line: &[u8], end: usize) -> usize {
    let tail = &line[end.saturating_sub(12)..end];
    let ends =
        |len: usize, first: &dyn Fn(&[u8]) -> bool| tail.len() >= len && first(&tail[tail.len() - len..]);
    let hex = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_hexdigit);
    if ends(6, &|t| t.starts_with(b"\\u") && hex(&t[2..])) {
        return 6;
    }
    if ends(4, &|t| t.starts_with(b"\\x") && hex(&t[2..])) {
        return 4;
    }
    if ends(4, &|t| matches!(t[0], b'#' | b'\\') && t[1..].iter().all(|b| matches!(b, b'0'..=b'7'))) {
        return 4;
    }
    if ends(3, &|t| t[0] == b'%' && hex(&t[1..])) {
        return 3;
    }
    if ends(2, &|t| {
        t[0] == b'\\' && matches!(t[1], b'n' | b't' | b'r' | b'b' | b'f' | b'v' | b'0' | b'e' | b'a')
    }) {
        return 2;
    }
    // The colours of terminals: ESC [ numbers letter.
    if let Some(at) = tail.iter().rposition(|byte| *byte == 0x1b) {
        let inner = &tail[at + 1..];
        let is_colour = inner.len() >= 2
            && inner[0] == b'['
            && inner[1..inner.len() - 1].iter().all(|b| b.is_ascii_digit() || *b == b';')
            && inner[inner.len() - 1].is_ascii_alphabetic();
        if is_colour {
            return tail.len() - at;
        }
    }
    0
}
