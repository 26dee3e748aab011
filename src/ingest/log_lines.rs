//! What all log formats share once a line is split into time, host, program and text: which lines
//! are kept, and when the host was active.

use std::collections::HashMap;
use std::sync::Arc;

use super::kernel_stamp;
use super::quiet_message::{TAG_BYTES_MAX, UPTIME_BYTES_MAX, YOUNG_SECONDS};
use super::second_look::SecondLook;
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
/// Signature of the first line of a kernel whose uptime has started over and goes on from there, where its
/// first message was lost.
pub const UPTIME_RESTARTED: &str = "uptime-restarted";
/// The first message of a Linux kernel.
pub const KERNEL_START: &str = "Linux version ";

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

/// A line that was passed over, to be remembered.
pub struct Remembered<'a> {
    pub span: Span,
    pub stamp: Stamp,
    /// Tag and text.
    pub message: &'a [u8],
}

/// A host of a tracker.
#[derive(Debug, Clone, Copy)]
pub struct KnownHost(pub usize);

#[derive(Default)]
struct HostState {
    name: Vec<u8>,
    run: Option<usize>,
    last_seconds: Option<i64>,
    boot_id: Option<String>,
    last_uptime: Option<u64>,
    last_lines: LastLines,
    suspect: Option<Suspect>,
}

/// A line by which the kernel's uptime seems to have started over. One number that is smaller than the one
/// before may be a message that was printed late, or a damaged one: the kernel's next line decides.
struct Suspect {
    span: Span,
    stamp: Stamp,
    program: String,
    text: String,
    uptime_micros: u64,
    /// The lines before it.
    last_lines: LastLines,
}

/// Lines remembered in case that a boot follows. Each takes the place of the oldest, and its memory:
/// this is done for every line of every log.
#[derive(Default)]
struct LastLines {
    lines: [LastLine; LAST_LINES_KEPT],
    /// How many were ever remembered since the last boot.
    count: usize,
}

struct LastLine {
    span: Span,
    stamp: Stamp,
    /// `None`: the tag still stands in the text.
    program: Option<String>,
    text: Vec<u8>,
}

impl Default for LastLine {
    fn default() -> Self {
        Self { span: Span::default(), stamp: Stamp::Missing, program: None, text: Vec::new() }
    }
}

/// Keeps the lines worth keeping, per host.
#[derive(Default)]
pub struct LogTracker {
    /// Shared with those who look ahead.
    places: Arc<HashMap<Vec<u8>, KnownHost>>,
    hosts: Vec<HostState>,
    /// The host of the last line.
    last: usize,
    second_look: SecondLook,
}

impl LogTracker {
    /// Lines of a host that are remembered.
    pub const LAST_LINES: usize = LAST_LINES_KEPT;

    /// Takes one line. Its span is the sink's current one.
    pub fn take(&mut self, line: &SplitLine<'_>, sink: &mut Sink<'_>) {
        let name = line.host.unwrap_or("").as_bytes();
        let place = match self.known(name) {
            Some(KnownHost(place)) => place,
            None => {
                let places = Arc::make_mut(&mut self.places);
                places.insert(name.to_vec(), KnownHost(self.hosts.len()));
                self.hosts.push(HostState { name: name.to_vec(), ..HostState::default() });
                self.hosts.len() - 1
            }
        };
        self.last = place;
        let state = &mut self.hosts[place];
        let seconds = steady_seconds(&line.stamp);
        let mut signatures = sink.signatures(line.program, line.text);
        if !signatures.is_empty()
            && let Some(once_in) = sink.interest.once_in_seconds()
        {
            self.second_look.thin(place, &mut signatures, seconds, once_in);
        }
        if sink.has_stretches
            && let Some(stretch) = seconds.and_then(|at| sink.interest.stretch(name, at))
        {
            self.second_look.keep(stretch, line, sink);
        }
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
        let uptime = line.uptime_micros.filter(|_| is_kernel(line.program));
        let mut suspected = false;
        if is_start || new_boot_id {
            // The lines since the suspect are of the new boot already.
            if let Some(suspect) = state.suspect.take() {
                state.last_lines = suspect.last_lines;
            }
            state.last_uptime = uptime.or(state.last_uptime);
        } else if let Some(now) = uptime {
            suspected = weigh(now, line, state, sink);
        }
        if sink.nul_before > 0 {
            sink.nul_before = 0;
            signatures.push(NUL_BYTES.to_owned());
        }
        if is_start || new_boot_id {
            emit_last_lines(line.host, &mut state.last_lines, sink);
        }
        let begins = is_start || new_boot_id || suspected;
        if !signatures.is_empty() {
            sink.record(line.host.map(str::to_owned), line.stamp, body(line, signatures));
        }
        let gap = match (seconds, state.last_seconds) {
            (Some(now), Some(before)) if !begins => Some(now - before),
            _ => None,
        };
        state.run = Some(sink.active(line.host, line.stamp, gap));
        state.last_seconds = seconds.or(state.last_seconds);
        state.last_lines.remember(sink.span(), line.stamp, Some(line.program), line.text.as_bytes());
    }

