//! Lines of a log that the plain reader could not split: other headers, several messages on one
//! line, separators, and text that goes on.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::ingest::kernel_stamp;
use crate::ingest::log_lines::{LogTracker, SplitLine, YearWraps};
use crate::ingest::sink::Sink;
use crate::ingest::terminal;
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

use super::{Header, When, read, split_when};

/// What has to be remembered between such lines.
#[derive(Default)]
pub struct Unsplit {
    /// A line with a header has been seen.
    begun: bool,
    /// The next line is the first of a boot: `journalctl` said so.
    boot_begins: bool,
    /// The host of the last line that named one beyond doubt.
    last_host: String,
    /// Lines without a header since the last one with a header.
    going_on: u32,
}

/// No message goes on for so many lines; what follows is something else.
const GOING_ON_MAX: u32 = 1000;

impl Unsplit {
    /// Whether the next line is the first of a boot.
    #[must_use]
    pub fn boot_begins(&self) -> bool {
        self.boot_begins
    }

    /// Lines with a header were passed over.
    pub fn passed(&mut self) {
        self.going_on = 0;
    }

    /// Takes a line that is split, by whomever.
    pub fn take(&mut self, split: &SplitLine<'_>, tracker: &mut LogTracker, sink: &mut Sink<'_>) {
        self.begun = true;
        self.going_on = 0;
        if std::mem::take(&mut self.boot_begins) {
            tracker.take_first_of_boot(split, sink);
        } else if split.stamp == Stamp::Missing {
            tracker.take_untimed(split, sink);
        } else {
            tracker.take(split, sink);
        }
    }

    /// Takes a line that the plain reader could not split.
    pub fn line(
        &mut self,
        text: &str,
        tracker: &mut LogTracker,
        wraps: &mut YearWraps,
        sink: &mut Sink<'_>,
    ) -> Fate {
        let text = terminal::plain(text);
        let starts = message_starts(&text);
        let mut from = 0;
        let mut taken = false;
        for to in starts.into_iter().chain([text.len()]) {
            if let Some(header) = read(&text[from..to]) {
                self.take_header(&header, tracker, wraps, sink);
                taken = true;
            }
            from = to;
        }
        if taken { Fate::Parsed } else { self.fate_without_header(&text, sink) }
    }

    fn take_header(
        &mut self,
        header: &Header<'_>,
        tracker: &mut LogTracker,
        wraps: &mut YearWraps,
        sink: &mut Sink<'_>,
    ) {
        let stamp = match header.when {
            When::Full(stamp) => stamp,
            When::Yearless { month, day, second_of_day } => {
                Stamp::Yearless { wraps: wraps.at(month, day), month, day, second_of_day }
            }
        };
        let (mut host, mut text) = (header.host, header.text);
        if let Some(host) = host.filter(|_| header.tagged) {
            host.clone_into(&mut self.last_host);
        } else if host.is_none()
            && let Some((word, rest)) = text.split_once(' ')
            && !header.tagged
            && word == self.last_host
        {
            (host, text) = (Some(word), rest.trim_start());
        }
        let (uptime_micros, text) = match (stamp, kernel_stamp::split_uptime(text)) {
            (Stamp::SinceBoot { micros }, None) => (Some(micros), text),
            (_, Some((micros, text))) => (Some(micros), text),
            (_, None) => (None, text),
        };
        let split = SplitLine { stamp, host, program: header.program, text, boot_id: None, uptime_micros };
        self.take(&split, tracker, sink);
    }

