//! A change is judged on the hosts that it reached, after it against before it.
//!
//! Hosts that were always different say nothing about a change. Given the events on its own hosts, and with
//! the rate of these hosts as the common scale, "raised after the change" against "one rate" is the same
//! likelihood as for any region, over their time alone. Of all other events the two say the same, so that
//! the evidence stays on the scale of the other questions.

use crate::{
    model::Study,
    stats::region_bayes_factor::{RegionEvidence, SIGMA, region_evidence},
};

use super::{
    averaging::Inputs,
    evidence::Events,
    host_time::HostTime,
    question::{Flag, Subject},
    shocks::Pool,
};

/// The hosts of a change.
#[derive(Debug, Clone)]
pub(super) struct OwnHosts {
    /// Per host, whether the change reached it.
    reached: Vec<bool>,
    /// All time of these hosts.
    pub seconds: f64,
    /// Share of it that lies after the change.
    pub share: f64,
}

/// What is left for a change beside another cause.
pub(super) struct Rest {
    pub evidence: RegionEvidence,
    /// Independent events on the change's hosts that the other cause does not take.
    pub events: f64,
}

impl OwnHosts {
    /// The hosts of a flag, if it is a change.
    pub fn of(study: &Study, time: &HostTime, flag: &Flag) -> Option<Self> {
        let (Subject::Change { .. }, super::clock_region::Clock::Spans(spans)) = (&flag.subject, &flag.clock)
        else {
            return None;
        };
        let mut own = Self { reached: vec![false; study.hosts.len()], seconds: 0.0, share: 0.0 };
        let mut after = 0;
        for (host, stretches) in
            time.stretches.iter().enumerate().filter(|(host, _)| !spans.of(*host).is_empty())
        {
            let inside = stretches.iter().map(|s| flag.clock.seconds_of(study, host, (s.from, s.to)));
            after += inside.sum::<i64>();
            own.reached[host] = true;
            own.seconds += time.host_seconds[host];
        }
        own.share = if own.seconds > 0.0 { after as f64 / own.seconds } else { 0.0 };
        Some(own)
    }

    pub fn contains(&self, host: usize) -> bool {
        self.reached.get(host).is_some_and(|reached| *reached)
    }

    pub fn count(&self) -> usize {
        self.reached.iter().filter(|reached| **reached).count()
    }

    /// Events of a pool on these hosts, each incident counting its share of its shock.
    pub fn events(&self, events: &Events, pool: &Pool) -> f64 {
        self.counted(events, pool, |_, _| true)
    }

    fn counted(&self, events: &Events, pool: &Pool, counts: impl Fn(usize, usize) -> bool) -> f64 {
        let mut sum = 0.0;
        for shock in &pool.shocks {
            let incidents = &events.shocks[*shock].incidents;
            let own = (0..incidents.len())
                .filter(|place| self.contains(incidents[*place].instant.host) && counts(*shock, *place));
            sum += own.count() as f64 / incidents.len() as f64;
        }
        // Thirds and sixths must not make 2.9999999 of three.
        (sum * 1e9).round() / 1e9
    }

    /// The evidence for the change (`question`) where another region (`star`) takes its own events and
    /// time. Overlaps of time come from the sample of instants.
    pub fn outside(&self, star: usize, question: usize, pool: usize, inputs: &Inputs) -> Rest {
        let (events, sample) = (inputs.events, inputs.sample);
        let holds = |point: usize, question: usize| {
            sample.holds(&inputs.list.questions[question], inputs.time, point)
        };
        let (mut after, mut all) = (0.0, 0.0);
        for host in (0..self.reached.len()).filter(|host| self.contains(*host)) {
            for point in sample.first[host]..sample.first[host + 1] {
                if !holds(point, star) {
                    all += 1.0;
                    after += f64::from(u8::from(holds(point, question)));
                }
            }
        }
        let outside = |shock: usize, place: usize| !events.inside(shock, place, star);
        let pool = &events.pools[pool];
        let among = self.counted(events, pool, outside);
        let both =
            |shock: usize, place: usize| outside(shock, place) && events.inside(shock, place, question);
        let count = self.counted(events, pool, both);
        let share = if all > 0.0 { after / all } else { 0.0 };
        Rest { evidence: region_evidence(count, among, share, SIGMA), events: among }
    }
}
