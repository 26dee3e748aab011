//! Headers of log lines beyond the plain ones: devices, relays, old and small daemons, other
//! systems. The readers of plain syslog come here with the lines that they cannot split themselves.

mod fit;
mod unsplit;
mod when;
mod who;

pub use fit::{Family, fit, fits, whole_lines};
pub use unsplit::{GLUED, Unsplit, glued_kernel_line};
pub use when::{When, split_when};
pub use who::is_severity;
use who::{Promise, host_name, split_who};

use crate::model::Stamp;

/// A line, split at its header.
#[derive(Debug, PartialEq, Eq)]
pub struct Header<'a> {
    pub when: When,
    pub host: Option<&'a str>,
    pub program: &'a str,
    pub text: &'a str,
    /// The shape is one that only logs have.
    pub tagged: bool,
}

/// Headers within headers that are followed: a relay's, and a relay's relay's.
const NESTED_MAX: u8 = 3;

/// Reads the header of a line. Where a relay has put a second one in front, the inner one is what
/// the host itself wrote. `None`: the line has none.
#[must_use]
pub fn read(line: &str) -> Option<Header<'_>> {
    read_nested(line, 0)
}

fn read_nested(line: &str, depth: u8) -> Option<Header<'_>> {
    let line = line.strip_prefix('\u{feff}').unwrap_or(line);
    let (bare, has_priority) = pass_front(line);
    if let Some(header) = bare.strip_prefix("1 ").and_then(read_5424) {
        return Some(header);
    }
    let (when, rest) = split_when(bare)?;
    let promise = Promise { host: has_priority || matches!(when, When::Yearless { .. }) };
    if depth < NESTED_MAX
        && let Some((host, inner)) = relayed(rest, depth)
    {
        return Some(Header { host: inner.host.or(host), ..inner });
    }
    let who = split_who(rest, promise)?;
    Some(Header { when, host: who.host, program: who.program, text: who.text, tagged: who.tagged })
}

/// A header that follows the time directly, or the relay's name (`relay <34>Mar 1 …`).
fn relayed(rest: &str, depth: u8) -> Option<(Option<&str>, Header<'_>)> {
    let rest = rest.trim_start();
    let mut candidates = [(None, rest), (None, ""), (None, "")];
    if let Some((word, behind)) = rest.split_once(' ') {
        candidates[1] = (host_name(word), behind.trim_start());
    }
    if let Some((word, _)) = rest.split_once('<')
        && !word.is_empty()
        && !word.contains(' ')
    {
        candidates[2] = (host_name(word), &rest[word.len()..]);
    }
    candidates
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .find_map(|(host, text)| Some((host, read_nested(text, depth + 1)?)))
}

/// The highest priority is 191 (RFC 5424, 6.2.1).
const PRIORITY_DIGITS_MAX: usize = 3;

/// Bytes of the priority (`<34>`) at the front of a line.
#[must_use]
#[inline(always)]
pub fn priority_len(line: &[u8]) -> usize {
    let Some((b'<', rest)) = line.split_first() else { return 0 };
    let digits = rest.iter().take(PRIORITY_DIGITS_MAX).take_while(|byte| byte.is_ascii_digit()).count();
    if rest.get(digits) == Some(&b'>') { digits + 2 } else { 0 }
}

/// Whether a header can begin here, by its first bytes; cheap enough to be asked of every line.
#[must_use]
#[inline]
pub fn may_begin_header(text: impl AsRef<[u8]>) -> bool {
    let bytes = text.as_ref();
    match bytes.first() {
        Some(b'<') => bytes.get(1).is_some_and(u8::is_ascii_digit),
        Some(b'0'..=b'9' | b'A'..=b'Z') => has_two_colons(bytes),
        _ => false,
    }
}

/// No header has its clock further behind its start.
pub const CLOCK_BYTES_MAX: usize = 40;

