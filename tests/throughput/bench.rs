//! How fast files are read, as ratios to tools that do less or more with the same file in the same run.
//!
//! `cargo bench --bench throughput -- [--megabytes N] [--runs N] [--without-lnav]`
//!
//! | what | against | to be at most |
//! |---|---|---|
//! | `coroner ingest` of a syslog | `rg -c` with ten literals of ours | 2.0 |
//! | the same | `lnav -n` | 1/6 |
//! | `coroner ingest` of it, gzipped | `zcat` into `wc -l` | 1.3 |
//! | a million raw SEL records, decoded | a second | 1 |
//!
//! Runs take turns, and medians are compared, so that what else the machine does hits all alike. A
//! tool that is missing is said to be missing.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use coroner::ingest::drive::read_bytes;
use coroner::knowledge::Knowledge;
use coroner::model::record::SourceId;

mod syslog;

/// Literals of shipped signatures, as an administrator would look for them.
const LITERALS: [&str; 10] = [
    "Kernel panic - not syncing",
    "Linux version ",
    "soft lockup",
    "hard LOCKUP",
    "blocked for more than",
    "Out of memory",
    "Machine Check",
    "BERT: Error records from previous boot",
    "systemd-shutdown",
    "Aborting journal",
];

struct Plan {
    megabytes: u64,
    runs: usize,
    lnav: bool,
}

fn plan() -> Plan {
    let mut plan = Plan { megabytes: 620, runs: 5, lnav: true };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || words.next().and_then(|word| word.parse().ok());
        match word.as_str() {
            "--megabytes" => plan.megabytes = number().expect("--megabytes takes a number"),
            "--runs" => plan.runs = number().expect("--runs takes a number").max(1) as usize,
            "--without-lnav" => plan.lnav = false,
            "--bench" => {}
            other => panic!("unknown option {other}"),
        }
    }
    plan
}

fn main() {
    let plan = plan();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let log = folder.path().join("kern.log");
    let lines = syslog::write(&log, plan.megabytes * 1_000_000).expect("the log can be written");
    let packed = folder.path().join("kern.log.gz");
    pack(&log, &packed);
    println!("{} MB, {lines} lines; {} MB gzipped", size(&log) / 1_000_000, size(&packed) / 1_000_000);

    let mut counted = Timing::new("rg -c, ten literals");
    let mut read = Timing::new("coroner ingest");
    let mut unpacked = Timing::new("zcat | wc -l");
    let mut read_packed = Timing::new("coroner ingest, gzip");
    for _ in 0..plan.runs {
        counted.add(run(rg(&log)));
        read.add(run(ingest(&log, folder.path())));
        unpacked.add(run(zcat(&packed)));
        read_packed.add(run(ingest(&packed, folder.path())));
    }
    let mut viewed = Timing::new("lnav -n");
    if plan.lnav {
        viewed.add(run(lnav(&log)));
    }
    for timing in [&counted, &read, &viewed, &unpacked, &read_packed] {
        println!("{timing}");
    }
    ratio("ingest / rg -c", &read, &counted, 2.0);
    ratio("ingest / lnav", &read, &viewed, 1.0 / 6.0);
    ratio("ingest of gzip / zcat | wc", &read_packed, &unpacked, 1.3);
    sel(plan.runs);
}

fn rg(log: &Path) -> Command {
    let mut command = Command::new("rg");
    command.arg("-c");
    for literal in LITERALS {
        command.args(["-e", literal]);
    }
    command.arg(log);
    command
}

fn ingest(path: &Path, folder: &Path) -> Command {
    let facts = folder.join("facts");
    drop(fs::remove_dir_all(&facts));
    let mut command = Command::new(env!("CARGO_BIN_EXE_coroner"));
    command.arg("ingest").arg(path).arg("--facts").arg(facts);
    command
}

fn zcat(packed: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "zcat \"$1\" | wc -l", "sh"]).arg(packed);
    command
}

