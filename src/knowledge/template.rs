//! The constant text of a message: what is left when numbers, addresses, names of devices, paths and
//! quotations are taken out.
//!
//! The first step of every parser of logs, and the only one here. Methods that go on to join messages by
//! likeness (Drain: He, Zhu, Zheng & Lyu 2017, ICWS, 33) also join `link is up` and `link is down`; for
//! the question whether a message is new, two templates of one message cost less than one template of
//! two (for the methods' accuracy see Zhu et al. 2019, ICSE-SEIP, 121).

use crate::model::secrets;

/// Stands where something varies.
pub const GAP: &str = "<*>";

/// Bytes of a message that are looked at.
const TEXT_BYTES_MAX: usize = 600;
/// A quotation is no longer.
const QUOTED_BYTES_MAX: usize = 200;
/// Letters and digits mixed over this length are a hash, a key or a serial number.
const HASH_BYTES_MIN: usize = 16;

/// The message with gaps.
#[must_use]
pub fn of(text: &str) -> String {
    let mut out = Masked { text: String::with_capacity(text.len()) };
    let mut rest = beginning(text.trim_end());
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        if let Some(len) = quoted_len(rest, before) {
            out.text.push(first);
            out.gap();
            out.text.push(first);
            rest = &rest[len..];
            before = first;
        } else if is_delimiter(first) {
            out.text.push(first);
            rest = &rest[first.len_utf8()..];
            before = first;
        } else {
            let end = rest.find(is_delimiter).unwrap_or(rest.len());
            word(&rest[..end], &mut out);
            before = rest[..end].chars().next_back().unwrap_or(' ');
            rest = &rest[end..];
        }
    }
    out.text
}

/// The longest piece without gaps, which stands as it is in every message of that template.
#[must_use]
pub fn longest_piece(template: &str) -> &str {
    let pieces = template.split(GAP).flat_map(|piece| piece.split(char::REPLACEMENT_CHARACTER));
    pieces.map(str::trim).max_by_key(|piece| (piece.len(), std::cmp::Reverse(*piece))).unwrap_or("")
}

