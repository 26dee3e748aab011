//! Puts lines into the formats of syslog, the journal and `dmesg`, and cuts them into rotated files.

use chrono::{DateTime, Datelike, SecondsFormat, TimeDelta, Utc};
use chrono_tz::Tz;
use serde_json::json;

use crate::end::T;
use crate::fleet::{Gear, Host, LogForm, Rotation, Split};
use crate::line::Line;

/// A file of a log set: its name and its bytes before compression.
pub struct LogFile {
    pub name: String,
    pub bytes: Vec<u8>,
    pub gz: bool,
}

/// One line in the given form.
pub fn render(out: &mut Vec<u8>, line: &Line, host: &str, form: LogForm, mono: bool, zone: Tz) {
    let tag = match line.pid {
        Some(pid) => format!("{}[{pid}]:", line.ident),
        None => format!("{}:", line.ident.trim_end_matches(':')),
    };
    let stamped = match (mono, line.mono) {
        (true, Some(m)) => format!("[{m:12.6}] {}", line.text),
        _ => line.text.clone(),
    };
    let local = line.at.with_timezone(&zone);
    let text = match form {
        LogForm::Rfc3164 => format!("{} {host} {tag} {stamped}", local.format("%b %e %H:%M:%S")),
        LogForm::Rfc3339 => {
            format!("{} {host} {tag} {stamped}", local.to_rfc3339_opts(SecondsFormat::Micros, false))
        }
        LogForm::JournalText => format!("{} {host} {tag} {}", local.format("%b %d %H:%M:%S"), line.text),
        LogForm::JournalJson => journal(line, host),
        LogForm::Dmesg => match line.mono {
            Some(m) => format!("[{m:12.6}] {}", line.text),
            None => return,
        },
        LogForm::DmesgT => match line.mono {
            Some(_) => format!("[{}] {}", local.format("%a %b %e %H:%M:%S %Y"), line.text),
            None => return,
        },
    };
    out.extend_from_slice(text.as_bytes());
    if line.torn {
        // A power cut: the rest of the block was allocated and never written.
        out.truncate(out.len() - text.len() / 3);
        out.extend(std::iter::repeat_n(0_u8, 600 + text.len() * 7 % 900));
        if form == LogForm::JournalJson {
            out.push(b'\n');
        }
        return;
    }
    out.push(b'\n');
}

fn journal(line: &Line, host: &str) -> String {
    let us = line.at.timestamp_micros();
    let boot = format!("{:032x}", fnv(host) ^ (u128::from(line.boot as u64) << 64));
    let mono =
        line.mono.map_or_else(|| (us % 86_400_000_000).to_string(), |m| ((m * 1e6) as i64).to_string());
    let transport = if line.ident == "kernel" { "kernel" } else { "syslog" };
    let mut entry = json!({
        "__REALTIME_TIMESTAMP": us.to_string(),
        "__MONOTONIC_TIMESTAMP": mono,
        "_BOOT_ID": boot,
        "_HOSTNAME": host,
        "PRIORITY": line.severity.to_string(),
        "SYSLOG_IDENTIFIER": line.ident,
        "_TRANSPORT": transport,
        "MESSAGE": line.text,
    });
    if let (Some(pid), Some(map)) = (line.pid, entry.as_object_mut()) {
        map.insert("SYSLOG_PID".to_string(), json!(pid.to_string()));
    }
    entry.to_string()
}

fn fnv(text: &str) -> u128 {
    text.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |h, b| {
        (h ^ u128::from(b)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    })
}

/// The files of one host's log.
pub fn files(host: &Host, lines: &[Line], base: &str, zone: Tz) -> Vec<LogFile> {
    let gear = &host.gear;
    let Some(form) = gear.log else { return Vec::new() };
    match form {
        LogForm::Dmesg | LogForm::DmesgT => {
            let last = lines.iter().map(|l| l.boot).max().unwrap_or(0);
            let kept: Vec<Line> = lines.iter().filter(|l| l.boot == last).cloned().collect();
            vec![one("dmesg.txt", &kept, host, form, zone)]
        }
        LogForm::JournalJson => vec![one("journal.json", lines, host, form, zone)],
        LogForm::JournalText => vec![journal_text(lines, host, zone)],
        LogForm::Rfc3164 | LogForm::Rfc3339 => match gear.log_split {
            Split::Whole => rotated(gear, lines, host, form, base, zone),
            split => {
                let kernel: Vec<Line> = lines.iter().filter(|l| l.ident == "kernel").cloned().collect();
                let auth: Vec<Line> = lines.iter().filter_map(of_auth).collect();
                let mut files = rotated(gear, &kernel, host, form, "kern.log", zone);
                files.extend(rotated(gear, &auth, host, form, "auth.log", zone));
                if split == Split::Three {
                    let rest: Vec<Line> =
                        lines.iter().filter(|l| !AUTH.contains(&l.ident.as_str())).cloned().collect();
                    files.extend(rotated(gear, &rest, host, form, "syslog", zone));
                }
                files
            }
        },
    }
}

