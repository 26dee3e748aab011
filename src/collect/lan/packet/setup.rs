//! The six messages that open a session: Open Session Request and Response, RAKP messages 1 to 4.
//!
//! Spec: IPMI v2.0 sections 13.17 to 13.24, status codes in table 13-15. Numbers least significant byte first.

use super::super::options::{Privilege, Suite};
use super::{Damage, Fields};

/// Status codes of the answers that mean something to us, spec table 13-15.
pub mod status {
    /// All sessions are taken, for this role at least.
    pub const NO_RESOURCES: [u8; 2] = [0x01, 0x0b];
    /// The session that we speak of is not there (any more).
    pub const NO_SUCH_SESSION: [u8; 2] = [0x02, 0x08];
    /// An algorithm or their combination is unknown.
    pub const NO_SUCH_SUITE: [u8; 6] = [0x04, 0x05, 0x06, 0x07, 0x10, 0x11];
    /// "Illegal or unrecognized parameter": some answer so to an unknown suite.
    pub const ILLEGAL_PARAMETER: u8 = 0x12;
    /// Invalid or unauthorized role.
    pub const ROLE: [u8; 2] = [0x09, 0x0a];
    /// Nobody of this name.
    pub const NAME: [u8; 2] = [0x0c, 0x0d];
    /// The code that proves the knowledge of the password is wrong.
    pub const INTEGRITY: u8 = 0x0f;
}

/// Every refusal has at most this length: tag, status, reserved (2), session id (4).
const REFUSAL_LENGTH: usize = 8;

/// A random number or identity of 16 bytes.
pub type Block = [u8; 16];

/// What a BMC says in the log-on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict<T> {
    /// Go on.
    Granted(T),
    /// It does not want to.
    Refused {
        /// See [`status`].
        status: u8,
        /// Whether the length fits a refusal; if not, the status byte itself may be damaged.
        certain: bool,
    },
}

/// An answer of the log-on: which question it belongs to, for whom it is, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply<T> {
    /// The tag of the question.
    pub tag: u8,
    /// What it says.
    pub verdict: Verdict<T>,
}

/// What an Open Session Response grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// Our own id, repeated.
    pub console_id: u32,
    /// The id to send to.
    pub bmc_id: u32,
    /// The algorithms for authentication, integrity, encryption.
    pub algorithms: [u8; 3],
}

/// What RAKP message 2 brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rakp2<'a> {
    /// Our own id, repeated.
    pub console_id: u32,
    /// The BMC's random number.
    pub bmc_random: Block,
    /// The BMC's GUID.
    pub guid: Block,
    /// Proof that the BMC knows the password.
    pub code: &'a [u8],
}

/// What RAKP message 4 brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rakp4<'a> {
    /// Our own id, repeated.
    pub console_id: u32,
    /// Proof that the BMC has the same session key.
    pub code: &'a [u8],
}

/// Open Session Request: proposes exactly one algorithm of each kind, so that nothing can be chosen.
#[must_use]
pub fn open_request(tag: u8, privilege: Privilege, console_id: u32, suite: Suite) -> Vec<u8> {
    let mut bytes = vec![tag, privilege as u8, 0, 0];
    bytes.extend(console_id.to_le_bytes());
    for (kind, algorithm) in (0..).zip(suite.algorithms()) {
        bytes.extend([kind, 0, 0, 8, algorithm, 0, 0, 0]);
    }
    bytes
}

/// The role byte of RAKP message 1: the user is looked up by name alone (bit 4), whatever privilege it has.
#[must_use]
pub fn role(privilege: Privilege) -> u8 {
    0x10 | privilege as u8
}

/// RAKP message 1: our random number and who we are.
#[must_use]
pub fn rakp_1(tag: u8, bmc_id: u32, console_random: &Block, role: u8, user: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag, 0, 0, 0];
    bytes.extend(bmc_id.to_le_bytes());
    bytes.extend(console_random);
    bytes.extend([role, 0, 0, u8::try_from(user.len()).unwrap_or(u8::MAX)]);
    bytes.extend(user);
    bytes
}

/// RAKP message 3: proof that we know the password; or, with a status other than 0 and no code, that we give
/// up, so that the BMC can free the session.
#[must_use]
pub fn rakp_3(tag: u8, status: u8, bmc_id: u32, code: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag, status, 0, 0];
    bytes.extend(bmc_id.to_le_bytes());
    bytes.extend(code);
    bytes
}

/// Reads an Open Session Response.
///
/// # Errors
/// If it is cut short or its parts are not what they say they are.
pub fn open_response(bytes: &[u8]) -> Result<Reply<Opened>, Damage> {
    reply(bytes, |fields| {
        let (console_id, bmc_id) = (fields.u32()?, fields.u32()?);
        let mut algorithms = [0; 3];
        for (kind, algorithm) in (0..).zip(&mut algorithms) {
            let part: [u8; 8] = fields.array()?;
            if part[0] != kind {
                return Err(Damage::Contradiction);
            }
            *algorithm = part[4] & 0x3f;
        }
        Ok(Opened { console_id, bmc_id, algorithms })
    })
}

/// Reads RAKP message 2.
///
/// # Errors
/// If it is cut short.
pub fn rakp_2(bytes: &[u8]) -> Result<Reply<Rakp2<'_>>, Damage> {
    reply(bytes, |fields| {
        Ok(Rakp2 {
            console_id: fields.u32()?,
            bmc_random: fields.array()?,
            guid: fields.array()?,
            code: fields.0,
        })
    })
}

/// Reads RAKP message 4.
///
/// # Errors
/// If it is cut short.
pub fn rakp_4(bytes: &[u8]) -> Result<Reply<Rakp4<'_>>, Damage> {
    reply(bytes, |fields| Ok(Rakp4 { console_id: fields.u32()?, code: fields.0 }))
}

fn reply<'a, T>(
    bytes: &'a [u8],
    granted: impl FnOnce(&mut Fields<'a>) -> Result<T, Damage>,
) -> Result<Reply<T>, Damage> {
    let mut fields = Fields(bytes);
    let (tag, status) = (fields.u8()?, fields.u8()?);
    let verdict = if status == 0 {
        fields.u16()?;
        Verdict::Granted(granted(&mut fields)?)
    } else {
        Verdict::Refused { status, certain: bytes.len() <= REFUSAL_LENGTH }
    };
    Ok(Reply { tag, verdict })
}
