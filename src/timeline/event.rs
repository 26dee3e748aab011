//! A record with a meaning and a time.

use crate::knowledge::Class;
use crate::model::{Cause, Evidence, Moment, Supports};

/// Something that a source says happened to a host.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub at: Moment,
    pub class: Class,
    /// Id of the signature.
    pub signature: String,
    /// The cause that the signature points to.
    pub cause: Option<Cause>,
    pub text: String,
    /// Path of the source.
    pub source: String,
    pub line_or_offset: u64,
    /// Seen by the BMC rather than by the host.
    pub by_bmc: bool,
    /// The sensor, for events of a BMC.
    pub sensor: String,
    /// Place in its source, to keep the order of events with equal times.
    pub order: u64,
}

impl Event {
    /// Seconds of Unix time of the best guess.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        self.at.best.timestamp()
    }

    /// This event as evidence.
    #[must_use]
    pub fn evidence(&self, supports: Supports) -> Evidence {
        Evidence {
            source: self.source.clone(),
            line_or_offset: self.line_or_offset,
            at: Some(self.at.best),
            text: self.text.clone(),
            supports,
        }
    }

    /// The signature without the mark of the source that showed it: `memory-uncorrectable-sel` and
    /// `memory-uncorrectable` are one mechanism.
    #[must_use]
    pub fn mechanism(&self) -> &str {
        self.signature.strip_suffix("-sel").unwrap_or(&self.signature)
    }
}
