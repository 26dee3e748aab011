//! The account as rows: by source, host, format, reason, or one row for each quoted piece.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::Listing as Args;
use super::place::Place;
use crate::cli::exit;
use crate::cli::exit::UsageError;
use crate::cli::input::known_host;
use crate::cli::listing::{Format, Listing, Mark};
use crate::cli::output;
use crate::ingest::attribution::attribute;
use crate::model::record::SourceFacts;

/// How the ledger is grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// A file
    Source,
    /// A host
    Host,
    /// A format
    Format,
    /// A reason for which bytes were ignored or not understood, with an example
    Reason,
    /// A piece that was not understood, quoted
    Quote,
}

/// Which part of the account is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Only {
    /// Not understood
    Quarantined,
    /// Ignored by a named rule
    Ignored,
    /// Sources of no known format
    Unrecognised,
}

impl Only {
    fn takes(self, source: &SourceFacts) -> bool {
        match self {
            Self::Quarantined => source.quarantined > 0,
            Self::Ignored => source.ignored > 0,
            Self::Unrecognised => source.format.is_none(),
        }
    }

    /// Whether a reason belongs to that part.
    fn names(self, reason: &str) -> bool {
        match self {
            Self::Quarantined => !is_rule(reason),
            Self::Ignored => is_rule(reason),
            Self::Unrecognised => true,
        }
    }
}

/// Reasons of ignored bytes are rules; the others say why bytes were not understood.
fn is_rule(reason: &str) -> bool {
    reason.starts_with("ignored: ")
}

/// A source and the host that it belongs to.
struct Entry<'a> {
    source: &'a SourceFacts,
    host: Option<&'a str>,
}

pub fn run(args: &Args) -> anyhow::Result<u8> {
    let loaded = args.input.load()?;
    let attribution = attribute(&loaded.sources, &loaded.config);
    let hosts: Vec<String> = attribution.hosts.iter().cloned().collect();
    let host = known_host(&hosts, args.host.as_deref())?;
    check_kind(&loaded.sources, args.kind.as_deref())?;
    let hosts_of = attribution.source_host.iter().map(Option::as_deref);
    let entries: Vec<Entry<'_>> = loaded
        .sources
        .iter()
        .zip(hosts_of)
        .map(|(source, host)| Entry { source, host })
        .filter(|entry| host.is_none() || entry.host == host.as_deref())
        .filter(|entry| args.kind.as_ref().is_none_or(|kind| entry.source.kind == *kind))
        .filter(|entry| args.only.is_none_or(|only| only.takes(entry.source)))
        .collect();
    let total = args.format == Format::Table || args.format == Format::Markdown;
    let listing = match args.by {
        By::Source => by_source(&entries, total),
        By::Host => grouped("host", &entries, total, |entry| entry.host.unwrap_or("(several or none)")),
        By::Format => {
            grouped("format", &entries, total, |entry| entry.source.format.as_deref().unwrap_or("(none)"))
        }
        By::Reason => by_reason(&entries, total, args.only),
        By::Quote => by_quote(&entries),
    };
    output::print(&listing.render(args.format))?;
    Ok(if loaded.missing { exit::INPUT } else { exit::DONE })
}

fn check_kind(sources: &[SourceFacts], kind: Option<&str>) -> anyhow::Result<()> {
    let Some(kind) = kind else { return Ok(()) };
    let mut kinds: Vec<&str> = sources.iter().map(|source| source.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.contains(&kind) || sources.is_empty() {
        return Ok(());
    }
    Err(UsageError(format!("no source of kind `{kind}` in this data; there are: {}", kinds.join(", ")))
        .into())
}

/// Sums over sources.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    sources: u64,
    records: u64,
    bytes: u64,
    parsed: u64,
    ignored: u64,
    quarantined: u64,
}

impl Sums {
    fn add(&mut self, source: &SourceFacts) {
        self.sources += 1;
        self.records += source.understood;
        self.bytes += source.bytes;
        self.parsed += source.parsed;
        self.ignored += source.ignored;
        self.quarantined += source.quarantined;
    }

    fn of<'a>(entries: impl IntoIterator<Item = &'a Entry<'a>>) -> Self {
        let mut sums = Self::default();
        for entry in entries {
            sums.add(entry.source);
        }
        sums
    }

    /// Most not understood first, then most ignored.
    fn order(&self) -> Reverse<(u64, u64)> {
        Reverse((self.quarantined, self.ignored))
    }

    fn mark(&self) -> Mark {
        if self.quarantined > 0 { Mark::Doubtful } else { Mark::None }
    }

    /// Bytes by fate, and the share not understood.
    fn cells(&self) -> Vec<Value> {
        vec![
            json!(self.records),
            json!(self.bytes),
            json!(self.parsed),
            json!(self.ignored),
            json!(self.quarantined),
            json!(percent(self.quarantined, self.bytes)),
        ]
    }
}

/// To a thousandth; a part that is there is never shown as none.
fn percent(part: u64, whole: u64) -> f64 {
    if part == 0 || whole == 0 {
        return 0.0;
    }
    let share = (part as f64 / whole as f64 * 100_000.0).round() / 1000.0;
    share.max(0.001)
}

