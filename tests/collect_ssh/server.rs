//! A real `sshd` on loopback with throw-away keys, stopped when it goes out of use.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use coroner::collect::ssh::{Cursors, SshReading, SshTarget, Wanted, read};
use coroner::collect::wall_clock::WallClock;
use rustix::process::{Pid, Signal, getpgid, kill_process_group};
use tempfile::TempDir;

use crate::kept::Kept;

pub fn stand_ins() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stand_ins")
}

/// Whether a part of the machine is there; where all parts are required, a missing one fails the test.
pub fn has(program: &str) -> bool {
    let script = format!("command -v {program}");
    let found = Command::new("sh").args(["-c", &script]).stdout(Stdio::null()).status();
    let found = found.is_ok_and(|status| status.success());
    if !found {
        assert!(std::env::var_os("CORONER_TESTS_REQUIRE_ALL").is_none(), "{program} is required");
        println!("skipped: needs {program}");
    }
    found
}

pub struct Server {
    folder: TempDir,
    programs: Option<TempDir>,
    /// Part of the command line of whatever it runs, where that may hang.
    runs: Option<String>,
}

impl Server {
    /// A server that runs what it is asked for.
    pub fn plain() -> Option<Self> {
        Self::start("")
    }

    /// A server that runs what it is asked for, with programs of ours in front of the machine's own.
    pub fn with_programs(programs: &[(&str, &str)]) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        for (name, script) in programs {
            executable(&folder.path().join(name), script);
        }
        let forced = folder.path().join("forced");
        executable(
            &forced,
            &format!(
                "#!/bin/sh\nPATH={}:$PATH; export PATH\nexec /bin/sh -c \"$SSH_ORIGINAL_COMMAND\"\n",
                folder.path().display()
            ),
        );
        let mut server = Self::start(&forced.display().to_string())?;
        server.programs = Some(folder);
        Some(server)
    }

    /// A server whose shell prints a greeting in front of everything.
    pub fn greeting(words: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let forced = folder.path().join("forced");
        executable(
            &forced,
            &format!("#!/bin/sh\necho '{words}'\nexec /bin/sh -c \"$SSH_ORIGINAL_COMMAND\"\n"),
        );
        let mut server = Self::start(&forced.display().to_string())?;
        server.programs = Some(folder);
        Some(server)
    }

    /// A server that answers like a node: the folder of its answers comes with it.
    pub fn fake_node(journal: &str, fault: &str) -> Option<(Self, TempDir)> {
        let files = tempfile::tempdir().unwrap();
        fs::write(files.path().join("journal.json"), journal).unwrap();
        fs::write(files.path().join("dmesg.txt"), "[    0.000000] Linux version 6.1.0\n").unwrap();
        fs::write(files.path().join("fault"), fault).unwrap();
        let script = stand_ins().join("ssh/fake-node.sh");
        let mut server = Self::start(&format!("{} {}", script.display(), files.path().display()))?;
        server.runs = Some(files.path().display().to_string());
        Some((server, files))
    }

    fn start(forced: &str) -> Option<Self> {
        if !has("/usr/sbin/sshd") || !has("ssh") {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let mut command = Command::new(stand_ins().join("ssh/start-sshd.sh"));
        command.arg(folder.path()).args(["127.0.0.1", &port.to_string()]);
        if !forced.is_empty() {
            command.arg(forced);
        }
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap();
        assert!(status.success(), "sshd did not start");
        Some(Self { folder, programs: None, runs: None })
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn target(&self) -> SshTarget {
        SshTarget {
            address: "node".to_owned(),
            user: None,
            port: None,
            config: Some(self.file("ssh_config")),
            options: Vec::new(),
            connect_timeout: Duration::from_secs(5),
            hidden: Vec::new(),
        }
    }

    /// One reading with time enough.
    pub fn read(&self, wanted: &Wanted, cursors: &Cursors, kept: &mut Kept) -> SshReading {
        read_within(&self.target(), wanted, cursors, kept, Duration::from_secs(30))
    }
}

pub fn read_within(
    target: &SshTarget,
    wanted: &Wanted,
    cursors: &Cursors,
    kept: &mut Kept,
    time: Duration,
) -> SshReading {
    #[expect(clippy::disallowed_methods, reason = "a live host is compared with the clock of now")]
    let wall = WallClock { utc: chrono::Utc::now(), instant: Instant::now() };
    let reading = read(target, wanted, cursors, wall, Instant::now() + time, kept);
    println!("{reading:#?}");
    reading
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new(stand_ins().join("stop.sh")).arg(self.folder.path()).status();
        self.runs.iter().for_each(|words| kill_groups_with(words));
    }
}

/// Kills the groups of processes whose arguments hold a name that is this test's own: what a server has begun
/// for a client outlives both.
fn kill_groups_with(words: &str) {
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else {
            continue;
        };
        let arguments = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        if String::from_utf8_lossy(&arguments).contains(words)
            && let Some(pid) = Pid::from_raw(pid)
            && let Ok(group) = getpgid(Some(pid))
        {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Nothing is wanted; tests switch on what they are about.
pub fn nothing() -> Wanted {
    Wanted {
        kernel: false,
        journal: Vec::new(),
        since_days: None,
        boots: false,
        dmi: false,
        files: Vec::new(),
        commands: std::collections::BTreeMap::new(),
        max_bytes: 64 * 1024 * 1024,
    }
}

pub fn kernel_only() -> Wanted {
    Wanted { kernel: true, ..nothing() }
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn executable(path: &Path, script: &str) {
    fs::write(path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
