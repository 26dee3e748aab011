//! How often each message stands in quiet times and elsewhere, and what that says.

use std::collections::{BTreeMap, BTreeSet};

use super::HALF_HOUR_S;
use super::again::{Sources, Templates};
use super::cases::Case;
use super::messages::{Before, Message};
use super::quiet_time::{QuietTime, holds, log_name, slot};
use crate::ingest::second_look::REPEATS_MAX;
use crate::model::record::Body;
use crate::model::{NovelMessage, NoveltyVerdict, SeenIn};
use crate::stats::adjusted_p::benjamini_hochberg;
use crate::stats::seen_more_often::{Stratum, p_given_seen};

/// When a message stands in a host's logs, once in a while: seconds of Unix time, sorted.
#[derive(Default)]
struct Sightings {
    seconds: BTreeMap<String, Vec<i64>>,
    logs: BTreeSet<String>,
    /// Too many to count.
    is_common: bool,
}

/// A message, counted.
struct Counted<'a> {
    message: &'a Message,
    p_value: f64,
    nowhere_else: bool,
    novel: NovelMessage,
}

/// On other days, this long before and behind the half-hour counts as the same time of day.
const SAME_TIME_S: i64 = 15 * 60;
const DAY_S: i64 = 86_400;
/// Expected share of false alarms among the messages called new.
const FALSE_ALARMS: f64 = 0.05;

/// Counts the messages in all sources, and judges them. New ones come first.
pub fn judge(
    before: &Before,
    counted: &[&Message],
    cases: &[Case],
    quiet: &QuietTime,
    sources: &Sources<'_>,
) -> Vec<NovelMessage> {
    let sightings = count(counted, sources);
    let mut bases = BTreeMap::new();
    let mut all: Vec<Counted<'_>> = Vec::new();
    for (message, sightings) in counted.iter().zip(&sightings) {
        let logs: BTreeSet<String> = message.logs.union(&sightings.logs).cloned().collect();
        let base = bases.entry(logs.clone()).or_insert_with(|| Base::of(&logs, before, cases, quiet));
        all.push(base.compare(message, sightings, cases));
    }
    // What stands before one incident could not have been told from chance whatever the rest says
    // (Tarone 1990, Biometrics 46:515): it is no question asked. Common messages are questions that
    // were answered early.
    let asked: Vec<usize> = (0..all.len()).filter(|place| all[*place].message.before.len() > 1).collect();
    let common = before.messages.iter().filter(|message| message.is_common && message.before.len() > 1);
    let p: Vec<f64> = asked.iter().map(|place| all[*place].p_value).chain(common.map(|_| 1.0)).collect();
    for (place, q) in asked.iter().zip(benjamini_hochberg(&p)) {
        let counted = &mut all[*place];
        (counted.novel.p_value, counted.novel.q_value) = (Some(counted.p_value), Some(q));
        if q <= FALSE_ALARMS {
            counted.novel.verdict = NoveltyVerdict::New;
        }
    }
    let mut novel: Vec<NovelMessage> = all
        .into_iter()
        .filter(|counted| counted.novel.verdict == NoveltyVerdict::New || counted.nowhere_else)
        .map(|counted| counted.novel)
        .collect();
    novel.sort_by(|a, b| {
        let p = |message: &NovelMessage| message.p_value.unwrap_or(1.0);
        let last = |message: &NovelMessage| message.incidents.last().cloned();
        a.verdict
            .cmp(&b.verdict)
            .then(p(a).total_cmp(&p(b)))
            .then(b.incidents.len().cmp(&a.incidents.len()))
            .then(last(b).cmp(&last(a)))
            .then(a.lead_s.cmp(&b.lead_s))
            .then_with(|| (&a.program, &a.template).cmp(&(&b.program, &b.template)))
    });
    novel
}

