//! `coroner incidents`: the list of incidents.

use serde_json::json;

use super::exit;
use super::input::{Input, Span, known_host};
use super::listing::{Format, Listing, Mark};
use super::output;
use crate::model::Cause;

pub const EXAMPLES: &str = "Examples:
  coroner incidents sample-data/reboots
  coroner incidents sample-data/reboots --all --host srv14.example.com --format csv";

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    span: Span,
    /// List planned ends, too
    #[arg(long)]
    all: bool,
    /// Only this host
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
    /// Shape of the listing
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub fn run(args: &Args) -> anyhow::Result<u8> {
    let loaded = args.input.load()?;
    loaded.require_hosts()?;
    let missing = loaded.missing;
    let options = args.span.options()?;
    // A list needs no ranking.
    let told = crate::pipeline::incidents(loaded.sources, &loaded.config, &loaded.knowledge, &options);
    super::input::warn(&told.undated);
    let host = known_host(&told.hosts, args.host.as_deref())?;
    let mut listing = Listing::new(&[
        "at",
        "host",
        "kind",
        "planned",
        "cause",
        "confidence",
        "downtime_s",
        "cluster",
        "reason",
        "id",
    ])
    .giving_way(&["cluster", "planned", "confidence", "downtime_s", "kind", "id"]);
    for incident in &told.incidents {
        let wanted = host.as_ref().is_none_or(|host| *host == incident.host);
        if !wanted || (incident.planned && !args.all) {
            continue;
        }
        let mark = match (incident.planned, incident.cause) {
            (true, _) => Mark::Quiet,
            (false, Cause::Operator | Cause::Unknown) => Mark::Doubtful,
            (false, _) => Mark::Bad,
        };
        let row = vec![
            json!(incident.at.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
            json!(incident.host),
            json!(incident.kind.word()),
            json!(incident.planned),
            json!(incident.cause.word()),
            json!(incident.confidence),
            json!(incident.downtime_s),
            json!(incident.cluster),
            json!(incident.reason),
            json!(incident.id),
        ];
        listing.push_marked(mark, row);
    }
    output::print(&listing.render(args.format))?;
    Ok(if missing { exit::INPUT } else { exit::DONE })
}
