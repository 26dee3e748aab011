//! The rows of `last`, put into order: years, and which boots were shut down.
//!
//! `last` prints the newest row first, most often without years. The line at its end dates the oldest
//! row; weekdays tell the years from there on. Of a boot it prints as its end when the system was next
//! shut down, however many boots later that was. So a boot whose end is another than that of the boot
//! after it was shut down then; one that has the same end was not.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

use super::log_lines::YearWraps;
use super::sink::Sink;
use super::tool_time::PrintedTime;
use crate::model::Stamp;
use crate::model::record::{Body, BootMark, Span};

/// What a row is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    Boot(PrintedEnd),
    Shutdown,
    ClockOld,
    ClockNew,
    /// A login, a runlevel.
    Other,
}

/// An end as printed: a whole time, or a time of day with the length of the boot in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrintedEnd {
    /// The row has none, as on the BSDs.
    Missing,
    /// `still running`, `crash` and the like.
    NoTime,
    At(PrintedTime),
    Clock {
        time: NaiveTime,
        length_minutes: Option<i64>,
    },
}

/// A row and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub kind: RowKind,
    pub start: PrintedTime,
    pub span: Span,
}

/// The rows of one run of `last`.
#[derive(Default)]
pub struct LastOutput {
    rows: Vec<Row>,
}

/// Year that rows without one are counted from where nothing says it; a leap year.
const NO_YEAR: i32 = 2000;

impl LastOutput {
    /// Notes a row, in the order of the output.
    pub fn note(&mut self, row: Row) {
        if row.kind != RowKind::Other {
            self.rows.push(row);
        }
    }

    /// Puts out the marks, the oldest first. `begins` is the time at the end of the output.
    pub fn close(&mut self, begins: Option<PrintedTime>, sink: &mut Sink<'_>) {
        let rows = std::mem::take(&mut self.rows);
        let years = years_of(&rows, begins);
        let tells_shutdowns = rows.iter().any(|row| row.kind == RowKind::Shutdown);
        // `last reboot` of a BSD shows neither ends nor shutdowns.
        let tells_ends = tells_shutdowns
            || rows.iter().any(|row| matches!(row.kind, RowKind::Boot(end) if end != PrintedEnd::Missing));
        let here = sink.span();
        let mut later_ends: Vec<Option<NaiveDateTime>> = Vec::with_capacity(rows.len());
        // Walking from the newest row back, the end of the boot after each.
        let mut after: Option<Option<NaiveDateTime>> = None;
        for (row, year) in rows.iter().zip(&years) {
            let end = match row.kind {
                RowKind::Boot(end) => end_of(row, end, *year),
                _ => None,
            };
            let is_boot = matches!(row.kind, RowKind::Boot(_));
            let was_shut_down = is_boot && end.is_some() && after.is_some_and(|after| after != end);
            later_ends.push(end.filter(|_| was_shut_down && !tells_shutdowns));
            after = if is_boot { Some(end) } else { after };
        }
        for ((row, year), shutdown) in rows.iter().zip(&years).zip(later_ends).rev() {
            sink.at(row.span);
            let mark = match row.kind {
                RowKind::Boot(_) if tells_ends => BootMark::Boot,
                RowKind::Boot(_) => BootMark::Start,
                RowKind::Shutdown => BootMark::Shutdown,
                RowKind::ClockOld => BootMark::ClockOld,
                RowKind::ClockNew => BootMark::ClockNew,
                RowKind::Other => continue,
            };
            sink.record(
                None,
                stamp_of(row.start.at(Some(year.year)), row.start.zone_s, *year),
                Body::Boot(mark),
            );
            if shutdown.is_some() {
                let zone = match row.kind {
                    RowKind::Boot(PrintedEnd::At(end)) => end.zone_s,
                    _ => row.start.zone_s,
                };
                sink.record(None, stamp_of(shutdown, zone, *year), Body::Boot(BootMark::Shutdown));
            }
        }
        sink.at(here);
    }
}

/// The year of a row: as it is, or counted from [`NO_YEAR`].
#[derive(Debug, Clone, Copy)]
struct RowYear {
    year: i32,
    known: bool,
}