    fn fate_without_header(&mut self, text: &str, sink: &mut Sink<'_>) -> Fate {
        if let Some(notice) = text.strip_prefix("<ConMan> ") {
            let host = notice.strip_prefix("Console [").and_then(|inner| inner.split_once(']'));
            if let Some((host, _)) = host {
                sink.header_host = Some(host.to_owned());
            }
            return Fate::Ignored("conman-notice");
        }
        if begins_boot(text) {
            self.boot_begins = true;
            return Fate::Ignored("journal-boot-separator");
        }
        if is_heading(text) {
            return Fate::Ignored("heading");
        }
        if !self.begun {
            let first = sink.span().line <= 1;
            return if first { Fate::Ignored("cut-first-line") } else { Fate::Quarantined(Reason::BadShape) };
        }
        self.going_on += 1;
        if self.going_on > GOING_ON_MAX {
            return Fate::Quarantined(Reason::BadShape);
        }
        if text.starts_with([' ', '\t']) || text.trim().is_empty() {
            return Fate::Ignored("continuation-line");
        }
        if sink.nul_before > 0 {
            return Fate::Ignored("rest-of-a-cut-line");
        }
        // A header that cannot be read must not pass for the text of the message before.
        if has_clock(text) { Fate::Quarantined(Reason::BadShape) } else { Fate::Ignored("continuation-line") }
    }
}

/// `-- Reboot --` and `-- Boot <id> --`, which journalctl prints between the lines of two boots.
fn begins_boot(text: &str) -> bool {
    text == "-- Reboot --" || text.starts_with("-- Boot ") && text.ends_with(" --")
}

/// `-- Logs begin at … --`, `-- Journal begins at … --`, `-- No entries --`, `-- cursor: …`; and the
/// heading of macOS' `log show`.
pub(super) fn is_heading(text: &str) -> bool {
    text.starts_with("-- ") && (text.ends_with(" --") || text.starts_with("-- cursor: "))
        || text.starts_with("Timestamp ") && text.contains("PID")
}

/// `HH:MM:SS` near the front.
fn has_clock(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes[..bytes.len().min(40)].windows(8).any(|at| {
        at.iter()
            .enumerate()
            .all(|(index, byte)| if index == 2 || index == 5 { *byte == b':' } else { byte.is_ascii_digit() })
    })
}

/// Where a kernel's line begins inside another line: the end of that one was lost with the power, and
/// the next boot wrote on. Found by the kernel's tag, in the text of the first message.
#[must_use]
pub fn glued_kernel_line(text: &str) -> Option<usize> {
    GLUED.find_iter(text.as_bytes()).take(8).find_map(|tag| {
        // No header is longer than this, so little is searched for each tag.
        let from = text.floor_char_boundary(tag.saturating_sub(HEADER_BYTES_MAX));
        let header = &text[..text.floor_char_boundary(tag + HEADER_BYTES_MAX)];
        (from.max(1)..tag).find(|at| {
            let begins =
                matches!(header.as_bytes()[*at], b'0'..=b'9' | b'A'..=b'Z') && header[..*at].contains(": ");
            begins
                && read(&header[*at..])
                    .is_some_and(|header| header.program == "kernel" && header.host.is_some())
        })
    })
}

const HEADER_BYTES_MAX: usize = 100;

/// Behind this another line of the kernel's may begin. To prepare the search for each line takes longer than the
/// search.
pub static GLUED: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(" kernel: "));

/// Where further messages begin inside a line: senders that do not end their messages glue them,
/// `<PRI>` to text. The first start, 0, is not among them.
fn message_starts(text: &str) -> Vec<usize> {
    let mut starts: Vec<usize> = glued_kernel_line(text).into_iter().collect();
    for at in memchr::memchr_iter(b'<', text.as_bytes()).filter(|at| *at > 0) {
        let inner = &text.as_bytes()[at + 1..];
        let digits = inner.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=3).contains(&digits) || inner.get(digits) != Some(&b'>') {
            continue;
        }
        let behind = &text[at + digits + 2..];
        let behind = behind.strip_prefix("1 ").unwrap_or(behind);
        // The window keeps a hostile line from being searched again and again.
        let window = &behind[..behind.floor_char_boundary(64)];
        // A relay's name directly before it makes the two one message with a nested header.
        let relayed = text[..at].rsplit_once(' ').is_some_and(|(before, _)| ends_with_clock(before));
        if !relayed && split_when(window).is_some() {
            starts.push(at);
        }
    }
    starts.sort_unstable();
    starts.dedup();
    starts
}

fn ends_with_clock(text: &str) -> bool {
    let tail = text.as_bytes();
    let tail = &tail[tail.len().saturating_sub(8)..];
    tail.len() == 8 && tail[2] == b':' && tail[5] == b':' && tail[7].is_ascii_digit()
}
