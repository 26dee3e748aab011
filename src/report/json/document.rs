//! The shape of `findings.json`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::{
    Account, CauseMatch, Comparison, Confounder, DelayBin, Ending, Evidence, FleetFinding, Hypothesis,
    Incident, Intervention, LedgerTotals, NovelMessage, Novelty, NoveltyVerdict, Report, SeenIn, SourceEntry,
    Term,
    report::{Power, RankingMethod, Seen, Silence},
};

use super::super::wording::rfc3339;

#[derive(Serialize)]
pub(super) struct Findings<'a> {
    schema_version: u32,
    generated_by: &'a str,
    as_of: String,
    seed: u64,
    window: Window,
    fleet: Fleet<'a>,
    ledger: Ledger<'a>,
    incidents: Vec<IncidentDocument<'a>>,
    novel_messages: Vec<NovelDocument<'a>>,
    novelty: NoveltyDocument<'a>,
    hypotheses: Vec<HypothesisDocument<'a>>,
    interventions: &'a [Intervention],
    fleet_findings: &'a [FleetFinding],
    boots: BootCounts,
    method: Method<'a>,
    coverage: Vec<CoverageDocument<'a>>,
}

#[derive(Serialize)]
struct Window {
    from: String,
    to: String,
}

#[derive(Serialize)]
struct Fleet<'a> {
    hosts: usize,
    host_days_observed: f64,
    factors: &'a BTreeMap<String, BTreeMap<String, u32>>,
    host_names: &'a [String],
    site_utc_offset_s: i32,
}

#[derive(Serialize)]
struct Ledger<'a> {
    sources: Vec<SourceDocument<'a>>,
    totals: LedgerTotals,
}

#[derive(Serialize)]
struct SourceDocument<'a> {
    path: &'a str,
    format: Option<&'a str>,
    kind: &'a str,
    host: Option<&'a str>,
    records: u64,
    bytes: u64,
    parsed: u64,
    ignored: u64,
    quarantined: u64,
    reasons: &'a BTreeMap<String, u64>,
    quoted: &'a [crate::model::ledger::Quote],
    from: Option<String>,
    to: Option<String>,
    clock_offset_s: Option<f64>,
    clock_uncertainty_s: Option<f64>,
    clock_note: &'a str,
    digest: &'a str,
}

#[derive(Serialize)]
struct IncidentDocument<'a> {
    id: &'a str,
    host: &'a str,
    at: String,
    at_earliest: String,
    at_latest: String,
    back_at: Option<String>,
    downtime_s: Option<f64>,
    kind: &'static str,
    planned: bool,
    cause: &'static str,
    confidence: f64,
    cluster: Option<&'a str>,
    factors: &'a BTreeMap<String, String>,
    evidence: Vec<EvidenceDocument<'a>>,
    reason: &'a str,
    signatures: &'a [String],
    boot_started: Option<String>,
    actor: Option<&'a str>,
    inherited_from: Option<&'a str>,
    known_causes: Vec<KnownCauseDocument<'a>>,
}

#[derive(Serialize)]
struct KnownCauseDocument<'a> {
    id: &'a str,
    name: &'a str,
    title: &'a str,
    standing: &'static str,
    missing: &'a [String],
    basis: &'a str,
    confidence: &'a str,
    source: &'a str,
    fixed_in: Option<&'a str>,
    next_step: &'a str,
}

#[derive(Serialize)]
struct EvidenceDocument<'a> {
    source: &'a str,
    line_or_offset: u64,
    at: Option<String>,
    text: &'a str,
    supports: crate::model::Supports,
}

#[derive(Serialize)]
struct NovelDocument<'a> {
    verdict: NoveltyVerdict,
    program: &'a str,
    template: &'a str,
    incidents: &'a [String],
    incidents_compared: u64,
    hosts: u64,
    quiet: SeenIn,
    quiet_per_day: Option<f64>,
    quiet_days: SeenIn,
    elsewhere: SeenIn,
    elsewhere_hosts: SeenIn,
    p_value: Option<f64>,
    q_value: Option<f64>,
    lead_s: i64,
    example: EvidenceDocument<'a>,
}

