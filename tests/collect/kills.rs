//! A run that is killed at any moment loses nothing and doubles nothing.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use crate::account::{self, Files};
use crate::bmcs::{self, Running, Simulator, fake_bmc, network};
use crate::redfish_service::{StandIn, has};
use crate::site::Site;
use crate::ssh_server::Server;

/// Kills that hit a run while it runs.
const KILLS: usize = 50;
const NEAR: &str = "--delay 3 --jitter 2";

/// Five BMCs behind a network that is not the quickest, a sixth with power readings, Redfish, a command and a file.
struct Fleet {
    site: Site,
    _simulators: Vec<Simulator>,
    _networks: Vec<Running>,
    _service: StandIn,
}

impl Fleet {
    fn start() -> Option<Self> {
        if !has(&["python3", "openssl"]) {
            return None;
        }
        let simulators = (0..5).map(|_| Simulator::start(&[])).collect::<Option<Vec<_>>>()?;
        let fake = fake_bmc("--sessions 1000")?;
        let mut networks: Vec<_> = simulators.iter().map(|one| network(one.address, NEAR)).collect();
        networks.push(network(fake.address, NEAR));
        let addresses: Vec<_> = networks.iter().map(|one| one.address).collect();
        networks.push(fake);
        let service = StandIn::with_made_tree(&[], &["--sessions=1000", "--page=10"]);
        let mut site = Site::new().redfish("kvm1", &service);
        for (number, address) in addresses.into_iter().enumerate() {
            site = site.ipmi(&format!("kvm{number}"), address);
        }
        fs::write(site.path("jobs.csv"), "job,host,start,end,status\n").unwrap();
        let site = site
            .command("list of jobs", &["echo", "job,host"], "backup/list.csv")
            .rule("[[collect.file]]\npath = \"jobs.csv\"\ninto = \"backup/jobs.csv\"\n");
        Some(Self { site, _simulators: simulators, _networks: networks, _service: service })
    }
}

/// A generator of moments (SplitMix64) that a failed run can be repeated with.
struct Moments(u64);

impl Moments {
    /// A moment before `end`.
    fn before(&mut self, end: Duration) -> Duration {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        end.mul_f64((z ^ (z >> 31)) as f64 / u64::MAX as f64)
    }
}

/// Kills a run after so long. Returns whether it was still running.
fn kill_after(mut run: Child, moment: Duration) -> bool {
    thread::sleep(moment);
    run.kill().unwrap();
    run.wait().unwrap().signal() == Some(9)
}

/// How long a run takes that nobody kills.
fn undisturbed(site: &Site) -> Duration {
    let begun = Instant::now();
    site.run(&["--into", "undisturbed"]).ended_with(0);
    begun.elapsed()
}

#[test]
fn a_run_killed_at_any_moment_is_continued_without_a_loss_or_a_double() {
    let Some(fleet) = Fleet::start() else { return };
    let site = &fleet.site;
    let (first, second) = (undisturbed(site), undisturbed(site));
    account::check(&site.path("undisturbed"));
    let wanted = account::files(&site.path("undisturbed"));
    assert_eq!(wanted["hosts/kvm0/ipmi/sel.raw"].len(), 44 * 16);

    let mut moments = Moments(5);
    let (mut killed, mut into) = (0, String::new());
    for number in 0.. {
        into = format!("killed{number}");
        // The later kills hit runs that go on from the first.
        for end in [first, second, second] {
            let moment = moments.before(end);
            killed += usize::from(kill_after(site.start(&into), moment));
        }
        site.run(&["--into", &into]).ended_with(0);
        account::check(&site.path(&into));
        compare(&account::files(&site.path(&into)), &wanted);
        if killed >= KILLS {
            println!("{killed} runs of {first:?} and {second:?} were killed in {} folders", number + 1);
            break;
        }
    }
    let before = account::files(&site.path(&into));
    site.run(&["--into", &into]).ended_with(0);
    assert_eq!(logs(&before), logs(&account::files(&site.path(&into))), "another run finds nothing new");
}

/// The same for what is read over SSH, where each question takes a connection.
#[test]
fn a_killed_reading_over_ssh_is_continued_without_a_loss_or_a_double() {
    let Some(server) = Server::plain() else { return };
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("node.log");
    let lines = |numbers: std::ops::Range<u32>| -> String {
        numbers.map(|number| format!("line {number} of the log\n")).collect()
    };
    fs::write(&log, lines(0..20_000)).unwrap();
    let site = Site::new().ssh("kvm1", &server, &[&log]);
    let first = undisturbed(&site);
    let mut moments = Moments(6);
    for number in 0..3 {
        fs::write(&log, lines(0..20_000)).unwrap();
        let into = format!("killed{number}");
        let hit = kill_after(site.start(&into), moments.before(first));
        fs::write(&log, lines(0..30_000)).unwrap();
        site.run(&["--into", &into]).ended_with(0);
        account::check(&site.path(&into));
        let files = account::files(&site.path(&into));
        let (path, found) = files.iter().find(|(path, _)| path.ends_with("node.log")).unwrap();
        assert!(*found == lines(0..30_000).into_bytes(), "{path}: {} bytes; killed: {hit}", found.len());
    }
}

/// What must be the same, byte by byte.
fn logs(files: &Files) -> BTreeMap<&str, &[u8]> {
    let is_log = |path: &str| {
        ["sel.raw", "firmware.jsonl", "identity.jsonl", "service.jsonl", ".log"]
            .iter()
            .any(|end| path.ends_with(end))
            || path.contains("/log.")
    };
    files
        .iter()
        .filter(|(path, _)| is_log(path))
        .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
        .collect()
}

