//! What happened when: the summary, the table of incidents, and what was seen at each.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use serde::Serialize;

use crate::case::bundle::{Bundle, Place};
use crate::case::{Scope, words};
use crate::model::{Cause, Evidence, Incident, Kind, Report, Supports, Surroundings};
use crate::report::text_safety::cut;

use super::FIRST_PAGE_INCIDENTS;

/// Rows of the whole table.
const ROWS_MAX: usize = 300;
/// Lines quoted of one incident, and columns of a quoted line; the excerpts have them in full.
const EVIDENCE_MAX: usize = 10;
const AROUND_MAX: usize = 14;
const QUOTE_COLUMNS: usize = 260;
/// Times that are known better than this are told as one.
const EXACT_SECONDS: i64 = 120;

#[derive(Serialize)]
pub struct Incidents {
    /// The last of them, for the first page.
    first: Vec<Row>,
    more_than_first: usize,
    rows: Vec<Row>,
    /// Earlier ones that the table has no room for.
    more: usize,
}

#[derive(Serialize, Clone)]
struct Row {
    number: usize,
    at: String,
    on_site: String,
    host: String,
    what: String,
    down: String,
}

#[derive(Serialize)]
pub struct Detail {
    number: usize,
    host: String,
    at: String,
    on_site: String,
    facts: Vec<String>,
    verdict: String,
    evidence: Vec<Quote>,
    around: Vec<Quote>,
    around_left_out: u64,
    defects: Vec<String>,
}

#[derive(Serialize)]
struct Quote {
    at: String,
    place: Place,
    text: String,
    /// `for`, `against` or `context`.
    way: &'static str,
}

/// What kind of incidents these are, for the title.
pub fn what(scope: &Scope<'_>) -> String {
    let all = &scope.incidents;
    let is = |kind: Kind| all.iter().all(|incident| incident.kind == kind);
    let noun = [(Kind::Reboot, "reboot"), (Kind::Outage, "outage"), (Kind::Shutdown, "shutdown")]
        .into_iter()
        .find(|(kind, _)| is(*kind))
        .map_or("end", |(_, noun)| noun);
    let of = |cause: Cause| all.iter().all(|incident| incident.cause == cause);
    let how = [
        (Cause::PowerLoss, "after loss of input power"),
        (Cause::KernelPanic, "after a kernel panic"),
        (Cause::Watchdog, "by the watchdog"),
        (Cause::HardwareError, "with a hardware error on record"),
        (Cause::Thermal, "after overheating"),
        (Cause::MemoryExhaustion, "after memory ran out"),
    ];
    match how.into_iter().find(|(cause, _)| of(*cause)) {
        Some((_, how)) => format!("{} {how}", words::count(all.len(), noun)),
        None if of(Cause::Unexplained) && noun == "reboot" => words::count(all.len(), "spontaneous reboot"),
        None => words::count(all.len(), &format!("unplanned {noun}")),
    }
}

/// What happened, in a few sentences.
pub fn summary(report: &Report, scope: &Scope<'_>) -> Vec<String> {
    let mut told = Vec::new();
    let (Some(first), Some(last)) = (scope.incidents.first(), scope.incidents.last()) else { return told };
    let hosts = match scope.hosts.as_slice() {
        [one] => one.clone(),
        hosts => words::count(hosts.len(), "machine"),
    };
    let number = scope.incidents.len();
    if number == 1 {
        told.push(format!(
            "{} ended unplanned on {} UTC ({} at the site).",
            first.host,
            words::second(first.at),
            words::on_site(report, first.at)
        ));
    } else {
        told.push(format!(
            "{hosts} ended unplanned {number} times between {} and {} UTC.",
            words::minute(first.at),
            words::minute(last.at)
        ));
    }
    told.push(causes(scope));
    told.extend(shared(report, scope));
    let back: Vec<f64> =
        scope.incidents.iter().filter_map(|incident| incident.downtime_s).filter(|s| s.is_finite()).collect();
    if let (Some(median), true) = (median(back), number > 2) {
        told.push(format!("They were down for {} (median).", words::duration(median)));
    }
    let unresolved = scope.incidents.iter().filter(|incident| incident.back_at.is_none()).count();
    if unresolved > 0 {
        let verb = if unresolved == 1 { "is" } else { "are" };
        told.push(format!("{unresolved} of them {verb} not known to have come back."));
    }
    told
}

