//! Rows of a CSV, one after the other, in bounded memory: a row ends with its line, unless a quoted cell goes on.
//!
//! Quoting is judged by `csv-core`, the parser below the `csv` crate, because a row has to be known to be
//! whole before its bytes can be booked, and a quote that nobody closes must not swallow the rest of the source.

use std::cell::RefCell;
use std::io::Read;

use csv_core::ReadRecordResult;

/// The longest row; what is longer cannot be one.
const ROW_BYTES_MAX: usize = 256 * 1024;
/// After so many quotes that were never closed, cells are no longer looked for on further lines.
const UNCLOSED_MAX: u32 = 8;
const CHUNK_BYTES: usize = 64 * 1024;
const FIRST_CHUNK_BYTES: usize = 4 * 1024;

/// What a piece between two row ends is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Row,
    /// A blank line or a comment (`#` first).
    Aside,
    /// A quote is opened and never closed, or the line is longer than a row can be.
    Broken,
}

/// One piece of the source.
#[derive(Debug, Default)]
pub struct CsvRow {
    /// All its bytes, with the line ends.
    pub bytes: Vec<u8>,
    pub cells: Vec<String>,
    /// Number of its first line, 1-based.
    pub line: u64,
}

/// Cuts a source into rows.
pub struct CsvRows<'a> {
    input: &'a mut dyn Read,
    buffer: Vec<u8>,
    start: usize,
    ended: bool,
    /// Made for the first row with a quote.
    core: Option<csv_core::Reader>,
    delimiter: u8,
    decoded: Vec<u8>,
    ends: Vec<usize>,
    unclosed: u32,
    line: u64,
}

