//! Reads what tools print about one host as `key: value` lines, by a table of the keys that matter.

use std::collections::BTreeSet;

use super::formats::{Fit, Head, LineReader};
use super::host_facts::HostFacts;
use super::shell_prompt;
use super::sink::Sink;
use crate::ledger::Fate;

/// Which key is what. Keys are compared without case, and without the blanks around them.
pub struct KeyTable {
    pub separator: char,
    /// Keys that only this tool's output has together; so many different ones must stand in the head.
    pub marks: &'static [&'static str],
    pub marks_needed: usize,
    /// Keys that name the host.
    pub host: &'static [&'static str],
    pub bios_version: &'static [&'static str],
    pub bios_date: &'static [&'static str],
    /// Keys of the machine's serial number or service tag.
    pub serial: &'static [&'static str],
    /// Key → factor.
    pub factors: &'static [(&'static str, &'static str)],
    /// Keys of family, model and stepping of an x86 processor, in decimal.
    pub cpuid: [&'static [&'static str]; 3],
    /// The key that stands first: where it comes again after others, the next host begins. Empty if the
    /// output repeats its keys for parts of one host.
    pub first: &'static str,
}

/// A table to fill in with `..NO_KEYS`.
pub const NO_KEYS: KeyTable = KeyTable {
    separator: ':',
    marks: &[],
    marks_needed: 1,
    host: &[],
    bios_version: &[],
    bios_date: &[],
    serial: &[],
    factors: &[],
    cpuid: [&[], &[], &[]],
    first: "",
};

/// Lines looked at to find the marks.
const LINES_SNIFFED: usize = 400;

/// A line as key and value; `None` if it has no separator or its key is a sentence.
#[must_use]
pub fn split(line: &str, separator: char) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(separator)?;
    let key = key.trim();
    (!key.is_empty() && key.len() <= 64).then(|| (key, value.trim()))
}

fn is_one_of(key: &str, keys: &[&str]) -> bool {
    keys.iter().any(|known| known.eq_ignore_ascii_case(key))
}

impl KeyTable {
    /// Sure if enough marks stand in the head, and most lines are of that shape.
    #[must_use]
    pub fn fit(&self, head: &Head<'_>) -> Fit {
        if self.marks.iter().filter(|mark| head.says(mark)).count() < self.marks_needed {
            return Fit::No;
        }
        let Ok(text) = std::str::from_utf8(&head[..utf8_len(head)]) else { return Fit::No };
        if head.is_quoted() {
            return Fit::No;
        }
        let mut found: BTreeSet<&str> = BTreeSet::new();
        let (mut lines, mut shaped) = (0_usize, 0_usize);
        for line in text.lines().filter(|line| !line.trim().is_empty()).take(LINES_SNIFFED) {
            lines += 1;
            let Some((key, _)) = split(line, self.separator) else { continue };
            shaped += 1;
            found.extend(self.marks.iter().copied().filter(|mark| *mark == key));
        }
        if found.len() >= self.marks_needed && shaped * 2 >= lines { Fit::Sure } else { Fit::No }
    }

    #[must_use]
    pub fn reader(&'static self) -> Box<dyn LineReader> {
        Box::new(KeyValueReader {
            table: self,
            facts: HostFacts::default(),
            bios: (None, None),
            cpuid: [None; 3],
            keys: 0,
        })
    }
}

/// Length of what is UTF-8 at the front, if only the last character is cut.
pub(super) fn utf8_len(head: &[u8]) -> usize {
    match std::str::from_utf8(head) {
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        _ => head.len(),
    }
}

struct KeyValueReader {
    table: &'static KeyTable,
    facts: HostFacts,
    bios: (Option<String>, Option<String>),
    cpuid: [Option<u32>; 3],
    /// Keys seen of this host.
    keys: usize,
}

impl LineReader for KeyValueReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        if let Some(host) = shell_prompt::host_of(&text) {
            self.next_host(sink);
            self.facts.name(host);
            return Fate::Ignored("shell-prompt");
        }
        let Some((key, value)) = split(&text, self.table.separator) else {
            return Fate::Ignored("heading-or-list-item");
        };
        if self.keys > 0 && !self.table.first.is_empty() && key.eq_ignore_ascii_case(self.table.first) {
            self.next_host(sink);
        }
        self.keys += 1;
        self.take(key, value.trim_matches('"').trim_matches('\''));
        Fate::Parsed
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.next_host(sink);
    }
}

impl KeyValueReader {
    fn take(&mut self, key: &str, value: &str) {
        let table = self.table;
        if is_one_of(key, table.host) {
            self.facts.name(value);
        }
        if is_one_of(key, table.bios_version) {
            self.bios.0.get_or_insert_with(|| value.to_owned());
        }
        if is_one_of(key, table.bios_date) {
            self.bios.1.get_or_insert_with(|| value.to_owned());
        }
        if is_one_of(key, table.serial) {
            self.facts.put_serial(value);
        }
        for (known, factor) in table.factors {
            if known.eq_ignore_ascii_case(key) {
                self.facts.put(factor, value);
            }
        }
        for (slot, keys) in self.cpuid.iter_mut().zip(table.cpuid) {
            if slot.is_none() && is_one_of(key, keys) {
                *slot = value.parse().ok();
            }
        }
    }

    fn next_host(&mut self, sink: &mut Sink<'_>) {
        let mut facts = std::mem::take(&mut self.facts);
        if let (Some(version), date) = (self.bios.0.take(), self.bios.1.take()) {
            facts.put_bios(&version, date.as_deref());
        }
        if let [Some(family), Some(model), Some(stepping)] = std::mem::take(&mut self.cpuid) {
            facts.put_cpuid(family, model, stepping);
        }
        self.keys = 0;
        if !facts.is_empty() {
            facts.keep(sink);
        }
    }
}
