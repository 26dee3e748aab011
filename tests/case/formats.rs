//! Excerpts of formats whose records are no lines, and names of files with names in them.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use coroner::case::{Mark, Part, Request, Scope, gather};
use coroner::config::Config;
use coroner::model::{Report, SourceEntry};

use crate::stand_in::{self, Memory, SHARED_LOG};
use crate::{files, sealed, text};

/// Puts a source of kvm01 in the place of all others.
fn only(report: &mut Report, memory: &mut Memory, (path, format, kind): (&str, &str, &str), bytes: &[u8]) {
    let pattern = report.sources.iter().find(|source| source.path == SHARED_LOG).unwrap().clone();
    report.sources.clear();
    report.sources.push(SourceEntry {
        path: path.to_owned(),
        host: Some("kvm01".to_owned()),
        format: Some(format.to_owned()),
        kind: kind.to_owned(),
        bytes: bytes.len() as u64,
        ..pattern
    });
    memory.bytes.insert(path.to_owned(), bytes.to_vec());
}

fn mark(line: u64, (offset, len): (usize, usize), at: DateTime<Utc>) -> Mark {
    Mark { host: Some("kvm01".to_owned()), offset: offset as u64, len: len as u64, line, at: Some(at) }
}

/// Parts a journal in export format into entries, each a list of fields, as its description says.
fn entries(mut bytes: &[u8]) -> Vec<Vec<(String, Vec<u8>)>> {
    let (mut all, mut entry) = (Vec::new(), Vec::new());
    while !bytes.is_empty() {
        let end = bytes.iter().position(|byte| *byte == b'\n').expect("lines end");
        let line = std::str::from_utf8(&bytes[..end]).expect("fields are text");
        bytes = &bytes[end + 1..];
        if line.is_empty() {
            all.push(std::mem::take(&mut entry));
        } else if let Some((key, value)) = line.split_once('=') {
            entry.push((key.to_owned(), value.as_bytes().to_vec()));
        } else {
            let (length, rest) = bytes.split_first_chunk::<8>().expect("a length");
            let (value, rest) = rest.split_at(usize::try_from(u64::from_le_bytes(*length)).unwrap());
            entry.push((line.to_owned(), value.to_vec()));
            bytes = rest.strip_prefix(b"\n").expect("a value ends where its length says");
        }
    }
    assert!(entry.is_empty(), "the last entry is whole");
    all
}

/// An entry every ten minutes from ten days before the incident to ten days after it; every third is known.
fn journal(incident: DateTime<Utc>) -> (Vec<u8>, Vec<Mark>) {
    let (mut bytes, mut marks) = (Vec::new(), Vec::new());
    for n in 0..2_880i64 {
        let at = incident + TimeDelta::minutes(10 * n - 14_400);
        let begins = bytes.len();
        let message = format!("kvm01 entry {n}\n{}", "y".repeat(1_000));
        bytes.extend(format!("__REALTIME_TIMESTAMP={}\n_HOSTNAME=kvm01\n", at.timestamp_micros()).bytes());
        bytes.extend(b"MESSAGE\n");
        bytes.extend((message.len() as u64).to_le_bytes());
        bytes.extend(format!("{message}\n\n").bytes());
        if n % 3 == 0 {
            marks.push(mark(0, (begins, bytes.len() - begins), at));
        }
    }
    (bytes, marks)
}

const JOURNAL: &str = "hosts/kvm01/journal.export";

fn with_journal() -> (Report, Memory, DateTime<Utc>) {
    let (mut report, mut memory) = stand_in::fleet_and_sources();
    let incident = report.incidents.iter().find(|incident| incident.host == "kvm01").unwrap().at;
    let (bytes, marks) = journal(incident);
    only(&mut report, &mut memory, (JOURNAL, "linux-journal-export", "log"), &bytes);
    // The quoted entry is the one of the incident.
    let quoted = marks.iter().find(|mark| mark.at == Some(incident)).unwrap().offset;
    let evidence = report.incidents.iter_mut().find(|incident| incident.host == "kvm01").unwrap();
    let evidence = evidence.evidence.first_mut().unwrap();
    (evidence.source, evidence.line_or_offset, evidence.text) =
        (JOURNAL.to_owned(), quoted, "quoted".to_owned());
    memory.marks.insert(JOURNAL.to_owned(), marks);
    (report, memory, incident)
}

