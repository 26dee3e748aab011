//! `coroner verify-fix`: what a change did.

use serde_json::{Value, json};

use super::exit::{self, UsageError};
use super::input::{Input, Span, time};
use super::listing::{Format, Listing, Mark};
use super::output;
use crate::config::ChangeRule;
use crate::model::{Intervention, Outcome};
use crate::pipeline::Asked;
use crate::report::text_safety::terminal;

pub const EXAMPLES: &str =
    "Without --at, the changes that coroner.toml declares are judged, and those that the data show
(a BIOS, kernel or microcode version, or the hours of a job, that changed on three hosts or more).

Verdicts: helped, no evidence that it helped, too early to tell, seemed to help then came back,
made it worse. Only the changed hosts are counted, before against after; incidents on one feed,
rack or hypervisor within minutes count once, slips of people and planned ends not at all.

Examples:
  coroner verify-fix sample-data/backups
  coroner verify-fix sample-data/backups --name bios
  coroner verify-fix sample-data/backups --at 2025-08-01 --hosts 'web[13-24],rack=r03'
  coroner verify-fix sample-data/backups --at 2025-08-01T18:00:00+02:00 --name \"agent updated\" \\
      --hypothesis window:window=backup
  coroner verify-fix /srv/evidence --exit-code --quiet || echo \"something came back\"";

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    span: Span,
    /// Time of the change (RFC 3339, or local time of the site)
    #[arg(long, value_name = "T")]
    at: Option<String>,
    /// Changed hosts: names, globs, ranges like kvm[01-41], factor=value; with commas (default: all)
    #[arg(long, value_name = "LIST", requires = "at", value_delimiter = ',')]
    hosts: Vec<String>,
    /// Name of the change; without --at: only changes with this in their name
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Count only the host-time of this hypothesis (an id of findings.json, like window:window=backup;
    /// not those of shared events, signatures and hours of the day)
    #[arg(long, value_name = "ID")]
    hypothesis: Option<String>,
    /// Exit with 10 if something came back or was made worse
    #[arg(long)]
    exit_code: bool,
    /// Shape of the listing
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub fn run(args: &Args) -> anyhow::Result<u8> {
    let change = args.at.as_ref().map(|at| rule(args, at)).transpose()?;
    let loaded = args.input.load()?;
    loaded.require_hosts()?;
    let missing = loaded.missing;
    let asked = Asked {
        name: if change.is_some() { None } else { args.name.clone() },
        within: args.hypothesis.clone(),
        declared_only: change.is_some(),
    };
    let options = args.span.options()?;
    let judged =
        crate::pipeline::verify(loaded.sources, &loaded.config, &loaded.knowledge, &options, change, &asked);
    let judged = judged.map_err(|error| UsageError(format!("{error}; `findings.json` lists their ids")))?;
    if let Some(at) = &args.at {
        let hosts = if args.hosts.is_empty() { "*".to_owned() } else { args.hosts.join(",") };
        let trouble = match judged.as_slice() {
            [] => Some(format!("no host of this data is meant by `{hosts}`")),
            [only] if only.hosts.is_empty() => Some(format!(
                "no host of `{hosts}` was observed both before and after {at} (what is known from a list of \
                     incidents alone ends at the last of them: give --to)"
            )),
            _ => None,
        };
        if let Some(text) = trouble {
            return Err(UsageError(text).into());
        }
    }
    output::print(&match args.format {
        Format::Table => told(&judged, args),
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&judged)?),
        other => listing(&judged).render(other),
    })?;
    if missing {
        return Ok(exit::INPUT);
    }
    let alarming =
        judged.iter().any(|change| matches!(change.outcome, Outcome::CameBack | Outcome::MadeWorse));
    Ok(if args.exit_code && alarming { exit::FOUND } else { exit::DONE })
}

/// The change that the user names, in the shape of the configuration.
fn rule(args: &Args, at: &str) -> anyhow::Result<ChangeRule> {
    time(at)?;
    let name = args.name.clone().unwrap_or_else(|| format!("change at {at}"));
    let hosts = args.hosts.iter().map(|scope| scope.trim().to_owned()).collect();
    Ok(ChangeRule { name, at: at.to_owned(), hosts })
}

/// The changes in sentences.
fn told(judged: &[Intervention], args: &Args) -> String {
    if judged.is_empty() {
        return match &args.name {
            Some(name) => format!("No change with `{}` in its name.\n", terminal(name)),
            None => {
                "No change is declared, and the data show none on three hosts or more. Name one with --at."
                    .to_owned()
                    + "\n"
            }
        };
    }
    let mut out = String::new();
    for change in judged {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&format!("{}: {}\n", terminal(&change.name), change.outcome.meaning()));
        out.push_str(&wrapped(&change.statement, "  ", "  "));
        for remark in &change.remarks {
            out.push_str(&wrapped(remark, "  - ", "    "));
        }
    }
    out
}

/// The columns of a listing, a row for each change.
fn listing(judged: &[Intervention]) -> Listing {
    let mut listing = Listing::new(&[
        "change",
        "first_at",
        "last_at",
        "hosts",
        "verdict",
        "events_before",
        "host_days_before",
        "events_after",
        "host_days_after",
        "rate_ratio",
        "p_fewer",
        "p_more",
        "host_days_left",
        "done_on",
        "statement",
    ]);
    let day = |at: chrono::DateTime<chrono::Utc>| json!(at.format("%Y-%m-%dT%H:%M:%SZ").to_string());
    for change in judged {
        let countdown = change.countdown.as_ref();
        let mark = match change.outcome {
            Outcome::CameBack | Outcome::MadeWorse => Mark::Bad,
            Outcome::Helped => Mark::Good,
            Outcome::NoEvidence | Outcome::TooEarly => Mark::None,
        };
        let row = vec![
            json!(change.name),
            day(change.first_at),
            day(change.last_at),
            json!(change.hosts.len()),
            json!(change.outcome.word()),
            json!(change.before.events),
            rounded(Some(change.before.host_days), 1.0),
            json!(change.after.events),
            rounded(Some(change.after.host_days), 1.0),
            rounded(change.rate_ratio, 3.0),
            rounded(change.p_fewer, 6.0),
            rounded(change.p_more, 6.0),
            rounded(countdown.map(|countdown| countdown.host_days_left), 1.0),
            countdown.and_then(|countdown| countdown.done_on).map_or(Value::Null, day),
            json!(change.statement),
        ];
        listing.push_marked(mark, row);
    }
    listing
}

/// To so many decimals.
fn rounded(value: Option<f64>, decimals: f64) -> Value {
    let unit = 10_f64.powf(decimals);
    value.filter(|value| value.is_finite()).map_or(Value::Null, |value| json!((value * unit).round() / unit))
}

/// Words in lines of the terminal's width, with an indent for the first line and for the others.
fn wrapped(text: &str, first: &str, further: &str) -> String {
    let width = output::width().clamp(40, 120);
    let mut lines = vec![first.to_owned()];
    for word in terminal(text).split(' ') {
        let line = lines.last_mut().expect("there is a first line");
        let is_fresh = line == first || line == further;
        if !is_fresh && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(format!("{further}{word}"));
        } else {
            if !is_fresh {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    format!("{}\n", lines.join("\n"))
}
