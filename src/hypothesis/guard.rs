//! The permutation guard: how good would the best of all questions look by coincidence?
//!
//! Whole hosts are exchanged, each keeping how many events it had, so that a host that fails again
//! and again proves nothing about its BIOS. Times are then drawn anew from the new host's time at
//! risk. Windows are also judged against a null that keeps each event's time of day, so that "it
//! happens at night" cannot pass for "it happens during backups". The statistic is the maximum of
//! ln BF + ln prior over all questions and pools (max-T, Westfall & Young 1993).

use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use crate::{
    model::Study,
    stats::{
        clock::{DailyPattern, Hours},
        permutation::generator,
        region_bayes_factor::{SIGMA, region_evidence},
    },
};

use super::{
    clock_region::{DAY, Instant},
    evidence::{Events, PoolTable},
    host_time::HostTime,
    membership::Membership,
    questionnaire::Questionnaire,
    sample::Sample,
};

/// Everything a permutation needs.
pub(super) struct Guard<'a> {
    pub study: &'a Study,
    pub time: &'a HostTime,
    pub list: &'a Questionnaire,
    pub member: &'a Membership,
    pub sample: &'a Sample,
    pub events: &'a Events,
    pub tables: &'a [PoolTable],
    pub daily: &'a [DailyPattern],
    pub seed: u64,
}

/// How events are put back on the exchanged hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Null {
    AnyTime,
    SameTimeOfDay,
}

/// Shocks and their grouping by host, the same in every permutation.
struct Layout {
    /// Per shock: which group of shocks on one host it belongs to.
    group: Vec<usize>,
    groups: usize,
    /// Per shock: its own pool beyond the first, if it has one.
    pool: Vec<Option<usize>>,
    /// Running sums of host exposure.
    sums: Vec<f64>,
}

