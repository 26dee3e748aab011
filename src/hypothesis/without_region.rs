//! Hypotheses that are not a region with sharp edges: a daily pattern, single hosts, shared events,
//! signatures, slips of people.

use std::collections::BTreeSet;

use crate::{
    model::{Account, Cause, Family, Hypothesis, Term, Verdict},
    stats::{binomial, clock::DailyPattern},
};

use super::{
    account, case_advice,
    findings::{self, Analysis, Disguise, RegionFinding},
    mechanism::{self, Mechanism},
    names,
    shared::{self, SharedEvent},
    shocks::Shock,
    with_daily_pattern, with_host,
};

/// Regions that explain the same incidents as a signature are the better story if, taken together,
/// they are this likely.
const LIKELY_REGION: f64 = 0.4;
/// Cosine between the incidents of a region and of a signature from which they are one story.
const SAME_INCIDENTS: f64 = 0.6;

/// All of them, in no particular order.
pub(super) fn hypotheses(
    analysis: &Analysis,
    regions: &[RegionFinding],
    disguises: &[Disguise],
    operator: &[Shock],
    daily: &[DailyPattern],
) -> Vec<Hypothesis> {
    let mut out = Vec::new();
    out.extend(with_daily_pattern::hypothesis(analysis, daily));
    out.extend(with_host::hypotheses(analysis, disguises));
    let mut cases: Vec<usize> = analysis
        .events
        .shocks
        .iter()
        .flat_map(|shock| &shock.incidents)
        .map(|incident| incident.case)
        .collect();
    cases.sort_unstable();
    let events = shared::shared_events(analysis.study, analysis.time, &cases);
    out.extend(events.iter().map(|event| shared_event(analysis, event)));
    let of_any_cause = analysis.events.of_any_cause as usize;
    let seen = mechanism::signatures(analysis.study, &analysis.events.shocks, of_any_cause);
    for mechanism in seen.into_iter().filter(|mechanism| mechanism.events > 1) {
        out.extend(signature(analysis, regions, &mechanism));
    }
    if let Some(mechanism) = mechanism::operator(analysis.study, operator, of_any_cause) {
        out.push(operator_hypothesis(analysis, &mechanism));
    }
    out
}

/// A hypothesis with nothing but its name and statement.
pub(super) fn blank(family: Family, terms: Vec<Term>, statement: String) -> Hypothesis {
    Hypothesis {
        rank: 0,
        id: findings::id(family, &terms),
        family,
        statement,
        verdict: Verdict::Inconclusive,
        terms,
        rate_ratio: None,
        ci95: None,
        p_value: None,
        p_adjusted: None,
        log_bayes_factor: None,
        posterior: None,
        explained_fraction: None,
        incidents_exposed: 0,
        incidents_total: 0,
        exposure_days: 0.0,
        incidents: Vec::new(),
        aliases: Vec::new(),
        confounders: Vec::new(),
        comparisons: Vec::new(),
        delay_profile: Vec::new(),
        evidence_against: Vec::new(),
        next_step: String::new(),
        account: Account::default(),
    }
}

/// Ids of cases, in order of time.
pub(super) fn ids(analysis: &Analysis, cases: &[usize]) -> Vec<String> {
    let mut cases = cases.to_vec();
    cases.sort_unstable();
    cases.into_iter().map(|case| analysis.study.cases[case].id.clone()).collect()
}

