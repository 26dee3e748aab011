//! What each change did.

use serde::Serialize;

use crate::model::{Outcome, Report};
use crate::report::{selection, wording};

#[derive(Serialize)]
pub(super) struct Changes<'a> {
    shown: Vec<Change<'a>>,
    left_out: Option<String>,
}

#[derive(Serialize)]
struct Change<'a> {
    outcome: &'static str,
    /// Class of the badge, one of the style sheet's severities.
    severity: &'static str,
    statement: &'a str,
    remarks: &'a [String],
    hosts: &'a [String],
}

impl<'a> Changes<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let (shown, left_out) = selection::changes(report);
        let shown = shown
            .into_iter()
            .map(|change| Change {
                outcome: change.outcome.meaning(),
                severity: match change.outcome {
                    Outcome::CameBack | Outcome::MadeWorse => "warning",
                    Outcome::Helped => "info",
                    Outcome::NoEvidence | Outcome::TooEarly => "notice",
                },
                statement: &change.statement,
                remarks: &change.remarks,
                hosts: &change.hosts,
            })
            .collect();
        Self { shown, left_out: (left_out > 0).then(|| wording::changes_left_out(left_out)) }
    }
}
