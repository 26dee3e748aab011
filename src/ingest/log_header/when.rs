//! The time at the front of a log line, in every way that daemons and devices write it.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta};

use crate::ingest::written_time::{micros_of, month_of};
use crate::ipmi::column_time::zone_seconds;
use crate::model::Stamp;

/// A time as a header has it. What lacks a year must be counted on by the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Yearless { month: u8, day: u8, second_of_day: u32 },
    Full(Stamp),
}

/// Takes the time off the front of `text`; what is left begins directly behind it. `None`: there is
/// none with a date and a clock of at least seconds.
#[must_use]
pub fn split_when(text: &str) -> Option<(When, &str)> {
    match text.as_bytes().first()? {
        b'@' => tai64(text),
        // The C library's Chinese and Japanese set the numbers of months to the right.
        b' ' => month_first(text.trim_start())
            .filter(|_| text.trim_start().starts_with(|c: char| c.is_ascii_digit())),
        b'T' if text.starts_with("TSC: ") => esxi_ticks(text),
        b'0'..=b'9' => iso(text)
            .or_else(|| year_first(text))
            .or_else(|| epoch(text))
            .or_else(|| esxi_uptime(text))
            .or_else(|| day_first(text))
            .or_else(|| month_first(text)),
        _ => month_first(text).or_else(|| behind_weekday(text)),
    }
}

/// `2025-03-01T02:03:04.123+01:00` and its relatives: `/` or no separators, a blank or `_` for the
/// `T`, `,` for the point, any zone or none.
fn iso(text: &str) -> Option<(When, &str)> {
    let bytes = text.as_bytes();
    let digits = leading_digits(text);
    let (date, rest) = match digits {
        4 if bytes.len() > 10 && matches!(bytes[4], b'-' | b'/') && bytes[7] == bytes[4] => {
            let date = (text.get(..4)?, text.get(5..7)?, text.get(8..10)?);
            (date, text.get(10..)?)
        }
        8 => ((text.get(..4)?, text.get(4..6)?, text.get(6..8)?), text.get(8..)?),
        _ => return None,
    };
    let date = date_of(number(date.0)?, number(date.1)?, number(date.2)?)?;
    let rest = rest.strip_prefix(['T', 't', ' ', '_'])?;
    let (clock, rest) = clock(rest)?;
    let (zone, rest) = split_zone(rest);
    Some((full(date, clock, zone)?, rest))
}

/// `2025 Mar  3 10:00:00`, as routers and syslog-ng with a template of its own write it; and weeks of ISO 8601,
/// `2025-W10-1T10:00:00`.
fn year_first(text: &str) -> Option<(When, &str)> {
    let year = number(text.get(..4).filter(|word| is_year(word))?)?;
    let rest = text.get(4..)?;
    if let Some(week) = rest.strip_prefix("-W") {
        let day = number(week.get(3..4).filter(|_| week.as_bytes()[2] == b'-')?)?;
        let weekday = chrono::Weekday::try_from(u8::try_from(day.checked_sub(1)?).ok()?).ok()?;
        let date = NaiveDate::from_isoywd_opt(i32::try_from(year).ok()?, number(week.get(..2)?)?, weekday)?;
        let (clock, rest) = clock(week.get(4..)?.strip_prefix(['T', ' '])?)?;
        let (zone, rest) = split_zone(rest);
        return Some((full(date, clock, zone)?, rest));
    }
    let (word, rest) = rest.strip_prefix(' ')?.trim_start().split_once(' ')?;
    let month = month_word(word)?;
    let (day, rest) = rest.trim_start().split_once(' ')?;
    with_clock(month, number(day)?, Some(year), rest.trim_start())
}

/// Seconds of Unix time of this century's first three quarters (`1425168184.123`), or milliseconds.
fn epoch(text: &str) -> Option<(When, &str)> {
    let digits = leading_digits(text);
    let whole: i64 = text.get(..digits)?.parse().ok()?;
    let rest = text.get(digits..)?;
    let (seconds, mut micros) = match digits {
        9 | 10 => (whole, 0),
        13 => (whole / 1000, u32::try_from(whole % 1000).ok()? * 1000),
        _ => return None,
    };
    let rest = match rest.strip_prefix('.') {
        Some(fraction) if digits != 13 => {
            let (found, after) = fraction_micros(fraction)?;
            micros = found;
            after
        }
        _ => rest,
    };
    if !(946_684_800..3_313_526_400).contains(&seconds) || !rest.starts_with(' ') {
        return None;
    }
    Some((When::Full(Stamp::Zoned(DateTime::from_timestamp(seconds, micros * 1000)?)), rest))
}

