//! Names, serials, keywords and the key of the map, in any view of a file.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, MatchKind};

use super::super::words;
use super::views::View;
use super::{Form, Identifiers, Kind, Map};

/// What is looked for.
struct Name {
    /// `None`: a part of the key.
    kind: Option<Kind>,
    /// It counts inside of words.
    anywhere: bool,
}

/// All that is looked for, and the pseudonyms that may stand there.
pub struct Names<'a> {
    matcher: AhoCorasick,
    names: Vec<Name>,
    kept: &'a BTreeSet<String>,
    map: &'a Map,
}

/// Called with place, kind and text.
pub type Note<'a> = dyn FnMut(usize, Option<Kind>, &[u8]) + 'a;

/// Names that are shorter are not looked for in what is decoded by guess: chance would find them.
const ENCODED_BYTES_MIN: usize = 4;

impl<'a> Names<'a> {
    pub fn new(identifiers: &'a Identifiers, map: &'a Map) -> Self {
        let mut wanted: BTreeMap<Vec<u8>, Name> = BTreeMap::new();
        let mut add = |text: &str, kind: Kind, anywhere: bool| {
            let lower = text.to_lowercase();
            if identifiers.kept.contains(&lower) || lower.is_empty() {
                return;
            }
            let mut spellings: BTreeSet<String> = BTreeSet::from([lower.clone()]);
            if !lower.is_ascii() {
                spellings.insert(lower.to_uppercase());
            }
            for spelling in spellings {
                wanted.entry(spelling.into_bytes()).or_insert(Name { kind: Some(kind), anywhere });
            }
        };
        let plain = |name: &&String| !words::is_vocabulary(name);
        for host in identifiers.hosts.iter().filter(plain) {
            add(host, Kind::Host, is_unmistakable(host));
        }
        for domain in identifiers.domains.iter().filter(|domain| domain.contains('.')) {
            add(domain, Kind::Domain, false);
        }
        for label in identifiers.domain_words().keys() {
            add(label, Kind::Domain, false);
        }
        for user in identifiers.users.iter().filter(plain) {
            add(user, Kind::User, false);
        }
        for serial in &identifiers.serials {
            add(serial, Kind::Serial, false);
        }
        // One digit repeated names nothing, and is left by the redactor.
        for digits in identifiers.digits.iter().filter(|digits| !is_one_digit(digits)) {
            add(digits, Kind::Uuid, false);
            if digits.contains('-') {
                add(&digits.replace('-', ""), Kind::Uuid, false);
            }
        }
        for word in &identifiers.keywords {
            add(word, Kind::Keyword, word.len() >= 3);
        }
        // As bytes, and as what hexadecimal digits say.
        for mac in identifiers.macs.iter().filter(|mac| !is_everybodys(mac)) {
            wanted.insert(mac.clone(), Name { kind: Some(Kind::Mac), anywhere: true });
        }
        // Half a key is as bad as a whole one.
        for half in map.key().chunks(map.key().len() / 2) {
            wanted.insert(half.to_vec(), Name { kind: None, anywhere: true });
            wanted.insert(super::super::keyed::hex(half).into_bytes(), Name { kind: None, anywhere: true });
        }
        let (patterns, names): (Vec<_>, Vec<_>) = wanted.into_iter().unzip();
        let matcher = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(patterns)
            .expect("names that fit into memory many times have less than 2^31 bytes, which is the limit");
        Self { matcher, names, kept: &identifiers.kept, map }
    }

    /// Calls back with place, kind and text of everything found.
    pub fn find(&self, view: &View, note: &mut Note<'_>) {
        let text = &view.text;
        for hit in self.matcher.find_overlapping_iter(text) {
            let name = &self.names[hit.pattern().as_usize()];
            let (start, end) = (hit.start(), hit.end());
            let guessed = matches!(view.form, Form::Hexadecimal | Form::Base64);
            if guessed && end - start < ENCODED_BYTES_MIN && name.kind.is_some() {
                continue;
            }
            let counts = if name.anywhere {
                !(text[end - 1].is_ascii_digit() && text.get(end).is_some_and(u8::is_ascii_digit))
                    || name.kind != Some(Kind::Host)
            } else {
                begins_word(text, start) && !text.get(end).is_some_and(u8::is_ascii_alphanumeric)
            };
            if counts && !self.is_in_pseudonym(text, start, end) && !self.is_in_kept(text, start, end) {
                note(start, name.kind, &text[start..end]);
            }
        }
    }

