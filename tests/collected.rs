//! What a collection leaves is read as what it is: whose it is, by which clock, and what was noted on the way.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// A SEL record: id, seconds of the BMC's clock, sensor type, number, event type and offset.
fn record(id: u16, at: u32, event: [u8; 4]) -> Vec<u8> {
    let [sensor_type, number, event_type, offset] = event;
    let mut bytes = id.to_le_bytes().to_vec();
    bytes.push(2);
    bytes.extend(at.to_le_bytes());
    bytes.extend([0x20, 0, 4, sensor_type, number, event_type, offset, 0xff, 0xff]);
    bytes
}

fn put(root: &Path, name: &str, content: impl AsRef<[u8]>) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn findings(root: &Path) -> Value {
    findings_with(root, &[])
}

fn findings_with(root: &Path, more: &[&str]) -> Value {
    let out = tempfile::tempdir().unwrap();
    let report = out.path().join("report");
    let run = Command::new(env!("CARGO_BIN_EXE_coroner"))
        .args(["analyze", root.to_str().unwrap(), "--out", report.to_str().unwrap(), "--seed", "1"])
        .args(more)
        .output()
        .unwrap();
    // 4: more of the bytes than usual are of records that nobody can read.
    assert!(matches!(run.status.code(), Some(0 | 4)), "{}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_slice(&fs::read(report.join("findings.json")).unwrap()).unwrap()
}

/// 2025-03-01T00:00:00Z.
const START: u32 = 1_740_787_200;
const AC_LOST: [u8; 4] = [0x09, 0x01, 0x6f, 0x04];
const POWERED_UP: [u8; 4] = [0x12, 0x02, 0x6f, 0x01];

/// Two hosts; the clock of the first one's BMC is an hour ahead. Nothing but the collection knows that.
fn collection(root: &Path) {
    let account = [
        r#"{"at":"2025-03-08T03:00:00Z","host":"kvm01","source":"ipmi","means":"IPMI over LAN 192.0.2.1:623","outcome":"whole","findings":[{"id":"sel-cleared","text":"the event log was cleared since the last reading"}],"clock":{"ahead_s":3600.2,"uncertainty_s":0.5}}"#,
        r#"{"at":"2025-03-08T03:00:00Z","host":"kvm02","source":"ipmi","means":"IPMI over LAN 192.0.2.2:623","outcome":"whole","clock":{"ahead_s":0.1,"uncertainty_s":0.5}}"#,
        r#"{"at":"2025-03-08T03:00:09Z","host":"kvm03","source":"ipmi","means":"IPMI over LAN 192.0.2.3:623","outcome":"nothing","problems":["192.0.2.3:623 does not answer"]}"#,
    ];
    put(root, "collected.jsonl", account.join("\n") + "\n");
    for (host, ahead) in [("kvm01", 3600), ("kvm02", 0)] {
        let records = (0..20_u16).flat_map(|n| {
            let at = START + u32::from(n) * 21_600 + ahead;
            record(n + 1, at, if n == 10 { AC_LOST } else { POWERED_UP })
        });
        put(root, &format!("hosts/{host}/ipmi/sel.raw"), records.collect::<Vec<u8>>());
    }
    put(root, ".coroner/hosts/kvm01/ipmi.json", "{\"cursor\":{}}");
}

#[test]
fn a_measured_clock_is_believed_and_what_was_noted_is_told() {
    let root = tempfile::tempdir().unwrap();
    collection(root.path());
    let findings = findings(root.path());
    let sources = findings["ledger"]["sources"].as_array().unwrap();
    assert!(!sources.iter().any(|source| source["path"].as_str().unwrap().contains(".coroner")));
    let of = |path: &str| sources.iter().find(|source| source["path"] == path).unwrap();
    assert_eq!(of("collected.jsonl")["format"], "coroner-collected");
    let offset = |host: &str| of(&format!("hosts/{host}/ipmi/sel.raw"))["clock_offset_s"].as_f64().unwrap();
    assert!((offset("kvm01") - 3600.0).abs() < 1.0, "{}", offset("kvm01"));
    assert!(offset("kvm02").abs() < 1.0, "{}", offset("kvm02"));
    let noted = |id: &str| {
        let all = findings["fleet_findings"].as_array().unwrap();
        all.iter().find(|finding| {
            finding["id"] == id && finding["statement"].as_str().unwrap().starts_with("When collected")
        })
    };
    assert_eq!(noted("sel-cleared").unwrap()["hosts"], serde_json::json!(["kvm01"]));
    assert_eq!(noted("not-collected").unwrap()["hosts"], serde_json::json!(["kvm03"]));
}

#[test]
fn a_host_does_not_speak_for_another() {
    let root = tempfile::tempdir().unwrap();
    collection(root.path());
    let line = |seconds: u64, text: &str| {
        let at = (u64::from(START) + 86_400 + seconds) * 1_000_000;
        format!(
            "{{\"__CURSOR\":\"s=1;i={seconds:x}\",\"__REALTIME_TIMESTAMP\":\"{at}\",\"_HOSTNAME\":\"kvm02\",\
             \"_TRANSPORT\":\"kernel\",\"SYSLOG_IDENTIFIER\":\"kernel\",\"_BOOT_ID\":\"{}\",\"MESSAGE\":\"{text}\"}}\n",
            if seconds < 100 { "a".repeat(32) } else { "b".repeat(32) }
        )
    };
    let journal = [
        line(0, "usb 1-1: new device"),
        line(1, "Kernel panic - not syncing: Fatal exception"),
        line(200, "Linux version 6.1.0-18-amd64"),
        line(260, "usb 1-1: new device"),
    ];
    put(root.path(), "hosts/kvm01/ssh/journal.json", journal.concat());
    let findings = findings(root.path());
    let panics: Vec<&str> = findings["incidents"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|incident| incident["cause"] == "kernel_panic")
        .map(|incident| incident["host"].as_str().unwrap())
        .collect();
    assert_eq!(panics, ["kvm01"]);
    let sources = findings["ledger"]["sources"].as_array().unwrap();
    let journal = sources.iter().find(|source| source["path"] == "hosts/kvm01/ssh/journal.json").unwrap();
    assert_eq!(journal["host"], "kvm01");
}

#[test]
fn a_short_log_with_records_of_reserved_types_is_read() {
    let root = tempfile::tempdir().unwrap();
    collection(root.path());
    let mut odd = record(3, START + 120, AC_LOST);
    odd[2] = 0x05;
    odd[10] = 0x2d;
    let log = [
        record(1, START, POWERED_UP),
        record(2, START + 60, AC_LOST),
        odd,
        record(4, START + 180, POWERED_UP),
    ];
    put(root.path(), "hosts/kvm03/ipmi/sel.raw", log.concat());
    let findings = findings(root.path());
    let sources = findings["ledger"]["sources"].as_array().unwrap();
    let short = sources.iter().find(|source| source["path"] == "hosts/kvm03/ipmi/sel.raw").unwrap();
    assert_eq!(short["format"], "ipmi-sel-raw");
    assert_eq!(short["parsed"].as_u64().unwrap() + short["quarantined"].as_u64().unwrap(), 64);
}

#[test]
fn what_the_configuration_says_of_a_file_comes_first() {
    let root = tempfile::tempdir().unwrap();
    collection(root.path());
    let config = root.path().join("coroner.toml");
    fs::write(&config, "[[source]]\npath = \"hosts/kvm01/ipmi/*\"\nhost = \"kvm09\"\n").unwrap();
    let findings = findings_with(root.path(), &["--config", config.to_str().unwrap()]);
    let sources = findings["ledger"]["sources"].as_array().unwrap();
    let given = sources.iter().find(|source| source["path"] == "hosts/kvm01/ipmi/sel.raw").unwrap();
    assert_eq!(given["host"], "kvm09");
}