#[derive(Serialize)]
struct NoveltyDocument<'a> {
    notes: &'a [String],
    incidents: u64,
    messages_before: u64,
    messages_tested: u64,
    left_out: u64,
}

#[derive(Serialize)]
struct HypothesisDocument<'a> {
    rank: u32,
    id: &'a str,
    family: &'static str,
    statement: &'a str,
    verdict: &'static str,
    terms: &'a [Term],
    rate_ratio: Option<f64>,
    ci95: Option<(f64, Option<f64>)>,
    p_value: Option<f64>,
    p_adjusted: Option<f64>,
    log_bayes_factor: Option<f64>,
    posterior: Option<f64>,
    explained_fraction: Option<f64>,
    incidents_exposed: u32,
    incidents_total: u32,
    exposure_days: f64,
    incidents: &'a [String],
    aliases: &'a [Vec<Term>],
    confounders: &'a [Confounder],
    comparisons: Vec<ComparisonDocument<'a>>,
    delay_profile: &'a [DelayBin],
    evidence_against: &'a [String],
    next_step: &'a str,
    #[serde(flatten)]
    account: &'a Account,
}

#[derive(Serialize)]
struct ComparisonDocument<'a> {
    basis: &'a str,
    label: &'a str,
    rate_ratio: Option<f64>,
    ci95: Option<(f64, Option<f64>)>,
    p_value: Option<f64>,
    informative_events: u32,
    note: &'a str,
}

/// How many boots were reconstructed, by the way they ended.
#[derive(Serialize, Default)]
struct BootCounts {
    total: u64,
    orderly: u64,
    abrupt: u64,
    running: u64,
    lost: u64,
    unknown: u64,
}

#[derive(Serialize)]
struct Method<'a> {
    questions: u32,
    permutations: u32,
    independent_events: u32,
    posterior_null: f64,
    power: &'a [Power],
    remarks: &'a [String],
    events_compared: u32,
    could_see: &'a str,
    too_small_to_tell: bool,
}

#[derive(Serialize)]
struct CoverageDocument<'a> {
    host: &'a str,
    observed: Vec<Window>,
    kinds: &'a [String],
    seen: Vec<SeenDocument<'a>>,
}

#[derive(Serialize)]
struct SeenDocument<'a> {
    class: &'a str,
    spans: Vec<Window>,
    silences: Vec<SilenceDocument<'a>>,
}

#[derive(Serialize)]
struct SilenceDocument<'a> {
    from: String,
    to: String,
    note: &'a str,
}

fn optional(at: Option<DateTime<Utc>>) -> Option<String> {
    at.map(rfc3339)
}

fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|number| number.is_finite())
}

/// `null` is not allowed for these; a number that is not finite has no meaning here but zero.
fn plain(value: f64) -> f64 {
    if value.is_finite() { value } else { 0.0 }
}

impl<'a> Findings<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        Self {
            schema_version: report.schema_version,
            generated_by: &report.generated_by,
            as_of: rfc3339(report.as_of),
            seed: report.seed,
            window: Window { from: rfc3339(report.from), to: rfc3339(report.to) },
            fleet: Fleet {
                hosts: report.hosts.len(),
                host_days_observed: plain(report.host_days_observed),
                factors: &report.factors,
                host_names: &report.hosts,
                site_utc_offset_s: report.site_utc_offset_s,
            },
            ledger: Ledger {
                sources: report.sources.iter().map(SourceDocument::of).collect(),
                totals: report.totals,
            },
            incidents: report.incidents.iter().map(IncidentDocument::of).collect(),
            novel_messages: report.novelty.messages.iter().map(NovelDocument::of).collect(),
            novelty: NoveltyDocument::of(&report.novelty),
            hypotheses: report.hypotheses.iter().map(HypothesisDocument::of).collect(),
            interventions: &report.interventions,
            fleet_findings: &report.fleet_findings,
            boots: BootCounts::of(report),
            method: Method::of(&report.method),
            coverage: report
                .coverage
                .iter()
                .map(|coverage| CoverageDocument {
                    host: &coverage.host,
                    observed: windows(&coverage.observed),
                    kinds: &coverage.kinds,
                    seen: coverage.seen.iter().map(SeenDocument::of).collect(),
                })
                .collect(),
        }
    }
}

