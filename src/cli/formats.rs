//! `coroner formats`: the register, or what each file was taken for.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::exit;
use super::input::Input;
use super::listing::{Format, Listing, Mark};
use super::output;
use crate::ingest::attribution::attribute;
use crate::ingest::formats;

pub const EXAMPLES: &str = "Examples:
  coroner formats
  coroner formats sample-data/reboots --format json";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files and folders to recognise; none: list the register
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Folder with knowledge of your own (*.toml), beside what is shipped
    #[arg(long, value_name = "DIR")]
    knowledge: Option<PathBuf>,
    /// Shape of the listing
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub fn run(args: &Args) -> anyhow::Result<u8> {
    if args.paths.is_empty() {
        let mut listing = Listing::new(&["format", "kind", "what"]);
        for format in formats::all() {
            let row = vec![json!(format.id()), json!(format.kind().word()), json!(format.title())];
            listing.push(row);
        }
        output::print(&listing.render(args.format))?;
        return Ok(exit::DONE);
    }
    let input = Input {
        paths: args.paths.clone(),
        facts: None,
        config: None,
        knowledge: args.knowledge.clone(),
        quiet: false,
        verbose: false,
    };
    let loaded = input.load()?;
    let attribution = attribute(&loaded.sources, &loaded.config);
    let mut listing = Listing::new(&[
        "path",
        "format",
        "kind",
        "host",
        "records",
        "bytes",
        "parsed",
        "ignored",
        "quarantined",
        "reason",
    ])
    .giving_way(&["parsed", "ignored", "kind", "bytes", "records", "host"]);
    for (source, host) in loaded.sources.iter().zip(&attribution.source_host) {
        let host = host.as_ref().map_or(Value::Null, |host| json!(host));
        let mark = match (source.format.is_none(), source.quarantined) {
            (true, _) => Mark::Quiet,
            (false, 0) => Mark::None,
            (false, _) => Mark::Doubtful,
        };
        let row = vec![
            json!(source.path),
            json!(source.format),
            json!(source.kind),
            host,
            json!(source.understood),
            json!(source.bytes),
            json!(source.parsed),
            json!(source.ignored),
            json!(source.quarantined),
            json!(source.reason),
        ];
        listing.push_marked(mark, row);
    }
    output::print(&listing.render(args.format))?;
    Ok(if loaded.missing { exit::INPUT } else { exit::DONE })
}
