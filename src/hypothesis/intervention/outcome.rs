//! From figures to one of five verdicts.

use super::one_host::OneHost;
use crate::{
    model::{
        Outcome,
        intervention::{Courses, QuietSpell, Untouched, WithoutTrigger},
    },
    stats::before_after::predictive_at_most,
};

/// A first spell this improbable under no change is what people call "fixed".
const SEEMED_FIXED: f64 = 0.1;
/// Probability from which other hosts are taken to have changed as well, and p up to which the changed
/// hosts did so more than they.
const ALSO: f64 = 0.9;
const ALONE: f64 = 0.05;
/// Events since the change, or since the quiet spell after it, from which their rate is more than an
/// accident.
const SEVERAL: u32 = 3;
/// Probability from which a course is the likely one.
const LIKELY: f64 = 0.5;

/// What the verdict rests on. Sides are (events, host-days).
#[derive(Clone, Copy)]
pub(super) struct Figures<'a> {
    pub before: (u32, f64),
    pub after: (u32, f64),
    pub p_fewer: Option<f64>,
    pub p_more: Option<f64>,
    pub error: f64,
    pub looked_at: usize,
    pub without_trigger: Option<&'a WithoutTrigger>,
    pub untouched: Option<&'a Untouched>,
    pub quiet: Option<&'a QuietSpell>,
    /// Hosts with more than their share of the events on each side.
    pub one_host: Sides<'a>,
    pub courses: Courses,
}

#[derive(Clone, Copy)]
pub(super) struct Sides<'a> {
    pub before: Option<&'a OneHost>,
    pub after: Option<&'a OneHost>,
}

impl Figures<'_> {
    /// Whether so many events since, or so few, are remarkable.
    fn rose(&self) -> bool {
        self.p_more.is_some_and(|p| p <= self.error)
    }

    fn fell(&self) -> bool {
        self.p_fewer.is_some_and(|p| p <= self.error)
    }
}

/// The host that alone makes a rise or a fall remarkable: what happened to one host says nothing of what
/// the change does to the others.
pub(super) fn rests_on<'a>(figures: &Figures<'a>) -> Option<&'a OneHost> {
    let after = figures.one_host.after.filter(|host| figures.rose() && host.p_more_without > ALONE);
    after.or(figures.one_host.before.filter(|host| figures.fell() && host.p_fewer_without > ALONE))
}

pub(super) fn outcome(figures: &Figures<'_>) -> Outcome {
    let remarkable = |p: Option<f64>| p.is_some_and(|p| p <= figures.error);
    let others = figures.untouched;
    let all_rose = others.is_some_and(|o| o.probability_lower <= 1.0 - ALSO && o.p_rose_more > ALONE);
    let one_host = rests_on(figures).is_some();
    if figures.rose() && figures.courses.rose >= LIKELY && !all_rose {
        return if one_host { Outcome::NoEvidence } else { Outcome::MadeWorse };
    }
    // The fall must stand without the bad spell that led to the change.
    let stands = figures.without_trigger.is_none_or(|without| remarkable(without.p_fewer));
    // And hosts that were not changed must not have become quieter just the same.
    let all_fell = others.is_some_and(|o| o.probability_lower >= ALSO && o.p_fell_more > ALONE);
    // One late event is no relapse.
    let relapsed = figures.courses.relapsed >= LIKELY && figures.after.0 >= SEVERAL;
    if figures.fell() && stands && !all_fell && !relapsed {
        return if one_host { Outcome::NoEvidence } else { Outcome::Helped };
    }
    if came_back(figures) {
        return Outcome::CameBack;
    }
    if could_be_seen(figures) || is_no_lower(figures) { Outcome::NoEvidence } else { Outcome::TooEarly }
}

/// Whether several events since, at a rate no lower than before, speak for themselves.
fn is_no_lower(figures: &Figures<'_>) -> bool {
    let rate = |side: (u32, f64)| f64::from(side.0) / side.1;
    figures.after.0 >= SEVERAL && rate(figures.after) >= rate(figures.before)
}

fn came_back(figures: &Figures<'_>) -> bool {
    let Some(quiet) = figures.quiet else { return false };
    // A single event ends every quiet spell; it takes several to be as before.
    if figures.after.0 < SEVERAL {
        return false;
    }
    if figures.courses.relapsed >= LIKELY {
        return true;
    }
    // It looked fixed, and since the first event afterwards the rate is again what it was. That event
    // itself is not counted: the time begins with it because it happened. Of many changes some are
    // followed by a quiet spell; for those the courses alone decide.
    let since = (figures.after.1 - quiet.host_days).max(f64::MIN_POSITIVE);
    let (events, days) = fair_before(figures);
    let seemed_fixed = (days / (days + quiet.host_days)).powi(events as i32);
    let as_before = predictive_at_most(events.into(), days, (figures.after.0 - 1).into(), since);
    figures.looked_at == 1 && seemed_fixed <= SEEMED_FIXED && as_before > figures.error
}

/// Whether a spell without any event would be remarkable by now. Without events before, there is
/// nothing that could have become better, and waiting does not help.
fn could_be_seen(figures: &Figures<'_>) -> bool {
    let (events, days) = fair_before(figures);
    let quiet = (days / (days + figures.after.1)).powi(events as i32);
    events == 0 || quiet <= figures.error
}

/// The side before without the bad spell that led to the change, where anything is left then.
fn fair_before(figures: &Figures<'_>) -> (u32, f64) {
    match figures.without_trigger {
        Some(without) if without.before.events > 0 => (without.before.events, without.before.host_days),
        _ => figures.before,
    }
}
