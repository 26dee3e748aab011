//! Feeds a source to a reader of lines and books every byte.
//!
//! Two threads work on a large source, each on batches of its own: it reads the next one and searches it for
//! literals and for quiet lines while the other does the same, or feeds the reader what was searched. Neither waits
//! until the other is done, unless the reader is far behind.

use std::borrow::Cow;
use std::panic::resume_unwind;
use std::sync::Mutex;
use std::thread;

use super::formats::LineReader;
use super::in_order::{InOrder, soon};
use super::prefilter::Prefilter;
use super::quiet_lines::Ahead;
use super::quiet_stretch::Outlook;
use super::sink::Sink;
use super::stream::{BATCH_BYTES, Batch, LINE_BYTES_MAX, Stream};
use super::terminal;
use crate::ledger::{Fate, Reason};
use crate::model::record::Span;

/// Feeds all lines of `stream` to `reader`.
pub fn drive(stream: &mut Stream, prefilter: &Prefilter, reader: &mut dyn LineReader, sink: &mut Sink<'_>) {
    let mut feed = Feed { reader, number: 0, too_long: None };
    if stream.peek(BATCH_BYTES).len() < BATCH_BYTES {
        let mut spent = Batch::default();
        while let Some(mut batch) = stream.next_batch(spent) {
            batch.search(prefilter, None);
            feed.batch(&batch, sink);
            spent = batch;
        }
    } else {
        drive_on_two_threads(stream, prefilter, &mut feed, sink);
    }
    feed.end(sink);
}

fn drive_on_two_threads(
    stream: &mut Stream,
    prefilter: &Prefilter,
    feed: &mut Feed<'_>,
    sink: &mut Sink<'_>,
) {
    let numbered = Mutex::new((stream, 0));
    let outlook = Mutex::new(None);
    let feeding = InOrder::new((feed, sink));
    thread::scope(|scope| {
        let other = scope.spawn(|| work(&numbered, prefilter, &outlook, &feeding));
        work(&numbered, prefilter, &outlook, &feeding);
        if let Err(panic) = other.join() {
            resume_unwind(panic);
        }
    });
}

/// Works on batches until there are none, or the other thread has panicked.
fn work(
    numbered: &Mutex<(&mut Stream, u64)>,
    prefilter: &Prefilter,
    outlook: &Mutex<Option<Outlook>>,
    feeding: &InOrder<(&mut Feed<'_>, &mut Sink<'_>), Batch>,
) {
    let _alarm = feeding.alarm();
    let mut spent = Batch::default();
    loop {
        let Ok(before) = outlook.lock().map(|outlook| outlook.clone()) else { return };
        let Some(mut next) = soon(numbered) else { return };
        let (stream, number) = &mut *next;
        let Some(mut batch) = stream.next_batch(spent) else { return };
        let place = *number;
        *number += 1;
        drop(next);
        batch.search(prefilter, before);
        let handed_in = feeding.hand_in(place, batch, |(feed, sink), batch| {
            feed.batch(batch, sink);
            let now = feed.reader.outlook().filter(|_| !sink.has_stretches);
            if let Ok(mut outlook) = outlook.lock() {
                *outlook = now;
            }
        });
        let Some(done) = handed_in else { return };
        spent = done.unwrap_or_default();
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
        let text = batch.text();
        let whole = memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
        let mut places = batch.places.iter().copied().peekable();
        let mut stretches = batch.stretches.iter().peekable();
        let is_verbatim = self.reader.is_verbatim();
        let mut start = 0;
        while start < whole {
            // Up to the line of the next literal, lines may be passed over.
            let end = match places.peek() {
                Some(&place) => {
                    memchr::memrchr(b'\n', &text[start..place]).map_or(start, |at| start + at + 1)
                }
                None => whole,
            };
            if start < end && !batch.has_control && self.too_long.is_none() {
                while stretches.next_if(|stretch| stretch.start < start).is_some() {}
                let stretch = stretches.next_if(|stretch| stretch.start == start);
                let ahead = batch.outlook.as_ref().zip(stretch);
                let ahead = ahead.map(|(outlook, stretch)| Ahead { outlook, stretch });
                start += self.pass(&text[start..end], ahead, sink);
            }
            if start < whole {
                let end = memchr::memchr(b'\n', &text[start..]).map_or(whole, |at| start + at + 1);
                let has_literal = places.peek().is_some_and(|place| *place < end);
                sink.may_match = has_literal || batch.has_control || !is_verbatim;
                self.piece(&text[start..end], batch.has_control, sink);
                start = end;
                while places.next_if(|place| *place < start).is_some() {}
            }
        }
        sink.may_match = true;
        self.rest(&text[whole..], batch, sink);
    }

    /// Has the reader pass over lines at the front; tells how many bytes of them it did.
    fn pass(&mut self, text: &[u8], ahead: Option<Ahead<'_>>, sink: &mut Sink<'_>) -> usize {
        let passed = self.reader.pass(text, self.number + 1, ahead, sink);
        self.number += passed.lines;
        sink.understood += passed.lines;
        sink.account.book(&text[..passed.bytes], Fate::Parsed);
        passed.bytes
    }

    /// What stands behind the last end of a line.
    fn rest(&mut self, rest: &[u8], batch: &Batch, sink: &mut Sink<'_>) {
        if rest.is_empty() {
            return;
        }
        if batch.last {
            self.piece(rest, batch.has_control, sink);
        } else {
            let head = || (rest[..LINE_BYTES_MAX.min(rest.len())].to_vec(), 0);
            let (_, len) = self.too_long.get_or_insert_with(head);
            *len += rest.len() as u64;
        }
    }

    /// Takes a line, or the last part of one that is too long.
    fn piece(&mut self, line: &[u8], has_control: bool, sink: &mut Sink<'_>) {
        self.number += 1;
        if let Some((head, len)) = self.too_long.take() {
            self.book_too_long(&head, len + line.len() as u64, sink);
        } else if line.len() > LINE_BYTES_MAX {
            self.book_too_long(&line[..LINE_BYTES_MAX], line.len() as u64, sink);
        } else if has_control {
            self.with_nuls(line, sink);
        } else {
            self.line(line, sink);
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
        // Without what a terminal does not show, a literal may stand there.
        sink.may_match = sink.may_match || terminal::has_marks(text);
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

/// A line as text, bytes that are no UTF-8 replaced. Faster for lines that have none than [`String::from_utf8_lossy`],
/// which looks at each byte.
#[must_use]
pub fn as_text(line: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(line).map_or_else(|_| String::from_utf8_lossy(line), Cow::Borrowed)
}

fn trim_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use crate::ingest::drive::Deaf;
    use crate::model::record::SourceId;

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
