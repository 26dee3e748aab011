//! Random instants of every host.

use rand::RngExt;
use rayon::prelude::*;

use crate::{model::Study, stats::permutation::generator};

use super::{
    clock_region::{DAY, Instant},
    host_time::HostTime,
    membership::Membership,
    question::Question,
    questionnaire::Questionnaire,
};

/// Random instants of every host, evenly spread over its time at risk.
#[derive(Debug)]
pub(super) struct Sample {
    /// First point of each host; one more at the end.
    pub first: Vec<usize>,
    pub at: Vec<i64>,
    pub profile: Vec<u32>,
    /// First entry in `flags` of each point; one more at the end.
    first_flag: Vec<u32>,
    flags: Vec<u32>,
    /// Points per hour of the local day.
    pub hours: [f64; 24],
}

/// Instants drawn from a fleet, and at least from each host. Permutations put events on them, so the more
/// events, the less may the drawn share of a region differ from the true one.
const POINTS: usize = 24_000;
const POINTS_PER_EVENT: usize = 200;
const MOST_POINTS_FOR_EVENTS: usize = 120_000;
const POINTS_PER_HOST: usize = 16;

/// Points of one host: instant, profile and how many flags hold there; then these flags.
#[derive(Default)]
struct Drawn {
    points: Vec<(i64, u32, u32)>,
    flags: Vec<u32>,
}

impl Sample {
    pub fn new(
        study: &Study,
        time: &HostTime,
        list: &Questionnaire,
        member: &Membership,
        events: usize,
        seed: u64,
    ) -> Self {
        let for_events = (POINTS_PER_EVENT * events).min(MOST_POINTS_FOR_EVENTS);
        let budget = POINTS.max(for_events).max(POINTS_PER_HOST * study.hosts.len()) as f64;
        let drawn: Vec<Drawn> = (0..study.hosts.len())
            .into_par_iter()
            .map(|host| {
                let seconds = time.host_seconds[host];
                if seconds <= 0.0 {
                    return Drawn::default();
                }
                let count = ((budget * seconds / time.total_seconds).ceil() as usize).max(1);
                let mut random = generator(seed, 1, host as u64);
                // One point in each of `count` equal parts: shares come out nearly exact.
                let mut drawn = Drawn::default();
                for point in 0..count {
                    let part = (point as f64 + random.random::<f64>()) / count as f64;
                    let Some((at, profile)) = time.instant(host, part * seconds) else { continue };
                    let before = drawn.flags.len();
                    let instant = Instant::new(study, host, at);
                    member.flags(list, &instant, |flag| drawn.flags.push(flag as u32));
                    drawn.points.push((at, profile, (drawn.flags.len() - before) as u32));
                }
                drawn
            })
            .collect();
        let points = drawn.iter().map(|drawn| drawn.points.len()).sum();
        let mut sample = Self {
            first: vec![0],
            at: Vec::with_capacity(points),
            profile: Vec::with_capacity(points),
            first_flag: vec![0],
            flags: Vec::with_capacity(drawn.iter().map(|drawn| drawn.flags.len()).sum()),
            hours: [0.0; 24],
        };
        let mut flags = 0;
        for drawn in drawn {
            for (at, profile, held) in drawn.points {
                flags += held;
                sample.at.push(at);
                sample.profile.push(profile);
                sample.first_flag.push(flags);
            }
            sample.flags.extend(drawn.flags);
            sample.first.push(sample.at.len());
        }
        for at in &sample.at {
            let second = study.local(*at).rem_euclid(DAY);
            sample.hours[(second / 3600) as usize] += 1.0;
        }
        sample
    }

    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Clock regions that hold a point.
    pub fn flags(&self, point: usize) -> &[u32] {
        &self.flags[self.first_flag[point] as usize..self.first_flag[point + 1] as usize]
    }

    /// Whether a question's region holds a point.
    pub fn holds(&self, question: &Question, time: &HostTime, point: usize) -> bool {
        time.has(self.profile[point], &question.levels)
            && question.flag.is_none_or(|flag| self.flags(point).contains(&(flag as u32)))
    }

    /// Share of the sample in two questions' regions.
    pub fn common_share(&self, time: &HostTime, a: &Question, b: &Question) -> f64 {
        let both = |point: &usize| self.holds(a, time, *point) && self.holds(b, time, *point);
        (0..self.len()).filter(both).count() as f64 / self.len().max(1) as f64
    }

    /// Share of the sample in each question's region and in the given one's as well.
    pub fn shares_with(
        &self,
        list: &Questionnaire,
        time: &HostTime,
        member: &Membership,
        question: usize,
    ) -> Vec<f64> {
        let asked = &list.questions[question];
        let mut counts = vec![0u32; list.questions.len()];
        for point in (0..self.len()).filter(|point| self.holds(asked, time, *point)) {
            let levels = &time.profiles[self.profile[point] as usize];
            member.among(levels, self.flags(point), |other| counts[other] += 1);
        }
        counts.iter().map(|count| f64::from(*count) / self.len().max(1) as f64).collect()
    }
}
