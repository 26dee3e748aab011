//! Whether a message without a literal can be passed over: a tag, and nothing odd behind it.

use std::ops::Range;

use super::log_header::{GLUED, may_begin_header};

/// What a message that can be passed over holds. It is small, because one is made of every line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shape {
    /// From where to where the kernel's uptime stands in the message, if there is one: `12.345678`.
    uptime: (u8, u8),
    is_young: bool,
}

impl Shape {
    /// Of a message in which the kernel's uptime stands there.
    #[must_use]
    pub fn with_uptime(from: usize, to: usize, is_young: bool) -> Self {
        // It is never so far behind that the places do not fit.
        let byte = |place| u8::try_from(place).unwrap_or(0);
        Self { uptime: (byte(from), byte(to)), is_young }
    }

    /// Whether the kernel had been up for less than [`YOUNG_SECONDS`]: it may have started over.
    #[must_use]
    pub fn is_young(self) -> bool {
        self.is_young
    }

    /// Where the kernel's uptime stands, if there is one.
    #[must_use]
    pub fn uptime(self) -> Option<Range<usize>> {
        let (from, to) = self.uptime;
        (to > 0).then_some(usize::from(from)..usize::from(to))
    }
}

pub const KERNEL_TAG: &[u8; 8] = b"kernel: ";

/// A tag is no longer than this; see [`super::log_lines::split_tag`].
pub const TAG_BYTES_MAX: usize = 64;
/// An uptime of more has two digits.
pub const YOUNG_SECONDS: u64 = 10;
/// Digits of the seconds in it.
pub const UPTIME_DIGITS_MAX: usize = 12;
/// `4294967296.123456` and some blanks.
pub const UPTIME_BYTES_MAX: usize = 32;
/// The digits behind the point, and what ends the stamp.
const FRACTION: usize = ".123456]".len();

/// A message without the carriage return that some write before the end of a line.
#[must_use]
pub fn without_return(message: &[u8]) -> &[u8] {
    message.strip_suffix(b"\r").unwrap_or(message)
}

/// The shape of a message `tag: text`. `None`: it has to be split with care.
#[must_use]
pub fn shape(message: &[u8]) -> Option<Shape> {
    if may_begin_header(message) {
        return None;
    }
    if let Some((KERNEL_TAG, text)) = message.split_first_chunk() {
        return of_the_kernel(text);
    }
    // A tag has no blanks: `sshd[123]: `.
    let blank = message.iter().take(TAG_BYTES_MAX + 1).take_while(|byte| byte.is_ascii_graphic()).count();
    let (tag, text) = message.split_at(blank);
    let is_tag = text.first() == Some(&b' ')
        && tag.len() > 1
        && tag.ends_with(b":")
        && tag[0].is_ascii_alphabetic()
        && tag.first_chunk() != Some(b"kernel");
    (is_tag && !may_begin_header(&text[1..])).then_some(Shape::default())
}

fn of_the_kernel(text: &[u8]) -> Option<Shape> {
    if GLUED.find(text).is_some() || may_begin_header(text) {
        return None;
    }
    if text.first() != Some(&b'[') || text.get(1).is_some_and(u8::is_ascii_alphabetic) {
        return Some(Shape::default());
    }
    let blanks = text[1..].iter().take(UPTIME_BYTES_MAX).take_while(|byte| **byte == b' ').count();
    let from = 1 + blanks;
    let digits = text[from..].iter().take(UPTIME_BYTES_MAX).take_while(|byte| byte.is_ascii_digit()).count();
    let to = from + digits + FRACTION - 1;
    let is_stamp = (1..=UPTIME_DIGITS_MAX).contains(&digits) && to - 1 <= UPTIME_BYTES_MAX;
    // Ten seconds and more have a digit before the last that is not zero.
    let is_old = || text[from..from + digits - 1].iter().any(|digit| *digit != b'0');
    (is_stamp && is_fraction(*text[from + digits..].first_chunk()?))
        .then(|| Shape::with_uptime(KERNEL_TAG.len() + from, KERNEL_TAG.len() + to, !is_old()))
}

/// Whether it is a point, six digits and a bracket.
fn is_fraction([point, digits @ .., end]: [u8; FRACTION]) -> bool {
    point == b'.' && digits.iter().all(u8::is_ascii_digit) && end == b']'
}

/// Microseconds of an uptime that [`shape`] has found.
#[must_use]
pub fn micros(uptime: &[u8]) -> Option<u64> {
    let point = uptime.len().checked_sub(FRACTION - 1)?;
    number(&uptime[..point])?.checked_mul(1_000_000)?.checked_add(number(&uptime[point + 1..])?)
}

fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |number, digit| {
        number.checked_mul(10)?.checked_add(u64::from(digit.checked_sub(b'0')?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_with_a_tag_are_quiet_and_others_are_not() {
        for quiet in [
            "sshd[12]: Accepted publickey",
            "kernel: docker0: port 1 entered",
            "a.b-c/d: x",
            "CRON[1]: (root) CMD (x)",
            "kernel: [UFW BLOCK] IN=eno1",
            "kernel: [    0.000000] Command line",
        ] {
            assert!(shape(quiet.as_bytes()).is_some(), "{quiet}");
        }
        for odd in [
            "",
            "no tag here",
            "sshd[12]:",
            "kernelx: text",
            "9sshd: text",
            "Mar  1 02:03:04 kvm01 sshd: relayed",
            "sshd: Mar  1 02:03:04 kvm01 sshd: relayed",
            "kernel: lost the rest kernel: [    0.000000] Linux",
            "kernel: [  12.34] two digits",
            "kernel: [ 12a.345678] text",
            "kernel: [.345678] text",
        ] {
            assert_eq!(shape(odd.as_bytes()), None, "{odd}");
        }
    }

    #[test]
    fn uptimes_are_read_where_they_stand() {
        for (text, expected, is_young) in [
            ("[   12.345678] x", 12_345_678, false),
            ("[1234567.000001]", 1_234_567_000_001, false),
            ("[    9.999999]", 9_999_999, true),
            ("[00009.999999]", 9_999_999, true),
            ("[   10.000000]", 10_000_000, false),
        ] {
            let message = format!("kernel: {text}");
            let shape = shape(message.as_bytes()).unwrap();
            assert_eq!(micros(&message.as_bytes()[shape.uptime().unwrap()]), Some(expected));
            assert_eq!(shape.is_young(), is_young, "{text}");
        }
    }
}
