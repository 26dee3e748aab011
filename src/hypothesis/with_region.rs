//! Hypotheses that are regions of host-time, worded.

use rayon::prelude::*;

use crate::{
    model::{Confounder, Family, Hypothesis, Term, Verdict},
    stats::rate_ratio::RateRatio,
};

use super::{
    account, advice, behind_a_region,
    behind_a_region::Behind,
    clock_region::DAY,
    doubts, explained_by, findings,
    findings::{Analysis, RegionFinding},
    names,
    names::Name,
    question::{Part, Question, Subject},
};

/// Regions examined for confounding; further down the list it changes nothing.
const EXAMINED: usize = 12;

/// Words the regions in the order given.
pub(super) fn hypotheses(analysis: &Analysis, regions: &[RegionFinding]) -> Vec<Hypothesis> {
    let mut hypotheses: Vec<Hypothesis> = regions
        .par_iter()
        .enumerate()
        .map(|(place, region)| hypothesis(analysis, region, regions, place < EXAMINED))
        .collect();
    claim_once(&mut hypotheses);
    hypotheses
}

/// Of a group and a part of it only the better one is a claim; the other is the same story.
fn claim_once(hypotheses: &mut [Hypothesis]) {
    let mut claimed: Vec<Vec<Term>> = Vec::new();
    for hypothesis in hypotheses.iter_mut().filter(|h| h.verdict == Verdict::Supported) {
        let within = |a: &[Term], b: &[Term]| a.iter().all(|term| b.contains(term));
        let told = claimed.iter().find(|c| within(c, &hypothesis.terms) || within(&hypothesis.terms, c));
        if let Some(told) = told {
            hypothesis.verdict = Verdict::Suggestive;
            hypothesis
                .evidence_against
                .push(format!("{} explains more of the same incidents", names::terms(told)));
        } else {
            claimed.push(hypothesis.terms.clone());
        }
    }
}

fn hypothesis(
    analysis: &Analysis,
    region: &RegionFinding,
    regions: &[RegionFinding],
    examine: bool,
) -> Hypothesis {
    let question = analysis.question(region);
    let rates = analysis.rates(region);
    let (inside, total) = incidents(analysis, region);
    let mut name = Name::of(question);
    if let Subject::Uptime { .. } = question.subject {
        refine_uptime(analysis, region, &mut name.terms);
    }
    let (terms, mut aliases) = (name.terms.clone(), name.aliases.clone());
    let mut confounders = Vec::new();
    for near in &region.near {
        let near = &analysis.list.questions[*near];
        if says_something_new(near, question) {
            aliases.push(near.terms.clone());
            confounders.push(Confounder {
                factor: near.terms[0].factor.clone(),
                note: format!(
                    "{} covers nearly the same host-time; cannot be told apart by this data",
                    names::terms(&near.terms)
                ),
            });
        }
    }
    let verdict = analysis.verdict(region, rates.as_ref());
    let worth_a_look = examine || matches!(verdict, Verdict::Supported | Verdict::Suggestive);
    let behind = if worth_a_look { behind_a_region::look(analysis, region) } else { Behind::default() };
    let verdict = behind.temper(verdict);
    let mut account = account::of_region(analysis, region, rates.as_ref());
    let mut evidence_against = behind.against;
    confounders.extend(behind.confounders);
    let mut next_step = advice::for_region(analysis, region, regions, &name, rates.as_ref());
    if examine {
        confounders.extend(doubts::confounders(analysis, region));
        evidence_against.extend(doubts::against(analysis, region));
        if let Some(explained) = explained_by::of(analysis, region, &regions[..regions.len().min(EXAMINED)]) {
            evidence_against.insert(0, explained.sentence);
            account.explained_by = Some(explained.id);
            if !next_step.starts_with("Nothing to do") {
                next_step = format!(
                    "Nothing to do here before {} is settled, which explains the difference: see its next step.",
                    explained.name
                );
            }
        }
    }
    let claim = claim(analysis, region, &terms, rates.as_ref());
    let mut hypothesis = Hypothesis {
        rank: 0,
        id: findings::id(question.family, &terms),
        family: question.family,
        statement: format!("{claim} ({})", counts(analysis, region, inside.len())),
        verdict,
        rate_ratio: rates.and_then(|rates| rates.ratio.is_finite().then_some(rates.ratio)),
        ci95: rates.map(|rates| (rates.low, rates.high.is_finite().then_some(rates.high))),
        p_value: rates.map(|rates| rates.p_two_sided),
        p_adjusted: Some(region.p_adjusted),
        log_bayes_factor: Some(region.log_bayes_factor),
        posterior: Some(region.posterior),
        explained_fraction: Some(region.explained),
        incidents_exposed: inside.len() as u32,
        incidents_total: total as u32,
        exposure_days: question.exposure_seconds / DAY as f64,
        incidents: inside,
        aliases,
        confounders,
        comparisons: behind.comparisons,
        delay_profile: behind.delay_profile,
        evidence_against,
        next_step,
        account,
        terms,
    };
    account::summarise(&mut hypothesis, &claim);
    hypothesis
}

/// Independent events inside and in all, with the incidents they stand for where those are more.
fn counts(analysis: &Analysis, region: &RegionFinding, incidents: usize) -> String {
    let base = analysis.base(region);
    let (inside, events) = (base.inside(analysis.events, region.question) as usize, base.total() as usize);
    let named = names::events(analysis.events.pools[region.pool].class, events);
    let more = if incidents == inside {
        String::new()
    } else {
        format!(", {} inside,", names::counted(incidents, "incident"))
    };
    if let Some(own) = base.own {
        return format!(
            "{inside} of the {events} {named} of these {} came after it{more} in {} of their time",
            names::counted(own.count(), "host"),
            names::percent(base.share)
        );
    }
    format!("{inside} of {events} {named}{more} in {} of the host-time", names::percent(base.share))
}

