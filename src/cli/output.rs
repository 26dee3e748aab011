//! Printing to standard output, where a closed pipe is no error.

use std::io::{IsTerminal, Write};

/// Prints text; stops silently if nobody reads any more.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Whether to use colour: on a terminal, unless `NO_COLOR` is set (no-color.org).
pub fn colour() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Columns of the terminal that standard output is; `None` for a pipe or a file. `COLUMNS` of the environment wins.
pub fn terminal_width() -> Option<usize> {
    let out = std::io::stdout();
    if !out.is_terminal() {
        return None;
    }
    let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    asked.or_else(|| terminal_size::terminal_size_of(out).map(|(width, _)| usize::from(width.0)))
}

/// Columns for running text; 100 where there is no terminal.
pub fn width() -> usize {
    terminal_width().unwrap_or(100)
}
