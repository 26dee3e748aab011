//! What PowerShell prints of objects as lists (`| Format-List`): a block of `Name : value` for each, values that go on
//! in lines set in, blank lines between.

use super::sink::Sink;
use super::table::normal;
use crate::ledger::Fate;
use crate::model::record::Span;

/// Lines of the head that are looked at.
const LINES_SNIFFED: usize = 400;
/// The longest value that is kept.
const VALUE_BYTES_MAX: usize = 16 * 1024;

/// One object: names in normal form, and values.
#[derive(Debug, Default)]
pub struct Properties(Vec<(String, String)>);

impl Properties {
    /// The value of the first of these names that is there and not empty.
    #[must_use]
    pub fn get(&self, names: &[&str]) -> Option<&str> {
        let of = |name: &&str| self.0.iter().find(|(known, value)| known == name && !value.is_empty());
        names.iter().find_map(of).map(|(_, value)| value.as_str())
    }
}

/// `Name : value`: the colons of a block stand below each other, so that a blank is before each.
fn property(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let is_name = !name.is_empty()
        && name.len() <= 64
        && name.ends_with(' ')
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.trim_end().chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'));
    (is_name && (value.is_empty() || value.starts_with(' '))).then(|| (name.trim_end(), value.trim()))
}

/// A piece of such a text.
enum Piece {
    Blank,
    Other,
    Object(Properties),
}

/// Cuts `content` into pieces; `take` gets each with its bytes and the number of its first line.
fn pieces<'c>(content: &'c [u8], mut take: impl FnMut(Piece, &'c [u8], u64)) {
    let (mut open, mut start, mut first_line) = (Properties::default(), 0_usize, 1_u64);
    let (mut at, mut number) = (0_usize, 0_u64);
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        number += 1;
        let end = at + line.len();
        let text = String::from_utf8_lossy(line);
        let text = text.trim_start_matches('\u{feff}').trim_end_matches(['\r', '\n']);
        let goes_on = text.starts_with([' ', '\t']) && !text.trim().is_empty();
        if goes_on && let Some((_, value)) = open.0.last_mut() {
            if value.len() < VALUE_BYTES_MAX {
                value.push(' ');
                value.push_str(text.trim());
            }
            at = end;
            continue;
        }
        let found = property(text).map(|(name, value)| (normal(name), value.to_owned()));
        let repeats = found.as_ref().is_some_and(|(name, _)| open.0.iter().any(|(known, _)| known == name));
        if (found.is_none() || repeats) && !open.0.is_empty() {
            take(Piece::Object(std::mem::take(&mut open)), &content[start..at], first_line);
        }
        match found {
            Some(property) => {
                if open.0.is_empty() {
                    (start, first_line) = (at, number);
                }
                open.0.push(property);
            }
            None => {
                let piece = if text.trim().is_empty() { Piece::Blank } else { Piece::Other };
                take(piece, &content[at..end], number);
            }
        }
        at = end;
    }
    if !open.0.is_empty() {
        take(Piece::Object(open), &content[start..], first_line);
    }
}

/// Whether most of the head are such lists, and at least one object is as `is_own` wants it.
#[must_use]
pub fn fits(head: &[u8], is_own: impl Fn(&Properties) -> bool) -> bool {
    let end = memchr::memchr_iter(b'\n', head).nth(LINES_SNIFFED).map_or(head.len(), |at| at + 1);
    let (mut own, mut other) = (0_usize, 0_usize);
    pieces(&head[..end], |piece, _, _| match piece {
        Piece::Object(object) if is_own(&object) => own += 1,
        Piece::Object(_) | Piece::Other => other += 1,
        Piece::Blank => {}
    });
    // The last object of the head may be cut, and the command stands before the first.
    own > 0 && other <= own + 2
}

/// All objects of a source.
#[must_use]
pub fn objects(content: &[u8]) -> Vec<Properties> {
    let mut found = Vec::new();
    pieces(content, |piece, _, _| {
        if let Piece::Object(object) = piece {
            found.push(object);
        }
    });
    found
}

/// Hands every object of a source to `take` and books it by the answer.
pub fn each(content: &[u8], sink: &mut Sink<'_>, mut take: impl FnMut(&Properties, &mut Sink<'_>) -> Fate) {
    pieces(content, |piece, bytes, line| {
        sink.at(Span { offset: sink.account.cursor(), len: bytes.len() as u64, line });
        let fate = match piece {
            Piece::Object(object) => take(&object, sink),
            Piece::Blank => Fate::Ignored("blank-line"),
            Piece::Other => Fate::Ignored("around-the-list"),
        };
        sink.claim(bytes, line, fate);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_end_at_blank_lines_and_where_a_name_comes_again() {
        let text = "PS C:\\> x | fl\r\n\r\nId : 1\r\nText : a\r\n       b: c\r\nId : 2\r\n\r\nId : 3\r\n";
        let found = objects(text.as_bytes());
        let ids: Vec<Option<&str>> = found.iter().map(|object| object.get(&["id"])).collect();
        assert_eq!(ids, [Some("1"), Some("2"), Some("3")]);
        assert_eq!(found[0].get(&["text"]), Some("a b: c"));
    }
}
