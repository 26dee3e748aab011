//! Host names in paths: folders, file names, archives and what collecting tools call their output.

/// Words in paths that are never a host, unless an inventory says so.
const PLACES: &[&str] = &[
    "hosts",
    "host",
    "logs",
    "log",
    "var",
    "sel",
    "sels",
    "kern",
    "kernel",
    "syslog",
    "messages",
    "dmesg",
    "wtmp",
    "power",
    "backup",
    "backups",
    "inventory",
    "maintenance",
    "incidents",
    "central",
    "bmc",
    "ipmi",
    "journal",
    "data",
    "raw",
    "sample",
    "samples",
    "files",
    "tmp",
    "auth",
    "daemon",
    "events",
    "boot",
    "last",
    "fleet",
    "nodes",
    "servers",
    "archive",
    "archives",
    "old",
    "new",
    "idrac",
    "remote",
    "current",
    "collected",
    // The Linux tree.
    "etc",
    "proc",
    "sys",
    "run",
    "usr",
    "opt",
    "srv",
    "mnt",
    "home",
    "root",
    "dev",
    "lib",
    "crash",
    "pstore",
    "vmcore",
    "kdump",
    "audit",
    "secure",
    "maillog",
    "mail",
    "cron",
    "user",
    "debug",
    "system",
    "hostname",
    "journalctl",
    "utmp",
    "btmp",
    "lastlog",
    "rsyslog",
    "console",
    "netconsole",
    "mce",
    "mcelog",
    "ras",
    "rasdaemon",
    "edac",
    "previous",
    "rotated",
    // Collections of tools and of people.
    "sos",
    "sosreport",
    "sosreports",
    "sos_commands",
    "sos_logs",
    "sos_reports",
    "commands",
    "tsr",
    "supportassist",
    "supportassistcollection",
    "techsupreport",
    "techsupport",
    "support",
    "collection",
    "collections",
    "bundle",
    "bundles",
    "dump",
    "dumps",
    "diag",
    "diagnostics",
    "report",
    "reports",
    "snapshot",
    "export",
    "exports",
    "evidence",
    "case",
    "cases",
    "input",
    "upload",
    "uploads",
    "download",
    "downloads",
    "hardware",
    "sysinfo",
    "lcfiles",
    "oem",
    "dell",
    "hpe",
    "hp",
    "ahs",
    "iml",
    "ilo",
    "lclog",
    "lclogs",
    "xcc",
    "redfish",
    "ipmitool",
    "freeipmi",
    "racadm",
    "dmidecode",
    "lshw",
    "sdr",
    "fru",
    "sensor",
    "sensors",
    "chassis",
    "status",
    "history",
    "list",
    "elist",
    "info",
    "output",
    "out",
    "text",
    "txt",
    "csv",
    "json",
    // Instruments and tools.
    "ups",
    "pdu",
    "psu",
    "dcmi",
    "apcupsd",
    "upslog",
    "telemetry",
    "lscpu",
    "cpuinfo",
    "uname",
    "ohai",
    "firmware",
    "swinventory",
    "getsysinfo",
    "v1",
    "updateservice",
    "firmwareinventory",
    "smartctl",
    "fwupd",
];

/// Words for logs, tools and controllers, which people number as they collect them: with a number behind them
/// they name no host either. `host1` and `backup2` are hosts.
const NUMBERED: &[&str] = &[
    "sel",
    "sels",
    "elist",
    "kern",
    "kernel",
    "log",
    "logs",
    "syslog",
    "messages",
    "dmesg",
    "wtmp",
    "utmp",
    "btmp",
    "lastlog",
    "journal",
    "journalctl",
    "bmc",
    "ipmi",
    "ipmitool",
    "freeipmi",
    "ipmiutil",
    "ilo",
    "iml",
    "idrac",
    "racadm",
    "xcc",
    "imm",
    "ahs",
    "lclog",
    "redfish",
    "sdr",
    "fru",
    "sensor",
    "sensors",
    "dcmi",
    "lscpu",
    "cpuinfo",
    "uname",
    "lshw",
    "dmidecode",
    "smartctl",
    "mcelog",
    "rasdaemon",
    "pstore",
    "vmcore",
    "kdump",
    "netconsole",
    "crash",
    "sol",
    "console",
    "vzdump",
    "veeam",
    "bacula",
    "apcupsd",
    "upslog",
    "sample",
    "samples",
    "example",
    "test",
    "case",
    "dump",
    "output",
    "out",
    "export",
    "report",
    "snapshot",
    "file",
    "part",
    "page",
    "events",
    "event",
    "last",
    "boot",
    "inventory",
    "incidents",
    "csv",
    "json",
    "txt",
    "tsr",
    "sosreport",
];

