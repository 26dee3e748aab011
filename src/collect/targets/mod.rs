//! From the configuration's groups to single hosts: which host is asked by which means, and how.
//!
//! Secrets are not touched here; a target names its credentials, and they are fetched when it is asked.

mod group;
pub mod hostlist;
pub mod inventory;
mod jobs;
pub mod names;
mod problem;
mod sources;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::collect::ssh::{SshTarget, Wanted};
use crate::config::collect::{Collect, Privilege};

use inventory::InventoryRow;
pub use jobs::{Job, JobKind, jobs};
pub use names::HostName;
pub use problem::{Problem, TargetsError};

/// One host and the ways to ask it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The host that the answers are kept under.
    pub host: HostName,
    /// IPMI, where it is asked.
    pub ipmi: Option<IpmiTarget>,
    /// Redfish, where it is asked.
    pub redfish: Option<RedfishTarget>,
    /// The operating system, where it is asked.
    pub ssh: Option<SshSource>,
}

/// How a BMC is asked over IPMI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IpmiTarget {
    /// Where the BMC is.
    pub link: IpmiLink,
    /// Cipher suites, the wished one first.
    pub suites: Vec<u8>,
    /// Privilege to log on with.
    pub privilege: Privilege,
    /// Whether the user name may be empty.
    pub allow_anonymous: bool,
    /// Name of the credentials; none for a local BMC and for a log-on without a user.
    pub credentials: Option<String>,
}

/// The way to a BMC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IpmiLink {
    /// `/dev/ipmi0` of this machine.
    Local,
    /// Over the network.
    Lan { address: String, port: u16 },
}

/// How a BMC is asked over Redfish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedfishTarget {
    /// Name or IP address of the BMC.
    pub address: String,
    /// TCP port.
    pub port: u16,
    /// How its certificate is checked.
    pub trust: Trust,
    /// Name of the credentials.
    pub credentials: String,
}

/// How a certificate is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// By the authorities of the system.
    System,
    /// By the authorities in a PEM file.
    Authorities(PathBuf),
    /// By the SHA-256 of the certificate itself.
    Pin([u8; 32]),
    /// Not at all.
    Insecure,
}

/// How an operating system is asked, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshSource {
    /// Where it is and how to get there.
    pub target: SshTarget,
    /// What is read.
    pub wanted: Wanted,
}

/// All targets of a configuration, by the name of their host.
///
/// `file` is the configuration's path: it is named in errors, and relative paths start at its folder. The
/// `inventory` is what [`Collect::inventory`] holds, and empty where there is none. A host may be in several
/// groups, as long as each asks it by other means.
pub fn expand(
    collect: &Collect,
    file: &Path,
    inventory: &[InventoryRow],
) -> Result<Vec<Target>, TargetsError> {
    check_numbers(collect)
        .map_err(|(key, problem)| TargetsError::new(file, "[collect]".to_owned(), key, problem))?;
    let mut targets: BTreeMap<HostName, Target> = BTreeMap::new();
    let mut groups: BTreeMap<(HostName, &'static str), &str> = BTreeMap::new();
    let mut owners: BTreeMap<(&'static str, String, u16), HostName> = BTreeMap::new();
    for rule in &collect.group {
        let fail = |key: &str, problem| {
            TargetsError::new(file, format!("[[collect.group]] {:?}", rule.name), key, problem)
        };
        let members = group::members(rule, inventory).map_err(|(key, problem)| fail(key, problem))?;
        let folder = file.parent().unwrap_or(Path::new(""));
        let context = sources::Context { collect, rule, folder, hosts: members.len() };
        sources::check_pins(rule, &members).map_err(|(key, problem)| fail(key, problem))?;
        for member in &members {
            let new = sources::target(&context, member).map_err(|(key, problem)| fail(key, problem))?;
            for means in new.sources() {
                if let Some(other) = groups.insert((new.host.clone(), means), &rule.name) {
                    let (host, other) = (new.host.to_string(), other.to_owned());
                    return Err(fail("hosts", Problem::InTwoGroups { host, means, other }));
                }
            }
            for (source, address, port) in new.bmc_addresses() {
                let host = new.host.to_string();
                if let Some(other) = owners.insert((source, address.to_owned(), port), new.host.clone()) {
                    let (address, other) = (address.to_owned(), other.to_string());
                    return Err(fail("bmc", Problem::SharedBmc { address, host, other }));
                }
            }
            match targets.entry(new.host.clone()) {
                Entry::Vacant(place) => {
                    place.insert(new);
                }
                Entry::Occupied(mut known) => known.get_mut().join(new),
            }
        }
    }
    Ok(targets.into_values().collect())
}

impl Target {
    /// Names of the ways in which it is asked, as the configuration writes them.
    #[must_use]
    pub fn sources(&self) -> Vec<&'static str> {
        let all = [
            self.ipmi.is_some().then_some("ipmi"),
            self.redfish.is_some().then_some("redfish"),
            self.ssh.is_some().then_some("ssh"),
        ];
        all.into_iter().flatten().collect()
    }

    fn bmc_addresses(&self) -> Vec<(&'static str, &str, u16)> {
        let lan = self.ipmi.as_ref().and_then(|ipmi| match &ipmi.link {
            IpmiLink::Lan { address, port } => Some(("ipmi", address.as_str(), *port)),
            IpmiLink::Local => None,
        });
        let redfish = self.redfish.as_ref().map(|it| ("redfish", it.address.as_str(), it.port));
        lan.into_iter().chain(redfish).collect()
    }

    /// Takes over what another group asks of the same host.
    fn join(&mut self, other: Self) {
        self.ipmi = self.ipmi.take().or(other.ipmi);
        self.redfish = self.redfish.take().or(other.redfish);
        self.ssh = self.ssh.take().or(other.ssh);
    }
}

/// Environment variables that hold secrets: programs that are started must not inherit them.
fn secret_variables(collect: &Collect) -> Vec<String> {
    let rules = collect.credentials.values();
    rules.flat_map(|rule| [&rule.password_env, &rule.kg_env]).flatten().cloned().collect()
}

/// A number of seconds from the configuration.
fn seconds(value: f64) -> Result<Duration, Problem> {
    let in_range = value > 0.0 && value <= 86_400.0;
    let duration = Duration::try_from_secs_f64(value).ok().filter(|_| in_range);
    duration.ok_or(Problem::Seconds { value })
}

fn check_numbers(collect: &Collect) -> Result<(), (&'static str, Problem)> {
    seconds(collect.timeout_s).map_err(|problem| ("timeout_s", problem))?;
    seconds(collect.deadline_s).map_err(|problem| ("deadline_s", problem))?;
    let counts = [
        ("concurrency", collect.concurrency, 4096),
        ("per_bmc", collect.per_bmc, 64),
        ("attempts", usize::try_from(collect.attempts).unwrap_or(usize::MAX), 100),
    ];
    for (key, value, max) in counts {
        if value == 0 || value > max {
            return Err((key, Problem::Count { value, max }));
        }
    }
    Ok(())
}