/// `0:00:00:05.123`, days to milliseconds since ESXi's kernel started, before its clock is known.
fn esxi_uptime(text: &str) -> Option<(When, &str)> {
    let (days, rest) = text.split_once(':')?;
    let ((second_of_day, micros), rest) = clock(rest)?;
    if !rest.starts_with(" cpu") {
        return None;
    }
    let seconds = u64::from(number(days)?) * 86_400 + u64::from(second_of_day);
    Some((When::Full(Stamp::SinceBoot { micros: seconds * 1_000_000 + u64::from(micros) }), rest))
}

/// `TSC: 4161231 cpu0:1)…`: ticks of the processor, which are no time.
fn esxi_ticks(text: &str) -> Option<(When, &str)> {
    let number = text.strip_prefix("TSC: ")?;
    let rest = &number[leading_digits(number)..];
    rest.starts_with(" cpu").then_some((When::Full(Stamp::Missing), rest))
}

/// `@400000005f5e…`, as multilog and s6-log write: TAI64, or TAI64N with nanoseconds. They count
/// ten seconds from TAI to UTC and no leap seconds, and so does this.
fn tai64(text: &str) -> Option<(When, &str)> {
    const UNIX_EPOCH_LABEL: i64 = 0x4000_0000_0000_000a;
    let hex = text.get(1..)?.bytes().take_while(u8::is_ascii_hexdigit).count();
    let nanos = match hex {
        16 => 0,
        24 => u32::from_str_radix(text.get(17..25)?, 16).ok()?,
        _ => return None,
    };
    let label = i64::from_str_radix(text.get(1..17)?, 16).ok()?;
    let at = DateTime::from_timestamp(label.checked_sub(UNIX_EPOCH_LABEL)?, nanos)?;
    Some((When::Full(Stamp::Zoned(at)), text.get(1 + hex..)?))
}

/// `Mar  1 02:03:04`, with a year before or behind the clock or none.
fn month_first(text: &str) -> Option<(When, &str)> {
    let (word, rest) = text.split_once(' ')?;
    let month = month_word(word)?;
    let (day, rest) = rest.trim_start().split_once(' ')?;
    let day = number(day.trim_end_matches([',', '.']))?;
    with_clock(month, day, None, rest.trim_start())
}

/// `1 Mar 2025 02:03:04`, `27-Nov-2024 19:47:57`, `01 Mar 02:03:04`, `01/Mar/2025:02:03:04`.
fn day_first(text: &str) -> Option<(When, &str)> {
    let digits = leading_digits(text);
    if digits > 2 {
        return None;
    }
    let day = number(text.get(..digits)?)?;
    let rest = text.get(digits..)?;
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    let separator = rest.chars().next().filter(|c| matches!(c, ' ' | '-' | '/'))?;
    let rest = &rest[1..];
    let (word, behind) = rest.split_at(rest.find([' ', '-', '/'])?);
    let month = month_word(word)?;
    let rest = &behind[1..];
    if separator == '/' {
        let year = rest.get(..4).filter(|year| behind.starts_with('/') && is_year(year))?;
        let rest = rest[4..].strip_prefix([':', ' '])?;
        return with_clock(month, day, Some(number(year)?), rest);
    }
    if separator == '-' && behind.starts_with('-') {
        let (year, rest) = rest.split_once(' ')?;
        return with_clock(month, day, Some(number(year).filter(|_| year.len() == 4)?), rest.trim_start());
    }
    with_clock(month, day, None, rest.trim_start())
}

/// `Sat Mar  1 02:03:04 2025`, `Sat 2025-03-01 02:03:04 CET`, in any language.
fn behind_weekday(text: &str) -> Option<(When, &str)> {
    let (weekday, rest) = text.split_once(' ')?;
    let letters = weekday.trim_end_matches(['.', ',']);
    if letters.is_empty() || letters.chars().count() > 4 || !letters.chars().all(char::is_alphabetic) {
        return None;
    }
    let rest = rest.trim_start();
    iso(rest).or_else(|| month_first(rest)).or_else(|| day_first(rest))
}

fn month_word(word: &str) -> Option<u32> {
    if word.is_empty() || word.len() > 32 || word.chars().count() > 12 {
        return None;
    }
    month_of(word)
}

/// The clock of a date in words, with a zone behind it, and a year before or behind.
fn with_clock(month: u32, day: u32, year: Option<u32>, rest: &str) -> Option<(When, &str)> {
    let (mut year, rest) = match (year, rest.split_once(' ')) {
        (None, Some((word, behind))) if is_year(word) => (number(word), behind.trim_start()),
        (year, _) => (year, rest),
    };
    let ((second_of_day, micros), rest) = clock(rest)?;
    let (zone, mut rest) = split_zone(rest);
    if year.is_none()
        && let Some(behind) = rest.strip_prefix(' ')
        && let Some(word) = behind.get(..4).filter(|word| is_year(word))
        && behind[4..].bytes().next().is_none_or(|byte| matches!(byte, b' ' | b':'))
    {
        year = number(word);
        rest = &behind[4..];
    }
    match year {
        Some(year) => Some((full(date_of(year, month, day)?, (second_of_day, micros), zone)?, rest)),
        None => {
            // The 29th of February needs no year to be a day.
            date_of(2024, month, day)?;
            let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
            Some((When::Yearless { month, day, second_of_day }, rest))
        }
    }
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && (word.starts_with("19") || word.starts_with("20")) && number(word).is_some()
}