/// Words of file names of Dell's collections, whose other parts are a service tag and a date.
const TAGGED: &[&str] = &["tsr", "supportassist", "supportassistcollection", "techsupreport"];

/// Endings of packed files.
const PACKED: &[&str] = &[
    ".gz", ".bz2", ".xz", ".zst", ".lzma", ".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst", ".zip", ".7z",
    ".z",
];

/// Files in which a host keeps its own name, below the root of its tree.
const HOSTNAME_FILES: &[&str] = &[
    "etc/hostname",
    "proc/sys/kernel/hostname",
    "sos_commands/host/hostname",
    "sos_commands/host/hostname_-f",
    "sos_commands/general/hostname",
    "hostname",
    "hostname.txt",
];

/// The tree whose host is named by the file at `path`: the path of its root, empty or with a `/` at
/// its end. `None` if this is no such file.
#[must_use]
pub fn tree_named_by(path: &str) -> Option<&str> {
    let trees = HOSTNAME_FILES.iter().filter_map(|file| path.strip_suffix(file));
    // The longest of the endings: `etc/hostname` is not a `hostname` of the folder `etc`.
    trees.min_by_key(|tree| tree.len()).filter(|tree| tree.is_empty() || tree.ends_with('/'))
}

/// The name in the content of such a file: one line, one word, no longer than Linux allows (64), or
/// than a full name may be (253).
#[must_use]
pub fn name_in_hostname_file(content: &[u8]) -> Option<&str> {
    let name = std::str::from_utf8(content).ok()?.trim();
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    (!name.is_empty() && name.len() <= 253 && name.chars().all(good) && is_a_host(&name.to_lowercase()))
        .then_some(name)
}

/// Whether a word can be the name of one host among others.
pub(super) fn is_a_host(name: &str) -> bool {
    let nobody =
        matches!(name, "localhost" | "localhost.localdomain" | "-" | "" | "none" | "(none)" | "kernel");
    !nobody && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_')) && name.len() <= 253
}

/// Whether a word is what folders and files are commonly called.
#[must_use]
pub fn is_a_place(word: &str) -> bool {
    PLACES.contains(&word)
}

/// Parts of a path from the innermost out, in small letters, without the marks of packing.
fn parts(path: &str) -> impl Iterator<Item = String> {
    path.split('/').rev().map(|part| {
        let mut part = part.trim_end_matches('!').to_lowercase();
        while let Some(bare) =
            PACKED.iter().find_map(|ending| part.strip_suffix(ending)).filter(|b| !b.is_empty())
        {
            part = bare.to_owned();
        }
        part
    })
}

/// A part or piece of a path that `known` knows, the innermost part first and the longest piece of
/// it: `kvm07.sel.txt`, `sel-kvm07.txt`, `sosreport-kvm07-2025-03-01-abcdefg`.
pub fn known(path: &str, known: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    parts(path).find_map(|part| {
        // Only a whole folder name is a number that is a host: pieces of digits are dates and counts.
        known(&part).or_else(|| pieces(&part).into_iter().filter(|piece| !is_number(piece)).find_map(known))
    })
}

/// More words than the name of any file is made of.
const WORDS_MAX: usize = 16;

/// Runs of words within a part, the longest first.
fn pieces(part: &str) -> Vec<&str> {
    let starts = part.char_indices().filter(|(_, c)| matches!(c, '-' | '_' | '.')).map(|(at, _)| at);
    let mut bounds: Vec<usize> = starts.take(WORDS_MAX).collect();
    bounds.push(part.len());
    let mut pieces = Vec::new();
    for (index, _) in bounds.iter().enumerate() {
        let from = if index == 0 { 0 } else { bounds[index - 1] + 1 };
        pieces.extend(bounds[index..].iter().filter_map(|to| part.get(from..*to)));
    }
    pieces.sort_by_key(|piece| std::cmp::Reverse(piece.len()));
    pieces
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_'))
}

