//! Single hosts as hypotheses, worded.

use crate::{
    model::{Account, Family, Hypothesis, Term},
    stats::{permutation::max_t_p, rate_ratio},
};

use super::{
    account, case_advice,
    clock_region::DAY,
    evidence::Answer,
    findings::{Analysis, Disguise, judge},
    names,
    shocks::Shock,
    without_region::{blank, ids},
};

/// Hosts are compared among themselves, apart from all other questions: they get a fifth of the
/// tolerated error.
const HOST_FAMILY_PRICE: f64 = 5.0;

/// Hosts that fail repeatedly, with what groups owe to them alone.
pub(super) fn hypotheses(analysis: &Analysis, disguises: &[Disguise]) -> Vec<Hypothesis> {
    const MOST: usize = 5;
    let mut found: Vec<Lemon> = Vec::new();
    for (index, candidate) in analysis.candidates.iter().enumerate() {
        if let Answer::Host { host } = candidate.answer {
            let own = disguises.iter().filter(|disguise| disguise.host == host);
            let (posterior, explained) = own
                .fold((0.0, 0.0), |sum, disguise| (sum.0 + disguise.posterior, sum.1 + disguise.explained));
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
            "{name} fails again and again: {events} of {all} {} on one of {}",
            names::events(None, all as usize),
            names::counted(analysis.study.hosts.len(), "host")
        ),
    );
    let p_adjusted = (HOST_FAMILY_PRICE * max_t_p(candidate.score(), &analysis.hosts)).min(1.0);
    hypothesis.verdict = judge(p_adjusted, found.posterior, analysis.average.null);
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
    hypothesis.next_step = case_advice::host(analysis, host, events, p_adjusted);
    hypothesis.account = Account {
        events_exposed: events as u32,
        events_total: all as u32,
        events_expected: Some(all as f64 * seconds / analysis.time.total_seconds),
        p_value_test: rates.map(|_| account::TWO_RATES.to_owned()),
        p_adjusted_test: Some(format!(
            "largest ln BF of all hosts in each of {}, times {HOST_FAMILY_PRICE} as a family apart; null: hosts differ by \
             nature (Gamma-distributed rates of shape 0.5)",
            names::counted(analysis.hosts.len(), "simulated fleet")
        )),
        posterior_against: Some(account::no_cause(analysis)),
        ..Account::default()
    };
    let claim = format!("{name} fails again and again");
    account::summarise(&mut hypothesis, &claim);
    hypothesis
}
