//! How excerpts are named, and which of two sources a quoted line is from.

use std::cell::RefCell;
use std::io::{self, BufRead};
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use coroner::case::{Decoded, Mark, Originals, Request, Scope, gather};
use coroner::config::Config;
use coroner::model::{Report, SourceEntry};

use crate::stand_in::{self, Memory, SHARED_LOG};
use crate::{files, sealed, text};

/// Adds a log of kvm01 whose only line is of the moment of its incident.
fn add_log(report: &mut Report, memory: &mut Memory, path: &str, line: &str) {
    let pattern = report.sources.iter().find(|source| source.path == SHARED_LOG).unwrap().clone();
    let (host, format) = (Some("kvm01".to_owned()), Some("syslog-rfc3339".to_owned()));
    let bytes = line.len() as u64;
    report.sources.push(SourceEntry { path: path.to_owned(), host, format, bytes, ..pattern });
    let at = Some(report.incidents[0].at);
    let mark = Mark { host: Some("kvm01".to_owned()), offset: 0, len: 0, line: 1, at };
    memory.marks.insert(path.to_owned(), vec![mark]);
    memory.bytes.insert(path.to_owned(), line.as_bytes().to_vec());
}

#[test]
fn a_quoted_line_leads_to_the_one_file_that_holds_it() {
    let (mut report, mut memory) = stand_in::fleet_and_sources();
    let paths = ["a/hosts/kvm01/syslog", "b/hosts/kvm01/syslog"];
    for (n, path) in paths.into_iter().enumerate() {
        add_log(&mut report, &mut memory, path, &format!("line of source {n}\n"));
        let evidence = &mut report.incidents[0].evidence[n];
        (evidence.source, evidence.line_or_offset) = (path.to_owned(), 1);
        evidence.text = format!("line of source {n}");
    }
    let sealed = sealed(&report, &memory, &["kvm01"]);
    for n in 0..paths.len() {
        let quoted = format!("`line of source {n}` (");
        let (_, rest) = sealed.markdown.split_once(&quoted).unwrap_or_else(|| panic!("{}", sealed.markdown));
        let (place, _) = rest.split_once(')').unwrap();
        let (file, number) =
            place.replace('\\', "").rsplit_once(':').map(|(f, n)| (f.to_owned(), n.to_owned())).unwrap();
        assert_eq!(number, "1");
        assert_eq!(text(&sealed, &format!("evidence/{file}")), format!("line of source {n}\n"), "{file}");
    }
    let settings = Config::parse(text(&sealed, "evidence/coroner.toml"), Path::new("coroner.toml")).unwrap();
    assert_eq!(settings.host_of("hosts/kvm01/2-hosts_kvm01_syslog"), Some("kvm01"));
}

#[test]
fn a_source_called_like_a_part_is_no_folder_and_file_at_once() {
    let (mut report, mut memory) = stand_in::fleet_and_sources();
    let mut later = report.incidents[0].clone();
    let by = TimeDelta::days(700);
    (later.at, later.at_earliest, later.at_latest) =
        (later.at + by, later.at_earliest + by, later.at_latest + by);
    (later.back_at, later.id) = (None, "later".to_owned());
    let line = memory.bytes[SHARED_LOG].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    memory.bytes.get_mut(SHARED_LOG).unwrap().extend(b"Dec 20 02:14:00 kvm01 app: late\n");
    let mark = Mark { host: Some("kvm01".into()), offset: 0, len: 0, line, at: Some(later.at) };
    memory.marks.get_mut(SHARED_LOG).unwrap().push(mark);
    report.incidents.push(later);
    for path in ["part-1", "part-1-central_syslog.2"] {
        add_log(&mut report, &mut memory, path, "by itself\n");
    }
    let sealed = sealed(&report, &memory, &["kvm01"]);
    let all = files(&sealed);
    assert!(all.contains_key("evidence/hosts/kvm01/part-1") && all.len() == sealed.files.len());
    assert!(all.contains_key("evidence/hosts/kvm01/2-part-1-central_syslog.2"), "{:?}", all.keys());
    for folder in all.keys().filter_map(|name| Path::new(name).parent()) {
        assert!(!all.contains_key(folder.to_str().unwrap()), "{folder:?} is a file too");
    }
}

