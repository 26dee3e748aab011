//! What a change did to the hosts that it reached: helped, harmed, nothing yet, or it came back.
//!
//! A change is judged on its own hosts, each before and after its own time; hosts that it did not
//! reach show what the calendar alone did. What people did by hand, and planned ends, are not counted,
//! unless the slips of people are what is asked about.

mod cohort;
mod courses;
mod one_host;
mod outcome;
mod region;
mod same_time;
#[cfg(test)]
mod tests;
mod words;

use chrono::{DateTime, Utc};
use rayon::prelude::*;

use crate::{
    model::{
        Cause, Intervention, Outcome, Study,
        intervention::{Countdown, QuietSpell, Side, Untouched, WithoutTrigger},
        study::Change,
    },
    stats::{
        before_after, binomial, bisection,
        interaction::{TwoByTwo, ratio_of_rate_ratios},
        rate_ratio,
    },
};

use super::{
    clock_region::DAY,
    host_time::HostTime,
    shocks::{self, Shock},
};
use cohort::{Cohort, Member, Tally};
use one_host::{Half, OneHost};
use outcome::{Figures, Sides};
use region::Region;
use same_time::ByHost;

/// One in twenty: the error that a verdict may have.
const ERROR: f64 = 0.05;
/// Days before a change in which an event may be what caused the change to be made.
const TRIGGER_DAYS: i64 = 14;
/// Days at the end of the data that the present exposure is taken from.
const PRESENT_DAYS: i64 = 28;
/// Longer than this (days) nobody waits for a proof.
const LONGEST_WAIT: f64 = 730.0;

/// Which changes to judge, and on what.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Only changes with this in their name, in any case of letters.
    pub name: Option<String>,
    /// Id of a hypothesis: only its host-time counts.
    pub within: Option<String>,
    /// Only changes that somebody declared.
    pub declared_only: bool,
}

/// Why a hypothesis cannot be what a change is judged within; with its id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownRegion {
    /// This study has no such question.
    #[error("no hypothesis `{0}` can be asked of this data")]
    NotAsked(String),
    /// It is about the incidents themselves or about the shape of the day, not about some of the host-time.
    #[error(
        "`{0}` has no host-time of its own to judge a change within; hypotheses of these families have: factor, \
         interaction, window, uptime, precursor, time_of_day with a weekday, change, host, cause"
    )]
    NoHostTime(String),
}

/// Judges the changes of a study, declared ones first.
///
/// # Errors
/// If `asked.within` names no question of this study, or one without host-time of its own.
pub fn interventions(study: &Study, asked: &Asked) -> Result<Vec<Intervention>, UnknownRegion> {
    let mut time = HostTime::new(study);
    let mut shocks = shocks::shocks(study, &mut time, |cause| cause != Cause::Operator);
    let region = match &asked.within {
        Some(id) => Region::named(study, &time, &shocks, id)?,
        None => Region::everything(),
    };
    if region.is_about_people() {
        shocks = shocks::shocks(study, &mut time, |cause| cause == Cause::Operator);
    }
    let wanted = asked.name.as_ref().map(|name| name.to_lowercase());
    let is_wanted = |change: &Change| {
        (change.declared || !asked.declared_only)
            && wanted.as_ref().is_none_or(|name| change.name.to_lowercase().contains(name.as_str()))
    };
    let mut chosen: Vec<&Change> = study.changes.iter().filter(|change| is_wanted(change)).collect();
    chosen.sort_by(|a, b| b.declared.cmp(&a.declared).then(a.at.cmp(&b.at)).then(a.name.cmp(&b.name)));
    let seen = chosen.iter().filter(|change| !change.declared).count().max(1);
    let judge = Judge {
        study,
        time: &time,
        shocks: &shocks,
        region: &region,
        within: asked.within.as_deref(),
        by_host: &ByHost::new(study),
    };
    Ok(chosen
        .into_par_iter()
        // Somebody who names a change asks one question; the data show many, and some will look good.
        .map(|change| judge.intervention(change, if change.declared { 1 } else { seen }))
        .collect())
}

struct Judge<'a> {
    study: &'a Study,
    time: &'a HostTime,
    shocks: &'a [Shock],
    region: &'a Region,
    within: Option<&'a str>,
    by_host: &'a ByHost<'a>,
}