fn shared_event(analysis: &Analysis, event: &SharedEvent) -> Hypothesis {
    let study = analysis.study;
    let place = names::terms(std::slice::from_ref(&event.term));
    let spans: Vec<String> = event
        .bursts
        .iter()
        .map(|burst| {
            let (first, last) =
                (study.cases[burst.cases[0]].at, study.cases[burst.cases[burst.cases.len() - 1]].at);
            format!("{} within {} s on {}", burst.hosts, (last - first).max(1), names::minute(first))
        })
        .collect();
    let cases: Vec<usize> = event.bursts.iter().flat_map(|burst| burst.cases.iter().copied()).collect();
    let listed: Vec<&str> = spans.iter().map(String::as_str).collect();
    let statement = if event.bursts.len() == 1 {
        format!(
            "{} of {} hosts on {place} went down together ({}): associated with one event there, not {} separate ones",
            event.bursts[0].hosts, event.members, listed[0], event.bursts[0].hosts
        )
    } else {
        format!(
            "Hosts on {place} ({} in all) went down together {} times: {}",
            event.members,
            event.bursts.len(),
            names::listed(&listed, 4)
        )
    };
    let mut hypothesis = blank(Family::SharedEvent, vec![event.term.clone()], statement);
    hypothesis.verdict = if event.decisive {
        Verdict::Supported
    } else if event.posterior >= 0.5 {
        Verdict::Suggestive
    } else {
        Verdict::Inconclusive
    };
    hypothesis.log_bayes_factor = Some(event.log_bayes_factor);
    hypothesis.posterior = Some(event.posterior);
    hypothesis.explained_fraction = Some(event.explained);
    hypothesis.incidents_exposed = cases.len() as u32;
    hypothesis.incidents_total =
        analysis.events.shocks.iter().map(|shock| shock.incidents.len()).sum::<usize>() as u32;
    hypothesis.incidents = ids(analysis, &cases);
    hypothesis.aliases = event.aliases.clone();
    let spared: u64 =
        event.bursts.iter().map(|burst| event.members.saturating_sub(burst.hosts)).max().unwrap_or(0);
    if spared > 0 {
        hypothesis.evidence_against.push(format!("up to {spared} of its {} hosts stayed up", event.members));
    }
    if !event.decisive {
        hypothesis.evidence_against.push(
            "so few hosts at once may be coincidence; it stays a possibility until it happens again"
                .to_owned(),
        );
    }
    hypothesis.next_step = case_advice::shared_event(analysis, event, &place);
    hypothesis.account = Account {
        evidence_for: spans
            .iter()
            .map(|span| format!("{span}; separate faults would rarely come so close together"))
            .collect(),
        posterior_against: Some(format!(
            "separate incidents that fell so close together by coincidence, with every place tried ({} of more than one \
             host); whether {place} also raises the rate of independent events is another question",
            names::counted(event.tried as usize, "place")
        )),
        ..Account::default()
    };
    let claim = format!(
        "{} on {place} took several hosts down at once",
        if event.bursts.len() == 1 {
            "One event".to_owned()
        } else {
            format!("{} events", event.bursts.len())
        }
    );
    account::summarise(&mut hypothesis, &claim);
    hypothesis
}

/// A signature, unless a region with the same name already says it.
fn signature(analysis: &Analysis, regions: &[RegionFinding], mechanism: &Mechanism) -> Option<Hypothesis> {
    let same_name =
        regions.iter().find(|region| analysis.question(region).terms[..] == [mechanism.term.clone()]);
    if same_name.is_some_and(|region| region.explained >= mechanism.explained) {
        return None;
    }
    let mut hypothesis = blank(
        Family::Signature,
        vec![mechanism.term.clone()],
        format!(
            "{} of {} independent events show {}, on {}: this is how they die, if not why",
            mechanism.events,
            mechanism.of_events,
            mechanism.term.value,
            names::counted(mechanism.hosts, "host")
        ),
    );
    fill_mechanism(analysis, mechanism, &mut hypothesis);
    let same: Vec<&RegionFinding> =
        regions.iter().filter(|region| overlap(analysis, region, mechanism) >= SAME_INCIDENTS).collect();
    let is_symptom = |region: &&&RegionFinding| analysis.question(region).family == Family::Precursor;
    let places: Vec<&&RegionFinding> = same.iter().filter(|region| !is_symptom(region)).collect();
    let symptom = same.iter().find(is_symptom).filter(|_| mechanism.names_a_part());
    let likely = is_reason(&places, mechanism, symptom.is_some());
    if let Some(region) = places.first().filter(|_| likely) {
        let name = names::terms(&analysis.question(region).terms);
        hypothesis.explained_fraction = Some(mechanism.explained.min(region.explained * 0.95));
        hypothesis.evidence_against.push(format!(
            "the same incidents are associated with {name}, which may be the reason behind this mechanism"
        ));
    } else if let Some(symptom) = symptom {
        // An alarm that goes before shows that this is no chance mixture of ways to die.
        let posterior = mechanism.posterior.max(symptom.posterior);
        hypothesis.posterior = Some(posterior);
        hypothesis.explained_fraction = Some(posterior * mechanism.share);
    }
    hypothesis.evidence_against.push(
        "a mechanism has no comparison group: how often it is seen on hosts that do not fail is not counted here"
            .to_owned(),
    );
    hypothesis.next_step = case_advice::mechanism(analysis, mechanism);
    let claim = format!(
        "{} is seen at {} of {} independent events",
        mechanism.term.value, mechanism.events, mechanism.of_events
    );
    account::summarise(&mut hypothesis, &claim);
    Some(hypothesis)
}

/// Whether groups that hold the same incidents are a better story than how these ended.
///
/// A part that raises alarms before it fails is a story of its own, which takes a strong group to be told
/// as that group's doing. That the kernel gave up is none: any group that stands out says more.
fn is_reason(places: &[&&RegionFinding], mechanism: &Mechanism, announced: bool) -> bool {
    let (likely, chance) = match (mechanism.names_a_part(), announced) {
        (false, _) => (0.1, 0.05),
        (true, true) => (LIKELY_REGION, 0.01),
        (true, false) => (LIKELY_REGION, 0.2),
    };
    places.iter().map(|region| region.posterior).sum::<f64>() >= likely
        && places.iter().any(|region| region.p_adjusted <= chance)
}

