//! Two-cause models: the best single causes, each with its most promising partners.
//!
//! With single causes alone the second of two real causes gets no probability, although both are true.

use crate::stats::{
    region_bayes_factor::{RegionEvidence, SIGMA, region_evidence},
    two_causes::{Split, second_given_first, two_causes},
};

use super::{
    averaging::{Inputs, Model},
    evidence::{Answer, Candidate},
};

/// Best distinct single causes that are paired with others, and partners tried for each.
const STARS: usize = 3;
const PARTNERS: usize = 40;
/// Repeatedly failing hosts that are paired with regions.
const HOSTS: usize = 2;
/// Regions that share more than this are the same story told twice.
const SAME_STORY: f64 = 0.5;
/// Regions that share more than this cannot both be causes.
const SAME_REGION: f64 = 0.9;

/// Two-cause models around the best singles, each with ln of (prior of both × evidence).
pub(super) fn pairs(inputs: &Inputs) -> Vec<Model> {
    let mut order: Vec<usize> =
        (0..inputs.candidates.len()).filter(|index| inputs.included[*index]).collect();
    order.sort_by(|a, b| inputs.score(*b).total_cmp(&inputs.score(*a)).then(a.cmp(b)));
    let mut stars: Vec<Star> = Vec::new();
    for index in &order {
        if let Answer::Region { question, pool } = inputs.candidates[*index].answer
            && !inputs.judged_elsewhere(question)
            && stars.iter().all(|star| star.differs(question, pool, inputs))
        {
            stars.push(Star::new(*index, question, pool, inputs));
        }
        if stars.len() == STARS {
            break;
        }
    }
    let mut models = Vec::new();
    for (rank, star) in stars.iter().enumerate() {
        let earlier: Vec<usize> = stars[..rank].iter().map(|star| star.candidate).collect();
        let partners = star.partners(&order, inputs);
        models.extend(
            partners
                .into_iter()
                .filter(|partner| !earlier.contains(partner))
                .map(|partner| star.with(partner, inputs)),
        );
    }
    models.extend(beside_hosts(inputs, &order));
    models
}

/// A bad host and something else: the host takes all its own events, the other explains the rest.
fn beside_hosts(inputs: &Inputs, order: &[usize]) -> Vec<Model> {
    let is_host = |index: &&usize| matches!(inputs.candidates[**index].answer, Answer::Host { .. });
    let mut models = Vec::new();
    for first in order.iter().filter(is_host).take(HOSTS) {
        let Answer::Host { host } = inputs.candidates[*first].answer else { continue };
        for other in order.iter().filter(|index| *index != first).take(PARTNERS) {
            let candidate = &inputs.candidates[*other];
            let Answer::Region { question, pool } = candidate.answer else { continue };
            if inputs.list.own.contains_key(&question) {
                continue;
            }
            let rest = RestOfFleet::without(host, question, pool, inputs);
            let evidence = rest.evidence();
            let events = inputs.events.of_any_cause;
            models.push(Model {
                log_weight: inputs.score(*first)
                    + candidate.log_prior
                    + evidence.log_bayes_factor * inputs.tempered[*other],
                causes: [
                    Some((*first, inputs.candidates[*first].explained)),
                    Some((*other, evidence.explained_fraction * rest.events / events)),
                ],
            });
        }
    }
    models
}

/// A pool and a region without one host.
struct RestOfFleet {
    count: f64,
    events: f64,
    share: f64,
}

impl RestOfFleet {
    fn without(host: usize, question: usize, pool: usize, inputs: &Inputs) -> Self {
        let (mut count, mut events) = (0.0, 0.0);
        for shock in inputs.base(question, pool).shocks.iter() {
            let incidents = &inputs.events.shocks[*shock].incidents;
            for (place, _) in incidents.iter().enumerate().filter(|(_, i)| i.instant.host != host) {
                events += 1.0 / incidents.len() as f64;
                if inputs.events.inside(*shock, place, question) {
                    count += 1.0 / incidents.len() as f64;
                }
            }
        }
        let asked = &inputs.list.questions[question];
        let time = inputs.time;
        let own: f64 = time.stretches[host]
            .iter()
            .filter(|stretch| inputs.list.concerns(asked, time, stretch.profile))
            .map(|stretch| (stretch.to - stretch.from) as f64)
            .sum();
        // Of a window only the host's part of the group's time is known, and taken ∝ its exposure.
        let group = inputs.list.group_seconds(asked, time).max(1.0);
        let inside = asked.exposure_seconds * (1.0 - own / group).max(0.0);
        let share = inside / (time.total_seconds - time.host_seconds[host]).max(1.0);
        Self { count, events, share }
    }

