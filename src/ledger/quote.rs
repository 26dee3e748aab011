//! Foreign bytes made printable.

/// The bytes as text on one line: invalid UTF-8 as `\xNN`, control and bidirectional-override
/// characters as `\u{N}`, cut to `chars_max` characters.
#[must_use]
pub fn printable(bytes: &[u8], chars_max: usize) -> String {
    let mut out = String::new();
    let mut left = chars_max;
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if left == 0 {
                return out;
            }
            left -= 1;
            if is_inert(character) {
                out.push(character);
            } else {
                out.extend(character.escape_unicode());
            }
        }
        for byte in chunk.invalid() {
            if left == 0 {
                return out;
            }
            left -= 1;
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out
}

fn is_inert(character: char) -> bool {
    !character.is_control()
        && !matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
