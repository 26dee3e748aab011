//! `coroner weekly`: what is new since the last edition.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use clap::ValueEnum;

use super::exit::{self, InputError, UsageError};
use super::input::{Input, Span, time, write_file, write_lasting};
use super::{output, systemd};
use crate::report::text_safety;
use crate::weekly::mail::{Address, Envelope, eml};
use crate::weekly::{Edition, Page, State, html, metrics, text};

pub const EXAMPLES: &str = "\
The first run begins: it tells of the 7 days before its end and sums up what was before. Every other run tells
what no edition has told yet, also of a week that was missed or of logs that came late; what was told stands in
the state. The same run once more gives the same edition. Its first line is the subject of the mail.

Examples:
  coroner weekly sample-data/backups --to 2025-09-29
  coroner weekly sample-data/backups --to 2025-10-06             (what is new since then)
  coroner weekly /srv/evidence --as-of today --out /var/lib/coroner/weekly --quiet --format none
  sendmail -t -i < /var/lib/coroner/weekly/weekly.eml
  coroner weekly /srv/evidence --exit-code --quiet --format none || echo \"something is new\"
  coroner weekly /srv/evidence --metrics /var/lib/prometheus/node-exporter/coroner.prom
  coroner weekly --units /etc/systemd/system

Exit codes: 10 with --exit-code if there is a new unplanned incident, a newly supported hypothesis, a fix that came
back or whose quiet time ended, a new warning, or a week without data.";

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    span: Span,
    /// Folder for weekly.txt, weekly.html, weekly.eml, weekly.json and, unless --state is given, state.json
    #[arg(long, value_name = "DIR", default_value = "coroner-weekly")]
    out: PathBuf,
    /// What has been told; made by the first run, replaced by every other
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// End of the edition: a time, or `today` for the midnight (UTC) with which today begins (default: --to, else
    /// the end of the data); what is later is left to the next edition
    #[arg(long, value_name = "T")]
    as_of: Option<String>,
    /// What is printed
    #[arg(long, value_enum, default_value_t = Shape::Text)]
    format: Shape,
    /// Figures for the textfile collector of node_exporter; the name must end in .prom there
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
    /// Sender of the mail
    #[arg(long, value_name = "ADDRESS", default_value = "coroner@localhost")]
    mail_from: String,
    /// Receivers of the mail, with commas
    #[arg(long, value_name = "ADDRESS", default_value = "root@localhost", value_delimiter = ',')]
    mail_to: Vec<String>,
    /// Exit with 10 if there is bad news
    #[arg(long)]
    exit_code: bool,
    /// Share of the bytes (per cent) that may be beyond understanding before the exit code is 4
    #[arg(long, value_name = "PERCENT", default_value_t = 1.0)]
    max_quarantine: f64,
    /// Write a service and a timer for systemd into this folder, and do nothing else
    #[arg(long, value_name = "DIR", exclusive = true)]
    units: Option<PathBuf>,
}

/// `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shape {
    Text,
    Html,
    Eml,
    Json,
    /// Nothing; the files are written all the same
    None,
}

/// What makes an edition every Monday.
const UNITS: [(&str, &str); 2] = [
    ("coroner-weekly.service", include_str!("systemd/coroner-weekly.service")),
    ("coroner-weekly.timer", include_str!("systemd/coroner-weekly.timer")),
];

/// An edition so long after the last record would only block those that follow.
const AHEAD_MAX: TimeDelta = TimeDelta::days(400);

/// Columns of the text in a file, whatever the terminal has.
const FILE_COLUMNS: usize = 78;

/// An edition in all its forms, as they are written to files.
struct Forms {
    text: String,
    html: String,
    eml: Vec<u8>,
    json: String,
}

