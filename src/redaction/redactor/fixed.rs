//! Text in fields of a fixed length: payloads of SEL records, columns of binary logs.

use super::{Redactor, What, disjoint};
use crate::redaction::identifiers::NAME_BYTES_MAX;
use crate::redaction::words;

/// The beginning or end of a name that a field cuts off counts from so many bytes on.
const PART_BYTES: usize = 4;

impl Redactor {
    /// Bytes with text in them, as many as before. Where a pseudonym is too long, the end of it is taken, in which it
    /// differs from others; where it is too short, it is filled up with `-`.
    ///
    /// Text that goes on from one record to the next has to be given in one piece, and to be cut again by the caller.
    /// What still lies at the edge and is the beginning or end of a name goes, too.
    #[must_use]
    pub fn redact_fixed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut made = bytes.to_vec();
        let mut changes = self.changes(bytes);
        disjoint(&mut changes);
        for change in changes {
            let original = &bytes[change.range.clone()];
            let Some(text) = self.replacement(original, &change.with) else { continue };
            let place = &mut made[change.range.clone()];
            let text = match &change.with {
                What::Word { .. } => tail(&text, place.len()),
                What::Item(_) | What::Stays => text.as_bytes().iter().copied().take(place.len()).collect(),
            };
            place.fill(b'-');
            place[..text.len()].copy_from_slice(&text);
        }
        self.edges(bytes, &mut made);
        made
    }

    /// Covers parts of names at both ends.
    fn edges(&self, bytes: &[u8], made: &mut [u8]) {
        let text_end = bytes.iter().rposition(|byte| !matches!(byte, 0 | 0xff | b' ')).map_or(0, |at| at + 1);
        let longest = text_end.min(NAME_BYTES_MAX);
        let counts = |name: &str| !words::is_vocabulary(name) && !self.identifiers.is_of_analysis(name);
        for len in (PART_BYTES..=longest).rev() {
            let (start, end) = (text_end - len, text_end);
            if made[start..end] == bytes[start..end]
                && let Some(part) = lower(&bytes[start..end])
                && self.map.names_from(&part).any(counts)
            {
                made[start..end].fill(b'x');
            }
            if made[..len] == bytes[..len]
                && let Some(part) = lower(&bytes[..len])
                && self.map.names_to(&part).any(|name| counts(&name))
            {
                made[..len].fill(b'x');
            }
        }
    }
}

/// Text in small letters; `None` if it is cut within a sign.
fn lower(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_ascii_lowercase)
}

fn tail(text: &str, len: usize) -> Vec<u8> {
    let bytes = text.as_bytes();
    bytes[bytes.len().saturating_sub(len)..].to_vec()
}
