//! What stands between the time of a log line and its text: host, severity, program.

use super::NO_HOSTS;
use crate::ingest::kernel_stamp;
use crate::ingest::log_lines::split_tag;

/// Who wrote a line.
#[derive(Debug, PartialEq, Eq)]
pub struct Who<'a> {
    pub host: Option<&'a str>,
    pub program: &'a str,
    pub text: &'a str,
    /// The shape is one that only logs have: a program's tag, or a mark of one system.
    pub tagged: bool,
}

/// What the front of a line tells of the fields to come.
#[derive(Debug, Clone, Copy)]
pub struct Promise {
    /// A host stands next even where no tag follows it: RFC 3164's form, or `<PRI>` before it.
    pub host: bool,
}

/// Splits what stands behind the time. `None`: it cannot be the rest of a log line.
#[must_use]
pub fn split_who(rest: &str, promise: Promise) -> Option<Who<'_>> {
    if let Some(text) = rest.strip_prefix(':') {
        return Some(without_blank(text.trim_start()));
    }
    if rest.is_empty() {
        return Some(Who { host: None, program: "", text: "", tagged: false });
    }
    let rest = rest.strip_prefix(' ')?.trim_start();
    let rest = pass_bracketed_severity(rest);
    // A console's capture that was stamped line by line.
    if kernel_stamp::split_uptime(rest).is_some() {
        return Some(Who { host: None, program: "kernel", text: rest, tagged: true });
    }
    if let Some(text) = vmkernel(rest) {
        return Some(Who { host: None, program: "vmkernel", text, tagged: true });
    }
    let (first, behind) = rest.split_once(' ').unwrap_or((rest, ""));
    if is_priority_word(first) || is_esx_severity(first) || is_severity(first) {
        return Some(of_this_host(behind.trim_start(), !is_severity(first)));
    }
    if NO_HOSTS.contains(&first) || first.ends_with(':') || (first.contains('[') && first.ends_with(']')) {
        return Some(of_this_host(rest, promise.host));
    }
    Some(of_host(first, behind.trim_start(), rest, promise))
}

/// `time: text`. ESXi's vobd and libvirt write it, routers, and rsyslog for lines repeated.
fn without_blank(text: &str) -> Who<'_> {
    // `[GenericCorrelator] 3211us: [vob.user.host.boot] …`
    if let Some((_, behind)) = text.strip_prefix('[').and_then(|inner| inner.split_once("] "))
        && let Some((micros, _)) = behind.split_once("us: ")
        && micros.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Who { host: None, program: "vobd", text, tagged: true };
    }
    if text.starts_with('%') {
        let (program, text) = split_tag(text);
        return Who { host: None, program, text, tagged: true };
    }
    // libvirt's logs of a guest: `shutting down, reason=crashed`, `starting up`, `initiating migration`.
    let of_guest = ["shutting down", "starting up", "initiating migration"];
    let is_guest = of_guest.iter().any(|words| text.starts_with(words));
    Who { host: None, program: if is_guest { "libvirt" } else { "-" }, text, tagged: is_guest }
}

/// `program[12]: text` with no host before it.
fn of_this_host(rest: &str, certain: bool) -> Who<'_> {
    if let Some(text) = vmkernel(rest) {
        return Who { host: None, program: "vmkernel", text, tagged: true };
    }
    let (program, text) = split_program(rest);
    // `hostd[2099361] [Originator@6876 sub=Vimsvc] text`: no colon, but the pid.
    if program.is_empty()
        && let Some((word, text)) = rest.split_once(' ')
        && let Some(name) = pid_tag(word)
    {
        return Who { host: None, program: name, text: text.trim_start(), tagged: true };
    }
    let has_pid = rest.split(' ').next().is_some_and(|word| pid_tag(word.trim_end_matches(':')).is_some());
    Who { host: None, program, text, tagged: certain || has_pid || OF_A_SYSTEM.contains(&program) }
}

fn of_host<'a>(first: &'a str, behind: &'a str, whole: &'a str, promise: Promise) -> Who<'a> {
    let (first, behind) = host_behind_address(first, behind);
    // Firewalls set the colon apart: `fw01 : %ASA-4-106023: …`.
    if let Some((program, text)) = behind.strip_prefix(": ").map(split_tag)
        && program.starts_with('%')
    {
        return Who { host: host_name(first), program, text, tagged: true };
    }
    // busybox writes `host kern.info kernel: …`.
    let (next, after) = behind.split_once(' ').unwrap_or((behind, ""));
    let (behind, marked) = if is_priority_word(next) { (after.trim_start(), true) } else { (behind, false) };
    let (program, text) = split_program(behind);
    let host = host_name(first);
    let tagged = marked || (!program.is_empty() && host.is_some());
    if tagged || promise.host {
        return Who { host, program, text, tagged };
    }
    // Without a tag the first word may be a host or a word of the text, and the text keeps it.
    Who { host: None, program: "", text: whole, tagged: false }
}

