//! What speaks against a finding, and what else it could be.

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
    question::{Subject, host_set},
};

/// Factors reported per hypothesis, those that change the picture most.
const MOST_CONFOUNDERS: usize = 4;
/// A region whose levels of a factor are spread like everybody's is not confounded with it.
const ASSOCIATED: f64 = 0.25;

/// The comparison within the levels of each other factor that goes together with the region.
pub(super) fn confounders(analysis: &Analysis, region: &RegionFinding) -> Vec<Confounder> {
    let question = analysis.question(region);
    let crude = analysis.rates(region).map_or(1.0, |rates| rates.ratio.min(1e3)).max(1e-3);
    let mut found: Vec<(f64, Confounder)> = Vec::new();
    for factor in 0..analysis.study.factors.len() {
        if question.levels.iter().any(|(own, _)| *own == factor) {
            continue;
        }
        let strata = by_level(analysis, region, factor);
        let distance = distance(&strata);
        if distance < ASSOCIATED {
            continue;
        }
        let name = &analysis.study.factors[factor].name;
        let (surprise, note) = compare_within(&strata, name, crude);
        found.push((surprise + distance, Confounder { factor: name.clone(), note }));
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.factor.cmp(&b.1.factor)));
    found.truncate(MOST_CONFOUNDERS);
    found.into_iter().map(|(_, confounder)| confounder).collect()
}

/// Events and time by level of a factor; hosts of unknown level are one stratum.
fn by_level(analysis: &Analysis, region: &RegionFinding, factor: usize) -> Vec<Stratum> {
    let question = analysis.question(region);
    let levels = analysis.study.factors[factor].levels.len();
    let empty = Stratum { exposed_events: 0, other_events: 0, exposed_time: 0.0, other_time: 0.0 };
    let mut strata = vec![empty; levels + 1];
    let inside = analysis.list.seconds(question);
    let all = &analysis.list.exposure[analysis.list.flags.len()];
    for (profile, values) in analysis.time.profiles.iter().enumerate() {
        let stratum = &mut strata[(values[factor] as usize).min(levels)];
        let exposed = if question.profiles[profile] { inside[profile] } else { 0.0 };
        stratum.exposed_time += exposed;
        stratum.other_time += (all[profile] - exposed).max(0.0);
    }
    for shock in &analysis.events.pools[region.pool].shocks {
        let first = analysis.events.shocks[*shock].first();
        let level = analysis.time.profiles[first.profile as usize][factor];
        let stratum = &mut strata[(level as usize).min(levels)];
        if analysis.events.inside(*shock, 0, region.question) {
            stratum.exposed_events += 1;
        } else {
            stratum.other_events += 1;
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
        "within the same {name} the ratio is {ratio} (p = {}; {} of {events} independent events are informative)",
        p_value(within.p_two_sided),
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

fn p_value(p: f64) -> String {
    if p < 0.001 { "under 0.001".to_owned() } else { format!("{p:.3}") }
}

/// Plain facts that an advocate of the finding would rather leave out.
pub(super) fn against(analysis: &Analysis, region: &RegionFinding) -> Vec<String> {
    let mut facts = Vec::new();
    let pool = &analysis.events.pools[region.pool];
    let inside =
        pool.shocks.iter().filter(|shock| analysis.events.inside(**shock, 0, region.question)).count();
    let outside = pool.shocks.len() - inside;
    if outside > 0 {
        facts.push(format!("{outside} of {} independent events happened outside it", pool.shocks.len()));
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
        let own = stretches.iter().filter(|stretch| question.profiles[stretch.profile as usize]);
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
            "{} of its {members} hosts never did, in {} host-days",
            quiet.len(),
            names::whole(quiet.iter().sum::<f64>() / DAY as f64)
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
        if rates.ratio.is_finite() { names::ratio(rates.ratio) } else { "still unbounded".to_owned() };
    Some(format!(
        "without {}, which has {} of the {inside}, the ratio is {ratio}",
        analysis.study.hosts[worst], per_host[worst]
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

/// A change is judged on the hosts that it changed, not against hosts that were always different.
fn before_and_after(analysis: &Analysis, region: &RegionFinding) -> Option<String> {
    let Subject::Change { change } = analysis.question(region).subject else { return None };
    let change = &analysis.study.changes[change];
    let changed = host_set(&change.hosts, analysis.study.hosts.len());
    let (mut before, mut after) = (0.0, 0.0);
    for (host, stretches) in analysis.time.stretches.iter().enumerate().filter(|(host, _)| changed[*host]) {
        debug_assert!(host < changed.len());
        for stretch in stretches {
            before += (stretch.to.min(change.at) - stretch.from).max(0) as f64 / DAY as f64;
            after += (stretch.to - stretch.from.max(change.at)).max(0) as f64 / DAY as f64;
        }
    }
    let (mut events_before, mut events_after) = (0, 0);
    for shock in &analysis.events.pools[region.pool].shocks {
        let instant = analysis.events.shocks[*shock].first().instant;
        if changed[instant.host] && instant.at > change.at {
            events_after += 1;
        } else if changed[instant.host] {
            events_before += 1;
        }
    }
    let fell = probability_ratio_below(events_before, before, events_after, after, 1.0);
    Some(format!(
        "on the changed hosts themselves: {events_before} in {} host-days before and {events_after} in {} after; \
         probability that the rate rose: {}",
        names::whole(before),
        names::whole(after),
        names::percent(1.0 - fell)
    ))
}
