//! The same things asked with other people's clients.

use std::process::Command;

use serde_json::Value;

use super::keeper::Memory;
use super::stand_in::{PASSWORD, StandIn, USER, has, wanted};

fn judged(bmc: &StandIn, path: &str, filter: &str) -> String {
    let curl = Command::new("curl")
        .args(["--silent", "--show-error", "--fail", "--globoff", "--cacert"])
        .arg(bmc.folder().join("cert.pem"))
        .args(["--user", &format!("{USER}:{PASSWORD}"), &format!("https://127.0.0.1:{}{path}", bmc.port)])
        .output()
        .unwrap();
    assert!(curl.status.success(), "{}", String::from_utf8_lossy(&curl.stderr));
    let file = bmc.folder().join("answer.json");
    std::fs::write(&file, &curl.stdout).unwrap();
    let jq = Command::new("jq").args(["-c", filter]).arg(file).output().unwrap();
    assert!(jq.status.success(), "{}", String::from_utf8_lossy(&jq.stderr));
    String::from_utf8(jq.stdout).unwrap().trim().to_owned()
}

#[test]
fn power_and_entries_equal_what_curl_and_jq_show() {
    if !has(&["python3", "openssl", "curl", "jq"]) {
        return;
    }
    let bmc = StandIn::with_made_tree(&[], &[]);
    for watts in ["342", "0", "287.5"] {
        let chassis = "/redfish/v1/Chassis/System.Embedded.1/Power";
        bmc.edit(chassis, |power| power["PowerControl"][0]["PowerConsumedWatts"] = watts.parse().unwrap());
        let mut memory = Memory::default();
        let reading = memory.pull(&bmc.target(), &wanted()).unwrap();
        let [power] = &reading.power[..] else { panic!("{:?}", reading.power) };
        assert_eq!(power.watts.to_string(), judged(&bmc, chassis, ".PowerControl[0].PowerConsumedWatts"));
        assert_eq!(power.watts.to_string(), watts);
        let kept: Value = serde_json::from_str(&memory.documents[chassis].1).unwrap();
        assert_eq!(kept, judged(&bmc, chassis, ".").parse::<Value>().unwrap());

        let log = "/redfish/v1/Managers/iDRAC.Embedded.1/LogServices/Sel";
        let messages: Vec<Value> = memory.entries[log]
            .iter()
            .map(|json| serde_json::from_str::<Value>(json).unwrap()["Message"].clone())
            .collect();
        let expected = judged(&bmc, &format!("{log}/Entries"), "[.Members[].Message]");
        assert_eq!(Value::Array(messages), expected.parse::<Value>().unwrap());
    }
}
