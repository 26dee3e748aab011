//! Logs that a web interface or a tool exports as a table, with lines of its own before the header.

use std::ops::Range;

use crate::ingest::csv_rows;
use crate::ingest::sink::Sink;
use crate::ingest::table::normal;
use crate::ingest::written_time::DayFirst;
use crate::ledger::{Fate, Reason};
use crate::model::record::Span;

/// Lines in which the header must stand.
const LINES_LOOKED_AT: usize = 20;
/// The longest header that is looked at.
const HEADER_BYTES_MAX: usize = 4096;

/// Where a table starts and how it is written.
pub struct Sheet {
    delimiter: u8,
    /// Names of the columns in normal form (`Date/Time` is `date_time`).
    columns: Vec<String>,
    header_start: usize,
    header_end: usize,
}

/// What the first lines would be as headers: by each delimiter that a line has, the names of its columns, and
/// where it stands.
pub struct Headers(Vec<(u8, Vec<String>, Range<usize>)>);

impl Headers {
    #[must_use]
    pub fn of(content: &[u8]) -> Self {
        let mut headers = Vec::new();
        let mut start = 0;
        for line in content.split_inclusive(|&byte| byte == b'\n').take(LINES_LOOKED_AT) {
            let place = start..start + line.len();
            start = place.end;
            if line.len() > HEADER_BYTES_MAX {
                continue;
            }
            for delimiter in [b',', b';', b'\t', b'|'] {
                if memchr::memchr(delimiter, line).is_some() {
                    headers.push((delimiter, columns_of(line, delimiter), place.clone()));
                }
            }
        }
        headers.retain(|(_, columns, _)| columns.len() > 1);
        Self(headers)
    }
}

/// The cells of a row, by column.
pub struct Cells<'a> {
    columns: &'a [String],
    record: &'a csv::ByteRecord,
}

impl Cells<'_> {
    /// The cell of the first column of one of these names, trimmed; empty if there is none.
    #[must_use]
    pub fn get(&self, names: &[&str]) -> String {
        let column = names.iter().find_map(|name| self.columns.iter().position(|column| column == name));
        let cell = column.and_then(|column| self.record.get(column)).unwrap_or_default();
        String::from_utf8_lossy(cell).trim().to_owned()
    }
}

impl Cells<'_> {
    /// The first cell that the header has no name for, trimmed; empty if there is none.
    #[must_use]
    pub fn beyond_the_header(&self) -> String {
        let cell = self.record.get(self.columns.len()).unwrap_or_default();
        String::from_utf8_lossy(cell).trim().to_owned()
    }

    /// Whether the row is a line drawn between header and rows.
    #[must_use]
    pub fn is_ruler(&self) -> bool {
        let mut bytes = self.record.iter().flatten().peekable();
        bytes.peek().is_some() && bytes.all(|byte| matches!(byte, b'-' | b'=' | b'+' | b'|' | b' '))
    }
}

/// Rows looked at to recognise a table.
const ROWS_LOOKED_AT: usize = 12;

impl Sheet {
    /// A table whose header is missing, as in an excerpt: the first of its first lines that `columns_of`
    /// can tell the columns of by its cells, which are `cells_min` (two or more) or more.
    #[must_use]
    pub fn without_header(
        content: &[u8],
        cells_min: usize,
        columns_of: fn(&[String]) -> Option<Vec<&'static str>>,
    ) -> Option<Self> {
        let mut start = 0;
        for line in content.split_inclusive(|&byte| byte == b'\n').take(LINES_LOOKED_AT) {
            let delimiter = b',';
            if line.len() <= HEADER_BYTES_MAX
                && memchr::memchr_iter(delimiter, line).nth(cells_min - 2).is_some()
                && let Some(columns) = columns_of(&cells_of(line, delimiter))
            {
                let columns = columns.into_iter().map(str::to_owned).collect();
                return Some(Self { delimiter, columns, header_start: start, header_end: start });
            }
            start += line.len();
        }
        None
    }

    /// The cells of one column in the first rows; rulers and blank rows are passed over.
    #[must_use]
    pub fn sample(&self, head: &[u8], names: &[&str]) -> Vec<String> {
        let mut reader = self.reader(head.get(self.header_end..).unwrap_or_default());
        let mut record = csv::ByteRecord::new();
        let mut found = Vec::new();
        while found.len() < ROWS_LOOKED_AT && matches!(reader.read_byte_record(&mut record), Ok(true)) {
            let cells = Cells { columns: &self.columns, record: &record };
            if !cells.is_ruler() && record.iter().any(|cell| !cell.trim_ascii().is_empty()) {
                found.push(cells.get(names));
            }
        }
        found
    }

