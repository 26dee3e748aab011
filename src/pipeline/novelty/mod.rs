//! Messages of no known meaning before incidents that nothing explains, compared with the same hosts'
//! quiet times and with other hosts.
//!
//! The files are read twice more: once for the half-hours before the incidents, once for the messages
//! found there. What is counted are half-hours of a host, not lines: messages come in bursts.

mod again;
mod cases;
mod counts;
mod messages;
mod quiet_time;

use std::path::PathBuf;

use super::Owners;
use super::stories::Fleet;
use crate::clock::Clocks;
use crate::ingest::discover::FoundState;
use crate::knowledge::Knowledge;
use crate::model::Novelty;
use crate::model::novelty::NoveltyVerdict;
use crate::model::record::SourceFacts;
use again::Sources;
use cases::Cases;
use messages::Message;
use quiet_time::QuietTime;

const HALF_HOUR_S: i64 = 30 * 60;
/// Messages that are looked for in all logs.
const COUNTED_MAX: usize = 400;
/// Messages seen before incidents only that are listed.
const ONLY_HERE_MAX: usize = 100;

/// Compares the messages. `files` are the paths that the sources were read from; without them nothing
/// can be compared.
pub fn find(
    sources: &[SourceFacts],
    clocks: &Clocks,
    owners: &Owners<'_>,
    fleet: &Fleet,
    knowledge: &Knowledge,
    files: &[PathBuf],
) -> Novelty {
    let cases = cases::find(fleet);
    let mut novelty = Novelty { notes: notes(&cases), ..Novelty::default() };
    if cases.list.is_empty() {
        return novelty;
    }
    let (mut found, _) = super::files_below(files);
    // A pipe has been read, and would wait for ever.
    found.retain(|file| file.state == FoundState::Readable);
    let sources = Sources { facts: sources, clocks, owners, found };
    let out_of_reach = sources.out_of_reach();
    if files.is_empty() || sources.found.is_empty() {
        novelty.notes.insert(0, "the files are needed: facts hold no messages of unknown meaning".to_owned());
        return novelty;
    }
    if out_of_reach > 0 {
        novelty
            .notes
            .push(format!("{out_of_reach} logs are known by their facts only and were not compared"));
    }
    let quiet = QuietTime::of(sources.facts, clocks, owners, fleet);
    let before = messages::before(&cases.list, &quiet, &sources, knowledge);
    novelty.incidents = before.logs_of_case.iter().filter(|logs| !logs.is_empty()).count() as u64;
    novelty.messages_before = before.messages.len() as u64;
    novelty.messages_tested =
        before.messages.iter().filter(|message| message.before.len() > 1).count() as u64;
    let mut counted: Vec<&Message> = before.messages.iter().filter(|message| !message.is_common).collect();
    // The stable sort leaves the order of program and template.
    counted.sort_by_key(|message| std::cmp::Reverse(message.before.len()));
    if counted.len() > COUNTED_MAX {
        let more = counted.len() - COUNTED_MAX;
        novelty
            .notes
            .push(format!("{more} messages beyond the first {COUNTED_MAX} were not looked for elsewhere"));
        counted.truncate(COUNTED_MAX);
    }
    if counted.is_empty() {
        return novelty;
    }
    novelty.messages = counts::judge(&before, &counted, &cases.list, &quiet, &sources);
    let new = novelty.messages.iter().filter(|message| message.verdict == NoveltyVerdict::New).count();
    let kept = novelty.messages.len().min(new + ONLY_HERE_MAX);
    novelty.left_out = (novelty.messages.len() - kept) as u64;
    novelty.messages.truncate(kept);
    novelty
}

fn notes(cases: &Cases) -> Vec<String> {
    let mut notes = Vec::new();
    if cases.list.is_empty() {
        notes.push("no unexplained incident has a log before it".to_owned());
    }
    let mut say = |count: usize, what: &str| {
        if count > 0 {
            notes.push(format!("{count} {what}"));
        }
    };
    say(cases.without_log, "unexplained incidents have no log within six hours before them");
    say(
        cases.just_started,
        "unexplained incidents came within 40 minutes of a start, whose messages would look new",
    );
    say(cases.too_many, "unexplained incidents are left out, evenly over the time");
    notes
}
