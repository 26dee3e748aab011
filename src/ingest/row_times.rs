//! Times in the rows of a table: one cell or two, an end or a length.

use super::column_words::{DATE_ALONE, DURATION, END_CLOCK, END_DATE, START_CLOCK};
use super::formats::SourceKind;
use super::job_runs::later;
use super::table::{Role, Row, Table};
use super::written_duration;
use super::written_time::{self, DayFirst};
use crate::model::Stamp;

/// When the thing of this row began.
#[must_use]
pub fn start(table: &Table, row: &Row, kind: SourceKind, day_first: DayFirst) -> Option<Stamp> {
    in_two_cells(table, row, DATE_ALONE, START_CLOCK, day_first)
        .or_else(|| read(table.cell(row, table.column(Role::Start, kind))?, day_first))
}

/// When it was over: as written, or its start and its length. `None` where the row does not say.
#[must_use]
pub fn end(table: &Table, row: &Row, kind: SourceKind, day_first: DayFirst, start: Stamp) -> Option<Stamp> {
    let column = table.column(Role::End, kind);
    let written = table.cell(row, column).and_then(|text| {
        read(text, day_first).filter(is_a_date).or_else(|| {
            // A column that is headed as an end may hold a length.
            let unit = column.and_then(|at| written_duration::unit_of_column(table.columns.get(at)?));
            later(start, written_duration::read(text, unit)?)
        })
    });
    in_two_cells(table, row, END_DATE, END_CLOCK, day_first).or(written).or_else(|| {
        let column = position(table, DURATION)?;
        let unit = written_duration::unit_of_column(table.columns.get(column)?);
        later(start, written_duration::read(table.cell(row, Some(column))?, unit)?)
    })
}

/// A written time, with what people and their programs put around it.
#[must_use]
pub fn read(text: &str, day_first: DayFirst) -> Option<Stamp> {
    // Windows puts a narrow space before AM and PM.
    let plain: String =
        text.trim().chars().map(|c| if matches!(c, '\u{a0}' | '\u{202f}') { ' ' } else { c }).collect();
    let bare = plain.trim_start_matches('[').trim_end_matches(']').trim_end_matches("Uhr").trim();
    written_time::read(bare, day_first).or_else(|| named_month(bare)).or_else(|| {
        // `Sun, 2026-11-22 03:26:49`, `Sunday, January 20, 2019 10:00:06 PM`.
        let (weekday, rest) = bare.split_once(' ')?;
        let weekday = weekday.trim_end_matches(['.', ',']);
        let is_word = !weekday.is_empty() && weekday.chars().all(char::is_alphabetic);
        (is_word && written_time::month_of(weekday).is_none())
            .then(|| written_time::read(rest.trim(), day_first))?
    })
}

/// `27-ноя-2024 19:47:57`: a month in the language of the site.
fn named_month(text: &str) -> Option<Stamp> {
    let (day, rest) = text.split_once('-')?;
    let (month, rest) = rest.split_once('-')?;
    let number = written_time::month_of(month).or_else(|| russian_month(month))?;
    let (year, clock) = rest.split_once(' ').unwrap_or((rest, ""));
    let year = if year.len() == 2 { format!("20{year}") } else { year.to_owned() };
    written_time::read(format!("{year}-{number:02}-{day:0>2} {clock}").trim(), DayFirst(false))
}

fn russian_month(word: &str) -> Option<u32> {
    let stems = ["янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"];
    let lower = word.to_lowercase();
    // `май` and `мая` begin as `март` does.
    let at = stems.iter().position(|stem| lower.starts_with(stem))?;
    u32::try_from(at + 1).ok()
}

/// Programs that have no end write the first day of their calendar.
#[must_use]
pub fn is_a_date(stamp: &Stamp) -> bool {
    /// 1980-01-01: no backup and no server that we could hear of is older.
    const FIRST: i64 = 315_532_800;
    written_time::steady_seconds(stamp).is_some_and(|seconds| seconds > FIRST)
}

fn in_two_cells(
    table: &Table,
    row: &Row,
    dates: &[&str],
    clocks: &[&str],
    day_first: DayFirst,
) -> Option<Stamp> {
    let date = table.cell(row, position(table, dates))?;
    let clock = table.cell(row, position(table, clocks))?;
    let is_clock = clock.contains(':') && written_time::read(clock, day_first).is_none();
    (is_clock && !date.contains(':')).then(|| read(&format!("{date} {clock}"), day_first))?
}

fn position(table: &Table, words: &[&str]) -> Option<usize> {
    words.iter().find_map(|word| table.columns.iter().position(|column| column == word))
}
