//! What a log-on says when it fails, what it refuses, and that it leaves no session behind.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use coroner::collect::lan::{Credentials, LanError, LanOptions, Privilege, Session, Suite};
use coroner::collect::secret::Secret;

use crate::stand_ins::{
    Simulator, credentials, fake_bmc, fresh_address, impatient, log_on, network, options, whole_log,
};

fn failure(opened: Result<Session, LanError>) -> LanError {
    match opened {
        Ok(_) => panic!("logged on"),
        Err(error) => error,
    }
}

#[test]
fn a_wrong_password_is_called_so() {
    let Some(bmc) = fake_bmc("--sessions 1") else { return };
    let error = failure(Session::open(bmc.address, &credentials("admin", "wrong"), &options()));
    assert!(matches!(error, LanError::WrongPassword), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("wrong\""), "no password in it: {error:?}");
    log_on(bmc.address).expect("the only session was given back");
}

#[test]
fn a_wrong_password_is_called_so_by_the_simulator_too() {
    let Some(simulator) = Simulator::start(&[]) else { return };
    let error = failure(Session::open(simulator.address, &credentials("admin", "wrong"), &options()));
    assert!(matches!(error, LanError::WrongPassword), "{error:?}");
    let error = failure(Session::open(simulator.address, &credentials("nobody", "secret"), &options()));
    assert!(matches!(error, LanError::UnknownUser), "{error:?}");
}

#[test]
fn an_unknown_user_is_called_so() {
    let Some(bmc) = fake_bmc("") else { return };
    let error = failure(Session::open(bmc.address, &credentials("nobody", "secret"), &options()));
    assert!(matches!(error, LanError::UnknownUser), "{error:?}");
}

#[test]
fn a_user_reads_but_is_no_administrator() {
    let Some(bmc) = fake_bmc("") else { return };
    let viewer = credentials("viewer", "secret");
    let administrator = LanOptions { privilege: Privilege::Administrator, ..options() };
    let error = failure(Session::open(bmc.address, &viewer, &administrator));
    assert!(matches!(error, LanError::PrivilegeTooLow { level: Privilege::Administrator }), "{error:?}");
    Session::open(bmc.address, &viewer, &options()).expect("user level is enough to read");
    Session::open(bmc.address, &credentials("admin", "secret"), &administrator)
        .expect("and is one if it may");
}

#[test]
fn a_wrong_bmc_key_is_not_called_a_wrong_password() {
    let Some(bmc) = fake_bmc("") else { return };
    let kg = Some(Secret::new(b"other key".to_vec()));
    let error = failure(Session::open(
        bmc.address,
        &Credentials { kg, ..credentials("admin", "secret") },
        &options(),
    ));
    assert!(matches!(error, LanError::WrongBmcKey), "{error:?}");
}

#[test]
fn taken_sessions_are_told_and_own_ones_given_back() {
    let Some(bmc) = fake_bmc("--sessions 1") else { return };
    for _ in 0..3 {
        log_on(bmc.address).expect("the session before was closed").close();
    }
    let first = log_on(bmc.address).unwrap();
    let error = failure(Session::open(bmc.address, &credentials("admin", "secret"), &impatient()));
    assert!(matches!(error, LanError::OutOfSessions), "{error:?}");
    drop(first);
    log_on(bmc.address).expect("dropping closes too");
}

#[test]
fn no_ping_is_needed() {
    let Some(bmc) = fake_bmc("--no-ping") else { return };
    assert_eq!(whole_log(bmc.address, &options()).len(), 44);
}

#[test]
fn the_best_suite_that_the_bmc_knows_is_taken() {
    for (known, suite) in [("17", Suite::Sha256), ("3", Suite::Sha1), ("3,17", Suite::Sha256)] {
        let Some(bmc) = fake_bmc(&format!("--ciphers {known}")) else { return };
        assert_eq!(log_on(bmc.address).unwrap().suite(), suite, "of {known}");
    }
    let Some(bmc) = fake_bmc("--ciphers 3") else { return };
    let only_17 = LanOptions { suites: vec![Suite::Sha256], ..options() };
    let error = failure(Session::open(bmc.address, &credentials("admin", "secret"), &only_17));
    assert!(matches!(&error, LanError::SuiteNotSupported { suites } if *suites == [17]), "{error:?}");
    assert_eq!([0, 1, 2, 15, 16].map(Suite::from_number), [None; 5], "suites that protect nothing");
}

