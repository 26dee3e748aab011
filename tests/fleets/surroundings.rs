//! What goes on around the hosts: names, planned boots, backups, correctable errors.

use coroner::model::study::{Precursor, WindowKind};
use rand::RngExt;

use super::{
    DAY, END, Fleet, HOUR, START,
    chance::{Random, chance, normal, poisson},
};

pub fn add(fleet: &mut Fleet, r: &mut Random) {
    let hosts = fleet.observed.len();
    let mut runs = Vec::with_capacity(hosts);
    let mut errors = Vec::with_capacity(hosts);
    let mut boots = Vec::with_capacity(hosts);
    for observed in &fleet.observed {
        boots.push(planned_boots(observed.1, r));
        runs.push(backups(r));
        let mean = if chance(0.08, r) { 6.0 } else { 0.15 };
        let mut times: Vec<i64> =
            (0..poisson(mean, r)).map(|_| r.random_range(observed.0..observed.1)).collect();
        times.sort_unstable();
        errors.push(times);
    }
    let study = &mut fleet.study;
    (study.from, study.to, study.shared_event_window_s) = (START, END, 600);
    study.hosts = (0..hosts).map(|host| format!("host{host:06}")).collect();
    fleet.planned_boots = boots;
    study.windows = vec![WindowKind { name: "backup".to_owned(), runs }];
    study.precursors = vec![Precursor { signature: "memory-correctable".to_owned(), times: errors }];
}

/// Boots every one to thirteen months; the first one before the observation.
fn planned_boots(to: i64, r: &mut Random) -> Vec<i64> {
    let mut boots = Vec::new();
    let mut next = START - r.random_range(0..250 * DAY);
    while next < to {
        boots.push(next);
        next += r.random_range(30 * DAY..400 * DAY);
    }
    boots
}

/// Most hosts have backups, most of these at night, daily or weekly.
fn backups(r: &mut Random) -> Vec<(i64, i64)> {
    let night = chance(0.8, r);
    let start = if night { (2.0 + 1.5 * normal(r)).rem_euclid(24.0) } else { 24.0 * r.random::<f64>() };
    let length = ((0.5 + r.random::<f64>()) * HOUR as f64) as i64;
    let weekday = if chance(0.6, r) { None } else { Some(r.random_range(0..7)) };
    if !chance(0.85, r) {
        return Vec::new();
    }
    let days = (0..365).filter(|day| weekday.is_none_or(|weekday| day % 7 == weekday));
    let from = days.map(|day| START + day * DAY + (start * HOUR as f64) as i64);
    let mut runs: Vec<(i64, i64)> = from.map(|from| (from, from + length)).collect();
    // A hundred thousand hosts have tens of millions of runs.
    runs.shrink_to_fit();
    runs
}
