//! Why the reading of a source stopped before its end, and how much was lost.

use std::io;

use crate::ledger::Reason;

/// Travels inside an [`io::Error`], so that decoders need not know of it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{words}")]
pub struct Fault {
    reason: Reason,
    words: String,
    /// Bytes that are known to be lost: of packed data the packed ones.
    lost_bytes: u64,
}

/// A header can claim any size. More than this is not believed to have been there.
const LOST_BYTES_MAX: u64 = 1 << 40;

impl Fault {
    /// An error that stops the reading for this reason.
    pub fn error(reason: Reason, words: impl Into<String>) -> io::Error {
        Self::losing(reason, 0, words)
    }

    /// As [`Fault::error`], where so many bytes are lost by it.
    pub fn losing(reason: Reason, lost_bytes: u64, words: impl Into<String>) -> io::Error {
        Self { reason, words: words.into(), lost_bytes: lost_bytes.min(LOST_BYTES_MAX) }.into()
    }

    /// Packed data that ends before its time, after so many bytes.
    pub fn cut(packing: &str, packed_bytes: u64) -> io::Error {
        let words = format!(
            "the {packing} data is cut off after {packed_bytes} bytes; how much is missing, it does not say"
        );
        Self::error(Reason::Truncated, words)
    }

    /// Packed data of `whole` bytes that cannot be unpacked beyond `at`.
    pub fn damaged(packing: &str, at: u64, whole: u64) -> io::Error {
        let lost = whole.saturating_sub(at);
        let words = format!(
            "the {packing} data is damaged near byte {at} of {whole}: {lost} packed bytes from there on could not be unpacked"
        );
        Self::losing(Reason::BadCompression, lost, words)
    }

    /// Packed data that could be unpacked to its end, and is not what was packed.
    pub fn mismatch(packing: &str) -> io::Error {
        let words = format!(
            "what the {packing} data unpacks to does not match its checksum: some of it is not as it was written"
        );
        Self::error(Reason::BadCompression, words)
    }

    /// The fault in an error. What is none of ours, the system told.
    pub fn of(error: &io::Error) -> Self {
        match Self::within(error) {
            Some(fault) => fault.clone(),
            None => Self { reason: Reason::CannotBeRead, words: error.to_string(), lost_bytes: 0 },
        }
    }

    /// The fault in an error, if it is one of ours.
    pub fn within(error: &io::Error) -> Option<&Self> {
        error.get_ref().and_then(|inner| inner.downcast_ref())
    }

    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// At least one: where nothing can be counted, one byte stands for what is lost, so that the fault
    /// shows in the sums.
    pub fn lost_bytes(&self) -> u64 {
        self.lost_bytes.max(1)
    }
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        Self::other(fault)
    }
}