fn lnav(log: &Path) -> Command {
    let mut command = Command::new("lnav");
    command.arg("-n").arg(log);
    command
}

/// Seconds, and the peak of resident memory in KiB where the system tells; `None`: no such tool.
fn run(mut command: Command) -> Option<(Duration, u64)> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let mut child = command.spawn().ok()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        if let Ok(text) = fs::read_to_string(&status) {
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
            peak = peak.max(kib.unwrap_or(0));
        }
        match child.try_wait() {
            Ok(None) => std::thread::sleep(Duration::from_millis(2)),
            Ok(Some(code)) if code.success() => return Some((start.elapsed(), peak)),
            _ => return None,
        }
    }
}

/// The runs of one tool.
struct Timing {
    what: &'static str,
    seconds: Vec<f64>,
    peak_kib: u64,
}

impl Timing {
    fn new(what: &'static str) -> Self {
        Self { what, seconds: Vec::new(), peak_kib: 0 }
    }

    fn add(&mut self, run: Option<(Duration, u64)>) {
        if let Some((time, peak_kib)) = run {
            self.seconds.push(time.as_secs_f64());
            self.peak_kib = self.peak_kib.max(peak_kib);
        }
    }

    fn median(&self) -> Option<f64> {
        let mut sorted = self.seconds.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied()
    }
}

impl std::fmt::Display for Timing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.median() {
            Some(median) => {
                let peak = self.peak_kib / 1024;
                write!(
                    f,
                    "{:22} {median:8.3} s, median of {}; peak {peak} MiB",
                    self.what,
                    self.seconds.len()
                )
            }
            None => write!(f, "{:22} skipped: needs the tool", self.what),
        }
    }
}

fn ratio(what: &str, ours: &Timing, theirs: &Timing, bar: f64) {
    let Some((ours, theirs)) = ours.median().zip(theirs.median()) else { return };
    let ratio = ours / theirs;
    let verdict = if ratio <= bar { "holds" } else { "MISSED" };
    println!("{what:28} {ratio:7.3}, to be at most {bar:.3}: {verdict}");
}

fn pack(log: &Path, packed: &Path) {
    let mut reader = File::open(log).expect("the log is there");
    let out = BufWriter::new(File::create(packed).expect("a file can be made"));
    let mut encoder = flate2::write::GzEncoder::new(out, flate2::Compression::fast());
    std::io::copy(&mut reader, &mut encoder).expect("the log can be packed");
    encoder.finish().and_then(|mut out| out.flush()).expect("the packed log can be written");
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |meta| meta.len())
}

/// Records as a BMC hands them out (IPMI v2.0 table 32-1), a million of them.
fn sel(runs: usize) {
    let knowledge = Knowledge::shipped().expect("the shipped knowledge loads");
    let mut dump = Vec::with_capacity(16_000_000);
    for number in 0..1_000_000_u32 {
        let [low, high, ..] = number.to_le_bytes();
        let time = (1_735_689_600 + number * 7).to_le_bytes();
        let (kind, event) = [(0x08, 0x6f), (0x12, 0x6f), (0x01, 0x01), (0x23, 0x6f)][(number % 4) as usize];
        dump.extend([low, high, 0x02, time[0], time[1], time[2], time[3], 0x20, 0x00, 0x04]);
        dump.extend([
            kind,
            (number % 90) as u8,
            event,
            [0x03, 0x01, 0x57, 0x01][(number % 4) as usize],
            0xff,
            0xff,
        ]);
    }
    let mut seconds: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            let facts = read_bytes(SourceId(0), "sel.raw", &dump, &knowledge);
            assert_eq!((facts.understood, facts.quarantined), (1_000_000, 0));
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    let median = seconds[runs / 2];
    let verdict = if median <= 1.0 { "holds" } else { "MISSED" };
    println!("a million SEL records        {median:7.3} s, to be at most 1.000: {verdict}");
}
