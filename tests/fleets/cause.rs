//! Causes to plant: a region, and the terms that name it.

use coroner::model::Term;
use rand::RngExt;

use super::{
    Fleet, Region, When,
    chance::{Random, one_of},
    fleet::{BIOS, HYPERVISOR, MODEL, OS, RACK},
};

/// What was planted. Stories that are no region of host-time (feeds, operators, signatures) have a name
/// only. A value of `*` in a term stands for any.
#[derive(Debug, Clone)]
pub struct Planted {
    pub kind: String,
    pub terms: Vec<Term>,
    pub region: Option<Region>,
}

impl Planted {
    pub fn story(kind: &str, term: Term) -> Self {
        Self { kind: kind.to_owned(), terms: vec![term], region: None }
    }
}

/// Chooses a region of the kind; `None` if the fleet has none of a fitting size.
///
/// The limits of the shares are such that a cause is neither nearly everything nor next to nothing.
pub fn plant(fleet: &Fleet, kind: &str, r: &mut Random) -> Option<Planted> {
    let single = |factor: usize| {
        (0..fleet.study.factors[factor].levels.len() as u32).map(move |level| Region::of_level(factor, level))
    };
    let backup = |region: Region| Region { when: Some(When::Backup), ..region };
    let fitting = |regions: Vec<Region>, least: f64, most: f64, r: &mut Random| {
        let fits = |region: &&Region| (least..=most).contains(&region.share(fleet));
        let fitting: Vec<&Region> = regions.iter().filter(fits).collect();
        one_of(&fitting, r).cloned()
    };
    let region = match kind {
        "model" => fitting(single(MODEL).collect(), 0.05, 0.45, r)?,
        "bios" | "bios-mce" => fitting(single(BIOS).collect(), 0.03, 0.35, r)?,
        "rack" => fitting(single(RACK).collect(), 0.003, 0.3, r)?,
        "os&hv" => fitting(os_and_hypervisor(fleet), 0.03, 0.3, r)?,
        "backup" => Region::at(When::Backup),
        "backup&os" => fitting(single(OS).map(backup).collect(), 0.001, 0.2, r)?,
        "backup&os&hv" => {
            fitting(os_and_hypervisor(fleet).into_iter().map(backup).collect(), 0.0008, 0.2, r)?
        }
        "night" => Region::at(When::Hours { from: 0, to: 6 }),
        "uptime208" => Region::at(When::Uptime { low: 207.5, high: 209.5 }),
        "uptime131" => Region::at(When::Uptime { low: 130.5, high: 131.5 }),
        "ecc24h" => Region::at(When::AfterError { hours: 24 }),
        "lemon" => Region::of_host(r.random_range(0..fleet.observed.len())),
        _ => return None,
    };
    (region.share(fleet) > 0.0).then(|| Planted {
        kind: kind.to_owned(),
        terms: terms(fleet, kind, &region),
        region: Some(region),
    })
}

/// Combinations that are no mere other name of one of their parts.
fn os_and_hypervisor(fleet: &Fleet) -> Vec<Region> {
    let count = |factor: usize| fleet.study.factors[factor].levels.len() as u32;
    let share = |factor: usize, level: u32| Region::of_level(factor, level).share(fleet);
    let mut regions = Vec::new();
    for os in 0..count(OS) {
        for hypervisor in 0..count(HYPERVISOR) {
            let both = Region { levels: vec![(OS, os), (HYPERVISOR, hypervisor)], ..Region::default() };
            let smaller = share(OS, os).min(share(HYPERVISOR, hypervisor));
            if both.share(fleet) < 0.999 * smaller {
                regions.push(both);
            }
        }
    }
    regions
}

fn terms(fleet: &Fleet, kind: &str, region: &Region) -> Vec<Term> {
    let mut terms = Vec::new();
    match region.when {
        Some(When::Backup) => terms.push(Term::new("window", "backup")),
        Some(When::Hours { .. }) => terms.push(Term::new("hour_of_day", "*")),
        // A named counter is to be named; of others the value is estimated.
        Some(When::Uptime { .. }) => {
            terms.push(Term::new("uptime_days", if kind == "uptime208" { "208.5" } else { "*" }));
        }
        Some(When::AfterError { .. }) => terms.push(Term::new("signature", "memory-correctable")),
        _ => {}
    }
    for (factor, level) in &region.levels {
        terms.push(fleet.term(*factor, *level));
    }
    if let Some(host) = region.host {
        terms.push(Term::new("host", fleet.study.hosts[host].clone()));
    }
    terms
}

impl Fleet {
    pub fn term(&self, factor: usize, level: u32) -> Term {
        let factor = &self.study.factors[factor];
        Term::new(factor.name.clone(), factor.levels[level as usize].clone())
    }
}
