//! Several hosts within minutes on one feed, rack or hypervisor are one event.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::model::{Cause, Incident};

/// Factors whose values can take several hosts down at once, the smallest first. The name of a
/// hypervisor is a host of its own.
pub const LOCALITIES: [&str; 8] =
    ["hypervisor", "chassis", "enclosure", "pdu", "rack", "switch", "row", "site"];

/// Incidents this close are one event if they share a locality (decision table row 13, widened by
/// what clocks and boot times add).
pub const TOGETHER: TimeDelta = TimeDelta::minutes(6);

/// Least number of hosts for an event that shares nothing known.
const HOSTS_WITHOUT_LOCALITY: usize = 4;
/// Least number of hosts that make a cluster on a locality: two are one in a hundred by chance.
const HOSTS_ON_LOCALITY: usize = 2;

/// Marks clusters in `incidents` (sorted by time). Operator incidents join none: one person at
/// several consoles is not one event of the machines.
pub fn mark(incidents: &mut [Incident]) {
    let order: Vec<usize> = (0..incidents.len())
        .filter(|index| {
            let incident = &incidents[*index];
            !incident.planned && !matches!(incident.cause, Cause::Operator)
        })
        .collect();
    let mut cluster_of: BTreeMap<usize, usize> = BTreeMap::new();
    let mut members: Vec<Vec<usize>> = Vec::new();
    for (place, &index) in order.iter().enumerate() {
        let near: Vec<usize> = order[..place]
            .iter()
            .rev()
            .take_while(|other| incidents[index].at - incidents[**other].at <= TOGETHER)
            .copied()
            .filter(|other| together(&incidents[*other], &incidents[index]))
            .collect();
        let group = near.iter().find_map(|other| cluster_of.get(other).copied());
        let group = group.unwrap_or_else(|| {
            members.push(Vec::new());
            members.len() - 1
        });
        for joined in near.into_iter().chain([index]) {
            if let std::collections::btree_map::Entry::Vacant(slot) = cluster_of.entry(joined) {
                slot.insert(group);
                members[group].push(joined);
            }
        }
    }
    let mut number = 0;
    for group in members {
        let mut hosts: Vec<&str> = group.iter().map(|index| incidents[*index].host.as_str()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let located = shared_locality(incidents, &group).is_some();
        let enough = if located { HOSTS_ON_LOCALITY } else { HOSTS_WITHOUT_LOCALITY };
        if hosts.len() < enough {
            continue;
        }
        number += 1;
        for index in group {
            incidents[index].cluster = Some(format!("cluster-{number}"));
        }
    }
}

fn together(a: &Incident, b: &Incident) -> bool {
    if a.host == b.host {
        return false;
    }
    let near = b.at - a.at <= TOGETHER;
    let shares = LOCALITIES.iter().any(|factor| {
        let (first, second) = (a.factors.get(*factor), b.factors.get(*factor));
        first.is_some() && first == second
    });
    let guest = a.factors.get("hypervisor").is_some_and(|name| name.eq_ignore_ascii_case(&b.host))
        || b.factors.get("hypervisor").is_some_and(|name| name.eq_ignore_ascii_case(&a.host));
    near && (shares || guest || b.at - a.at <= TimeDelta::minutes(2))
}

/// The smallest locality that most of the group shares.
#[must_use]
pub fn shared_locality(incidents: &[Incident], group: &[usize]) -> Option<(String, String)> {
    let mut counts: BTreeMap<(usize, String), usize> = BTreeMap::new();
    for index in group {
        for (rank, factor) in LOCALITIES.iter().enumerate() {
            if let Some(value) = incidents[*index].factors.get(*factor) {
                *counts.entry((rank, value.clone())).or_default() += 1;
            }
            if *factor == "hypervisor" {
                *counts.entry((rank, incidents[*index].host.clone())).or_default() += 1;
            }
        }
    }
    let needed = (group.len() * 3).div_ceil(4).max(2);
    counts
        .into_iter()
        .find(|(_, count)| *count >= needed)
        .map(|((rank, value), _)| (LOCALITIES[rank].to_owned(), value))
}
