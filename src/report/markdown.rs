//! `report.md`: the report in compact Markdown, for a mail or a ticket.
//!
//! GitHub's dialect. Foreign text stands in code spans or with its markup escaped; pictures are
//! links to `charts/`.

mod behind;
mod changes;
mod coverage;
mod incidents;
mod ledger;
mod novelty;

use std::fmt::Write as _;

use crate::model::{Hypothesis, Report};

use super::charts;
use super::headline::{Headline, shared};
use super::numbers;
use super::selection::{causes, findings, hosts_hit, not_shown, planned, ranked, unplanned};
use super::text_safety::{markdown as prose, markdown_code_cell as cell};
use super::wording;

/// Hypotheses whose numbers are shown; the others get a sentence.
const IN_DETAIL: usize = 10;
/// How many hosts of a fleet finding are named.
const HOSTS_NAMED: usize = 12;

/// The whole report.
#[must_use]
pub fn report(report: &Report) -> String {
    let mut out = String::new();
    let charts = charts::all(report);
    head(&mut out, report);
    figures(&mut out, report);
    hypotheses(&mut out, report);
    changes::write(&mut out, report);
    pictures(&mut out, report, &charts);
    incidents::write(&mut out, report);
    novelty::write(&mut out, report);
    fleet_findings(&mut out, report);
    coverage::write(&mut out, report);
    ledger::write(&mut out, report);
    method(&mut out, report);
    out
}

fn head(out: &mut String, report: &Report) {
    let headline = Headline::of(report);
    let _ = writeln!(out, "# What killed the servers\n");
    let _ = writeln!(out, "**What is killing them?** {}\n", prose(&headline.what));
    let _ = writeln!(out, "**What is not supported?** {}\n", prose(&headline.not));
    let _ = writeln!(out, "**What the data cannot tell.** {}\n", prose(&headline.cannot_tell));
}

fn figures(out: &mut String, report: &Report) {
    let incidents = unplanned(report);
    let row = |out: &mut String, name: &str, value: &str| {
        let _ = writeln!(out, "| {name} | {value} |");
    };
    let _ = writeln!(out, "| | |\n|---|---|");
    row(out, "Period (UTC)", &format!("{} to {}", wording::minute(report.from), wording::minute(report.to)));
    row(out, "Hosts", &wording::grouped(report.hosts.len() as u64));
    row(out, "Observed host-days", &wording::grouped(report.host_days_observed.max(0.0).round() as u64));
    row(
        out,
        "Unplanned incidents",
        &format!("{} on {}", incidents.len(), wording::count(hosts_hit(&incidents), "host")),
    );
    row(out, "Planned ends", &wording::grouped(planned(report).len() as u64));
    let causes: Vec<String> = causes(&incidents)
        .into_iter()
        .map(|(cause, number)| format!("{} {number}", wording::cause(cause)))
        .collect();
    if !causes.is_empty() {
        row(out, "Proximate causes", &causes.join(", "));
    }
    if let Some(shared) = shared(report) {
        row(out, "Shared events", &shared);
    }
    let _ = writeln!(
        out,
        "\nAs of {} UTC, by {}, seed {}.\n",
        wording::minute(report.as_of),
        prose(&report.generated_by),
        report.seed
    );
}

fn hypotheses(out: &mut String, report: &Report) {
    let ranked = ranked(report);
    let _ = writeln!(out, "## Hypotheses, best first\n");
    if ranked.is_empty() {
        let _ = writeln!(out, "None was ranked.\n");
        return;
    }
    let _ = writeln!(
        out,
        "| # | about | verdict | inside | rate ratio (95 %) | adjusted p | probability | explains |"
    );
    let _ = writeln!(out, "|--:|---|---|---|---|--:|--:|--:|");
    for hypothesis in &ranked {
        let optional = |value: Option<f64>, show: fn(f64) -> String| value.map(show).unwrap_or_default();
        let _ = writeln!(
            out,
            "| {} | {} | {} {} | {} | {} | {} | {} | {} |",
            hypothesis.rank,
            prose(&wording::subject(hypothesis)),
            wording::verdict_sign(hypothesis.verdict),
            hypothesis.verdict.word(),
            numbers::counted(hypothesis).unwrap_or_default(),
            numbers::rate_ratio(hypothesis).unwrap_or_default(),
            optional(hypothesis.p_adjusted, wording::p_value),
            optional(hypothesis.posterior, wording::percent),
            optional(hypothesis.explained_fraction, wording::percent),
        );
    }
    let _ = writeln!(
        out,
        "\n● supported: the data carry this. ◐ suggestive: a lead, not a finding. ○ inconclusive: this data cannot \
         tell. ✕ contradicted: the data speak against it. Every figure is an association, not a proof of cause.\n\n{}\n",
        wording::ORDER
    );
    let hidden = not_shown(report);
    if hidden > 0 {
        let spans = wording::count(hidden, "span");
        let _ = writeln!(
            out,
            "{spans} of uptime or of the day in which nothing happened: in `findings.json` only.\n"
        );
    }
    let (full, short) = ranked.split_at(ranked.len().min(IN_DETAIL));
    for hypothesis in full {
        in_detail(out, hypothesis);
    }
    if !short.is_empty() {
        let _ =
            writeln!(out, "In short, all others; `coroner explain` and a rank show one of them in full.\n");
    }
    for hypothesis in short {
        let _ = writeln!(out, "{}. {}", hypothesis.rank, prose(wording::summary(hypothesis)));
    }
    out.push('\n');
}

