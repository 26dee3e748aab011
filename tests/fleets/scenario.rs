//! What befalls a fleet, and the study that comes of it.

use coroner::model::{Cause, Term};
use rand::RngExt;

use super::{
    DAY, Factors, Fleet, HOUR, Lifetimes, Planted, START, assemble,
    cause::plant,
    chance::{Random, below, chance, frailty, random, weighted},
    fleet::{PDU, RACK, fleet},
};

/// What is to be simulated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scenario {
    /// Kind of the planted cause; two are joined by `+`. `null` has none.
    pub kind: &'static str,
    /// Probability of an incident to come from the planted region, or from each of two.
    pub share: f64,
    /// Hits of five to ten hosts of one rack, besides the other incidents.
    pub bursts: usize,
    /// Whether some hosts fail much more often than others: gamma, shape ½.
    pub frail: bool,
    /// Whether incidents show different causes of death.
    pub mixed: bool,
    /// Share of the background that falls into the hours from 0 to 6 besides those that do anyway.
    pub mild_night: f64,
    pub factors: Factors,
    pub lifetimes: Lifetimes,
}

impl Scenario {
    pub const fn new(kind: &'static str, share: f64) -> Self {
        Self {
            kind,
            share,
            bursts: 0,
            frail: false,
            mixed: false,
            mild_night: 0.0,
            factors: Factors::Nested,
            lifetimes: Lifetimes::Usual,
        }
    }
}

/// A fleet with its incidents, and the truth about them.
pub struct Simulated {
    pub fleet: Fleet,
    pub planted: Vec<Planted>,
}

/// One incident to come.
pub struct Incident {
    pub host: usize,
    pub at: i64,
    pub cause: Cause,
    pub signatures: Vec<String>,
}

impl Incident {
    fn unexplained((host, at): (usize, i64)) -> Self {
        Self { host, at, cause: Cause::Unexplained, signatures: Vec::new() }
    }
}

/// Fleets are drawn until one has a region of the kind of a fitting size.
pub fn simulate(hosts: usize, n: usize, scenario: Scenario, seed: u64) -> Simulated {
    const FLEETS: u64 = 40;
    let stories = ["null", "feed", "operator", "memory"];
    for attempt in 0..FLEETS {
        let seed = seed ^ (attempt << 40);
        let fleet = fleet(hosts, scenario.factors, scenario.lifetimes, seed);
        let mut random = random(seed ^ 0xABCD_EF01);
        let kinds = scenario.kind.split('+').filter(|kind| !stories.contains(kind));
        let planted: Option<Vec<Planted>> = kinds.map(|kind| plant(&fleet, kind, &mut random)).collect();
        if let Some(planted) = planted {
            return befall(fleet, n, scenario, planted, &mut random);
        }
    }
    panic!("none of {FLEETS} fleets of {hosts} hosts has a region for `{}`", scenario.kind);
}

fn befall(
    mut fleet: Fleet,
    n: usize,
    scenario: Scenario,
    mut planted: Vec<Planted>,
    r: &mut Random,
) -> Simulated {
    let rates: Vec<f64> = fleet
        .observed
        .iter()
        .map(|(from, to)| (to - from) as f64 * if scenario.frail { frailty(r) } else { 1.0 })
        .collect();
    let mut incidents = Vec::with_capacity(n);
    for _ in 0..n {
        let which = (r.random::<f64>() / scenario.share.max(1e-12)) as usize;
        let region = planted.get(which).and_then(|cause| cause.region.as_ref());
        let inside = region.and_then(|region| region.point(&fleet, r));
        let mut incident =
            Incident::unexplained(inside.unwrap_or_else(|| background(&fleet, &scenario, &rates, r)));
        if scenario.mixed {
            give_mixed_cause(&mut incident, r);
        }
        if scenario.kind == "bios-mce" && inside.is_some() {
            incident.cause = Cause::HardwareError;
            incident.signatures = vec!["machine-check".to_owned()];
        }
        incidents.push(incident);
    }
    bursts(&fleet, &scenario, &mut incidents, r);
    planted.extend(story(&fleet, &scenario, n, &mut incidents, r));
    assemble::add_incidents(&mut fleet, incidents);
    Simulated { fleet, planted }
}

