//! The `coroner` program: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    coroner::cli::run()
}
