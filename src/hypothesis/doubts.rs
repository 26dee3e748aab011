//! What speaks against a finding, and what else it could be.

use std::collections::BTreeMap;

use crate::{
    model::Confounder,
    stats::{
        before_after::probability_ratio_below,
        rate_ratio,
        stratified::{self, Stratum},
    },
};

use super::{
    clock_region::DAY,
    findings::{Analysis, RegionFinding},
    names,
    question::Subject,
};

/// Factors reported per hypothesis, those that change the picture most.
const MOST_CONFOUNDERS: usize = 4;
/// Joins factors with the same comparison.
const ALIKE: &str = "; the same holds for ";
/// A region whose levels of a factor are spread like everybody's is not confounded with it.
const ASSOCIATED: f64 = 0.25;

/// The comparison within the levels of each other factor that goes together with the region.
pub(super) fn confounders(analysis: &Analysis, region: &RegionFinding) -> Vec<Confounder> {
    let question = analysis.question(region);
    // A change compares its hosts with themselves: their other attributes are the same on both sides.
    if let Subject::Change { change } = question.subject {
        return other_changes(analysis, change);
    }
    let crude = analysis.rates(region).map_or(1.0, |rates| rates.ratio.min(1e3)).max(1e-3);
    let mut found: Vec<(f64, Confounder)> = Vec::new();
    // Another name of the region is no other explanation.
    let own = |name: &str| {
        question.terms.iter().any(|term| term.factor == name)
            || question.aliases.iter().any(|alias| alias.len() == 1 && alias[0].factor == name)
    };
    for (factor, strata) in by_levels(analysis, region).iter().enumerate() {
        if own(&analysis.study.factors[factor].name) {
            continue;
        }
        let distance = distance(strata);
        if distance < ASSOCIATED {
            continue;
        }
        let name = &analysis.study.factors[factor].name;
        let (surprise, note) = compare_within(strata, name, crude);
        found.push((surprise + distance, Confounder { factor: name.clone(), note }));
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.factor.cmp(&b.1.factor)));
    let mut confounders: Vec<Confounder> = Vec::new();
    for (_, confounder) in found {
        // Factors that cut the fleet alike say the same twice.
        let said = |other: &&mut Confounder| {
            let note = other.note.split(ALIKE).next().unwrap_or_default();
            note.replace(&other.factor, "") == confounder.note.replace(&confounder.factor, "")
        };
        if let Some(other) = confounders.iter_mut().find(said) {
            let also = if other.note.contains(ALIKE) { ", " } else { ALIKE };
            other.note = format!("{}{also}{}", other.note, confounder.factor);
        } else if confounders.len() < MOST_CONFOUNDERS {
            confounders.push(confounder);
        }
    }
    confounders
}

/// Events and time by level, for each factor; hosts of unknown level are one stratum.
pub(super) fn by_levels(analysis: &Analysis, region: &RegionFinding) -> Vec<Vec<Stratum>> {
    let question = analysis.question(region);
    let empty = Stratum { exposed_events: 0, other_events: 0, exposed_time: 0.0, other_time: 0.0 };
    let factors = analysis.study.factors.iter();
    let mut strata: Vec<Vec<Stratum>> = factors.map(|factor| vec![empty; factor.levels.len() + 1]).collect();
    let inside = analysis.list.seconds(question);
    let all = &analysis.list.exposure[analysis.list.flags.len()];
    for (profile, values) in analysis.time.profiles.iter().enumerate() {
        let exposed = if analysis.time.has(profile as u32, &question.levels) { inside[profile] } else { 0.0 };
        for (strata, level) in strata.iter_mut().zip(values) {
            let unknown = strata.len() - 1;
            let stratum = &mut strata[(*level as usize).min(unknown)];
            stratum.exposed_time += exposed;
            stratum.other_time += (all[profile] - exposed).max(0.0);
        }
    }
    for shock in analysis.base(region).shocks.iter() {
        let first = analysis.events.shocks[*shock].first();
        let exposed = analysis.events.inside(*shock, 0, region.question);
        for (strata, level) in strata.iter_mut().zip(&analysis.time.profiles[first.profile as usize]) {
            let unknown = strata.len() - 1;
            let stratum = &mut strata[(*level as usize).min(unknown)];
            if exposed {
                stratum.exposed_events += 1;
            } else {
                stratum.other_events += 1;
            }
        }
    }
    strata
}

