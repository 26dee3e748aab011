//! Counts of events per region, and the evidence in them.

use rayon::prelude::*;

use crate::{
    model::Study,
    stats::{
        clock::{DailyPattern, Hours},
        region_bayes_factor::{SIGMA, TableGrid, region_evidence},
    },
};

use super::{
    host_time::HostTime,
    questionnaire::Questionnaire,
    sample::{Membership, Sample, for_each_bit},
    shocks::{Located, Pool, Shock},
};

/// The independent events with their memberships.
#[derive(Debug)]
pub(super) struct Events {
    pub shocks: Vec<Shock>,
    pub pools: Vec<Pool>,
    /// Bit row per incident of each shock.
    pub rows: Vec<Vec<Vec<u64>>>,
    /// Independent events of any cause, those set apart as operator actions included.
    pub of_any_cause: f64,
}

impl Events {
    pub fn new(
        study: &Study,
        list: &Questionnaire,
        member: &Membership,
        shocks: Vec<Shock>,
        pools: Vec<Pool>,
        of_any_cause: usize,
    ) -> Self {
        let row = |incident: &Located| {
            let mut row = vec![0; member.words];
            member.row(list, &incident.instant, incident.profile, &mut row);
            row
        };
        debug_assert!(shocks.iter().all(|shock| shock.incidents.iter().all(|i| i.case < study.cases.len())));
        let rows = shocks.iter().map(|shock| shock.incidents.iter().map(row).collect()).collect();
        Self { shocks, pools, rows, of_any_cause: (of_any_cause as f64).max(1.0) }
    }

    /// Events of a pool inside each region, each incident counting its share of its shock.
    pub fn counts(&self, pool: &Pool, questions: usize) -> Vec<f64> {
        let mut counts = vec![0.0; questions];
        for shock in &pool.shocks {
            let weight = 1.0 / self.rows[*shock].len() as f64;
            for row in &self.rows[*shock] {
                for_each_bit(row, |question| counts[question] += weight);
            }
        }
        // Thirds and sixths must not make 2.9999999 of three.
        for count in &mut counts {
            *count = (*count * 1e9).round() / 1e9;
        }
        counts
    }

    /// Whether the incident lies in the region.
    pub fn inside(&self, shock: usize, incident: usize, question: usize) -> bool {
        self.rows[shock][incident][question / 64] & (1 << (question % 64)) != 0
    }

    /// Times of day of a pool's events.
    pub fn hours(&self, pool: usize) -> Hours {
        self.hours_where(pool, |_, _| true)
    }

    /// Times of day of a pool's events outside a region.
    pub fn outside(&self, pool: usize, question: usize) -> Hours {
        self.hours_where(pool, |shock, incident| !self.inside(shock, incident, question))
    }

    fn hours_where(&self, pool: usize, counts: impl Fn(usize, usize) -> bool) -> Hours {
        let mut hours = Hours::default();
        for shock in &self.pools[pool].shocks {
            let incidents = &self.shocks[*shock].incidents;
            for (place, incident) in incidents.iter().enumerate().filter(|(place, _)| counts(*shock, *place))
            {
                debug_assert!(place < incidents.len());
                hours.add(incident.instant.second_of_day(), 1.0 / incidents.len() as f64);
            }
        }
        hours
    }
}

/// ln BF of every region for the counts that permutations bring, per pool.
#[derive(Debug)]
pub(super) struct PoolTable {
    pub events: usize,
    log_bayes_factor: Vec<f32>,
    /// First entry of each question; one more at the end.
    first: Vec<usize>,
    /// ln of the prior of each question in this pool.
    pub log_prior: Vec<f64>,
}

impl PoolTable {
    pub fn new(list: &Questionnaire, pool: &Pool) -> Self {
        let events = pool.shocks.len();
        let grid = TableGrid::for_events(events);
        let tables: Vec<Vec<f32>> = list
            .questions
            .par_iter()
            .enumerate()
            .map(|(index, question)| {
                // What is judged on some hosts alone depends on the events there: see `OwnHosts`.
                let most =
                    if list.own.contains_key(&index) { 0 } else { largest_count(question.share, events) };
                grid.table(question.share, events, most)
            })
            .collect();
        let mut first = vec![0];
        let mut log_bayes_factor = Vec::with_capacity(tables.iter().map(Vec::len).sum());
        for table in tables {
            log_bayes_factor.extend(table);
            first.push(log_bayes_factor.len());
        }
        let log_prior = list.questions.iter().map(|question| (question.prior * pool.prior).ln()).collect();
        Self { events, log_bayes_factor, first, log_prior }
    }

    /// ln BF + ln prior for a whole count.
    pub fn score(&self, question: usize, count: usize) -> f64 {
        let last = self.first[question + 1] - 1;
        let entry = (self.first[question] + count).min(last);
        f64::from(self.log_bayes_factor[entry]) + self.log_prior[question]
    }
}

/// No permutation brings more events into a region than this: ten standard deviations and thirty.
fn largest_count(share: f64, events: usize) -> usize {
    let expected = share * events as f64;
    ((expected + 10.0 * expected.sqrt() + 30.0) as usize).min(events)
}

/// What is held responsible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Region { question: usize, pool: usize },
    Host { host: usize },
    Daily { pool: usize },
}

/// A possible cause with its evidence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub answer: Answer,
    pub log_bayes_factor: f64,
    pub log_prior: f64,
    /// Expected share of all independent events, given that this is the only cause.
    pub explained: f64,
    /// Events inside (not for daily patterns).
    pub count: f64,
}

impl Candidate {
    /// The statistic by which candidates are compared with each other and with permutations.
    pub fn score(&self) -> f64 {
        self.log_bayes_factor + self.log_prior
    }
}

/// All candidates: every region in every pool, hosts with repeats, daily patterns.
pub(super) fn candidates(
    list: &Questionnaire,
    events: &Events,
    tables: &[PoolTable],
    daily: &[DailyPattern],
    time: &HostTime,
) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for (index, (pool, table)) in events.pools.iter().zip(tables).enumerate() {
        let part = table.events as f64 / events.of_any_cause;
        let counts = events.counts(pool, list.questions.len());
        let regions = counts.into_par_iter().enumerate().map(|(question, count)| {
            let (among, share) = match list.own.get(&question) {
                Some(own) => (own.events(events, pool), own.share),
                None => (table.events as f64, list.questions[question].share),
            };
            let part = among / events.of_any_cause;
            let evidence = region_evidence(count, among, share, SIGMA);
            Candidate {
                answer: Answer::Region { question, pool: index },
                log_bayes_factor: evidence.log_bayes_factor,
                log_prior: table.log_prior[question],
                explained: evidence.explained_fraction * part,
                count,
            }
        });
        candidates.par_extend(regions);
        let evidence = daily[index].evidence(&events.hours(index));
        candidates.push(Candidate {
            answer: Answer::Daily { pool: index },
            log_bayes_factor: evidence.log_bayes_factor,
            log_prior: (list.daily_prior * pool.prior).ln(),
            explained: evidence.explained_fraction * part,
            count: 0.0,
        });
    }
    candidates.extend(super::lemon::candidates(list, events, time));
    candidates
}

/// The daily patterns of each pool, for the fleet's own spread of time at risk over the hours.
pub(super) fn daily_patterns(sample: &Sample, events: &Events) -> Vec<DailyPattern> {
    events.pools.iter().map(|pool| DailyPattern::new(&sample.hours, pool.shocks.len())).collect()
}
