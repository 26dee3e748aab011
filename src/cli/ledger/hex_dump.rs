//! Bytes as rows of sixteen: offset, hexadecimal, printable characters.

use std::io::{self, BufRead, Read, Write};

const ROW: u64 = 16;

/// Prints the rows that hold `length` bytes from `offset` on, and `context` rows around them; rows of
/// the piece are marked with `>`. False if the source ends before the piece.
pub fn show(
    stream: &mut impl BufRead,
    offset: u64,
    length: u64,
    context: u64,
    out: &mut impl Write,
) -> io::Result<bool> {
    let first = (offset / ROW).saturating_sub(context) * ROW;
    let end = offset.saturating_add(length.max(1));
    let last = end.div_ceil(ROW).saturating_add(context).saturating_mul(ROW);
    io::copy(&mut stream.take(first), &mut io::sink())?;
    let mut at = first;
    let mut reached = false;
    let mut rows = Vec::new();
    while at < last {
        let mut row = Vec::with_capacity(ROW as usize);
        stream.take(ROW).read_to_end(&mut row)?;
        if row.is_empty() {
            break;
        }
        let inside = at < end && at + row.len() as u64 > offset;
        reached |= inside;
        let line = line(at, &row, inside);
        if reached {
            // What stands before the piece is shown once it is sure that there is a piece.
            for earlier in rows.drain(..) {
                writeln!(out, "{earlier}")?;
            }
            writeln!(out, "{line}")?;
        } else {
            rows.push(line);
        }
        at += row.len() as u64;
    }
    Ok(reached)
}

fn line(at: u64, row: &[u8], inside: bool) -> String {
    let mut out = format!("{} {at:08x} ", if inside { '>' } else { ' ' });
    for place in 0..ROW as usize {
        if place == 8 {
            out.push(' ');
        }
        match row.get(place) {
            Some(byte) => out.push_str(&format!(" {byte:02x}")),
            None => out.push_str("   "),
        }
    }
    let printable = |byte: &u8| if (0x20..0x7f).contains(byte) { char::from(*byte) } else { '.' };
    let text: String = row.iter().map(printable).collect();
    out.push_str(&format!("  |{text}|"));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_offsets_and_marks() {
        let bytes: Vec<u8> = (0..70).collect();
        let mut out = Vec::new();
        assert!(show(&mut &bytes[..], 32, 16, 1, &mut out).unwrap());
        let text = String::from_utf8(out).unwrap();
        let rows: Vec<&str> = text.lines().collect();
        assert_eq!(rows.len(), 3);
        assert_eq!(
            rows[1],
            "> 00000020  20 21 22 23 24 25 26 27  28 29 2a 2b 2c 2d 2e 2f  | !\"#$%&'()*+,-./|"
        );
        assert!(rows[0].starts_with("  00000010 ") && rows[2].ends_with("|0123456789:;<=>?|"));
        assert!(!show(&mut &bytes[..], 700, 16, 1, &mut Vec::new()).unwrap());
    }

    #[test]
    fn the_last_row_may_be_short() {
        let mut out = Vec::new();
        assert!(show(&mut &b"0123456789abcdefXY"[..], 17, 50, 0, &mut out).unwrap());
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, format!("> 00000010  58 59{}  |XY|\n", " ".repeat(43)));
    }
}