/// Reads all logs for the messages.
fn count(messages: &[&Message], sources: &Sources<'_>) -> Vec<Sightings> {
    let mut templates = Templates::default();
    for (number, message) in messages.iter().enumerate() {
        templates.add(number, &message.program, &message.template);
    }
    let mut sightings: Vec<Sightings> = messages.iter().map(|_| Sightings::default()).collect();
    let has_lines = |source: usize| sources.facts[source].activity.iter().any(|run| run.lines > 0);
    let mut repeats: BTreeMap<(usize, String, usize), u32> = BTreeMap::new();
    for heard in sources.read(&has_lines, &templates) {
        let Body::Log(line) = &heard.record.body else { continue };
        for number in line.signatures.iter().filter_map(|number| number.parse::<usize>().ok()) {
            let Some(of) = sightings.get_mut(number) else { continue };
            let count = repeats.entry((heard.source, heard.host.clone(), number)).or_default();
            *count += 1;
            of.is_common |= *count >= REPEATS_MAX;
            of.seconds.entry(heard.host.clone()).or_default().push(heard.second);
            of.logs.insert(log_name(&sources.facts[heard.source].path, &heard.host));
        }
    }
    for seconds in sightings.iter_mut().flat_map(|of| of.seconds.values_mut()) {
        seconds.sort_unstable();
    }
    sightings
}

/// Different half-hours among times in order.
fn slots_of(seconds: &[i64]) -> Vec<i64> {
    let mut slots: Vec<i64> = seconds.iter().map(|second| slot(*second)).collect();
    slots.dedup();
    slots
}

/// What there is to look at in some logs.
struct Base {
    /// Host with cases → what is compared there.
    hosts: BTreeMap<String, HostBase>,
    elsewhere: BTreeMap<String, Vec<(i64, i64)>>,
    /// Cases that were heard of in these logs.
    heard: Vec<bool>,
}

#[derive(Default)]
struct HostBase {
    cases: u64,
    quiet: Vec<(i64, i64)>,
    /// The time of day of the cases on quiet days, from and to.
    quiet_days: BTreeSet<(i64, i64)>,
}

impl Base {
    fn of(logs: &BTreeSet<String>, before: &Before, cases: &[Case], quiet: &QuietTime) -> Self {
        let heard: Vec<bool> = before.logs_of_case.iter().map(|heard| !heard.is_disjoint(logs)).collect();
        let mut hosts: BTreeMap<String, HostBase> = BTreeMap::new();
        for (case, _) in cases.iter().zip(&heard).filter(|(_, heard)| **heard) {
            let base = hosts.entry(case.host.clone()).or_insert_with(|| HostBase {
                quiet: quiet.of_host(&case.host, Some(logs)),
                ..HostBase::default()
            });
            base.cases += 1;
            let (from, to) = (case.from - SAME_TIME_S, case.to + SAME_TIME_S);
            let days = |second: i64| (second - from).div_euclid(DAY_S);
            let first = base.quiet.first().map_or(0, |span| days(span.0 * HALF_HOUR_S));
            let last = base.quiet.last().map_or(0, |span| days(span.1 * HALF_HOUR_S));
            let on = (first..=last).map(|day| (from + day * DAY_S, to + day * DAY_S));
            // A log that says little has few half-hours with a line: one of them is enough.
            let is_quiet =
                |(from, to): &(i64, i64)| (slot(*from)..=slot(*to)).any(|slot| holds(&base.quiet, slot));
            base.quiet_days.extend(on.filter(is_quiet).collect::<Vec<_>>());
        }
        let with_case: BTreeSet<&str> = cases.iter().map(|case| case.host.as_str()).collect();
        let elsewhere = quiet
            .hosts()
            .filter(|host| !with_case.contains(host))
            .map(|host| (host.to_owned(), quiet.of_host(host, Some(logs))))
            .filter(|(_, slots)| !slots.is_empty())
            .collect();
        Self { hosts, elsewhere, heard }
    }

