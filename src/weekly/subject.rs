//! The first line: the worst first, short enough for the subject of a mail.

use std::collections::{BTreeMap, BTreeSet};

use unicode_width::UnicodeWidthStr;

use crate::report::text_safety::{cut, inert};

use super::edition::Edition;
use super::explanations::Explanation;
use super::findings::NewFinding;
use super::fixes::Fix;
use super::words::{self, count};

/// Columns of the line. RFC 5322 (2.1.1) would have 78 with the name of the field; what is longer is folded, and
/// lists of mails show about this much.
const COLUMNS: usize = 100;
/// Columns of a name within it.
const NAME_COLUMNS: usize = 36;

/// One line of inert text, at most 100 columns wide.
#[must_use]
pub fn subject(edition: &Edition) -> String {
    let mut line = format!("coroner {}:", edition.period.weeks());
    let mut parts = parts(edition);
    if parts.is_empty() {
        parts.push(nothing(edition));
    }
    parts.extend(watched(edition));
    for (place, part) in parts.iter().enumerate() {
        let glue = if place == 0 { " " } else { ", " };
        if line.width() + glue.width() + part.width() <= COLUMNS {
            line.push_str(glue);
            line.push_str(part);
        }
    }
    cut(&line, COLUMNS)
}

/// What there is, the worst first. Inert.
fn parts(edition: &Edition) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(silent) = edition.without_data().filter(|_| edition.is_without_data()) {
        parts.push(format!("nothing was read for {}", words::duration(silent)));
    }
    for fix in edition.fixes.iter().filter(|fix| fix.is_relapse()) {
        parts.push(format!("fix {} {}", name(&fix.name), words::outcome_short(fix.outcome)));
    }
    parts.extend(incidents(edition));
    parts.extend(broken(edition));
    for explanation in edition.explanations.iter().filter(|e| e.is_newly_supported()) {
        parts.push(format!("{} supported", name(&explanation.subject)));
    }
    let gone = edition.findings.iter().filter(|f| f.group == super::Group::Hosts && f.is_warning());
    match gone.flat_map(|finding| &finding.hosts).collect::<BTreeSet<_>>().len() {
        0 => {}
        hosts => parts.push(format!("{} silent or down", count(hosts, "host"))),
    }
    let others = |finding: &&NewFinding| {
        finding.is_warning() && !matches!(finding.group, super::Group::Hosts | super::Group::Coverage)
    };
    match edition.findings.iter().filter(others).count() {
        0 => {}
        warnings => parts.push(count(warnings, "new warning")),
    }
    let fell = edition.explanations.iter().filter(|e| was_supported(e)).count();
    if fell > 0 {
        parts.push(format!("{} no longer supported", count(fell, "explanation")));
    }
    let verified: Vec<&Fix> = edition.fixes.iter().filter(|fix| fix.is_verified()).collect();
    if !verified.is_empty() {
        parts.push(format!("{} verified", count(verified.len(), "fix")));
    }
    let risky: BTreeSet<&str> = edition
        .at_risk
        .iter()
        .filter(|risk| risk.verdict.is_some())
        .flat_map(|risk| risk.hosts.iter().map(|(host, _, _)| host.as_str()))
        .collect();
    if !risky.is_empty() {
        parts.push(format!("{} at risk", count(risky.len(), "host")));
    }
    if !edition.coverage.newly_unseen.is_empty() {
        parts.push(format!("{} not covered", count(edition.coverage.newly_unseen.len(), "host")));
    }
    parts
}

/// Fixes after which it is no longer quiet.
fn broken(edition: &Edition) -> Option<String> {
    let broken = edition.fixes.iter().filter(|fix| fix.is_bad() && !fix.is_relapse());
    let fixes: BTreeMap<&str, bool> = broken.map(|fix| (fix.name.as_str(), fix.ended_quiet)).collect();
    let (fix, is_first) = fixes.first_key_value()?;
    let since = if *is_first { "the first since" } else { "again since" };
    Some(match fixes.len() {
        1 => format!("{since} fix {}", name(fix)),
        several => format!("incidents since {}", count(several, "fix")),
    })
}

/// `8 unplanned incidents (1 event, more than usual)`.
fn incidents(edition: &Edition) -> Vec<String> {
    let incidents = &edition.incidents;
    let mut parts = Vec::new();
    if !incidents.new.is_empty() {
        let mut notes = Vec::new();
        if incidents.events() < incidents.new.len() {
            notes.push(count(incidents.events(), "event"));
        }
        if edition.usual.is_more() {
            notes.push("more than usual".to_owned());
        }
        let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
        parts.push(format!("{}{notes}", count(incidents.new.len(), "unplanned incident")));
    }
    let late = incidents.late.len() + incidents.now_unplanned();
    if late > 0 {
        parts.push(format!("{late} newly known of before"));
    }
    parts
}

fn was_supported(explanation: &Explanation) -> bool {
    use crate::model::Verdict::Supported;
    explanation.was == Some(Supported) && explanation.verdict != Some(Supported)
}

/// The fix that will be sure first.
fn watched(edition: &Edition) -> Option<String> {
    let quiet = edition.fixes.iter().filter(|fix| !fix.is_bad());
    let days = quiet.filter_map(|fix| fix.days_left).fold(f64::INFINITY, f64::min);
    days.is_finite().then(|| format!("a fix has {} to go", count(days.ceil().max(0.0) as usize, "day")))
}

/// A week without news says how much of it could have been seen.
fn nothing(edition: &Edition) -> String {
    let covered = edition.coverage.share.map_or_else(String::new, |share| {
        format!(" ({} of {} covered)", words::percent(share), count(edition.hosts, "host"))
    });
    if edition.is_first {
        format!("nothing unplanned in the last week{covered}")
    } else {
        format!("nothing new{covered}")
    }
}

/// A foreign name, inert and short.
fn name(text: &str) -> String {
    cut(&inert(text), NAME_COLUMNS)
}
