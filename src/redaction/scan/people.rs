//! Where logs name a user: log-ins, sudo, cron, audit, homes, BMCs.

use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::{Found, Item, automaton, push};
use crate::redaction::words;

/// What a cue says about the name beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// An account's name follows.
    Follows,
    /// A name follows that somebody typed; there need not be such an account.
    Guessed,
    /// A name follows if one of these stands behind it.
    FollowsBefore(&'static [&'static str]),
    /// The name stands before.
    Precedes,
    /// A number and the name in brackets follow: `uid=1000(alice)`.
    InBrackets,
    /// `(to root) alice on pts/0`.
    BehindBracket,
    /// A folder of the name's own follows.
    Home,
}

/// In small letters.
const CUES: &[(&str, Way)] = &[
    ("invalid user ", Way::Guessed),
    ("illegal user ", Way::Guessed),
    ("password for ", Way::Follows),
    ("password changed for ", Way::Follows),
    ("password expiry for ", Way::Follows),
    ("authentication failure for ", Way::Follows),
    ("publickey for ", Way::Follows),
    ("postponed publickey for ", Way::Follows),
    ("gssapi-with-mic for ", Way::Follows),
    ("keyboard-interactive/pam for ", Way::Follows),
    ("hostbased for ", Way::Follows),
    ("maximum authentication attempts exceeded for ", Way::Guessed),
    ("for user ", Way::Follows),
    ("of user ", Way::Follows),
    ("from user ", Way::Follows),
    ("by user ", Way::Follows),
    ("as user ", Way::Follows),
    ("to user ", Way::Follows),
    ("authenticating user ", Way::Guessed),
    ("disconnected from user ", Way::Follows),
    (" by ", Way::FollowsBefore(&["(uid="])),
    ("user '", Way::Follows),
    ("user \"", Way::Follows),
    ("user: ", Way::Follows),
    ("user:", Way::Follows),
    ("user=", Way::Follows),
    ("users=", Way::Follows),
    ("user name: ", Way::Follows),
    ("username: ", Way::Follows),
    ("username:", Way::Follows),
    ("username=", Way::Follows),
    ("user_name=", Way::Follows),
    ("logname=", Way::Follows),
    ("login=", Way::Follows),
    ("acct=", Way::Follows),
    ("account=", Way::Follows),
    ("account name:", Way::Follows),
    ("owner=", Way::Follows),
    ("new user: name=", Way::Follows),
    ("new group: name=", Way::Follows),
    ("added to /etc/group: name=", Way::Follows),
    ("added to /etc/gshadow: name=", Way::Follows),
    ("user\": \"", Way::Follows),
    ("user\":\"", Way::Follows),
    ("username\": \"", Way::Follows),
    ("username\":\"", Way::Follows),
    ("userid\": \"", Way::Follows),
    ("userid\":\"", Way::Follows),
    ("userid: ", Way::Follows),
    ("login id: ", Way::Follows),
    ("logged in using ", Way::Follows),
    ("log in using ", Way::Follows),
    ("logged in as ", Way::Follows),
    ("login attempt alert for ", Way::Follows),
    ("cleared by: ", Way::Follows),
    ("reset by: ", Way::Follows),
    ("power on by: ", Way::Follows),
    ("power off by: ", Way::Follows),
    ("performed by: ", Way::Follows),
    ("requested by: ", Way::Follows),
    ("login: ", Way::FollowsBefore(&[" - "])),
    ("logout: ", Way::FollowsBefore(&[" - "])),
    (
        "user ",
        Way::FollowsBefore(&[
            " logged",
            " login",
            " from ",
            "(uid",
            " failed",
            " authenticated",
            " has logged",
            " connected",
            " cleared",
            " requested",
            " initiated",
            "@",
            ", session",
            " via ",
            " at ",
        ]),
    ),
    ("auid=\"", Way::Follows),
    (" uid=\"", Way::Follows),
    ("uid=", Way::InBrackets),
    ("gid=", Way::InBrackets),
    ("groups=", Way::InBrackets),
    (" : tty=", Way::Precedes),
    (" : pwd=", Way::Precedes),
    (" : user not in sudoers", Way::Precedes),
    (" : command not allowed", Way::Precedes),
    (" : a password is required", Way::Precedes),
    (" : 1 incorrect password", Way::Precedes),
    (" : 2 incorrect password", Way::Precedes),
    (" : 3 incorrect password", Way::Precedes),
    (") cmd (", Way::Precedes),
    (") cmdout (", Way::Precedes),
    (") cmdend (", Way::Precedes),
    (") relist (", Way::Precedes),
    (") list (", Way::Precedes),
    (") edit (", Way::Precedes),
    (") replace (", Way::Precedes),
    ("(to ", Way::BehindBracket),
    ("/home/", Way::Home),
    ("\\/home\\/", Way::Home),
    ("%2fhome%2f", Way::Home),
    ("/users/", Way::Home),
    ("\\users\\", Way::Home),
    ("\\documents and settings\\", Way::Home),
    ("/var/mail/", Way::Home),
    ("/var/spool/mail/", Way::Home),
    ("/crontabs/", Way::Home),
    ("(crontabs/", Way::Home),
    ("/media/", Way::Home),
    ("~", Way::Home),
];

