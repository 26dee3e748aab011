//! Same input, same bytes out: any number of threads, any order of files, in one stage or two.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

mod evidence;

use evidence::{Evidence, Log, sel};

const BOOT: &str = "System Event #0x01 | OEM System boot event | Asserted";

/// Shown path and content of the files of a small fleet, with something of everything.
fn fleet() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut inventory = "host,model,bios_version,rack,pdu,role\n".to_owned();
    for number in 0..8 {
        let name = format!("n{number}");
        let (model, bios) = if number < 4 { ("EX-410", "6.0.7") } else { ("EX-220", "2.1") };
        inventory.push_str(&format!("{name},{model},{bios},r0{},r0{}-a,web\n", number % 2, number % 3));
        let log = if number % 2 == 0 { Log::of(&name) } else { Log::yearless(&name) };
        let day = 8 + number;
        let at = |clock: &str| format!("2025-03-{day:02} {clock}");
        let log = log
            .boots("2025-03-02 08:00:00")
            .busy_every(20, "2025-03-02 08:05:00", &at("12:00:00"))
            .kernel(&at("12:00:10"), "EDAC MC0: 3 CE memory read error on CPU_SrcID#0_Ha#0_Chan#1_DIMM#0");
        let log = match number {
            0 => log.kernel(&at("12:00:20"), "Kernel panic - not syncing: Fatal exception"),
            1 => log
                .says(&at("12:00:20"), "sudo: bob : PWD=/root ; USER=root ; COMMAND=/sbin/reboot")
                .stops(&at("12:00:30")),
            2 => log.stops(&at("12:00:30")),
            _ => log,
        };
        let log = log.boots(&at("12:04:00")).busy_every(20, &at("12:20:00"), "2025-03-25 00:00:00");
        let cut = log.text.len() / 2;
        let cut = cut + log.text[cut..].find('\n').unwrap() + 1;
        files.push((format!("hosts/{name}/kern.log.1"), log.text.as_bytes()[..cut].to_vec()));
        files.push((format!("hosts/{name}/kern.log"), log.text.as_bytes()[cut..].to_vec()));
        let entries = [
            ("2025-03-02 09:01:00".to_owned(), BOOT),
            (at("12:59:00"), "Power Supply PS1 Status | Power Supply AC lost | Asserted"),
            (at("13:03:00"), BOOT),
        ];
        let entries: Vec<(&str, &str)> = entries.iter().map(|(at, event)| (at.as_str(), *event)).collect();
        files.push((format!("hosts/{name}/sel.txt"), sel(&entries).into_bytes()));
    }
    files.push(("inventory.csv".to_owned(), inventory.into_bytes()));
    let mut backups = "job,host,start,end,status\n".to_owned();
    let mut power = "time,host,watts\n".to_owned();
    for day in 3..24 {
        for number in 0..8 {
            backups.push_str(&format!(
                "nightly,n{number},2025-03-{day:02} 11:{number}0:00,2025-03-{day:02} 12:{number}0:00,ok\n"
            ));
            power.push_str(&format!("2025-03-{day:02}T11:00:00Z,n{number},{}\n", 200 + number * day));
        }
    }
    files.push(("backups.csv".to_owned(), backups.into_bytes()));
    files.push(("power.csv".to_owned(), power.into_bytes()));
    let windows = "start,end,scope,what\n2025-03-10T11:00:00Z,2025-03-10T13:00:00Z,n2,kernel\n";
    files.push(("maintenance.csv".to_owned(), windows.into()));
    let list = "host,time,cause\nn7,2025-03-20 12:00:00,power\nn6,2025-03-21 12:00:00,\n";
    files.push(("incidents.csv".to_owned(), list.into()));
    files.push(("notes.txt".to_owned(), b"Nothing of interest.\n".to_vec()));
    files.push(("coroner.toml".to_owned(), b"timezone = \"UTC\"\n".to_vec()));
    files
}

fn laid_out(files: impl Iterator<Item = (String, Vec<u8>)>) -> Evidence {
    files.fold(Evidence::new(), |evidence, (path, content)| evidence.file(&path, content))
}

fn coroner(arguments: &[&str], paths: &[PathBuf], threads: u32) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_coroner"))
        .args(arguments)
        .args(paths)
        .env("RAYON_NUM_THREADS", threads.to_string())
        .env_remove("NO_COLOR")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// All files of the report but the facts of the sources, which keep the times of the file system.
fn analysed(paths: &[PathBuf], threads: u32) -> Vec<(String, Vec<u8>)> {
    let out = tempfile::tempdir().unwrap();
    coroner(&["analyze", "--out", out.path().to_str().unwrap()], paths, threads);
    contents(out.path())
}

fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for path in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                open.push(path);
            } else if !name.starts_with("sources-") {
                found.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[track_caller]
fn assert_same(first: &[(String, Vec<u8>)], second: &[(String, Vec<u8>)]) {
    let names =
        |files: &[(String, Vec<u8>)]| -> Vec<String> { files.iter().map(|file| file.0.clone()).collect() };
    assert_eq!(names(first), names(second));
    let differing: Vec<&String> =
        first.iter().zip(second).filter(|(a, b)| a.1 != b.1).map(|(file, _)| &file.0).collect();
    assert!(differing.is_empty(), "{differing:?} differ");
}

/// The same but for the messages that are new before incidents, which need the files themselves.
#[track_caller]
fn assert_same_but_for_new_messages(first: &[(String, Vec<u8>)], second: &[(String, Vec<u8>)]) {
    let findings = |files: &[(String, Vec<u8>)]| -> serde_json::Value {
        let (_, bytes) = files.iter().find(|(name, _)| name == "findings.json").unwrap();
        let mut findings: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        let fields = findings.as_object_mut().unwrap();
        assert!(fields.remove("novelty").is_some() && fields.remove("novel_messages").is_some());
        findings
    };
    assert_eq!(findings(first), findings(second));
    let others = |files: &[(String, Vec<u8>)]| -> Vec<(String, Vec<u8>)> {
        let is_text = |name: &str| ["findings.json", "report.html", "report.md"].contains(&name);
        files.iter().filter(|(name, _)| !is_text(name)).cloned().collect()
    };
    assert_same(&others(first), &others(second));
}

#[test]
fn one_thread_and_many_write_the_same_bytes() {
    let evidence = laid_out(fleet().into_iter());
    let path = [evidence.path().to_path_buf()];
    let one = analysed(&path, 1);
    assert!(one.iter().any(|(name, _)| name == "findings.json") && one.len() > 6);
    assert_same(&one, &analysed(&path, 2));
    assert_same(&one, &analysed(&path, 7));
}

#[test]
fn files_that_were_written_in_another_order_give_the_same_bytes() {
    let forwards = laid_out(fleet().into_iter());
    let backwards = laid_out(fleet().into_iter().rev());
    assert_same(
        &analysed(&[forwards.path().to_path_buf()], 2),
        &analysed(&[backwards.path().to_path_buf()], 2),
    );
}

#[test]
fn paths_given_in_another_order_or_twice_give_the_same_bytes() {
    let evidence = laid_out(fleet().into_iter());
    let at = |part: &str| evidence.path().join(part);
    let parts =
        ["hosts", "inventory.csv", "backups.csv", "power.csv", "maintenance.csv", "incidents.csv"].map(at);
    let mut shuffled = parts.to_vec();
    shuffled.rotate_left(2);
    shuffled.swap(0, 3);
    let first = analysed(&parts, 2);
    assert_same(&first, &analysed(&shuffled, 1));
    shuffled.push(at("inventory.csv"));
    shuffled.push(at("hosts/../hosts"));
    assert_same(&first, &analysed(&shuffled, 2));
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_the_same_incidents() {
    let evidence = laid_out(fleet().into_iter());
    let run = |seed: &str| {
        let out = tempfile::tempdir().unwrap();
        let arguments = ["analyze", "--seed", seed, "--out", out.path().to_str().unwrap()];
        coroner(&arguments, &[evidence.path().to_path_buf()], 2);
        fs::read_to_string(out.path().join("findings.json")).unwrap()
    };
    let (first, again, other) = (run("1"), run("1"), run("4711"));
    assert!(first == again);
    let incidents =
        |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap()["incidents"].clone();
    assert_eq!(incidents(&first), incidents(&other));
}

#[test]
fn facts_in_between_change_nothing() {
    let evidence = laid_out(fleet().into_iter());
    let config = evidence.path().join("coroner.toml");
    let direct = analysed(&[evidence.path().to_path_buf()], 2);

    let facts = tempfile::tempdir().unwrap();
    let folder = facts.path().to_str().unwrap();
    coroner(&["ingest", "--facts", folder], &[evidence.path().to_path_buf()], 1);
    let out = tempfile::tempdir().unwrap();
    let arguments = [
        "analyze",
        "--facts",
        folder,
        "--config",
        config.to_str().unwrap(),
        "--out",
        out.path().to_str().unwrap(),
    ];
    coroner(&arguments, &[], 2);
    assert_same_but_for_new_messages(&direct, &contents(out.path()));
}

#[test]
fn facts_of_parts_of_a_fleet_in_one_folder_are_the_facts_of_the_fleet() {
    let evidence = laid_out(fleet().into_iter());
    let at = |part: &str| evidence.path().join(part);
    let parts =
        ["hosts", "inventory.csv", "backups.csv", "power.csv", "maintenance.csv", "incidents.csv"].map(at);
    let facts = tempfile::tempdir().unwrap();
    let folder = facts.path().to_str().unwrap();
    for part in parts.iter().rev() {
        coroner(&["ingest", "--facts", folder], std::slice::from_ref(part), 2);
    }
    coroner(&["ingest", "--facts", folder], &parts[..1], 1);
    let out = tempfile::tempdir().unwrap();
    coroner(&["analyze", "--facts", folder, "--out", out.path().to_str().unwrap()], &[], 2);
    assert_same_but_for_new_messages(&analysed(&parts, 2), &contents(out.path()));
}

#[test]
fn a_report_inside_the_evidence_is_not_read_as_evidence() {
    let evidence = laid_out(fleet().into_iter());
    let path = [evidence.path().to_path_buf()];
    let first = analysed(&path, 2);
    let inside = evidence.path().join("coroner-report");
    coroner(&["analyze", "--out", inside.to_str().unwrap()], &path, 2);
    assert_same(&first, &analysed(&path, 2));
}
