//! No password, token or derived credential in any text that a reading leaves behind.

use coroner::collect::redfish::Failure;

use super::keeper::Memory;
use super::raw_server::{RawServer, Reply, http};
use super::stand_in::{PASSWORD, StandIn, has, wanted};

const TOKEN: &str = "t0ken-0123456789";
/// `admin:` and the password, in base64.
const BASIC: &str = "YWRtaW46czNjcmV0LSJhbmRcw7Z0aGVy";

fn assert_no_secret(text: &str, how: &str) {
    for secret in [PASSWORD, "s3cret", TOKEN, BASIC] {
        assert!(!text.contains(secret), "{how}: {text}");
    }
}

fn texts(failure: &Failure) -> String {
    format!("{failure} {failure:?} {} {:#?}", failure.reason(), failure.error)
}

#[test]
fn a_service_that_repeats_secrets_does_not_get_them_printed() {
    if !has(&["openssl"]) {
        return;
    }
    for status in ["400 Bad Request", "401 Unauthorized", "403 Forbidden", "500 Internal Server Error"] {
        for sessions_work in [true, false] {
            // Repeats the whole request, in its error as in its headers.
            let server = RawServer::start(move |head| {
                let echo = serde_json::json!({"error": {"message": head.replace("\r\n", " ")}}).to_string();
                let line = head.lines().find(|line| line.starts_with("Auth") || line.starts_with("X-Auth"));
                let header = format!("X-Echo: {}", line.unwrap_or_default());
                Reply::Bytes(if head.starts_with("GET /redfish/v1/ ") {
                    let root = r#"{"Systems":{"@odata.id":"/redfish/v1/Systems"},"Links":{"Sessions":{"@odata.id":"/redfish/v1/S"}}}"#;
                    http("200 OK", &[], root)
                } else if head.starts_with("POST") && sessions_work {
                    http(
                        "201 Created",
                        &[&format!("X-Auth-Token: {TOKEN}"), "Location: /redfish/v1/S/1"],
                        "{}",
                    )
                } else {
                    http(status, &[&header], &echo)
                })
            });
            let target = server.target();
            let how = format!("{status}, {sessions_work}");
            assert_no_secret(&format!("{target:?} {:?}", wanted()), &how);
            match Memory::default().pull(&target, &wanted()) {
                Ok(reading) => assert_no_secret(&format!("{reading:?}"), &how),
                Err(failure) => assert_no_secret(&texts(&failure), &how),
            }
        }
    }
}

#[test]
fn documents_errors_and_readings_hold_no_secret() {
    if !has(&["python3", "openssl"]) {
        return;
    }
    for options in [&["--no-session", "--fail-every", "2"][..], &["--no-basic", "--fail-every", "2"], &[]] {
        let bmc = StandIn::with_made_tree(&[], options);
        let mut wanted = wanted();
        wanted.limits.attempts_max = 1;
        let mut memory = Memory::default();
        match memory.pull(&bmc.target(), &wanted) {
            Ok(reading) => assert_no_secret(&format!("{reading:?}"), "reading"),
            Err(failure) => assert_no_secret(&texts(&failure), "failure"),
        }
        assert_no_secret(&format!("{:?}{:?}", memory.documents, memory.entries), "what is kept");
    }
}
