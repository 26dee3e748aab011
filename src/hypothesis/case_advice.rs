//! Next steps where no group of hosts and no time is blamed: one host, a feed, a mechanism, people.

use std::collections::{BTreeMap, BTreeSet};

use crate::stats::clean_time;

use super::{
    advice::{MERE_CHANCE, length, nothing_feasible, some_hosts},
    clock_region::DAY,
    experiment::{self, ERROR},
    findings::Analysis,
    mechanism::Mechanism,
    names,
    shared::SharedEvent,
};

/// Nobody waits longer (days) for a repair to have shown.
const LONGEST_WAIT_DAYS: f64 = 730.0;

/// A single host: swap its work with that of its nearest healthy relative.
pub(super) fn host(analysis: &Analysis, host: usize, events: u64, p_adjusted: f64) -> String {
    let name = &analysis.study.hosts[host];
    let days = analysis.time.host_seconds[host] / DAY as f64;
    let expected = days * analysis.events.shocks.len() as f64 * DAY as f64 / analysis.time.total_seconds;
    let needed = clean_time::clean_time_until_sure(events, days, ERROR)
        .filter(|_| events as f64 > expected && p_adjusted <= MERE_CHANCE);
    let Some(needed) = needed else {
        return format!(
            "Nothing to do now: {} where {} would be expected, as hosts come that differ by nature (adjusted p = {}). One \
             more there would be worth another look.",
            names::counted(events as usize, "independent event"),
            names::expected(expected),
            names::p_value(p_adjusted)
        );
    };
    let with = relative(analysis, host).map_or_else(
        || "a host without incidents".to_owned(),
        |other| format!("{}, the most similar host without incidents", analysis.study.hosts[other]),
    );
    format!(
        "Swap the work of {name} with that of {with}. {} of {name} without an incident decide it at 95 %. Incidents that \
         stay on {name} (the first is due after some {}): it is the machine, so examine memory, supplies and board. \
         Incidents that go along with the work: it is what runs on it. None in that time: neither is likely to come again.",
        names::host_time(needed),
        names::calendar(days / events as f64),
    )
}

/// The host without events that has most attributes in common with another, at the end of the data.
fn relative(analysis: &Analysis, host: usize) -> Option<usize> {
    let levels = |host: usize| {
        let last = analysis.time.stretches[host].last()?;
        Some(&analysis.time.profiles[last.profile as usize])
    };
    let own = levels(host)?;
    let mut failed = vec![false; analysis.study.hosts.len()];
    for incident in analysis.events.shocks.iter().flat_map(|shock| &shock.incidents) {
        failed[incident.instant.host] = true;
    }
    let common = |other: usize| {
        levels(other).map_or(0, |levels| levels.iter().zip(own).filter(|(a, b)| a == b).count())
    };
    (0..failed.len())
        .filter(|other| !failed[*other] && levels(*other).is_some())
        .max_by_key(|other| (common(*other), std::cmp::Reverse(*other)))
}

/// A pattern over the hours of the day, told by its block of hours.
pub(super) fn hours(
    analysis: &Analysis,
    block: &str,
    hosts: &[usize],
    events: (u64, u64),
    days: (f64, f64),
    p_adjusted: f64,
) -> String {
    let (inside, all) = events;
    let (time_inside, time_all) = days;
    let expected = all as f64 * time_inside / time_all.max(1e-9);
    let all_hosts: Vec<usize> = {
        let mut order = hosts.to_vec();
        let named: BTreeSet<usize> = hosts.iter().copied().collect();
        let there = |host: &usize| analysis.time.host_seconds[*host] > 0.0 && !named.contains(host);
        order.extend((0..analysis.study.hosts.len()).filter(there));
        order
    };
    let plan = experiment::smallest_for(inside, time_inside, time_inside / time_all.max(1e-9), &all_hosts);
    let several = inside >= 3 && inside as f64 > expected;
    let Some(plan) = plan.filter(|_| several && p_adjusted <= MERE_CHANCE) else {
        return format!(
            "Nothing to do now: {inside} of {} in these six hours, the busiest, where {} would be expected (adjusted p = {}).",
            names::counted(all as usize, "independent event"),
            names::expected(expected),
            names::p_value(p_adjusted)
        );
    };
    if !plan.feasible {
        return nothing_feasible(&plan);
    }
    format!(
        "List what is scheduled between {} o'clock (backups, scrubs, batch jobs, cron) and move one of these jobs on \
         {} of {} ({}). {} What counts are these hours only. Incidents that go along with the job: it is the job. \
         Incidents at the old hours: move the next one.",
        block.replace('-', " and "),
        plan.changed.len(),
        names::counted(plan.of, "host"),
        some_hosts(analysis, &plan.changed),
        length(&plan),
    )
}

