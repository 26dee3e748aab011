//! `coroner ledger`: what became of every byte.

mod coverage;
mod hex_dump;
mod place;
mod show;
mod text_lines;
mod views;

use super::input::Input;
use super::listing::Format;

pub const EXAMPLES: &str = "Examples:
  coroner ledger sample-data/reboots
  coroner ledger sample-data/reboots --by host
  coroner ledger sample-data/reboots --by reason --only quarantined
  coroner ledger sample-data/reboots --coverage --host srv07
  coroner ledger show inventory.csv:3 sample-data/reboots

Rows are sorted by bytes not understood, then by bytes set aside. Tables end with a row of totals; JSON
and CSV have none, so that they can be summed.";

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    listing: Listing,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print the bytes of a piece of a source
    #[command(after_help = show::EXAMPLES)]
    Show(show::Args),
}

#[derive(Debug, clap::Args)]
struct Listing {
    #[command(flatten)]
    input: Input,
    /// What a row of the listing stands for
    #[arg(long, value_enum, default_value_t = views::By::Source)]
    by: views::By,
    /// List per host and class of source from when to when it was seen, and its longest gap
    #[arg(long, conflicts_with_all = ["by", "only"])]
    coverage: bool,
    /// Only sources of this host
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
    /// Only sources of this kind: sel, log, power, boot, backup, inventory, ...
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Only what became this of its bytes
    #[arg(long, value_enum)]
    only: Option<views::Only>,
    /// Shape of the listing
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub fn run(args: &Args) -> anyhow::Result<u8> {
    match &args.command {
        Some(Command::Show(args)) => show::run(args),
        None if args.listing.coverage => coverage::run(&args.listing),
        None => views::run(&args.listing),
    }
}
