//! The UDP socket of one BMC: every wait ends at a given time, every error of the system gets its name.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::error::LanError;

/// Longer than any datagram of a BMC (its payload length alone could say more, but an Ethernet frame cannot).
const DATAGRAM_MAX: usize = 2048;
/// The system takes no time-out of zero.
const WAIT_MIN: Duration = Duration::from_millis(1);

/// What came, or did not.
#[derive(Debug)]
pub enum Received {
    /// Some bytes.
    Datagram(Vec<u8>),
    /// Nothing until the time given.
    Nothing,
    /// The other side's system says that nobody listens there.
    Refused,
}

/// A socket that speaks with one address only.
#[derive(Debug)]
pub struct Wire {
    socket: UdpSocket,
    address: SocketAddr,
}

impl Wire {
    /// Opens a socket towards `address`; nothing is sent yet.
    ///
    /// # Errors
    /// If the system gives none.
    pub fn open(address: SocketAddr) -> Result<Self, LanError> {
        let local: SocketAddr = match address {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let open = || {
            let socket = UdpSocket::bind(local)?;
            // A connected socket hears of refusals, and hears nobody else.
            socket.connect(address)?;
            Ok(socket)
        };
        let socket = open().map_err(|error| named(address, error))?;
        Ok(Self { socket, address })
    }

    /// Whom it speaks with.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends one datagram; `false` if an earlier one was refused.
    ///
    /// # Errors
    /// If the system forbids it or knows no way.
    pub fn send(&self, bytes: &[u8]) -> Result<bool, LanError> {
        match self.socket.send(bytes) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
                // The system reports the earlier refusal instead of sending: so once more.
                let _ = self.socket.send(bytes);
                Ok(false)
            }
            // The system's queue is full: as good as lost on the way.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(true),
            Err(error) => Err(named(self.address, error)),
        }
    }

    /// Waits for a datagram, until `until` at most.
    ///
    /// # Errors
    /// If the system says that the way is closed.
    pub fn receive(&self, until: Instant) -> Result<Received, LanError> {
        let wait = until.saturating_duration_since(Instant::now()).max(WAIT_MIN);
        self.socket.set_read_timeout(Some(wait)).map_err(|error| named(self.address, error))?;
        let mut bytes = vec![0; DATAGRAM_MAX];
        match self.socket.recv(&mut bytes) {
            Ok(length) => {
                bytes.truncate(length);
                Ok(Received::Datagram(bytes))
            }
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => Ok(Received::Nothing),
                ErrorKind::ConnectionRefused => Ok(Received::Refused),
                _ => Err(named(self.address, error)),
            },
        }
    }
}

fn named(address: SocketAddr, source: io::Error) -> LanError {
    match source.kind() {
        ErrorKind::ConnectionRefused => LanError::Refused { address },
        ErrorKind::PermissionDenied => LanError::NotPermitted { address, source },
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            LanError::Unreachable { address, source }
        }
        _ => LanError::Socket { address, source },
    }
}
