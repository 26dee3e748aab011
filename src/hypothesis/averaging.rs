//! Bayesian model averaging: no listed cause, one cause, or two.

use crate::{
    model::Family,
    stats::{
        clock::DailyPattern,
        posterior::normalise,
        region_bayes_factor::{SIGMA, region_evidence},
    },
};

use super::{
    base::Base,
    evidence::{Answer, Candidate, Events},
    host_time::HostTime,
    membership::Membership,
    pairs,
    questionnaire::Questionnaire,
    sample::Sample,
};

/// Prior probability that no listed cause is at work.
const NO_CAUSE: f64 = 0.5;
/// Of the rest: one cause, two causes.
const ONE_CAUSE: f64 = 0.7;
const TWO_CAUSES: f64 = 0.3;
/// Prior standard deviations of ln ρ for which the posterior is given besides the usual one: effects
/// of about 2 and of about 8: how much the answer owes to the prior.
pub(super) const OTHER_SIGMAS: [f64; 2] = [1.0, 3.0];
/// Models less likely than this by ln are not worth another integral.
const NEGLIGIBLE: f64 = 18.0;
/// ln BF of a host without repeats: nearly nothing.
const QUIET_HOST: f64 = 0.9;

/// The outcome per candidate.
#[derive(Debug)]
pub(super) struct Average {
    pub posterior: Vec<f64>,
    /// Expected share of all independent events that the candidate explains.
    pub explained: Vec<f64>,
    /// The posterior for each of [`OTHER_SIGMAS`] in place of the usual prior on the effect.
    pub posterior_at: [Vec<f64>; 2],
    /// Probability that no cause is at work, and that no symptom goes before.
    pub null: f64,
    pub no_symptom: f64,
}

/// One model: its candidates with what each explains.
pub(super) struct Model {
    /// ln of prior times evidence; for pairs without the prior of there being two causes.
    pub log_weight: f64,
    pub causes: [Option<(usize, f64)>; 2],
}

/// What the models are made from.
pub(super) struct Inputs<'a> {
    pub candidates: &'a [Candidate],
    /// Factor of each candidate's log evidence, see [`super::tempering`].
    pub tempered: &'a [f64],
    pub list: &'a Questionnaire,
    pub events: &'a Events,
    pub sample: &'a Sample,
    pub member: &'a Membership,
    pub time: &'a HostTime,
    pub daily: &'a [DailyPattern],
    /// Which candidates compete with each other here.
    pub included: Vec<bool>,
}

impl Inputs<'_> {
    /// ln BF as far as it is believed.
    pub fn evidence(&self, candidate: usize) -> f64 {
        self.candidates[candidate].log_bayes_factor * self.tempered[candidate]
    }

    pub fn score(&self, candidate: usize) -> f64 {
        self.candidates[candidate].log_prior + self.evidence(candidate)
    }

    /// Whether a question is judged on other events than all of the pool: it cannot lead a pair.
    pub fn judged_elsewhere(&self, question: usize) -> bool {
        self.list.own.contains_key(&question) || self.list.questions[question].is_weekday()
    }

    /// What a question is judged on.
    pub fn base(&self, question: usize, pool: usize) -> Base<'_> {
        Base::of(question, pool, self.list, self.events, self.time)
    }

    pub fn events_in(&self, pool: usize) -> f64 {
        self.events.pools[pool].shocks.len() as f64
    }
}

/// Averages over null, singles and pairs.
///
/// Symptoms (alarms that go before) and causes answer different questions, "what" and "where": a RAID
/// firmware and the disk errors it makes are both true, and must not take each other's probability.
/// So the two are averaged apart.
pub(super) fn average(mut inputs: Inputs, hosts: usize) -> Average {
    let symptom = |candidate: &Candidate| match candidate.answer {
        Answer::Region { question, .. } => inputs.list.questions[question].family == Family::Precursor,
        Answer::Host { .. } | Answer::Daily { .. } => false,
    };
    let symptoms: Vec<bool> = inputs.candidates.iter().map(symptom).collect();
    let mut average = Average {
        posterior: vec![0.0; symptoms.len()],
        explained: vec![0.0; symptoms.len()],
        posterior_at: OTHER_SIGMAS.map(|_| vec![0.0; symptoms.len()]),
        null: 1.0,
        no_symptom: 1.0,
    };
    inputs.included = symptoms.iter().map(|symptom| !symptom).collect();
    average.null = average_included(&inputs, hosts, &mut average);
    inputs.included = symptoms;
    average.no_symptom = average_included(&inputs, 0, &mut average);
    average
}

