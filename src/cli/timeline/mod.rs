//! `coroner timeline`: the events of all sources in one order of time.

mod exchange;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use clap::ValueEnum;
use serde_json::json;

use super::exit::{self, UsageError};
use super::input::{Input, Span, known_host};
use super::listing::{self, Listing, Mark};
use super::output;
use crate::model::Happening;

pub const EXAMPLES: &str = "Examples:
  coroner timeline sample-data/reboots --host srv14.example.com
  coroner timeline sample-data/reboots --around srv34.example.com@20250831T145611Z --hours 2
  coroner timeline sample-data/reboots --format timesketch > timeline.csv     (Timesketch: upload it)
  coroner timeline sample-data/reboots --format jsonl > timeline.jsonl        (Timesketch and lnav)
  coroner timeline --lnav-format > coroner.json && lnav -i coroner.json       (once)
  lnav timeline.jsonl

Times are UTC, on one clock: those of BMCs and of hosts in other zones are corrected. Where a clock leaves
doubt, `earliest` and `latest` of the formats for programs say how much.";

/// A hundred years; dates end somewhere.
const HOURS_MAX: i64 = 876_000;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    span: Span,
    /// Only this host
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
    /// Only around this incident (its id, as `coroner incidents` lists it)
    #[arg(long, value_name = "ID")]
    around: Option<String>,
    /// How far around, in hours
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(..=HOURS_MAX))]
    hours: u32,
    /// Shape of the timeline
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Print the description of `--format jsonl` that lnav needs, for `lnav -i FILE`
    #[arg(long, exclusive = true)]
    lnav_format: bool,
}

/// `--format` of a timeline: the listings, and what other programs load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
    Csv,
    Markdown,
    /// JSON Lines for Timesketch and lnav
    Jsonl,
    /// CSV with the columns that Timesketch asks for
    Timesketch,
}

pub fn run(args: &Args) -> anyhow::Result<u8> {
    if args.lnav_format {
        output::print(exchange::LNAV_FORMAT)?;
        return Ok(exit::DONE);
    }
    let loaded = args.input.load()?;
    loaded.require_hosts()?;
    let options = args.span.options()?;
    let missing = loaded.missing;
    let told = crate::pipeline::timeline(loaded.sources, &loaded.config, &loaded.knowledge, &options);
    super::input::warn(&told.undated);
    let mut window = None;
    let mut host = known_host(&told.hosts, args.host.as_deref())?;
    if let Some(id) = &args.around {
        let Some(incident) = told.incidents.iter().find(|incident| incident.id == *id) else {
            return Err(UsageError(format!("no incident `{id}`; `coroner incidents` lists them")).into());
        };
        let margin = TimeDelta::hours(i64::from(args.hours));
        window = Some((incident.at - margin, incident.at + margin));
        host = Some(incident.host.clone());
    }
    let chosen = told.events.iter().filter(|(on, happening)| {
        host.as_ref().is_none_or(|host| host.eq_ignore_ascii_case(on))
            && window.is_none_or(|(from, to)| happening.at.best >= from && happening.at.best <= to)
    });
    let text = match args.format {
        Format::Jsonl => exchange::json_lines(chosen),
        Format::Timesketch => exchange::timesketch(chosen),
        Format::Table => listing(chosen).render(listing::Format::Table),
        Format::Json => listing(chosen).render(listing::Format::Json),
        Format::Csv => listing(chosen).render(listing::Format::Csv),
        Format::Markdown => listing(chosen).render(listing::Format::Markdown),
    };
    output::print(&text)?;
    Ok(if missing { exit::INPUT } else { exit::DONE })
}

fn listing<'a>(chosen: impl Iterator<Item = &'a (String, Happening)>) -> Listing {
    let mut listing = Listing::new(&["at", "host", "what", "text", "source", "line_or_offset"])
        .giving_way(&["line_or_offset", "source", "host"]);
    for (host, happening) in chosen {
        let evidence = &happening.evidence;
        let mark = match happening.what.as_str() {
            "incident" => Mark::Bad,
            "planned" | "window-start" | "window-end" => Mark::Quiet,
            _ => Mark::None,
        };
        listing.push_marked(
            mark,
            vec![
                json!(written(happening.at.best)),
                json!(host),
                json!(happening.what),
                json!(evidence.text),
                json!(evidence.source),
                json!(evidence.line_or_offset),
            ],
        );
    }
    listing
}

/// RFC 3339 in UTC, to the second.
fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
