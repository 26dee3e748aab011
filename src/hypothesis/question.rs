//! What a question is: a region of host-time that may have a raised rate.

use crate::model::{Family, Term};

/// Which part of a window's surroundings is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Inside,
    AfterStart,
    AfterEnd,
}

/// What the region is about; decides the wording.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Subject {
    Levels,
    Window {
        kind: usize,
        part: Part,
    },
    /// Days of uptime; `known` names the counter that wraps there.
    Uptime {
        low: f64,
        high: f64,
        known: Option<&'static str>,
    },
    Weekday,
    Precursor {
        precursor: usize,
        hours: i64,
    },
    Change {
        change: usize,
    },
}

/// A clock region shared by questions.
#[derive(Debug, Clone)]
pub(super) struct Flag {
    pub subject: Subject,
    pub clock: super::clock_region::Clock,
    pub terms: Vec<Term>,
}

/// One region: all levels hold, and the flag if there is one.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub family: Family,
    pub subject: Subject,
    pub flag: Option<usize>,
    /// (factor, level)
    pub levels: Vec<(usize, u32)>,
    /// Prior probability, given that one cause is at work.
    pub prior: f64,
    pub exposure_seconds: f64,
    pub share: f64,
    pub terms: Vec<Term>,
    /// Other names of exactly the same host-time.
    pub aliases: Vec<Vec<Term>>,
}

impl Question {
    /// Questions that hold at certain times of day by their nature are judged against a null that
    /// keeps the time of day.
    pub fn is_window(&self) -> bool {
        matches!(self.subject, Subject::Window { .. })
    }

    /// Whether the region is so narrow in time that a date alone does not tell whether it holds an event.
    pub fn needs_the_hour(&self) -> bool {
        match self.subject {
            Subject::Window { .. } => true,
            Subject::Precursor { hours, .. } => hours <= 24,
            Subject::Uptime { low, high, .. } => high - low < 2.0,
            Subject::Levels | Subject::Weekday | Subject::Change { .. } => false,
        }
    }

    pub fn is_weekday(&self) -> bool {
        self.subject == Subject::Weekday
    }
}
