//! What to do next about a region: the smallest experiment that would settle it, or nothing.
//!
//! First what can be learnt at no cost: hosts on which this and its rivals already differ. Then the
//! fewest hosts to change, which, for how long, and what either outcome would mean.

use crate::{
    model::{Term, Verdict},
    stats::{clean_time, power, rate_ratio::RateRatio},
};

use super::{
    clock_region::DAY,
    experiment::{self, ERROR, Experiment},
    findings::{Analysis, RegionFinding},
    lever::Lever,
    names,
    question::Subject,
    rivals::{self, Rival},
    timed_advice,
};

/// Above this share of shuffled fleets with something at least as striking, a finding is what chance
/// brings: more often than not.
pub(super) const MERE_CHANCE: f64 = 0.25;
/// Watching longer than this (days) is no plan.
const TOO_LONG_DAYS: f64 = 730.0;
/// Most names of hosts in one sentence.
pub(super) const NAMED: usize = 6;

/// The next step for a region, by the name it goes by.
pub(super) fn for_region(
    analysis: &Analysis,
    region: &RegionFinding,
    regions: &[RegionFinding],
    name: &names::Name,
    rates: Option<&RateRatio>,
) -> String {
    if let Some(nothing) =
        nothing_to_do(analysis, region, rates).or_else(|| too_rare(analysis, region, rates))
    {
        return nothing;
    }
    match &analysis.question(region).subject {
        Subject::Levels => levels(analysis, region, regions, name),
        Subject::Window { kind, .. } => timed_advice::window(analysis, region, *kind, name),
        Subject::Uptime { low, high, .. } => timed_advice::uptime(analysis, region, *low, *high),
        Subject::Weekday => timed_advice::weekday(analysis, region, &name.terms[0].value),
        Subject::Precursor { precursor, hours } => {
            timed_advice::precursor(analysis, region, *precursor, *hours)
        }
        Subject::Change { change } => timed_advice::change(analysis, region, *change),
    }
}

/// Why no experiment is worth its trouble, if none is.
fn nothing_to_do(analysis: &Analysis, region: &RegionFinding, rates: Option<&RateRatio>) -> Option<String> {
    let Some(rates) = rates else {
        return Some(
            "Nothing to do: without host-time on both sides there is nothing to compare.".to_owned(),
        );
    };
    let base = analysis.base(region);
    let inside = base.inside(analysis.events, region.question) as usize;
    let counts = format!(
        "{} where {} would be expected if it made no difference",
        names::counted(inside, "independent event"),
        names::expected(base.expected())
    );
    if analysis.verdict(region, Some(rates)) == Verdict::Contradicted {
        return Some(format!(
            "Nothing to do: the data speak against it ({counts}; the ratio is below {} with 95 % confidence).",
            names::ratio(rates.high)
        ));
    }
    if rates.ratio <= 1.0 {
        return Some(format!("Nothing to do: no more incidents than elsewhere ({counts})."));
    }
    if region.p_adjusted < MERE_CHANCE || region.posterior >= 0.5 {
        return None;
    }
    let wait = until_visible(analysis, region, rates).map_or_else(String::new, |days| {
        format!(
            " Were the {}-fold rate real, it would show in about {} at the present rate of incidents.",
            names::ratio(rates.ratio),
            names::calendar(days)
        )
    });
    Some(format!(
        "Nothing to do now: {counts}, and {} of the shuffled fleets hold something at least as striking.{wait}",
        names::percent(region.p_adjusted)
    ))
}

/// What is no more than a possibility is not worth a change that takes years to show.
fn too_rare(analysis: &Analysis, region: &RegionFinding, rates: Option<&RateRatio>) -> Option<String> {
    let by_change =
        !matches!(analysis.question(region).subject, Subject::Uptime { .. } | Subject::Precursor { .. });
    if !by_change || analysis.verdict(region, rates) != Verdict::Inconclusive {
        return None;
    }
    let plan = experiment::smallest(analysis, region, &experiment::members(analysis, region))?;
    (!plan.feasible).then(|| nothing_feasible(&plan))
}

