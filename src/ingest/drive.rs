//! Feeds a source to its reader and books every byte.

use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use sha2::{Digest, Sha256};

use super::Interest;
use super::decompress::Opened;
use super::discover::{Found, FoundState};
use super::formats::{LineReader, Reader, SourceKind};
use super::recognise::{EMPTY_FILE, Recognised, recognise};
use super::sink::Sink;
use super::unpack::fault::reason_of;
use crate::ledger::{Account, Fate, Reason};
use crate::model::record::{SourceFacts, SourceId, Span};

/// Bytes that a format may look at to recognise a source.
const HEAD_BYTES: usize = 64 * 1024;
/// The longest line that is handed to a reader; a longer one is booked as too long.
const LINE_BYTES_MAX: usize = 1024 * 1024;
/// The largest source that a reader of whole files gets; the rest is booked as too long.
const WHOLE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Reads bytes that are already at hand, such as samples of the knowledge base; nothing is unpacked.
pub fn read_bytes(source: SourceId, shown: &str, bytes: &[u8], interest: &dyn Interest) -> SourceFacts {
    let found =
        Found { path: shown.into(), shown: shown.to_owned(), state: FoundState::Readable, modified: None };
    let opened = Opened {
        stream: Box::new(io::Cursor::new(bytes.to_vec())),
        size_bytes: Some(bytes.len() as u64),
        unsupported: None,
        compressed: false,
    };
    read_opened(source, &found, opened, interest)
}

/// A source that is not read, for a stated reason.
pub(super) fn left_out(found: &Found, reason: String, unreadable: bool) -> SourceFacts {
    struct Deaf;
    impl Interest for Deaf {
        fn signatures(&self, _program: &str, _text: &str) -> Vec<String> {
            Vec::new()
        }
    }
    let sink = Sink::new(SourceId(0), &Deaf);
    let mut facts = close(found, None, SourceKind::Context, reason, sink, String::new());
    facts.unreadable = unreadable;
    facts
}

/// Closes the account of a source.
fn close(
    found: &Found,
    format: Option<&'static str>,
    kind: SourceKind,
    reason: String,
    sink: Sink<'_>,
    sha256: String,
) -> SourceFacts {
    let account: Account = sink.account;
    let (bytes, parsed) = (account.cursor(), account.parsed());
    let (ignored, quarantined) = (account.ignored(), account.quarantined());
    let (reasons, quoted) = account.into_details();
    SourceFacts {
        path: found.shown.clone(),
        format: format.map(str::to_owned),
        kind: kind.word().to_owned(),
        reason,
        bytes,
        parsed,
        ignored,
        quarantined,
        reasons,
        quoted,
        sha256,
        understood: sink.understood,
        modified: found.modified,
        unreadable: false,
        records: sink.records,
        activity: sink.activity,
        power: sink.power,
    }
}

/// Reads one opened source. Never fails: what cannot be read is in the account.
pub(super) fn read_opened(
    source: SourceId,
    found: &Found,
    opened: Opened,
    interest: &dyn Interest,
) -> SourceFacts {
    let mut stream = Stream::new(opened.stream);
    let head = stream.peek(HEAD_BYTES);
    let recognised = match opened.unsupported {
        Some(packing) => Recognised::None(format!("packed with {packing}, which is not read")),
        None => recognise(head, opened.size_bytes),
    };
    let mut sink = Sink::new(source, interest);
    let (format, kind, mut reason) = match recognised {
        Recognised::Format(format) => (Some(format.id()), format.kind(), String::new()),
        Recognised::None(reason) => (None, SourceKind::Context, reason),
    };
    let reader = format.and_then(super::formats::by_id).map(super::formats::Format::open);
    let outcome = catch_unwind(AssertUnwindSafe(|| match reader {
        Some(Reader::Lines(mut reader)) => drive_lines(&mut stream, reader.as_mut(), &mut sink),
        Some(Reader::Whole(parse)) => drive_whole(&mut stream, parse, &mut sink),
        None => drive_ignored(&mut stream, &mut sink, opened.unsupported.is_some()),
    }));
    if outcome.is_err() {
        // The reader has a bug; what it had not booked yet stays visible.
        let behind = stream.taken.saturating_sub(sink.account.cursor());
        sink.account.book_counted(b"", behind, Fate::Quarantined(Reason::ReaderPanicked));
        drain(&mut stream, &mut sink, Fate::Quarantined(Reason::ReaderPanicked));
    }
    if let Some(error) = stream.error.take() {
        let stopped = format!("reading stopped: {error}");
        // The bytes behind a broken place cannot be counted; one byte stands for them, so that the
        // fault shows in the sums.
        sink.account.book_counted(stopped.as_bytes(), 1, Fate::Quarantined(reason_of(&error)));
        reason = match reason.as_str() {
            "" | EMPTY_FILE => stopped,
            other => format!("{other}; {stopped}"),
        };
    }
    let sha256 = hex(&stream.hash.finalize());
    close(found, format, kind, reason, sink, sha256)
}

fn drive_lines(stream: &mut Stream, reader: &mut dyn LineReader, sink: &mut Sink<'_>) {
    let mut number = 0_u64;
    loop {
        let piece = stream.next_line(LINE_BYTES_MAX);
        let Some(piece) = piece else { break };
        number += 1;
        if piece.len > piece.bytes.len() as u64 {
            let offset = sink.account.cursor();
            sink.at(Span { offset, len: piece.len, line: number });
            sink.account.book_counted(&piece.bytes, piece.len, Fate::Quarantined(Reason::TooLong));
            continue;
        }
        sink.account.at_line(number);
        feed_line(&piece.bytes, number, reader, sink);
    }
    reader.finish(sink);
}

