//! Logs over several runs: what is new comes once, what is known costs little, and what happened in between is
//! told.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use coroner::collect::redfish::{LogChange, Order};
use serde_json::{Value, json};

use super::keeper::Memory;
use super::raw_server::{RawServer, Reply, http};
use super::stand_in::{StandIn, has, wanted};
use super::tree::{Tree, entries, entry, link};

const NEEDS: &[&str] = &["python3", "openssl"];
const LOG: &str = "/redfish/v1/Systems/1/LogServices/Log";
const ENTRIES: &str = "/redfish/v1/Systems/1/LogServices/Log/Entries";

/// A service with one log that holds these entries, and pages of ten.
fn with_log(options: &[&str], list: Vec<Value>) -> StandIn {
    let options = [&["--page", "10"], options].concat();
    StandIn::start(&options, false, |folder| {
        let tree = Tree::new(folder);
        tree.skeleton();
        let single: Vec<(String, Value)> = list
            .iter()
            .filter_map(|entry| Some((entry["@odata.id"].as_str()?.to_owned(), entry.clone())))
            .collect();
        tree.log("/redfish/v1/Systems/1", "Log", list);
        for (path, entry) in single {
            tree.put(&path, entry);
        }
    })
}

fn set(bmc: &StandIn, list: Vec<Value>) {
    for entry in &list {
        let file = bmc.place(entry["@odata.id"].as_str().unwrap());
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, entry.to_string()).unwrap();
    }
    bmc.edit(ENTRIES, |collection| collection["Members"] = Value::Array(list));
}

fn ids(range: impl IntoIterator<Item = u64>) -> Vec<String> {
    range.into_iter().map(|id| id.to_string()).collect()
}

#[test]
fn a_second_run_costs_little_and_brings_only_what_is_new() {
    if !has(NEEDS) {
        return;
    }
    let newest_first = |to: u64| entries(LOG, (1..=to).rev());
    let oldest_first = |to: u64| entries(LOG, 1..=to);
    type Make = fn(u64) -> Vec<Value>;
    let cases: [(&str, Vec<&str>, Make); 4] = [
        ("newest first", vec![], newest_first),
        ("oldest first", vec![], oldest_first),
        ("links, newest first", vec!["--references"], newest_first),
        ("links, oldest first", vec!["--references"], oldest_first),
    ];
    thread::scope(|scope| {
        for (name, options, make) in cases {
            scope.spawn(move || run_three_times(name, &options, make));
        }
    });
}

/// At first, with nothing new, and with five new entries.
fn run_three_times(name: &str, options: &[&str], make: fn(u64) -> Vec<Value>) {
    let bmc = with_log(options, make(200));
    let mut memory = Memory::default();
    let first = memory.pull(&bmc.target(), &wanted()).unwrap();
    assert_eq!(memory.ids(LOG), ids(1..=200), "{name}");
    let order = if name.ends_with("newest first") { Order::NewestFirst } else { Order::OldestFirst };
    assert_eq!((first.logs[0].order, first.logs[0].entries), (Some(order), 200), "{name}");

    let second = memory.pull(&bmc.target(), &wanted()).unwrap();
    assert_eq!(second.new_entries, 0, "{name}");
    assert!(second.problems.is_empty() && second.logs[0].change.is_none(), "{name}: {second:?}");
    println!("{name}: {} requests for 200 entries, {} when nothing is new", first.requests, second.requests);
    // Of twenty pages one or two are read again.
    assert!(first.requests - second.requests >= 17, "{name}: {} requests", second.requests);

    set(&bmc, make(205));
    let third = memory.pull(&bmc.target(), &wanted()).unwrap();
    assert_eq!((third.new_entries, memory.ids(LOG)), (5, ids(1..=205)), "{name}");
    assert!(third.requests <= second.requests + 3, "{name}: {} requests", third.requests);
}

#[test]
fn links_without_expansion_are_fetched_one_by_one_and_only_once() {
    if !has(NEEDS) {
        return;
    }
    let bmc = with_log(&["--references"], entries(LOG, 1..=30));
    // A service that says it cannot expand.
    bmc.edit("/redfish/v1", |root| {
        root["ProtocolFeaturesSupported"] = json!({"ExpandQuery": {"NoLinks": false}})
    });
    let mut memory = Memory::default();
    let first = memory.pull(&bmc.target(), &wanted()).unwrap();
    assert_eq!(memory.ids(LOG), ids(1..=30));
    set(&bmc, entries(LOG, 1..=33));
    let second = memory.pull(&bmc.target(), &wanted()).unwrap();
    assert_eq!(memory.ids(LOG), ids(1..=33));
    assert!(second.requests + 24 < first.requests, "{} requests, then {}", first.requests, second.requests);
}

