//! `coroner collect`: pulls from the live fleet.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::exit::{self, UsageError};
use super::systemd;
use crate::collect::credentials::keep_out_of_core_dumps;
use crate::collect::run::{Plan, Report, Told};
use crate::collect::vault::{Collected, Outcome, Vault};
use crate::collect::wall_clock::WallClock;
use crate::config::{Config, glob_matches};
use crate::report::text_safety;

pub const EXAMPLES: &str = "\
Examples:
  coroner collect --config coroner.toml --into collected
  coroner collect --config coroner.toml --dry-run
  coroner collect --config coroner.toml --into collected --host 'kvm0*'
  coroner collect --units /etc/systemd/system
  coroner analyze collected --config coroner.toml

coroner.toml names the hosts, the ways to them, and where passwords come from:
  [collect.credentials.bmc]
  user = \"monitor\"
  password_file = \"/etc/coroner/bmc.password\"

  [[collect.group]]
  name = \"kvm\"
  hosts = [\"kvm[01-41]\"]
  bmc = \"{host}-bmc.example.net\"
  credentials = \"bmc\"
  ipmi = true
  redfish = true
  ssh = true

Exit codes: 0 all was read; 3 nothing could be read; 4 a part could not be read, and the summary says which.";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Configuration with a table [collect]
    #[arg(long, value_name = "FILE", default_value = crate::config::FILE_NAME)]
    config: PathBuf,
    /// Folder that keeps what is collected; the next run goes on there
    #[arg(long, value_name = "DIR", required_unless_present_any = ["dry_run", "units"])]
    into: Option<PathBuf>,
    /// Only these hosts: names or globs
    #[arg(long, value_name = "HOST")]
    host: Vec<String>,
    /// Say who would be asked, and ask nobody
    #[arg(long)]
    dry_run: bool,
    /// Write a service and a timer for systemd into this folder, and do nothing else
    #[arg(long, value_name = "DIR", conflicts_with_all = ["into", "dry_run"])]
    units: Option<PathBuf>,
    /// Say nothing but what went wrong
    #[arg(short, long)]
    quiet: bool,
}

/// What starts a collection every night.
const UNITS: [(&str, &str); 2] = [
    ("coroner-collect.service", include_str!("systemd/coroner-collect.service")),
    ("coroner-collect.timer", include_str!("systemd/coroner-collect.timer")),
];

pub fn run(args: &Args) -> Result<u8> {
    if let Some(folder) = &args.units {
        return write_units(folder);
    }
    let config = Config::read(&args.config)?;
    let Some(collect) = &config.collect else {
        let why = format!("`{}` has no table [collect]: see `coroner collect --help`", args.config.display());
        return Err(UsageError(why).into());
    };
    let mut plan = Plan::of(collect, &args.config)?;
    if !args.host.is_empty() {
        plan.keep_hosts(|host| args.host.iter().any(|wanted| glob_matches(wanted, host)));
    }
    let tasks = plan.tasks();
    if tasks.is_empty() {
        return Err(UsageError(format!("no host of `{}` fits --host", args.config.display())).into());
    }
    let Some(into) = args.into.as_deref().filter(|_| !args.dry_run) else {
        return list(&tasks);
    };
    // Before the first secret is fetched.
    keep_out_of_core_dumps().context("secrets could end up in a core dump")?;
    let vault = Vault::open(into)?;
    let bar = progress(tasks.len(), args.quiet);
    let report = plan.run(&vault, now(), &|collected| {
        bar.inc(1);
        if collected.outcome != Outcome::Whole {
            bar.println(format!("coroner: {}", text_safety::terminal(&trouble(collected))));
        }
    });
    bar.finish_and_clear();
    // Above a bar, these lines were printed as it went.
    if bar.is_hidden() {
        for collected in report.collected.iter().filter(|collected| collected.outcome != Outcome::Whole) {
            eprintln!("coroner: {}", text_safety::terminal(&trouble(collected)));
        }
    }
    if !args.quiet {
        summary(&report, into, &args.config, &mut std::io::stdout().lock())?;
    }
    Ok(match report.outcome() {
        Outcome::Whole => exit::DONE,
        Outcome::Partly => exit::PARTLY,
        Outcome::Nothing => exit::INPUT,
    })
}