pub fn run(args: &Args) -> Result<u8> {
    if let Some(folder) = &args.units {
        return write_units(folder);
    }
    // What the user got wrong is said before anything is read.
    let envelope = envelope(args)?;
    let as_of = as_of(args)?;
    let path = args.state.clone().unwrap_or_else(|| args.out.join("state.json"));
    let state = read_state(&path)?;
    let loaded = args.input.load()?;
    loaded.require_hosts()?;
    let missing = loaded.missing;
    let analysis = loaded.analyse(&span(args, as_of))?;
    let report = &analysis.report;
    let is_given = args.as_of.as_ref().is_some_and(|text| text != "today");
    if let Some(at) = as_of.filter(|at| is_given && *at - report.as_of > AHEAD_MAX) {
        let days = (at - report.as_of).num_days();
        let why = format!("--as-of lies {days} days after the end of the data: is it a typing mistake?");
        return Err(UsageError(why).into());
    }
    let as_of = as_of.unwrap_or(report.as_of);
    let refused = |error| UsageError(format!("`{}`: {error}", path.display()));
    let base = State::base(state.as_ref(), report, as_of).map_err(refused)?;
    let edition = Edition::between(report, &analysis.study, as_of, base);
    let after = State::after(state.as_ref(), report, &edition).map_err(refused)?;
    let forms = forms(&edition, &envelope)?;
    write(&args.out, &forms)?;
    if let Some(path) = &args.metrics {
        write_file(path, metrics(report, &edition))?;
    }
    // Last: an edition that could not be written is made again.
    write_state(&path, &after)?;
    match args.format {
        Shape::Text => output::print(&text(&Page::of(&edition), output::width()))?,
        Shape::Html => output::print(&forms.html)?,
        Shape::Eml => output::print(&String::from_utf8_lossy(&forms.eml))?,
        Shape::Json => output::print(&forms.json)?,
        Shape::None => {}
    }
    if missing {
        return Ok(exit::INPUT);
    }
    if exit::is_beyond_understanding(&report.totals, args.max_quarantine) {
        return Ok(exit::QUARANTINE);
    }
    Ok(if args.exit_code && edition.is_alarming() { exit::FOUND } else { exit::DONE })
}

/// The end of the edition, if it is not that of the data.
fn as_of(args: &Args) -> Result<Option<DateTime<Utc>>> {
    let to = args.span.to.as_deref().map(time).transpose()?;
    let as_of = match args.as_of.as_deref() {
        Some("today") => Some(today()),
        Some(text) => Some(time(text)?),
        None => to,
    };
    if to.zip(as_of).is_some_and(|(to, as_of)| to > as_of) {
        let why = "--to lies after --as-of: an edition cannot tell of what came after it";
        return Err(UsageError(why.to_owned()).into());
    }
    Ok(as_of)
}

#[expect(clippy::disallowed_methods, reason = "only who asks for `today` gets it")]
fn today() -> DateTime<Utc> {
    Utc::now().date_naive().and_time(NaiveTime::MIN).and_utc()
}

/// What is analysed ends where the edition does.
fn span(args: &Args, as_of: Option<DateTime<Utc>>) -> Span {
    let to = args.span.to.clone().or_else(|| as_of.map(|at| at.to_rfc3339()));
    Span { from: args.span.from.clone(), to, seed: args.span.seed }
}

fn envelope(args: &Args) -> Result<Envelope> {
    let address = |text: &str| -> Result<Address> {
        Ok(text.trim().parse().map_err(|error| UsageError(format!("{error}")))?)
    };
    let to: Vec<Address> = args.mail_to.iter().map(|text| address(text)).collect::<Result<_>>()?;
    Ok(Envelope { from: address(&args.mail_from)?, to })
}

fn read_state(path: &Path) -> Result<Option<State>> {
    match std::fs::read_to_string(path) {
        Ok(text) => match State::parse(&text) {
            Ok(state) => Ok(Some(state)),
            Err(error) => Err(InputError(format!("cannot go on from `{}`: {error}", path.display())).into()),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(InputError(format!("cannot read `{}`: {error}", path.display())).into()),
    }
}

fn forms(edition: &Edition, envelope: &Envelope) -> Result<Forms> {
    let page = Page::of(edition);
    let json = serde_json::to_string_pretty(edition)? + "\n";
    Ok(Forms {
        text: text(&page, FILE_COLUMNS),
        html: html(&page)?,
        eml: eml(edition, envelope)?,
        json: text_safety::escaped_in_json(json),
    })
}

fn write(folder: &Path, forms: &Forms) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("failed to create `{}`", folder.display()))?;
    write_file(&folder.join("weekly.txt"), &forms.text)?;
    write_file(&folder.join("weekly.html"), &forms.html)?;
    write_file(&folder.join("weekly.json"), &forms.json)?;
    write_file(&folder.join("weekly.eml"), &forms.eml)
}

fn write_state(path: &Path, state: &State) -> Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("failed to create `{}`", folder.display()))?;
    }
    write_lasting(path, state.to_json())
}

fn write_units(folder: &Path) -> Result<u8> {
    systemd::write_units(folder, &UNITS)?;
    output::print(
        "next: set the addresses in coroner-weekly.service and how the mail is sent; then\n\
         systemctl daemon-reload && systemctl enable --now coroner-weekly.timer\n",
    )?;
    Ok(exit::DONE)
}
