//! Dates, times, zones and durations of a calendar.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::lines::ContentLine;
use super::windows_zones;
use crate::model::Stamp;

/// A time as a calendar writes it. A date alone is its midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarTime {
    pub local: NaiveDateTime,
    /// `None`: the time of wherever one is, for us the site's.
    pub zone: Option<Tz>,
    pub date_only: bool,
}

impl CalendarTime {
    #[must_use]
    pub fn stamp(self) -> Stamp {
        match self.zone {
            Some(zone) => Stamp::Zoned(in_utc(self.local, zone)),
            None => Stamp::Local(self.local),
        }
    }
}

/// A time that a clock skips is taken an hour later, one that it shows twice is taken the first time.
fn in_utc(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    let later = || local.checked_add_signed(TimeDelta::hours(1));
    zone.from_local_datetime(&local)
        .earliest()
        .or_else(|| zone.from_local_datetime(&later()?).earliest())
        .map_or_else(|| local.and_utc(), |at| at.to_utc())
}

/// The times of a line: one, or for EXDATE and RDATE several; of a period its start.
#[must_use]
pub fn times_of(line: &ContentLine) -> Vec<CalendarTime> {
    let zone = line.parameter("TZID").and_then(zone);
    line.value.split(',').filter_map(|text| time(text.split('/').next()?.trim(), zone)).collect()
}

fn time(text: &str, zone: Option<Tz>) -> Option<CalendarTime> {
    let (date, clock) = text.split_at_checked(8)?;
    let date = NaiveDate::parse_from_str(date, "%Y%m%d").ok()?;
    if clock.is_empty() {
        return Some(CalendarTime { local: date.and_hms_opt(0, 0, 0)?, zone: None, date_only: true });
    }
    let clock = clock.strip_prefix('T')?;
    let (clock, zone) = match clock.strip_suffix('Z') {
        Some(clock) => (clock, Some(Tz::UTC)),
        None => (clock, zone),
    };
    let number = |from: usize| clock.get(from..from + 2)?.parse::<u32>().ok();
    let (hour, minute) = (number(0)?, number(2)?);
    let second = if clock.len() >= 6 { number(4)?.min(59) } else { 0 };
    Some(CalendarTime { local: date.and_hms_opt(hour, minute, second)?, zone, date_only: false })
}

/// The zone of that name: of IANA, also behind a path, or as Windows calls it.
fn zone(name: &str) -> Option<Tz> {
    let name = name.trim().trim_matches('"');
    name.parse().ok().or_else(|| windows_zones::zone(name)).or_else(|| {
        let parts: Vec<&str> = name.rsplitn(3, '/').collect();
        let [city, region, ..] = parts.as_slice() else { return None };
        format!("{region}/{city}").parse().ok()
    })
}

/// `P1DT2H30M`, `PT90M`, `P2W`.
#[must_use]
pub fn duration(text: &str) -> Option<TimeDelta> {
    let mut rest = text.trim().trim_start_matches('+').strip_prefix('P')?;
    let mut seconds: i64 = 0;
    while !rest.is_empty() {
        rest = rest.strip_prefix('T').unwrap_or(rest);
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest[..end].parse().ok()?;
        let unit = match rest.as_bytes()[end] {
            b'W' => 604_800,
            b'D' => 86_400,
            b'H' => 3600,
            b'M' => 60,
            b'S' => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(number.checked_mul(unit)?)?;
        rest = &rest[end + 1..];
    }
    TimeDelta::try_seconds(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::calendar::lines::split;

    fn stamp(line: &str) -> Stamp {
        times_of(&split(line.as_bytes())[0])[0].stamp()
    }

    #[test]
    fn a_time_is_read_in_its_zone() {
        let utc = |text: &str| Stamp::Zoned(text.parse().unwrap());
        let berlin = utc("2025-07-01T20:00:00Z");
        assert_eq!(stamp("DTSTART:20250701T200000Z"), berlin);
        assert_eq!(stamp("DTSTART;TZID=Europe/Berlin:20250701T220000"), berlin);
        assert_eq!(stamp("DTSTART;TZID=\"W. Europe Standard Time\":20250701T220000"), berlin);
        assert_eq!(stamp("DTSTART;TZID=/example.org/2024b/Europe/Berlin:20250701T220000"), berlin);
        let floating = Stamp::Local("2025-07-01T22:00:00".parse().unwrap());
        assert_eq!(stamp("DTSTART:20250701T220000"), floating);
        // Skipped on the last Sunday of March.
        assert_eq!(stamp("DTSTART;TZID=Europe/Berlin:20250330T023000"), utc("2025-03-30T01:30:00Z"));
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("P1DT2H30M"), Some(TimeDelta::minutes(26 * 60 + 30)));
        assert_eq!((duration("PT"), duration("2H"), duration("P9")), (None, None, None));
    }
}