impl<'a> CsvRows<'a> {
    pub fn new(input: &'a mut dyn Read, delimiter: u8) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            start: 0,
            ended: false,
            core: None,
            delimiter,
            decoded: Vec::new(),
            ends: Vec::new(),
            unclosed: 0,
            line: 1,
        }
    }

    /// Reads the next piece into `row`; `None` at the end of the source.
    pub fn next_into(&mut self, row: &mut CsvRow) -> Option<Shape> {
        row.cells.clear();
        row.bytes.clear();
        row.line = self.line;
        let first = self.line_end(0)?;
        let line = &self.buffer[self.start..self.start + first];
        let bare = trimmed(line);
        if bare.is_empty() || bare.starts_with(b"#") {
            self.hand_out(first, row);
            return Some(Shape::Aside);
        }
        if first >= ROW_BYTES_MAX {
            self.hand_out(first, row);
            return Some(Shape::Broken);
        }
        if memchr::memchr(b'"', bare).is_none() {
            let text = String::from_utf8_lossy(bare);
            row.cells.extend(text.split(char::from(self.delimiter)).map(str::to_owned));
            self.hand_out(first, row);
            return Some(Shape::Row);
        }
        let Some(len) = self.whole_row(first) else {
            self.unclosed += 1;
            self.hand_out(first, row);
            return Some(Shape::Broken);
        };
        let mut from = 0;
        for end in &self.ends {
            row.cells.push(String::from_utf8_lossy(&self.decoded[from..*end]).into_owned());
            from = *end;
        }
        self.hand_out(len, row);
        Some(Shape::Row)
    }

    /// Moves `len` bytes out of the buffer.
    fn hand_out(&mut self, len: usize, row: &mut CsvRow) {
        row.bytes.extend_from_slice(&self.buffer[self.start..self.start + len]);
        self.start += len;
        let feeds = memchr::memchr_iter(b'\n', &row.bytes).count();
        let lone =
            memchr::memchr_iter(b'\r', &row.bytes).filter(|at| row.bytes.get(at + 1) != Some(&b'\n')).count();
        self.line += (feeds + lone) as u64;
    }

    /// Length from the row's start to the end of the line that holds byte `from`, line end included; `None`
    /// if nothing is there. Ends are LF, CR LF and CR.
    fn line_end(&mut self, from: usize) -> Option<usize> {
        let mut looked = from;
        loop {
            let rest = &self.buffer[self.start + looked..];
            if let Some(at) = memchr::memchr2(b'\n', b'\r', rest) {
                let end = looked + at + 1;
                if rest[at] == b'\n' {
                    return Some(end);
                }
                match rest.get(at + 1) {
                    Some(b'\n') => return Some(end + 1),
                    Some(_) => return Some(end),
                    None if self.ended => return Some(end),
                    None => looked = end - 1,
                }
            } else {
                looked += rest.len();
                if looked >= ROW_BYTES_MAX.max(from + 1) {
                    return Some(looked);
                }
            }
            if !self.fill() {
                let len = self.buffer.len() - self.start;
                return (len > from).then_some(len);
            }
        }
    }

    fn fill(&mut self) -> bool {
        if self.ended {
            return false;
        }
        if self.start >= CHUNK_BYTES {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let before = self.buffer.len();
        // Of most tables only the first rows are looked at, and many are short.
        self.buffer.resize(before + before.clamp(FIRST_CHUNK_BYTES, CHUNK_BYTES), 0);
        let read = self.input.read(&mut self.buffer[before..]).unwrap_or(0);
        self.buffer.truncate(before + read);
        self.ended = read == 0;
        // At the end a lone CR before it has to be looked at once more.
        true
    }

    /// Length of the row that begins with a line of `first` bytes; decodes its cells. What is looked at doubles
    /// with each try, so that a long cell costs no more than a few times its length.
    fn whole_row(&mut self, first: usize) -> Option<usize> {
        if let Some(len) = self.decode(first, true) {
            return Some(len);
        }
        let mut wanted = first;
        while self.unclosed < UNCLOSED_MAX && wanted < ROW_BYTES_MAX {
            wanted = (wanted * 2).min(ROW_BYTES_MAX);
            while self.buffer.len() - self.start < wanted && self.fill() {}
            let there = wanted.min(self.buffer.len() - self.start);
            if let Some(len) = self.decode(there, false) {
                return Some(len);
            }
            if there < wanted {
                return None;
            }
        }
        None
    }

    /// Decodes one row from the first `len` bytes and returns its length; `None` if a quote is still open at
    /// their end. With `is_line` the end of these bytes ends the row, too.
    fn decode(&mut self, len: usize, is_line: bool) -> Option<usize> {
        let piece = &self.buffer[self.start..self.start + len];
        let unended = !piece.ends_with(b"\n") && !piece.ends_with(b"\r");
        let delimiter = self.delimiter;
        let core = self.core.get_or_insert_with(|| parser(delimiter));
        core.reset();
        self.decoded.resize(len + 1, 0);
        self.ends.resize(memchr::memchr_iter(self.delimiter, piece).count() + 2, 0);
        let (mut result, taken, out, mut fields) = core.read_record(piece, &mut self.decoded, &mut self.ends);
        if result == ReadRecordResult::InputEmpty && is_line && unended {
            let (last, _, _, more) =
                core.read_record(&[], &mut self.decoded[out..], &mut self.ends[fields..]);
            (result, fields) = (last, fields + more);
        }
        self.ends.truncate(fields);
        // The row ends at the CR of a CR LF.
        let at_feed = self.buffer.get(self.start + taken) == Some(&b'\n') && taken > 0;
        (result == ReadRecordResult::Record)
            .then_some(taken + usize::from(at_feed && piece[taken - 1] == b'\r'))
    }
}

thread_local! {
    /// Parsers by delimiter that nobody uses: making one takes longer than reading hundreds of rows, and what
    /// `clone` makes of one does not parse (csv-core 0.1.13 leaves out half of its tables).
    static SPARE: RefCell<Vec<(u8, csv_core::Reader)>> = const { RefCell::new(Vec::new()) };
}

/// As many as tables are read at once, by each of the usual delimiters.
const SPARE_MAX: usize = 8;

/// A parser at its start.
fn parser(delimiter: u8) -> csv_core::Reader {
    let spare = SPARE.with_borrow_mut(|spare| {
        let at = spare.iter().position(|(known, _)| *known == delimiter)?;
        Some(spare.swap_remove(at).1)
    });
    let mut parser = spare.unwrap_or_else(|| csv_core::ReaderBuilder::new().delimiter(delimiter).build());
    parser.reset();
    parser
}

