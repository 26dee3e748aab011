//! Hypotheses that are not a region with sharp edges: a daily pattern, single hosts, shared events,
//! signatures, slips of people.

use crate::{
    model::{Cause, Family, Hypothesis, Term, Verdict},
    stats::{
        clean_time,
        clock::{DailyPattern, rayleigh},
        permutation::max_t_p,
        rate_ratio,
    },
};

use super::{
    clock_region::DAY,
    evidence::{Answer, daily_evidence},
    findings::{self, Analysis, Disguise, RegionFinding},
    mechanism::{self, Mechanism},
    names,
    shared::{self, SharedEvent},
    shocks::Shock,
};

/// Regions that explain the same incidents as a signature are the better story if, taken together,
/// they are this likely.
const LIKELY_REGION: f64 = 0.4;
/// Cosine between the incidents of a region and of a signature from which they are one story.
const SAME_INCIDENTS: f64 = 0.6;

/// Hosts are compared among themselves, apart from all other questions: they get a quarter of the
/// tolerated error.
const HOST_FAMILY_PRICE: f64 = 4.0;

/// All of them, in no particular order.
pub(super) fn hypotheses(
    analysis: &Analysis,
    regions: &[RegionFinding],
    disguises: &[Disguise],
    operator: &[Shock],
    daily: &DailyPattern,
) -> Vec<Hypothesis> {
    let mut out = Vec::new();
    out.extend(daily_pattern(analysis, daily));
    out.extend(hosts(analysis, disguises));
    let mut cases: Vec<usize> =
        analysis.events.shocks.iter().flat_map(|shock| &shock.incidents).map(|incident| incident.case).collect();
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

fn blank(family: Family, terms: Vec<Term>, statement: String) -> Hypothesis {
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
        evidence_against: Vec::new(),
        next_step: String::new(),
    }
}

fn ids(analysis: &Analysis, cases: &[usize]) -> Vec<String> {
    let mut cases = cases.to_vec();
    cases.sort_unstable();
    cases.into_iter().map(|case| analysis.study.cases[case].id.clone()).collect()
}

/// One smooth daily pattern, told by its busiest six hours.
fn daily_pattern(analysis: &Analysis, daily: &DailyPattern) -> Option<Hypothesis> {
    let mut posterior = 0.0;
    let mut explained = 0.0;
    let mut best: Option<(usize, f64, f64)> = None;
    for (index, candidate) in analysis.candidates.iter().enumerate() {
        let Answer::Daily { pool } = candidate.answer else { continue };
        posterior += analysis.average.posterior[index];
        explained += analysis.average.explained[index];
        if best.is_none_or(|(_, score, _)| candidate.score() > score) {
            best = Some((pool, candidate.score(), candidate.log_bayes_factor));
        }
    }
    let (pool, score, log_bayes_factor) = best?;
    let shocks = &analysis.events.pools[pool].shocks;
    let evidence = daily_evidence(analysis.events, &analysis.events.pools[pool], daily);
    let hours: Vec<f64> = shocks
        .iter()
        .map(|shock| analysis.events.shocks[*shock].first().instant.second_of_day() as f64 / 3600.0)
        .collect();
    let start = busiest_block(&hours, evidence.peak_hour);
    let within = |hour: f64| (hour - start as f64).rem_euclid(24.0) < 6.0;
    let in_block: usize = hours.iter().filter(|hour| within(**hour)).count();
    let (time_in, time_all) = exposure_of_block(analysis, start);
    let rates =
        rate_ratio::compare(in_block as u64, (hours.len() - in_block) as u64, time_in, time_all - time_in)?;
    let value = format!("{start:02}-{:02}", (start + 6) % 24);
    let class = analysis.events.pools[pool].class;
    let mut hypothesis = blank(
        Family::TimeOfDay,
        vec![Term::new("hour_of_day", value.clone())],
        format!(
            "Hosts {} mostly around {:02}:00: {in_block} of {} {} between the hours {value} ({} times the rate of the rest of the day)",
            names::failing(class),
            evidence.peak_hour as u32,
            hours.len(),
            names::incidents(class, hours.len()),
            if rates.ratio.is_finite() { names::ratio(rates.ratio) } else { "many".to_owned() },
        ),
    );
    let p_adjusted = max_t_p(score, &analysis.any_time);
    let cases: Vec<usize> = shocks
        .iter()
        .flat_map(|shock| &analysis.events.shocks[*shock].incidents)
        .filter(|incident| within(incident.instant.second_of_day() as f64 / 3600.0))
        .map(|incident| incident.case)
        .collect();
    hypothesis.verdict = analysis.judge(p_adjusted, posterior);
    hypothesis.rate_ratio = rates.ratio.is_finite().then_some(rates.ratio);
    hypothesis.ci95 = Some((rates.low, rates.high.is_finite().then_some(rates.high)));
    // The block was chosen by its count, so its own p-value would flatter; Rayleigh's test does not choose.
    hypothesis.p_value = rayleigh(&hours).map(|test| test.p);
    hypothesis.p_adjusted = Some(p_adjusted);
    hypothesis.log_bayes_factor = Some(log_bayes_factor);
    hypothesis.posterior = Some(posterior);
    hypothesis.explained_fraction = Some(explained);
    hypothesis.incidents_exposed = cases.len() as u32;
    hypothesis.incidents_total =
        shocks.iter().map(|shock| analysis.events.shocks[*shock].incidents.len()).sum::<usize>() as u32;
    hypothesis.exposure_days = time_in;
    hypothesis.incidents = ids(analysis, &cases);
    hypothesis.evidence_against =
        vec![format!("{} of {} independent events happened at other hours", hours.len() - in_block, hours.len())];
    hypothesis.next_step =
        "List what is scheduled in these hours (backups, scrubs, batch jobs, cron) and move one of them".to_owned();
    Some(hypothesis)
}

