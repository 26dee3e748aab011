//! Reads what was found: a file is a source of its own, an archive one for each member.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};

use super::Interest;
use super::decompress::Opened;
use super::discover::{Found, FoundState};
use super::drive;
use super::place_names;
use super::prefilter::Watch;
use super::unpack::limits::Limits;
use super::unpack::{self, Content, INSIDE, Sources, Unpacked};
use super::utf16;
use crate::model::record::{Body, InventoryFact, Record, SourceFacts, SourceId, Span};
use crate::model::{Factors, Stamp};

/// Reads one found file with all that is packed in it, sorted by shown path. Never fails: what cannot
/// be read is in the account.
pub fn read_found(found: &Found, watch: &Watch<'_>) -> Vec<SourceFacts> {
    let size = || std::fs::metadata(&found.path).map_or(0, |meta| meta.len());
    let opened = match &found.state {
        FoundState::LeftOut(why) => return vec![drive::left_out(found, why.clone())],
        FoundState::Unreadable(why) => return vec![drive::unreadable(found, why.clone(), 0)],
        FoundState::Stream => File::open(&found.path)
            .and_then(|stream| unpack::open_stream(stream, &found.shown, Limits::default())),
        FoundState::Readable => unpack::open(&found.path, &found.shown, Limits::default()),
    };
    let size_before = size();
    match opened {
        Ok(sources) => {
            let mut all = read_sources(sources, watch);
            if size() > size_before
                && let Some(first) = all.first_mut()
            {
                note(first, "grew while it was read: what was added is not in");
            }
            all
        }
        Err(error) => vec![drive::unreadable(found, format!("cannot be read: {error}"), size_before)],
    }
}

/// Reads a stream of unknown length, such as standard input, with all that is packed in it.
pub fn read_stream(
    shown: &str,
    stream: impl Read + Send + 'static,
    interest: &dyn Interest,
) -> io::Result<Vec<SourceFacts>> {
    Ok(read_sources(unpack::open_stream(stream, shown, Limits::default())?, &Watch::new(interest)))
}

fn read_sources(sources: Sources, watch: &Watch<'_>) -> Vec<SourceFacts> {
    let mut all: Vec<SourceFacts> = sources.map(|source| read_one(source, watch)).collect();
    all.sort_by(|a, b| a.path.cmp(&b.path));
    leave_out_own_output(&mut all);
    all
}

fn read_one(source: Unpacked, watch: &Watch<'_>) -> SourceFacts {
    let Unpacked { shown, modified, content } = source;
    let state = match &content {
        Content::Readable(_) => FoundState::Readable,
        Content::LeftOut(why) => FoundState::LeftOut(why.clone()),
    };
    let found = Found { path: shown.clone().into(), shown, state, modified };
    match content {
        Content::Readable(opened) if place_names::tree_named_by(&found.shown).is_some() => {
            read_hostname_file(&found, opened, watch)
        }
        Content::Readable(mut opened) => {
            opened.stream = utf16::as_utf8(opened.stream);
            drive::read_opened(SourceId(0), &found, opened, watch)
        }
        Content::LeftOut(why) => drive::left_out(&found, why),
    }
}

/// A file in which a host keeps its own name. It is known by its place: one word could be anything, so
/// it is no format. The name is a record of its own, so that it outlives the facts.
fn read_hostname_file(found: &Found, mut opened: Opened, watch: &Watch<'_>) -> SourceFacts {
    let mut head = Vec::new();
    // Whoever reads on meets the same error again, or the end.
    let _ = opened.stream.by_ref().take(NAME_BYTES_MAX).read_to_end(&mut head);
    let name = place_names::name_in_hostname_file(&head).map(str::to_owned);
    let len = head.len() as u64;
    opened.stream = Box::new(io::Cursor::new(head).chain(opened.stream));
    let mut facts = drive::read_opened(SourceId(0), found, opened, watch);
    if let Some(name) = name
        && facts.format.is_none()
    {
        let body = Body::Inventory(InventoryFact {
            factors: Factors::default(),
            from: None,
            to: None,
            serial: None,
        });
        let span = Span { offset: 0, len, line: 1 };
        facts.records.push(Record {
            source: SourceId(0),
            span,
            host: Some(name),
            stamp: Stamp::Missing,
            body,
        });
        "names the host of its folder".clone_into(&mut facts.reason);
    }
    facts
}

/// More than any name of a host.
const NAME_BYTES_MAX: u64 = 300;

fn note(facts: &mut SourceFacts, words: &str) {
    if !facts.reason.is_empty() {
        facts.reason.push_str("; ");
    }
    facts.reason.push_str(words);
}

/// A folder that an earlier run wrote holds conclusions, not evidence; so it does in an archive.
fn leave_out_own_output(all: &mut Vec<SourceFacts>) {
    let folders_with = |name: &str| -> BTreeSet<String> {
        let paths = all.iter().filter(|source| source.path.contains(INSIDE)).map(|source| &source.path);
        paths.filter_map(|path| path.strip_suffix(name)).map(str::to_owned).collect()
    };
    let findings = folders_with("/findings.json");
    let own: BTreeSet<String> = folders_with("/report.html").intersection(&findings).cloned().collect();
    all.retain(|source| {
        let parents = source.path.match_indices('/').map(|(at, _)| &source.path[..at]);
        !parents.into_iter().any(|parent| own.contains(parent))
    });
}