/// Adds the shares of the included candidates and returns the probability of the null model.
fn average_included(inputs: &Inputs, hosts: usize, average: &mut Average) -> f64 {
    let candidates = inputs.candidates;
    let mut models = vec![Model { log_weight: NO_CAUSE.ln(), causes: [None, None] }];
    let single = ((1.0 - NO_CAUSE) * ONE_CAUSE).ln();
    let suspects = candidates.iter().filter(|c| matches!(c.answer, Answer::Host { .. })).count();
    let quiet = hosts.saturating_sub(suspects) as f64 * inputs.list.host_prior * QUIET_HOST;
    if quiet > 0.0 {
        models.push(Model { log_weight: single + quiet.ln(), causes: [None, None] });
    }
    for (index, candidate) in candidates.iter().enumerate().filter(|(index, _)| inputs.included[*index]) {
        let causes = [Some((index, candidate.explained)), None];
        models.push(Model { log_weight: single + inputs.score(index), causes });
    }
    // A pair is drawn in either order.
    let pair = ((1.0 - NO_CAUSE) * TWO_CAUSES * 2.0).ln();
    models.extend(
        pairs::pairs(inputs)
            .into_iter()
            .map(|model| Model { log_weight: pair + model.log_weight, causes: model.causes }),
    );
    let weights = normalise(&models.iter().map(|model| model.log_weight).collect::<Vec<_>>());
    for (model, weight) in models.iter().zip(&weights) {
        for (candidate, explained) in model.causes.iter().flatten() {
            average.posterior[*candidate] += weight;
            average.explained[*candidate] += weight * explained;
        }
    }
    for (sigma, posterior) in OTHER_SIGMAS.iter().zip(&mut average.posterior_at) {
        under_another_prior(inputs, &models, *sigma, posterior);
    }
    weights.first().copied().unwrap_or(1.0)
}

/// Adds the posterior probabilities under another prior on the effect of regions.
///
/// Single causes are integrated anew; a pair moves by what its two causes move by themselves, to
/// first order. Hosts and daily patterns keep their own priors.
fn under_another_prior(inputs: &Inputs, models: &[Model], sigma: f64, posterior: &mut [f64]) {
    let best = models.iter().map(|model| model.log_weight).fold(f64::NEG_INFINITY, f64::max);
    let mut moved: Vec<Option<f64>> = vec![None; inputs.candidates.len()];
    let weights: Vec<f64> = models
        .iter()
        .map(|model| {
            if model.log_weight < best - NEGLIGIBLE {
                return f64::NEG_INFINITY;
            }
            let causes = model.causes.iter().flatten();
            let shift: f64 = causes
                .map(|(cause, _)| *moved[*cause].get_or_insert_with(|| shift(inputs, *cause, sigma)))
                .sum();
            model.log_weight + shift
        })
        .collect();
    for (model, weight) in models.iter().zip(normalise(&weights)) {
        for (candidate, _) in model.causes.iter().flatten() {
            posterior[*candidate] += weight;
        }
    }
}

/// How much the believed ln BF of a candidate changes with the prior on the effect.
fn shift(inputs: &Inputs, candidate: usize, sigma: f64) -> f64 {
    let Answer::Region { question, pool } = inputs.candidates[candidate].answer else { return 0.0 };
    let count = inputs.candidates[candidate].count;
    let base = inputs.base(question, pool);
    let log_bayes_factor = |sigma| region_evidence(count, base.events, base.share, sigma).log_bayes_factor;
    (log_bayes_factor(sigma) - log_bayes_factor(SIGMA)) * inputs.tempered[candidate]
}
