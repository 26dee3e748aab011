//! Addresses written the way that another one was: signs, capital letters, leading zeros.

use std::net::Ipv6Addr;

use super::network::{Six, six};

/// Four bytes as the numbers of the original stood, with its signs and its leading zeros.
#[must_use]
pub fn ipv4(original: &[u8], octets: &[u8]) -> String {
    let mut made = String::new();
    let mut next = octets.iter();
    let mut at = 0;
    while at < original.len() {
        if !original[at].is_ascii_digit() {
            made.push(char::from(original[at]));
            at += 1;
            continue;
        }
        let len = original[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let value = next.next().copied().unwrap_or(0);
        if len > 1 && original[at] == b'0' {
            made.push_str(&format!("{value:0len$}"));
        } else {
            made.push_str(&value.to_string());
        }
        at += len;
    }
    made
}

/// An IPv6 address, short as RFC 5952 wants it, or in full if the original was.
#[must_use]
pub fn ipv6(original: &[u8], address: Ipv6Addr) -> String {
    let full = original.len() == 39 && !original.contains(&b'.');
    let made = if !original.contains(&b':') {
        format!("{:032x}", u128::from(address))
    } else if full {
        let groups: Vec<String> = address.segments().iter().map(|group| format!("{group:04x}")).collect();
        groups.join(":")
    } else if let (true, Six::Holds(inner)) = (original.contains(&b'.'), six(address)) {
        match address.segments() {
            [0x64, ..] => format!("64:ff9b::{inner}"),
            [.., 0xffff, _, _] => format!("::ffff:{inner}"),
            _ => format!("::{inner}"),
        }
    } else {
        address.to_string()
    };
    in_case(original, made)
}

/// The first groups of an address.
#[must_use]
pub fn cut_ipv6(original: &[u8], address: Ipv6Addr, count: usize) -> String {
    let groups: Vec<String> =
        address.segments().iter().take(count).map(|group| format!("{group:x}")).collect();
    in_case(original, groups.join(":"))
}

/// Hexadecimal digits in the places of the original's.
#[must_use]
pub fn digits(original: &[u8], digits: &str) -> String {
    let mut next = digits.chars();
    let made = original
        .iter()
        .map(|byte| if byte.is_ascii_hexdigit() { next.next().unwrap_or('0') } else { char::from(*byte) })
        .collect();
    in_case(original, made)
}

fn in_case(original: &[u8], made: String) -> String {
    let upper = original.iter().any(u8::is_ascii_uppercase);
    if upper && !original.iter().any(u8::is_ascii_lowercase) { made.to_ascii_uppercase() } else { made }
}
