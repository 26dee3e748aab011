//! The session as a connection of ipmi-rs, so that its commands and its `Ipmi` work over it.

use ipmi_rs::connection::{IpmiConnection, Message, Request, Response};

use super::error::LanError;
use super::session::Session;

impl IpmiConnection for Session {
    type SendError = LanError;
    type RecvError = LanError;
    type Error = LanError;

    /// Keeps the question for [`Self::recv`], which sends it as often as is needed: a question that is sent
    /// without anybody waiting for its answer could not be repeated.
    fn send(&mut self, request: &mut Request) -> Result<(), LanError> {
        self.held = Some(copied(request));
        Ok(())
    }

    fn recv(&mut self) -> Result<Response, LanError> {
        let request = self.held.take().ok_or(LanError::Unanswered)?;
        self.exchange_once(request)
    }

    fn send_recv(&mut self, request: &mut Request) -> Result<Response, LanError> {
        self.exchange_once(copied(request))
    }
}

fn copied(request: &Request) -> Request {
    let message = Message::new_raw(request.netfn_raw(), request.cmd(), request.data().to_vec());
    Request::new(message, request.target())
}
