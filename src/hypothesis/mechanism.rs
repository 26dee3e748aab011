//! Proximate causes: what the evidence around each incident shows, and slips of people.
//!
//! These are no regions of host-time, so no rate can be compared. They count for as much as their
//! share of the events exceeds what such a mechanism has in any fleet.

use std::collections::BTreeMap;

use crate::{
    model::{Cause, Study, Term},
    stats::{binomial, excess_share::excess_log_bayes_factor},
};

use super::shocks::Shock;

/// A mechanism with a share below this among the events is just one of the ways in which hosts die.
const ORDINARY_SIGNATURE: f64 = 0.33;
/// Slips of operators have about this share in an ordinary fleet.
const ORDINARY_OPERATOR: f64 = 0.15;
/// How far a signature speaks for itself where the verdict on the incident did not follow it.
const UNPROVEN: f64 = 0.3;

/// A mechanism and the events that show it.
#[derive(Debug, Clone)]
pub(super) struct Mechanism {
    pub term: Term,
    pub aliases: Vec<Vec<Term>>,
    /// Indices into `Study::cases`.
    pub cases: Vec<usize>,
    /// Independent events that show it, and all.
    pub events: u64,
    pub of_events: u64,
    pub hosts: usize,
    pub share: f64,
    /// Share that such a mechanism has in an ordinary fleet.
    pub ordinary: f64,
    pub log_bayes_factor: f64,
    pub posterior: f64,
    pub explained: f64,
    /// Far more than any ordinary share, on several hosts.
    pub overwhelming: bool,
}

impl Mechanism {
    /// Whether the signature says what failed, not only that the kernel gave up.
    pub fn names_a_part(&self) -> bool {
        !says_only_that_it_died(&self.term.value)
    }
}

/// Each signature seen around incidents.
pub(super) fn signatures(study: &Study, shocks: &[Shock], of_any_cause: usize) -> Vec<Mechanism> {
    let mut seen: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
    for (index, shock) in shocks.iter().enumerate() {
        for incident in &shock.incidents {
            for signature in &study.cases[incident.case].signatures {
                seen.entry(signature).or_default().push((index, incident.case));
            }
        }
    }
    let mut by_cases: BTreeMap<Vec<usize>, Mechanism> = BTreeMap::new();
    for (signature, places) in seen {
        let cases: Vec<usize> = places.iter().map(|place| place.1).collect();
        let term = Term::new("signature", signature);
        if let Some(same) = by_cases.get_mut(&cases) {
            let mut other = term;
            if says_only_that_it_died(&same.term.value) && !says_only_that_it_died(&other.value) {
                std::mem::swap(&mut same.term, &mut other);
            }
            same.aliases.push(vec![other]);
            continue;
        }
        let responsibility = |case: usize| {
            let confidence = confidence(study.cases[case].confidence);
            if shows_mechanism(study.cases[case].cause) { confidence } else { confidence * UNPROVEN }
        };
        let weight: f64 = places
            .iter()
            .map(|(shock, case)| responsibility(*case) / shocks[*shock].incidents.len() as f64)
            .sum();
        let mut mechanism = weigh(study, term, cases, &places, weight, of_any_cause, ORDINARY_SIGNATURE);
        let proven = mechanism.cases.iter().filter(|case| shows_mechanism(study.cases[**case].cause)).count();
        mechanism.overwhelming &= proven * 10 >= mechanism.cases.len() * 9;
        by_cases.insert(mechanism.cases.clone(), mechanism);
    }
    by_cases.into_values().collect()
}

/// Incidents that a person caused.
pub(super) fn operator(study: &Study, shocks: &[Shock], of_any_cause: usize) -> Option<Mechanism> {
    let mut places = Vec::new();
    let mut weight = 0.0;
    for (index, shock) in shocks.iter().enumerate() {
        for incident in &shock.incidents {
            places.push((index, incident.case));
            weight += confidence(study.cases[incident.case].confidence) / shock.incidents.len() as f64;
        }
    }
    if places.is_empty() {
        return None;
    }
    let cases = places.iter().map(|place| place.1).collect();
    let term = Term::new("cause", Cause::Operator.word());
    Some(weigh(study, term, cases, &places, weight, of_any_cause, ORDINARY_OPERATOR))
}

/// Of two signatures of the same incidents, the one that names a part leads: a machine check or a panic
/// is how the kernel puts it.
fn says_only_that_it_died(signature: &str) -> bool {
    const FORMS: [&str; 6] =
        ["machine-check", "kernel-", "firmware-error", "reset-reason", "watchdog", "bus-fatal"];
    FORMS.iter().any(|form| signature.starts_with(form))
}

/// Causes that are a verdict on a mechanism, as opposed to "it went away" or "power failed".
fn shows_mechanism(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::HardwareError
            | Cause::Thermal
            | Cause::MemoryExhaustion
            | Cause::Storage
            | Cause::KernelPanic
            | Cause::Watchdog
    )
}

fn confidence(value: f64) -> f64 {
    if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.5 }
}

fn weigh(
    study: &Study,
    term: Term,
    cases: Vec<usize>,
    places: &[(usize, usize)],
    weight: f64,
    of_any_cause: usize,
    ordinary: f64,
) -> Mechanism {
    let mut shocks: Vec<usize> = places.iter().map(|place| place.0).collect();
    shocks.dedup();
    let mut hosts: BTreeMap<u32, usize> = BTreeMap::new();
    for case in &cases {
        *hosts.entry(study.cases[*case].host).or_default() += 1;
    }
    let worst = hosts.values().copied().max().unwrap_or(0);
    let n = of_any_cause.max(1) as f64;
    let share = (weight / n).min(1.0);
    let log_bayes_factor = excess_log_bayes_factor(weight.min(n), n, ordinary);
    let posterior = 1.0 / (1.0 + (-log_bayes_factor).exp());
    let chance = binomial::at_least(weight.floor() as u64, n as u64, ordinary + 0.07);
    Mechanism {
        term,
        aliases: Vec::new(),
        events: shocks.len() as u64,
        of_events: n as u64,
        hosts: hosts.len(),
        share,
        ordinary,
        log_bayes_factor,
        posterior,
        explained: posterior * share,
        overwhelming: share >= 0.5
            && shocks.len() >= 5
            && hosts.len() >= 3
            && worst * 2 <= cases.len()
            && chance <= 0.001,
        cases,
    }
}
