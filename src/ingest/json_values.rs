//! A source of JSON values, one after the other, with other text between them: what programs write
//! that log in JSON and print in words when something fails.

use serde_json::Value;

use super::sink::Sink;
use crate::ledger::{Fate, Reason};

/// Calls `take` for each value and books it by the fate that it returns; text between values is booked
/// line by line, as ignored where it does not begin like a value.
pub fn for_each(content: &[u8], sink: &mut Sink<'_>, mut take: impl FnMut(&Value, &mut Sink<'_>) -> Fate) {
    let mut at = 0;
    let mut line = 1;
    while at < content.len() {
        let rest = &content[at..];
        let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let begins = matches!(rest.get(blank), Some(b'{' | b'['));
        let value = if begins { first_value(&rest[blank..]) } else { None };
        let (len, fate) = if let Some((value, len)) = value {
            let end = blank + len;
            let piece = &rest[..end + usize::from(rest.get(end) == Some(&b'\n'))];
            let span = crate::model::record::Span {
                offset: at as u64,
                len: piece.len() as u64,
                line: line + newlines(&rest[..blank]),
            };
            sink.at(span);
            (piece.len(), take(&value, sink))
        } else {
            let len = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            let fate = if rest[..len].trim_ascii().is_empty() {
                Fate::Ignored("blank-line")
            } else if begins {
                Fate::Quarantined(Reason::BadShape)
            } else {
                Fate::Ignored("text-between-values")
            };
            (len, fate)
        };
        sink.claim(&rest[..len], line, fate);
        line += newlines(&rest[..len]);
        at += len;
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// The value that `text` begins with, and its length in bytes.
#[must_use]
pub fn first_value(text: &[u8]) -> Option<(Value, usize)> {
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<Value>();
    let value = values.next()?.ok()?;
    Some((value, values.byte_offset()))
}

/// The member of that name as text.
#[must_use]
pub fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str().filter(|text| !text.is_empty())
}