/// An experiment that is not worth it.
pub(super) fn nothing_feasible(plan: &Experiment) -> String {
    format!(
        "Nothing to do now: this is too rare to be settled by a change. Even on {} of {} it would take {} without an \
         incident ({}) to be 95 % sure.",
        plan.changed.len(),
        names::counted(plan.of, "host"),
        names::calendar(plan.calendar_days),
        names::host_time(plan.clean_days)
    )
}

/// Days until the ratio seen would pass the adjusted test with 80 % probability, if it is real.
fn until_visible(analysis: &Analysis, region: &RegionFinding, rates: &RateRatio) -> Option<f64> {
    let base = analysis.base(region);
    let (events, share) = (base.total(), base.share);
    let alpha = ERROR / analysis.list.questions.len().max(1) as f64;
    let ratio = rates.ratio.min(1e3);
    let enough = (1..=40)
        .map(|step| events + step * events.max(4) / 4)
        .find(|n| power::power_to_see(*n, share, alpha, ratio) >= 0.8)?;
    let observed = (analysis.study.to - analysis.study.from) as f64 / DAY as f64;
    Some((enough - events) as f64 / events.max(1) as f64 * observed)
}

/// A group of hosts: watch those that tell it from its rivals, then let some leave it.
fn levels(
    analysis: &Analysis,
    region: &RegionFinding,
    regions: &[RegionFinding],
    name: &names::Name,
) -> String {
    let rivals = rivals::of(analysis, region, regions, name);
    let members = experiment::members(analysis, region);
    let this = names::terms(&name.terms);
    if members.is_empty() {
        return gone(analysis, region, &this);
    }
    // Hosts on which only this holds separate it from the rival as they are; those with both are changed.
    let both = |host: &usize| {
        rivals
            .iter()
            .filter_map(|rival| rival.question)
            .all(|rival| experiment::is_member_now(analysis, &analysis.list.questions[rival], *host))
    };
    let (mut order, rest): (Vec<usize>, Vec<usize>) = members.into_iter().partition(both);
    order.extend(rest);
    let handle = Handle::of(analysis, name);
    let plan = experiment::smallest(analysis, region, &order);
    let mut sentences = Vec::new();
    if let Some(plan) = &plan {
        sentences.extend([handle.action(analysis, plan), length(plan), handle.outcome(plan, &rivals)]);
    }
    if let Some((watch, days)) = free_of_charge(analysis, region, &rivals, &this) {
        // What costs nothing comes first, unless a change is faster.
        let faster = plan.as_ref().is_some_and(|plan| plan.calendar_days < days);
        let place = if faster { sentences.len() } else { 0 };
        let slower = if faster { ", slower than the change but at no cost" } else { ", at no cost" };
        sentences.insert(place, format!("{watch}{slower}."));
    }
    sentences.join(" ")
}

/// The group is empty now: time will tell.
fn gone(analysis: &Analysis, region: &RegionFinding, this: &str) -> String {
    let exposure = analysis.question(region).exposure_seconds / DAY as f64;
    let length = clean_time::clean_time_until_sure(analysis.events_inside(region), exposure, ERROR)
        .map_or_else(String::new, |days| {
            format!(
                " {} of the hosts that had it without an incident decide it at 95 %: none in that time, and it was \
                 {this}; one or more, and it was something else.",
                names::host_time(days)
            )
        });
    format!("Change nothing: no host has {this} any more. Watch the hosts that had it.{length}")
}

/// Hosts that tell the region from a rival by being watched, and the days that it takes.
fn free_of_charge(
    analysis: &Analysis,
    region: &RegionFinding,
    rivals: &[Rival],
    this: &str,
) -> Option<(String, f64)> {
    let (rival, contrast, days) = rivals.iter().find_map(|rival| {
        let contrast = experiment::contrast(analysis, region, &analysis.list.questions[rival.question?]);
        let days = contrast.days.filter(|days| *days <= TOO_LONG_DAYS)?;
        Some((rival, contrast, days))
    })?;
    let mut groups = Vec::new();
    for (hosts, has, lacks) in
        [(&contrast.only_this, this, rival.name.as_str()), (&contrast.only_rival, rival.name.as_str(), this)]
    {
        if !hosts.is_empty() {
            groups.push(format!("{} ({has} without {lacks})", some_hosts(analysis, hosts)));
        }
    }
    let watch = format!(
        "Watch {}: whether they fail decides between {this} and {} in about {} (expected, at odds of 20 to 1)",
        groups.join(" and "),
        rival.name,
        names::calendar(days)
    );
    Some((watch, days))
}

