//! Evidence between hosts, discounted where hosts differ by nature.
//!
//! The Bayes factor takes events as independent. Where some hosts simply fail more than others, any
//! group that holds a few of them looks guilty. So the logarithm of the evidence for a group of hosts is
//! divided by how much more the counts per host still vary once the group has its own rate. A group
//! whose members all fail alike loses nothing.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::stats::dispersion::Spread;

use super::{
    evidence::{Answer, Candidate, Events},
    host_time::HostTime,
    questionnaire::Questionnaire,
};

/// Candidates examined one by one; the rest cannot matter.
const EXAMINED: usize = 400;

/// The factor (at most 1) for the log evidence of each candidate.
pub(super) fn factors(
    candidates: &[Candidate],
    list: &Questionnaire,
    events: &Events,
    time: &HostTime,
) -> Vec<f64> {
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by(|a, b| candidates[*b].score().total_cmp(&candidates[*a].score()).then(a.cmp(b)));
    order.truncate(EXAMINED);
    let fleet = Members::of_fleet(time);
    let examined: Vec<(usize, f64)> = order
        .into_par_iter()
        .filter(|index| candidates[*index].log_bayes_factor > 0.0)
        .map(|index| (index, 1.0 / dispersion(&candidates[index].answer, list, events, time, &fleet)))
        .collect();
    let mut factors = vec![1.0; candidates.len()];
    for (index, factor) in examined {
        factors[index] = factor;
    }
    factors
}

/// Number of hosts with time at risk, their seconds and the squares of these.
#[derive(Debug, Clone, Copy, Default)]
struct Members {
    hosts: f64,
    seconds: f64,
    squares: f64,
}

impl Members {
    fn of_fleet(time: &HostTime) -> Self {
        let mut fleet = Self::default();
        for seconds in &time.host_seconds {
            fleet.add(*seconds, 1.0);
        }
        fleet
    }

    /// Adds (1) or removes (-1) a host.
    fn add(&mut self, seconds: f64, times: f64) {
        if seconds > 0.0 {
            self.hosts += times;
            self.seconds += times * seconds;
            self.squares += times * seconds * seconds;
        }
    }
}

fn dispersion(
    answer: &Answer,
    list: &Questionnaire,
    events: &Events,
    time: &HostTime,
    fleet: &Members,
) -> f64 {
    match answer {
        Answer::Region { question, pool } if list.questions[*question].flag.is_none() => {
            let inside = list.members(&list.questions[*question], time);
            let counted = |shock: usize, place: usize, _: usize| events.inside(shock, place, *question);
            around(&events.pools[*pool].shocks, &inside, counted, events, time, fleet)
        }
        Answer::Host { host } => {
            let counted = |_: usize, _: usize, other: usize| other == *host;
            let inside = [(*host, time.host_seconds[*host])];
            around(&events.pools[0].shocks, &inside, counted, events, time, fleet)
        }
        // Regions of time compare a host with itself.
        Answer::Region { .. } | Answer::Daily { .. } => 1.0,
    }
}

/// Dispersion of the counts per host, inside and outside, around a rate for each.
///
/// Only hosts with time inside and hosts with events are visited: what the many others contribute is
/// known from the sums over the fleet.
fn around(
    shocks: &[usize],
    inside: &[(usize, f64)],
    counted: impl Fn(usize, usize, usize) -> bool,
    events: &Events,
    time: &HostTime,
    fleet: &Members,
) -> f64 {
    let seconds_outside = |host: usize, inside: f64| (time.host_seconds[host] - inside).max(0.0);
    let mut members = [Members::default(), *fleet];
    for (host, seconds) in inside {
        members[0].add(*seconds, 1.0);
        members[1].add(time.host_seconds[*host], -1.0);
        members[1].add(seconds_outside(*host, *seconds), 1.0);
    }
    // Events per side and host.
    let mut counts: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for shock in shocks {
        let incidents = &events.shocks[*shock].incidents;
        for (place, incident) in incidents.iter().enumerate() {
            let host = incident.instant.host;
            let side = usize::from(!counted(*shock, place, host));
            *counts.entry((side, host)).or_default() += 1.0 / incidents.len() as f64;
        }
    }
    let mut spread = Spread::default();
    for (side, members) in members.iter().enumerate() {
        let own = || counts.range((side, 0)..(side + 1, 0)).map(|((_, host), count)| (*host, *count));
        let count: f64 = own().map(|(_, count)| count).sum();
        let rate = if members.seconds > 0.0 { count / members.seconds } else { 0.0 };
        spread.add_without_events(members.hosts, rate * members.seconds, rate * rate * members.squares);
        for (host, count) in own() {
            let within = inside.binary_search_by_key(&host, |member| member.0);
            let within = within.map_or(0.0, |place| inside[place].1);
            let seconds = if side == 0 { within } else { seconds_outside(host, within) };
            if seconds > 0.0 {
                spread.give_events(count, rate * seconds);
            }
        }
    }
    spread.excess(2)
}
