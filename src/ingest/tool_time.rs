//! Times as a host's own tools print them for people: `last`, `utmpdump`, `journalctl`.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};

use super::written_time::month_of;
use crate::ipmi::column_time::zone_seconds;
use crate::model::Stamp;

/// A time as printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrintedTime {
    pub weekday: Option<Weekday>,
    pub year: Option<i32>,
    pub month: u32,
    pub day: u32,
    pub time: NaiveTime,
    /// Seconds east of UTC, where the zone is written and has one meaning.
    pub zone_s: Option<i32>,
}

impl PrintedTime {
    /// Reads a time from the front of the words of a line, and says how many words it takes:
    /// `Tue Mar  1 02:03`, `Tue Mar  1 02:03:04 2025 CET`, `Sat 2025-03-01 02:03:04 UTC`,
    /// `2025-03-01T02:03:04,123456+01:00`.
    #[must_use]
    pub fn read(words: &[&str]) -> Option<(Self, usize)> {
        let first = *words.first()?;
        if let Some((date, clock)) = first.split_once('T').filter(|_| first.len() > 10) {
            return read_iso(date, clock).map(|time| (time, 1));
        }
        let weekday = weekday_of(first);
        let mut used = usize::from(weekday.is_some());
        let word = *words.get(used)?;
        if let Some((year, month, day)) = read_date(word) {
            let (time, zone) = read_clock(words.get(used + 1)?)?;
            used += 2;
            let mut printed = Self { weekday, year: Some(year), month, day, time, zone_s: zone };
            used += printed.take_zone(words.get(used).copied());
            return printed.is_possible().then_some((printed, used));
        }
        let month = month_of(word).filter(|_| weekday.is_some() && word.len() == 3)?;
        let day = number(words.get(used + 1)?, 2)?;
        let (time, zone) = read_clock(words.get(used + 2)?)?;
        used += 3;
        let mut printed = Self { weekday, year: None, month, day, time, zone_s: zone };
        // Both `04:05:06 2025 CET` and `04:05:06 CET 2025` are written.
        used += printed.take_year(words.get(used).copied());
        let zone_words = printed.take_zone(words.get(used).copied());
        if printed.year.is_none() && zone_words > 0 {
            let year_words = printed.take_year(words.get(used + 1).copied());
            used += if year_words > 0 { zone_words + year_words } else { 0 };
        } else {
            used += zone_words;
        }
        printed.is_possible().then_some((printed, used))
    }

    /// The date, if the year is written or given.
    #[must_use]
    pub fn at(&self, year: Option<i32>) -> Option<NaiveDateTime> {
        NaiveDate::from_ymd_opt(self.year.or(year)?, self.month, self.day)
            .map(|date| date.and_time(self.time))
    }

    /// The stamp, if the year is written.
    #[must_use]
    pub fn stamp(&self) -> Option<Stamp> {
        let local = self.at(None)?;
        match self.zone_s {
            Some(seconds) => {
                let utc = local.checked_sub_signed(TimeDelta::seconds(i64::from(seconds)))?;
                Some(Stamp::Zoned(utc.and_utc()))
            }
            None => Some(Stamp::Local(local)),
        }
    }

    fn is_possible(&self) -> bool {
        self.at(Some(2000)).is_some() || self.at(None).is_some()
    }

    fn take_year(&mut self, word: Option<&str>) -> usize {
        let year = word.filter(|word| word.len() == 4).and_then(|word| number(word, 4));
        self.year = year.and_then(|year| i32::try_from(year).ok());
        usize::from(self.year.is_some())
    }

    /// Takes the zone; an abbreviation that several places use is taken and says nothing.
    fn take_zone(&mut self, word: Option<&str>) -> usize {
        let Some(word) = word else { return 0 };
        if let Some(seconds) = zone_seconds(word) {
            self.zone_s = Some(seconds);
            return 1;
        }
        let is_word = (2..=5).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase());
        usize::from(is_word)
    }
}

fn read_iso(date: &str, clock: &str) -> Option<PrintedTime> {
    let (year, month, day) = read_date(date)?;
    let (time, zone_s) = read_clock(clock)?;
    let printed = PrintedTime { weekday: None, year: Some(year), month, day, time, zone_s };
    printed.at(None).is_some().then_some(printed)
}

/// `2025-03-01`.
fn read_date(word: &str) -> Option<(i32, u32, u32)> {
    let mut parts = word.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Some((i32::try_from(number(year, 4)?).ok()?, number(month, 2)?, number(day, 2)?))
}

/// `02:03`, `02:03:04`, with a fraction behind a point or comma, and an offset directly behind it.
fn read_clock(word: &str) -> Option<(NaiveTime, Option<i32>)> {
    let end = word.find(['+', '-', 'Z']).unwrap_or(word.len());
    let (clock, zone) = word.split_at(end);
    let zone_s = if zone.is_empty() { None } else { Some(zone_seconds(zone)?) };
    let mut parts = clock.split(':');
    let (hour, minute) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let seconds = parts.next().unwrap_or("00");
    let (second, fraction) = seconds.split_once(['.', ',']).unwrap_or((seconds, ""));
    if parts.next().is_some() || fraction.len() > 9 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let micros = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    // A leap second is folded into the second before it.
    let time = NaiveTime::from_hms_micro_opt(hour, minute, number(second, 2)?.min(59), micros)?;
    Some((time, zone_s))
}

fn number(word: &str, digits_max: usize) -> Option<u32> {
    let fits = (1..=digits_max).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| word.parse().ok()).flatten()
}

fn weekday_of(word: &str) -> Option<Weekday> {
    let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let index = names.iter().position(|name| *name == word)?;
    Weekday::try_from(u8::try_from(index).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(PrintedTime, usize)> {
        PrintedTime::read(&text.split_whitespace().collect::<Vec<_>>())
    }

    #[test]
    fn the_shapes_of_the_tools_are_read_with_their_zones() {
        for (text, utc) in [
            ("Sat Mar  1 02:03:04 2025 CET", "2025-03-01T01:03:04Z"),
            ("Sat Mar  1 02:03:04 CET 2025", "2025-03-01T01:03:04Z"),
            ("Sat 2025-03-01 02:03:04 UTC", "2025-03-01T02:03:04Z"),
            ("2025-03-01T02:03:04,500000+01:00", "2025-03-01T01:03:04.500Z"),
            ("2025-03-01T02:03:04-0530", "2025-03-01T07:33:04Z"),
        ] {
            let (printed, used) = read(text).unwrap();
            assert_eq!(used, text.split_whitespace().count(), "{text}");
            assert_eq!(printed.stamp(), Some(Stamp::Zoned(utc.parse().unwrap())), "{text}");
        }
    }

    #[test]
    fn a_zone_of_several_meanings_is_passed_over() {
        let (printed, used) = read("Sat 2025-03-01 02:03:04 IST").unwrap();
        assert_eq!((printed.zone_s, used), (None, 4));
    }

    #[test]
    fn a_year_is_optional_and_what_follows_stays() {
        let (printed, used) = read("Sat Mar  1 02:03 - 04:05  (02:02)").unwrap();
        assert_eq!((printed.year, used), (None, 4));
        assert_eq!(printed.stamp(), None);
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "Sat", "Sat Mar", "Sat Mar 41 02:03", "Sat Mar 1 25:03", "Mar 1 02:03", "2025-03-01"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