fn give_back(delimiter: u8, parser: csv_core::Reader) {
    SPARE.with_borrow_mut(|spare| {
        if spare.len() < SPARE_MAX {
            spare.push((delimiter, parser));
        }
    });
}

impl Drop for CsvRows<'_> {
    fn drop(&mut self) {
        if let Some(parser) = self.core.take() {
            give_back(self.delimiter, parser);
        }
    }
}

/// The cells of the first record in `bytes`, whose end ends it, too; none if there is no record.
pub fn record_of(bytes: &[u8], delimiter: u8) -> Vec<String> {
    let mut core = parser(delimiter);
    // No byte gives more than one, and no delimiter ends more than one cell.
    let mut decoded = vec![0; bytes.len() + 1];
    let mut ends = vec![0; memchr::memchr_iter(delimiter, bytes).count() + 2];
    let (mut taken, mut out, mut cells) = (0, 0, 0);
    loop {
        let (result, read, written, ended) =
            core.read_record(&bytes[taken..], &mut decoded[out..], &mut ends[cells..]);
        (taken, out, cells) = (taken + read, out + written, cells + ended);
        match result {
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::Record => break,
            ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull | ReadRecordResult::End => {
                cells = 0;
                break;
            }
        }
    }
    give_back(delimiter, core);
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let places = starts.zip(&ends[..cells]);
    places.map(|(start, end)| String::from_utf8_lossy(&decoded[start..*end]).into_owned()).collect()
}

fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(Shape, Vec<String>, u64)> {
        let mut input = text.as_bytes();
        let mut rows = CsvRows::new(&mut input, b',');
        let mut row = CsvRow::default();
        let mut all = Vec::new();
        let mut bytes = Vec::new();
        while let Some(shape) = rows.next_into(&mut row) {
            bytes.extend_from_slice(&row.bytes);
            all.push((shape, row.cells.clone(), row.line));
        }
        assert_eq!(bytes, text.as_bytes(), "every byte is handed out once");
        all
    }

    fn cells(list: &[&str]) -> Vec<String> {
        list.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn a_quoted_cell_goes_over_lines_and_any_line_end_ends_a_row() {
        let all = rows("a,b\r\n1,\"x\ny\"\r2,\"q\"\"r\"\n\n# z\n3,");
        let expected = [
            (Shape::Row, cells(&["a", "b"]), 1),
            (Shape::Row, cells(&["1", "x\ny"]), 2),
            (Shape::Row, cells(&["2", "q\"r"]), 4),
            (Shape::Aside, cells(&[]), 5),
            (Shape::Aside, cells(&[]), 6),
            (Shape::Row, cells(&["3", ""]), 7),
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn a_single_record_is_read_as_the_csv_crate_reads_it() {
        for delimiter in [b',', b'|', b'x'] {
            for line in [
                "a,b",
                "\"a,b\"|c",
                "\n\n1,\"2\r\n",
                "\"q\"\"r\",\"s",
                ",,,",
                "",
                "\r\n",
                "a\rb,c",
                "1x\"y\"z",
            ] {
                let mut reader = csv::ReaderBuilder::new()
                    .has_headers(false)
                    .flexible(true)
                    .delimiter(delimiter)
                    .from_reader(line.as_bytes());
                let mut record = csv::StringRecord::new();
                let is_record = reader.read_record(&mut record).unwrap();
                let expected: Vec<&str> = if is_record { record.iter().collect() } else { Vec::new() };
                assert_eq!(record_of(line.as_bytes(), delimiter), expected, "{line:?}");
            }
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_its_own_line() {
        let all = rows("1,\"open\n2,b\n3,c\n");
        assert_eq!(all[0], (Shape::Broken, cells(&[]), 1));
        assert_eq!(all[1], (Shape::Row, cells(&["2", "b"]), 2));
        assert_eq!(all.len(), 3);
    }

    #[test]
    fn many_open_quotes_take_time_in_proportion() {
        // Every second quote closes the one before it.
        let text = "\"x\n".repeat(300_000);
        assert_eq!(rows(&text).len(), 150_000);
    }
}