fn in_detail(out: &mut String, hypothesis: &Hypothesis) {
    let _ = writeln!(
        out,
        "### {}. {} ({})\n\n{}\n",
        hypothesis.rank,
        prose(&wording::subject(hypothesis)),
        hypothesis.verdict.word(),
        prose(wording::summary(hypothesis))
    );
    let _ = writeln!(out, "| number | value | how it was found |\n|---|---|---|");
    for number in numbers::of(hypothesis) {
        let _ = writeln!(out, "| {} | {} | {} |", number.name, prose(&number.value), prose(&number.how));
    }
    out.push('\n');
    for text in &hypothesis.account.evidence_for {
        let _ = writeln!(out, "- for: {}", prose(text));
    }
    for text in &hypothesis.evidence_against {
        let _ = writeln!(out, "- against: {}", prose(text));
    }
    for confounder in &hypothesis.confounders {
        let _ = writeln!(out, "- could also be {}: {}", prose(&confounder.factor), prose(&confounder.note));
    }
    for alias in &hypothesis.aliases {
        let _ = writeln!(out, "- also known as, cannot be told apart: {}", prose(&wording::terms(alias)));
    }
    if !hypothesis.next_step.trim().is_empty() {
        let _ = writeln!(out, "- **next step:** {}", prose(&hypothesis.next_step));
    }
    out.push('\n');
    behind::write(out, hypothesis);
}

fn pictures(out: &mut String, report: &Report, charts: &[charts::Chart]) {
    let _ = writeln!(out, "## Pictures\n");
    for chart in charts {
        let _ = writeln!(out, "- [{}](charts/{})", prose(&chart.title), chart.file_name);
    }
    for omitted in charts::omitted(report) {
        let _ = writeln!(out, "- {}: not drawn, because {}", omitted.name, prose(&omitted.reason));
    }
    out.push('\n');
}

fn fleet_findings(out: &mut String, report: &Report) {
    if report.fleet_findings.is_empty() {
        return;
    }
    let _ = writeln!(out, "## Also noticed in the fleet\n\n| severity | finding | hosts |\n|---|---|---|");
    for finding in findings(report) {
        let mut hosts: Vec<String> = finding.hosts.iter().take(HOSTS_NAMED).map(|host| cell(host)).collect();
        if finding.hosts.len() > HOSTS_NAMED {
            hosts.push(format!("and {} more", finding.hosts.len() - HOSTS_NAMED));
        }
        let _ = writeln!(
            out,
            "| {} | {} ({}) | {} |",
            prose(&finding.severity),
            prose(&finding.statement),
            cell(&finding.id),
            hosts.join(", ")
        );
    }
    out.push('\n');
}

fn method(out: &mut String, report: &Report) {
    let method = &report.method;
    let _ = writeln!(out, "## How this was found\n");
    for paragraph in super::page::method_paragraphs(report) {
        let _ = writeln!(out, "{}\n", prose(&paragraph));
    }
    for remark in &method.remarks {
        let _ = writeln!(out, "- {}", prose(remark));
    }
    if method.power.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n### What this fleet could have shown\n\n{}\n\n| factor | share of the host-time | events inside that it takes | \
         smallest rate ratio seen with 80 % probability | p that one question needs | a five-fold rate shows |\n\
         |---|--:|--:|--:|--:|--:|",
        prose(&method.could_see)
    );
    for row in super::page::power_table(report) {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            cell(row.factor),
            row.share,
            row.needed,
            row.least,
            prose(&row.alpha),
            row.five_fold
        );
    }
}
