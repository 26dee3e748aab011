//! One line of a host's log before it is put into any format.

use chrono::TimeDelta;

use crate::end::T;

/// A line with its true time.
#[derive(Clone, Debug)]
pub struct Line {
    pub at: T,
    pub ident: String,
    pub pid: Option<u32>,
    pub text: String,
    /// Syslog severity.
    pub severity: u8,
    /// Seconds since the kernel started, for lines of the kernel.
    pub mono: Option<f64>,
    /// Ordinal of the boot within the host.
    pub boot: usize,
    /// Cut off by a loss of power: half the line, then NUL bytes.
    pub torn: bool,
}

/// Writes the lines of one boot.
pub struct Pen {
    pub lines: Vec<Line>,
    pub boot: usize,
    /// When the kernel of this boot started.
    pub started: T,
    /// The last second written to, and how many lines fell into it.
    tick: (i64, i64),
}

impl Pen {
    /// A pen for the boot whose kernel started at `started`.
    pub fn new(boot: usize, started: T) -> Self {
        Self { lines: Vec::new(), boot, started, tick: (0, 0) }
    }

    /// Spreads the lines of one second over it, in the order of writing.
    fn spread(&mut self, at: T) -> T {
        let second = at.timestamp();
        let nth = if self.tick.0 == second { self.tick.1 + 1 } else { 0 };
        self.tick = (second, nth);
        let micros = second.wrapping_mul(7919).rem_euclid(300_000) + nth * 2_113 % 600_000;
        at + TimeDelta::microseconds(micros)
    }

    /// A kernel line written while the host runs.
    pub fn kernel(&mut self, at: T, severity: u8, text: impl Into<String>) {
        let at = self.spread(at);
        let micros = (at - self.started).num_microseconds().unwrap_or(0);
        let mono = micros as f64 / 1e6 + 3.2;
        self.push(at, "kernel", None, severity, Some(mono.max(0.0)), text.into());
    }

    /// A kernel line of the boot, which the log daemon writes when it starts: its stamp is later than `mono` says.
    pub fn early(&mut self, at: T, mono: f64, severity: u8, text: impl Into<String>) {
        let at = self.spread(at);
        self.push(at, "kernel", None, severity, Some(mono), text.into());
    }

    /// A line of a program.
    pub fn say(&mut self, at: T, ident: &str, pid: u32, text: impl Into<String>) {
        let at = self.spread(at);
        self.push(at, ident, (pid > 0).then_some(pid), 6, None, text.into());
    }

    fn push(&mut self, at: T, ident: &str, pid: Option<u32>, severity: u8, mono: Option<f64>, text: String) {
        let ident = ident.to_string();
        self.lines.push(Line { at, ident, pid, text, severity, mono, boot: self.boot, torn: false });
    }
}
