//! From when to when each class of source of each host was seen.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::Listing as Args;
use crate::cli::exit::{self, UsageError};
use crate::cli::input::known_host;
use crate::cli::listing::{Listing, Mark};
use crate::cli::output;
use crate::model::report::Seen;
use crate::pipeline::{self, Options};

type Span = (DateTime<Utc>, DateTime<Utc>);

pub fn run(args: &Args) -> anyhow::Result<u8> {
    let loaded = args.input.load()?;
    loaded.require_hosts()?;
    let missing = loaded.missing;
    let options = Options::default();
    let coverage = pipeline::coverage(loaded.sources, &loaded.config, &loaded.knowledge, &options);
    let hosts: Vec<String> = coverage.iter().map(|coverage| coverage.host.clone()).collect();
    let host = known_host(&hosts, args.host.as_deref())?;
    if let Some(kind) = args.kind.as_deref().filter(|kind| !CLASSES.contains(kind)) {
        let classes = CLASSES.join(", ");
        return Err(
            UsageError(format!("`{kind}` is no class of source with times; there are: {classes}")).into()
        );
    }
    let mut listing = Listing::new(&[
        "host",
        "class",
        "from",
        "to",
        "spans",
        "silences",
        "longest_gap_days",
        "gap_from",
        "gap_to",
        "note",
    ])
    .giving_way(&["spans", "silences", "note", "gap_to"]);
    for coverage in coverage.iter().filter(|coverage| host.as_ref().is_none_or(|host| coverage.host == *host))
    {
        for seen in &coverage.seen {
            if args.kind.as_ref().is_none_or(|kind| seen.class == *kind) {
                let mark = if seen.silences.is_empty() { Mark::None } else { Mark::Doubtful };
                listing.push_marked(mark, row(&coverage.host, seen));
            }
        }
    }
    output::print(&listing.render(args.format))?;
    Ok(if missing { exit::INPUT } else { exit::DONE })
}

const CLASSES: [&str; 5] = ["log", "sel", "power", "boot", "backup"];

fn row(host: &str, seen: &Seen) -> Vec<Value> {
    let gap = longest_gap(seen);
    let note = seen.silences.iter().find(|silence| Some((silence.from, silence.to)) == gap);
    let days = gap.map(|(from, to)| ((to - from).num_seconds() as f64 / 8_640.0).round() / 10.0);
    vec![
        json!(host),
        json!(seen.class),
        json!(seen.spans.first().map(|span| written(span.0))),
        json!(seen.spans.last().map(|span| written(span.1))),
        json!(seen.spans.len()),
        json!(seen.silences.len()),
        json!(days),
        json!(gap.map(|gap| written(gap.0))),
        json!(gap.map(|gap| written(gap.1))),
        json!(note.map(|silence| silence.note.as_str()).filter(|note| !note.is_empty())),
    ]
}

/// The longest time without a sign: between two spans, or a silence at either end.
fn longest_gap(seen: &Seen) -> Option<Span> {
    let between = seen.spans.windows(2).map(|pair| (pair[0].1, pair[1].0));
    let silences = seen.silences.iter().map(|silence| (silence.from, silence.to));
    between.chain(silences).max_by_key(|(from, to)| (*to - *from, std::cmp::Reverse(*from)))
}

fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
