//! `coroner completions` and `coroner man`: what shells and `man` know of the command line, made from it.

use std::path::PathBuf;

use anyhow::Context;
use clap::CommandFactory;
use clap_complete::Shell;

use super::input::write_file;
use super::{Cli, exit, output};

pub const COMPLETIONS_EXAMPLES: &str = "Examples:
  coroner completions bash > ~/.local/share/bash-completion/completions/coroner
  coroner completions zsh > /usr/local/share/zsh/site-functions/_coroner
  coroner completions fish > ~/.config/fish/completions/coroner.fish";

pub const MAN_EXAMPLES: &str = "Examples:
  coroner man --out /usr/local/share/man/man1
  coroner man | man -l -                 (the main page alone)";

#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// Folder for a page of each command; without it the main page goes to standard output
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub fn completions(args: &CompletionsArgs) -> anyhow::Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "coroner", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(exit::DONE)
}

pub fn man(args: &ManArgs) -> anyhow::Result<u8> {
    let mut main = Cli::command();
    // Subcommands get their full names (`coroner ledger show`) and the options that all have.
    main.build();
    let Some(folder) = &args.out else {
        output::print(&String::from_utf8_lossy(&page(&main)?))?;
        return Ok(exit::DONE);
    };
    std::fs::create_dir_all(folder).with_context(|| format!("failed to create `{}`", folder.display()))?;
    let mut waiting = vec![(String::from("coroner"), main)];
    while let Some((name, command)) = waiting.pop() {
        for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
            waiting.push((format!("{name}-{}", below.get_name()), below.clone()));
        }
        write_file(&folder.join(format!("{name}.1")), page(&command)?)?;
    }
    Ok(exit::DONE)
}

fn page(command: &clap::Command) -> std::io::Result<Vec<u8>> {
    let mut roff = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut roff)?;
    Ok(roff)
}
