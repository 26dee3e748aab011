//! `coroner case` as a whole: what is handed over tells the vendor what it must and nobody's name, and can be
//! analysed again.

#[path = "../evidence/mod.rs"]
mod evidence;
#[path = "../redaction/many_names.rs"]
mod many_names;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use coroner::ingest::unpack;
use evidence::{Evidence, Log, sel};
use many_names::{Planted, assert_clean, planted};
use serde_json::Value;

const LATER: &str = "2025-03-15 00:00:00";

fn case(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_coroner"))
        .arg("case")
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder.join("home"))
        .env_remove("XDG_DATA_HOME")
        .output()
        .unwrap()
}

#[track_caller]
fn written(arguments: &[&str], folder: &Path) -> String {
    let output = case(arguments, folder);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}\n{errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// The one zip of a case.
fn zip_of(out: &Path) -> PathBuf {
    let files = fs::read_dir(out).unwrap().map(|entry| entry.unwrap().path());
    let zips: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "zip")).collect();
    assert_eq!(zips.len(), 1, "{zips:?}");
    zips[0].clone()
}

/// Names and contents of a zip.
fn contents(zip: &Path) -> BTreeMap<String, Vec<u8>> {
    let sources = unpack::open(zip, "case.zip", unpack::limits::Limits::default()).unwrap();
    let mut files = BTreeMap::new();
    for source in sources {
        if let unpack::Content::Readable(mut opened) = source.content {
            let mut bytes = Vec::new();
            opened.stream.read_to_end(&mut bytes).unwrap();
            files.insert(source.shown, bytes);
        }
    }
    files
}

