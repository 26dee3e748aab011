//! `coroner analyze`: the main job.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::exit;
use super::input::{Input, Span, write_file};
use super::output;
use crate::model::{Report, Verdict};
use crate::pipeline::Analysis;
use crate::report;

pub const EXAMPLES: &str = "Examples:
  coroner analyze sample-data/reboots
  coroner analyze /srv/evidence --out report --from 2025-01-01
  coroner analyze --facts facts          (after `coroner ingest`, also of several parts of a fleet)
  coroner analyze /srv/evidence --exit-code --quiet || echo \"exit code $?\"";

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    span: Span,
    /// Folder for the report
    #[arg(long, value_name = "DIR", default_value = "coroner-report")]
    out: PathBuf,
    /// Exit with 10 if a hypothesis is supported
    #[arg(long)]
    exit_code: bool,
    /// Share of the bytes (per cent) that may be beyond understanding before the exit code is 4
    #[arg(long, value_name = "PERCENT", default_value_t = 1.0)]
    max_quarantine: f64,
}

pub fn run(args: &Args) -> anyhow::Result<u8> {
    let loaded = args.input.load()?;
    loaded.require_hosts()?;
    let missing = loaded.missing;
    crate::facts::write(&args.out.join("facts"), &loaded.sources)?;
    let analysis = loaded.analyse(&args.span)?;
    write(&args.out, &analysis)?;
    let report = &analysis.report;
    output::print(&report::summary::text(report, output::width(), output::colour()))?;
    output::print(&format!("\nreport: {}\n", args.out.join("report.html").display()))?;
    Ok(code(args, report, missing))
}

fn code(args: &Args, report: &Report, missing: bool) -> u8 {
    if missing {
        return exit::INPUT;
    }
    if exit::is_beyond_understanding(&report.totals, args.max_quarantine) {
        return exit::QUARANTINE;
    }
    let supported = report.hypotheses.iter().any(|hypothesis| hypothesis.verdict == Verdict::Supported);
    if args.exit_code && supported { exit::FOUND } else { exit::DONE }
}

fn write(folder: &Path, analysis: &Analysis) -> anyhow::Result<()> {
    let charts_folder = folder.join("charts");
    std::fs::create_dir_all(&charts_folder)
        .with_context(|| format!("failed to create `{}`", charts_folder.display()))?;
    let report = &analysis.report;
    let charts = report::charts::all(report);
    for chart in &charts {
        write_file(&charts_folder.join(&chart.file_name), &chart.svg)?;
    }
    write_file(&folder.join("findings.json"), report::json::findings(report))?;
    write_file(&folder.join("report.md"), report::markdown::report(report))?;
    write_file(&folder.join("report.html"), &report::html::report(report, &charts)?)?;
    crate::facts::write_tables(&folder.join("facts"), report, &analysis.study)?;
    Ok(())
}
