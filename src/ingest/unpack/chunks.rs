//! Carries the bytes of one source from the thread that unpacks to the one that reads.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::fault::Fault;
use super::limits::{Barren, Limits};
use super::peeked::Peeked;
use crate::ledger::Reason;

const CHUNK_BYTES: usize = 128 * 1024;
/// Pieces of a source that wait to be read.
const CHUNKS_AHEAD: usize = 4;

/// A piece of a source; an empty one is its end.
type Chunk = io::Result<Vec<u8>>;

/// The two ends of the way.
pub fn pair() -> (SyncSender<Chunk>, Chunks) {
    let (sender, receiver) = sync_channel(CHUNKS_AHEAD);
    (sender, Chunks { receiver, chunk: Vec::new(), start: 0, ended: false })
}

/// Sends all of `content`, until it ends or breaks, becomes barren, or nobody wants more of it.
pub fn send(content: &mut Peeked<'_>, to: &SyncSender<Chunk>, limits: &Limits) {
    let mut barren = Barren::new(limits);
    loop {
        let mut chunk = Vec::with_capacity(CHUNK_BYTES);
        let read = content.by_ref().take(CHUNK_BYTES as u64).read_to_end(&mut chunk);
        let last = chunk.is_empty();
        let watched = barren.watch(&chunk);
        if !last && to.send(Ok(chunk)).is_err() {
            return;
        }
        if let Err(error) = read.map(drop).and(watched) {
            let _ = to.send(Err(error));
            return;
        }
        if last {
            let _ = to.send(Ok(Vec::new()));
            return;
        }
    }
}

/// The stream at the reader's end.
pub struct Chunks {
    receiver: Receiver<Chunk>,
    chunk: Vec<u8>,
    start: usize,
    ended: bool,
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.start == self.chunk.len() {
            if self.ended {
                return Ok(0);
            }
            self.start = 0;
            self.chunk = match self.receiver.recv() {
                Ok(Ok(chunk)) => chunk,
                Ok(Err(error)) => {
                    self.ended = true;
                    return Err(error);
                }
                Err(_) => {
                    self.ended = true;
                    return Err(Fault::error(Reason::ReaderPanicked, "the unpacking stopped by a bug"));
                }
            };
            self.ended = self.chunk.is_empty();
        }
        let available = &self.chunk[self.start..];
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.start += count;
        Ok(count)
    }
}
