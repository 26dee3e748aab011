//! Trees in the shape of several makers' services, cut down to what matters here.

use coroner::collect::redfish::DocumentKind;
use serde_json::{Value, json};

use super::keeper::Memory;
use super::raw_server::{RawServer, Reply, http};
use super::stand_in::{StandIn, has, wanted};
use super::tree::{Tree, link};

const NEEDS: &[&str] = &["python3", "openssl"];

/// A log service of any name, with its entries.
fn service(tree: &Tree, path: &str, entries: &[Value]) {
    let own =
        json!({"@odata.type": "#LogService.v1_0_0.LogService", "Entries": link(&format!("{path}/Entries/"))});
    tree.put(path, own);
    tree.put(&format!("{path}/Entries"), json!({"Members": entries}));
    for entry in entries {
        tree.put(entry["@odata.id"].as_str().unwrap(), entry.clone());
    }
}

fn hpe_entry(log: &str, id: u32, count: u32) -> Value {
    json!({
        "@odata.id": format!("{log}/Entries/{id}/"), "@odata.type": "#LogEntry.v1_0_0.LogEntry", "Id": id.to_string(),
        "Created": format!("2026-03-14T02:{id:02}:00Z"), "EntryType": "Oem", "OemRecordFormat": "Hpe-IML",
        "Message": "Server power restored.", "Severity": "OK",
        "Oem": {"Hpe": {"@odata.type": "#HpeLogEntry.v2_0_0.HpeLogEntry", "Class": 50, "Code": 3, "Count": count,
                "Updated": format!("2026-03-{:02}T02:00:00Z", 13 + count), "Repaired": false}},
    })
}

/// iLO 5: slashes at the ends of links, collections of links, `$expand=.`, the power meter, and entries that are
/// counted up in place.
#[test]
fn hpe() {
    if !has(NEEDS) {
        return;
    }
    let (iml, iel) = ("/redfish/v1/Systems/1/LogServices/IML", "/redfish/v1/Managers/1/LogServices/IEL");
    let sl = "/redfish/v1/Systems/1/LogServices/SL";
    let bmc = StandIn::start(&["--references", "--page", "100"], false, |folder| {
        let tree = Tree::new(folder);
        tree.skeleton();
        let expand = json!({"ExpandAll": false, "Levels": false, "Links": false, "NoLinks": true});
        tree.add(
            "/redfish/v1",
            json!({"ProtocolFeaturesSupported": {"ExpandQuery": expand}, "Vendor": "HPE"}),
        );
        tree.add("/redfish/v1/Systems/1", json!({"LogServices": link("/redfish/v1/Systems/1/LogServices/")}));
        tree.add(
            "/redfish/v1/Managers/1",
            json!({"LogServices": link("/redfish/v1/Managers/1/LogServices/"), "DateTime": "2026-03-14T09:11:00Z"}),
        );
        tree.collection("/redfish/v1/Systems/1/LogServices", &[&format!("{iml}/"), &format!("{sl}/")]);
        tree.collection("/redfish/v1/Managers/1/LogServices", &[&format!("{iel}/")]);
        for log in [iml, sl, iel] {
            service(&tree, log, &(1..=12).map(|id| hpe_entry(log, id, 1)).collect::<Vec<_>>());
        }
        tree.add("/redfish/v1/Chassis/1", json!({"Power": link("/redfish/v1/Chassis/1/Power/")}));
        tree.put(
            "/redfish/v1/Chassis/1/Power",
            json!({"@odata.type": "#Power.v1_3_0.Power", "PowerControl": [{"PowerConsumedWatts": 139}],
                   "Oem": {"Hpe": {"Links": {"PowerMeter": link("/redfish/v1/Chassis/1/Power/PowerMeter/")}}}}),
        );
        tree.put(
            "/redfish/v1/Chassis/1/Power/PowerMeter",
            json!({"@odata.type": "#HpePowerMeter.v2_0_1.HpePowerMeter", "PowerDetail": [{"Average": 139}]}),
        );
    });
    let mut memory = Memory::default();
    let reading = memory.pull(&bmc.target(), &wanted()).unwrap();
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    assert_eq!([iml, sl, iel].map(|log| memory.count(log)), [12; 3]);
    assert!(
        memory.documents.contains_key("/redfish/v1/Chassis/1/Power/PowerMeter"),
        "{:?}",
        memory.documents.keys()
    );
    assert_eq!(reading.power[0].watts.to_string(), "139");
    assert!(reading.requests < 35, "entries come by expansion: {}", reading.requests);
    // The BMC counts another occurrence of the last entry: that is new, and the log was not cleared.
    bmc.edit(&format!("{iml}/Entries/12"), |entry| *entry = hpe_entry(iml, 12, 2));
    bmc.edit(&format!("{iml}/Entries"), |entries| entries["Members"][11] = hpe_entry(iml, 12, 2));
    let second = memory.pull(&bmc.target(), &wanted()).unwrap();
    assert_eq!((second.new_entries, memory.count(iml)), (1, 13));
    assert!(second.logs.iter().all(|log| log.change.is_none()), "{:?}", second.logs);
}

