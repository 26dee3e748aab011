//! The bracket that the kernel (or `dmesg`) puts before a message.

/// Takes `[12345.678901]` off the front of a kernel message: microseconds since the kernel started,
/// and the text. Kernels print six digits behind the point, but edited and vendor's logs have 1 to
/// 9; a blank may be missing behind the bracket. A bracket with the caller (`[   T12]`, `[    C1]`)
/// is passed over. `None`: no such bracket.
#[must_use]
pub fn split_uptime(text: &str) -> Option<(u64, &str)> {
    let inner = text.strip_prefix('[')?;
    let (bracket, rest) = inner.split_at_checked(inner.find(']').filter(|close| *close <= 40)?)?;
    let micros = micros_of(bracket.trim())?;
    let rest = &rest[1..];
    Some((micros, pass_caller(rest.strip_prefix(' ').unwrap_or(rest))))
}

/// Seconds with a fraction, in microseconds. The processor may follow, as vendors' kernels print
/// it (`12.345678,3`, `12.345678@1`), or the step from the message before (`12.345678 <    0.1>`).
pub(crate) fn micros_of(number: &str) -> Option<u64> {
    let number = match number.find(['<', ',', '@']) {
        Some(at) if is_decimal(number[at + 1..].trim_end_matches('>').trim()) => number[..at].trim_end(),
        Some(_) => return None,
        None => number,
    };
    let (seconds, fraction) = number.split_once('.')?;
    if seconds.is_empty() || seconds.len() > 12 || fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    if !seconds.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let whole: u64 = seconds.parse().ok()?;
    let mut micros = 0;
    for at in 0..6 {
        micros = micros * 10 + fraction.as_bytes().get(at).map_or(0, |digit| u64::from(digit - b'0'));
    }
    Some(whole * 1_000_000 + micros)
}

fn is_decimal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Passes over `[    T0]` or `[  C12]`: the task or processor that printed (CONFIG_PRINTK_CALLER).
fn pass_caller(text: &str) -> &str {
    let Some((caller, rest)) = text.strip_prefix('[').and_then(|inner| inner.split_once(']')) else {
        return text;
    };
    let caller = caller.trim_start();
    let is_caller = caller.len() > 1
        && caller.len() <= 9
        && caller.starts_with(['T', 'C'])
        && caller[1..].bytes().all(|byte| byte.is_ascii_digit());
    if is_caller { rest.strip_prefix(' ').unwrap_or(rest) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_width_of_the_fraction() {
        for (text, expected) in [
            ("[    0.000000] a", Some((0, "a"))),
            ("[210731.648573]hv", Some((210_731_648_573, "hv"))),
            ("[    0.4074] a", Some((407_400, "a"))),
            ("[1.123456789] a", Some((1_123_456, "a"))),
            ("[    1.5][    T1] a", Some((1_500_000, "a"))),
            ("[    1.5] [ C12] a", Some((1_500_000, "a"))),
            ("[    1.5,3] a", Some((1_500_000, "a"))),
            ("[    1.500000 <    0.000010>] a", Some((1_500_000, "a"))),
            ("[    1.5] [Txt] a", Some((1_500_000, "[Txt] a"))),
            ("[1] a", None),
            ("[1.2.3] a", None),
            ("[1.5, or so] a", None),
            ("[99999999999999.1] a", None),
            ("[ 1.5", None),
        ] {
            assert_eq!(split_uptime(text), expected, "{text}");
        }
    }
}
