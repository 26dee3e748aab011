//! The system event log of a BMC: what is new in it since the last reading.

mod entry;
mod position;
mod walk;

use ipmi_rs::connection::Request;

pub use position::{Continuity, RawRecord, SelInfo, SelNote, SelPosition};

use self::entry::{Entry, interpret, read_again};
use self::position::{Found, id_of, locate};
use self::walk::Walk;
use super::asker::Asker;
use super::link::{Link, question};
use crate::collect::lan::Answered;

/// What is new in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelReading {
    /// What the BMC says of its log.
    pub info: SelInfo,
    /// The new records in the order of the log, byte for byte.
    pub records: Vec<RawRecord>,
    /// Where the next reading has to begin.
    pub position: SelPosition,
    /// How this log goes on from the one that was read before.
    pub continuity: Continuity,
    /// What a person should know.
    pub notes: Vec<SelNote>,
    /// Whether the end of the log was reached.
    pub complete: bool,
}

/// Get SEL Info.
#[must_use]
pub fn info_question() -> Request {
    question(0x0a, 0x40, &[])
}

/// The question whose answer tells whether the last known record is still there.
#[must_use]
pub fn last_known_question(then: &SelPosition) -> Option<Request> {
    then.last.as_ref().map(|last| entry::whole(id_of(last)))
}

/// Reads what is new since `then`. `last_known` is the answer to [`last_known_question`].
pub fn read<L: Link>(
    asker: &mut Asker<'_, L>,
    then: &SelPosition,
    info: SelInfo,
    last_known: Option<&Answered>,
) -> (SelReading, Option<L::Error>) {
    let mut entry = interpret(last_known);
    let mut failure = None;
    if let (Some(last), Entry::Cut | Entry::Failed(_) | Entry::Unanswered) = (&then.last, entry) {
        match read_again(asker, id_of(last)) {
            Ok(again) => entry = again,
            Err(error) => failure = Some(error),
        }
    }
    let found = match entry {
        Entry::Record(following, record) => Found::Record(record, following),
        _ => Found::Nothing,
    };
    let (continuity, start) = locate(then, &info, found);
    let mut notes = Vec::new();
    if info.overflow {
        notes.push(SelNote::Overflow);
    }
    let erased = then.erased_at.is_some_and(|stamp| stamp != info.erased_at);
    let goes_on = matches!(continuity, Continuity::Continued | Continuity::Unchanged);
    if erased && goes_on && then.last.is_some() {
        notes.push(SelNote::PartlyErased);
    }
    if let Some(error) = failure {
        let unread =
            SelReading { info, records: Vec::new(), position: *then, continuity, notes, complete: false };
        return (unread, Some(error));
    }
    Walk::new(asker, *then, info, continuity, notes).run(start)
}
