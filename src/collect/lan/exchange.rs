//! Questions and answers inside a session, several under way at once.
//!
//! An answer belongs to a question only if its request number, network function and command are those of one of the
//! sendings of that question, and its sequence number is new. A question is sent again under new numbers when
//! its answer is late, and when the BMC is busy. Spec: IPMI v2.0 sections 6.12.13 (sequence numbers) and 5.2
//! (completion codes).

use std::time::{Duration, Instant};

use ipmi_rs::connection::{Message, NetFn, Request, RequestTargetAddress, Response};

use super::error::LanError;
use super::packet::message::{BMC_ADDRESS, CONSOLE_ADDRESS, LanMessage};
use super::session::Session;
use super::wire::Received;

/// Completion codes C0h (node busy) and C3h (timed out inside the BMC): ask again later.
const NOT_NOW: [u8; 2] = [0xc0, 0xc3];
/// How often, and after which pause at first; it doubles. More than a second in all.
const BUSY_ATTEMPTS: u32 = 6;
const BUSY_PAUSE: Duration = Duration::from_millis(20);
/// After so many refusals of the port without an answer in between, it is closed.
const REFUSALS_MAX: u32 = 3;
const REFUSED_PAUSE: Duration = Duration::from_millis(200);
/// How often a session is opened anew because the BMC has fallen silent: within one exchange, and in all.
const REOPENINGS_MAX: u32 = 1;
const REOPENINGS_IN_ALL_MAX: u64 = 3;
/// After so many sendings without hearing anything at all, the session itself is in doubt. If it turns out to be
/// alive, the question is sent once more, and then given up.
const SILENT_ATTEMPTS: u32 = 3;
/// How often a question is sent in the new session.
const ATTEMPTS_REOPENED: u32 = 2;

/// An answer and when it was asked for and came, for those who read clocks.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// The answer.
    pub response: Response,
    /// When the sending that it answers left.
    pub sent: Instant,
    /// When it arrived.
    pub received: Instant,
}

/// A question under way.
struct Flight {
    /// Which of the questions.
    index: usize,
    /// The number of each sending, and when it left.
    sendings: Vec<(u8, Instant)>,
    /// Sendings since the last sign of life for this question, and how many there may be.
    attempt: u32,
    attempts_max: u32,
    busy: u32,
    /// When it is to be sent (again).
    due: Instant,
}

impl Flight {
    fn new(index: usize, attempts_max: u32) -> Self {
        Self { index, sendings: Vec::new(), attempt: 0, attempts_max, busy: 0, due: Instant::now() }
    }

    /// Whether the BMC has been heard since this question was sent for the first time: it is there, and does not
    /// answer this.
    fn is_passed_over(&self, last_heard: Option<Instant>) -> bool {
        let first = self.sendings.first().map(|(_, sent)| *sent);
        first.zip(last_heard).is_some_and(|(sent, heard)| heard > sent)
    }

    /// Whether the question was sent a few times, and nothing at all has been heard since the last of them.
    fn is_in_silence(&self, last_heard: Option<Instant>) -> bool {
        let last = self.sendings.last().map(|(_, sent)| *sent);
        let heard = last.zip(last_heard).is_some_and(|(sent, heard)| heard > sent);
        self.attempt == SILENT_ATTEMPTS && !heard
    }
}

/// What is known of an exchange as a whole.
struct Course {
    started: Instant,
    last_heard: Option<Instant>,
    refusals: u32,
    reopenings: u32,
}

impl Session {
    /// Asks all questions, as many at once as the BMC is trusted with, and returns the answers in the order of the
    /// questions. `None` where the BMC answered others but not this one. If the connection fails, the
    /// answers that had come are returned with the error.
    pub fn exchange_many(&mut self, requests: &[Request]) -> (Vec<Option<Answered>>, Option<LanError>) {
        let mut answers: Vec<Option<Answered>> = requests.iter().map(|_| None).collect();
        let error = self.exchange(requests, &mut answers).err();
        (answers, error)
    }

    /// Asks one question.
    pub(super) fn exchange_once(&mut self, request: Request) -> Result<Response, LanError> {
        let (answers, error) = self.exchange_many(&[request]);
        match (answers.into_iter().flatten().next(), error) {
            (Some(answered), _) => Ok(answered.response),
            (None, Some(error)) => Err(error),
            (None, None) => Err(LanError::Unanswered),
        }
    }

    fn exchange(&mut self, requests: &[Request], answers: &mut [Option<Answered>]) -> Result<(), LanError> {
        let mut flights: Vec<Flight> = Vec::new();
        let mut waiting = 0..requests.len();
        let mut course = Course { started: Instant::now(), last_heard: None, refusals: 0, reopenings: 0 };
        loop {
            while flights.len() < self.pace.width() {
                let Some(index) = waiting.next() else { break };
                flights.push(Flight::new(index, self.options.attempts.max(1)));
            }
            if flights.is_empty() {
                return Ok(());
            }
            self.send_what_is_due(requests, &mut flights, &mut course)?;
            let now = Instant::now();
            let next = flights.iter().map(|flight| flight.due).min().unwrap_or(now);
            let until = self.options.deadline.map_or(next, |deadline| deadline.min(next));
            if self.options.deadline.is_some_and(|deadline| deadline <= now) {
                return Err(LanError::Deadline { address: self.address() });
            }
            match self.wire.receive(until)? {
                Received::Datagram(bytes) => self.take(&bytes, requests, &mut flights, answers, &mut course),
                Received::Refused => self.refused(&mut flights, &mut course)?,
                Received::Nothing => {}
            }
        }
    }

