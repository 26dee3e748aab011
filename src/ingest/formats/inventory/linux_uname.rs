//! `uname -a` and `/proc/version`: the kernel that runs, and the host's name in the first.
//!
//! Time:   none (the time in the line is when the kernel was built).
//! Units:  none.
//! Spec:   uname(1) of GNU coreutils; Linux kernel, init/version.c.
//! Loses:  compiler, build host, architecture.
//! Not handled: other systems than Linux.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::host_facts::HostFacts;
use crate::ingest::shell_prompt;
use crate::ingest::sink::Sink;
use crate::ledger::{Fate, Reason};

pub struct LinuxUname;

/// More lines than that are no answer of `uname`, even of many hosts.
const BYTES_MAX: usize = 32 * 1024;

impl Format for LinuxUname {
    fn id(&self) -> &'static str {
        "linux-uname"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "uname -a, /proc/version: kernel"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let Ok(text) = std::str::from_utf8(head) else { return Fit::No };
        let mut lines = text.lines().filter(|line| !line.trim().is_empty()).peekable();
        let own = lines.peek().is_some()
            && text.len() <= BYTES_MAX
            && text.lines().any(|line| kernel_of(line).is_some())
            && lines.all(|line| kernel_of(line).is_some() || shell_prompt::host_of(line).is_some());
        if own { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(Uname { host: None }))
    }
}

/// Host, if the line names it, and kernel.
fn kernel_of(line: &str) -> Option<(Option<&str>, &str)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let build = words.iter().position(|word| word.starts_with('#'))?;
    match words.as_slice() {
        ["Linux", "version", kernel, ..] if build > 3 && is_release(kernel) => Some((None, kernel)),
        ["Linux", host, kernel, ..] if build == 3 && is_release(kernel) => Some((Some(host), kernel)),
        _ => None,
    }
}

fn is_release(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.')
}

struct Uname {
    host: Option<String>,
}

impl LineReader for Uname {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        if let Some(host) = shell_prompt::host_of(&text) {
            self.host = Some(host.to_owned());
            return Fate::Ignored("shell-prompt");
        }
        let Some((host, kernel)) = kernel_of(&text) else { return Fate::Quarantined(Reason::BadShape) };
        let mut facts = HostFacts::default();
        if let Some(host) = host.map(str::to_owned).or_else(|| self.host.take()) {
            facts.name(&host);
        }
        facts.put("kernel", kernel);
        facts.keep(sink)
    }
}
