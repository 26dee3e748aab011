//! What a BMC answers: a resource, or why there is none.

use std::time::Instant;

use serde_json::Value;

use super::client::GetError;

/// A resource as it came.
pub(super) struct Answer {
    /// Its JSON on one line.
    pub text: String,
    /// The `Date` header: the time of the BMC's web server.
    pub date: Option<String>,
    /// When the request that was answered was sent.
    pub asked: Instant,
    /// When the answer was there.
    pub answered: Instant,
}

impl Answer {
    /// The resource as a value.
    pub fn value(&self) -> Result<Value, GetError> {
        serde_json::from_str(&self.text).map_err(GetError::NotJson)
    }
}

/// The message in the body of an error (DSP0266, error responses), cut to a readable length.
pub(super) fn message(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body.get(..body.len().min(1 << 16))?).ok()?;
    let error = body.get("error")?;
    let info = error.get("@Message.ExtendedInfo").map(|info| info.get(0).unwrap_or(info));
    let texts = [
        info.and_then(|info| info.get("Message")),
        info.and_then(|info| info.get("MessageId")),
        error.get("message"),
    ];
    let text = texts.into_iter().flatten().find_map(Value::as_str)?;
    Some(text.chars().take(200).collect())
}