/// Hands a line to the reader. A lost write leaves a run of NUL bytes, often in the middle of what
/// then looks like one line: half a line before it, a whole one behind.
fn feed_line(line: &[u8], number: u64, reader: &mut dyn LineReader, sink: &mut Sink<'_>) {
    let mut rest = line;
    while !rest.is_empty() {
        let nul = rest.iter().take_while(|byte| **byte == 0).count();
        if nul > 0 {
            sink.nul_before += nul as u64;
            sink.account.book(&rest[..nul], Fate::Ignored("nul-bytes-of-a-lost-write"));
            rest = &rest[nul..];
            continue;
        }
        let end = memchr::memchr(0, rest).unwrap_or(rest.len());
        let (piece, behind) = rest.split_at(end);
        sink.at(Span { offset: sink.account.cursor(), len: piece.len() as u64, line: number });
        let text = trim_line_end(piece);
        let fate = if text.is_empty() { Fate::Ignored("blank-line") } else { reader.line(text, sink) };
        if fate == Fate::Parsed {
            sink.understood += 1;
        }
        sink.account.book(piece, fate);
        rest = behind;
    }
}

fn drive_whole(stream: &mut Stream, parse: fn(&[u8], &mut Sink<'_>), sink: &mut Sink<'_>) {
    let content = stream.take_all(WHOLE_BYTES_MAX);
    parse(&content, sink);
    let cursor = usize::try_from(sink.account.cursor()).unwrap_or(usize::MAX);
    if let Some(rest) = content.get(cursor..)
        && !rest.is_empty()
    {
        sink.account.book(rest, Fate::Quarantined(Reason::Unclaimed));
    }
    drain(stream, sink, Fate::Quarantined(Reason::TooLong));
}

/// A source of no known format is left out by name. What is packed in a way that we cannot read
/// could have mattered, so it is quarantined.
fn drive_ignored(stream: &mut Stream, sink: &mut Sink<'_>, packed: bool) {
    let fate =
        if packed { Fate::Quarantined(Reason::UnknownFormat) } else { Fate::Ignored("no-format-fits") };
    drain(stream, sink, fate);
}

fn drain(stream: &mut Stream, sink: &mut Sink<'_>, fate: Fate) {
    loop {
        let chunk = stream.take_chunk();
        if chunk.is_empty() {
            return;
        }
        sink.account.book(&chunk, fate);
    }
}

fn trim_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One line; `len` counts all its bytes, `bytes` holds them up to the limit.
struct Piece {
    bytes: Vec<u8>,
    len: u64,
}

/// A buffered stream that hashes what it hands out and keeps a read error for later.
struct Stream {
    inner: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    start: usize,
    ended: bool,
    error: Option<io::Error>,
    hash: Sha256,
    /// Bytes handed out.
    taken: u64,
}

const CHUNK_BYTES: usize = 256 * 1024;

impl Stream {
    fn new(inner: Box<dyn Read + Send>) -> Self {
        Self { inner, buffer: Vec::new(), start: 0, ended: false, error: None, hash: Sha256::new(), taken: 0 }
    }

    /// Reads one more chunk into the buffer; false at the end.
    fn fill(&mut self) -> bool {
        if self.ended {
            return false;
        }
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let before = self.buffer.len();
        self.buffer.resize(before + CHUNK_BYTES, 0);
        loop {
            match self.inner.read(&mut self.buffer[before..]) {
                Ok(read) => {
                    self.buffer.truncate(before + read);
                    self.ended = read == 0;
                    return read > 0;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.buffer.truncate(before);
                    self.ended = true;
                    self.error = Some(error);
                    return false;
                }
            }
        }
    }

    fn peek(&mut self, bytes: usize) -> &[u8] {
        while self.buffer.len() < bytes && self.fill() {}
        &self.buffer[..self.buffer.len().min(bytes)]
    }

    fn hand_out(&mut self, count: usize) -> &[u8] {
        let piece = &self.buffer[self.start..self.start + count];
        self.hash.update(piece);
        self.start += count;
        self.taken += count as u64;
        piece
    }

    fn take_chunk(&mut self) -> Vec<u8> {
        if self.start == self.buffer.len() && !self.fill() {
            return Vec::new();
        }
        let count = self.buffer.len() - self.start;
        self.hand_out(count).to_vec()
    }

    fn take_all(&mut self, limit: u64) -> Vec<u8> {
        let mut all = Vec::new();
        while (all.len() as u64) < limit {
            let chunk = self.take_chunk();
            if chunk.is_empty() {
                break;
            }
            all.extend_from_slice(&chunk);
        }
        all
    }

    /// The next line with its ending. A line of more than `limit` bytes is passed over, its first
    /// bytes kept.
    fn next_line(&mut self, limit: usize) -> Option<Piece> {
        let mut piece = Piece { bytes: Vec::new(), len: 0 };
        loop {
            let available = &self.buffer[self.start..];
            let newline = memchr::memchr(b'\n', available);
            let count = newline.map_or(available.len(), |at| at + 1);
            if count > 0 {
                let room = limit.saturating_sub(piece.bytes.len());
                let taken = self.hand_out(count);
                piece.bytes.extend_from_slice(&taken[..taken.len().min(room)]);
                piece.len += count as u64;
            }
            if newline.is_some() {
                return Some(piece);
            }
            if !self.fill() {
                return (piece.len > 0).then_some(piece);
            }
        }
    }
}
