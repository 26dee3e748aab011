//! One run over the fleet: who is asked when, what is kept, and what is told at the end.
//!
//! Each source of each host is a task by itself, so that one that hangs holds up no other. As many tasks run at once
//! as the configuration allows, and no BMC is asked for more sessions than it may be.

mod ipmi;
mod queue;
mod redfish;
mod report;
mod site;
mod ssh;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use super::credentials::{CredentialError, Credentials};
use super::targets::inventory::{self, InventoryError};
use super::targets::{self, IpmiLink, IpmiTarget, Job, RedfishTarget, SshSource, Target, TargetsError};
use super::vault::{Collected, Noted, Outcome, Vault};
use super::wall_clock::WallClock;
use crate::config::collect::Collect;
use queue::Queue;
pub use report::{Report, Told};

/// What is to be done, worked out from a configuration. No secret has been fetched and nobody been asked yet.
pub struct Plan {
    pub targets: Vec<Target>,
    pub jobs: Vec<Job>,
    credentials: Credentials,
    settings: Settings,
}

/// Why a configuration gives no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    #[error(transparent)]
    Targets(#[from] TargetsError),
    #[error(transparent)]
    Credentials(#[from] CredentialError),
    #[error("`{}` names nothing to collect: add a [[collect.group]], [[collect.command]] or [[collect.file]]", path.display())]
    Nothing { path: std::path::PathBuf },
}

/// The limits of a run.
#[derive(Debug, Clone, Copy)]
struct Settings {
    concurrency: usize,
    per_bmc: usize,
    timeout: Duration,
    attempts: u32,
    deadline: Duration,
}

/// Something that is asked by itself.
#[derive(Clone, Copy)]
enum Task<'p> {
    Ipmi(&'p Target, &'p IpmiTarget),
    Redfish(&'p Target, &'p RedfishTarget),
    Ssh(&'p Target, &'p SshSource),
    Site(&'p Job),
}

/// What a task needs to know of its run.
struct Context<'p> {
    vault: &'p Vault,
    credentials: &'p Credentials,
    settings: Settings,
    started: WallClock,
}

impl Plan {
    /// The plan of a configuration that was read from `file`; relative paths in it start at its folder.
    pub fn of(collect: &Collect, file: &Path) -> Result<Self, PlanError> {
        let rows = inventory::of(collect, file)?;
        let targets = targets::expand(collect, file, &rows)?;
        let jobs = targets::jobs(collect, file, &rows)?;
        if targets.is_empty() && jobs.is_empty() {
            return Err(PlanError::Nothing { path: file.to_path_buf() });
        }
        let credentials = Credentials::new(&collect.credentials, file.parent().unwrap_or(Path::new("")))?;
        let settings = Settings {
            concurrency: collect.concurrency,
            per_bmc: collect.per_bmc,
            timeout: Duration::from_secs_f64(collect.timeout_s),
            attempts: collect.attempts,
            deadline: Duration::from_secs_f64(collect.deadline_s),
        };
        Ok(Self { targets, jobs, credentials, settings })
    }

    /// Leaves only the hosts that `wanted` says yes to; what is about the site stays.
    pub fn keep_hosts(&mut self, wanted: impl Fn(&str) -> bool) {
        self.targets.retain(|target| wanted(target.host.as_str()));
        self.jobs.retain(|job| job.host.as_ref().is_none_or(|host| wanted(host.as_str())));
    }

    /// What would be asked, in the order of asking.
    #[must_use]
    pub fn tasks(&self) -> Vec<Told> {
        self.in_order().into_iter().map(Task::told).collect()
    }

    /// Tasks that go to one BMC do not stand next to each other.
    fn in_order(&self) -> Vec<Task<'_>> {
        let ipmi = self.targets.iter().filter_map(|host| Some(Task::Ipmi(host, host.ipmi.as_ref()?)));
        let redfish =
            self.targets.iter().filter_map(|host| Some(Task::Redfish(host, host.redfish.as_ref()?)));
        let ssh = self.targets.iter().filter_map(|host| Some(Task::Ssh(host, host.ssh.as_ref()?)));
        ipmi.chain(ssh).chain(redfish).chain(self.jobs.iter().map(Task::Site)).collect()
    }

    /// Carries the plan out. `done` is told of each task that has ended, with what it came to.
    #[must_use]
    pub fn run(&self, vault: &Vault, started: WallClock, done: &(dyn Fn(&Collected) + Sync)) -> Report {
        let context = Context { vault, credentials: &self.credentials, settings: self.settings, started };
        let tasks = self.in_order();
        let threads = self.settings.concurrency.min(tasks.len());
        let queue = Queue::new(tasks, self.settings.per_bmc);
        let ended = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some((number, task)) = queue.take() {
                        let collected = task.carry_out_unharmed(&context);
                        queue.give_back(task);
                        done(&collected);
                        if let Ok(mut ended) = ended.lock() {
                            ended.push((number, collected));
                        }
                    }
                });
            }
        });
        let mut ended = ended.into_inner().unwrap_or_default();
        ended.sort_by_key(|(number, _)| *number);
        Report { collected: ended.into_iter().map(|(_, collected)| collected).collect() }
    }
}

