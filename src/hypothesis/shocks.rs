//! Incidents as independent events, and the pools of events that questions are asked of.
//!
//! Eight hosts that lose one feed are one event, not eight; so is a host that restarts five times in
//! an hour. Within a shock of k incidents each counts 1/k: a burst is not evidence k times.

use std::collections::BTreeMap;

use crate::{
    model::{Cause, Study},
    stats::shared_event::{Cluster, common_cause_log_bayes_factor},
};

use super::{
    clock_region::{DAY, HOUR, Instant},
    host_time::HostTime,
};

/// Repeats on one host within this time are one crash loop.
const LOOP_SECONDS: i64 = HOUR;
/// A class of causes needs this many independent events to be asked about by itself.
const POOL_MINIMUM: usize = 3;

/// One incident, located.
#[derive(Debug, Clone)]
pub(super) struct Located {
    /// Index into `Study::cases`.
    pub case: usize,
    pub instant: Instant,
    pub profile: u32,
    /// Whether the time is known to within half a day. Of an incident that is listed by its date alone
    /// nothing can be asked that depends on the hour.
    pub hour_known: bool,
}

/// One independent event: incidents that count as one, the earliest first.
#[derive(Debug, Clone)]
pub(super) struct Shock {
    pub incidents: Vec<Located>,
    pub class: Cause,
}

impl Shock {
    /// The earliest incident stands for the shock in exact tests.
    pub fn first(&self) -> &Located {
        &self.incidents[0]
    }
}

/// A set of shocks that a question is asked of.
#[derive(Debug, Clone)]
pub(super) struct Pool {
    /// `None`: all shocks.
    pub class: Option<Cause>,
    /// Indices of shocks.
    pub shocks: Vec<usize>,
    /// Share of a question's prior that this pool gets.
    pub prior: f64,
}

/// The cause as far as competing risks go: what nobody could explain is one class.
pub(super) fn class_of(cause: Cause) -> Cause {
    match cause {
        Cause::Unknown | Cause::Unexplained => Cause::Unexplained,
        other => other,
    }
}

/// Groups the cases that `keep` selects into shocks, in order of time.
pub(super) fn shocks(study: &Study, time: &mut HostTime, keep: impl Fn(Cause) -> bool) -> Vec<Shock> {
    let kept: Vec<usize> = (0..study.cases.len())
        .filter(|i| keep(study.cases[*i].cause) && (study.cases[*i].host as usize) < study.hosts.len())
        .collect();
    let mut group: Vec<usize> = (0..kept.len()).collect();
    for members in bursts(study, time, &kept) {
        for pair in members.windows(2) {
            join(&mut group, pair[0], pair[1]);
        }
    }
    for members in clusters(study, &kept) {
        for pair in members.windows(2) {
            join(&mut group, pair[0], pair[1]);
        }
    }
    for (i, first) in kept.iter().enumerate() {
        for (j, second) in kept.iter().enumerate().skip(i + 1) {
            let (first, second) = (&study.cases[*first], &study.cases[*second]);
            if second.at - first.at > LOOP_SECONDS {
                break;
            }
            if first.host == second.host {
                join(&mut group, i, j);
            }
        }
    }
    let mut shocks: Vec<Shock> = Vec::new();
    let mut number = vec![usize::MAX; kept.len()];
    for (i, case) in kept.iter().enumerate() {
        let root = root(&mut group, i);
        if number[root] == usize::MAX {
            number[root] = shocks.len();
            shocks.push(Shock { incidents: Vec::new(), class: class_of(study.cases[*case].cause) });
        }
        shocks[number[root]].incidents.push(locate(study, time, *case));
    }
    for shock in &mut shocks {
        shock.class = majority(study, shock);
    }
    shocks
}

/// Fewest hosts of a cluster that count as one event without further weighing.
const CLUSTER_MINIMUM: usize = 3;

/// Positions (in `kept`) of incidents that the timeline found together.
fn clusters(study: &Study, kept: &[usize]) -> Vec<Vec<usize>> {
    let mut found: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (position, case) in kept.iter().enumerate() {
        if let Some(cluster) = study.cases[*case].cluster {
            found.entry(cluster).or_default().push(position);
        }
    }
    found.into_values().filter(|members| members.len() >= CLUSTER_MINIMUM).collect()
}