#[test]
fn other_algorithms_than_asked_for_are_refused() {
    for (answer, algorithms) in [("1,0,0", [1, 0, 0]), ("1,4,1", [1, 4, 1]), ("0,0,0", [0, 0, 0])] {
        let Some(bmc) = fake_bmc(&format!("--answer-suite {answer}")) else { return };
        let error = failure(log_on(bmc.address));
        assert!(
            matches!(error, LanError::Downgrade { asked: [3, 4, 1], answered } if answered == algorithms),
            "{error:?}"
        );
    }
}

#[test]
fn a_last_message_that_is_always_cut_is_called_damaged() {
    let Some(bmc) = fake_bmc("--bad-rakp4 --sessions 63") else { return };
    let error = failure(Session::open(bmc.address, &credentials("admin", "secret"), &impatient()));
    assert!(matches!(error, LanError::Damaged { stage: "RAKP message 3", count: 1.., .. }), "{error:?}");
}

#[test]
fn answers_that_are_all_damaged_are_called_so() {
    let Some(bmc) = fake_bmc("") else { return };
    let network = network(bmc.address, "--garbage 100");
    let error = failure(Session::open(network.address, &credentials("admin", "secret"), &impatient()));
    assert!(matches!(error, LanError::Damaged { count: 3, .. }), "{error:?}");
}

#[test]
fn silence_names_the_address_and_the_time() {
    let silent = UdpSocket::bind(fresh_address()).unwrap();
    let address = silent.local_addr().unwrap();
    let begun = Instant::now();
    let error = failure(Session::open(address, &credentials("admin", "secret"), &impatient()));
    let LanError::NoAnswer { address: named, waited } = error else { panic!("{error:?}") };
    assert_eq!(named, address);
    assert!(waited >= Duration::from_millis(500) && waited <= begun.elapsed(), "{waited:?}");
    assert!(error.to_string().starts_with(&format!("no answer from {address} within 0.")), "{error}");
}

#[test]
fn the_deadline_ends_a_log_on() {
    let silent = UdpSocket::bind(fresh_address()).unwrap();
    let begun = Instant::now();
    let options = LanOptions { deadline: Some(begun + Duration::from_millis(150)), ..LanOptions::default() };
    let error = failure(Session::open(silent.local_addr().unwrap(), &credentials("a", "b"), &options));
    assert!(matches!(error, LanError::NoAnswer { .. }), "{error:?}");
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[test]
fn a_closed_port_is_no_silence() {
    let begun = Instant::now();
    let error = failure(log_on(fresh_address()));
    assert!(matches!(error, LanError::Refused { .. }), "{error:?}");
    assert!(begun.elapsed() < Duration::from_secs(1), "nobody waits for that");
}

#[test]
fn anonymous_log_on_is_refused_unless_allowed() {
    let Some(bmc) = fake_bmc("--user :secret:2") else { return };
    let error = failure(Session::open(bmc.address, &credentials("", "secret"), &options()));
    assert!(matches!(error, LanError::AnonymousNotAllowed), "{error:?}");
    let allowed = LanOptions { allow_anonymous: true, ..options() };
    Session::open(bmc.address, &credentials("", "secret"), &allowed).expect("allowed");
}

#[test]
fn names_and_keys_that_do_not_fit_are_refused_before_anything_is_sent() {
    let long = "x".repeat(21);
    for (user, password, field) in
        [(long.as_str(), "secret", "user name"), ("admin", long.as_str(), "password")]
    {
        let error = failure(Session::open(fresh_address(), &credentials(user, password), &options()));
        assert!(matches!(error, LanError::TooLong { what, .. } if what == field), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("xxx"));
    }
}

#[test]
fn what_the_system_forbids_is_an_error_and_no_panic() {
    // Nobody may send to everybody without having asked the system for it.
    let error = failure(log_on(([255, 255, 255, 255], 623).into()));
    assert!(matches!(error, LanError::NotPermitted { .. }), "{error:?}");
}
