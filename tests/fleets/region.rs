//! A region of host-time: who, and when.

use super::{DAY, END, Fleet, HOUR, START, chance::Random};

/// All conditions hold at once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Region {
    /// (factor, level)
    pub levels: Vec<(usize, u32)>,
    pub when: Option<When>,
    pub host: Option<usize>,
}

/// A region of time that may differ from host to host.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum When {
    Backup,
    HourAfterBackupStart,
    HourAfterBackupEnd,
    /// Hours of the day, `from` to before `to`; may go past midnight.
    Hours {
        from: i64,
        to: i64,
    },
    /// Days since Monday.
    Weekday(i64),
    /// Days since the last planned boot.
    Uptime {
        low: f64,
        high: f64,
    },
    /// After a correctable error.
    AfterError {
        hours: i64,
    },
    /// Twelfths of the year.
    Month(i64),
}

impl When {
    pub fn contains(self, fleet: &Fleet, host: usize, at: i64) -> bool {
        match self {
            Self::Backup => in_spans(backups(fleet, host), at, |run| run),
            Self::HourAfterBackupStart => in_spans(backups(fleet, host), at, |run| (run.0, run.0 + HOUR)),
            Self::HourAfterBackupEnd => in_spans(backups(fleet, host), at, |run| (run.1, run.1 + HOUR)),
            Self::Hours { from, to } => {
                (at - from * HOUR).rem_euclid(DAY) < (to - from).rem_euclid(24) * HOUR
            }
            // 1970-01-01 was a Thursday.
            Self::Weekday(day) => (at.div_euclid(DAY) + 3).rem_euclid(7) == day,
            Self::Uptime { low, high } => {
                let boots = &fleet.planned_boots[host];
                let next = boots.partition_point(|boot| *boot <= at);
                next > 0 && (low..high).contains(&((at - boots[next - 1]) as f64 / DAY as f64))
            }
            Self::AfterError { hours } => {
                let errors = &fleet.study.precursors[0].times[host];
                let next = errors.partition_point(|error| *error < at);
                next > 0 && at <= errors[next - 1] + hours * HOUR
            }
            Self::Month(month) => (at - START) * 12 / (END - START) == month,
        }
    }

    /// Seconds of [from, to) of a host; of hours and weekdays the mean share.
    pub fn seconds(self, fleet: &Fleet, host: usize, from: i64, to: i64) -> f64 {
        let overlap = |span: (i64, i64)| (span.1.min(to) - span.0.max(from)).max(0) as f64;
        let of_runs = |part: fn((i64, i64)) -> (i64, i64)| {
            backups(fleet, host).iter().map(|run| overlap(part(*run))).sum::<f64>()
        };
        match self {
            Self::Backup => of_runs(|run| run),
            Self::HourAfterBackupStart => of_runs(|run| (run.0, run.0 + HOUR)),
            Self::HourAfterBackupEnd => of_runs(|run| (run.1, run.1 + HOUR)),
            Self::Hours { from: first, to: last } => {
                (to - from) as f64 * (last - first).rem_euclid(24) as f64 / 24.0
            }
            Self::Weekday(_) => (to - from) as f64 / 7.0,
            Self::Uptime { low, high } => {
                let boots = &fleet.planned_boots[host];
                let after = |days: f64| (days.min(1e5) * DAY as f64) as i64;
                let span = |(i, boot): (usize, &i64)| {
                    let end = boots.get(i + 1).copied().unwrap_or(i64::MAX);
                    (boot + after(low), (boot + after(high)).min(end))
                };
                boots.iter().enumerate().map(|boot| overlap(span(boot))).sum()
            }
            Self::AfterError { hours } => {
                let errors = &fleet.study.precursors[0].times[host];
                let span = |(i, error): (usize, &i64)| {
                    let next = errors.get(i + 1).copied().unwrap_or(i64::MAX);
                    (*error, (error + hours * HOUR).min(next))
                };
                errors.iter().enumerate().map(|error| overlap(span(error))).sum()
            }
            Self::Month(month) => {
                let at = |month: i64| START + (END - START) * month / 12;
                overlap((at(month), at(month + 1)))
            }
        }
    }
}

fn backups(fleet: &Fleet, host: usize) -> &[(i64, i64)] {
    fleet.study.windows.first().map_or(&[], |window| &window.runs[host])
}

/// Whether the instant is in a part of the runs; the parts begin in the order of the runs.
fn in_spans(runs: &[(i64, i64)], at: i64, part: impl Fn((i64, i64)) -> (i64, i64)) -> bool {
    let next = runs.partition_point(|run| part(*run).0 <= at);
    next > 0 && at < part(runs[next - 1]).1
}

impl Region {
    pub fn of_level(factor: usize, level: u32) -> Self {
        Self { levels: vec![(factor, level)], ..Self::default() }
    }

    pub fn at(when: When) -> Self {
        Self { when: Some(when), ..Self::default() }
    }

    pub fn of_host(host: usize) -> Self {
        Self { host: Some(host), ..Self::default() }
    }

    pub fn contains(&self, fleet: &Fleet, host: usize, at: i64) -> bool {
        self.host.is_none_or(|own| own == host)
            && holds(&self.levels, fleet.levels(host, at))
            && self.when.is_none_or(|when| when.contains(fleet, host, at))
    }

    /// Share of all observed host-time.
    pub fn share(&self, fleet: &Fleet) -> f64 {
        let inside = |(host, from, to, levels): (usize, i64, i64, &[u32])| {
            if !holds(&self.levels, levels) {
                return 0.0;
            }
            self.when.map_or((to - from) as f64, |when| when.seconds(fleet, host, from, to))
        };
        let hosts = self.host.map_or(0..fleet.observed.len(), |host| host..host + 1);
        fleet.stretches(hosts).map(inside).sum::<f64>() / fleet.seconds()
    }

    /// A point of the region, uniformly; `None` if it is next to empty.
    pub fn point(&self, fleet: &Fleet, r: &mut Random) -> Option<(usize, i64)> {
        const TRIES: usize = 400_000;
        (0..TRIES).map(|_| fleet.any_point(r)).find(|(host, at)| self.contains(fleet, *host, *at))
    }
}

fn holds(conditions: &[(usize, u32)], levels: &[u32]) -> bool {
    conditions.iter().all(|(factor, level)| levels[*factor] == *level)
}
