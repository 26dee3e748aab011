//! One line without end, made to be slow to read, takes no longer than its length.

use std::time::{Duration, Instant};

use coroner::redaction::{Identifiers, Map, Redactor, leaks};

use super::{fleet, key};

const BYTES: usize = 256 * 1024;

/// Many times what is needed without optimisation on a busy machine; what looks at the whole line from each place of it
/// needs minutes.
const LIMIT: Duration = Duration::from_secs(20);

/// A fleet in which everything is known that the lines are made of.
fn known() -> Identifiers {
    let mut known = fleet();
    known.host("power");
    known.host("1.1.1.1");
    known.host("2001:db8::1");
    known.user("walter");
    known.vocabulary(["rack", "kvm07"]);
    known
}

/// A piece as often as it fits, and something at both ends.
fn line(start: &str, piece: &str, end: &str) -> String {
    format!("{start}{}{end}", piece.repeat(BYTES / piece.len()))
}

fn is_fast(line: &str) {
    let name: String = line.chars().take(24).collect();
    let timed = |what: &str, begin: Instant| {
        let took = begin.elapsed();
        assert!(took < LIMIT, "{what} of {name:?}… took {took:?}");
    };
    let begin = Instant::now();
    let mut known = known();
    known.learn(line.as_bytes());
    timed("learning", begin);
    let mut redactor = Redactor::new(Map::new(key(1)), known);
    let begin = Instant::now();
    let made = redactor.redact_text(line);
    timed("redaction", begin);
    let begin = Instant::now();
    let _ = redactor.redact_fixed(line.as_bytes());
    timed("redaction as a field", begin);
    // What is left to be found, and all that there was.
    for text in [made.as_str(), line] {
        let begin = Instant::now();
        let _ = leaks(&[("kernel.log", text.as_bytes())], redactor.identifiers(), redactor.map());
        timed("the check", begin);
    }
}

#[test]
fn labels_without_end_are_no_name() {
    is_fast(&line("", "a.", "a"));
    is_fast(&line("", "a.", "corp.example"));
    is_fast(&line("", "a.", "com"));
    is_fast(&line("search ", "a.", "corp.example"));
    is_fast(&line("", "dc1.corp.example.", "log"));
}

#[test]
fn addresses_for_mail_without_end_are_read_once() {
    is_fast(&line("", "x@y.", ""));
    is_fast(&line("x@", "a.", "corp.example"));
    is_fast(&line("x@", "a.", "com"));
    is_fast(&line("", "a.", "a@corp.example"));
    is_fast(&line("", "x@corp.example,", ""));
}

#[test]
fn colons_without_end_are_no_address() {
    for piece in ["1:", "12345:", "::", ":", "12:", "ab:cd:", "::1:", "2001:db8::1:", "g:1:"] {
        is_fast(&line("", piece, ""));
    }
}

#[test]
fn numbers_without_end_are_read_once() {
    for piece in ["1.1.1.1,", "1.1.1.1 ", "1.", "1-", "1_", "9.8.7.6x", "ip-1-2-3-4x-", "1.1.1.1:", "00 "] {
        is_fast(&line("", piece, ""));
    }
}

#[test]
fn homes_and_users_without_end_are_read_once() {
    for piece in ["/home/", "/home/walter", "\\users\\", "user=", "uid=1(a),", "~", "for user x", " : TTY="] {
        is_fast(&line("", piece, ""));
    }
}

#[test]
fn hosts_without_end_are_read_once() {
    for piece in ["kvm07 ", "power ", "power,", "kvm07", "walter ", "power.", "=", "host=", "a=b@"] {
        is_fast(&line("", piece, ""));
    }
}

#[test]
fn escapes_and_digits_without_end_are_read_once() {
    for piece in ["%41", "%2e", "\\x2e", "&#46;", "a", "0", "naa.", "0x5", "a-", "-", "\u{1b}[1m", "é", "mac"]
    {
        is_fast(&line("", piece, ""));
    }
}

#[test]
fn the_name_at_the_end_of_labels_without_end_is_found_all_the_same() {
    let mut redactor = Redactor::new(Map::new(key(1)), fleet());
    for end in ["kvm07.dc1.corp.example", "x@corp.example", "alice@a.b.corp.example"] {
        let made = redactor.redact_text(&line("", "a.", end));
        for secret in ["kvm07", "dc1", "corp", "alice"] {
            assert!(!made.contains(secret), "{secret} is in …{}", &made[made.len() - 120..]);
        }
        let left = leaks(&[("kernel.log", made.as_bytes())], redactor.identifiers(), redactor.map());
        assert!(left.is_empty(), "{}", left[0]);
    }
}
