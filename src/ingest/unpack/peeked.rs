//! A stream whose next bytes can be looked at before they are taken.

use std::cell::{Cell, RefCell};
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use super::fault::Fault;

const CHUNK_BYTES: usize = 128 * 1024;

/// Buffers like [`io::BufReader`]; [`Peeked::peek`] reads on where the buffer holds too little.
pub struct Peeked<'a> {
    inner: Box<dyn Read + 'a>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// An error that came while peeking, for whoever takes the bytes.
    error: Option<io::Error>,
    way: Way,
}

/// What is known of the way through a stream, also while a decoder has it.
#[derive(Debug, Clone, Default)]
pub struct Way {
    taken: Rc<Cell<u64>>,
    broke: Rc<RefCell<Option<Fault>>>,
}

impl Way {
    /// Bytes that were taken.
    pub fn taken(&self) -> u64 {
        self.taken.get()
    }

    /// The fault that ended the stream, if one did. What a decoder makes of it says less.
    pub fn fault(&self) -> Option<io::Error> {
        self.broke.borrow().clone().map(io::Error::from)
    }
}

impl<'a> Peeked<'a> {
    pub fn new(inner: impl Read + 'a) -> Self {
        let way = Way::default();
        Self { inner: Box::new(inner), buffer: Vec::new(), start: 0, end: 0, error: None, way }
    }

    pub fn way(&self) -> Way {
        self.way.clone()
    }

    /// The next `count` bytes, fewer only where the stream ends or breaks.
    pub fn peek(&mut self, count: usize) -> &[u8] {
        if self.end - self.start < count {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            if self.buffer.len() < count.max(CHUNK_BYTES) {
                self.buffer.resize(count.max(CHUNK_BYTES), 0);
            }
        }
        while self.end - self.start < count && self.error.is_none() {
            match self.inner.read(&mut self.buffer[self.end..]) {
                Ok(0) => break,
                Ok(more) => self.end += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    *self.way.broke.borrow_mut() = Some(Fault::of(&error));
                    self.error = Some(error);
                }
            }
        }
        let available = &self.buffer[self.start..self.end];
        &available[..available.len().min(count)]
    }
}

impl Peeked<'_> {
    /// How many bytes are left, where the end is no further than a piece away.
    pub fn short_size(&mut self) -> Option<u64> {
        let left = self.peek(CHUNK_BYTES).len();
        (left < CHUNK_BYTES && self.error.is_none()).then_some(left as u64)
    }
}

impl Read for Peeked<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(out.len());
        out[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Peeked<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            if let Some(error) = self.error.take() {
                return Err(error);
            }
            if self.buffer.is_empty() {
                self.buffer.resize(CHUNK_BYTES, 0);
            }
            self.start = 0;
            self.end = 0;
            self.end = match self.inner.read(&mut self.buffer) {
                Ok(read) => read,
                Err(error) => {
                    if error.kind() != io::ErrorKind::Interrupted {
                        *self.way.broke.borrow_mut() = Some(Fault::of(&error));
                    }
                    return Err(error);
                }
            };
        }
        Ok(&self.buffer[self.start..self.end])
    }

    fn consume(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.way.taken.set(self.way.taken.get() + count as u64);
    }
}
