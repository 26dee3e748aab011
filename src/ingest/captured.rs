//! What stands around the output of commands that a person or a loop has collected into one file: whose output
//! follows, when it was taken, and what the tool said beside it.

use super::written_time::{self, DayFirst};
use crate::ledger::Fate;
use crate::model::Stamp;

/// Whose output the lines are, and when it was taken, as far as lines between the outputs say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Captured {
    pub host: Option<String>,
    pub at: Option<Stamp>,
    /// The line before was a rule of dashes, as `dshbak` draws them around a name.
    ruled: bool,
}

/// What `ipmitool` and its like say beside the answer.
const CHATTER: &[&str] = &[
    "Running Get PICMG Properties",
    "Running Get VSO Capabilities",
    "Error Response 0x",
    "Error response 0x",
    "No PICMG Exten",
    "No response from Get PICMG",
    "Invalid completion code received",
    "Invalid Get PICMG",
    "Invalid Get VSO",
    "Discovered PICMG",
    "Discovered IPMB",
    "Discovered VITA",
    "Discovered Target IPMB",
    "Unknown PICMG",
    "Acquire IPMB address",
    "Interface address:",
    "Set Session Privilege Level",
    "Unable to send command",
    "Unable to establish",
    "Unable to Get Channel Cipher Suites",
    "Unable to open SDR",
    "Unable to find sensor",
    "Unable to obtain SDR",
    "Unable to renew SDR",
    "Get SDR ",
    "Get Device ID command failed",
    "Get HPM.x Capabilities request failed",
    "Get Session Challenge command failed",
    "Could not open device at",
    "Locating sensor record",
    "Querying SDR for sensor type",
    "SDR Record ",
    "SDR record ",
    "Error obtaining SDR info",
    "Error reading sensor",
    "Error: Unable to establish",
    "Loading interface",
    "Bridge to Sensor Intf",
    "Caching SDR repository information",
    "Caching SDR record",
    "Fetching SDR record",
    "Sensor reading/event bitmask not available",
    "Warning:",
    "WARNING:",
    "Security: ERROR:",
    "Init SSL without certificate database",
    "Connection to ",
];

impl Captured {
    /// Takes a line that is not the tool's answer; `None` if it is none of what stands around answers.
    pub fn around(&mut self, line: &str) -> Option<Fate> {
        let text = line.trim();
        let was_ruled = std::mem::replace(&mut self.ruled, is_rule(text));
        if self.ruled {
            return Some(Fate::Ignored("ruled-line"));
        }
        if CHATTER.iter().any(|start| text.starts_with(start)) {
            return Some(Fate::Ignored("tool-chatter"));
        }
        if let Some(at) = time_line(text) {
            self.at = Some(at);
            return Some(Fate::Ignored("time-of-collection"));
        }
        if let Some(host) = host_header(text).or_else(|| Some(text).filter(|name| was_ruled && is_host(name)))
        {
            // A time that stands before the header is that of the whole round.
            self.host = Some(host.to_owned());
            return Some(Fate::Ignored("host-header"));
        }
        if let Some(host) = prompt(text) {
            if host.is_some() {
                self.host = host.map(str::to_owned);
            }
            return Some(Fate::Ignored("command-line"));
        }
        None
    }

    /// Takes the name that `pdsh` and `clush` put before each line (`kvm07: …`), where what follows is `own`.
    pub fn without_prefix<'a>(&mut self, line: &'a str, own: impl Fn(&str) -> bool) -> &'a str {
        if own(line) {
            return line;
        }
        let Some((name, rest)) = line.split_once(": ") else { return line };
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        if is_host(name) && own(rest) {
            if self.host.as_deref() != Some(name) {
                self.host = Some(name.to_owned());
            }
            return rest;
        }
        line
    }
}

fn is_rule(text: &str) -> bool {
    text.len() >= 4 && text.bytes().all(|byte| matches!(byte, b'-' | b'=' | b'*' | b'#'))
}

fn is_host(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 253
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
        && name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
        && name.bytes().any(|byte| byte.is_ascii_alphanumeric())
}

/// `== kvm07 ==`, `### kvm07`, `Host: kvm07`, `kvm07 | CHANGED | rc=0 >>` of Ansible.
fn host_header(text: &str) -> Option<&str> {
    if let Some((name, rest)) = text.split_once(" | ")
        && ["SUCCESS", "CHANGED", "FAILED"].iter().any(|word| rest.starts_with(word))
    {
        return is_host(name).then_some(name);
    }
    for key in ["Host:", "host:", "Hostname:", "hostname:", "HOST:", "Server:", "Node:"] {
        if let Some(name) = text.strip_prefix(key) {
            let name = name.trim();
            return is_host(name).then_some(name);
        }
    }
    let marks = |c: char| matches!(c, '=' | '#' | '*' | '-' | '>' | '<' | '+');
    let inner = text.trim_matches(marks);
    let marked = text.len() - inner.len() >= 2 && text.starts_with(marks);
    let name = inner.trim().trim_end_matches(':');
    (marked && is_host(name)).then_some(name)
}

