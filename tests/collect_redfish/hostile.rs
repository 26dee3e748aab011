//! Servers that mean harm, or are out of their mind: every reading ends, soon, with the right words.

use std::time::Duration;

use coroner::collect::redfish::{GetError, HttpError, ReadError, WireError};
use serde_json::json;

use super::keeper::Memory;
use super::raw_server::{RawServer, Reply, http};
use super::stand_in::{StandIn, has, wanted};
use super::tree::{Tree, entries, entry, link};

const NEEDS: &[&str] = &["python3", "openssl"];
const LOG: &str = "/redfish/v1/Systems/1/LogServices/Log";
const ROOT: &str = r#"{"RedfishVersion":"1.6.0","Systems":{"@odata.id":"/redfish/v1/Systems"}}"#;

#[test]
fn links_that_go_round_or_elsewhere_are_not_followed() {
    if !has(NEEDS) {
        return;
    }
    let bmc = StandIn::start(&[], false, |folder| {
        let tree = Tree::new(folder);
        tree.skeleton();
        tree.log("/redfish/v1/Systems/1", "Log", entries(LOG, 1..=5));
        // Pages in a ring, members that are the collection itself, and a chassis on another host.
        tree.add(&format!("{LOG}/Entries"), json!({"Members@odata.nextLink": format!("{LOG}/More")}));
        let ring = format!("{LOG}/Entries");
        tree.put(
            &format!("{LOG}/More"),
            json!({"Members": entries(LOG, 6..=7), "Members@odata.nextLink": ring}),
        );
        let strange = ["/redfish/v1/Chassis", "/redfish/v1/Chassis/1", "/redfish/v1/Chassis/1/"];
        let strange =
            [&strange[..], &["https://192.0.2.1/redfish/v1/x", "//192.0.2.1/redfish/v1", "/etc/passwd"]];
        tree.collection("/redfish/v1/Chassis", &strange.concat());
        tree.add("/redfish/v1/Chassis", json!({"Members@odata.nextLink": "/redfish/v1/Chassis?$skip=0"}));
        tree.add("/redfish/v1/Chassis/1", json!({"Power": link("/redfish/v1/Chassis/1")}));
    });
    let mut memory = Memory::default();
    let reading = memory.pull(&bmc.target(), &wanted()).unwrap();
    assert_eq!(memory.ids(LOG), ["1", "2", "3", "4", "5", "6", "7"]);
    assert!(reading.requests < 60, "{}", reading.requests);
    let says = |what: &str| reading.problems.iter().filter(|problem| problem.message.contains(what)).count();
    assert!(says("have no end") >= 2, "{:?}", reading.problems);
    assert_eq!(says("leads elsewhere"), 3, "{:?}", reading.problems);
}

