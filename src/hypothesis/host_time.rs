//! The time at risk of every host, cut where a factor changes, and where an instant lies in it.

use std::{collections::HashMap, ops::Index};

use crate::model::{
    Study,
    study::{Case, LEVEL_UNKNOWN},
};

/// A stretch of host-time with one combination of levels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    pub from: i64,
    pub to: i64,
    /// Index into [`HostTime::profiles`].
    pub profile: u32,
}

/// All time at risk. Combinations of levels are numbered ("profiles"), because a fleet has few of them
/// and every sum over factors can then run over profiles instead of hosts.
#[derive(Debug)]
pub(super) struct HostTime {
    /// Per host, sorted, not overlapping.
    pub stretches: Vec<Vec<Stretch>>,
    pub profiles: Profiles,
    numbers: HashMap<Vec<u32>, u32>,
    pub host_seconds: Vec<f64>,
    pub total_seconds: f64,
    factors: usize,
}

/// Combinations of levels, one row of levels per factor each, in one piece of memory.
#[derive(Debug)]
pub(super) struct Profiles {
    factors: usize,
    count: usize,
    levels: Vec<u32>,
}

impl Profiles {
    pub fn len(&self) -> usize {
        self.count
    }

    pub fn iter(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.count).map(|profile| &self[profile])
    }

    fn push(&mut self, levels: &[u32]) {
        self.levels.extend_from_slice(levels);
        self.count += 1;
    }
}

impl Index<usize> for Profiles {
    type Output = [u32];

    fn index(&self, profile: usize) -> &[u32] {
        &self.levels[profile * self.factors..][..self.factors]
    }
}

impl HostTime {
    /// Reads the segments; those without duration or of unknown hosts are dropped.
    pub fn new(study: &Study) -> Self {
        let mut time = Self {
            stretches: vec![Vec::new(); study.hosts.len()],
            profiles: Profiles { factors: study.factors.len(), count: 0, levels: Vec::new() },
            numbers: HashMap::new(),
            host_seconds: vec![0.0; study.hosts.len()],
            total_seconds: 0.0,
            factors: study.factors.len(),
        };
        for segment in &study.segments {
            if segment.to <= segment.from || segment.host as usize >= study.hosts.len() {
                continue;
            }
            let profile = time.number(&segment.levels);
            let stretches = &mut time.stretches[segment.host as usize];
            stretches.push(Stretch { from: segment.from, to: segment.to, profile });
        }
        for (stretches, seconds) in time.stretches.iter_mut().zip(&mut time.host_seconds) {
            stretches.sort_by_key(|stretch| stretch.from);
            *seconds = stretches.iter().map(|stretch| (stretch.to - stretch.from) as f64).sum();
        }
        time.total_seconds = time.host_seconds.iter().sum();
        time
    }

    fn number(&mut self, levels: &[u32]) -> u32 {
        let mut padded;
        let mut levels = levels;
        if levels.len() != self.factors {
            padded = levels.to_vec();
            padded.resize(self.factors, LEVEL_UNKNOWN);
            levels = &padded;
        }
        if let Some(number) = self.numbers.get(levels) {
            return *number;
        }
        let number = self.profiles.len() as u32;
        self.profiles.push(levels);
        self.numbers.insert(levels.to_vec(), number);
        number
    }

    /// Whether a profile has all of the levels.
    pub fn has(&self, profile: u32, levels: &[(usize, u32)]) -> bool {
        let own = &self.profiles[profile as usize];
        levels.iter().all(|(factor, level)| own[*factor] == *level)
    }

    /// The profile of a case: its own levels, else those of the stretch that ends with it.
    pub fn profile_of_case(&mut self, case: &Case) -> u32 {
        if case.levels.len() == self.factors {
            return self.number(&case.levels);
        }
        match self.stretch_ending_at(case.host as usize, case.at) {
            Some(stretch) => stretch.profile,
            None => self.number(&[]),
        }
    }

    /// The stretch that holds the instant, or the last one before it, or the first one.
    pub fn stretch_ending_at(&self, host: usize, at: i64) -> Option<Stretch> {
        let stretches = self.stretches.get(host)?;
        let next = stretches.partition_point(|stretch| stretch.from < at);
        stretches.get(next.saturating_sub(1)).copied()
    }

    /// The stretch that holds the instant, if the host was at risk then.
    pub fn stretch_at(&self, host: usize, at: i64) -> Option<Stretch> {
        let stretches = self.stretches.get(host)?;
        let next = stretches.partition_point(|stretch| stretch.from <= at);
        stretches.get(next.checked_sub(1)?).copied().filter(|stretch| at < stretch.to)
    }

    /// The instant after `seconds` of the host's time at risk.
    pub fn instant(&self, host: usize, seconds: f64) -> Option<(i64, u32)> {
        let mut left = seconds.max(0.0);
        for stretch in &self.stretches[host] {
            let length = (stretch.to - stretch.from) as f64;
            if left < length {
                return Some((stretch.from + left as i64, stretch.profile));
            }
            left -= length;
        }
        self.stretches[host].last().map(|stretch| (stretch.to - 1, stretch.profile))
    }
}
