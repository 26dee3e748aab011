//! The short summary on the terminal: what a person needs before opening the report.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use crate::model::{Report, Verdict};

use super::headline::Headline;
use super::selection::{causes, planned, ranked, unplanned};
use super::text_safety::{cut, terminal};
use super::wording;

const HYPOTHESES: usize = 5;
const FINDINGS: usize = 6;
const WIDTH_MIN: usize = 40;
const WIDTH_MAX: usize = 110;

/// SGR codes; empty where colour is off.
struct Paint {
    on: bool,
}

impl Paint {
    fn with(&self, code: &str, text: &str) -> String {
        if self.on { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn head(&self, text: &str) -> String {
        self.with("1", text)
    }

    fn verdict(&self, verdict: Verdict, text: &str) -> String {
        match verdict {
            Verdict::Supported => self.with("1;31", text),
            Verdict::Suggestive => self.with("33", text),
            Verdict::Inconclusive => self.with("2", text),
            Verdict::Contradicted => self.with("34", text),
        }
    }
}

/// About 20 to 30 lines for a terminal of `width` columns.
#[must_use]
pub fn text(report: &Report, width: usize, colour: bool) -> String {
    let width = width.clamp(WIDTH_MIN, WIDTH_MAX);
    let paint = Paint { on: colour };
    let mut out = String::new();
    counts(&mut out, report, width);
    let headline = Headline::of(report);
    for (title, sentence) in [
        ("What is killing them", &headline.what),
        ("What is not supported", &headline.not),
        ("What the data cannot tell", &headline.cannot_tell),
    ] {
        let _ = writeln!(out, "\n{}", paint.head(title));
        paragraph(&mut out, &terminal(sentence), "  ", "  ", width);
    }
    hypotheses(&mut out, report, width, &paint);
    findings(&mut out, report, width, &paint);
    out
}

fn counts(out: &mut String, report: &Report, width: usize) {
    let incidents = unplanned(report);
    let line = format!(
        "{}, {} to {}: {} observed host-days, {} and {}.",
        wording::count(report.hosts.len(), "host"),
        wording::day(report.from),
        wording::day(report.to),
        wording::grouped(report.host_days_observed.max(0.0).round() as u64),
        wording::count(incidents.len(), "unplanned incident"),
        wording::count(planned(report).len(), "planned end"),
    );
    paragraph(out, &line, "", "", width);
    let causes: Vec<String> = causes(&incidents)
        .into_iter()
        .map(|(cause, number)| format!("{} {number}", wording::cause(cause)))
        .collect();
    if !causes.is_empty() {
        paragraph(out, &format!("Proximate causes: {}.", causes.join(", ")), "", "", width);
    }
    let totals = &report.totals;
    let read = format!(
        "Read {} from {}: {} understood, {} ignored by rule, {} not understood.",
        wording::bytes(totals.bytes),
        wording::count(totals.sources as usize, "source"),
        share(totals.parsed, totals.bytes),
        share(totals.ignored, totals.bytes),
        share(totals.quarantined, totals.bytes),
    );
    paragraph(out, &read, "", "", width);
}

fn share(part: u64, whole: u64) -> String {
    wording::percent(part as f64 / whole.max(1) as f64)
}

fn hypotheses(out: &mut String, report: &Report, width: usize, paint: &Paint) {
    let ranked = ranked(report);
    if ranked.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", paint.head("Best explanations"));
    for hypothesis in ranked.iter().take(HYPOTHESES) {
        let mut figures = Vec::new();
        let account = &hypothesis.account;
        if account.events_total > 0 {
            figures.push(format!("{} of {} events", account.events_exposed, account.events_total));
        } else if hypothesis.incidents_total > 0 {
            figures.push(format!(
                "{} of {} incidents",
                hypothesis.incidents_exposed, hypothesis.incidents_total
            ));
        }
        if let Some(ratio) = hypothesis.rate_ratio {
            figures.push(format!("rate × {}", wording::ratio(ratio)));
        }
        if let Some(p) = hypothesis.p_adjusted {
            figures.push(format!("adjusted p {}", wording::p_value(p)));
        }
        let figures = figures.join(", ");
        let verdict =
            format!("{} {:<12}", wording::verdict_sign(hypothesis.verdict), hypothesis.verdict.word());
        let room = width.saturating_sub(6 + 15 + figures.width() + 2).max(18);
        let subject = cut(&wording::subject(hypothesis), room);
        let pad = " ".repeat(room.saturating_sub(subject.width()));
        let painted = paint.verdict(hypothesis.verdict, &verdict);
        let _ = writeln!(out, " {:>2}. {painted} {subject}{pad}  {figures}", hypothesis.rank);
    }
    if ranked.len() > HYPOTHESES {
        let _ = writeln!(out, "     {} more in the report", ranked.len() - HYPOTHESES);
    }
    if let Some(first) = ranked.first().filter(|hypothesis| !hypothesis.next_step.trim().is_empty()) {
        let step = format!("Next step for 1: {}", terminal(&first.next_step));
        paragraph(out, &step, "  ", "    ", width);
    }
}

fn findings(out: &mut String, report: &Report, width: usize, paint: &Paint) {
    if report.fleet_findings.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", paint.head("Also noticed in the fleet"));
    for finding in super::selection::findings(report).into_iter().take(FINDINGS) {
        let line = format!("{}: {}", terminal(&finding.severity), terminal(&finding.statement));
        paragraph(out, &line, "  - ", "    ", width);
    }
    if report.fleet_findings.len() > FINDINGS {
        let _ = writeln!(out, "    {} more in the report", report.fleet_findings.len() - FINDINGS);
    }
}

/// Writes words with line breaks. A word longer than a line is left whole, so that it can be copied.
fn paragraph(out: &mut String, text: &str, first: &str, next: &str, width: usize) {
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && line.width() + 1 + word.width() > width {
            let _ = writeln!(out, "{line}");
            line = next.to_owned();
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    let _ = writeln!(out, "{line}");
}
