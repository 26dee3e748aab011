//! What goes wrong before a host answers, each told apart.

use std::fs;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use coroner::collect::ssh::{ConnectionFailure, Cursors, SshError, SshTarget, Wanted};

use crate::kept::Kept;
use crate::server::{Server, free_port, has, kernel_only, nothing, read_within};

fn failure_of(target: &SshTarget) -> (ConnectionFailure, String) {
    let reading = read_within(
        target,
        &kernel_only(),
        &Cursors::default(),
        &mut Kept::default(),
        Duration::from_secs(20),
    );
    match reading.stopped {
        Some(error @ SshError::Connection { failure, .. }) => (failure, error.to_string()),
        other => panic!("{other:?}"),
    }
}

fn bare(port: u16) -> SshTarget {
    SshTarget {
        address: "127.0.0.1".to_owned(),
        user: None,
        port: Some(port),
        config: Some("/dev/null".into()),
        options: Vec::new(),
        connect_timeout: Duration::from_secs(1),
        hidden: Vec::new(),
    }
}

#[test]
fn a_changed_host_key_is_refused() {
    let Some(server) = Server::plain() else { return };
    let other = fs::read_to_string(server.file("user_key.pub")).unwrap();
    let known = fs::read_to_string(server.file("known_hosts")).unwrap();
    let name = known.split(' ').next().unwrap();
    fs::write(server.file("known_hosts"), format!("{name} {other}")).unwrap();
    let (failure, message) = failure_of(&server.target());
    assert_eq!(failure, ConnectionFailure::HostKeyChanged);
    assert!(message.contains("host key has changed"), "{message}");
}

#[test]
fn an_unknown_host_key_is_refused() {
    let Some(server) = Server::plain() else { return };
    fs::write(server.file("known_hosts"), "").unwrap();
    assert_eq!(failure_of(&server.target()).0, ConnectionFailure::HostKeyUnknown);
}

#[test]
fn a_host_that_does_not_know_our_key_is_told() {
    let Some(server) = Server::plain() else { return };
    fs::write(server.file("authorized_keys"), "").unwrap();
    let (failure, message) = failure_of(&server.target());
    assert_eq!(failure, ConnectionFailure::PermissionDenied);
    assert!(message.contains("Permission denied"), "{message}");
}

#[test]
fn a_closed_port_is_told() {
    if has("ssh") {
        assert_eq!(failure_of(&bare(free_port())).0, ConnectionFailure::Refused);
    }
}

#[test]
fn a_name_without_an_address_is_told() {
    if has("ssh") {
        let target = SshTarget { address: "no-such-host.invalid".to_owned(), ..bare(22) };
        assert_eq!(failure_of(&target).0, ConnectionFailure::NameNotFound);
    }
}

#[test]
fn a_port_that_says_nothing_is_given_up_in_time() {
    if has("ssh") {
        // It accepts and never greets.
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let begun = Instant::now();
        let failure = failure_of(&bare(silent.local_addr().unwrap().port())).0;
        assert_eq!(failure, ConnectionFailure::TimedOut);
        assert!(begun.elapsed() < Duration::from_secs(8));
    }
}

#[test]
fn the_connection_is_shared_and_closed() {
    let Some(server) = Server::plain() else { return };
    let wanted = Wanted { dmi: true, ..nothing() };
    let mut kept = Kept::default();
    let reading = server.read(&wanted, &Cursors::default(), &mut kept);
    assert!(reading.stopped.is_none());
    let log = || fs::read_to_string(server.file("log")).unwrap();
    let begun = Instant::now();
    while !log().contains("disconnected by user") && begun.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(log().matches("Accepted publickey").count(), 1, "{}", log());
    assert_eq!(log().matches("disconnected by user").count(), 1, "{}", log());
}

#[test]
fn the_client_does_not_inherit_secrets_and_never_asks() {
    if !has("ssh") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let seen = folder.path().join("seen");
    let target = SshTarget {
        // The inner shell keeps the client's pipe open until all is written.
        options: vec![format!("ProxyCommand=sh -c 'env > {}; exit 1'", seen.display())],
        hidden: vec!["CARGO_PKG_NAME".to_owned()],
        connect_timeout: Duration::from_secs(15),
        ..bare(1)
    };
    failure_of(&target);
    let seen = fs::read_to_string(seen).unwrap();
    assert!(seen.contains("LC_ALL=C\n"), "{seen}");
    assert!(seen.contains("PATH=") && !seen.contains("CARGO_PKG_NAME="), "{seen}");
}
