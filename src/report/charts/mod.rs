//! The pictures of a report, as SVG.
//!
//! Each chart says in its title what it shows in this fleet, and is left out, with the reason,
//! where the report holds no data for it. The SVG follows the reader's light or dark scheme.

mod axis;
mod canvas;
mod coverage;
mod factor_shares;
mod hour_of_day;
mod marks;
mod palette;
mod power_trace;
mod rate_forest;
mod swim_lanes;
mod uptime_at_end;

use crate::model::Report;

/// One picture: the SVG is complete in itself and may also be put into a page as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// File name without folder, e.g. `timeline.svg`.
    pub file_name: String,
    /// What the picture shows, as a statement. May hold foreign text.
    pub title: String,
    /// How to read it, in a sentence or two. May hold foreign text.
    pub caption: String,
    pub svg: String,
}

/// A picture that is not drawn, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Omitted {
    pub name: &'static str,
    pub reason: String,
}

impl Omitted {
    fn new(name: &'static str, reason: impl Into<String>) -> Self {
        Self { name, reason: reason.into() }
    }
}

type Draw = fn(&Report) -> Result<Chart, Omitted>;

/// All kinds of chart, in the order of the report.
const KINDS: [Draw; 7] = [
    swim_lanes::draw,
    rate_forest::draw,
    hour_of_day::draw,
    uptime_at_end::draw,
    factor_shares::draw,
    power_trace::draw,
    coverage::draw,
];

/// Every chart that the report has data for.
#[must_use]
pub fn all(report: &Report) -> Vec<Chart> {
    KINDS.iter().filter_map(|draw| draw(report).ok()).collect()
}

/// The charts that are not drawn, each with the reason.
#[must_use]
pub fn omitted(report: &Report) -> Vec<Omitted> {
    KINDS.iter().filter_map(|draw| draw(report).err()).collect()
}
