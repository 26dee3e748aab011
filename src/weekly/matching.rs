//! Which incidents are the same as before: ids hold the time, and later evidence moves it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use crate::model::Incident;

use super::snapshot::KnownIncident;

/// Pairs of known and found incidents, each in one pair at most; places in the two lists.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Matches {
    pub pairs: Vec<(usize, usize)>,
    /// Found ones that were not known.
    pub fresh: Vec<usize>,
    /// Known ones that were not found.
    pub missing: Vec<usize>,
}

impl Matches {
    /// Intervals of time that are no farther apart may be one incident: the distance within which the tests of the
    /// samples take a reported end for the true one.
    pub const TOLERANCE: TimeDelta = TimeDelta::minutes(15);

    /// First those of one id, then on each host the nearest of those whose intervals of time meet.
    pub fn between(known: &[KnownIncident], found: &[Incident]) -> Self {
        let by_id: BTreeMap<&str, usize> =
            known.iter().enumerate().map(|(place, incident)| (incident.id.as_str(), place)).collect();
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        let (mut taken, mut placed) = (BTreeSet::new(), BTreeSet::new());
        for (place, incident) in found.iter().enumerate() {
            if let Some(&before) = by_id.get(incident.id.as_str())
                && known[before].host == incident.host
                && taken.insert(before)
            {
                placed.insert(place);
                pairs.push((before, place));
            }
        }
        let mut of_host: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, incident) in known.iter().enumerate().filter(|(place, _)| !taken.contains(place)) {
            of_host.entry(&incident.host).or_default().push(place);
        }
        let mut near: Vec<(TimeDelta, usize, usize)> = Vec::new();
        for (place, incident) in found.iter().enumerate().filter(|(place, _)| !placed.contains(place)) {
            for &before in of_host.get(incident.host.as_str()).map_or(&[][..], Vec::as_slice) {
                if meet(&known[before], incident) {
                    near.push(((known[before].at - incident.at).abs(), before, place));
                }
            }
        }
        near.sort_unstable();
        for (_, before, place) in near {
            if !taken.contains(&before) && !placed.contains(&place) {
                taken.insert(before);
                placed.insert(place);
                pairs.push((before, place));
            }
        }
        pairs.sort_by_key(|(_, place)| *place);
        let rest =
            |of: usize, gone: &BTreeSet<usize>| (0..of).filter(|place| !gone.contains(place)).collect();
        Self { pairs, fresh: rest(found.len(), &placed), missing: rest(known.len(), &taken) }
    }
}

fn meet(known: &KnownIncident, found: &Incident) -> bool {
    found.at_earliest <= known.at_latest + Matches::TOLERANCE
        && known.at_earliest <= found.at_latest + Matches::TOLERANCE
}
