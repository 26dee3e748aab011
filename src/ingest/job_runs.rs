//! Runs of jobs while they are read: opened by one line of a log and closed by another.

use chrono::TimeDelta;

use super::sink::Sink;
use crate::model::Stamp;
use crate::model::record::{Body, JobRun, Span};

/// The family of windows that all of these belong to.
const KIND: &str = "backup";

/// A run that has begun. Its record stands where it began, however much later it is closed.
#[derive(Debug, Clone)]
pub struct OpenRun {
    pub host: Option<String>,
    pub job: String,
    pub start: Stamp,
    span: Span,
}

impl OpenRun {
    /// Opens a run at the current piece of the source.
    #[must_use]
    pub fn new(host: Option<String>, job: String, start: Stamp, sink: &Sink<'_>) -> Self {
        Self { host, job, start, span: sink.span() }
    }

    /// Keeps the run. One without an end was cut short, or is still going on.
    pub fn close(self, end: Option<Stamp>, status: &str, sink: &mut Sink<'_>) {
        let now = sink.span();
        sink.at(self.span);
        record(self.host, self.job, self.start, end, status, sink);
        sink.at(now);
    }
}

/// Keeps a run that stands whole in the current piece of the source.
pub fn record(
    host: Option<String>,
    job: String,
    start: Stamp,
    end: Option<Stamp>,
    status: &str,
    sink: &mut Sink<'_>,
) {
    let status = status.trim().to_owned();
    sink.record(host, start, Body::Job(JobRun { kind: KIND.to_owned(), job, end, status }));
}

/// The stamp that many seconds later, on the same clock.
#[must_use]
pub fn later(stamp: Stamp, seconds: i64) -> Option<Stamp> {
    let by = TimeDelta::try_seconds(seconds)?;
    match stamp {
        Stamp::Zoned(at) => at.checked_add_signed(by).map(Stamp::Zoned),
        Stamp::Local(at) => at.checked_add_signed(by).map(Stamp::Local),
        _ => None,
    }
}
