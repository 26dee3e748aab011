//! How long secrets may be, and what IPMI makes of them.
//!
//! IPMI v2.0, section 22.30 (Set User Password): 20 bytes with RMCP+, 16 bytes with IPMI v1.5 sessions; section
//! 22.28: user names of 16 bytes; section 13.28: Kg of 20 bytes.

use zeroize::Zeroizing;

use super::{CredentialError, Login};
use crate::collect::secret::Secret;

/// Bytes that are read from a file or program: one more than a secret may have, and its line's end.
pub(super) const MAX_FETCHED: usize = MAX_SECRET + 3;
/// Longest secret; tokens of directory services get this long.
const MAX_SECRET: usize = 8192;
/// Longest user name and key of IPMI.
const MAX_IPMI_USER: usize = 16;
const MAX_KG: usize = 20;

/// The session protocol that a password is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IpmiVersion {
    /// IPMI v1.5 sessions: 16 bytes.
    V1_5,
    /// RMCP+ sessions: 20 bytes.
    V2_0,
}

/// Why a login cannot be used with IPMI, although it may be good for Redfish.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IpmiLoginError {
    #[error(
        "the password of `{user}` has {bytes} bytes, and IPMI takes {max}: give the BMC a shorter one, or credentials of its own for `ipmi`"
    )]
    Password { user: String, bytes: usize, max: usize },
    #[error("the user name `{user}` has {bytes} bytes, and IPMI takes 16")]
    User { user: String, bytes: usize },
    #[error("the BMC key of `{user}` has {bytes} bytes, and IPMI takes 20")]
    Key { user: String, bytes: usize },
    #[error("the password of `{user}` holds a zero byte, which IPMI takes for its end")]
    ZeroByte { user: String },
}

impl Login {
    /// Whether IPMI can carry this user name, password and key. A BMC would cut them and refuse them.
    pub fn check_for_ipmi(&self, version: IpmiVersion) -> Result<(), IpmiLoginError> {
        let user = || self.user.clone();
        let max = match version {
            IpmiVersion::V1_5 => 16,
            IpmiVersion::V2_0 => 20,
        };
        let bytes = self.password.expose().len();
        if bytes > max {
            return Err(IpmiLoginError::Password { user: user(), bytes, max });
        }
        if self.password.expose().contains(&0) {
            return Err(IpmiLoginError::ZeroByte { user: user() });
        }
        if self.user.len() > MAX_IPMI_USER {
            return Err(IpmiLoginError::User { user: user(), bytes: self.user.len() });
        }
        match self.kg.as_ref().map(|kg| kg.expose().len()) {
            Some(bytes) if bytes > MAX_KG => Err(IpmiLoginError::Key { user: user(), bytes }),
            _ => Ok(()),
        }
    }
}

/// The first line of what was read, without its end.
pub(super) fn first_line(bytes: &[u8]) -> Secret {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    Secret::new(line.strip_suffix(b"\r").unwrap_or(line).to_vec())
}

/// Refuses what is no secret: nothing, or far too much.
pub(super) fn check_length(secret: Secret, origin: &str) -> Result<Secret, CredentialError> {
    if secret.is_empty() {
        return Err(CredentialError::Empty { origin: origin.to_owned() });
    }
    if secret.expose().len() > MAX_SECRET {
        return Err(CredentialError::TooLong { origin: origin.to_owned(), max: MAX_SECRET });
    }
    Ok(secret)
}

/// A BMC key as bytes: hexadecimal after `0x`, since keys are seldom text.
pub(super) fn binary_key(key: Secret, origin: &str) -> Result<Secret, CredentialError> {
    let Some(digits) = key.expose().strip_prefix(b"0x") else { return Ok(key) };
    let refused = || CredentialError::NotHexadecimal { origin: origin.to_owned() };
    if digits.is_empty() || digits.len() % 2 != 0 {
        return Err(refused());
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(digits.len() / 2));
    for pair in digits.chunks(2) {
        let value = pair
            .iter()
            .try_fold(0_u32, |value, digit| char::from(*digit).to_digit(16).map(|digit| value * 16 + digit));
        bytes.push(value.and_then(|value| u8::try_from(value).ok()).ok_or_else(refused)?);
    }
    Ok(Secret::new(bytes.to_vec()))
}
