//! IPMI over LAN: RMCP+ sessions (IPMI v2.0) over UDP, for reading from BMCs that answer late, twice or not at all.
//!
//! [`Session::open`] logs on; the session is a connection of `ipmi-rs`, and [`Session::exchange_many`] keeps several
//! questions under way. Cipher suites 17 and 3 only. Nothing is asked before the log-on (no ping, no
//! capabilities), because some BMCs do not answer that. Not handled: IPMI v1.5, IPv6 link-local scopes, Serial
//! over LAN, messages to controllers behind the BMC.

mod connection;
mod counters;
mod error;
mod exchange;
pub mod keys;
mod log_on;
mod numbers;
mod options;
mod pace;
pub mod packet;
mod replay;
pub mod seal;
mod session;
mod wire;

pub use counters::Counters;
pub use error::LanError;
pub use exchange::Answered;
pub use options::{Credentials, LanOptions, PORT, Privilege, Suite};
pub use session::Session;
