//! Datagrams inside a session: encrypted, then signed; on the way back verified first, then decrypted.
//!
//! Spec: IPMI v2.0 sections 13.28.4 (signature) and 13.29 (AES-CBC-128: IV, ciphertext; the plain text ends with
//! the bytes 1, 2, 3 ... and their count).

use aes::Aes128;
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use zeroize::Zeroizing;

use super::keys::{SessionKeys, same};
use super::packet::{self, Damage, Datagram, Header, payload};

const BLOCK: usize = 16;

/// Encrypts and signs one message for the session `session_id`. `iv` has to be random.
///
/// # Errors
/// If the message is too long for a datagram.
pub fn seal(
    keys: &SessionKeys,
    session_id: u32,
    sequence: u32,
    iv: &[u8; BLOCK],
    message: &[u8],
) -> Result<Vec<u8>, Damage> {
    let padding = (message.len() + 1).wrapping_neg() % BLOCK;
    let mut plain = Zeroizing::new(message.to_vec());
    plain.extend((1..).take(padding));
    plain.push(u8::try_from(padding).unwrap_or(0));
    let length = plain.len();
    cbc::Encryptor::<Aes128>::new(keys.cipher_key().into(), iv.into())
        .encrypt_padded::<NoPadding>(&mut plain, length)
        .map_err(|_| Damage::Contradiction)?;
    let header =
        Header { payload_type: payload::IPMI, encrypted: true, authenticated: true, session_id, sequence };
    packet::encode(header, &[&iv[..], &plain].concat(), |signed| keys.signature(signed))
}

/// Verifies and decrypts a datagram that should belong to the session `session_id`: its sequence number and the
/// message. One that is not signed or not encrypted is refused, whatever it says.
///
/// # Errors
/// If it is not a whole, unchanged datagram of this session.
pub fn unseal(keys: &SessionKeys, session_id: u32, bytes: &[u8]) -> Result<(u32, Vec<u8>), Damage> {
    let datagram = Datagram::decode(bytes, keys.suite.signature_length())?;
    let header = datagram.header;
    if header.session_id != session_id || header.payload_type != payload::IPMI {
        return Err(Damage::Foreign);
    }
    if !header.authenticated || !header.encrypted {
        return Err(Damage::Protection);
    }
    if !same(&keys.signature(datagram.signed), datagram.signature) {
        return Err(Damage::Protection);
    }
    let (iv, cipher) = datagram.payload.split_first_chunk::<BLOCK>().ok_or(Damage::Short)?;
    let mut plain = cipher.to_vec();
    cbc::Decryptor::<Aes128>::new(keys.cipher_key().into(), iv.into())
        .decrypt_padded::<NoPadding>(&mut plain)
        .map_err(|_| Damage::Contradiction)?;
    let length = unpadded(&plain).ok_or(Damage::Contradiction)?;
    plain.truncate(length);
    Ok((header.sequence, plain))
}

/// The length of the message in front of its padding, if the padding is as it must be.
fn unpadded(plain: &[u8]) -> Option<usize> {
    let (count, rest) = plain.split_last()?;
    let length = rest.len().checked_sub(usize::from(*count))?;
    let padding = rest.get(length..)?;
    (usize::from(*count) < BLOCK && padding.iter().copied().eq(1..=*count)).then_some(length)
}