/// First hour of the six with most events; of equals the one centred nearest to the peak, and starts
/// at midnight, 6, 12 and 18 first, as people name them.
fn busiest_block(hours: &[f64], peak: f64) -> u32 {
    let count = |start: u32| hours.iter().filter(|h| (**h - f64::from(start)).rem_euclid(24.0) < 6.0).count();
    let distance = |start: u32| {
        let gap = (f64::from(start) + 3.0 - peak).rem_euclid(24.0);
        gap.min(24.0 - gap)
    };
    let key = |start: u32| {
        let named = if start % 6 == 0 { 0.75 } else { 0.0 };
        count(start) as f64 + named - 0.1 * distance(start)
    };
    (0..24).max_by(|a, b| key(*a).total_cmp(&key(*b)).then(b.cmp(a))).unwrap_or(0)
}

/// Host-days of the fleet in six hours of the day, and in all.
fn exposure_of_block(analysis: &Analysis, start: u32) -> (f64, f64) {
    let all = analysis.time.total_seconds / DAY as f64;
    let points: f64 = analysis.sample.hours.iter().sum();
    let inside: f64 = (0..6).map(|i| analysis.sample.hours[((start + i) % 24) as usize]).sum();
    if points > 0.0 { (all * inside / points, all) } else { (all / 4.0, all) }
}

/// Hosts that fail repeatedly, with what groups owe to them alone.
fn hosts(analysis: &Analysis, disguises: &[Disguise]) -> Vec<Hypothesis> {
    const MOST: usize = 5;
    let mut found: Vec<Lemon> = Vec::new();
    for (index, candidate) in analysis.candidates.iter().enumerate() {
        if let Answer::Host { host } = candidate.answer {
            let own = disguises.iter().filter(|disguise| disguise.host == host);
            let (posterior, explained) =
                own.fold((0.0, 0.0), |sum, disguise| (sum.0 + disguise.posterior, sum.1 + disguise.explained));
            found.push(Lemon {
                candidate: index,
                host,
                posterior: (analysis.average.posterior[index] + posterior).min(1.0),
                explained: (analysis.average.explained[index] + explained).min(1.0),
            });
        }
    }
    found.sort_by(|a, b| b.explained.total_cmp(&a.explained).then(a.host.cmp(&b.host)));
    found.truncate(MOST);
    found.into_iter().map(|host| lemon(analysis, &host)).collect()
}

struct Lemon {
    candidate: usize,
    host: usize,
    posterior: f64,
    explained: f64,
}

fn lemon(analysis: &Analysis, found: &Lemon) -> Hypothesis {
    let (index, host) = (found.candidate, found.host);
    let candidate = &analysis.candidates[index];
    let name = &analysis.study.hosts[host];
    let own = |shock: &&Shock| shock.first().instant.host == host;
    let events = analysis.events.shocks.iter().filter(own).count() as u64;
    let all = analysis.events.shocks.len() as u64;
    let seconds = analysis.time.host_seconds[host];
    let cases: Vec<usize> = analysis
        .events
        .shocks
        .iter()
        .flat_map(|shock| &shock.incidents)
        .filter(|incident| incident.instant.host == host)
        .map(|incident| incident.case)
        .collect();
    let rates = rate_ratio::compare(events, all - events, seconds, analysis.time.total_seconds - seconds);
    let mut hypothesis = blank(
        Family::Host,
        vec![Term::new("host", name.clone())],
        format!(
            "{name} fails again and again: {} of {} incidents on one of {} hosts",
            cases.len(),
            analysis.events.shocks.iter().map(|shock| shock.incidents.len()).sum::<usize>(),
            analysis.study.hosts.len()
        ),
    );
    let p_adjusted = (HOST_FAMILY_PRICE * max_t_p(candidate.score(), &analysis.hosts)).min(1.0);
    hypothesis.verdict = analysis.judge(p_adjusted, found.posterior);
    if let Some(rates) = rates {
        hypothesis.rate_ratio = rates.ratio.is_finite().then_some(rates.ratio);
        hypothesis.ci95 = Some((rates.low, rates.high.is_finite().then_some(rates.high)));
        hypothesis.p_value = Some(rates.p_two_sided);
    }
    hypothesis.p_adjusted = Some(p_adjusted);
    hypothesis.log_bayes_factor = Some(candidate.log_bayes_factor);
    hypothesis.posterior = Some(found.posterior);
    hypothesis.explained_fraction = Some(found.explained);
    hypothesis.incidents_exposed = cases.len() as u32;
    hypothesis.incidents_total =
        analysis.events.shocks.iter().map(|shock| shock.incidents.len()).sum::<usize>() as u32;
    hypothesis.exposure_days = seconds / DAY as f64;
    hypothesis.incidents = ids(analysis, &cases);
    hypothesis.evidence_against = vec![format!(
        "in fleets whose hosts differ as hosts usually do, some host looks at least this bad in {} of cases",
        names::percent(p_adjusted / HOST_FAMILY_PRICE)
    )];
    hypothesis.next_step = match clean_time::clean_time_until_sure(events, seconds / DAY as f64, 0.05) {
        Some(days) => format!(
            "Move its load to another machine: if the fault stays with the hardware it is the host; {} without an incident after a repair decide it at 95 %",
            names::host_time(days)
        ),
        None => "Move its load to another machine and see where the fault goes".to_owned(),
    };
    hypothesis
}

