//! What a host takes over from its neighbours: guests from their hypervisor, hosts from their feed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::clusters::shared_locality;
use crate::model::{Cause, Evidence, Incident, Supports};

/// A guest goes down with its host within this.
const WITH_ITS_HOST: TimeDelta = TimeDelta::minutes(10);

/// Guests whose hypervisor went down at the same time inherit its story (decision table row 15). The
/// power key of a guest is pressed by its hypervisor, not by a person at a chassis.
pub fn guests_from_hosts(incidents: &mut [Incident]) {
    let mut by_name: BTreeMap<String, Vec<Incident>> = BTreeMap::new();
    let hypervisors: BTreeSet<String> = incidents
        .iter()
        .filter_map(|incident| incident.factors.get("hypervisor"))
        .map(|name| short(name))
        .collect();
    for incident in incidents.iter().filter(|incident| hypervisors.contains(&short(&incident.host))) {
        by_name.entry(short(&incident.host)).or_default().push(incident.clone());
    }
    for guest in incidents.iter_mut().filter(|incident| !incident.planned) {
        let key_only = guest.cause == Cause::Operator && guest.actor.as_deref() == Some(AT_THE_CHASSIS);
        let of_host = guest.factors.get("hypervisor").and_then(|name| by_name.get(&short(name)));
        let host = of_host.into_iter().flatten().find(|incident| {
            incident.host != guest.host
                && ((incident.at - guest.at).abs() <= WITH_ITS_HOST
                    || (incident.at_earliest <= guest.at && guest.at <= incident.at_latest))
        });
        if let Some(host) = host {
            guest
                .evidence
                .push(note(format!("its hypervisor {} went down at the same time ({})", host.host, host.id)));
            let own =
                guest.confidence >= 0.9 && !matches!(guest.cause, Cause::Unexplained | Cause::PowerLoss);
            if own && !key_only {
                continue;
            }
            guest.inherited_from = Some(host.id.clone());
            guest.planned = host.planned;
            guest.cause = host.cause;
            guest.actor = host.actor.clone();
            guest.confidence = host.confidence.min(0.85);
            guest.reason = format!("went down with its hypervisor {}: {}", host.host, host.reason);
        } else if key_only && is_guest(guest) {
            guest.planned = true;
            guest.cause = Cause::Clean;
            guest.actor = None;
            guest.confidence = 0.7;
            guest.reason = "orderly, asked for by the hypervisor through the guest's power key".to_owned();
        }
    }
}

/// What the decision table calls whoever pressed a button.
const AT_THE_CHASSIS: &str = "somebody at the chassis";

fn short(name: &str) -> String {
    name.split('.').next().unwrap_or(name).to_lowercase()
}

/// Whether the inventory or the firmware says that the host is virtual.
fn is_guest(incident: &Incident) -> bool {
    const SIGNS: [&str; 8] =
        ["virtual", "qemu", "kvm guest", "vmware", "hyper-v", "standard pc", "bochs", "guest"];
    incident.factors.contains_key("hypervisor")
        || ["model", "vendor", "bios_version"].iter().any(|factor| {
            incident.factors.get(*factor).is_some_and(|value| {
                let value = value.to_lowercase();
                SIGNS.iter().any(|sign| value.contains(sign))
            })
        })
}

/// A moment that is not known better than this may be dated by a neighbour's.
const VAGUE: TimeDelta = TimeDelta::minutes(12);

/// A downtime is stated where its start is known to this.
const KNOWN: TimeDelta = TimeDelta::minutes(10);

/// A loss of power without a good time of its own happened when hosts on the same feed or in the
/// same rack lost theirs, if one did within its bounds. Where none has a good time, all lost it at
/// once: after the last of them was seen alive.
pub fn times_from_neighbours(incidents: &mut [Incident]) {
    let may_share = |incident: &Incident| {
        !incident.planned
            && matches!(incident.cause, Cause::PowerLoss | Cause::Unexplained | Cause::Unknown | Cause::Hang)
    };
    let is_vague = |incident: &Incident| incident.at_latest - incident.at_earliest > VAGUE * 2;
    let known: Vec<Incident> = incidents.iter().filter(|incident| may_share(incident)).cloned().collect();
    for incident in incidents.iter_mut().filter(|incident| may_share(incident) && is_vague(incident)) {
        let fits = |other: &&Incident| {
            other.host != incident.host
                && ["pdu", "rack", "hypervisor"].iter().any(|factor| {
                    other.factors.contains_key(*factor)
                        && other.factors.get(*factor) == incident.factors.get(*factor)
                })
        };
        let dated = known.iter().filter(fits).find(|other| {
            !is_vague(other)
                && other.cause == Cause::PowerLoss
                && other.at >= incident.at_earliest - TimeDelta::minutes(2)
                && other.at <= incident.at_latest
        });
        if let Some(other) = dated {
            incident.at = other.at.clamp(incident.at_earliest, incident.at_latest);
            incident.evidence.push(note(format!(
                "{} on the same feed or in the same rack lost its power at that time",
                other.host
            )));
            continue;
        }
        if incident.cause != Cause::PowerLoss {
            continue;
        }
        let back = |incident: &Incident| incident.back_at.unwrap_or(incident.at_latest);
        let together = known.iter().filter(fits).filter(|other| {
            other.cause == Cause::PowerLoss
                && is_vague(other)
                && (back(other) - back(incident)).abs() <= WITH_ITS_HOST
        });
        let last_alive = together.map(|other| other.at_earliest).filter(|at| *at < incident.at_latest).max();
        if let Some(alive) = last_alive.filter(|alive| *alive > incident.at_earliest) {
            incident.at_earliest = alive;
            incident.at = incident.at.clamp(alive, alive + TimeDelta::minutes(10)).min(incident.at_latest);
        }
    }
    for incident in incidents.iter_mut() {
        // A moment that may lie anywhere in hours gives no downtime.
        let known = incident.at_latest - incident.at_earliest <= KNOWN;
        incident.downtime_s =
            incident.back_at.filter(|_| known).map(|back| (back - incident.at).num_seconds().max(0) as f64);
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
