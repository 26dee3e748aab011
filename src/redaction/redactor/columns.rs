//! Columns stay where they were: what a pseudonym is longer than its original is taken from the blanks behind it.

use std::ops::Range;

/// Blanks between two columns that are always left: fewer do not show where one ends.
const GAP: usize = 2;

/// Writes a line with pieces of it replaced.
pub struct Writer<'a, 'b> {
    line: &'a [u8],
    made: &'b mut Vec<u8>,
    /// Bytes of the line that are written.
    done: usize,
    /// Bytes by which the line is ahead of its columns.
    ahead: isize,
    /// A replaced piece was a column of a table, so that blanks can be given and taken.
    in_table: bool,
}

impl<'a, 'b> Writer<'a, 'b> {
    pub fn new(line: &'a [u8], made: &'b mut Vec<u8>) -> Self {
        Self { line, made, done: 0, ahead: 0, in_table: false }
    }

    /// Writes up to the piece and then its replacement.
    pub fn replace(&mut self, range: Range<usize>, with: &[u8]) {
        self.copy(range.start);
        self.made.extend_from_slice(with);
        self.done = range.end;
        self.ahead += with.len().cast_signed() - range.len().cast_signed();
        // `host.domain:` and `name (10.1.2.3)   ` go on as the piece did.
        let rest = &self.line[range.end..];
        let blanks = rest.iter().take_while(|byte| **byte == b' ').count();
        if blanks >= GAP && blanks < rest.len() {
            self.in_table = true;
        }
    }

    /// Writes the rest.
    pub fn finish(mut self) {
        self.copy(self.line.len());
    }

    /// Copies up to a place; runs of blanks make up for what the line is ahead or behind.
    fn copy(&mut self, to: usize) {
        if !self.in_table || self.ahead == 0 {
            self.made.extend_from_slice(&self.line[self.done..to]);
            self.done = to;
            return;
        }
        let mut at = self.done;
        while at < to {
            let byte = self.line[at];
            let blanks = self.line[at..to].iter().take_while(|byte| **byte == b' ').count();
            if blanks < GAP {
                self.made.push(byte);
                at += 1;
                continue;
            }
            let taken = self.ahead.clamp(isize::MIN + 1, (blanks - GAP).cast_signed());
            let left = blanks.saturating_add_signed(-taken);
            self.made.resize(self.made.len() + left, b' ');
            self.ahead -= taken;
            at += blanks;
        }
        self.done = to;
    }
}
