//! Why the reading of a source stopped before its end.

use std::io;

use crate::ledger::Reason;

/// Travels inside an [`io::Error`], so that decoders need not know of it.
#[derive(Debug, thiserror::Error)]
#[error("{words}")]
pub struct Fault {
    reason: Reason,
    words: String,
}

impl Fault {
    /// An error that stops the reading for this reason.
    pub fn error(reason: Reason, words: impl Into<String>) -> io::Error {
        io::Error::other(Self { reason, words: words.into() })
    }
}

/// The reason in the ledger for an error of reading. An error that is none of ours came from a
/// decoder.
#[must_use]
pub fn reason_of(error: &io::Error) -> Reason {
    let ours = error.get_ref().and_then(|inner| inner.downcast_ref::<Fault>());
    ours.map_or(Reason::BadCompression, |fault| fault.reason)
}
