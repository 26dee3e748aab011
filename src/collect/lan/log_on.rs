//! The log-on: Open Session, then the four RAKP messages, and what their failures mean.
//!
//! Spec: IPMI v2.0 sections 13.15 to 13.24. There is no session yet that could tell old from new: every question has
//! its own tag, only the answer to the last tag counts, and after a loss all begins again, because BMCs may ignore
//! a repeated RAKP message. What a damaged datagram could have caused is believed when it comes twice.

use std::thread;
use std::time::{Duration, Instant};

use super::counters::Counters;
use super::error::LanError;
use super::keys::{SessionKeys, Transcript, mac, same};
use super::options::{Credentials, LanOptions, Suite};
use super::pace::Pace;
use super::packet::setup::{self, Block, Reply, Verdict, status};
use super::packet::{self, Damage, Datagram, Header, payload};
use super::wire::{Received, Wire};

/// The first stage.
const OPENING: &str = "Open Session Request";
/// How long to wait before asking again where nobody listened.
const REFUSED_PAUSE: Duration = Duration::from_millis(100);
/// A log-on takes three questions and begins anew when one is lost. Somebody who answers at all, on a bad network, is
/// asked so many times more often.
const PATIENCE_IF_HEARD: u32 = 2;
/// Waits in the log-on double once, not more: the first question tells whether anybody is there.
const DOUBLING_MAX: u32 = 2;

/// What a log-on yields.
pub struct Established {
    /// The keys of the session.
    pub keys: SessionKeys,
    /// The id in datagrams to us.
    pub console_id: u32,
    /// The id in datagrams to the BMC.
    pub bmc_id: u32,
}

/// Why one pass through the log-on came to nothing.
enum Setback {
    /// No (whole) answer.
    Silent,
    /// The BMC does not know the session that is being opened.
    Forgotten,
    /// It does not know the suite.
    NoSuchSuite { certain: bool },
    /// Another reason; if not `certain`, a damaged datagram could have had the same effect.
    Failed { error: LanError, certain: bool },
}

impl From<LanError> for Setback {
    fn from(error: LanError) -> Self {
        Self::Failed { error, certain: true }
    }
}

/// Logs on with the first suite that the BMC knows.
pub fn log_on(
    wire: &Wire,
    credentials: &Credentials,
    options: &LanOptions,
    counters: &mut Counters,
) -> Result<Established, LanError> {
    let pace = Pace::new(options.timeout, 1);
    let damaged_before = counters.damaged;
    let started = Instant::now();
    let mut log_on =
        LogOn { wire, credentials, options, counters, pace, damaged_before, started, tag: 0, heard: false };
    for suite in &options.suites {
        if let Some(established) = log_on.with(*suite)? {
            return Ok(established);
        }
    }
    Err(LanError::SuiteNotSupported { suites: options.suites.iter().map(|suite| suite.number()).collect() })
}

struct LogOn<'a> {
    wire: &'a Wire,
    credentials: &'a Credentials,
    options: &'a LanOptions,
    counters: &'a mut Counters,
    pace: Pace,
    damaged_before: u64,
    started: Instant,
    tag: u8,
    /// Whether anything that could be read has come.
    heard: bool,
}

