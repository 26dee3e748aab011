//! Tells the usual kinds of quiet messages at the front of a text, and where they end, by the places of a few
//! characters in 64 bytes at a time, with as few branches as it takes: which way they go differs from line to line,
//! and a branch that the processor did not foresee costs as much as a dozen comparisons.
//!
//! What it tells is what [`quiet_message::shape`] tells. Where it is in doubt, that one is asked.

use wide::u8x16;

use super::log_header::CLOCK_BYTES_MAX;
use super::masked_prefix::MaskedPrefix;
use super::quiet_message::{self, KERNEL_TAG, Shape, without_return};

/// Bytes that are looked at together; a bit stands for each.
const WINDOW: usize = 64;
/// The header that a message may begin with has its two colons within as many bytes.
const CLOCK: u64 = (1 << CLOCK_BYTES_MAX) - 1;
/// A tag with a longer one is left to the careful look, so that the text's clock is within the window.
const BLANK_MAX: usize = WINDOW - CLOCK_BYTES_MAX - 1;

/// Remembers in which form the kernel last wrote its uptime.
#[derive(Default)]
pub struct QuietFront {
    uptime: Option<UptimeForm>,
}

struct UptimeForm {
    /// `[` to `]`.
    form: MaskedPrefix,
    /// Where in a message the digits begin.
    first: usize,
    shape: Shape,
}

impl QuietFront {
    /// Where the first line of `text` ends and the shape of its message, which `text` begins with, if that is a
    /// quiet one.
    #[must_use]
    #[inline(always)]
    pub fn message(&mut self, text: &[u8]) -> Option<(usize, Shape)> {
        self.usual(text).or_else(|| self.any(text))
    }

    #[inline(never)]
    fn any(&mut self, text: &[u8]) -> Option<(usize, Shape)> {
        let end = memchr::memchr(b'\n', text)?;
        let message = without_return(&text[..end]);
        let shape = quiet_message::shape(message)?;
        if let Some(uptime) = shape.uptime() {
            self.uptime = UptimeForm::of(message, uptime.start, uptime.end, shape);
        }
        Some((end, shape))
    }

    /// `None`: perhaps.
    #[inline(always)]
    fn usual(&self, text: &[u8]) -> Option<(usize, Shape)> {
        let window = text.first_chunk::<WINDOW>()?;
        let (colons, newlines, others) = places(window);
        let blank = others.trailing_zeros() as usize;
        if !(2..=BLANK_MAX).contains(&blank) {
            return None;
        }
        let line = newlines ^ newlines.wrapping_sub(1);
        let colons = colons & line;
        let is_tag = (window[blank] == b' ') & (window[blank - 1] == b':') & window[0].is_ascii_alphabetic();
        let is_header = may_begin(window[0]) & has_two(colons & CLOCK)
            | may_begin(window[blank + 1]) & has_two(colons >> (blank + 1) & CLOCK);
        if !is_tag | is_header | (window[blank + 1] == b'<') {
            return None;
        }
        if window.first_chunk() == Some(KERNEL_TAG) {
            return self.of_the_kernel(text, window, newlines);
        }
        if window.first_chunk() == Some(b"kernel") {
            return None;
        }
        let end = match newlines {
            0 => WINDOW + memchr::memchr(b'\n', &text[WINDOW..])?,
            _ => newlines.trailing_zeros() as usize,
        };
        Some((end, Shape::default()))
    }

    #[inline(always)]
    fn of_the_kernel(&self, text: &[u8], window: &[u8; WINDOW], newlines: u64) -> Option<(usize, Shape)> {
        let shape = if window[KERNEL_TAG.len()] == b'[' {
            let UptimeForm { form, first, shape } = self.uptime.as_ref()?;
            form.strip(&window[KERNEL_TAG.len()..]).filter(|_| window[*first] != b'0')?;
            *shape
        } else {
            Shape::default()
        };
        // Behind ` kernel: ` another line may begin: a `k` behind a blank is looked at more closely.
        let behind_tag = !0 << KERNEL_TAG.len();
        let mut newlines = newlines;
        let mut pairs = blanks_before_k(window) & behind_tag;
        let mut start = 0;
        loop {
            let line = newlines ^ newlines.wrapping_sub(1);
            if pairs & line != 0 {
                return None;
            }
            if newlines != 0 {
                return Some((start + newlines.trailing_zeros() as usize, shape));
            }
            // The blank may be the last of a window.
            start += WINDOW - 1;
            let window = text.get(start..)?.first_chunk::<WINDOW>()?;
            newlines = mask(window, |bytes| bytes.simd_eq(u8x16::splat(b'\n')));
            pairs = blanks_before_k(window);
        }
    }
}

