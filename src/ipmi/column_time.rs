//! Date and time columns of `ipmitool sel list` and of FreeIPMI.
//!
//! `ipmitool` takes the BMC's seconds for UTC and prints them in the zone and the style of whoever ran
//! it. What is wanted is the BMC's own date and time again, so that a printed log and a raw one of the
//! same BMC agree: a zone that is written is subtracted, if it has one meaning only.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// Date and time on the BMC's clock, as read from two columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnTime {
    /// With `/` dates read as the caller asked, or in the only way that is possible.
    pub at: NaiveDateTime,
    /// The same with month and day exchanged, where the date can be read both ways.
    pub exchanged: Option<NaiveDateTime>,
    /// Whether the date can only be read with the day first (`Some(true)`) or the month first.
    pub proves_day_first: Option<bool>,
}

/// Reads a date column ("11/14/23", "06/04/2014", "14.11.2023", "2023-11-14") and a time column
/// ("22:13:20", "22:13:20 UTC", "06:28:51 PM EDT"). `None` if either is not one.
#[must_use]
pub fn read_columns(date: &str, time: &str, day_first: bool) -> Option<ColumnTime> {
    let (time, zone_seconds) = read_time(time)?;
    let date = read_date(date, day_first)?;
    let zone = TimeDelta::seconds(i64::from(zone_seconds));
    let at = |date: NaiveDate| date.and_time(time).checked_sub_signed(zone);
    Some(ColumnTime {
        at: at(date.date)?,
        exchanged: date.exchanged.and_then(at),
        proves_day_first: date.proves_day_first,
    })
}

/// Whether dates that can all be read both ways are in order only if the day stands first. Each pair is a
/// date with the month first, and with the two exchanged. A log goes forwards (or, newest first, backwards) but
/// for a few times when its clock was set.
#[must_use]
pub fn order_tells_day_first(pairs: &[(NaiveDateTime, NaiveDateTime)]) -> bool {
    let breaks = |read: fn(&(NaiveDateTime, NaiveDateTime)) -> NaiveDateTime| {
        let ups = pairs.windows(2).filter(|pair| read(&pair[0]) < read(&pair[1])).count();
        let downs = pairs.windows(2).filter(|pair| read(&pair[0]) > read(&pair[1])).count();
        ups.min(downs)
    };
    pairs.len() >= 5 && breaks(|pair| pair.0) > 3 * breaks(|pair| pair.1)
}

struct ColumnDate {
    date: NaiveDate,
    exchanged: Option<NaiveDate>,
    proves_day_first: Option<bool>,
}

/// Three runs of digits; what stands between them tells their order where the length does not.
fn read_date(text: &str, day_first: bool) -> Option<ColumnDate> {
    let text = text.trim();
    if text.chars().count() > 16 || text.contains(char::is_whitespace) {
        return None;
    }
    let runs: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).collect();
    let [first, second, third] = runs.as_slice() else { return None };
    let number = |run: &str| run.parse::<u32>().ok();
    if first.len() == 4 {
        let date = NaiveDate::from_ymd_opt(first.parse().ok()?, number(second)?, number(third)?)?;
        return Some(ColumnDate { date, exchanged: None, proves_day_first: None });
    }
    if first.len() > 2 || second.len() > 2 {
        return None;
    }
    let year = read_year(third)?;
    let [first, second] = [number(first)?, number(second)?];
    let month_led = NaiveDate::from_ymd_opt(year, first, second);
    let day_led = NaiveDate::from_ymd_opt(year, second, first);
    // Only English-speaking countries write `/` with the month first; `.` and `-` lead with the day.
    if !text.contains('/') {
        return day_led.map(|date| ColumnDate { date, exchanged: None, proves_day_first: None });
    }
    let (date, exchanged) = match (month_led, day_led, day_first) {
        (Some(month_led), Some(day_led), false) => (month_led, Some(day_led)),
        (Some(month_led), Some(day_led), true) => (day_led, Some(month_led)),
        (month_led, day_led, _) => (month_led.or(day_led)?, None),
    };
    let proves_day_first = exchanged.is_none().then_some(month_led.is_none());
    Some(ColumnDate { date, exchanged, proves_day_first })
}

/// Two digits are years from 1970 to 2069, as in `strptime`: no BMC clock is older.
fn read_year(text: &str) -> Option<i32> {
    let year: i32 = text.parse().ok()?;
    match (text.len(), year) {
        (4, _) => Some(year),
        (2, 70..) => Some(1900 + year),
        (2, _) => Some(2000 + year),
        _ => None,
    }
}

