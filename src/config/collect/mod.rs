//! `[collect]` in `coroner.toml`: what is pulled from the live fleet, from where, and with whose password.
//!
//! ```toml
//! [collect]
//! concurrency = 64
//!
//! [collect.credentials.bmc]
//! user = "monitor"
//! password_file = "/etc/coroner/bmc.password"
//!
//! [[collect.group]]
//! name = "kvm"
//! hosts = ["kvm[01-41]", "!kvm07"]
//! bmc = "{host}-bmc.example.net"
//! credentials = "bmc"
//! ipmi = true
//! redfish = { pin = "sha256:0f…" }
//! ssh = { user = "root", files = ["/var/log/corosync.log"] }
//! ```
//!
//! This is the schema alone. What it means for each host is worked out by `collect::targets`. Times end in
//! their unit. Relative paths start at the folder of the configuration file.

mod quiet;
mod values;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

pub use quiet::without_quotes;
pub use values::{OneOrMany, Refused, Switch};

/// The table `[collect]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Collect {
    /// Hosts that are asked at once.
    pub concurrency: usize,
    /// Sessions that one BMC is asked for at once; most have four in all.
    pub per_bmc: usize,
    /// How long one question may stay without an answer, in seconds.
    pub timeout_s: f64,
    /// How often a question is asked before it counts as not answered.
    pub attempts: u32,
    /// How long one source of one host may take in all, in seconds.
    pub deadline_s: f64,
    /// A CSV file with a header that names hosts and the addresses of their BMCs.
    pub inventory: Option<PathBuf>,
    /// Name → where its user and password come from.
    pub credentials: BTreeMap<String, CredentialRule>,
    /// Hosts that are read in the same way.
    pub group: Vec<Group>,
    /// Commands that run on the machine that collects.
    pub command: Vec<CommandRule>,
    /// Files of the machine that collects, such as a mounted share of the backup system.
    pub file: Vec<FileRule>,
}

impl Default for Collect {
    fn default() -> Self {
        Self {
            concurrency: 64,
            per_bmc: 1,
            timeout_s: 1.0,
            attempts: 5,
            deadline_s: 300.0,
            inventory: None,
            credentials: BTreeMap::new(),
            group: Vec::new(),
            command: Vec::new(),
            file: Vec::new(),
        }
    }
}

/// Where a user's password comes from: exactly one of the three `password_…` keys, and at most one of the
/// three `kg_…` keys. The password itself has no key here on purpose: this file is read by many.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CredentialRule {
    /// User name, as the BMC knows it.
    pub user: String,
    /// File whose first line is the password. Only its owner may be able to read it.
    pub password_file: Option<PathBuf>,
    /// Environment variable that holds the password.
    pub password_env: Option<String>,
    /// Program and arguments that print the password as their first line; no shell is involved.
    pub password_command: Option<Vec<String>>,
    /// File whose first line is the BMC key Kg of IPMI 2.0 (`0x…` in hexadecimal, else as text).
    pub kg_file: Option<PathBuf>,
    /// Environment variable that holds Kg.
    pub kg_env: Option<String>,
    /// Program and arguments that print Kg.
    pub kg_command: Option<Vec<String>>,
    /// Refused, with a message that says what to write in its place. The value is not kept.
    pub password: Refused,
    /// Refused as `password` is.
    pub kg: Refused,
}

/// Hosts that are read in the same way.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Name of the group, for messages.
    pub name: String,
    /// Hosts: names, ranges (`kvm[01-41,50]`), globs over the inventory (`*`), and `!…` for those to leave out.
    pub hosts: OneOrMany,
    /// BMC addresses: a pattern with `{host}` or `{short}` (the name up to its first dot), or names and ranges
    /// that run in parallel to `hosts`. Without it, the inventory's addresses are taken.
    #[serde(default)]
    pub bmc: Option<OneOrMany>,
    /// Name of the credentials for the BMC.
    #[serde(default)]
    pub credentials: Option<String>,
    /// IPMI, over LAN or of this machine.
    #[serde(default)]
    pub ipmi: Switch<IpmiRule>,
    /// Redfish over HTTPS.
    #[serde(default)]
    pub redfish: Switch<RedfishRule>,
    /// The operating system, by the OpenSSH client of this machine.
    #[serde(default)]
    pub ssh: Switch<SshRule>,
}

/// How IPMI is spoken.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IpmiRule {
    /// UDP port (IPMI v2.0, section 13.1.2).
    pub port: u16,
    /// Cipher suites, the wished one first (IPMI v2.0, table 22-20): 17 or 3. Others do not protect what is said,
    /// and suite 0 checks no password.
    pub suites: Vec<u8>,
    /// Privilege to log on with. Reading needs no more than `user` on most BMCs.
    pub privilege: Privilege,
    /// Allow to log on without a user name.
    pub allow_anonymous: bool,
    /// Read the BMC of this machine through `/dev/ipmi0` in place of the network; for a group of one host.
    pub local: bool,
    /// Credentials in place of the group's.
    pub credentials: Option<String>,
}

