//! `coroner ledger`: what became of every byte.

use clap::ValueEnum;
use serde_json::json;

use super::exit::{self, UsageError};
use super::input::Input;
use super::listing::{Format, Listing};
use super::output;
use crate::ingest::attribution::attribute;
use crate::ingest::discover::discover;

pub const EXAMPLES: &str = "Examples:
  coroner ledger sample-data/reboots
  coroner ledger sample-data/reboots --by reason
  coroner ledger sample-data/reboots --show inventory.csv@0+200";

/// How the ledger is grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// A file
    Source,
    /// A host
    Host,
    /// A format
    Format,
    /// A reason for which bytes were ignored or not understood
    Reason,
    /// A piece that was not understood, quoted
    Quote,
}

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    input: Input,
    /// What a row of the listing stands for
    #[arg(long, value_enum, default_value_t = By::Source)]
    by: By,
    /// Print the bytes of a piece: SOURCE@OFFSET+LENGTH (control characters escaped)
    #[arg(long, value_name = "PIECE")]
    show: Option<String>,
    /// Shape of the listing
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub fn run(args: &Args) -> anyhow::Result<u8> {
    if let Some(piece) = &args.show {
        return show(args, piece);
    }
    let loaded = args.input.load()?;
    let attribution = attribute(&loaded.sources, &loaded.config);
    let mut listing = match args.by {
        By::Quote => Listing::new(&["path", "line", "offset", "length", "reason", "text"]),
        By::Reason => Listing::new(&["reason", "sources", "bytes"]),
        By::Source => Listing::new(&["source", "records", "bytes", "parsed", "ignored", "quarantined"]),
        By::Host => Listing::new(&["host", "records", "bytes", "parsed", "ignored", "quarantined"]),
        By::Format => Listing::new(&["format", "records", "bytes", "parsed", "ignored", "quarantined"]),
    };
    let mut groups: std::collections::BTreeMap<String, [u64; 5]> = std::collections::BTreeMap::new();
    for (source, host) in loaded.sources.iter().zip(&attribution.source_host) {
        match args.by {
            By::Quote => {
                for quote in &source.quoted {
                    listing.rows.push(vec![
                        json!(source.path),
                        json!(quote.line),
                        json!(quote.offset),
                        json!(quote.len),
                        json!(quote.reason),
                        json!(quote.text),
                    ]);
                }
            }
            By::Reason => {
                for (reason, bytes) in &source.reasons {
                    let group = groups.entry(reason.clone()).or_default();
                    group[0] += 1;
                    group[1] += bytes;
                }
            }
            By::Source | By::Host | By::Format => {
                let key = match args.by {
                    By::Host => host.clone().unwrap_or_else(|| "(several or none)".to_owned()),
                    By::Format => source.format.clone().unwrap_or_else(|| "(none)".to_owned()),
                    _ => source.path.clone(),
                };
                let group = groups.entry(key).or_default();
                let parts =
                    [source.understood, source.bytes, source.parsed, source.ignored, source.quarantined];
                for (sum, part) in group.iter_mut().zip(parts) {
                    *sum += part;
                }
            }
        }
    }
    for (key, sums) in groups {
        let used = if args.by == By::Reason { 2 } else { 5 };
        let mut row = vec![json!(key)];
        row.extend(sums.iter().take(used).map(|sum| json!(sum)));
        listing.rows.push(row);
    }
    output::print(&listing.render(args.format))?;
    Ok(if loaded.missing { exit::INPUT } else { exit::DONE })
}

fn show(args: &Args, piece: &str) -> anyhow::Result<u8> {
    let wrong = || UsageError(format!("`{piece}` is not SOURCE@OFFSET+LENGTH"));
    let (path, span) = piece.rsplit_once('@').ok_or_else(wrong)?;
    let (offset, length) = span.split_once('+').unwrap_or((span, "400"));
    let offset: u64 = offset.parse().map_err(|_| wrong())?;
    let length: u64 = length.parse().map_err(|_| wrong())?;
    let (found, _) = discover(&args.input.paths);
    let mut bytes = None;
    for file in &found {
        bytes = crate::ingest::reading::bytes_of(file, path, offset, length.min(1 << 20))?;
        if bytes.is_some() {
            break;
        }
    }
    let Some(bytes) = bytes else {
        return Err(UsageError(format!("no source `{path}` below the given paths")).into());
    };
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let text = crate::ledger::printable(line.strip_suffix(b"\n").unwrap_or(line), usize::MAX);
        output::print(&format!("{text}\n"))?;
    }
    Ok(exit::DONE)
}