    fn evidence(&self) -> RegionEvidence {
        region_evidence(self.count, self.events, self.share, SIGMA)
    }
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
    fn new(candidate: usize, question: usize, pool: usize, inputs: &Inputs) -> Self {
        let events = inputs.events;
        let mut both = vec![0.0; inputs.list.questions.len()];
        for shock in &events.pools[pool].shocks {
            let incidents = &events.regions[*shock];
            for (incident, regions) in incidents.iter().enumerate() {
                if events.inside(*shock, incident, question) {
                    for other in regions {
                        both[*other as usize] += 1.0 / incidents.len() as f64;
                    }
                }
            }
        }
        Self { candidate, question, pool, shared: shared_shares(question, inputs), both }
    }

    /// Whether a region is another story than the star's.
    fn differs(&self, question: usize, pool: usize, inputs: &Inputs) -> bool {
        self.is_disjoint(pool) || self.jaccard(question, inputs) < SAME_STORY
    }

    /// Whether the pool has no event in common with the star's.
    fn is_disjoint(&self, pool: usize) -> bool {
        pool != self.pool && pool != 0 && self.pool != 0
    }

    fn jaccard(&self, question: usize, inputs: &Inputs) -> f64 {
        let questions = &inputs.list.questions;
        let shared = self.shared[question];
        let union = questions[self.question].share + questions[question].share - shared;
        if union > 0.0 { shared / union } else { 0.0 }
    }

    /// The most promising partners: of the same pool by the evidence left when the star's region is
    /// given its own rate, of disjoint pools by their own score.
    fn partners(&self, order: &[usize], inputs: &Inputs) -> Vec<usize> {
        let mut same: Vec<(usize, f64)> = Vec::new();
        let mut others: Vec<usize> = Vec::new();
        let (count, share) = (self.count(inputs), inputs.list.questions[self.question].share);
        let log_ratio = region_evidence(count, inputs.events_in(self.pool), share, SIGMA).mean_log_ratio;
        for index in order {
            let candidate = &inputs.candidates[*index];
            match candidate.answer {
                Answer::Region { question, pool }
                    if pool == self.pool && inputs.judged_elsewhere(question) =>
                {
                    others.push(*index);
                }
                Answer::Region { question, pool }
                    if pool == self.pool
                        && candidate.count >= 1.5
                        && self.jaccard(question, inputs) < SAME_REGION =>
                {
                    let evidence = self.given_star(question, log_ratio, candidate, inputs);
                    same.push((*index, evidence + candidate.log_prior));
                }
                Answer::Daily { pool } if pool == self.pool => others.push(*index),
                Answer::Region { pool, .. } | Answer::Daily { pool }
                    if self.is_disjoint(pool) && others.len() < PARTNERS =>
                {
                    others.push(*index);
                }
                _ => {}
            }
        }
        same.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        same.into_iter().map(|(index, _)| index).take(PARTNERS).chain(others).collect()
    }

    fn count(&self, inputs: &Inputs) -> f64 {
        inputs.candidates[self.candidate].count
    }

    /// Events and exposure by membership in the star's region and the partner's.
    fn split(&self, question: usize, partner: &Candidate, inputs: &Inputs) -> (Split, Split) {
        let star = self.count(inputs);
        let both = self.both[question];
        let counts = Split {
            both,
            only_a: (star - both).max(0.0),
            only_b: (partner.count - both).max(0.0),
            neither: (inputs.events_in(self.pool) - star - partner.count + both).max(0.0),
        };
        let (a, b) = (inputs.list.questions[self.question].share, inputs.list.questions[question].share);
        let shared = self.shared[question].min(a).min(b);
        let shares = Split {
            both: shared,
            only_a: a - shared,
            only_b: b - shared,
            neither: (1.0 - a - b + shared).max(1e-9),
        };
        (counts, shares)
    }

    /// ln of the evidence for the partner with the star's ratio held at its estimate: a screen only.
    fn given_star(&self, question: usize, log_ratio: f64, partner: &Candidate, inputs: &Inputs) -> f64 {
        let (counts, shares) = self.split(question, partner, inputs);
        second_given_first(log_ratio, counts, shares, SIGMA)
    }