    /// Sends new questions, and late ones again; gives up those that have been sent often enough.
    fn send_what_is_due(
        &mut self,
        requests: &[Request],
        flights: &mut Vec<Flight>,
        course: &mut Course,
    ) -> Result<(), LanError> {
        let now = Instant::now();
        let mut index = 0;
        while let Some(flight) = flights.get_mut(index) {
            if flight.due > now {
                index += 1;
                continue;
            }
            let Some(request) = requests.get(flight.index) else { return Err(LanError::Unsendable) };
            let used_up = flight.attempt >= flight.attempts_max;
            if used_up && flight.is_passed_over(course.last_heard) {
                flights.remove(index);
                continue;
            }
            if used_up || flight.is_in_silence(course.last_heard) {
                self.revive(flights, course)?;
                return Ok(());
            }
            if flight.attempt > 0 {
                self.pace.lost();
                self.counters.repeated += 1;
            }
            flight.attempt += 1;
            flight.due = now + self.pace.wait(flight.attempt);
            let number = self.numbers.next(now);
            flight.sendings.push((number, now));
            if !self.send_request(request, number)? {
                self.refused(flights, course)?;
            }
            index += 1;
        }
        Ok(())
    }

    /// Nothing has been heard: perhaps the BMC ignores just these questions, perhaps it has restarted and lost its
    /// sessions, perhaps it is gone.
    fn revive(&mut self, flights: &mut [Flight], course: &mut Course) -> Result<(), LanError> {
        if self.is_alive() {
            course.last_heard = Some(Instant::now());
            for flight in flights.iter_mut().filter(|flight| flight.attempt >= SILENT_ATTEMPTS) {
                flight.attempts_max = flight.attempts_max.min(flight.attempt + 1);
            }
            return Ok(());
        }
        let silent = course.last_heard.unwrap_or(course.started);
        if course.reopenings >= REOPENINGS_MAX || self.counters.reopened >= REOPENINGS_IN_ALL_MAX {
            return Err(LanError::FellSilent { address: self.address(), waited: silent.elapsed() });
        }
        course.reopenings += 1;
        match self.reopen() {
            Ok(()) => {}
            Err(LanError::NoAnswer { address, .. }) => {
                return Err(LanError::FellSilent { address, waited: silent.elapsed() });
            }
            Err(error) => return Err(error),
        }
        // No answer to an earlier sending can come any more: it would be one of the old session.
        flights.iter_mut().for_each(|flight| *flight = Flight::new(flight.index, ATTEMPTS_REOPENED));
        Ok(())
    }

    /// Nobody listened: once may be a restart, more is an answer.
    fn refused(&mut self, flights: &mut [Flight], course: &mut Course) -> Result<(), LanError> {
        course.refusals += 1;
        if course.refusals >= REFUSALS_MAX {
            return Err(LanError::Refused { address: self.address() });
        }
        let again = Instant::now() + REFUSED_PAUSE;
        flights.iter_mut().for_each(|flight| flight.due = flight.due.min(again));
        Ok(())
    }

    /// Finds the question of an answer, and notes the answer or when to ask again.
    fn take(
        &mut self,
        bytes: &[u8],
        requests: &[Request],
        flights: &mut Vec<Flight>,
        answers: &mut [Option<Answered>],
        course: &mut Course,
    ) {
        let Some(message) = self.unsealed(bytes) else { return };
        let received = Instant::now();
        let found = flights.iter().enumerate().find_map(|(at, flight)| {
            let request = requests.get(flight.index)?;
            flight.sendings.iter().find_map(|(number, sent)| {
                Some((at, *number, *sent, self.answer_to(request, *number, &message)?))
            })
        });
        let Some((at, number, sent, response)) = found else {
            self.counters.stale += 1;
            return;
        };
        course.last_heard = Some(received);
        course.refusals = 0;
        self.numbers.answered(number);
        let Some(flight) = flights.get_mut(at) else { return };
        if NOT_NOW.contains(&response.cc()) && flight.busy < BUSY_ATTEMPTS {
            self.counters.busy += 1;
            self.pace.busy();
            flight.due = received + BUSY_PAUSE * (1 << flight.busy);
            flight.busy += 1;
            flight.attempt = 0;
            return;
        }
        let once = flight.sendings.len() == 1;
        self.pace.answered(once.then(|| received.saturating_duration_since(sent)));
        if let Some(answer) = answers.get_mut(flight.index) {
            *answer = Some(Answered { response, sent, received });
        }
        flights.remove(at);
    }

    pub(super) fn send_request(&mut self, request: &Request, number: u8) -> Result<bool, LanError> {
        match request.target() {
            RequestTargetAddress::Bmc(lun) if lun.value() == 0 => {}
            RequestTargetAddress::BmcOrIpmb(address, _, lun)
                if (address.0, lun.value()) == (BMC_ADDRESS, 0) => {}
            _ => return Err(LanError::Unsendable),
        }
        let message = LanMessage::question(request.netfn_raw(), request.cmd(), number, request.data());
        self.send_sealed(&message.encode())
    }

    /// The answer, if `message` is the one to this sending of this question.
    pub(super) fn answer_to(&self, request: &Request, number: u8, message: &[u8]) -> Option<Response> {
        let message = LanMessage::decode(message).ok()?;
        let expected = LanMessage {
            to: CONSOLE_ADDRESS,
            netfn: request.netfn_raw() | 1,
            from: BMC_ADDRESS,
            number,
            command: request.cmd(),
            body: message.body,
        };
        if message != expected || !NetFn::is_response_value(message.netfn) {
            return None;
        }
        let body = Message::new_raw(message.netfn, message.command, message.body.to_vec());
        Response::new(body, i64::from(number))
    }
}