/// X10: the log hangs on the system, another of the same name on the manager.
#[test]
fn supermicro() {
    if !has(NEEDS) {
        return;
    }
    let (health, maintenance) =
        ("/redfish/v1/Systems/1/LogServices/Log1", "/redfish/v1/Managers/1/LogServices/Log1");
    let entry = |log: &str, id: u32| {
        json!({
            "@odata.id": format!("{log}/Entries/{id}"), "@odata.type": "#LogEntry.v1_3_0.LogEntry", "Id": id.to_string(),
            "EntryType": "Event", "Created": format!("2018-08-12T12:{id:02}:14+00:00"), "EntryCode": "Assert",
            "SensorType": "Memory", "SensorNumber": 0, "Message": "[ OEM ] Correctable ECC @DIMMB1",
            "Oem": {"Supermicro": {"RawEventData": {"EventDirAndType": "0x6F", "EventData1": "0xA0"}}},
        })
    };
    let bmc = StandIn::start(&["--no-session"], false, |folder| {
        let tree = Tree::new(folder);
        tree.skeleton();
        for (bearer, log) in [("/redfish/v1/Systems/1", health), ("/redfish/v1/Managers/1", maintenance)] {
            let services = format!("{bearer}/LogServices");
            tree.add(bearer, json!({"LogServices": link(&services)}));
            tree.collection(&services, &[log]);
            service(&tree, log, &(1..=6).map(|id| entry(log, id)).collect::<Vec<_>>());
            tree.add(log, json!({"MaxNumberOfRecords": 6, "OverWritePolicy": "WrapsWhenFull"}));
        }
        tree.add("/redfish/v1/Chassis/1", json!({"Power": link("/redfish/v1/Chassis/1/Power"), "Thermal": link("/redfish/v1/Chassis/1/Thermal")}));
        tree.put("/redfish/v1/Chassis/1/Power", json!({"PowerControl": [{"PowerConsumedWatts": 88}]}));
        tree.put("/redfish/v1/Chassis/1/Thermal", json!({"Temperatures": []}));
    });
    let mut memory = Memory::default();
    let reading = memory.pull(&bmc.target(), &wanted()).unwrap();
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    assert_eq!([health, maintenance].map(|log| memory.count(log)), [6, 6]);
    assert!(
        reading.logs.iter().all(|log| log.is_nearly_full() && !log.stops_when_full()),
        "{:?}",
        reading.logs
    );
    assert_eq!(memory.kinds(DocumentKind::Thermal).len(), 1);
}

/// XCC: several logs at the system, with times of the event beside the time of the answer; power in the new form.
#[test]
fn lenovo() {
    if !has(NEEDS) {
        return;
    }
    let names = ["ActiveLog", "StandardLog", "AuditLog", "PlatformLog"];
    let path = |name: &str| format!("/redfish/v1/Systems/1/LogServices/{name}");
    let entry = |log: &str, id: u32, answered: &str| {
        json!({
            "@odata.id": format!("{log}/Entries/{id}"), "@odata.type": "#LogEntry.v1_11_0.LogEntry", "Id": id.to_string(),
            "Created": answered, "EventTimestamp": format!("2026-03-14T02:{id:02}:00+00:00"), "EntryType": "Event",
            "Message": "Power supply 1 has lost input.", "EventId": "0x806f030814000000",
            "Oem": {"Lenovo": {"LenovoMessageID": "FQXSPPW0031J"}},
        })
    };
    let entries =
        |log: &str, answered: &str| (1..=4).rev().map(|id| entry(log, id, answered)).collect::<Vec<_>>();
    let bmc = StandIn::start(&[], false, |folder| {
        let tree = Tree::new(folder);
        tree.skeleton();
        tree.add("/redfish/v1/Systems/1", json!({"LogServices": link("/redfish/v1/Systems/1/LogServices")}));
        tree.collection("/redfish/v1/Systems/1/LogServices", &names.map(path).each_ref().map(String::as_str));
        for log in names.map(path) {
            service(&tree, &log, &entries(&log, "2026-03-20T00:00:00Z"));
        }
        let chassis = "/redfish/v1/Chassis/1";
        let (subsystem, metrics) =
            (format!("{chassis}/PowerSubsystem"), format!("{chassis}/EnvironmentMetrics"));
        let supplies = format!("{subsystem}/PowerSupplies");
        tree.add(chassis, json!({"PowerSubsystem": link(&subsystem), "EnvironmentMetrics": link(&metrics)}));
        tree.put(&subsystem, json!({"PowerSupplies": link(&supplies)}));
        tree.collection(&supplies, &[&format!("{supplies}/1"), &format!("{supplies}/2")]);
        for supply in ["1", "2"] {
            let path = format!("{supplies}/{supply}");
            tree.put(&path, json!({"Id": supply, "Metrics": link(&format!("{path}/Metrics"))}));
            tree.put(&format!("{path}/Metrics"), json!({"InputPowerWatts": {"Reading": 120.5}}));
        }
        tree.put(&metrics, json!({"PowerWatts": {"Reading": 241.0}}));
    });
    let mut memory = Memory::default();
    let reading = memory.pull(&bmc.target(), &wanted()).unwrap();
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    assert!(
        names.map(path).iter().all(|log| memory.ids(log) == ["1", "2", "3", "4"]),
        "{:?}",
        memory.entries
    );
    assert_eq!(memory.kinds(DocumentKind::Power).len(), 6);
    assert_eq!(reading.power[0].watts.to_string(), "241.0");
    // `Created` is the time of the answer: the same events are not new another day.
    for log in names.map(path) {
        bmc.edit(&format!("{log}/Entries"), |list| {
            list["Members"] = json!(entries(&log, "2026-03-21T00:00:00Z"))
        });
    }
    assert_eq!(memory.pull(&bmc.target(), &wanted()).unwrap().new_entries, 0);
}

