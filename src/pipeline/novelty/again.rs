//! Reads sources once more, by the same readers, for other lines.

use std::collections::{BTreeMap, HashMap};

use crate::clock::Clocks;
use crate::exposure::spans;
use crate::ingest::discover::Found;
use crate::ingest::written_time::steady_seconds;
use crate::ingest::{Interest, read_all};
use crate::knowledge::template;
use crate::model::record::{Record, SourceFacts};
use crate::pipeline::Owners;
use crate::timeline::assemble::Hosts;

/// The sources of the first reading, and the files that they were read from.
pub struct Sources<'a> {
    pub facts: &'a [SourceFacts],
    pub clocks: &'a Clocks,
    pub owners: &'a Owners<'a>,
    pub found: Vec<Found>,
}

/// A record of the second reading: index of its source, host, time, and the record.
pub struct Heard {
    pub source: usize,
    pub host: String,
    pub second: i64,
    pub record: Record,
}

impl Sources<'_> {
    /// Reads the files again that hold sources for which `wanted` holds. Sources that changed in
    /// between are left out.
    pub fn read(&self, wanted: &dyn Fn(usize) -> bool, interest: &dyn Interest) -> Vec<Heard> {
        let paths: Vec<&str> = (0..self.facts.len())
            .filter(|index| wanted(*index))
            .map(|index| self.facts[index].path.as_str())
            .collect();
        // A source may be a member of an archive: its path then goes on behind the file's.
        let holds_one = |found: &&Found| paths.iter().any(|path| path.starts_with(&found.shown));
        let found: Vec<Found> = self.found.iter().filter(holds_one).cloned().collect();
        let places = self.places();
        let mut heard = Vec::new();
        for read in read_all(&found, interest, &|| {}) {
            let Some(&source) = places.get(&(read.path.as_str(), read.digest.as_str())) else { continue };
            let reads = self.clocks.sources[source].reads;
            for record in read.records {
                let host = self.owners.host(source, record.host.as_deref());
                let moment = reads.moment(&record.stamp);
                if let (Some(host), Some(moment)) = (host, moment) {
                    heard.push(Heard { source, host, second: moment.timestamp(), record });
                }
            }
        }
        heard
    }

    fn places(&self) -> HashMap<(&str, &str), usize> {
        let facts = self.facts.iter().enumerate();
        facts.map(|(index, source)| ((source.path.as_str(), source.digest.as_str()), index)).collect()
    }

    /// How many sources that have a log are not among the files.
    pub fn out_of_reach(&self) -> usize {
        let has_file = |path: &str| self.found.iter().any(|found| path.starts_with(&found.shown));
        let logs = self.facts.iter().filter(|source| source.activity.iter().any(|run| run.lines > 0));
        logs.filter(|source| !has_file(&source.path)).count()
    }
}

/// Wants all lines of some stretches of time.
#[derive(Default)]
pub struct Stretches {
    /// Host as written → stretches in the time as written, and their number.
    by_host: BTreeMap<Vec<u8>, Vec<(i64, i64, u32)>>,
    /// All of them, without the hosts, joined: next to no time lies in any.
    any: Vec<(i64, i64)>,
    /// Sources in which they lie.
    sources: Vec<bool>,
}

impl Stretches {
    /// Adds a stretch of a host, from and to in seconds of Unix time.
    pub fn add(&mut self, number: u32, host: &str, (from, to): (i64, i64), sources: &Sources<'_>) {
        self.sources.resize(sources.facts.len(), false);
        for (index, (source, times)) in sources.facts.iter().zip(&sources.clocks.sources).enumerate() {
            for (run, span) in source.activity.iter().zip(&times.runs) {
                let Some((first, last)) = span.map(|(first, last)| (first.timestamp(), last.timestamp()))
                else {
                    continue;
                };
                if run.lines == 0 || first > to || last < from {
                    continue;
                }
                if sources.owners.host(index, run.host.as_deref()).as_deref() != Some(host) {
                    continue;
                }
                self.sources[index] = true;
                let name = run.host.clone().unwrap_or_default().into_bytes();
                let stretches = self.by_host.entry(name).or_default();
                // In a run over a change to or from summer time the ends differ by an hour.
                for (stamp, second) in [(&run.first, first), (&run.last, last)] {
                    if let Some(written) = steady_seconds(stamp) {
                        let offset = written - second;
                        stretches.push((from + offset, to + offset, number));
                    }
                }
            }
        }
    }

    /// Puts them in order. Called once, after the last was added.
    pub fn sort(&mut self) {
        for stretches in self.by_host.values_mut() {
            stretches.sort_unstable();
            stretches.dedup();
        }
        let all = self.by_host.values().flatten().map(|(from, to, _)| (*from, *to)).collect();
        self.any = spans::join(all, 0);
    }

    pub fn lies_in(&self, source: usize) -> bool {
        self.sources.get(source).copied().unwrap_or(false)
    }
}

/// Stretches of a host hardly overlap; so many that begin before a time are looked at.
const LOOKED_AT: usize = 8;

impl Interest for Stretches {
    fn literals(&self) -> Vec<&[u8]> {
        Vec::new()
    }

    fn signatures(&self, _program: &str, _text: &str) -> Vec<String> {
        Vec::new()
    }

    fn has_stretches(&self) -> bool {
        true
    }

    fn stretch(&self, host: &[u8], seconds: i64) -> Option<u32> {
        let next = self.any.partition_point(|(from, _)| *from <= seconds);
        if next == 0 || self.any[next - 1].1 < seconds {
            return None;
        }
        let stretches = self.by_host.get(host)?;
        let begun = stretches.partition_point(|(from, _, _)| *from <= seconds);
        let mut near = stretches[begun.saturating_sub(LOOKED_AT)..begun].iter().rev();
        near.find(|(_, to, _)| seconds <= *to).map(|(_, _, number)| *number)
    }
}

/// Wants the lines of some templates, by their number.
#[derive(Default)]
pub struct Templates {
    literals: Vec<String>,
    /// Program → template → number.
    numbers: HashMap<String, HashMap<String, usize>>,
}

/// A quarter: the zones' offsets from UTC are whole quarters of an hour.
const ONCE_IN_S: i64 = 15 * 60;

impl Templates {
    pub fn add(&mut self, number: usize, program: &str, template: &str) {
        self.literals.push(template::longest_piece(template).to_owned());
        self.numbers.entry(program.to_owned()).or_default().insert(template.to_owned(), number);
    }
}

/// The name of a program, without what varies; the kernel's where none is written.
pub fn program_of(written: &str) -> String {
    template::of(if written.is_empty() { "kernel" } else { written })
}

impl Interest for Templates {
    fn literals(&self) -> Vec<&[u8]> {
        self.literals.iter().map(String::as_bytes).collect()
    }

    fn signatures(&self, program: &str, text: &str) -> Vec<String> {
        let number = self.numbers.get(&program_of(program)).and_then(|of| of.get(&template::of(text)));
        number.map(ToString::to_string).into_iter().collect()
    }

    fn once_in_seconds(&self) -> Option<i64> {
        Some(ONCE_IN_S)
    }
}
