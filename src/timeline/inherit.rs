//! What a host takes over from its neighbours: guests from their hypervisor, hosts from their feed.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::clusters::shared_locality;
use crate::model::{Cause, Evidence, Incident, Supports};

/// A guest goes down with its host within this.
const WITH_ITS_HOST: TimeDelta = TimeDelta::minutes(10);

/// Guests whose hypervisor went down at the same time inherit its story (decision table row 15).
pub fn guests_from_hosts(incidents: &mut [Incident]) {
    let hosts: Vec<(String, Incident)> =
        incidents.iter().map(|incident| (incident.host.to_lowercase(), incident.clone())).collect();
    for guest in incidents.iter_mut().filter(|incident| !incident.planned) {
        let Some(name) = guest.factors.get("hypervisor").map(|name| name.to_lowercase()) else { continue };
        let Some((_, host)) = hosts.iter().find(|(host, incident)| {
            *host == name && (incident.at - guest.at).abs() <= WITH_ITS_HOST && incident.host != guest.host
        }) else {
            continue;
        };
        let own = guest.confidence >= 0.9 && !matches!(guest.cause, Cause::Unexplained | Cause::PowerLoss);
        guest.evidence.push(note(format!("its hypervisor {} went down at the same time ({})", host.host, host.id)));
        if own {
            continue;
        }
        guest.planned = host.planned;
        guest.cause = host.cause;
        guest.confidence = host.confidence.min(0.85);
        guest.reason = format!("went down with its hypervisor {}: {}", host.host, host.reason);
    }
}

/// Members of a cluster without a cause of their own take that of the others; on one feed, going
/// down together is itself the sign of a loss of power.
pub fn members_from_clusters(incidents: &mut [Incident]) {
    let mut clusters: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, incident) in incidents.iter().enumerate() {
        if let Some(cluster) = &incident.cluster {
            clusters.entry(cluster.clone()).or_default().push(index);
        }
    }
    for group in clusters.values() {
        let known: Vec<Cause> = group
            .iter()
            .map(|index| &incidents[*index])
            .filter(|incident| !is_open(incident))
            .map(|incident| incident.cause)
            .collect();
        let power = known.iter().filter(|cause| **cause == Cause::PowerLoss).count();
        let thermal = known.iter().filter(|cause| **cause == Cause::Thermal).count();
        let on_feed = shared_locality(incidents, group).is_some_and(|(factor, _)| factor == "pdu");
        let cause = if power * 2 > known.len() {
            Cause::PowerLoss
        } else if thermal * 2 > known.len() {
            Cause::Thermal
        } else if known.is_empty() && on_feed && group.len() >= 3 {
            Cause::PowerLoss
        } else {
            continue;
        };
        for index in group {
            let incident = &mut incidents[*index];
            if is_open(incident) {
                incident.cause = cause;
                incident.confidence = 0.75;
                incident.reason = format!(
                    "went down within minutes of {} others that share its place, as they did: {}",
                    group.len() - 1,
                    cause.word().replace('_', " ")
                );
                incident.evidence.push(note(format!("{} hosts went down together", group.len())));
            }
        }
    }
}

/// No cause of its own, or a weak one.
fn is_open(incident: &Incident) -> bool {
    matches!(incident.cause, Cause::Unexplained | Cause::Unknown)
        || (incident.cause == Cause::Hang && incident.confidence < 0.6)
}

fn note(text: String) -> Evidence {
    Evidence { source: String::new(), line_or_offset: 0, at: None, text, supports: Supports::For }
}
