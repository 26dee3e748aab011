//! One session with one BMC: opened, used, and closed in any case, because BMCs have few of them and keep lost ones.
//!
//! Spec: IPMI v2.0 sections 22.18 (Set Session Privilege Level) and 22.19 (Close Session).

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipmi_rs::connection::{LogicalUnit, Message, NetFn, Request, RequestTargetAddress};

use super::counters::Counters;
use super::error::LanError;
use super::log_on::{Established, log_on};
use super::numbers::RequestNumbers;
use super::options::{Credentials, LanOptions, Privilege, Suite};
use super::pace::Pace;
use super::replay::ReplayWindow;
use super::seal;
use super::wire::{Received, Wire};

const GET_DEVICE_ID: u8 = 0x01;
const SET_PRIVILEGE: u8 = 0x3b;
const CLOSE_SESSION: u8 = 0x3c;
/// User names and keys have fixed fields in a BMC (spec 13.20 and 22.30).
const USER_MAX: usize = 16;
const KEY_MAX: usize = 20;
/// How long a goodbye may take: the BMC's answer only shows that it need not be said again.
const GOODBYE_WAIT: Duration = Duration::from_millis(250);

/// An open session. It is closed when it is dropped.
pub struct Session {
    pub(super) wire: Wire,
    pub(super) options: LanOptions,
    pub(super) pace: Pace,
    pub(super) counters: Counters,
    pub(super) numbers: RequestNumbers,
    /// The question of [`ipmi_rs::connection::IpmiConnection::send`] that waits for its `recv`.
    pub(super) held: Option<Request>,
    credentials: Credentials,
    established: Established,
    sequence: u32,
    replay: ReplayWindow,
    open: bool,
}

impl Session {
    /// Logs on at `address` and raises the session to the privilege of the options.
    ///
    /// # Errors
    /// See [`LanError`]; all that differ in what has to be done about them are told apart.
    pub fn open(
        address: SocketAddr,
        credentials: &Credentials,
        options: &LanOptions,
    ) -> Result<Self, LanError> {
        check(credentials, options)?;
        let wire = Wire::open(address)?;
        let mut counters = Counters::default();
        let established = log_on(&wire, credentials, options, &mut counters)?;
        let mut session = Self {
            wire,
            options: options.clone(),
            pace: Pace::new(options.timeout, options.window),
            counters,
            numbers: RequestNumbers::default(),
            held: None,
            credentials: credentials.clone(),
            established,
            sequence: 0,
            replay: ReplayWindow::default(),
            open: true,
        };
        session.raise_privilege()?;
        Ok(session)
    }

    /// The suite that protects the session.
    #[must_use]
    pub fn suite(&self) -> Suite {
        self.established.keys.suite
    }

    /// Whom it speaks with.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.wire.address()
    }

    /// What happened on the way so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Closes the session. Dropping it does the same.
    pub fn close(mut self) {
        self.say_goodbye();
    }

    /// Logs on once more after the BMC has forgotten the session. What was under way has to be asked again.
    pub(super) fn reopen(&mut self) -> Result<(), LanError> {
        self.counters.reopened += 1;
        self.established = log_on(&self.wire, &self.credentials, &self.options, &mut self.counters)?;
        self.sequence = 0;
        self.replay = ReplayWindow::default();
        self.raise_privilege()
    }

    /// A new session starts at user level, whatever was asked for.
    fn raise_privilege(&mut self) -> Result<(), LanError> {
        let level = self.options.privilege;
        if level == Privilege::User {
            return Ok(());
        }
        let answer = self.exchange_once(app_request(SET_PRIVILEGE, vec![level as u8]))?;
        match answer.cc() {
            0 => Ok(()),
            _ => Err(LanError::PrivilegeTooLow { level }),
        }
    }

    /// Sends a message under the next sequence number; `false` if an earlier one was refused.
    pub(super) fn send_sealed(&mut self, message: &[u8]) -> Result<bool, LanError> {
        let mut iv = [0; 16];
        getrandom::fill(&mut iv).map_err(LanError::Random)?;
        self.sequence = self.sequence.wrapping_add(1).max(1);
        let Established { keys, bmc_id, .. } = &self.established;
        let bytes =
            seal::seal(keys, *bmc_id, self.sequence, &iv, message).map_err(|_| LanError::Unsendable)?;
        self.counters.sent += 1;
        self.wire.send(&bytes)
    }

    /// The message of a datagram; `None` if it is damaged, foreign or has been here before.
    pub(super) fn unsealed(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.counters.received += 1;
        match seal::unseal(&self.established.keys, self.established.console_id, bytes) {
            Ok((sequence, message)) if self.replay.accept(sequence) => Some(message),
            Ok(_) => {
                self.counters.stale += 1;
                None
            }
            Err(_) => {
                self.counters.damaged += 1;
                None
            }
        }
    }

    /// Best effort, and short: the BMC forgets idle sessions by itself, only later.
    fn say_goodbye(&mut self) {
        if std::mem::take(&mut self.open) {
            let id = self.established.bmc_id.to_le_bytes();
            self.ask_plainly(&app_request(CLOSE_SESSION, id.to_vec()), GOODBYE_WAIT);
        }
    }

    /// Whether the BMC answers anything at all in this session.
    pub(super) fn is_alive(&mut self) -> bool {
        let left = self.options.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let wait = self.pace.wait(2).min(left.map_or(Duration::MAX, |left| left / 2));
        self.ask_plainly(&app_request(GET_DEVICE_ID, Vec::new()), wait)
    }

    /// Asks twice at most and waits so long each time: whether an answer came, whatever it says.
    fn ask_plainly(&mut self, request: &Request, wait: Duration) -> bool {
        for _ in 0..2 {
            let now = Instant::now();
            let number = self.numbers.next(now);
            if !self.send_request(request, number).unwrap_or(false) {
                return false;
            }
            let until = now + wait;
            while let Ok(Received::Datagram(bytes)) = self.wire.receive(until) {
                let message = self.unsealed(&bytes);
                if message.is_some_and(|message| self.answer_to(request, number, &message).is_some()) {
                    self.numbers.answered(number);
                    return true;
                }
                if Instant::now() >= until {
                    break;
                }
            }
        }
        false
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.say_goodbye();
    }
}

/// A question to the BMC's application functions.
fn app_request(command: u8, body: Vec<u8>) -> Request {
    let message = Message::new_request(NetFn::App, command, body);
    Request::new(message, RequestTargetAddress::Bmc(LogicalUnit::Zero))
}

fn check(credentials: &Credentials, options: &LanOptions) -> Result<(), LanError> {
    let kg_length = credentials.kg.as_ref().map_or(0, |kg| kg.expose().len());
    let lengths = [
        ("user name", credentials.user.len(), USER_MAX),
        ("password", credentials.password.expose().len(), KEY_MAX),
        ("BMC key (Kg)", kg_length, KEY_MAX),
    ];
    for (what, length, limit) in lengths {
        if length > limit {
            return Err(LanError::TooLong { what, limit });
        }
    }
    if credentials.user.is_empty() && !options.allow_anonymous {
        return Err(LanError::AnonymousNotAllowed);
    }
    Ok(())
}
