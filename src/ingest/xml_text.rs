//! What the readers of XML share: values of attributes, text, and the place where a document breaks.

use quick_xml::events::{BytesStart, BytesText};

use super::sink::Sink;
use crate::ledger::{Fate, Reason};

/// The value of an attribute, its entities resolved.
#[must_use]
pub fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|attribute| attribute.key.as_ref() == name.as_bytes())?;
    let raw = String::from_utf8_lossy(&found.value).into_owned();
    Some(quick_xml::escape::unescape(&raw).map(std::borrow::Cow::into_owned).unwrap_or(raw))
}

/// Text as written. Entities come as events of their own and are left out.
#[must_use]
pub fn text_of(text: &BytesText<'_>) -> String {
    String::from_utf8_lossy(text).trim().to_owned()
}

/// Books a whole document that breaks at the byte `at`, and says where that is.
pub fn book_broken(content: &[u8], at: usize, error: &str, sink: &mut Sink<'_>) {
    let before = &content[..at.min(content.len())];
    let line = 1 + memchr::memchr_iter(b'\n', before).count() as u64;
    let column = before.len() - memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1) + 1;
    let message = format!("broken XML in line {line}, column {column}: {error}");
    sink.account.at_line(line);
    sink.account.book_counted(message.as_bytes(), content.len() as u64, Fate::Quarantined(Reason::BadShape));
}
