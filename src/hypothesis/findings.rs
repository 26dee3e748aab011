//! From candidates to findings: one per story, with its probability and its guard.

use std::collections::BTreeMap;

use crate::{
    model::{Family, Hypothesis, Study, Verdict},
    stats::{
        permutation::max_t_p,
        power, rate_ratio,
        region_bayes_factor::{SIGMA, region_evidence},
    },
};

use super::{
    averaging::Average,
    base::Base,
    evidence::{Answer, Candidate, Events},
    host_time::{HostTime, Stretch},
    lever::lead_order,
    question::{Question, Subject},
    questionnaire::{Questionnaire, is_scanned},
    sample::Sample,
    subgroup,
};

/// Regions kept for the report, after those that tell the same story are merged.
const MOST_REGIONS: usize = 40;
/// Regions looked at for that.
const CONSIDERED: usize = 250;
/// Regions with this share of host-time in common cannot be told apart in practice.
const NEAR_ALIAS: f64 = 0.9;
/// A combination must be this much likelier than its parts (ln 3) to be worth its longer name.
const BETTER_THAN_PARTS: f64 = 1.098_612_288_668_11;
/// Below this share of the incidents a combination that is no better than its parts is left out.
const WORTH_A_LINE: f64 = 0.005;
const SIGNIFICANT: f64 = 0.05;
const NULL_UNLIKELY: f64 = 0.2;
/// Above this share of the shuffled fleets something as striking is found, whatever else is certain.
const UNREMARKABLE: f64 = 0.25;
const VERY_SIGNIFICANT: f64 = 0.01;
const NULL_POSSIBLE: f64 = 0.35;
/// A claim needs to be the likely reading itself, not one of many alternatives.
const CLAIM: f64 = 0.3;

/// A group is looked at without its worst host if that host has this share of its events.
const MOSTLY_ONE_HOST: f64 = 0.6;
/// ln BF below which nothing is left of a group.
const LEFT_WITHOUT_HOST: f64 = 2.0;

/// Share of all events from which a region, and a symptom that goes before, is worth a claim.
const CLAIM_SHARE: f64 = 0.15;
const SYMPTOM_SHARE: f64 = 0.25;
/// A host with this share of a group's events must not decide alone about a claim.
const HEAVY_HOST: f64 = 0.2;
const STILL_REMARKABLE: f64 = 0.15;

/// Everything that findings are made from.
pub(super) struct Analysis<'a> {
    pub study: &'a Study,
    pub time: &'a HostTime,
    pub list: &'a Questionnaire,
    pub sample: &'a Sample,
    pub events: &'a Events,
    pub candidates: &'a [Candidate],
    pub average: &'a Average,
    /// Sorted maxima of the permutations: any time of day, same time of day, hosts.
    pub any_time: Vec<f64>,
    pub same_time_of_day: Vec<f64>,
    pub hosts: Vec<f64>,
}

/// A region with all that is known of it.
#[derive(Debug, Clone)]
pub(super) struct RegionFinding {
    pub question: usize,
    /// The pool in which it stands out most.
    pub pool: usize,
    pub count: f64,
    pub log_bayes_factor: f64,
    pub score: f64,
    pub posterior: f64,
    /// The posterior under the other priors on the effect.
    pub posterior_at: [f64; 2],
    pub explained: f64,
    pub p_adjusted: f64,
    /// Questions that this data cannot tell from it.
    pub near: Vec<usize>,
}

/// The host that a group owes most to.
struct WorstHost {
    host: usize,
    events: f64,
    /// ln BF of the group without it.
    left: f64,
}

/// Probability that went to a group but is one host's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Disguise {
    pub host: usize,
    pub posterior: f64,
    pub explained: f64,
}

