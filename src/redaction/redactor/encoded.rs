//! Words with percent signs for signs (`kvm07%2Ecorp%2Eexample`, `alice%40corp.example`), as URLs have them.

use super::Redactor;

/// The line with such words replaced; `None` if it has none that change.
pub fn redacted(redactor: &mut Redactor, line: &[u8]) -> Option<Vec<u8>> {
    if !has_escape(line) {
        return None;
    }
    let mut made = Vec::with_capacity(line.len());
    let mut changed = false;
    let ends = |byte: &u8| {
        matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'<' | b'>' | b',' | b';' | b'/' | b'?' | b'&' | b'=')
    };
    for piece in line.split_inclusive(ends) {
        let len = piece.len() - usize::from(piece.last().is_some_and(ends));
        match one_word(redactor, &piece[..len]) {
            Some(word) => {
                made.extend_from_slice(&word);
                changed = true;
            }
            None => made.extend_from_slice(&piece[..len]),
        }
        made.extend_from_slice(&piece[len..]);
    }
    changed.then_some(made)
}

fn has_escape(bytes: &[u8]) -> bool {
    let hex = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
    bytes.iter().enumerate().any(|(at, byte)| *byte == b'%' && hex(at + 1) && hex(at + 2))
}

fn one_word(redactor: &mut Redactor, word: &[u8]) -> Option<Vec<u8>> {
    if !has_escape(word) {
        return None;
    }
    let (decoded, escaped) = decode(word);
    let mut made = Vec::new();
    redactor.plain(&decoded, &mut made);
    if made == decoded {
        return None;
    }
    // Signs are escaped again that were before.
    Some(
        made.iter()
            .flat_map(|byte| {
                if escaped.contains(byte) && !byte.is_ascii_alphanumeric() {
                    format!("%{byte:02X}").into_bytes()
                } else {
                    vec![*byte]
                }
            })
            .collect(),
    )
}

/// The word in clear, and the bytes that were escaped.
fn decode(word: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mut made, mut escaped) = (Vec::new(), vec![b'%']);
    let mut at = 0;
    while at < word.len() {
        let value = word.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        let value = value.filter(|_| word[at] == b'%').and_then(|digits| {
            digits
                .bytes()
                .all(|byte| byte.is_ascii_hexdigit())
                .then(|| u8::from_str_radix(digits, 16).ok())?
        });
        match value {
            Some(byte) => {
                made.push(byte);
                if !escaped.contains(&byte) {
                    escaped.push(byte);
                }
                at += 3;
            }
            None => {
                made.push(word[at]);
                at += 1;
            }
        }
    }
    (made, escaped)
}
