//! Bayesian model averaging: no listed cause, one cause, or two.

use crate::stats::{
    posterior::{log_sum_exp, normalise},
    region_bayes_factor::SIGMA,
    two_causes::{Split, TwoCauseGrid},
};

use super::{
    evidence::{Answer, Candidate, Events},
    questionnaire::Questionnaire,
    sample::Sample,
};

/// Prior probability that no listed cause is at work.
const NO_CAUSE: f64 = 0.5;
/// Of the rest: one cause, two causes.
const ONE_CAUSE: f64 = 0.7;
const TWO_CAUSES: f64 = 0.3;
/// Best distinct single causes that are paired with others, and partners tried for each.
const STARS: usize = 3;
const PARTNERS: usize = 40;
/// Regions that share more than this are the same story told twice.
const SAME_STORY: f64 = 0.5;
/// ln BF of a host without repeats: nearly nothing.
const QUIET_HOST: f64 = 0.9;

/// The outcome per candidate.
#[derive(Debug)]
pub(super) struct Average {
    pub posterior: Vec<f64>,
    /// Expected share of all independent events that the candidate explains.
    pub explained: Vec<f64>,
    pub null: f64,
}

/// One model: its candidates with what each explains.
struct Model {
    log_weight: f64,
    causes: [Option<(usize, f64)>; 2],
}

/// Averages over null, singles and pairs.
///
/// `tempered`: factor of each candidate's log evidence, see [`super::tempering`].
pub(super) fn average(
    candidates: &[Candidate],
    tempered: &[f64],
    list: &Questionnaire,
    events: &Events,
    sample: &Sample,
    hosts: usize,
) -> Average {
    let mut models = vec![Model { log_weight: NO_CAUSE.ln(), causes: [None, None] }];
    let suspects = candidates.iter().filter(|c| matches!(c.answer, Answer::Host { .. })).count();
    let quiet = (hosts - suspects.min(hosts)) as f64 * list.host_prior * QUIET_HOST;
    if quiet > 0.0 {
        models.push(Model { log_weight: ((1.0 - NO_CAUSE) * ONE_CAUSE * quiet).ln(), causes: [None, None] });
    }
    for (index, candidate) in candidates.iter().enumerate() {
        models.push(Model {
            log_weight: ((1.0 - NO_CAUSE) * ONE_CAUSE).ln()
                + candidate.log_prior
                + candidate.log_bayes_factor * tempered[index],
            causes: [Some((index, candidate.explained)), None],
        });
    }
    models.extend(pairs(candidates, tempered, list, events, sample));
    let weights = normalise(&models.iter().map(|model| model.log_weight).collect::<Vec<_>>());
    let mut average = Average {
        posterior: vec![0.0; candidates.len()],
        explained: vec![0.0; candidates.len()],
        null: weights.first().copied().unwrap_or(1.0),
    };
    for (model, weight) in models.iter().zip(&weights) {
        for (candidate, explained) in model.causes.iter().flatten() {
            average.posterior[*candidate] += weight;
            average.explained[*candidate] += weight * explained;
        }
    }
    average
}

/// Two-cause models around the best singles.
fn pairs(
    candidates: &[Candidate],
    tempered: &[f64],
    list: &Questionnaire,
    events: &Events,
    sample: &Sample,
) -> Vec<Model> {
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    let score = |index: usize| candidates[index].log_prior + candidates[index].log_bayes_factor * tempered[index];
    order.sort_by(|a, b| score(*b).total_cmp(&score(*a)).then(a.cmp(b)));
    let grid = TwoCauseGrid::new(4, SIGMA);
    let mut stars: Vec<Star> = Vec::new();
    for index in &order {
        if let Answer::Region { question, pool } = candidates[*index].answer {
            if stars.iter().all(|star| star.differs(question, pool, list)) {
                stars.push(Star::new(*index, question, pool, candidates, list, events, sample));
            }
            if stars.len() == STARS {
                break;
            }
        }
    }
    let mut models = Vec::new();
    for (rank, star) in stars.iter().enumerate() {
        let earlier: Vec<usize> = stars[..rank].iter().map(|star| star.candidate).collect();
        for (partner, quick) in star.partners(candidates, &order, list, events) {
            if earlier.contains(&partner) {
                continue;
            }
            models.extend(star.with(partner, quick, candidates, tempered, list, events, &grid));
        }
    }
    models
}

/// A leading single cause, with what is needed to pair it.
struct Star {
    candidate: usize,
    question: usize,
    pool: usize,
    /// Share of exposure in the star's region and in each other's.
    shared: Vec<f64>,
    /// Events of the pool in the star's region and in each other's.
    both: Vec<f64>,
}

impl Star {
    fn new(
        candidate: usize,
        question: usize,
        pool: usize,
        candidates: &[Candidate],
        list: &Questionnaire,
        events: &Events,
        sample: &Sample,
    ) -> Self {
        debug_assert!(candidate < candidates.len());
        let count = list.questions.len();
        let mut both = vec![0.0; count];
        for shock in &events.pools[pool].shocks {
            let rows = &events.rows[*shock];
            for (incident, row) in rows.iter().enumerate() {
                if events.inside(*shock, incident, question) {
                    super::sample::for_each_bit(row, |other| both[other] += 1.0 / rows.len() as f64);
                }
            }
        }
        Self { candidate, question, pool, shared: shared_shares(question, list, sample), both }
    }

