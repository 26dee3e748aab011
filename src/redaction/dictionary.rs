//! All names that are known, found in one pass.

use aho_corasick::{AhoCorasick, MatchKind};

use super::Kind;
use super::identifiers::Identifiers;
use super::scan::escape_len_ending_at;
use super::words;

/// Names with so many bytes, of letters and digits, are found inside words, too.
const DISTINCTIVE_BYTES: usize = 5;

/// What is kept protects the names in it if it is so long.
pub(super) const KEPT_BYTES_MIN: usize = 4;

/// A name and how it is found.
#[derive(Debug, Clone)]
pub struct Entry {
    pub kind: Kind,
    /// Whose pseudonym it gets: an alias that of its host.
    pub meant: String,
    /// It was told to be kept, with all names that are in it.
    pub stays: bool,
    border: Border,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Border {
    /// Wherever it stands.
    None,
    /// Not inside of words, unless what goes on there cannot be part of the name.
    Word,
    /// Not inside of words, but for names that nothing else is called by.
    Distinctive,
    /// Only where a host is named.
    HostPlace,
}

/// The names, ready to be looked for.
#[derive(Debug, Clone)]
pub struct Dictionary {
    matcher: AhoCorasick,
    entries: Vec<Entry>,
}

/// A name found.
#[derive(Debug, Clone, Copy)]
pub struct Hit<'a> {
    pub start: usize,
    pub end: usize,
    pub entry: &'a Entry,
}

impl Dictionary {
    /// All names of the identifiers.
    #[must_use]
    pub fn new(identifiers: &Identifiers) -> Self {
        let mut patterns: Vec<String> = Vec::new();
        let mut entries = Vec::new();
        let mut add = |pattern: &str, kind, meant: &str, border| {
            let mut push = |pattern: String| {
                patterns.push(pattern);
                entries.push(Entry { kind, meant: meant.to_owned(), stays: false, border });
            };
            push(pattern.to_owned());
            // Capital letters beyond ASCII are other bytes.
            if !pattern.is_ascii() {
                push(pattern.to_uppercase());
            }
        };
        for (host, meant) in identifiers.host_words() {
            let border = if words::is_vocabulary(host) {
                Border::HostPlace
            } else if is_distinctive(host) {
                Border::Distinctive
            } else {
                Border::Word
            };
            add(host, Kind::Host, meant, border);
        }
        for (label, domain) in identifiers.domain_words() {
            add(&label, Kind::Domain, &domain, Border::Word);
        }
        // Where signs are glued to a full name (`kvm07.corp.example_daily`), it is found in parts.
        for domain in identifiers.domains.iter().filter(|domain| domain.contains('.')) {
            add(domain, Kind::Domain, domain, Border::Word);
        }
        let kept = |name: &&String| !identifiers.kept.contains(*name);
        for user in identifiers.users.iter().filter(kept) {
            // A host of that name is found as one.
            if !words::is_vocabulary(user) && !identifiers.hosts.contains(user) {
                add(user, Kind::User, user, Border::Word);
            }
        }
        for serial in identifiers.serials.iter().filter(kept) {
            add(serial, Kind::Serial, serial, Border::Word);
        }
        for word in identifiers.keywords.iter().filter(kept) {
            add(word, Kind::Keyword, word, if word.len() < 3 { Border::Word } else { Border::None });
        }
        for value in identifiers.kept.iter().filter(|value| value.len() >= KEPT_BYTES_MIN) {
            patterns.push(value.clone());
            let (kind, meant) = (Kind::Serial, value.clone());
            entries.push(Entry { kind, meant, stays: true, border: Border::Word });
        }
        let matcher = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(&patterns)
            .expect("names that fit into memory many times have less than 2^31 bytes, which is the limit");
        Self { matcher, entries }
    }

    /// Every name in a line, where its borders allow it. Names can overlap.
    pub fn find<'a>(&'a self, line: &'a [u8]) -> impl Iterator<Item = Hit<'a>> + 'a {
        let mut table = None;
        self.matcher.find_overlapping_iter(line).filter_map(move |hit| {
            let entry = &self.entries[hit.pattern().as_usize()];
            let (start, end) = (hit.start(), hit.end());
            fits(line, start, end, entry.border, &mut table).then_some(Hit { start, end, entry })
        })
    }
}