impl Guard<'_> {
    /// Sorted maxima over all questions.
    pub fn maxima(&self, null: Null, permutations: u32) -> Vec<f64> {
        let layout = self.layout();
        if self.sample.len() == 0 || self.events.shocks.is_empty() {
            return Vec::new();
        }
        let stream = if null == Null::AnyTime { 10 } else { 11 };
        let mut maxima: Vec<f64> = (0..u64::from(permutations))
            .into_par_iter()
            .map(|index| self.one_maximum(null, &layout, &mut generator(self.seed, stream, index)))
            .collect();
        maxima.sort_by(f64::total_cmp);
        maxima
    }

    fn layout(&self) -> Layout {
        let mut hosts: Vec<usize> =
            self.events.shocks.iter().map(|shock| shock.first().instant.host).collect();
        let all = hosts.clone();
        hosts.sort_unstable();
        hosts.dedup();
        let mut pool = vec![None; all.len()];
        for (index, members) in self.events.pools.iter().enumerate().skip(1) {
            for shock in &members.shocks {
                pool[*shock] = Some(index);
            }
        }
        let mut total = 0.0;
        let mut sums = Vec::with_capacity(self.time.host_seconds.len());
        for seconds in &self.time.host_seconds {
            total += seconds;
            sums.push(total);
        }
        let group = all.iter().map(|host| hosts.partition_point(|other| other < host)).collect();
        Layout { group, groups: hosts.len(), pool, sums }
    }

    fn one_maximum(&self, null: Null, layout: &Layout, random: &mut Xoshiro256PlusPlus) -> f64 {
        let questions = self.list.questions.len();
        let hosts = self.draw_hosts(layout, random);
        let mut counts = vec![0u32; questions * self.events.pools.len()];
        let mut hours = vec![Hours::default(); self.events.pools.len()];
        let mut own = vec![0u32; self.list.own.len() * self.events.pools.len()];
        for (shock, group) in layout.group.iter().enumerate() {
            let point = self.draw_point(hosts[*group], random);
            let pool = layout.pool[shock];
            // What the clock is asked about counts crowded days once, in shuffled fleets as in the real one.
            let separate = self.events.separate[shock];
            let count = |question: usize| {
                if !separate && self.list.questions[question].is_weekday() {
                    return;
                }
                counts[question] += 1;
                if let Some(pool) = pool {
                    counts[pool * questions + question] += 1;
                }
            };
            let mut second = self.second_of_day(self.sample.at[point]);
            if null == Null::SameTimeOfDay {
                second = self.events.shocks[shock].first().instant.second_of_day();
                self.same_time_of_day(hosts[*group], point, second, random, count);
            } else {
                self.at_point(point, count);
            }
            for pool in [Some(0), pool].into_iter().flatten() {
                if separate && self.events.hour_is_known(shock) {
                    hours[pool].add(second, 1.0);
                }
                for (place, of_change) in self.list.own.values().enumerate() {
                    own[pool * self.list.own.len() + place] += u32::from(of_change.contains(hosts[*group]));
                }
            }
        }
        self.best_score(null, &counts, &hours).max(self.best_on_own_hosts(&counts, &own))
    }

    fn best_score(&self, null: Null, counts: &[u32], hours: &[Hours]) -> f64 {
        let questions = self.list.questions.len();
        let mut best = f64::NEG_INFINITY;
        for (pool, table) in self.tables.iter().enumerate() {
            let counts = &counts[pool * questions..][..questions];
            best = table.best_score(counts, best);
            if null == Null::AnyTime {
                let prior = (self.list.daily_prior * self.events.pools[pool].prior).ln();
                best = best.max(self.daily[pool].log_bayes_factor(&hours[pool]) + prior);
            }
        }
        best
    }

    /// The same for questions that are judged on some hosts alone, where the events on them differ from
    /// permutation to permutation, too.
    fn best_on_own_hosts(&self, counts: &[u32], own: &[u32]) -> f64 {
        let (questions, changes) = (self.list.questions.len(), self.list.own.len());
        let mut best = f64::NEG_INFINITY;
        for (pool, table) in self.tables.iter().enumerate() {
            for (place, (question, hosts)) in self.list.own.iter().enumerate() {
                let count = f64::from(counts[pool * questions + question]);
                let among = f64::from(own[pool * changes + place]);
                // No excess, no evidence.
                if count >= 2.0 && count > among * hosts.share {
                    let evidence = region_evidence(count, among, hosts.share, SIGMA);
                    best = best.max(evidence.log_bayes_factor + table.log_prior[*question]);
                }
            }
        }
        best
    }

    /// A host for each group, ∝ exposure, all different unless most hosts are needed.
    fn draw_hosts(&self, layout: &Layout, random: &mut Xoshiro256PlusPlus) -> Vec<usize> {
        let hosts = layout.sums.len();
        let total = layout.sums.last().copied().unwrap_or(0.0);
        let distinct = layout.groups * 2 <= hosts;
        let mut taken = vec![false; hosts];
        let mut drawn = Vec::with_capacity(layout.groups);
        for _ in 0..layout.groups {
            let mut host = 0;
            // A few hosts with nearly all the exposure must not make this loop for ever.
            for _ in 0..50 {
                let place = random.random::<f64>() * total;
                host = layout.sums.partition_point(|sum| *sum <= place).min(hosts - 1);
                if !(distinct && taken[host]) {
                    break;
                }
            }
            taken[host] = true;
            drawn.push(host);
        }
        drawn
    }

    fn draw_point(&self, host: usize, random: &mut Xoshiro256PlusPlus) -> usize {
        let (from, to) = (self.sample.first[host], self.sample.first[host + 1]);
        if from < to { random.random_range(from..to) } else { random.random_range(0..self.sample.len()) }
    }

    fn second_of_day(&self, at: i64) -> i64 {
        self.study.local(at).rem_euclid(DAY)
    }

    /// The questions of another day of the host at the same second of the day; of the drawn point where
    /// none is found.
    fn same_time_of_day(
        &self,
        host: usize,
        point: usize,
        second: i64,
        random: &mut Xoshiro256PlusPlus,
        each: impl FnMut(usize),
    ) {
        let mut point = point;
        for _ in 0..8 {
            let at = self.sample.at[point];
            let moved = at - self.second_of_day(at) + second;
            if let Some(stretch) = self.time.stretch_at(host, moved) {
                let instant = Instant::new(self.study, host, moved);
                self.member.for_each(self.list, self.time, &instant, stretch.profile, each);
                return;
            }
            point = self.draw_point(host, random);
        }
        self.at_point(point, each);
    }

    fn at_point(&self, point: usize, each: impl FnMut(usize)) {
        let levels = &self.time.profiles[self.sample.profile[point] as usize];
        self.member.among(levels, self.sample.flags(point), each);
    }
}
