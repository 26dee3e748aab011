//! Drives the formats that are tables: row by row, each booked by the fate that its format returns.

use super::formats::SourceKind;
use super::sink::Sink;
use super::table::{self, Role, Row, Table};
use super::written_time::DayFirst;
use crate::ledger::{Fate, Reason};
use crate::model::record::Span;

/// Reads a CSV row by row and books each by the fate that `take` returns; what lies between rows
/// (comments, blank lines, the header) is booked as such.
pub fn table_rows(
    content: &[u8],
    kind: SourceKind,
    sink: &mut Sink<'_>,
    take: impl Fn(&Table, &Row, DayFirst, &mut Sink<'_>) -> Fate,
) {
    let Some(table) = table::read_csv(content, usize::MAX) else { return };
    let day_first = day_first_of(&table, kind);
    let header = content.get(..table.header_end).unwrap_or_default();
    sink.claim(header, 1, Fate::Ignored("table-header"));
    let mut end = table.header_end;
    for row in &table.rows {
        let start = row.offset.clamp(end, content.len());
        let stop = row.end.clamp(start, content.len());
        if start > end {
            sink.claim(&content[end..start], row.line, Fate::Ignored("blank-or-comment"));
        }
        sink.at(Span { offset: start as u64, len: (stop - start) as u64, line: row.line });
        let blank = row.cells.iter().all(|cell| cell.trim().is_empty());
        let fate = if blank { Fate::Ignored("blank-line") } else { take(&table, row, day_first, sink) };
        sink.claim(&content[start..stop], row.line, fate);
        end = stop;
    }
    if end < content.len() {
        let rest = &content[end..];
        let harmless = rest.split(|byte| *byte == b'\n').all(|line| {
            let line = line.trim_ascii();
            line.is_empty() || line.starts_with(b"#")
        });
        let fate =
            if harmless { Fate::Ignored("blank-or-comment") } else { Fate::Quarantined(Reason::BadShape) };
        sink.claim(rest, 0, fate);
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
    let columns = [Role::Start, Role::End, Role::InServiceFrom].map(|role| table.column(role, kind));
    let cells = table
        .rows
        .iter()
        .flat_map(|row| columns.iter().filter_map(|column| row.cells.get((*column)?)).map(String::as_str));
    DayFirst::of(cells)
}
