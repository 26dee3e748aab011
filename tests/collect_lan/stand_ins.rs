//! Starts simulated BMCs and bad networks on loopback addresses of their own, and ends them when they are dropped.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use coroner::collect::bmc::{Before, BmcReading, Wanted};
use coroner::collect::lan::{Credentials, LanError, LanOptions, Session};
use coroner::collect::secret::Secret;
use coroner::collect::wall_clock::WallClock;
use tempfile::TempDir;

/// The folder with the stand-ins.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stand_ins")
}

/// Whether the program can be run; if not, says that the test is skipped.
pub fn have(program: &str) -> bool {
    let found = ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin"]
        .iter()
        .any(|folder| Path::new(folder).join(program).exists());
    if !found {
        assert!(std::env::var_os("CORONER_TESTS_REQUIRE_ALL").is_none(), "needs {program}");
        println!("skipped: needs {program}");
    }
    found
}

/// A loopback address that no other test uses, of this process or another.
pub fn fresh_address() -> SocketAddr {
    static USED: AtomicU32 = AtomicU32::new(1);
    let n = USED.fetch_add(1, Ordering::Relaxed);
    let pid = std::process::id();
    let octet = |n: u32| u8::try_from(n % 250 + 1).unwrap();
    let port = 6230 + u16::try_from(n / 250).unwrap();
    SocketAddr::from(([127, 100 + octet(pid / 250) % 100, octet(pid), octet(n)], port))
}

/// A process that is ended when it is dropped.
pub struct Running {
    child: Child,
    pub address: SocketAddr,
    _folder: TempDir,
}