fn write_units(folder: &Path) -> Result<u8> {
    systemd::write_units(folder, &UNITS)?;
    writeln!(
        std::io::stdout(),
        "next: useradd --system coroner; put the password into /etc/coroner/bmc.password (mode 0600, root's) and\n\
         password_file = \"$CREDENTIALS_DIRECTORY/bmc.password\" into /etc/coroner/coroner.toml; then\n\
         systemctl daemon-reload && systemctl enable --now coroner-collect.timer"
    )?;
    Ok(exit::DONE)
}

/// Who would be asked, and how.
fn list(tasks: &[Told]) -> Result<u8> {
    let mut out = std::io::stdout().lock();
    for task in tasks {
        let host = task.host.as_deref().unwrap_or("(site)");
        let line = format!("{host}  {}  {}", task.source, task.means);
        writeln!(out, "{}", text_safety::terminal(&line))?;
    }
    Ok(exit::DONE)
}

#[expect(clippy::disallowed_methods, reason = "what is collected is dated by the day on which it is")]
fn now() -> WallClock {
    WallClock { utc: chrono::Utc::now(), instant: Instant::now() }
}

fn progress(tasks: usize, quiet: bool) -> ProgressBar {
    let is_shown = std::io::stderr().is_terminal() && !quiet;
    let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(tasks as u64), target);
    if let Ok(style) = ProgressStyle::with_template("collecting [{bar:40}] {pos}/{len} {elapsed}") {
        bar.set_style(style);
    }
    bar
}

fn name(collected: &Collected) -> &str {
    collected.host.as_deref().unwrap_or("site")
}

/// Why something was not read, on one line.
fn trouble(collected: &Collected) -> String {
    let how = if collected.outcome == Outcome::Partly { "partly read" } else { "not read" };
    let why = collected.problems.join("; ");
    format!("{} {} ({}): {how}: {why}", name(collected), collected.source, collected.means)
}

fn summary(report: &Report, into: &Path, config: &Path, out: &mut impl Write) -> Result<()> {
    let mut rows = vec![["source", "whole", "partly", "not", "new bytes"].map(str::to_owned)];
    for (source, count) in report.counts() {
        let numbers = [count.whole, count.partly, count.nothing].map(|number| number.to_string());
        let [whole, partly, nothing] = numbers;
        rows.push([source.to_owned(), whole, partly, nothing, count.bytes.to_string()]);
    }
    for row in rows {
        let [source, numbers @ ..] = row;
        let numbers = numbers.map(|number| format!("{number:>10}")).concat();
        writeln!(out, "{source:<10}{numbers}")?;
    }
    for (hosts, text) in noted(report) {
        writeln!(out, "{}", text_safety::terminal(&format!("{}: {text}", shortened(&hosts))))?;
    }
    if report.outcome() != Outcome::Nothing {
        let (folder, config) = (into.display(), config.display());
        let next = format!("kept in {folder}; next: coroner analyze {folder} --config {config}");
        writeln!(out, "{}", text_safety::terminal(&next))?;
    }
    Ok(())
}

/// What is worth knowing, each kind once, with the hosts that have it: a fleet has most things many times.
fn noted(report: &Report) -> Vec<(Vec<&str>, String)> {
    let mut kinds: BTreeMap<(&str, &str), (Vec<&str>, String)> = BTreeMap::new();
    for collected in &report.collected {
        for finding in &collected.findings {
            let (hosts, text) = kinds.entry((&collected.source, &finding.id)).or_default();
            if text.is_empty() {
                *text = format!("{}: {}", collected.source, finding.text);
            }
            hosts.push(name(collected));
        }
    }
    kinds.into_values().collect()
}

/// Names shown of the hosts that have something in common.
const NAMES_SHOWN: usize = 5;

fn shortened(hosts: &[&str]) -> String {
    let shown = hosts.iter().take(NAMES_SHOWN).copied().collect::<Vec<_>>().join(", ");
    match hosts.len().saturating_sub(NAMES_SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more (the first says)"),
    }
}