/// Programs that log to the `auth` facility.
const AUTH: &[&str] = &["sudo", "sshd", "systemd-logind"];

/// What `auth.log` has of a line; jobs of cron show there as sessions.
fn of_auth(line: &Line) -> Option<Line> {
    if AUTH.contains(&line.ident.as_str()) {
        return Some(line.clone());
    }
    let text = "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)".to_string();
    line.ident.starts_with("CRON").then(|| Line { text, ..line.clone() })
}

fn one(name: &str, lines: &[Line], host: &Host, form: LogForm, zone: Tz) -> LogFile {
    let mut bytes = Vec::new();
    for line in lines {
        render(&mut bytes, line, &host.log_name(), form, host.gear.log_mono, zone);
    }
    LogFile { name: name.to_string(), bytes, gz: false }
}

/// `journalctl` text with its head and the marks between boots.
fn journal_text(lines: &[Line], host: &Host, zone: Tz) -> LogFile {
    let mut bytes = Vec::new();
    if let (Some(first), Some(last)) = (lines.first(), lines.last()) {
        let show = |at: DateTime<Utc>| at.with_timezone(&zone).format("%a %Y-%m-%d %H:%M:%S %Z").to_string();
        bytes.extend(format!("-- Logs begin at {}, end at {}. --\n", show(first.at), show(last.at)).bytes());
    }
    let mut boot = lines.first().map(|l| l.boot);
    for line in lines {
        if boot != Some(line.boot) {
            bytes.extend_from_slice(b"-- Reboot --\n");
            boot = Some(line.boot);
        }
        let whole = Line { torn: false, ..line.clone() };
        render(&mut bytes, &whole, &host.log_name(), LogForm::JournalText, false, zone);
    }
    LogFile { name: "journal.txt".to_string(), bytes, gz: false }
}

fn rotated(gear: &Gear, lines: &[Line], host: &Host, form: LogForm, base: &str, zone: Tz) -> Vec<LogFile> {
    if gear.log_rotation == Rotation::Never {
        return vec![one(base, lines, host, form, zone)];
    }
    // One file a month; rotation happens on the first of the month in local time.
    let month = |at: T| {
        let local = at.with_timezone(&zone);
        i64::from(local.year()) * 12 + i64::from(local.month0())
    };
    let newest = lines.last().map_or(0, |l| month(l.at)).max(0);
    let mut list: Vec<LogFile> = Vec::new();
    let mut start = 0;
    while start < lines.len() {
        let this = month(lines[start].at);
        let end = lines[start..].iter().position(|l| month(l.at) != this).map_or(lines.len(), |n| start + n);
        let age = newest - this;
        let name = match (age, gear.log_rotation) {
            (0, _) => base.to_string(),
            (_, Rotation::Dated) => {
                let next = this + 1;
                format!("{base}-{:04}{:02}01", next / 12, next % 12 + 1)
            }
            (n, _) => format!("{base}.{n}"),
        };
        let mut file = one(&name, &lines[start..end], host, form, zone);
        file.gz = age > 1;
        list.push(file);
        start = end;
    }
    list
}

/// The central log of many hosts: every line with the host that sent it, in order of arrival.
pub fn central(mut entries: Vec<(T, String)>, zone: Tz) -> Vec<LogFile> {
    entries.sort_by_key(|a| a.0);
    let month = |at: T| {
        let local = at.with_timezone(&zone);
        i64::from(local.year()) * 12 + i64::from(local.month0())
    };
    let newest = entries.last().map_or(0, |e| month(e.0));
    let mut list: Vec<LogFile> = Vec::new();
    for (at, text) in entries {
        let age = newest - month(at);
        let name = if age == 0 { "syslog".to_string() } else { format!("syslog.{age}") };
        if list.last().is_none_or(|f| f.name != name) {
            list.push(LogFile { name, bytes: Vec::new(), gz: age > 1 });
        }
        if let Some(file) = list.last_mut() {
            file.bytes.extend_from_slice(text.as_bytes());
        }
    }
    list
}

/// Network syslog arrives within a second.
pub fn arrival(line: &Line) -> T {
    line.at + TimeDelta::milliseconds(300)
}
