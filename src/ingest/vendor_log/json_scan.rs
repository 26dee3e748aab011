//! Walks JSON text and says where its values stand.
//!
//! `serde_json` reads the values; it neither says where one stands nor goes on behind a broken one, and
//! every byte of a source has to be booked. What is walked over is checked for its brackets and quotes
//! only: whoever uses a value parses it.

use std::ops::Range;

/// Why the walk cannot go on; the place is [`JsonScan::at`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The text ends too early.
    End,
    /// Something stands there that must not.
    Unexpected,
}

pub struct JsonScan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> JsonScan<'a> {
    #[must_use]
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }

    /// The next byte that is no blank.
    pub fn peek(&mut self) -> Option<u8> {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    /// Passes over one of `wanted` and says which.
    pub fn pass(&mut self, wanted: &[u8]) -> Result<u8, Fault> {
        let next = self.peek().ok_or(Fault::End)?;
        if !wanted.contains(&next) {
            return Err(Fault::Unexpected);
        }
        self.at += 1;
        Ok(next)
    }

    /// Passes over a string: its bytes without quotes, escapes as they stand.
    pub fn string(&mut self) -> Result<&'a [u8], Fault> {
        self.pass(b"\"")?;
        let start = self.at;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(found) = memchr::memchr2(b'"', b'\\', rest) else {
                self.at = self.bytes.len();
                return Err(Fault::End);
            };
            self.at += found;
            if self.bytes[self.at] == b'"' {
                self.at += 1;
                return Ok(&self.bytes[start..self.at - 1]);
            }
            // The escaped byte cannot end the string.
            self.at = (self.at + 2).min(self.bytes.len());
        }
    }

    /// Passes over a value of any kind and says where it stands.
    pub fn value(&mut self) -> Result<Range<usize>, Fault> {
        let first = self.peek().ok_or(Fault::End)?;
        let start = self.at;
        match first {
            b'"' => {
                self.string()?;
            }
            b'{' | b'[' => self.brackets()?,
            b'}' | b']' | b',' | b':' => return Err(Fault::Unexpected),
            _ => {
                let rest = &self.bytes[self.at..];
                let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n');
                self.at += rest.iter().position(ends).unwrap_or(rest.len());
            }
        }
        Ok(start..self.at)
    }

    /// Passes over a bracket and all up to the one that closes it.
    fn brackets(&mut self) -> Result<(), Fault> {
        let mut depth = 0_usize;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
        Err(Fault::End)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_whatever_stands_in_their_strings() {
        let text = br#" {"a": "}\"]", "b": [1, {"c": null}]} , 12 "#;
        let mut scan = JsonScan::new(text, 0);
        assert_eq!(scan.value(), Ok(1..37));
        assert_eq!(scan.pass(b","), Ok(b','));
        assert_eq!(scan.value(), Ok(40..42));
        assert_eq!(scan.value(), Err(Fault::End));
    }

    #[test]
    fn what_is_cut_short_ends_too_early() {
        for text in [r#"{"a""#, "[1, [2]", r#""ab\"#, r#"{"a": "b\\\""#] {
            let mut scan = JsonScan::new(text.as_bytes(), 0);
            assert_eq!(scan.value(), Err(Fault::End), "{text}");
            assert_eq!(scan.at(), text.len());
        }
    }
}