/// `HH:MM:SS` with a fraction behind `.` or `,`: second of the day and microseconds. A leap second
/// is folded into the second before it.
fn clock(text: &str) -> Option<((u32, u32), &str)> {
    let (hour, rest) = text.split_once(':')?;
    let (minute, rest) = rest.split_once(':')?;
    if hour.is_empty() || hour.len() > 2 || minute.len() != 2 {
        return None;
    }
    let (hour, minute, second) = (number(hour)?, number(minute)?, number(rest.get(..2)?)?);
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = hour * 3600 + minute * 60 + second.min(59);
    let rest = &rest[2..];
    match rest.strip_prefix(['.', ',']).and_then(fraction_micros) {
        Some((micros, rest)) => Some(((seconds, micros), rest)),
        None => Some(((seconds, 0), rest)),
    }
}

fn fraction_micros(text: &str) -> Option<(u32, &str)> {
    let digits = leading_digits(text);
    if digits == 0 || digits > 9 {
        return None;
    }
    Some((micros_of(&text.as_bytes()[..digits]), &text[digits..]))
}

/// Zones by abbreviation that `ipmi::column_time` gives no offset, as several places use them. They are the
/// host's own.
const LOCAL_ZONES: [&str; 13] =
    ["MET", "MEST", "IST", "MSD", "CST", "CDT", "AST", "ADT", "NST", "NDT", "ACST", "SGT", "PHT"];
/// The same of South America, where the offsets changed with the laws.
const LOCAL_ZONES_SOUTH: [&str; 4] = ["BRT", "BRST", "ART", "CLT"];

/// A zone directly behind a clock or one blank behind it: seconds east of UTC, where it says so.
fn split_zone(text: &str) -> (Option<i64>, &str) {
    let behind_blank = text.strip_prefix(' ').unwrap_or(text);
    if let Some(found) = numeric_zone(behind_blank) {
        return (Some(found.0), found.1);
    }
    if let Some(rest) = text.strip_prefix(['Z', 'z'])
        && !rest.starts_with(char::is_alphanumeric)
    {
        return (Some(0), rest);
    }
    let end = behind_blank.find(|c: char| !c.is_ascii_uppercase()).unwrap_or(behind_blank.len());
    let (word, rest) = behind_blank.split_at(end);
    if rest.starts_with([' ', ':']) || rest.is_empty() {
        if let Some(offset) = zone_seconds(word) {
            return (Some(i64::from(offset)), rest);
        }
        if LOCAL_ZONES.contains(&word) || LOCAL_ZONES_SOUTH.contains(&word) {
            return (None, rest);
        }
    }
    (None, text)
}

/// `+01`, `+0100` or `+01:00`, followed by a blank, a colon or nothing.
fn numeric_zone(text: &str) -> Option<(i64, &str)> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let body = &text[1..];
    let (hours, minutes, rest) = match leading_digits(body) {
        4 => (&body[..2], &body[2..4], &body[4..]),
        2 => match body[2..].strip_prefix(':') {
            Some(after) if leading_digits(after) == 2 => (&body[..2], &after[..2], &after[2..]),
            _ => (&body[..2], "00", &body[2..]),
        },
        _ => return None,
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let ends = rest.is_empty() || rest.starts_with([' ', ':']);
    (ends && hours <= 15 && minutes < 60).then_some((sign * i64::from(hours * 3600 + minutes * 60), rest))
}

fn full(date: NaiveDate, (second_of_day, micros): (u32, u32), zone: Option<i64>) -> Option<When> {
    let time = NaiveTime::from_num_seconds_from_midnight_opt(second_of_day, micros * 1000)?;
    let at = date.and_time(time);
    let stamp = match zone {
        Some(offset) => Stamp::Zoned(at.checked_sub_signed(TimeDelta::seconds(offset))?.and_utc()),
        None => Stamp::Local(at),
    };
    Some(When::Full(stamp))
}

