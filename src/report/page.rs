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
mod surroundings;

use serde::Serialize;

use crate::model::{Report, Verdict};

use super::charts::{self, Chart, Omitted};
use super::headline::{Headline, shared};
use super::selection::{causes, hosts_hit, unplanned, with_verdict};
use super::text_safety::anchor;
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
    next: Option<Next<'a>>,
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

/// What the best supported hypothesis asks for: its first sentence, which says what to do.
#[derive(Serialize)]
struct Next<'a> {
    text: &'a str,
    anchor: String,
}

/// A key figure, with a link where there is something to look at.
#[derive(Serialize)]
struct Figure {
    value: String,
    label: String,
    anchor: Option<String>,
    link: Option<String>,
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
            next: next(report),
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

/// The next step of the best supported hypothesis. Where none is supported, the first answer names what would settle it.
fn next(report: &Report) -> Option<Next<'_>> {
    let first = *with_verdict(report, Verdict::Supported).first()?;
    let text = hypotheses::first_sentence(first.next_step.trim());
    (!text.is_empty()).then(|| Next { text, anchor: anchor("h-", &first.id) })
}

fn figures(report: &Report) -> Vec<Figure> {
    let incidents = unplanned(report);
    let figure =
        |value: String, label: &str| Figure { value, label: label.to_owned(), anchor: None, link: None };
    let planned = report.incidents.len() - incidents.len();
    let latest = incidents.last().map(|latest| Figure {
        value: wording::day(latest.at),
        label: format!("the latest, {}", wording::cause(latest.cause)),
        anchor: Some(anchor("i-", &latest.id)),
        link: Some(latest.host.clone()),
    });
    let mut figures = vec![
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
    ];
    figures.splice(1..1, latest);
    figures
}