/// How many machines beside those of the case fell in the same events.
fn shared(report: &Report, scope: &Scope<'_>) -> Option<String> {
    let clusters: BTreeSet<&String> =
        scope.incidents.iter().filter_map(|incident| incident.cluster.as_ref()).collect();
    let is_part =
        |other: &&Incident| other.cluster.as_ref().is_some_and(|cluster| clusters.contains(cluster));
    let others = report.incidents.iter().filter(|other| !scope.hosts.contains(&other.host)).filter(is_part);
    let others: BTreeSet<&String> = others.map(|other| &other.host).collect();
    if others.is_empty() {
        return None;
    }
    let enclosed: BTreeSet<&String> = scope.witnessed.iter().map(|incident| &incident.host).collect();
    Some(format!(
        "{} went down in the same events; what {} of them recorded is enclosed.",
        words::count(others.len(), "other machine"),
        enclosed.len()
    ))
}

/// What the records show as proximate cause, by number.
fn causes(scope: &Scope<'_>) -> String {
    let mut by_cause: Vec<(usize, Cause)> = Cause::ALL
        .into_iter()
        .map(|cause| (scope.incidents.iter().filter(|incident| incident.cause == cause).count(), cause))
        .filter(|(number, _)| *number > 0)
        .collect();
    by_cause.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    if let [(number, Cause::Unexplained)] = by_cause.as_slice() {
        let each = if *number == 1 { "It" } else { "Each" };
        return format!(
            "{each} ended in the middle of normal work: neither log nor SEL names a cause or an orderly shutdown."
        );
    }
    let parts: Vec<String> =
        by_cause.into_iter().map(|(number, cause)| format!("{} ({number})", words::cause(cause))).collect();
    format!("Proximate cause as far as the records show it: {}.", words::listed(&parts, 6))
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// All incidents of the case; the latest of them for the first page.
pub fn table(report: &Report, scope: &Scope<'_>) -> Incidents {
    let number = scope.incidents.len();
    let skipped = number.saturating_sub(ROWS_MAX);
    let rows: Vec<Row> = scope
        .incidents
        .iter()
        .enumerate()
        .skip(skipped)
        .map(|(n, incident)| row(report, n + 1, incident))
        .collect();
    let first = rows[rows.len().saturating_sub(FIRST_PAGE_INCIDENTS)..].to_vec();
    Incidents { more_than_first: number - first.len(), first, rows, more: skipped }
}

fn row(report: &Report, number: usize, incident: &Incident) -> Row {
    Row {
        number,
        at: span(incident, 0),
        on_site: span(incident, words::site_offset(report, incident.at)),
        host: incident.host.clone(),
        what: format!("{}, {}", words::kind(incident.kind), words::cause(incident.cause)),
        down: down(incident),
    }
}

fn is_exact(incident: &Incident) -> bool {
    (incident.at_latest - incident.at_earliest).num_seconds() <= EXACT_SECONDS
}

/// When it was, on a clock that is so far ahead of UTC: a time, or the span in which it must lie.
fn span(incident: &Incident, offset_s: i32) -> String {
    let local =
        |at: DateTime<Utc>| at.checked_add_signed(TimeDelta::seconds(i64::from(offset_s))).unwrap_or(at);
    let zone = FixedOffset::east_opt(offset_s)
        .filter(|_| offset_s != 0)
        .map(|zone| format!(" {zone}"))
        .unwrap_or_default();
    let (first, last) = (local(incident.at_earliest), local(incident.at_latest));
    if is_exact(incident) {
        format!("{}{zone}", words::second(local(incident.at)))
    } else if first.date_naive() == last.date_naive() {
        format!("{} to {}{zone}", words::minute(first), last.format("%H:%M"))
    } else {
        format!("{} to {}{zone}", words::minute(first), words::minute(last))
    }
}

/// How long the host was down, or at most was.
fn down(incident: &Incident) -> String {
    match (incident.downtime_s, incident.back_at) {
        (Some(seconds), _) => words::duration(seconds),
        (None, Some(back)) => {
            format!("at most {}", words::duration((back - incident.at_earliest).num_seconds() as f64))
        }
        (None, None) => "not known".to_owned(),
    }
}

/// What was seen at each incident that is told.
pub fn details(report: &Report, scope: &Scope<'_>, bundle: &Bundle) -> Vec<Detail> {
    let before = scope.incidents.len() - scope.detailed().len();
    let detailed = scope.detailed().iter().enumerate();
    detailed.map(|(n, incident)| detail(report, bundle, before + n + 1, incident)).collect()
}

fn detail(report: &Report, bundle: &Bundle, number: usize, incident: &Incident) -> Detail {
    let surroundings = report.surroundings.iter().find(|around| around.incident == incident.id);
    let (around, around_left_out) =
        surroundings.map(|around| nearest(bundle, incident, around)).unwrap_or_default();
    let defects = incident
        .known_causes
        .iter()
        .map(|known| words::sentence(&known.sentence().replacen("matches ", "", 1)))
        .collect();
    // Described defects are told by themselves, without the place in the knowledge base.
    let is_defect = |text: &str| incident.known_causes.iter().any(|known| known.sentence() == text);
    let mut evidence: Vec<&Evidence> =
        incident.evidence.iter().filter(|evidence| !is_defect(&evidence.text)).collect();
    evidence.sort_by_key(|evidence| evidence.supports);
    Detail {
        number,
        host: incident.host.clone(),
        at: words::second(incident.at),
        on_site: words::on_site(report, incident.at),
        facts: facts(incident),
        verdict: words::sentence(&capital(&incident.reason)),
        evidence: evidence
            .into_iter()
            .take(EVIDENCE_MAX)
            .map(|evidence| quote(bundle, &incident.host, evidence))
            .collect(),
        around,
        around_left_out,
        defects,
    }
}

fn facts(incident: &Incident) -> Vec<String> {
    let mut facts = vec![format!("{}, {}", words::kind(incident.kind), words::cause(incident.cause))];
    if !is_exact(incident) {
        facts.push(format!(
            "between {} and {} UTC",
            words::second(incident.at_earliest),
            words::second(incident.at_latest)
        ));
    }
    if let Some(start) = incident.boot_started {
        facts
            .push(format!("had been up for {}", words::duration((incident.at - start).num_seconds() as f64)));
    }
    match (incident.back_at, incident.downtime_s) {
        (Some(back), Some(down)) => {
            facts.push(format!("back at {} UTC, after {}", words::second(back), words::duration(down)));
        }
        (Some(back), None) => facts.push(format!("back at {} UTC", words::second(back))),
        (None, _) => facts.push("not known to have come back".to_owned()),
    }
    for (factor, name) in
        [("bios_version", "BIOS"), ("bmc_version", "BMC"), ("microcode", "microcode"), ("kernel", "kernel")]
    {
        facts.extend(incident.factors.get(factor).map(|value| format!("{name} {value}")));
    }
    facts
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

fn quote(bundle: &Bundle, host: &str, evidence: &Evidence) -> Quote {
    let place = match (evidence.source.as_str(), evidence.line_or_offset) {
        ("", _) => Place::Told(String::new()),
        (source, number) => bundle
            .place_of(host, source, number)
            .unwrap_or_else(|| Place::Told(format!("not enclosed: {source}:{number}"))),
    };
    Quote {
        at: evidence.at.map(words::second).unwrap_or_default(),
        place,
        text: cut(&evidence.text, QUOTE_COLUMNS),
        way: match evidence.supports {
            Supports::For => "for",
            Supports::Against => "against",
            Supports::Context => "context",
        },
    }
}

/// What else happened, nearest to the incident, in the order of time, without what the verdict quotes already; and how
/// much more there was.
fn nearest(bundle: &Bundle, incident: &Incident, around: &Surroundings) -> (Vec<Quote>, u64) {
    let is_told = |evidence: &Evidence| {
        let mut told = incident.evidence.iter();
        told.any(|own| {
            own.source == evidence.source
                && own.line_or_offset == evidence.line_or_offset
                && own.text == evidence.text
        })
    };
    let others = around
        .happenings
        .iter()
        .filter(|happening| happening.what != "incident" && !is_told(&happening.evidence));
    let mut others: Vec<_> = others.collect();
    others.sort_by_key(|happening| ((happening.at.best - incident.at).num_seconds().abs(), happening.at));
    let left_out = u64::from(around.left_out) + others.len().saturating_sub(AROUND_MAX) as u64;
    others.truncate(AROUND_MAX);
    others.sort_by_key(|happening| happening.at);
    let quoted = others.into_iter().map(|happening| {
        let mut quoted = quote(bundle, &incident.host, &happening.evidence);
        quoted.at = words::second(happening.at.best);
        quoted
    });
    (quoted.collect(), left_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_needs_a_value() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
    }
}
