//! A connection to a BMC that can have several questions under way, where that makes a difference.

use std::time::Instant;

use ipmi_rs::connection::{IpmiConnection, LogicalUnit, Message, Request, RequestTargetAddress};

use crate::collect::lan::{Answered, LanError, Session};

/// Any connection of ipmi-rs, plus pipelining.
pub trait Link: IpmiConnection<Error: std::error::Error + Send + Sync + 'static> {
    /// How many questions it makes sense to hand over at once without knowing the first answers.
    fn depth(&self) -> usize {
        1
    }

    /// Asks all questions and returns the answers in their order; `None` where none came. With an error, nothing
    /// more can be asked; the answers that came before it are returned all the same.
    ///
    /// As it stands here, one after the other. A late answer to an earlier question may stand in front of ours, so
    /// an error of reading is not believed at once.
    fn ask_all(&mut self, requests: &[Request]) -> (Vec<Option<Answered>>, Option<Self::Error>) {
        let mut answers = Vec::with_capacity(requests.len());
        for request in requests {
            let sent = Instant::now();
            let mut answer = self.send_recv(&mut copied(request));
            for _ in 0..READS_AGAIN {
                if answer.is_err() {
                    answer = self.recv().map_err(Self::Error::from);
                }
            }
            match answer {
                Ok(response) => answers.push(Some(Answered { response, sent, received: Instant::now() })),
                Err(error) => {
                    answers.resize(requests.len(), None);
                    return (answers, Some(error));
                }
            }
        }
        (answers, None)
    }
}

/// How often an answer is looked for once more.
const READS_AGAIN: u32 = 2;
/// Enough to keep the window of a session filled, little enough to be no loss when a prediction is wrong.
const DEPTH_LAN: usize = 16;

impl Link for Session {
    fn depth(&self) -> usize {
        DEPTH_LAN
    }

    fn ask_all(&mut self, requests: &[Request]) -> (Vec<Option<Answered>>, Option<LanError>) {
        self.exchange_many(requests)
    }
}

/// A question to the BMC itself.
#[must_use]
pub fn question(netfn: u8, command: u8, body: &[u8]) -> Request {
    let message = Message::new_raw(netfn, command, body.to_vec());
    Request::new(message, RequestTargetAddress::Bmc(LogicalUnit::Zero))
}

/// Requests cannot be cloned, and connections want to change them.
#[must_use]
pub fn copied(request: &Request) -> Request {
    let message = Message::new_raw(request.netfn_raw(), request.cmd(), request.data().to_vec());
    Request::new(message, request.target())
}
