//! Times as people and programs write them in tables and logs.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use crate::model::Stamp;
use crate::model::stamp::date_in;

/// Whether `/` and `.` dates of a source put the day first (`31/12/2024`). Decided per source,
/// because one value often cannot tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayFirst(pub bool);

impl DayFirst {
    /// Looks at all values of a source: one first part above 12 settles it.
    pub fn of<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        Self(values.into_iter().any(|value| {
            let digits: String = value.trim().chars().take_while(char::is_ascii_digit).collect();
            let separator = value.trim().chars().nth(digits.len());
            separator == Some('/') && digits.len() <= 2 && digits.parse::<u32>().is_ok_and(|n| n > 12)
        }))
    }
}

/// Reads a date and time. With an offset or `Z`, or as Unix seconds or fractions of them, it is
/// [`Stamp::Zoned`]; else [`Stamp::Local`]. A date alone is its midnight. `None`: not a time.
#[must_use]
pub fn read(text: &str, day_first: DayFirst) -> Option<Stamp> {
    let text = text.trim().trim_matches('"').trim();
    if text.len() > 64 || !text.is_ascii() || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if let Some(stamp) = unix_number(text) {
        return Some(stamp);
    }
    let (date, rest) = read_date(text, day_first)?;
    let rest = rest.trim_start_matches(['T', 't', ' ', ',']).trim();
    if rest.is_empty() {
        return Some(Stamp::Local(date.and_time(NaiveTime::MIN)));
    }
    let (time, zone) = read_time(rest)?;
    let naive = date.and_time(time);
    match read_zone(zone)? {
        Some(offset_seconds) => {
            let utc = naive.checked_sub_signed(chrono::TimeDelta::seconds(offset_seconds))?;
            Some(Stamp::Zoned(utc.and_utc()))
        }
        None => Some(Stamp::Local(naive)),
    }
}

/// Unix seconds (9–10 digits, fraction allowed), milliseconds (12–13 digits), microseconds (16) or
/// nanoseconds (19).
fn unix_number(text: &str) -> Option<Stamp> {
    let whole = text.split('.').next()?;
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) || text.matches('.').count() > 1 {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    let utc: DateTime<Utc> = match whole.len() {
        9 | 10 => DateTime::from_timestamp(number, 0)?,
        12 | 13 => DateTime::from_timestamp_millis(number)?,
        16 => DateTime::from_timestamp_micros(number)?,
        19 => DateTime::from_timestamp_nanos(number),
        _ => return None,
    };
    Some(Stamp::Zoned(utc))
}

fn read_date(text: &str, day_first: DayFirst) -> Option<(NaiveDate, &str)> {
    if let Some(named) = read_named_date(text) {
        return Some(named);
    }
    let end =
        text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '/' | '.'))).unwrap_or(text.len());
    let (date, rest) = text.split_at(end);
    let separator = date.chars().find(|c| !c.is_ascii_digit());
    let Some(separator) = separator else {
        // 20250301, possibly followed by T120000.
        if date.len() != 8 {
            return None;
        }
        let number: u32 = date.parse().ok()?;
        let year = i32::try_from(number / 10_000).ok()?;
        return Some((NaiveDate::from_ymd_opt(year, number / 100 % 100, number % 100)?, rest));
    };
    let parts: Vec<&str> = date.split(separator).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let numbers = (a.parse::<u32>().ok()?, b.parse::<u32>().ok()?, c.parse::<u32>().ok()?);
    let (year, month, day) = match (a.len(), separator) {
        (4, _) => (numbers.0, numbers.1, numbers.2),
        (_, '.') => (full_year(numbers.2), numbers.1, numbers.0),
        (_, '/') if day_first.0 => (full_year(numbers.2), numbers.1, numbers.0),
        (_, '/') => (full_year(numbers.2), numbers.0, numbers.1),
        (_, _) => (full_year(numbers.2), numbers.1, numbers.0),
    };
    Some((NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?, rest))
}

fn full_year(year: u32) -> u32 {
    match year {
        0..=69 => 2000 + year,
        70..=99 => 1900 + year,
        _ => year,
    }
}

/// `Oct-01-2024`, `01-Oct-2024`, `Mar 1 2025`, `1 Mar 2025`.
fn read_named_date(text: &str) -> Option<(NaiveDate, &str)> {
    let mut rest = text;
    let mut month = None;
    let mut numbers: Vec<u32> = Vec::new();
    for _ in 0..3 {
        rest = rest.trim_start_matches(['-', ' ', ',', '/']);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (part, tail) = rest.split_at(end);
        if let Some(found) = month_of(part) {
            if month.replace(found).is_some() {
                return None;
            }
        } else {
            numbers.push(part.parse().ok()?);
        }
        rest = tail;
    }
    let [a, b] = numbers.as_slice() else { return None };
    let (day, year) = if *a > 31 { (*b, *a) } else { (*a, full_year(*b)) };
    Some((NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month?, day)?, rest))
}

/// The shortest name of a month (`Jan`) is one of three letters, or a digit and a character of three bytes.
const MONTH_BYTES_MIN: usize = 3;

