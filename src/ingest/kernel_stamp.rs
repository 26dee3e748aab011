//! The time that the kernel, or `dmesg`, puts before a message.

use chrono::{DateTime, NaiveDateTime, Utc};

use super::log_header::{When, split_when};
use super::written_time::{self, month_of};
use crate::model::Stamp;

/// A time before a kernel message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KernelTime {
    /// Microseconds since the kernel started.
    Uptime(u64),
    /// `dmesg -T`: the host's local clock.
    Local(NaiveDateTime),
    /// `dmesg --time-format iso`.
    Zoned(DateTime<Utc>),
    /// `dmesg -e`, the first message of a minute: second of the day at which the minute begins.
    Minute { month: u8, day: u8, second_of_day: u32 },
    /// Microseconds since the message before (`dmesg -e`, `--time-format delta`).
    Step(u64),
}

/// Takes the time off the front of a line of `dmesg` in any of its formats, with `<6>` or
/// `kern  :info  : ` before it. `None`: there is none.
#[must_use]
pub fn split(line: &str) -> Option<(KernelTime, &str)> {
    let line = pass_priority(line);
    if !line.starts_with('[') {
        return iso(line);
    }
    if let Some((micros, text)) = split_uptime(line) {
        return Some((KernelTime::Uptime(micros), text));
    }
    let (bracket, rest) = bracket(line)?;
    let text = pass_caller(rest.strip_prefix(' ').unwrap_or(rest));
    let time = step(bracket)
        .or_else(|| date(bracket).filter(|_| !names_a_level(text)))
        .or_else(|| minute(bracket))?;
    Some((time, text))
}

/// Where a kernel message stands behind other text, as consoles mix them: its place and its time.
/// Only the kernel's own width is taken, so that figures in brackets do not pass for it.
#[must_use]
pub fn find(line: &str) -> Option<(usize, u64, &str)> {
    memchr::memchr_iter(b'[', line.as_bytes()).find_map(|at| {
        let (inner, _) = bracket(&line[at..])?;
        let (seconds, fraction) = inner.split_once('.')?;
        if seconds.len() < 5 || fraction.len() != 6 {
            return None;
        }
        let (micros, text) = split_uptime(&line[at..])?;
        Some((at, micros, text))
    })
}

fn bracket(line: &str) -> Option<(&str, &str)> {
    let inner = line.strip_prefix('[')?;
    let close = inner.bytes().take(60).position(|byte| byte == b']')?;
    Some((inner.get(..close)?, inner.get(close + 1..)?))
}

/// `<6>`, or `kern  :info  : ` of `dmesg -x`.
fn pass_priority(line: &str) -> &str {
    if let Some((number, rest)) = line.strip_prefix('<').and_then(|inner| inner.split_once('>'))
        && (1..=3).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        return rest;
    }
    let mut fields = line.splitn(3, ':');
    match (fields.next(), fields.next(), fields.next()) {
        (Some(facility), Some(level), Some(rest))
            if (5..=8).contains(&facility.len())
                && (4..=6).contains(&level.len())
                && is_word(facility)
                && is_word(level) =>
        {
            rest.strip_prefix(' ').unwrap_or(line)
        }
        _ => line,
    }
}