    /// The host of that name, if a line of it has been taken.
    #[must_use]
    pub fn known(&self, name: &[u8]) -> Option<KnownHost> {
        match self.hosts.get(self.last) {
            Some(state) if state.name == name => Some(KnownHost(self.last)),
            _ => self.places.get(name).copied(),
        }
    }

    /// All hosts of which a line has been taken, by name.
    #[must_use]
    pub fn hosts(&self) -> Arc<HashMap<Vec<u8>, KnownHost>> {
        Arc::clone(&self.places)
    }

    /// Until when a host that can be passed over wrote, in seconds of [`steady_seconds`].
    #[must_use]
    pub fn active_until(&self, KnownHost(place): KnownHost) -> Option<i64> {
        // Whether a kernel has started over is for the careful reader to find out.
        let state = self.hosts.get(place).filter(|state| state.suspect.is_none())?;
        state.run.and(state.last_seconds)
    }

    /// Whether a young kernel of that host might have started over.
    #[must_use]
    pub fn was_up_long(&self, KnownHost(place): KnownHost) -> bool {
        let last_uptime = self.hosts.get(place).and_then(|state| state.last_uptime);
        last_uptime.is_some_and(|before| before > STEP_BACK_MICROS)
    }

    /// The stretch of time whose lines are to be kept, if a line of the host belongs to one.
    #[must_use]
    pub fn stretch(&self, KnownHost(place): KnownHost, seconds: i64, sink: &Sink<'_>) -> Option<u32> {
        sink.interest.stretch(&self.hosts.get(place)?.name, seconds)
    }

    /// Notes lines of a host that were passed over: how many, when the last was written, the last uptime
    /// among them, and the last few of the lines themselves.
    pub fn pass<'a>(
        &mut self,
        KnownHost(place): KnownHost,
        lines: u64,
        seconds: i64,
        uptime: Option<u64>,
        last_lines: impl Iterator<Item = Remembered<'a>>,
        sink: &mut Sink<'_>,
    ) {
        let Some(state) = self.hosts.get_mut(place) else { return };
        state.last_uptime = uptime.or(state.last_uptime);
        state.last_seconds = Some(seconds);
        let (mut last_stamp, mut last_line) = (None, 0);
        for line in last_lines {
            (last_stamp, last_line) = (Some(line.stamp), line.span.line);
            state.last_lines.remember(line.span, line.stamp, None, line.message);
        }
        if let (Some(run), Some(stamp)) = (state.run, last_stamp) {
            sink.still_active(run, stamp, last_line, lines);
        }
        self.last = place;
    }
}

/// Microseconds of uptime within which a kernel that starts over is noticed.
const YOUNG_MICROS: u64 = 5_000_000;
/// What is young to those who pass over lines is at least what is so here.
const _: () = assert!(YOUNG_MICROS <= YOUNG_SECONDS * 1_000_000);
/// A step back by less is a message that was printed late.
const STEP_BACK_MICROS: u64 = 60_000_000;

/// Whether a kernel of that uptime may have started over.
fn steps_back(now: u64, state: &HostState) -> bool {
    now < YOUNG_MICROS && state.last_uptime.is_some_and(|before| before > now + STEP_BACK_MICROS)
}

