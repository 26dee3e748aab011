//! Reads a BMC over Redfish (DMTF DSP0266, HTTPS): logs, power, temperatures, firmware, identity, clock.
//!
//! ```text
//! trust, socket → connection → http → client (log-on, retries) → walk → log_pages → Keeper
//! ```
//!
//! Everything is kept as it was sent, only brought onto one line. Nothing is changed on the BMC, but for the
//! session that is made and ended.
//!
//! Not handled: TLS before 1.2; BMCs that spoke HPE's RESTful API before Redfish (`/rest/v1`); answers that are
//! packed (none is asked for).

mod answer;
mod client;
mod clock;
mod connection;
mod entry;
mod fingerprint;
mod http;
mod link;
mod log_on;
mod log_pages;
mod one_line;
mod page;
mod reading;
mod socket;
mod target;
mod trust;
mod walk;

use std::io;

pub use client::GetError;
pub use clock::ClockReading;
pub use connection::WireError;
pub use entry::{Identity, Order, entry_identity};
pub use fingerprint::{Fingerprint, FingerprintError};
pub use http::HttpError;
pub use log_on::LogOnError;
pub use one_line::one_line;
pub use reading::{
    Document, DocumentKind, Keeper, KeptEntry, LogChange, LogMark, LogReading, PowerReading, Problem, ReadBy,
    Reading,
};
pub use socket::ConnectError;
pub use target::{Limits, Target, Wanted};
pub use trust::{Trust, TrustError};

use crate::collect::causes::with_causes;
use client::Client;
use log_on::Means;
use walk::Walk;

/// Why a reading ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("{path} could not be read")]
    Get { path: String, source: GetError },
    #[error("what answers is no Redfish service")]
    NotRedfish,
    #[error("what was read cannot be kept")]
    Keep(#[source] io::Error),
}

/// A reading that ended early. What was read until then is kept, and described by `reading`.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct Failure {
    /// Why.
    pub error: ReadError,
    /// What was read before.
    pub reading: Reading,
}

impl Failure {
    /// The reason with all its causes, on one line, without secrets.
    #[must_use]
    pub fn reason(&self) -> String {
        with_causes(&self.error)
    }
}

/// Reads what is wanted from a BMC, and hands it to `keeper` as it comes. The session is ended in any case.
///
/// # Errors
/// If the BMC cannot be reached, is not trusted, does not let in, or is gone before the end; if the time is up;
/// or if `keeper` fails. A single resource that cannot be read is a [`Problem`], and no error.
pub fn read(target: &Target, wanted: &Wanted, keeper: &mut dyn Keeper) -> Result<Reading, Box<Failure>> {
    let client = match Client::new(target, &wanted.limits) {
        Ok(client) => client,
        Err(source) => {
            let error = ReadError::Get { path: "/redfish/v1/".to_owned(), source: source.into() };
            return Err(Box::new(Failure { error, reading: Reading::default() }));
        }
    };
    let mut walk = Walk::new(client, wanted, keeper);
    let result = walk.run();
    let log_on = match walk.client.means {
        Means::Token { .. } => "session",
        Means::Basic { .. } => "basic",
        Means::Nothing => "",
    };
    walk.client.log_off();
    let (client, mut reading) = (walk.client, walk.reading);
    let certificate = client.tls.seen();
    reading.by =
        (!client.tls_version.is_empty()).then_some(ReadBy { tls: client.tls_version, certificate, log_on });
    (reading.requests, reading.bytes) = (client.requests, client.bytes);
    match result {
        Ok(()) => Ok(reading),
        Err(error) => Err(Box::new(Failure { error, reading })),
    }
}
