//! Facts of Puppet as `facter` prints them: `hostname => kvm07`, groups of facts in braces.
//!
//! Time:   none.
//! Units:  none; memory is left out, because what the system can use is not what is installed.
//! Spec:   Facter 2.x to 4.x, the default (legacy) formatter.
//! Loses:  networks, disks, mounts, keys.
//! Not handled: values over several lines, which are passed over.

use serde_json::{Map, Value};

use super::puppet_facts_json::{self, MARKS};
use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::quoted_output::is_quoted;
use crate::ingest::sink::Sink;
use crate::ledger::Fate;

pub struct PuppetFactsText;

/// Lines looked at.
const LINES_SNIFFED: usize = 400;
/// Groups in one another.
const DEPTH_MAX: usize = 16;

impl Format for PuppetFactsText {
    fn id(&self) -> &'static str {
        "puppet-facts-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "Puppet facts, text (facter)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let text = String::from_utf8_lossy(head);
        let (mut marks, mut shaped, mut lines) = (0_usize, 0_usize, 0_usize);
        for line in text.lines().filter(|line| !line.trim().is_empty()).take(LINES_SNIFFED) {
            lines += 1;
            let Some((name, _)) = fact(line) else { continue };
            shaped += 1;
            // Names of groups stand at the left margin.
            let is_mark = MARKS.contains(&name)
                || ["kernel", "os", "hostname", "fqdn", "facterversion"].contains(&name);
            marks += usize::from(is_mark && !line.starts_with(' '));
        }
        if marks >= 4 && shaped * 2 >= lines && !is_quoted(&text) { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

/// `name => value`; a name is one word, maybe in quotes.
fn fact(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(" => ")?;
    let name = name.trim().trim_matches('"');
    let is_name = !name.is_empty() && name.len() <= 80 && !name.contains([' ', '\'', '$', '(']);
    is_name.then(|| (name, value.trim()))
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let text = String::from_utf8_lossy(content);
    // Groups that are open, with their names; the first is the whole.
    let mut open: Vec<(String, Map<String, Value>)> = vec![(String::new(), Map::new())];
    for line in text.lines() {
        let bare = line.trim().trim_end_matches(',');
        if matches!(bare, "}" | "]") {
            close(&mut open);
        } else if let Some((name, value)) = fact(line) {
            let value = value.trim_end_matches(',');
            if matches!(value, "{" | "[") && open.len() <= DEPTH_MAX {
                open.push((name.to_owned(), Map::new()));
            } else if let Some((_, group)) = open.last_mut() {
                group.insert(name.to_owned(), Value::String(value.trim_matches('"').to_owned()));
            }
        } else if bare.ends_with(['{', '[']) {
            open.push((String::new(), Map::new()));
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    let facts = open.pop().map(|(_, facts)| Value::Object(facts)).unwrap_or_default();
    sink.at(crate::model::record::Span { offset: 0, len: content.len() as u64, line: 1 });
    let fate = puppet_facts_json::take(&facts, sink);
    sink.claim(
        content,
        1,
        if fate == Fate::Parsed { fate } else { Fate::Ignored("facts-that-name-nothing") },
    );
}

fn close(open: &mut Vec<(String, Map<String, Value>)>) {
    if open.len() > 1
        && let Some((name, group)) = open.pop()
        && let Some((_, outer)) = open.last_mut()
    {
        outer.insert(name, Value::Object(group));
    }
}
