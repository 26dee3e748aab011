//! Which events and which time a question is judged on.
//!
//! Most questions are asked of all events of a pool and of all time. Weekdays count a crowded day once
//! ([`super::crowded_days`]); a change is judged on the hosts that it reached ([`super::own_hosts`]). The
//! evidence, the ratio, the expected count and every count that is shown beside them come from here, so
//! that they are about the same events.

use std::borrow::Cow;

use super::{evidence::Events, host_time::HostTime, own_hosts::OwnHosts, questionnaire::Questionnaire};

/// The events and the time of a question in a pool.
#[derive(Debug)]
pub(super) struct Base<'a> {
    /// The shocks that count, each at its earliest incident.
    pub shocks: Cow<'a, [usize]>,
    /// Their number, each incident counting its share of its shock.
    pub events: f64,
    /// Seconds at risk inside and outside the region.
    pub seconds: f64,
    /// Share of these seconds inside.
    pub share: f64,
    /// The hosts that alone are looked at, of a change.
    pub own: Option<&'a OwnHosts>,
}

impl<'a> Base<'a> {
    pub fn of(
        question: usize,
        pool: usize,
        list: &'a Questionnaire,
        events: &'a Events,
        time: &HostTime,
    ) -> Self {
        let asked = &list.questions[question];
        let all = &events.pools[pool].shocks;
        if let Some(own) = list.own.get(&question) {
            let on_own = |shock: &usize| own.contains(events.shocks[*shock].first().instant.host);
            return Self {
                shocks: all.iter().copied().filter(on_own).collect(),
                events: own.events(events, &events.pools[pool]),
                seconds: own.seconds,
                share: own.share,
                own: Some(own),
            };
        }
        let shocks = if asked.is_weekday() {
            Cow::Owned(events.on_separate_days(pool))
        } else {
            Cow::Borrowed(all.as_slice())
        };
        let count = shocks.len() as f64;
        Self { shocks, events: count, seconds: time.total_seconds, share: asked.share, own: None }
    }

    /// Whole events.
    pub fn total(&self) -> u64 {
        self.shocks.len() as u64
    }

    /// Whole events inside a question, each at its earliest incident.
    pub fn inside(&self, events: &Events, question: usize) -> u64 {
        self.shocks.iter().filter(|shock| events.inside(**shock, 0, question)).count() as u64
    }

    /// Events expected inside if the region made no difference.
    pub fn expected(&self) -> f64 {
        self.share * self.shocks.len() as f64
    }
}
