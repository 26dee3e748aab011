//! The files as a whole: checksums, the zip, sizes, and that they are always the same.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use coroner::case::{Bundle, Request, Scope, Sealed, gather, zip};
use coroner::model::{Report, SourceEntry};

use crate::stand_in::{self, Memory, SHARED_LOG};
use crate::{files, fleet, of_the_fleet, sealed, text};

/// A folder of its own that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("coroner-case-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Whether a program is there; without it, a test says so and passes.
fn has(program: &str, argument: &str) -> bool {
    let found = Command::new(program).arg(argument).output().is_ok();
    if !found {
        assert!(std::env::var_os("CORONER_TESTS_REQUIRE_ALL").is_none(), "needs {program}");
        println!("skipped: needs {program}");
    }
    found
}

fn packed(sealed: &Sealed) -> Vec<u8> {
    zip(sealed).unwrap()
}

/// The zip in a folder of its own.
fn written(name: &str, sealed: &Sealed) -> Folder {
    let folder = Folder::new(name);
    fs::write(folder.0.join("case.zip"), packed(sealed)).unwrap();
    folder
}

#[test]
fn the_zip_is_sound_to_unzip_and_its_checksums_to_sha256sum() {
    if !(has("unzip", "-v") && has("sha256sum", "--version")) {
        return;
    }
    let (report, memory) = stand_in::fleet_and_sources();
    let sealed = sealed(&report, &memory, &["kvm01"]);
    let folder = written("unzip", &sealed);
    let tested = Command::new("unzip").args(["-t", "case.zip"]).current_dir(&folder.0).output().unwrap();
    assert!(tested.status.success(), "{}", String::from_utf8_lossy(&tested.stdout));
    let unpacked = Command::new("unzip").args(["-q", "case.zip"]).current_dir(&folder.0).output().unwrap();
    assert!(unpacked.status.success());
    let case = folder.0.join(&sealed.name);
    for (name, bytes) in &sealed.files {
        assert_eq!(&fs::read(case.join(name)).unwrap(), bytes, "{name}");
    }
    let check = || Command::new("sha256sum").args(["-c", "SHA256SUMS"]).current_dir(&case).output().unwrap();
    let checked = check();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
    assert_eq!(String::from_utf8_lossy(&checked.stdout).lines().count(), sealed.files.len() - 1);
    fs::write(case.join("case.md"), "changed").unwrap();
    assert!(!check().status.success());
}

#[test]
fn python_reads_names_modes_and_times_of_the_zip() {
    if !has("python3", "--version") {
        return;
    }
    let (report, memory) = stand_in::fleet_and_sources();
    let sealed = of_the_fleet(&report, &memory);
    let folder = written("python", &sealed);
    let script = "import zipfile\nz = zipfile.ZipFile('case.zip')\nassert z.testzip() is None\n\
                  for i in z.infolist(): print(i.filename, oct(i.external_attr >> 16), *i.date_time)\n";
    let output = Command::new("python3").args(["-c", script]).current_dir(&folder.0).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).unwrap();
    let expected: String = sealed
        .files
        .iter()
        .map(|(name, _)| format!("{}/{name} 0o100644 2026 1 1 0 0 0\n", sealed.name))
        .collect();
    assert_eq!(listed, expected, "sorted, and all of the time of the report");
}

#[test]
fn the_same_data_give_the_same_bytes_in_any_order() {
    let (report, memory) = stand_in::fleet_and_sources();
    let first = packed(&of_the_fleet(&report, &memory));
    let (mut other, mut shuffled) = (report.clone(), memory);
    other.sources.reverse();
    shuffled.marks.values_mut().for_each(|marks| marks.reverse());
    assert_eq!(first, packed(&of_the_fleet(&report, &shuffled)));
    assert_eq!(first, packed(&of_the_fleet(&other, &shuffled)));
}

#[test]
fn the_account_names_source_lines_and_checksums_of_every_excerpt() {
    let (report, memory) = stand_in::fleet_and_sources();
    let sealed = sealed(&report, &memory, &["kvm01"]);
    let manifest: serde_json::Value = serde_json::from_str(text(&sealed, "manifest.json")).unwrap();
    let all = files(&sealed);
    for file in manifest["files"].as_array().unwrap() {
        let bytes = all[file["file"].as_str().unwrap()];
        assert_eq!(file["bytes"].as_u64(), Some(bytes.len() as u64));
        assert_eq!(file["redacted"], false);
    }
    let log =
        manifest["files"].as_array().unwrap().iter().find(|file| file["original"]["source"] == SHARED_LOG);
    let original = &log.unwrap()["original"];
    assert_eq!(original["bytes"].as_u64(), Some(memory.bytes[SHARED_LOG].len() as u64));
    assert_eq!(original["unit"], "lines");
    let whole = String::from_utf8(memory.bytes[SHARED_LOG].clone()).unwrap();
    let whole: Vec<&str> = whole.lines().collect();
    let taken: Vec<&str> = original["taken"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|piece| {
            &whole[piece[0].as_u64().unwrap() as usize - 1..piece[1].as_u64().unwrap() as usize]
        })
        .copied()
        .collect();
    let excerpt: Vec<&str> = text(&sealed, "evidence/hosts/kvm01/central_syslog.2").lines().collect();
    assert_eq!(taken, excerpt, "the lines that it names are those that are there");
}

