//! Lines of a text source: their numbers, the lines around them, foreign bytes escaped.

use std::collections::VecDeque;
use std::io::{self, BufRead, Write};

use super::place::Place;
use crate::ledger::printable;

/// Bytes shown of a line that the piece does not bound.
const LINE_BYTES_MAX: u64 = 16 * 1024;
/// Bytes shown before and after the piece where the line is longer.
const MARGIN_BYTES: u64 = 200;
/// Bytes from an offset without a length: to the end of its line.
const ONE_BYTE: u64 = 1;

/// A line as it comes by.
struct Line {
    number: u64,
    offset: u64,
    /// Without the line end.
    length: u64,
    /// The bytes that are kept of it, and how many stand before them.
    kept: Vec<u8>,
    before: u64,
    inside: bool,
}

/// Prints the lines of a piece, marked with `>`, and `context` lines around them. False if the source
/// ends before the piece.
pub fn show(stream: &mut impl BufRead, place: Place, context: u64, out: &mut impl Write) -> io::Result<bool> {
    let mut waiting: VecDeque<Line> = VecDeque::new();
    let (mut number, mut offset, mut left) = (1, 0, None);
    while let Some(line) = next_line(stream, number, offset, place)? {
        (number, offset) = (number + 1, line.offset + line.length + 1);
        if line.inside {
            for earlier in waiting.drain(..) {
                print(&earlier, out)?;
            }
            print(&line, out)?;
            left = Some(context);
        } else if let Some(count) = left {
            if count == 0 {
                break;
            }
            print(&line, out)?;
            left = Some(count - 1);
        } else if context > 0 {
            if waiting.len() as u64 == context {
                waiting.pop_front();
            }
            waiting.push_back(line);
        }
    }
    Ok(left.is_some())
}

