//! A file as it is, and what is in it when it is decoded.

use super::Form;

/// Text of a file, decoded in one way.
pub struct View {
    pub form: Form,
    pub text: Vec<u8>,
    /// Where each byte stands in the file; empty if they stand one after the other.
    pub offsets: Vec<usize>,
    /// Where the first byte stands.
    pub from: usize,
}

impl View {
    pub fn offset(&self, at: usize) -> usize {
        self.offsets.get(at).copied().unwrap_or(if self.offsets.is_empty() {
            self.from + at
        } else {
            self.from
        })
    }
}

/// The file in all ways that it can be read.
pub fn of(content: &[u8]) -> Vec<View> {
    let mut views = vec![View { form: Form::Plain, text: content.to_vec(), offsets: Vec::new(), from: 0 }];
    views.extend(escaped(content));
    hexadecimal(content, &mut views);
    base64(content, &mut views);
    wide(content, 0, &mut views);
    wide(content, 1, &mut views);
    views
}

fn hex_value(digits: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(digits).ok()?;
    (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .then(|| u8::from_str_radix(text, 16).ok())
        .flatten()
}

/// `%2E`, `\x2e`, `&#46;` and `&#x2e;` as what they mean.
fn escaped(content: &[u8]) -> Option<View> {
    let (mut text, mut offsets, mut any) = (Vec::with_capacity(content.len()), Vec::new(), false);
    let mut at = 0;
    while at < content.len() {
        let (byte, len) = escape_at(&content[at..]).unwrap_or((content[at], 1));
        any |= len > 1;
        text.push(byte);
        offsets.push(at);
        at += len;
    }
    any.then_some(View { form: Form::Escaped, text, offsets, from: 0 })
}

fn escape_at(rest: &[u8]) -> Option<(u8, usize)> {
    match rest.first()? {
        b'%' => Some((hex_value(rest.get(1..3)?)?, 3)),
        b'\\' if rest.get(1) == Some(&b'x') => Some((hex_value(rest.get(2..4)?)?, 4)),
        b'\\' if rest.starts_with(b"\\u00") => Some((hex_value(rest.get(4..6)?)?, 6)),
        b'\\' if rest.get(1) == Some(&b'/') => Some((b'/', 2)),
        b'&' if rest.get(1) == Some(&b'#') => {
            let end = rest.iter().take(9).position(|byte| *byte == b';')?;
            let number = std::str::from_utf8(&rest[2..end]).ok()?;
            let value = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u8::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            Some((value, end + 1))
        }
        _ => None,
    }
}

/// Fewer bytes hold no name that is looked for.
const BYTES_MIN: usize = 4;

/// Runs of hexadecimal digits, read from both halves of a pair; and pairs with the same sign between them.
fn hexadecimal(content: &[u8], views: &mut Vec<View>) {
    let mut at = 0;
    while at < content.len() {
        let len = content[at..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if len >= 2 * BYTES_MIN {
            views.push(pairs(content, at, at + len, 2));
            views.push(pairs(content, at + 1, at + len, 2));
        }
        let end = at + len;
        let sign = content.get(end).copied().filter(|byte| matches!(byte, b' ' | b':' | b'-' | b',' | b'.'));
        if len == 2
            && let Some(sign) = sign
        {
            let goes_on = |place: usize| {
                content.get(place) == Some(&sign)
                    && content.get(place + 1..place + 3).is_some_and(|p| hex_value(p).is_some())
            };
            let mut last = end;
            while goes_on(last) {
                last += 3;
            }
            if (last - at) / 3 + 1 >= BYTES_MIN {
                views.push(pairs(content, at, last, 3));
            }
            at = last;
            continue;
        }
        at = end + usize::from(len == 0);
    }
}

/// The bytes of pairs of digits, each `step` behind the one before.
fn pairs(content: &[u8], from: usize, to: usize, step: usize) -> View {
    let offsets: Vec<usize> = (from..to.saturating_sub(1)).step_by(step).collect();
    let text = offsets.iter().filter_map(|at| hex_value(&content[*at..at + 2])).collect();
    View { form: Form::Hexadecimal, text, offsets, from }
}

fn sextet(byte: u8) -> Option<u32> {
    Some(match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// Runs of the letters of base64 (RFC 4648), read from each of the four places where a group can begin.
fn base64(content: &[u8], views: &mut Vec<View>) {
    let mut at = 0;
    while at < content.len() {
        let start = at;
        while at < content.len() && sextet(content[at]).is_some() {
            at += 1;
        }
        let run = &content[start..at];
        // Six letters hold four bytes.
        if run.len() >= 6 {
            for shift in 0..4.min(run.len()) {
                let (text, offsets) = decode(&run[shift..], start + shift);
                if is_text(&text) {
                    views.push(View { form: Form::Base64, text, offsets, from: start + shift });
                }
            }
        }
        at += 1;
    }
}

fn decode(run: &[u8], from: usize) -> (Vec<u8>, Vec<usize>) {
    let (mut text, mut offsets) = (Vec::new(), Vec::new());
    for (index, group) in run.chunks(4).enumerate() {
        let bits = group.iter().fold(0, |bits, byte| bits << 6 | sextet(*byte).unwrap_or(0))
            << (6 * (4 - group.len()));
        for byte in 0..group.len().saturating_sub(1) {
            text.push((bits >> (16 - 8 * byte)) as u8);
            offsets.push(from + 4 * index + byte);
        }
    }
    (text, offsets)
}

/// Whether something has as much text in a row as a name needs. Any word is base64 of something.
fn is_text(bytes: &[u8]) -> bool {
    let mut row = 0;
    bytes.iter().any(|byte| {
        row = if matches!(byte, b' '..=b'~' | b'\n' | b'\t') { row + 1 } else { 0 };
        row >= BYTES_MIN.max(bytes.len().min(8))
    })
}

/// Runs of ASCII in UTF-16 of either order: every second byte is zero.
fn wide(content: &[u8], zero_at: usize, views: &mut Vec<View>) {
    let mut at = 0;
    while at + 1 < content.len() {
        let (mut text, mut offsets) = (Vec::new(), Vec::new());
        let from = at;
        let mut next = at;
        while next + 1 < content.len() && content[next + (1 - zero_at)] == 0 && content[next + zero_at] != 0 {
            text.push(content[next + zero_at]);
            offsets.push(next);
            next += 2;
        }
        if text.len() >= BYTES_MIN {
            views.push(View { form: Form::Utf16, text, offsets, from });
            at = next;
        } else {
            at += 1;
        }
    }
}
