//! BMCs and networks that fail in the middle: what had been read is kept, and the next reading goes on there.

use std::time::{Duration, Instant};

use coroner::collect::bmc::{Before, Continuity};
use coroner::collect::lan::{LanError, LanOptions, Session};

use crate::stand_ins::{
    LOG_ONLY, Simulator, credentials, fake_bmc, impatient, log_on, network, now, options, read_log, whole_log,
};

/// Reads through a connection that fails, then through one that does not: together they must give the log.
fn broken_off(
    bad: std::net::SocketAddr,
    good: std::net::SocketAddr,
    is_right: impl Fn(&LanError) -> bool,
) -> Vec<[u8; 16]> {
    let mut session = Session::open(bad, &credentials("admin", "secret"), &impatient()).unwrap();
    let (reading, error) = read_log(&mut session, &Before::default());
    let error = error.expect("the connection fails");
    assert!(is_right(&error), "{error:?}");
    let first = reading.sel.expect("some was read");
    assert!(
        !first.complete && !first.records.is_empty() && first.records.len() < 44,
        "{}",
        first.records.len()
    );
    assert_eq!(first.position.last.as_ref(), first.records.last());

    let mut session = log_on(good).unwrap();
    let (reading, error) = read_log(&mut session, &Before { sel: first.position, ..Before::default() });
    assert!(error.is_none(), "{error:?}");
    let second = reading.sel.unwrap();
    assert_eq!(second.continuity, Continuity::Continued);
    let mut records = first.records;
    records.extend(second.records);
    records
}

#[test]
fn silence_in_the_middle_loses_nothing() {
    // Each log-on that hears nothing takes a session.
    let Some(bmc) = fake_bmc("--sessions 20") else { return };
    let network = network(bmc.address, "--mute-after 25");
    let silent = |error: &LanError| matches!(error, LanError::FellSilent { .. });
    let records = broken_off(network.address, bmc.address, silent);
    assert_eq!(records, whole_log(bmc.address, &options()));
}

#[test]
fn a_bmc_that_logs_on_but_answers_nothing_more_loses_nothing() {
    let (Some(mute), Some(good)) = (fake_bmc("--mute-after 25"), fake_bmc("")) else { return };
    let silent = |error: &LanError| matches!(error, LanError::FellSilent { .. });
    let records = broken_off(mute.address, good.address, silent);
    assert_eq!(records, whole_log(good.address, &options()));
}

#[test]
fn a_port_that_closes_loses_nothing_and_is_told_at_once() {
    let Some(bmc) = fake_bmc("") else { return };
    let network = network(bmc.address, "--close-after 25");
    let begun = Instant::now();
    let refused = |error: &LanError| matches!(error, LanError::Refused { .. });
    let records = broken_off(network.address, bmc.address, refused);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(records, whole_log(bmc.address, &options()));
}

#[test]
fn a_bmc_that_restarts_is_logged_on_to_again() {
    let Some(bmc) = fake_bmc("--reboot-after 20 --reboot-time 1") else { return };
    let mut session = log_on(bmc.address).unwrap();
    let (reading, error) = read_log(&mut session, &Before::default());
    assert!(error.is_none(), "{error:?}");
    let records = reading.sel.unwrap().records;
    assert_eq!(session.counters().reopened, 1);
    assert_eq!(records.len(), 45, "the restart is a record of its own");
    assert_eq!(records, whole_log(bmc.address, &options()));
}

#[test]
fn a_silence_that_ends_in_time_is_only_a_delay() {
    let Some(bmc) = fake_bmc("") else { return };
    let network = network(bmc.address, "--mute-after 25 --mute-for 1");
    let records = whole_log(network.address, &options());
    assert_eq!(records, whole_log(bmc.address, &options()));
}

#[test]
fn what_queues_up_while_a_bmc_hangs_confuses_nobody() {
    let Some(simulator) = Simulator::start(&[]) else { return };
    let truth = whole_log(simulator.address, &options());
    let mut session = log_on(simulator.address).unwrap();
    simulator.signal("-STOP");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(900));
            simulator.signal("-CONT");
        });
        let (reading, error) = read_log(&mut session, &Before::default());
        assert!(error.is_none(), "{error:?}");
        assert_eq!(reading.sel.unwrap().records, truth);
    });
    assert!(session.counters().repeated > 0);
}

#[test]
fn the_deadline_ends_a_reading_with_what_it_has() {
    let Some(bmc) = fake_bmc("--slow 20") else { return };
    let begun = Instant::now();
    let options = LanOptions { deadline: Some(begun + Duration::from_millis(600)), ..options() };
    let mut session = Session::open(bmc.address, &credentials("admin", "secret"), &options).unwrap();
    let (reading, error) = coroner::collect::bmc::read(&mut session, &LOG_ONLY, &Before::default(), now());
    assert!(matches!(error, Some(LanError::Deadline { .. })), "{error:?}");
    drop(session);
    assert!(begun.elapsed() < Duration::from_millis(1500), "{:?}", begun.elapsed());
    let sel = reading.sel.unwrap();
    assert!(!sel.complete && !sel.records.is_empty());
}

#[test]
fn a_busy_bmc_is_asked_again() {
    let Some(bmc) = fake_bmc("--busy-every 7") else { return };
    let mut session = log_on(bmc.address).unwrap();
    let (reading, error) = read_log(&mut session, &Before::default());
    assert!(error.is_none(), "{error:?}");
    assert_eq!(reading.sel.unwrap().records.len(), 44);
    assert!(session.counters().busy > 5, "{:?}", session.counters());
}

#[test]
fn answers_under_foreign_numbers_are_not_taken_for_ours() {
    let (Some(wrong), Some(good)) = (fake_bmc("--wrong-seq-every 9"), fake_bmc("")) else { return };
    let mut session = log_on(wrong.address).unwrap();
    let (reading, error) = read_log(&mut session, &Before::default());
    assert!(error.is_none(), "{error:?}");
    assert_eq!(reading.sel.unwrap().records, whole_log(good.address, &options()));
    assert!(session.counters().stale >= 4, "{:?}", session.counters());
}