/// Copies lines as they are. False if the source ends before them.
pub fn copy(stream: &mut impl BufRead, first: u64, last: u64, out: &mut impl Write) -> io::Result<bool> {
    let (mut number, mut copied) = (1, false);
    while number <= last {
        let buffer = stream.fill_buf()?;
        if buffer.is_empty() {
            break;
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(buffer.len(), |end| end + 1);
        if number >= first {
            out.write_all(&buffer[..length])?;
            copied = true;
        }
        stream.consume(length);
        number += u64::from(end.is_some());
    }
    Ok(copied)
}

/// The next line, of which only so much is kept as can be shown; `None` at the end.
fn next_line(stream: &mut impl BufRead, number: u64, offset: u64, place: Place) -> io::Result<Option<Line>> {
    let mut line = Line { number, offset, length: 0, kept: Vec::new(), before: 0, inside: false };
    let (keep_from, keep_to) = match place {
        Place::Bytes { offset: from, length } if from >= offset.saturating_add(LINE_BYTES_MAX / 2) => {
            let end = from.saturating_add(length.unwrap_or(LINE_BYTES_MAX / 2));
            (from - MARGIN_BYTES, end.saturating_add(MARGIN_BYTES))
        }
        _ => (offset, offset.saturating_add(LINE_BYTES_MAX)),
    };
    let keep_to = keep_to.min(keep_from.saturating_add(LINE_BYTES_MAX));
    let mut any = false;
    loop {
        let buffer = stream.fill_buf()?;
        if buffer.is_empty() {
            if !any {
                return Ok(None);
            }
            break;
        }
        any = true;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let length = end.unwrap_or(buffer.len());
        let at = offset + line.length;
        let clip = |bound: u64| bound.saturating_sub(at).min(length as u64) as usize;
        line.kept.extend_from_slice(&buffer[clip(keep_from)..clip(keep_to)]);
        line.length += length as u64;
        stream.consume(length + usize::from(end.is_some()));
        if end.is_some() {
            break;
        }
    }
    line.before = (keep_from - offset).min(line.length);
    line.inside = match place {
        Place::Lines { first, last } => (first..=last).contains(&number),
        Place::Bytes { offset: from, length } => {
            let end = from.saturating_add(length.unwrap_or(ONE_BYTE).max(ONE_BYTE));
            from <= offset + line.length && end > offset
        }
    };
    Ok(Some(line))
}

fn print(line: &Line, out: &mut impl Write) -> io::Result<()> {
    let mark = if line.inside { '>' } else { ' ' };
    let mut text = String::new();
    let kept = line.kept.len() as u64;
    if line.before > 0 && kept > 0 {
        text.push_str(&format!("[{} bytes before] ", line.before));
    }
    let bare = line.kept.strip_suffix(b"\r").unwrap_or(&line.kept);
    text.push_str(&printable(bare, usize::MAX));
    let behind = line.length.saturating_sub(line.before + kept);
    if behind > 0 || (line.before > 0 && kept == 0) {
        text.push_str(&format!(
            " [{} more bytes]",
            line.length - if kept > 0 { line.before + kept } else { 0 }
        ));
    }
    writeln!(out, "{mark} {:>7}  {text}", line.number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &[u8], place: Place, context: u64) -> (bool, String) {
        let mut out = Vec::new();
        // A small buffer, so that lines come in parts.
        let mut stream = io::BufReader::with_capacity(7, text);
        let any = show(&mut stream, place, context, &mut out).unwrap();
        (any, String::from_utf8(out).unwrap())
    }

    const TEXT: &[u8] = b"one\ntwo\nthree \x1b[2J\nfour\nfive\n";

    #[test]
    fn lines_stand_between_their_neighbours() {
        let (any, text) = shown(TEXT, Place::Lines { first: 3, last: 3 }, 1);
        assert!(any);
        assert_eq!(text, "        2  two\n>       3  three \\u{1b}[2J\n        4  four\n");
        let (_, text) = shown(TEXT, Place::Lines { first: 1, last: 2 }, 0);
        assert_eq!(text, ">       1  one\n>       2  two\n");
    }

    #[test]
    fn bytes_are_shown_with_their_lines() {
        let (_, text) = shown(TEXT, Place::Bytes { offset: 5, length: Some(4) }, 0);
        assert_eq!(text, ">       2  two\n>       3  three \\u{1b}[2J\n");
        let (_, text) = shown(TEXT, Place::Bytes { offset: 4, length: None }, 0);
        assert_eq!(text, ">       2  two\n");
    }

    #[test]
    fn a_piece_behind_the_end_is_said_to_be_none() {
        assert!(!shown(TEXT, Place::Lines { first: 6, last: 6 }, 3).0);
        assert!(!shown(TEXT, Place::Bytes { offset: 500, length: Some(4) }, 3).0);
        assert_eq!(shown(b"", Place::Lines { first: 1, last: 1 }, 3), (false, String::new()));
    }

    #[test]
    fn a_long_line_is_cut_around_the_piece() {
        let long =
            [vec![b'a'; 100_000], b"here".to_vec(), vec![b'b'; 100_000], b"\nnext\n".to_vec()].concat();
        let (any, text) = shown(&long, Place::Bytes { offset: 100_000, length: Some(4) }, 0);
        assert!(any && text.len() < 600, "{}", text.len());
        assert!(text.contains("[99800 bytes before] ") && text.contains("aherebb"), "{text}");
        assert!(text.contains("[99800 more bytes]"), "{text}");
        let (_, text) = shown(&long, Place::Lines { first: 1, last: 1 }, 1);
        assert!(
            text.contains(&format!("[{} more bytes]", 200_004 - LINE_BYTES_MAX)) && text.contains("next")
        );
    }

    #[test]
    fn raw_lines_are_copied_as_they_are() {
        let mut out = Vec::new();
        assert!(copy(&mut io::BufReader::with_capacity(7, TEXT), 2, 3, &mut out).unwrap());
        assert_eq!(out, b"two\nthree \x1b[2J\n");
        assert!(!copy(&mut &TEXT[..], 9, 9, &mut Vec::new()).unwrap());
    }
}
