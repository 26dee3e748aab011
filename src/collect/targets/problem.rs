//! What can be wrong with the targets of a configuration.

use std::path::{Path, PathBuf};

use super::hostlist::HostlistError;
use super::names::NameError;

/// A key of the configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("`{key}` of {table} in configuration `{}` cannot be used", file.display())]
pub struct TargetsError {
    /// The configuration.
    pub file: PathBuf,
    /// The table, such as `[[collect.group]] "kvm"`.
    pub table: String,
    /// The key in it.
    pub key: String,
    /// What is wrong with it.
    #[source]
    pub problem: Box<Problem>,
}

impl TargetsError {
    pub(super) fn new(file: &Path, table: String, key: &str, problem: Problem) -> Self {
        Self { file: file.to_path_buf(), table, key: key.to_owned(), problem: Box::new(problem) }
    }
}

/// What is wrong with a key.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error(transparent)]
    Hostlist(#[from] HostlistError),
    #[error(transparent)]
    Name(#[from] NameError),
    #[error("{value} is not a number of seconds above 0 and up to a day")]
    Seconds { value: f64 },
    #[error("{value} is not a number from 1 to {max}")]
    Count { value: usize, max: usize },
    #[error("`{host}` is named twice")]
    Duplicate { host: String },
    #[error("no host is left")]
    NoHosts,
    #[error("`{glob}` matches no host of the inventory")]
    NoMatch { glob: String },
    #[error("`{host}` is asked by `{means}` in group `{other}` already")]
    InTwoGroups { host: String, means: &'static str, other: String },
    #[error("`{address}` cannot be the BMC of both `{host}` and `{other}`")]
    SharedBmc { address: String, host: String, other: String },
    #[error("there are {hosts} hosts, but {addresses} addresses of BMCs")]
    NotParallel { hosts: usize, addresses: usize },
    #[error("`{host}` has no BMC address: write `bmc`, or name it in the inventory")]
    NoBmc { host: String },
    #[error("the inventory gives `{host}` two BMC addresses, `{one}` and `{other}`")]
    TwoAddresses { host: String, one: String, other: String },
    #[error("nothing is asked of this group: switch `ipmi`, `redfish` or `ssh` on")]
    NoSource,
    #[error("the BMC asks for credentials: write `credentials` and [collect.credentials.NAME]")]
    NoCredentials,
    #[error("there is no [collect.credentials.{name}]")]
    UnknownCredentials { name: String },
    #[error(
        "[collect.credentials.{name}] has no `user`: a log-on without one has to be allowed by `allow_anonymous`"
    )]
    NoUser { name: String },
    #[error("suite {suite} is not supported: 17 and 3 are")]
    Suite { suite: u8 },
    #[error("suite 0 checks no password and is never used: 17 and 3 are supported")]
    SuiteZero,
    #[error("the BMC of this machine belongs to one host, not to {hosts}")]
    LocalOfMany { hosts: usize },
    #[error("`{pin}` is not `sha256:` and 64 hexadecimal digits")]
    Pin { pin: String },
    #[error("`{host}` is not in this group")]
    PinOfStranger { host: String },
    #[error("only one of `ca_file`, `pin`/`pins` and `insecure` can hold")]
    Trusts,
    #[error("`{path}` has to be an absolute path on the host, without control characters")]
    RemotePath { path: String },
    #[error("`{text}` is not a journal match such as SYSLOG_IDENTIFIER=corosync")]
    JournalMatch { text: String },
    #[error("`{text}` is not a client option such as ProxyJump=gate")]
    SshOption { text: String },
    #[error("no program is named")]
    NoProgram,
    #[error("`{path}` is written to twice")]
    SameFile { path: String },
}
