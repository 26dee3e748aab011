//! BMCs and networks that misbehave, each as the whole program sees it: exit code, words, and that nothing is lost.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::account;
use crate::bmcs::{Running, fake_bmc, network};
use crate::site::Site;

/// What a run has to come to: its exit code, words that it says, words of its findings, records that are kept.
type Expected = (i32, &'static [&'static str], &'static [&'static str], RangeInclusive<usize>);

/// Records of the usual log.
const ALL: RangeInclusive<usize> = 44..=44;
const ONE_MORE: RangeInclusive<usize> = 45..=45;
const NONE: RangeInclusive<usize> = 0..=0;
/// As many as had come before the silence.
const SOME: RangeInclusive<usize> = 1..=43;

/// One row: what misbehaves, and what becomes of each run.
type Row = (&'static str, &'static [Expected]);

/// Checks rows, some of them at once, since most of the time goes by in waiting.
fn check_all(rows: &[Row], start: impl Fn(&str) -> Option<(Vec<Running>, SocketAddr)> + Sync) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((arguments, runs)) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let Some((_running, address)) = start(arguments) else { return };
                    check(address, arguments, runs);
                }
            });
        }
    });
}

fn check(address: SocketAddr, what: &str, runs: &[Expected]) {
    // Those that end in silence need no patience.
    let patience = "[collect]\ntimeout_s = 0.3\nattempts = 8\ndeadline_s = 30\n";
    let site = if runs[0].0 == 0 { Site::new().settings(patience) } else { Site::new() };
    let site = site.ipmi("kvm01", address);
    for (number, (code, says, found, records)) in runs.iter().enumerate() {
        let ran = site.collect();
        assert_eq!(ran.code, Some(*code), "{what}, run {number}: {ran:?}");
        ran.says(says);
        let lines = account::lines(&site.collected());
        let findings = lines.last().unwrap()["findings"].as_array().into_iter().flatten();
        let findings: Vec<&str> = findings.map(|finding| finding["id"].as_str().unwrap()).collect();
        assert_eq!(findings, *found, "{what}: {}", ran.out);
        account::check(&site.collected());
        let files = account::files(&site.collected());
        let kept = files.get("hosts/kvm01/ipmi/sel.raw").map_or(&[][..], Vec::as_slice);
        let different: BTreeSet<&[u8]> = kept.chunks(16).collect();
        assert!(records.contains(&(kept.len() / 16)), "{what}: {} records", kept.len() / 16);
        assert_eq!(different.len(), kept.len() / 16, "{what}: no record twice");
    }
}

const WHOLE: Expected = (0, &[], &[], ALL);

#[test]
fn bmcs_that_misbehave() {
    let rows: &[Row] = &[
        ("--user admin:another:4", &[(3, &["wrong password"], &[], NONE)]),
        ("--user root:secret:4", &[(3, &["no user of this name"], &[], NONE)]),
        ("--answer-suite 1,0,0", &[(3, &["answered with algorithms"], &[], NONE)]),
        ("--ciphers 1", &[(3, &["supports none of the cipher suites"], &[], NONE)]),
        ("--ciphers 3", &[WHOLE]),
        ("--bad-rakp4", &[(3, &["damaged"], &[], NONE)]),
        ("--no-ping --busy-every 7", &[WHOLE]),
        ("--wrong-seq-every 9", &[WHOLE]),
        ("--short-every 7", &[(0, &[], &["sel-odd"], ALL), WHOLE]),
        ("--loop", &[(0, &[], &["sel-odd"], ALL)]),
        ("--mute-after 20", &[(4, &["fell silent"], &[], SOME)]),
        ("--reboot-after 20 --reboot-time 1", &[(0, &[], &[], ONE_MORE)]),
        ("--clear-after 20", &[(0, &[], &["sel-cleared-while-read"], 20..=20)]),
        ("--append-after 10", &[(0, &[], &[], ONE_MORE)]),
        ("--overflow", &[(0, &["the BMC has dropped records"], &["sel-overflow"], ALL)]),
        ("--sel-size 46", &[(0, &["nearly full"], &["sel-nearly-full"], ALL)]),
        ("--skew -86400", &[(0, &["24 h 0 min behind"], &["bmc-clock-off"], ALL)]),
    ];
    check_all(rows, |arguments| {
        let bmc = fake_bmc(arguments)?;
        let address = bmc.address;
        Some((vec![bmc], address))
    });
}

#[test]
fn networks_that_misbehave() {
    let rows: &[Row] = &[
        ("--drop-request 8 --drop-reply 8", &[WHOLE, WHOLE]),
        ("--duplicate 20 --stale 20", &[WHOLE, WHOLE]),
        ("--flip 5 --truncate 5", &[WHOLE]),
        ("--delay 40 --jitter 30", &[WHOLE]),
        ("--mute-after 26", &[(4, &["fell silent"], &[], SOME)]),
        ("--mute-after 26 --mute-for 1.5", &[WHOLE]),
        ("--close-after 26", &[(4, &["refuses"], &[], SOME)]),
        ("--garbage 100", &[(3, &["damaged"], &[], NONE)]),
    ];
    check_all(rows, |arguments| {
        let bmc = fake_bmc("")?;
        let between = network(bmc.address, arguments);
        let address = between.address;
        Some((vec![bmc, between], address))
    });
}

/// The account of a good run.
#[test]
fn the_account_tells_when_from_where_and_by_which_means() {
    let Some(bmc) = fake_bmc("--skew 7200") else { return };
    let site = Site::new().ipmi("kvm01", bmc.address).command("list", &["echo", "a"], "backup/list.csv");
    site.collect().ended_with(0);
    let lines = account::lines(&site.collected());
    let of = |source: &str| lines.iter().find(|line| line["source"] == source).unwrap();
    let (ipmi, command) = (of("ipmi"), of("command"));
    assert_eq!((lines.len(), &ipmi["host"], command.get("host")), (2, &"kvm01".into(), None));
    let means = format!("IPMI over LAN {}, cipher suite 17", bmc.address);
    assert_eq!((&ipmi["means"], &command["means"]), (&means.into(), &"list".into()));
    assert_eq!((&ipmi["outcome"], &command["outcome"]), (&"whole".into(), &"whole".into()));
    let (ahead, uncertainty) = (&ipmi["clock"]["ahead_s"], &ipmi["clock"]["uncertainty_s"]);
    let (ahead, uncertainty) = (ahead.as_f64().unwrap(), uncertainty.as_f64().unwrap());
    assert!((ahead - 7200.0).abs() <= uncertainty && uncertainty < 1.5, "{ahead} ± {uncertainty}");
    let names: Vec<&str> =
        ipmi["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
    for name in ["sel.raw", "answers.jsonl", "power.csv"] {
        assert!(names.contains(&&*format!("hosts/kvm01/ipmi/{name}")), "{names:?}");
    }
    account::check(&site.collected());
}