impl LogOn<'_> {
    /// Tries until it works, is refused, or the attempts are used up. `None`: the BMC does not know the suite.
    fn with(&mut self, suite: Suite) -> Result<Option<Established>, LanError> {
        let mut doubt: Option<LanError> = None;
        let mut times = 0;
        let mut unknown_suite = false;
        let mut stage = OPENING;
        let attempts_max = self.options.attempts.max(1);
        for attempt in 1..=attempts_max.saturating_mul(PATIENCE_IF_HEARD) {
            if attempt > attempts_max && !self.heard {
                break;
            }
            match self.once(suite, attempt.min(DOUBLING_MAX), &mut stage) {
                Ok(established) => return Ok(Some(established)),
                Err(Setback::Silent | Setback::Forgotten) => {}
                Err(Setback::NoSuchSuite { certain }) => {
                    if certain || unknown_suite {
                        return Ok(None);
                    }
                    unknown_suite = true;
                }
                Err(Setback::Failed { error, certain }) => {
                    let same = doubt.is_some_and(|doubt| {
                        std::mem::discriminant(&doubt) == std::mem::discriminant(&error)
                    });
                    times = if same { times + 1 } else { 1 };
                    if certain || times >= self.times_to_believe() {
                        return Err(error);
                    }
                    let pause = match error {
                        LanError::OutOfSessions => self.options.timeout,
                        LanError::Refused { .. } => REFUSED_PAUSE,
                        _ => Duration::ZERO,
                    };
                    thread::sleep(pause.min(self.time_left()?));
                    doubt = Some(error);
                }
            }
        }
        Err(doubt.unwrap_or_else(|| self.no_success(stage)))
    }

    /// How often in a row the same must happen that a damaged datagram could have caused: more often where damage
    /// has been seen. Not more often than needed, because BMCs may lock an account after wrong passwords.
    fn times_to_believe(&self) -> u32 {
        if self.counters.damaged > self.damaged_before { 3 } else { 2 }
    }

    /// What to say when all attempts have come to nothing.
    fn no_success(&self, stage: &'static str) -> LanError {
        let (address, waited) = (self.wire.address(), self.started.elapsed());
        let count = self.counters.damaged - self.damaged_before;
        match (count, self.heard) {
            (1.., _) => LanError::Damaged { address, stage, count },
            (0, true) => LanError::FellSilent { address, waited },
            (0, false) => LanError::NoAnswer { address, waited },
        }
    }

    fn time_left(&self) -> Result<Duration, LanError> {
        let (address, waited) = (self.wire.address(), self.started.elapsed());
        let left =
            self.options.deadline.map_or(Duration::MAX, |end| end.saturating_duration_since(Instant::now()));
        match (left.is_zero(), self.heard) {
            (false, _) => Ok(left),
            (true, true) => Err(LanError::Deadline { address }),
            (true, false) => Err(LanError::NoAnswer { address, waited }),
        }
    }

    /// Once through all messages.
    fn once(&mut self, suite: Suite, attempt: u32, stage: &mut &'static str) -> Result<Established, Setback> {
        let privilege = self.options.privilege;
        let (console_id, console_random) = random_identity()?;
        let role = setup::role(privilege);
        let user = self.credentials.user.as_bytes();

        *stage = OPENING;
        let tag = self.next_tag();
        let request = setup::open_request(tag, privilege, console_id, suite);
        let opened = self.ask(payload::OPEN_REQUEST, &request, attempt, |bytes| {
            let reply = setup::open_response(bytes)?;
            checked(reply, tag, |opened| opened.console_id == console_id && opened.bmc_id != 0)
        })?;
        let opened = self.granted(opened, stage)?;
        let bmc_id = opened.bmc_id;
        let asked = suite.algorithms();
        if opened.algorithms != asked {
            self.abandon(bmc_id, status::ILLEGAL_PARAMETER)?;
            let error = LanError::Downgrade { asked, answered: opened.algorithms };
            return Err(Setback::Failed { error, certain: false });
        }

        *stage = "RAKP message 1";
        let tag = self.next_tag();
        let request = setup::rakp_1(tag, bmc_id, &console_random, role, user);
        let code_length = mac(suite, &[], &[]).len();
        let answer = self.ask(payload::RAKP_1, &request, attempt, |bytes| {
            let reply = setup::rakp_2(bytes)?;
            let reply =
                checked(reply, tag, |rakp| rakp.console_id == console_id && rakp.code.len() == code_length)?;
            Ok(own(reply, |rakp| (rakp.bmc_random, rakp.guid, rakp.code.to_vec())))
        });
        if let Err(Setback::Silent) = answer {
            self.abandon(bmc_id, status::ILLEGAL_PARAMETER)?;
        }
        let (bmc_random, guid, proof) = self.granted(answer?, stage)?;
        let transcript = Transcript {
            suite,
            console_id,
            bmc_id,
            console_random: &console_random,
            bmc_random: &bmc_random,
            guid: &guid,
            role,
            user,
        };
        let password = self.credentials.password.expose();
        if !same(&transcript.proof_of_bmc(password), &proof) {
            self.abandon(bmc_id, status::INTEGRITY)?;
            return Err(Setback::Failed { error: LanError::WrongPassword, certain: false });
        }

        *stage = "RAKP message 3";
        let tag = self.next_tag();
        let request = setup::rakp_3(tag, 0, bmc_id, &transcript.proof_of_console(password));
        let answer = self.ask(payload::RAKP_3, &request, attempt, |bytes| {
            let reply = setup::rakp_4(bytes)?;
            let reply = checked(reply, tag, |rakp| {
                rakp.console_id == console_id && rakp.code.len() == suite.signature_length()
            })?;
            Ok(own(reply, |rakp| rakp.code.to_vec()))
        });
        if let Err(Setback::Silent) = answer {
            self.abandon(bmc_id, status::ILLEGAL_PARAMETER)?;
        }
        let confirmation = self.granted(answer?, stage)?;
        let session_key =
            transcript.session_key(self.credentials.kg.as_ref().map_or(password, |kg| kg.expose()));
        if !same(&transcript.confirmation(&session_key), &confirmation) {
            return Err(Setback::Failed { error: LanError::WrongBmcKey, certain: false });
        }
        Ok(Established { keys: SessionKeys::derive(suite, &session_key), console_id, bmc_id })
    }

    fn next_tag(&mut self) -> u8 {
        self.tag = self.tag.wrapping_add(1);
        self.tag
    }

    /// Sends a message and waits for its answer, which `read` recognises (`None`: it answers something else).
    fn ask<T>(
        &mut self,
        payload_type: u8,
        request: &[u8],
        attempt: u32,
        read: impl Fn(&[u8]) -> Result<Option<T>, Damage>,
    ) -> Result<T, Setback> {
        let now = Instant::now();
        let until = now + self.pace.wait(attempt).min(self.time_left()?);
        if !self.send(payload_type, request)? {
            return Err(self.refused());
        }
        loop {
            let bytes = match self.wire.receive(until)? {
                Received::Datagram(bytes) => bytes,
                Received::Refused => return Err(self.refused()),
                Received::Nothing if Instant::now() < until => continue,
                Received::Nothing => return Err(Setback::Silent),
            };
            self.counters.received += 1;
            // The answer's type follows the question's.
            match outside(&bytes, payload_type + 1).and_then(|payload| payload.map_or(Ok(None), &read)) {
                Ok(Some(answer)) => {
                    self.heard = true;
                    self.pace.answered((attempt == 1).then(|| now.elapsed()));
                    return Ok(answer);
                }
                Ok(None) => self.counters.stale += 1,
                Err(_) => self.counters.damaged += 1,
            }
            if Instant::now() >= until {
                return Err(Setback::Silent);
            }
        }
    }

    fn send(&mut self, payload_type: u8, request: &[u8]) -> Result<bool, LanError> {
        self.counters.sent += 1;
        let bytes = packet::encode(Header::outside(payload_type), request, |_| Vec::new())
            .map_err(|_| LanError::Unsendable)?;
        self.wire.send(&bytes)
    }

    fn refused(&self) -> Setback {
        Setback::Failed { error: LanError::Refused { address: self.wire.address() }, certain: false }
    }

    /// Tells the BMC that this log-on is over, so that it frees the session; nobody waits for the answer.
    fn abandon(&mut self, bmc_id: u32, status: u8) -> Result<(), LanError> {
        let tag = self.next_tag();
        self.send(payload::RAKP_3, &setup::rakp_3(tag, status, bmc_id, &[])).map(|_| ())
    }

    /// What the BMC granted, or what its refusal means.
    fn granted<T>(&self, verdict: Verdict<T>, stage: &'static str) -> Result<T, Setback> {
        let (code, certain) = match verdict {
            Verdict::Granted(what) => return Ok(what),
            Verdict::Refused { status, certain } => (status, certain),
        };
        if status::NO_SUCH_SESSION.contains(&code) {
            return Err(Setback::Forgotten);
        }
        let opening = stage == OPENING;
        if opening && (status::NO_SUCH_SUITE.contains(&code) || code == status::ILLEGAL_PARAMETER) {
            return Err(Setback::NoSuchSuite { certain });
        }
        let (error, certain) = match code {
            // A session that an earlier pass has left behind may become free.
            _ if status::NO_RESOURCES.contains(&code) => (LanError::OutOfSessions, false),
            _ if status::ROLE.contains(&code) => {
                (LanError::PrivilegeTooLow { level: self.options.privilege }, certain)
            }
            _ if status::NAME.contains(&code) => (LanError::UnknownUser, certain),
            // Our own message may have been damaged on its way.
            status::INTEGRITY => (LanError::WrongPassword, false),
            _ => (LanError::LogOnRefused { stage, status: code }, certain),
        };
        Err(Setback::Failed { error, certain })
    }
}