/// `kvm01, kvm02 and 7 more`.
pub(super) fn some_hosts(analysis: &Analysis, hosts: &[usize]) -> String {
    let hosts: Vec<&str> = hosts.iter().map(|host| analysis.study.hosts[*host].as_str()).collect();
    names::listed(&hosts, NAMED)
}

/// How long it takes, in host-time and on the calendar.
pub(super) fn length(plan: &Experiment) -> String {
    let clean = names::host_time(plan.clean_days);
    let calendar = names::calendar(plan.calendar_days);
    let on = names::counted(plan.changed.len(), "host");
    if plan.feasible {
        format!("{clean} without an incident on them decide it at 95 %: {calendar} with {on}.")
    } else {
        format!(
            "It needs {clean} without an incident to be 95 % sure, {calendar} even with {on}: too rare to be shown by \
             waiting alone."
        )
    }
}

/// What is taken hold of to let hosts leave the group.
struct Handle {
    lever: Lever,
    term: Term,
    /// Other names of the same hosts, of which the change leaves alone those of other factors.
    others: Vec<Vec<Term>>,
}

impl Handle {
    /// The name of the group that is easiest to change, among all it goes by.
    fn of(analysis: &Analysis, name: &names::Name) -> Self {
        let local = |factor: &str| analysis.study.factors.iter().any(|f| f.name == factor && f.is_locality);
        let all = [&name.terms].into_iter().chain(&name.aliases);
        let easiest = all
            .flat_map(|terms| terms.iter())
            .map(|term| (Lever::of(&term.factor, local(&term.factor)), term))
            .min_by_key(|(lever, _)| *lever);
        let (lever, term) = easiest
            .map_or_else(|| (Lever::SwapWork, Term::new("group", "")), |(lever, term)| (lever, term.clone()));
        let all = [&name.terms].into_iter().chain(&name.aliases);
        let others = all.filter(|terms| !terms.contains(&term)).cloned().collect();
        Self { lever, term, others }
    }

    fn action(&self, analysis: &Analysis, plan: &Experiment) -> String {
        let Term { factor, value } = &self.term;
        let hosts = some_hosts(analysis, &plan.changed);
        let left = plan.of - plan.changed.len();
        let of = if plan.of == 1 {
            format!("the one host on {factor} {value}")
        } else {
            format!("{} of the {} hosts on {factor} {value}", plan.changed.len(), plan.of)
        };
        let rest = match left {
            0 => String::new(),
            1 => " and leave the other one as it is".to_owned(),
            _ => format!(" and leave the other {left} as they are"),
        };
        match self.lever {
            Lever::Update => format!("Change {factor} on {of} ({hosts}){rest}."),
            Lever::Relocate => format!("Move {of} to another {factor} ({hosts}){rest}."),
            Lever::Reassign => format!("Give {of} another {factor} ({hosts}){rest}."),
            Lever::SwapWork => {
                format!("Swap the work of {of} ({hosts}) with that of hosts on another {factor}{rest}.")
            }
        }
    }

    fn outcome(&self, plan: &Experiment, rivals: &[Rival]) -> String {
        let this = names::terms(std::slice::from_ref(&self.term));
        let same = self.others.iter().map(|terms| names::terms(terms));
        let mut left: Vec<String> = same.chain(rivals.iter().map(|rival| rival.name.clone())).collect();
        left.dedup();
        let left: Vec<&str> = left.iter().map(String::as_str).collect();
        let other = if left.is_empty() {
            "what else these hosts have in common".to_owned()
        } else {
            names::either(&left[..left.len().min(3)])
        };
        let one_or_more = format!(
            "One or more (the first is due after some {} if the change is no help)",
            names::calendar(plan.first_event_days)
        );
        if self.lever.quiet_convicts() {
            format!("None in that time: it is {this}. {one_or_more}: it is not {this} but {other}.")
        } else {
            format!(
                "None in that time: it is the work they did, not {this}. {one_or_more}: it is {this}, or {other}."
            )
        }
    }
}
