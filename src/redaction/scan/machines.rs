//! Where logs name another machine by its short name: log-ins, mounts, audit, cluster nodes, the kernel's own address.

use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::{Found, Item, automaton, is_of_program, push, text};
use crate::redaction::identifiers::is_label_byte;
use crate::redaction::words;

/// What a cue says about the name behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It is a host.
    Follows,
    /// The same, in lines of these programs.
    Of(&'static [&'static str]),
    /// A host that somebody came from, if what stands behind it says so.
    Peer,
    /// A host and its port.
    WithPort,
    /// A server that is gone or back.
    Silent,
    /// The fifth of the fields that the kernel configures its address by.
    KernelAddress,
}

/// In small letters.
const CUES: &[(&str, Way)] = &[
    ("hostname=", Way::Follows),
    (" addr=", Way::Of(&["hostname="])),
    ("rhost=", Way::Follows),
    ("hostname set to <", Way::Follows),
    ("set hostname to <", Way::Follows),
    ("nfs: server ", Way::Silent),
    ("lockd: server ", Way::Silent),
    (" from ", Way::Peer),
    ("connect to ", Way::WithPort),
    ("connect to host ", Way::WithPort),
    ("connected to ", Way::WithPort),
    ("node \"", Way::Of(CLUSTERS)),
    ("node \\\"", Way::Of(CLUSTERS)),
    ("node=\"", Way::Of(CLUSTERS)),
    ("node=\\\"", Way::Of(CLUSTERS)),
    (" ip=", Way::KernelAddress),
];

const CLUSTERS: &[&str] = &["kube", "k3s", "rke2", "pacemaker", "corosync"];

/// Programs that say from where somebody came.
const DOORS: &[&str] = &["sshd", "mountd", "login[", "login:"];

fn cues() -> &'static AhoCorasick {
    static CUES_MATCHER: OnceLock<AhoCorasick> = OnceLock::new();
    CUES_MATCHER.get_or_init(|| automaton(CUES))
}

/// Finds hosts by the words around them.
pub fn find(line: &[u8], found: &mut Vec<Found>) {
    for cue in cues().find_overlapping_iter(line) {
        let end = cue.end();
        let (_, way) = CUES[cue.pattern().as_usize()];
        if way == Way::KernelAddress {
            kernel_address(line, end, found);
            continue;
        }
        let Some(label) = label_at(line, end) else { continue };
        let behind = &line[label.end..];
        let counts = match way {
            Way::Follows => true,
            Way::Of(programs) => is_of_program(line, programs),
            Way::Peer => ends_peer(behind) && is_of_program(line, DOORS),
            Way::WithPort => has_port(behind) || starts(behind, b" port "),
            Way::Silent => starts(behind, b" not responding") || starts(behind, b" ok"),
            Way::KernelAddress => false,
        };
        if counts {
            push(found, label, Item::Machine);
        }
    }
}

/// `user@host` of a command that goes to another machine: whether the label is that of a host.
pub fn is_remote(line: &[u8], user: usize, label: &str) -> bool {
    /// The command does not stand farther before.
    const COMMAND_BYTES_MAX: usize = 160;
    let before = &line[user.saturating_sub(COMMAND_BYTES_MAX)..user];
    let command = |name: &[u8]| {
        before.windows(name.len() + 1).enumerate().any(|(at, window)| {
            window.starts_with(name)
                && matches!(window[name.len()], b' ' | b'-' | b'"' | b'\'' | b'\t')
                && (at == 0 || !before[at - 1].is_ascii_alphanumeric())
        })
    };
    is_host(label) && [&b"ssh"[..], b"scp", b"sftp", b"sshfs", b"rsync"].iter().any(|name| command(name))
}

/// Words that stand where hosts do, and name none.
const NO_HOSTS: &[&str] = &[
    "socket",
    "peer",
    "pipe",
    "parent",
    "child",
    "here",
    "there",
    "your",
    "my",
    "gateway",
    "upstream",
    "stdin",
    "remote",
    "cloud-init",
    "dhcp",
    "kernel",
    "transient",
    "static",
    "lxc",
    "sshd",
    "gethostbyname",
    "undefined",
];

/// Whether a label can be the name of a host that says whose it is.
fn is_host(label: &str) -> bool {
    let lower = label.to_ascii_lowercase();
    (2..=63).contains(&label.len())
        && label.bytes().any(|byte| byte.is_ascii_alphabetic())
        && label.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
        && !(lower.starts_with("0x") && lower[2..].bytes().all(|byte| byte.is_ascii_hexdigit()))
        && !words::is_vocabulary(&lower)
        && !words::is_system_user(&lower)
        && !NO_HOSTS.contains(&lower.as_str())
}

/// The first label of the name at a place. Full names are found by their shape, elsewhere; below a domain that
/// everybody has (`.lan`), the label is what tells.
fn label_at(line: &[u8], from: usize) -> Option<Range<usize>> {
    let start = from + usize::from(matches!(line.get(from), Some(b'"' | b'\'')));
    let end_of =
        |fits: &dyn Fn(u8) -> bool| (start..line.len()).find(|at| !fits(line[*at])).unwrap_or(line.len());
    let end = end_of(&is_label_byte);
    let whole = end_of(&|byte| is_label_byte(byte) || byte == b'.');
    let below = text(&line[end..whole]).trim_matches('.').to_ascii_lowercase();
    let alone = below.is_empty() || words::LOCAL_DOMAINS.contains(&below.as_str());
    (alone && is_host(text(&line[start..end]))).then_some(start..end)
}

fn starts(text: &[u8], with: &[u8]) -> bool {
    text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
}

fn has_port(behind: &[u8]) -> bool {
    behind.first() == Some(&b':') && behind.get(1).is_some_and(u8::is_ascii_digit)
}

/// Whether a sentence on who came from where goes on or ends so; `Read from socket failed` does not.
fn ends_peer(behind: &[u8]) -> bool {
    behind.iter().all(u8::is_ascii_whitespace)
        || has_port(behind)
        || [&b" port "[..], b" ssh", b" for ", b" on ", b", ", b")", b"\"", b"'"]
            .iter()
            .any(|next| starts(behind, next))
}

/// `ip=10.0.0.2:10.0.0.3:10.0.0.1:255.255.255.0:kvm07:eth0:off` (the kernel's nfsroot.rst).
fn kernel_address(line: &[u8], from: usize, found: &mut Vec<Found>) {
    let end = (from..line.len()).find(|at| line[*at].is_ascii_whitespace()).unwrap_or(line.len());
    let fields = super::parts(line, from..end, b':');
    let is_address =
        |field: &Range<usize>| line[field.clone()].iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    if fields.len() >= 6
        && fields[..4].iter().all(is_address)
        && let Some(label) = label_at(line, fields[4].start)
    {
        push(found, label, Item::Machine);
    }
}
