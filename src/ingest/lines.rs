//! Feeds a source to a reader of lines and books every byte.
//!
//! A large source is read (unpacked, hashed) on a thread of its own, a few batches of lines ahead.
//! Whichever of the two threads is ahead of the other searches the batches for literals.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread;

use super::formats::LineReader;
use super::prefilter::Prefilter;
use super::sink::Sink;
use super::stream::{BATCH_BYTES, Batch, ESCAPE, LINE_BYTES_MAX, Stream};
use crate::ledger::{Fate, Reason};
use crate::model::record::Span;

/// Batches that are read and wait.
const BATCHES_AHEAD: usize = 4;

/// Feeds all lines of `stream` to `reader`.
pub fn drive(stream: &mut Stream, prefilter: &Prefilter, reader: &mut dyn LineReader, sink: &mut Sink<'_>) {
    let mut feed = Feed { reader, number: 0, too_long: None };
    if stream.peek(BATCH_BYTES).len() < BATCH_BYTES {
        let mut spent = Batch::default();
        while let Some(mut batch) = stream.next_batch(spent) {
            batch.search(prefilter);
            feed.batch(&batch, sink);
            spent = batch;
        }
    } else {
        drive_ahead(stream, prefilter, &mut feed, sink);
    }
    feed.end(sink);
}

fn drive_ahead(stream: &mut Stream, prefilter: &Prefilter, feed: &mut Feed<'_>, sink: &mut Sink<'_>) {
    let (hand_on, batches) = sync_channel(BATCHES_AHEAD);
    let (give_back, spent) = channel();
    let waiting = &AtomicUsize::new(0);
    thread::scope(|scope| {
        // Should the reader panic, the scope waits for the other thread before anything outside of this
        // closure is dropped; the channel has to be gone by then, or that thread would wait, too.
        let batches = batches;
        let ahead = scope.spawn(move || read_ahead(stream, prefilter, &hand_on, &spent, waiting));
        while let Ok(mut batch) = batches.recv() {
            waiting.fetch_sub(1, Ordering::Relaxed);
            if !batch.searched {
                batch.search(prefilter);
            }
            feed.batch(&batch, sink);
            // At the end of the stream nobody wants it any more.
            drop(give_back.send(batch));
        }
        if let Err(panic) = ahead.join() {
            resume_unwind(panic);
        }
    });
}

fn read_ahead(
    stream: &mut Stream,
    prefilter: &Prefilter,
    hand_on: &SyncSender<Batch>,
    spent: &Receiver<Batch>,
    waiting: &AtomicUsize,
) {
    while let Some(mut batch) = stream.next_batch(spent.try_recv().unwrap_or_default()) {
        if waiting.load(Ordering::Relaxed) > BATCHES_AHEAD / 2 {
            batch.search(prefilter);
        }
        waiting.fetch_add(1, Ordering::Relaxed);
        // Should the feed have stopped early, nobody listens any more.
        if hand_on.send(batch).is_err() {
            return;
        }
    }
}

/// Cuts batches into lines.
struct Feed<'a> {
    reader: &'a mut dyn LineReader,
    /// Number of the last line, 1-based.
    number: u64,
    /// The beginning and the length of a line that is longer than a batch.
    too_long: Option<(Vec<u8>, u64)>,
}

