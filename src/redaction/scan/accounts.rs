//! Where single programs name a user: login, cron, usermod, FTP, VPN, tickets. Users of Windows domains.

use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::people::{is_name_byte, name_at};
use super::{Found, Item, Known, automaton, is_of_program, push, text};
use crate::redaction::words;

/// What a cue says about the name beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// An account's name follows, in lines of these programs.
    Of(&'static [&'static str]),
    /// A terminal follows, and then this word and the name.
    Later(&'static [u8]),
    /// The name stands before, between signs like these.
    Between(u8),
    /// A name that somebody typed stands before in square brackets; there need not be such an account.
    Tried,
    /// The name stands before in brackets, and once more behind in others.
    Both,
    /// A key of JSON: a name or more follow.
    Field,
    /// `alice/10.1.2.3:1194`, anywhere behind.
    Tunnel,
    /// `CORP\alice`.
    Realm,
}

const ACCOUNT_TOOLS: &[&str] = &[
    "useradd",
    "usermod",
    "userdel",
    "groupadd",
    "groupmod",
    "groupdel",
    "groupmems",
    "gpasswd",
    "adduser",
    "deluser",
];

/// In small letters.
const CUES: &[(&str, Way)] = &[
    ("login on ", Way::Later(b" by ")),
    ("dialup at ", Way::Later(b" by ")),
    ("failed login (", Way::Later(b" for ")),
    ("failed login session ", Way::Later(b" for ")),
    ("failed login 1 ", Way::Later(b" for ")),
    ("failed login 2 ", Way::Later(b" for ")),
    ("failed login 3 ", Way::Later(b" for ")),
    ("add '", Way::Of(ACCOUNT_TOOLS)),
    ("delete '", Way::Of(ACCOUNT_TOOLS)),
    ("group '", Way::Of(ACCOUNT_TOOLS)),
    ("owned by '", Way::Of(ACCOUNT_TOOLS)),
    ("change user name '", Way::Of(ACCOUNT_TOOLS)),
    ("' to '", Way::Of(&["usermod"])),
    (", user ", Way::Of(&["gkr-pam"])),
    (") begin edit (", Way::Both),
    (") end edit (", Way::Both),
    (") list (", Way::Both),
    (") edit (", Way::Both),
    (") replace (", Way::Both),
    (") delete (", Way::Both),
    (") reload (", Way::Between(b'(')),
    (") orphan (", Way::Between(b'(')),
    (") mail (", Way::Between(b'(')),
    (") auth (", Way::Between(b'(')),
    ("] ok login", Way::Between(b'[')),
    ("] fail login", Way::Tried),
    ("] ok upload", Way::Between(b'[')),
    ("] ok download", Way::Between(b'[')),
    ("\"assignee", Way::Field),
    ("\"reporter", Way::Field),
    ("\"opened_by", Way::Field),
    ("\"resolved_by", Way::Field),
    ("\"closed_by", Way::Field),
    ("\"assigned_to", Way::Field),
    ("\"acknowledged_by", Way::Field),
    ("openvpn", Way::Tunnel),
    ("ovpn-", Way::Tunnel),
    ("\\", Way::Realm),
];

fn cues() -> &'static AhoCorasick {
    static CUES_MATCHER: OnceLock<AhoCorasick> = OnceLock::new();
    CUES_MATCHER.get_or_init(|| automaton(CUES))
}

/// Finds users by the words around them.
pub fn find(line: &[u8], known: &Known<'_>, found: &mut Vec<Found>) {
    let mut in_tunnel = false;
    for cue in cues().find_overlapping_iter(line) {
        let (start, end) = (cue.start(), cue.end());
        match CUES[cue.pattern().as_usize()].1 {
            Way::Of(programs) => {
                if is_of_program(line, programs) {
                    follows(line, end, found);
                }
            }
            Way::Later(word) => later(line, end, word, found),
            Way::Between(open) => before(line, start, open, true, found),
            Way::Tried => before(line, start, b'[', false, found),
            Way::Both => {
                before(line, start, b'(', true, found);
                if let Some(name) = name_at(line, end)
                    && line.get(name.end) == Some(&b')')
                {
                    add(line, name, true, found);
                }
            }
            Way::Field => field(line, end, found),
            // One look is enough.
            Way::Tunnel if !in_tunnel => {
                in_tunnel = true;
                tunnel(line, end, found);
            }
            Way::Tunnel => {}
            Way::Realm => realm(line, start, known, found),
        }
    }
}

/// Words for somebody who is nobody in particular.
const NOBODY: &[&str] = &["helpdesk", "support", "team", "noc", "vendor", "automation", "unassigned", "bot"];

fn add(line: &[u8], range: Range<usize>, credible: bool, found: &mut Vec<Found>) {
    let name = String::from_utf8_lossy(&line[range.clone()]).to_lowercase();
    if !words::is_system_user(&name) && !words::is_vocabulary(&name) && !NOBODY.contains(&name.as_str()) {
        push(found, range, Item::Person { name, credible });
    }
}

fn follows(line: &[u8], from: usize, found: &mut Vec<Found>) {
    if let Some(name) = name_at(line, from) {
        add(line, name, true, found);
    }
}