/// Answers that stand for one moment: name without the time, and content.
fn snapshots(files: &Files) -> Vec<(String, &[u8])> {
    let without_time = |path: &str| {
        let parts = path.split('.').filter(|part| !(part.len() == 16 && part.ends_with('Z')));
        parts.collect::<Vec<_>>().join(".")
    };
    let mut snapshots: Vec<_> = files
        .iter()
        .filter(|(path, _)| path.starts_with("site/") || path.contains("/sdr."))
        .map(|(path, bytes)| (without_time(path), bytes.as_slice()))
        .collect();
    snapshots.sort();
    snapshots
}

#[track_caller]
fn compare(found: &Files, undisturbed: &Files) {
    let (found_logs, wanted_logs) = (logs(found), logs(undisturbed));
    assert_eq!(found_logs.keys().collect::<Vec<_>>(), wanted_logs.keys().collect::<Vec<_>>());
    for (path, wanted) in wanted_logs {
        assert!(
            found_logs[path] == wanted,
            "{path}: {} bytes and not {}",
            found_logs[path].len(),
            wanted.len()
        );
    }
    let (found_snapshots, wanted_snapshots) = (snapshots(found), snapshots(undisturbed));
    let names =
        |snapshots: &[(String, &[u8])]| snapshots.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&found_snapshots), names(&wanted_snapshots));
    assert!(found_snapshots == wanted_snapshots);
    // A line for each run that came so far, and for none twice.
    for path in undisturbed.keys().filter(|path| path.ends_with("answers.jsonl")) {
        let mut lines: Vec<&[u8]> = found[path].split_inclusive(|byte| *byte == b'\n').collect();
        assert!((1..=4).contains(&lines.len()), "{path}: {} lines", lines.len());
        let all = lines.len();
        lines.sort_unstable();
        lines.dedup();
        assert_eq!(lines.len(), all, "{path}");
    }
}

/// A run may be killed between its line in the account and its state. The next one reads the same again.
#[test]
fn a_run_killed_in_front_of_its_last_step_is_done_again() {
    let Some(bmc) = fake_bmc("--sessions 100") else { return };
    let site = Site::new().ipmi("kvm01", bmc.address);
    site.collect().ended_with(0);
    let undisturbed = account::files(&site.collected());
    // Answers have the second in their name.
    thread::sleep(Duration::from_secs(1));
    let state = site.path("state");
    copy(&site.collected().join(".coroner"), &state);
    site.collect().ended_with(0);
    fs::remove_dir_all(site.collected().join(".coroner")).unwrap();
    copy(&state, &site.collected().join(".coroner"));
    site.collect().ended_with(0);
    account::check(&site.collected());
    compare(&account::files(&site.collected()), &undisturbed);
    thread::sleep(Duration::from_secs(1));
    fs::remove_dir_all(site.collected().join(".coroner")).unwrap();
    site.collect().ended_with(0);
    account::check(&site.collected());
    compare(&account::files(&site.collected()), &undisturbed);
}

/// A run may be killed between its state and its line in the account.
#[test]
fn a_line_that_was_not_written_is_written_by_the_next_run() {
    if !bmcs::have("ipmitool") {
        return;
    }
    let Some(bmc) = fake_bmc("") else { return };
    let site = Site::new().ipmi("kvm01", bmc.address).command("list", &["echo", "a"], "list.csv");
    let account = site.collected().join("collected.jsonl");
    site.collect().ended_with(0);
    fs::write(&account, "").unwrap();
    site.collect().ended_with(0);
    account::check(&site.collected());

    bmcs::ipmitool(bmc.address, 17, &["sel", "clear"]);
    let before = fs::read(&account).unwrap();
    site.collect().ended_with(0).says(&["the event log was cleared"]);
    fs::write(&account, before).unwrap();
    site.collect().ended_with(0);
    account::check(&site.collected());
    let lines = account::lines(&site.collected());
    let cleared = lines.iter().filter(|line| line["findings"][0]["id"] == "sel-cleared");
    assert_eq!(cleared.count(), 1, "{lines:#?}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// A half record and a half line, as a machine that loses power leaves them.
#[test]
fn torn_ends_are_mended() {
    let Some(bmc) = bmcs::fake_bmc("") else { return };
    let site = Site::new().ipmi("kvm01", bmc.address);
    site.collect().ended_with(0);
    let undisturbed = account::files(&site.collected());
    for (name, kept) in [("sel.raw", 20 * 16 + 7), ("answers.jsonl", 300), ("power.csv", 70)] {
        let file =
            fs::OpenOptions::new().write(true).open(site.collected().join("hosts/kvm01/ipmi").join(name));
        file.unwrap().set_len(kept).unwrap();
    }
    let manifest = site.collected().join("collected.jsonl");
    let torn = fs::read_to_string(&manifest).unwrap() + "{\"at\":\"2026-";
    fs::write(&manifest, torn).unwrap();
    site.collect().ended_with(0);
    let mended = account::files(&site.collected());
    let name = "hosts/kvm01/ipmi/sel.raw";
    assert_eq!(mended[name], undisturbed[name]);
    account::lines(&site.collected());
    for path in mended.keys() {
        account::check_whole(path, &mended[path]);
    }
    let rows = String::from_utf8(mended["hosts/kvm01/ipmi/power.csv"].clone()).unwrap();
    assert!(rows.lines().all(|row| row.split(',').count() == 6), "{rows}");
}