fn background(fleet: &Fleet, scenario: &Scenario, rates: &[f64], r: &mut Random) -> (usize, i64) {
    loop {
        let (mut host, mut at) = fleet.any_point(r);
        if scenario.frail {
            host = weighted(rates, r);
            let (from, to) = fleet.observed[host];
            at = r.random_range(from + 1..to);
        }
        if scenario.mild_night > 0.0 && chance(scenario.mild_night, r) {
            at = at - at.rem_euclid(DAY) + r.random_range(0..6 * HOUR);
        }
        let (from, to) = fleet.observed[host];
        if from < at && at < to {
            return (host, at);
        }
    }
}

/// Background causes as a fleet has them.
fn give_mixed_cause(incident: &mut Incident, r: &mut Random) {
    const MIX: [(Cause, f64, &str); 6] = [
        (Cause::Unexplained, 0.40, ""),
        (Cause::PowerLoss, 0.17, "power-lost"),
        (Cause::KernelPanic, 0.15, "kernel-panic"),
        (Cause::HardwareError, 0.15, "machine-check"),
        (Cause::Watchdog, 0.06, "watchdog-reset"),
        (Cause::Operator, 0.07, ""),
    ];
    let (cause, _, signature) = MIX[weighted(&MIX.map(|part| part.1), r)];
    incident.cause = cause;
    if !signature.is_empty() {
        incident.signatures = vec![signature.to_owned()];
    }
}

/// Racks lose power. Where causes are known at all, this one is.
fn bursts(fleet: &Fleet, scenario: &Scenario, incidents: &mut Vec<Incident>, r: &mut Random) {
    let cause = if scenario.mixed { Cause::PowerLoss } else { Cause::Unexplained };
    for _ in 0..scenario.bursts {
        let host = r.random_range(0..fleet.observed.len());
        burst(fleet, RACK, fleet.history[host][0].1[RACK], cause, incidents, r);
    }
}

fn burst(
    fleet: &Fleet,
    factor: usize,
    level: u32,
    cause: Cause,
    incidents: &mut Vec<Incident>,
    r: &mut Random,
) {
    let at = START + r.random_range(150 * DAY..360 * DAY);
    let observed = |host: usize| fleet.observed[host].0 < at && at + 600 < fleet.observed[host].1;
    let mut members: Vec<usize> = (0..fleet.observed.len())
        .filter(|host| fleet.history[*host][0].1[factor] == level && observed(*host))
        .collect();
    let hit = members.len().min(r.random_range(5..11));
    for i in 0..hit {
        let other = r.random_range(i..members.len());
        members.swap(i, other);
        let point = (members[i], at + r.random_range(0..300));
        incidents.push(Incident { cause, ..Incident::unexplained(point) });
    }
}

/// Stories that are not regions: a feed, an operator, a signature.
fn story(
    fleet: &Fleet,
    scenario: &Scenario,
    n: usize,
    incidents: &mut Vec<Incident>,
    r: &mut Random,
) -> Option<Planted> {
    let term = match scenario.kind {
        "feed" => {
            let level = below(fleet.study.factors[PDU].levels.len(), r);
            incidents.truncate(n * 2 / 3);
            for _ in 0..r.random_range(1..=3) {
                burst(fleet, PDU, level, Cause::PowerLoss, incidents, r);
            }
            fleet.term(PDU, level)
        }
        "operator" => {
            for incident in incidents.iter_mut().take(n / 2 + 1) {
                incident.cause = Cause::Operator;
                incident.signatures.clear();
            }
            Term::new("cause", "operator")
        }
        "memory" => {
            for incident in incidents.iter_mut().filter(|_| chance(scenario.share, r)) {
                incident.cause = Cause::HardwareError;
                incident.signatures = vec!["memory-uncorrectable".to_owned()];
            }
            Term::new("signature", "memory-uncorrectable")
        }
        _ => return None,
    };
    Some(Planted::story(scenario.kind, term))
}
