//! The report as the HTML template wants it: every figure already in words.
//!
//! The template decides how things look, this module what they say. Text is passed on as found;
//! the template engine escapes it.

mod changes;
mod fleet;
mod hypotheses;
mod incidents;
mod method;
mod novelty;
mod sources;

use serde::Serialize;

use crate::model::Report;

use super::charts::{self, Chart, Omitted};
use super::headline::{Headline, shared};
use super::selection::{causes, hosts_hit, unplanned};
use super::wording;

pub(super) use method::{paragraphs as method_paragraphs, power as power_table};

/// Pictures that stand beside the text that they belong to.
const WITH_ITS_TEXT: [&str; 3] = ["timeline.svg", "rate-ratios.svg", "coverage.svg"];

/// Everything on the page.
#[derive(Serialize)]
pub(super) struct Page<'a> {
    generated_by: &'a str,
    as_of: String,
    seed: u64,
    from: String,
    to: String,
    zone: String,
    what: String,
    not: String,
    cannot_tell: String,
    order: &'static str,
    shared: Option<String>,
    figures: Vec<Figure>,
    causes: Vec<CauseCount>,
    hypotheses: Vec<hypotheses::Card<'a>>,
    changes: changes::Changes<'a>,
    incidents: incidents::Listing,
    novelty: novelty::Section,
    findings: Vec<fleet::Finding<'a>>,
    coverage: fleet::Coverage<'a>,
    seen: fleet::Seen<'a>,
    covered: Option<Picture<'a>>,
    sources: sources::Account<'a>,
    method: method::Method<'a>,
    timeline: Option<Picture<'a>>,
    forest: Option<Picture<'a>>,
    pictures: Vec<Picture<'a>>,
    omitted: Vec<Missing>,
}

/// A key figure.
#[derive(Serialize)]
struct Figure {
    value: String,
    label: String,
}

#[derive(Serialize)]
struct CauseCount {
    cause: &'static str,
    number: usize,
    share: f64,
}

#[derive(Serialize)]
struct Picture<'a> {
    title: &'a str,
    caption: &'a str,
    svg: &'a str,
}

#[derive(Serialize)]
struct Missing {
    name: &'static str,
    reason: String,
}

impl<'a> Page<'a> {
    pub(super) fn of(report: &'a Report, charts: &'a [Chart]) -> Self {
        let headline = Headline::of(report);
        let incidents = unplanned(report);
        let named = |file: &str| charts.iter().find(|chart| chart.file_name == file).map(Picture::of);
        let rest = charts
            .iter()
            .filter(|chart| !WITH_ITS_TEXT.contains(&chart.file_name.as_str()))
            .map(Picture::of)
            .collect();
        Self {
            generated_by: &report.generated_by,
            as_of: wording::minute(report.as_of),
            seed: report.seed,
            from: wording::minute(report.from),
            to: wording::minute(report.to),
            zone: wording::zones(report),
            what: headline.what,
            not: headline.not,
            cannot_tell: headline.cannot_tell,
            order: wording::ORDER,
            shared: shared(report),
            figures: figures(report),
            causes: causes(&incidents)
                .into_iter()
                .map(|(cause, number)| CauseCount {
                    cause: wording::cause(cause),
                    number,
                    share: 100.0 * number as f64 / incidents.len().max(1) as f64,
                })
                .collect(),
            hypotheses: hypotheses::cards(report),
            changes: changes::Changes::of(report),
            incidents: incidents::Listing::of(report),
            novelty: novelty::Section::of(report),
            findings: fleet::findings(report),
            coverage: fleet::Coverage::of(report),
            seen: fleet::Seen::of(report),
            covered: named("coverage.svg"),
            sources: sources::Account::of(report),
            method: method::Method::of(report),
            timeline: named("timeline.svg"),
            forest: named("rate-ratios.svg"),
            pictures: rest,
            omitted: charts::omitted(report)
                .into_iter()
                .map(|Omitted { name, reason }| Missing { name, reason })
                .collect(),
        }
    }
}

impl<'a> Picture<'a> {
    fn of(chart: &'a Chart) -> Self {
        Self { title: &chart.title, caption: &chart.caption, svg: &chart.svg }
    }
}

fn figures(report: &Report) -> Vec<Figure> {
    let incidents = unplanned(report);
    let figure = |value: String, label: &str| Figure { value, label: label.to_owned() };
    let planned = report.incidents.len() - incidents.len();
    vec![
        figure(wording::grouped(incidents.len() as u64), "unplanned incidents"),
        figure(
            format!("{} of {}", hosts_hit(&incidents), wording::grouped(report.hosts.len() as u64)),
            "hosts hit",
        ),
        figure(wording::grouped(planned as u64), "planned ends, set apart"),
        figure(wording::grouped(report.host_days_observed.max(0.0).round() as u64), "host-days observed"),
        figure(
            wording::percent(report.totals.quarantined as f64 / report.totals.bytes.max(1) as f64),
            "of the bytes not understood",
        ),
    ]
}
