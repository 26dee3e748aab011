//! A source as a stream of bytes: hashed as it is handed out, cut at the ends of lines, and an error
//! kept for later.

use std::io::{self, ErrorKind, Read};
use std::ops::Range;

use twox_hash::XxHash3_128;

use super::formats::Content;
use super::prefilter::Prefilter;
use super::quiet_stretch::{Outlook, QuietScan, Stretch};

/// The longest line that is handed to a reader; a longer one is booked as too long.
pub const LINE_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of a batch of lines. A few of them fit into the cache of one core.
pub const BATCH_BYTES: usize = 256 * 1024;

/// What is read goes to a place that is a multiple of this, but for the rest of a read that was cut short: where it is
/// a few bytes behind its place in the page of the system, some processors take three times as long to copy it
/// (measured with a Zen 3).
const ALIGNMENT: usize = 64;

/// The character that begins a command to a terminal.
const ESCAPE: u8 = 0x1b;

/// Lines that stand next to each other: all whole, except where the source ends in the middle of one.
/// A batch without the end of a line, which is not the last one, is a part of a line that is too long.
#[derive(Default)]
pub struct Batch {
    /// Longer than the text, so that the next one can be read into it.
    buffer: Vec<u8>,
    /// Where in it the text stands.
    text: Range<usize>,
    /// Where literals begin that a signature looks for, ascending.
    pub places: Vec<usize>,
    /// A NUL or an escape character stands somewhere in it.
    pub has_control: bool,
    /// Nothing comes behind it.
    pub last: bool,
    /// By what its quiet lines were told, and these, where anything was known beforehand.
    pub outlook: Option<Outlook>,
    pub stretches: Vec<Stretch>,
    /// What they were found with, to be used again.
    scan: Option<QuietScan>,
}

pub struct Stream {
    inner: Box<dyn Read + Send>,
    /// There to be read into: a vector that grows as it is read into would be overwritten with zeros each time.
    buffer: Vec<u8>,
    /// Where in it stands what was read and not handed out yet.
    ahead: Range<usize>,
    ended: bool,
    error: Option<io::Error>,
    hash: XxHash3_128,
    taken: u64,
}

impl Batch {
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.buffer[self.text.clone()]
    }

    /// Finds what the readers of lines want to know beforehand; `outlook` is of a reader that has come near.
    pub fn search(&mut self, prefilter: &Prefilter, outlook: Option<Outlook>) {
        self.places.clear();
        prefilter.find(&self.buffer[self.text.clone()], &mut self.places);
        self.has_control = memchr::memchr2(0, ESCAPE, self.text()).is_some();
        self.outlook = outlook.filter(|_| !self.has_control);
        self.stretches = match &self.outlook {
            Some(outlook) => outlook.survey(&self.buffer[self.text.clone()], &self.places, &mut self.scan),
            None => Vec::new(),
        };
    }
}

impl Stream {
    #[must_use]
    pub fn new(inner: Box<dyn Read + Send>) -> Self {
        Self {
            inner,
            buffer: Vec::new(),
            ahead: 0..0,
            ended: false,
            error: None,
            hash: XxHash3_128::new(),
            taken: 0,
        }
    }

    /// Bytes handed out so far.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// XXH3 of all that was handed out, 128 bits in hexadecimal. It tells copies; it is no proof against
    /// somebody who makes two files with the same one.
    #[must_use]
    pub fn digest(&self) -> String {
        format!("{:032x}", self.hash.finish_128())
    }

    /// The error that ended the stream, if one did.
    pub fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    /// The first bytes, up to `bytes`, without taking them.
    pub fn peek(&mut self, bytes: usize) -> &[u8] {
        self.fill(bytes);
        let ahead = self.ahead();
        &ahead[..ahead.len().min(bytes)]
    }

    fn ahead(&self) -> &[u8] {
        &self.buffer[self.ahead.clone()]
    }

