//! One edition: everything that is new in one period.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::model::{Report, Study};

use super::at_risk::AtRisk;
use super::coverage::CoverageOfPeriod;
use super::explanations::Explanation;
use super::findings::NewFinding;
use super::fixes::Fix;
use super::incidents::Incidents;
use super::snapshot::Snapshot;
use super::usual::Usual;
use super::words;

/// An edition is one of a week: the first covers that much.
const WEEK: TimeDelta = TimeDelta::days(7);
/// A longer period than this is one in which an edition was missed.
const MISSED: TimeDelta = TimeDelta::hours(8 * 24);
/// Data that end this long before the period does are worth a word.
const DATA_ENDED: TimeDelta = TimeDelta::hours(24);

/// The time that an edition is about: after `from`, up to and with `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Period {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

impl Period {
    /// Seconds that the period and the span have in common.
    pub(super) fn overlap_s(self, span: (DateTime<Utc>, DateTime<Utc>)) -> i64 {
        (span.1.min(self.to) - span.0.max(self.from)).num_seconds().max(0)
    }

    /// Whether the span reaches into the period; one that is an instant may.
    pub(super) fn touches(self, span: (DateTime<Utc>, DateTime<Utc>)) -> bool {
        span.1 > self.from && span.0 <= self.to
    }

    #[must_use]
    pub fn length(self) -> TimeDelta {
        self.to - self.from
    }

    /// Whether there should have been an edition in between.
    #[must_use]
    pub fn is_of_several_weeks(self) -> bool {
        self.length() > MISSED
    }

    /// `2025-W23`, or `2025-W22 to 2025-W23` where an edition was missed. An edition of Monday morning is that of the
    /// week before: the week counts in which most of its last seven days lie.
    #[must_use]
    pub fn weeks(self) -> String {
        let half = WEEK / 2;
        let last = words::week(self.to.checked_sub_signed(half).unwrap_or(self.to));
        let first = words::week(self.from.checked_add_signed(half).unwrap_or(self.from));
        if self.is_of_several_weeks() && first != last { format!("{first} to {last}") } else { last }
    }
}

/// What is new.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Edition {
    pub generated_by: String,
    pub period: Period,
    /// No edition was made before.
    pub is_first: bool,
    pub hosts: usize,
    pub incidents: Incidents,
    pub usual: Usual,
    pub explanations: Vec<Explanation>,
    pub fixes: Vec<Fix>,
    pub at_risk: Vec<AtRisk>,
    pub coverage: CoverageOfPeriod,
    pub findings: Vec<NewFinding>,
}

impl Edition {
    /// What `report` has that `base` has not. The period ends at `as_of`.
    ///
    /// `base` is what [`super::State::base`] answers; it lies before `as_of`. `study` is that of the same analysis.
    #[must_use]
    pub fn between(report: &Report, study: &Study, as_of: DateTime<Utc>, base: Option<&Snapshot>) -> Self {
        let period = period(as_of, base);
        Self {
            generated_by: report.generated_by.clone(),
            period,
            is_first: base.is_none(),
            hosts: report.hosts.len(),
            incidents: Incidents::between(report, period, base),
            usual: Usual::of(report, period),
            explanations: Explanation::all(report, base),
            fixes: Fix::all(report, period, base),
            at_risk: AtRisk::all(report, study, period),
            coverage: CoverageOfPeriod::of(report, period, base),
            findings: NewFinding::all(report, base),
        }
    }

    /// How long before the end of the period the data end, if that is long enough to say so.
    #[must_use]
    pub fn without_data(&self) -> Option<TimeDelta> {
        let silent = self.coverage.data_until.map_or(self.period.length(), |until| self.period.to - until);
        (silent > DATA_ENDED).then_some(silent)
    }

    /// Nothing at all was read of a week or more.
    #[must_use]
    pub fn is_without_data(&self) -> bool {
        self.without_data().is_some_and(|silent| silent >= WEEK)
    }

    /// Whether anything in it calls for somebody: a new unplanned incident, a hypothesis that is newly supported, a
    /// fix that came back or whose quiet time ended, a new warning, a week without data.
    #[must_use]
    pub fn is_alarming(&self) -> bool {
        let incidents = &self.incidents;
        !incidents.new.is_empty()
            || !incidents.late.is_empty()
            || incidents.now_unplanned() > 0
            || self.explanations.iter().any(Explanation::is_newly_supported)
            || self.fixes.iter().any(Fix::is_bad)
            || self.findings.iter().any(NewFinding::is_warning)
            || self.is_without_data()
    }
}

pub(super) fn period(as_of: DateTime<Utc>, base: Option<&Snapshot>) -> Period {
    let from = base.map_or_else(|| as_of.checked_sub_signed(WEEK).unwrap_or(as_of), |base| base.as_of);
    Period { from, to: as_of }
}
