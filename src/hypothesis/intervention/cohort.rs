//! The hosts that are compared with themselves: events and exposure on both sides of a time.

use std::collections::BTreeMap;

use crate::model::{Study, intervention::Side};

use super::{
    super::{clock_region::DAY, host_time::HostTime, shocks::Shock},
    one_host::Half,
    region::Region,
};

/// A host, the end of its time before and the begin of its time after.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub host: usize,
    pub until: i64,
    pub since: i64,
}

/// Hosts that were observed on both sides.
pub(super) struct Cohort<'a> {
    pub study: &'a Study,
    pub members: Vec<Member>,
    time: &'a HostTime,
    region: &'a Region,
    /// Seconds of each member before and after.
    observed: Vec<(i64, i64)>,
    events: Vec<Event>,
}

/// An independent event on some of the members.
struct Event {
    at: i64,
    member: Member,
    /// Whether it hit this member only.
    alone: bool,
    /// Cases on any of the members.
    cases: Vec<usize>,
}

/// The count on both sides.
pub(super) struct Tally {
    pub before: Side,
    pub after: Side,
    /// Times of the events after, sorted.
    pub times_after: Vec<i64>,
    /// Seconds from each event before to the change.
    lead: Vec<i64>,
}

impl Tally {
    /// Events in the last days before the change.
    pub fn just_before(&self, days: i64) -> u32 {
        self.lead.iter().filter(|lead| **lead <= days * DAY).count() as u32
    }
}

impl<'a> Cohort<'a> {
    /// Of the given hosts those that lie in the region and have time in it before and after: a host that
    /// came with the change cannot be compared with itself.
    pub fn new(
        study: &'a Study,
        time: &'a HostTime,
        shocks: &[Shock],
        region: &'a Region,
        members: impl Iterator<Item = Member>,
    ) -> Self {
        let mut cohort =
            Self { study, members: Vec::new(), time, region, observed: Vec::new(), events: Vec::new() };
        let mut observed: Vec<(Member, (i64, i64))> = members
            .filter(|member| region.admits(time, member.host, member.until))
            .map(|member| {
                let before = cohort.seconds(member.host, (study.from, member.until));
                (member, (before, cohort.seconds(member.host, (member.since, study.to))))
            })
            .filter(|(_, (before, after))| *before > 0 && *after > 0)
            .collect();
        observed.sort_by_key(|(member, _)| member.host);
        (cohort.members, cohort.observed) = observed.into_iter().unzip();
        let of_host: BTreeMap<usize, Member> =
            cohort.members.iter().map(|member| (member.host, *member)).collect();
        for shock in shocks.iter().filter(|shock| region.is_about(shock.class)) {
            let inside: Vec<_> = shock
                .incidents
                .iter()
                .filter(|incident| region.holds(&incident.instant))
                .filter_map(|incident| Some((incident, *of_host.get(&incident.instant.host)?)))
                .collect();
            if let Some((first, member)) = inside.first() {
                cohort.events.push(Event {
                    at: first.instant.at,
                    member: *member,
                    alone: inside.iter().all(|(_, other)| other.host == member.host),
                    cases: inside.iter().map(|(incident, _)| incident.case).collect(),
                });
            }
        }
        cohort.events.sort_by_key(|event| event.at);
        cohort
    }

    pub fn tally(&self) -> Tally {
        let before: Vec<&Event> = self.events_in(Half::Before).collect();
        let after: Vec<&Event> = self.events_in(Half::After).collect();
        Tally {
            before: self.side(&before, self.observed.iter().map(|seconds| seconds.0).sum()),
            after: self.side(&after, self.observed.iter().map(|seconds| seconds.1).sum()),
            times_after: after.iter().map(|event| event.at).collect(),
            lead: before.iter().map(|event| event.member.until - event.at).collect(),
        }
    }

    /// The side before, without the last days before each host's change.
    pub fn earlier_than(&self, days: i64) -> Side {
        let end = |member: &Member| member.until - days * DAY;
        let events: Vec<&Event> = self.events.iter().filter(|event| event.at < end(&event.member)).collect();
        let seconds = |member: &Member| self.seconds(member.host, (self.study.from, end(member)));
        self.side(&events, self.members.iter().map(seconds).sum())
    }

    /// Events on each member alone.
    pub fn counts(&self, half: Half) -> Vec<u32> {
        let mut counts = vec![0; self.members.len()];
        for event in self.events_in(half).filter(|event| event.alone) {
            if let Ok(place) = self.members.binary_search_by_key(&event.member.host, |member| member.host) {
                counts[place] += 1;
            }
        }
        counts
    }

    /// Events and host-days of some of the hosts. What hit several hosts at once stays when one of them is
    /// left out.
    pub fn sum(&self, half: Half, counts: impl Fn(usize) -> bool) -> (u32, f64) {
        let events = self.events_in(half).filter(|event| !event.alone || counts(event.member.host)).count();
        let seconds: i64 = self
            .members
            .iter()
            .zip(&self.observed)
            .filter(|(member, _)| counts(member.host))
            .map(|(_, (before, after))| match half {
                Half::Before => before,
                Half::After => after,
            })
            .sum();
        (events as u32, seconds as f64 / DAY as f64)
    }

    fn events_in(&self, half: Half) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(move |event| match half {
            Half::Before => event.at < event.member.until,
            Half::After => event.at >= event.member.since,
        })
    }

    fn side(&self, events: &[&Event], seconds: i64) -> Side {
        let mut cases: Vec<usize> = events.iter().flat_map(|event| event.cases.iter().copied()).collect();
        cases.sort_unstable();
        Side {
            events: events.len() as u32,
            host_days: seconds as f64 / DAY as f64,
            incidents: cases.into_iter().map(|case| self.study.cases[case].id.clone()).collect(),
        }
    }

    /// Host-days from the change to an instant.
    pub fn after_until(&self, at: i64) -> f64 {
        let seconds = |member: &Member| self.seconds(member.host, (member.since, at));
        self.members.iter().map(seconds).sum::<i64>() as f64 / DAY as f64
    }

    /// Host-days that a day of the calendar brings, by the last days of the data.
    pub fn present(&self, days: i64) -> f64 {
        let span = ((self.study.to - days * DAY).max(self.study.from), self.study.to);
        let seconds: i64 = self.members.iter().map(|member| self.seconds(member.host, span)).sum();
        seconds as f64 / (span.1 - span.0).max(1) as f64
    }

    fn seconds(&self, host: usize, span: (i64, i64)) -> i64 {
        self.region.seconds(self.study, self.time, host, span)
    }
}
