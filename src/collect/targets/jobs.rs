//! Commands and files of the machine that collects, one for each host or one for the site.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::group::hosts;
use super::inventory::InventoryRow;
use super::names::{HostName, path_below};
use super::problem::{Problem, TargetsError};
use super::{seconds, secret_variables};
use crate::collect::command::program::Program;
use crate::config::collect::{Collect, OneOrMany};

const MIB: u64 = 1024 * 1024;

/// One thing to read on the machine that collects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Name, for messages.
    pub name: String,
    /// What is read.
    pub kind: JobKind,
    /// The host that it is about; none: the site.
    pub host: Option<HostName>,
    /// File that keeps it, below the host's folder or the site's.
    pub into: PathBuf,
    /// Largest size.
    pub max_bytes: u64,
}

/// What a job reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobKind {
    /// The output of a program, without a shell. It does not inherit secrets.
    Command { program: Program, timeout: Duration },
    /// A file.
    File { path: PathBuf },
}

/// All jobs of a configuration, in the order of writing. `file` and `inventory` as for [`super::expand`].
pub fn jobs(collect: &Collect, file: &Path, inventory: &[InventoryRow]) -> Result<Vec<Job>, TargetsError> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut jobs = Vec::new();
    let mut taken = BTreeSet::new();
    for rule in &collect.command {
        let fail = |key: &str, problem| {
            TargetsError::new(file, format!("[[collect.command]] {:?}", rule.name), key, problem)
        };
        let timeout = seconds(rule.timeout_s).map_err(|problem| fail("timeout_s", problem))?;
        if rule.run.first().is_none_or(String::is_empty) {
            return Err(fail("run", Problem::NoProgram));
        }
        for host in for_each(rule.hosts.as_ref(), inventory).map_err(|problem| fail("hosts", problem))? {
            let mut program = Program::new(rule.run.iter().map(|word| fill(host.as_ref(), word)));
            program.hidden = secret_variables(collect);
            let into =
                place(host.as_ref(), &rule.into, &mut taken).map_err(|problem| fail("into", problem))?;
            let kind = JobKind::Command { program, timeout };
            jobs.push(Job { name: rule.name.clone(), kind, host, into, max_bytes: bytes(rule.max_mib) });
        }
    }
    for rule in &collect.file {
        let fail = |key: &str, problem| {
            TargetsError::new(file, format!("[[collect.file]] {:?}", rule.path), key, problem)
        };
        for host in for_each(rule.hosts.as_ref(), inventory).map_err(|problem| fail("hosts", problem))? {
            let path = folder.join(fill(host.as_ref(), &rule.path));
            let into =
                place(host.as_ref(), &rule.into, &mut taken).map_err(|problem| fail("into", problem))?;
            let kind = JobKind::File { path };
            jobs.push(Job { name: rule.path.clone(), kind, host, into, max_bytes: bytes(rule.max_mib) });
        }
    }
    Ok(jobs)
}

/// The hosts of a rule, or once nobody: the site.
fn for_each(rule: Option<&OneOrMany>, inventory: &[InventoryRow]) -> Result<Vec<Option<HostName>>, Problem> {
    match rule {
        Some(list) => Ok(hosts(list, inventory)?.into_iter().map(Some).collect()),
        None => Ok(vec![None]),
    }
}

fn fill(host: Option<&HostName>, text: &str) -> String {
    host.map_or_else(|| text.to_owned(), |host| host.fill(text))
}

/// Where a job's answer is kept; two jobs must not write to the same file.
fn place(
    host: Option<&HostName>,
    into: &str,
    taken: &mut BTreeSet<(Option<HostName>, PathBuf)>,
) -> Result<PathBuf, Problem> {
    let path = path_below(&fill(host, into))?;
    if !taken.insert((host.cloned(), path.clone())) {
        return Err(Problem::SameFile { path: path.display().to_string() });
    }
    Ok(path)
}

fn bytes(mib: u64) -> u64 {
    mib.saturating_mul(MIB)
}
