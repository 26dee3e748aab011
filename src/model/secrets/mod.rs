//! Passwords and keys in foreign text. Whatever is quoted to people or kept in files goes through [`mask`]; the bytes
//! of the source are shown raw only where somebody asks for them (`coroner ledger show`).
//!
//! Only the value is masked: which program was called, by whom and on what, is evidence. A value counts as a secret if
//! its name says so (`--password=…`, `API_TOKEN=…`, `Authorization: …`), if the program that stands before it takes
//! one there (`ipmitool -P`), if it stands between user and host of a URL, or if it has the shape of a key.

mod commands;
mod names;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use super::record::Body;

pub use names::is_secret_name;

/// Stands for a secret.
pub const MASK: &str = "***";

/// The text with its secrets masked; `None` if it has none.
#[must_use]
pub fn masked(text: &str) -> Option<String> {
    if !may_hold_one(text) {
        return None;
    }
    let mut spans = names::values(text);
    spans.extend(commands::values(text));
    spans.extend(in_urls(text));
    spans.extend(of_known_shape(text));
    spans.retain(|span| is_secret(text, span));
    spans.sort_by_key(|span| (span.start, span.end));
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for span in spans {
        if span.start >= done {
            out.push_str(&text[done..span.start]);
            out.push_str(MASK);
        }
        done = done.max(span.end);
    }
    if done == 0 {
        return None;
    }
    out.push_str(&text[done..]);
    Some(out)
}

/// Masks the secrets of a text in place.
pub fn mask(text: &mut String) {
    if let Some(masked) = masked(text) {
        *text = masked;
    }
}

/// Masks whatever foreign text a record carries.
pub fn mask_body(body: &mut Body) {
    match body {
        Body::Log(line) => mask(&mut line.text),
        Body::Sel(entry) => mask(&mut entry.text),
        Body::Job(run) => {
            mask(&mut run.job);
            mask(&mut run.status);
        }
        Body::Maintenance(window) => mask(&mut window.what),
        Body::Listed(entry) => {
            mask(&mut entry.text);
            entry.cause.iter_mut().for_each(mask);
        }
        Body::Inventory(fact) => {
            let is_one = |(name, value): (&String, &String)| is_secret_name(name) || masked(value).is_some();
            if fact.factors.iter().any(is_one) {
                let factors = Arc::make_mut(&mut fact.factors);
                factors.retain(|name, _| !is_secret_name(name));
                factors.values_mut().for_each(mask);
            }
        }
        Body::Collected(note) => {
            note.problems.iter_mut().for_each(mask);
            note.findings.iter_mut().for_each(|(_, text)| mask(text));
        }
        Body::Boot(_) | Body::Firmware(_) => {}
    }
}

/// What one of stands in every text that has a secret, in lower case, by its first sign.
fn signs_from(first: u8) -> &'static [&'static str] {
    match first {
        b'p' => &["passw", "passp", "pass=", "pass\"", "psk", "pw=", "private_key", "private-key"],
        b'-' | b'_' => &["_pass", "-pass", "_pwd", "-pwd", "-pw "],
        b's' => &["secret", "sshpass", "smb", "snmp"],
        b't' => &["token"],
        b'a' => &[
            "apikey",
            "api_key",
            "api-key",
            "access_key",
            "access-key",
            "auth_key",
            "auth-key",
            "authorization",
            "akia",
        ],
        b'c' => &["credential", "cookie", "curl"],
        b'b' => &["bearer ", "bmc-"],
        b':' => &["://"],
        b'i' => &["ipmi", "ilorest"],
        b'r' => &["racadm", "rpcclient"],
        b'm' => &["mysql", "mariadb"],
        b'l' => &["ldap"],
        b'u' => &["useradd", "usermod"],
        b'g' => &["ghp_", "gho_", "ghs_", "github_pat_", "glpat-"],
        b'x' => &["xoxb-", "xoxp-", "xoxa-"],
        b'e' => &["eyj"],
        _ => &[],
    }
}

/// A look that costs little: most text has no secret.
fn may_hold_one(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(2).enumerate().any(|(at, pair)| {
        let second = pair[1].to_ascii_lowercase();
        signs_from(pair[0].to_ascii_lowercase()).iter().map(|sign| sign.as_bytes()).any(|sign| {
            sign[1] == second
                && bytes.get(at..at + sign.len()).is_some_and(|here| here.eq_ignore_ascii_case(sign))
        })
    })
}

/// Values that keep nothing secret: answers, absences, references, and what is masked already.
fn is_secret(text: &str, span: &Range<usize>) -> bool {
    let Some(value) = text.get(span.clone()) else { return false };
    let lower = value.to_ascii_lowercase();
    let plain = ["yes", "no", "true", "false", "none", "null", "(null)", "on", "off", "required", "-"];
    !value.is_empty()
        && !plain.contains(&lower.as_str())
        && !value.starts_with(['$', '%', '<', '{'])
        && !value.bytes().all(|byte| matches!(byte, b'*' | b'x' | b'X' | b'.' | b'#'))
}

/// `scheme://user:password@host`.
fn in_urls(text: &str) -> Vec<Range<usize>> {
    let found = text.match_indices("://").filter_map(|(at, sign)| {
        let from = at + sign.len();
        let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | '<' | '>' | '`');
        let authority = &text[from..text[from..].find(ends).map_or(text.len(), |len| from + len)];
        let user_info = &authority[..authority.rfind('@')?];
        let colon = user_info.find(':')?;
        Some(from + colon + 1..from + user_info.len())
    });
    found.collect()
}

/// Beginnings of keys that services hand out.
const KEYS: &[&str] =
    &["ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "xoxa-", "AKIA", "eyJ"];
/// A key has so many more signs at least.
const KEY_BYTES_MIN: usize = 16;

fn of_known_shape(text: &str) -> Vec<Range<usize>> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let found = KEYS.iter().flat_map(|key| text.match_indices(key)).filter_map(|(at, key)| {
        let begins = !text[..at].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric());
        let end = text[at..].find(|c| !is_part(c)).map_or(text.len(), |len| at + len);
        // A token of JSON has two dots; a word that begins like one has none.
        let is_json = key != "eyJ" || text[at..end].matches('.').count() >= 2;
        (begins && is_json && end - at >= key.len() + KEY_BYTES_MIN).then_some(at..end)
    });
    found.collect()
}
