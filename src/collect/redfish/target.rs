//! What to read, from whom, and how long to try.

use std::fmt;
use std::time::{Duration, Instant};

use super::trust::Trust;
use crate::collect::secret::Secret;
use crate::collect::wall_clock::WallClock;

/// The Redfish service of one BMC.
#[derive(Clone)]
pub struct Target {
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    pub host: String,
    /// TCP port, 443 as a rule.
    pub port: u16,
    /// Name of the account.
    pub user: String,
    /// Its password.
    pub password: Secret,
    /// How the certificate is checked.
    pub trust: Trust,
}

impl Target {
    /// The host as URLs and the `Host` header write it, with the port if it is not that of HTTPS.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == 443 { host } else { format!("{host}:{}", self.port) }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({}@{}, {:?})", self.user, self.authority(), self.trust)
    }
}

/// What is wanted, and the limits of the effort.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Log services with their entries.
    pub logs: bool,
    /// Power and supplies.
    pub power: bool,
    /// Temperatures and fans.
    pub thermal: bool,
    /// Firmware inventory.
    pub firmware: bool,
    /// When the collection started, by the wall clock and by the steady one: what is measured is stamped by it.
    pub started: WallClock,
    /// How long, how often and how much.
    pub limits: Limits,
}

/// The limits of the effort for one BMC.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Nothing is waited for after this instant, but for the end of the session (at most 3 s more).
    pub deadline: Instant,
    /// The longest wait for a connection, and for the TLS handshake.
    pub connect: Duration,
    /// The longest wait for a whole answer.
    pub answer: Duration,
    /// How often one request is sent at most.
    pub attempts_max: u32,
    /// The first pause before a request is sent again; each further one is twice as long.
    pub pause: Duration,
    /// The longest pause, also where the BMC asks for a longer one.
    pub pause_max: Duration,
    /// Bytes of one page of a log, and of a collection.
    pub page_bytes_max: u64,
    /// Bytes of any other resource.
    pub resource_bytes_max: u64,
    /// Bytes of all answers.
    pub bytes_max: u64,
    /// Requests in all.
    pub requests_max: u64,
    /// Entries of one log that are fetched one by one, where the BMC only gives links to them.
    pub single_entries_max: usize,
}

impl Limits {
    /// The limits for a BMC as they come, with an end at `deadline`.
    #[must_use]
    pub fn until(deadline: Instant) -> Self {
        Self {
            deadline,
            connect: Duration::from_secs(10),
            // Pages of large logs take iDRACs and iLOs 10 s and more.
            answer: Duration::from_secs(60),
            attempts_max: 5,
            pause: Duration::from_millis(200),
            pause_max: Duration::from_secs(15),
            page_bytes_max: 64 << 20,
            resource_bytes_max: 8 << 20,
            bytes_max: 512 << 20,
            requests_max: 20_000,
            single_entries_max: 4_000,
        }
    }
}
