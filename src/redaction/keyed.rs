//! The one function that all pseudonyms come from: HMAC-SHA-256 (RFC 2104, FIPS 180-4) of what is replaced, under the
//! key of the map.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The function under one key.
#[derive(Clone)]
pub struct Keyed(Hmac<Sha256>);

impl Keyed {
    /// Takes a key of any length; that of a map has 32 bytes.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes keys of any length"))
    }

    /// 32 bytes that nobody can foresee without the key. `purpose` keeps things of different kinds apart.
    #[must_use]
    pub fn bytes(&self, purpose: &str, value: &[u8]) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(value);
        mac.finalize().into_bytes().into()
    }
}

/// Small hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}