fn is_word(padded: &str) -> bool {
    let word = padded.trim_end();
    word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// `<    0.000562>` or `  +0.000015`.
fn step(bracket: &str) -> Option<KernelTime> {
    let bracket = bracket.trim();
    let number = match bracket.strip_prefix('<') {
        Some(inner) => inner.strip_suffix('>')?,
        None => bracket.strip_prefix('+')?,
    };
    Some(KernelTime::Step(micros_of(number.trim())?))
}

/// `Sat May  1 08:56:53 2021`, with a step behind it or not. Web servers write a fraction there.
fn date(bracket: &str) -> Option<KernelTime> {
    let bracket = bracket.split('<').next()?.trim_end();
    if !bracket.starts_with(char::is_alphabetic) || has_fraction(bracket) {
        return None;
    }
    match split_when(bracket)? {
        (When::Full(Stamp::Local(at)), "") => Some(KernelTime::Local(at)),
        _ => None,
    }
}

/// `[notice] text`, as a web server writes behind the same time.
fn names_a_level(text: &str) -> bool {
    let level = text.strip_prefix('[').and_then(|inner| inner.split_once(']')).map(|(level, _)| level);
    level.is_some_and(|level| {
        ["emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"].contains(&level)
            || level.contains(':')
    })
}

fn has_fraction(text: &str) -> bool {
    text.as_bytes().windows(3).any(|at| at[1] == b'.' && at[0].is_ascii_digit() && at[2].is_ascii_digit())
}

/// `May 1 08:56`, `Nov21 21:01`.
fn minute(bracket: &str) -> Option<KernelTime> {
    let (date, clock) = bracket.trim().rsplit_once(' ')?;
    let digits = date.find(|c: char| c.is_ascii_digit())?;
    let month = u8::try_from(month_of(date[..digits].trim())?).ok()?;
    let day: u8 = date[digits..].trim().parse().ok().filter(|day| (1..=31).contains(day))?;
    let (hour, minute) = clock.split_once(':')?;
    if hour.len() != 2 || minute.len() != 2 {
        return None;
    }
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    let second_of_day = hour * 3600 + minute * 60;
    (hour < 24 && minute < 60).then_some(KernelTime::Minute { month, day, second_of_day })
}

/// `2025-03-01T02:03:04,123456+01:00 text`.
fn iso(line: &str) -> Option<(KernelTime, &str)> {
    let bytes = line.as_bytes();
    if bytes.len() < 32 || bytes[19] != b',' || !matches!(bytes[26], b'+' | b'-') {
        return None;
    }
    match split_when(line)? {
        (When::Full(Stamp::Zoned(at)), rest) => {
            Some((KernelTime::Zoned(at), pass_caller(rest.strip_prefix(' ').unwrap_or(rest))))
        }
        _ => None,
    }
}

/// Takes `[12345.678901]` off the front of a kernel message: microseconds since the kernel started,
/// and the text. Kernels print six digits behind the point, but edited and vendor's logs have 1 to
/// 9; a blank may be missing behind the bracket. A bracket with the caller (`[   T12]`, `[    C1]`)
/// is passed over. `None`: no such bracket.
#[must_use]
pub fn split_uptime(text: &str) -> Option<(u64, &str)> {
    let (bracket, rest) = bracket(text)?;
    let micros = micros_of(bracket.trim())?;
    Some((micros, pass_caller(rest.strip_prefix(' ').unwrap_or(rest))))
}

/// Seconds with a fraction, in microseconds. The processor may follow, as vendors' kernels print
/// it (`12.345678,3`, `12.345678@1`), or the step from the message before (`12.345678 <    0.1>`).
pub(crate) fn micros_of(number: &str) -> Option<u64> {
    let number = match number.find(['<', ',', '@']) {
        Some(at) if is_decimal(number[at + 1..].trim_end_matches(['>', '*']).trim()) => {
            number[..at].trim_end()
        }
        Some(_) => return None,
        None => number,
    };
    let (seconds, fraction) = number.split_once('.')?;
    if seconds.is_empty() || seconds.len() > 12 || fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    if !seconds.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let whole: u64 = seconds.parse().ok()?;
    Some(whole * 1_000_000 + u64::from(written_time::micros_of(fraction.as_bytes())))
}

fn is_decimal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Passes over `[    T0]` or `[  C12]`: the task or processor that printed (CONFIG_PRINTK_CALLER).
fn pass_caller(text: &str) -> &str {
    let Some((caller, rest)) = text.strip_prefix('[').and_then(|inner| inner.split_once(']')) else {
        return text;
    };
    let caller = caller.trim_start();
    let is_caller = caller.len() > 1
        && caller.len() <= 9
        && caller.starts_with(['T', 'C'])
        && caller[1..].bytes().all(|byte| byte.is_ascii_digit());
    if is_caller { rest.strip_prefix(' ').unwrap_or(rest) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_format_of_dmesg() {
        let local = |text: &str| KernelTime::Local(text.parse().unwrap());
        let minute = KernelTime::Minute { month: 11, day: 21, second_of_day: 75_660 };
        for (line, expected) in [
            ("<6>[    1.500000] a", KernelTime::Uptime(1_500_000)),
            ("kern  :info  : [    1.500000] a", KernelTime::Uptime(1_500_000)),
            ("daemon:notice: [    1.500000] a", KernelTime::Uptime(1_500_000)),
            ("[Sat May  1 08:56:53 2021] a", local("2021-05-01T08:56:53")),
            ("[Sat May  1 08:56:53 2021 <    0.000562>] a", local("2021-05-01T08:56:53")),
            ("[Sa Mai  1 08:56:53 2021] a", local("2021-05-01T08:56:53")),
            ("[sam. mai  1 08:56:53 2021] a", local("2021-05-01T08:56:53")),
            (
                "2021-05-01T08:56:53,000562+00:00 a",
                KernelTime::Zoned("2021-05-01T08:56:53.000562Z".parse().unwrap()),
            ),
            ("[Nov21 21:01] a", minute),
            ("[  +0.000562] a", KernelTime::Step(562)),
            ("[<    0.000562>] a", KernelTime::Step(562)),
        ] {
            assert_eq!(split(line), Some((expected, "a")), "{line}");
        }
        for line in [
            "[error] a",
            "[Wed Oct 11 14:32:52.123456 2000] [core:error] a",
            "[1425168184] a",
            "[2021-05-01] a",
        ] {
            assert_eq!(split(line), None, "{line}");
        }
        assert_eq!(find("root# ls[   36.912468] eth0: up"), Some((8, 36_912_468, "eth0: up")));
        assert_eq!(find("load [1.23] [12.345678"), None);
    }

    #[test]
    fn reads_every_width_of_the_fraction() {
        for (text, expected) in [
            ("[    0.000000] a", Some((0, "a"))),
            ("[210731.648573]hv", Some((210_731_648_573, "hv"))),
            ("[    0.4074] a", Some((407_400, "a"))),
            ("[1.123456789] a", Some((1_123_456, "a"))),
            ("[    1.5][    T1] a", Some((1_500_000, "a"))),
            ("[    1.5] [ C12] a", Some((1_500_000, "a"))),
            ("[    1.5,3] a", Some((1_500_000, "a"))),
            ("[    1.500000 <    0.000010>] a", Some((1_500_000, "a"))),
            ("[    1.5] [Txt] a", Some((1_500_000, "[Txt] a"))),
            ("[1] a", None),
            ("[1.2.3] a", None),
            ("[1.5, or so] a", None),
            ("[99999999999999.1] a", None),
            ("[ 1.5", None),
        ] {
            assert_eq!(split_uptime(text), expected, "{text}");
        }
    }
}
