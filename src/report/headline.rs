//! Three sentences at the top of every report: what is killing them, what the data do not carry,
//! and what the data cannot tell. They only repeat verdicts that the report holds.

use crate::model::report::WITHOUT_YEAR;
use crate::model::{Cause, Hypothesis, Report, Verdict};

use super::numbers::counted;
use super::selection::{causes, clusters, hosts_hit, ranked, unplanned, with_verdict};
use super::wording::{count, grouped, interval, listed, ratio, subject, terms};

/// The three sentences (each may hold a second clause), plain text.
pub(super) struct Headline {
    pub what: String,
    pub not: String,
    pub cannot_tell: String,
}

impl Headline {
    pub(super) fn of(report: &Report) -> Self {
        let what = [undated(report), what(report)].concat();
        Self { what, not: not_supported(report), cannot_tell: cannot_tell(report) }
    }
}

/// Logs that could not be dated come first: whatever else is said is said without them.
fn undated(report: &Report) -> String {
    match report.fleet_findings.iter().filter(|finding| finding.id == WITHOUT_YEAR).count() {
        0 => String::new(),
        logs => format!(
            "{} could not be dated, for want of a year, and {} not in this report (below stands what to do). ",
            count(logs, "log"),
            if logs == 1 { "is" } else { "are" },
        ),
    }
}

fn what(report: &Report) -> String {
    let incidents = unplanned(report);
    if report.hosts.is_empty() && incidents.is_empty() {
        return "No host was found in the data, so there is nothing to explain.".to_owned();
    }
    if incidents.is_empty() {
        return format!(
            "No unplanned incident was found on {} in {} observed host-days.",
            count(report.hosts.len(), "host"),
            grouped(report.host_days_observed.max(0.0).round() as u64),
        );
    }
    let supported = with_verdict(report, Verdict::Supported);
    let Some(first) = supported.first() else {
        let lead = with_verdict(report, Verdict::Suggestive).first().map_or_else(
            || " There is not even a lead that stands out from coincidence.".to_owned(),
            |lead| {
                let counted = counted(lead).map_or_else(String::new, |counted| format!(" ({counted})"));
                format!(" The best lead, no more, is {}{counted}.", subject(lead))
            },
        );
        let too_small = if report.method.too_small_to_tell {
            " That is no acquittal: the fleet is too small to tell, or has had too few incidents."
        } else {
            ""
        };
        return format!(
            "Nothing is supported as an explanation of the {} on {} of {}.{too_small}{lead}{}",
            count(incidents.len(), "unplanned incident"),
            grouped(hosts_hit(&incidents) as u64),
            count(report.hosts.len(), "host"),
            what_would_settle(report),
        );
    };
    let further = match &supported[1..] {
        [] => String::new(),
        rest => {
            let names: Vec<String> = rest.iter().map(|h| subject(h)).collect();
            format!(" Also supported: {}.", listed(&names, 3))
        }
    };
    format!(
        "The {} on {} of {} are associated above all with {}{}.{further}",
        count(incidents.len(), "unplanned incident"),
        grouped(hosts_hit(&incidents) as u64),
        count(report.hosts.len(), "host"),
        subject(first),
        figures(first, incidents.len()),
    )
}

/// The next step of the best hypothesis that is worth one.
fn what_would_settle(report: &Report) -> String {
    ranked(report)
        .into_iter()
        .filter(|h| h.verdict != Verdict::Contradicted)
        .map(|h| h.next_step.trim())
        .find(|step| !step.is_empty() && !step.starts_with("Nothing to do"))
        .map_or_else(String::new, |step| format!(" What would settle it: {step}"))
}

/// `: 7 of 8 independent unexplained events, at 6.3 times the rate elsewhere (95 % interval 1.9 to 24)`.
fn figures(hypothesis: &Hypothesis, incidents: usize) -> String {
    let mut text = counted(hypothesis).map_or_else(String::new, |counted| format!(": {counted}"));
    let apart = incidents.saturating_sub(hypothesis.incidents_total as usize);
    if hypothesis.account.events_total == 0 && hypothesis.incidents_total > 0 && apart > 0 {
        text += &format!(", {apart} that people caused being set apart");
    }
    let compared = match (hypothesis.rate_ratio, hypothesis.ci95) {
        (Some(r), _) if r.is_finite() => format!("at {} times the rate elsewhere", ratio(r)),
        (Some(_), _) | (None, Some((_, None))) => "none elsewhere".to_owned(),
        _ => return text,
    };
    text += if text.is_empty() { ": " } else { ", " };
    text += &compared;
    if let Some(ci95) = hypothesis.ci95 {
        text += &format!(" (95 % interval of the ratio {})", interval(ci95));
    }
    text
}

fn not_supported(report: &Report) -> String {
    let against = with_verdict(report, Verdict::Contradicted);
    let open = with_verdict(report, Verdict::Inconclusive);
    let leads = with_verdict(report, Verdict::Suggestive);
    let names = |of: &[&Hypothesis]| of.iter().map(|h| subject(h)).collect::<Vec<_>>();
    let mut parts = Vec::new();
    if !against.is_empty() {
        parts.push(format!("The data speak against {}.", listed(&names(&against), 4)));
    }
    if !leads.is_empty() {
        parts.push(format!(
            "{} {} no more than a lead: {}.",
            count(leads.len(), "hypothesis"),
            if leads.len() == 1 { "is" } else { "are" },
            listed(&names(&leads), 3)
        ));
    }
    if !open.is_empty() {
        parts.push(format!("For {} this data cannot tell.", count(open.len(), "further hypothesis")));
    }
    if parts.is_empty() {
        return match report.hypotheses.len() {
            0 => "No hypothesis was ranked.".to_owned(),
            _ => "No other hypothesis was ranked, so nothing was found wanting.".to_owned(),
        };
    }
    parts.join(" ")
}

fn cannot_tell(report: &Report) -> String {
    let incidents = unplanned(report);
    let mut parts = Vec::new();
    if let Some(best) = with_verdict(report, Verdict::Supported)
        .into_iter()
        .chain(with_verdict(report, Verdict::Suggestive))
        .find(|h| !h.aliases.is_empty())
    {
        let others: Vec<String> = best.aliases.iter().map(|alias| terms(alias)).collect();
        parts.push(format!(
            "{} covers the same host-time as {}: the data cannot tell them apart.",
            subject(best),
            listed(&others, 3)
        ));
    }
    let silent: usize = causes(&incidents)
        .iter()
        .filter(|(cause, _)| matches!(cause, Cause::Unexplained | Cause::Unknown))
        .map(|(_, number)| number)
        .sum();
    if silent > 0 {
        parts.push(format!(
            "{} of the {} left no sign of a proximate cause.",
            grouped(silent as u64),
            count(incidents.len(), "unplanned incident")
        ));
    }
    if !report.method.could_see.is_empty() {
        parts.push(report.method.could_see.clone());
    }
    if parts.is_empty() {
        return if incidents.is_empty() {
            "No incident seen is not the same as no incident: see the coverage below.".to_owned()
        } else {
            "What the sources do not cover remains unknown: see the coverage below.".to_owned()
        };
    }
    parts.join(" ")
}

/// One line on how the incidents spread, for the key figures.
pub(super) fn shared(report: &Report) -> Option<String> {
    let incidents = unplanned(report);
    let clusters = clusters(&incidents);
    if clusters.is_empty() {
        return None;
    }
    let members: usize = clusters.values().map(Vec::len).sum();
    Some(format!(
        "{} of the incidents belong to {} on several hosts at once",
        grouped(members as u64),
        count(clusters.len(), "event")
    ))
}