#[test]
fn a_storm_of_messages_makes_no_huge_excerpt() {
    let (mut report, mut memory) = stand_in::fleet_and_sources();
    let incident = report.incidents[0].at;
    let line = format!("2025-01-19T02:10:00Z kvm01 kernel: {}\n", "x".repeat(400));
    let marks = (1..=60_000).map(|n| coroner::case::Mark {
        host: Some("kvm01".to_owned()),
        offset: 0,
        len: 0,
        line: n,
        at: Some(incident - chrono::TimeDelta::milliseconds(60_000 - n as i64)),
    });
    let storm = "logs/storm.log";
    memory.marks.insert(storm.to_owned(), marks.collect());
    memory.bytes.insert(storm.to_owned(), line.repeat(60_000).into_bytes());
    let entry = report.sources.iter().find(|source| source.path == SHARED_LOG).unwrap();
    let path = storm.to_owned();
    let (format, host) = (Some("syslog-rfc3339".to_owned()), Some("kvm01".to_owned()));
    report.sources.push(SourceEntry { path, format, host, ..entry.clone() });
    let sealed = sealed(&report, &memory, &["kvm01"]);
    let excerpt = text(&sealed, "evidence/hosts/kvm01/logs_storm.log");
    assert!((4_000..=6_001).contains(&excerpt.lines().count()), "{}", excerpt.lines().count());
    assert!(text(&sealed, "README.txt").contains("shortened"));
    assert!(sealed.markdown.contains("had to be shortened"));
}

#[test]
fn thousands_of_incidents_make_a_page_that_can_be_read() {
    let mut report = fleet::fleet();
    let pattern = report.incidents[0].clone();
    for n in 0..5_000i64 {
        let mut incident = pattern.clone();
        incident.at -= chrono::TimeDelta::minutes(n + 1);
        incident.id = format!("more-{n}");
        report.incidents.push(incident);
    }
    let sealed = sealed(&report, &Memory::default(), &["kvm01"]);
    assert!(sealed.html.len() < 400_000, "{} bytes", sealed.html.len());
    assert!(sealed.html.contains("5001 times"));
    assert_eq!(sealed.html.matches("<article>").count(), 12);
}

#[test]
fn without_any_source_there_is_still_a_cover_page() {
    let mut report: Report = fleet::fleet();
    report.sources.clear();
    report.coverage.clear();
    report.surroundings.clear();
    report.host_factors.clear();
    let sealed = of_the_fleet(&report, &Memory::default());
    let names: Vec<&str> = sealed.files.iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.contains(&"case.html") && names.contains(&"SHA256SUMS"));
    assert!(!names.iter().any(|name| name.starts_with("decoded")));
    assert!(sealed.markdown.contains("not known"));
    assert!(sealed.markdown.contains("0 excerpts of the original logs"));
}

#[test]
fn a_checksum_of_the_original_does_not_help_to_guess_what_was_replaced() {
    let (mut report, mut memory) = stand_in::fleet_and_sources();
    let inventory = "hosts/kvm01/dmidecode.txt";
    memory.bytes.insert(inventory.to_owned(), b"name kvm01\n".to_vec());
    let entry = report.sources.iter().find(|source| source.path == SHARED_LOG).unwrap();
    let (format, host) = (Some("dmidecode-text".to_owned()), Some("kvm01".to_owned()));
    let (path, kind) = (inventory.to_owned(), "inventory".to_owned());
    report.sources.push(SourceEntry { path, format, host, kind, bytes: 11, ..entry.clone() });
    let request = Request { hosts: vec!["kvm01".to_owned()], ..Request::default() };
    let mut bundle = gather(&report, &Scope::of(&report, &request).unwrap(), &memory);
    let sum_of = |bundle: &Bundle, end: &str| {
        let sealed = bundle.seal().unwrap();
        let manifest: serde_json::Value = serde_json::from_str(text(&sealed, "manifest.json")).unwrap();
        let entries = manifest["files"].as_array().unwrap().clone();
        let file = entries.into_iter().find(|file| file["file"].as_str().unwrap().ends_with(end));
        file.unwrap()["original"]["sha256"].clone()
    };
    assert!(sum_of(&bundle, "dmidecode.txt").is_string());
    bundle.map_texts(&mut |_, bytes| String::from_utf8_lossy(bytes).replace("kvm01", "a").into_bytes());
    assert!(sum_of(&bundle, "dmidecode.txt").is_null(), "it was the whole file");
    assert!(sum_of(&bundle, "central_syslog.2").is_string(), "the rest of the file is not known");
    assert!(sum_of(&bundle, "sel_a.bin").is_string(), "nothing was replaced");
}