#[test]
fn a_second_source_of_one_path_is_named_as_left_out() {
    let (mut report, memory) = stand_in::fleet_and_sources();
    let mut twin = report.sources.iter().find(|source| source.path == stand_in::SEL).unwrap().clone();
    twin.digest = format!("{}f", twin.digest);
    report.sources.push(twin);
    let request = Request { hosts: vec!["kvm01".to_owned()], ..Request::default() };
    let bundle = gather(&report, &Scope::of(&report, &request).unwrap(), &memory);
    let left: Vec<(&str, &str)> = bundle.left_out().collect();
    assert_eq!(left, [(stand_in::SEL, "another source has the same path")]);
    let sealed = bundle.seal().unwrap();
    assert!(text(&sealed, "README.txt").contains("sel/kvm01.bin (kvm01): another source has the same path"));
}

#[test]
fn a_million_marks_and_many_incidents_are_cut_in_seconds() {
    let (mut report, mut memory) = stand_in::fleet_and_sources();
    let path = "logs/kvm01.log";
    add_log(&mut report, &mut memory, path, "x\n");
    report.sources.retain(|source| source.path == path);
    let pattern = report.incidents[0].clone();
    for n in 1..600i64 {
        let mut incident = pattern.clone();
        incident.id = format!("more-{n}");
        for at in [&mut incident.at, &mut incident.at_earliest, &mut incident.at_latest] {
            *at += TimeDelta::hours(12 * n);
        }
        incident.back_at = None;
        report.incidents.push(incident);
    }
    let first = pattern.at - TimeDelta::days(5);
    let mark = |n: u64| Mark {
        host: Some("kvm01".to_owned()),
        offset: 0,
        len: 0,
        line: n + 1,
        at: Some(first + TimeDelta::seconds(30 * n as i64)),
    };
    memory.marks.insert(path.to_owned(), (0..1_000_000).map(mark).collect());
    memory.bytes.insert(path.to_owned(), b"x\n".repeat(1_000_000));
    let scope_of = Request { hosts: vec!["kvm01".to_owned()], ..Request::default() };
    let scope = Scope::of(&report, &scope_of).unwrap();
    let begun = Instant::now();
    let bundle = gather(&report, &scope, &memory);
    let took = begun.elapsed();
    println!("took {took:?}");
    // With room for a busy machine and code that is not optimised.
    assert!(took < Duration::from_secs(30), "{took:?}");
    assert!(bundle.size_bytes() > 600 * 800, "{}", bundle.size_bytes());
}

/// Sources that count how often each is opened.
struct Counted(Memory, RefCell<Vec<String>>);

impl Originals for Counted {
    fn open(&self, source: &str) -> io::Result<Option<Box<dyn BufRead + '_>>> {
        self.1.borrow_mut().push(source.to_owned());
        self.0.open(source)
    }
    fn marks(&self, source: &str) -> Vec<Mark> {
        self.0.marks(source)
    }
    fn decoded(&self, source: &str) -> Vec<Decoded> {
        self.0.decoded(source)
    }
    fn serial(&self, host: &str) -> Option<String> {
        self.0.serial(host)
    }
    fn zone(&self, source: Option<&str>) -> Option<String> {
        self.0.zone(source)
    }
    fn is_yearless(&self, source: &str) -> bool {
        self.0.is_yearless(source)
    }
}

#[test]
fn a_log_that_hosts_share_is_read_once_for_all_of_them() {
    let (report, memory) = stand_in::fleet_and_sources();
    let hosts = ["kvm01", "kvm15"].map(str::to_owned).to_vec();
    let scope = Scope::of(&report, &Request { hosts, ..Request::default() }).unwrap();
    let counted = Counted(memory, RefCell::default());
    let sealed = gather(&report, &scope, &counted).seal().unwrap();
    assert_eq!(counted.1.borrow().iter().filter(|source| *source == SHARED_LOG).count(), 1);
    for (host, other) in [("kvm01", "kvm15"), ("kvm15", "kvm01")] {
        let log = text(&sealed, &format!("evidence/hosts/{host}/central_syslog.2"));
        assert!(log.contains(host) && !log.contains(other), "{log}");
    }
}