/// The name in a path that looks like that of a host, where nothing is known of the fleet: the host
/// of a sosreport; else a part with letters and digits; else the innermost folder.
#[must_use]
pub fn guess(path: &str) -> Option<String> {
    let parts: Vec<String> = parts(path).collect();
    if let Some(host) = parts.iter().find_map(|part| host_of_sosreport(part)) {
        return Some(host);
    }
    let bare = |(index, part): (usize, &String)| {
        let part = if index == 0 { part.split('.').next().unwrap_or(part) } else { part };
        bare_name(part)
    };
    let names: Vec<Option<String>> = parts.iter().enumerate().map(bare).collect();
    let is_mixed =
        |name: &&String| name.chars().any(|c| c.is_ascii_digit()) && name.chars().any(char::is_alphabetic);
    let mixed = names.iter().flatten().find(is_mixed);
    // A folder without a digit only as it stands: what is left of `web-logs` may be anything.
    let folder = || names.get(1).cloned().flatten().filter(|name| parts.get(1) == Some(name));
    mixed.cloned().or_else(folder)
}

/// `sosreport-HOST[-LABEL][-CASE]-2025-03-01-abcdefg`, and the forms of old:
/// `sosreport-HOST[.CASE]-20250301120000-abcd`, `sosreport-HOST-abcd.20250301`.
fn host_of_sosreport(part: &str) -> Option<String> {
    let rest = part.strip_prefix("sosreport-")?;
    let words: Vec<&str> = rest.split('-').collect();
    let date =
        words.iter().position(|word| word.len() >= 4 && word.bytes().all(|byte| byte.is_ascii_digit()))?;
    let name = words[..date].join("-");
    let name = match name.rsplit_once('.') {
        Some((host, case)) if is_number(case) => host,
        _ => &name,
    };
    (is_a_host(name) && !is_number(name)).then(|| name.to_owned())
}

/// What is left of a folder or stem without the usual words and dates around it; `None` if nothing
/// that can be a host.
fn bare_name(part: &str) -> Option<String> {
    if PLACES.contains(&part) || is_machine_id(part) {
        return None;
    }
    let separators: Vec<usize> = part.match_indices(['-', '_']).map(|(at, _)| at).collect();
    let words: Vec<&str> = part.split(['-', '_']).collect();
    if words.iter().any(|word| TAGGED.contains(&word.trim_end_matches(|c: char| c.is_ascii_digit()))) {
        return None;
    }
    // A date at either end takes its words with it; a lone number of up to three digits is part of a
    // name (`db-01`).
    let is_noise = |word: &str| is_no_name(word) || word.is_empty() || (is_number(word) && word.len() >= 4);
    let (mut from, mut to) = (0, words.len());
    while from < to && is_noise(words[from]) {
        from += 1;
    }
    if let Some(date) = (from..to).find(|at| is_date(&words[*at..to])) {
        to = date;
    }
    while from < to && is_noise(words[to - 1]) {
        to -= 1;
    }
    if from == to || words[from..to].iter().any(|word| is_no_name(word)) {
        return None;
    }
    let start = if from == 0 { 0 } else { separators[from - 1] + 1 };
    let end = separators.get(to - 1).copied().unwrap_or(part.len());
    let name = &part[start..end];
    (is_a_host(name) && (!is_number(name) || name == part && name.len() <= 8)).then(|| name.to_owned())
}

/// Whether a word in a path says what lies there and not whose it is: a usual word, a numbered one (`ilo4`), or
/// how much it is (`2k`).
fn is_no_name(word: &str) -> bool {
    let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let count = word.strip_suffix(['k', 'm']).is_some_and(|digits| !digits.is_empty() && is_number(digits));
    PLACES.contains(&word) || (stem.len() < word.len() && NUMBERED.contains(&stem)) || count
}

