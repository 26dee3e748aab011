//! Regions of time that differ from host to host: windows, uptimes, weekdays, time after an event.

use crate::model::Study;

use super::{
    host_spans::{HostSpans, holds},
    host_time::HostTime,
};

pub(super) const HOUR: i64 = 3600;
pub(super) const DAY: i64 = 24 * HOUR;
pub(super) const WEEK: i64 = 7 * DAY;
/// 1970-01-01 was a Thursday: days from Monday to it.
pub(super) const EPOCH_WEEKDAY: i64 = 3;

/// When something is so.
#[derive(Debug, Clone)]
pub(super) enum Clock {
    /// See [`holds`] for what lies on an end.
    Spans(HostSpans),
    /// Days since Monday, site-local.
    Weekday(i64),
    /// Seconds of uptime.
    Uptime { low: i64, high: i64 },
}

/// An instant of a host's life.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instant {
    pub host: usize,
    pub at: i64,
    /// Seconds since the boot, where the start of the boot is known.
    pub uptime: Option<i64>,
    /// Site-local seconds.
    pub local: i64,
}

impl Instant {
    pub fn new(study: &Study, host: usize, at: i64) -> Self {
        let boots = study.boots.get(host).map_or(&[][..], Vec::as_slice);
        let next = boots.partition_point(|boot| *boot <= at);
        let uptime = next.checked_sub(1).map(|last| at - boots[last]);
        Self { host, at, uptime, local: study.local(at) }
    }

    /// The end of a boot: its uptime is counted from the boot that ended, not from the next one.
    pub fn end_of_boot(study: &Study, host: usize, at: i64, started: Option<i64>) -> Self {
        let before = Self::new(study, host, at - 1);
        let uptime =
            started.filter(|started| *started <= at).map_or(before.uptime, |started| Some(at - started));
        Self { uptime, at, ..Self { local: before.local + 1, ..before } }
    }

    pub fn second_of_day(&self) -> i64 {
        self.local.rem_euclid(DAY)
    }

    pub fn weekday(&self) -> i64 {
        (self.local.div_euclid(DAY) + EPOCH_WEEKDAY).rem_euclid(7)
    }
}

impl Clock {
    pub fn contains(&self, instant: &Instant) -> bool {
        match self {
            Self::Spans(spans) => holds(spans.of(instant.host), instant.at),
            Self::Weekday(day) => instant.weekday() == *day,
            Self::Uptime { low, high } => {
                instant.uptime.is_some_and(|uptime| (*low..*high).contains(&uptime))
            }
        }
    }

    /// Seconds inside, per profile; `uptimes` are all uptimes of the fleet ([`uptimes`]).
    pub fn exposure(&self, study: &Study, time: &HostTime, uptimes: &[Uptime]) -> Vec<f64> {
        let mut seconds = vec![0.0; time.profiles.len()];
        if let Self::Uptime { low, high } = self {
            for uptime in uptimes.iter().filter(|uptime| uptime.from < *high && uptime.to > *low) {
                seconds[uptime.profile as usize] += (uptime.to.min(*high) - uptime.from.max(*low)) as f64;
            }
            return seconds;
        }
        for (host, stretches) in time.stretches.iter().enumerate() {
            for stretch in stretches {
                seconds[stretch.profile as usize] +=
                    self.seconds_of(study, host, (stretch.from, stretch.to)) as f64;
            }
        }
        seconds
    }

    /// Seconds of one span of a host that lie inside.
    pub fn seconds_of(&self, study: &Study, host: usize, span: (i64, i64)) -> i64 {
        match self {
            Self::Spans(spans) => overlap(spans.of(host), span.0, span.1),
            Self::Weekday(day) => {
                let local = study.local_spans(span.0, span.1);
                local.map(|(from, to)| weekday_seconds(*day, to) - weekday_seconds(*day, from)).sum()
            }
            Self::Uptime { low, high } => {
                let boots = study.boots.get(host).map_or(&[][..], Vec::as_slice);
                uptime_overlap(boots, span, (*low, *high))
            }
        }
    }
}

/// Host-time between two uptimes (seconds) of one boot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Uptime {
    from: i64,
    to: i64,
    profile: u32,
}

/// All time at risk whose uptime is known, as uptimes.
pub(super) fn uptimes(study: &Study, time: &HostTime) -> Vec<Uptime> {
    let mut uptimes = Vec::new();
    for (boots, stretches) in study.boots.iter().zip(&time.stretches) {
        for stretch in stretches {
            let first = boots.partition_point(|boot| *boot <= stretch.from).saturating_sub(1);
            for (i, boot) in boots.iter().enumerate().skip(first).take_while(|(_, b)| **b < stretch.to) {
                let end = boots.get(i + 1).map_or(stretch.to, |next| stretch.to.min(*next));
                let (from, to) = ((stretch.from - boot).max(0), end - boot);
                if to > from {
                    uptimes.push(Uptime { from, to, profile: stretch.profile });
                }
            }
        }
    }
    uptimes
}

/// Seconds of [from, to) inside sorted, disjoint spans.
fn overlap(spans: &[(i64, i64)], from: i64, to: i64) -> i64 {
    let first = spans.partition_point(|span| span.1 <= from);
    spans[first..].iter().take_while(|span| span.0 < to).map(|span| span.1.min(to) - span.0.max(from)).sum()
}

/// Seconds of the weekday since a fixed Monday, up to the local instant.
fn weekday_seconds(day: i64, local: i64) -> i64 {
    let since_monday = local + EPOCH_WEEKDAY * DAY;
    let into_week = since_monday.rem_euclid(WEEK);
    since_monday.div_euclid(WEEK) * DAY + (into_week - day * DAY).clamp(0, DAY)
}

fn uptime_overlap(boots: &[i64], stretch: (i64, i64), uptime: (i64, i64)) -> i64 {
    let first = boots.partition_point(|boot| *boot <= stretch.0).saturating_sub(1);
    let mut seconds = 0;
    for (i, boot) in boots.iter().enumerate().skip(first).take_while(|(_, boot)| **boot < stretch.1) {
        let end = boots.get(i + 1).map_or(stretch.1, |next| stretch.1.min(*next));
        let from = stretch.0.max(boot.saturating_add(uptime.0));
        let to = end.min(boot.saturating_add(uptime.1));
        seconds += (to - from).max(0);
    }
    seconds
}
