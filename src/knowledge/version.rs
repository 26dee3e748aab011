//! Which of two versions is the later one.

use std::cmp::Ordering;

/// Compares piece by piece: numbers as numbers, words as words without regard to case, and a number
/// is later than a word. What goes on is later than what ends: `2.4` < `2.4.3`, and
/// `2.6.32-220` < `2.6.32-220.el6`. Two values that begin with `0x` are compared as numbers.
#[must_use]
pub fn compare(a: &str, b: &str) -> Ordering {
    if let (Some(a), Some(b)) = (hexadecimal(a), hexadecimal(b)) {
        return a.cmp(&b);
    }
    let (a, b) = (pieces(a), pieces(b));
    for (one, other) in a.iter().zip(&b) {
        let order = match (one, other) {
            (Piece::Number(one), Piece::Number(other)) => by_value(one, other),
            (Piece::Word(one), Piece::Word(other)) => one.cmp(other),
            (Piece::Number(_), Piece::Word(_)) => Ordering::Greater,
            (Piece::Word(_), Piece::Number(_)) => Ordering::Less,
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    a.len().cmp(&b.len())
}

/// Digits of any number, without a limit to its size.
fn by_value(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

fn hexadecimal(text: &str) -> Option<u128> {
    let digits = text.trim().strip_prefix("0x").or_else(|| text.trim().strip_prefix("0X"))?;
    u128::from_str_radix(digits, 16).ok()
}

enum Piece<'a> {
    Number(&'a str),
    Word(String),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_digit = first.is_ascii_digit();
        let same = |sign: char| {
            if is_digit { sign.is_ascii_digit() } else { sign.is_alphabetic() == first.is_alphabetic() }
        };
        let end = rest.find(|sign: char| !same(sign) || (!is_digit && sign.is_ascii_digit()));
        let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
        if is_digit {
            out.push(Piece::Number(piece));
        } else if first.is_alphabetic() {
            out.push(Piece::Word(piece.to_lowercase()));
        }
        rest = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_people_count_them() {
        for (earlier, later) in [
            ("2.3.4", "2.4.2"),
            ("2.9", "2.10"),
            ("2.4", "2.4.3"),
            ("2.6.32-131.0.15.el6.x86_64", "2.6.32-220.4.2"),
            ("2.6.32-220.4.1.el6", "2.6.32-220.4.2"),
            ("HPD7", "HPD8"),
            ("51.16.0-5138", "51.16.0-5150"),
            ("0x80", "0xd6"),
            ("1.009", "1.10"),
            ("5.0-rc1", "5.0.1"),
            ("99999999999999999999998", "99999999999999999999999"),
        ] {
            assert_eq!(compare(earlier, later), Ordering::Less, "{earlier} {later}");
            assert_eq!(compare(later, earlier), Ordering::Greater, "{later} {earlier}");
        }
        for (one, same) in [("2.04", "2.4"), ("v2.4", "V2.4"), ("0x0D6", "0xd6"), ("", "")] {
            assert_eq!(compare(one, same), Ordering::Equal, "{one} {same}");
        }
    }
}
