//! An edition as a mail (RFC 5322, MIME): plain text, and the same as HTML.
//!
//! Date, Message-ID and boundary come from the edition, so the same edition is the same bytes.

use mail_builder::MessageBuilder;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::text::Text;
use mail_builder::mime::MimePart;

use super::edition::Edition;
use super::html::{RenderError, html};
use super::page::Page;
use super::text::text;

/// Longest address (RFC 5321, 4.5.3.1.3: a path of 256 octets with its brackets).
const ADDRESS_BYTES_MAX: usize = 254;
/// Columns of the plain text.
const COLUMNS: usize = 78;

/// From whom, to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub from: Address,
    /// At least one.
    pub to: Vec<Address>,
}

/// An address that cannot break a header: `local@domain` of plain characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(String);

/// Why a text is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a mail address; write name@example.net")]
pub struct AddressError(String);

impl std::str::FromStr for Address {
    type Err = AddressError;

    /// Dot-atoms of RFC 5322 (3.2.3) on both sides, no quoted forms, no names, ASCII only.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let is_atom = |atom: &str| {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
            !atom.is_empty() && atom.chars().all(is_plain)
        };
        let is_domain = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
        let parts = text.split_once('@').filter(|(local, domain)| {
            local.split('.').all(is_atom) && domain.split('.').all(is_atom) && domain.chars().all(is_domain)
        });
        match parts {
            Some(_) if text.len() <= ADDRESS_BYTES_MAX => Ok(Self(text.to_owned())),
            _ => Err(AddressError(text.to_owned())),
        }
    }
}

impl Address {
    fn domain(&self) -> &str {
        self.0.split_once('@').map_or("localhost", |(_, domain)| domain)
    }
}

/// The whole message, lines ending in CR LF, ready for `sendmail -t`.
///
/// # Errors
/// If the HTML cannot be rendered, which is a bug.
pub fn eml(edition: &Edition, envelope: &Envelope) -> Result<Vec<u8>, RenderError> {
    let page = Page::of(edition);
    let (plain, rich) = (text(&page, COLUMNS), html(&page)?);
    let mark = fnv1a(&[plain.as_bytes(), rich.as_bytes()]);
    let mut boundary = format!("coroner-{mark:016x}");
    while plain.contains(&boundary) || rich.contains(&boundary) {
        boundary.push('x');
    }
    let stamp = edition.period.to.format("%Y%m%dT%H%M%SZ");
    let id = format!("coroner-weekly.{stamp}.{mark:016x}@{}", envelope.from.domain());
    let to: Vec<&str> = envelope.to.iter().map(|address| address.0.as_str()).collect();
    let parts = vec![MimePart::new("text/plain", plain), MimePart::new("text/html", rich)];
    let message = MessageBuilder::new()
        .from(envelope.from.0.as_str())
        .to(to)
        .subject(page.subject)
        .date(edition.period.to.timestamp())
        .message_id(id)
        // RFC 3834: nobody's holiday message should answer.
        .header("Auto-Submitted", Text::new("auto-generated"))
        .body(MimePart::new(
            ContentType::new("multipart/alternative").attribute("boundary", boundary),
            parts,
        ));
    let mut bytes = Vec::new();
    message.serialize(&mut bytes);
    Ok(bytes)
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo; draft-eastlake-fnv): tells editions apart, protects nothing.
fn fnv1a(parts: &[&[u8]]) -> u64 {
    parts.iter().flat_map(|part| part.iter()).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