fn cues() -> &'static AhoCorasick {
    static CUES_MATCHER: OnceLock<AhoCorasick> = OnceLock::new();
    CUES_MATCHER.get_or_init(|| automaton(CUES))
}

/// Finds users by the words around them.
pub fn find(line: &[u8], found: &mut Vec<Found>) {
    first_word(line, found);
    for cue in cues().find_overlapping_iter(line) {
        let (words_of_cue, way) = CUES[cue.pattern().as_usize()];
        match way {
            Way::Follows if words_of_cue.trim_end().ends_with(':') => {
                // `Failed to get user: No such process`
                let name = name_at(line, cue.end());
                let is_word =
                    |name: &Range<usize>| words::is_vocabulary(&String::from_utf8_lossy(&line[name.clone()]));
                if let Some(name) = name.filter(|name| !is_word(name)) {
                    add(line, name, true, found);
                }
            }
            // `user= rhost=…` names nobody.
            Way::Follows
                if words_of_cue.ends_with(['=', '"', '\'']) && line.get(cue.end()) == Some(&b' ') => {}
            Way::Follows => follows(line, cue.end(), true, found),
            Way::Guessed => follows(line, cue.end(), false, found),
            Way::FollowsBefore(next) => {
                if let Some(name) = name_at(line, cue.end()) {
                    let rest = String::from_utf8_lossy(&line[name.end..line.len().min(name.end + 14)])
                        .to_lowercase();
                    if next.iter().any(|word| rest.starts_with(word)) {
                        add(line, name, true, found);
                    }
                }
            }
            Way::Precedes => {
                let end = cue.start();
                let start = (0..end).rev().find(|at| !is_name_byte(line[*at])).map_or(0, |at| at + 1);
                if start < end {
                    add(line, start..end, true, found);
                }
            }
            Way::InBrackets => in_brackets(line, cue.end(), found),
            Way::BehindBracket => {
                if let Some(target) = name_at(line, cue.end())
                    && line[target.end..].starts_with(b") ")
                    && let Some(name) = name_at(line, target.end + 2)
                    && line[name.end..].starts_with(b" on ")
                {
                    add(line, target, true, found);
                    add(line, name, true, found);
                }
            }
            Way::Home => home(line, cue.start(), cue.end(), found),
        }
    }
}

/// Bytes of account names; a blank, a quotation mark and most signs end them. `\` stands between domain and user.
pub(super) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'$' | b'+') || byte >= 0x80
}

pub(super) fn name_at(line: &[u8], from: usize) -> Option<Range<usize>> {
    let mut start = from;
    while start < line.len() && start < from + 4 && matches!(line[start], b'"' | b'\'' | b'<' | b'[' | b' ') {
        start += 1;
    }
    let mut end = (start..line.len()).find(|at| !is_name_byte(line[*at])).unwrap_or(line.len());
    // `CORP\alice`, in JSON with two of them: the user is what stands behind.
    let behind = (end..line.len()).find(|at| line[*at] != b'\\').unwrap_or(line.len());
    if behind > end
        && behind <= end + 2
        && end > start
        && behind < line.len()
        && is_name_byte(line[behind])
        && line[start].is_ascii_uppercase()
    {
        start = behind;
        end = (start..line.len()).find(|at| !is_name_byte(line[*at])).unwrap_or(line.len());
    }
    while end > start && matches!(line[end - 1], b'.' | b'-') {
        end -= 1;
    }
    (end > start).then_some(start..end)
}

