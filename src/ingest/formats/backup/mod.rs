//! Logs and lists of backup jobs.

use super::{Fit, Format, Head};

pub mod backup_csv;
pub mod backup_json;
pub mod bacula_job_report;
pub mod bacula_job_table;
pub mod borg_json;
pub mod borg_text;
pub mod duplicity_statistics;
pub mod proxmox_backup_server_task;
pub mod proxmox_task_index;
pub mod proxmox_vzdump_log;
pub mod restic_json;
pub mod restic_snapshots_text;
pub mod rsnapshot_log;
pub mod veeam_job_log;
pub mod veeam_job_sessions;
pub mod veeam_session_list;
pub mod veeam_session_table;

/// The register of these formats.
pub static ALL: &[&dyn Format] = &[
    &backup_csv::BackupCsv,
    &backup_json::BackupJson,
    &bacula_job_report::BaculaJobReport,
    &bacula_job_table::BaculaJobTable,
    &borg_json::BorgJson,
    &borg_text::BorgText,
    &duplicity_statistics::DuplicityStatistics,
    &proxmox_backup_server_task::ProxmoxBackupServerTask,
    &proxmox_task_index::ProxmoxTaskIndex,
    &proxmox_vzdump_log::ProxmoxVzdumpLog,
    &restic_json::ResticJson,
    &restic_snapshots_text::ResticSnapshotsText,
    &rsnapshot_log::RsnapshotLog,
    &veeam_job_log::VeeamJobLog,
    &veeam_job_sessions::VeeamJobSessions,
    &veeam_session_list::VeeamSessionList,
    &veeam_session_table::VeeamSessionTable,
];

/// Whether lines with a time before each are the log of a backup. They look like a system log that names
/// no host, and say more than one.
#[must_use]
pub fn is_log_of_a_backup(head: &Head<'_>) -> bool {
    let logs: [&dyn Format; 2] =
        [&proxmox_vzdump_log::ProxmoxVzdumpLog, &proxmox_backup_server_task::ProxmoxBackupServerTask];
    logs.iter().any(|log| log.fit(head) == Fit::Sure)
}
