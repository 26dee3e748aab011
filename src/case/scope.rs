//! What a case is about: which hosts, which incidents, which hypothesis.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Cause, Family, Hypothesis, Incident, Report, Verdict};

use super::Vendor;

/// Incidents that are told one by one; the others stand in the table.
pub const DETAILED_MAX: usize = 12;
/// Hosts whose sources are cut; a vendor looks into a few machines, not into a fleet.
pub const HOSTS_CUT_MAX: usize = 24;

/// Other hosts that saw the same event and go with it; and such hosts of all events together.
const WITNESSES_MAX: usize = 3;
const WITNESS_HOSTS_MAX: usize = 24;

/// Causes that a person is behind, or that were meant to be: nothing that a vendor could answer for.
pub(super) const PEOPLE: [Cause; 3] = [Cause::Operator, Cause::Maintenance, Cause::Clean];

/// Factors that the maker of a machine is behind. Others whose names hold `firmware`, `bios` or `bmc` count too.
const MAKERS: [&str; 13] = [
    "model",
    "vendor",
    "manufacturer",
    "microcode",
    "cpu_model",
    "cpu",
    "memory",
    "memory_type",
    "raid_fw",
    "raid",
    "psu_model",
    "nic",
    "purchase_year",
];

/// Parts of the ids of signatures that speak of hardware.
const HARDWARE: [&str; 22] = [
    "memory-correctable",
    "memory-uncorrectable",
    "memory-disabled",
    "machine-check",
    "firmware-error",
    "pcie",
    "cpu-",
    "processor",
    "bus-fatal",
    "fan-",
    "voltage",
    "thermal",
    "temperature",
    "heat",
    "supply",
    "board-power",
    "power-unit",
    "drive-",
    "raid",
    "virtual-disk",
    "controller",
    "nmi",
];

/// What somebody asks a case about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// Names as the report has them; empty: not asked by host.
    pub hosts: Vec<String>,
    /// Id or rank of a hypothesis.
    pub hypothesis: Option<String>,
    /// `None`: the one that the machines are from.
    pub vendor: Option<Vendor>,
}

/// What a case is about.
#[derive(Debug, Clone)]
pub struct Scope<'a> {
    pub vendor: Vendor,
    /// Hosts of the case, those with most incidents first.
    pub hosts: Vec<String>,
    /// Incidents of the case, in the order of time.
    pub incidents: Vec<&'a Incident>,
    pub hypothesis: Option<&'a Hypothesis>,
    /// Hosts that the hypothesis counts too, and that other makers answer for.
    pub other_makers: usize,
    /// Unplanned ends of the hosts that persons were behind.
    pub by_people: usize,
    /// What happened to hosts beside those of the case at the same moments: without it, an event that several hosts
    /// shared cannot be told from one that each had alone.
    pub witnessed: Vec<&'a Incident>,
    hosts_cut: Vec<String>,
}

/// Why there is no case.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ScopeError {
    #[error("no host `{0}` in this data")]
    NoHost(String),
    #[error("no hypothesis `{wanted}`; there are: {known}")]
    NoHypothesis { wanted: String, known: String },
    #[error("hypothesis `{0}` counts no incident on these hosts")]
    NothingCounted(String),
    #[error("nothing unplanned happened on {0} that a vendor could answer for")]
    NothingHappened(String),
    #[error("{host} only went down with its hypervisor; give --host {hypervisor}")]
    WentDownWith { host: String, hypervisor: String },
    #[error("none of the hosts is from {vendor}; they are from: {makers}")]
    OtherMaker { vendor: &'static str, makers: String },
    #[error("no hypothesis about hardware or firmware; give --host, or --hypothesis with one of: {0}")]
    NothingForAVendor(String),
}

