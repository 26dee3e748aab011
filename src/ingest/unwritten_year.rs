//! Dates of lines that have no year, kept until something in the source tells it.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

use super::log_lines::YearWraps;
use crate::model::Stamp;

/// Stands for the first year of the source while it is read: it has every day, and no log is so old.
const STAND_IN: i32 = 1904;
/// Years that a source can go on from there.
const YEARS_MAX: i32 = 60;

#[derive(Default)]
pub struct UnwrittenYear {
    wraps: YearWraps,
    wrapped: u16,
    /// The year of the first line.
    first: Option<i32>,
}

impl UnwrittenYear {
    /// The time of a line, in a year that only [`UnwrittenYear::settled`] makes a real one.
    pub fn at(&mut self, month: u8, day: u8, second_of_day: u32) -> Option<NaiveDateTime> {
        self.wrapped = self.wraps.at(month, day);
        let date = NaiveDate::from_ymd_opt(STAND_IN + i32::from(self.wrapped), month.into(), day.into())?;
        Some(date.and_time(NaiveTime::from_num_seconds_from_midnight_opt(second_of_day, 0)?))
    }

    /// Something tells the year of the line at hand.
    pub fn learn(&mut self, year: i32) {
        self.first.get_or_insert(year - i32::from(self.wrapped));
    }

    /// A stamp in its own year, or without one if nothing has told it.
    #[must_use]
    pub fn settled(&self, stamp: Stamp) -> Stamp {
        let Stamp::Local(at) = stamp else { return stamp };
        let since = at.year() - STAND_IN;
        if !(0..YEARS_MAX).contains(&since) {
            return stamp;
        }
        if let Some(settled) = self.first.and_then(|first| at.with_year(first + since)) {
            return Stamp::Local(settled);
        }
        let small = |number: u32| u8::try_from(number).unwrap_or(1);
        Stamp::Yearless {
            wraps: u16::try_from(since).unwrap_or(0),
            month: small(at.month()),
            day: small(at.day()),
            second_of_day: at.num_seconds_from_midnight(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_may_be_told_late_and_goes_on_at_new_year() {
        let mut year = UnwrittenYear::default();
        let before = Stamp::Local(year.at(12, 31, 86_000).unwrap());
        let after = Stamp::Local(year.at(1, 1, 60).unwrap());
        assert!(matches!(
            year.settled(after),
            Stamp::Yearless { wraps: 1, month: 1, day: 1, second_of_day: 60 }
        ));
        year.learn(2018);
        assert_eq!(year.settled(before), Stamp::Local("2017-12-31T23:53:20".parse().unwrap()));
        assert_eq!(year.settled(after), Stamp::Local("2018-01-01T00:01:00".parse().unwrap()));
    }
}
