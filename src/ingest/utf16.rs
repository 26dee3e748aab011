//! UTF-16 text, as programs on Windows save it, as a stream of UTF-8. Places in such a source are
//! counted in the UTF-8 text, as places in a packed one are in the unpacked.

use std::io::{self, Read};

/// Which byte of a code unit comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteOrder {
    Little,
    Big,
}

/// The byte order that the mark at the front of a file tells (Unicode §23.8). `None`: there is no
/// such mark, or one of UTF-32.
#[must_use]
pub fn byte_order(head: &[u8]) -> Option<ByteOrder> {
    match head {
        [0xff, 0xfe, 0, 0, ..] => None,
        [0xff, 0xfe, ..] => Some(ByteOrder::Little),
        [0xfe, 0xff, ..] => Some(ByteOrder::Big),
        _ => None,
    }
}

/// The same stream, in UTF-8 where it is text in UTF-16.
#[must_use]
pub fn as_utf8(mut stream: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
    let mut head = Vec::new();
    let error = stream.by_ref().take(4).read_to_end(&mut head).err();
    let order = byte_order(&head);
    let whole = io::Cursor::new(head).chain(Failed(error)).chain(stream);
    match order {
        Some(order) => Box::new(Utf16Text::new(whole, order)),
        None => Box::new(whole),
    }
}

/// Tells of an error once, in its place.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Turns UTF-16 into UTF-8 on the way. What is no character, and half a code unit at the end,
/// becomes U+FFFD; the byte order mark goes.
pub struct Utf16Text<R> {
    inner: R,
    order: ByteOrder,
    /// Bytes read and not turned yet: less than two code units.
    raw: Vec<u8>,
    /// UTF-8 that has not been handed out, from `start`.
    text: Vec<u8>,
    start: usize,
    begun: bool,
    ended: bool,
}

const CHUNK_BYTES: usize = 32 * 1024;

impl<R: Read> Utf16Text<R> {
    pub fn new(inner: R, order: ByteOrder) -> Self {
        Self { inner, order, raw: Vec::new(), text: Vec::new(), start: 0, begun: false, ended: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        let before = self.raw.len();
        self.raw.resize(before + CHUNK_BYTES, 0);
        let read = match self.inner.read(&mut self.raw[before..]) {
            Ok(read) => read,
            Err(error) => {
                self.raw.truncate(before);
                return Err(error);
            }
        };
        self.raw.truncate(before + read);
        self.ended = read == 0;
        let (pairs, _) = self.raw.as_chunks::<2>();
        let mut units: Vec<u16> = pairs
            .iter()
            .map(|pair| match self.order {
                ByteOrder::Little => u16::from_le_bytes(*pair),
                ByteOrder::Big => u16::from_be_bytes(*pair),
            })
            .collect();
        // The first half of a pair waits for the second.
        if !self.ended && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            units.pop();
        }
        self.raw.drain(..units.len() * 2);
        let mut text = String::with_capacity(units.len() + units.len() / 2);
        text.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
        if self.ended && !self.raw.is_empty() {
            self.raw.clear();
            text.push(char::REPLACEMENT_CHARACTER);
        }
        let bare = if self.begun { text.as_str() } else { text.strip_prefix('\u{feff}').unwrap_or(&text) };
        self.begun |= !text.is_empty();
        self.text.clear();
        self.text.extend_from_slice(bare.as_bytes());
        self.start = 0;
        Ok(())
    }
}

impl<R: Read> Read for Utf16Text<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.start == self.text.len() {
            if self.ended {
                return Ok(0);
            }
            self.fill()?;
        }
        let count = buffer.len().min(self.text.len() - self.start);
        buffer[..count].copy_from_slice(&self.text[self.start..self.start + count]);
        self.start += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out one byte at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
            buffer[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    fn decoded(content: &[u8]) -> String {
        let order = byte_order(content).unwrap();
        let mut text = String::new();
        Utf16Text::new(Slow(content), order).read_to_string(&mut text).unwrap();
        let mut at_once = String::new();
        Utf16Text::new(content, order).read_to_string(&mut at_once).unwrap();
        assert_eq!(text, at_once);
        text
    }

    #[test]
    fn both_orders_and_pairs_are_read() {
        let text = "\u{feff}Mär  1 \u{1f5a5}\r\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decoded(&little), "Mär  1 \u{1f5a5}\r\n");
        assert_eq!(decoded(&big), "Mär  1 \u{1f5a5}\r\n");
    }

    #[test]
    fn what_is_no_character_is_shown_as_such() {
        assert_eq!(decoded(&[0xff, 0xfe, 0x00, 0xd8, b'a', 0, b'b']), "\u{fffd}a\u{fffd}");
        assert_eq!(decoded(&[0xff, 0xfe, 0x00, 0xd8]), "\u{fffd}");
        assert_eq!(byte_order(&[0xff, 0xfe, 0, 0]), None);
    }
}
