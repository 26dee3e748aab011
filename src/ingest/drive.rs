//! Feeds a source to its reader and books every byte.

use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::decompress::Opened;
use super::discover::{Found, FoundState};
use super::formats::{Content, Reader, SourceKind};
use super::lines;
use super::prefilter::Watch;
use super::recognise::{EMPTY_FILE, Recognised, recognise};
use super::sink::Sink;
use super::stream::{Steps, Stream};
use super::unpack::fault::Fault;
use super::{Interest, STOPPED};
use crate::ledger::{Account, Fate, Reason};
use crate::model::record::{SourceFacts, SourceId};

/// Bytes that a format may look at to recognise a source.
const HEAD_BYTES: usize = 64 * 1024;
/// The largest source that a reader of whole files gets; the rest is booked as too long.
const WHOLE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Reads bytes that are already at hand, such as samples of the knowledge base; nothing is unpacked.
pub fn read_bytes(source: SourceId, shown: &str, bytes: &[u8], interest: &dyn Interest) -> SourceFacts {
    read_watched_bytes(source, shown, bytes, &Watch::new(interest))
}

/// As [`read_bytes`], for those who read many.
pub fn read_watched_bytes(source: SourceId, shown: &str, bytes: &[u8], watch: &Watch<'_>) -> SourceFacts {
    let found =
        Found { path: shown.into(), shown: shown.to_owned(), state: FoundState::Readable, modified: None };
    let opened = Opened {
        stream: Box::new(io::Cursor::new(bytes.to_vec())),
        size_bytes: Some(bytes.len() as u64),
        unsupported: None,
        compressed: false,
    };
    read_opened(source, &found, opened, watch)
}

/// A source that is not read, for a stated reason.
pub(super) fn left_out(found: &Found, reason: String) -> SourceFacts {
    unread(found, reason, None)
}

/// A source of so many bytes that the system does not hand out.
pub(super) fn unreadable(found: &Found, reason: String, bytes: u64) -> SourceFacts {
    unread(found, reason, Some(bytes))
}

/// Looks out for nothing.
pub(super) struct Deaf;

impl Interest for Deaf {
    fn literals(&self) -> Vec<&[u8]> {
        Vec::new()
    }

    fn signatures(&self, _program: &str, _text: &str) -> Vec<String> {
        Vec::new()
    }
}

fn unread(found: &Found, reason: String, withheld: Option<u64>) -> SourceFacts {
    let mut sink = Sink::new(SourceId(0), &Deaf);
    if let Some(bytes) = withheld {
        // Of a folder nobody knows how much it holds; one byte stands for it.
        sink.account.book_counted(reason.as_bytes(), bytes.max(1), Fate::Quarantined(Reason::CannotBeRead));
    }
    let mut facts = close(found, None, SourceKind::Context, reason, sink, String::new());
    facts.unreadable = withheld.is_some();
    facts
}

/// Closes the account of a source.
fn close(
    found: &Found,
    format: Option<&'static str>,
    kind: SourceKind,
    reason: String,
    sink: Sink<'_>,
    digest: String,
) -> SourceFacts {
    let account: Account = sink.account;
    let (bytes, parsed) = (account.cursor(), account.parsed());
    let (ignored, quarantined) = (account.ignored(), account.quarantined());
    let pieces = account.pieces();
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
        pieces,
        quoted,
        digest,
        understood: sink.understood,
        modified: found.modified,
        unreadable: false,
        records: sink.records,
        activity: sink.activity,
        power: sink.power,
    }
}

/// Reads one opened source. Never fails: what cannot be read is in the account.
pub(super) fn read_opened(source: SourceId, found: &Found, opened: Opened, watch: &Watch<'_>) -> SourceFacts {
    let mut stream = Stream::new(opened.stream);
    let head = stream.peek(HEAD_BYTES);
    let recognised = match opened.unsupported {
        Some(packing) => Recognised::None(format!("packed with {packing}, which is not read")),
        None => catch_unwind(AssertUnwindSafe(|| recognise(head, opened.size_bytes)))
            .unwrap_or_else(|_| Recognised::None("recognising it stopped by a bug".to_owned())),
    };
    let mut sink = Sink::new(source, watch.interest);
    let (format, kind, mut reason) = match recognised {
        Recognised::Format(format) => (Some(format.id()), format.kind(), String::new()),
        Recognised::None(reason) => (None, SourceKind::Context, reason),
    };
    let reader = format.and_then(super::formats::by_id).map(super::formats::Format::open);
    let outcome = catch_unwind(AssertUnwindSafe(|| match reader {
        Some(Reader::Lines(mut reader)) => {
            lines::drive(&mut stream, &watch.prefilter, reader.as_mut(), &mut sink)
        }
        Some(Reader::Rows(parse)) => drive_rows(&mut stream, parse, &mut sink),
        Some(Reader::Whole(parse)) => drive_whole(&mut stream, parse, &mut sink),
        Some(Reader::Stream(parse)) => drive_stream(&mut stream, parse, &mut sink),
        None => drive_ignored(&mut stream, &mut sink, opened.unsupported.is_some()),
    }));
    if outcome.is_err() {
        // The reader has a bug; what it had not booked yet stays visible.
        let behind = stream.taken().saturating_sub(sink.account.cursor());
        sink.account.book_counted(b"", behind, Fate::Quarantined(Reason::ReaderPanicked));
        drain(&mut stream, &mut sink, Fate::Quarantined(Reason::ReaderPanicked));
    }
    if let Some(error) = stream.take_error() {
        let stopped = format!("{STOPPED}: {error}");
        let fault = Fault::of(&error);
        let fate = Fate::Quarantined(fault.reason());
        sink.account.book_counted(stopped.as_bytes(), fault.lost_bytes(), fate);
        reason = match reason.as_str() {
            "" | EMPTY_FILE => stopped,
            other => format!("{other}; {stopped}"),
        };
    }
    close(found, format, kind, reason, sink, stream.digest())
}

fn drive_rows(stream: &mut Stream, parse: fn(&mut dyn Read, &mut Sink<'_>), sink: &mut Sink<'_>) {
    parse(&mut Steps::new(stream), sink);
    book_unclaimed(stream, sink);
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

fn drive_stream(stream: &mut Stream, parse: fn(&mut dyn Content, &mut Sink<'_>), sink: &mut Sink<'_>) {
    parse(&mut Steps::new(stream), sink);
    book_unclaimed(stream, sink);
}

fn book_unclaimed(stream: &mut Stream, sink: &mut Sink<'_>) {
    let behind = stream.taken().saturating_sub(sink.account.cursor());
    if behind > 0 {
        sink.account.book_counted(b"", behind, Fate::Quarantined(Reason::Unclaimed));
    }
    drain(stream, sink, Fate::Quarantined(Reason::Unclaimed));
}

/// A source of no known format is left out by name. What is packed in a way that we cannot read
/// could have mattered, so it is quarantined.
fn drive_ignored(stream: &mut Stream, sink: &mut Sink<'_>, packed: bool) {
    let fate =
        if packed { Fate::Quarantined(Reason::UnknownFormat) } else { Fate::Ignored("no-format-fits") };
    drain(stream, sink, fate);
}

/// Books all that is left as one piece.
fn drain(stream: &mut Stream, sink: &mut Sink<'_>, fate: Fate) {
    let head = stream.take_chunk();
    let mut length = head.len() as u64;
    while length > 0 {
        match stream.take_chunk().len() {
            0 => return sink.account.book_counted(&head, length, fate),
            more => length += more as u64,
        }
    }
}
