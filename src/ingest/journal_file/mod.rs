//! Journal files of systemd, read as a walk over their objects from front to back.
//!
//! The file's own indexes (hash tables, arrays of entries) are not followed: they are what a crash
//! or a bad disk leaves inconsistent, and with a walk one damaged place costs that place alone.
//! Objects are only ever appended, so all that an entry refers to stands before it; one pass in
//! bounded memory is enough, also where the file comes out of an archive or a pipe.

mod entries;
mod header;
mod object;
mod packed;
mod pieces;

use super::formats::Content;
use super::sink::Sink;
use crate::ledger::{Fate, Reason};
use entries::Entries;
use header::Header;
use object::{ObjectHead, ObjectKind};
use pieces::Piece;

pub use header::is_journal;

/// Reads a whole journal file and books every byte of it.
pub fn read(content: &mut dyn Content, sink: &mut Sink<'_>) {
    let head = content.ahead(header::HEAD_BYTES);
    let Some(header) = Header::read(head) else { return };
    let len = header.size.min(head.len());
    sink.account.book(&head[..len], Fate::Parsed);
    content.pass(len);
    let mut entries = Entries::new(header.compact);
    while let Some(piece) = pieces::next(content, header, sink.account.cursor()) {
        match piece {
            Piece::Unused(len) => pass(content, len, sink, Fate::Ignored("unused-space")),
            Piece::Damaged(len, reason) => pass(content, len, sink, Fate::Quarantined(reason)),
            Piece::Object(object, len) => take_object(content, object, len, &mut entries, sink),
        }
    }
}

fn take_object(
    content: &mut dyn Content,
    object: ObjectHead,
    len: u64,
    entries: &mut Entries,
    sink: &mut Sink<'_>,
) {
    let fate = match object.kind {
        ObjectKind::Data if object.size > pieces::OBJECT_BYTES_MAX => {
            Fate::Ignored("data-too-large-for-text")
        }
        ObjectKind::Data => {
            let offset = sink.account.cursor();
            let bytes = object_bytes(content, len);
            let fate = entries.note_data(offset, object.packing, object.own(bytes));
            sink.account.book(bytes, fate);
            let taken = bytes.len();
            content.pass(taken);
            return;
        }
        ObjectKind::Entry if object.size > pieces::OBJECT_BYTES_MAX => Fate::Quarantined(Reason::TooLong),
        ObjectKind::Entry => {
            let bytes = object_bytes(content, len);
            entries.take(object.own(bytes), bytes, sink);
            let taken = bytes.len();
            content.pass(taken);
            return;
        }
        ObjectKind::Field => Fate::Ignored("field-index"),
        ObjectKind::HashTable => Fate::Ignored("hash-table"),
        ObjectKind::EntryArray => Fate::Ignored("entry-index"),
        ObjectKind::Tag => Fate::Ignored("seal"),
    };
    pass(content, len, sink, fate);
}

fn object_bytes(content: &mut dyn Content, len: u64) -> &[u8] {
    let len = usize::try_from(len).unwrap_or(usize::MAX);
    let bytes = content.ahead(len);
    &bytes[..len.min(bytes.len())]
}

/// Bytes passed over at once.
const STEP_BYTES: u64 = 256 * 1024;

/// Books the next `len` bytes, or as many as there are.
fn pass(content: &mut dyn Content, len: u64, sink: &mut Sink<'_>, fate: Fate) {
    let mut left = len;
    while left > 0 {
        let bytes = object_bytes(content, left.min(STEP_BYTES));
        if bytes.is_empty() {
            return;
        }
        sink.account.book(bytes, fate);
        let taken = bytes.len();
        content.pass(taken);
        left -= taken as u64;
    }
}