#[test]
fn a_log_that_was_cleared_or_went_round_is_told() {
    if !has(NEEDS) {
        return;
    }
    thread::scope(|scope| {
        scope.spawn(|| is_cleared_and_emptied(&[]));
        scope.spawn(|| is_cleared_and_emptied(&["--references"]));
        goes_round();
    });
}

fn is_cleared_and_emptied(options: &[&str]) {
    let bmc = with_log(options, entries(LOG, 1..=40));
    let mut memory = Memory::default();
    memory.pull(&bmc.target(), &wanted()).unwrap();
    // Ids start anew.
    set(&bmc, (1..=15).map(|id| entry(LOG, id, 100 + id)).collect());
    let cleared = memory.pull(&bmc.target(), &wanted()).unwrap();
    assert_eq!(cleared.logs[0].change, Some(LogChange::Cleared), "{options:?}");
    assert_eq!((cleared.new_entries, memory.count(LOG)), (15, 55), "{options:?}");
    // Nothing is left.
    set(&bmc, vec![]);
    let empty = memory.pull(&bmc.target(), &wanted()).unwrap();
    assert_eq!(empty.logs[0].change, Some(LogChange::Cleared), "{options:?}");
    // And nothing happens to an empty log.
    assert_eq!(memory.pull(&bmc.target(), &wanted()).unwrap().logs[0].change, None, "{options:?}");
}

fn goes_round() {
    let bmc = with_log(&[], entries(LOG, 1..=40));
    let mut memory = Memory::default();
    memory.pull(&bmc.target(), &wanted()).unwrap();
    // A ring that lost its oldest entries, and still has some known ones.
    set(&bmc, entries(LOG, 31..=70));
    let shifted = memory.pull(&bmc.target(), &wanted()).unwrap();
    assert_eq!((shifted.logs[0].change, memory.ids(LOG)), (None, ids(1..=70)));
    set(&bmc, entries(LOG, 81..=120));
    let overrun = memory.pull(&bmc.target(), &wanted()).unwrap();
    assert_eq!(overrun.logs[0].change, Some(LogChange::Overrun { missed: 10 }));
    assert_eq!(memory.count(LOG), 110);
}

#[test]
fn a_reading_that_broke_off_is_made_up_for() {
    if !has(NEEDS) {
        return;
    }
    let bmc = with_log(&[], entries(LOG, (1..=100).rev()));
    let mut memory = Memory::default();
    memory.pull(&bmc.target(), &wanted()).unwrap();
    set(&bmc, entries(LOG, (1..=160).rev()));
    // The newest pages come, the older new ones do not: nothing may take them for read.
    let mut short = wanted();
    let all_requests = memory.clone().pull(&bmc.target(), &short).unwrap().requests;
    short.limits.requests_max = all_requests - 3;
    let failure = memory.pull(&bmc.target(), &short).unwrap_err();
    assert!(memory.count(LOG) > 100 && memory.count(LOG) < 160, "{}: {failure:?}", memory.count(LOG));
    memory.pull(&bmc.target(), &wanted()).unwrap();
    let mut all: Vec<u64> = memory.ids(LOG).iter().map(|id| id.parse().unwrap()).collect();
    all.sort_unstable();
    assert_eq!(all, (1..=160).collect::<Vec<u64>>());
}

#[test]
fn entries_that_move_while_pages_turn_are_neither_lost_nor_doubled() {
    if !has(NEEDS) {
        return;
    }
    thread::scope(|scope| {
        for list in [entries(LOG, 1..=35), entries(LOG, (1..=35).rev())] {
            scope.spawn(move || {
                let bmc = with_log(&["--grow"], list);
                let mut memory = Memory::default();
                for _ in 0..3 {
                    let reading = memory.pull(&bmc.target(), &wanted()).unwrap();
                    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
                }
                let mut met = memory.ids(LOG);
                met.retain(|id| id != "new");
                assert_eq!(met, ids(1..=35));
            });
        }
    });
}

