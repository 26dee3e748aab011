//! Membership of instants in all regions, as bit rows, and random instants of each host.

use rand::RngExt;
use rayon::prelude::*;

use crate::{model::Study, stats::permutation::generator};

use super::{
    clock_region::{DAY, Instant},
    host_time::HostTime,
    questionnaire::Questionnaire,
};

/// Which questions' regions hold an instant: a row of bits. Levels and clock regions have a row each;
/// an instant is in a region if both have its bit.
#[derive(Debug)]
pub(super) struct Membership {
    pub words: usize,
    by_profile: Vec<u64>,
    by_flag: Vec<u64>,
    without_flag: Vec<u64>,
}

impl Membership {
    pub fn new(list: &Questionnaire, time: &HostTime) -> Self {
        let words = list.questions.len().div_ceil(64);
        let mut this = Self {
            words,
            by_profile: vec![0; words * time.profiles.len()],
            by_flag: vec![0; words * list.flags.len()],
            without_flag: vec![0; words],
        };
        for (q, question) in list.questions.iter().enumerate() {
            let (word, bit) = (q / 64, 1u64 << (q % 64));
            match question.flag {
                Some(flag) => this.by_flag[flag * words + word] |= bit,
                None => this.without_flag[word] |= bit,
            }
            for (profile, levels) in time.profiles.iter().enumerate() {
                if question.levels.iter().all(|(factor, level)| levels[*factor] == *level) {
                    this.by_profile[profile * words + word] |= bit;
                }
            }
        }
        this
    }

    /// Writes the row of an instant.
    pub fn row(&self, list: &Questionnaire, instant: &Instant, profile: u32, row: &mut [u64]) {
        row.copy_from_slice(&self.without_flag);
        for (flag, region) in list.flags.iter().enumerate() {
            if region.clock.contains(instant) {
                let bits = &self.by_flag[flag * self.words..][..self.words];
                for (word, bits) in row.iter_mut().zip(bits) {
                    *word |= bits;
                }
            }
        }
        let levels = &self.by_profile[profile as usize * self.words..][..self.words];
        for (word, levels) in row.iter_mut().zip(levels) {
            *word &= levels;
        }
    }
}

/// Calls `each` with every set bit of a row.
pub(super) fn for_each_bit(row: &[u64], mut each: impl FnMut(usize)) {
    for (index, word) in row.iter().enumerate() {
        let mut word = *word;
        while word != 0 {
            each(index * 64 + word.trailing_zeros() as usize);
            word &= word - 1;
        }
    }
}

/// Random instants of every host, evenly spread over its time at risk, with their rows.
#[derive(Debug)]
pub(super) struct Sample {
    /// First point of each host; one more at the end.
    pub first: Vec<usize>,
    pub at: Vec<i64>,
    rows: Vec<u64>,
    words: usize,
    /// Points per hour of the local day.
    pub hours: [f64; 24],
}

/// Instants drawn from a fleet, and at least from each host.
const POINTS: usize = 24_000;
const POINTS_PER_HOST: usize = 16;

impl Sample {
    pub fn new(study: &Study, time: &HostTime, list: &Questionnaire, member: &Membership, seed: u64) -> Self {
        let budget = POINTS.max(POINTS_PER_HOST * study.hosts.len()) as f64;
        let drawn: Vec<(Vec<i64>, Vec<u64>)> = (0..study.hosts.len())
            .into_par_iter()
            .map(|host| {
                let seconds = time.host_seconds[host];
                if seconds <= 0.0 {
                    return (Vec::new(), Vec::new());
                }
                let count = ((budget * seconds / time.total_seconds).ceil() as usize).max(1);
                let mut random = generator(seed, 1, host as u64);
                let mut at = Vec::with_capacity(count);
                let mut rows = vec![0; count * member.words];
                for point in 0..count {
                    // One point in each of `count` equal parts: shares come out nearly exact.
                    let part = (point as f64 + random.random::<f64>()) / count as f64;
                    let Some((instant, profile)) = time.instant(host, part * seconds) else { continue };
                    let row = &mut rows[at.len() * member.words..][..member.words];
                    member.row(list, &Instant::new(study, host, instant), profile, row);
                    at.push(instant);
                }
                (at, rows)
            })
            .collect();
        let mut sample =
            Self { first: vec![0], at: Vec::new(), rows: Vec::new(), words: member.words, hours: [0.0; 24] };
        for (at, rows) in drawn {
            sample.rows.extend_from_slice(&rows[..at.len() * member.words]);
            sample.at.extend(at);
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

    pub fn row(&self, point: usize) -> &[u64] {
        &self.rows[point * self.words..][..self.words]
    }

    /// Share of the sample in two questions' regions.
    pub fn common_share(&self, a: usize, b: usize) -> f64 {
        let inside = |row: &[u64], question: usize| row[question / 64] & (1 << (question % 64)) != 0;
        let rows = self.rows.chunks_exact(self.words.max(1));
        let count = rows.filter(|row| inside(row, a) && inside(row, b)).count();
        count as f64 / self.len().max(1) as f64
    }

    /// Share of the sample in each question's region and in the given one's as well.
    pub fn shares_with(&self, question: usize, questions: usize) -> Vec<f64> {
        let (word, bit) = (question / 64, 1u64 << (question % 64));
        let mut counts = vec![0u32; questions];
        for row in self.rows.chunks_exact(self.words.max(1)).filter(|row| row[word] & bit != 0) {
            for_each_bit(row, |other| counts[other] += 1);
        }
        counts.iter().map(|count| f64::from(*count) / self.len().max(1) as f64).collect()
    }
}
