//! Ranges of host names, as ClusterShell and FreeIPMI write them: `kvm[01-41]`, `r[1-3]n[01-20,25]-bmc`.
//!
//! A bracket holds numbers and ranges of numbers with commas between them. Leading zeros give the width:
//! `[08-11]` is 08, 09, 10, 11. Several brackets give all combinations, the last running fastest. Outside of
//! brackets, a comma or a space separates names.

/// Names that one list may stand for. A typing mistake such as `[1-1000000000]` must not fill the memory.
pub const MAX_NAMES: usize = 100_000;
/// Brackets in one name.
const MAX_BRACKETS: usize = 8;

/// Why a text is not a list of hosts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostlistError {
    #[error("`{text}` has a bracket without its counterpart")]
    Bracket { text: String },
    #[error(
        "`[{range}]` in `{text}` is not a range such as [01-41] or [1,3,5-9]; IPv6 addresses stand without brackets"
    )]
    Range { text: String, range: String },
    #[error("`{range}` in `{text}` runs backwards")]
    Backwards { text: String, range: String },
    #[error("`{text}` stands for more than {MAX_NAMES} names")]
    TooMany { text: String },
    #[error("`{text}` has more than {MAX_BRACKETS} brackets")]
    TooManyBrackets { text: String },
    #[error("`{text}` holds no name")]
    Nothing { text: String },
}

/// A piece of a name: fixed text, or one of several.
enum Piece {
    Text(String),
    OneOf(Vec<String>),
}

/// All names that a list stands for, in the order of writing; a name that is written twice comes twice.
pub fn expand(text: &str) -> Result<Vec<String>, HostlistError> {
    let mut names = Vec::new();
    for part in split_outside_brackets(text)? {
        let new = combine(pieces(part)?, text, MAX_NAMES - names.len())?;
        names.extend(new);
    }
    if names.is_empty() {
        return Err(HostlistError::Nothing { text: text.to_owned() });
    }
    Ok(names)
}

/// Cuts at commas and white space that are not inside of brackets.
fn split_outside_brackets(text: &str) -> Result<Vec<&str>, HostlistError> {
    let mut parts = Vec::new();
    let mut inside = false;
    let mut rest = text;
    let mut from = 0;
    for (at, c) in text.char_indices() {
        match c {
            '[' | ']' if inside == (c == '[') => {
                return Err(HostlistError::Bracket { text: text.to_owned() });
            }
            '[' | ']' => inside = c == '[',
            _ if !inside && (c == ',' || c.is_whitespace()) => {
                let (part, after) = rest.split_at(at - from);
                parts.push(part);
                rest = after.get(c.len_utf8()..).unwrap_or_default();
                from = at + c.len_utf8();
            }
            _ => {}
        }
    }
    if inside {
        return Err(HostlistError::Bracket { text: text.to_owned() });
    }
    parts.push(rest);
    parts.retain(|part| !part.is_empty());
    Ok(parts)
}

fn pieces(part: &str) -> Result<Vec<Piece>, HostlistError> {
    let mut pieces = Vec::new();
    let mut rest = part;
    while let Some((before, after)) = rest.split_once('[') {
        let bracket = || HostlistError::Bracket { text: part.to_owned() };
        let (inner, after) = after.split_once(']').ok_or_else(bracket)?;
        pieces.push(Piece::Text(before.to_owned()));
        pieces.push(Piece::OneOf(numbers(inner, part)?));
        rest = after;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    if pieces.len() > 2 * MAX_BRACKETS + 1 {
        return Err(HostlistError::TooManyBrackets { text: part.to_owned() });
    }
    Ok(pieces)
}

/// The numbers of one bracket, as they are written in names.
fn numbers(inner: &str, text: &str) -> Result<Vec<String>, HostlistError> {
    let wrong = || HostlistError::Range { text: text.to_owned(), range: inner.to_owned() };
    let number = |digits: &str| {
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if plain { digits.parse::<u64>().map_err(|_| wrong()) } else { Err(wrong()) }
    };
    let mut all = Vec::new();
    for range in inner.split(',').map(str::trim) {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (low, high) = (number(first)?, number(last)?);
        // A range of mixed widths is meant in one way only where the first number shows no zeros in front.
        if first.len() > 1 && first.starts_with('0') && last.len() < first.len() {
            return Err(wrong());
        }
        if low > high {
            return Err(HostlistError::Backwards { text: text.to_owned(), range: range.to_owned() });
        }
        if high - low >= MAX_NAMES as u64 || all.len() as u64 + (high - low) >= MAX_NAMES as u64 {
            return Err(HostlistError::TooMany { text: text.to_owned() });
        }
        let width = if first.starts_with('0') { first.len() } else { 1 };
        all.extend((low..=high).map(|number| format!("{number:0width$}")));
    }
    Ok(all)
}

/// All combinations of the pieces, the last one running fastest.
fn combine(pieces: Vec<Piece>, text: &str, max: usize) -> Result<Vec<String>, HostlistError> {
    let mut names = vec![String::new()];
    for piece in pieces {
        match piece {
            Piece::Text(fixed) => names.iter_mut().for_each(|name| name.push_str(&fixed)),
            Piece::OneOf(choices) => {
                if names.len().saturating_mul(choices.len()) > max {
                    return Err(HostlistError::TooMany { text: text.to_owned() });
                }
                let with_all =
                    |name: &String| choices.iter().map(|choice| format!("{name}{choice}")).collect();
                names = names.iter().flat_map::<Vec<_>, _>(with_all).collect();
            }
        }
    }
    if names.len() > max {
        return Err(HostlistError::TooMany { text: text.to_owned() });
    }
    Ok(names)
}