#[test]
fn a_journal_in_export_format_is_cut_by_whole_entries() {
    let (report, memory, incident) = with_journal();
    let request = Request { hosts: vec!["kvm01".to_owned()], ..Request::default() };
    let bundle = gather(&report, &Scope::of(&report, &request).unwrap(), &memory);
    assert_eq!(bundle.left_out().count(), 0);
    let sealed = bundle.seal().unwrap();
    let all = files(&sealed);
    let excerpt = all["evidence/hosts/kvm01/hosts_kvm01_journal.export"];
    let found = entries(excerpt);
    let originals = entries(&memory.bytes[JOURNAL]);
    assert!(found.iter().all(|entry| originals.contains(entry)), "entries are unchanged");
    let time = |entry: &Vec<(String, Vec<u8>)>| {
        let micros = std::str::from_utf8(&entry[0].1).unwrap().parse().unwrap();
        DateTime::from_timestamp_micros(micros).unwrap()
    };
    let times: Vec<DateTime<Utc>> = found.iter().map(time).collect();
    assert!(times.is_sorted());
    let within =
        |hours: i64| times.iter().filter(|at| (**at - incident).abs() <= TimeDelta::hours(hours)).count();
    assert_eq!(within(1), 13, "also the entries between those that are known");
    assert!(times.len() < 500, "hours of twenty days: {}", times.len());

    // The page leads to the line where the entry begins.
    let (_, place) = sealed.markdown.split_once("`quoted` (").unwrap();
    let line: usize = place.split_once(')').unwrap().0.rsplit(':').next().unwrap().parse().unwrap();
    let above: Vec<&[u8]> = excerpt.split_inclusive(|byte| *byte == b'\n').collect();
    let expected = format!("__REALTIME_TIMESTAMP={}\n", incident.timestamp_micros());
    assert_eq!(above[line - 1], expected.as_bytes());
}

#[test]
fn a_journal_in_export_format_can_be_read_after_names_were_replaced() {
    let (report, memory, _) = with_journal();
    let request = Request { hosts: vec!["kvm01".to_owned()], ..Request::default() };
    let mut bundle = gather(&report, &Scope::of(&report, &request).unwrap(), &memory);
    bundle.map_texts(&mut |_, bytes| {
        let text = String::from_utf8(bytes.to_vec()).expect("no lengths among the texts");
        text.replace("kvm01", "host-abcdef").into_bytes()
    });
    let sealed = bundle.seal().unwrap();
    let all = files(&sealed);
    let found = entries(all["evidence/hosts/host-abcdef/hosts_host-abcdef_journal.export"]);
    assert!(found.len() > 40);
    for entry in found {
        assert_eq!(entry[1], ("_HOSTNAME".to_owned(), b"host-abcdef".to_vec()));
        let message = &entry[2].1;
        assert!(message.starts_with(b"host-abcdef entry ") && message.ends_with(b"yyy"));
    }
}

#[test]
fn a_shared_journal_gives_each_host_its_own_entries_alone() {
    let (mut report, mut memory, _) = with_journal();
    report.sources[0].host = None;
    let marks = memory.marks.get_mut(JOURNAL).unwrap();
    let mut own = Vec::new();
    for (n, mark) in marks.iter_mut().enumerate() {
        if n % 2 == 0 {
            mark.host = Some("kvm15".to_owned());
        } else {
            own.push(mark.at.unwrap().timestamp_micros().to_string());
        }
    }
    let sealed = sealed(&report, &memory, &["kvm01"]);
    let all = files(&sealed);
    let found = entries(all["evidence/hosts/kvm01/hosts_kvm01_journal.export"]);
    assert!(found.len() > 6);
    for entry in found {
        assert!(own.iter().any(|time| time.as_bytes() == entry[0].1), "{:?}", entry[0]);
    }
}

