//! Reads log lines whose stamp differs from one read before in minutes and seconds only: next to all
//! lines of a log. What has to be understood of such a stamp was understood then.

use chrono::TimeDelta;

use super::log_lines::{KnownHost, LogTracker, QuietLine};
use super::sink::Sink;
use super::written_time::steady_seconds;
use crate::model::Stamp;

/// A stamp of a line `STAMP HOST MESSAGE`, cut around its minutes and seconds.
#[derive(Default)]
pub struct RepeatedHour {
    /// The bytes before the minutes.
    before: Vec<u8>,
    /// Digits of the fraction of the second.
    fraction_digits: usize,
    /// The bytes behind the fraction: the zone, if there is one, and a blank.
    behind: Vec<u8>,
    /// When the hour began.
    hour: Option<(Stamp, i64)>,
    /// What stood between the clock and the message of the last line.
    host: Option<(Vec<u8>, KnownHost)>,
}

/// `MM:SS`
const CLOCK_BYTES: usize = 5;

impl RepeatedHour {
    /// Keeps the stamp of a line that was split: all that stands before `host` and its `message`.
    pub fn keep(&mut self, line: &str, stamp: &Stamp, host: &str, message: &str) {
        (self.hour, self.host) = (None, None);
        let Some(start) = line.len().checked_sub(host.len() + 1 + message.len()) else { return };
        let (Some(written), Some(rest)) = (line.get(..start), line.get(start..)) else { return };
        if host.is_empty() || !rest.starts_with(host) || !written.ends_with(' ') {
            return;
        }
        self.cut(written.as_bytes(), stamp);
    }

    fn cut(&mut self, written: &[u8], stamp: &Stamp) {
        let is_clock = |at: &usize| {
            let clock = &written[*at..*at + "HH:MM:SS".len()];
            clock.iter().enumerate().all(|(place, byte)| match place {
                2 | 5 => *byte == b':',
                _ => byte.is_ascii_digit(),
            })
        };
        let Some(clock) = (0..(written.len() + 1).saturating_sub("HH:MM:SS".len())).find(is_clock) else {
            return;
        };
        let minutes = clock + "HH:".len();
        let fraction = minutes + CLOCK_BYTES;
        let digits = match written.get(fraction) {
            Some(b'.') => written[fraction + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count(),
            _ => 0,
        };
        let behind = if digits > 0 { fraction + 1 + digits } else { fraction };
        self.before = written[..minutes].to_vec();
        self.fraction_digits = digits;
        self.behind = written[behind..].to_vec();
        let Some((since, _)) = self.since_hour(written) else { return };
        self.hour = moved(stamp, -i64::from(since)).and_then(|hour| Some((hour, steady_seconds(&hour)?)));
    }

    /// Microseconds since the hour, and what stands behind the clock.
    fn since_hour<'a>(&self, line: &'a [u8]) -> Option<(u32, &'a [u8])> {
        let rest = line.strip_prefix(self.before.as_slice())?;
        let (clock, mut rest) = rest.split_first_chunk::<CLOCK_BYTES>()?;
        let [m1, m2, b':', s1, s2] = *clock else { return None };
        let digit = |byte: u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
        let minute = digit(m1)? * 10 + digit(m2)?;
        let second = digit(s1)? * 10 + digit(s2)?;
        // A leap second is for the careful reader.
        if minute > 59 || second > 59 {
            return None;
        }
        let mut micros = 0;
        if self.fraction_digits > 0 {
            let digits;
            (digits, rest) = rest.strip_prefix(b".")?.split_at_checked(self.fraction_digits)?;
            for place in 0..6 {
                micros = micros * 10 + digits.get(place).map_or(Some(0), |byte| digit(*byte))?;
            }
            if !digits.iter().skip(6).all(u8::is_ascii_digit) {
                return None;
            }
        }
        Some(((minute * 60 + second) * 1_000_000 + micros, rest))
    }

    /// Takes a line without a literal that matters. `false`: it has to be read with care, and nothing
    /// has been done.
    pub fn pass(&mut self, line: &[u8], tracker: &mut LogTracker, sink: &mut Sink<'_>) -> bool {
        let Some((hour, hour_seconds)) = &self.hour else { return false };
        let Some((since, rest)) = self.since_hour(line) else { return false };
        let Some(stamp) = moved(hour, i64::from(since)) else { return false };
        let seconds = hour_seconds + i64::from(since / 1_000_000);
        let Some((host, message)) = self.host(rest, tracker) else { return false };
        tracker.pass(&QuietLine { stamp, seconds, host, message }, sink)
    }

    /// Whose line it is, and the message.
    fn host<'a>(&mut self, rest: &'a [u8], tracker: &LogTracker) -> Option<(KnownHost, &'a [u8])> {
        if let Some((between, host)) = &self.host
            && let Some(message) = rest.strip_prefix(between.as_slice())
        {
            return Some((*host, message));
        }
        let named = rest.strip_prefix(self.behind.as_slice())?;
        let end = memchr::memchr(b' ', named)?;
        let host = tracker.known(&named[..end])?;
        let message = &named[end + 1..];
        let (mut between, _) = self.host.take().unwrap_or((Vec::new(), host));
        between.clear();
        between.extend_from_slice(&rest[..rest.len() - message.len()]);
        self.host = Some((between, host));
        Some((host, message))
    }
}

/// The stamp moved within its hour.
fn moved(stamp: &Stamp, micros: i64) -> Option<Stamp> {
    let by = TimeDelta::microseconds(micros);
    match *stamp {
        Stamp::Zoned(at) => at.checked_add_signed(by).map(Stamp::Zoned),
        Stamp::Local(at) => at.checked_add_signed(by).map(Stamp::Local),
        Stamp::Yearless { wraps, month, day, second_of_day } => {
            // Such a stamp has no fraction, whatever is written.
            let moved = i64::from(second_of_day) + micros / 1_000_000;
            let second_of_day = u32::try_from(moved).ok()?;
            Some(Stamp::Yearless { wraps, month, day, second_of_day })
        }
        _ => None,
    }
}