/// Ids of the incidents in the region, and how many the pool has.
fn incidents(analysis: &Analysis, region: &RegionFinding) -> (Vec<String>, usize) {
    let mut inside = Vec::new();
    let mut total = 0;
    for shock in &analysis.events.pools[region.pool].shocks {
        for (place, incident) in analysis.events.shocks[*shock].incidents.iter().enumerate() {
            total += 1;
            if analysis.events.inside(*shock, place, region.question) {
                inside.push(incident.case);
            }
        }
    }
    inside.sort_unstable();
    (inside.into_iter().map(|case| analysis.study.cases[case].id.clone()).collect(), total)
}

/// Whether a name of nearly the same host-time is worth a mention: not "A and B" beside A, not the same
/// window an hour later, not a neighbouring uptime.
pub(super) fn says_something_new(near: &Question, question: &Question) -> bool {
    let longer = question.terms.iter().all(|term| near.terms.contains(term));
    let neighbouring = near.family == Family::Uptime && question.family == Family::Uptime;
    !(longer || neighbouring)
}

/// A scanned uptime is named by the median of the uptimes at which hosts failed in it.
fn refine_uptime(analysis: &Analysis, region: &RegionFinding, terms: &mut [Term]) {
    let question = analysis.question(region);
    if !super::questionnaire::is_scanned(&question.subject) {
        return;
    }
    let mut uptimes: Vec<i64> = analysis.events.pools[region.pool]
        .shocks
        .iter()
        .filter(|shock| analysis.events.inside(**shock, 0, region.question))
        .filter_map(|shock| analysis.events.shocks[*shock].first().instant.uptime)
        .collect();
    uptimes.sort_unstable();
    if let (Some(middle), Some(term)) = (uptimes.get(uptimes.len() / 2), terms.first_mut()) {
        term.value = format!("{:.1}", *middle as f64 / DAY as f64);
    }
}

/// What is claimed, without counts and without a full stop.
fn claim(analysis: &Analysis, region: &RegionFinding, terms: &[Term], rates: Option<&RateRatio>) -> String {
    let question = analysis.question(region);
    let failing = names::failing(analysis.events.pools[region.pool].class);
    let compared = compared(rates, "otherwise", "only then");
    let whom = group(question, terms);
    match &question.subject {
        Subject::Levels => {
            let compared = compared_hosts(rates);
            format!("Hosts on {} {failing} {compared}", names::terms(terms))
        }
        Subject::Window { kind, part } => {
            let window = &analysis.study.windows[*kind].name;
            let when = match part {
                Part::Inside => format!("during the {window} window"),
                Part::AfterStart => format!("in the hour after the {window} window begins"),
                Part::AfterEnd => format!("in the hour after the {window} window ends"),
            };
            format!("{whom} {failing} {when} {compared}")
        }
        Subject::Uptime { low, high, known } => uptime_claim(terms, *low, *high, *known, failing, &compared),
        Subject::Weekday => format!("Hosts {failing} on {} {compared}", terms[0].value),
        Subject::Precursor { hours, .. } => {
            format!("Hosts {failing} within {hours} h after {} {compared}", terms[0].value)
        }
        Subject::Change { change } => {
            let change = &analysis.study.changes[*change];
            let compared = match rates {
                Some(rates) if rates.ratio.is_finite() => {
                    format!("{} times as often as before", names::ratio(rates.ratio))
                }
                _ => "and did not before".to_owned(),
            };
            format!(
                "After the change \"{}\" of {} the changed hosts {failing} {compared}",
                change.name,
                names::minute(change.at)
            )
        }
    }
}

/// "4.7 times as often as otherwise", and what to say where one side has no event.
fn compared(rates: Option<&RateRatio>, than: &str, only: &str) -> String {
    match rates {
        Some(rates) if rates.ratio == 0.0 => format!("never, and {than} they do"),
        Some(rates) if rates.ratio.is_finite() => {
            format!("{} times as often as {than}", names::ratio(rates.ratio))
        }
        Some(_) => only.to_owned(),
        None => "no more often than can be compared".to_owned(),
    }
}

fn compared_hosts(rates: Option<&RateRatio>) -> String {
    match rates {
        Some(rates) if rates.ratio == 0.0 => "never, and others do".to_owned(),
        _ => compared(rates, "the others", "and no others do"),
    }
}

/// "Hosts", or those of the subgroup that a window hypothesis holds for.
fn group(question: &Question, terms: &[Term]) -> String {
    let subgroup = &terms[terms.len().saturating_sub(question.levels.len())..];
    if subgroup.is_empty() { "Hosts".to_owned() } else { format!("Hosts on {}", names::terms(subgroup)) }
}

fn uptime_claim(
    terms: &[Term],
    low: f64,
    high: f64,
    known: Option<&str>,
    failing: &str,
    compared: &str,
) -> String {
    match known {
        Some(counter) => {
            format!("Hosts {failing} at {} days of uptime ({counter}) {compared}", terms[0].value)
        }
        None if low <= 0.0 && high < 0.5 => {
            format!("Hosts {failing} in the first hour after a boot {compared}")
        }
        None if low <= 0.0 => format!("Hosts {failing} on the first day after a boot {compared}"),
        None if high / low < 1.1 => {
            format!("Hosts {failing} near {} days of uptime {compared}", terms[0].value)
        }
        None => format!("Hosts {failing} after {low:.0} days of uptime {compared}"),
    }
}