fn stamp_of(at: Option<NaiveDateTime>, zone_s: Option<i32>, year: RowYear) -> Stamp {
    let Some(at) = at else { return Stamp::Missing };
    if !year.known {
        return Stamp::Yearless {
            wraps: u16::try_from(at.year() - NO_YEAR).unwrap_or(0),
            month: u8::try_from(at.month()).unwrap_or(1),
            day: u8::try_from(at.day()).unwrap_or(1),
            second_of_day: at.num_seconds_from_midnight(),
        };
    }
    let utc = zone_s.and_then(|seconds| at.checked_sub_signed(TimeDelta::seconds(i64::from(seconds))));
    utc.map_or(Stamp::Local(at), |utc| Stamp::Zoned(utc.and_utc()))
}

/// The years of all rows, found from the oldest row on.
fn years_of(rows: &[Row], begins: Option<PrintedTime>) -> Vec<RowYear> {
    let begins = begins.and_then(|begins| begins.at(None)).map(|at| at.date());
    // A history that begins with an unset clock dates nothing.
    let mut known: Option<NaiveDate> = begins.filter(|date| date.year() >= FIRST_YEAR);
    let mut wraps = YearWraps::default();
    let mut years: Vec<RowYear> = Vec::with_capacity(rows.len());
    for row in rows.iter().rev() {
        let start = &row.start;
        if is_unset_clock(start) {
            years.push(RowYear { year: 1970, known: true });
            continue;
        }
        let year = start.year.or_else(|| known.and_then(|after| year_after(start, after)));
        if let Some(at) = year.and_then(|year| start.at(Some(year))) {
            known = Some(at.date());
            years.push(RowYear { year: at.year(), known: true });
            continue;
        }
        let (month, day) = (u8::try_from(start.month).unwrap_or(1), u8::try_from(start.day).unwrap_or(1));
        years.push(RowYear { year: NO_YEAR + i32::from(wraps.at(month, day)), known: false });
    }
    years.reverse();
    years
}

/// No history that is still read begins earlier.
const FIRST_YEAR: i32 = 1990;
/// Days that a clock may have been set back between two rows.
const SET_BACK_DAYS: i64 = 3;
/// Weekdays of a date repeat within this, also across a century without a leap year.
const WEEKDAYS_REPEAT_YEARS: i32 = 12;

/// The first year in which the date has that weekday and is not before `after`.
fn year_after(start: &PrintedTime, after: NaiveDate) -> Option<i32> {
    let earliest = after.checked_sub_signed(TimeDelta::days(SET_BACK_DAYS))?;
    let mut years = (earliest.year()..=earliest.year() + WEEKDAYS_REPEAT_YEARS).filter(|year| {
        NaiveDate::from_ymd_opt(*year, start.month, start.day).is_some_and(|date| {
            date >= earliest && start.weekday.is_none_or(|weekday| weekday == date.weekday())
        })
    });
    years.next()
}

/// A machine without a clock of its own boots in the first hours of 1970.
fn is_unset_clock(start: &PrintedTime) -> bool {
    start.year.is_none()
        && (start.month, start.day) == (1, 1)
        && start.weekday == Some(chrono::Weekday::Thu)
        && start.time.hour() < 2
}

/// When the system was shut down after the boot of that row. A time of day is of the day that the
/// printed length leads to.
fn end_of(row: &Row, end: PrintedEnd, year: RowYear) -> Option<NaiveDateTime> {
    let begin = row.start.at(Some(year.year))?;
    match end {
        PrintedEnd::Missing | PrintedEnd::NoTime => None,
        PrintedEnd::At(end) => end.at(Some(begin.year())),
        PrintedEnd::Clock { time, length_minutes } => {
            let about = begin.checked_add_signed(TimeDelta::minutes(length_minutes.unwrap_or(0)))?;
            let day = TimeDelta::days(1);
            let days = [about.checked_sub_signed(day)?, about, about.checked_add_signed(day)?];
            days.map(|at| at.date().and_time(time)).into_iter().min_by_key(|at| (*at - about).abs())
        }
    }
}
