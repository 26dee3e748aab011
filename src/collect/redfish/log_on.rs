//! How a BMC lets us in: by a session (a token in `X-Auth-Token`, DSP0266), else by the password in
//! every request (basic authentication, RFC 7617).

use serde::Serialize;
use zeroize::Zeroizing;

use super::client::{Client, GetError};
use super::link;
use super::target::Target;
use crate::collect::secret::Secret;

/// Why the BMC does not let us in. What it says of it is not repeated: it may hold what was sent.
#[derive(Debug, thiserror::Error, Clone, Copy, PartialEq, Eq)]
pub enum LogOnError {
    #[error("user name or password is wrong")]
    Refused,
    #[error("the session that was just made is not accepted")]
    TokenRefused,
    #[error("all sessions are taken, and basic authentication is refused")]
    NoSession,
}

/// What a request carries to be let in.
pub(super) enum Means {
    Nothing,
    /// `all_taken`: because there was no room for a session.
    Basic {
        credentials: Zeroizing<Vec<u8>>,
        all_taken: bool,
    },
    Token {
        token: Secret,
        session: Option<String>,
    },
}

impl Means {
    /// The header that lets in.
    pub fn header(&self) -> Option<(&'static str, Zeroizing<Vec<u8>>)> {
        match self {
            Self::Nothing => None,
            Self::Basic { credentials, .. } => Some(("Authorization", credentials.clone())),
            Self::Token { token, .. } => Some(("X-Auth-Token", Zeroizing::new(token.expose().to_vec()))),
        }
    }

    /// The session to end.
    pub fn session(&self) -> Option<&str> {
        match self {
            Self::Token { session, .. } => session.as_deref(),
            _ => None,
        }
    }

    /// What it means that these did not let in.
    pub fn refused(&self) -> LogOnError {
        match self {
            Self::Token { .. } => LogOnError::TokenRefused,
            Self::Basic { all_taken: true, .. } => LogOnError::NoSession,
            Self::Basic { .. } | Self::Nothing => LogOnError::Refused,
        }
    }

    /// Whether a text of the BMC repeats a secret.
    pub fn is_in(&self, text: &str, target: &Target) -> bool {
        let holds = |secret: &[u8]| {
            !secret.is_empty() && text.as_bytes().windows(secret.len()).any(|part| part == secret)
        };
        let own = match self {
            Self::Nothing => false,
            Self::Basic { credentials, .. } => holds(credentials.get("Basic ".len()..).unwrap_or_default()),
            Self::Token { token, .. } => holds(token.expose()),
        };
        own || holds(target.password.expose())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Account<'a> {
    user_name: &'a str,
    password: &'a str,
}

/// Makes a session. Falls back to basic authentication where the service has no sessions, or none left.
pub(super) fn log_on(client: &mut Client<'_>) -> Result<Means, GetError> {
    // A new session is asked for without the old, which has ended.
    client.means = Means::Nothing;
    let password = std::str::from_utf8(client.target.password.expose()).ok();
    let (Some(sessions), Some(password)) = (client.sessions.clone(), password) else {
        return Ok(basic(client.target, false));
    };
    // Room for every character as an escape, so that no copy stays behind where the buffer grew.
    let room = 64 + 6 * (client.target.user.len() + password.len());
    let mut account = Zeroizing::new(Vec::with_capacity(room));
    let written = serde_json::to_writer(&mut *account, &Account { user_name: &client.target.user, password });
    if written.is_err() {
        return Ok(basic(client.target, false));
    }
    let mut attempt = 0;
    let answer = loop {
        attempt += 1;
        match client.exchange("POST", &sessions, Some(&account), 1 << 20) {
            Ok(answer) => break answer,
            Err(GetError::Wire(error)) if error.is_passing() && attempt < client.limits.attempts_max => {
                client.pause(attempt, None)?;
            }
            Err(error) => return Err(error),
        }
    };
    match answer.status {
        200..=299 => {
            let Some(token) = answer.header("X-Auth-Token") else { return Ok(basic(client.target, false)) };
            let body: Option<serde_json::Value> = serde_json::from_slice(&answer.body).ok();
            let place = answer.header("Location").or_else(|| body.as_ref().and_then(link::target));
            let session = place.and_then(|place| link::followed(place, &client.target.authority()));
            Ok(Means::Token { token: Secret::new(token.as_bytes().to_vec()), session })
        }
        401 | 403 => Err(LogOnError::Refused.into()),
        // iLO's words for a wrong password. Another try with the same one would lock the account the sooner.
        400 if String::from_utf8_lossy(&answer.body).contains("Unauthorized") => {
            Err(LogOnError::Refused.into())
        }
        status => Ok(basic(client.target, status == 503)),
    }
}

fn basic(target: &Target, all_taken: bool) -> Means {
    let mut account =
        Zeroizing::new(Vec::with_capacity(target.user.len() + 1 + target.password.expose().len()));
    account.extend_from_slice(target.user.as_bytes());
    account.push(b':');
    account.extend_from_slice(target.password.expose());
    let mut credentials = Zeroizing::new(Vec::with_capacity(6 + account.len().div_ceil(3) * 4));
    credentials.extend_from_slice(b"Basic ");
    for group in account.chunks(3) {
        let bits =
            group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let six_bits = (bits >> (18 - 6 * place) & 0x3f) as u8;
            credentials.push(if place <= group.len() { base64_digit(six_bits) } else { b'=' });
        }
    }
    Means::Basic { credentials, all_taken }
}

/// RFC 4648, table 1.
fn base64_digit(six_bits: u8) -> u8 {
    match six_bits {
        0..=25 => b'A' + six_bits,
        26..=51 => b'a' + six_bits - 26,
        52..=61 => b'0' + six_bits - 52,
        62 => b'+',
        _ => b'/',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::redfish::trust::Trust;

    #[test]
    fn basic_credentials_are_base64() {
        for (user, password, expected) in [
            ("Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
            ("a", "b", "Basic YTpi"),
            ("a", "bü>?", "Basic YTpiw7w+Pw=="),
            ("", "", "Basic Og=="),
        ] {
            let target = Target {
                host: "bmc".to_owned(),
                port: 443,
                user: user.to_owned(),
                password: Secret::new(password.as_bytes().to_vec()),
                trust: Trust::Insecure,
            };
            let Means::Basic { credentials, .. } = basic(&target, false) else { panic!("not basic") };
            assert_eq!(String::from_utf8_lossy(&credentials), expected);
            assert_eq!(credentials.len(), credentials.capacity(), "it never grew");
        }
    }
}
