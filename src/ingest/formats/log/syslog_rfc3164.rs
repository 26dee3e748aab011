//! Traditional syslog: `Mar  1 02:03:04 kvm07 kernel: [  12.345678] text`; also `journalctl` text
//! in its short form, whose `-- Boot … --` lines separate boots. Headers that are not plain (no host, a relay's
//! second header, busybox, `BSD`, routers, other languages) are split by `log_header`.
//!
//! Time:   the host's local clock, no year and no zone; months wrap. Behind a relay's header, the host's own.
//! Units:  none.
//! Spec:   RFC 3164 §4.1, as written by rsyslog, syslog-ng, busybox, journalctl and devices; `<PRI>` is passed over.
//! Loses:  severity, facility; where no year is written, fractions of a second.
//! Not handled: a message other than the kernel's that was glued to the end of another without a `<PRI>`.

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::kernel_stamp;
use crate::ingest::lines::as_text;
use crate::ingest::log_header::{self, Family, Unsplit};
use crate::ingest::log_lines::{LogTracker, SplitLine, YearWraps, split_tag};
use crate::ingest::quiet_lines::{Ahead, Passed, QuietLines};
use crate::ingest::quiet_stretch::Outlook;
use crate::ingest::sink::Sink;
use crate::ingest::terminal;
use crate::ingest::written_time::{self, month_of};
use crate::ledger::{Fate, Reason};
use crate::model::Stamp;

pub struct SyslogRfc3164;

impl Format for SyslogRfc3164 {
    fn id(&self) -> &'static str {
        "syslog-rfc3164"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Log
    }

    fn title(&self) -> &'static str {
        "syslog with year-less time stamps (RFC 3164), journalctl short text"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        log_header::fit(head, Family::Yearless)
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(SyslogReader::default()))
    }
}

struct Header<'a> {
    month: u8,
    day: u8,
    second_of_day: u32,
    /// Of the second.
    micros: u32,
    year: Option<i32>,
    host: &'a str,
    message: &'a str,
}

fn split_header(line: &str) -> Option<Header<'_>> {
    let line = &line[log_header::priority_len(line.as_bytes())..];
    let (month_word, rest) = line.split_once(' ')?;
    if month_word.chars().count() > 6 {
        return None;
    }
    let month = u8::try_from(month_of(month_word)?).ok()?;
    let (day, rest) = rest.trim_start().split_once(' ')?;
    let day: u8 = day.parse().ok().filter(|day| (1..=31).contains(day))?;
    let rest = rest.trim_start();
    let (first, after) = rest.split_once(' ')?;
    // Some devices put the year before the clock.
    let (year, clock, rest) = match first.parse::<i32>() {
        Ok(year) if first.len() == 4 => {
            let (clock, after) = after.split_once(' ')?;
            (Some(year), clock, after)
        }
        _ => (None, first, after),
    };
    let (second_of_day, micros) = (seconds_of(clock)?, micros_of(clock));
    let (host, message) = rest.trim_start().split_once(' ').unwrap_or((rest, ""));
    Some(Header { month, day, second_of_day, micros, year, host, message })
}

fn seconds_of(clock: &str) -> Option<u32> {
    let clock = clock.split('.').next()?.trim_end_matches(':');
    let mut parts = clock.split(':');
    let hour: u32 = parts.next()?.parse().ok()?;
    let minute: u32 = parts.next()?.parse().ok()?;
    let second: u32 = parts.next()?.parse().ok()?;
    (hour < 24 && minute < 60 && second <= 60 && parts.next().is_none())
        .then(|| hour * 3600 + minute * 60 + second.min(59))
}

fn micros_of(clock: &str) -> u32 {
    let fraction = clock.split_once('.').map_or("", |(_, fraction)| fraction);
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    written_time::micros_of(&fraction.as_bytes()[..digits])
}

#[derive(Default)]
struct SyslogReader {
    tracker: LogTracker,
    wraps: YearWraps,
    quiet: QuietLines,
    unsplit: Unsplit,
}

impl SyslogReader {
    fn unsplit_line(&mut self, text: &str, sink: &mut Sink<'_>) -> Fate {
        let before = self.wraps.day();
        let fate = self.unsplit.line(text, &mut self.tracker, &mut self.wraps, sink);
        if self.wraps.day() != before {
            // The same date may be of another year from here on.
            self.quiet.forget();
        }
        fate
    }
}

impl LineReader for SyslogReader {
    fn outlook(&self) -> Option<Outlook> {
        self.quiet.outlook(&self.tracker)
    }

    fn pass(&mut self, text: &[u8], number: u64, ahead: Option<Ahead<'_>>, sink: &mut Sink<'_>) -> Passed {
        if self.unsplit.boot_begins() {
            return Passed::default();
        }
        let passed = self.quiet.pass(text, number, ahead, &mut self.tracker, sink);
        if passed.lines > 0 {
            self.unsplit.passed();
            if self.quiet.is_yearless() {
                self.wraps.same_day(passed.lines);
            }
        }
        passed
    }

    fn is_verbatim(&self) -> bool {
        true
    }

    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = as_text(line);
        let plain = split_header(&text).filter(|header| log_header::is_plain(header.host, header.message));
        let (Some(header), true) = (plain, !terminal::has_escape(line)) else {
            return self.unsplit_line(&text, sink);
        };
        let (program, message) = split_tag(header.message);
        let is_glued = || program == "kernel" && log_header::glued_kernel_line(header.message).is_some();
        if program.is_empty() || is_glued() {
            return self.unsplit_line(&text, sink);
        }
        let stamp = match header.year {
            Some(year) => {
                let date = chrono::NaiveDate::from_ymd_opt(year, header.month.into(), header.day.into());
                let time = chrono::NaiveTime::from_num_seconds_from_midnight_opt(
                    header.second_of_day,
                    header.micros * 1000,
                );
                match (date, time) {
                    (Some(date), Some(time)) => Stamp::Local(date.and_time(time)),
                    _ => return Fate::Quarantined(Reason::BadField("date")),
                }
            }
            None => Stamp::Yearless {
                wraps: self.wraps.at(header.month, header.day),
                month: header.month,
                day: header.day,
                second_of_day: header.second_of_day,
            },
        };
        self.quiet.keep(&text, &stamp, header.host, header.message);
        let (uptime_micros, message) = match kernel_stamp::split_uptime(message) {
            Some((micros, message)) => (Some(micros), message),
            None => (None, message),
        };
        let split = SplitLine {
            stamp,
            host: Some(header.host),
            program,
            text: message,
            boot_id: None,
            uptime_micros,
        };
        self.unsplit.take(&split, &mut self.tracker, sink);
        Fate::Parsed
    }
}
