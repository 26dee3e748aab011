//! Host-time by the hours of the local week, inside a region and in all.
//!
//! Exact sums of intervals: whole cycles are counted, only what is left over is walked hour by hour.

use std::collections::BTreeMap;

use crate::model::Study;

use super::clock_region::{Clock, DAY, EPOCH_WEEKDAY, HOUR, WEEK};
use super::findings::{Analysis, RegionFinding};
use super::host_spans::HostSpans;
use super::host_time::Stretch;

pub(super) const HOURS_OF_WEEK: usize = 168;

/// Hours since Monday midnight, of local seconds.
pub(super) fn hour_of_week(local: i64) -> usize {
    ((local + EPOCH_WEEKDAY * DAY).rem_euclid(WEEK) / HOUR) as usize
}

/// Seconds per hour of a local cycle of `N` hours: the day, or the week from Monday midnight.
#[derive(Debug, Clone)]
pub(super) struct CycleHours<const N: usize>([f64; N]);

pub(super) type WeekHours = CycleHours<HOURS_OF_WEEK>;
pub(super) type DayHours = CycleHours<24>;

impl<const N: usize> Default for CycleHours<N> {
    fn default() -> Self {
        Self([0.0; N])
    }
}

impl<const N: usize> CycleHours<N> {
    /// Adds the local seconds `[from, to)`.
    pub fn add(&mut self, from: i64, to: i64) {
        if to <= from {
            return;
        }
        let cycle = N as i64 * HOUR;
        let whole = (to - from) / cycle;
        if whole > 0 {
            let seconds = (whole * HOUR) as f64;
            self.0.iter_mut().for_each(|hour| *hour += seconds);
        }
        let mut at = from + whole * cycle;
        let mut hour = hour_of_week(at) % N;
        while at < to {
            let next = (at.div_euclid(HOUR) + 1) * HOUR;
            self.0[hour] += (next.min(to) - at) as f64;
            hour = (hour + 1) % N;
            at = next;
        }
    }

    /// Adds the seconds `[from, to)` of UTC where the site's clocks show them.
    pub fn add_local(&mut self, study: &Study, from: i64, to: i64) {
        for (from, to) in study.local_spans(from, to) {
            self.add(from, to);
        }
    }

    pub fn join(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own += other;
        }
    }

    pub fn take_away(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own -= other;
        }
    }

    /// Seconds by what `place` makes of each hour, of `places` in all.
    pub fn by(&self, places: usize, place: impl Fn(usize) -> usize) -> Vec<f64> {
        let mut seconds = vec![0.0; places];
        for (hour, own) in self.0.iter().enumerate() {
            seconds[place(hour)] += own;
        }
        seconds
    }

    /// Seconds in the hours that `select` picks.
    pub fn seconds(&self, select: impl Fn(usize) -> bool) -> f64 {
        self.0.iter().enumerate().filter(|(hour, _)| select(*hour)).map(|(_, seconds)| seconds).sum()
    }
}

/// Time inside a region, and all time of the same hosts.
#[derive(Debug, Clone, Default)]
pub(super) struct Split {
    pub inside: WeekHours,
    pub all: WeekHours,
}

/// An independent event, by its first incident.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    pub host: usize,
    pub at: i64,
    pub hour_of_week: usize,
    pub inside: bool,
}

/// A region's time and events, among the hosts that it is about.
#[derive(Debug)]
pub(super) struct GroupTime {
    pub whole: Split,
    /// Hosts with an event; the others say nothing within a host.
    pub hosts: BTreeMap<usize, Split>,
    pub events: Vec<Placed>,
}

impl GroupTime {
    /// `None` for regions that are no spans of time.
    pub fn new(analysis: &Analysis, region: &RegionFinding) -> Option<Self> {
        let spans = spans(analysis, region)?;
        let question = analysis.question(region);
        let events = events(analysis, region);
        let mut group = Self { whole: Split::default(), hosts: BTreeMap::new(), events };
        for event in &group.events {
            group.hosts.entry(event.host).or_default();
        }
        for (host, stretches) in analysis.time.stretches.iter().enumerate() {
            let mut split = Split::default();
            for stretch in stretches
                .iter()
                .filter(|stretch| analysis.list.concerns(question, analysis.time, stretch.profile))
            {
                split.all.add_local(analysis.study, stretch.from, stretch.to);
                for (from, to) in common(spans.of(host), stretch) {
                    split.inside.add_local(analysis.study, from, to);
                }
            }
            group.whole.all.join(&split.all);
            group.whole.inside.join(&split.inside);
            if let Some(own) = group.hosts.get_mut(&host) {
                *own = split;
            }
        }
        Some(group)
    }
}

/// The spans of a region's clock, per host.
pub(super) fn spans<'a>(analysis: &'a Analysis, region: &RegionFinding) -> Option<&'a HostSpans> {
    match &analysis.list.flags[analysis.question(region).flag?].clock {
        Clock::Spans(spans) => Some(spans),
        Clock::Weekday(_) | Clock::Uptime { .. } => None,
    }
}

/// The parts of sorted, disjoint spans that lie in a stretch.
pub(super) fn common<'a>(
    spans: &'a [(i64, i64)],
    stretch: &Stretch,
) -> impl Iterator<Item = (i64, i64)> + use<'a> {
    let (from, to) = (stretch.from, stretch.to);
    let first = spans.partition_point(|span| span.1 <= from);
    spans[first..].iter().take_while(move |span| span.0 < to).map(move |s| (s.0.max(from), s.1.min(to)))
}

/// The events of the hosts that a region is about.
fn events(analysis: &Analysis, region: &RegionFinding) -> Vec<Placed> {
    let question = analysis.question(region);
    let pool = &analysis.events.pools[region.pool].shocks;
    pool.iter()
        .map(|shock| (shock, analysis.events.shocks[*shock].first()))
        .filter(|(_, first)| analysis.list.concerns(question, analysis.time, first.profile))
        .map(|(shock, first)| Placed {
            host: first.instant.host,
            at: first.instant.at,
            hour_of_week: hour_of_week(first.instant.local),
            inside: analysis.events.inside(*shock, 0, region.question),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_shared_out_over_the_hours_of_the_week() {
        // From Wednesday 2025-01-01T23:30 to Saturday 2025-01-11T01:00.
        let from = 1_735_774_200;
        let mut hours = WeekHours::default();
        hours.add(from, from + 9 * DAY + 5400);
        let hour = |hour: usize| hours.seconds(|other| other == hour);
        assert_eq!(hour(2 * 24 + 23), 2.0 * 3600.0 - 1800.0);
        assert_eq!(hour(0), 3600.0);
        assert_eq!(hour(4 * 24 + 23), 2.0 * 3600.0);
        assert_eq!(hour(5 * 24 + 1), 3600.0);
        assert_eq!(hours.seconds(|_| true), (9 * DAY + 5400) as f64);
    }
}