    fn compare<'a>(&self, message: &'a Message, sightings: &Sightings, cases: &[Case]) -> Counted<'a> {
        let seen_on = |host: &str| sightings.seconds.get(host).map_or(&[][..], Vec::as_slice);
        let (mut at_all, mut same_time) = (Vec::new(), Vec::new());
        for (host, base) in &self.hosts {
            let seen = seen_on(host);
            let is_here = |case: &&usize| cases[**case].host == *host;
            let seen_in_cases = message.before.keys().filter(is_here).count() as u64;
            let stratum = |controls: u64, seen_in_controls: usize| Stratum {
                cases: base.cases,
                seen_in_cases,
                controls,
                seen_in_controls: seen_in_controls as u64,
            };
            let in_quiet = slots_of(seen).into_iter().filter(|slot| holds(&base.quiet, *slot)).count();
            let holds_one = |(from, to): &&(i64, i64)| {
                let next = seen.partition_point(|second| second < from);
                seen.get(next).is_some_and(|second| second <= to)
            };
            let on_days = base.quiet_days.iter().filter(holds_one).count();
            at_all.push(stratum(length(&base.quiet), in_quiet));
            same_time.push(stratum(base.quiet_days.len() as u64, on_days));
        }
        // To be new it has to be rarer at other times and on other days: what comes every night at
        // the time of the incidents is no news.
        let p_value =
            if sightings.is_common { 1.0 } else { p_given_seen(&at_all).max(p_given_seen(&same_time)) };
        let seen_elsewhere = |host: &str, slots: &[(i64, i64)]| {
            slots_of(seen_on(host)).into_iter().filter(|slot| holds(slots, *slot)).count() as u64
        };
        let elsewhere: Vec<SeenIn> = self
            .elsewhere
            .iter()
            .map(|(host, slots)| SeenIn { seen: seen_elsewhere(host, slots), of: length(slots) })
            .collect();
        let hosts_before: BTreeSet<&str> =
            message.before.keys().map(|case| cases[*case].host.as_str()).collect();
        let mut leads: Vec<i64> = message.before.iter().map(|(case, (at, _))| cases[*case].to - at).collect();
        leads.sort_unstable();
        let example = message.before.last_key_value().map(|(_, (_, line))| line.clone());
        let novel = NovelMessage {
            verdict: NoveltyVerdict::SeenOnlyHere,
            program: message.program.clone(),
            template: message.template.clone(),
            incidents: message.before.keys().map(|case| cases[*case].incident.clone()).collect(),
            incidents_compared: self.heard.iter().filter(|heard| **heard).count() as u64,
            hosts: hosts_before.len() as u64,
            quiet: controls(&at_all),
            quiet_days: controls(&same_time),
            elsewhere: SeenIn {
                seen: elsewhere.iter().map(|host| host.seen).sum(),
                of: elsewhere.iter().map(|host| host.of).sum(),
            },
            elsewhere_hosts: SeenIn {
                seen: elsewhere.iter().filter(|host| host.seen > 0).count() as u64,
                of: elsewhere.len() as u64,
            },
            p_value: None,
            q_value: None,
            lead_s: leads.get(leads.len() / 2).copied().unwrap_or(0),
            example: example.expect("a message is one because it stands before a case"),
        };
        Counted { message, p_value, nowhere_else: nowhere_else(sightings, cases), novel }
    }
}

/// Whether a message stands nowhere but in the half-hours before incidents.
fn nowhere_else(sightings: &Sightings, cases: &[Case]) -> bool {
    let is_case = |host: &str, seen: i64| {
        cases.iter().any(|case| case.host == host && (case.from..=case.to).contains(&seen))
    };
    sightings.seconds.iter().all(|(host, seconds)| seconds.iter().all(|seen| is_case(host, *seen)))
}

fn controls(strata: &[Stratum]) -> SeenIn {
    SeenIn {
        seen: strata.iter().map(|stratum| stratum.seen_in_controls).sum(),
        of: strata.iter().map(|stratum| stratum.controls).sum(),
    }
}

fn length(slots: &[(i64, i64)]) -> u64 {
    slots.iter().map(|(from, to)| u64::try_from(to - from).unwrap_or(0)).sum()
}
