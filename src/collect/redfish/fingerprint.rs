//! The SHA-256 of a certificate (of its DER bytes), as `openssl x509 -fingerprint -sha256` shows it.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// The SHA-256 of a certificate.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

/// A text that is no SHA-256.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a SHA-256 fingerprint is 64 hex digits")]
pub struct FingerprintError;

impl Fingerprint {
    /// The fingerprint of a certificate in DER.
    #[must_use]
    pub fn of(certificate: &[u8]) -> Self {
        Self(Sha256::digest(certificate).into())
    }
}

/// Takes hex digits of either case, with or without colons and blanks between them, and with or without
/// `sha256:` or openssl's `sha256 Fingerprint=` in front.
impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let text = text.rsplit_once('=').map_or(text, |(_, digits)| digits).trim();
        let label = text.get(..7).filter(|label| label.eq_ignore_ascii_case("sha256:"));
        let text = text.get(label.map_or(0, str::len)..).unwrap_or_default();
        let digits: Vec<u32> = text
            .chars()
            .filter(|c| !matches!(c, ':' | ' '))
            .map(|c| c.to_digit(16).ok_or(FingerprintError))
            .collect::<Result<_, _>>()?;
        let mut bytes = [0; 32];
        if digits.len() != 2 * bytes.len() {
            return Err(FingerprintError);
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair.iter().fold(0_u8, |byte, digit| byte << 4 | (digit & 0x0f) as u8);
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_tools_write_it() {
        let own = Fingerprint::of(b"certificate");
        let digits = own.to_string();
        let pairs: Vec<&str> = (0..32).map(|at| &digits[2 * at..2 * at + 2]).collect();
        let colons = pairs.join(":").to_uppercase();
        for text in [
            digits.clone(),
            colons.clone(),
            format!("sha256:{digits}"),
            format!("SHA256:{colons}"),
            format!("sha256 Fingerprint={colons}\n"),
        ] {
            assert_eq!(text.parse(), Ok(own), "{text}");
        }
        for text in ["", "sha256:", "abc", &digits[1..], "ü".repeat(64).as_str()] {
            assert_eq!(text.parse::<Fingerprint>(), Err(FingerprintError), "{text}");
        }
    }
}
