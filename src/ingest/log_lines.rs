//! What all log formats share once a line is split into time, host, program and text: which lines
//! are kept, and when the host was active.

use std::collections::{BTreeMap, VecDeque};

use super::sink::Sink;
use super::written_time::steady_seconds;
use crate::model::Stamp;
use crate::model::record::{Body, LogLine, Span};

/// Signature that the driver's NUL runs get: a file system that lost power leaves them.
pub const NUL_BYTES: &str = "nul-bytes-in-log";
/// Signature of a line kept because it stands directly before a boot.
pub const LAST_LINES: &str = "last-line-before-boot";
/// Signature of the first line of a new `_BOOT_ID`.
pub const NEW_BOOT_ID: &str = "new-boot-id";
/// Signature of the first line of a kernel whose uptime has started over, where its first message
/// was lost.
pub const UPTIME_RESTARTED: &str = "uptime-restarted";
/// The first message of a Linux kernel.
const KERNEL_START: &str = "Linux version ";

/// Lines kept before a boot, as evidence of how the log ended.
const LAST_LINES_KEPT: usize = 4;

/// A line, split.
pub struct SplitLine<'a> {
    pub stamp: Stamp,
    pub host: Option<&'a str>,
    pub program: &'a str,
    pub text: &'a str,
    pub boot_id: Option<&'a str>,
    pub uptime_micros: Option<u64>,
}

#[derive(Default)]
struct HostState {
    last_seconds: Option<i64>,
    boot_id: Option<String>,
    last_uptime: Option<u64>,
    last_lines: VecDeque<(Span, Stamp, String, String)>,
}

/// Keeps the lines worth keeping, per host.
#[derive(Default)]
pub struct LogTracker {
    hosts: BTreeMap<String, HostState>,
}

impl LogTracker {
    /// Takes one line. Its span is the sink's current one.
    pub fn take(&mut self, line: &SplitLine<'_>, sink: &mut Sink<'_>) {
        let name = line.host.unwrap_or("");
        if !self.hosts.contains_key(name) {
            self.hosts.insert(name.to_owned(), HostState::default());
        }
        let Some(state) = self.hosts.get_mut(name) else { return };
        let mut signatures = sink.interest.signatures(line.program, line.text);
        let is_start = is_kernel(line.program) && line.text.starts_with(KERNEL_START);
        // The first id that a source shows is of a boot that may have begun long before.
        let differs = line.boot_id.is_some_and(|id| state.boot_id.as_deref() != Some(id));
        let new_boot_id = differs && state.boot_id.is_some();
        if differs {
            state.boot_id = line.boot_id.map(str::to_owned);
        }
        if new_boot_id {
            signatures.push(NEW_BOOT_ID.to_owned());
        }
        let restarted = !is_start && restarts(line, state);
        if restarted {
            signatures.push(UPTIME_RESTARTED.to_owned());
        }
        if line.uptime_micros.is_some() && is_kernel(line.program) {
            state.last_uptime = line.uptime_micros;
        }
        if sink.nul_before > 0 {
            sink.nul_before = 0;
            signatures.push(NUL_BYTES.to_owned());
        }
        let begins = is_start || new_boot_id || restarted;
        if begins {
            emit_last_lines(line, state, sink);
        }
        if !signatures.is_empty() {
            sink.record(line.host.map(str::to_owned), line.stamp, body(line, signatures));
        }
        let seconds = steady_seconds(&line.stamp);
        let gap = match (seconds, state.last_seconds) {
            (Some(now), Some(before)) if !begins => Some(now - before),
            _ => None,
        };
        sink.active(line.host, line.stamp, gap);
        state.last_seconds = seconds.or(state.last_seconds);
        remember(line, state, sink.span());
    }
}

/// Microseconds of uptime within which a kernel that starts over is noticed.
const YOUNG_MICROS: u64 = 5_000_000;
/// A step back by less is a message that was printed late.
const STEP_BACK_MICROS: u64 = 60_000_000;

/// Whether the kernel's uptime starts over with this line.
fn restarts(line: &SplitLine<'_>, state: &HostState) -> bool {
    is_kernel(line.program)
        && line.uptime_micros.is_some_and(|now| {
            now < YOUNG_MICROS && state.last_uptime.is_some_and(|before| before > now + STEP_BACK_MICROS)
        })
}

fn is_kernel(program: &str) -> bool {
    program.is_empty() || program == "kernel"
}

fn emit_last_lines(line: &SplitLine<'_>, state: &mut HostState, sink: &mut Sink<'_>) {
    let here = sink.span();
    for (span, stamp, program, text) in state.last_lines.drain(..) {
        sink.at(span);
        let signatures = vec![LAST_LINES.to_owned()];
        let kept = LogLine { program, text, signatures, boot_id: None, uptime_micros: None };
        sink.record(line.host.map(str::to_owned), stamp, Body::Log(kept));
    }
    sink.at(here);
}

fn body(line: &SplitLine<'_>, signatures: Vec<String>) -> Body {
    Body::Log(LogLine {
        program: line.program.to_owned(),
        text: line.text.to_owned(),
        signatures,
        boot_id: line.boot_id.map(str::to_owned),
        uptime_micros: line.uptime_micros,
    })
}