impl Analysis<'_> {
    pub fn question(&self, finding: &RegionFinding) -> &Question {
        &self.list.questions[finding.question]
    }

    /// The regions worth reporting, by what they explain, and what belongs to single hosts instead.
    pub fn regions(&self) -> (Vec<RegionFinding>, Vec<Disguise>) {
        let mut regions = self.per_question();
        by_explained(&mut regions);
        regions.truncate(CONSIDERED);
        let mut kept: Vec<RegionFinding> = Vec::new();
        let mut disguises = Vec::new();
        for region in regions {
            if let Some(host) = self.host_behind(&region) {
                disguises.push(Disguise { host, posterior: region.posterior, explained: region.explained });
                continue;
            }
            let twin = (0..kept.len()).find(|i| self.same_story(&kept[*i], &region));
            if let Some(twin) = twin {
                merge(&mut kept[twin], &region, &self.list.questions);
            } else if kept.len() < MOST_REGIONS && !self.mere_part(&kept, &region) {
                kept.push(region);
            }
        }
        subgroup::settle(self, &mut kept);
        by_explained(&mut kept);
        (kept, disguises)
    }

    /// The one host that a group's evidence comes from: most of its events, and without that host the
    /// group is nothing special. Regions of time compare hosts with themselves: that one host has most of
    /// the events does not explain why they come during backups.
    fn host_behind(&self, region: &RegionFinding) -> Option<usize> {
        if self.question(region).flag.is_some() {
            return None;
        }
        let worst = self.worst_host(region)?;
        let mostly = worst.events >= 2.0 && worst.events >= MOSTLY_ONE_HOST * region.count;
        (mostly && worst.left < LEFT_WITHOUT_HOST).then_some(worst.host)
    }

    /// Whether a group of hosts is still remarkable when its worst host is left out. Asked only where
    /// that host has much of the weight; regions of time compare hosts with themselves.
    fn stands_without_worst_host(&self, region: &RegionFinding) -> bool {
        if self.question(region).flag.is_some() {
            return true;
        }
        let Some(worst) = self.worst_host(region) else { return true };
        if worst.events < 4.0 || worst.events < HEAVY_HOST * region.count {
            return true;
        }
        let score = region.score - region.log_bayes_factor + worst.left;
        max_t_p(score, &self.any_time) <= STILL_REMARKABLE
    }

    /// Smallest and largest posterior over the priors on the effect that were tried.
    pub fn posterior_range(&self, region: &RegionFinding) -> (f64, f64) {
        let all = region.posterior_at.iter().chain([&region.posterior]);
        let low = all.clone().copied().fold(1.0, f64::min);
        (low, all.copied().fold(0.0, f64::max).min(1.0))
    }

    /// The events and the time that the region is judged on.
    pub fn base(&self, region: &RegionFinding) -> Base<'_> {
        Base::of(region.question, region.pool, self.list, self.events, self.time)
    }

    /// Independent events inside the region of those it is judged on, the earliest incident standing for
    /// each.
    pub fn events_inside(&self, region: &RegionFinding) -> u64 {
        self.base(region).inside(self.events, region.question)
    }

    /// Whether the region is more than a curiosity: enough events, on enough hosts, and a part of the
    /// whole that matters. An alarm that comes minutes before two of twenty ends is near-certain and
    /// yet explains little; alarms are symptoms anyway, and must go before more.
    fn weighs_enough(&self, region: &RegionFinding) -> bool {
        let mut hosts = Vec::new();
        let mut events = 0;
        for shock in self.base(region).shocks.iter() {
            if self.events.inside(*shock, 0, region.question) {
                events += 1;
                hosts.push(self.events.shocks[*shock].first().instant.host);
            }
        }
        hosts.sort_unstable();
        hosts.dedup();
        let share = f64::from(events) / self.events.of_any_cause;
        if self.question(region).family == Family::Precursor {
            return events >= 4 && hosts.len() >= 3 && share >= SYMPTOM_SHARE;
        }
        events >= 3 && (region.explained >= CLAIM_SHARE || events >= 6)
    }

    /// The host with most events of a group of hosts, and the group without it; not for regions of time.
    fn worst_host(&self, region: &RegionFinding) -> Option<WorstHost> {
        let question = self.question(region);
        if question.levels.is_empty() || region.count < 2.0 {
            return None;
        }
        let pool = &self.events.pools[region.pool].shocks;
        let mut inside: BTreeMap<usize, f64> = BTreeMap::new();
        let mut anywhere: BTreeMap<usize, f64> = BTreeMap::new();
        for shock in pool {
            let incidents = &self.events.shocks[*shock].incidents;
            for (place, incident) in incidents.iter().enumerate() {
                let weight = 1.0 / incidents.len() as f64;
                *anywhere.entry(incident.instant.host).or_default() += weight;
                if self.events.inside(*shock, place, region.question) {
                    *inside.entry(incident.instant.host).or_default() += weight;
                }
            }
        }
        let (host, events) = inside.into_iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
        let member = |stretch: &&Stretch| self.list.concerns(question, self.time, stretch.profile);
        let own: f64 = self.time.stretches[host]
            .iter()
            .filter(member)
            .map(|stretch| (stretch.to - stretch.from) as f64)
            .sum();
        let share = (question.exposure_seconds - own).max(0.0)
            / (self.time.total_seconds - self.time.host_seconds[host]).max(1.0);
        let others = pool.len() as f64 - anywhere.get(&host).copied().unwrap_or(0.0);
        let left = region_evidence(region.count - events, others, share, SIGMA).log_bayes_factor;
        Some(WorstHost { host, events, left })
    }

    /// One finding per question, over all pools.
    fn per_question(&self) -> Vec<RegionFinding> {
        let mut found: Vec<Option<RegionFinding>> = vec![None; self.list.questions.len()];
        for (index, candidate) in self.candidates.iter().enumerate() {
            let Answer::Region { question, pool } = candidate.answer else { continue };
            let posterior = self.average.posterior[index];
            let explained = self.average.explained[index];
            let entry = found[question].get_or_insert_with(|| RegionFinding {
                question,
                pool,
                count: candidate.count,
                log_bayes_factor: candidate.log_bayes_factor,
                score: candidate.score(),
                posterior: 0.0,
                posterior_at: [0.0; 2],
                explained: 0.0,
                p_adjusted: 1.0,
                near: Vec::new(),
            });
            entry.posterior += posterior;
            for (sum, other) in entry.posterior_at.iter_mut().zip(&self.average.posterior_at) {
                *sum += other[index];
            }
            entry.explained += explained;
            if candidate.score() > entry.score {
                entry.pool = pool;
                entry.count = candidate.count;
                entry.log_bayes_factor = candidate.log_bayes_factor;
                entry.score = candidate.score();
            }
        }
        let mut found: Vec<RegionFinding> = found.into_iter().flatten().collect();
        for region in &mut found {
            region.posterior = region.posterior.min(1.0);
            region.explained = region.explained.min(1.0);
            region.p_adjusted = self.p_adjusted(region);
        }
        found
    }

    fn p_adjusted(&self, region: &RegionFinding) -> f64 {
        let p = max_t_p(region.score, &self.any_time);
        if self.question(region).is_window() {
            p.max(max_t_p(region.score, &self.same_time_of_day))
        } else {
            p
        }
    }

    fn same_story(&self, kept: &RegionFinding, other: &RegionFinding) -> bool {
        let (a, b) = (self.question(kept), self.question(other));
        if a.terms == b.terms {
            return true;
        }
        if let (Subject::Uptime { low, high, .. }, Subject::Uptime { low: from, high: to, .. }) =
            (&a.subject, &b.subject)
        {
            let scanned = is_scanned(&a.subject) || is_scanned(&b.subject);
            if scanned && low < to && from < high && high / from.max(1e-9) < 1.2 && to / low.max(1e-9) < 1.2 {
                return true;
            }
        }
        if a.share.min(b.share) < NEAR_ALIAS * a.share.max(b.share) {
            return false;
        }
        let common = self
            .list
            .common_share(self.time, kept.question, other.question)
            .unwrap_or_else(|| self.sample.common_share(self.time, a, b));
        common >= NEAR_ALIAS * (a.share + b.share - common)
    }

    /// Whether the region is a combination that is no better than a part of it already kept.
    fn mere_part(&self, kept: &[RegionFinding], region: &RegionFinding) -> bool {
        let child = self.question(region);
        child.terms.len() > 1
            && kept.iter().any(|parent| {
                let terms = &self.question(parent).terms;
                terms.len() < child.terms.len()
                    && terms.iter().all(|term| child.terms.contains(term))
                    && region.score <= parent.score + BETTER_THAN_PARTS
                    && region.explained < WORTH_A_LINE
            })
    }

    /// The exact comparison of rates, on independent events (the earliest incident of each).
    pub fn rates(&self, region: &RegionFinding) -> Option<rate_ratio::RateRatio> {
        let base = self.base(region);
        let inside = base.inside(self.events, region.question);
        let seconds = self.question(region).exposure_seconds;
        rate_ratio::compare(inside, base.total() - inside, seconds, base.seconds - seconds)
    }

    pub fn verdict(&self, region: &RegionFinding, rates: Option<&rate_ratio::RateRatio>) -> Verdict {
        let symptom = self.question(region).family == Family::Precursor;
        let null = if symptom { self.average.no_symptom } else { self.average.null };
        let mut verdict = judge(region.p_adjusted, region.posterior, null);
        if verdict == Verdict::Supported
            && !(self.weighs_enough(region) && self.stands_without_worst_host(region))
        {
            verdict = Verdict::Suggestive;
        }
        let base = self.base(region);
        let spoken_against = rates.is_some_and(|rates| rates.high < 1.5)
            && power::power_to_see(base.total(), base.share, SIGNIFICANT, 3.0) >= 0.8;
        if verdict == Verdict::Inconclusive && spoken_against { Verdict::Contradicted } else { verdict }
    }
}

