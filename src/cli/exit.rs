//! Exit codes.

use crate::model::LedgerTotals;

pub const DONE: u8 = 0;
pub const FOUND: u8 = 10;
pub const USAGE: u8 = 2;
pub const INPUT: u8 = 3;
pub const QUARANTINE: u8 = 4;
/// `collect`: a part of what was asked for could not be read.
pub const PARTLY: u8 = 4;
pub const BUG: u8 = 70;

/// Shown below `--help`.
pub const HELP: &str = "Exit codes:
  0   done
  10  done, and: at least one hypothesis is supported, a change came back or did harm, or `weekly` has
      bad news (only with --exit-code)
  2   the command line or the configuration is wrong
  3   a PATH that was given cannot be read, or no host was found (what else can be read is reported)
  4   more of the bytes than --max-quarantine could not be understood (the report is still written);
      collect: a part of what was asked for could not be read (the rest is kept)
  70  a bug of coroner's";

/// Input that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct InputError(pub String);

/// Words of the user that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// Whether more of the bytes than `percent_max` could not be understood; if so, says it on standard error.
pub fn is_beyond_understanding(totals: &LedgerTotals, percent_max: f64) -> bool {
    let share = if totals.bytes == 0 { 0.0 } else { totals.quarantined as f64 * 100.0 / totals.bytes as f64 };
    if share > percent_max {
        eprintln!("coroner: {share:.1} % of the bytes could not be understood; `coroner ledger` shows which");
    }
    share > percent_max
}

/// The exit code for an error.
pub fn code_of(error: &anyhow::Error) -> u8 {
    let is_usage = error.is::<UsageError>()
        || error.is::<crate::config::ConfigError>()
        || error.is::<crate::collect::run::PlanError>();
    if is_usage { USAGE } else { INPUT }
}