/// `LOGIN ON tty1 BY alice`, `FAILED LOGIN (1) on '/dev/tty1' FOR 'alice'`.
fn later(line: &[u8], from: usize, word: &[u8], found: &mut Vec<Found>) {
    /// A terminal, a count and a host are not longer.
    const BETWEEN_BYTES_MAX: usize = 96;
    let rest = &line[from..line.len().min(from + BETWEEN_BYTES_MAX)];
    let Some(at) = rest.windows(word.len()).position(|part| part.eq_ignore_ascii_case(word)) else { return };
    // `BY` stands behind the terminal, `FOR` behind `1) on '/dev/tty1' from 'kvm07'`; sentences have more.
    let blanks_max = if word == b" by " { 0 } else { 4 };
    if rest[..at].iter().filter(|byte| **byte == b' ').count() <= blanks_max {
        follows(line, from + at + word.len(), found);
    }
}

/// The name that ends here and stands behind a sign.
fn before(line: &[u8], end: usize, open: u8, credible: bool, found: &mut Vec<Found>) {
    let start = (0..end).rev().find(|at| !is_name_byte(line[*at]));
    if let Some(sign) = start.filter(|at| line[*at] == open && at + 1 < end) {
        add(line, sign + 1..end, credible, found);
    }
}

/// `"assignee": "Alice"`. The words of a longer name are replaced here, but not learnt: they can be those of a team.
fn field(line: &[u8], from: usize, found: &mut Vec<Found>) {
    let skip = |from: usize, signs: &[u8]| {
        (from..line.len()).find(|at| !signs.contains(&line[*at])).unwrap_or(line.len())
    };
    let colon = skip(from, b"\\\" ");
    if colon == from || line.get(colon) != Some(&b':') {
        return;
    }
    let start = skip(colon + 1, b"\\ ");
    if line.get(start) != Some(&b'"') {
        return;
    }
    let start = start + 1;
    let is_of_names = |byte: u8| is_name_byte(byte) || matches!(byte, b' ' | b',' | b'\'');
    let end = (start..line.len()).find(|at| !is_of_names(line[*at])).unwrap_or(line.len());
    if !matches!(line.get(end), Some(b'"' | b'\\' | b'@')) {
        return;
    }
    let alone = line[start..end].iter().all(|byte| is_name_byte(*byte));
    let mut at = start;
    while at < end {
        let next = (at..end).find(|at| !is_name_byte(line[*at])).unwrap_or(end);
        if next > at + 1 {
            add(line, at..next, alone, found);
        }
        at = next + 1;
    }
}

fn tunnel(line: &[u8], from: usize, found: &mut Vec<Found>) {
    /// The client is the first that such a line names.
    const CLIENT_BYTES_MAX: usize = 160;
    let far = line.len().min(from + CLIENT_BYTES_MAX);
    for slash in (from..far).filter(|at| line[*at] == b'/') {
        let behind = &line[slash + 1..line.len().min(slash + 1 + 22)];
        let end = behind.iter().position(|byte| !byte.is_ascii_digit() && *byte != b'.');
        let is_address = end.is_some_and(|end| {
            behind[end] == b':' && text(&behind[..end]).parse::<std::net::Ipv4Addr>().is_ok()
        });
        if is_address {
            before(line, slash, b' ', true, found);
            return;
        }
    }
}

/// Left sides of `\` that are no domains of anybody.
const NO_REALMS: &[&str] = &[
    "builtin",
    "authority",
    "workgroup",
    "hklm",
    "hkcu",
    "hkey_local_machine",
    "hkey_users",
    "registry",
    "system32",
    "efi",
    "boot",
];

/// What is at the left is a domain that is known, or a word of capital letters; what is at the right ends the path.
fn realm(line: &[u8], slash: usize, known: &Known<'_>, found: &mut Vec<Found>) {
    /// Names of such domains have so many bytes at most (`NetBIOS`).
    const REALM_BYTES_MAX: usize = 15;
    let is_label = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let far = slash.saturating_sub(REALM_BYTES_MAX + 1);
    let Some(sign) = (far..slash).rev().find(|at| !is_label(line[*at])).map(|at| at + 1).or(
        // Nothing stands before it in the line.
        (far == 0).then_some(0),
    ) else {
        return;
    };
    let left = text(&line[sign..slash]);
    let free = sign == 0 || matches!(line[sign - 1], b' ' | b'"' | b'\'' | b'=' | b'(' | b'[' | b':' | b'\t');
    let lower = left.to_ascii_lowercase();
    let user = slash + 1 + usize::from(line.get(slash + 1) == Some(&b'\\'));
    let end = (user..line.len()).find(|at| !is_name_byte(line[*at])).unwrap_or(line.len());
    let closes = line.get(end).is_none_or(|byte| b" \t\r\"'),;:]>@".contains(byte));
    if !free || left.len() < 2 || end == user || !closes || !line[user].is_ascii_alphabetic() {
        return;
    }
    let below = format!("{lower}.");
    let is_known = known.domains.contains(&lower)
        || known.domains.range(below.clone()..).next().is_some_and(|domain| domain.starts_with(&below));
    // `ERROR\nnext`
    let is_escape = user == slash + 1 && b"ntrbfvxu".contains(&line[user]);
    let capitals = left.len() >= 4
        && left.bytes().all(|byte| !byte.is_ascii_lowercase())
        && left.bytes().filter(u8::is_ascii_uppercase).count() >= 3
        && !is_escape
        && !words::is_vocabulary(left)
        && !NO_REALMS.contains(&lower.as_str());
    if is_known || capitals {
        add(line, user..end, true, found);
        if !is_known && !words::is_common_label(&lower) {
            push(found, sign..slash, Item::Realm);
        }
    }
}
