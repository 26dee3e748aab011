//! Drives the formats that are tables: row by row, each booked by the fate that its format returns.

use super::csv_rows::{CsvRow, CsvRows, Shape};
use super::formats::SourceKind;
use super::sink::Sink;
use super::table::{self, Role, Row, Table};
use super::written_time::DayFirst;
use crate::ledger::{Fate, Reason};
use crate::model::record::Span;

/// Reads a CSV row by row and books each by the fate that `take` returns; what lies between rows
/// (comments, blank lines, the header) is booked as such. It goes over the source twice: whether dates put
/// the day first can be told by any row.
pub fn table_rows(
    content: &[u8],
    kind: SourceKind,
    sink: &mut Sink<'_>,
    take: impl Fn(&Table, &Row, DayFirst, &mut Sink<'_>) -> Fate,
) {
    let Some(table) = table::read_csv(content, 0) else { return };
    let Some((delimiter, _)) = table::sniff_csv(&content[..table.header_end]) else { return };
    let columns = date_columns(&table, kind);
    let mut day_first = table.day_first;
    let body = content.get(table.header_end..).unwrap_or_default();
    each_row(body, delimiter, |_, row| {
        let cells = columns.iter().filter_map(|column| row.cells.get((*column)?)).map(String::as_str);
        day_first.0 |= DayFirst::of(cells).0;
    });
    let header = content.get(..table.header_end).unwrap_or_default();
    sink.claim(header, 1, Fate::Ignored("table-header"));
    let line_before = header.iter().filter(|byte| **byte == b'\n').count() as u64;
    let mut place = Row { cells: Vec::new(), offset: table.header_end, end: 0, line: 0 };
    each_row(body, delimiter, |shape, row| {
        place.line = line_before + row.line;
        place.end = place.offset + row.bytes.len();
        std::mem::swap(&mut place.cells, &mut row.cells);
        sink.at(Span { offset: place.offset as u64, len: row.bytes.len() as u64, line: place.line });
        let fate = match shape {
            Shape::Aside => Fate::Ignored("blank-or-comment"),
            Shape::Broken => Fate::Quarantined(Reason::BadShape),
            Shape::Row if place.cells.iter().all(|cell| cell.trim().is_empty()) => {
                Fate::Ignored("blank-line")
            }
            Shape::Row => take(&table, &place, day_first, sink),
        };
        sink.claim(&row.bytes, place.line, fate);
        place.offset = place.end;
    });
}

fn each_row(mut body: &[u8], delimiter: u8, mut take: impl FnMut(Shape, &mut CsvRow)) {
    let mut rows = CsvRows::new(&mut body, delimiter);
    let mut row = CsvRow::default();
    while let Some(shape) = rows.next_into(&mut row) {
        take(shape, &mut row);
    }
}

/// Reads JSON rows; the source is booked as a whole, because JSON has no rows of its own. A row
/// that cannot be used is quarantined by a share of the bytes.
pub fn json_rows(
    content: &[u8],
    kind: SourceKind,
    sink: &mut Sink<'_>,
    take: fn(&Table, &Row, DayFirst, &mut Sink<'_>) -> Result<(), Reason>,
) {
    let Some(table) = table::read_json(content) else { return };
    let day_first = day_first_of(&table, kind);
    sink.at(Span { offset: 0, len: content.len() as u64, line: 1 });
    let mut bad: Vec<(Reason, String)> = Vec::new();
    for row in &table.rows {
        match take(&table, row, day_first, sink) {
            Ok(()) => sink.understood += 1,
            Err(reason) => bad.push((reason, row.cells.join(", "))),
        }
    }
    let share = content.len() / table.rows.len().max(1);
    let mut left = content.len();
    for (reason, text) in bad {
        let len = share.min(left);
        left -= len;
        sink.account.book_counted(text.as_bytes(), len as u64, Fate::Quarantined(reason));
    }
    sink.account.book_counted(b"", left as u64, Fate::Parsed);
}

fn day_first_of(table: &Table, kind: SourceKind) -> DayFirst {
    let columns = date_columns(table, kind);
    let cells = table
        .rows
        .iter()
        .flat_map(|row| columns.iter().filter_map(|column| row.cells.get((*column)?)).map(String::as_str));
    DayFirst(table.day_first.0 || DayFirst::of(cells).0)
}

fn date_columns(table: &Table, kind: SourceKind) -> [Option<usize>; 4] {
    [Role::Start, Role::End, Role::InServiceFrom, Role::InServiceTo].map(|role| table.column(role, kind))
}