/// OpenBMC: the event log among logs of other things, entries in full, no `Vendor`.
#[test]
fn openbmc() {
    if !has(NEEDS) {
        return;
    }
    let (system, manager) = ("/redfish/v1/Systems/system", "/redfish/v1/Managers/bmc");
    let path = |name: &str| format!("{system}/LogServices/{name}");
    let bmc = StandIn::start(&[], false, |folder| {
        let tree = Tree::new(folder);
        tree.skeleton();
        tree.collection("/redfish/v1/Systems", &[system]).collection("/redfish/v1/Managers", &[manager]);
        tree.put(
            system,
            json!({"Manufacturer": "Quanta", "LogServices": link(&format!("{system}/LogServices"))}),
        );
        let names = ["EventLog", "Dump", "PostCodes", "HostLogger", "Crashdump"];
        tree.collection(&format!("{system}/LogServices"), &names.map(path).each_ref().map(String::as_str));
        let entry = |log: &str, id: &str| {
            json!({"@odata.id": format!("{log}/Entries/{id}"), "@odata.type": "#LogEntry.v1_9_0.LogEntry", "Id": id,
                   "Created": "2026-03-14T02:11:00+00:00", "EntryType": "Event", "Message": "Host system DC power is off",
                   "MessageId": "OpenBMC.0.1.DCPowerOff", "MessageArgs": []})
        };
        for name in names {
            let log = path(name);
            service(&tree, &log, &[entry(&log, "1773454260"), entry(&log, "1773454260_1")]);
        }
        tree.put(manager, json!({"LogServices": link(&format!("{manager}/LogServices")), "DateTime": "2026-03-14T10:11:00+00:00"}));
        tree.collection(&format!("{manager}/LogServices"), &[&format!("{manager}/LogServices/Journal")]);
        service(&tree, &format!("{manager}/LogServices/Journal"), &[entry("/j", "1")]);
    });
    let mut memory = Memory::default();
    let reading = memory.pull(&bmc.target(), &wanted()).unwrap();
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    assert_eq!(memory.entries.keys().collect::<Vec<_>>(), [&path("EventLog")]);
    assert_eq!(memory.count(&path("EventLog")), 2, "two of one second are two");
    assert_eq!(reading.skipped_logs.len(), 5, "{:?}", reading.skipped_logs);
    assert_eq!(reading.vendor.as_deref(), Some("Quanta"));
    let clock = reading.clocks.iter().find(|clock| clock.source == manager).unwrap();
    assert!((clock.offset_s - 3600.0).abs() < 10.0, "{clock:?}");
    assert_eq!(memory.pull(&bmc.target(), &wanted()).unwrap().new_entries, 0);
}

/// A root that wants a log-on, a session whose place only the body tells, and chunked answers in lower case, as
/// several services have them.
#[test]
fn a_root_behind_the_log_on() {
    if !has(&["openssl"]) {
        return;
    }
    let server = RawServer::start(|head| {
        let path = head.split(' ').nth(1).unwrap_or_default();
        let open = head.contains("X-Auth-Token: abc");
        Reply::Bytes(match path {
            "/redfish/v1/SessionService/Sessions" => http(
                "201 Created",
                &["x-auth-token: abc"],
                r#"{"@odata.id": "/redfish/v1/SessionService/Sessions/7"}"#,
            ),
            _ if !open => http("401 Unauthorized", &["WWW-Authenticate: Basic realm=x"], ""),
            "/redfish/v1/" => {
                let body = r#"{"Systems":{"@odata.id":"/redfish/v1/Systems"}}"#;
                format!(
                    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
                    body.len()
                )
                .into_bytes()
            }
            _ => http("200 OK", &[], r#"{"Members": []}"#),
        })
    });
    let reading = Memory::default().pull(&server.target(), &wanted()).unwrap();
    assert_eq!(reading.by.unwrap().log_on, "session");
    let requests = server.requests.lock().unwrap();
    assert!(
        requests.last().unwrap().starts_with("DELETE /redfish/v1/SessionService/Sessions/7 "),
        "{requests:?}"
    );
}
