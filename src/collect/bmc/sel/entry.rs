//! One record: asked for as a whole, and in halves where a BMC does not manage more.
//!
//! Spec: IPMI v2.0 sections 31.4 (Reserve SEL) and 31.5 (Get SEL Entry).

use std::thread;
use std::time::Duration;

use ipmi_rs::connection::Request;

use super::position::RawRecord;
use crate::collect::bmc::asker::{Asker, success};
use crate::collect::bmc::bytes::u16_at;
use crate::collect::bmc::link::{Link, question};
use crate::collect::lan::Answered;

const STORAGE: u8 = 0x0a;
const RESERVE: u8 = 0x42;
const GET_ENTRY: u8 = 0x43;
/// "The rest of the record", as the count of bytes.
const ALL: u8 = 0xff;
const HALF: usize = 8;
/// Completion codes: the reservation was cancelled; there is no such record.
const CANCELLED: u8 = 0xc5;
const NO_SUCH_RECORD: u8 = 0xcb;
/// "Cannot execute in the present state", while an erasure is in progress: how often to ask, with which pause.
const ERASING: u8 = 0xd5;
const TRIES_ERASING: u32 = 5;
const ERASING_PAUSE: Duration = Duration::from_millis(300);
/// How often a record that came cut is asked for as a whole, and then in halves.
const TRIES_WHOLE: u32 = 2;
const TRIES_HALVES: u32 = 3;

/// What a question for a record came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// The id that follows, and the record.
    Record(u16, RawRecord),
    /// It is gone: the log was cleared, or the record erased.
    Gone,
    /// It came with too few bytes.
    Cut,
    /// The BMC gave another completion code.
    Failed(u8),
    /// The BMC did not answer this question.
    Unanswered,
}

/// Get SEL Entry for a whole record. Needs no reservation.
#[must_use]
pub fn whole(id: u16) -> Request {
    part(0, id, 0, ALL)
}

fn part(reservation: u16, id: u16, offset: u8, count: u8) -> Request {
    let (reservation, id) = (reservation.to_le_bytes(), id.to_le_bytes());
    question(STORAGE, GET_ENTRY, &[reservation[0], reservation[1], id[0], id[1], offset, count])
}

/// What the answer to [`whole`] says.
#[must_use]
pub fn interpret(answered: Option<&Answered>) -> Entry {
    let Some(response) = answered.map(|answered| &answered.response) else { return Entry::Unanswered };
    match response.cc() {
        0 => {
            let following = u16_at(response.data(), 0);
            let record = response.data().get(2..).and_then(|bytes| bytes.first_chunk());
            following.zip(record).map_or(Entry::Cut, |(following, record)| Entry::Record(following, *record))
        }
        CANCELLED | NO_SUCH_RECORD => Entry::Gone,
        code => Entry::Failed(code),
    }
}

/// Asks again for a record that did not come as it should.
///
/// # Errors
/// If the connection failed.
pub fn read_again<L: Link>(asker: &mut Asker<'_, L>, id: u16) -> Result<Entry, L::Error> {
    let mut entry = Entry::Unanswered;
    for _ in 0..TRIES_WHOLE {
        entry = whole_when_at_rest(asker, id)?;
        if matches!(entry, Entry::Record(..) | Entry::Gone | Entry::Unanswered) {
            return Ok(entry);
        }
    }
    for _ in 0..TRIES_HALVES {
        let halves = in_halves(asker, id)?;
        if let Some(halves) = halves {
            return Ok(halves);
        }
    }
    Ok(entry)
}

/// Asks for the whole record, and waits while the BMC is erasing its log.
fn whole_when_at_rest<L: Link>(asker: &mut Asker<'_, L>, id: u16) -> Result<Entry, L::Error> {
    for _ in 0..TRIES_ERASING {
        let entry = interpret(asker.ask_one(whole(id))?.as_ref());
        if entry != Entry::Failed(ERASING) {
            return Ok(entry);
        }
        thread::sleep(ERASING_PAUSE);
    }
    Ok(Entry::Failed(ERASING))
}

/// `None`: it did not work this time.
fn in_halves<L: Link>(asker: &mut Asker<'_, L>, id: u16) -> Result<Option<Entry>, L::Error> {
    let reserved = asker.ask_one(question(STORAGE, RESERVE, &[]))?;
    let Some(reservation) = success(reserved.as_ref()).and_then(|answer| u16_at(answer, 0)) else {
        return Ok(None);
    };
    let mut record = RawRecord::default();
    let mut following = None;
    for (offset, half) in [0, 8].into_iter().zip(record.chunks_exact_mut(HALF)) {
        let answered = asker.ask_one(part(reservation, id, offset, 8))?;
        let answer = success(answered.as_ref());
        let Some(bytes) = answer.and_then(|answer| answer.get(2..2 + HALF)) else { return Ok(None) };
        half.copy_from_slice(bytes);
        following = answer.and_then(|answer| u16_at(answer, 0));
    }
    Ok(following.map(|following| Entry::Record(following, record)))
}
