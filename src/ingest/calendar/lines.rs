//! Content lines of a calendar: folded lines joined, name, parameters and value apart.

/// One content line, with its place in the source (folded lines and line ends included).
#[derive(Debug, Clone)]
pub struct ContentLine {
    /// In upper case.
    pub name: String,
    pub parameters: Vec<(String, String)>,
    /// As written; texts are escaped, see [`text`].
    pub value: String,
    pub offset: usize,
    pub end: usize,
    /// Line of the source, 1-based.
    pub line: u64,
}

impl ContentLine {
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Splits a calendar into its content lines; a line without a colon has an empty name.
#[must_use]
pub fn split(content: &[u8]) -> Vec<ContentLine> {
    let mut lines = Vec::new();
    let mut at = 0;
    let mut number = 1;
    while at < content.len() {
        let (offset, first) = (at, number);
        let mut joined: Vec<u8> = Vec::new();
        loop {
            let rest = &content[at..];
            let len = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            let folded = usize::from(at > offset);
            joined.extend_from_slice(rest[folded..len].trim_ascii_end_of_line());
            at += len;
            number += 1;
            if !matches!(content.get(at), Some(b' ' | b'\t')) {
                break;
            }
        }
        lines.push(parse(&String::from_utf8_lossy(&joined), offset, at, first));
    }
    lines
}

trait LineEnd {
    fn trim_ascii_end_of_line(&self) -> &[u8];
}

impl LineEnd for [u8] {
    fn trim_ascii_end_of_line(&self) -> &[u8] {
        let line = self.strip_suffix(b"\n").unwrap_or(self);
        line.strip_suffix(b"\r").unwrap_or(line)
    }
}

fn parse(text: &str, offset: usize, end: usize, line: u64) -> ContentLine {
    let text = text.trim_start_matches('\u{feff}');
    let mut quoted = false;
    let mut pieces: Vec<&str> = Vec::new();
    let mut from = 0;
    let mut value = None;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ';' | ':' if !quoted => {
                pieces.push(&text[from..at]);
                from = at + 1;
                if c == ':' {
                    value = Some(&text[from..]);
                    break;
                }
            }
            _ => {}
        }
    }
    let (Some(value), Some((name, parameters))) = (value, pieces.split_first()) else {
        let empty = String::new();
        return ContentLine {
            name: empty,
            parameters: Vec::new(),
            value: text.to_owned(),
            offset,
            end,
            line,
        };
    };
    let parameters = parameters.iter().filter_map(|piece| {
        let (key, value) = piece.split_once('=')?;
        Some((key.to_ascii_uppercase(), value.trim_matches('"').to_owned()))
    });
    // A group may stand before the name.
    let name = name.rsplit('.').next().unwrap_or(name).to_ascii_uppercase();
    ContentLine { name, parameters: parameters.collect(), value: value.to_owned(), offset, end, line }
}

/// A text value without its escapes.
#[must_use]
pub fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => {}
            },
            _ => out.push(c),
        }
    }
    out
}