/// The verdict of permutation and posterior together.
///
/// The Bayes factor is not capped by what the permutations' p could carry; a claim has to pass both. Where
/// the two disagree, a p that is not significant holds the verdict below a claim, however large the Bayes
/// factor, and a posterior below that of a likely reading does the same, however small p.
pub(super) fn judge(p_adjusted: f64, posterior: f64, null: f64) -> Verdict {
    let significant = p_adjusted <= SIGNIFICANT;
    let null_unlikely = null < NULL_UNLIKELY;
    // Where the shuffled fleets are very clear, the model's prior on "nothing" may be stubborn.
    let very_clear = p_adjusted <= VERY_SIGNIFICANT && null < NULL_POSSIBLE;
    if ((significant && null_unlikely) || very_clear) && posterior >= CLAIM {
        Verdict::Supported
    } else if (significant && posterior >= 0.02)
        || (posterior >= if null_unlikely { 0.1 } else { 0.5 } && p_adjusted <= UNREMARKABLE)
    {
        Verdict::Suggestive
    } else {
        Verdict::Inconclusive
    }
}

fn by_explained(regions: &mut [RegionFinding]) {
    regions.sort_by(|a, b| {
        b.explained
            .total_cmp(&a.explained)
            .then(b.score.total_cmp(&a.score))
            .then(a.question.cmp(&b.question))
    });
}