    /// Whether the place lies within a longer word that was told to be kept.
    fn is_in_kept(&self, text: &[u8], start: usize, end: usize) -> bool {
        let Ok(name) = std::str::from_utf8(&text[start..end]) else { return false };
        let name = name.to_lowercase();
        let longer = self.kept.iter().filter(|kept| kept.len() > name.len() && kept.len() >= 4);
        longer.flat_map(|kept| kept.match_indices(&name).map(move |(at, _)| (kept, at))).any(|(kept, at)| {
            let Some(from) = start.checked_sub(at) else { return false };
            let to = from + kept.len();
            text.get(from..to).is_some_and(|whole| whole.eq_ignore_ascii_case(kept.as_bytes()))
                && begins_word(text, from)
                && !text.get(to).is_some_and(u8::is_ascii_alphanumeric)
        })
    }

    /// Whether the place lies within a pseudonym: a host called `host`, digits that happen to be a name.
    fn is_in_pseudonym(&self, text: &[u8], start: usize, end: usize) -> bool {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let mut from = start;
        while from > 0 && is_part(text[from - 1]) && start - from < 80 {
            from -= 1;
        }
        let mut to = end;
        while to < text.len() && is_part(text[to]) && to - end < 80 {
            to += 1;
        }
        let lower = text[from..to].to_ascii_lowercase();
        let Ok(token) = std::str::from_utf8(&lower) else { return false };
        if token.len() < text[from..to].len() {
            return false;
        }
        for stem in ["host-", "domain-", "zone-", "user-", "serial-", "keyword-", "id-"] {
            for (at, _) in token.match_indices(stem) {
                let digits = token[at + stem.len()..].bytes().take_while(u8::is_ascii_hexdigit).count();
                let (a, b) = (from + at, from + at + stem.len() + digits);
                if a <= start && end <= b && self.map.is_pseudonym(&token[at..at + stem.len() + digits]) {
                    return true;
                }
            }
        }
        // UUIDs and WWNs.
        let bare: String = token.chars().filter(|c| *c != '-').collect();
        self.map.is_pseudonym(token) || self.map.is_pseudonym(&bare)
    }
}

/// Whether a UUID or WWN is the same digit all over.
fn is_one_digit(digits: &str) -> bool {
    let mut bare = digits.bytes().filter(u8::is_ascii_hexdigit);
    bare.next().is_some_and(|first| bare.all(|byte| byte == first))
}

/// Whether an address is zero, or that of everybody.
fn is_everybodys(mac: &[u8]) -> bool {
    mac.len() < 6 || mac[0] & 1 == 1 || mac.iter().all(|byte| *byte == mac[0])
}

/// Whether nothing else is called so: it counts inside of words as well.
fn is_unmistakable(name: &str) -> bool {
    let digits = name.bytes().any(|byte| byte.is_ascii_digit());
    let letters = name.bytes().filter(u8::is_ascii_alphabetic).count();
    name.len() >= 5 && digits && letters >= 2 && name.bytes().any(|byte| !byte.is_ascii_hexdigit())
}

/// Whether a word begins here. Behind an escape (`\n`, `\x20`, `\u0020`, `#012`, `%20`, a colour) one does.
pub(super) fn begins_word(text: &[u8], start: usize) -> bool {
    let Some(previous) = start.checked_sub(1).map(|at| text[at]) else { return true };
    if !previous.is_ascii_alphanumeric() {
        return true;
    }
    let back = |len: usize| start.checked_sub(len).map(|from| &text[from..start]);
    let escape = back(2).is_some_and(|t| t[0] == b'\\' && b"ntrbfv0ea".contains(&t[1]))
        || back(3).is_some_and(|t| t[0] == b'%' && t[1..].iter().all(u8::is_ascii_hexdigit))
        || back(4).is_some_and(|t| t.starts_with(b"\\x") && t[2..].iter().all(u8::is_ascii_hexdigit))
        || back(4).is_some_and(|t| {
            matches!(t[0], b'#' | b'\\') && t[1..].iter().all(|b| (b'0'..=b'7').contains(b))
        })
        || back(6).is_some_and(|t| t.starts_with(b"\\u") && t[2..].iter().all(u8::is_ascii_hexdigit));
    let colour = previous.is_ascii_alphabetic()
        && text[start.saturating_sub(12)..start - 1]
            .iter()
            .rposition(|byte| !(byte.is_ascii_digit() || *byte == b';'))
            .is_some_and(|at| {
                let at = start.saturating_sub(12) + at;
                at > 0 && text[at] == b'[' && text[at - 1] == 0x1b
            });
    escape || colour
}