/// Text and names of all that is handed over, in one.
fn all_of(out: &Path) -> String {
    let mut text = String::new();
    for (name, bytes) in contents(&zip_of(out)) {
        text.push_str(&format!("{name}\n{}\n", String::from_utf8_lossy(&bytes)));
    }
    for entry in fs::read_dir(out).unwrap() {
        let path = entry.unwrap().path();
        text.push_str(&format!("{}\n", path.file_name().unwrap().to_string_lossy()));
        if path.extension().is_some_and(|end| end != "zip") {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
    text
}

/// A fleet whose first host panics twice, among lines that have 300 names in every form that logs use.
fn fleet(planted: &Planted) -> Evidence {
    let (host, full) = &planted.hosts[0];
    let end = "2025-03-10 11:59:00";
    let mut log = Log::of(host).busy("2025-03-05 00:00:00", "2025-03-10 11:58:00");
    for line in many_names::text(planted).lines() {
        // What has a date of its own would be another line of the log.
        log = log.kernel("2025-03-10 11:58:30", line.trim_start_matches("Mar  1 02:03:04 "));
    }
    let log =
        log.kernel("2025-03-10 11:58:40", &format!("migrated to {} for Wilma Habicht", planted.hosts[1].0));
    let log = log.kernel(end, "Kernel panic - not syncing: Fatal exception");
    let log = log.comes_back("2025-03-10 12:04:00", "2025-03-12 12:00:00");
    let log = log.kernel("2025-03-12 12:00:30", "Kernel panic - not syncing: Fatal exception");
    let log = log.comes_back("2025-03-12 12:05:00", LATER);
    // Who owns them, and hosts as values of a factor, in the short spelling.
    let mut inventory = String::from("host,model,serial,owner,hypervisor\n");
    for (place, (_, full)) in planted.hosts.iter().enumerate() {
        let serial = planted.serials.get(place).map_or("", String::as_str);
        let below = &planted.hosts[1 + place % 2].0;
        inventory.push_str(&format!("{full},PowerEdge R740,{serial},Wilma Habicht,{below}\n"));
    }
    let quiet = |host: &str| Log::of(host).busy("2025-03-05 00:00:00", LATER).text;
    Evidence::new()
        .file(format!("data/kern/{full}.log").as_str(), log.text)
        .file("data/kern/other.log", quiet(&planted.hosts[1].0))
        .file(format!("data/sel/{full}.bin").as_str(), raw_sel(&[&format!("Oops on {host}: dead")]))
        .file("data/inventory.csv", inventory)
}

/// Panic messages as Linux leaves them in a SEL: records of type F0h with eleven letters each.
fn raw_sel(messages: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut id = 1_u16;
    for message in messages {
        for (number, letters) in message.as_bytes().chunks(11).enumerate() {
            let mut record = [0_u8; 16];
            record[..2].copy_from_slice(&id.to_le_bytes());
            record[2] = 0xf0;
            record[3] = 0x41;
            record[4] = number as u8;
            record[5..5 + letters.len()].copy_from_slice(letters);
            bytes.extend(record);
            id += 1;
        }
    }
    bytes
}

fn keywords(planted: &Planted) -> Vec<&str> {
    planted.keywords.iter().flat_map(|word| ["--keyword", word.as_str()]).collect()
}

#[test]
fn none_of_300_names_is_in_what_is_handed_over() {
    let planted = planted();
    let fleet = fleet(&planted);
    let keywords = keywords(&planted);
    let arguments = [&["data", "--host", &planted.hosts[0].0, "--out", "case"][..], &keywords].concat();
    let said = written(&arguments, fleet.path());
    assert!(said.contains("2 of 2 incidents are found again, with the same cause"), "{said}");
    let out = fleet.path().join("case");
    let text = all_of(&out);
    // The service tag of the machine in question is what the vendor knows it by.
    let own = &planted.serials[0];
    assert!(text.contains(own), "the serial number of the case's own host is there");
    let mut others = self::planted();
    others.serials.remove(0);
    assert_clean(&others, &text.replace(own, "own"));
    assert!(!text.contains("Wilma Habicht"), "owners are nobody's business");
    assert!(text.contains("Kernel panic - not syncing: Fatal exception"), "what happened is there");
    // Inside raw records, too: letters of one name are spread over two of them.
    let (name, sel) = contents(&zip_of(&out)).into_iter().find(|(name, _)| name.ends_with(".bin")).unwrap();
    assert_eq!(sel.len(), raw_sel(&[&format!("Oops on {}: dead", planted.hosts[0].0)]).len(), "{name}");
    let letters: Vec<u8> = sel.chunks(16).flat_map(|record| record[5..].to_vec()).collect();
    let letters = String::from_utf8_lossy(&letters);
    assert!(letters.starts_with("Oops on ") && letters.contains(": dead"), "{letters}");
    assert!(!letters.contains(&planted.hosts[0].0), "{letters}");
}

#[test]
fn two_cases_call_the_same_thing_by_the_same_name() {
    let planted = planted();
    let fleet = fleet(&planted);
    let host = &planted.hosts[0].0;
    let keywords = keywords(&planted);
    for out in ["one", "two"] {
        written(&[&["data", "--host", host, "--out", out][..], &keywords].concat(), fleet.path());
    }
    let one = contents(&zip_of(&fleet.path().join("one")));
    assert_eq!(one, contents(&zip_of(&fleet.path().join("two"))), "the same case, byte for byte");
    // A smaller case later, of other files: what it has in common has the same names.
    fs::remove_file(fleet.path().join("data/kern/other.log")).unwrap();
    written(
        &[&["data", "--host", host, "--out", "three", "--to", "2025-03-11"][..], &keywords].concat(),
        fleet.path(),
    );
    let three = contents(&zip_of(&fleet.path().join("three")));
    let log = |files: &BTreeMap<String, Vec<u8>>| {
        let log = files.iter().find(|(name, _)| name.contains("evidence/hosts") && name.ends_with(".log"));
        String::from_utf8_lossy(log.unwrap().1).into_owned()
    };
    let (one, three) = (log(&one), log(&three));
    assert!(three.lines().count() > 300);
    for line in three.lines() {
        assert!(one.contains(line), "called otherwise: {line}");
    }
}

#[test]
fn excerpts_of_the_samples_give_the_same_incidents() {
    for (sample, all) in [("reboots", 7), ("feed", 0)] {
        let folder = tempfile::tempdir().unwrap();
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data").join(sample);
        let said = written(&[data.to_str().unwrap(), "--hypothesis", "1", "--out", "case"], folder.path());
        let line = said.lines().find(|line| line.contains("found again")).unwrap();
        let mut numbers = line.split_whitespace().filter_map(|word| word.parse::<usize>().ok());
        let (same, wanted) = (numbers.next().unwrap(), numbers.next().unwrap());
        assert_eq!(same, wanted, "{said}");
        assert!(wanted >= all && wanted > 0, "{said}");
        // And by the command that a vendor would run on the zip itself.
        let unpacked = Evidence::new();
        for (name, bytes) in contents(&zip_of(&folder.path().join("case"))) {
            let name = name.split_once("!/").map_or(name.as_str(), |(_, name)| name);
            let file = unpacked.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, bytes).unwrap();
        }
        let below = fs::read_dir(unpacked.path()).unwrap().next().unwrap().unwrap().path().join("evidence");
        let output = Command::new(env!("CARGO_BIN_EXE_coroner"))
            .args(["incidents", below.to_str().unwrap(), "--format", "json"])
            .output()
            .unwrap();
        let rows: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        assert!(rows.len() >= wanted, "{} of {wanted}", rows.len());
    }
}

#[test]
fn the_map_is_for_its_owner_alone_and_never_in_the_case() {
    let planted = planted();
    let fleet = fleet(&planted);
    let host = &planted.hosts[0].0;
    let keywords = keywords(&planted);
    let run = |more: &[&str]| {
        case(&[&["data", "--host", host, "--out", "case"][..], more, &keywords].concat(), fleet.path())
    };
    let refused = |output: &Output, why: &str| {
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains(why), "{errors}");
        assert!(!fleet.path().join("case").exists(), "nothing was written");
    };
    refused(&run(&["--map", "case/map.json"]), "lies in the folder of the case");
    fs::write(fleet.path().join("torn.json"), "{\"version\":1,").unwrap();
    fs::set_permissions(fleet.path().join("torn.json"), fs::Permissions::from_mode(0o600)).unwrap();
    refused(&run(&["--map", "torn.json"]), "torn.json");
    assert_eq!(run(&[]).status.code(), Some(0));
    let map = fleet.path().join("home/.local/share/coroner/redaction.json");
    assert_eq!(fs::metadata(&map).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(map.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    let text = fs::read_to_string(&map).unwrap();
    let key = serde_json::from_str::<Value>(&text).unwrap()["key"].as_str().unwrap().to_owned();
    assert!(!all_of(&fleet.path().join("case")).contains(&key));
    fs::remove_dir_all(fleet.path().join("case")).unwrap();
    fs::set_permissions(&map, fs::Permissions::from_mode(0o644)).unwrap();
    refused(&run(&[]), "others may read it");
}

#[test]
fn what_would_still_tell_a_name_is_not_written() {
    // A name in base64 cannot be replaced; the check finds it.
    let host = "falkenhorst7";
    let log = Log::of(host)
        .busy("2025-03-05 00:00:00", "2025-03-10 11:58:00")
        .kernel("2025-03-10 11:58:30", "blob ZmFsa2VuaG9yc3Q3LmV4YW1wbGUub3Jn end")
        .kernel("2025-03-10 11:59:00", "Kernel panic - not syncing: Fatal exception");
    let fleet = Evidence::new()
        .file("data/kern.log", log.comes_back("2025-03-10 12:04:00", LATER).text)
        .file(
            "data/sel.txt",
            sel(&[("2025-03-10 12:03:00", "System Event #0x01 | OEM System boot event | Asserted")]),
        )
        .file("data/inventory.csv", format!("host,model\n{host},PowerEdge R740\n"));
    let output = case(&["data", "--host", host, "--out", "case"], fleet.path());
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{errors}");
    let mut leaks = errors.lines().filter(|line| line.contains("in base64")).peekable();
    assert!(leaks.peek().is_some() && leaks.all(|line| !line.contains(host)), "{errors}");
    assert!(!fleet.path().join("case").exists(), "nothing was written");
    let plain = written(&["data", "--host", host, "--out", "case", "--no-redaction"], fleet.path());
    assert!(plain.contains("to hand over"), "{plain}");
    assert!(all_of(&fleet.path().join("case")).contains(host));
}

#[test]
fn passwords_and_names_in_numbers_do_not_go_out() {
    let host = "kobold42";
    let numbers: Vec<String> =
        "bytes from kobold42 for gisbert \u{1b}[0m".bytes().map(|byte| byte.to_string()).collect();
    let mut journal = String::new();
    let stamp = |minute: i64| (1_741_600_000 + 60 * minute) * 1_000_000;
    for minute in (0..2_000).step_by(5) {
        journal.push_str(&format!(
            "{{\"_HOSTNAME\":\"{host}\",\"__REALTIME_TIMESTAMP\":\"{}\",\"_BOOT_ID\":\"a\",\"SYSLOG_IDENTIFIER\":\"CRON\",\"MESSAGE\":\"(root) CMD\"}}\n",
            stamp(minute)
        ));
    }
    let line = |minute: i64, program: &str, message: &str| {
        format!(
            "{{\"_HOSTNAME\":\"{host}\",\"__REALTIME_TIMESTAMP\":\"{}\",\"_BOOT_ID\":\"a\",\"SYSLOG_IDENTIFIER\":\"{program}\",\"MESSAGE\":{message}}}\n",
            stamp(minute)
        )
    };
    journal.push_str(&line(2_000, "app", &format!("[{}]", numbers.join(","))));
    journal.push_str(&line(2_000, "app", "\"login of K\\u00f6bold, password=hunter2secret\""));
    journal.push_str(&line(2_001, "kernel", "\"Kernel panic - not syncing: Fatal exception\""));
    let boot = line(2_005, "kernel", "\"Linux version 5.15.0-72-generic (gcc) #1 SMP\"");
    journal.push_str(&boot.replace("\"_BOOT_ID\":\"a\"", "\"_BOOT_ID\":\"b\""));
    for minute in (2_010..4_000).step_by(5) {
        journal.push_str(
            &line(minute, "CRON", "\"(root) CMD\"").replace("\"_BOOT_ID\":\"a\"", "\"_BOOT_ID\":\"b\""),
        );
    }
    let fleet = Evidence::new()
        .file("data/journal.json", journal)
        .file("data/inventory.csv", format!("host,model\n{host},PowerEdge R740\n"));
    let said = written(
        &["data", "--host", host, "--out", "case", "--keyword", "gisbert", "--keyword", "köbold"],
        fleet.path(),
    );
    assert!(said.contains("1 of 1 incidents are found again"), "{said}");
    let text = all_of(&fleet.path().join("case"));
    assert!(text.contains("bytes from host-") && text.contains("password=***"), "the lines are there");
    for secret in ["hunter2secret", "gisbert", "obold", &numbers.join(","), &numbers[11..19].join(",")] {
        assert!(!text.to_lowercase().contains(secret), "{secret}");
    }
}

#[test]
fn a_host_that_is_called_like_a_word_of_logs_has_one_name_in_the_case() {
    let panics = |host: &str| {
        Log::of(host)
            .busy("2025-03-05 00:00:00", "2025-03-10 11:58:00")
            .kernel("2025-03-10 11:59:00", "Kernel panic - not syncing: Fatal exception")
            .comes_back("2025-03-10 12:04:00", LATER)
            .text
    };
    let fleet = Evidence::new()
        .file("data/hosts/backup/syslog", panics("backup"))
        .file("data/hosts/mail/syslog", panics("mail"))
        .file("data/inventory.csv", "host,model\nbackup,PowerEdge R740\nmail,PowerEdge R740\n");
    let said = written(&["data", "--host", "backup", "--host", "mail", "--out", "case"], fleet.path());
    assert!(said.contains("2 of 2 incidents are found again"), "{said}");
    for (name, bytes) in contents(&zip_of(&fleet.path().join("case"))) {
        assert!(!name.contains("/backup") && !name.contains("/mail"), "{name}");
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("host = \"backup\""), "{name}");
    }
}
