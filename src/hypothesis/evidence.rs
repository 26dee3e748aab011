//! Counts of events per region, and the evidence in them.

use rayon::prelude::*;

use crate::stats::{
    clock::{DailyPattern, Hours},
    region_bayes_factor::{EvidenceLimit, SIGMA, region_evidence},
};

use super::{
    base::Base,
    host_time::HostTime,
    membership::Membership,
    question::Question,
    questionnaire::Questionnaire,
    sample::Sample,
    shocks::{Located, Pool, Shock},
};

/// The independent events with their memberships.
#[derive(Debug)]
pub(super) struct Events {
    pub shocks: Vec<Shock>,
    pub pools: Vec<Pool>,
    /// Per incident of each shock, the questions whose regions hold it, sorted.
    pub regions: Vec<Vec<Vec<u32>>>,
    /// Per shock, whether it stands for itself where the clock is asked about, see [`super::crowded_days`].
    pub separate: Vec<bool>,
    /// Independent events of any cause, those set apart as operator actions included.
    pub of_any_cause: f64,
}

impl Events {
    pub fn new(
        time: &HostTime,
        list: &Questionnaire,
        member: &Membership,
        shocks: Vec<Shock>,
        pools: Vec<Pool>,
        of_any_cause: usize,
        days: f64,
    ) -> Self {
        let holding = |incident: &Located| {
            let mut questions = Vec::new();
            member.for_each(list, time, &incident.instant, incident.profile, |question| {
                if incident.hour_known || !list.questions[question].needs_the_hour() {
                    questions.push(question as u32);
                }
            });
            questions.sort_unstable();
            questions
        };
        let regions = shocks.iter().map(|shock| shock.incidents.iter().map(holding).collect()).collect();
        let separate = super::crowded_days::one_per_crowded_day(&shocks, days);
        Self { shocks, pools, regions, separate, of_any_cause: (of_any_cause as f64).max(1.0) }
    }