/// The payload of a datagram outside any session, if it is of this type.
fn outside(bytes: &[u8], payload_type: u8) -> Result<Option<&[u8]>, Damage> {
    let datagram = Datagram::decode(bytes, 0)?;
    Ok((datagram.header == Header::outside(payload_type)).then_some(datagram.payload))
}

/// The verdict, if the reply is one to this tag and fits.
fn checked<T>(reply: Reply<T>, tag: u8, fits: impl Fn(&T) -> bool) -> Result<Option<Verdict<T>>, Damage> {
    match &reply.verdict {
        _ if reply.tag != tag => Ok(None),
        Verdict::Granted(what) if !fits(what) => Err(Damage::Contradiction),
        _ => Ok(Some(reply.verdict)),
    }
}

fn own<T, U>(verdict: Option<Verdict<T>>, to_owned: impl Fn(T) -> U) -> Option<Verdict<U>> {
    verdict.map(|verdict| match verdict {
        Verdict::Granted(what) => Verdict::Granted(to_owned(what)),
        Verdict::Refused { status, certain } => Verdict::Refused { status, certain },
    })
}

/// A session id other than 0 and a random number.
fn random_identity() -> Result<(u32, Block), LanError> {
    let mut random = Block::default();
    getrandom::fill(&mut random).map_err(LanError::Random)?;
    let id = loop {
        let mut id = [0; 4];
        getrandom::fill(&mut id).map_err(LanError::Random)?;
        match u32::from_le_bytes(id) {
            0 => {}
            id => break id,
        }
    };
    Ok((id, random))
}