/// Characters of a remembered line; evidence quotes no more.
const REMEMBERED_CHARS: usize = 400;

fn remember(line: &SplitLine<'_>, state: &mut HostState, span: Span) {
    let mut slot = if state.last_lines.len() == LAST_LINES_KEPT {
        state.last_lines.pop_front().unwrap_or((span, line.stamp, String::new(), String::new()))
    } else {
        (span, line.stamp, String::new(), String::new())
    };
    slot.0 = span;
    slot.1 = line.stamp;
    slot.2.clear();
    slot.2.push_str(line.program);
    slot.3.clear();
    if line.text.len() <= REMEMBERED_CHARS {
        slot.3.push_str(line.text);
    } else {
        slot.3.extend(line.text.chars().take(REMEMBERED_CHARS));
    }
    state.last_lines.push_back(slot);
}

/// Counts how often the months of a year-less log have started over.
#[derive(Default)]
pub struct YearWraps {
    wraps: u16,
    last: Option<(u8, u8)>,
    since_wrap: u32,
}

/// A step back by more than this many days is a new year, not a corrected clock.
const NEW_YEAR_DAYS: i32 = 150;
/// A clock that woke up at 1 January is set right within this many lines.
const CLOCK_SET_LINES: u32 = 2000;

impl YearWraps {
    /// The number of wraps up to a line of that month and day.
    pub fn at(&mut self, month: u8, day: u8) -> u16 {
        let ordinal = |(month, day): (u8, u8)| i32::from(month) * 31 + i32::from(day);
        self.since_wrap = self.since_wrap.saturating_add(1);
        if let Some(last) = self.last {
            let step = ordinal((month, day)) - ordinal(last);
            if step < -NEW_YEAR_DAYS {
                self.wraps = self.wraps.saturating_add(1);
                self.since_wrap = 0;
            } else if step > NEW_YEAR_DAYS && self.wraps > 0 && self.since_wrap < CLOCK_SET_LINES {
                // The clock had been reset to the start of its epoch and was then set.
                self.wraps -= 1;
            }
        }
        self.last = Some((month, day));
        self.wraps
    }
}

/// Splits `program[pid]: text` (the pid optional) off a syslog message. Without a tag the program
/// is empty and all is text.
#[must_use]
pub fn split_tag(message: &str) -> (&str, &str) {
    let Some(colon) = message.find(": ").or_else(|| message.strip_suffix(':').map(str::len)) else {
        return ("", message);
    };
    let tag = &message[..colon];
    if tag.is_empty() || tag.len() > 64 || tag.contains(char::is_whitespace) {
        // `(systemd-logind)[1]` and `CRON[12]` have no blanks; two words are text.
        return ("", message);
    }
    let program = tag.split('[').next().unwrap_or(tag);
    let text = message.get(colon + 2..).unwrap_or("");
    (program, text)
}

/// Takes `[12345.678901] ` off the front of a kernel message.
#[must_use]
pub fn split_uptime(text: &str) -> (Option<u64>, &str) {
    let Some(inner) = text.strip_prefix('[') else { return (None, text) };
    let Some(close) = inner.find(']') else { return (None, text) };
    let number = inner[..close].trim();
    let Some((seconds, fraction)) = number.split_once('.') else { return (None, text) };
    let (Ok(seconds), true) =
        (seconds.parse::<u64>(), fraction.len() == 6 && fraction.bytes().all(|byte| byte.is_ascii_digit()))
    else {
        return (None, text);
    };
    let micros = fraction.parse::<u64>().unwrap_or(0);
    let rest = &inner[close + 1..];
    (Some(seconds.saturating_mul(1_000_000).saturating_add(micros)), rest.strip_prefix(' ').unwrap_or(rest))
}

impl LogTracker {
    /// Takes a line that is the first of a boot because the source says so (`-- Reboot --`), not
    /// because of what the line itself says.
    pub fn take_first_of_boot(&mut self, line: &SplitLine<'_>, sink: &mut Sink<'_>) {
        if let Some(state) = self.hosts.get_mut(line.host.unwrap_or("")) {
            emit_last_lines(line, state, sink);
            // Nobody wrote between two boots.
            state.last_seconds = None;
        }
        let signatures = vec![NEW_BOOT_ID.to_owned()];
        sink.record(line.host.map(str::to_owned), line.stamp, body(line, signatures));
        self.take(line, sink);
    }

    /// Takes a line whose time nobody knows: it may be worth keeping, but says nothing of when its
    /// host was active.
    pub fn take_untimed(&mut self, line: &SplitLine<'_>, sink: &mut Sink<'_>) {
        let mut signatures = sink.interest.signatures(line.program, line.text);
        if sink.nul_before > 0 {
            sink.nul_before = 0;
            signatures.push(NUL_BYTES.to_owned());
        }
        if !signatures.is_empty() {
            sink.record(line.host.map(str::to_owned), line.stamp, body(line, signatures));
        }
    }
}
