//! Tells the usual kinds of quiet messages at the front of a text, and where they end, by the places of a few
//! characters in 64 bytes at a time, with as few branches as it takes: which way they go differs from line to line,
//! and a branch that the processor did not foresee costs as much as a dozen comparisons.
//!
//! What it tells is what [`quiet_message::shape`] tells. Where it is in doubt, that one is asked.

use wide::u8x16;

use super::byte_bits::{bits, halves, within};
use super::log_header::CLOCK_BYTES_MAX;
use super::quiet_message::{self, KERNEL_TAG, Shape, UPTIME_DIGITS_MAX, without_return};

/// Bytes that are looked at together; a bit stands for each.
const WINDOW: usize = 64;
/// The header that a message may begin with has its two colons within as many bytes.
const CLOCK: u64 = (1 << CLOCK_BYTES_MAX) - 1;
/// A tag with a longer one is left to the careful look, so that the text's clock is within the window.
const BLANK_MAX: usize = WINDOW - CLOCK_BYTES_MAX - 1;

/// Where the first line of `text` ends and the shape of its message, which `text` begins with, if that is a
/// quiet one.
#[must_use]
#[inline(always)]
pub fn message(text: &[u8]) -> Option<(usize, Shape)> {
    // What is usually told stays in registers if the other call has a place of its own for what it returns.
    if let Some(told) = usual(text) {
        return Some(told);
    }
    let (end, shape) = any(text)?;
    Some((end, shape))
}

#[inline(never)]
fn any(text: &[u8]) -> Option<(usize, Shape)> {
    let end = memchr::memchr(b'\n', text)?;
    Some((end, quiet_message::shape(without_return(&text[..end]))?))
}

/// `None`: perhaps.
#[inline(always)]
fn usual(text: &[u8]) -> Option<(usize, Shape)> {
    let window = text.first_chunk::<WINDOW>()?;
    // First of all, because it cannot be foreseen and tells most.
    if window.first_chunk() == Some(KERNEL_TAG) {
        of_the_kernel(text, window)
    } else {
        of_others(text, window)
    }
}

#[inline(always)]
fn of_others(text: &[u8], window: &[u8; WINDOW]) -> Option<(usize, Shape)> {
    let blank = graphic_bytes(window);
    if !(2..=BLANK_MAX).contains(&blank) {
        return None;
    }
    let mut newlines = newlines(window);
    let colons = colons(window) & up_to_first(newlines);
    let behind = window[blank + 1];
    let front = colons & CLOCKS[usize::from(window[0])];
    let after = colons >> (blank + 1) & CLOCKS[usize::from(behind)];
    let is_header = all_but_first(front) | all_but_first(after) != 0;
    let is_tag = window[blank - 1..].first_chunk() == Some(b": ")
        && window[0].is_ascii_alphabetic()
        && window.first_chunk() != Some(b"kernel");
    if !is_tag || is_header || behind == b'<' {
        return None;
    }
    let mut start = 0;
    while newlines == 0 {
        start += WINDOW;
        newlines = self::newlines(text.get(start..)?.first_chunk()?);
    }
    Some((start + newlines.trailing_zeros() as usize, Shape::default()))
}

#[inline(always)]
fn of_the_kernel(text: &[u8], window: &[u8; WINDOW]) -> Option<(usize, Shape)> {
    const TAG: usize = KERNEL_TAG.len();
    let mut newlines = newlines(window);
    let behind = window[TAG];
    let shape = if behind == b'[' && !window[TAG + 1].is_ascii_alphabetic() {
        uptime(window)?
    } else {
        let clock = CLOCKS[usize::from(behind)];
        let is_header =
            clock != 0 && all_but_first((colons(window) & up_to_first(newlines)) >> TAG & clock) != 0;
        if is_header || behind == b'<' {
            return None;
        }
        Shape::default()
    };
    // Behind ` kernel: ` another line may begin: a `k` behind a blank is looked at more closely.
    let mut pairs = blanks_before_k(text)? & !0 << TAG;
    let mut start = 0;
    while newlines == 0 && pairs == 0 {
        start += WINDOW;
        let rest = text.get(start..)?;
        newlines = self::newlines(rest.first_chunk()?);
        pairs = blanks_before_k(rest)?;
    }
    let is_sure = pairs & up_to_first(newlines) == 0;
    is_sure.then(|| (start + newlines.trailing_zeros() as usize, shape))
}

/// The shape of a message of the kernel's with an uptime. `None`: perhaps it has one.
#[inline(always)]
fn uptime(window: &[u8; WINDOW]) -> Option<Shape> {
    const START: usize = KERNEL_TAG.len() + 1;
    let bytes = window[START..].first_chunk::<32>()?;
    let [first, second] = halves(bytes);
    let blank = u8x16::splat(b' ');
    let blanks = bits([first.simd_eq(blank), second.simd_eq(blank)]);
    let digits = bits([within(first, b'0', b'9'), within(second, b'0', b'9')]);
    let from = blanks.trailing_ones() as usize;
    let seconds = (!(u64::from(digits) >> from)).trailing_zeros() as usize;
    let point = from + seconds;
    let end = point + ".123456".len();
    // Digits behind a zero are left to the careful look.
    let is_young = seconds == 1;
    let is_sure = is_young | (bytes[from % 32] != b'0');
    let is_stamp =
        (1..=UPTIME_DIGITS_MAX).contains(&seconds) && *bytes.get(end)? == b']' && bytes[point] == b'.';
    let is_fraction = u64::from(digits) >> (point + 1) & 0x3f == 0x3f;
    if is_sure & is_stamp & is_fraction {
        Some(Shape::with_uptime(START + from, START + end, is_young))
    } else {
        None
    }
}