const FATES: [&str; 6] = ["records", "bytes", "parsed", "ignored", "quarantined", "quarantined_percent"];

fn by_source(entries: &[Entry<'_>], total: bool) -> Listing {
    let mut listing = Listing::new(&[&["source", "host", "kind", "format"][..], &FATES].concat())
        .giving_way(&["parsed", "kind", "records", "format", "host", "ignored"]);
    let mut rows: Vec<&Entry<'_>> = entries.iter().collect();
    rows.sort_by_key(|entry| (Sums::of([*entry]).order(), &entry.source.path, &entry.source.digest));
    for entry in rows {
        let source = entry.source;
        let mut row = vec![json!(source.path), json!(entry.host), json!(source.kind), json!(source.format)];
        let sums = Sums::of([entry]);
        row.extend(sums.cells());
        listing.push_marked(sums.mark(), row);
    }
    if total {
        let mut row = vec![json!("total"), Value::Null, Value::Null, Value::Null];
        row.extend(Sums::of(entries).cells());
        listing.push(row);
    }
    listing
}

fn grouped<'a>(
    name: &'static str,
    entries: &'a [Entry<'a>],
    total: bool,
    key: impl Fn(&'a Entry<'a>) -> &'a str,
) -> Listing {
    let mut groups: BTreeMap<&str, Sums> = BTreeMap::new();
    for entry in entries {
        groups.entry(key(entry)).or_default().add(entry.source);
    }
    let mut groups: Vec<(&str, Sums)> = groups.into_iter().collect();
    groups.sort_by_key(|(key, sums)| (sums.order(), *key));
    if total {
        groups.push(("total", Sums::of(entries)));
    }
    let mut listing = Listing::new(&[&[name, "sources"][..], &FATES].concat())
        .giving_way(&["parsed", "records", "sources"]);
    for (key, sums) in groups {
        let mut row = vec![json!(key), json!(sums.sources)];
        row.extend(sums.cells());
        listing.push_marked(sums.mark(), row);
    }
    listing
}

/// A reason over all sources.
#[derive(Default)]
struct Reason<'a> {
    sources: u64,
    pieces: u64,
    bytes: u64,
    /// The source with most bytes of it, and how many.
    most: Option<(&'a SourceFacts, u64)>,
}

fn by_reason(entries: &[Entry<'_>], total: bool, only: Option<Only>) -> Listing {
    let mut reasons: BTreeMap<&str, Reason<'_>> = BTreeMap::new();
    for entry in entries {
        let source = entry.source;
        for (reason, bytes) in source.reasons.iter().filter(|(r, _)| only.is_none_or(|only| only.names(r))) {
            let sum = reasons.entry(reason).or_default();
            sum.sources += 1;
            sum.bytes += bytes;
            sum.pieces += source.pieces.get(reason).map_or(1, |pieces| pieces.count);
            if sum.most.is_none_or(|(_, most)| *bytes > most) {
                sum.most = Some((source, *bytes));
            }
        }
    }
    let mut reasons: Vec<(&str, Reason<'_>)> = reasons.into_iter().collect();
    reasons.sort_by_key(|(reason, sum)| (is_rule(reason), Reverse(sum.bytes), *reason));
    let mut listing = Listing::new(&["reason", "sources", "pieces", "bytes", "example", "text"]);
    let sums = reasons.iter().fold((0, 0), |sums, (_, sum)| (sums.0 + sum.pieces, sums.1 + sum.bytes));
    for (reason, sum) in reasons {
        let (place, text) =
            sum.most.map_or((Value::Null, Value::Null), |(source, _)| example(source, reason));
        listing.push(vec![
            json!(reason),
            json!(sum.sources),
            json!(sum.pieces),
            json!(sum.bytes),
            place,
            text,
        ]);
    }
    if total {
        let sources = entries.iter().filter(|entry| !entry.source.reasons.is_empty()).count();
        listing.push(vec![
            json!("total"),
            json!(sources),
            json!(sums.0),
            json!(sums.1),
            Value::Null,
            Value::Null,
        ]);
    }
    listing
}

/// Where the first piece of a reason is, for `ledger show`, and how it reads if it was quoted.
fn example(source: &SourceFacts, reason: &str) -> (Value, Value) {
    let place = source.pieces.get(reason).map_or_else(
        || source.path.clone(),
        |first| Place::of_piece(first.offset, first.len, first.line).after(&source.path),
    );
    let quote = source.quoted.iter().find(|quote| quote.reason == reason);
    (json!(place), json!(quote.map(|quote| &quote.text)))
}

fn by_quote(entries: &[Entry<'_>]) -> Listing {
    let mut listing = Listing::new(&["path", "line", "offset", "length", "reason", "text"]);
    let mut rows: Vec<&Entry<'_>> = entries.iter().collect();
    rows.sort_by_key(|entry| (Sums::of([*entry]).order(), &entry.source.path, &entry.source.digest));
    for entry in rows {
        for quote in &entry.source.quoted {
            listing.push(vec![
                json!(entry.source.path),
                json!(quote.line),
                json!(quote.offset),
                json!(quote.len),
                json!(quote.reason),
                json!(quote.text),
            ]);
        }
    }
    listing
}