/// Total variation between the levels inside the region and outside: 0 alike, 1 disjoint.
fn distance(strata: &[Stratum]) -> f64 {
    let inside: f64 = strata.iter().map(|s| s.exposed_time).sum();
    let outside: f64 = strata.iter().map(|s| s.other_time).sum();
    if inside <= 0.0 || outside <= 0.0 {
        return 0.0;
    }
    strata.iter().map(|s| (s.exposed_time / inside - s.other_time / outside).abs()).sum::<f64>() / 2.0
}

/// A sentence, and how much it changes the picture.
fn compare_within(strata: &[Stratum], name: &str, crude: f64) -> (f64, String) {
    let events: u64 = strata.iter().map(|s| s.exposed_events + s.other_events).sum();
    let Some(within) = stratified::compare(strata) else {
        return (
            2.0,
            format!("not separable: no value of {name} has incidents and host-time both inside and outside"),
        );
    };
    let ratio = if within.ratio.is_finite() { names::ratio(within.ratio) } else { "unbounded".to_owned() };
    let numbers = format!(
        "within the same {name} the ratio is {ratio} (95 % interval {}, p = {}, stratified exact; {} of {events} \
         independent events are informative)",
        names::interval(within.low, within.high),
        names::p_value(within.p_two_sided),
        within.informative_events
    );
    let kept = if crude > 1.0 { within.ratio.clamp(1e-3, 1e3).ln() / crude.ln() } else { 1.0 };
    if kept < 1.0 / 3.0 {
        (1.5, format!("{numbers}: most of the difference goes away"))
    } else if within.p_two_sided <= 0.05 {
        (0.5, format!("{numbers}: the difference stays"))
    } else {
        (1.0, format!("{numbers}: too few to settle it"))
    }
}

/// Plain facts that an advocate of the finding would rather leave out.
pub(super) fn against(analysis: &Analysis, region: &RegionFinding) -> Vec<String> {
    let mut facts = Vec::new();
    let pool = &analysis.events.pools[region.pool];
    let base = analysis.base(region);
    let all = base.total() as usize;
    let outside = all - base.inside(analysis.events, region.question) as usize;
    if outside > 0 {
        facts.push(format!(
            "{outside} of {all} {}{} happened outside it",
            names::events(pool.class, all),
            base.own.map_or("", |_| " on the changed hosts")
        ));
    }
    let crowd = pool.shocks.len() - all;
    if crowd > 0 && base.own.is_none() {
        facts.push(format!("{crowd} more came on days with so many others that such a day counts as one"));
    }
    if region.p_adjusted > 0.05 && !analysis.any_time.is_empty() {
        facts.push(format!(
            "an association at least as good turned up by coincidence in {} of the shuffled fleets",
            names::percent(region.p_adjusted)
        ));
    }
    facts.extend(quiet_hosts(analysis, region));
    facts.extend(without_worst_host(analysis, region));
    facts.extend(background_of_uptime(analysis, region));
    facts.extend(before_and_after(analysis, region));
    facts
}

/// Host-seconds inside a region of levels, per host; `None` for regions of time.
fn seconds_per_host(analysis: &Analysis, region: &RegionFinding) -> Option<Vec<f64>> {
    let question = analysis.question(region);
    if question.flag.is_some() {
        return None;
    }
    let per_host = analysis.time.stretches.iter().map(|stretches| {
        let own = stretches.iter().filter(|stretch| analysis.time.has(stretch.profile, &question.levels));
        own.map(|stretch| (stretch.to - stretch.from) as f64).sum()
    });
    Some(per_host.collect())
}

fn quiet_hosts(analysis: &Analysis, region: &RegionFinding) -> Option<String> {
    let seconds = seconds_per_host(analysis, region)?;
    let mut failed = vec![false; seconds.len()];
    for shock in &analysis.events.pools[region.pool].shocks {
        for (place, incident) in analysis.events.shocks[*shock].incidents.iter().enumerate() {
            if analysis.events.inside(*shock, place, region.question) {
                failed[incident.instant.host] = true;
            }
        }
    }
    let members = seconds.iter().filter(|seconds| **seconds > 0.0).count();
    let quiet: Vec<f64> =
        seconds.iter().zip(&failed).filter(|(s, failed)| **s > 0.0 && !**failed).map(|(s, _)| *s).collect();
    (!quiet.is_empty()).then(|| {
        format!(
            "{} of its {} had no incident there, in {}",
            quiet.len(),
            names::counted(members, "host"),
            names::host_time(quiet.iter().sum::<f64>() / DAY as f64)
        )
    })
}

