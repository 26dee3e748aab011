//! Incidents enter the study: the hosts' time is cut at changes, boots and incidents.

use coroner::model::{
    Kind,
    study::{Case, Segment},
};

use super::{Fleet, scenario::Incident};

/// From an incident to the boot after it.
const DOWN_SECONDS: i64 = 600;

pub fn add_incidents(fleet: &mut Fleet, mut incidents: Vec<Incident>) {
    incidents.sort_by_key(|incident| (incident.at, incident.host));
    let mut failed: Vec<Vec<i64>> = vec![Vec::new(); fleet.observed.len()];
    for (number, incident) in incidents.into_iter().enumerate() {
        let Incident { host, at, cause, signatures } = incident;
        let boots = &fleet.planned_boots[host];
        let planned_boot = boots.partition_point(|boot| *boot <= at).checked_sub(1).map(|i| boots[i]);
        let after_failure = failed[host].last().map(|before| before + DOWN_SECONDS);
        failed[host].push(at);
        let levels = fleet.levels(host, at).to_vec();
        fleet.study.cases.push(Case {
            id: format!("i{number}"),
            host: host as u32,
            at,
            at_earliest: at - 30,
            at_latest: at + 30,
            cause,
            kind: Kind::Reboot,
            levels,
            signatures,
            cluster: None,
            boot_started: planned_boot.max(after_failure),
            confidence: 0.85,
        });
    }
    fleet.study.boots.clone_from(&fleet.planned_boots);
    for (host, down) in failed.iter().enumerate() {
        let boots = &mut fleet.study.boots[host];
        boots.extend(down.iter().map(|at| at + DOWN_SECONDS));
        boots.sort_unstable();
        let segments = segments(fleet, host, down);
        fleet.study.segments.extend(segments);
    }
}

fn segments(fleet: &Fleet, host: usize, down: &[i64]) -> Vec<Segment> {
    let (first, last) = fleet.observed[host];
    let mut cuts: Vec<i64> = fleet.history[host].iter().map(|(from, _)| *from).collect();
    cuts.extend(fleet.study.boots[host].iter().filter(|boot| first < **boot && **boot < last));
    cuts.sort_unstable();
    let mut segments = Vec::with_capacity(cuts.len());
    for (i, from) in cuts.iter().enumerate() {
        let mut to = cuts.get(i + 1).copied().unwrap_or(last);
        if let Some(at) = down.iter().find(|at| **at >= *from && **at < to) {
            to = *at;
        }
        if to > *from {
            let levels = fleet.levels(host, *from).to_vec();
            segments.push(Segment { host: host as u32, from: *from, to, levels });
        }
    }
    segments
}