impl<'p> Task<'p> {
    /// A bug that one host brings to light costs that host and nobody else.
    fn carry_out_unharmed(self, context: &Context<'_>) -> Collected {
        catch_unwind(AssertUnwindSafe(|| self.carry_out(context))).unwrap_or_else(|_| Collected {
            problems: vec!["a bug of coroner's ended the reading; please report it".to_owned()],
            ..self.blank(context)
        })
    }

    /// What is known before the source is asked.
    fn blank(self, context: &Context<'_>) -> Collected {
        let Told { host, source, means } = self.told();
        let at = context.started.at(Instant::now());
        Collected { at, host, source: source.to_owned(), means, ..Collected::default() }
    }

    fn carry_out(self, context: &Context<'_>) -> Collected {
        let blank = self.blank(context);
        let result = match self {
            Self::Ipmi(host, target) => ipmi::collect(host, target, context, blank.clone()),
            Self::Redfish(host, target) => redfish::collect(host, target, context, blank.clone()),
            Self::Ssh(host, source) => ssh::collect(host, source, context, blank.clone()),
            Self::Site(job) => site::collect(job, context, blank.clone()),
        };
        result.unwrap_or_else(|error| Collected {
            outcome: Outcome::Nothing,
            problems: vec![format!("what was read could not be kept: {error}")],
            ..blank
        })
    }

    fn told(self) -> Told {
        let (host, source, means) = match self {
            Self::Ipmi(host, target) => (Some(&host.host), "ipmi", ipmi_means(target)),
            Self::Redfish(host, target) => {
                (Some(&host.host), "redfish", format!("HTTPS {}:{}", target.address, target.port))
            }
            Self::Ssh(host, source) => (Some(&host.host), "ssh", format!("SSH {}", source.target.address)),
            Self::Site(job) => (job.host.as_ref(), site::source(job), site::means(job)),
        };
        Told { host: host.map(ToString::to_string), source, means }
    }

    /// The BMC that it takes a session of.
    fn bmc(self) -> Option<&'p str> {
        match self {
            Self::Ipmi(_, IpmiTarget { link: IpmiLink::Lan { address, .. }, .. }) => Some(address),
            Self::Redfish(_, target) => Some(&target.address),
            _ => None,
        }
    }
}

fn ipmi_means(target: &IpmiTarget) -> String {
    match &target.link {
        IpmiLink::Local => "this machine's IPMI driver".to_owned(),
        IpmiLink::Lan { address, port } => format!("IPMI over LAN {address}:{port}"),
    }
}

/// A clock that is further off than this is worth a word.
const CLOCK_SECONDS_MAX: f64 = 60.0;

/// Says that a clock is off, if it is. `whose` is `bmc` or `host`.
fn note_clock(ahead_s: f64, uncertainty_s: f64, whose: &str, findings: &mut Vec<Noted>) {
    if ahead_s.abs() - uncertainty_s > CLOCK_SECONDS_MAX {
        let text =
            format!("the {}'s clock is {}", if whose == "bmc" { "BMC" } else { whose }, distance(ahead_s));
        findings.push(Noted { id: format!("{whose}-clock-off"), text });
    }
}

/// A distance of clocks in words.
fn distance(ahead: f64) -> String {
    let seconds = ahead.abs().round() as u64;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600, seconds / 60 % 60);
    let way = if ahead > 0.0 { "ahead" } else { "behind" };
    match (days, hours) {
        (0, 0) => format!("{minutes} min {} s {way}", seconds % 60),
        (0..3, _) => format!("{hours} h {minutes} min {way}"),
        _ => format!("{days} days {way}"),
    }
}
