//! A place within a source, as the ledger, the report and `findings.json` write it.

/// A piece of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Lines, both included, from 1. In a binary source, which has no lines, the first is an offset:
    /// that is what evidence gives there.
    Lines { first: u64, last: u64 },
    /// Bytes of the unpacked source.
    Bytes { offset: u64, length: Option<u64> },
}

impl Place {
    /// Splits `SOURCE:LINE`, `SOURCE:FIRST-LAST`, `SOURCE@OFFSET` or `SOURCE@OFFSET+LENGTH`. The
    /// source may itself hold such signs; the last one counts.
    pub fn split(text: &str) -> Option<(&str, Self)> {
        let cut = text.rfind([':', '@'])?;
        let (source, place) = (&text[..cut], &text[cut + 1..]);
        let place = match text.as_bytes()[cut] {
            b':' => {
                let (first, last) = place.split_once('-').unwrap_or((place, place));
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then_some(Self::Lines { first, last })?
            }
            _ => match place.split_once('+') {
                Some((offset, length)) => {
                    Self::Bytes { offset: number(offset)?, length: Some(number(length)?) }
                }
                None => Self::Bytes { offset: number(place)?, length: None },
            },
        };
        (!source.is_empty()).then_some((source, place))
    }

    /// The place of a piece that the account booked; line 0 means that the source has none.
    pub fn of_piece(offset: u64, length: u64, line: u64) -> Self {
        match line {
            0 => Self::Bytes { offset, length: Some(length) },
            line => Self::Lines { first: line, last: line },
        }
    }

    /// The place behind the name of its source.
    pub fn after(self, source: &str) -> String {
        match self {
            Self::Lines { first, last } if first == last => format!("{source}:{first}"),
            Self::Lines { first, last } => format!("{source}:{first}-{last}"),
            Self::Bytes { offset, length: Some(length) } => format!("{source}@{offset}+{length}"),
            Self::Bytes { offset, length: None } => format!("{source}@{offset}"),
        }
    }
}

/// Digits only: `parse` alone would take a sign.
fn number(text: &str) -> Option<u64> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_they_are_written() {
        for (text, source, place) in [
            ("a/kern.log:7", "a/kern.log", Place::Lines { first: 7, last: 7 }),
            ("a/kern.log:7-9", "a/kern.log", Place::Lines { first: 7, last: 9 }),
            ("sel.bin@32+16", "sel.bin", Place::Bytes { offset: 32, length: Some(16) }),
            ("sel.bin@32", "sel.bin", Place::Bytes { offset: 32, length: None }),
            ("log@host:a:3", "log@host:a", Place::Lines { first: 3, last: 3 }),
            ("10:30@x.log@0+4", "10:30@x.log", Place::Bytes { offset: 0, length: Some(4) }),
        ] {
            assert_eq!(Place::split(text), Some((source, place)));
            assert_eq!(place.after(source), text);
        }
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for text in
            ["a.log", "a.log:", "a.log:x", "a.log:9-7", "a.log@", "a.log@1+x", "a.log@+1", ":3", "a:+3"]
        {
            assert_eq!(Place::split(text), None, "{text}");
        }
    }
}