/// A feed, rack or hypervisor: read its own records, find out why some were spared, then wait.
pub(super) fn shared_event(analysis: &Analysis, event: &SharedEvent, place: &str) -> String {
    let study = analysis.study;
    let when: Vec<String> =
        event.bursts.iter().map(|burst| names::minute(study.cases[burst.cases[0]].at)).collect();
    let when: Vec<&str> = when.iter().map(String::as_str).collect();
    let mut hit = vec![false; study.hosts.len()];
    for case in event.bursts.iter().flat_map(|burst| &burst.cases) {
        hit[study.cases[*case].host as usize] = true;
    }
    let members = members(analysis, &event.term.factor, &event.term.value);
    let (failed, spared): (Vec<usize>, Vec<usize>) = members.into_iter().partition(|host| hit[*host]);
    let compare = if spared.is_empty() {
        " Every host on it went down at least once: give hosts with two supplies a second, independent one."
            .to_owned()
    } else {
        format!(
            " {} never went down with it: see how {} fed and connected, and connect {} the same way.",
            some_hosts(analysis, &spared),
            if spared.len() == 1 { "it is" } else { "they are" },
            some_hosts(analysis, &failed),
        )
    };
    let observed = (study.to - study.from) as f64 / DAY as f64;
    let wait = clean_time::clean_time_until_sure(event.bursts.len() as u64, observed, ERROR)
        .filter(|days| *days <= 10.0 * observed)
        .map_or_else(
            || " It is too rare for a quiet spell to show that it is mended: look for the fault itself.".to_owned(),
            |days| {
                format!(
                    " After the repair {} without another such event decide at 95 % that it helped; one more, and it did \
                     not.",
                    names::calendar(days)
                )
            },
        );
    format!(
        "Read the log of {place} itself (PDU, UPS, breaker, switch or hypervisor) at {}.{compare}{wait}",
        names::listed(&when, 4)
    )
}

/// Hosts that have a level at the end of the data.
fn members(analysis: &Analysis, factor: &str, level: &str) -> Vec<usize> {
    let Some(index) = analysis.study.factors.iter().position(|f| f.name == factor) else { return Vec::new() };
    let Some(level) = analysis.study.factors[index].levels.iter().position(|l| l == level) else {
        return Vec::new();
    };
    let has = |host: &usize| {
        analysis.time.stretches[*host]
            .last()
            .is_some_and(|stretch| analysis.time.profiles[stretch.profile as usize][index] as usize == level)
    };
    (0..analysis.study.hosts.len()).filter(has).collect()
}

/// A mechanism: the part it names, on the host that shows it most, and when the repair has shown.
pub(super) fn mechanism(analysis: &Analysis, mechanism: &Mechanism) -> String {
    let mut per_host: BTreeMap<usize, u64> = BTreeMap::new();
    for case in &mechanism.cases {
        *per_host.entry(analysis.study.cases[*case].host as usize).or_default() += 1;
    }
    let mut hosts: Vec<(usize, u64)> = per_host.into_iter().collect();
    hosts.sort_by_key(|(host, count)| (std::cmp::Reverse(*count), *host));
    let Some((worst, count)) = hosts.first().copied() else { return String::new() };
    let order: Vec<usize> = hosts.iter().map(|(host, _)| *host).collect();
    let records = format!(
        "Examine the part that the records of {} name on {}",
        mechanism.term.value,
        some_hosts(analysis, &order)
    );
    if count < 2 {
        return format!("{records}; each showed it once, so a quiet spell on one of them proves no repair.");
    }
    let name = &analysis.study.hosts[worst];
    let days = analysis.time.host_seconds[worst] / DAY as f64;
    let repair = clean_time::clean_time_until_sure(count, days, ERROR)
        .filter(|needed| *needed <= LONGEST_WAIT_DAYS)
        .map_or_else(String::new, |needed| {
            format!(
                " After a repair of {name}, {} without another one there decide at 95 % that it helped.",
                names::calendar(needed)
            )
        });
    format!(
        "{records}, beginning with {name} ({count} of {}).{repair}",
        names::counted(mechanism.cases.len(), "incident")
    )
}

/// Slips of people: whom to ask about what.
pub(super) fn operator(analysis: &Analysis, mechanism: &Mechanism) -> String {
    let told: Vec<String> = mechanism
        .cases
        .iter()
        .map(|case| {
            let case = &analysis.study.cases[*case];
            format!("{} at {}", analysis.study.hosts[case.host as usize], names::minute(case.at))
        })
        .collect();
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    format!(
        "Ask who worked on {}. If nobody meant to, label consoles and require the host name before a power command; if \
         somebody did, announce it as maintenance, so that it is not counted as an incident.",
        names::listed(&told, 4)
    )
}
