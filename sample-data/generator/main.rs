//! Makes the sample data of this project, fleets with a known truth for measuring it, and the measurement.

mod aftermath;
mod bmc_clock;
mod chatter;
mod cooling;
mod dice;
mod disk;
mod end;
mod fleet;
mod hazard;
mod host_log;
mod jobs;
mod kernel_boot;
mod kind;
mod last_words;
mod line;
mod log_files;
mod machine;
mod orderly;
mod plans;
mod plant;
mod power;
mod roster;
mod samples;
mod score;
mod score_many;
mod sel_files;
mod sel_sort;
mod sel_story;
mod tables;
mod truth;
mod world;
mod wtmp;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::fleet::{Layout, LogForm, SelForm};
use crate::kind::Kind;

/// Sample data and fleets with a known truth.
#[derive(Parser)]
#[command(name = "make-sample-data")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Writes the committed stories again, byte for byte the same.
    Samples {
        /// The folder that holds the stories.
        #[arg(long, default_value = "sample-data")]
        root: PathBuf,
    },
    /// Writes one fleet.
    Fleet {
        #[arg(long)]
        kind: Kind,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        #[arg(long, default_value_t = 41)]
        hosts: usize,
        #[arg(long)]
        out: PathBuf,
        /// The layout; drawn from the seed when left out.
        #[arg(long)]
        style: Option<Layout>,
        /// Multiplies the background lines.
        #[arg(long, default_value_t = 0.4)]
        density: f64,
        /// Fewer lies.
        #[arg(long)]
        tame: bool,
        /// The zone of the site.
        #[arg(long)]
        zone: Option<chrono_tz::Tz>,
        /// How many incidents the year has.
        #[arg(long)]
        incidents: Option<usize>,
        /// Writes every SEL in this form instead of a mixture.
        #[arg(long)]
        sel: Option<SelForm>,
        /// Writes every log in this form.
        #[arg(long)]
        log: Option<LogForm>,
    },
    /// Compares findings with the truth of their fleet.
    Score {
        #[arg(long)]
        truth: PathBuf,
        #[arg(long)]
        findings: PathBuf,
    },
    /// Compares many: each folder holds `truth.toml` and somewhere a `findings.json`.
    ScoreMany {
        folders: Vec<PathBuf>,
        /// Only the summary, without what went wrong.
        #[arg(long)]
        brief: bool,
    },
}

fn main() -> ExitCode {
    match run(Args::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("make-sample-data: {e}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> std::io::Result<()> {
    match task {
        Task::Samples { root } => samples::write(&root),
        Task::Fleet { kind, seed, hosts, out, style, density, tame, zone, incidents, sel, log } => {
            let wish =
                world::Wish { kind, seed, hosts, layout: style, density, tame, zone, incidents, sel, log };
            disk::write(&world::make(&wish), &out, 60, false)
        }
        Task::Score { truth, findings } => {
            let result = score::score(&truth, &findings)?;
            print!("{}", score::show(&result));
            for remark in &result.remarks {
                println!("    {remark}");
            }
            Ok(())
        }
        Task::ScoreMany { folders, brief } => {
            print!("{}", score_many::run(&folders, !brief));
            Ok(())
        }
    }
}