/// A line that is nothing but a time, as `date` prints it, or marked as one.
fn time_line(text: &str) -> Option<Stamp> {
    let inner = text.trim_matches(|c: char| matches!(c, '=' | '#' | '*' | '>' | '<' | ' '));
    let bare = ["Date:", "date:", "Time:", "time:", "Timestamp:", "timestamp:", "Collected:", "at:"]
        .iter()
        .find_map(|key| inner.strip_prefix(key))
        .unwrap_or(inner)
        .trim();
    let digits = bare.bytes().filter(u8::is_ascii_digit).count();
    if digits < 8 || bare.contains('|') {
        return None;
    }
    date_line(bare)
}

/// A date and time with or without the day of the week, the year first or last: `Fri Jun 27 15:41:34 PDT 2008`,
/// `Fri 27 Jun 2008 03:41:34 PM PDT`, `2008-06-27 15:41:34 -0700`. A zone that is but letters is not known for
/// sure, unless it is UTC.
#[must_use]
pub fn date_line(text: &str) -> Option<Stamp> {
    let text = text.trim();
    let first = text.split_whitespace().next()?;
    let weekday = first.trim_end_matches([',', '.']);
    let is_weekday = (2..=4).contains(&weekday.chars().count())
        && weekday.chars().all(char::is_alphabetic)
        && written_time::month_of(weekday).is_none();
    let rest = if is_weekday { text[first.len()..].trim_start() } else { text };
    if !rest.is_ascii() {
        return None;
    }
    let words: Vec<&str> = rest.split_whitespace().collect();
    // The year stands last in what asctime and date print.
    if let [month, day, clock, zone @ .., year] = words.as_slice()
        && written_time::month_of(month).is_some()
        && clock.contains(':')
        && year.len() == 4
        && zone.len() <= 1
    {
        let ordered = format!("{month} {day} {year} {clock} {}", zone.concat());
        return written_time::read(&ordered, DayFirst::default());
    }
    written_time::read(rest, DayFirst::default())
}

/// A shell's prompt with a command, or an echoed command. `Some(None)`: it names no host.
fn prompt(text: &str) -> Option<Option<&str>> {
    const COMMANDS: &[&str] = &[
        "ipmitool",
        "ipmi-dcmi",
        "ipmi-sensors",
        "ipmimonitoring",
        "ipmi-chassis",
        "racadm",
        "omreport",
        "upsc",
        "apcaccess",
        "sudo ",
        "ssh ",
        "date",
        "hostname",
        "cat ",
        "sensors",
        "/usr/",
    ];
    let is_command = |rest: &str| COMMANDS.iter().any(|command| rest.trim_start().starts_with(command));
    for end in ["# ", "$ ", "> ", "% "] {
        if let Some((before, command)) = text.split_once(end)
            && is_command(command)
        {
            let host = before
                .trim_start_matches('[')
                .split_once('@')
                .map(|(_, rest)| rest.split([':', ' ', ']']).next().unwrap_or(rest))
                .filter(|host| is_host(host));
            return Some(host);
        }
    }
    text.strip_prefix("+ ").filter(|command| is_command(command)).map(|_| None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_name_hosts_and_date_lines_times() {
        for (line, host) in [
            ("== kvm07 ==", Some("kvm07")),
            ("### db01.example.com", Some("db01.example.com")),
            ("kvm07 | CHANGED | rc=0 >>", Some("kvm07")),
            ("[root@kvm08 ~]# ipmitool sdr", Some("kvm08")),
            ("$ ipmitool sdr", None),
            ("Host: web-3", Some("web-3")),
        ] {
            let mut captured = Captured::default();
            assert!(captured.around(line).is_some(), "{line}");
            assert_eq!(captured.host.as_deref(), host, "{line}");
        }
        for (line, at) in [
            ("Fri Jun 27 15:41:34 PDT 2008", "2008-06-27T15:41:34"),
            ("Sun 02 Mar 2025 03:04:05 PM CET", "2025-03-02T15:04:05"),
            ("2025-03-02 15:04:05", "2025-03-02T15:04:05"),
            ("Mon Aug  1 21:22:51 2016", "2016-08-01T21:22:51"),
        ] {
            let mut captured = Captured::default();
            captured.around(line);
            assert_eq!(captured.at, Some(Stamp::Local(at.parse().unwrap())), "{line}");
        }
    }

    #[test]
    fn prose_is_nothing_of_it() {
        for line in [
            "The power went out.",
            "PS1 Power In     | 120 Watts | ok",
            "# a comment of many words",
            "",
            "12",
        ] {
            assert_eq!(Captured::default().around(line), None, "{line}");
        }
    }
}
