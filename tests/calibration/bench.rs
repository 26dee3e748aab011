//! How good the ranking is, and how honest: on simulated fleets whose truth is known.
//!
//! ```text
//! cargo bench --bench calibration -- --sizes 41:10,200:40 --runs 100
//! cargo bench --bench calibration -- --sizes 41:10 --only rack --misses
//! cargo bench --bench calibration -- --speed
//! ```
//!
//! Every fleet has its own seed; the same command prints the same tables on any number of threads.
//! `criterion.rs` says when a planted cause counts as found, `floor.rs` what must be reached.

mod baselines;
mod bits;
mod criterion;
#[path = "../fleets/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use other parts of it")]
mod fleets;
mod floor;
mod honesty;
mod plan;
mod points;
mod proportion;
mod reading;
mod report;
mod run;
mod show;
mod speed;
mod table;

use std::time::Instant;

use anyhow::{Context, Result};
use clap::Parser;
use rayon::prelude::*;

use fleets::Factors;
use plan::{Row, Size};
use report::Outcome;
use run::Run;

#[derive(Parser)]
#[command(name = "calibration", about = "Measures the ranking on simulated fleets whose truth is known")]
struct Options {
    /// Fleets, as hosts:incidents
    #[arg(long, value_delimiter = ',', default_value = "20:6,41:10,200:40,2000:300")]
    sizes: Vec<Size>,
    /// Fleets per planted cause [default: 200, 100 or 40, fewer for larger fleets]
    #[arg(long)]
    runs: Option<usize>,
    /// Fleets per kind of null [default: three times as many]
    #[arg(long)]
    null_runs: Option<usize>,
    /// Kinds of planted causes, names of nulls, `planted` or `null`
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Shares of incidents that come from the planted cause [default: by size]
    #[arg(long, value_delimiter = ',')]
    shares: Vec<f64>,
    /// Permutations of the guard [default: 399; with --speed 999]
    #[arg(long)]
    permutations: Option<u32>,
    /// Seed of the first fleet
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads [default: all]
    #[arg(long)]
    jobs: Option<usize>,
    /// Adds factors that mostly repeat another: kernel, cpu, bmc_version
    #[arg(long)]
    nested: bool,
    /// Leaves out the baselines
    #[arg(long)]
    without_baselines: bool,
    /// Prints every fleet whose planted cause is not first, with the first three hypotheses
    #[arg(long)]
    misses: bool,
    /// Prints every supported hypothesis that is wrong
    #[arg(long)]
    claims: bool,
    /// Prints the ranking of the fleet with this seed instead, of every kind asked for
    #[arg(long)]
    show: Option<u64>,
    /// Measures time and memory instead, of the sizes given: hosts:incidents[:unequal][:bare]
    #[arg(long, value_delimiter = ',', num_args = 0..)]
    speed: Option<Vec<speed::Case>>,
    /// One size in this process
    #[arg(long, hide = true)]
    speed_of: Option<speed::Case>,
    /// What cargo says to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let options = Options::parse();
    if let Some(jobs) = options.jobs {
        rayon::ThreadPoolBuilder::new().num_threads(jobs).build_global().context("no threads")?;
    }
    if let Some(case) = &options.speed_of {
        speed::measure(case, options.permutations.unwrap_or(999), options.seed);
        return Ok(());
    }
    if let Some(cases) = &options.speed {
        let usual: Result<Vec<speed::Case>, String> = speed::USUAL.iter().map(|case| case.parse()).collect();
        let cases = if cases.is_empty() { usual.map_err(anyhow::Error::msg)? } else { cases.clone() };
        return speed::compare(&cases, options.permutations.unwrap_or(999), options.seed);
    }
    calibrate(&options);
    Ok(())
}

fn calibrate(options: &Options) {
    let factors = if options.nested { Factors::Nested } else { Factors::Usual };
    let mut outcomes = Vec::new();
    for size in &options.sizes {
        for row in plan::rows(*size, factors, &options.only, &options.shares) {
            if let Some(seed) = options.show {
                let permutations = options.permutations.unwrap_or(399);
                show::fleet(&row.name, *size, row.scenario, seed, permutations);
                continue;
            }
            let began = Instant::now();
            let runs = fleets_of(options, *size, &row);
            if options.misses && !row.is_null() {
                let missed = runs.iter().filter(|run| !run.places.contains(&Some(1)));
                missed.for_each(|run| show::miss(&row.name, run));
            }
            if options.claims {
                runs.iter().for_each(|run| show::claims(&row.name, run));
            }
            let outcome = Outcome { size: *size, row, runs };
            eprintln!("{} in {:.0} s", outcome.in_short(), began.elapsed().as_secs_f64());
            outcomes.push(outcome);
        }
        if options.show.is_some() {
            continue;
        }
        report::print(*size, &outcomes);
        honesty::print(*size, &outcomes);
    }
    floor::print(&options.sizes, &outcomes);
}

/// Ranks the fleets of a row, in the order of their seeds.
fn fleets_of(options: &Options, size: Size, row: &Row) -> Vec<Run> {
    let planted = options.runs.unwrap_or_else(|| size.usual_runs());
    let count = if row.is_null() { options.null_runs.unwrap_or(3 * planted) } else { planted };
    let permutations = options.permutations.unwrap_or(399);
    (0..count as u64)
        .into_par_iter()
        .map(|i| {
            let seed = options.seed + i;
            run::run(size, row.scenario, seed, permutations, !options.without_baselines)
        })
        .collect()
}