/// One bad host must not carry a group.
fn without_worst_host(analysis: &Analysis, region: &RegionFinding) -> Option<String> {
    let seconds = seconds_per_host(analysis, region)?;
    let pool = &analysis.events.pools[region.pool].shocks;
    let mut per_host = vec![0u64; seconds.len()];
    for shock in pool.iter().filter(|shock| analysis.events.inside(**shock, 0, region.question)) {
        per_host[analysis.events.shocks[*shock].first().instant.host] += 1;
    }
    let worst = (0..per_host.len()).max_by_key(|host| (per_host[*host], std::cmp::Reverse(*host)))?;
    if per_host[worst] < 2 {
        return None;
    }
    let inside: u64 = per_host.iter().sum();
    let exposure: f64 = seconds.iter().sum();
    let outside = pool.len() as u64 - inside;
    let rates = rate_ratio::compare(
        inside - per_host[worst],
        outside,
        exposure - seconds[worst],
        analysis.time.total_seconds - exposure,
    )?;
    let ratio =
        if rates.ratio.is_finite() { names::ratio(rates.ratio) } else { "still without bound".to_owned() };
    Some(format!(
        "without {}, which has {} of the {} inside, the ratio is {ratio} (exact 95 % interval {})",
        analysis.study.hosts[worst],
        per_host[worst],
        names::counted(inside as usize, "independent event"),
        names::interval(rates.low, rates.high)
    ))
}

/// A peak of uptime must stand out from its neighbourhood, not only from young hosts.
fn background_of_uptime(analysis: &Analysis, region: &RegionFinding) -> Option<String> {
    let Subject::Uptime { low, high, .. } = analysis.question(region).subject else { return None };
    if low <= 0.0 || high / low > 1.1 {
        return None;
    }
    let pool = &analysis.events.pools[region.pool].shocks;
    let days =
        |shock: usize| analysis.events.shocks[shock].first().instant.uptime.map(|s| s as f64 / DAY as f64);
    let near =
        pool.iter().filter(|shock| days(**shock).is_some_and(|d| d >= low / 2.0 && d <= high * 2.0)).count();
    let inside = pool.iter().filter(|shock| analysis.events.inside(**shock, 0, region.question)).count();
    (near > inside).then(|| format!("{} more happened between half and twice this uptime", near - inside))
}

/// How sure it is that the rate rose on the hosts of a change.
fn before_and_after(analysis: &Analysis, region: &RegionFinding) -> Option<String> {
    let base = analysis.base(region);
    base.own?;
    let after = base.inside(analysis.events, region.question);
    let before = base.total() - after;
    let days_after = analysis.question(region).exposure_seconds / DAY as f64;
    let days_before = base.seconds / DAY as f64 - days_after;
    let fell = probability_ratio_below(before, days_before, after, days_after, 1.0);
    Some(format!(
        "on the changed hosts: {before} in {} host-days before and {after} in {} after; \
         probability that the rate rose: {}",
        names::whole(days_before),
        names::whole(days_after),
        names::percent(1.0 - fell)
    ))
}

/// Changes this close (seconds) on the same hosts cannot be told apart.
const SAME_TIME: i64 = 7 * DAY;

/// Other changes on hosts of a change, at nearly the same time.
fn other_changes(analysis: &Analysis, change: usize) -> Vec<Confounder> {
    let changes = &analysis.study.changes;
    let own: BTreeMap<u32, i64> = changes[change].steps().collect();
    let shared = |other: &crate::model::study::Change| {
        let near =
            |(host, at): &(u32, i64)| own.get(host).is_some_and(|reached| (at - reached).abs() <= SAME_TIME);
        other.steps().filter(near).count()
    };
    (0..changes.len())
        .filter(|other| *other != change)
        .map(|other| (other, shared(&changes[other])))
        .filter(|(_, hosts)| *hosts > 0)
        .take(MOST_CONFOUNDERS)
        .map(|(other, hosts)| Confounder {
            factor: "change".to_owned(),
            note: format!(
                "\"{}\" reached {} of the same within a week of it",
                changes[other].name,
                names::counted(hosts, "host")
            ),
        })
        .collect()
}
