//! Keeps what is in this process's memory out of core dumps and away from debuggers of the same user.

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Why the process could not be protected.
#[derive(Debug, thiserror::Error)]
pub enum HardenError {
    #[error("failed to forbid core dumps of this process")]
    Limit(#[source] std::io::Error),
    #[error("failed to make this process undumpable")]
    Dumpable(#[source] std::io::Error),
}

/// Forbids core dumps of this process, before the first secret is read.
///
/// The limit of zero (`RLIMIT_CORE`) covers dumps into files, and programs that are started inherit it. A kernel
/// whose `core_pattern` is a pipe ignores the limit, but not `PR_SET_DUMPABLE`, which also closes `/proc/PID/mem`
/// and `/proc/PID/environ` to other processes of the same user (prctl(2)).
pub fn keep_out_of_core_dumps() -> Result<(), HardenError> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })
        .map_err(|errno| HardenError::Limit(errno.into()))?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(|errno| HardenError::Dumpable(errno.into()))
}