    /// Events of a pool inside each region, each incident counting its share of its shock.
    pub fn counts(&self, pool: &Pool, questions: usize) -> Vec<f64> {
        let mut counts = vec![0.0; questions];
        for shock in &pool.shocks {
            let incidents = &self.regions[*shock];
            for question in incidents.iter().flatten() {
                counts[*question as usize] += 1.0 / incidents.len() as f64;
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
        self.regions[shock][incident].binary_search(&(question as u32)).is_ok()
    }

    /// The pool's events of which none is one of a crowd on one day, but for the first.
    pub fn on_separate_days(&self, pool: usize) -> Vec<usize> {
        self.pools[pool].shocks.iter().copied().filter(|shock| self.separate[*shock]).collect()
    }

    /// Those of them whose hour is known.
    pub fn with_known_hours(&self, pool: usize) -> Vec<usize> {
        let mut shocks = self.on_separate_days(pool);
        shocks.retain(|shock| self.hour_is_known(*shock));
        shocks
    }

    pub fn hour_is_known(&self, shock: usize) -> bool {
        self.shocks[shock].first().hour_known
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
        for shock in &self.with_known_hours(pool) {
            let incidents = &self.shocks[*shock].incidents;
            for (_, incident) in incidents.iter().enumerate().filter(|(place, _)| counts(*shock, *place)) {
                hours.add(incident.instant.second_of_day(), 1.0 / incidents.len() as f64);
            }
        }
        hours
    }
}

/// What each question would score in a pool, for the counts that permutations bring.
#[derive(Debug)]
pub(super) struct PoolTable {
    pub events: usize,
    shares: Vec<f64>,
    limits: Vec<EvidenceLimit>,
    /// Events that weekdays are judged on: see [`super::crowded_days`].
    on_separate_days: usize,
    weekday: Vec<bool>,
    /// What is judged on some hosts alone depends on the events there: see [`super::own_hosts`].
    judged_elsewhere: Vec<bool>,
    /// k ln k for k = 0 ..= events.
    entropies: Vec<f64>,
    /// ln of the prior of each question in this pool.
    pub log_prior: Vec<f64>,
}

impl PoolTable {
    /// The table of the pool of this index.
    pub fn new(list: &Questionnaire, events: &Events, index: usize) -> Self {
        let pool = &events.pools[index];
        let on_separate_days = events.on_separate_days(index).len();
        let events = pool.shocks.len();
        let questions = list.questions.iter();
        let among = |question: &Question| if question.is_weekday() { on_separate_days } else { events };
        Self {
            events,
            on_separate_days,
            weekday: questions.clone().map(Question::is_weekday).collect(),
            shares: questions.clone().map(|question| question.share).collect(),
            limits: questions
                .clone()
                .map(|question| EvidenceLimit::new(question.share, among(question)))
                .collect(),
            judged_elsewhere: (0..list.questions.len()).map(|index| list.own.contains_key(&index)).collect(),
            entropies: (0..=events).map(|k| if k > 0 { k as f64 * (k as f64).ln() } else { 0.0 }).collect(),
            log_prior: questions.map(|question| (question.prior * pool.prior).ln()).collect(),
        }
    }

    /// Events that a question is judged on.
    fn among(&self, question: usize) -> usize {
        if self.weekday[question] { self.on_separate_days } else { self.events }
    }

    /// ln BF + ln prior for a whole count.
    pub fn score(&self, question: usize, count: usize) -> f64 {
        let evidence =
            region_evidence(count as f64, self.among(question) as f64, self.shares[question], SIGMA);
        evidence.log_bayes_factor + self.log_prior[question]
    }

    /// The best score that these counts bring, if it is better than `best`.
    ///
    /// The likelihood ratio at the best ρ limits each score and costs next to nothing; only the few
    /// questions whose limit is above the best so far are integrated. The maximum is exact.
    pub fn best_score(&self, counts: &[u32], best: f64) -> f64 {
        let mut promising: Vec<(f64, usize)> = Vec::new();
        for (question, count) in counts.iter().enumerate() {
            // One event says too little about any region to be the maximum that matters.
            if *count >= 2 && !self.judged_elsewhere[question] {
                let limit = self.limits[question]
                    .log_bayes_factor(*count as usize, &self.entropies[..=self.among(question)])
                    + self.log_prior[question];
                if limit > best {
                    promising.push((limit, question));
                }
            }
        }
        promising.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut best = best;
        for (limit, question) in promising {
            if limit <= best {
                break;
            }
            best = best.max(self.score(question, counts[question] as usize));
        }
        best
    }
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
        let counts = events.counts(pool, list.questions.len());
        let regions = counts.into_par_iter().enumerate().map(|(question, count)| {
            let base = Base::of(question, index, list, events, time);
            let count = if list.questions[question].is_weekday() {
                base.inside(events, question) as f64
            } else {
                count
            };
            let evidence = region_evidence(count, base.events, base.share, SIGMA);
            Candidate {
                answer: Answer::Region { question, pool: index },
                log_bayes_factor: evidence.log_bayes_factor,
                log_prior: table.log_prior[question],
                explained: evidence.explained_fraction * base.events / events.of_any_cause,
                count,
            }
        });
        candidates.par_extend(regions);
        let hours = events.hours(index);
        let evidence = daily[index].evidence(&hours);
        candidates.push(Candidate {
            answer: Answer::Daily { pool: index },
            log_bayes_factor: evidence.log_bayes_factor,
            log_prior: (list.daily_prior * pool.prior).ln(),
            explained: evidence.explained_fraction * hours.events / events.of_any_cause,
            count: 0.0,
        });
    }
    candidates.extend(super::lemon::candidates(list, events, time));
    candidates
}

/// The daily patterns of each pool, for the fleet's own spread of time at risk over the hours.
pub(super) fn daily_patterns(sample: &Sample, events: &Events) -> Vec<DailyPattern> {
    let pools = (0..events.pools.len()).into_par_iter();
    pools.map(|pool| DailyPattern::new(&sample.hours, events.with_known_hours(pool).len())).collect()
}