fn windows(spans: &[(DateTime<Utc>, DateTime<Utc>)]) -> Vec<Window> {
    spans.iter().map(|&(from, to)| Window { from: rfc3339(from), to: rfc3339(to) }).collect()
}

impl<'a> SeenDocument<'a> {
    fn of(seen: &'a Seen) -> Self {
        let silence = |silence: &'a Silence| SilenceDocument {
            from: rfc3339(silence.from),
            to: rfc3339(silence.to),
            note: &silence.note,
        };
        Self {
            class: &seen.class,
            spans: windows(&seen.spans),
            silences: seen.silences.iter().map(silence).collect(),
        }
    }
}

impl<'a> SourceDocument<'a> {
    fn of(source: &'a SourceEntry) -> Self {
        Self {
            path: &source.path,
            format: source.format.as_deref(),
            kind: &source.kind,
            host: source.host.as_deref(),
            records: source.records,
            bytes: source.bytes,
            parsed: source.parsed,
            ignored: source.ignored,
            quarantined: source.quarantined,
            reasons: &source.reasons,
            quoted: &source.quoted,
            from: optional(source.from),
            to: optional(source.to),
            clock_offset_s: finite(source.clock_offset_s),
            clock_uncertainty_s: finite(source.clock_uncertainty_s),
            clock_note: &source.clock_note,
            digest: &source.digest,
        }
    }
}

impl<'a> IncidentDocument<'a> {
    fn of(incident: &'a Incident) -> Self {
        Self {
            id: &incident.id,
            host: &incident.host,
            at: rfc3339(incident.at),
            at_earliest: rfc3339(incident.at_earliest),
            at_latest: rfc3339(incident.at_latest),
            back_at: optional(incident.back_at),
            downtime_s: finite(incident.downtime_s),
            kind: incident.kind.word(),
            planned: incident.planned,
            cause: incident.cause.word(),
            confidence: plain(incident.confidence).clamp(0.0, 1.0),
            cluster: incident.cluster.as_deref(),
            factors: &incident.factors,
            evidence: incident.evidence.iter().map(EvidenceDocument::of).collect(),
            reason: &incident.reason,
            signatures: &incident.signatures,
            boot_started: optional(incident.boot_started),
            actor: incident.actor.as_deref(),
            inherited_from: incident.inherited_from.as_deref(),
            known_causes: incident.known_causes.iter().map(KnownCauseDocument::of).collect(),
        }
    }
}

impl<'a> KnownCauseDocument<'a> {
    fn of(found: &'a CauseMatch) -> Self {
        Self {
            id: &found.id,
            name: &found.name,
            title: &found.title,
            standing: found.standing.word(),
            missing: &found.missing,
            basis: &found.basis,
            confidence: &found.confidence,
            source: &found.source,
            fixed_in: found.fixed_in.as_deref(),
            next_step: &found.next_step,
        }
    }
}

impl<'a> EvidenceDocument<'a> {
    fn of(evidence: &'a Evidence) -> Self {
        Self {
            source: &evidence.source,
            line_or_offset: evidence.line_or_offset,
            at: optional(evidence.at),
            text: &evidence.text,
            supports: evidence.supports,
        }
    }
}

