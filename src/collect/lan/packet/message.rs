//! The IPMI message inside a datagram, with its two checksums.
//!
//! Spec: IPMI v2.0 section 13.8 (figure 13-4, IPMI LAN message formats), numbers least significant byte first.

use super::{Damage, Fields};

/// The BMC's address on its own bus (spec 5.5).
pub const BMC_ADDRESS: u8 = 0x20;
/// The software id of a remote console (spec table 5-4: 40h, here with bit 0 set).
pub const CONSOLE_ADDRESS: u8 = 0x81;
/// Request numbers have six bits.
pub const NUMBERS: u8 = 64;

/// A message in either direction. In an answer, `body` begins with the completion code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanMessage<'a> {
    /// Who it is for.
    pub to: u8,
    /// Network function: even in a question, one more in its answer.
    pub netfn: u8,
    /// Who sent it.
    pub from: u8,
    /// Request number, below [`NUMBERS`]; an answer repeats the question's.
    pub number: u8,
    /// The command.
    pub command: u8,
    /// What belongs to the command.
    pub body: &'a [u8],
}

impl<'a> LanMessage<'a> {
    /// A question of a console to the BMC.
    #[must_use]
    pub fn question(netfn: u8, command: u8, number: u8, body: &'a [u8]) -> Self {
        Self { to: BMC_ADDRESS, netfn, from: CONSOLE_ADDRESS, number, command, body }
    }

    /// The bytes of the message. Both logical units are 0.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let head = [self.to, self.netfn << 2];
        let mut bytes = vec![head[0], head[1], checksum(&head)];
        bytes.extend([self.from, self.number << 2, self.command]);
        bytes.extend(self.body);
        bytes.push(checksum(bytes.get(3..).unwrap_or_default()));
        bytes
    }

    /// Takes a message apart and verifies its checksums.
    ///
    /// # Errors
    /// If it is too short or a checksum is wrong.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Damage> {
        let mut fields = Fields(bytes);
        let head: [u8; 3] = fields.array()?;
        let tail = fields.0;
        let [from, number, command] = fields.array()?;
        let (_, body) = fields.0.split_last().ok_or(Damage::Short)?;
        if sum(&head) != 0 || sum(tail) != 0 {
            return Err(Damage::Checksum);
        }
        Ok(Self { to: head[0], netfn: head[1] >> 2, from, number: number >> 2, command, body })
    }
}

fn sum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

/// The byte that makes the sum of all a multiple of 256.
fn checksum(bytes: &[u8]) -> u8 {
    sum(bytes).wrapping_neg()
}
