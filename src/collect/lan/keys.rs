//! The codes and keys of the log-on (RAKP), computed from the password and both sides' random numbers.
//!
//! Spec: IPMI v2.0 sections 13.28 (what each code covers), 13.31 (session integrity key), 13.32 (K1, K2).

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::options::Suite;
use super::packet::setup::Block;

/// A code or key that must not stay in memory.
pub type Code = Zeroizing<Vec<u8>>;

/// The constants behind K1 and K2 are the numbers 1 and 2, twenty times (spec 13.32).
const CONSTANT_LENGTH: usize = 20;
/// AES-128 takes the first 16 bytes of K2 (spec 13.29).
const CIPHER_KEY_LENGTH: usize = 16;

/// The suite's HMAC over the parts, one behind the other, in full length.
#[must_use]
pub fn mac(suite: Suite, key: &[u8], parts: &[&[u8]]) -> Code {
    match suite {
        Suite::Sha1 => code::<Hmac<Sha1>>(key, parts),
        Suite::Sha256 => code::<Hmac<Sha256>>(key, parts),
    }
}

fn code<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Code {
    // HMAC takes a key of any length; the error exists for other codes only.
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else {
        return Code::default();
    };
    for part in parts {
        mac.update(part);
    }
    Zeroizing::new(mac.finalize().into_bytes().to_vec())
}

/// Whether two codes are the same, in a time that does not tell where they differ. An empty code never is.
#[must_use]
pub fn same(ours: &[u8], theirs: &[u8]) -> bool {
    !ours.is_empty() && bool::from(ours.ct_eq(theirs))
}

/// All that both sides have told each other in the log-on.
#[derive(Debug, Clone, Copy)]
pub struct Transcript<'a> {
    /// The suite that was agreed.
    pub suite: Suite,
    /// Our session id.
    pub console_id: u32,
    /// The BMC's session id.
    pub bmc_id: u32,
    /// Our random number.
    pub console_random: &'a Block,
    /// The BMC's random number.
    pub bmc_random: &'a Block,
    /// The BMC's GUID.
    pub guid: &'a Block,
    /// The role byte of RAKP message 1.
    pub role: u8,
    /// The user name.
    pub user: &'a [u8],
}

impl Transcript<'_> {
    fn who(&self) -> Vec<u8> {
        let mut bytes = vec![self.role, u8::try_from(self.user.len()).unwrap_or(u8::MAX)];
        bytes.extend(self.user);
        bytes
    }

    /// What RAKP message 2 must bring: the BMC knows the password.
    #[must_use]
    pub fn proof_of_bmc(&self, password: &[u8]) -> Code {
        let (console, bmc) = (self.console_id.to_le_bytes(), self.bmc_id.to_le_bytes());
        let parts = [&console, &bmc, &self.console_random[..], self.bmc_random, self.guid, &self.who()];
        mac(self.suite, password, &parts)
    }

    /// What RAKP message 3 brings: we know the password.
    #[must_use]
    pub fn proof_of_console(&self, password: &[u8]) -> Code {
        let console = self.console_id.to_le_bytes();
        mac(self.suite, password, &[self.bmc_random, &console, &self.who()])
    }

    /// The session integrity key. `key` is Kg, or the password where no Kg is set.
    #[must_use]
    pub fn session_key(&self, key: &[u8]) -> Code {
        mac(self.suite, key, &[self.console_random, self.bmc_random, &self.who()])
    }

    /// What RAKP message 4 must bring: the BMC has the same session key. As long as a signature.
    #[must_use]
    pub fn confirmation(&self, session_key: &[u8]) -> Code {
        let bmc = self.bmc_id.to_le_bytes();
        let mut code = mac(self.suite, session_key, &[self.console_random, &bmc, self.guid]);
        code.truncate(self.suite.signature_length());
        code
    }
}

/// The two keys of a session. They are wiped when dropped and cannot be printed.
pub struct SessionKeys {
    /// The suite that they are for.
    pub suite: Suite,
    k1: Code,
    k2: Zeroizing<[u8; CIPHER_KEY_LENGTH]>,
}

impl SessionKeys {
    /// Derives them from the session integrity key.
    #[must_use]
    pub fn derive(suite: Suite, session_key: &[u8]) -> Self {
        let k1 = mac(suite, session_key, &[&[1; CONSTANT_LENGTH]]);
        let long = mac(suite, session_key, &[&[2; CONSTANT_LENGTH]]);
        let mut k2 = Zeroizing::new([0; CIPHER_KEY_LENGTH]);
        k2.iter_mut().zip(long.iter()).for_each(|(to, from)| *to = *from);
        Self { suite, k1, k2 }
    }

    /// The signature of a datagram.
    #[must_use]
    pub fn signature(&self, signed: &[u8]) -> Vec<u8> {
        let mut code = mac(self.suite, &self.k1, &[signed]);
        code.truncate(self.suite.signature_length());
        code.to_vec()
    }

    /// The key of the cipher.
    #[must_use]
    pub fn cipher_key(&self) -> &[u8; CIPHER_KEY_LENGTH] {
        &self.k2
    }
}