impl Default for IpmiRule {
    fn default() -> Self {
        Self {
            port: 623,
            suites: vec![17, 3],
            privilege: Privilege::User,
            allow_anonymous: false,
            local: false,
            credentials: None,
        }
    }
}

/// Privilege levels of IPMI (v2.0, section 6.8) that a reader may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Privilege {
    #[default]
    User,
    Operator,
    Administrator,
}

/// How Redfish is spoken. At most one of `ca_file`, `pin`/`pins` and `insecure`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RedfishRule {
    /// TCP port.
    pub port: u16,
    /// PEM file with the authorities that sign the BMCs' certificates, in place of the system's.
    pub ca_file: Option<PathBuf>,
    /// SHA-256 of the certificate (`sha256:` and 64 hexadecimal digits), where all BMCs share it.
    pub pin: Option<String>,
    /// Host → SHA-256 of its BMC's certificate.
    pub pins: BTreeMap<String, String>,
    /// Take any certificate: whoever sits in between learns the password.
    pub insecure: bool,
    /// Credentials in place of the group's.
    pub credentials: Option<String>,
}

impl Default for RedfishRule {
    fn default() -> Self {
        Self {
            port: 443,
            ca_file: None,
            pin: None,
            pins: BTreeMap::new(),
            insecure: false,
            credentials: None,
        }
    }
}

/// What is read over SSH. Keys, jump hosts and known host keys are those of the OpenSSH client.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SshRule {
    /// Address or alias to connect to; `{host}` and `{short}` are replaced.
    pub address: String,
    /// User on the host.
    pub user: Option<String>,
    /// TCP port, where the client's configuration does not say it.
    pub port: Option<u16>,
    /// Configuration file of the client (`ssh -F`).
    pub config: Option<PathBuf>,
    /// Further client options (`ssh -o`), such as `"ProxyJump=gate"`.
    pub options: Vec<String>,
    /// Read the kernel's messages and the signs of orderly shutdowns: from the journal, else from log files,
    /// else from `dmesg`.
    pub kernel: bool,
    /// Further journal matches, such as `"SYSLOG_IDENTIFIER=corosync"`.
    pub journal: Vec<String>,
    /// How far back the first reading of a journal goes, in days; without it, to its beginning.
    pub since_days: Option<u32>,
    /// Read the history of boots: the journal's list and `/var/log/wtmp`.
    pub boots: bool,
    /// Read what machine and system it is: DMI, `uname`, `/etc/os-release`.
    pub dmi: bool,
    /// Log files to follow, by absolute path on the host.
    pub files: Vec<String>,
    /// Name → command for the host's `/bin/sh`, in the locale C, whose output is kept.
    pub commands: BTreeMap<String, String>,
    /// Largest output of one command or file in one run, in MiB. The rest of a log comes with the next run.
    pub max_mib: u64,
}

impl Default for SshRule {
    fn default() -> Self {
        Self {
            address: "{host}".to_owned(),
            user: None,
            port: None,
            config: None,
            options: Vec::new(),
            kernel: true,
            journal: Vec::new(),
            since_days: None,
            boots: true,
            dmi: true,
            files: Vec::new(),
            commands: BTreeMap::new(),
            max_mib: 256,
        }
    }
}

/// A command that runs on the machine that collects.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandRule {
    /// Name, for messages.
    pub name: String,
    /// Program and arguments; no shell is involved. `{host}` and `{short}` are replaced where `hosts` is given.
    pub run: Vec<String>,
    /// File that keeps the output, below the collection's folder (the host's, where `hosts` is given).
    pub into: String,
    /// Run once for each of these hosts; without it, once for the site.
    #[serde(default)]
    pub hosts: Option<OneOrMany>,
    /// How long it may take, in seconds.
    #[serde(default = "command_timeout")]
    pub timeout_s: f64,
    /// Largest output, in MiB.
    #[serde(default = "local_max_mib")]
    pub max_mib: u64,
}

/// A file of the machine that collects.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRule {
    /// Where it is. `{host}` and `{short}` are replaced where `hosts` is given.
    pub path: String,
    /// File that keeps the copy, as in [`CommandRule::into`].
    pub into: String,
    /// As in [`CommandRule::hosts`].
    #[serde(default)]
    pub hosts: Option<OneOrMany>,
    /// Largest size, in MiB.
    #[serde(default = "local_max_mib")]
    pub max_mib: u64,
}

fn command_timeout() -> f64 {
    60.0
}

fn local_max_mib() -> u64 {
    256
}