    /// Reads until `bytes` are at hand or the source ends.
    fn fill(&mut self, bytes: usize) {
        if self.ahead.len() >= bytes || self.ended {
            return;
        }
        let wanted = bytes.max(self.ahead.len() + BATCH_BYTES);
        if self.buffer.len() < wanted + ALIGNMENT {
            self.buffer.resize(wanted + ALIGNMENT, 0);
        }
        let front = place_of(&self.buffer, self.ahead.len());
        if front != self.ahead {
            self.buffer.copy_within(self.ahead.clone(), front.start);
            self.ahead = front;
        }
        let end = self.ahead.start + wanted;
        while self.ahead.end < end && !self.ended {
            match self.inner.read(&mut self.buffer[self.ahead.end..end]) {
                Ok(0) => self.ended = true,
                Ok(read) => self.ahead.end += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    self.error = Some(error);
                }
            }
        }
    }

    fn hand_out(&mut self, bytes: &[u8]) {
        self.hash.write(bytes);
        self.taken += bytes.len() as u64;
    }

    /// The next batch of lines; `spent` is one that is no longer needed. [`Batch::search`] is still
    /// to be called.
    pub fn next_batch(&mut self, spent: Batch) -> Option<Batch> {
        let mut batch = spent;
        // What is read goes where the spent batch was: into the cache of whoever had it.
        if !batch.buffer.is_empty() {
            self.go_on_in(&mut batch.buffer, self.ahead.clone());
        }
        self.fill(BATCH_BYTES);
        let mut newline = memchr::memrchr(b'\n', self.ahead());
        while newline.is_none() && !self.ended && self.ahead.len() <= LINE_BYTES_MAX {
            self.fill(self.ahead.len() + BATCH_BYTES);
            newline = memchr::memrchr(b'\n', self.ahead());
        }
        if self.ahead.is_empty() {
            return None;
        }
        let len = newline.filter(|_| !self.ended).map_or(self.ahead.len(), |at| at + 1);
        batch.text = self.ahead.start..self.ahead.start + len;
        self.go_on_in(&mut batch.buffer, batch.text.end..self.ahead.end);
        self.hand_out(batch.text());
        batch.last = self.ended && self.ahead.is_empty();
        Some(batch)
    }

    /// Takes another buffer, with what stands in the old one at `ahead`.
    fn go_on_in(&mut self, other: &mut Vec<u8>, ahead: Range<usize>) {
        if other.len() < ahead.len() + ALIGNMENT {
            other.resize(ahead.len() + ALIGNMENT, 0);
        }
        self.ahead = place_of(other, ahead.len());
        other[self.ahead.clone()].copy_from_slice(&self.buffer[ahead]);
        std::mem::swap(other, &mut self.buffer);
    }

    /// What is next in the stream, in a size of its own choice; empty at the end.
    pub fn take_chunk(&mut self) -> Vec<u8> {
        self.fill(1);
        let chunk = self.ahead().to_vec();
        self.ahead = 0..0;
        self.hand_out(&chunk);
        chunk
    }

    /// The rest, but no more than about `limit` bytes.
    pub fn take_all(&mut self, limit: u64) -> Vec<u8> {
        let mut all = self.take_chunk();
        while (all.len() as u64) < limit {
            let chunk = self.take_chunk();
            if chunk.is_empty() {
                break;
            }
            all.extend_from_slice(&chunk);
        }
        all
    }
}

/// Where so many bytes stand at the front of a buffer, which has room for them, if what is read behind them is to be
/// aligned.
fn place_of(buffer: &[u8], len: usize) -> Range<usize> {
    // That there is no such place is allowed for, but does not come about.
    let start = Some(buffer[len..].as_ptr().align_offset(ALIGNMENT)).filter(|start| *start < ALIGNMENT);
    let start = start.unwrap_or(0);
    start..start + len
}

/// A reader that passes over the content in small steps works in the same buffer.
pub struct Steps<'a> {
    stream: &'a mut Stream,
    /// Bytes of what is ahead that have been passed.
    passed: usize,
}

impl<'a> Steps<'a> {
    pub fn new(stream: &'a mut Stream) -> Self {
        Self { stream, passed: 0 }
    }

    /// Hands out what was passed.
    fn close_up(&mut self) {
        let stream = &mut *self.stream;
        let passed = stream.ahead.start..stream.ahead.start + std::mem::take(&mut self.passed);
        stream.ahead.start = passed.end;
        stream.hash.write(&stream.buffer[passed.clone()]);
        stream.taken += passed.len() as u64;
    }
}

impl Content for Steps<'_> {
    fn ahead(&mut self, count: usize) -> &[u8] {
        if self.stream.ahead.len() - self.passed < count && !self.stream.ended {
            self.close_up();
            self.stream.fill(count);
        }
        &self.stream.ahead()[self.passed..]
    }

    fn pass(&mut self, count: usize) {
        self.passed += count.min(self.stream.ahead.len() - self.passed);
    }
}

impl Read for Steps<'_> {
    /// Hands out what is at hand. A read error ends the stream and is kept for the account.
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let ahead = self.ahead(1);
        let count = out.len().min(ahead.len());
        out[..count].copy_from_slice(&ahead[..count]);
        self.pass(count);
        Ok(count)
    }
}

impl Drop for Steps<'_> {
    fn drop(&mut self) {
        self.close_up();
    }
}