impl Feed<'_> {
    fn batch(&mut self, batch: &Batch, sink: &mut Sink<'_>) {
        let mut places = batch.places.iter().copied().peekable();
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', &batch.bytes).map(|at| at + 1) {
            let mut candidate = false;
            while places.next_if(|place| *place < end).is_some() {
                candidate = true;
            }
            self.piece(&batch.bytes[start..end], candidate, batch.has_control, sink);
            start = end;
        }
        let rest = &batch.bytes[start..];
        if rest.is_empty() {
            return;
        }
        if batch.last {
            self.piece(rest, true, batch.has_control, sink);
        } else {
            let head = || (rest[..LINE_BYTES_MAX.min(rest.len())].to_vec(), 0);
            let (_, len) = self.too_long.get_or_insert_with(head);
            *len += rest.len() as u64;
        }
    }

    /// Takes a line, or the last part of one that is too long.
    fn piece(&mut self, line: &[u8], candidate: bool, has_control: bool, sink: &mut Sink<'_>) {
        self.number += 1;
        if let Some((head, len)) = self.too_long.take() {
            self.book_too_long(&head, len + line.len() as u64, sink);
        } else if line.len() > LINE_BYTES_MAX {
            self.book_too_long(&line[..LINE_BYTES_MAX], line.len() as u64, sink);
        } else {
            sink.candidate = candidate;
            if has_control {
                // Who colours his lines has them read with care.
                sink.candidate |= memchr::memchr(ESCAPE, line).is_some();
                self.with_nuls(line, sink);
            } else {
                self.line(line, sink);
            }
        }
    }

    fn book_too_long(&mut self, head: &[u8], len: u64, sink: &mut Sink<'_>) {
        let offset = sink.account.cursor();
        sink.at(Span { offset, len, line: self.number });
        sink.account.book_counted(head, len, Fate::Quarantined(Reason::TooLong));
    }

    /// Hands a line to the reader. A lost write leaves a run of NUL bytes, often in the middle of
    /// what then looks like one line: half a line before it, a whole one behind.
    fn with_nuls(&mut self, line: &[u8], sink: &mut Sink<'_>) {
        let mut rest = line;
        while !rest.is_empty() {
            let nul = rest.iter().take_while(|byte| **byte == 0).count();
            if nul > 0 {
                sink.nul_before += nul as u64;
                sink.account.at_line(self.number);
                sink.account.book(&rest[..nul], Fate::Ignored("nul-bytes-of-a-lost-write"));
                rest = &rest[nul..];
                continue;
            }
            let end = memchr::memchr(0, rest).unwrap_or(rest.len());
            let (piece, behind) = rest.split_at(end);
            self.line(piece, sink);
            rest = behind;
        }
    }

    fn line(&mut self, piece: &[u8], sink: &mut Sink<'_>) {
        sink.at(Span { offset: sink.account.cursor(), len: piece.len() as u64, line: self.number });
        let text = trim_line_end(piece);
        let fate = if text.is_empty() { Fate::Ignored("blank-line") } else { self.reader.line(text, sink) };
        if fate == Fate::Parsed {
            sink.understood += 1;
        }
        sink.account.book(piece, fate);
    }

    fn end(&mut self, sink: &mut Sink<'_>) {
        if let Some((head, len)) = self.too_long.take() {
            self.number += 1;
            self.book_too_long(&head, len, sink);
        }
        self.reader.finish(sink);
    }
}

fn trim_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use crate::ingest::Interest;
    use crate::model::record::SourceId;

    struct Deaf;

    impl Interest for Deaf {
        fn literals(&self) -> Vec<&[u8]> {
            Vec::new()
        }

        fn signatures(&self, _program: &str, _text: &str) -> Vec<String> {
            Vec::new()
        }
    }

    struct Faulty;

    impl LineReader for Faulty {
        fn line(&mut self, _line: &[u8], _sink: &mut Sink<'_>) -> Fate {
            panic!("a bug of the reader");
        }
    }

    #[test]
    fn a_reader_that_panics_in_a_large_source_stops_both_threads() {
        let log = b"a line\n".repeat(20 * BATCH_BYTES / 7);
        let mut stream = Stream::new(Box::new(std::io::Cursor::new(log)));
        let mut sink = Sink::new(SourceId(0), &Deaf);
        let prefilter = Prefilter::of(&Deaf);
        let outcome =
            catch_unwind(AssertUnwindSafe(|| drive(&mut stream, &prefilter, &mut Faulty, &mut sink)));
        assert!(outcome.is_err());
    }
}
