//! The hosts of a fleet: what they are, and how that hangs together.

use std::ops::Range;

use coroner::model::study::{Factor, Study};
use rand::RngExt;

use super::{
    DAY, END, START,
    chance::{Random, below, chance, normal, one_of, random, weighted},
    surroundings,
};

pub const MODEL: usize = 0;
pub const BIOS: usize = 1;
pub const OS: usize = 3;
pub const HYPERVISOR: usize = 4;
pub const RACK: usize = 5;
pub const PDU: usize = 6;
const NAMES: [&str; 12] = [
    "model",
    "bios_version",
    "role",
    "os",
    "hypervisor",
    "rack",
    "pdu",
    "age",
    "kernel",
    "cpu",
    "bmc_version",
    "psu",
];
const LOCALITIES: [usize; 2] = [RACK, PDU];

/// Which factors the inventory knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factors {
    /// Model, BIOS, role, system, hypervisor, rack, feed, age.
    Usual,
    /// Kernel, processor and BMC version as well, which mostly repeat another factor.
    Nested,
    /// And the make of the power supply: twelve.
    Twelve,
}

impl Factors {
    fn count(self) -> usize {
        match self {
            Self::Usual => 8,
            Self::Nested => 11,
            Self::Twelve => 12,
        }
    }
}

/// How long hosts are observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetimes {
    /// Seven in ten the whole year, the others from some day in the first five months on.
    Usual,
    /// Any part of the year from ten days on.
    Unequal,
}

/// Hosts with their history, and the study that becomes of them.
pub struct Fleet {
    /// Without segments and cases, until incidents are added.
    pub study: Study,
    /// Per host, sorted: boots that no incident brought about.
    pub planned_boots: Vec<Vec<i64>>,
    /// Per host: (from, levels), in order of time.
    pub history: Vec<Vec<(i64, Vec<u32>)>>,
    /// Per host: from, to.
    pub observed: Vec<(i64, i64)>,
}

pub fn fleet(hosts: usize, factors: Factors, lifetimes: Lifetimes, seed: u64) -> Fleet {
    let mut random = random(seed);
    let r = &mut random;
    let models = match hosts {
        0..=60 => 3,
        61..=600 => 5,
        _ => 8,
    };
    let weights: Vec<f64> = (1..=models).map(|k| (k as f64).powf(-0.8)).collect();
    let model: Vec<u32> = (0..hosts).map(|_| weighted(&weights, r) as u32).collect();
    let racks = (hosts / 20).max(4);
    let rack = racks_by_model(&model, racks, r);
    let usual_role: Vec<u32> = (0..models).map(|_| below(6, r)).collect();
    let counts = [models, models * 3, 6, 4, 3, racks, racks.div_ceil(2), 4, 4, models + 1, 4, 4];
    let mut fleet = Fleet {
        study: Study { factors: named(&counts[..factors.count()]), ..Study::default() },
        planned_boots: Vec::new(),
        history: Vec::with_capacity(hosts),
        observed: Vec::with_capacity(hosts),
    };
    for (&m, &rack) in model.iter().zip(&rack) {
        let role = if chance(0.7, r) { usual_role[m as usize] } else { below(6, r) };
        let os = if chance(0.65, r) { [0, 0, 1, 2, 3, 1][role as usize] } else { below(4, r) };
        let hypervisor = if chance(0.6, r) { [0, 1, 0, 2, 1, 2][role as usize] } else { below(3, r) };
        let bios = m * 3 + u32::from(chance(0.4, r));
        let step = one_of(&[-1, 0, 0, 0, 1], r).unwrap_or(0);
        let age = (i64::from(m) * 4 / models as i64 + step).clamp(0, 3) as u32;
        let kernel = if chance(0.85, r) { os } else { below(4, r) };
        let cpu = if chance(0.9, r) { m } else { models as u32 };
        let bmc = if chance(0.85, r) { m % 4 } else { below(4, r) };
        let mut levels =
            vec![m, bios, role, os, hypervisor, rack, rack / 2, age, kernel, cpu, bmc, below(4, r)];
        levels.truncate(factors.count());
        let observed = observed(lifetimes, r);
        let mut history = vec![(observed.0, levels)];
        history.extend(update(&history[0], observed, m, r));
        fleet.history.push(history);
        fleet.observed.push(observed);
    }
    surroundings::add(&mut fleet, r);
    fleet
}

fn named(counts: &[usize]) -> Vec<Factor> {
    NAMES
        .iter()
        .zip(counts)
        .enumerate()
        .map(|(index, (name, count))| Factor {
            name: (*name).to_owned(),
            levels: (0..*count).map(|level| format!("{name}-{level}")).collect(),
            is_locality: LOCALITIES.contains(&index),
        })
        .collect()
}

/// Racks are filled model by model, more or less.
fn racks_by_model(model: &[u32], racks: usize, r: &mut Random) -> Vec<u32> {
    let mut order: Vec<(f64, usize)> =
        model.iter().enumerate().map(|(host, m)| (f64::from(*m) + 1.2 * normal(r), host)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut rack = vec![0; model.len()];
    for (place, (_, host)) in order.iter().enumerate() {
        rack[*host] = (place * racks / model.len()) as u32;
    }
    rack
}

fn observed(lifetimes: Lifetimes, r: &mut Random) -> (i64, i64) {
    match lifetimes {
        Lifetimes::Usual if chance(0.7, r) => (START, END),
        Lifetimes::Usual => (START + r.random_range(0..150 * DAY), END),
        Lifetimes::Unequal => {
            let from = r.random_range(0..355 * DAY);
            (START + from, START + r.random_range(from + 10 * DAY..=365 * DAY))
        }
    }
}

/// A third of the hosts get a newer BIOS in mid-year: half of these with all of their model.
fn update(
    first: &(i64, Vec<u32>),
    observed: (i64, i64),
    model: u32,
    r: &mut Random,
) -> Option<(i64, Vec<u32>)> {
    if !chance(0.35, r) {
        return None;
    }
    let together = chance(0.5, r);
    let alone = r.random_range(60 * DAY..300 * DAY);
    let at = START + if together { (120 + 10 * i64::from(model % 5)) * DAY } else { alone };
    let mut levels = first.1.clone();
    levels[BIOS] += 1;
    (observed.0 < at && at < observed.1).then_some((at, levels))
}

impl Fleet {
    pub fn levels(&self, host: usize, at: i64) -> &[u32] {
        let history = &self.history[host];
        let next = history.partition_point(|(from, _)| *from <= at);
        &history[next.saturating_sub(1)].1
    }

    /// Host, from, to and levels of every stretch without a change.
    pub fn stretches(&self, hosts: Range<usize>) -> impl Iterator<Item = (usize, i64, i64, &[u32])> {
        hosts.flat_map(move |host| {
            let history = &self.history[host];
            history.iter().enumerate().map(move |(i, (from, levels))| {
                let to = history.get(i + 1).map_or(self.observed[host].1, |next| next.0);
                (host, *from, to, &levels[..])
            })
        })
    }

    pub fn seconds(&self) -> f64 {
        self.observed.iter().map(|(from, to)| (to - from) as f64).sum()
    }

    /// Uniform over all observed host-time.
    pub fn any_point(&self, r: &mut Random) -> (usize, i64) {
        loop {
            let host = r.random_range(0..self.observed.len());
            let at = r.random_range(START..END);
            let (from, to) = self.observed[host];
            if from < at && at < to {
                return (host, at);
            }
        }
    }
}
