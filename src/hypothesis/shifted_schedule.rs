//! How many incidents a schedule would have hit by luck, had it run on other days.
//!
//! The runs of each group of hosts with one schedule are moved, all together, around the circle of
//! days on which the group was scheduled. Whole days keep the hour of the day, whole weeks keep the
//! weekday as well. All shifts are tried, so the null is exact: the number of a group's incidents
//! inside its window over all shifts, and the sum over independent groups by convolution (for groups
//! with one incident each this is the Poisson-binomial).

use std::collections::BTreeMap;

use crate::{
    model::{Comparison, Study},
    stats::independent_sum,
};

use super::{
    clock_region::{DAY, HOUR},
    host_spans::{HostSpans, holds, joined},
    week_hours::{GroupTime, hour_of_week},
};

/// A weekday belongs to a schedule if at least this share of its weeks has a run.
const REGULAR: f64 = 0.5;
/// A circle of fewer steps can show nothing at the usual level.
const FEWEST_STEPS: i64 = 4;
const SIGNIFICANT: f64 = 0.05;

/// When a host's job starts as a rule: weekdays as bits, and the median hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    pub weekdays: u8,
    pub hour: i64,
}

impl Slot {
    /// The rule behind a host's runs, in local time; `None` without runs.
    pub fn of(study: &Study, runs: &[(i64, i64)]) -> Option<Self> {
        let (first, last) = (runs.first()?.0, runs.last()?.0);
        let weeks = ((last - first) as f64 / (7 * DAY) as f64).max(1.0);
        let mut per_day = [0.0; 7];
        let mut hours = Vec::with_capacity(runs.len());
        for (start, _) in runs {
            let hour = hour_of_week(study.local(*start));
            per_day[hour / 24] += 1.0;
            hours.push(study.local(*start).rem_euclid(DAY) / HOUR);
        }
        hours.sort_unstable();
        let regular = |day: &usize| per_day[*day] >= REGULAR * weeks;
        let weekdays = (0..7).filter(regular).fold(0, |bits, day| bits | 1 << day);
        Some(Self { weekdays, hour: hours[hours.len() / 2] })
    }
}

/// Both shifts, where they can show anything.
pub(super) fn comparisons(
    study: &Study,
    group: &GroupTime,
    spans: &HostSpans,
    runs: &[Vec<(i64, i64)>],
) -> Vec<Comparison> {
    let steps = [
        ("shifted_days", "the same schedule moved by whole days", DAY),
        ("shifted_weeks", "the same schedule moved by whole weeks", 7 * DAY),
    ];
    steps
        .into_iter()
        .filter_map(|(basis, label, step)| {
            let shifted = shifted(study, group, spans, runs, step)?;
            Some(Comparison {
                basis: basis.to_owned(),
                label: label.to_owned(),
                rate_ratio: None,
                ci95: None,
                p_value: Some(shifted.p_greater),
                informative_events: shifted.movable as u32,
                note: format!(
                    "{} inside, {:.1} expected inside the moved windows{}",
                    shifted.inside,
                    shifted.expected,
                    if shifted.movable == 0 {
                        ": moving it changes nothing, it runs every time".to_owned()
                    } else if shifted.least_p > SIGNIFICANT {
                        format!(
                            ": cannot tell, it runs so regularly that no outcome is clearer than p = {:.2}",
                            shifted.least_p
                        )
                    } else {
                        String::new()
                    }
                ),
            })
        })
        .collect()
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Shifted {
    inside: usize,
    expected: f64,
    /// Events that are inside for some shifts only.
    movable: usize,
    p_greater: f64,
    /// p of the clearest outcome that any position of the windows gives.
    least_p: f64,
}

/// The spans of hosts with events, on the site's own clocks.
fn local_spans(study: &Study, group: &GroupTime, spans: &HostSpans) -> BTreeMap<usize, Vec<(i64, i64)>> {
    let local = |span: &(i64, i64)| (study.local(span.0), study.local(span.1));
    // The hour that comes twice in autumn may turn a span around or onto its neighbour.
    let of_host = |host: &usize| (*host, joined(spans.of(*host).iter().map(local).collect()));
    group.hosts.keys().map(of_host).collect()
}

/// `None` where no group of hosts has enough steps on its circle.
fn shifted(
    study: &Study,
    group: &GroupTime,
    spans: &HostSpans,
    runs: &[Vec<(i64, i64)>],
    step: i64,
) -> Option<Shifted> {
    // Moved on the site's own clocks: a run at two stays at two when the clocks change.
    let spans = local_spans(study, group, spans);
    let mut schedules: BTreeMap<Slot, Vec<(usize, i64)>> = BTreeMap::new();
    for event in &group.events {
        if let Some(slot) = Slot::of(study, &runs[event.host]) {
            schedules.entry(slot).or_default().push((event.host, study.local(event.at)));
        }
    }
    let mut result = Shifted { inside: 0, expected: 0.0, movable: 0, p_greater: 1.0, least_p: 1.0 };
    let mut parts = Vec::new();
    let mut most = 0;
    for events in schedules.values() {
        let starts = events.iter().filter_map(|(host, _)| spans[host].first().map(|span| span.0));
        let ends = events.iter().filter_map(|(host, _)| spans[host].last().map(|span| span.1));
        // Runs that the site's clocks turned around leave no span to move.
        let (Some(from), Some(to)) = (starts.min(), ends.max()) else { continue };
        let steps = (to - from) / step;
        if steps < FEWEST_STEPS {
            continue;
        }
        let circle = steps * step;
        let mut counts = vec![0.0; events.len() + 1];
        let mut hits = vec![0i64; events.len()];
        let on_circle: Vec<_> =
            events.iter().enumerate().filter(|(_, (_, at))| (from..from + circle).contains(at)).collect();
        for shift in 0..steps {
            let mut inside = 0;
            for (place, (host, at)) in &on_circle {
                let moved = from + (at - from + shift * step).rem_euclid(circle);
                if holds(&spans[host], moved) {
                    inside += 1;
                    hits[*place] += 1;
                }
            }
            counts[inside] += 1.0 / steps as f64;
            if shift == 0 {
                result.inside += inside;
            }
        }
        result.movable += hits.iter().filter(|hits| **hits > 0 && **hits < steps).count();
        result.expected += hits.iter().sum::<i64>() as f64 / steps as f64;
        most += counts.iter().rposition(|share| *share > 0.0).unwrap_or(0);
        parts.push(counts);
    }
    if parts.is_empty() {
        return None;
    }
    result.p_greater = independent_sum::at_least(&parts, result.inside);
    result.least_p = independent_sum::at_least(&parts, most);
    Some(result)
}