    /// Whether a region is another story than the star's.
    fn differs(&self, question: usize, pool: usize, list: &Questionnaire) -> bool {
        let disjoint = pool != self.pool && pool != 0 && self.pool != 0;
        disjoint || self.jaccard(question, list) < SAME_STORY
    }

    fn jaccard(&self, question: usize, list: &Questionnaire) -> f64 {
        let shared = self.shared[question];
        let union = list.questions[self.question].share + list.questions[question].share - shared;
        if union > 0.0 { shared / union } else { 0.0 }
    }

    /// The most promising partners: of the same pool by the evidence left when the star's region is
    /// given its own rate, of disjoint pools by their own score.
    fn partners(
        &self,
        candidates: &[Candidate],
        order: &[usize],
        list: &Questionnaire,
        events: &Events,
    ) -> Vec<(usize, f64)> {
        let star = &candidates[self.candidate];
        let mut same: Vec<(usize, f64)> = Vec::new();
        let mut others: Vec<(usize, f64)> = Vec::new();
        let ratio = crate::stats::region_bayes_factor::region_evidence(
            star.count,
            events.pools[self.pool].shocks.len() as f64,
            list.questions[self.question].share,
            SIGMA,
        )
        .mean_log_ratio
        .exp();
        for index in order {
            let candidate = &candidates[*index];
            match candidate.answer {
                Answer::Region { question, pool } if pool == self.pool => {
                    if candidate.count >= 1.5 && self.jaccard(question, list) < 0.9 {
                        let score = self.given_star(question, ratio, candidate, list, events) + candidate.log_prior;
                        same.push((*index, score));
                    }
                }
                Answer::Region { pool, .. } | Answer::Daily { pool }
                    if pool != 0 && self.pool != 0 && pool != self.pool && others.len() < PARTNERS =>
                {
                    others.push((*index, candidate.score()));
                }
                _ => {}
            }
        }
        same.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        same.truncate(PARTNERS);
        same.extend(others);
        same
    }

    fn splits(&self, question: usize, partner: &Candidate, star_count: f64, list: &Questionnaire, events: &Events) -> (Split, Split) {
        let n = events.pools[self.pool].shocks.len() as f64;
        let both = self.both[question];
        let counts = Split {
            both,
            only_a: (star_count - both).max(0.0),
            only_b: (partner.count - both).max(0.0),
            neither: (n - star_count - partner.count + both).max(0.0),
        };
        let (a, b) = (list.questions[self.question].share, list.questions[question].share);
        let shared = self.shared[question].min(a).min(b);
        let shares =
            Split { both: shared, only_a: a - shared, only_b: b - shared, neither: (1.0 - a - b + shared).max(1e-9) };
        (counts, shares)
    }

    /// ln of the evidence for the partner with the star's ratio held at its estimate: a screen only.
    fn given_star(&self, question: usize, ratio: f64, partner: &Candidate, list: &Questionnaire, events: &Events) -> f64 {
        const STEP: f64 = 0.4;
        let (counts, shares) = self.splits(question, partner, self.both[self.question], list, events);
        let n = counts.both + counts.only_a + counts.only_b + counts.neither;
        let logs: Vec<f64> = (0..25)
            .map(|i| {
                let u = f64::from(i) * STEP;
                let other = u.exp();
                let sum = ratio + other - 1.0;
                let rate = shares.neither + shares.only_a * ratio + shares.only_b * other + shares.both * sum;
                counts.both * sum.ln() + counts.only_a * ratio.ln() + counts.only_b * u - n * rate.ln()
                    - u * u / (2.0 * SIGMA * SIGMA)
            })
            .collect();
        log_sum_exp(&logs)
    }

    fn with(
        &self,
        partner: usize,
        quick: f64,
        candidates: &[Candidate],
        tempered: &[f64],
        list: &Questionnaire,
        events: &Events,
        grid: &TwoCauseGrid,
    ) -> Option<Model> {
        let (star, other) = (&candidates[self.candidate], &candidates[partner]);
        let prior = ((1.0 - NO_CAUSE) * TWO_CAUSES * 2.0).ln() + star.log_prior + other.log_prior;
        let own = star.log_bayes_factor * tempered[self.candidate];
        let same_pool = match other.answer {
            Answer::Region { question, pool } if pool == self.pool => Some(question),
            _ => None,
        };
        let Some(question) = same_pool else {
            // Different causes of death do not share a likelihood: the evidence multiplies.
            return Some(Model {
                log_weight: prior + own + other.log_bayes_factor * tempered[partner],
                causes: [Some((self.candidate, star.explained)), Some((partner, other.explained))],
            });
        };
        if !quick.is_finite() {
            return None;
        }
        let (counts, shares) = self.splits(question, other, self.both[self.question], list, events);
        let evidence = grid.evidence(counts, shares);
        let part = events.pools[self.pool].shocks.len() as f64 / events.of_any_cause;
        Some(Model {
            log_weight: prior + own + (evidence.log_bayes_factor - star.log_bayes_factor) * tempered[partner],
            causes: [
                Some((self.candidate, evidence.explained_by_a * part)),
                Some((partner, evidence.explained_by_b * part)),
            ],
        })
    }
}

/// Share of exposure common to a region and each other one: exact where at most one clock region is
/// involved, from the sample of instants otherwise.
fn shared_shares(question: usize, list: &Questionnaire, sample: &Sample) -> Vec<f64> {
    let sampled = sample.shares_with(question, list.questions.len());
    (0..list.questions.len()).map(|other| list.common_share(question, other).unwrap_or(sampled[other])).collect()
}
