//! Reads JSON row by row, in the memory of one row: documents one after the other, the elements of an array,
//! or those of a named list inside an object. Each row is booked by itself, so that a broken one costs itself.

use serde_json::Value;

use super::json_head::string_end;
use super::sink::Sink;
use crate::ledger::{Fate, Reason};

/// Hands every row to `take` and books it by the fate that comes back. `lists` are the keys of the lists
/// that hold rows, in a document that is an object. What does not parse is quarantined, and the quote says
/// in which line and column it breaks.
pub fn read(
    content: &[u8],
    lists: &[&str],
    sink: &mut Sink<'_>,
    mut take: impl FnMut(&Value, &mut Sink<'_>) -> Fate,
) {
    let mut lines = Lines { content, at: 0, line: 1 };
    let mut done = 0;
    for (start, end) in rows(content, lists) {
        between(&content[done..start], lines.of(done), sink);
        let piece = &content[start..end];
        let line = lines.of(start);
        match serde_json::from_slice::<Value>(piece) {
            Ok(value) => {
                sink.at(crate::model::Span { offset: start as u64, len: piece.len() as u64, line });
                let fate = take(&value, sink);
                sink.claim(piece, line, fate);
            }
            Err(error) => book_broken(piece, line, &error, sink),
        }
        done = end;
    }
    between(&content[done..], lines.of(done), sink);
}

/// What stands around the rows: brackets, commas, and the members beside a list of rows.
fn between(piece: &[u8], line: u64, sink: &mut Sink<'_>) {
    if !piece.is_empty() {
        sink.account.at_line(line);
        sink.account.book(piece, Fate::Ignored("around-the-rows"));
    }
}

fn book_broken(piece: &[u8], line: u64, error: &serde_json::Error, sink: &mut Sink<'_>) {
    let line = line + (error.line() as u64).saturating_sub(1);
    let near = piece.split(|byte| *byte == b'\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    // The row may be one long line: what stands before the place tells more than its beginning.
    let from = error.column().saturating_sub(60).min(near.len());
    let near = String::from_utf8_lossy(&near[from..]).trim().to_owned();
    let message = format!("broken JSON in line {line}, column {}: {near}", error.column());
    let reason = if error.is_eof() { Reason::Truncated } else { Reason::BadShape };
    sink.account.at_line(line);
    sink.account.book_counted(message.as_bytes(), piece.len() as u64, Fate::Quarantined(reason));
}

/// Counts lines from front to back.
struct Lines<'a> {
    content: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn of(&mut self, offset: usize) -> u64 {
        self.line += memchr::memchr_iter(b'\n', &self.content[self.at..offset]).count() as u64;
        self.at = offset;
        self.line
    }
}

/// The rows as (start, end) byte offsets, in order.
fn rows(content: &[u8], lists: &[&str]) -> Vec<(usize, usize)> {
    let mut rows = Vec::new();
    let mut at = 0;
    // A document begins at a bracket; what stands between documents is no row.
    while let Some(skip) = memchr::memchr2(b'{', b'[', &content[at..]) {
        at = document(content, at + skip, lists, &mut rows);
    }
    rows
}

/// Notes the rows of the document that opens at `start`; returns where it ends.
fn document(content: &[u8], start: usize, lists: &[&str], rows: &mut Vec<(usize, usize)>) -> usize {
    let is_array = content[start] == b'[';
    let mut found: Vec<(usize, usize)> = Vec::new();
    // Depth at which rows stand: 1 in an array of rows, 2 in a list inside an object.
    let mut row_depth = usize::from(is_array);
    let (mut depth, mut at) = (0_usize, start);
    let mut row_start = None;
    let mut key: Option<&[u8]> = None;
    while at < content.len() {
        match content[at] {
            b'"' => {
                let end = string_end(content, at).unwrap_or(content.len());
                if depth == 1 && !is_array {
                    let behind = content[end..].trim_ascii_start();
                    key = behind.starts_with(b":").then(|| &content[at + 1..end.max(at + 2) - 1]);
                }
                at = end;
                continue;
            }
            b'{' | b'[' => {
                if depth > 0 && depth == row_depth && content[at] == b'{' && row_start.is_none() {
                    row_start = Some(at);
                }
                let is_list = depth == 1 && !is_array && content[at] == b'[';
                if is_list && key.is_some_and(|key| lists.iter().any(|list| list.as_bytes() == key)) {
                    row_depth = 2;
                }
                depth += 1;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == row_depth
                    && let Some(from) = row_start.take()
                {
                    found.push((from, at + 1));
                }
                if depth == 1 && !is_array {
                    row_depth = 0;
                }
                if depth == 0 {
                    at += 1;
                    break;
                }
            }
            _ => {}
        }
        at += 1;
    }
    // A row without its end goes to the end of the content.
    if let Some(from) = row_start {
        found.push((from, at));
    }
    if found.is_empty() && !(is_array && depth == 0) {
        found.push((start, at));
    }
    rows.append(&mut found);
    at
}

/// The text at a JSON pointer (RFC 6901): a string that is not blank, a number or a truth value.
#[must_use]
pub fn text_at(value: &Value, pointer: &str) -> Option<String> {
    let found = if pointer.is_empty() { value } else { value.pointer(pointer)? };
    match found {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// The first of several pointers that leads to a text.
#[must_use]
pub fn first_text(value: &Value, pointers: &[&str]) -> Option<String> {
    pointers.iter().find_map(|pointer| text_at(value, pointer))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str, lists: &[&str]) -> Vec<String> {
        rows(text.as_bytes(), lists).into_iter().map(|(start, end)| text[start..end].to_owned()).collect()
    }

    #[test]
    fn rows_are_documents_elements_or_members_of_a_list() {
        assert_eq!(split(r#"{"a":1} {"a":2}"#, &[]), [r#"{"a":1}"#, r#"{"a":2}"#]);
        assert_eq!(split(r#"[{"a":[{"b":1}]}, {"a":"}{"}]"#, &[]), [r#"{"a":[{"b":1}]}"#, r#"{"a":"}{"}"#]);
        assert_eq!(
            split(r#"{"n":[{"z":0}],"results":[{"a":1},{"a":2}],"c":{"x":1}}"#, &["results"]),
            [r#"{"a":1}"#, r#"{"a":2}"#]
        );
        assert_eq!(split(r#"{"results":[],"c":1}"#, &["results"]), [r#"{"results":[],"c":1}"#]);
        assert_eq!(split(r#"[{"a":1}, {"a":"#, &[]), [r#"{"a":1}"#, r#"{"a":"#]);
        assert_eq!(split("[]", &[]), [""; 0]);
    }
}
