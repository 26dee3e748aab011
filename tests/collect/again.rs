//! The next run goes on where the last one ended, whatever has become of the log or of the folder meanwhile.

use std::fs;

use serde_json::Value;

use crate::account;
use crate::bmcs::{Simulator, fake_bmc, have, ipmitool, judged};
use crate::redfish_service::{StandIn, has};
use crate::site::Site;
use crate::ssh_server::Server;

const SEL: &str = "hosts/kvm01/ipmi/sel.raw";

/// Words for the findings of the last line of a source.
fn findings(site: &Site, source: &str) -> Vec<String> {
    let lines = account::lines(&site.collected());
    let last = lines.iter().rev().find(|line| line["source"] == source).unwrap();
    let findings = last["findings"].as_array().into_iter().flatten();
    findings.map(|finding| finding["id"].as_str().unwrap().to_owned()).collect()
}

fn sel(site: &Site) -> Vec<u8> {
    account::files(&site.collected()).remove(SEL).unwrap()
}

#[test]
fn a_second_run_with_nothing_new_adds_no_record() {
    if !have("ipmitool") {
        return;
    }
    let Some(bmc) = fake_bmc("") else { return };
    let site = Site::new().ipmi("kvm01", bmc.address);
    site.collect().ended_with(0);
    let first = sel(&site);
    assert_eq!(first, judged(bmc.address, 17, 44).concat(), "as ipmitool reads it");
    site.collect().ended_with(0);
    assert_eq!(sel(&site), first);
    let files = |line: &Value| {
        let files = line["files"].as_array().into_iter().flatten();
        files.map(|file| file["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let lines = account::lines(&site.collected());
    let part = |name: &str| format!("hosts/kvm01/ipmi/{name}");
    assert_eq!(
        files(&lines[1]),
        [part("answers.jsonl"), part("power.csv")],
        "no SEL and no names of sensors"
    );
    account::check(&site.collected());
}

#[test]
fn a_record_that_came_between_two_runs_is_added() {
    if !have("ipmitool") {
        return;
    }
    let Some(bmc) = Simulator::start(&[]) else { return };
    let site = Site::new().ipmi("kvm01", bmc.address);
    site.collect().ended_with(0);
    let first = sel(&site);
    let add = "raw 0x0a 0x44 0 0 2 0 0 0 0 0x20 0 4 8 0x62 0x6f 3 0xff 0xff";
    ipmitool(bmc.address, 3, &add.split(' ').collect::<Vec<_>>());
    site.collect().ended_with(0);
    let second = sel(&site);
    assert_eq!((second.len(), &second[..first.len()]), (first.len() + 16, &first[..]));
    assert_eq!(second, judged(bmc.address, 3, 45).concat());
    account::check(&site.collected());
}

#[test]
fn a_log_cleared_between_two_runs_is_a_finding_and_both_are_kept() {
    if !have("ipmitool") {
        return;
    }
    let Some(bmc) = fake_bmc("") else { return };
    let site = Site::new().ipmi("kvm01", bmc.address);
    site.collect().ended_with(0);
    let old = sel(&site);
    ipmitool(bmc.address, 17, &["sel", "clear"]);
    let ran = site.collect().ended_with(0);
    ran.says(&["the event log was cleared since the last reading"]);
    assert_eq!(findings(&site, "ipmi"), ["sel-cleared"]);
    let both = sel(&site);
    assert_eq!(
        (both.len(), &both[..old.len()]),
        (old.len() + 16, &old[..]),
        "and the record of the clearing"
    );
    site.collect().ended_with(0);
    assert_eq!(findings(&site, "ipmi"), [""; 0]);
    assert_eq!(sel(&site), both);
    account::check(&site.collected());
}

/// A folder that was restored from an older backup, or tidied by hand.
#[test]
fn a_folder_with_less_than_the_state_says_is_filled_again() {
    let Some(bmc) = fake_bmc("") else { return };
    let site = Site::new().ipmi("kvm01", bmc.address);
    site.collect().ended_with(0);
    let whole = sel(&site);
    let path = site.collected().join(SEL);
    for kept in [whole.len() - 16, 20 * 16, 20 * 16 + 5, 16, 3, 0] {
        fs::write(&path, &whole[..kept]).unwrap();
        site.collect().ended_with(0);
        assert_eq!(sel(&site), whole, "of which {kept} bytes were left");
    }
    fs::remove_file(&path).unwrap();
    site.collect().ended_with(0);
    assert_eq!(sel(&site), whole);
    let folder = site.collected().join("hosts/kvm01/ipmi");
    for entry in fs::read_dir(&folder).unwrap().flatten().filter(|entry| !entry.path().ends_with("sel.raw")) {
        fs::remove_file(entry.path()).unwrap();
    }
    site.collect().ended_with(0);
    assert_eq!(sel(&site), whole, "the other files are nothing to the log");
    assert!(folder.join("answers.jsonl").exists() && folder.join("power.csv").exists());
    let power = fs::read_to_string(folder.join("power.csv")).unwrap();
    assert!(power.starts_with("time,host,watts"), "{power}");
    fs::remove_dir_all(site.collected().join("hosts")).unwrap();
    site.collect().ended_with(0);
    assert_eq!(sel(&site), whole);
    fs::remove_dir_all(site.collected().join(".coroner")).unwrap();
    site.collect().ended_with(0);
    assert_eq!(sel(&site), whole, "the log itself tells where to go on");
}

/// What is copied by `cp -r collected/* elsewhere`.
#[test]
fn a_folder_that_lost_its_state_loses_nothing_else() {
    let Some(bmc) = fake_bmc("") else { return };
    let site = Site::new().ipmi("kvm01", bmc.address);
    site.collect().ended_with(0);
    site.collect().ended_with(0);
    let before = account::files(&site.collected());
    fs::remove_dir_all(site.collected().join(".coroner")).unwrap();
    site.collect().ended_with(0);
    account::check(&site.collected());
    let after = account::files(&site.collected());
    for (path, bytes) in before {
        assert!(
            after[&path].starts_with(&bytes),
            "{path} had {} bytes and now {}",
            bytes.len(),
            after[&path].len()
        );
    }
}

#[test]
fn a_followed_log_that_was_rotated_away_survives_the_loss_of_the_state() {
    let Some(server) = Server::plain() else { return };
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("node.log");
    fs::write(&log, "old\n").unwrap();
    let site = Site::new().ssh("kvm01", &server, &[&log]);
    site.collect().ended_with(0);
    fs::write(&log, "new\n").unwrap();
    fs::remove_dir_all(site.collected().join(".coroner")).unwrap();
    site.collect().ended_with(0);
    let all = account::files(&site.collected());
    for line in ["old\n", "new\n"] {
        let is_there = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).contains(line);
        assert!(all.values().any(is_there), "{line:?} is gone: {:?}", all.keys());
    }
}

#[test]
fn a_state_that_cannot_be_read_is_told_and_no_record_is_lost() {
    let Some(bmc) = fake_bmc("") else { return };
    let site = Site::new().ipmi("kvm01", bmc.address).command("list", &["echo", "a"], "list.csv");
    site.collect().ended_with(0);
    let whole = account::files(&site.collected());
    let state = site.collected().join(".coroner/hosts/kvm01/ipmi.json");
    fs::write(&state, "{\"cursor\":").unwrap();
    site.collect().ended_with(4).says(&["kvm01 ipmi", "ipmi.json` cannot be read"]);
    assert_eq!(account::files(&site.collected()), whole);
    fs::remove_file(&state).unwrap();
    site.collect().ended_with(0);
    assert_eq!(sel(&site), whole[SEL]);
}

#[test]
fn a_redfish_log_that_lost_lines_is_filled_again() {
    if !has(&["python3", "openssl"]) {
        return;
    }
    let service = StandIn::with_made_tree(&[], &[]);
    let site = Site::new().redfish("kvm01", &service);
    site.collect().ended_with(0);
    let whole = account::files(&site.collected());
    let logs: Vec<&String> = whole.keys().filter(|path| path.contains("/log.")).collect();
    assert!(logs.len() >= 2, "{logs:?}");
    let same = |when: &str| {
        let found = account::files(&site.collected());
        for path in &logs {
            let lines = |bytes: &[u8]| {
                let mut lines: Vec<Vec<u8>> =
                    bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
                lines.sort();
                lines
            };
            assert!(lines(&found[*path]) == lines(&whole[*path]), "{path} {when}");
        }
    };
    site.collect().ended_with(0);
    same("with nothing new");
    let log = site.collected().join(logs[0]);
    let content = &whole[logs[0]];
    fs::write(&log, &content[..content.len() / 2]).unwrap();
    site.collect().ended_with(0);
    same("cut in the middle of a line");
    fs::remove_file(&log).unwrap();
    site.collect().ended_with(0);
    same("deleted");
    fs::remove_dir_all(site.collected().join(".coroner")).unwrap();
    site.collect().ended_with(0);
    same("without a state");
}

#[test]
fn a_log_that_is_followed_over_ssh_goes_on_and_is_read_again_where_it_was_lost() {
    let Some(server) = Server::plain() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one.log"), folder.path().join("two.log"));
    fs::write(&one, "first\nsecond\n").unwrap();
    fs::write(&two, "other\n").unwrap();
    let site = Site::new().ssh("kvm01", &server, &[&one, &two]);
    site.collect().ended_with(0);
    let kept = |name: &str| {
        let files = account::files(&site.collected());
        let found = files.iter().find(|(path, _)| path.ends_with(name));
        found.map(|(path, bytes)| (path.clone(), String::from_utf8(bytes.clone()).unwrap())).unwrap()
    };
    assert_eq!((kept("one.log").1.as_str(), kept("two.log").1.as_str()), ("first\nsecond\n", "other\n"));
    fs::write(&one, "first\nsecond\nthird\n").unwrap();
    site.collect().ended_with(0);
    assert_eq!(kept("one.log").1, "first\nsecond\nthird\n");
    account::check(&site.collected());
    let path = site.collected().join(kept("one.log").0);
    fs::write(&path, "first\nsec").unwrap();
    site.collect().ended_with(0);
    let text = kept("one.log").1;
    for line in ["first\n", "second\n", "third\n"] {
        assert!(text.contains(line), "{text}");
    }
    assert_eq!(kept("two.log").1, "other\n", "it was there and is not read again");
}

#[test]
fn an_answer_that_changes_is_kept_beside_the_old_one() {
    let site = Site::new().command("list", &["cat", "list"], "backup/list.csv");
    for (content, kept) in [("a\n", 1), ("a\n", 1), ("b\n", 2)] {
        fs::write(site.path("list"), content).unwrap();
        site.collect().ended_with(0);
        let files = account::files(&site.collected());
        assert_eq!(files.len(), kept, "{files:?}");
        assert!(files.values().any(|bytes| bytes == content.as_bytes()), "{files:?}");
        account::check(&site.collected());
    }
}