/// A time of day and the offset of its zone from UTC in seconds: zero if none is written or the
/// abbreviation has several meanings.
fn read_time(text: &str) -> Option<(NaiveTime, i32)> {
    let mut tokens = text.split_whitespace();
    let mut parts = tokens.next()?.split(':').map(|part| {
        let digits = !part.is_empty() && part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| part.parse::<u32>().ok()).flatten()
    });
    let (mut hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() {
        return None;
    }
    let mut token = tokens.next();
    if let Some(half) = token.and_then(read_half) {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + half;
        token = tokens.next();
    }
    let zone = token.map_or(Some(0), read_zone)?;
    if tokens.next().is_some() {
        return None;
    }
    NaiveTime::from_hms_opt(hour, minute, second).map(|time| (time, zone))
}

/// Hours that "AM" or "PM" adds.
fn read_half(token: &str) -> Option<u32> {
    match token.to_ascii_uppercase().as_str() {
        "AM" | "A.M." => Some(0),
        "PM" | "P.M." => Some(12),
        _ => None,
    }
}

/// Abbreviations of the time-zone database that have one meaning there, in hours from UTC. Left out on
/// purpose: CST and CDT (America, China, Cuba) and IST (India, Ireland, Israel); their times are kept
/// as written.
const ZONE_HOURS: &[(&str, i32)] = &[
    ("UTC", 0),
    ("GMT", 0),
    ("Z", 0),
    ("WET", 0),
    ("WEST", 1),
    ("BST", 1),
    ("CET", 1),
    ("CEST", 2),
    ("EET", 2),
    ("EEST", 3),
    ("MSK", 3),
    ("EST", -5),
    ("EDT", -4),
    ("MST", -7),
    ("MDT", -6),
    ("PST", -8),
    ("PDT", -7),
    ("AKST", -9),
    ("AKDT", -8),
    ("HST", -10),
    ("SAST", 2),
    ("HKT", 8),
    ("JST", 9),
    ("KST", 9),
    ("AWST", 8),
    ("AEST", 10),
    ("AEDT", 11),
    ("NZST", 12),
    ("NZDT", 13),
];

/// Seconds east of UTC of a zone as tools write it (`+01:00`, `CEST`); `None` if it is none, or an
/// abbreviation of no or several meanings.
#[must_use]
pub fn zone_seconds(token: &str) -> Option<i32> {
    let known = token.starts_with(['+', '-']) || ZONE_HOURS.iter().any(|(name, _)| *name == token);
    known.then(|| read_zone(token)).flatten()
}

/// Seconds from UTC of a zone token; zero for an abbreviation of no or several meanings; `None` if it
/// cannot be a zone.
fn read_zone(token: &str) -> Option<i32> {
    if let Some(digits) = token.strip_prefix('+') {
        return read_offset(digits);
    }
    if let Some(digits) = token.strip_prefix('-') {
        return read_offset(digits).map(|seconds| -seconds);
    }
    let is_name = token.len() <= 6 && token.bytes().all(|byte| byte.is_ascii_alphabetic());
    let hours = ZONE_HOURS.iter().find(|(name, _)| *name == token).map_or(0, |(_, hours)| *hours);
    is_name.then_some(hours * 3600)
}

/// `05`, `0530` or `05:30`.
fn read_offset(text: &str) -> Option<i32> {
    let digits = text.replace(':', "");
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i32 = digits.parse().ok()?;
    let (hours, minutes) = if digits.len() == 2 { (number, 0) } else { (number / 100, number % 100) };
    (hours <= 14 && minutes < 60).then_some(hours * 3600 + minutes * 60)
}

/// Months as FreeIPMI writes them in the locale C.
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Reads the columns of FreeIPMI: "Oct-01-2024" or, in its older output, "01-Oct-2024", and a time of
/// 24 hours. They are those of the BMC's clock already.
#[must_use]
pub fn read_named_month(date: &str, time: &str) -> Option<NaiveDateTime> {
    let parts: Vec<&str> = date.trim().split('-').collect();
    let [first, second, year] = parts.as_slice() else { return None };
    let month_of = |text: &str| (1_u32..).zip(MONTHS).find(|(_, month)| *month == text).map(|(at, _)| at);
    let (month, day) = match (month_of(first), month_of(second)) {
        (Some(month), _) => (month, *second),
        (None, Some(month)) => (month, *first),
        (None, None) => return None,
    };
    let date = NaiveDate::from_ymd_opt(year.parse().ok()?, month, day.parse().ok()?)?;
    let (time, _) = read_time(time).filter(|_| !time.contains(char::is_alphabetic))?;
    Some(date.and_time(time))
}
