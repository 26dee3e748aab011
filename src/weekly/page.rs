//! An edition in words: sections of items, the same in text, HTML and mail.

use serde::Serialize;

use crate::model::Verdict;
use crate::report::text_safety::{cut, inert};

use super::at_risk::AtRisk;
use super::edition::Edition;
use super::explanations::{Explanation, Movement};
use super::findings::{Group, NewFinding};
use super::fixes::Fix;
use super::incidents::{IncidentLine, Incidents};
use super::subject::subject;
use super::words::{self, count, day, listed, minute, percent};

/// Items of a section; `coroner incidents` and the report have all.
const ITEMS_MAX: usize = 25;
/// Hosts named in one item.
const HOSTS_MAX: usize = 8;
/// Columns of a foreign text within an item: about six lines.
const TEXT_COLUMNS: usize = 480;

/// Whether an item is good or bad news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    Bad,
    Good,
    Plain,
}

/// One piece of news: a line, and what explains it. Inert text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    pub tone: Tone,
    pub text: String,
    pub more: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    pub title: &'static str,
    pub items: Vec<Item>,
    /// Items that are not listed.
    pub left_out: usize,
}

/// An edition as it is read. All its text is inert; whoever prints it adds what its output needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page {
    pub subject: String,
    /// What the edition covers, in sentences.
    pub lead: Vec<String>,
    pub sections: Vec<Section>,
    pub made_by: String,
}

impl Item {
    fn new(tone: Tone, text: &str, more: Vec<String>) -> Self {
        let more = more.iter().map(|line| cut(line, TEXT_COLUMNS)).filter(|line| !line.trim().is_empty());
        Self { tone, text: cut(text, TEXT_COLUMNS), more: more.collect() }
    }
}