fn date_of(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

fn number(text: &str) -> Option<u32> {
    let plain = !text.is_empty() && text.len() <= 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn leading_digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zoned(text: &str) -> When {
        When::Full(Stamp::Zoned(text.parse().unwrap()))
    }

    fn local(text: &str) -> When {
        When::Full(Stamp::Local(text.parse().unwrap()))
    }

    #[test]
    fn reads_what_daemons_and_devices_write() {
        let march = When::Yearless { month: 3, day: 1, second_of_day: 7384 };
        for (text, expected) in [
            ("Mar  1 02:03:04 h", march),
            ("Mar 01 02:03:04.123456 h", march),
            ("Mar  1 02:03:04,123 CET: %SYS", march),
            ("1 Mar 02:03:04 h", march),
            ("мар  1 02:03:04 h", march),
            ("3月  1 02:03:04 h", march),
            (" 3月  1 02:03:04 h", march),
            ("TSC: 12 cpu0:1)h", When::Full(Stamp::Missing)),
            ("Mar  1 2025 02:03:04 h", local("2025-03-01T02:03:04")),
            ("Mar  1 02:03:04 2025 h", local("2025-03-01T02:03:04")),
            ("Sat Mar  1 02:03:04 2025 h", local("2025-03-01T02:03:04")),
            ("Sat Mar  1 02:03:04 CET 2025 h", zoned("2025-03-01T01:03:04Z")),
            ("Sat Mar  1 02:03:04 EST 2025 h", zoned("2025-03-01T07:03:04Z")),
            ("sam. mars  1 02:03:04 2025 h", local("2025-03-01T02:03:04")),
            ("Sat 2025-03-01 02:03:04 CET h", zoned("2025-03-01T01:03:04Z")),
            ("Sat 2025-03-01 02:03:04 IST h", local("2025-03-01T02:03:04")),
            ("Sat 2025-03-01 02:03:04 UTC h", zoned("2025-03-01T02:03:04Z")),
            ("Sat 2025-03-01 02:03:04 -03 h", zoned("2025-03-01T05:03:04Z")),
            ("01-Mar-2025 02:03:04 h", local("2025-03-01T02:03:04")),
            ("01/Mar/2025:02:03:04 +0100 h", zoned("2025-03-01T01:03:04Z")),
            ("2025 Mar  1 02:03:04 h", local("2025-03-01T02:03:04")),
            ("2025 Mar 1 02:03:04.5 UTC h", zoned("2025-03-01T02:03:04.5Z")),
            ("2025-W09-6T02:03:04Z h", zoned("2025-03-01T02:03:04Z")),
            ("1-марта-2025 02:03:04 h", local("2025-03-01T02:03:04")),
            ("2025-03-01T02:03:04+01:00 h", zoned("2025-03-01T01:03:04Z")),
            ("2025-03-01T02:03:04.5+0100 h", zoned("2025-03-01T01:03:04.5Z")),
            ("2025-03-01 02:03:04,123 h", local("2025-03-01T02:03:04.123")),
            ("2025-03-01 02:03:04 +0100  h", zoned("2025-03-01T01:03:04Z")),
            ("2025-03-01 02:03:04.123+0000: h", zoned("2025-03-01T02:03:04.123Z")),
            ("2025/03/01 02:03:04 h", local("2025-03-01T02:03:04")),
            ("20250301T02:03:04Z h", zoned("2025-03-01T02:03:04Z")),
            ("1740790984.25 h", zoned("2025-03-01T01:03:04.25Z")),
            ("1740790984250 h", zoned("2025-03-01T01:03:04.25Z")),
            ("1:00:00:05.250 cpu0:1)h", When::Full(Stamp::SinceBoot { micros: 86_405_250_000 })),
            ("@4000000067c25b120ee6b280 h", zoned("2025-03-01T00:55:36.25Z")),
        ] {
            let found = split_when(text).map(|(when, _)| when);
            assert_eq!(found, Some(expected), "{text}");
        }
    }

    #[test]
    fn what_follows_the_time_is_left_whole() {
        for (text, rest) in [
            ("2025-03-01T02:03:04Z: [a] b", ": [a] b"),
            ("Mar  1 02:03:04 20251 b", " 20251 b"),
            ("2025-03-01 02:03:04 ESTHER b", " ESTHER b"),
            ("2025-03-01 02:03:04.7.1,2", ".1,2"),
            ("2025-03-01 02:03:04 -5", " -5"),
        ] {
            assert_eq!(split_when(text).map(|(_, rest)| rest), Some(rest), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "Mar",
            "Mar 32 02:03:04",
            "Mar 1 24:00:00 h",
            "2025-13-01 00:00:00",
            "2025-03-01 02:03",
            "12345 h",
            "May the 4 be",
            "1740790984",
            "7740790984 h",
            "@40000000",
            "1.2.3.4 - -",
            "\u{fc}",
            "3月",
            "1-",
            "01/Mar/25:02:03:04",
            "01/Mar",
            "2025 Mar",
            "2025-W",
            "2025-W54-1T00:00:00",
            "2025-Wüß-1",
            "1- -1 ",
            "Zoö 1",
        ] {
            assert_eq!(split_when(text), None, "{text}");
        }
    }
}
