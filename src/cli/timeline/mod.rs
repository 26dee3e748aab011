//! `coroner timeline`: the events of all sources in one order of time.

use chrono::TimeDelta;
use serde_json::json;

use super::exit::{self, UsageError};
use super::input::{Input, Span, known_host};
use super::listing::{Format, Listing};
use super::output;
use crate::model::Evidence;

pub const EXAMPLES: &str = "Examples:
  coroner timeline sample-data/reboots --host srv14.example.com
  coroner timeline sample-data/reboots --around srv34.example.com@20250831T145611Z --hours 2";

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
    #[arg(long, value_name = "N", default_value_t = 6)]
    hours: u32,
    /// Shape of the listing
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub fn run(args: &Args) -> anyhow::Result<u8> {
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
    let mut rows: Vec<(String, String, Evidence)> = Vec::new();
    for event in &told.events {
        let by_host = host.as_ref().is_none_or(|host| host.eq_ignore_ascii_case(&event.0));
        let by_time = match (window, event.2.at) {
            (Some((from, to)), Some(at)) => at >= from && at <= to,
            (Some(_), None) => false,
            (None, _) => true,
        };
        if by_host && by_time {
            rows.push(event.clone());
        }
    }
    let mut listing = Listing::new(&["at", "host", "what", "text", "source", "line_or_offset"]);
    for (host, what, evidence) in rows {
        listing.rows.push(vec![
            json!(evidence.at.map(|at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string())),
            json!(host),
            json!(what),
            json!(evidence.text),
            json!(evidence.source),
            json!(evidence.line_or_offset),
        ]);
    }
    output::print(&listing.render(args.format))?;
    Ok(if missing { exit::INPUT } else { exit::DONE })
}