    /// The evidence for a weekday where the star takes its own events and time, and the events left.
    fn weekday_outside(&self, question: usize, inputs: &Inputs) -> (RegionEvidence, f64) {
        let events = inputs.events;
        let (mut count, mut left) = (0.0, 0.0);
        for shock in inputs.base(question, self.pool).shocks.iter() {
            let incidents = events.shocks[*shock].incidents.len();
            for place in (0..incidents).filter(|place| !events.inside(*shock, *place, self.question)) {
                left += 1.0 / incidents as f64;
                if events.inside(*shock, place, question) {
                    count += 1.0 / incidents as f64;
                }
            }
        }
        let (star, day) = (inputs.list.questions[self.question].share, inputs.list.questions[question].share);
        let shared = self.shared[question].min(star).min(day);
        let share = ((day - shared) / (1.0 - star).max(1e-9)).clamp(0.0, 1.0);
        // Thirds and sixths must not make 2.9999999 of three.
        let whole = |sum: f64| (sum * 1e9).round() / 1e9;
        (region_evidence(whole(count), whole(left), share, SIGMA), whole(left))
    }

    fn with(&self, partner: usize, inputs: &Inputs) -> Model {
        let (star, other) = (&inputs.candidates[self.candidate], &inputs.candidates[partner]);
        let prior = star.log_prior + other.log_prior;
        let own = inputs.evidence(self.candidate);
        match other.answer {
            Answer::Region { question, pool }
                if pool == self.pool && inputs.list.own.contains_key(&question) =>
            {
                // The region takes its own events, the change explains the others on its hosts.
                let rest = inputs.list.own[&question].outside(self.question, question, pool, inputs);
                Model {
                    log_weight: prior + own + rest.evidence.log_bayes_factor,
                    causes: [
                        Some((self.candidate, star.explained)),
                        Some((
                            partner,
                            rest.evidence.explained_fraction * rest.events / inputs.events.of_any_cause,
                        )),
                    ],
                }
            }
            // The same for a weekday, which counts crowded days once and the star does not.
            Answer::Region { question, pool } if pool == self.pool && inputs.judged_elsewhere(question) => {
                let (evidence, events) = self.weekday_outside(question, inputs);
                Model {
                    log_weight: prior + own + evidence.log_bayes_factor,
                    causes: [
                        Some((self.candidate, star.explained)),
                        Some((partner, evidence.explained_fraction * events / inputs.events.of_any_cause)),
                    ],
                }
            }
            Answer::Region { question, pool } if pool == self.pool => {
                let (counts, shares) = self.split(question, other, inputs);
                let joint = two_causes(counts, shares, SIGMA);
                let part = inputs.events_in(self.pool) / inputs.events.of_any_cause;
                let more = (joint.log_bayes_factor - star.log_bayes_factor) * inputs.tempered[partner];
                Model {
                    log_weight: prior + own + more,
                    causes: [
                        Some((self.candidate, joint.explained_by_a * part)),
                        Some((partner, joint.explained_by_b * part)),
                    ],
                }
            }
            // The region takes its own events, the daily pattern explains the others.
            Answer::Daily { pool } if pool == self.pool => {
                let outside = inputs.events.outside(pool, self.question);
                let rest = inputs.daily[pool].evidence(&outside);
                let part = outside.events / inputs.events.of_any_cause;
                Model {
                    log_weight: prior + own + rest.log_bayes_factor,
                    causes: [
                        Some((self.candidate, star.explained)),
                        Some((partner, rest.explained_fraction * part)),
                    ],
                }
            }
            // Different causes of death do not share a likelihood: the evidence multiplies.
            _ => Model {
                log_weight: prior + own + inputs.evidence(partner),
                causes: [Some((self.candidate, star.explained)), Some((partner, other.explained))],
            },
        }
    }
}

/// Share of exposure common to a region and each other one: exact where at most one clock region is
/// involved, from the sample of instants otherwise.
fn shared_shares(question: usize, inputs: &Inputs) -> Vec<f64> {
    let (list, time, member) = (inputs.list, inputs.time, inputs.member);
    let exact = list.common_shares(time, member, question);
    if exact.iter().all(Option::is_some) {
        return exact.into_iter().flatten().collect();
    }
    let sampled = inputs.sample.shares_with(list, time, member, question);
    exact.into_iter().zip(sampled).map(|(exact, sampled)| exact.unwrap_or(sampled)).collect()
}