/// A relay that puts the sender's address before the sender's own name.
fn host_behind_address<'a>(first: &'a str, behind: &'a str) -> (&'a str, &'a str) {
    if first.parse::<std::net::IpAddr>().is_err() {
        return (first, behind);
    }
    match behind.split_once(' ') {
        Some((second, rest))
            if host_name(second).is_some()
                && !second.contains(['[', ':', '%'])
                && !is_priority_word(second)
                && !split_tag(rest).0.is_empty() =>
        {
            (second, rest)
        }
        _ => (first, behind),
    }
}

/// The tag, without Solaris' message id behind it.
fn split_program(message: &str) -> (&str, &str) {
    let (program, text) = with_level(message).unwrap_or_else(|| split_tag(message));
    let text = match text.strip_prefix("[ID ").and_then(|inner| inner.split_once("] ")) {
        Some((id, rest)) if id.len() < 40 && id.contains('.') => rest,
        _ => text,
    };
    // journalctl's with-unit names the unit, of which the program is a part.
    let program = if program == "init.scope" { "systemd" } else { program.trim_end_matches(".service") };
    (program, vmkernel(text).unwrap_or(text))
}

/// `program[12] <Error>: text`, as macOS writes it.
fn with_level(message: &str) -> Option<(&str, &str)> {
    let (tag, rest) = message.split_once(" <")?;
    let (level, text) = rest.split_once(">: ")?;
    let level = level.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (level && tag.len() <= 80).then(|| pid_tag(tag).map(|program| (program, text))).flatten()
}

/// The host in a header's word: syslog-ng can write `source@host/relay`. `None`: no name at all.
#[must_use]
pub fn host_name(word: &str) -> Option<&str> {
    let word = word.rsplit_once('@').map_or(word, |(_, host)| host);
    let word = word.split('/').next().unwrap_or(word);
    let fits = word.len() <= 255
        && word.contains(char::is_alphanumeric)
        && !word.contains([',', ';', '|', '"', '=', '<', '>', '(', ')', '`', '\'', '{', '}']);
    fits.then_some(word)
}

/// ESXi's kernel: `cpu3:2097152)text`, `cpu3:2097152 opID=…)text`.
fn vmkernel(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("cpu")?;
    let close = inner.bytes().take(80).position(|byte| byte == b')')?;
    let (numbers, behind) = (inner.get(..close)?, inner.get(close + 1..)?);
    let (cpu, world) = numbers.split_once(':')?;
    let world = world.split(' ').next().unwrap_or(world);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(cpu) && digits(world)).then_some(behind)
}

/// `name` of `name[123]`.
fn pid_tag(word: &str) -> Option<&str> {
    let (name, pid) = word.strip_suffix(']')?.split_once('[')?;
    let is_pid = !pid.is_empty() && pid.bytes().all(|byte| byte.is_ascii_digit());
    (is_pid && !name.is_empty()).then_some(name)
}

/// Programs by whose tags alone a log is that of a system.
const OF_A_SYSTEM: [&str; 6] = ["kernel", "systemd", "rsyslogd", "syslogd", "systemd-logind", "sudo"];

const FACILITIES: [&str; 26] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
    "ntp", "security", "console", "audit", "mark", "local0", "local1", "local2", "local3", "local4",
    "local5", "local6", "local7", "none",
];
const SEVERITIES: [&str; 20] = [
    "emerg",
    "alert",
    "crit",
    "err",
    "warning",
    "warn",
    "notice",
    "info",
    "debug",
    "error",
    "panic",
    "fatal",
    "trace",
    "verbose",
    "critical",
    "none",
    "default",
    "severe",
    "emergency",
    "informational",
];

/// `kern.info`: facility and severity.
fn is_priority_word(word: &str) -> bool {
    word.split_once('.')
        .is_some_and(|(facility, severity)| FACILITIES.contains(&facility) && SEVERITIES.contains(&severity))
}

/// `INFO`, `warning`, in capitals or small letters.
#[must_use]
pub fn is_severity(word: &str) -> bool {
    word.len() <= 13 && SEVERITIES.iter().any(|severity| severity.eq_ignore_ascii_case(word))
}

/// ESXi 8: `In(182)`.
fn is_esx_severity(word: &str) -> bool {
    let Some((letters, number)) = word.split_once('(') else { return false };
    ["Em", "Al", "Cr", "Er", "Wa", "No", "In", "Db"].contains(&letters)
        && number.strip_suffix(')').is_some_and(|pri| pri.bytes().all(|byte| byte.is_ascii_digit()))
}

/// FreeBSD's `<kern.crit> `, and `[info] ` of other daemons.
fn pass_bracketed_severity(text: &str) -> &str {
    let close = match text.as_bytes().first() {
        Some(b'<') => '>',
        Some(b'[') => ']',
        _ => return text,
    };
    match text[1..].split_once(close) {
        Some((word, rest)) if is_priority_word(word) || is_severity(word) => rest.trim_start(),
        _ => text,
    }
}
