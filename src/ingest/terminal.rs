//! Text as a terminal or a serial line carried it.

use std::borrow::Cow;

/// The text without escape sequences (ECMA-48: CSI, OSC and two-character ones) and without what
/// backspaces took back. Most text has neither and is handed back as it is.
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    if !has_marks(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => pass_escape(&mut rest),
            '\u{8}' => {
                plain.pop();
            }
            '\r' | '\u{7}' => {}
            c => plain.push(c),
        }
    }
    Cow::Owned(plain)
}

/// Whether an escape sequence may stand in the text.
#[must_use]
pub fn has_escape(text: &[u8]) -> bool {
    memchr::memchr(0x1b, text).is_some()
}

/// Whether [`plain`] would change the text.
#[must_use]
pub fn has_marks(text: &[u8]) -> bool {
    memchr::memchr3(0x1b, 0x8, 0x7, text).is_some() || memchr::memchr(b'\r', text).is_some()
}

fn pass_escape(rest: &mut std::str::Chars<'_>) {
    match rest.next() {
        // Parameters up to a final byte @ to ~; a capture can lose it, so other text ends it, too.
        Some('[') => {
            for c in rest.by_ref() {
                if ('@'..='~').contains(&c) || !c.is_ascii() {
                    return;
                }
            }
        }
        // A window title or the like, up to BEL or ESC \.
        Some(']') => {
            while let Some(c) = rest.next() {
                if c == '\u{7}' {
                    return;
                }
                if c == '\u{1b}' {
                    rest.next();
                    return;
                }
            }
        }
        // Choice of a character set.
        Some('(' | ')' | '%') => {
            rest.next();
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_titles_and_corrections_go() {
        assert_eq!(plain("\u{1b}[32m[    0.5] \u{1b}[0mok\r"), "[    0.5] ok");
        assert_eq!(plain("\u{1b}]0;title\u{7}text"), "text");
        assert_eq!(plain("abx\u{8}c"), "abc");
        assert_eq!(plain("\u{1b}["), "");
        assert!(matches!(plain("as it is"), Cow::Borrowed(_)));
    }
}
