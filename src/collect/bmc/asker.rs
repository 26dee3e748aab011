//! Asks by name and keeps what was answered, byte by byte.

use chrono::{DateTime, Utc};
use ipmi_rs::connection::Request;

use super::link::{Link, copied};
use crate::collect::lan::Answered;
use crate::collect::wall_clock::WallClock;

/// One question and its answer as they went over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawAnswer {
    /// What it is, in words that may serve as a file name.
    pub name: &'static str,
    /// Network function, command, data.
    pub request: Vec<u8>,
    /// Completion code and data; `None` if the BMC did not answer.
    pub answer: Option<Vec<u8>>,
    /// When the answer came, by the collector's clock.
    pub received: Option<DateTime<Utc>>,
}

/// Asks through a link and remembers the raw answers.
pub struct Asker<'a, L> {
    /// The way to the BMC.
    pub link: &'a mut L,
    /// For the times of answers.
    pub anchor: WallClock,
    /// What was asked by name, in that order.
    pub answers: Vec<RawAnswer>,
}

impl<L: Link> Asker<'_, L> {
    /// Asks and remembers. The answers are in the order of the questions.
    pub fn ask(&mut self, named: &[(&'static str, Request)]) -> (Vec<Option<Answered>>, Option<L::Error>) {
        let requests: Vec<Request> = named.iter().map(|(_, request)| copied(request)).collect();
        self.ask_named(named, &requests)
    }

    /// Asks all of `requests` and remembers those that have a name: the first ones.
    pub fn ask_named(
        &mut self,
        named: &[(&'static str, Request)],
        requests: &[Request],
    ) -> (Vec<Option<Answered>>, Option<L::Error>) {
        let (answers, error) = self.link.ask_all(requests);
        for ((name, request), answer) in named.iter().zip(&answers) {
            let mut bytes = vec![request.netfn_raw(), request.cmd()];
            bytes.extend(request.data());
            self.answers.push(RawAnswer {
                name,
                request: bytes,
                answer: answer.as_ref().map(raw),
                received: answer.as_ref().map(|answer| self.anchor.at(answer.received)),
            });
        }
        (answers, error)
    }

    /// Asks without remembering, for what is kept elsewhere.
    pub fn ask_quietly(&mut self, requests: &[Request]) -> (Vec<Option<Answered>>, Option<L::Error>) {
        self.link.ask_all(requests)
    }

    /// One question without remembering; `None` if only this one was not answered.
    ///
    /// # Errors
    /// If the connection failed.
    pub fn ask_one(&mut self, request: Request) -> Result<Option<Answered>, L::Error> {
        let (answers, error) = self.link.ask_all(&[request]);
        match (answers.into_iter().flatten().next(), error) {
            (Some(answer), _) => Ok(Some(answer)),
            (None, None) => Ok(None),
            (None, Some(error)) => Err(error),
        }
    }
}

/// Completion code and data.
fn raw(answered: &Answered) -> Vec<u8> {
    let mut bytes = vec![answered.response.cc()];
    bytes.extend(answered.response.data());
    bytes
}

/// The data of an answer that succeeded.
#[must_use]
pub fn success(answered: Option<&Answered>) -> Option<&[u8]> {
    answered
        .map(|answered| &answered.response)
        .filter(|response| response.cc() == 0)
        .map(|response| response.data())
}
