//! Why a BMC could not be asked, told apart as far as its behaviour allows.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use super::options::Privilege;

/// What went wrong on the way to a BMC.
#[derive(Debug, thiserror::Error)]
pub enum LanError {
    /// It never said anything: wrong address, switched off, filtered, or IPMI over LAN is disabled.
    #[error("no answer from {address} within {:.1} s", waited.as_secs_f64())]
    NoAnswer {
        /// Whom we asked.
        address: SocketAddr,
        /// For how long we asked.
        waited: Duration,
    },
    /// It answered before, and then no more.
    #[error("{address} fell silent: no answer within {:.1} s", waited.as_secs_f64())]
    FellSilent {
        /// Whom we asked.
        address: SocketAddr,
        /// For how long we asked since its last answer.
        waited: Duration,
    },
    /// Somebody at that address says that nothing listens there.
    #[error("{address} refuses: nothing listens on that port")]
    Refused {
        /// Whom we asked.
        address: SocketAddr,
    },
    /// A router or this host knows no way.
    #[error("{address} cannot be reached")]
    Unreachable {
        /// Whom we asked.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// This host's firewall or policy forbids to send.
    #[error("not permitted to send to {address}")]
    NotPermitted {
        /// Whom we asked.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// Anything else that the system said about the socket.
    #[error("cannot exchange datagrams with {address}")]
    Socket {
        /// Whom we asked.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// Nobody of this name, or not for this channel.
    #[error("the BMC knows no user of this name")]
    UnknownUser,
    /// The BMC's proof does not fit our password, or ours not its.
    #[error("wrong password")]
    WrongPassword,
    /// The password is right, but the session key is not: a Kg is set and we have another or none.
    #[error("wrong BMC key (Kg)")]
    WrongBmcKey,
    /// The account may not do what was asked for.
    #[error("the account has not the privilege {level:?}")]
    PrivilegeTooLow {
        /// What was asked for.
        level: Privilege,
    },
    /// All sessions of the BMC are taken; lost ones become free after a minute or so.
    #[error("all sessions of the BMC are taken")]
    OutOfSessions,
    /// It knows none of the suites that we may use.
    #[error("the BMC supports none of the cipher suites {suites:?}")]
    SuiteNotSupported {
        /// The numbers of those that were tried.
        suites: Vec<u8>,
    },
    /// It answered with other algorithms than those that were asked for.
    #[error("the BMC answered with algorithms {answered:?} where {asked:?} were asked for")]
    Downgrade {
        /// Authentication, integrity, encryption.
        asked: [u8; 3],
        /// Authentication, integrity, encryption.
        answered: [u8; 3],
    },
    /// Answers came, but none that could be read.
    #[error("only damaged answers from {address} ({count} of them) to {stage}")]
    Damaged {
        /// Whom we asked.
        address: SocketAddr,
        /// What had been asked.
        stage: &'static str,
        /// How many such answers came.
        count: u64,
    },
    /// Another refusal, with its code of spec table 13-15.
    #[error("the BMC refused {stage} with status {status:02x}h")]
    LogOnRefused {
        /// What had been asked.
        stage: &'static str,
        /// The code.
        status: u8,
    },
    /// An empty user name, and the options do not allow it.
    #[error("anonymous log-on (an empty user name) is not allowed")]
    AnonymousNotAllowed,
    /// User name, password or Kg is longer than the protocol can carry.
    #[error("the {what} is longer than {limit} bytes")]
    TooLong {
        /// Which of them.
        what: &'static str,
        /// In bytes.
        limit: usize,
    },
    /// The time for this BMC is over.
    #[error("no time left for {address}")]
    Deadline {
        /// Whom we asked.
        address: SocketAddr,
    },
    /// The system gave no random numbers.
    #[error("no random numbers from the system")]
    Random(#[source] getrandom::Error),
    /// A question that no datagram can carry, or that is meant for another controller behind the BMC.
    #[error("this question cannot be sent to a BMC over LAN")]
    Unsendable,
    /// The BMC answers, but not to this question.
    #[error("the BMC does not answer this question")]
    Unanswered,
}