/// Letters and digits, and long enough that nothing else is called so.
fn is_distinctive(name: &str) -> bool {
    name.len() >= DISTINCTIVE_BYTES
        && name.bytes().any(|byte| byte.is_ascii_digit())
        && name.bytes().filter(u8::is_ascii_alphabetic).count() >= 2
        && !name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn fits(line: &[u8], start: usize, end: usize, border: Border, table: &mut Option<Table>) -> bool {
    match border {
        Border::None => true,
        Border::Word => free_before(line, start) && free_after(line, end),
        // `kvm07` is not in `kvm071`.
        Border::Distinctive => {
            let digit_behind =
                line[end - 1].is_ascii_digit() && line.get(end).is_some_and(u8::is_ascii_digit);
            !digit_behind
        }
        Border::HostPlace => {
            free_before(line, start)
                && free_after(line, end)
                && is_host_place(line, start, end, *table.get_or_insert_with(|| Table::of(line)))
        }
    }
}

/// Whether a word can begin here. Escapes before it are none of it.
#[must_use]
pub fn free_before(line: &[u8], start: usize) -> bool {
    start == 0 || !line[start - 1].is_ascii_alphanumeric() || escape_len_ending_at(line, start) > 0
}

/// Whether a word can end here.
#[must_use]
pub fn free_after(line: &[u8], end: usize) -> bool {
    !line.get(end).is_some_and(u8::is_ascii_alphanumeric)
}

/// What stands before a host where hosts are named, small.
const HOST_CUES: &[&str] = &[
    "host=",
    "host:",
    "host: ",
    "host ",
    "host \"",
    "host\":\"",
    "host\": \"",
    "hostname=",
    "hostname: ",
    "hostname ",
    "hostname\":\"",
    "hostname\": \"",
    "_hostname=",
    "server=",
    "node=",
    "node name: ",
    "machine=",
    "/hosts/",
    "computer=",
    "computer\":\"",
    "hostname>",
    "\\\\",
    "set hostname to <",
    "@",
];

/// What a line tells as the row of a table.
#[derive(Debug, Clone, Copy)]
struct Table {
    /// It has more than one column.
    is_row: bool,
    /// Bytes up to the end of its third column.
    three_columns: usize,
}

impl Table {
    fn of(line: &[u8]) -> Self {
        let mut signs = line.iter().enumerate().filter(|(_, byte)| matches!(byte, b',' | b';' | b'\t'));
        let is_row = signs.clone().next().is_some();
        Self { is_row, three_columns: signs.nth(2).map_or(line.len(), |(at, _)| at) }
    }
}

/// Whether a word is a host by its place: behind the time of a log line, alone in a column of a table, behind a word
/// for hosts.
fn is_host_place(line: &[u8], start: usize, end: usize, table: Table) -> bool {
    let before = &line[..start];
    let lower = String::from_utf8_lossy(&before[before.len().saturating_sub(24)..]).to_lowercase();
    if HOST_CUES.iter().any(|cue| lower.ends_with(cue)) {
        return true;
    }
    let separates = |byte: Option<&u8>| byte.is_none_or(|byte| matches!(byte, b',' | b';' | b'\t' | b'\r'));
    let unquoted_end = end + usize::from(line.get(end) == Some(&b'"'));
    let unquoted_start = start - usize::from(start > 0 && line[start - 1] == b'"');
    // Tables name the host first, or behind the time.
    if table.is_row
        && start <= table.three_columns
        && separates(line.get(unquoted_end))
        && separates(before.get(unquoted_start.wrapping_sub(1)))
    {
        return true;
    }
    line.get(end) == Some(&b' ') && is_time(before)
}

/// Five words with a time among them are not longer.
const TIME_BYTES_MAX: usize = 160;

/// Whether all that stands before is the time of a log line: `<6>1 2025-03-01T02:03:04Z `, `Mar  1 02:03:04 `.
fn is_time(before: &[u8]) -> bool {
    if before.len() > TIME_BYTES_MAX {
        return false;
    }
    let text = String::from_utf8_lossy(before);
    let Some(text) = text.strip_suffix(' ') else { return false };
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let clock = |word: &str| {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        digits >= 6 && word.bytes().filter(|byte| *byte == b':').count() >= 2
    };
    (1..=5).contains(&words.len()) && clock(words[words.len() - 1])
}