#[test]
fn what_is_too_large_or_too_deep_is_left_out() {
    if !has(NEEDS) {
        return;
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let bmc = StandIn::start(&[], false, |folder| {
        let tree = Tree::new(folder);
        tree.skeleton();
        tree.log("/redfish/v1/Systems/1", "Log", entries(LOG, 1..=3));
        tree.put("/redfish/v1/Chassis/2", json!({"Id": "2", "Blob": "x".repeat(200_000)}));
        tree.put("/redfish/v1/Chassis/4", json!({"Id": "4"}));
        tree.collection("/redfish/v1/Chassis", &["/redfish/v1/Chassis/2", "/redfish/v1/Chassis/4"]);
    });
    let mut wanted = wanted();
    wanted.limits.resource_bytes_max = 100_000;
    let mut memory = Memory::default();
    let reading = memory.pull(&bmc.target(), &wanted).unwrap();
    assert!(memory.documents.contains_key("/redfish/v1/Chassis/4"), "{:?}", memory.documents.keys());
    let [problem] = &reading.problems[..] else { panic!("{:?}", reading.problems) };
    assert!(problem.message.contains("longer than 100000 bytes"), "{problem:?}");

    // Python refuses to serve nesting; a server of our own does not.
    let server = RawServer::start(move |head| {
        let path = head.split(' ').nth(1).unwrap_or_default();
        let body = match path {
            "/redfish/v1/" => ROOT.to_owned(),
            "/redfish/v1/Systems" => {
                r#"{"Members":[{"@odata.id":"/redfish/v1/Systems/1"},{"@odata.id":"/redfish/v1/Systems/2"}]}"#
                    .to_owned()
            }
            "/redfish/v1/Systems/1" => format!(r#"{{"Id":"1","Deep":{deep}}}"#),
            _ => r#"{"Id":"2"}"#.to_owned(),
        };
        Reply::Bytes(http("200 OK", &[], &body))
    });
    let mut memory = Memory::default();
    let reading = memory.pull(&server.target(), &super::stand_in::wanted()).unwrap();
    assert!(memory.documents.contains_key("/redfish/v1/Systems/2"));
    assert!(
        reading.problems.iter().any(|problem| problem.message.contains("recursion")),
        "{:?}",
        reading.problems
    );
}

#[test]
fn an_endless_tree_is_left_after_so_many_requests() {
    let server = RawServer::start(|head| {
        let path = head.split(' ').nth(1).unwrap_or_default();
        let body = match path {
            "/redfish/v1/" => ROOT.to_owned(),
            path => {
                format!(r#"{{"Members":[{{"@odata.id":"{path}/a"}}],"Members@odata.nextLink":"{path}x"}}"#)
            }
        };
        Reply::Bytes(http("200 OK", &[], &body))
    });
    if !has(NEEDS) {
        return;
    }
    let mut wanted = wanted();
    wanted.limits.requests_max = 50;
    let failure = Memory::default().pull(&server.target(), &wanted).unwrap_err();
    assert!(matches!(failure.error, ReadError::Get { source: GetError::Spent(_), .. }), "{failure:?}");
    assert!((50..=51).contains(&failure.reading.requests), "{}", failure.reading.requests);
}

#[test]
fn garbage_ends_the_reading() {
    if !has(NEEDS) {
        return;
    }
    let cases: [(&str, Vec<u8>, &str); 5] = [
        ("no http", b"SSH-2.0-dropbear\r\n\r\n".to_vec(), "no HTTP"),
        ("random", (0..2000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect(), ""),
        ("a web page", http("200 OK", &[], "<html>router</html>"), "no JSON"),
        ("another service", http("200 OK", &[], r#"{"hello":"world"}"#), "no Redfish"),
        ("not found", http("404 Not Found", &[], ""), "status 404"),
    ];
    for (name, bytes, expected) in cases {
        let server = RawServer::start(move |_| Reply::Last(bytes.clone()));
        let failure = Memory::default().pull(&server.target(), &wanted()).unwrap_err();
        assert!(failure.reason().contains(expected), "{name}: {}", failure.reason());
        assert!(server.requests.lock().unwrap().len() <= 5, "{name}");
    }
}

#[test]
fn silence_and_single_bytes_cost_one_time_out() {
    if !has(NEEDS) {
        return;
    }
    let replies: [fn() -> Reply; 2] = [
        || Reply::Silence,
        || Reply::Drip(http("200 OK", &[], &" ".repeat(100_000)), Duration::from_millis(30)),
    ];
    for reply in replies {
        let server = RawServer::start(move |_| reply());
        let mut wanted = wanted();
        wanted.limits.answer = Duration::from_millis(400);
        let failure = Memory::default().pull(&server.target(), &wanted).unwrap_err();
        let error = &failure.error;
        assert!(
            matches!(
                error,
                ReadError::Get { source: GetError::Wire(WireError::Http(HttpError::Silent)), .. }
            ),
            "{error:?}"
        );
        assert_eq!(server.requests.lock().unwrap().len(), 1);
    }
}

#[test]
fn redirects_stay_on_the_host() {
    if !has(NEEDS) {
        return;
    }
    let server = RawServer::start(|head| {
        let path = head.split(' ').nth(1).unwrap_or_default();
        Reply::Bytes(match path {
            "/redfish/v1/" => http("200 OK", &[], ROOT),
            "/redfish/v1/Systems" => http("308 Permanent Redirect", &["Location: /redfish/v1/Systems/"], ""),
            "/redfish/v1/Systems/" => http(
                "200 OK",
                &[],
                r#"{"Members":[{"@odata.id":"/redfish/v1/a"},{"@odata.id":"/redfish/v1/b"},{"@odata.id":"/redfish/v1/c"}]}"#,
            ),
            "/redfish/v1/a" => http("302 Found", &["Location: https://192.0.2.1/redfish/v1/a"], ""),
            "/redfish/v1/b" => http("302 Found", &["Location: /redfish/v1/b"], ""),
            _ => http("200 OK", &[], r#"{"Id":"c"}"#),
        })
    });
    let mut memory = Memory::default();
    let reading = memory.pull(&server.target(), &wanted()).unwrap();
    assert!(memory.documents.contains_key("/redfish/v1/c"));
    let messages: Vec<&str> = reading.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].contains("192.0.2.1") && messages[1].contains("302"), "{messages:?}");
}

#[test]
fn a_bmc_that_breaks_over_one_resource_gives_the_others() {
    if !has(NEEDS) {
        return;
    }
    let server = RawServer::start(|head| {
        let path = head.split(' ').nth(1).unwrap_or_default();
        let body = match path {
            "/redfish/v1/" => ROOT.to_owned(),
            "/redfish/v1/Systems" => {
                r#"{"Members":[{"@odata.id":"/redfish/v1/a"},{"@odata.id":"/redfish/v1/denied"},{"@odata.id":"/redfish/v1/b"}]}"#.to_owned()
            }
            "/redfish/v1/a" => {
                return Reply::Last(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_vec());
            }
            "/redfish/v1/denied" => return Reply::Bytes(http("401 Unauthorized", &[], "")),
            _ => r#"{"Id":"b"}"#.to_owned(),
        };
        Reply::Bytes(http("200 OK", &[], &body))
    });
    let mut memory = Memory::default();
    let reading = memory.pull(&server.target(), &wanted()).unwrap();
    assert!(memory.documents.contains_key("/redfish/v1/b"));
    assert_eq!(reading.problems.len(), 2, "{:?}", reading.problems);
    assert!(reading.problems[1].message.contains("401"), "{:?}", reading.problems);
    assert!(reading.problems[0].message.contains("broke off"), "{:?}", reading.problems);
}

#[test]
fn odd_text_in_entries_is_kept() {
    if !has(NEEDS) {
        return;
    }
    let odd = r#"{"Id":"9","Created":"2026-03-14T00:09:00Z","EntryType":"Event","Message":"m","Value":1.50,"Big":123456789012345678901234567890,"Huge":1e999}"#;
    let bmc = StandIn::start(&[], false, |folder| {
        let tree = Tree::new(folder);
        tree.skeleton();
        tree.log("/redfish/v1/Systems/1", "Log", vec![entry(LOG, 1, 1)]);
    });
    // As text, through a server that passes it on as it is.
    let collection =
        format!(r#"{{"Members": [{odd}, {}]}}"#, entry(LOG, 1, 1)).replace("Event 1", "20 \u{b0}C\\n 1");
    drop(bmc);
    let server = RawServer::start(move |head| {
        let path = head.split(' ').nth(1).unwrap_or_default();
        let body = match path {
            "/redfish/v1/" => ROOT.to_owned(),
            "/redfish/v1/Systems" => r#"{"Members":[{"@odata.id":"/redfish/v1/Systems/1"}]}"#.to_owned(),
            "/redfish/v1/Systems/1" => {
                r#"{"LogServices":{"@odata.id":"/redfish/v1/Systems/1/LogServices"}}"#.to_owned()
            }
            "/redfish/v1/Systems/1/LogServices" => format!(r#"{{"Members":[{{"@odata.id":"{LOG}"}}]}}"#),
            LOG => format!(r#"{{"Entries":{{"@odata.id":"{LOG}/Entries"}}}}"#),
            _ => collection.clone(),
        };
        Reply::Bytes(http("200 OK", &[], &body))
    });
    let mut memory = Memory::default();
    memory.pull(&server.target(), &wanted()).unwrap();
    assert!(memory.entries[LOG].contains(&odd.to_owned()), "{:?}", memory.entries[LOG]);
    assert_eq!(memory.count(LOG), 2);
}
