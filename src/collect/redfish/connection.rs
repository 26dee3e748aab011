//! One TLS connection to a BMC, kept open for as many requests as the BMC allows.

use std::io::{BufReader, Write};
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{CertificateError, ClientConnection, ProtocolVersion, StreamOwned};

use super::fingerprint::Fingerprint;
use super::http::{self, HttpError, Response};
use super::socket::{ConnectError, TimedSocket};
use super::target::Target;
use super::trust::{Tls, Trust};

/// Why a request did not get an answer.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    #[error("there is no connection")]
    Connect(#[from] ConnectError),
    #[error(
        "the certificate is self-signed, of another name, or of an unknown authority: if it is the BMC's own, pin it by `pin = \"sha256:{found}\"`"
    )]
    Untrusted { found: Fingerprint },
    #[error("the certificate is not the pinned one; its SHA-256 is {found}")]
    OtherThanPinned { found: Fingerprint },
    #[error("there is no TLS connection")]
    Handshake(#[source] std::io::Error),
    #[error("{0:?} is no name of a host")]
    Name(String),
    #[error("the request failed")]
    Http(#[from] HttpError),
}

impl WireError {
    /// Whether the same request may work a moment later.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Untrusted { .. } | Self::OtherThanPinned { .. } | Self::Name(_) => false,
            Self::Http(HttpError::TooLong { .. }) => false,
            Self::Connect(_) | Self::Handshake(_) | Self::Http(_) => true,
        }
    }
}

/// An open connection.
pub(super) struct Connection {
    stream: BufReader<StreamOwned<ClientConnection, TimedSocket>>,
    /// Answers so far.
    answers: u64,
}

impl Connection {
    /// Connects within `wait`, and shakes hands within as much again.
    pub fn open(target: &Target, tls: &Tls, wait: Duration, until: Instant) -> Result<Self, WireError> {
        let name =
            ServerName::try_from(target.host.clone()).map_err(|_| WireError::Name(target.host.clone()))?;
        let soon = || until.min(Instant::now() + wait);
        let mut socket = TimedSocket::connect(&target.host, target.port, soon())?;
        socket.until = soon();
        let mut session = ClientConnection::new(tls.config.clone(), name)
            .map_err(|error| WireError::Handshake(std::io::Error::other(error)))?;
        while session.is_handshaking() {
            if let Err(error) = session.complete_io(&mut socket) {
                return Err(refusal(error, target, tls));
            }
        }
        let stream = BufReader::with_capacity(16 * 1024, StreamOwned::new(session, socket));
        Ok(Self { stream, answers: 0 })
    }

    /// Sends a request and reads the answer.
    pub fn exchange(&mut self, request: &[u8], body_max: u64, until: Instant) -> Result<Response, WireError> {
        let stream = self.stream.get_mut();
        stream.sock.until = until;
        stream.write_all(request).and_then(|()| stream.flush()).map_err(HttpError::from)?;
        let answer = http::read_response(&mut self.stream, body_max)?;
        self.answers += 1;
        Ok(answer)
    }

    /// Whether an answer came over this connection before: the BMC may since have closed it for idleness.
    pub fn was_used(&self) -> bool {
        self.answers > 0
    }

    /// The version of TLS that was agreed upon.
    pub fn tls_version(&self) -> &'static str {
        match self.stream.get_ref().conn.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
            Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
            _ => "TLS",
        }
    }
}

/// Tells a certificate that is not trusted from other failures.
fn refusal(error: std::io::Error, target: &Target, tls: &Tls) -> WireError {
    let cause = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match (cause, tls.seen()) {
        (
            Some(rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)),
            Some(found),
        ) if matches!(target.trust, Trust::Pin(_)) => WireError::OtherThanPinned { found },
        (Some(rustls::Error::InvalidCertificate(_)), Some(found)) => WireError::Untrusted { found },
        _ => WireError::Handshake(error),
    }
}