fn follows(line: &[u8], from: usize, credible: bool, found: &mut Vec<Found>) {
    if let Some(name) = name_at(line, from) {
        add(line, name, credible, found);
    }
}

fn in_brackets(line: &[u8], from: usize, found: &mut Vec<Found>) {
    let mut at = from;
    // `groups=1000(alice),4(adm)`
    loop {
        let digits = line[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 || line.get(at + digits) != Some(&b'(') {
            return;
        }
        let Some(name) = name_at(line, at + digits + 1) else { return };
        let end = name.end;
        if line.get(end) != Some(&b')') {
            return;
        }
        add(line, name, true, found);
        if line.get(end + 1) != Some(&b',') {
            return;
        }
        at = end + 2;
    }
}

/// So far before a folder the address of a page is looked for.
const PAGE_BYTES_MAX: usize = 128;

fn home(line: &[u8], cue: usize, from: usize, found: &mut Vec<Found>) {
    let mut start = from;
    while start < line.len() && line[start] == b'\\' {
        start += 1;
    }
    if line[cue] == b'~' {
        // A tilde that begins a path; `~5 s` is none.
        let free = cue == 0 || matches!(line[cue - 1], b' ' | b'"' | b'\'' | b'=' | b':' | b'(' | b'\t');
        if !free || !line.get(start).is_some_and(u8::is_ascii_alphabetic) {
            return;
        }
    }
    let is_name = |byte: u8| is_name_byte(byte) && byte != b'%';
    let mut end = (start..line.len()).find(|at| !is_name(line[*at])).unwrap_or(line.len());
    while end > start && line[end - 1] == b'.' {
        end -= 1;
    }
    let rest = &line[end..];
    let in_path = rest.first().is_none_or(|byte| !matches!(byte, b'(' | b'*' | b'+'));
    if end > start && in_path {
        // Pages of makers have a `home`, too.
        let far = cue.saturating_sub(PAGE_BYTES_MAX);
        let word = (far..cue).rev().find(|at| line[*at].is_ascii_whitespace()).map_or(far, |at| at + 1);
        let in_page = line[word..cue].windows(4).any(|window| window.eq_ignore_ascii_case(b"http"));
        let credible = !in_page && (line[cue] != b'~' || rest.starts_with(b"/"));
        add(line, start..end, credible, found);
    }
}

/// What can stand behind the name in the first column of `last` and `who`.
const TERMINALS: &[&[u8]] = &[b"pts/", b"tty", b"console", b":0", b":1", b"vc/"];

/// The first column of `last`, `who` and `utmpdump`.
fn first_word(line: &[u8], found: &mut Vec<Found>) {
    let end = line.iter().position(|byte| !is_name_byte(*byte)).unwrap_or(line.len());
    if end == 0 || line.get(end) != Some(&b' ') {
        utmpdump(line, found);
        return;
    }
    let Some(next) = (end..line.len()).find(|at| line[*at] != b' ') else { return };
    if TERMINALS.iter().any(|terminal| line[next..].starts_with(terminal)) {
        add(line, 0..end, true, found);
    }
}

/// `[7] [01234] [ts/0] [alice   ] [pts/0       ] [10.1.2.3            ] …`
fn utmpdump(line: &[u8], found: &mut Vec<Found>) {
    let shape = |at: usize, byte: u8| line.get(at) == Some(&byte);
    let pid = line.get(5..10).is_some_and(|digits| digits.iter().all(u8::is_ascii_digit));
    if !(shape(0, b'[') && shape(2, b']') && shape(4, b'[') && pid && shape(10, b']')) {
        return;
    }
    let mut opens = line.iter().enumerate().filter(|(_, byte)| **byte == b'[').map(|(at, _)| at);
    if let Some(open) = opens.nth(3)
        && opens.next().is_some()
        && let Some(name) = name_at(line, open + 1)
        && line[name.end..].iter().find(|byte| **byte != b' ') == Some(&b']')
    {
        add(line, name, true, found);
    }
}

fn add(line: &[u8], range: Range<usize>, credible: bool, found: &mut Vec<Found>) {
    let name = String::from_utf8_lossy(&line[range.clone()]).to_lowercase();
    if !words::is_system_user(&name) {
        push(found, range, Item::Person { name, credible });
    }
}
