//! Values whose name says that they are secret: options, assignments, members of JSON, headers.

use std::ops::Range;

/// Endings of names of secrets, in lower case with `_` between words.
const ENDINGS: &[&str] = &[
    "password",
    "passwd",
    "passwort",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "api_key",
    "access_key",
    "secret_key",
    "private_key",
    "auth_key",
    "credential",
    "credentials",
    "_pwd",
    "_pass",
    "_psk",
];
/// Names that are too short to be looked for as an ending. `PWD` is the folder in which a command ran.
const NAMES: &[&str] = &["pass", "psk", "pw"];
/// Headers of HTTP whose value is a secret.
const HEADERS: &[&str] = &["authorization", "proxy_authorization", "cookie", "set_cookie"];
/// Words of a header's value that say of which kind the secret behind them is.
const SCHEMES: &[&str] = &["bearer", "basic", "digest", "token", "negotiate", "apikey"];

/// Whether a name says that its value is a secret.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = normal(name);
    NAMES.contains(&name.as_str()) || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

fn normal(name: &str) -> String {
    let name = name.trim_start_matches('-').trim_matches('"').trim();
    name.chars().map(|c| if matches!(c, '-' | '.' | ' ') { '_' } else { c.to_ascii_lowercase() }).collect()
}

/// The values of named secrets in a text.
pub(super) fn values(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, sign) in text.char_indices().filter(|(_, c)| matches!(c, '=' | ':')) {
        let name = name_before(text, at);
        let span = if sign == '=' {
            is_secret_name(name.word).then(|| value(text, at + 1, name.quote_before))
        } else {
            behind_colon(text, at, &name)
        };
        found.extend(span);
    }
    found.extend(long_options(text));
    found.extend(bearers(text));
    found
}

struct Name<'a> {
    word: &'a str,
    /// The name itself stands in quotes.
    quoted: bool,
    /// A quotation mark directly before the name: the value ends with it.
    quote_before: Option<char>,
}

/// The name that ends before `at`, with its quotes if it has any.
fn name_before(text: &str, at: usize) -> Name<'_> {
    let head = &text[..at];
    let bare = head.trim_end_matches(' ');
    let quoted = bare.ends_with(['"', '\'']) && bare.len() > 1;
    // JSON inside of JSON has a backslash before its marks.
    let end = if quoted { bare[..bare.len() - 1].trim_end_matches('\\').len() } else { at };
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let from = head[..end]
        .rfind(|c| !is_part(c))
        .map_or(0, |place| place + head[place..].chars().next().map_or(1, char::len_utf8));
    let before = head[..from].chars().next_back().filter(|c| matches!(c, '"' | '\''));
    Name { word: &head[from..end], quoted, quote_before: if quoted { None } else { before } }
}

/// JSON's `"password": "x"`, a header, or the plain words `password: x`.
fn behind_colon(text: &str, at: usize, name: &Name<'_>) -> Option<Range<usize>> {
    let word = normal(name.word);
    let is_header = HEADERS.contains(&word.as_str()) || (word.starts_with("x_") && is_secret_name(&word));
    let is_named = ["password", "passwd", "passphrase", "private_token"].contains(&word.as_str());
    let rest = &text[at + 1..];
    let from = at + 1 + (rest.len() - rest.trim_start_matches([' ', '\t']).len());
    if is_header {
        let words = text[from..].trim_start_matches(['"', '\'']);
        let start = from + (text[from..].len() - words.len());
        let first = words.split(' ').next().unwrap_or_default();
        let behind_scheme = SCHEMES.contains(&first.to_ascii_lowercase().as_str());
        let start = if behind_scheme { start + first.len() + 1 } else { start };
        return (start <= text.len()).then(|| value(text, start, name.quote_before));
    }
    let is_member = name.quoted && is_secret_name(&word);
    let is_spaced = rest.starts_with([' ', '\t']);
    (is_member || (is_named && is_spaced)).then(|| value(text, from, name.quote_before))
}

/// The value that begins at `from`: to its closing quotation mark, to the mark that was open before its name, or to
/// the next blank; less where another assignment follows.
fn value(text: &str, from: usize, open: Option<char>) -> Range<usize> {
    let rest = &text[from..];
    // A quotation inside a quotation carries a backslash, and ends with one that does, too.
    let slashes = usize::from(rest.starts_with("\\\"") || rest.starts_with("\\'"));
    if let Some(mark) = rest[slashes..].chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let start = from + slashes + 1;
        let has_slash = |at: usize| text[start..start + at].ends_with('\\');
        let mut marks = text[start..].match_indices(mark).map(|(at, _)| at);
        let len = marks.find(|at| has_slash(*at) == (slashes > 0)).unwrap_or(text.len() - start);
        return start
            ..start
                + text[start..start + len].strip_suffix('\\').filter(|_| slashes > 0).map_or(len, str::len);
    }
    if let Some(mark) = open
        && let Some(len) = rest.find(mark)
    {
        return from..from + len;
    }
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`')).unwrap_or(rest.len());
    let word = &rest[..end];
    // What closes a bracket that was open before it is no part of a value.
    let end = word.trim_end_matches([')', ']', '}', ',', ';']).len();
    let word = &word[..end];
    let next = word.match_indices([',', ';', '&']).find(|(at, _)| assigns(&word[at + 1..]));
    from..from + next.map_or(end, |(at, _)| at)
}

/// Whether a text begins with `name=`.
fn assigns(text: &str) -> bool {
    let name = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))).unwrap_or(0);
    name > 0 && text[name..].starts_with('=')
}

/// `--password VALUE`.
fn long_options(text: &str) -> Vec<Range<usize>> {
    let found = text.match_indices("--").filter_map(|(at, _)| {
        let starts =
            text[..at].chars().next_back().is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '\''));
        let name = text[at..].split([' ', '=']).next().filter(|_| starts)?;
        let behind = at + name.len();
        let blank = text[behind..].starts_with(' ');
        let from = behind + (text[behind..].len() - text[behind..].trim_start_matches(' ').len());
        let is_value = blank && from < text.len() && !text[from..].starts_with('-');
        (is_value && is_secret_name(name)).then(|| value(text, from, None))
    });
    found.collect()
}

/// `Bearer eyJ…`, wherever it stands. A bearer of news has no digits.
fn bearers(text: &str) -> Vec<Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let found = lower.match_indices("bearer ").filter_map(|(at, sign)| {
        let span = value(text, at + sign.len(), None);
        let word = text.get(span.clone())?;
        (word.len() >= 8 && word.bytes().any(|byte| byte.is_ascii_digit())).then_some(span)
    });
    found.collect()
}
