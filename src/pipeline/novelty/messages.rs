//! The messages of no known meaning in the half-hours before incidents.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;

use super::HALF_HOUR_S;
use super::again::{Heard, Sources, Stretches, program_of};
use super::cases::Case;
use super::quiet_time::{QuietTime, log_name, slot};
use crate::knowledge::{Knowledge, template};
use crate::model::record::Body;
use crate::model::{Evidence, Supports};

/// A message, and before which cases it stands.
#[derive(Debug, Clone)]
pub struct Message {
    pub program: String,
    pub template: String,
    /// Case → its first line there: when, and where.
    pub before: BTreeMap<usize, (i64, Evidence)>,
    /// Names of the logs that it stood in.
    pub logs: BTreeSet<String>,
    /// Stands in many quiet half-hours: it is not counted any further.
    pub is_common: bool,
}

/// All messages before the cases, and the logs in which each case was heard of.
pub struct Before {
    pub messages: Vec<Message>,
    pub logs_of_case: Vec<BTreeSet<String>>,
}

/// Quiet half-hours that are looked into per host, and hosts.
const SAMPLES_PER_HOST: usize = 8;
const SAMPLED_HOSTS: usize = 40;
/// A message is common if it stands in so many of them and in this share.
const COMMON_SLOTS_MIN: usize = 3;
const COMMON_SHARE: f64 = 0.2;
/// A template with less constant text than this cannot be looked for.
const CONSTANT_BYTES_MIN: usize = 4;

/// Reads the half-hours before the cases, and a few quiet ones of the same hosts.
pub fn before(cases: &[Case], quiet: &QuietTime, sources: &Sources<'_>, knowledge: &Knowledge) -> Before {
    let mut stretches = Stretches::default();
    for (number, case) in (0..).zip(cases) {
        stretches.add(number, &case.host, (case.from, case.to), sources);
    }
    let samples = samples(cases, quiet);
    for (number, (host, slot)) in (cases.len() as u32..).zip(&samples) {
        let from = slot * HALF_HOUR_S;
        stretches.add(number, host, (from, from + HALF_HOUR_S - 1), sources);
    }
    stretches.sort();
    let heard = sources.read(&|source| stretches.lies_in(source), &stretches);
    let mut collected =
        Collected { logs_of_case: vec![BTreeSet::new(); cases.len()], ..Collected::default() };
    for heard in &heard {
        collected.take(heard, cases, &samples, sources, knowledge);
    }
    let (enough, slots) = (COMMON_SHARE * samples.len() as f64, &collected.quiet_slots);
    let messages = collected
        .messages
        .into_iter()
        .map(|((program, template), (before, logs))| {
            let key = (program, template);
            let sampled = slots.get(&key).map_or(0, BTreeSet::len);
            let is_common = sampled >= COMMON_SLOTS_MIN && sampled as f64 >= enough;
            Message { program: key.0, template: key.1, before, logs, is_common }
        })
        .collect();
    Before { messages, logs_of_case: collected.logs_of_case }
}

/// Quiet half-hours, evenly over the time of the first hosts.
fn samples(cases: &[Case], quiet: &QuietTime) -> BTreeSet<(String, i64)> {
    let hosts: BTreeSet<&str> = cases.iter().map(|case| case.host.as_str()).collect();
    let mut samples = BTreeSet::new();
    for host in hosts.into_iter().take(SAMPLED_HOSTS) {
        let slots = quiet.of_host(host, None);
        let count: i64 = slots.iter().map(|(from, to)| to - from).sum();
        for place in 0..SAMPLES_PER_HOST as i64 {
            let mut rest = (2 * place + 1) * count / (2 * SAMPLES_PER_HOST as i64);
            for (from, to) in &slots {
                if rest < to - from {
                    samples.insert((host.to_owned(), from + rest));
                    break;
                }
                rest -= to - from;
            }
        }
    }
    samples
}

/// Program and template.
type Key = (String, String);
/// Where a message was found: by case, and in which logs.
type Found = (BTreeMap<usize, (i64, Evidence)>, BTreeSet<String>);

#[derive(Default)]
struct Collected {
    messages: BTreeMap<Key, Found>,
    quiet_slots: BTreeMap<Key, BTreeSet<(String, i64)>>,
    logs_of_case: Vec<BTreeSet<String>>,
}

impl Collected {
    fn take(
        &mut self,
        heard: &Heard,
        cases: &[Case],
        samples: &BTreeSet<(String, i64)>,
        sources: &Sources<'_>,
        knowledge: &Knowledge,
    ) {
        let Body::Log(line) = &heard.record.body else { return };
        // Only lines of stretches have numbers for signatures.
        let Some(number) = line.signatures.first().and_then(|number| number.parse::<usize>().ok()) else {
            return;
        };
        let case = cases
            .get(number)
            .filter(|case| case.host == heard.host && (case.from..=case.to).contains(&heard.second));
        let name = log_name(&sources.facts[heard.source].path, &heard.host);
        if case.is_some() {
            self.logs_of_case[number].insert(name.clone());
        }
        let template = template::of(&line.text);
        let is_known = !knowledge.log_line(&line.program, &line.text).is_empty();
        if is_known || template::longest_piece(&template).len() < CONSTANT_BYTES_MIN {
            return;
        }
        let key = (program_of(&line.program), template);
        if case.is_none() {
            let sample = (heard.host.clone(), slot(heard.second));
            if samples.contains(&sample) {
                self.quiet_slots.entry(key).or_default().insert(sample);
            }
            return;
        }
        let (before, logs) = self.messages.entry(key).or_default();
        logs.insert(name);
        let evidence = evidence(heard, &line.program, &line.text, sources);
        let order = |at: i64, evidence: &Evidence| (at, evidence.source.clone(), evidence.line_or_offset);
        let is_first =
            before.get(&number).is_none_or(|(at, known)| order(heard.second, &evidence) < order(*at, known));
        if is_first {
            before.insert(number, (heard.second, evidence));
        }
    }
}

fn evidence(heard: &Heard, program: &str, text: &str, sources: &Sources<'_>) -> Evidence {
    let span = heard.record.span;
    Evidence {
        source: sources.facts[heard.source].path.clone(),
        line_or_offset: if span.line > 0 { span.line } else { span.offset },
        at: DateTime::from_timestamp(heard.second, 0),
        text: if program.is_empty() { text.to_owned() } else { format!("{program}: {text}") },
        supports: Supports::Context,
    }
}