#[test]
fn a_verbose_journal_is_cut_by_whole_entries() {
    let (mut report, mut memory) = stand_in::fleet_and_sources();
    let incident = report.incidents.iter().find(|incident| incident.host == "kvm01").unwrap().at;
    let (path, mut text, mut marks) = ("journal.verbose", String::new(), Vec::new());
    // Lines of several weeks, more than are taken for their rhythm.
    for n in 0..2_880i64 {
        let at = incident + TimeDelta::minutes(10 * n - 14_400);
        marks.push(mark(4 * n as u64 + 1, (text.len(), 1), at));
        text += &format!("{} UTC [s=0;t=0]\n    _HOSTNAME=kvm01\n    MESSAGE=one\n            two {n}\n", at);
    }
    only(&mut report, &mut memory, (path, "linux-journal-verbose", "log"), text.as_bytes());
    memory.marks.insert(path.to_owned(), marks);
    let sealed = sealed(&report, &memory, &["kvm01"]);
    let excerpt = self::text(&sealed, "evidence/hosts/kvm01/journal.verbose");
    let lines: Vec<&str> = excerpt.lines().collect();
    assert!(lines.len() > 160 && lines.len() < 2_000, "{}", lines.len());
    for entry in lines.chunks(4) {
        assert!(entry[0].contains("[s=0;") && entry[3].starts_with("            two "), "{entry:?}");
    }
    assert!(excerpt.contains(&format!("{incident} UTC [")));
}

const LAST: &str = "last.txt";

/// Boots of kvm01 as `last` prints them: the newest first, with a login and the line at the end.
fn with_last() -> (Report, Memory) {
    let (mut report, mut memory) = stand_in::fleet_and_sources();
    let printed = "reboot   system boot  5.15  Sun Jan 19 03:20   still running\n\
                   alice    pts/0    10.0.0.1  Sat Jan 18 10:00 - 11:00  (01:00)\n\
                   reboot   system boot  5.15  Tue Dec 31 22:00 - 03:14 (18+05:14)\n\
                   reboot   system boot  5.15  Mon Nov 20 10:00 - 21:59 (407+11:59)\n\
                   alice    pts/0    10.0.0.1  Mon Nov 20 09:00 - 09:30  (00:30)\n\
                   \n\
                   wtmp begins Mon Nov 20 08:00\n";
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let marks = vec![
        mark(4, (0, 0), at("2023-11-20T09:00:00Z")),
        mark(3, (0, 0), at("2024-12-31T21:00:00Z")),
        mark(1, (0, 0), at("2025-01-19T02:20:00Z")),
    ];
    only(&mut report, &mut memory, (LAST, "linux-last-text", "boot"), printed.as_bytes());
    memory.marks.insert(LAST.to_owned(), marks);
    memory.yearless.insert(LAST.to_owned());
    (report, memory)
}

#[test]
fn boots_that_last_prints_keep_their_year() {
    let (report, mut memory) = with_last();
    let year = |memory: &Memory| {
        let sealed = sealed(&report, memory, &["kvm01"]);
        let settings = text(&sealed, "evidence/coroner.toml");
        Config::parse(settings, Path::new("coroner.toml")).unwrap().year_of("hosts/kvm01/last.txt")
    };
    assert_eq!(year(&memory), Some(2023), "years are counted from the oldest row");
    memory.yearless.clear();
    assert_eq!(year(&memory), None);
}

#[test]
fn of_what_last_prints_boots_and_the_line_that_dates_them_are_kept() {
    let (report, memory) = with_last();
    let sealed = sealed(&report, &memory, &["kvm01"]);
    let rows = text(&sealed, "evidence/hosts/kvm01/last.txt");
    assert_eq!(rows.lines().count(), 4, "{rows}");
    assert!(rows.ends_with("wtmp begins Mon Nov 20 08:00\n") && !rows.contains("alice"), "{rows}");
}

