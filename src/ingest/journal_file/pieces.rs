//! Cuts a journal file into objects, unused space and damaged places.

use super::header::Header;
use super::object::{HEAD_BYTES, ObjectHead};
use crate::ingest::formats::Content;
use crate::ledger::Reason;

/// What stands next.
pub enum Piece {
    /// Zero bytes: space set aside, or between objects.
    Unused(u64),
    /// No object, up to the next place where one begins.
    Damaged(u64, Reason),
    /// An object, and its bytes with the padding.
    Object(ObjectHead, u64),
}

/// The longest object that is held in memory at once. Longer data is no text, longer indexes are
/// passed over.
pub const OBJECT_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// Bytes searched at once for the next object.
const SEARCHED_BYTES: usize = 64 * 1024;
/// So many zero bytes amid damage are space that was never used.
const UNUSED_BYTES: usize = 64;

/// Objects that must follow each other where one is looked for amid damage.
const CHAIN: usize = 1;
/// The same inside an object that looks sound: binary data may look like an object by chance.
const CHAIN_INSIDE: usize = 4;
/// Most objects are shorter.
const LONG_BYTES: usize = 1024;

/// The next piece at `offset` of the file; `None` at its end.
pub fn next(content: &mut dyn Content, header: Header, offset: u64) -> Option<Piece> {
    let ahead = content.ahead(SEARCHED_BYTES);
    if ahead.is_empty() {
        return None;
    }
    let unused = zero_words(ahead);
    if unused > 0 {
        return Some(Piece::Unused(unused as u64));
    }
    let Some(object) = ObjectHead::read(ahead, header.compact) else {
        return Some(damaged(content, header, SEARCHED_BYTES, Reason::BadShape));
    };
    let len = object.aligned();
    if len > OBJECT_BYTES_MAX {
        // Too long to look behind it: the header must have room for it.
        let has_room = offset.saturating_add(object.size) <= header.end;
        return Some(if has_room {
            Piece::Object(object, len)
        } else {
            damaged(content, header, SEARCHED_BYTES, Reason::BadField("size"))
        });
    }
    let len_here = usize::try_from(len).unwrap_or(usize::MAX);
    match boundary(content, header, len_here) {
        Boundary::Sound if len_here < LONG_BYTES => Some(Piece::Object(object, len)),
        // A damaged size can end anywhere, in unused space, too. Then other objects stand inside.
        Boundary::Sound => match search(content, header, len_here, CHAIN_INSIDE) {
            Found::Object(at) => Some(Piece::Damaged(at as u64, Reason::BadField("size"))),
            Found::Unused(_) | Found::Nothing => Some(Piece::Object(object, len)),
        },
        // The damage may be in what follows, or in this object's size.
        Boundary::Broken => match search(content, header, len_here, CHAIN) {
            Found::Object(at) => Some(Piece::Damaged(at as u64, Reason::BadField("size"))),
            Found::Unused(_) | Found::Nothing => Some(Piece::Object(object, len)),
        },
        Boundary::Missing => Some(damaged(content, header, len_here, Reason::Truncated)),
    }
}

/// Bytes of whole zero words at the front; at the end of the file also less than a word.
fn zero_words(bytes: &[u8]) -> usize {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    if zeros == bytes.len() { zeros } else { zeros / 8 * 8 }
}

enum Boundary {
    /// The file ends here, or an object or unused space begins.
    Sound,
    Broken,
    /// The file ends before.
    Missing,
}

fn boundary(content: &mut dyn Content, header: Header, at: usize) -> Boundary {
    let ahead = content.ahead(at + HEAD_BYTES);
    let Some(behind) = ahead.get(at..) else {
        // The last object needs no padding.
        return if ahead.len() + 8 > at { Boundary::Sound } else { Boundary::Missing };
    };
    let head = &behind[..behind.len().min(HEAD_BYTES)];
    let sound = head.iter().all(|byte| *byte == 0) || ObjectHead::read(head, header.compact).is_some();
    if sound { Boundary::Sound } else { Boundary::Broken }
}

enum Found {
    Object(usize),
    Unused(usize),
    Nothing,
}

/// Looks for the next place within `limit` bytes where so many objects follow each other, and another
/// one, unused space or the end of the file behind them.
fn search(content: &mut dyn Content, header: Header, limit: usize, chain: usize) -> Found {
    let end = content.ahead(limit).len().min(limit);
    let mut at = 8;
    let mut zeros = 0;
    while at + 8 <= end {
        let ahead = content.ahead(at + HEAD_BYTES);
        let word_is_zero = ahead[at..at + 8].iter().all(|byte| *byte == 0);
        zeros = if word_is_zero { zeros + 8 } else { 0 };
        if zeros == UNUSED_BYTES && chain == CHAIN {
            return Found::Unused(at + 8 - zeros);
        }
        if !word_is_zero && is_chain(content, header, at, chain) {
            return Found::Object(at);
        }
        at += 8;
    }
    Found::Nothing
}

fn is_chain(content: &mut dyn Content, header: Header, begin: usize, chain: usize) -> bool {
    let mut at = begin;
    for _ in 0..chain {
        let ahead = content.ahead(at + HEAD_BYTES);
        let Some(object) = ahead.get(at..).and_then(|head| ObjectHead::read(head, header.compact)) else {
            return false;
        };
        if object.aligned() > OBJECT_BYTES_MAX {
            return false;
        }
        at += usize::try_from(object.aligned()).unwrap_or(usize::MAX / 2);
        if !matches!(boundary(content, header, at), Boundary::Sound) {
            return false;
        }
    }
    true
}

fn damaged(content: &mut dyn Content, header: Header, limit: usize, reason: Reason) -> Piece {
    let len = match search(content, header, limit, CHAIN) {
        Found::Object(at) | Found::Unused(at) => at,
        Found::Nothing => content.ahead(limit).len().min(limit),
    };
    Piece::Damaged(len as u64, reason)
}
