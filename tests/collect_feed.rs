//! From live machines to the cause in two commands: the fleet of `sample-data/feed`, whose old UPS drops its hosts,
//! with simulated BMCs that hold its raw SELs.

#[path = "collect_lan/stand_ins.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod stand_ins;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The form in which the simulated BMC takes its log: type, time or `-`, bytes.
fn table(raw: &[u8]) -> String {
    let mut table = String::new();
    for record in raw.as_chunks::<16>().0 {
        let timed = record[2] < 0xe0;
        let time = u32::from_le_bytes([record[3], record[4], record[5], record[6]]);
        let (time, rest) =
            if timed { (time.to_string(), &record[7..]) } else { ("-".to_owned(), &record[3..]) };
        write!(table, "{:02x} {time}", record[2]).unwrap();
        rest.iter().for_each(|byte| write!(table, " {byte:02x}").unwrap());
        table.push('\n');
    }
    table
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() { files_below(&path, found) } else { found.push(path) }
    }
}

fn coroner(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_coroner")).args(arguments).output().unwrap()
}

#[test]
fn a_fleet_on_an_old_ups_is_collected_and_the_ups_is_named() {
    if !stand_ins::have("python3") {
        return;
    }
    let fleet = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/feed");
    let work = tempfile::tempdir().unwrap();
    let at = |name: &str| work.path().join(name);
    fs::write(at("password"), "secret\n").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(at("password"), fs::Permissions::from_mode(0o600)).unwrap();
    }
    let mut config = fs::read_to_string(fleet.join("coroner.toml")).unwrap();
    config
        .push_str("\n[collect]\n[collect.credentials.bmc]\nuser = \"admin\"\npassword_file = \"password\"\n");
    let mut bmcs = Vec::new();
    let mut files = Vec::new();
    files_below(&fleet, &mut files);
    for path in files {
        let place = path.strip_prefix(&fleet).unwrap().to_str().unwrap().to_owned();
        if ["coroner.toml", "truth.toml", "README.md"].contains(&place.as_str()) {
            continue;
        }
        let below_host = place.strip_prefix("hosts/").and_then(|rest| rest.split_once('/'));
        if let Some((host, "sel.bin")) = below_host {
            let log = at(&format!("{host}.table"));
            fs::write(&log, table(&fs::read(&path).unwrap())).unwrap();
            let bmc = stand_ins::fake_bmc_with(&log, "--sel-size 4000").unwrap();
            let (address, port) = (bmc.address.ip(), bmc.address.port());
            write!(
                config,
                "[[collect.group]]\nname = \"{host}\"\nhosts = \"{host}\"\nbmc = \"{address}\"\ncredentials = \"bmc\"\n\
                 ipmi = {{ port = {port} }}\n"
            )
            .unwrap();
            bmcs.push(bmc);
            continue;
        }
        let (hosts, into) = match below_host {
            Some((host, name)) => (format!("hosts = \"{host}\"\n"), name.to_owned()),
            None => (String::new(), place.clone()),
        };
        writeln!(config, "[[collect.file]]\npath = {path:?}\n{hosts}into = {into:?}").unwrap();
    }
    assert!(bmcs.len() >= 4, "the fleet has raw SELs");
    fs::write(at("coroner.toml"), config).unwrap();
    let (config, collected, report) = (at("coroner.toml"), at("collected"), at("report"));
    let [config, collected, report] = [&config, &collected, &report].map(|path| path.to_str().unwrap());

    let collection = coroner(&["collect", "--config", config, "--into", collected]);
    assert!(collection.status.success(), "{}", String::from_utf8_lossy(&collection.stderr));
    let analysis = coroner(&["analyze", collected, "--config", config, "--out", report, "--seed", "1"]);
    assert!(analysis.status.success(), "{}", String::from_utf8_lossy(&analysis.stderr));

    let findings: serde_json::Value =
        serde_json::from_slice(&fs::read(at("report").join("findings.json")).unwrap()).unwrap();
    let first = &findings["hypotheses"][0];
    assert_eq!(first["verdict"], "supported", "{first:#}");
    let terms = first["terms"].to_string();
    assert!(terms.contains("ups-old"), "{terms}");
    let used = findings["ledger"]["sources"].as_array().unwrap();
    let raw = used.iter().filter(|source| source["format"] == "ipmi-sel-raw");
    assert_eq!(raw.count(), bmcs.len());
}