/// Whether words begin with a date: `2025-03-01`, `20250301`, `20250301120000`.
fn is_date(words: &[&str]) -> bool {
    let digits = |word: &str, len: usize| {
        word.len() >= len && word.bytes().take(len).all(|byte| byte.is_ascii_digit())
    };
    let year = |word: &str| digits(word, 4) && (word.starts_with("19") || word.starts_with("20"));
    match words {
        [first, ..] if year(first) && digits(first, 8) => true,
        [first, second, third, ..] => {
            year(first) && first.len() == 4 && digits(second, 2) && digits(third, 2)
        }
        _ => false,
    }
}

/// The folder of a journal is called by an id of 32 hexadecimal digits.
fn is_machine_id(part: &str) -> bool {
    part.len() >= 32 && part.bytes().take(32).all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_guessed_from_the_names_of_collections_and_folders() {
        for (path, host) in [
            ("sosreport-kvm07-2025-03-01-abcdefg/var/log/messages", Some("kvm07")),
            (
                "sosreport-web-db-01-2025-03-01-qwertyu.tar.xz!/sosreport-web-db-01-2025-03-01-qwertyu/dmesg",
                Some("web-db-01"),
            ),
            ("sosreport-mailer-03312456-2024-11-30-abcdefg.tar.xz!/proc/version", Some("mailer")),
            ("sosreport-kvm07.01234567-20150301120000-1a2b/dmesg", Some("kvm07")),
            ("kvm07-logs.tar.gz!/var/log/kern.log.1", Some("kvm07")),
            ("logs-kvm07-20250301.tgz!/messages", Some("kvm07")),
            ("kvm07_2025-03-01.zip!/sel.txt", Some("kvm07")),
            ("sel-kvm07.txt", Some("kvm07")),
            ("kvm07/var/log/kern.log-20250301", Some("kvm07")),
            ("db-01/syslog", Some("db-01")),
            ("kvm07/var/log/journal/0123456789abcdef0123456789abcdef/system.journal", Some("kvm07")),
            ("TSR20250301_ABC1234.zip!/tsr/hardware/sysinfo/lcfiles/lclog_0.xml.gz", None),
            ("SupportAssistCollection_ABC1234_20250301.zip!/sel.txt", None),
            ("2025-03-01/var/log/messages", None),
            ("var/log/messages-20250301.gz", None),
            ("sos_commands/logs/journalctl_--no-pager", None),
            ("web-logs/kern.log", None),
            ("mailer/kern.log", Some("mailer")),
            ("hadoop_2k.log", None),
            ("ilo4.txt", None),
            ("sel1.txt", None),
            ("kvm07/sel1.txt", Some("kvm07")),
            ("ilo4-kvm07.txt", Some("kvm07")),
            ("dmesg2_kvm07_sel3", Some("kvm07")),
            ("backup2/sel.txt", Some("backup2")),
            ("host1.sel.txt", Some("host1")),
        ] {
            assert_eq!(guess(path).as_deref(), host, "{path}");
        }
    }

    #[test]
    fn known_hosts_are_found_anywhere_in_a_path_but_not_in_dates() {
        let fleet = ["kvm07", "7", "01", "web-db-01"];
        let lookup = |name: &str| fleet.contains(&name).then(|| name.to_owned());
        for (path, host) in [
            ("x.zip!/site-kvm07-bmc/sel.txt", Some("kvm07")),
            ("kvm07.example.org/sel.txt", Some("kvm07")),
            ("backup_of_web-db-01_2025-03-01.tar!/messages", Some("web-db-01")),
            ("nodes/7/sel.txt", Some("7")),
            ("2025-03-01/kern.log.7", None),
        ] {
            assert_eq!(known(path, &lookup).as_deref(), host, "{path}");
        }
    }

    #[test]
    fn a_hostname_file_names_the_tree_that_it_lies_in() {
        assert_eq!(tree_named_by("a.tar!/sos/etc/hostname"), Some("a.tar!/sos/"));
        assert_eq!(tree_named_by("proc/sys/kernel/hostname"), Some(""));
        assert_eq!(tree_named_by("a/hostname"), Some("a/"));
        assert_eq!(tree_named_by("a/old-hostname"), None);
        assert_eq!(name_in_hostname_file(b"kvm07.example.org\n"), Some("kvm07.example.org"));
        for bad in ["", "localhost\n", "kvm07 kvm08\n", "# the name\n"] {
            assert_eq!(name_in_hostname_file(bad.as_bytes()), None, "{bad}");
        }
    }
}
