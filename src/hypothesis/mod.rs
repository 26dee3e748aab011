//! Questions asked of a study, answers ranked, doubts listed.
//!
//! Every question is a region of host-time: hosts with a BIOS, minutes of a backup, a day after a
//! memory error. One likelihood and one prior on the effect serve them all, so that they can be
//! ranked on one scale: the expected share of the incidents that each explains, averaged over models
//! with no cause, one cause and two. A permutation of whole hosts guards against coincidence. Bursts
//! on one locality, signatures and operators' slips have no region; they enter the same list by the
//! share of the incidents that they account for.

mod account;
mod adjusted_within_hosts;
mod advice;
mod averaging;
mod base;
mod behind_a_region;
mod case_advice;
mod case_control;
mod clock_region;
mod clock_tests;
mod could_see;
mod crowded_days;
mod delay_profile;
mod dial;
mod doubts;
mod evidence;
mod experiment;
mod explained_by;
mod findings;
mod fingerprint;
mod flags;
mod guard;
mod host_spans;
mod host_time;
mod intervention;
mod lemon;
mod lever;
mod mechanism;
mod membership;
mod names;
mod one_name;
mod other_slots;
mod outside_the_job;
mod own_hosts;
mod pairs;
mod question;
mod questionnaire;
mod remarks;
mod rivals;
mod sample;
mod self_controlled;
mod shared;
mod shifted_schedule;
mod shocks;
mod subgroup;
mod tempering;
mod timed_advice;
mod week_hours;
mod with_daily_pattern;
mod with_host;
mod with_region;
mod without_region;

use crate::model::{Cause, Hypothesis, Study, report::RankingMethod};

pub use intervention::{Asked, UnknownRegion, interventions};

use findings::Analysis;
use guard::{Guard, Null};

/// How to rank.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Seed of all permutations; recorded with the result.
    pub seed: u64,
    /// Permutations of the guard.
    pub permutations: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { seed: 1, permutations: 999 }
    }
}

/// The hypotheses in order, and how they were ranked.
#[derive(Debug, Clone, Default)]
pub struct Ranking {
    pub hypotheses: Vec<Hypothesis>,
    pub method: RankingMethod,
}

/// Ranks everything that the study lets one ask about.
///
/// The result depends on the study and the settings alone: not on the number of threads, not on the
/// wall clock.
#[must_use]
pub fn rank(study: &Study, settings: &Settings) -> Ranking {
    let mut time = host_time::HostTime::new(study);
    let operator = shocks::shocks(study, &mut time, |cause| cause == Cause::Operator);
    let other = shocks::shocks(study, &mut time, |cause| cause != Cause::Operator);
    let of_any_cause = operator.len() + other.len();
    if of_any_cause == 0 || time.total_seconds <= 0.0 {
        return Ranking { hypotheses: Vec::new(), method: remarks::nothing_to_rank(study) };
    }
    let mut occupied = vec![false; time.profiles.len()];
    for incident in other.iter().flat_map(|shock| &shock.incidents) {
        occupied[incident.profile as usize] = true;
    }
    let list = questionnaire::Questionnaire::new(study, &time, &occupied);
    let levels: Vec<usize> = study.factors.iter().map(|factor| factor.levels.len()).collect();
    let member = membership::Membership::new(&list, &levels);
    let sample = sample::Sample::new(study, &time, &list, &member, other.len(), settings.seed);
    let pools = shocks::pools(&other);
    let days = (study.to - study.from) as f64 / clock_region::DAY as f64;
    let events = evidence::Events::new(&time, &list, &member, other, pools, of_any_cause, days);
    let tables: Vec<_> =
        (0..events.pools.len()).map(|pool| evidence::PoolTable::new(&list, &events, pool)).collect();
    let daily = evidence::daily_patterns(&sample, &events);
    let candidates = evidence::candidates(&list, &events, &tables, &daily, &time);
    let tempered = tempering::factors(&candidates, &list, &events, &time);
    let inputs = averaging::Inputs {
        candidates: &candidates,
        tempered: &tempered,
        list: &list,
        events: &events,
        sample: &sample,
        member: &member,
        time: &time,
        daily: &daily,
        included: Vec::new(),
    };
    let average = averaging::average(inputs, study.hosts.len());
    let guard = Guard {
        study,
        time: &time,
        list: &list,
        member: &member,
        sample: &sample,
        events: &events,
        tables: &tables,
        daily: &daily,
        seed: settings.seed,
    };
    let permutations = affordable(settings.permutations, events.shocks.len());
    let any_time = guard.maxima(Null::AnyTime, permutations);
    let same_time_of_day =
        if list.asks_about_windows() { guard.maxima(Null::SameTimeOfDay, permutations) } else { Vec::new() };
    let hosts = lemon::null_maxima(&list, &events, &time, settings.seed, permutations);
    let analysis = Analysis {
        study,
        time: &time,
        list: &list,
        sample: &sample,
        events: &events,
        candidates: &candidates,
        average: &average,
        any_time,
        same_time_of_day,
        hosts,
    };
    let (regions, disguises) = analysis.regions();
    let mut hypotheses = with_region::hypotheses(&analysis, &regions);
    hypotheses.extend(without_region::hypotheses(&analysis, &regions, &disguises, &operator, &daily));
    without_region::alarms_below_mechanisms(&mut hypotheses);
    one_name::join(&mut hypotheses);
    let hypotheses = findings::rank(hypotheses);
    let method = remarks::method(&analysis, &tables[0], operator.len(), permutations, &hypotheses);
    Ranking { hypotheses, method }
}

/// With thousands of events the null distribution is smooth and each permutation dear: fewer of them,
/// but never fewer than 199.
fn affordable(permutations: u32, events: usize) -> u32 {
    let limit = (1_000_000 / events.max(1)).max(199);
    permutations.min(u32::try_from(limit).unwrap_or(u32::MAX))
}
