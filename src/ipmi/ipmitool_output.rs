//! The lines of `ipmitool sel …`, told apart.

use super::column_time::read_columns;
use super::ipmitool_row::Row;

/// First line of `ipmitool sel info`.
const SEL_INFO_TITLE: &str = "SEL Information";

/// Beginnings of the lines of `ipmitool sel info`, up to the colon.
const SEL_INFO_KEYS: &[&str] = &[
    "Version",
    "Entries",
    "Free Space",
    "Percent Used",
    "Last Add Time",
    "Last Del Time",
    "Overflow",
    "Supported Cmds",
    "# of Alloc Units",
    "Alloc Unit Size",
    "# Free Units",
    "Largest Free Blk",
    "Max Record Size",
];

/// Beginnings of what `ipmitool` says beside the log, on either output.
const TOOL_MESSAGES: &[&str] = &[
    "Get SEL ",
    "Get Device ID command failed",
    "Get Board ID command failed",
    "Get HPM.x Capabilities",
    "Get Auth Capabilities",
    "Get Session Challenge",
    "Reserve SEL ",
    "Delete SEL ",
    "Clearing SEL",
    "Unable to ",
    "Could not open device",
    "Error obtaining SDR info",
    "Error: ",
    "Error in open session",
    "Error sending ",
    "Error issuing ",
    "Activate Session ",
    "Set Session Privilege",
    "Close Session command failed",
    "Invalid completion code received",
    "Invalid user name",
    "IANA PEN registry open failed",
    "Loading IANA PEN Registry",
    "Running Get ",
    "Discovered IPMB",
    "Interface address:",
    "SDR ",
    "nrecs=",
    "Password:",
    ">>>",
    "<<<",
    "msg.",
    "ccode:",
    "data_len:",
    "Address lookup for ",
    "RAKP ",
    "ipmitool:",
    "ipmitool version",
];

/// What a line is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutputLine<'a> {
    /// A row of `sel list`, `sel elist` or `-c`.
    Row(Row<'a>),
    /// `SEL Record ID          : 0001` opens a block of `-v` or `sel get`.
    BlockStart(u32),
    /// Event bytes of `sel save`.
    Saved([u8; 7]),
    /// The log is empty, and says so.
    NoEntries,
    /// First line of `sel info`.
    InfoTitle,
    /// Another line of `sel info`: key and value.
    Info {
        key: &'static str,
        value: &'a str,
    },
    /// The answer of `sel time get`: a date and a time, and nothing else.
    Clock,
    /// The command itself, copied with its output.
    CommandEcho,
    /// What `ipmitool` says beside the log.
    Message,
    /// A row, but a field of it cannot be read.
    Broken(&'static str),
    Other,
}

impl<'a> OutputLine<'a> {
    /// Tells what a line is by itself.
    #[must_use]
    pub fn of(line: &'a str) -> Self {
        let line = line.trim();
        if let Some(row) = Row::split(line) {
            return row.map_or_else(Self::Broken, Self::Row);
        }
        if let Some((key, value)) = key_value(line)
            && key == "SEL Record ID"
        {
            return u32::from_str_radix(value, 16).map_or(Self::Broken("record id"), Self::BlockStart);
        }
        if let Some(bytes) = saved_bytes(line) {
            return Self::Saved(bytes);
        }
        if line.eq_ignore_ascii_case("SEL has no entries") {
            return Self::NoEntries;
        }
        if line == SEL_INFO_TITLE {
            return Self::InfoTitle;
        }
        if let Some((key, value)) = key_value(line)
            && let Some(known) = SEL_INFO_KEYS.iter().find(|known| **known == key)
        {
            return Self::Info { key: known, value };
        }
        let is_clock = |date: &str, time: &str| {
            date.contains(|c: char| c.is_ascii_digit()) && read_columns(date, time, false).is_some()
        };
        if line.split_once(' ').is_some_and(|(date, time)| is_clock(date, time)) {
            return Self::Clock;
        }
        if line.contains("ipmitool ") && line.split_whitespace().any(|word| word == "sel") {
            return Self::CommandEcho;
        }
        if TOOL_MESSAGES.iter().any(|start| line.starts_with(start)) {
            return Self::Message;
        }
        Self::Other
    }

    /// Takes off the "host: " that `pdsh` and its like put before each line, if a line that tells something by itself stands behind it.
    #[must_use]
    pub fn with_host(line: &'a str) -> (Option<&'a str>, Self) {
        let shape = Self::of(line);
        if matches!(shape, Self::Other)
            && let Some((host, rest)) = line.trim_start().split_once(": ")
            && !host.is_empty()
            && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
            && let behind @ (Self::Row(_)
            | Self::BlockStart(_)
            | Self::NoEntries
            | Self::InfoTitle
            | Self::Info { .. }
            | Self::Message) = Self::of(rest)
        {
            return (Some(host), behind);
        }
        (None, shape)
    }
}

/// `Key   : value`, as in the blocks of `-v` and `sel info`.
#[must_use]
pub fn key_value(line: &str) -> Option<(&str, &str)> {
    line.split_once(':').map(|(key, value)| (key.trim(), value.trim()))
}

/// `0x04 0x08 0x42 0x6f 0x03 0xff 0xff # Power Supply #0x42 Power Supply AC lost`
fn saved_bytes(line: &str) -> Option<[u8; 7]> {
    let mut tokens = line.split('#').next()?.split_whitespace();
    let mut bytes = [0; 7];
    for byte in &mut bytes {
        *byte = u8::from_str_radix(tokens.next()?.strip_prefix("0x")?, 16).ok()?;
    }
    tokens.next().is_none().then_some(bytes)
}
