//! Messages before unexplained incidents, in words. No claim of a cause: what stands before an incident
//! need not lead to it.

use crate::model::{NovelMessage, Novelty, NoveltyVerdict, SeenIn};

use super::wording::{count, duration, grouped, p_value};

/// Messages that a report shows; `findings.json` has more.
const SHOWN_MAX: usize = 30;

/// What the section is about, in sentences, then what could not be compared.
pub(super) fn introduction(novelty: &Novelty) -> Vec<String> {
    let mut sentences = Vec::new();
    if novelty.incidents > 0 {
        let before = count(novelty.messages_before as usize, "message");
        sentences.push(format!(
            "The last half-hours of the logs before {} without an explanation hold {before} of no known meaning. Each was \
             looked for in quiet half-hours of the same hosts, also at the same time of day, and on other hosts; a \
             half-hour counts once however often the message is repeated. A message called new is likelier before these \
             incidents than chance allows: q is the expected share of false alarms among the {} seen before two incidents \
             or more. That it comes first does not make it the cause.",
            count(novelty.incidents as usize, "incident"),
            grouped(novelty.messages_tested),
        ));
    }
    sentences.extend(novelty.notes.iter().map(|note| format!("{}.", upper(note))));
    sentences
}

fn upper(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or(String::new(), |first| first.to_uppercase().chain(rest).collect())
}

/// The messages with a verdict, as many as are shown, and how many are not.
pub(super) fn with_verdict(novelty: &Novelty, verdict: NoveltyVerdict) -> (Vec<&NovelMessage>, u64) {
    let all: Vec<&NovelMessage> =
        novelty.messages.iter().filter(|message| message.verdict == verdict).collect();
    let hidden = all.len().saturating_sub(SHOWN_MAX) as u64;
    let unlisted = if verdict == NoveltyVerdict::SeenOnlyHere { novelty.left_out } else { 0 };
    (all.into_iter().take(SHOWN_MAX).collect(), hidden + unlisted)
}

/// `4 of 5 on 3 hosts, 2 minutes before the end`
pub(super) fn before(message: &NovelMessage) -> String {
    let seen = message.incidents.len();
    let hosts = count(message.hosts as usize, "host");
    let lead = match message.lead_s {
        0 => "with the last line".to_owned(),
        seconds => format!("{} before the last line", duration(seconds as f64)),
    };
    format!("{seen} of {} on {hosts}, {lead}", grouped(message.incidents_compared))
}

/// `3 of 412, 0.35 a day`
pub(super) fn half_hours(of: SeenIn) -> String {
    let per_day = of.per_day().filter(|_| of.seen > 0).map_or(String::new(), |per_day| {
        if per_day < 0.01 { ", less than 0.01 a day".to_owned() } else { format!(", {per_day:.2} a day") }
    });
    match of.of {
        0 => "none to look at".to_owned(),
        all => format!("{} of {}{per_day}", grouped(of.seen), grouped(all)),
    }
}

/// `0 of 13 quiet days`
pub(super) fn days(of: SeenIn) -> String {
    match of.of {
        0 => "none to look at".to_owned(),
        all => format!("{} of {}", grouped(of.seen), count(all as usize, "quiet day")),
    }
}

/// `12 of 9,000, 0.06 a day; on 3 of 20 hosts`
pub(super) fn elsewhere(message: &NovelMessage) -> String {
    let hosts = message.elsewhere_hosts;
    if hosts.of == 0 {
        return "no other host keeps such a log".to_owned();
    }
    format!(
        "{}; on {} of {}",
        half_hours(message.elsewhere),
        grouped(hosts.seen),
        count(hosts.of as usize, "other host")
    )
}

/// How sure it is that it is no chance.
pub(super) fn chance(message: &NovelMessage) -> String {
    match (message.p_value, message.q_value) {
        (Some(p), Some(q)) => format!("q {}, p {}", p_value(q), p_value(p)),
        _ => "one incident: cannot be told".to_owned(),
    }
}

/// `kvm01/syslog:1204`
pub(super) fn place(message: &NovelMessage) -> String {
    format!("{}:{}", message.example.source, message.example.line_or_offset)
}

/// All of it in one line, for `coroner explain`. Foreign text, not escaped.
#[must_use]
pub fn sentence(message: &NovelMessage) -> String {
    let verdict = match message.verdict {
        NoveltyVerdict::New => "new before incidents",
        NoveltyVerdict::SeenOnlyHere => "only before incidents, too few to tell from chance",
    };
    format!(
        "{}: {} · {verdict} · before {} · quiet half-hours of the same hosts: {}; at that time of day: {} · other hosts: {} · {}",
        message.program,
        message.template,
        before(message),
        half_hours(message.quiet),
        days(message.quiet_days),
        elsewhere(message),
        chance(message)
    )
}
