//! Certificates: pinned, signed by an authority, refused.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::time::Duration;

use coroner::collect::redfish::{Fingerprint, GetError, ReadError, Trust, TrustError, WireError};

use super::keeper::Memory;
use super::raw_server::{RawServer, Reply, http};
use super::stand_in::{StandIn, free_port, has, target, wanted};
use super::tree::Tree;

const NEEDS: &[&str] = &["python3", "openssl"];

#[test]
fn a_self_signed_certificate_is_refused_and_its_fingerprint_told() {
    if !has(NEEDS) {
        return;
    }
    let bmc = StandIn::start(&[], false, |folder| _ = Tree::new(folder).skeleton());
    let ca = bmc.folder().join("cert.pem");
    // Also where the certificate itself is the authority: it calls itself one, and rustls takes none as a server's.
    for trust in [Trust::System, Trust::CaFile(ca)] {
        let failure = Memory::default().pull(&target(bmc.port, trust.clone()), &wanted()).unwrap_err();
        let ReadError::Get { source: GetError::Wire(WireError::Untrusted { found, .. }), .. } =
            &failure.error
        else {
            panic!("{trust:?}: {failure:?}")
        };
        assert_eq!(*found, bmc.fingerprint);
        assert!(failure.reason().contains(&bmc.fingerprint.to_string()), "{}", failure.reason());
        assert_eq!(failure.reading.requests, 0, "nothing was sent");
    }
}

#[test]
fn another_certificate_than_the_pinned_one_is_refused() {
    if !has(NEEDS) {
        return;
    }
    let bmc = StandIn::start(&[], false, |folder| _ = Tree::new(folder).skeleton());
    let pin = Trust::Pin(Fingerprint([7; 32]));
    let failure = Memory::default().pull(&target(bmc.port, pin), &wanted()).unwrap_err();
    assert!(
        matches!(&failure.error, ReadError::Get { source: GetError::Wire(WireError::OtherThanPinned { found }), .. }
            if *found == bmc.fingerprint),
        "{failure:?}"
    );
    assert!(failure.reason().contains("not the pinned one"), "{}", failure.reason());
}

#[test]
fn pins_authorities_and_blind_trust_work() {
    if !has(NEEDS) {
        return;
    }
    let bmc = StandIn::start(&[], true, |folder| _ = Tree::new(folder).skeleton());
    let authority = Trust::CaFile(bmc.folder().join("ca.pem"));
    for trust in [Trust::Pin(bmc.fingerprint), authority, Trust::Insecure] {
        let reading = Memory::default().pull(&target(bmc.port, trust.clone()), &wanted()).unwrap();
        let by = reading.by.unwrap();
        assert_eq!(
            (by.certificate, by.log_on, by.tls),
            (Some(bmc.fingerprint), "session", "TLS 1.3"),
            "{trust:?}"
        );
    }
    // The name counts for an authority's certificate: this one is for 127.0.0.1.
    let mut elsewhere = target(bmc.port, Trust::CaFile(bmc.folder().join("ca.pem")));
    elsewhere.host = "localhost".to_owned();
    let failure = Memory::default().pull(&elsewhere, &wanted()).unwrap_err();
    assert!(failure.reason().contains("certificate"), "{}", failure.reason());
}

#[test]
fn a_file_without_an_authority_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.pem");
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "no certificate").unwrap();
    for path in [missing, empty] {
        let failure = Memory::default().pull(&target(1, Trust::CaFile(path)), &wanted()).unwrap_err();
        let ReadError::Get { source: GetError::Trust(error), .. } = &failure.error else {
            panic!("{failure:?}")
        };
        assert!(matches!(error, TrustError::CaFile { .. } | TrustError::NoAuthority { .. }), "{error:?}");
    }
}

#[test]
fn a_dead_port_fails_at_once() {
    let failure = Memory::default().pull(&target(free_port(), Trust::Insecure), &wanted()).unwrap_err();
    assert!(failure.reason().contains("no connection to 127.0.0.1:"), "{}", failure.reason());
}

#[test]
fn a_port_that_never_answers_costs_one_time_out() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut wanted = wanted();
    wanted.limits.connect = Duration::from_millis(500);
    let port = listener.local_addr().unwrap().port();
    let failure = Memory::default().pull(&target(port, Trust::Insecure), &wanted).unwrap_err();
    assert!(failure.reason().contains("no TLS connection"), "{}", failure.reason());
    // One connection waits to be taken, and no other.
    listener.accept().unwrap();
    listener.set_nonblocking(true).unwrap();
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
fn an_ipv6_address_is_read_from() {
    if !has(&["openssl"]) {
        return;
    }
    if TcpListener::bind("[::1]:0").is_err() {
        println!("skipped: needs IPv6");
        return;
    }
    let server = RawServer::start_at("::1", |head| {
        // The host in brackets, as RFC 9110 wants it.
        let good = head.contains("\r\nHost: [::1]:");
        let root = r#"{"Systems":{"@odata.id":"/redfish/v1/Systems"}}"#;
        Reply::Bytes(http(if good { "200 OK" } else { "400 Bad Request" }, &[], root))
    });
    Memory::default().pull(&server.target(), &wanted()).unwrap();
}

#[test]
fn names_are_resolved_and_failures_named() {
    if !has(NEEDS) {
        return;
    }
    let bmc = StandIn::start(&[], false, |folder| _ = Tree::new(folder).skeleton());
    let mut named = bmc.target();
    named.host = "localhost".to_owned();
    // `localhost` may have ::1 first, where nobody listens.
    Memory::default().pull(&named, &wanted()).unwrap();
    let mut six = bmc.target();
    six.host = "::1".to_owned();
    let reason = Memory::default().pull(&six, &wanted()).unwrap_err().reason();
    assert!(reason.contains("no connection to [::1]:"), "{reason}");
    six.host = "no-such-host.invalid".to_owned();
    let reason = Memory::default().pull(&six, &wanted()).unwrap_err().reason();
    assert!(reason.contains("no-such-host.invalid cannot be resolved"), "{reason}");
}
