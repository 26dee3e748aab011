//! Backups: what stands in the fixtures is what is read.

use coroner::model::record::Body;

use super::{Counts, take_fixture};

pub const COUNTS: Counts = &[("formats/backup-csv/jobs.csv", 3, 3)];

#[test]
fn a_table_of_jobs_gives_runs_with_host_end_and_status() {
    let jobs = take_fixture("formats/backup-csv/jobs.csv");
    let Body::Job(job) = &jobs.records[1].body else { panic!() };
    assert_eq!((job.job.as_str(), job.end, job.status.as_str()), ("nightly", None, "Failed"));
    assert_eq!(jobs.records[1].host.as_deref(), Some("web02"));
}