    /// Finds the header: the first line whose columns satisfy `is_header`.
    #[must_use]
    pub fn find(content: &[u8], is_header: fn(&[String]) -> bool) -> Option<Self> {
        Self::find_in(&Headers::of(content), is_header)
    }

    /// The same among headers that were made out before.
    #[must_use]
    pub fn find_in(headers: &Headers, is_header: fn(&[String]) -> bool) -> Option<Self> {
        let (delimiter, columns, place) = headers.0.iter().find(|(_, columns, _)| is_header(columns))?;
        Some(Self {
            delimiter: *delimiter,
            columns: columns.clone(),
            header_start: place.start,
            header_end: place.end,
        })
    }

    /// Whether the dates of these columns put the day first: one first part above 12 settles it.
    #[must_use]
    pub fn day_first(&self, content: &[u8], names: &[&str]) -> DayFirst {
        let mut reader = self.reader(&content[self.header_end..]);
        let mut record = csv::ByteRecord::new();
        let mut values: Vec<String> = Vec::new();
        while let Ok(true) = reader.read_byte_record(&mut record) {
            let cells = Cells { columns: &self.columns, record: &record };
            let value = cells.get(names);
            // Only what starts with a number above 12 can settle anything.
            let first = value.split('/').next().and_then(|first| first.parse::<u32>().ok());
            if first.is_some_and(|first| first > 12) {
                values.push(value);
                break;
            }
        }
        DayFirst::of(values.iter().map(String::as_str))
    }

    fn reader<'c>(&self, body: &'c [u8]) -> csv::Reader<&'c [u8]> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .from_reader(body)
    }

    /// Calls `each` for every row and books the row by its answer; also lines before, header and blank
    /// lines. Records of a row stand where the row does.
    pub fn rows(
        &self,
        content: &[u8],
        sink: &mut Sink<'_>,
        mut each: impl FnMut(&Cells<'_>, &mut Sink<'_>) -> Fate,
    ) {
        if self.header_start > 0 {
            sink.claim(&content[..self.header_start], 1, Fate::Ignored("lines-before-the-header"));
        }
        let first_line = count_lines(&content[..self.header_end]);
        if self.header_end > self.header_start {
            let header = &content[self.header_start..self.header_end];
            sink.claim(header, first_line, Fate::Ignored("table-header"));
        }
        let body = &content[self.header_end..];
        let mut reader = self.reader(body);
        let mut record = csv::ByteRecord::new();
        let (mut start, mut line) = (0_usize, first_line + 1);
        while let Ok(true) = reader.read_byte_record(&mut record) {
            let mut end = usize::try_from(reader.position().byte()).unwrap_or(body.len()).min(body.len());
            // The csv crate ends a row at the CR of CR LF.
            if body.get(end) == Some(&b'\n') && end > 0 && body[end - 1] == b'\r' {
                end += 1;
            }
            // Blank lines before a row belong to what the crate hands out with it.
            let blank = body[start..end].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            if blank > 0 && start + blank < end {
                sink.claim(&body[start..start + blank], line, Fate::Ignored("blank-line"));
                line += count_lines(&body[start..start + blank]);
                start += blank;
            }
            let row = &body[start..end];
            sink.at(Span { offset: sink.account.cursor(), len: row.len() as u64, line });
            let fate = if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                Fate::Ignored("blank-line")
            } else {
                each(&Cells { columns: &self.columns, record: &record }, sink)
            };
            sink.claim(row, line, fate);
            line += count_lines(row);
            start = end;
        }
        if start < body.len() {
            let rest = &body[start..];
            let blank = rest.iter().all(u8::is_ascii_whitespace);
            let fate = if blank { Fate::Ignored("blank-line") } else { Fate::Quarantined(Reason::BadShape) };
            sink.claim(rest, line, fate);
        }
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

fn columns_of(line: &[u8], delimiter: u8) -> Vec<String> {
    cells_of(line, delimiter).iter().map(|cell| normal(cell)).collect()
}

fn cells_of(line: &[u8], delimiter: u8) -> Vec<String> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let bare = line.strip_suffix(b"\n").unwrap_or(line);
    let bare = bare.strip_suffix(b"\r").unwrap_or(bare);
    if bare.is_empty() {
        return Vec::new();
    }
    if memchr::memchr2(b'"', b'\r', bare).is_none() {
        let cells = bare.split(|byte| *byte == delimiter);
        return cells.map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
    }
    csv_rows::record_of(line, delimiter).iter().map(|cell| cell.trim().to_owned()).collect()
}