impl<'a> Scope<'a> {
    /// Works out what a case is about.
    ///
    /// With a hypothesis, the incidents that it counts and their hosts; with hosts, their unplanned incidents; with
    /// both, what the hypothesis counts on these hosts; with neither, the best supported hypothesis that the maker of
    /// the machines could act upon. Hosts that are known to be another maker's are left out.
    ///
    /// # Errors
    /// If that leaves nothing; the message says what to give.
    pub fn of(report: &'a Report, request: &Request) -> Result<Self, ScopeError> {
        for host in &request.hosts {
            if !report.hosts.contains(host) {
                return Err(ScopeError::NoHost(host.clone()));
            }
        }
        let hypothesis = match &request.hypothesis {
            Some(wanted) => Some(named(report, wanted)?),
            None if request.hosts.is_empty() => Some(best(report)?),
            None => None,
        };
        let counted = |incident: &Incident| {
            let by_host = request.hosts.is_empty() || request.hosts.contains(&incident.host);
            let by_id = hypothesis.is_none_or(|hypothesis| hypothesis.incidents.contains(&incident.id));
            !incident.planned && by_host && by_id
        };
        let (guests, all): (Vec<&Incident>, Vec<&Incident>) = report
            .incidents
            .iter()
            .filter(|incident| counted(incident))
            .partition(|incident| incident.inherited_from.is_some());
        let by_people = all.iter().filter(|incident| PEOPLE.contains(&incident.cause)).count();
        let mut incidents: Vec<&Incident> =
            all.into_iter().filter(|incident| !PEOPLE.contains(&incident.cause)).collect();
        if incidents.is_empty() {
            if let Some(error) = with_hypervisor(report, &guests) {
                return Err(error);
            }
            return Err(match hypothesis {
                Some(hypothesis) => ScopeError::NothingCounted(hypothesis.id.clone()),
                None => ScopeError::NothingHappened(request.hosts.join(", ")),
            });
        }
        let hosts: BTreeSet<&String> = incidents.iter().map(|incident| &incident.host).collect();
        let all_hosts: Vec<String> = hosts.into_iter().cloned().collect();
        let vendor = request.vendor.unwrap_or_else(|| Vendor::of_hosts(report, &all_hosts));
        let is_theirs = |host: &str| {
            vendor == Vendor::Generic || Vendor::of_host(report, host).is_none_or(|maker| maker == vendor)
        };
        let other_makers = all_hosts.iter().filter(|host| !is_theirs(host)).count();
        if other_makers == all_hosts.len() {
            let makers: BTreeSet<&str> =
                all_hosts.iter().filter_map(|host| Vendor::of_host(report, host)).map(Vendor::word).collect();
            let makers = makers.into_iter().collect::<Vec<_>>().join(", ");
            return Err(ScopeError::OtherMaker { vendor: vendor.name(), makers });
        }
        incidents.retain(|incident| is_theirs(&incident.host));
        incidents.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        let hosts = most_hit_first(&incidents);
        let witnessed = witnessed(report, &incidents, &hosts);
        let hosts_cut = with_witnesses(&hosts, &witnessed);
        Ok(Self { vendor, hosts, incidents, hypothesis, other_makers, by_people, witnessed, hosts_cut })
    }

    /// Incidents that excerpts of a host are cut around.
    pub fn of_host<'s>(&'s self, host: &'s str) -> impl Iterator<Item = &'a Incident> + Clone + 's {
        self.incidents.iter().chain(&self.witnessed).copied().filter(move |incident| incident.host == host)
    }

    /// Whether a host is in the case only for what it saw of others.
    #[must_use]
    pub fn is_witness(&self, host: &str) -> bool {
        !self.hosts.iter().any(|own| own == host)
    }

    /// Hosts whose sources are cut: those of the case, then witnesses.
    #[must_use]
    pub fn hosts_cut(&self) -> &[String] {
        &self.hosts_cut
    }

    /// Incidents that are told one by one: the latest, in the order of time.
    #[must_use]
    pub fn detailed(&self) -> &[&'a Incident] {
        &self.incidents[self.incidents.len().saturating_sub(DETAILED_MAX)..]
    }

    /// What the zip is called, without its ending.
    #[must_use]
    pub fn file_stem(&self) -> String {
        let subject = match (self.hosts.as_slice(), self.hypothesis) {
            ([one], _) => one.clone(),
            (_, Some(hypothesis)) => hypothesis
                .terms
                .first()
                .map_or_else(|| hypothesis.family.word().to_owned(), |term| term.value.clone()),
            (hosts, None) => format!("{}-hosts", hosts.len()),
        };
        let last = self.incidents.last().map(|incident| incident.at.format("-%Y%m%d").to_string());
        format!("case-{}-{subject}{}", self.vendor.word(), last.unwrap_or_default())
    }
}

fn named<'a>(report: &'a Report, wanted: &str) -> Result<&'a Hypothesis, ScopeError> {
    let rank = wanted.parse::<u32>().ok();
    let mut found = report.hypotheses.iter();
    found.find(|hypothesis| hypothesis.id == wanted || Some(hypothesis.rank) == rank).ok_or_else(|| {
        ScopeError::NoHypothesis { wanted: wanted.to_owned(), known: ids(report.hypotheses.iter()) }
    })
}

/// The best that a maker could act upon: supported before suggestive, each in the order of the report.
fn best(report: &Report) -> Result<&Hypothesis, ScopeError> {
    let of_verdict = |verdict| {
        let mut all = report.hypotheses.iter();
        all.find(|hypothesis| {
            hypothesis.verdict == verdict && is_for_a_vendor(hypothesis) && !hypothesis.incidents.is_empty()
        })
    };
    of_verdict(Verdict::Supported)
        .or_else(|| of_verdict(Verdict::Suggestive))
        .or_else(|| of_verdict(Verdict::Inconclusive))
        .ok_or_else(|| {
            ScopeError::NothingForAVendor(ids(report.hypotheses.iter().filter(|h| !h.incidents.is_empty())))
        })
}