fn locate(study: &Study, time: &mut HostTime, case: usize) -> Located {
    let facts = &study.cases[case];
    let instant = Instant::end_of_boot(study, facts.host as usize, facts.at, facts.boot_started);
    let hour_known = facts.at_latest.saturating_sub(facts.at_earliest) <= DAY / 2;
    Located { case, instant, profile: time.profile_of_case(facts), hour_known }
}

/// The commonest class among the incidents; of equals, that of the earliest.
fn majority(study: &Study, shock: &Shock) -> Cause {
    let classes: Vec<Cause> = shock.incidents.iter().map(|i| class_of(study.cases[i.case].cause)).collect();
    let count = |class: Cause| classes.iter().filter(|other| **other == class).count();
    let mut best = shock.class;
    for class in &classes {
        if count(*class) > count(best) {
            best = *class;
        }
    }
    best
}

/// Positions (in `kept`) of incidents that hit one locality within the window, where a common shock
/// is likelier than coincidence.
fn bursts(study: &Study, time: &mut HostTime, kept: &[usize]) -> Vec<Vec<usize>> {
    let window = study.shared_event_window_s.max(1);
    let days = time.total_seconds / DAY as f64;
    let mut found = Vec::new();
    for factor in (0..study.factors.len()).filter(|factor| study.factors[*factor].is_locality) {
        let sizes = members_per_level(study, time, factor);
        let mut hit: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (position, case) in kept.iter().enumerate() {
            if let Some(level) = study.cases[*case].levels.get(factor) {
                hit.entry(*level).or_default().push(position);
            }
        }
        for (level, inside) in hit {
            let Some(members) = sizes.get(level as usize) else { continue };
            let mut run: Vec<usize> = Vec::new();
            let at = |i: usize| study.cases[kept[i]].at;
            for i in inside.into_iter().chain([usize::MAX]) {
                if i != usize::MAX && run.last().is_none_or(|last| at(i) - at(*last) <= window) {
                    run.push(i);
                    continue;
                }
                let mut hosts: Vec<u32> = run.iter().map(|i| study.cases[kept[*i]].host).collect();
                hosts.sort_unstable();
                hosts.dedup();
                let cluster = Cluster { hit: hosts.len() as u64, members: *members };
                let width = window as f64 / DAY as f64;
                if hosts.len() > 1
                    && common_cause_log_bayes_factor(kept.len() as u64, &[cluster], days, width) > 0.0
                {
                    found.push(std::mem::take(&mut run));
                }
                run.clear();
                if i != usize::MAX {
                    run.push(i);
                }
            }
        }
    }
    found
}

/// Hosts that ever had each level of a factor.
pub(super) fn members_per_level(study: &Study, time: &HostTime, factor: usize) -> Vec<u64> {
    let mut members = vec![0; study.factors[factor].levels.len()];
    let mut levels: Vec<u32> = Vec::new();
    for stretches in &time.stretches {
        levels.clear();
        levels.extend(stretches.iter().map(|stretch| time.profiles[stretch.profile as usize][factor]));
        levels.sort_unstable();
        levels.dedup();
        for level in &levels {
            if let Some(count) = members.get_mut(*level as usize) {
                *count += 1;
            }
        }
    }
    members
}

fn root(group: &mut [usize], mut i: usize) -> usize {
    while group[i] != i {
        group[i] = group[group[i]];
        i = group[i];
    }
    i
}

fn join(group: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(group, a), root(group, b));
    let (low, high) = (a.min(b), a.max(b));
    group[high] = low;
}

/// All shocks, and each class of causes that has enough of them but is not all of them.
///
/// A cause that kills only by one mechanism is invisible among all the others, so each mechanism is
/// asked about alone too; the prior is split, which is the price of asking more often.
pub(super) fn pools(shocks: &[Shock]) -> Vec<Pool> {
    let mut pools = vec![Pool { class: None, shocks: (0..shocks.len()).collect(), prior: 1.0 }];
    for class in Cause::ALL {
        let members: Vec<usize> = (0..shocks.len()).filter(|i| shocks[*i].class == class).collect();
        if members.len() >= POOL_MINIMUM && members.len() < shocks.len() {
            pools.push(Pool { class: Some(class), shocks: members, prior: 0.0 });
        }
    }
    if pools.len() > 1 {
        let share = 0.5 / (pools.len() - 1) as f64;
        for pool in &mut pools {
            pool.prior = if pool.class.is_some() { share } else { 0.5 };
        }
    }
    pools
}
