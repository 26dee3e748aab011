//! The datagrams of RMCP+, bytes in and bytes out: nothing here knows a key, a socket or a clock.
//!
//! Spec: IPMI v2.0 section 13.6 (table 13-8, RMCP packet with the RMCP+ session header). Multi-byte numbers
//! are least significant byte first. Not handled: IPMI v1.5 sessions, OEM payloads, RMCP acknowledgements.

pub mod message;
pub mod setup;

/// Why bytes are not what they should be. Such bytes are counted and dropped, whatever the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// It ends before a field that must be there.
    #[error("cut short")]
    Short,
    /// RMCP version, class or authentication format of something else.
    #[error("not an RMCP+ datagram")]
    Foreign,
    /// One of the two checksums of an IPMI message.
    #[error("wrong checksum")]
    Checksum,
    /// Signature, padding or ciphertext do not fit the session's keys.
    #[error("not protected by the keys of this session")]
    Protection,
    /// A flag, length or identity that contradicts the rest.
    #[error("contradicts itself")]
    Contradiction,
}

/// Payload types, spec table 13-16.
pub mod payload {
    /// An IPMI message.
    pub const IPMI: u8 = 0x00;
    /// RMCP+ Open Session Request.
    pub const OPEN_REQUEST: u8 = 0x10;
    /// RMCP+ Open Session Response.
    pub const OPEN_RESPONSE: u8 = 0x11;
    /// RAKP message 1.
    pub const RAKP_1: u8 = 0x12;
    /// RAKP message 2.
    pub const RAKP_2: u8 = 0x13;
    /// RAKP message 3.
    pub const RAKP_3: u8 = 0x14;
    /// RAKP message 4.
    pub const RAKP_4: u8 = 0x15;
}

/// RMCP version 1.0, reserved, sequence FFh (no acknowledgement wanted), class 07h (IPMI): spec 13.1.3.
const RMCP_HEADER: [u8; 4] = [0x06, 0x00, 0xff, 0x07];
/// Authentication type of the session header that marks RMCP+ (spec 13.6, "AuthType/Format").
const FORMAT_RMCP_PLUS: u8 = 0x06;
const FLAG_ENCRYPTED: u8 = 0x80;
const FLAG_AUTHENTICATED: u8 = 0x40;
const PAYLOAD_TYPE_MASK: u8 = 0x3f;
/// Where the payload begins, counted from the start of the datagram.
const PAYLOAD_AT: usize = 16;
/// "Next header" of the session trailer, always this value (spec 13.6).
const NEXT_HEADER: u8 = 0x07;

/// The session header: what a payload is and to which session it belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// One of [`payload`].
    pub payload_type: u8,
    /// Whether the payload is encrypted.
    pub encrypted: bool,
    /// Whether a signature follows.
    pub authenticated: bool,
    /// The id that the receiver chose; 0 outside a session.
    pub session_id: u32,
    /// Counts the datagrams of one direction; 0 outside a session.
    pub sequence: u32,
}

impl Header {
    /// The header of a datagram outside any session.
    #[must_use]
    pub fn outside(payload_type: u8) -> Self {
        Self { payload_type, encrypted: false, authenticated: false, session_id: 0, sequence: 0 }
    }
}

/// A datagram taken apart, nothing of it verified yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// The session header.
    pub header: Header,
    /// The payload as sent, perhaps encrypted.
    pub payload: &'a [u8],
    /// What a signature covers: from the session header to the "next header" byte.
    pub signed: &'a [u8],
    /// The signature; empty if the header says that there is none.
    pub signature: &'a [u8],
}

impl<'a> Datagram<'a> {
    /// Takes `bytes` apart. `signature_length` is that of the session's suite, in bytes.
    ///
    /// # Errors
    /// If the bytes are no RMCP+ datagram, or their lengths contradict each other.
    pub fn decode(bytes: &'a [u8], signature_length: usize) -> Result<Self, Damage> {
        let (head, rest) = bytes.split_at_checked(RMCP_HEADER.len()).ok_or(Damage::Short)?;
        let (&[version, _, _, class], [format, ..]) = (head, rest) else {
            return Err(Damage::Short);
        };
        if (version, class, *format) != (RMCP_HEADER[0], RMCP_HEADER[3], FORMAT_RMCP_PLUS) {
            return Err(Damage::Foreign);
        }
        let kind = *rest.get(1).ok_or(Damage::Short)?;
        let mut fields = Fields(rest.get(2..).ok_or(Damage::Short)?);
        let header = Header {
            payload_type: kind & PAYLOAD_TYPE_MASK,
            encrypted: kind & FLAG_ENCRYPTED != 0,
            authenticated: kind & FLAG_AUTHENTICATED != 0,
            session_id: fields.u32()?,
            sequence: fields.u32()?,
        };
        let length = usize::from(fields.u16()?);
        let payload = fields.take(length)?;
        if !header.authenticated {
            return Ok(Self { header, payload, signed: &[], signature: &[] });
        }
        let signed_length = rest.len().checked_sub(signature_length).ok_or(Damage::Short)?;
        let (signed, signature) = rest.split_at_checked(signed_length).ok_or(Damage::Short)?;
        let trailer = signed.get(PAYLOAD_AT - RMCP_HEADER.len() + length..).ok_or(Damage::Short)?;
        let [padding @ .., padding_length, NEXT_HEADER] = trailer else {
            return Err(Damage::Contradiction);
        };
        if padding.len() != usize::from(*padding_length) {
            return Err(Damage::Contradiction);
        }
        Ok(Self { header, payload, signed, signature })
    }
}

/// The bytes of a datagram; where the header says "authenticated", the signature is made by `sign` over the
/// bytes that it has to cover.
///
/// # Errors
/// [`Damage::Contradiction`] if the payload is longer than its length field can say.
pub fn encode(
    header: Header,
    payload: &[u8],
    sign: impl FnOnce(&[u8]) -> Vec<u8>,
) -> Result<Vec<u8>, Damage> {
    let length = u16::try_from(payload.len()).map_err(|_| Damage::Contradiction)?;
    let mut bytes = RMCP_HEADER.to_vec();
    let flags = if header.encrypted { FLAG_ENCRYPTED } else { 0 }
        | if header.authenticated { FLAG_AUTHENTICATED } else { 0 };
    bytes.extend([FORMAT_RMCP_PLUS, flags | header.payload_type & PAYLOAD_TYPE_MASK]);
    bytes.extend(header.session_id.to_le_bytes());
    bytes.extend(header.sequence.to_le_bytes());
    bytes.extend(length.to_le_bytes());
    bytes.extend(payload);
    if header.authenticated {
        // The trailer, without the signature, fills the signed bytes up to a multiple of four.
        let padding = (bytes.len() - RMCP_HEADER.len() + 2).wrapping_neg() % 4;
        bytes.extend([0xff; 3].iter().take(padding));
        bytes.extend([u8::try_from(padding).unwrap_or(0), NEXT_HEADER]);
        let signature = sign(bytes.get(RMCP_HEADER.len()..).unwrap_or_default());
        bytes.extend(signature);
    }
    Ok(bytes)
}

/// Bytes that are eaten from the front.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Damage> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Damage::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Damage> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(Damage::Short)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn u8(&mut self) -> Result<u8, Damage> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    fn u16(&mut self) -> Result<u16, Damage> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    fn u32(&mut self) -> Result<u32, Damage> {
        Ok(u32::from_le_bytes(self.array()?))
    }
}
