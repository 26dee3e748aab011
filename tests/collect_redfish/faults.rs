//! Services that are busy, fail, cut, expire, refuse: the reading is the same as from a quiet one, or ends with
//! the right words.

use std::thread;
use std::time::{Duration, Instant};

use coroner::collect::redfish::{DocumentKind, GetError, LogOnError, ReadError};
use coroner::collect::secret::Secret;

use super::keeper::Memory;
use super::stand_in::{StandIn, has, wanted};

const NEEDS: &[&str] = &["python3", "openssl"];
const SEL: &str = "/redfish/v1/Managers/iDRAC.Embedded.1/LogServices/Sel";
const LCLOG: &str = "/redfish/v1/Managers/iDRAC.Embedded.1/LogServices/Lclog";

fn assert_all_is_there(memory: &Memory, how: &str) {
    assert_eq!((memory.count(SEL), memory.count(LCLOG)), (44, 126), "{how}");
    assert_eq!(memory.kinds(DocumentKind::Firmware).len(), 6, "{how}");
    for (kind, count) in [
        (DocumentKind::System, 1),
        (DocumentKind::Bmc, 1),
        (DocumentKind::Power, 1),
        (DocumentKind::LogService, 2),
    ] {
        assert_eq!(memory.kinds(kind).len(), count, "{how}: {kind:?}");
    }
}

#[test]
fn the_reading_is_whole_whatever_the_service_does() {
    if !has(NEEDS) {
        return;
    }
    let mut quiet = Memory::default();
    let bmc = StandIn::with_made_tree(&[], &[]);
    let reading = quiet.pull(&bmc.target(), &wanted()).unwrap();
    assert_all_is_there(&quiet, "quiet");
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    assert_eq!(reading.vendor.as_deref(), Some("Dell"));
    assert_eq!(quiet.ids(SEL).first().map(String::as_str), Some("1"));
    assert_eq!(quiet.ids(LCLOG).first().map(String::as_str), Some("1"), "kept oldest first");
    let all = [
        "--page 7",
        "--references",
        "--references --page 10",
        "--grow --page 10",
        "--busy-every 3",
        "--fail-every 3",
        "--cut-every 3",
        "--half-json-every 3",
        "--cut-every 4 --busy-every 5 --half-json-every 7 --page 9",
        "--expire-after 5",
        "--no-session",
        "--no-basic",
        "--sessions 1",
        "--sessions 0",
        "--sessions 1 --no-basic --expire-after 5",
    ];
    let (quiet, bmc) = (&quiet, &bmc);
    thread::scope(|scope| {
        for options in all {
            scope.spawn(move || {
                let bmc = StandIn::with_tree_of(bmc, &options.split(' ').collect::<Vec<_>>());
                let mut memory = Memory::default();
                let reading = memory.pull(&bmc.target(), &wanted());
                let reading = reading.unwrap_or_else(|failure| panic!("{options}: {failure:?}"));
                assert_all_is_there(&memory, options);
                assert_eq!(memory.all(), quiet.all(), "{options}");
                assert!(reading.problems.is_empty(), "{options}: {:?}", reading.problems);
                let no_session = ["--no-session", "--sessions 0"].contains(&options);
                let log_on = if no_session { "basic" } else { "session" };
                assert_eq!(reading.by.unwrap().log_on, log_on, "{options}");
            });
        }
    });
}

#[test]
fn old_idracs_are_read() {
    if !has(NEEDS) {
        return;
    }
    let bmc = StandIn::with_made_tree(&["--old"], &[]);
    let mut memory = Memory::default();
    memory.pull(&bmc.target(), &wanted()).unwrap();
    assert_all_is_there(&memory, "--old");
    assert!(
        memory.entries[SEL][0].contains(r#""EntryCode":[{"Member":"Assert"}]"#),
        "{}",
        memory.entries[SEL][0]
    );
}

#[test]
fn sessions_are_ended_also_after_a_failure() {
    if !has(NEEDS) {
        return;
    }
    // One session at most: a second reading finds it free only if the first gave it back.
    let bmc = StandIn::with_made_tree(&[], &["--sessions", "1", "--no-basic"]);
    for _ in 0..3 {
        Memory::default().pull(&bmc.target(), &wanted()).unwrap();
    }
    let mut full = Memory { is_full: true, ..Memory::default() };
    let failure = full.pull(&bmc.target(), &wanted()).unwrap_err();
    assert!(matches!(failure.error, ReadError::Keep(_)), "{failure:?}");
    assert!(failure.reading.documents > 3, "what came before is told: {failure:?}");
    Memory::default().pull(&bmc.target(), &wanted()).unwrap();
}

#[test]
fn a_wrong_password_is_told_from_a_lack_of_sessions() {
    if !has(NEEDS) {
        return;
    }
    for (options, password, expected) in [
        (vec![], "wrong", LogOnError::Refused),
        (vec!["--no-session"], "wrong", LogOnError::Refused),
        (vec!["--sessions", "0", "--no-basic"], super::stand_in::PASSWORD, LogOnError::NoSession),
    ] {
        let bmc = StandIn::with_made_tree(&[], &options);
        let mut target = bmc.target();
        target.password = Secret::new(password.as_bytes().to_vec());
        let failure = Memory::default().pull(&target, &wanted()).unwrap_err();
        let ReadError::Get { source: GetError::LogOn(error), .. } = &failure.error else {
            panic!("{failure:?}")
        };
        assert_eq!(*error, expected, "{options:?}");
        assert!(
            failure.reading.requests <= 4,
            "no account is locked by trying on: {}",
            failure.reading.requests
        );
    }
}

#[test]
fn a_deadline_ends_the_reading_and_what_was_read_stays() {
    if !has(NEEDS) {
        return;
    }
    let bmc = StandIn::with_made_tree(&[], &["--slow", "300"]);
    let mut wanted = wanted();
    wanted.limits.deadline = Instant::now() + Duration::from_millis(2500);
    let mut memory = Memory::default();
    let started = Instant::now();
    let failure = memory.pull(&bmc.target(), &wanted).unwrap_err();
    // Twenty requests of 300 ms are not waited for.
    assert!(started.elapsed() < Duration::from_secs(6), "{:?}", started.elapsed());
    assert!(matches!(failure.error, ReadError::Get { source: GetError::Deadline, .. }), "{failure:?}");
    assert!(failure.reading.documents >= 3 && memory.documents.len() >= 3, "{failure:?}");
}

#[test]
fn the_clock_of_the_bmc_is_measured() {
    if !has(NEEDS) {
        return;
    }
    // The tree's manager shows 03:11:00-06:00, which is when this reading starts: 09:11 UTC.
    let bmc = StandIn::with_made_tree(&[], &[]);
    let reading = Memory::default().pull(&bmc.target(), &wanted()).unwrap();
    let clock = reading.clocks.iter().find(|clock| clock.source.ends_with("iDRAC.Embedded.1")).unwrap();
    assert!(clock.offset_s.abs() < 3.0 && clock.uncertainty_s < 2.0, "{clock:?}");
    assert_eq!(clock.local_offset.as_deref(), Some("-06:00"));
    assert!(reading.clocks.iter().any(|clock| clock.source == "Date"), "{:?}", reading.clocks);
}