#[test]
fn a_name_in_a_path_is_replaced_before_the_path_is_made_safe() {
    let (mut report, mut memory) = stand_in::fleet_and_sources();
    let pattern = report.sources.iter().find(|source| source.path == SHARED_LOG).unwrap().clone();
    let at = report.incidents[0].at;
    for (n, path) in
        ["x/falcon-k1/acme corp.log", "y/falcon-k1/acme corp.log", "web-Ä1.log"].into_iter().enumerate()
    {
        let (host, format) = (Some("kvm01".to_owned()), Some("syslog-rfc3339".to_owned()));
        report.sources.push(SourceEntry { path: path.to_owned(), host, format, bytes: 9, ..pattern.clone() });
        memory.marks.insert(path.to_owned(), vec![mark(1, (0, 0), at)]);
        memory.bytes.insert(path.to_owned(), format!("source {n}\n").into_bytes());
        let evidence = &mut report.incidents[0].evidence[n.min(1)];
        (evidence.source, evidence.line_or_offset) = (path.to_owned(), 1);
        evidence.text = format!("source {n}");
    }
    let request = Request { hosts: vec!["kvm01".to_owned()], ..Request::default() };
    let mut bundle = gather(&report, &Scope::of(&report, &request).unwrap(), &memory);
    let mut told = Vec::new();
    bundle.map_texts(&mut |part, bytes| {
        if let Part::File(name) = part {
            told.push(name.to_owned());
        }
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        text.replace("acme corp", "word-1")
            .replace("web-Ä1", "host-b")
            .replace("falcon-k1", "host-c")
            .into_bytes()
    });
    assert!(
        told.iter().all(|name| name.is_ascii() && !name.contains(' ')),
        "names for messages are safe: {told:?}"
    );
    let sealed = bundle.seal().unwrap();
    let all = files(&sealed);
    for (name, bytes) in &all {
        for hidden in ["acme", "web-", "falcon"] {
            assert!(!name.contains(hidden), "{name}");
            assert!(!bytes.windows(hidden.len()).any(|part| part == hidden.as_bytes()), "{hidden} in {name}");
        }
    }
    let file = |name: &str| text(&sealed, &format!("evidence/hosts/kvm01/{name}"));
    assert_eq!(file("x_host-c_word-1.log"), "source 0\n");
    assert_eq!(file("y_host-c_word-1.log"), "source 1\n");
    assert_eq!(file("host-b.log"), "source 2\n");
    // What the page names is a file, and the one that holds the line.
    for n in [0, 2] {
        let (_, place) = sealed.markdown.split_once(&format!("`source {n}` (")).unwrap();
        let place = place.split_once(')').unwrap().0.replace('\\', "");
        let (name, number) = place.rsplit_once(':').unwrap();
        assert_eq!(
            (number, text(&sealed, &format!("evidence/{name}"))),
            ("1", format!("source {n}\n").as_str())
        );
    }
}

#[test]
fn names_that_become_one_by_replacement_are_told_apart_on_the_page_too() {
    let (mut report, mut memory) = stand_in::fleet_and_sources();
    let pattern = report.sources.iter().find(|source| source.path == SHARED_LOG).unwrap().clone();
    let at = report.incidents[0].at;
    for (n, path) in ["red.log", "blue.log"].into_iter().enumerate() {
        let (host, format) = (Some("kvm01".to_owned()), Some("syslog-rfc3339".to_owned()));
        report.sources.push(SourceEntry { path: path.to_owned(), host, format, bytes: 9, ..pattern.clone() });
        memory.marks.insert(path.to_owned(), vec![mark(1, (0, 0), at)]);
        memory.bytes.insert(path.to_owned(), format!("source {n}\n").into_bytes());
        let evidence = &mut report.incidents[0].evidence[n];
        (evidence.source, evidence.line_or_offset) = (path.to_owned(), 1);
        evidence.text = format!("source {n}");
    }
    let request = Request { hosts: vec!["kvm01".to_owned()], ..Request::default() };
    let mut bundle = gather(&report, &Scope::of(&report, &request).unwrap(), &memory);
    bundle.map_texts(&mut |_, bytes| {
        String::from_utf8(bytes.to_vec()).unwrap().replace("red", "x").replace("blue", "x").into_bytes()
    });
    let sealed = bundle.seal().unwrap();
    for n in 0..2 {
        let (_, place) = sealed.markdown.split_once(&format!("`source {n}` (")).unwrap();
        let (name, _) = place.split_once(':').unwrap();
        let file = text(&sealed, &format!("evidence/{}", name.replace('\\', "")));
        assert_eq!(file, format!("source {n}\n"), "{name}");
    }
}

#[test]
fn a_log_that_speaks_some_times_an_hour_keeps_its_rhythm() {
    let (mut report, mut memory) = stand_in::fleet_and_sources();
    let incident = report.incidents.iter().find(|incident| incident.host == "kvm01").unwrap().at;
    let (path, mut text, mut marks) = ("kvm01.log", String::new(), Vec::new());
    // Two lines an hour for a month.
    for n in 0..1_440i64 {
        let at = incident - TimeDelta::days(29) + TimeDelta::minutes(30 * n);
        marks.push(mark(n as u64 + 1, (0, 0), at));
        text += &format!("{} kvm01 app: {n}\n", at.to_rfc3339());
    }
    only(&mut report, &mut memory, (path, "syslog-rfc3339", "log"), text.as_bytes());
    memory.marks.insert(path.to_owned(), marks);
    let sealed = sealed(&report, &memory, &["kvm01"]);
    assert_eq!(self::text(&sealed, "evidence/hosts/kvm01/kvm01.log"), text);
}