fn shared_event(analysis: &Analysis, event: &SharedEvent) -> Hypothesis {
    let study = analysis.study;
    let place = names::terms(std::slice::from_ref(&event.term));
    let spans: Vec<String> = event
        .bursts
        .iter()
        .map(|burst| {
            let (first, last) = (study.cases[burst.cases[0]].at, study.cases[burst.cases[burst.cases.len() - 1]].at);
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
    let spared: u64 = event.bursts.iter().map(|burst| event.members.saturating_sub(burst.hosts)).max().unwrap_or(0);
    if spared > 0 {
        hypothesis.evidence_against.push(format!("up to {spared} of its {} hosts stayed up", event.members));
    }
    if !event.decisive {
        hypothesis
            .evidence_against
            .push("so few hosts at once may be coincidence; it stays a possibility until it happens again".to_owned());
    }
    hypothesis.next_step = format!(
        "Read the log of {place} itself (PDU, UPS, breaker, switch or hypervisor) at {}, and check that hosts with two supplies are on two feeds",
        names::minute(study.cases[cases[0]].at)
    );
    hypothesis
}

/// A signature, unless a region with the same name already says it.
fn signature(analysis: &Analysis, regions: &[RegionFinding], mechanism: &Mechanism) -> Option<Hypothesis> {
    let same_name = regions.iter().find(|region| analysis.question(region).terms[..] == [mechanism.term.clone()]);
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
    let likely = same.iter().map(|region| region.posterior).sum::<f64>() >= LIKELY_REGION
        && same.iter().any(|region| region.p_adjusted <= 0.2);
    let region = same.first().filter(|_| likely);
    if let Some(region) = region {
        let name = names::terms(&analysis.question(region).terms);
        hypothesis.explained_fraction = Some(mechanism.explained.min(region.explained * 0.95));
        hypothesis.evidence_against.push(format!(
            "the same incidents are associated with {name}, which may be the reason behind this mechanism"
        ));
    }
    hypothesis.evidence_against.push(
        "a mechanism has no comparison group: how often it is seen on hosts that do not fail is not counted here"
            .to_owned(),
    );
    hypothesis.next_step =
        "Examine the part that the records name on these hosts, and replace it on the one with most of them".to_owned();
    Some(hypothesis)
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
}

/// Cosine between the incidents of a region (in its pool) and those of a mechanism.
fn overlap(analysis: &Analysis, region: &RegionFinding, mechanism: &Mechanism) -> f64 {
    let mut inside = 0.0;
    let mut both = 0.0;
    for shock in &analysis.events.pools[region.pool].shocks {
        for (place, incident) in analysis.events.shocks[*shock].incidents.iter().enumerate() {
            if analysis.events.inside(*shock, place, region.question) {
                inside += 1.0;
                if mechanism.cases.contains(&incident.case) {
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
        .filter(|case| analysis.study.cases[**case].cause == Cause::Operator && analysis.study.cases[**case].confidence >= 0.6)
        .count() as u64;
    let chance = crate::stats::binomial::at_least(clear.min(mechanism.events), mechanism.of_events, 0.15);
    hypothesis.verdict = if clear >= 3 && mechanism.share >= 0.25 && chance <= 0.02 {
        Verdict::Supported
    } else if mechanism.events >= 3 {
        Verdict::Suggestive
    } else {
        Verdict::Inconclusive
    };
    hypothesis.next_step =
        "Ask who worked on these hosts at the time; label consoles, and require the host name before a power command"
            .to_owned();
    hypothesis
}
