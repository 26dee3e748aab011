//! A window compared more and more fairly: at the same hour of day, on the same host, both, and on the
//! same weekday.
//!
//! Backups run at night, and at night other things run, too; backups run on some hosts, and those
//! hosts may be bad ones. Within an hour of the day and within a host neither can matter. Each step
//! is the exact conditional test within strata (Martin & Austin 1996, Epidemiology 7:29), which for
//! strata of host and calendar is the time-stratified case-crossover (Lumley & Levy 2000,
//! Environmetrics 11:689). Strata whose events could only have been on one side say nothing, and how
//! many events are left is told at every step.

use std::collections::BTreeMap;

use crate::{
    model::Comparison,
    stats::stratified::{self, Stratified, Stratum},
};

use super::{names, week_hours::GroupTime};

/// Below this a test within strata has said something.
const SIGNIFICANT: f64 = 0.05;
/// Days of the week differ if this share of the window's time would have to move to make them alike.
const WEEKDAYS_DIFFER: f64 = 0.05;

/// What is alike within a stratum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alike {
    Hour,
    Host,
    HostAndHour,
    HostHourAndWeekday,
}

impl Alike {
    fn basis(self) -> &'static str {
        match self {
            Self::Hour => "hour_of_day",
            Self::Host => "host",
            Self::HostAndHour => "host_and_hour",
            Self::HostHourAndWeekday => "host_hour_and_weekday",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Hour => "at the same hour of the day",
            Self::Host => "on the same host",
            Self::HostAndHour => "on the same host at the same hour",
            Self::HostHourAndWeekday => "on the same host, hour and weekday",
        }
    }

    /// Host (0 where hosts are not kept apart) and the part of the hour of the week that matters.
    fn stratum(self, host: usize, hour_of_week: usize) -> (usize, usize) {
        match self {
            Self::Hour => (0, hour_of_week % 24),
            Self::Host => (host, 0),
            Self::HostAndHour => (host, hour_of_week % 24),
            Self::HostHourAndWeekday => (host, hour_of_week),
        }
    }
}

/// How a comparison within strata came out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Within {
    pub alike: Alike,
    pub test: Option<Stratified>,
    /// The smallest two-sided p that any outcome could have had.
    pub least_p: f64,
}

impl Within {
    /// Whether any outcome could have told the window from what is held alike.
    pub fn could_tell(&self) -> bool {
        self.least_p <= SIGNIFICANT
    }
}

/// All steps that make sense for a window, crude to fair.
pub(super) fn steps(group: &GroupTime) -> Vec<Within> {
    let mut steps: Vec<Within> =
        [Alike::Hour, Alike::Host, Alike::HostAndHour].map(|alike| compare(group, alike)).into();
    if weekdays_differ(group) {
        steps.push(compare(group, Alike::HostHourAndWeekday));
    }
    steps
}

pub(super) fn compare(group: &GroupTime, alike: Alike) -> Within {
    let strata = strata(group, alike);
    Within { alike, test: stratified::compare(&strata), least_p: least_p(&strata) }
}

/// The smallest two-sided p that any outcome could have had: that of all events inside.
pub(super) fn least_p(strata: &[Stratum]) -> f64 {
    let mut all_inside = 1.0;
    for s in strata.iter().filter(|s| s.exposed_time > 0.0 && s.other_time > 0.0) {
        let share = s.exposed_time / (s.exposed_time + s.other_time);
        all_inside *= share.powf((s.exposed_events + s.other_events) as f64);
    }
    (2.0 * all_inside).min(1.0)
}

/// The strata that have events.
fn strata(group: &GroupTime, alike: Alike) -> Vec<Stratum> {
    let empty = Stratum { exposed_events: 0, other_events: 0, exposed_time: 0.0, other_time: 0.0 };
    let mut strata: BTreeMap<(usize, usize), Stratum> = BTreeMap::new();
    for event in &group.events {
        let stratum = strata.entry(alike.stratum(event.host, event.hour_of_week)).or_insert(empty);
        if event.inside {
            stratum.exposed_events += 1;
        } else {
            stratum.other_events += 1;
        }
    }
    for ((host, part), stratum) in &mut strata {
        let split = if alike == Alike::Hour { &group.whole } else { &group.hosts[host] };
        let belongs = |hour: usize| alike.stratum(*host, hour).1 == *part;
        stratum.exposed_time = split.inside.seconds(belongs);
        // Sums of whole seconds are exact: what is left is no rounding error.
        stratum.other_time = (split.all.seconds(belongs) - stratum.exposed_time).max(0.0);
    }
    strata.into_values().collect()
}

/// Whether the window favours some days of the week.
fn weekdays_differ(group: &GroupTime) -> bool {
    let share = |hours: &super::week_hours::WeekHours, day: usize| {
        hours.seconds(|hour| hour / 24 == day) / hours.seconds(|_| true).max(1.0)
    };
    let gap = |day| (share(&group.whole.inside, day) - share(&group.whole.all, day)).abs();
    (0..7).map(gap).sum::<f64>() / 2.0 > WEEKDAYS_DIFFER
}

/// A step, for the report.
pub(super) fn comparison(within: &Within, events: usize, window: &str) -> Comparison {
    let bounded = |value: f64| value.is_finite().then_some(value);
    Comparison {
        basis: within.alike.basis().to_owned(),
        label: within.alike.label().to_owned(),
        rate_ratio: within.test.and_then(|test| bounded(test.ratio)),
        ci95: within.test.map(|test| (test.low, bounded(test.high))),
        p_value: within.test.map(|test| test.p_two_sided),
        informative_events: within.test.map_or(0, |test| test.informative_events as u32),
        note: note(within, events, window),
    }
}

fn note(within: &Within, events: usize, window: &str) -> String {
    let what = match within.alike {
        Alike::Hour => "the hour of the day",
        Alike::Host => "the host",
        Alike::HostAndHour => "the host's own day",
        Alike::HostHourAndWeekday => "the host's own week",
    };
    let Some(test) = within.test else {
        return match within.alike {
            Alike::Hour => {
                format!("{window} and hour cannot be told apart: every host's run is at the same hour")
            }
            Alike::Host => {
                format!("no host with an incident has time both inside and outside the {window}")
            }
            Alike::HostAndHour | Alike::HostHourAndWeekday => {
                format!("says nothing: each host has its {window} always at the same time")
            }
        };
    };
    if !within.could_tell() {
        return format!(
            "cannot tell the {window} from {what}: {} of {} could have been inside or outside, and no outcome \
             of so few is clearer than p = {:.2}",
            test.informative_events,
            names::counted(events, "event"),
            within.least_p
        );
    }
    String::new()
}
