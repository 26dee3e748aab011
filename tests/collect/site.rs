//! A folder with a configuration, the program run in it, and what it left.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

use crate::redfish_service::{PASSWORD, StandIn, USER};
use crate::ssh_server::Server;

/// Questions are repeated soon, since everything is near: silence is told after a second or two.
const SETTINGS: &str = "[collect]\ntimeout_s = 0.3\nattempts = 3\ndeadline_s = 30\n";

/// Where the programs are that tests may use.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_coroner");

/// A site whose BMCs know `admin` with the password `secret`.
pub struct Site {
    folder: TempDir,
    settings: String,
    rules: String,
    groups: usize,
}

/// How a run ended and what it said.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub errors: String,
}

impl Site {
    pub fn new() -> Self {
        let site = Self {
            folder: tempfile::tempdir().unwrap(),
            settings: SETTINGS.to_owned(),
            rules: String::new(),
            groups: 0,
        };
        site.password_file("bmc.password", "secret");
        site.password_file("redfish.password", PASSWORD);
        site.rule("[collect.credentials.bmc]\nuser = \"admin\"\npassword_file = \"bmc.password\"\n").rule(
            &format!(
                "[collect.credentials.redfish]\nuser = {USER:?}\npassword_file = \"redfish.password\"\n"
            ),
        )
    }

    /// Writes a file that only its owner can read.
    pub fn password_file(&self, name: &str, password: &str) {
        let mut options = OpenOptions::new();
        let mut file =
            options.write(true).create(true).truncate(true).mode(0o600).open(self.path(name)).unwrap();
        writeln!(file, "{password}").unwrap();
    }

    /// The same with another `[collect]` table.
    pub fn settings(mut self, settings: &str) -> Self {
        self.settings = settings.to_owned();
        self
    }

    /// The same without any other table.
    pub fn without_rules(mut self) -> Self {
        self.rules.clear();
        self
    }

    /// The same with another table.
    pub fn rule(mut self, table: &str) -> Self {
        self.rules.push_str(table);
        self
    }

    /// The same with a host that is read in one way.
    pub fn group(mut self, host: &str, keys: &str) -> Self {
        self.groups += 1;
        let number = self.groups;
        self.rule(&format!("[[collect.group]]\nname = \"group {number}\"\nhosts = {host:?}\n{keys}\n"))
    }

    pub fn ipmi(self, host: &str, address: SocketAddr) -> Self {
        let (ip, port) = (address.ip(), address.port());
        self.group(host, &format!("bmc = \"{ip}\"\ncredentials = \"bmc\"\nipmi = {{ port = {port} }}"))
    }

    pub fn redfish(self, host: &str, service: &StandIn) -> Self {
        let (port, pin) = (service.port, &service.fingerprint);
        self.group(
            host,
            &format!(
                "bmc = \"127.0.0.1\"\ncredentials = \"redfish\"\n\
                 redfish = {{ port = {port}, pin = \"sha256:{pin}\" }}"
            ),
        )
    }

    /// The same with a host whose log files are followed over SSH.
    pub fn ssh(self, host: &str, server: &Server, files: &[&Path]) -> Self {
        let config = server.file("ssh_config");
        self.group(
            host,
            &format!(
                "ssh = {{ address = \"node\", config = {config:?}, kernel = false, boots = false, dmi = false, \
                 files = {files:?} }}"
            ),
        )
    }

    pub fn command(self, name: &str, run: &[&str], into: &str) -> Self {
        self.rule(&format!("[[collect.command]]\nname = {name:?}\nrun = {run:?}\ninto = {into:?}\n"))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where the program keeps what it collects.
    pub fn collected(&self) -> PathBuf {
        self.path("collected")
    }

    /// Writes the configuration, unless a run that is under way may be reading it.
    pub fn write_configuration(&self) {
        let (path, text) = (self.path("coroner.toml"), format!("{}{}", self.settings, self.rules));
        if fs::read_to_string(&path).is_ok_and(|written| written == text) {
            return;
        }
        fs::write(path, text).unwrap();
    }

    /// The program, ready to be started.
    pub fn program(&self, arguments: &[&str]) -> Command {
        self.write_configuration();
        let mut command = Command::new(PROGRAM);
        command.arg("collect").args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// The program, started to collect into that folder.
    pub fn start(&self, into: &str) -> Child {
        let mut program = self.program(&["--into", into]);
        program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.program(arguments).output().unwrap())
    }

    /// Collects into the usual folder.
    pub fn collect(&self) -> Ran {
        self.run(&["--into", "collected"])
    }
}

impl Ran {
    pub fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let ran =
            Self { code: output.status.code(), out: text(&output.stdout), errors: text(&output.stderr) };
        assert!(!ran.errors.contains("panicked"), "{ran:?}");
        ran
    }

    /// The same, if it ended with that code.
    #[track_caller]
    pub fn ended_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.errors);
        self
    }

    /// Whether it says all that.
    #[track_caller]
    pub fn says(&self, words: &[&str]) {
        let all = format!("{}{}", self.out, self.errors);
        for word in words {
            assert!(all.contains(word), "{word:?} is not in\n{all}");
        }
    }
}
