//! Many BMCs in one run, some of which are dead or answer garbage.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use tempfile::TempDir;

use crate::account;
use crate::bmcs::{Running, Simulator, network};
use crate::redfish_service::has;
use crate::site::{Ran, Site};

/// One time-out. It is long against what a healthy BMC takes.
const TIMEOUT: Duration = Duration::from_secs(1);
/// Fleets are measured one after the other.
static TURN: Mutex<()> = Mutex::new(());
/// In each log.
const RECORDS: u32 = 200;

struct Fleet {
    simulators: Vec<Simulator>,
    _log: TempDir,
}

/// What a run over the fleet came to.
struct Told {
    ran: Ran,
    took: Duration,
    /// Host → when its last file was written, since the start.
    done: BTreeMap<String, Duration>,
}

impl Fleet {
    fn start(count: usize) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log.txt");
        let record = |number| format!("02 {} 20 00 04 0c 53 6f a0 00 04\n", 1_773_366_000 + 60 * number);
        fs::write(&log, (0..RECORDS).map(record).collect::<String>()).unwrap();
        let start = || Simulator::with_log(&log, &[]);
        // Each waits for its simulator to listen, which takes no time of a processor.
        let simulators = thread::scope(|scope| {
            let starters: Vec<_> = (0..4)
                .map(|part| {
                    scope.spawn(move || (part..count).step_by(4).map(|_| start()).collect::<Option<Vec<_>>>())
                })
                .collect();
            starters.into_iter().map(|one| one.join().unwrap()).collect::<Option<Vec<_>>>()
        });
        Some(Self { simulators: simulators?.into_iter().flatten().collect(), _log: folder })
    }

    /// Addresses of the BMCs, but those of the first few as given.
    fn addresses(&self, instead: &[SocketAddr]) -> Vec<SocketAddr> {
        let own = self.simulators.iter().skip(instead.len()).map(|one| one.address);
        instead.iter().copied().chain(own).collect()
    }
}

fn host(number: usize) -> String {
    format!("kvm{number:03}")
}

/// One collection, with fewer tasks at once than there are BMCs.
fn collect(addresses: &[SocketAddr], at_once: usize) -> Told {
    let settings =
        format!("[collect]\ntimeout_s = {}\nattempts = 2\nconcurrency = {at_once}\n", TIMEOUT.as_secs());
    let mut site = Site::new().settings(&settings);
    for (number, address) in addresses.iter().enumerate() {
        site = site.ipmi(&host(number), *address);
    }
    #[expect(clippy::disallowed_methods, reason = "files are dated by the clock of the day")]
    let (begun, wall) = (Instant::now(), SystemTime::now());
    let ran = site.collect();
    let took = begun.elapsed();
    assert!(site.collected().exists(), "{ran:?}");
    account::check(&site.collected());
    assert_eq!(account::lines(&site.collected()).len(), addresses.len());
    let mut done = BTreeMap::new();
    for (path, content) in account::files(&site.collected()) {
        let written = fs::metadata(site.collected().join(&path)).unwrap().modified().unwrap();
        let name = path.split('/').nth(1).unwrap().to_owned();
        let since = written.duration_since(wall).unwrap_or_default();
        let latest = done.entry(name).or_insert(since);
        *latest = since.max(*latest);
        if path.ends_with("sel.raw") {
            assert_eq!(content.chunks(16).collect::<BTreeSet<_>>().len(), RECORDS as usize, "{path}");
        }
    }
    Told { ran, took, done }
}

/// With a tenth of the fleet dead or talking nonsense, the others are there at most one time-out later.
fn bad_ones_hold_up_nobody(count: usize, at_once: usize) {
    if !has(&["python3"]) {
        return;
    }
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(fleet) = Fleet::start(count) else { return };
    let healthy = collect(&fleet.addresses(&[]), at_once);
    assert_eq!(healthy.ran.code, Some(0), "{}", healthy.ran.errors);
    assert_eq!(healthy.done.len(), count);
    let bad = count / 10;
    let babblers: Vec<Running> =
        (0..bad / 2).map(|number| network(fleet.simulators[number].address, "--garbage 100")).collect();
    let instead: Vec<_> = babblers.iter().map(|one| one.address).collect();
    let dead = &fleet.simulators[instead.len()..bad];
    dead.iter().for_each(|one| one.signal("-STOP"));
    let wounded = collect(&fleet.addresses(&instead), at_once);
    dead.iter().for_each(|one| one.signal("-CONT"));

    let last = |told: &Told| (bad..count).map(|number| told.done[&host(number)]).max().unwrap();
    println!(
        "{count} BMCs: all in {:?}, the good ones in {:?}; with {bad} bad ones in {:?}, the good ones in {:?}",
        healthy.took,
        last(&healthy),
        wounded.took,
        last(&wounded)
    );
    assert!(last(&wounded) <= last(&healthy) + TIMEOUT);
    let ran = wounded.ran.ended_with(4);
    assert_eq!(ran.errors.lines().count(), bad, "{}", ran.errors);
    for number in 0..bad {
        let why = if number < bad / 2 { "damaged" } else { "no answer" };
        let line = ran.errors.lines().find(|line| line.contains(&host(number))).unwrap();
        assert!(line.contains(why), "{line}");
    }
    let row: Vec<&str> =
        ran.out.lines().find(|line| line.starts_with("ipmi")).unwrap().split_whitespace().collect();
    assert_eq!(row[..4], ["ipmi", &(count - bad).to_string(), "0", &bad.to_string()]);
}

#[test]
fn two_bad_bmcs_of_twenty_hold_up_nobody() {
    bad_ones_hold_up_nobody(20, 8);
}

#[test]
#[ignore = "takes half a minute and 200 processes"]
fn twenty_bad_bmcs_of_two_hundred_hold_up_nobody() {
    bad_ones_hold_up_nobody(200, 64);
}

/// How long FreeIPMI takes for the same, with as many at once as it chooses.
fn free_ipmi(fleet: &Fleet) -> Duration {
    let hosts: Vec<String> = fleet.simulators.iter().map(|one| one.address.to_string()).collect();
    let cache = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let output = Command::new("ipmi-sel")
        .args(["-h", &hosts.join(","), "-u", "admin", "-p", "secret", "-D", "LAN_2_0", "-I", "3"])
        .args(["-W", "opensesspriv", "--quiet-cache", "--sdr-cache-directory"])
        .arg(cache.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let took = begun.elapsed();
    let lines =
        String::from_utf8_lossy(&output.stdout).lines().filter(|line| line.contains("Memory")).count();
    assert_eq!(
        lines,
        fleet.simulators.len() * RECORDS as usize,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    took
}

#[test]
#[ignore = "takes half a minute and 200 processes"]
fn two_hundred_bmcs_take_less_time_than_with_free_ipmi() {
    if !has(&["ipmi-sel"]) {
        return;
    }
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(fleet) = Fleet::start(200) else { return };
    // In turns, since other things happen on the machine, too.
    let turns: Vec<(Duration, Duration)> =
        (0..3).map(|_| (collect(&fleet.addresses(&[]), 64).took, free_ipmi(&fleet))).collect();
    println!("the program and ipmi-sel: {turns:?}");
    let ours = turns.iter().map(|(ours, _)| *ours).min().unwrap();
    let theirs = turns.iter().map(|(_, theirs)| *theirs).min().unwrap();
    assert!(ours <= theirs.mul_f64(0.7), "{ours:?} and {theirs:?}");
}