/// Puts an alarm that goes before below the mechanism that it announces, where both are of the same
/// incidents: the mechanism is what kills, the alarm is how one sees it coming.
pub(super) fn alarms_below_mechanisms(hypotheses: &mut [Hypothesis]) {
    let mechanisms: Vec<(BTreeSet<String>, f64)> = hypotheses
        .iter()
        .filter(|h| h.family == Family::Signature && h.posterior.unwrap_or(0.0) >= 0.5)
        .map(|h| (h.incidents.iter().cloned().collect(), h.explained_fraction.unwrap_or(0.0)))
        .collect();
    for alarm in hypotheses.iter_mut().filter(|h| h.family == Family::Precursor) {
        let announced = mechanisms.iter().filter(|(incidents, _)| {
            let both = alarm.incidents.iter().filter(|id| incidents.contains(id.as_str())).count() as f64;
            both >= SAME_INCIDENTS * f64::sqrt((alarm.incidents.len() * incidents.len()) as f64)
        });
        let best = announced.map(|(_, explained)| *explained).fold(0.0, f64::max);
        let own = alarm.explained_fraction.unwrap_or(0.0);
        // Only where they are close: an alarm for much more than the mechanism stands by itself.
        if best > 0.0 && own < 1.25 * best {
            alarm.explained_fraction = Some(own.min(0.95 * best));
        }
    }
}

fn fill_mechanism(analysis: &Analysis, mechanism: &Mechanism, hypothesis: &mut Hypothesis) {
    hypothesis.verdict = if mechanism.overwhelming {
        Verdict::Supported
    } else if mechanism.posterior >= 0.5 && mechanism.events >= 3 && mechanism.share >= 0.4 {
        Verdict::Suggestive
    } else {
        Verdict::Inconclusive
    };
    hypothesis.log_bayes_factor = Some(mechanism.log_bayes_factor);
    hypothesis.posterior = Some(mechanism.posterior);
    hypothesis.explained_fraction = Some(mechanism.explained);
    hypothesis.incidents_exposed = mechanism.cases.len() as u32;
    hypothesis.incidents_total = analysis.study.cases.len() as u32;
    hypothesis.incidents = ids(analysis, &mechanism.cases);
    hypothesis.aliases = mechanism.aliases.clone();
    hypothesis.account = Account {
        events_exposed: mechanism.events as u32,
        events_total: mechanism.of_events as u32,
        posterior_against: Some(format!(
            "the mechanism has no more than its ordinary share of {}",
            names::percent(mechanism.ordinary)
        )),
        ..Account::default()
    };
}

/// Cosine between the incidents of a region (in its pool) and those of a mechanism.
fn overlap(analysis: &Analysis, region: &RegionFinding, mechanism: &Mechanism) -> f64 {
    let shown: BTreeSet<usize> = mechanism.cases.iter().copied().collect();
    let mut inside = 0.0;
    let mut both = 0.0;
    for shock in &analysis.events.pools[region.pool].shocks {
        for (place, incident) in analysis.events.shocks[*shock].incidents.iter().enumerate() {
            if analysis.events.inside(*shock, place, region.question) {
                inside += 1.0;
                if shown.contains(&incident.case) {
                    both += 1.0;
                }
            }
        }
    }
    let norm = f64::sqrt(inside * mechanism.cases.len() as f64);
    if norm > 0.0 { both / norm } else { 0.0 }
}

fn operator_hypothesis(analysis: &Analysis, mechanism: &Mechanism) -> Hypothesis {
    let mut hypothesis = blank(
        Family::Cause,
        vec![mechanism.term.clone()],
        format!(
            "People took hosts down: {} of {} independent events follow a command, a key or a plug pulled by an operator ({})",
            mechanism.events,
            mechanism.of_events,
            names::counted(mechanism.hosts, "host")
        ),
    );
    fill_mechanism(analysis, mechanism, &mut hypothesis);
    let clear = mechanism
        .cases
        .iter()
        .filter(|case| {
            analysis.study.cases[**case].cause == Cause::Operator
                && analysis.study.cases[**case].confidence >= 0.6
        })
        .count() as u64;
    // Any fleet has slips; a claim needs far more of them than an ordinary share.
    let chance = binomial::at_least(clear.min(mechanism.events), mechanism.of_events, 0.2);
    hypothesis.verdict = if clear >= 4 && mechanism.share >= 0.35 && chance <= 0.01 {
        Verdict::Supported
    } else if mechanism.events >= 3 {
        Verdict::Suggestive
    } else {
        Verdict::Inconclusive
    };
    hypothesis.next_step = case_advice::operator(analysis, mechanism);
    let claim = format!(
        "People took hosts down in {} of {} independent events",
        mechanism.events, mechanism.of_events
    );
    account::summarise(&mut hypothesis, &claim);
    hypothesis
}