impl Running {
    fn start(script: &str, address: SocketAddr, arguments: &[String]) -> Self {
        let folder_of_it = tempfile::tempdir().unwrap();
        let pid_file = folder_of_it.path().join("pid");
        let mut child = Command::new("python3")
            .arg(folder().join(script))
            .arg(address.to_string())
            .args(arguments)
            .arg("--pid-file")
            .arg(&pid_file)
            .stdout(Stdio::null())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while !pid_file.exists() {
            assert!(child.try_wait().unwrap().is_none(), "{script} ended at once");
            assert!(begun.elapsed() < Duration::from_secs(20), "{script} does not start");
            thread::sleep(Duration::from_millis(5));
        }
        Self { child, address, _folder: folder_of_it }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// A BMC with suites 3 and 17, DCMI, Dell's commands and the usual log.
pub fn fake_bmc(arguments: &str) -> Option<Running> {
    let log = folder().join("ipmi/sel-events.txt");
    fake_bmc_with(&log, arguments)
}

/// The same with another log.
pub fn fake_bmc_with(log: &Path, arguments: &str) -> Option<Running> {
    if !have("python3") {
        return None;
    }
    let ipmi = folder().join("ipmi");
    let mut all = words(arguments);
    for (option, path) in
        [("--sel", log), ("--answers", &ipmi.join("answers.txt")), ("--sdr", &ipmi.join("bmc.sdr.hex"))]
    {
        all.extend([option.to_owned(), path.to_str().unwrap().to_owned()]);
    }
    Some(Running::start("ipmi/fakebmc.py", fresh_address(), &all))
}

/// A network towards `target`.
pub fn network(target: SocketAddr, arguments: &str) -> Running {
    let mut all = vec![target.to_string()];
    all.extend(words(arguments));
    Running::start("faults/udp-fault-proxy.py", fresh_address(), &all)
}

/// OpenIPMI's simulator.
pub struct Simulator {
    folder: TempDir,
    pub address: SocketAddr,
}

impl Simulator {
    pub fn start(environment: &[(&str, &str)]) -> Option<Self> {
        Self::with_log(&folder().join("ipmi/sel-events.txt"), environment)
    }

    /// The same with another log.
    pub fn with_log(log: &Path, environment: &[(&str, &str)]) -> Option<Self> {
        if !["ipmi_sim", "ipmitool", "sdrcomp"].iter().all(|program| have(program)) {
            return None;
        }
        let (of_it, address) = (tempfile::tempdir().unwrap(), fresh_address());
        let started = Command::new(folder().join("ipmi/start-ipmi-sim.sh"))
            .arg(of_it.path())
            .args([address.ip().to_string(), address.port().to_string()])
            .arg(log)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let simulator = Self { folder: of_it, address };
        assert!(started.status.success(), "{}", String::from_utf8_lossy(&started.stderr));
        Some(simulator)
    }

    pub fn signal(&self, signal: &str) {
        if let Ok(pid) = fs::read_to_string(self.folder.path().join("pid")) {
            let _ = Command::new("kill").args([signal, pid.trim()]).status();
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.signal("-CONT");
        self.signal("-TERM");
    }
}

pub fn credentials(user: &str, password: &str) -> Credentials {
    Credentials { user: user.to_owned(), password: Secret::new(password.into()), kg: None }
}

/// Short waits and many attempts: everything here is near, but some of it is bad.
pub fn options() -> LanOptions {
    LanOptions {
        timeout: Duration::from_millis(300),
        attempts: 8,
        deadline: Some(Instant::now() + Duration::from_secs(40)),
        ..LanOptions::default()
    }
}

/// The same for what will end in silence.
pub fn impatient() -> LanOptions {
    LanOptions { timeout: Duration::from_millis(100), attempts: 3, ..options() }
}

pub fn log_on(address: SocketAddr) -> Result<Session, LanError> {
    Session::open(address, &credentials("admin", "secret"), &options())
}

/// The log alone.
pub const LOG_ONLY: Wanted = Wanted { sel: true, chassis: false, power: false, sdr: false };

#[expect(
    clippy::disallowed_methods,
    reason = "the clock of the collector is what the BMC's is compared with"
)]
pub fn now() -> WallClock {
    WallClock { utc: chrono::Utc::now(), instant: Instant::now() }
}

/// Reads the log.
pub fn read_log(session: &mut Session, before: &Before) -> (BmcReading, Option<LanError>) {
    coroner::collect::bmc::read(session, &LOG_ONLY, before, now())
}

/// Reads the log with a session of its own, and expects no error.
pub fn whole_log(address: SocketAddr, options: &LanOptions) -> Vec<[u8; 16]> {
    let mut session = Session::open(address, &credentials("admin", "secret"), options).unwrap();
    let (reading, error) = read_log(&mut session, &Before::default());
    assert!(error.is_none(), "{error:?}");
    let sel = reading.sel.unwrap();
    assert!(sel.complete, "{:?}", sel.notes);
    sel.records
}

/// `ipmitool` with these arguments, and what it prints.
pub fn ipmitool(address: SocketAddr, suite: u8, arguments: &[&str]) -> String {
    let output = Command::new("ipmitool")
        .args(["-I", "lanplus", "-C", &suite.to_string(), "-H", &address.ip().to_string()])
        .args(["-p", &address.port().to_string(), "-U", "admin", "-P", "secret"])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// What `ipmitool raw 0x0a 0x43` gives for records 1 to `count`, without the ids of the next ones.
pub fn judged(address: SocketAddr, suite: u8, count: u16) -> Vec<[u8; 16]> {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("commands");
    let lines = (1..=count).map(|id| format!("raw 0x0a 0x43 0 0 {} {} 0 0xff\n", id % 256, id / 256));
    fs::write(&script, lines.collect::<String>()).unwrap();
    let printed = ipmitool(address, suite, &["exec", script.to_str().unwrap()]);
    let bytes: Vec<u8> = printed.split_whitespace().map(|hex| u8::from_str_radix(hex, 16).unwrap()).collect();
    assert_eq!(bytes.len(), usize::from(count) * 18, "{printed}");
    bytes.chunks(18).map(|answer| answer[2..].try_into().unwrap()).collect()
}