/// Where the colons stand of a header that begins with the byte, but for those in `<>`; see
/// [`super::log_header::may_begin_header`]. From a table, because comparisons of two bytes are put together by the
/// compiler at a great expense.
static CLOCKS: [u64; 256] = {
    let mut clocks = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        if byte.is_ascii_digit() | byte.is_ascii_uppercase() {
            clocks[byte as usize] = CLOCK;
        }
        byte += 1;
    }
    clocks
};

/// The bits but for the first that is set.
#[inline(always)]
fn all_but_first(places: u64) -> u64 {
    places & places.wrapping_sub(1)
}

/// Bits up to the first that is set, and all if none is.
#[inline(always)]
fn up_to_first(places: u64) -> u64 {
    places ^ places.wrapping_sub(1)
}

/// How many of the first bytes are printable characters of ASCII and no blanks, of no more than half the window.
#[inline(always)]
fn graphic_bytes(window: &[u8; WINDOW]) -> usize {
    let [first, second, ..] = quarters(window);
    bits([within(first, b'!', b'~'), within(second, b'!', b'~')]).trailing_ones() as usize
}

/// Bits for blanks at the front that a `k` follows, if `text` is longer than a window.
#[inline(always)]
fn blanks_before_k(text: &[u8]) -> Option<u64> {
    let (before, behind) = (quarters(text.first_chunk()?), quarters(text.get(1..)?.first_chunk()?));
    let (blank, k) = (u8x16::splat(b' '), u8x16::splat(b'k'));
    let pairs = |quarter: usize| {
        u64::from((before[quarter].simd_eq(blank) & behind[quarter].simd_eq(k)).to_bitmask())
    };
    Some(pairs(0) | pairs(1) << 16 | pairs(2) << 32 | pairs(3) << 48)
}

#[inline(always)]
fn newlines(window: &[u8; WINDOW]) -> u64 {
    places(window, b'\n')
}

#[inline(always)]
fn colons(window: &[u8; WINDOW]) -> u64 {
    places(window, b':')
}

/// A bit for each byte that is the wanted one.
#[inline(always)]
fn places(window: &[u8; WINDOW], wanted: u8) -> u64 {
    let is = |bytes: u8x16| u64::from(bytes.simd_eq(u8x16::splat(wanted)).to_bitmask());
    let [a, b, c, d] = quarters(window);
    is(a) | is(b) << 16 | is(c) << 32 | is(d) << 48
}

#[inline(always)]
fn quarters(window: &[u8; WINDOW]) -> [u8x16; 4] {
    let chunks = window.as_chunks::<16>().0;
    [chunks[0], chunks[1], chunks[2], chunks[3]].map(u8x16::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the careful look says of the first line.
    fn careful(text: &[u8]) -> Option<(usize, Shape)> {
        let end = memchr::memchr(b'\n', text)?;
        Some((end, quiet_message::shape(without_return(&text[..end]))?))
    }

    /// Messages of the usual kinds, and odd ones that are nearly so.
    fn messages() -> Vec<String> {
        let tags = [
            "kernel: ",
            "kernel:",
            "kernelx: ",
            "sshd[326]: ",
            "CRON[1]: ",
            "a: ",
            ": ",
            "9x: ",
            "a-program-with-a-long-name[12]: ",
            "<6>x: ",
            "Mar  1 02:03:04 x: ",
            "",
        ];
        let uptimes = [
            "",
            "[   12.345678] ",
            "[    9.345678] ",
            "[   02.345678] ",
            "[12345.345678] ",
            "[123456789012.345678]",
            "[1234567890123.345678] ",
            "[               1234567890.345678]",
            "[                  1234567890.345678]",
            "[1234x.345678] ",
            "[12345.34567]] ",
            "[12.3] ",
            "[UFW BLOCK] ",
            "[]",
        ];
        let texts = [
            "",
            "docker0: port 1",
            "Mar  1 02:03:04 kvm01 sshd: relayed",
            "<6>Mar  1 02:03:04 kvm01",
            "<x",
            "10:20:30 is a time",
            "lost the rest kernel: [    0.000000] Linux",
            "k k k kern",
            "a: b: c: d",
            "\r",
        ];
        let mut all = Vec::new();
        for tag in tags {
            for uptime in uptimes {
                for text in texts {
                    all.push(format!("{tag}{uptime}{text}"));
                }
            }
        }
        all
    }

    #[test]
    fn says_what_the_careful_look_says() {
        let mut usually = 0;
        for message in messages() {
            for filling in [0, 1, 20, 62, 63, 64, 65, 130] {
                for behind in [
                    "",
                    "\n",
                    "\nkernel: [   12.345678] and more kernel: of it, as long as a window takes, or two",
                ] {
                    let text = format!("{message}{}{behind}", "y".repeat(filling));
                    usually += usize::from(usual(text.as_bytes()).is_some());
                    assert_eq!(super::message(text.as_bytes()), careful(text.as_bytes()), "{text:?}");
                }
            }
        }
        assert!(usually > 1000, "most need no careful look: {usually}");
    }

    #[test]
    fn a_k_behind_a_blank_is_seen_wherever_it_stands() {
        for before in 0..200 {
            let text =
                format!("kernel: {} kernel: [    0.000000] Linux\n{}", "y".repeat(before), "z".repeat(80));
            assert_eq!(message(text.as_bytes()), None, "{before}");
        }
    }

    #[test]
    fn bytes_that_are_no_part_of_a_tag_end_it() {
        for byte in 0..=u8::MAX {
            let text = [b"ss", &[byte][..], b"d: text\n", &[b'z'; 80]].concat();
            assert_eq!(message(&text), careful(&text), "{byte:#x}");
        }
    }
}
