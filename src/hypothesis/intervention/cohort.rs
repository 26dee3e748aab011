//! The hosts that are compared with themselves: events and exposure on both sides of a time.

use std::collections::BTreeMap;

use crate::model::{Study, intervention::Side};

use super::{
    super::{clock_region::DAY, host_time::HostTime, shocks::Shock},
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
    events: Vec<Event>,
}

/// An independent event on some of the members.
struct Event {
    at: i64,
    member: Member,
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
        let mut cohort = Self { study, members: Vec::new(), time, region, events: Vec::new() };
        cohort.members = members
            .filter(|member| {
                region.admits(time, member.host, member.until)
                    && cohort.seconds(member.host, (study.from, member.until)) > 0
                    && cohort.seconds(member.host, (member.since, study.to)) > 0
            })
            .collect();
        cohort.members.sort_by_key(|member| member.host);
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
                    cases: inside.iter().map(|(incident, _)| incident.case).collect(),
                });
            }
        }
        cohort.events.sort_by_key(|event| event.at);
        cohort
    }

    pub fn tally(&self) -> Tally {
        let is_before = |event: &&Event| event.at < event.member.until;
        let is_after = |event: &&Event| event.at >= event.member.since;
        let after: Vec<&Event> = self.events.iter().filter(is_after).collect();
        let before: Vec<&Event> = self.events.iter().filter(is_before).collect();
        Tally {
            before: self.side(&before, |member| (self.study.from, member.until)),
            after: self.side(&after, |member| (member.since, self.study.to)),
            times_after: after.iter().map(|event| event.at).collect(),
            lead: before.iter().map(|event| event.member.until - event.at).collect(),
        }
    }

    /// The side before, without the last days before each host's change.
    pub fn earlier_than(&self, days: i64) -> Side {
        let end = |member: &Member| member.until - days * DAY;
        let events: Vec<&Event> = self.events.iter().filter(|event| event.at < end(&event.member)).collect();
        self.side(&events, |member| (self.study.from, end(member)))
    }

    fn side(&self, events: &[&Event], span: impl Fn(&Member) -> (i64, i64)) -> Side {
        let mut cases: Vec<usize> = events.iter().flat_map(|event| event.cases.iter().copied()).collect();
        cases.sort_unstable();
        let seconds: i64 = self.members.iter().map(|member| self.seconds(member.host, span(member))).sum();
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
