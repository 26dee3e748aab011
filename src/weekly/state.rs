//! What a run leaves for the next: a small JSON document, with a version.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::Report;
use crate::report::text_safety;

use super::edition::{Edition, period};
use super::snapshot::Snapshot;
use super::subject::subject;

/// What stands at the top of every such document.
const KIND: &str = "coroner weekly state";
/// Changes when an older program would misread what a newer one writes.
const VERSION: u32 = 1;

/// What has been told, and what the last edition was compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    kind: String,
    version: u32,
    written_by: String,
    /// All editions, the oldest first.
    editions: Vec<Told>,
    /// What was known before the last edition: it can be made once more. `None`: that was the first.
    before: Option<Snapshot>,
    last: Snapshot,
}

/// That an edition was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    as_of: DateTime<Utc>,
    subject: String,
}

/// Why a state cannot be gone on from. None of these is repaired by itself: a state that is thrown away makes the
/// next edition the first.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    #[error("it is no state of `coroner weekly`, or a damaged one ({0}); move it away to begin anew")]
    Unreadable(String),
    #[error("it was written by a newer version ({0}, this program knows {VERSION}); update coroner")]
    Newer(u32),
    #[error(
        "its last edition is as of {} UTC, later than this one ({} UTC); give the state of that time or another one",
        last.format("%Y-%m-%d %H:%M:%S"),
        asked.format("%Y-%m-%d %H:%M:%S")
    )]
    Later { last: DateTime<Utc>, asked: DateTime<Utc> },
    #[error(
        "it is of another fleet: none of its hosts ({0}, ...) is in this data; give each fleet its own state"
    )]
    OtherFleet(String),
}

/// The part that every version has.
#[derive(Deserialize)]
struct Head {
    kind: String,
    version: u32,
}

impl State {
    /// Reads what [`State::to_json`] wrote.
    ///
    /// # Errors
    /// If it is none, is damaged, or is of a newer version.
    pub fn parse(text: &str) -> Result<Self, StateError> {
        let damaged = |error: serde_json::Error| StateError::Unreadable(error.to_string());
        let head: Head = serde_json::from_str(text).map_err(damaged)?;
        if head.kind != KIND {
            return Err(StateError::Unreadable("its kind is another one".to_owned()));
        }
        if head.version > VERSION {
            return Err(StateError::Newer(head.version));
        }
        serde_json::from_str(text).map_err(damaged)
    }

    /// What an edition as of `as_of` is compared with: what the last edition left, or, if that is the one that is
    /// asked for once more, what it was compared with itself. `None`: it is the first.
    ///
    /// # Errors
    /// If the last edition is later, or of other hosts.
    pub fn base<'a>(
        state: Option<&'a Self>,
        report: &Report,
        as_of: DateTime<Utc>,
    ) -> Result<Option<&'a Snapshot>, StateError> {
        let Some(state) = state else { return Ok(None) };
        let last = &state.last;
        if last.as_of > as_of {
            return Err(StateError::Later { last: last.as_of, asked: as_of });
        }
        let is_alien = !report.hosts.is_empty() && report.hosts.iter().all(|host| !last.hosts.contains(host));
        if let Some(host) = last.hosts.first().filter(|_| is_alien) {
            return Err(StateError::OtherFleet(host.clone()));
        }
        Ok(if last.as_of == as_of { state.before.as_ref() } else { Some(last) })
    }

    /// The state after `edition`, which was made from `report` and [`State::base`] of `state`.
    ///
    /// # Errors
    /// As [`State::base`].
    pub fn after(state: Option<&Self>, report: &Report, edition: &Edition) -> Result<Self, StateError> {
        let as_of = edition.period.to;
        let base = Self::base(state, report, as_of)?;
        let mut editions = state.map_or_else(Vec::new, |state| state.editions.clone());
        editions.retain(|told| told.as_of < as_of);
        editions.push(Told { as_of, subject: subject(edition) });
        Ok(Self {
            kind: KIND.to_owned(),
            version: VERSION,
            written_by: report.generated_by.clone(),
            editions,
            before: base.cloned(),
            last: Snapshot::of(report, period(as_of, base), base),
        })
    }

    /// The end of the last edition.
    #[must_use]
    pub fn as_of(&self) -> DateTime<Utc> {
        self.last.as_of
    }

    /// Pretty-printed, with a final newline; characters that a terminal would obey are written as escapes.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self)
            .expect("every key is a string and no serializer of the state can fail");
        text.push('\n');
        text_safety::escaped_in_json(text)
    }
}
