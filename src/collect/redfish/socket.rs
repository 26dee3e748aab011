//! A TCP connection whose every wait ends: by a limit for each wait, and by an instant for all of them.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("the name {host} cannot be resolved")]
    Resolve { host: String, source: io::Error },
    #[error("the name {host} has no address")]
    NoAddress { host: String },
    #[error("no connection to {address}")]
    Connect { address: SocketAddr, source: io::Error },
}

/// A connection that gives up waiting at `until`, with an error of the kind `TimedOut`.
pub(super) struct TimedSocket {
    tcp: TcpStream,
    pub until: Instant,
}

impl TimedSocket {
    /// Connects to the first address of `host` (a name, an IPv4 or an IPv6 address without brackets) that
    /// answers.
    pub fn connect(host: &str, port: u16, until: Instant) -> Result<Self, ConnectError> {
        let mut failure = ConnectError::NoAddress { host: host.to_owned() };
        let addresses = addresses(host, port, until)?;
        for (at, address) in addresses.iter().enumerate() {
            // A dead address leaves time for the others.
            let parts = u32::try_from(addresses.len() - at).unwrap_or(u32::MAX);
            let answer = left(until).and_then(|left| TcpStream::connect_timeout(address, left / parts));
            match answer {
                Ok(tcp) => {
                    // Requests are small and each waits for its answer. Without this it still works.
                    let _ = tcp.set_nodelay(true);
                    return Ok(Self { tcp, until });
                }
                Err(source) => failure = ConnectError::Connect { address: *address, source },
            }
        }
        Err(failure)
    }
}

impl Read for TimedSocket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.tcp.set_read_timeout(Some(left(self.until)?))?;
        self.tcp.read(buffer).map_err(time_is_up)
    }
}

impl Write for TimedSocket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tcp.set_write_timeout(Some(left(self.until)?))?;
        self.tcp.write(bytes).map_err(time_is_up)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}

/// The system says "would block" when a time-out has passed.
fn time_is_up(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::WouldBlock { io::ErrorKind::TimedOut.into() } else { error }
}

fn left(until: Instant) -> io::Result<Duration> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

/// The resolver of the system has no time limit. It runs beside, and is left to itself when it takes too long.
fn addresses(host: &str, port: u16, until: Instant) -> Result<Vec<SocketAddr>, ConnectError> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    // `fe80::1%eth0`: the resolver knows the numbers of interfaces.
    let name = host.to_owned();
    let (answer, resolved) = mpsc::channel();
    let resolver = thread::Builder::new().name("resolver".to_owned()).spawn(move || {
        let found = (name.as_str(), port).to_socket_addrs().map(Iterator::collect::<Vec<_>>);
        // Nobody listens any more when it took too long.
        let _ = answer.send(found);
    });
    let failed = |source| ConnectError::Resolve { host: host.to_owned(), source };
    resolver.map_err(failed)?;
    let wait = left(until).map_err(failed)?;
    match resolved.recv_timeout(wait) {
        Ok(found) => found.map_err(failed),
        Err(_) => Err(failed(io::ErrorKind::TimedOut.into())),
    }
}