impl UptimeForm {
    /// Of a message in which an uptime was found that is no young one.
    fn of(message: &[u8], first: usize, end: usize, shape: Shape) -> Option<Self> {
        let form = message.get(KERNEL_TAG.len()..=end)?;
        let is_old = message.get(first + 1).is_some_and(u8::is_ascii_digit);
        let form = MaskedPrefix::of(form, |place| form[place].is_ascii_digit()).filter(|_| is_old)?;
        Some(Self { form, first, shape })
    }
}

/// Whether a header may begin with the byte, but for those in `<>`; see
/// [`super::log_header::may_begin_header`].
#[inline(always)]
fn may_begin(byte: u8) -> bool {
    byte.is_ascii_digit() | byte.is_ascii_uppercase()
}

#[inline(always)]
fn has_two(places: u64) -> bool {
    places & places.wrapping_sub(1) != 0
}

/// Bits for colons, for the ends of lines, and for all that is no printable character of ASCII or a blank: of these
/// only those in the first half of the window.
#[inline(always)]
fn places(window: &[u8; WINDOW]) -> (u64, u64, u32) {
    let colons = mask(window, |bytes| bytes.simd_eq(u8x16::splat(b':')));
    let newlines = mask(window, |bytes| bytes.simd_eq(u8x16::splat(b'\n')));
    // From 21h to 7Eh, which is the first of what the difference leaves.
    let graphic = |bytes: u8x16| {
        let from_first = bytes - u8x16::splat(b'!');
        from_first.min(u8x16::splat(b'~' - b'!')).simd_eq(from_first)
    };
    let [first, second, ..] = quarters(window);
    let graphic = graphic(first).to_bitmask() | graphic(second).to_bitmask() << 16;
    (colons, newlines, !graphic)
}

/// Bits for blanks that a `k` follows in the window.
#[inline(always)]
fn blanks_before_k(window: &[u8; WINDOW]) -> u64 {
    let blanks = mask(window, |bytes| bytes.simd_eq(u8x16::splat(b' ')));
    let ks = mask(window, |bytes| bytes.simd_eq(u8x16::splat(b'k')));
    blanks & ks >> 1
}

/// A bit for each byte for which `is` gives ones.
#[inline(always)]
fn mask(window: &[u8; WINDOW], is: impl Fn(u8x16) -> u8x16) -> u64 {
    let [a, b, c, d] = quarters(window).map(|bytes| u64::from(is(bytes).to_bitmask()));
    a | b << 16 | c << 32 | d << 48
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
        let uptimes =
            ["", "[   12.345678] ", "[    9.345678] ", "[12345.345678] ", "[1234x.345678] ", "[12.3] "];
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
        let mut front = QuietFront::default();
        let mut usual = 0;
        for message in messages() {
            for filling in [0, 1, 20, 62, 63, 64, 65, 130] {
                for behind in [
                    "",
                    "\n",
                    "\nkernel: [   12.345678] and more kernel: of it, as long as a window takes, or two",
                ] {
                    let text = format!("{message}{}{behind}", "y".repeat(filling));
                    usual += usize::from(front.usual(text.as_bytes()).is_some());
                    assert_eq!(front.message(text.as_bytes()), careful(text.as_bytes()), "{text:?}");
                }
            }
        }
        assert!(usual > 1000, "most need no careful look: {usual}");
    }

    #[test]
    fn a_k_behind_a_blank_is_seen_wherever_it_stands() {
        for before in 0..200 {
            let text =
                format!("kernel: {} kernel: [    0.000000] Linux\n{}", "y".repeat(before), "z".repeat(80));
            assert_eq!(QuietFront::default().message(text.as_bytes()), None, "{before}");
        }
    }

    #[test]
    fn bytes_that_are_no_part_of_a_tag_end_it() {
        for byte in 0..=u8::MAX {
            let text = [b"ss", &[byte][..], b"d: text\n", &[b'z'; 80]].concat();
            assert_eq!(QuietFront::default().message(&text), careful(&text), "{byte:#x}");
        }
    }
}