impl<'a> NovelDocument<'a> {
    fn of(message: &'a NovelMessage) -> Self {
        Self {
            verdict: message.verdict,
            program: &message.program,
            template: &message.template,
            incidents: &message.incidents,
            incidents_compared: message.incidents_compared,
            hosts: message.hosts,
            quiet: message.quiet,
            quiet_per_day: message.quiet.per_day(),
            quiet_days: message.quiet_days,
            elsewhere: message.elsewhere,
            elsewhere_hosts: message.elsewhere_hosts,
            p_value: finite(message.p_value),
            q_value: finite(message.q_value),
            lead_s: message.lead_s,
            example: EvidenceDocument::of(&message.example),
        }
    }
}

impl<'a> NoveltyDocument<'a> {
    fn of(novelty: &'a Novelty) -> Self {
        Self {
            notes: &novelty.notes,
            incidents: novelty.incidents,
            messages_before: novelty.messages_before,
            messages_tested: novelty.messages_tested,
            left_out: novelty.left_out,
        }
    }
}

impl<'a> HypothesisDocument<'a> {
    fn of(hypothesis: &'a Hypothesis) -> Self {
        Self {
            rank: hypothesis.rank,
            id: &hypothesis.id,
            family: hypothesis.family.word(),
            statement: &hypothesis.statement,
            verdict: hypothesis.verdict.word(),
            terms: &hypothesis.terms,
            rate_ratio: finite(hypothesis.rate_ratio),
            ci95: hypothesis.ci95.filter(|(low, _)| low.is_finite()).map(|(low, high)| (low, finite(high))),
            p_value: finite(hypothesis.p_value),
            p_adjusted: finite(hypothesis.p_adjusted),
            log_bayes_factor: finite(hypothesis.log_bayes_factor),
            posterior: finite(hypothesis.posterior),
            explained_fraction: finite(hypothesis.explained_fraction),
            incidents_exposed: hypothesis.incidents_exposed,
            incidents_total: hypothesis.incidents_total,
            exposure_days: plain(hypothesis.exposure_days),
            incidents: &hypothesis.incidents,
            aliases: &hypothesis.aliases,
            confounders: &hypothesis.confounders,
            comparisons: hypothesis.comparisons.iter().map(ComparisonDocument::of).collect(),
            delay_profile: &hypothesis.delay_profile,
            evidence_against: &hypothesis.evidence_against,
            next_step: &hypothesis.next_step,
            account: &hypothesis.account,
        }
    }
}

impl<'a> ComparisonDocument<'a> {
    fn of(comparison: &'a Comparison) -> Self {
        Self {
            basis: &comparison.basis,
            label: &comparison.label,
            rate_ratio: finite(comparison.rate_ratio),
            ci95: comparison.ci95.filter(|(low, _)| low.is_finite()).map(|(low, high)| (low, finite(high))),
            p_value: finite(comparison.p_value),
            informative_events: comparison.informative_events,
            note: &comparison.note,
        }
    }
}

impl BootCounts {
    fn of(report: &Report) -> Self {
        let mut counts = Self::default();
        for boot in &report.boots {
            counts.total += 1;
            match boot.ending {
                Ending::Orderly => counts.orderly += 1,
                Ending::Abrupt => counts.abrupt += 1,
                Ending::Running => counts.running += 1,
                Ending::Lost => counts.lost += 1,
                Ending::Unknown => counts.unknown += 1,
            }
        }
        counts
    }
}

impl<'a> Method<'a> {
    fn of(method: &'a RankingMethod) -> Self {
        Self {
            questions: method.questions,
            permutations: method.permutations,
            independent_events: method.independent_events,
            posterior_null: plain(method.posterior_null),
            power: &method.power,
            remarks: &method.remarks,
            events_compared: method.events_compared,
            could_see: &method.could_see,
            too_small_to_tell: method.too_small_to_tell,
        }
    }
}
