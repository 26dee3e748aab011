//! `coroner ingest`: files in, facts out.

use std::path::PathBuf;

use super::exit::{self, InputError};
use super::input::Input;
use super::output;

pub const EXAMPLES: &str = "Examples:
  coroner ingest /var/log/remote/site-a --facts facts
  coroner ingest /var/log/remote/site-b --facts facts
  coroner analyze --facts facts";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files and folders to read; `-` is standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Folder for the facts; runs over other parts of the fleet may share it
    #[arg(long, value_name = "DIR")]
    facts: PathBuf,
    /// Folder with knowledge of your own (*.toml), beside what is shipped
    #[arg(long, value_name = "DIR")]
    knowledge: Option<PathBuf>,
    /// Say less on standard error
    #[arg(short, long)]
    quiet: bool,
}

pub fn run(args: &Args) -> anyhow::Result<u8> {
    let input = Input {
        paths: args.paths.clone(),
        facts: None,
        config: None,
        knowledge: args.knowledge.clone(),
        quiet: args.quiet,
        verbose: false,
    };
    let loaded = input.load()?;
    if loaded.sources.is_empty() {
        return Err(InputError("nothing to read".to_owned()).into());
    }
    let path = crate::facts::write(&args.facts, &loaded.sources)?;
    let bytes: u64 = loaded.sources.iter().map(|source| source.bytes).sum();
    let records: usize = loaded.sources.iter().map(|source| source.records.len()).sum();
    let quarantined: u64 = loaded.sources.iter().map(|source| source.quarantined).sum();
    output::print(&format!(
        "{} sources, {bytes} bytes, {records} records kept, {quarantined} bytes quarantined: {}\n",
        loaded.sources.len(),
        path.display()
    ))?;
    let code = if loaded.missing { exit::INPUT } else { exit::DONE };
    // The process ends: to give back what was read piece by piece takes longer than to read a small file.
    std::mem::forget(loaded);
    Ok(code)
}
