//! Gets resources from a BMC: logs on, keeps the connection, asks again where asking again helps, and keeps
//! count of what is spent.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::value::RawValue;

use super::answer::{Answer, message};
use super::connection::{Connection, WireError};
use super::http::{self, HttpError, Response};
use super::link;
use super::log_on::{LogOnError, Means};
use super::one_line::one_line;
use super::target::{Limits, Target};
use super::trust::{Tls, TrustError};

/// Redirects in a row.
const REDIRECTS_MAX: u32 = 5;
/// The end of a session is still sent after the deadline, but not waited for longer than this.
const GOODBYE: Duration = Duration::from_secs(3);
/// New log-ons in one run, for services whose tokens end early.
const LOG_ONS_MAX: u32 = 20;

/// Why a resource was not read.
#[derive(Debug, thiserror::Error)]
pub enum GetError {
    #[error(transparent)]
    Wire(#[from] WireError),
    #[error("TLS cannot be used")]
    Trust(#[from] TrustError),
    #[error("log-on failed")]
    LogOn(#[from] LogOnError),
    #[error("the time for this BMC is up")]
    Deadline,
    #[error("the BMC answered with status {status}{said}")]
    Status { status: u16, said: String },
    #[error("the answer is no JSON")]
    NotJson(#[source] serde_json::Error),
    #[error("the link leads elsewhere: {0:?}")]
    Elsewhere(String),
    #[error("more than {0} were needed")]
    Spent(&'static str),
}

/// A client of one BMC.
pub(super) struct Client<'t> {
    pub target: &'t Target,
    pub limits: &'t Limits,
    pub tls: Tls,
    connection: Option<Connection>,
    /// What the requests carry to be let in.
    pub means: Means,
    /// Whether the present means let a request in before.
    proven: bool,
    /// Whether any means ever let a request in.
    let_in: bool,
    /// Whether anything ever came back.
    reached: bool,
    log_ons: u32,
    /// Where sessions are made, once that is known.
    pub sessions: Option<String>,
    pub requests: u64,
    pub bytes: u64,
    pub tls_version: &'static str,
}

impl<'t> Client<'t> {
    pub fn new(target: &'t Target, limits: &'t Limits) -> Result<Self, TrustError> {
        Ok(Self {
            target,
            limits,
            tls: Tls::new(&target.trust)?,
            connection: None,
            means: Means::Nothing,
            proven: false,
            let_in: false,
            reached: false,
            log_ons: 0,
            sessions: None,
            requests: 0,
            bytes: 0,
            tls_version: "",
        })
    }

    /// Gets a resource. Asks again after passing failures, and logs on again where the session has ended.
    pub fn get(&mut self, path: &str, body_max: u64) -> Result<Answer, GetError> {
        let mut path = self.followed(path)?;
        let (mut attempt, mut redirects) = (0, 0);
        loop {
            attempt += 1;
            let asked = Instant::now();
            let (failure, wish) = match self.exchange("GET", &path, None, body_max) {
                Ok(answer) if answer.status == 200 => {
                    self.proven = true;
                    self.let_in |= !matches!(self.means, Means::Nothing);
                    let answered = Instant::now();
                    let text = one_line(&answer.body);
                    match serde_json::from_str::<&RawValue>(&text) {
                        Ok(_) => {
                            let date = answer.header("Date").map(str::to_owned);
                            return Ok(Answer { text, date, asked, answered });
                        }
                        Err(error) => (GetError::NotJson(error), None),
                    }
                }
                Ok(answer) if matches!(answer.status, 301 | 302 | 303 | 307 | 308) => {
                    let to = answer.header("Location").unwrap_or_default().to_owned();
                    redirects += 1;
                    if redirects > REDIRECTS_MAX {
                        return Err(self.status(&answer));
                    }
                    path = self.followed(&to)?;
                    attempt -= 1;
                    continue;
                }
                Ok(answer) if answer.status == 401 => {
                    // Some services answer so for what an account may not see.
                    if !self.proven && self.let_in {
                        return Err(self.status(&answer));
                    }
                    self.let_in_again()?;
                    (self.status(&answer), None)
                }
                Ok(answer) if matches!(answer.status, 429 | 500 | 502 | 503 | 504) => {
                    let wish = answer.header("Retry-After").and_then(|text| text.trim().parse().ok());
                    (self.status(&answer), wish.map(Duration::from_secs))
                }
                Ok(answer) => return Err(self.status(&answer)),
                Err(GetError::Wire(error)) if error.is_passing() && self.may_recover(&error, attempt) => {
                    (GetError::Wire(error), None)
                }
                Err(error) => return Err(error),
            };
            // What fails or garbles one resource for good should not take the time of all others.
            let attempts_max = match &failure {
                GetError::Status { status: 500, .. } | GetError::NotJson(_) => {
                    self.limits.attempts_max.min(3)
                }
                _ => self.limits.attempts_max,
            };
            if attempt >= attempts_max {
                return Err(failure);
            }
            self.pause(attempt, wish)?;
        }
    }

    fn followed(&self, path: &str) -> Result<String, GetError> {
        link::followed(path, &self.target.authority())
            .ok_or_else(|| GetError::Elsewhere(path.chars().take(200).collect()))
    }

    /// A BMC that never answered is dead, or is none: one wait for it is enough. One that did has its moods.
    fn may_recover(&self, error: &WireError, attempt: u32) -> bool {
        match error {
            WireError::Http(HttpError::Cut(_)) => true,
            WireError::Http(HttpError::Silent) => self.reached && attempt < 2,
            _ => self.reached,
        }
    }

    fn let_in_again(&mut self) -> Result<(), GetError> {
        if !self.proven {
            return Err(self.means.refused().into());
        }
        if self.log_ons >= LOG_ONS_MAX {
            return Err(GetError::Spent("20 log-ons"));
        }
        // The old session may be alive; it would stay, and take the place of another.
        self.log_off();
        self.log_on()
    }

    /// Logs on where that is known to be possible, and counts it.
    pub fn log_on(&mut self) -> Result<(), GetError> {
        self.log_ons += 1;
        self.proven = false;
        self.means = super::log_on::log_on(self)?;
        Ok(())
    }

    /// Waits as the BMC asks, else ever longer, and not past the deadline.
    pub fn pause(&self, attempt: u32, wish: Option<Duration>) -> Result<(), GetError> {
        let own = self.limits.pause * 2_u32.saturating_pow(attempt.saturating_sub(1));
        let pause = wish.unwrap_or(own).min(self.limits.pause_max);
        if Instant::now() + pause >= self.limits.deadline {
            return Err(GetError::Deadline);
        }
        thread::sleep(pause);
        Ok(())
    }

    /// One request and its answer, over the open connection or a new one.
    pub fn exchange(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&[u8]>,
        body_max: u64,
    ) -> Result<Response, GetError> {
        if self.requests >= self.limits.requests_max {
            return Err(GetError::Spent("requests allowed for one BMC"));
        }
        if self.bytes >= self.limits.bytes_max {
            return Err(GetError::Spent("bytes allowed for one BMC"));
        }
        let body_max = body_max.min(self.limits.bytes_max - self.bytes);
        if Instant::now() >= self.limits.deadline {
            return Err(GetError::Deadline);
        }
        let deadline = self.limits.deadline;
        self.send(method, path, body, body_max, deadline).map_err(|error| {
            if Instant::now() >= deadline { GetError::Deadline } else { GetError::Wire(error) }
        })
    }

    fn send(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&[u8]>,
        body_max: u64,
        deadline: Instant,
    ) -> Result<Response, WireError> {
        let request = {
            let header = self.means.header();
            let header = header.as_ref().map(|(name, value)| (*name, value.as_slice()));
            http::request(method, path, &self.target.authority(), header, body.unwrap_or_default())
        };
        loop {
            let mut connection = match self.connection.take() {
                Some(open) => open,
                None => {
                    let open = Connection::open(self.target, &self.tls, self.limits.connect, deadline)?;
                    self.tls_version = open.tls_version();
                    open
                }
            };
            self.requests += 1;
            let until = deadline.min(Instant::now() + self.limits.answer);
            match connection.exchange(&request, body_max, until) {
                Ok(answer) => {
                    self.reached = true;
                    self.bytes += answer.body.len() as u64;
                    if answer.reusable {
                        self.connection = Some(connection);
                    }
                    return Ok(answer);
                }
                // The BMC had closed the connection since. A new one tells whether it is there. What makes
                // something is not sent twice.
                Err(WireError::Http(HttpError::Cut(_))) if connection.was_used() && method != "POST" => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Ends the session, if there is one: BMCs have room for few, and keep them for half an hour.
    pub fn log_off(&mut self) {
        let Some(session) = self.means.session().map(str::to_owned) else { return };
        let until = Instant::now() + GOODBYE;
        // Whatever comes of it, nothing more can be done.
        let _ = self.send("DELETE", &session, None, 1 << 16, until);
        self.means = Means::Nothing;
    }

    /// A status that is not wanted, with what the BMC says of it unless it repeats a secret.
    pub fn status(&self, answer: &Response) -> GetError {
        let said = message(&answer.body).filter(|said| !self.means.is_in(said, self.target));
        let said = said.map(|said| format!(": {said:?}")).unwrap_or_default();
        GetError::Status { status: answer.status, said }
    }
}
