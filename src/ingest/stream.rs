//! A source as a stream of bytes: hashed as it is handed out, cut at the ends of lines, and an error
//! kept for later.

use std::io::{self, Read};

use super::formats::Content;
use super::prefilter::Prefilter;

/// The longest line that is handed to a reader; a longer one is booked as too long.
pub const LINE_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of a batch of lines. A few of them fit into the cache of one core.
pub const BATCH_BYTES: usize = 512 * 1024;

/// The character that begins a command to a terminal.
pub const ESCAPE: u8 = 0x1b;

/// Lines that stand next to each other: all whole, except where the source ends in the middle of one.
/// A batch without the end of a line, which is not the last one, is a part of a line that is too long.
#[derive(Default)]
pub struct Batch {
    pub bytes: Vec<u8>,
    /// Where literals begin that a signature looks for, ascending.
    pub places: Vec<usize>,
    /// A NUL or an escape character stands somewhere in it.
    pub has_control: bool,
    /// Whether `places` and `has_control` say something.
    pub searched: bool,
    /// Nothing comes behind it.
    pub last: bool,
}

pub struct Stream {
    inner: Box<dyn Read + Send>,
    /// Read and not handed out yet.
    buffer: Vec<u8>,
    ended: bool,
    error: Option<io::Error>,
    hash: blake3::Hasher,
    taken: u64,
}

impl Batch {
    /// Finds what the readers of lines want to know beforehand.
    pub fn search(&mut self, prefilter: &Prefilter) {
        self.places.clear();
        prefilter.find(&self.bytes, &mut self.places);
        self.has_control = memchr::memchr2(0, ESCAPE, &self.bytes).is_some();
        self.searched = true;
    }
}

impl Stream {
    #[must_use]
    pub fn new(inner: Box<dyn Read + Send>) -> Self {
        Self { inner, buffer: Vec::new(), ended: false, error: None, hash: blake3::Hasher::new(), taken: 0 }
    }

    /// Bytes handed out so far.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// BLAKE3 of all that was handed out, in hexadecimal.
    #[must_use]
    pub fn digest(&self) -> String {
        self.hash.finalize().to_hex().to_string()
    }

    /// The error that ended the stream, if one did.
    pub fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    /// The first bytes, up to `bytes`, without taking them.
    pub fn peek(&mut self, bytes: usize) -> &[u8] {
        self.fill(bytes);
        &self.buffer[..self.buffer.len().min(bytes)]
    }

    /// Reads until the buffer holds `bytes` or the source ends.
    fn fill(&mut self, bytes: usize) {
        while self.buffer.len() < bytes && !self.ended {
            let wanted = (bytes - self.buffer.len()).max(BATCH_BYTES) as u64;
            match self.inner.by_ref().take(wanted).read_to_end(&mut self.buffer) {
                Ok(read) => self.ended = (read as u64) < wanted,
                Err(error) => {
                    self.ended = true;
                    self.error = Some(error);
                }
            }
        }
    }

    fn hand_out(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.taken += bytes.len() as u64;
    }

    /// The next batch of lines; `spent` is one that is no longer needed. [`Batch::search`] is still
    /// to be called.
    pub fn next_batch(&mut self, spent: Batch) -> Option<Batch> {
        self.fill(BATCH_BYTES);
        let mut newline = memchr::memrchr(b'\n', &self.buffer);
        while newline.is_none() && !self.ended && self.buffer.len() <= LINE_BYTES_MAX {
            self.fill(self.buffer.len() + BATCH_BYTES);
            newline = memchr::memrchr(b'\n', &self.buffer);
        }
        if self.buffer.is_empty() {
            return None;
        }
        let end = newline.filter(|_| !self.ended).map_or(self.buffer.len(), |at| at + 1);
        let mut batch = spent;
        batch.searched = false;
        batch.bytes.clear();
        batch.bytes.extend_from_slice(&self.buffer[end..]);
        self.buffer.truncate(end);
        std::mem::swap(&mut batch.bytes, &mut self.buffer);
        self.hand_out(&batch.bytes);
        batch.last = self.ended && self.buffer.is_empty();
        Some(batch)
    }

    /// What is next in the stream, in a size of its own choice; empty at the end.
    pub fn take_chunk(&mut self) -> Vec<u8> {
        self.fill(1);
        let chunk = std::mem::take(&mut self.buffer);
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

/// A reader that passes over the content in small steps works in the same buffer.
pub struct Steps<'a> {
    stream: &'a mut Stream,
    /// Bytes of the buffer that have been passed.
    passed: usize,
}

impl<'a> Steps<'a> {
    pub fn new(stream: &'a mut Stream) -> Self {
        Self { stream, passed: 0 }
    }

    /// Hands out what was passed and closes up behind it.
    fn close_up(&mut self) {
        let rest = self.stream.buffer.split_off(self.passed);
        let passed = std::mem::replace(&mut self.stream.buffer, rest);
        self.stream.hand_out(&passed);
        self.passed = 0;
    }
}

impl Content for Steps<'_> {
    fn ahead(&mut self, count: usize) -> &[u8] {
        if self.stream.buffer.len() - self.passed < count && !self.stream.ended {
            self.close_up();
            self.stream.fill(count);
        }
        &self.stream.buffer[self.passed..]
    }

    fn pass(&mut self, count: usize) {
        self.passed += count.min(self.stream.buffer.len() - self.passed);
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
