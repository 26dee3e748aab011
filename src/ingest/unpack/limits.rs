//! What bounds the unpacking: of a bomb, as much is read as could be of use.
//!
//! Real logs pack 20:1, the same line a million times up to 1000:1, and a log that fills a disk is
//! worth reading whole. So what is packed well is no reason to stop as long as lines come out of it.
//!
//! What is counted is the output of all decoders, in whatever layer, against the bytes that were handed
//! over: layers within layers buy nothing.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use super::fault::Fault;
use crate::ledger::Reason;

/// Limits for one file that was handed over, with all that is packed in it.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes that may be unpacked whatever the ratio: the log that fills a disk, and half a minute of
    /// reading. A file gets as much of them as one layer of gzip can hold, [`Limits::one_layer`]: what
    /// unpacks to more was made of layers, or of zeros.
    pub free_bytes: u64,
    /// Bytes that even the smallest file may be unpacked to.
    pub small_bytes: u64,
    /// The most that a byte of gzip unpacks to (1032), and a little.
    pub one_layer: u64,
    /// Beyond that, bytes that may be unpacked per byte of the file. Gzip cannot do more than 1032,
    /// and logs with times in them stay far below this.
    pub ratio: u64,
    /// Bytes of one source without a line end, or all the same, behind which nothing is expected:
    /// more than a reader of whole files takes.
    pub barren_bytes: u64,
    /// Members of archives.
    pub members: u32,
    /// Archives and compressions within each other.
    pub layers: u32,
    /// Size of an archive within an archive that has to be laid aside to be read.
    pub aside_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            free_bytes: 16 << 30,
            small_bytes: 1 << 30,
            one_layer: 1100,
            ratio: 250,
            barren_bytes: 256 << 20,
            members: 100_000,
            layers: 8,
            aside_bytes: 4 << 30,
        }
    }
}

/// Counts what was unpacked out of one file.
#[derive(Debug, Clone)]
pub struct Meter {
    limits: Limits,
    file: Rc<str>,
    packed: Rc<Cell<u64>>,
    unpacked: Rc<Cell<u64>>,
}

impl Meter {
    /// For the file shown as `file`, of `packed` bytes; of a stream the bytes are added as they come.
    pub fn new(limits: Limits, file: &str, packed: u64) -> Self {
        Self { limits, file: file.into(), packed: Rc::new(Cell::new(packed)), unpacked: Rc::default() }
    }

    pub fn add_packed(&self, bytes: u64) {
        self.packed.set(self.packed.get() + bytes);
    }

    fn add_unpacked(&self, bytes: u64) {
        self.unpacked.set(self.unpacked.get().saturating_add(bytes));
    }

    fn allowed(&self) -> u64 {
        let Limits { free_bytes, small_bytes, one_layer, ratio, .. } = self.limits;
        let packed = self.packed.get();
        let free = packed.saturating_mul(one_layer).max(small_bytes).min(free_bytes);
        free.max(packed.saturating_mul(ratio))
    }

    /// The fault of a file that was unpacked beyond all use, once it was.
    pub fn exceeded(&self) -> Option<io::Error> {
        let (packed, unpacked, allowed) = (self.packed.get(), self.unpacked.get(), self.allowed());
        (unpacked > allowed).then(|| {
            let words = format!(
                "stopped here: {} ({packed} bytes) has been unpacked to {unpacked} bytes in all its layers; the \
                 limit for its size is {allowed}, and nothing behind this place is read",
                self.file
            );
            Fault::error(Reason::UnpacksTooFar, words)
        })
    }
}

/// A decoder whose output is counted.
pub struct Metered<R> {
    pub inner: R,
    pub meter: Meter,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(fault) = self.meter.exceeded() {
            return Err(fault);
        }
        let count = self.inner.read(buffer)?;
        self.meter.add_unpacked(count as u64);
        Ok(count)
    }
}

/// Says when a source has gone on for too long without anything that a reader could use: a sparse
/// file, or a bomb of zeros.
#[derive(Debug)]
pub struct Barren {
    limit: u64,
    run: u64,
    total: u64,
}

impl Barren {
    pub fn new(limits: &Limits) -> Self {
        Self { limit: limits.barren_bytes, run: 0, total: 0 }
    }

    /// Takes the next piece of the source. An error means that the rest is not worth reading.
    pub fn watch(&mut self, piece: &[u8]) -> io::Result<()> {
        let Some(first) = piece.first() else { return Ok(()) };
        let all_the_same = || piece.iter().all(|byte| byte == first);
        if memchr::memchr(b'\n', piece).is_none() || (piece.len() > 1 && all_the_same()) {
            self.run += piece.len() as u64;
        } else {
            self.run = 0;
        }
        self.total += piece.len() as u64;
        if self.run <= self.limit {
            return Ok(());
        }
        let words = format!(
            "stopped after {} bytes: the last {} are all the same or have no line end",
            self.total, self.run
        );
        Err(Fault::error(Reason::UnpacksTooFar, words))
    }
}

/// A stream that stops where it becomes barren.
pub struct Fertile<R> {
    inner: R,
    barren: Barren,
}

impl<R: Read> Fertile<R> {
    pub fn new(inner: R, limits: &Limits) -> Self {
        Self { inner, barren: Barren::new(limits) }
    }
}

impl<R: Read> Read for Fertile<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.barren.watch(&buffer[..count])?;
        Ok(count)
    }
}