/// Whether two colons stand in the first bytes. Eight bytes at a time, and without a branch, because it is asked of
/// every other line.
fn has_two_colons(bytes: &[u8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const COLONS: u64 = ONES * b':' as u64;
    const LOW: u64 = ONES * 0x7f;
    let (words, rest) = bytes[..bytes.len().min(CLOCK_BYTES_MAX)].as_chunks::<8>();
    let colons: u64 = words
        .iter()
        .map(|word| {
            let others = u64::from_le_bytes(*word) ^ COLONS;
            // The lowest bit of each byte that is a colon.
            !((others & LOW).wrapping_add(LOW) | others | LOW) >> 7
        })
        .sum();
    let colons = colons.wrapping_mul(ONES) >> 56;
    colons + rest.iter().map(|byte| u64::from(*byte == b':')).sum::<u64>() >= 2
}

/// First words of messages that daemons write without a host: `syslogd started: …`, `last message
/// repeated 3 times`, `message repeated 3 times: […]`.
const NO_HOSTS: [&str; 4] = ["syslogd", "last", "message", "kernel"];

/// Whether a plain reader's split can stand: the host is nothing but a name, and no second header
/// follows it.
#[must_use]
pub fn is_plain(host: &str, message: &str) -> bool {
    is_plain_host(host) && !may_begin_header(message)
}

/// Whether a word is nothing but a host's name.
#[must_use]
pub fn is_plain_host(host: &str) -> bool {
    let name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    host.bytes().all(name)
        && !NO_HOSTS.contains(&host)
        && host.bytes().any(|byte| byte.is_ascii_alphanumeric())
}

/// Passes over what can stand before the time: the length of RFC 6587 framing, `<PRI>`, a
/// router's sequence number and the mark of a clock that is not set. Also says whether `<PRI>` stood
/// there.
fn pass_front(line: &str) -> (&str, bool) {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let line = match line.get(digits..).and_then(|rest| rest.strip_prefix(' ')) {
        Some(rest) if (1..=7).contains(&digits) && rest.starts_with('<') => rest,
        _ => line,
    };
    let (line, has_priority) = match line.strip_prefix('<').and_then(|inner| inner.split_once('>')) {
        Some((number, rest))
            if (1..=4).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            (rest, true)
        }
        _ => (line, false),
    };
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let line = match line.get(digits..).and_then(|rest| rest.strip_prefix(": ")) {
        Some(rest) if (1..=9).contains(&digits) => rest,
        _ => line,
    };
    (line.strip_prefix(['*', '.']).unwrap_or(line), has_priority)
}

/// RFC 5424 behind its version: `TIMESTAMP HOST APP PROCID MSGID STRUCTURED-DATA MSG`.
fn read_5424(rest: &str) -> Option<Header<'_>> {
    let (stamp, rest) = rest.split_once(' ')?;
    let when = match stamp {
        "-" => When::Full(Stamp::Missing),
        written => match split_when(written)? {
            (when @ When::Full(_), "") => when,
            _ => return None,
        },
    };
    let mut fields = rest.splitn(5, ' ');
    let (host, program) = (fields.next()?, fields.next()?);
    let (_pid, _message_id) = (fields.next()?, fields.next()?);
    let text = pass_structured_data(fields.next()?)?;
    let text = text.strip_prefix(' ').unwrap_or(text);
    Some(Header {
        when,
        host: if host == "-" { None } else { host_name(host) },
        program: if program == "-" { "" } else { program },
        text: text.strip_prefix('\u{feff}').unwrap_or(text).trim_start(),
        tagged: true,
    })
}

/// Passes over `-` or `[id name="value"]…`. Inside a value, `"`, `\` and `]` are escaped by `\`.
fn pass_structured_data(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix('-') {
        return Some(rest);
    }
    let mut rest = text;
    while rest.starts_with('[') {
        let (mut quoted, mut escaped) = (false, false);
        let end = rest.bytes().position(|byte| {
            let ends = byte == b']' && !quoted;
            if byte == b'"' && !escaped {
                quoted = !quoted;
            }
            escaped = byte == b'\\' && !escaped;
            ends
        });
        // A line cut off within it has no message.
        rest = end.map_or("", |end| &rest[end + 1..]);
    }
    (rest.len() < text.len()).then_some(rest)
}

#[cfg(test)]
mod tests;
