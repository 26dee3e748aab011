//! Makes foreign text inert: log lines, host names and factor values may hold anything.
//!
//! [`inert`] is the first step for everything that a person reads: it shows control characters,
//! terminal escapes and text-direction overrides instead of obeying them. The other functions add
//! what their output needs. `findings.json` uses none of them, because JSON has its own escapes.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Characters that change the direction or the joining of the text around them, or hide in it:
/// the marks, embeddings and isolates of the Unicode bidirectional algorithm (UAX #9), zero-width
/// characters, line and paragraph separators, and the tag block.
fn is_deceptive(character: char) -> bool {
    matches!(
        character,
        '\u{061C}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}'
    )
}

/// The text with every control character made visible and harmless, on one line.
///
/// Controls are spelt as programmers do (`\n`, `\x1b`, `\u{202e}`), which any font can show; a tab
/// becomes a space.
#[must_use]
pub fn inert(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|character| character.is_control() || is_deceptive(character)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\t' => shown.push(' '),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            _ if character.is_control() => {
                let _ = write!(shown, "\\x{:02x}", u32::from(character));
            }
            _ if is_deceptive(character) => {
                let _ = write!(shown, "\\u{{{:04x}}}", u32::from(character));
            }
            _ => shown.push(character),
        }
    }
    Cow::Owned(shown)
}

/// A JSON document with what [`inert`] shows written as escapes. Such characters stand in its strings only, but for
/// the ends of lines.
#[must_use]
pub fn escaped_in_json(document: String) -> String {
    let is_unsafe =
        |character: char| (character.is_control() && character != '\n') || is_deceptive(character);
    if !document.contains(is_unsafe) {
        return document;
    }
    let mut escaped = String::with_capacity(document.len() + 64);
    for character in document.chars() {
        if is_unsafe(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// Text for the body or a double-quoted attribute of HTML or SVG.
#[must_use]
pub fn html(text: &str) -> String {
    let text = inert(text);
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// Prose for a Markdown paragraph, list item or table cell: no markup, no link, no mention.
#[must_use]
pub fn markdown(text: &str) -> String {
    let text = inert(text);
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let next = rest.peek().copied().unwrap_or(' ');
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '#' | '!' => {
                escaped.push('\\');
                escaped.push(character);
            }
            // Inside a word an underscore is plain text, so names such as `bios_version` stay readable.
            '_' if !(before.is_alphanumeric() && next.is_alphanumeric()) => escaped.push_str("\\_"),
            // A bare address would become a link, and a name after an at sign would be notified.
            ':' if next == '/' => escaped.push_str("\\:"),
            '.' if escaped.to_ascii_lowercase().ends_with("www") => escaped.push_str("\\."),
            '@' if next.is_alphanumeric() => escaped.push_str("@\u{200B}"),
            '+' | '-' | '=' if escaped.is_empty() => {
                escaped.push('\\');
                escaped.push(character);
            }
            _ => escaped.push(character),
        }
        before = character;
    }
    escaped
}

/// Verbatim text for a Markdown paragraph or list: a code span that nothing inside can close.
#[must_use]
pub fn markdown_code(text: &str) -> String {
    code_span(&inert(text))
}

fn code_span(text: &str) -> String {
    if text.trim().is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(text, '`') + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Verbatim text for a Markdown table cell: as [`markdown_code`], and no bar ends the cell.
#[must_use]
pub fn markdown_code_cell(text: &str) -> String {
    let text = inert(text);
    let mut code = String::with_capacity(text.len() + 4);
    let mut before = ' ';
    for character in text.chars() {
        if character == '|' {
            // Readers differ on `\\|`, so a backslash never stands directly before an escaped bar.
            code.push_str(if before == '\\' { " \\|" } else { "\\|" });
        } else {
            code.push(character);
        }
        before = character;
    }
    code_span(&code)
}

fn longest_run(text: &str, wanted: char) -> usize {
    let mut longest = 0;
    let mut current = 0;
    for character in text.chars() {
        current = if character == wanted { current + 1 } else { 0 };
        longest = longest.max(current);
    }
    longest
}

/// A CSV cell: quoted where needed, and never a formula when a spreadsheet opens the file.
#[must_use]
pub fn csv_cell(text: &str) -> String {
    let text = inert(text).into_owned();
    let dangerous = text
        .trim_start_matches([' ', '\u{A0}', '\u{FEFF}'])
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
        && text.parse::<f64>().is_err();
    let text = if dangerous { format!("'{text}") } else { text };
    if text.contains([',', ';', '"', '\n', '\r', '\t', '\'']) || text.starts_with(' ') || text.ends_with(' ')
    {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// Text for a terminal: no escape sequence, hyperlink, bell or direction override survives.
#[must_use]
pub fn terminal(text: &str) -> String {
    inert(text).into_owned()
}

/// Cuts inert text to a number of terminal columns, with an ellipsis where something is missing.
#[must_use]
pub fn cut(text: &str, columns: usize) -> String {
    let text = inert(text);
    if text.width() <= columns {
        return text.into_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for character in text.chars() {
        let width = character.width().unwrap_or(0);
        if used + width + 1 > columns {
            break;
        }
        used += width;
        kept.push(character);
    }
    if columns > 0 {
        kept.push('…');
    }
    kept
}

/// An id for links inside a page: letters, digits, `-` and `.` stay, all else is spelt in hexadecimal.
#[must_use]
pub fn anchor(prefix: &str, text: &str) -> String {
    let mut anchor = String::from(prefix);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.' {
            anchor.push(char::from(byte));
        } else {
            let _ = write!(anchor, "_{byte:02x}");
        }
    }
    anchor
}

#[cfg(test)]
mod tests;
