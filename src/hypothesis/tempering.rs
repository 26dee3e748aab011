//! Evidence between hosts, discounted where hosts differ by nature.
//!
//! The Bayes factor takes events as independent. Where some hosts simply fail more than others, any
//! group that holds a few of them looks guilty. So the logarithm of the evidence for a group of hosts is
//! divided by how much more the counts per host still vary once the group has its own rate. A group
//! whose members all fail alike loses nothing.

use rayon::prelude::*;

use crate::stats::dispersion::excess_dispersion;

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
    let examined: Vec<(usize, f64)> = order
        .into_par_iter()
        .filter(|index| candidates[*index].log_bayes_factor > 0.0)
        .map(|index| (index, 1.0 / dispersion(&candidates[index].answer, list, events, time)))
        .collect();
    let mut factors = vec![1.0; candidates.len()];
    for (index, factor) in examined {
        factors[index] = factor;
    }
    factors
}

fn dispersion(answer: &Answer, list: &Questionnaire, events: &Events, time: &HostTime) -> f64 {
    match answer {
        Answer::Region { question, pool } if list.questions[*question].flag.is_none() => {
            let profiles = &list.questions[*question].profiles;
            let inside = |host: usize| -> f64 {
                let own = time.stretches[host].iter().filter(|stretch| profiles[stretch.profile as usize]);
                own.map(|stretch| (stretch.to - stretch.from) as f64).sum()
            };
            let counted = |shock: usize, place: usize, _: usize| events.inside(shock, place, *question);
            around(&events.pools[*pool].shocks, inside, counted, events, time)
        }
        Answer::Host { host } => {
            let inside = |other: usize| if other == *host { time.host_seconds[other] } else { 0.0 };
            let counted = |_: usize, _: usize, other: usize| other == *host;
            around(&events.pools[0].shocks, inside, counted, events, time)
        }
        // Regions of time compare a host with itself.
        Answer::Region { .. } | Answer::Daily { .. } => 1.0,
    }
}

/// Dispersion of the counts per host, inside and outside, around a rate for each.
fn around(
    shocks: &[usize],
    inside: impl Fn(usize) -> f64,
    counted: impl Fn(usize, usize, usize) -> bool,
    events: &Events,
    time: &HostTime,
) -> f64 {
    let hosts = time.host_seconds.len();
    // Per host: events and seconds inside, then outside.
    let mut cells = vec![[(0.0, 0.0); 2]; hosts];
    for (host, cell) in cells.iter_mut().enumerate() {
        cell[0].1 = inside(host);
        cell[1].1 = (time.host_seconds[host] - cell[0].1).max(0.0);
    }
    for shock in shocks {
        let incidents = &events.shocks[*shock].incidents;
        for (place, incident) in incidents.iter().enumerate() {
            let host = incident.instant.host;
            let side = usize::from(!counted(*shock, place, host));
            cells[host][side].0 += 1.0 / incidents.len() as f64;
        }
    }
    let mut flat = Vec::with_capacity(2 * hosts);
    for side in 0..2 {
        let seconds: f64 = cells.iter().map(|cell| cell[side].1).sum();
        let count: f64 = cells.iter().map(|cell| cell[side].0).sum();
        let rate = if seconds > 0.0 { count / seconds } else { 0.0 };
        flat.extend(cells.iter().map(|cell| cell[side]).filter(|c| c.1 > 0.0).map(|c| (c.0, rate * c.1)));
    }
    excess_dispersion(&flat, 2)
}