impl Judge<'_> {
    fn intervention(&self, change: &Change, looked_at: usize) -> Intervention {
        let steps: Vec<(usize, i64)> = change.steps().map(|(host, at)| (host as usize, at)).collect();
        let first = steps.iter().map(|(_, at)| *at).min().unwrap_or(change.at);
        let last = steps.iter().map(|(_, at)| *at).max().unwrap_or(change.at);
        let members = steps.iter().map(|(host, at)| Member { host: *host, until: *at, since: *at });
        let cohort = self.cohort(members);
        let tally = cohort.tally();
        let error = ERROR / looked_at as f64;
        let (n1, n2) = (tally.before.events, tally.after.events);
        let (t1, t2) = (tally.before.host_days, tally.after.host_days);
        let rates = rate_ratio::compare(n2.into(), n1.into(), t2, t1);
        let compared = before_after::compare(n1.into(), t1, n2.into(), t2, 1.0);
        let without_trigger = without_trigger(&cohort, &tally, error);
        let quiet = quiet_spell(&cohort, &tally);
        let untouched = self.untouched(&steps, (first, last), &tally);
        let one_host = [Half::Before, Half::After].map(|half| OneHost::of(&cohort, half));
        let figures = Figures {
            before: (n1, t1),
            after: (n2, t2),
            p_fewer: rates.map(|rates| rates.p_less),
            p_more: rates.map(|rates| rates.p_greater),
            error,
            looked_at,
            without_trigger: without_trigger.as_ref(),
            untouched: untouched.as_ref(),
            quiet: quiet.as_ref(),
            one_host: Sides { before: one_host[0].as_ref(), after: one_host[1].as_ref() },
            courses: courses::courses(&cohort, &tally, looked_at),
        };
        let outcome = outcome::outcome(&figures);
        let rests_on = outcome::rests_on(&figures).cloned();
        let mut intervention = Intervention {
            id: match self.within {
                Some(within) => format!("change:{}|{within}", change.name),
                None => format!("change:{}", change.name),
            },
            name: change.name.clone(),
            declared: change.declared,
            sets: change.sets.clone(),
            first_at: moment(first),
            last_at: moment(last),
            hosts: cohort.members.iter().map(|member| self.study.hosts[member.host].clone()).collect(),
            within: self.within.map(str::to_owned),
            outcome,
            statement: String::new(),
            remarks: Vec::new(),
            rate_ratio: rates.and_then(|rates| rates.ratio.is_finite().then_some(rates.ratio)),
            ci95: rates.map(|rates| (rates.low, rates.high.is_finite().then_some(rates.high))),
            p_fewer: figures.p_fewer,
            p_more: figures.p_more,
            p_remarkable: error,
            probability_lower: compared.filter(|_| n1 + n2 > 0).map(|compared| compared.probability_below),
            probability_so_few: compared.filter(|_| n1 > 0).map(|compared| compared.predictive_p),
            countdown: self.countdown(&cohort, &figures, outcome),
            courses: figures.courses,
            same_time: self.by_host.same_time(change),
            without_trigger,
            untouched,
            quiet_spell: quiet,
            before: tally.before,
            after: tally.after,
        };
        let words =
            words::Words { found: &intervention, study: self.study, looked_at, one_host: rests_on.as_ref() };
        let (statement, remarks) = (words.statement(), words.remarks());
        intervention.statement = statement;
        intervention.remarks = remarks;
        intervention
    }

    fn cohort(&self, members: impl Iterator<Item = Member>) -> Cohort<'_> {
        Cohort::new(self.study, self.time, self.shocks, self.region, members)
    }

    /// Hosts that the change never reached, before its first stage and after its last.
    fn untouched(&self, steps: &[(usize, i64)], span: (i64, i64), changed: &Tally) -> Option<Untouched> {
        let mut reached = vec![false; self.study.hosts.len()];
        for (host, _) in steps {
            if let Some(reached) = reached.get_mut(*host) {
                *reached = true;
            }
        }
        let others = (0..reached.len()).filter(|host| !reached[*host]);
        let cohort = self.cohort(others.map(|host| Member { host, until: span.0, since: span.1 }));
        let Tally { before, after, .. } = cohort.tally();
        let events = |side: &Side| u64::from(side.events);
        let compared = ratio_of_rate_ratios(
            TwoByTwo {
                both: events(&changed.after),
                only_first: events(&changed.before),
                only_second: events(&after),
                neither: events(&before),
            },
            TwoByTwo {
                both: changed.after.host_days,
                only_first: changed.before.host_days,
                only_second: after.host_days,
                neither: before.host_days,
            },
        )?;
        (before.events + after.events > 0).then(|| Untouched {
            hosts: cohort.members.len() as u32,
            // Without events of the others before, their own ratio has no value.
            ratio_of_ratios: Some(compared.ratio_of_ratios)
                .filter(|ratio| before.events > 0 && ratio.is_finite()),
            p_fell_more: compared.p_less,
            p_rose_more: compared.p_greater,
            probability_lower: before_after::probability_ratio_below(
                before.events.into(),
                before.host_days,
                after.events.into(),
                after.host_days,
                1.0,
            ),
            before,
            after,
        })
    }

    fn countdown(&self, cohort: &Cohort<'_>, figures: &Figures<'_>, outcome: Outcome) -> Option<Countdown> {
        if matches!(outcome, Outcome::CameBack | Outcome::MadeWorse) {
            return None;
        }
        let (n2, t2) = figures.after;
        let all = clean_needed(figures.before, n2, figures.error)?;
        let guarded = match figures.without_trigger {
            Some(without) => without.clean_host_days_needed?,
            None => all,
        };
        let needed = all.max(guarded);
        let left = (needed - t2).max(0.0);
        let per_day = cohort.present(PRESENT_DAYS);
        let wait = |days: f64| (per_day > 0.0 && left / per_day <= LONGEST_WAIT).then(|| days / per_day);
        Some(Countdown {
            host_days_needed: needed,
            host_days_passed: t2,
            host_days_left: left,
            host_days_per_day: per_day,
            days_needed: wait(needed),
            days_left: wait(left),
            done_on: wait(left)
                .filter(|days| *days > 0.0)
                .map(|days| moment(self.study.to + (days * DAY as f64).ceil() as i64)),
        })
    }
}

