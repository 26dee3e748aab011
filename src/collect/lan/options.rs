//! What a caller may choose: who logs on, with which algorithms, and how long to wait.

use std::time::{Duration, Instant};

use crate::collect::secret::Secret;

/// The UDP port of BMCs (spec table 13-1, primary RMCP port).
pub const PORT: u16 = 623;

/// The rights that a session asks for. Reading needs no more than [`Privilege::User`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Privilege {
    /// May read.
    User = 2,
    /// May also change what does not change rights.
    Operator = 3,
    /// May do everything.
    Administrator = 4,
}

/// A set of algorithms for authentication, integrity and encryption (spec table 22-20). Only those that protect
/// what is said are here; suite 0, which lets anybody in, and its kin without encryption are not supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// RAKP-HMAC-SHA1, HMAC-SHA1-96, AES-CBC-128.
    Sha1 = 3,
    /// RAKP-HMAC-SHA256, HMAC-SHA256-128, AES-CBC-128.
    Sha256 = 17,
}

impl Suite {
    /// The suite of this number, if it is one that protects and that we know.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::Sha1, Self::Sha256].into_iter().find(|suite| suite.number() == number)
    }

    /// Its number in the specification.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }

    /// Authentication, integrity, encryption: spec tables 13-17, 13-18, 13-19.
    #[must_use]
    pub fn algorithms(self) -> [u8; 3] {
        match self {
            Self::Sha1 => [0x01, 0x01, 0x01],
            Self::Sha256 => [0x03, 0x04, 0x01],
        }
    }

    /// Length of a datagram's signature in bytes.
    #[must_use]
    pub fn signature_length(self) -> usize {
        match self {
            Self::Sha1 => 12,
            Self::Sha256 => 16,
        }
    }
}

/// Who logs on.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// User name, at most 16 bytes.
    pub user: String,
    /// Password, at most 20 bytes.
    pub password: Secret,
    /// The BMC's own key (Kg), where one is set; at most 20 bytes.
    pub kg: Option<Secret>,
}

/// How to speak with a BMC.
#[derive(Debug, Clone)]
pub struct LanOptions {
    /// Suites in the order in which they are tried. The next one is tried only if the BMC says that it does not
    /// know the one before.
    pub suites: Vec<Suite>,
    /// What to ask for.
    pub privilege: Privilege,
    /// How long to wait for the first answer. Later waits follow the times that the BMC's answers take, and
    /// double with each repetition.
    pub timeout: Duration,
    /// How often a question is sent before it counts as unanswered.
    pub attempts: u32,
    /// When all must be over, log-on included. `None`: only the attempts limit it.
    pub deadline: Option<Instant>,
    /// How many questions may be under way at once. It goes down by itself when a BMC shows trouble.
    pub window: usize,
    /// Whether an empty user name may be used, which some BMCs let in without a password.
    pub allow_anonymous: bool,
}

impl Default for LanOptions {
    fn default() -> Self {
        Self {
            suites: vec![Suite::Sha256, Suite::Sha1],
            privilege: Privilege::User,
            timeout: Duration::from_secs(1),
            attempts: 5,
            deadline: None,
            window: 4,
            allow_anonymous: false,
        }
    }
}
