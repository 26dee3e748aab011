//! What to do next: the cheapest thing that would settle it.

use crate::{
    model::{Term, Verdict},
    stats::{clean_time, rate_ratio::RateRatio, separation},
};

use super::{
    clock_region::DAY,
    findings::{Analysis, RegionFinding},
    names,
    question::Subject,
    with_region::says_something_new,
};

/// Odds at which a question is taken as settled: 20 to 1, or 95 %.
const SETTLED: f64 = 20.0;
const ERROR: f64 = 0.05;

/// The next step for a region.
pub(super) fn for_region(
    analysis: &Analysis,
    region: &RegionFinding,
    terms: &[Term],
    rates: Option<&RateRatio>,
) -> String {
    let question = analysis.question(region);
    let action = match &question.subject {
        Subject::Levels => levels(analysis, region, terms),
        Subject::Window { kind, .. } => format!(
            "Move the {} to another time of day on half of the hosts concerned and compare the halves",
            analysis.study.windows[*kind].name
        ),
        Subject::Uptime { low, high, .. } => uptime(analysis, *low, *high),
        Subject::Weekday => "Look for what runs on that day only, and move it to another day".to_owned(),
        Subject::Precursor { .. } => format!(
            "Treat {} as an alarm: take the host out of service within the hour and examine the part it names",
            terms[0].value
        ),
        Subject::Change { .. } => "Undo the change on half of the hosts and compare the halves".to_owned(),
    };
    let near = region.near.iter().map(|near| &analysis.list.questions[*near]);
    let ambiguous =
        !question.aliases.is_empty() || near.into_iter().any(|near| says_something_new(near, question));
    if ambiguous && let Some(separate) = to_separate(analysis, region, rates) {
        return format!("{action}; {}", separate);
    }
    match clean(analysis, region) {
        Some(clean) if analysis.verdict(region, rates) != Verdict::Contradicted => {
            format!("{action}: {clean}")
        }
        _ => action,
    }
}

fn levels(analysis: &Analysis, region: &RegionFinding, terms: &[Term]) -> String {
    let question = analysis.question(region);
    let mut hosts: Vec<&str> = Vec::new();
    for (host, stretches) in analysis.time.stretches.iter().enumerate() {
        let now =
            stretches.last().is_some_and(|stretch| analysis.time.has(stretch.profile, &question.levels));
        if now {
            hosts.push(&analysis.study.hosts[host]);
        }
    }
    let half = hosts.len().div_ceil(2);
    let changeable = ["bios", "firmware", "bmc", "kernel", "driver", "os", "microcode", "hypervisor"];
    let name = terms.first().map_or("", |term| term.factor.as_str());
    if hosts.is_empty() {
        return format!(
            "No host has {} any more; watch whether the incidents stay away",
            names::terms(terms)
        );
    }
    if terms.len() == 1 && changeable.iter().any(|word| name.contains(word)) {
        return format!(
            "Change {name} on {half} of these {} hosts ({}) and leave the others",
            hosts.len(),
            names::listed(&hosts[..half], 4)
        );
    }
    format!(
        "Compare {half} of these {} hosts ({}) after moving their load or parts to hosts outside the group",
        hosts.len(),
        names::listed(&hosts[..half], 4)
    )
}

fn uptime(analysis: &Analysis, low: f64, high: f64) -> String {
    if low <= 0.0 {
        return "Look at what differs just after a boot: load of late starters, cold parts, crash loops"
            .to_owned();
    }
    let study = analysis.study;
    let mut soon: Vec<&str> = Vec::new();
    for (host, boots) in study.boots.iter().enumerate() {
        let days = boots.last().map_or(0.0, |boot| (study.to - boot) as f64 / DAY as f64);
        if days > low * 0.85 && days < high {
            soon.push(&study.hosts[host]);
        }
    }
    let due = if soon.is_empty() { String::new() } else { format!("; next are {}", names::listed(&soon, 5)) };
    format!("Restart hosts in a planned window before they reach {low:.0} days{due}")
}

/// How long it must stay quiet after the change.
fn clean(analysis: &Analysis, region: &RegionFinding) -> Option<String> {
    let pool = &analysis.events.pools[region.pool].shocks;
    let inside =
        pool.iter().filter(|shock| analysis.events.inside(**shock, 0, region.question)).count() as u64;
    let days = analysis.question(region).exposure_seconds / DAY as f64;
    let needed = clean_time::clean_time_until_sure(inside, days, ERROR)?;
    if needed > 20.0 * days {
        return Some("this cannot be shown by waiting alone, the incidents are too rare".to_owned());
    }
    Some(format!("{} without an incident there decide it at 95 %", names::host_time(needed)))
}

/// How long hosts on which two names differ must be watched.
fn to_separate(analysis: &Analysis, region: &RegionFinding, rates: Option<&RateRatio>) -> Option<String> {
    let rates = rates?;
    let question = analysis.question(region);
    let pool = &analysis.events.pools[region.pool].shocks;
    let inside = pool.iter().filter(|shock| analysis.events.inside(**shock, 0, region.question)).count();
    let outside_days = (analysis.time.total_seconds - question.exposure_seconds) / DAY as f64;
    let rate = ((pool.len() - inside) as f64).max(0.5) / outside_days.max(1.0);
    // The lower half of the interval, to be on the safe side.
    let ratio =
        if rates.ratio.is_finite() { (rates.ratio.max(1.0) * rates.low.max(1.0)).sqrt() } else { rates.low };
    let days = separation::exposure_to_separate(rate, ratio, SETTLED.ln())?;
    (days < 1e6).then(|| {
        format!(
            "to tell it from what goes together with it, some {} are needed on hosts that have only one of them",
            names::host_time(days)
        )
    })
}

/// How long until a rate ratio of five could be shown, for findings that are open.
pub(super) fn weeks(days: f64) -> String {
    let weeks = days / 7.0;
    if weeks < 1.5 { "a week".to_owned() } else { format!("{} weeks", names::whole(weeks)) }
}