/// Host-days after a change, with `after` events in them and no more, that make the fall remarkable: where
/// P(at most `after` of all events fall after) = `error`. Without events after, T1 (error^(−1/n1) − 1).
fn clean_needed(before: (u32, f64), after: u32, error: f64) -> Option<f64> {
    let (n1, t1) = (u64::from(before.0), before.1);
    if n1 == 0 || t1 <= 0.0 {
        return None;
    }
    let all = n1 + u64::from(after);
    let p = |ratio: f64| binomial::at_most(after.into(), all, ratio / (1.0 + ratio));
    Some(t1 * bisection::increasing_positive(|ratio| -p(ratio), -error))
}

/// The change judged without the fortnight before it, if anything happened then.
fn without_trigger(cohort: &Cohort<'_>, tally: &Tally, error: f64) -> Option<WithoutTrigger> {
    let left_out = tally.just_before(TRIGGER_DAYS);
    if left_out == 0 {
        return None;
    }
    let before = cohort.earlier_than(TRIGGER_DAYS);
    let after = &tally.after;
    let has_events = before.events > 0;
    let rates =
        rate_ratio::compare(after.events.into(), before.events.into(), after.host_days, before.host_days);
    Some(WithoutTrigger {
        left_out,
        days: TRIGGER_DAYS as f64,
        p_fewer: rates.filter(|_| has_events).map(|rates| rates.p_less),
        clean_host_days_needed: clean_needed((before.events, before.host_days), after.events, error),
        before,
    })
}

fn quiet_spell(cohort: &Cohort<'_>, tally: &Tally) -> Option<QuietSpell> {
    let until = *tally.times_after.first()?;
    let host_days = cohort.after_until(until);
    let (n1, t1) = (tally.before.events, tally.before.host_days);
    (n1 > 0 && t1 > 0.0).then(|| QuietSpell {
        until: moment(until),
        host_days,
        probability_unchanged: (t1 / (t1 + host_days)).powi(n1 as i32),
    })
}

fn moment(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}