/// Weighs a line with an uptime: keeps the suspect before it if it goes on from there, and forgets it if it
/// goes on from before. Whether the line is itself one.
fn weigh(now: u64, line: &SplitLine<'_>, state: &mut HostState, sink: &mut Sink<'_>) -> bool {
    if let Some(suspect) = state.suspect.take() {
        let before = state.last_uptime.unwrap_or(u64::MAX);
        if now.abs_diff(suspect.uptime_micros) < now.abs_diff(before) {
            emit_restart(line.host, suspect, sink);
        }
        state.last_uptime = Some(now);
        return false;
    }
    if !steps_back(now, state) {
        state.last_uptime = Some(now);
        return false;
    }
    state.suspect = Some(Suspect {
        span: sink.span(),
        stamp: line.stamp,
        program: line.program.to_owned(),
        text: line.text.chars().take(REMEMBERED_CHARS).collect(),
        uptime_micros: now,
        last_lines: std::mem::take(&mut state.last_lines),
    });
    true
}

fn emit_restart(host: Option<&str>, mut suspect: Suspect, sink: &mut Sink<'_>) {
    emit_last_lines(host, &mut suspect.last_lines, sink);
    let here = sink.span();
    sink.at(suspect.span);
    let body = Body::Log(LogLine {
        program: suspect.program,
        text: suspect.text,
        signatures: vec![UPTIME_RESTARTED.to_owned()],
        boot_id: None,
        uptime_micros: Some(suspect.uptime_micros),
    });
    sink.record(host.map(str::to_owned), suspect.stamp, body);
    sink.at(here);
}

fn is_kernel(program: &str) -> bool {
    program.is_empty() || program == "kernel"
}

fn emit_last_lines(host: Option<&str>, last_lines: &mut LastLines, sink: &mut Sink<'_>) {
    let here = sink.span();
    for line in last_lines.take() {
        sink.at(line.span);
        let text = String::from_utf8_lossy(&line.text);
        let (program, text) = match &line.program {
            Some(program) => (program.as_str(), text.as_ref()),
            None => {
                let (program, text) = split_tag(&text);
                (program, kernel_stamp::split_uptime(text).map_or(text, |(_, text)| text))
            }
        };
        let (program, text) = (program.to_owned(), text.chars().take(REMEMBERED_CHARS).collect());
        let signatures = vec![LAST_LINES.to_owned()];
        let kept = LogLine { program, text, signatures, boot_id: None, uptime_micros: None };
        sink.record(host.map(str::to_owned), line.stamp, Body::Log(kept));
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

/// Enough bytes for a tag, an uptime, and so many characters.
const REMEMBERED_BYTES: usize = TAG_BYTES_MAX + UPTIME_BYTES_MAX + 8 + 4 * REMEMBERED_CHARS;

impl LastLines {
    fn remember(&mut self, span: Span, stamp: Stamp, program: Option<&str>, text: &[u8]) {
        let line = &mut self.lines[self.count % LAST_LINES_KEPT];
        self.count += 1;
        line.span = span;
        line.stamp = stamp;
        line.program = program.map(str::to_owned);
        line.text.clear();
        line.text.extend_from_slice(&text[..text.len().min(REMEMBERED_BYTES)]);
    }

    /// The lines, oldest first; none are left.
    fn take(&mut self) -> impl Iterator<Item = &LastLine> {
        let kept = self.count.min(LAST_LINES_KEPT);
        let oldest = self.count - kept;
        self.count = 0;
        (oldest..oldest + kept).map(|line| &self.lines[line % LAST_LINES_KEPT])
    }
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
    /// How often the months have started over, and the last month and day.
    #[must_use]
    pub fn day(&self) -> (u16, Option<(u8, u8)>) {
        (self.wraps, self.last)
    }

    /// Counts lines of the same month and day as the one before.
    pub fn same_day(&mut self, lines: u64) {
        self.since_wrap = self.since_wrap.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
    }

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

impl LogTracker {
    /// Takes a line that is the first of a boot because the source says so (`-- Reboot --`), not
    /// because of what the line itself says.
    pub fn take_first_of_boot(&mut self, line: &SplitLine<'_>, sink: &mut Sink<'_>) {
        let known = self.known(line.host.unwrap_or("").as_bytes());
        if let Some(state) = known.and_then(|KnownHost(place)| self.hosts.get_mut(place)) {
            emit_last_lines(line.host, &mut state.last_lines, sink);
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
        let mut signatures = sink.signatures(line.program, line.text);
        if sink.nul_before > 0 {
            sink.nul_before = 0;
            signatures.push(NUL_BYTES.to_owned());
        }
        if !signatures.is_empty() {
            sink.record(line.host.map(str::to_owned), line.stamp, body(line, signatures));
        }
    }
}
