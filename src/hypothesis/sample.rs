//! Random instants of every host.

use rand::RngExt;
use rayon::prelude::*;

use crate::{model::Study, stats::permutation::generator};

use super::{
    clock_region::{DAY, Instant},
    host_time::HostTime,
    membership::Membership,
    questionnaire::Questionnaire,
};

/// Random instants of every host, evenly spread over its time at risk.
#[derive(Debug)]
pub(super) struct Sample {
    /// First point of each host; one more at the end.
    pub first: Vec<usize>,
    pub at: Vec<i64>,
    pub profile: Vec<u32>,
    /// Points per hour of the local day.
    pub hours: [f64; 24],
}

/// Instants drawn from a fleet, and at least from each host.
const POINTS: usize = 24_000;
const POINTS_PER_HOST: usize = 16;

impl Sample {
    pub fn new(study: &Study, time: &HostTime, seed: u64) -> Self {
        let budget = POINTS.max(POINTS_PER_HOST * study.hosts.len()) as f64;
        let drawn: Vec<Vec<(i64, u32)>> = (0..study.hosts.len())
            .into_par_iter()
            .map(|host| {
                let seconds = time.host_seconds[host];
                if seconds <= 0.0 {
                    return Vec::new();
                }
                let count = ((budget * seconds / time.total_seconds).ceil() as usize).max(1);
                let mut random = generator(seed, 1, host as u64);
                // One point in each of `count` equal parts: shares come out nearly exact.
                let part = |point: usize| (point as f64 + random.random::<f64>()) / count as f64;
                (0..count).map(part).filter_map(|part| time.instant(host, part * seconds)).collect()
            })
            .collect();
        let points = drawn.iter().map(Vec::len).sum();
        let mut sample = Self {
            first: vec![0],
            at: Vec::with_capacity(points),
            profile: Vec::with_capacity(points),
            hours: [0.0; 24],
        };
        for (at, profile) in drawn.into_iter().map(|points| points.into_iter().unzip::<_, _, Vec<_>, Vec<_>>())
        {
            sample.at.extend(at);
            sample.profile.extend(profile);
            sample.first.push(sample.at.len());
        }
        for at in &sample.at {
            let second = (at + i64::from(study.site_utc_offset_s)).rem_euclid(DAY);
            sample.hours[(second / 3600) as usize] += 1.0;
        }
        sample
    }

    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// The host of a point.
    pub fn host(&self, point: usize) -> usize {
        self.first.partition_point(|first| *first <= point) - 1
    }

    /// Every point, located, with its profile.
    pub fn instants<'a>(&'a self, study: &'a Study) -> impl Iterator<Item = (Instant, u32)> + 'a {
        self.first.windows(2).enumerate().flat_map(move |(host, ends)| {
            (ends[0]..ends[1])
                .map(move |point| (Instant::new(study, host, self.at[point]), self.profile[point]))
        })
    }

    /// Share of the sample in two questions' regions.
    pub fn common_share(
        &self,
        study: &Study,
        list: &Questionnaire,
        time: &HostTime,
        a: usize,
        b: usize,
    ) -> f64 {
        let (a, b) = (&list.questions[a], &list.questions[b]);
        let both = |(instant, profile): &(Instant, u32)| {
            list.holds(a, time, instant, *profile) && list.holds(b, time, instant, *profile)
        };
        self.instants(study).filter(both).count() as f64 / self.len().max(1) as f64
    }

    /// Share of the sample in each question's region and in the given one's as well.
    pub fn shares_with(
        &self,
        study: &Study,
        list: &Questionnaire,
        time: &HostTime,
        member: &Membership,
        question: usize,
    ) -> Vec<f64> {
        let asked = &list.questions[question];
        let mut counts = vec![0u32; list.questions.len()];
        for (instant, profile) in self.instants(study) {
            if list.holds(asked, time, &instant, profile) {
                member.for_each(list, time, &instant, profile, |other| counts[other] += 1);
            }
        }
        counts.iter().map(|count| f64::from(*count) / self.len().max(1) as f64).collect()
    }
}
