//! Events that hit several hosts at once through what they share: a feed, a rack, a hypervisor.

use std::collections::BTreeMap;

use crate::{
    model::{Study, Term},
    stats::shared_event::{Cluster, common_cause_log_bayes_factor},
};

use super::{clock_region::DAY, host_time::HostTime, shocks::members_per_level};

/// Incidents on one locality within the window.
#[derive(Debug, Clone)]
pub(super) struct Burst {
    /// Indices into `Study::cases`, in order of time.
    pub cases: Vec<usize>,
    pub hosts: u64,
}

/// One locality and the bursts that it explains best.
#[derive(Debug, Clone)]
pub(super) struct SharedEvent {
    pub term: Term,
    /// Other localities with the same hosts hit and the same members.
    pub aliases: Vec<Vec<Term>>,
    pub members: u64,
    pub bursts: Vec<Burst>,
    /// Localities of more than one host, all of which could have shown bursts.
    pub tried: f64,
    pub log_bayes_factor: f64,
    /// Probability that the bursts are common events, given as many localities as were tried.
    pub posterior: f64,
    /// Share of all incidents that fell in these bursts, times the probability.
    pub explained: f64,
    /// A burst of three or more hosts and overwhelming evidence.
    pub decisive: bool,
}

/// ln of the odds beyond which a burst is not coincidence: 1 in 1,000 after paying for all localities.
const DECISIVE: f64 = 6.9;
/// A pair of hosts within minutes stays a possibility, however long the odds of the model.
const PAIR_LIMIT: f64 = 0.3;

struct Locality {
    factor: usize,
    level: u32,
    members: u64,
    bursts: Vec<Burst>,
    log_bayes_factor: f64,
}

/// Localities with bursts, best first; every burst belongs to one locality only.
pub(super) fn shared_events(study: &Study, time: &HostTime, cases: &[usize]) -> Vec<SharedEvent> {
    let mut tried = 0.0;
    let mut sizes = Vec::new();
    for factor in 0..study.factors.len() {
        let members = if study.factors[factor].is_locality {
            members_per_level(study, time, factor)
        } else {
            Vec::new()
        };
        tried += members.iter().filter(|members| **members > 1).count() as f64;
        sizes.push(members);
    }
    let mut left = cases.to_vec();
    let mut found = Vec::new();
    loop {
        let mut localities = localities_with_bursts(study, time, &sizes, &left, cases.len());
        // Of equal evidence the smaller locality, then the one named first in the study.
        localities.sort_by(|a, b| {
            b.log_bayes_factor
                .total_cmp(&a.log_bayes_factor)
                .then(a.members.cmp(&b.members))
                .then((a.factor, a.level).cmp(&(b.factor, b.level)))
        });
        let Some(best) = localities.first() else { break };
        if best.log_bayes_factor <= 0.0 {
            break;
        }
        let taken: Vec<usize> = best.bursts.iter().flat_map(|burst| burst.cases.iter().copied()).collect();
        found.push(describe(study, &localities, tried.max(1.0), cases.len()));
        left.retain(|case| !taken.contains(case));
    }
    found
}

fn localities_with_bursts(
    study: &Study,
    time: &HostTime,
    sizes: &[Vec<u64>],
    left: &[usize],
    total: usize,
) -> Vec<Locality> {
    let window = study.shared_event_window_s.max(1);
    let (days, width) = (time.total_seconds / DAY as f64, window as f64 / DAY as f64);
    let mut localities = Vec::new();
    for (factor, members) in sizes.iter().enumerate() {
        let mut hit: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        if !members.is_empty() {
            for case in left {
                if let Some(level) = study.cases[*case].levels.get(factor) {
                    hit.entry(*level).or_default().push(*case);
                }
            }
        }
        for (level, inside) in hit {
            let Some(members) = members.get(level as usize).filter(|members| **members > 1) else { continue };
            let bursts = bursts(study, inside.into_iter(), window);
            if bursts.is_empty() {
                continue;
            }
            let clusters: Vec<Cluster> =
                bursts.iter().map(|burst| Cluster { hit: burst.hosts, members: *members }).collect();
            let log_bayes_factor = common_cause_log_bayes_factor(total as u64, &clusters, days, width);
            localities.push(Locality { factor, level, members: *members, bursts, log_bayes_factor });
        }
    }
    localities
}

/// Runs of cases on two or more hosts, each within the window of the one before.
fn bursts(study: &Study, cases: impl Iterator<Item = usize>, window: i64) -> Vec<Burst> {
    let mut runs: Vec<Vec<usize>> = Vec::new();
    for case in cases {
        let at = study.cases[case].at;
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| at - study.cases[*last].at <= window) => {
                run.push(case)
            }
            _ => runs.push(vec![case]),
        }
    }
    runs.into_iter()
        .filter_map(|cases| {
            let mut hosts: Vec<u32> = cases.iter().map(|case| study.cases[*case].host).collect();
            hosts.sort_unstable();
            hosts.dedup();
            (hosts.len() > 1).then_some(Burst { cases, hosts: hosts.len() as u64 })
        })
        .collect()
}

fn describe(study: &Study, localities: &[Locality], tried: f64, total: usize) -> SharedEvent {
    let best = &localities[0];
    let term = |locality: &Locality| {
        let factor = &study.factors[locality.factor];
        Term::new(factor.name.clone(), factor.levels[locality.level as usize].clone())
    };
    let cases_of = |locality: &Locality| -> Vec<usize> {
        locality.bursts.iter().flat_map(|burst| burst.cases.iter().copied()).collect()
    };
    let same = |other: &&Locality| other.members == best.members && cases_of(other) == cases_of(best);
    let log_odds = best.log_bayes_factor - tried.ln();
    let mut posterior = 1.0 / (1.0 + (-log_odds).exp());
    let largest = best.bursts.iter().map(|burst| burst.hosts).max().unwrap_or(0);
    if largest < 3 && best.bursts.len() < 3 {
        posterior = posterior.min(PAIR_LIMIT);
    }
    let hit = cases_of(best).len() as f64;
    SharedEvent {
        term: term(best),
        aliases: localities[1..].iter().filter(same).map(|other| vec![term(other)]).collect(),
        members: best.members,
        bursts: best.bursts.clone(),
        tried,
        log_bayes_factor: best.log_bayes_factor,
        posterior,
        explained: posterior * hit / total.max(1) as f64,
        decisive: largest >= 3 && log_odds > DECISIVE,
    }
}
