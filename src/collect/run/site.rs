//! Commands and files of the machine that collects, such as what a backup system tells of its jobs.

use std::io;
use std::time::Instant;

use super::Context;
use crate::collect::causes::with_causes;
use crate::collect::command::{file, program};
use crate::collect::targets::{Job, JobKind};
use crate::collect::vault::{Collected, History, Outcome};

/// The word for the kind of a job.
pub fn source(job: &Job) -> &'static str {
    match job.kind {
        JobKind::Command { .. } => "command",
        JobKind::File { .. } => "file",
    }
}

/// What is read. Of a command only its name: its arguments are the user's business.
pub fn means(job: &Job) -> String {
    match &job.kind {
        JobKind::Command { .. } => job.name.clone(),
        JobKind::File { path } => path.display().to_string(),
    }
}

pub fn collect(job: &Job, context: &Context<'_>, mut collected: Collected) -> io::Result<Collected> {
    let owner = job.host.as_ref().map_or_else(|| "site".to_owned(), |host| format!("hosts/{host}"));
    let into = format!("{owner}/{}", job.into.display());
    let (folder, file_name) = into.rsplit_once('/').unwrap_or((&owner, &into));
    let mut place = context.vault.place_of_file(folder, file_name)?;
    let mut content = Vec::new();
    let mut modified = None;
    let result = match &job.kind {
        JobKind::Command { program, timeout } => {
            let limits = program::Limits { deadline: Instant::now() + *timeout, max_bytes: job.max_bytes };
            match program::run(program, limits, &mut content) {
                Ok(ended) => ended_well(&ended),
                Err(error) => Err(with_causes(&error)),
            }
        }
        JobKind::File { path } => {
            let deadline = Instant::now() + context.settings.deadline;
            let copied = file::copy(path, job.max_bytes, deadline, &mut content);
            copied.map(|copied| modified = copied.modified).map_err(|error| with_causes(&error))
        }
    };
    // Half an answer is none: it would stand in the place of the last whole one.
    match result {
        Ok(()) => {
            place.snapshot_of_file(file_name, content, History::Kept, collected.at, modified);
            collected.outcome = Outcome::Whole;
        }
        Err(why) => collected.problems.push(why),
    }
    place.commit(&(), collected)
}

fn ended_well(ended: &program::Ended) -> Result<(), String> {
    match ended.stopped {
        Some(program::Stopped::Deadline) => Err("it took too long and was stopped".to_owned()),
        Some(program::Stopped::TooMuch) => Err("it wrote more than it may: raise `max_mib`".to_owned()),
        None if ended.status.success() => Ok(()),
        None => Err(format!("it ended with {}", ended.status)),
    }
}
