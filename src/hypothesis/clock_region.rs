//! Regions of time that differ from host to host: windows, uptimes, weekdays, time after an event.

use crate::model::Study;

use super::host_time::HostTime;

pub(super) const HOUR: i64 = 3600;
pub(super) const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
/// 1970-01-01 was a Thursday: days from Monday to it.
const EPOCH_WEEKDAY: i64 = 3;

/// When something is so.
#[derive(Debug, Clone)]
pub(super) enum Clock {
    /// Per host, sorted and disjoint. Closed at both ends: an incident ends the time at risk.
    Spans(Vec<Vec<(i64, i64)>>),
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

    fn weekday(&self) -> i64 {
        (self.local.div_euclid(DAY) + EPOCH_WEEKDAY).rem_euclid(7)
    }
}

impl Clock {
    pub fn contains(&self, instant: &Instant) -> bool {
        match self {
            Self::Spans(spans) => spans.get(instant.host).is_some_and(|spans| {
                let next = spans.partition_point(|span| span.0 <= instant.at);
                next > 0 && instant.at <= spans[next - 1].1
            }),
            Self::Weekday(day) => instant.weekday() == *day,
            Self::Uptime { low, high } => {
                instant.uptime.is_some_and(|uptime| (*low..*high).contains(&uptime))
            }
        }
    }

    /// Seconds inside, per profile.
    pub fn exposure(&self, study: &Study, time: &HostTime) -> Vec<f64> {
        let mut seconds = vec![0.0; time.profiles.len()];
        for (host, stretches) in time.stretches.iter().enumerate() {
            for stretch in stretches {
                seconds[stretch.profile as usize] += match self {
                    Self::Spans(spans) => {
                        spans.get(host).map_or(0, |spans| overlap(spans, stretch.from, stretch.to))
                    }
                    Self::Weekday(day) => {
                        let local = study.local_spans(stretch.from, stretch.to);
                        local.map(|(from, to)| weekday_seconds(*day, to) - weekday_seconds(*day, from)).sum()
                    }
                    Self::Uptime { low, high } => {
                        let boots = study.boots.get(host).map_or(&[][..], Vec::as_slice);
                        uptime_overlap(boots, (stretch.from, stretch.to), (*low, *high))
                    }
                } as f64;
            }
        }
        seconds
    }
}

/// Sorts and joins spans; those without duration vanish.
pub(super) fn normalise(mut spans: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    spans.retain(|span| span.1 > span.0);
    spans.sort_unstable();
    let mut joined: Vec<(i64, i64)> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.0 <= last.1 => last.1 = last.1.max(span.1),
            _ => joined.push(span),
        }
    }
    joined
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