/// Whether the maker of a machine could do something about it.
fn is_for_a_vendor(hypothesis: &Hypothesis) -> bool {
    let is_makers = |factor: &str| {
        MAKERS.contains(&factor)
            || ["firmware", "bios", "bmc", "_fw", "psu", "cpu"].iter().any(|part| factor.contains(part))
    };
    let is_hardware = |id: &str| HARDWARE.iter().any(|part| id.contains(part));
    match hypothesis.family {
        Family::Factor | Family::Interaction | Family::Change => {
            hypothesis.terms.iter().any(|term| is_makers(&term.factor))
        }
        Family::Precursor | Family::Signature => hypothesis.terms.iter().any(|term| is_hardware(&term.value)),
        Family::Cause => {
            let causes = [Cause::HardwareError, Cause::Thermal, Cause::Watchdog];
            hypothesis.terms.iter().any(|term| causes.iter().any(|cause| cause.word() == term.value))
        }
        Family::Host | Family::Uptime => true,
        Family::Window | Family::SharedEvent | Family::TimeOfDay => false,
    }
}

/// The first ids of hypotheses, for a message.
fn ids<'a>(hypotheses: impl Iterator<Item = &'a Hypothesis>) -> String {
    let ids: Vec<String> = hypotheses.map(|hypothesis| hypothesis.id.clone()).collect();
    super::words::listed(&ids, 8)
}

/// The host to ask for instead, where guests only went down with their hypervisor.
fn with_hypervisor(report: &Report, guests: &[&Incident]) -> Option<ScopeError> {
    let guest = guests.first()?;
    let hypervisor =
        report.incidents.iter().find(|incident| Some(&incident.id) == guest.inherited_from.as_ref())?;
    Some(ScopeError::WentDownWith { host: guest.host.clone(), hypervisor: hypervisor.host.clone() })
}

/// Hosts whose sources are cut.
fn with_witnesses(hosts: &[String], witnessed: &[&Incident]) -> Vec<String> {
    let mut cut = hosts[..hosts.len().min(HOSTS_CUT_MAX)].to_vec();
    let witnesses: BTreeSet<&String> = witnessed.iter().map(|incident| &incident.host).collect();
    cut.extend(witnesses.into_iter().cloned());
    cut
}

/// What other hosts had of the events that incidents of the case are part of: of each event a few, in the order of time,
/// and of few hosts. Where they are too many, the latest events have theirs.
fn witnessed<'a>(report: &'a Report, incidents: &[&Incident], hosts: &[String]) -> Vec<&'a Incident> {
    let own: BTreeSet<&String> = hosts.iter().collect();
    // The latest first; incidents come in the order of time.
    let mut clusters: Vec<&String> = Vec::new();
    let mut of_case: BTreeSet<&String> = BTreeSet::new();
    for cluster in incidents.iter().rev().filter_map(|incident| incident.cluster.as_ref()) {
        if of_case.insert(cluster) {
            clusters.push(cluster);
        }
    }
    let mut by_cluster: BTreeMap<&String, Vec<&Incident>> = BTreeMap::new();
    let mut events: BTreeMap<&str, usize> = BTreeMap::new();
    for other in &report.incidents {
        let Some(cluster) = other.cluster.as_ref().filter(|cluster| of_case.contains(cluster)) else {
            continue;
        };
        if !own.contains(&other.host) && other.inherited_from.is_none() {
            by_cluster.entry(cluster).or_default().push(other);
            *events.entry(&other.host).or_default() += 1;
        }
    }
    let (mut witnessed, mut chosen) = (Vec::new(), BTreeSet::new());
    for cluster in clusters {
        let mut saw = by_cluster.remove(cluster).unwrap_or_default();
        // Hosts that saw most of the events come first, so that few hosts go with the case.
        saw.sort_by(|a, b| {
            let by_events = events[b.host.as_str()].cmp(&events[a.host.as_str()]);
            by_events.then(b.confidence.total_cmp(&a.confidence)).then_with(|| a.id.cmp(&b.id))
        });
        let mut taken = 0;
        for incident in saw {
            let has_room = chosen.len() < WITNESS_HOSTS_MAX || chosen.contains(&incident.host);
            if taken < WITNESSES_MAX && has_room {
                chosen.insert(&incident.host);
                witnessed.push(incident);
                taken += 1;
            }
        }
    }
    witnessed.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    witnessed
}

fn most_hit_first(incidents: &[&Incident]) -> Vec<String> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for incident in incidents {
        *times.entry(&incident.host).or_default() += 1;
    }
    let mut hosts: Vec<(&str, usize)> = times.into_iter().collect();
    hosts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    hosts.into_iter().map(|(host, _)| host.to_owned()).collect()
}