/// The month that a word names: English, German and French here, more languages in `month_names`.
#[must_use]
pub fn month_of(word: &str) -> Option<u32> {
    let word = word.trim_end_matches('.');
    // Most words that are asked for are none, and this tells next to all of them at no cost.
    if word.len() < MONTH_BYTES_MIN || word.is_ascii() && !word.bytes().all(|byte| byte.is_ascii_alphabetic())
    {
        return None;
    }
    let word = word.to_lowercase();
    let month = match word.as_str() {
        "jan" | "january" | "januar" | "janv" | "janvier" | "jän" => 1,
        "feb" | "february" | "februar" | "févr" | "fév" | "février" | "fevr" => 2,
        "mar" | "march" | "märz" | "mär" | "mrz" | "mars" => 3,
        "apr" | "april" | "avr" | "avril" => 4,
        "may" | "mai" => 5,
        "jun" | "june" | "juni" | "juin" => 6,
        "jul" | "july" | "juli" | "juil" | "juillet" => 7,
        "aug" | "august" | "août" | "aout" => 8,
        "sep" | "sept" | "september" | "septembre" => 9,
        "oct" | "october" | "okt" | "oktober" | "octobre" => 10,
        "nov" | "november" | "novembre" => 11,
        "dec" | "december" | "dez" | "dezember" | "déc" | "décembre" => 12,
        other => return super::month_names::month_named(other),
    };
    Some(month)
}

/// Microseconds of the digits behind the point of a second, of which those behind the sixth are passed over.
#[must_use]
pub fn micros_of(digits: &[u8]) -> u32 {
    (0..6).fold(0, |micros, place| {
        micros * 10 + digits.get(place).map_or(0, |digit| u32::from(digit.wrapping_sub(b'0')))
    })
}

/// `HH:MM[:SS[.fraction]] [AM|PM]`, and what follows (the zone).
fn read_time(text: &str) -> Option<(NaiveTime, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.'))).unwrap_or(text.len());
    let (clock, rest) = text.split_at(end);
    let mut parts = clock.split(':');
    let hour: u32 = parts.next()?.parse().ok()?;
    let minute: u32 = parts.next()?.parse().ok()?;
    let seconds = parts.next().unwrap_or("0");
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    // A leap second is folded into the second before it.
    let second: u32 = whole.parse::<u32>().ok()?.min(59);
    let micros: u32 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    let rest = rest.trim_start();
    let lower = rest.to_ascii_lowercase();
    let (hour, rest) = if lower.starts_with("am") {
        (hour % 12, &rest[2..])
    } else if lower.starts_with("pm") {
        (hour % 12 + 12, &rest[2..])
    } else {
        (hour, rest)
    };
    Some((NaiveTime::from_hms_micro_opt(hour, minute, second, micros)?, rest.trim()))
}

/// `Some(None)`: no zone written. `Some(Some(seconds))`: seconds east of UTC. `None`: not a zone.
fn read_zone(text: &str) -> Option<Option<i64>> {
    match text {
        "" => return Some(None),
        "Z" | "z" | "UTC" | "GMT" => return Some(Some(0)),
        _ => {}
    }
    let text = text.strip_prefix("UTC").or_else(|| text.strip_prefix("GMT")).unwrap_or(text);
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ if text.bytes().all(|byte| byte.is_ascii_alphabetic()) => return Some(None),
        _ => return None,
    };
    let digits: String = text[1..].chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.parse::<i64>().ok()?, 0),
        4 => (digits[..2].parse::<i64>().ok()?, digits[2..].parse::<i64>().ok()?),
        _ => return None,
    };
    (hours <= 15 && minutes < 60).then_some(Some(sign * (hours * 3600 + minutes * 60)))
}

/// A stamp as seconds on a scale that is steady within one source; only differences mean anything.
#[must_use]
pub fn steady_seconds(stamp: &Stamp) -> Option<i64> {
    match *stamp {
        Stamp::Zoned(at) => Some(at.timestamp()),
        Stamp::Local(at) | Stamp::Bmc(at) => Some(at.and_utc().timestamp()),
        Stamp::Yearless { wraps, month, day, second_of_day } => date_in(2000 + i32::from(wraps), month, day)
            .map(|date| date.and_time(NaiveTime::MIN).and_utc().timestamp() + i64::from(second_of_day)),
        Stamp::SinceBoot { micros } => i64::try_from(micros / 1_000_000).ok(),
        Stamp::SinceBmcInit { seconds } => Some(i64::from(seconds)),
        Stamp::Missing => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str) -> Stamp {
        Stamp::Local(text.replace(' ', "T").parse().unwrap())
    }

    #[test]
    fn reads_the_usual_shapes() {
        let month_first = DayFirst(false);
        for (text, expected) in [
            ("2025-03-01 02:03:04", local("2025-03-01 02:03:04")),
            ("2025-03-01T02:03", local("2025-03-01 02:03:00")),
            ("21.01.2019 00:10:22", local("2019-01-21 00:10:22")),
            ("03/01/2025 02:03:04 PM", local("2025-03-01 14:03:04")),
            ("Oct-01-2024 09:26:41", local("2024-10-01 09:26:41")),
            ("1 Mar 2025 12:00 AM", local("2025-03-01 00:00:00")),
        ] {
            assert_eq!(read(text, month_first), Some(expected), "{text}");
        }
    }

    #[test]
    fn an_offset_is_never_dropped() {
        let Some(Stamp::Zoned(at)) = read("2025-03-01T09:00:00+09:00", DayFirst(false)) else { panic!() };
        assert_eq!(at.to_rfc3339(), "2025-03-01T00:00:00+00:00");
    }

    #[test]
    fn one_day_above_twelve_makes_the_source_day_first() {
        let values = ["01/02/2025 00:00", "13/02/2025 00:00"];
        let order = DayFirst::of(values.into_iter());
        assert_eq!(read(values[0], order), Some(local("2025-02-01 00:00:00")));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "kvm07", "12", "99.99.9999 00:00", "2025-02-30", "6.0.7", "\u{fc}", "10.20.30.40"] {
            assert_eq!(read(text, DayFirst(false)), None, "{text}");
        }
    }
}
