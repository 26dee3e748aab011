//! Messages of no known meaning before incidents that nothing explains: what is new, and how often it
//! stands elsewhere.

use std::process::Command;

use chrono::{NaiveDateTime, TimeDelta};
use coroner::config::Config;
use coroner::knowledge::Knowledge;
use coroner::model::{NovelMessage, Novelty, NoveltyVerdict, Report};
use coroner::pipeline::{self, Options};
use coroner::report::{charts, html, json, markdown};

mod evidence;

use evidence::Evidence;

const FROM: &str = "2025-03-01T00:00:00";
const TO: &str = "2025-03-15T00:00:00";
const DAYS: i64 = 14;

fn at(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

/// Two weeks of a host that writes every five minutes, resets in silence, and says other things beside.
struct Host {
    name: &'static str,
    reset: Option<NaiveDateTime>,
    lines: Vec<(NaiveDateTime, String)>,
}

impl Host {
    fn new(name: &'static str, reset: Option<&str>) -> Self {
        let reset = reset.map(at);
        let mut host = Self { name, reset, lines: Vec::new() };
        let mut now = at(FROM);
        for count in 0.. {
            if now >= at(TO) {
                break;
            }
            host.lines
                .push((now, format!("statsd[99]: flushed {} metrics to 10.0.0.{}", count * 7, count % 9)));
            now += TimeDelta::minutes(5);
        }
        host
    }

    fn says(mut self, when: NaiveDateTime, message: &str) -> Self {
        self.lines.push((when, message.to_owned()));
        self
    }

    /// So many minutes before the reset.
    fn last_words(self, minutes: i64, message: &str) -> Self {
        let when = self.reset.unwrap() - TimeDelta::minutes(minutes);
        self.says(when, message)
    }

    /// Every day at that minute.
    fn daily(mut self, minute: i64, message: &str) -> Self {
        for day in 0..DAYS {
            self = self.says(at(FROM) + TimeDelta::days(day) + TimeDelta::minutes(minute), message);
        }
        self
    }

    fn log(mut self, stamp: fn(NaiveDateTime) -> String) -> String {
        let down = self.reset.map(|reset| (reset, reset + TimeDelta::minutes(4)));
        if let Some((reset, back)) = down {
            self.lines.retain(|(when, _)| *when < reset || *when > back);
            let boot = "kernel: [    0.000000] Linux version 6.1.0-18-amd64 (build@example.org) #1 SMP";
            self.lines.push((back, boot.to_owned()));
        }
        self.lines.sort_by_key(|(when, _)| *when);
        self.lines.iter().map(|(when, text)| format!("{} {} {text}\n", stamp(*when), self.name)).collect()
    }
}

fn full(when: NaiveDateTime) -> String {
    when.format("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

fn yearless(when: NaiveDateTime) -> String {
    when.format("%b %e %H:%M:%S").to_string()
}

const RESETS: [(&str, &str); 5] = [
    ("kvm01", "2025-03-06T12:02:00"),
    ("kvm02", "2025-03-07T04:02:00"),
    ("kvm03", "2025-03-09T17:32:00"),
    ("kvm04", "2025-03-10T23:02:00"),
    ("kvm05", "2025-03-12T08:32:00"),
];

fn five() -> Vec<Host> {
    RESETS.iter().map(|(name, reset)| Host::new(name, Some(reset))).collect()
}

fn folder(hosts: Vec<Host>, stamp: fn(NaiveDateTime) -> String) -> Evidence {
    hosts.into_iter().fold(Evidence::new(), |evidence, host| {
        let path = format!("hosts/{}/var/log/syslog", host.name);
        evidence.file(&path, host.log(stamp)).touched(&path, "2025-03-15 00:00:00")
    })
}

fn report(evidence: &Evidence, with_files: bool) -> Report {
    let knowledge = Knowledge::shipped().unwrap();
    let paths = [evidence.path().to_path_buf()];
    let (sources, _) = pipeline::ingest(&paths, &knowledge, &|_| {}, &|| {});
    let files = if with_files { paths.to_vec() } else { Vec::new() };
    let options = Options { permutations: 99, files, ..Options::default() };
    pipeline::analyze(sources, &Config::default(), &knowledge, &options).report
}

fn novelty(hosts: Vec<Host>) -> Novelty {
    report(&folder(hosts, full), true).novelty
}

fn of<'a>(novelty: &'a Novelty, piece: &str) -> Option<&'a NovelMessage> {
    novelty.messages.iter().find(|message| message.template.contains(piece))
}

/// Before four of five, at different minutes and with different numbers, in bursts.
fn planted() -> Vec<Host> {
    let speaks = |(place, host): (usize, Host)| {
        if place == 2 {
            return host;
        }
        let place = place as i64;
        let text = |zone: i64| {
            format!("fanctld[{}]: duty cycle of zone {zone} fell back to {}", 800 + zone, 40 + place)
        };
        (0..30).fold(host, |host, zone| host.last_words(3 + place * 2, &text(zone)))
    };
    five().into_iter().enumerate().map(speaks).collect()
}

#[test]
fn a_rare_message_before_four_of_five_silent_resets_comes_first_with_right_counts() {
    let novelty = novelty(planted());
    assert_eq!(novelty.incidents, 5, "{:?}", novelty.notes);
    let first = &novelty.messages[0];
    assert_eq!(first.verdict, NoveltyVerdict::New);
    assert_eq!(
        (first.program.as_str(), first.template.as_str()),
        ("fanctld", "duty cycle of zone <*> fell back to <*>")
    );
    assert_eq!((first.incidents.len(), first.incidents_compared, first.hosts), (4, 5, 4));
    assert_eq!(first.quiet.seen, 0);
    // All half-hours but those from six hours before the last line (the next earlier full half-hour)
    // to two hours after the start.
    let quiet: i64 = RESETS
        .iter()
        .map(|(_, reset)| {
            let slot = |when: NaiveDateTime| when.and_utc().timestamp().div_euclid(1800);
            let last = at(reset) - TimeDelta::minutes(2);
            let taken = slot(at(reset) + TimeDelta::minutes(4 + 120)) - slot(last - TimeDelta::hours(6)) + 1;
            DAYS * 48 - taken
        })
        .sum();
    assert_eq!(first.quiet.of, quiet as u64);
    // All days but the one of the reset.
    assert_eq!((first.quiet_days.seen, first.quiet_days.of), (0, 5 * (DAYS as u64 - 1)));
    assert!(first.q_value.unwrap() < 1e-3);
    assert!((180..=1200).contains(&first.lead_s), "{}", first.lead_s);
    assert_eq!(first.example.source, "hosts/kvm05/var/log/syslog");
    assert!(first.example.text.starts_with("fanctld: duty cycle"), "{}", first.example.text);
    assert_eq!(first.elsewhere_hosts.of, 0);
    assert!(
        of(&novelty, "flushed").is_none(),
        "what is said all day long is not new: {:#?}",
        novelty.messages
    );
}

#[test]
fn the_line_that_is_quoted_stands_at_the_place_that_is_named() {
    let evidence = folder(planted(), full);
    let report = report(&evidence, true);
    let example = &report.novelty.messages[0].example;
    let log = std::fs::read_to_string(evidence.path().join(&example.source)).unwrap();
    let line = log.lines().nth(usize::try_from(example.line_or_offset).unwrap() - 1).unwrap();
    let text = example.text.strip_prefix("fanctld: ").unwrap();
    assert!(line.ends_with(text), "{line}\n{text}");
}

#[test]
fn logs_without_years_give_the_same_counts() {
    let plain = novelty(planted());
    let yearless = report(&folder(planted(), yearless), true).novelty;
    let strip = |novelty: &Novelty| {
        let first = novelty.messages[0].clone();
        (first.template, first.incidents, first.quiet, first.quiet_days, first.p_value)
    };
    assert_eq!(strip(&plain), strip(&yearless));
}

#[test]
fn a_message_of_every_night_is_not_new_before_incidents_at_night() {
    let resets = ["2025-03-06T02:12:00", "2025-03-07T02:17:00", "2025-03-09T02:07:00", "2025-03-11T02:22:00"];
    let names = ["kvm01", "kvm02", "kvm03", "kvm04"];
    let hosts = names.iter().zip(resets).map(|(name, reset)| {
        Host::new(name, Some(reset)).daily(121, "nightjob[3]: collected the inventory of the rack")
    });
    let novelty = novelty(hosts.collect());
    assert_eq!(novelty.incidents, 4);
    assert!(novelty.messages_before >= 2);
    assert!(of(&novelty, "collected").is_none(), "{:#?}", novelty.messages);
}

#[test]
fn what_is_frequent_on_other_hosts_is_shown_with_that() {
    let mut hosts = planted();
    let text = "fanctld[9]: duty cycle of zone 1 fell back to 7";
    hosts.push(Host::new("web01", None).daily(300, text).daily(720, text));
    hosts.push(Host::new("web02", None));
    let novelty = novelty(hosts);
    let first = &novelty.messages[0];
    assert_eq!((first.quiet.seen, first.elsewhere.seen), (0, 2 * DAYS as u64));
    assert_eq!((first.elsewhere_hosts.seen, first.elsewhere_hosts.of), (1, 2));
    assert_eq!(first.elsewhere.of, 2 * 48 * DAYS as u64);
}

#[test]
fn one_incident_is_never_called_new() {
    let hosts = vec![
        Host::new("kvm01", Some("2025-03-06T12:02:00")).last_words(4, "raidd: cache battery is learning"),
        Host::new("kvm02", None),
    ];
    let only = novelty(hosts);
    let message = of(&only, "learning").unwrap();
    assert_eq!((message.verdict, message.p_value), (NoveltyVerdict::SeenOnlyHere, None));
    let again = "raidd: cache battery is learning";
    let hosts = vec![
        Host::new("kvm01", Some("2025-03-06T12:02:00")).last_words(4, again),
        Host::new("kvm02", None).daily(60, again),
    ];
    assert!(of(&novelty(hosts), "learning").is_none(), "seen elsewhere, and before one incident only");
}

#[test]
fn known_messages_and_those_of_a_start_are_left_out() {
    let hosts = five().into_iter().map(|host| {
        host.last_words(3, "kernel: [   77.000000] BUG: soft lockup - CPU#3 stuck for 23s! [x:1]")
    });
    let known = novelty(hosts.collect());
    assert!(of(&known, "lockup").is_none());
    // A second reset twenty minutes after a start is not compared: all its messages are of the start.
    let mut host = Host::new("kvm01", Some("2025-03-06T12:02:00"));
    let second = at("2025-03-06T12:22:00");
    host.lines.retain(|(when, _)| *when < second || *when > second + TimeDelta::minutes(20));
    let host =
        host.says(second + TimeDelta::minutes(20), "kernel: [    0.000000] Linux version 6.1.0 (x) #1");
    let novelty = novelty(vec![host]);
    assert_eq!(novelty.incidents, 1);
    assert!(novelty.notes.iter().any(|note| note.contains("of a start")), "{:?}", novelty.notes);
}

#[test]
fn without_files_nothing_is_said_but_that_they_are_needed() {
    let report = report(&folder(planted(), full), false);
    assert!(report.novelty.messages.is_empty());
    assert!(report.novelty.notes[0].contains("files are needed"), "{:?}", report.novelty.notes);
}

#[test]
fn logs_in_which_every_line_is_another_message_stay_bounded() {
    let word = |mut number: u64| {
        let mut word = String::from("q");
        for _ in 0..5 {
            word.push(char::from(b'a' + u8::try_from(number % 16).unwrap()));
            number = number / 16 + 7;
        }
        word
    };
    let mut seed = 1;
    let noisy = five().into_iter().map(|mut host| {
        for minute in 0..40 {
            for _ in 0..40 {
                seed += 1;
                host = host.last_words(
                    minute,
                    &format!("{}: {} went {}", word(seed), word(seed * 31), word(seed * 17)),
                );
            }
        }
        host
    });
    let report = report(&folder(noisy.collect(), full), true);
    assert!(report.novelty.messages.len() <= 400);
    assert!(report.novelty.messages.iter().all(|message| message.verdict == NoveltyVerdict::SeenOnlyHere));
    assert!(
        report.novelty.notes.iter().any(|note| note.contains("beyond the first")),
        "{:?}",
        report.novelty.notes
    );
    assert!(report.novelty.left_out > 0);
}

#[test]
fn hostile_text_is_inert_in_every_output() {
    let hostile = "x\u{1b}[2Jd: <script>alert(1)</script> | `code` [a](http://evil.example) \u{202e}txt";
    let hosts = five().into_iter().map(|host| host.last_words(3, hostile));
    let report = report(&folder(hosts.collect(), full), true);
    let message = of(&report.novelty, "alert").expect("it is found");
    assert_eq!(message.verdict, NoveltyVerdict::New);
    let page = html::report(&report, &charts::all(&report)).unwrap();
    let text = markdown::report(&report);
    assert!(page.contains("&lt;script&gt;alert") && !page.contains("<script>alert"));
    // In Markdown it stands in code spans.
    assert!(text.lines().filter(|line| line.contains("<script>alert")).all(|line| line.contains('`')));
    for output in [&page, &text] {
        assert!(!output.contains('\u{1b}') && !output.contains('\u{202e}'));
        assert!(output.contains("New before incidents"));
    }
    let schema = serde_json::from_str(json::SCHEMA).unwrap();
    let findings: serde_json::Value = serde_json::from_str(&json::findings(&report)).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&findings));
    assert_eq!(findings["novel_messages"][0]["incidents"].as_array().unwrap().len(), 5);
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let evidence = folder(planted(), full);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| report(&evidence, true)).novelty
    };
    assert_eq!(with(1), with(4));
}

#[test]
fn explain_shows_what_was_new_before_an_incident() {
    let evidence = folder(planted(), full);
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_coroner"))
            .args(arguments)
            .current_dir(evidence.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["analyze", ".", "--quiet", "--out", "report"]);
    let findings = std::fs::read_to_string(evidence.path().join("report/findings.json")).unwrap();
    let findings: serde_json::Value = serde_json::from_str(&findings).unwrap();
    let with = findings["novel_messages"][0]["incidents"][0].as_str().unwrap();
    let text = run(&["explain", with, "--report", "report"]);
    assert!(text.contains("messages of no known meaning before it:\n  - fanctld: duty cycle"), "{text}");
    assert!(text.contains("before 4 of 5 on 4 hosts"), "{text}");
    let without = findings["incidents"]
        .as_array()
        .unwrap()
        .iter()
        .find(|incident| incident["host"] == "kvm03")
        .and_then(|incident| incident["id"].as_str())
        .unwrap();
    assert!(!run(&["explain", without, "--report", "report"]).contains("fanctld"));
}
