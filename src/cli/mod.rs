//! Command line and terminal text, one file per subcommand.

mod analyze;
mod case;
mod collect;
mod exit;
mod explain;
mod formats;
mod incidents;
mod ingest;
mod input;
mod knowledge_text;
mod ledger;
mod listing;
mod output;
mod shell;
mod systemd;
mod timeline;
mod verify_fix;
mod weekly;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Finds out what killed your servers.
///
/// Reads what machines and their BMCs left behind (SEL, kernel logs, power readings, backup times,
/// inventory, maintenance windows), reconstructs every boot and how it ended, and ranks what
/// explains the spontaneous ends.
#[derive(Debug, Parser)]
#[command(name = "coroner", version, after_help = exit::HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read everything, rank the causes, write the report
    #[command(after_help = analyze::EXAMPLES)]
    Analyze(analyze::Args),
    /// Read files into Parquet facts, to be analysed later
    #[command(after_help = ingest::EXAMPLES)]
    Ingest(ingest::Args),
    /// Make a case file for the vendor: cover page, excerpts, checksums; names replaced
    #[command(after_help = case::EXAMPLES)]
    Case(case::Args),
    /// Pull logs, power and inventory from BMCs and hosts into a folder that `analyze` reads
    #[command(after_help = collect::EXAMPLES)]
    Collect(collect::Args),
    /// List incidents
    #[command(after_help = incidents::EXAMPLES)]
    Incidents(incidents::Args),
    /// List events of all sources of a host in one order of time
    #[command(after_help = timeline::EXAMPLES)]
    Timeline(timeline::Args),
    /// Explain a signature, a known cause, a vendor's message, an incident or a hypothesis
    #[command(after_help = explain::EXAMPLES)]
    Explain(explain::Args),
    /// List the known formats, or say what each file was taken for
    #[command(after_help = formats::EXAMPLES)]
    Formats(formats::Args),
    /// Show what became of every byte
    #[command(after_help = ledger::EXAMPLES)]
    Ledger(ledger::Args),
    /// Judge a change: did it help, how long until that is sure, has it come back
    #[command(after_help = verify_fix::EXAMPLES)]
    VerifyFix(verify_fix::Args),
    /// Tell what is new since the last edition: text, HTML, mail, metrics
    #[command(after_help = weekly::EXAMPLES)]
    Weekly(weekly::Args),
    /// Print completions for a shell
    #[command(after_help = shell::COMPLETIONS_EXAMPLES)]
    Completions(shell::CompletionsArgs),
    /// Write manual pages
    #[command(after_help = shell::MAN_EXAMPLES)]
    Man(shell::ManArgs),
}

/// Parses the command line, runs the command and says how it ended.
#[must_use]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, not errors.
            let code = if error.use_stderr() { exit::USAGE } else { exit::DONE };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    // A panic is a bug of ours; say so and use the code that is documented for it.
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| match &cli.command {
        Command::Analyze(args) => analyze::run(args),
        Command::Ingest(args) => ingest::run(args),
        Command::Case(args) => case::run(args),
        Command::Collect(args) => collect::run(args),
        Command::Incidents(args) => incidents::run(args),
        Command::Timeline(args) => timeline::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Formats(args) => formats::run(args),
        Command::Ledger(args) => ledger::run(args),
        Command::VerifyFix(args) => verify_fix::run(args),
        Command::Weekly(args) => weekly::run(args),
        Command::Completions(args) => shell::completions(args),
        Command::Man(args) => shell::man(args),
    }));
    match outcome {
        Ok(Ok(code)) => ExitCode::from(code),
        Ok(Err(error)) => {
            eprintln!("coroner: {}", crate::report::text_safety::terminal(&format!("{error:#}")));
            ExitCode::from(exit::code_of(&error))
        }
        Err(_) => {
            eprintln!("coroner: this is a bug; please report the message above");
            ExitCode::from(exit::BUG)
        }
    }
}