/// Joins two regions that tell one story; the name that people act on leads unless it explains much less.
fn merge(kept: &mut RegionFinding, other: &RegionFinding, questions: &[Question]) {
    let (posterior, explained) = (kept.posterior + other.posterior, kept.explained + other.explained);
    let at = [0, 1].map(|i| (kept.posterior_at[i] + other.posterior_at[i]).min(1.0));
    let (lead, follow) = (&questions[kept.question], &questions[other.question]);
    let known = |question: &Question| matches!(question.subject, Subject::Uptime { known: Some(_), .. });
    let place = |question: &Question| {
        let names = std::iter::once(&question.terms).chain(&question.aliases);
        names.map(|terms| lead_order(terms)).min()
    };
    let simpler = place(follow) < place(lead) || (known(follow) && !known(lead));
    if simpler && other.explained * 2.0 >= kept.explained {
        let mut near = std::mem::take(&mut kept.near);
        near.push(kept.question);
        *kept = RegionFinding { near, ..other.clone() };
    } else {
        kept.near.push(other.question);
    }
    kept.posterior = posterior.min(1.0);
    kept.posterior_at = at;
    kept.explained = explained.min(1.0);
}

/// Orders hypotheses by what they explain and numbers them; what the data speak against comes last.
///
/// Not by verdict first: a lead that would explain half of the incidents is more worth a look than a
/// certainty that explains two, and of a group and its part the verdicts differ by the price of the
/// longer name only.
pub(super) fn rank(mut hypotheses: Vec<Hypothesis>) -> Vec<Hypothesis> {
    let explained = |hypothesis: &Hypothesis| hypothesis.explained_fraction.unwrap_or(0.0);
    let refuted = |hypothesis: &Hypothesis| hypothesis.verdict == Verdict::Contradicted;
    hypotheses.sort_by(|a, b| {
        refuted(a)
            .cmp(&refuted(b))
            .then_with(|| explained(b).total_cmp(&explained(a)))
            .then_with(|| b.posterior.unwrap_or(0.0).total_cmp(&a.posterior.unwrap_or(0.0)))
            .then_with(|| a.id.cmp(&b.id))
    });
    for (index, hypothesis) in hypotheses.iter_mut().enumerate() {
        hypothesis.rank = index as u32 + 1;
    }
    hypotheses
}

/// `family:factor=value&factor=value`.
pub(super) fn id(family: Family, terms: &[crate::model::Term]) -> String {
    let terms: Vec<String> = terms.iter().map(|term| format!("{}={}", term.factor, term.value)).collect();
    format!("{}:{}", family.word(), terms.join("&"))
}
