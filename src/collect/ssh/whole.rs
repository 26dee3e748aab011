//! Only whole lines: what follows the last of them stays for the next time.

use std::io::{self, Write};

/// Longest line. A longer one is passed over and counted, so that it cannot fill the memory.
const MAX_LINE: usize = 16 * 1024 * 1024;

/// Takes bytes and gives whole lines to `each`, with their newline.
pub(super) struct Whole<'a> {
    rest: Vec<u8>,
    too_long: bool,
    dropped: u64,
    each: &'a mut dyn FnMut(&[u8]) -> io::Result<()>,
}

/// What was left at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Left {
    /// A line without an end.
    pub(super) rest: Vec<u8>,
    /// Bytes of lines that were too long.
    pub(super) dropped: u64,
}

impl<'a> Whole<'a> {
    /// Splits into lines.
    pub(super) fn new(each: &'a mut dyn FnMut(&[u8]) -> io::Result<()>) -> Self {
        Self { rest: Vec::new(), too_long: false, dropped: 0, each }
    }

    /// At the end: what is not whole.
    pub(super) fn finish(self) -> Left {
        Left { rest: self.rest, dropped: self.dropped }
    }

    /// Takes a piece that may end a line.
    fn take(&mut self, piece: &[u8], ends: bool) -> io::Result<()> {
        if self.too_long || self.rest.len() + piece.len() > MAX_LINE {
            self.dropped += (self.rest.len() + piece.len()) as u64;
            self.rest.clear();
            self.too_long = !ends;
        } else if !ends {
            self.rest.extend_from_slice(piece);
        } else if self.rest.is_empty() {
            (self.each)(piece)?;
        } else {
            self.rest.extend_from_slice(piece);
            let line = std::mem::take(&mut self.rest);
            (self.each)(&line)?;
        }
        Ok(())
    }
}

impl Write for Whole<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.take(piece, piece.ends_with(b"\n"))?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Whole;
    use proptest::prelude::*;
    use std::io::Write;

    proptest! {
        #[test]
        fn nothing_is_lost_and_only_the_end_stays(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..200),
            piece in 1_usize..50,
        ) {
            let mut lines: Vec<Vec<u8>> = Vec::new();
            let mut each = |line: &[u8]| {
                lines.push(line.to_vec());
                Ok(())
            };
            let mut whole = Whole::new(&mut each);
            for part in bytes.chunks(piece) {
                whole.write_all(part).expect("memory takes all");
            }
            let rest = whole.finish().rest;
            prop_assert!(lines.iter().all(|line| line.ends_with(b"\n") && !line.is_empty()));
            prop_assert!(!rest.contains(&b'\n'));
            prop_assert_eq!([lines.concat(), rest].concat(), bytes);
        }
    }
}