impl Page {
    #[must_use]
    pub fn of(edition: &Edition) -> Self {
        let of_group = |group| -> Vec<Item> {
            edition.findings.iter().filter(|found| found.group == group).map(finding).collect()
        };
        let sections: [(&'static str, Vec<Item>); 11] = [
            ("New incidents", incidents(&edition.incidents.new)),
            ("Newly known, of before", incidents(&edition.incidents.late)),
            ("Seen otherwise now", revised(&edition.incidents)),
            ("Explanations", explanations(edition)),
            ("Fixes", edition.fixes.iter().map(fix).collect()),
            ("Hosts silent or down", of_group(Group::Hosts)),
            ("At risk", edition.at_risk.iter().map(at_risk).collect()),
            ("Not covered", coverage(edition).into_iter().chain(of_group(Group::Coverage)).collect()),
            ("Clocks", of_group(Group::Clocks)),
            ("SELs and logs of BMCs", of_group(Group::Logs)),
            ("Pending firmware", of_group(Group::Pending)),
        ];
        let others = ("Also noticed", of_group(Group::Other));
        let sections = sections.into_iter().chain([others]).filter(|(_, items)| !items.is_empty());
        Self {
            subject: subject(edition),
            lead: lead(edition).iter().map(|line| inert(line).into_owned()).collect(),
            sections: sections.map(|(title, items)| Section::of(title, items)).collect(),
            made_by: inert(&edition.generated_by).into_owned(),
        }
    }
}

impl Section {
    fn of(title: &'static str, mut items: Vec<Item>) -> Self {
        let left_out = items.len().saturating_sub(ITEMS_MAX);
        items.truncate(ITEMS_MAX);
        Self { title, items, left_out }
    }
}

fn lead(edition: &Edition) -> Vec<String> {
    let period = edition.period;
    let mut lines = Vec::new();
    if let Some(silent) = edition.without_data() {
        let until = edition.coverage.data_until.map_or_else(
            || "There is no data".to_owned(),
            |until| format!("The data end on {} UTC", minute(until)),
        );
        lines.push(format!(
            "{until}: nothing was read for {} before the end of this edition. No news from then is no good news.",
            words::duration(silent)
        ));
    }
    let span = format!("{} to {} UTC", minute(period.from), minute(period.to));
    let first = if edition.is_first {
        format!(
            "The first edition: what happened in the 7 days before its end ({span}) is new, all before is summed up."
        )
    } else if period.is_of_several_weeks() {
        format!(
            "Covers {} ({span}): no edition was made in between.",
            count(words::days(period.length()).unsigned_abs() as usize, "day")
        )
    } else {
        format!("Covers {} ({span}).", words::duration(period.length()))
    };
    lines.push(first);
    lines.push(counts(edition));
    if let Some(earlier) = &edition.incidents.earlier {
        let causes: Vec<String> = earlier
            .causes
            .iter()
            .map(|(cause, number)| format!("{} {number}", words::cause(*cause)))
            .collect();
        lines.push(format!(
            "Before that: {} on {} ({}).",
            count(earlier.ids.len(), "unplanned incident"),
            count(earlier.hosts, "host"),
            causes.join(", ")
        ));
    }
    if edition.incidents.out_of_sight > 0 {
        lines.push(format!(
            "The data no longer cover the time of {} that earlier editions told.",
            count(edition.incidents.out_of_sight, "incident")
        ));
    }
    lines
}

/// What happened, beside what is usual, and how much could have been seen.
fn counts(edition: &Edition) -> String {
    let incidents = &edition.incidents;
    let mut text = match incidents.new.len() {
        0 => "No unplanned incident".to_owned(),
        number => count(number, "unplanned incident"),
    };
    if incidents.events() < incidents.new.len() {
        text += &format!(" ({})", count(incidents.events(), "event"));
    }
    if incidents.planned > 0 {
        text += &format!(", {}", count(incidents.planned, "planned end"));
    }
    if let Some(expected) = edition.usual.expected {
        let usual = words::figure(expected);
        text += &match edition.usual.p_as_many.filter(|_| edition.usual.is_more()) {
            Some(p) => format!(
                "; at the rate before, {usual} events would be usual, and so many or more come with probability {}",
                if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
            ),
            None => format!("; {usual} events would be usual at the rate before"),
        };
    }
    match edition.coverage.share {
        Some(share) => {
            format!("{text}. Covered: {} of the time of {}.", percent(share), count(edition.hosts, "host"))
        }
        None => format!("{text}. No host is known."),
    }
}

/// One item for each event: what hit several hosts at once happened once.
fn incidents(lines: &[IncidentLine]) -> Vec<Item> {
    let mut events: Vec<Vec<&IncidentLine>> = Vec::new();
    for line in lines {
        match events.iter_mut().find(|event| event[0].event == line.event) {
            Some(event) => event.push(line),
            None => events.push(vec![line]),
        }
    }
    events.iter().map(|event| incident(event)).collect()
}

/// An event by its first incident.
fn incident(event: &[&IncidentLine]) -> Item {
    let first = event[0];
    let others: Vec<&str> = event[1..].iter().map(|line| line.host.as_str()).collect();
    let what = format!("{}, {}", words::kind(first.kind), words::cause(first.cause));
    let text = match others.len() {
        0 => format!("{} UTC  {}: {what}", minute(first.at), first.host),
        more => {
            format!("{} UTC  {} and {}: {what}", minute(first.at), first.host, count(more, "other host"))
        }
    };
    let with = (!others.is_empty()).then(|| format!("One event, with {}.", listed(&others, HOSTS_MAX)));
    Item::new(Tone::Bad, &text, [Some(first.reason.clone()), with].into_iter().flatten().collect())
}

fn revised(incidents: &Incidents) -> Vec<Item> {
    let item = |revision: &super::Revision| {
        let tone = if revision.now_unplanned { Tone::Bad } else { Tone::Plain };
        let text = format!("{} UTC  {}: {}", minute(revision.at), revision.host, revision.what);
        Item::new(tone, &text, Vec::new())
    };
    incidents.revised.iter().map(item).collect()
}

/// What moved, and what stands supported; leads that stand are in the first edition.
fn explanations(edition: &Edition) -> Vec<Item> {
    let is_told = |explanation: &&Explanation| {
        explanation.movement != Movement::Stands
            || explanation.verdict == Some(Verdict::Supported)
            || edition.is_first
    };
    edition.explanations.iter().filter(is_told).map(explanation).collect()
}

fn explanation(explanation: &Explanation) -> Item {
    let word = |verdict: Option<Verdict>| verdict.map_or("no longer among the hypotheses", Verdict::word);
    let probability =
        |p: Option<f64>| p.map_or_else(String::new, |p| format!(", probability {}", percent(p)));
    let now = format!("{}{}", word(explanation.verdict), probability(explanation.posterior));
    let (inside, all) = explanation.events;
    let events = if all > 0 {
        format!(" ({inside} of {})", count(all as usize, "independent event"))
    } else {
        String::new()
    };
    let was = match (explanation.movement, explanation.was) {
        (Movement::Stands, _) => String::new(),
        (_, None) => "; not among the hypotheses before".to_owned(),
        (_, was) if was == explanation.verdict => {
            format!("; was at{}", probability(explanation.was_posterior).trim_start_matches(','))
        }
        (_, was) => format!("; was {}{}", word(was), probability(explanation.was_posterior)),
    };
    let movement = match explanation.movement {
        Movement::Rose => "rose: ",
        Movement::Fell => "fell: ",
        Movement::Stands => "stands: ",
    };
    let tone = if explanation.is_newly_supported() { Tone::Bad } else { Tone::Plain };
    let next = explanation.next_step.trim();
    let is_told = explanation.is_newly_supported() && !next.is_empty();
    let more = if is_told { vec![format!("Next: {next}")] } else { Vec::new() };
    Item::new(tone, &format!("{movement}{}: {now}{events}{was}", explanation.subject), more)
}

fn fix(fix: &Fix) -> Item {
    let within = fix.within.as_ref().map_or_else(String::new, |within| format!(" (within {within})"));
    let mut text = format!("{}{within}: ", fix.name);
    text += &match fix.was {
        _ if fix.is_relapse() => fix.outcome.meaning().to_uppercase(),
        _ if fix.is_verified() => "it helped, and that is sure now".to_owned(),
        Some(was) if was != fix.outcome => format!("{}, was: {}", fix.outcome.meaning(), was.meaning()),
        _ => fix.outcome.meaning().to_owned(),
    };
    let mut more = Vec::new();
    let quiet = words::duration(chrono::TimeDelta::seconds(fix.quiet_s));
    if let (true, Some(at)) = (fix.events_new > 0, fix.first_new) {
        let order =
            if fix.ended_quiet { "the first since the change" } else { "not the first since the change" };
        more.push(format!(
            "{} on its hosts ({}; {} UTC), {order}, after {quiet} without",
            count(fix.events_new as usize, "event"),
            listed(&fix.hosts_new, HOSTS_MAX),
            minute(at)
        ));
    } else if fix.was.is_some() || fix.days_left.is_some() {
        more.push(format!("Quiet for {quiet}."));
    }
    more.extend(to_go(fix));
    if fix.was != Some(fix.outcome) {
        more.push(fix.statement.clone());
    }
    let tone = if fix.is_bad() {
        Tone::Bad
    } else if fix.is_verified() {
        Tone::Good
    } else {
        Tone::Plain
    };
    Item::new(tone, &text, more)
}

/// How long it must stay quiet.
fn to_go(fix: &Fix) -> Option<String> {
    let (needed, passed) = fix.host_days?;
    let host_days = format!("{passed:.0} of {needed:.0} host-days have passed");
    Some(match fix.days_left {
        Some(days) => {
            let until = fix.done_on.map_or_else(String::new, |on| format!(" (until {})", day(on)));
            let days = count(days.ceil().max(0.0) as usize, "more day");
            format!("Sure after {days} without an event{until}: {host_days}.")
        }
        None => format!("Waiting cannot show that it helped at the present rate: {host_days}."),
    })
}

fn at_risk(risk: &AtRisk) -> Item {
    let hosts: Vec<String> = risk
        .hosts
        .iter()
        .map(|(host, events, last)| format!("{host} ({events}, last {} UTC)", minute(*last)))
        .collect();
    let what = match (risk.verdict, risk.rate_ratio) {
        (Some(verdict), Some(ratio)) => {
            format!(
                "heralds incidents ({}: {} times the rate elsewhere)",
                verdict.word(),
                words::figure(ratio)
            )
        }
        (Some(verdict), None) => format!("heralds incidents ({})", verdict.word()),
        (None, _) => "new on these hosts; this fleet's data do not say that it heralds anything".to_owned(),
    };
    let tone = if risk.verdict.is_some() { Tone::Bad } else { Tone::Plain };
    Item::new(tone, &format!("{}: {}", risk.signature, listed(&hosts, HOSTS_MAX)), vec![what])
}

fn coverage(edition: &Edition) -> Vec<Item> {
    let covered = &edition.coverage;
    let mut items = Vec::new();
    if !covered.newly_unseen.is_empty() {
        let hosts: Vec<&String> = covered.newly_unseen.iter().collect();
        let text =
            format!("nothing was seen of {}: {}", count(hosts.len(), "host"), listed(&hosts, HOSTS_MAX));
        items.push(Item::new(Tone::Bad, &text, Vec::new()));
    }
    let known = covered.unseen.len() - covered.newly_unseen.len();
    if known > 0 {
        items.push(Item::new(
            Tone::Plain,
            &format!("as before, nothing was seen of {}", count(known, "host")),
            Vec::new(),
        ));
    }
    for silent in &covered.silent {
        let what = match silent.class.as_str() {
            "sel" => "BMC (its SEL)",
            "power" => "power readings",
            "boot" => "boot history",
            "backup" => "backup runs",
            other => other,
        };
        let span = match silent.to {
            Some(to) => format!("from {} to {} UTC", minute(silent.from), minute(to)),
            None => format!("since {} UTC", minute(silent.from)),
        };
        let text = format!(
            "silent {span}: the {what} of {}: {}",
            count(silent.hosts.len(), "host"),
            listed(&silent.hosts, HOSTS_MAX)
        );
        items.push(Item::new(Tone::Plain, &text, Vec::new()));
    }
    items
}

fn finding(finding: &NewFinding) -> Item {
    let tone = if finding.is_warning() { Tone::Bad } else { Tone::Plain };
    let new_on = (finding.known_hosts > 0)
        .then(|| format!("New on {}; the others were told.", listed(&finding.hosts, HOSTS_MAX)));
    Item::new(tone, &finding.statement, new_on.into_iter().collect())
}