fn beginning(text: &str) -> &str {
    let mut end = text.len().min(TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn is_delimiter(c: char) -> bool {
    c.is_whitespace() || "()[]{}<>,;=|\"'`".contains(c)
}

/// Length of a quotation that `rest` begins with, its marks included. An apostrophe is none.
fn quoted_len(rest: &str, before: char) -> Option<usize> {
    let mark = rest.chars().next().filter(|c| *c == '"' || (*c == '\'' && !before.is_alphanumeric()))?;
    let inner = &rest.as_bytes()[1..rest.len().min(1 + QUOTED_BYTES_MAX)];
    let end = 1 + inner.iter().position(|byte| *byte == mark as u8)?;
    let behind = rest[end + 1..].chars().next();
    (mark == '"' || !behind.is_some_and(char::is_alphanumeric)).then_some(end + 1)
}

struct Masked {
    text: String,
}

impl Masked {
    fn gap(&mut self) {
        self.text.push_str(GAP);
    }
}

fn word(word: &str, out: &mut Masked) {
    let bare = word.trim_end_matches(['.', ':', '!', '?']);
    let ending = &word[bare.len()..];
    if bare.contains(secrets::MASK) {
        out.gap();
    } else if is_path(bare) {
        path(bare, out);
    } else if is_number_like(bare) || is_hash(bare) {
        out.gap();
    } else if bare.bytes().any(|byte| byte.is_ascii_digit()) || is_disk(bare) {
        parts(bare, out);
    } else {
        out.text.push_str(bare);
    }
    out.text.push_str(ending);
}

fn is_path(word: &str) -> bool {
    word.strip_prefix('/').and_then(|rest| rest.find('/')).is_some_and(|end| end > 0)
}

/// Keeps the first folder.
fn path(word: &str, out: &mut Masked) {
    let first = word[1..].split('/').next().unwrap_or("");
    if !first.bytes().any(|byte| byte.is_ascii_digit()) {
        out.text.push('/');
        out.text.push_str(first);
        out.text.push('/');
    }
    out.gap();
}

/// Numbers, times, addresses of IP, Ethernet and PCI, UUIDs, hexadecimal words.
fn is_number_like(word: &str) -> bool {
    let body = word.strip_prefix("0x").unwrap_or(word);
    let all = body.bytes().all(|byte| byte.is_ascii_hexdigit() || b".:-/+%_#~".contains(&byte));
    let digits = body.bytes().any(|byte| byte.is_ascii_digit());
    let colons = body.bytes().filter(|byte| *byte == b':').count();
    all && !body.is_empty() && (digits || colons >= 3 || body.len() < word.len())
}

fn is_hash(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    word.len() >= HASH_BYTES_MIN
        && digits >= 3
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_:".contains(&byte))
        && changes(word) >= 5
}

/// How often letters and digits take turns.
fn changes(word: &str) -> usize {
    word.as_bytes().windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count()
}

/// `sda`, `vdb`, `xvdc`: disks are told apart by a letter.
fn is_disk(word: &str) -> bool {
    disk_prefix(word).is_some()
}

fn disk_prefix(word: &str) -> Option<&'static str> {
    ["xvd", "sd", "vd", "hd"].into_iter().find(|prefix| {
        word.strip_prefix(prefix).is_some_and(|rest| {
            let letters = rest.trim_end_matches(|c: char| c.is_ascii_digit());
            (1..=2).contains(&letters.len()) && letters.bytes().all(|byte| byte.is_ascii_lowercase())
        })
    })
}

/// Masks the parts of a word that hold digits: `eth0`, `12ms`, `session-31.scope`.
fn parts(word: &str, out: &mut Masked) {
    let is_separator = |c: char| ".:/@_-+%#~".contains(c);
    let mut rest = word;
    // Whether all since the last gap is separators: `3-1.4` is one gap.
    let mut just_gap = false;
    let mut separators = String::new();
    while let Some(first) = rest.chars().next() {
        if is_separator(first) {
            separators.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let end = rest.find(is_separator).unwrap_or(rest.len());
        let (head, tail) = around_digits(&rest[..end]);
        let varies = head.len() + tail.len() < end;
        if !(just_gap && varies && head.is_empty()) {
            out.text.push_str(&separators);
            out.text.push_str(head);
            if varies {
                out.gap();
            }
        }
        out.text.push_str(tail);
        just_gap = varies && tail.is_empty();
        separators.clear();
        rest = &rest[end..];
    }
    out.text.push_str(&separators);
}

/// What is constant before and after the digits of a part.
fn around_digits(part: &str) -> (&str, &str) {
    if let Some(prefix) = disk_prefix(part) {
        return (prefix, "");
    }
    let Some(first) = part.find(|c: char| c.is_ascii_digit()) else { return (part, "") };
    let last = part.rfind(|c: char| c.is_ascii_digit()).unwrap_or(first);
    // `eth0`, `nvme0n1`, `CPU3`; a single letter is part of the number.
    let head = if part[..first].chars().count() >= 2 { &part[..first] } else { "" };
    // `12ms`, `512MiB`: a unit.
    let tail = if first == 0 { &part[last + 1..] } else { "" };
    (head, tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_is_taken_out() {
        for (text, template) in [
            ("connect from 10.3.0.7:51034 failed", "connect from <*> failed"),
            ("eth0: link down", "eth<*>: link down"),
            ("nvme0n1: I/O Cmd timeout, reset 3", "nvme<*>: I/O Cmd timeout, reset <*>"),
            ("[sda] and sdb1, not sdata", "[sd<*>] and sd<*>, not sdata"),
            ("took 12ms of 512MiB", "took <*>ms of <*>MiB"),
            ("wrote /var/lib/vz/images/104/disk.raw now", "wrote /var/<*> now"),
            ("uuid 3f2c1e90-aa11-4b7e-9c1d-0123456789ab ok", "uuid <*> ok"),
            ("mac de:ad:be:ef:ca:fe up", "mac <*> up"),
            ("at 0xffffffff81a2 in cafe", "at <*> in cafe"),
            ("unit \"backup of x\" isn't 'very long'", "unit \"<*>\" isn't '<*>'"),
            (
                "session-31.scope: code=exited, status=1/FAILURE",
                "session-<*>.scope: code=exited, status=<*>/FAILURE",
            ),
            ("pcieport 0000:00:1c.0: AER", "pcieport <*>: AER"),
            ("key SHA256:q1W2e3R4t5Y6u7I8o9P0", "key <*>"),
        ] {
            assert_eq!(of(text), template, "{text}");
        }
    }

    #[test]
    fn what_is_constant_tells_messages_apart() {
        assert_ne!(of("eth0: link is up"), of("eth0: link is down"));
        assert_eq!(of("eth0: link is up"), of("eth13: link is up"));
        assert_eq!(longest_piece(&of("eth13: link is up for 3 s")), ": link is up for");
        assert_eq!(longest_piece("<*>"), "");
    }

    #[test]
    fn a_piece_stands_in_every_message_of_its_template_and_nothing_panics() {
        for text in ["", "\"", "'", "ä'ß\"é\" 1ä2", "\u{fffd}a\u{fffd}bc 7", "0x", "///", "a1b2", "<*> 3 <*>"]
        {
            let template = of(text);
            assert!(text.contains(longest_piece(&template)), "{text:?} {template:?}");
            assert_eq!(of(&template), template, "{text:?}: masked twice is masked once");
        }
        let long = "ä".repeat(2000);
        assert!(of(&long).len() <= TEXT_BYTES_MAX);
    }
}