#[test]
fn how_full_a_log_is_is_told() {
    if !has(NEEDS) {
        return;
    }
    let bmc = with_log(&[], entries(LOG, 1..=45));
    let mut memory = Memory::default();
    for (max, policy, full, stops) in [
        (50, "NeverOverWrites", true, true),
        (512, "WrapsWhenFull", false, false),
        (0, "Unknown", false, false),
    ] {
        bmc.edit(LOG, |service| {
            service["MaxNumberOfRecords"] = json!(max);
            service["OverWritePolicy"] = json!(policy);
        });
        let reading = memory.pull(&bmc.target(), &wanted()).unwrap();
        let log = &reading.logs[0];
        assert_eq!((log.is_nearly_full(), log.stops_when_full()), (full, stops), "{log:?}");
    }
}

#[test]
fn pages_without_links_to_the_next_are_asked_for() {
    if !has(NEEDS) {
        return;
    }
    // The first page says that there are five, gives three, and no link.
    let bmc = with_log(&[], vec![]);
    bmc.edit(ENTRIES, |collection| *collection = json!({"Members": entries(LOG, 1..=3)}));
    let reading = Memory::default().pull(&bmc.target(), &wanted()).unwrap();
    assert_eq!(reading.new_entries, 3);
    let server = serving_pages(|path| match path {
        ENTRIES => json!({"Members": entries(LOG, 1..=3), "Members@odata.count": 5}),
        _ => json!({"Members": entries(LOG, 4..=5), "Members@odata.count": 5}),
    });
    let mut memory = Memory::default();
    memory.pull(&server.target(), &wanted()).unwrap();
    assert_eq!(memory.ids(LOG), ids(1..=5));
    let requests = server.requests.lock().unwrap();
    assert!(requests.iter().any(|line| line.contains("$skip=3")), "{requests:?}");
}

/// A service with one log, whose pages come from the function.
fn serving_pages(page: impl Fn(&str) -> Value + Send + Sync + 'static) -> RawServer {
    RawServer::start(move |head| {
        let path = head.split(' ').nth(1).unwrap_or_default();
        let body = match path {
            "/redfish/v1/" => json!({"Systems": link("/redfish/v1/Systems")}),
            "/redfish/v1/Systems" => json!({"Members": [link("/redfish/v1/Systems/1")]}),
            "/redfish/v1/Systems/1" => json!({"LogServices": link("/redfish/v1/L")}),
            "/redfish/v1/L" => json!({"Members": [link(LOG)]}),
            LOG => json!({"Entries": link(ENTRIES)}),
            path => page(path),
        };
        Reply::Bytes(http("200 OK", &[], &body.to_string()))
    })
}

#[test]
fn an_entry_that_a_deletion_moves_to_a_page_behind_us_is_read() {
    if !has(&["openssl"]) {
        return;
    }
    // The oldest entry goes after the first page was read: the first of the second page becomes the last of the
    // first.
    let first_pages = AtomicU64::new(0);
    let server = serving_pages(move |path| {
        let is_first = path == ENTRIES;
        let (oldest, skip) = match is_first {
            true => (1 + first_pages.fetch_add(1, Ordering::SeqCst), 0),
            false => (2, 10),
        };
        let list: Vec<u64> = (oldest..=20).collect();
        let members = entries(LOG, list.iter().copied().skip(skip).take(10));
        let next = is_first.then(|| format!("{ENTRIES}?$skip=10"));
        json!({"Members": members, "Members@odata.count": list.len(), "Members@odata.nextLink": next})
    });
    let mut memory = Memory::default();
    let reading = memory.pull(&server.target(), &wanted()).unwrap();
    assert_eq!(memory.ids(LOG), ids(1..=20));
    assert!(reading.problems.is_empty() && reading.logs[0].mark.is_some(), "{reading:?}");
}

#[test]
fn a_log_that_gives_less_than_it_counts_is_no_complete_reading() {
    if !has(&["openssl"]) {
        return;
    }
    let server = serving_pages(|path| {
        let (list, next) = match path {
            ENTRIES => (entries(LOG, 1..=3), Some(format!("{ENTRIES}?$skip=3"))),
            _ => (entries(LOG, 2..=4), None),
        };
        json!({"Members": list, "Members@odata.count": 9, "Members@odata.nextLink": next})
    });
    let mut memory = Memory::default();
    let reading = memory.pull(&server.target(), &wanted()).unwrap();
    assert_eq!(memory.ids(LOG), ids(1..=4));
    assert!(reading.problems[0].message.contains("4 of 9 entries"), "{:?}", reading.problems);
    assert_eq!(reading.logs[0].mark, None);
}
