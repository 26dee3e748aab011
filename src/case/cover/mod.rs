//! The cover page: one printed page that a support engineer reads first, and the details behind it.
//!
//! It is a tree of texts until it is rendered, so that names can be replaced in it before any output escapes
//! them. Text is put in as found; the templates make it inert.

mod asked;
mod happened;
mod machines;
mod render;
mod ruled_out;
mod statistics;

use serde::Serialize;
use serde_json::Value;

use crate::model::Report;

use super::bundle::Bundle;
use super::{Originals, Scope, Vendor, words};

pub use render::{html, markdown};

/// Rows of the tables on the first page.
const FIRST_PAGE_MACHINES: usize = 6;
const FIRST_PAGE_INCIDENTS: usize = 8;
const FIRST_PAGE_POINTS: usize = 6;

#[derive(Serialize)]
struct Cover {
    title: String,
    vendor: &'static str,
    generated_by: String,
    as_of: String,
    period: String,
    summary: Vec<String>,
    machines: machines::Machines,
    incidents: happened::Incidents,
    details: Vec<happened::Detail>,
    not_detailed: usize,
    statistics: Vec<String>,
    limits: Vec<String>,
    ruled_out: Vec<ruled_out::Finding>,
    first_ruled_out: Vec<ruled_out::Finding>,
    more_ruled_out: usize,
    seen: Vec<ruled_out::Finding>,
    cannot_tell: Vec<String>,
    asked: Vec<String>,
    collections: &'static [&'static str],
    contents: Vec<String>,
}

/// The cover page of a case, as the templates want it.
pub fn of(report: &Report, scope: &Scope<'_>, originals: &dyn Originals, bundle: &Bundle) -> Value {
    let checks = ruled_out::of(report, scope);
    let cover = Cover {
        title: title(report, scope),
        vendor: scope.vendor.name(),
        generated_by: report.generated_by.clone(),
        as_of: words::minute(report.as_of),
        period: format!("{} to {}", words::day(report.from), words::day(report.to)),
        summary: happened::summary(report, scope),
        machines: machines::of(report, scope, originals),
        incidents: happened::table(report, scope),
        details: happened::details(report, scope, bundle),
        not_detailed: scope.incidents.len() - scope.detailed().len(),
        statistics: statistics::of(report, scope),
        limits: statistics::limits(scope),
        first_ruled_out: checks.ruled_out.iter().take(FIRST_PAGE_POINTS).cloned().collect(),
        more_ruled_out: checks.ruled_out.len().saturating_sub(FIRST_PAGE_POINTS),
        ruled_out: checks.ruled_out,
        seen: checks.seen,
        cannot_tell: checks.cannot_tell,
        asked: asked::of(report, scope, bundle),
        collections: scope.vendor.collections(),
        contents: contents(bundle),
    };
    serde_json::to_value(cover).expect("lists and texts under names that are texts always become JSON")
}

/// Worth the subject line of a case.
fn title(report: &Report, scope: &Scope<'_>) -> String {
    let what = happened::what(scope);
    let models = machines::values(report, scope, "model");
    let whose = match models.as_slice() {
        [] => words::count(scope.hosts.len(), "machine"),
        _ => format!("{} ({})", words::count(scope.hosts.len(), "machine"), words::listed(&models, 3)),
    };
    let bios = machines::values(report, scope, "bios_version");
    let bios = match bios.as_slice() {
        [one] => format!(", BIOS {one}"),
        _ => String::new(),
    };
    let to =
        if scope.vendor == Vendor::Generic { String::new() } else { format!("{}: ", scope.vendor.name()) };
    format!("{to}{what} on {whose}{bios}")
}

fn contents(bundle: &Bundle) -> Vec<String> {
    let excerpts = bundle.pieces.iter().filter(|piece| piece.origin.is_some()).count();
    let mut told = vec![format!(
        "{} of the original logs under evidence/, in their own formats: kernel and system logs around each incident \
         and each start, power readings around each incident. {}",
        words::count(excerpts, "excerpt"),
        bundle.sels.sentence()
    )];
    let shortened =
        bundle.pieces.iter().filter(|piece| piece.origin.as_ref().is_some_and(|origin| origin.shortened));
    match shortened.count() {
        0 => {}
        number => told
            .push(format!("{} had to be shortened; README.txt names them.", words::count(number, "excerpt"))),
    }
    if !bundle.left_out.is_empty() {
        told.push(format!(
            "{} could not be put in; README.txt names them with the reason.",
            words::count(bundle.left_out.len(), "source")
        ));
    }
    told.push(
        "manifest.json tells the source, the lines and the checksums of every excerpt; SHA256SUMS holds the checksums of \
         all files."
            .to_owned(),
    );
    told
}
