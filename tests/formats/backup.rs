//! Backups: what stands in the fixtures is what is read.

use coroner::model::Stamp;
use coroner::model::record::{Body, SourceFacts};

use super::{Counts, fixtures_of, take, take_fixture};

pub const COUNTS: Counts = &[
    ("formats/backup-csv/duration.csv", 3, 3),
    ("formats/backup-csv/epoch.csv", 2, 2),
    ("formats/backup-csv/french.csv", 2, 2),
    ("formats/backup-csv/german.csv", 2, 2),
    ("formats/backup-csv/jobs.csv", 3, 3),
    ("formats/backup-csv/powershell.csv", 2, 2),
    ("formats/backup-json/aws.json", 2, 2),
    ("formats/backup-json/pve-tasks.json", 2, 1),
    ("formats/bacula-job-report/llist.txt", 20, 1),
    ("formats/bacula-job-report/report.log", 31, 2),
    ("formats/bacula-job-report/russian.log", 8, 1),
    ("formats/bacula-job-table/list.txt", 2, 2),
    ("formats/bacula-job-table/old.txt", 1, 1),
    ("formats/borg-json/create.json", 1, 1),
    ("formats/borg-json/info.json", 1, 2),
    ("formats/borg-json/log.jsonl", 4, 1),
    ("formats/borg-text/info.txt", 11, 1),
    ("formats/borg-text/list.txt", 2, 2),
    ("formats/borg-text/stats.txt", 16, 1),
    ("formats/duplicity-statistics/log.txt", 2, 1),
    ("formats/duplicity-statistics/run.txt", 2, 1),
    ("formats/proxmox-backup-server-task/host.log", 3, 1),
    ("formats/proxmox-backup-server-task/task.log", 5, 1),
    ("formats/proxmox-task-index/backup-server", 1, 1),
    ("formats/proxmox-task-index/index", 3, 3),
    ("formats/proxmox-vzdump-log/cut-short.log", 7, 2),
    ("formats/proxmox-vzdump-log/mail.txt", 5, 2),
    ("formats/proxmox-vzdump-log/qemu-207.log", 8, 1),
    ("formats/proxmox-vzdump-log/task.log", 32, 4),
    ("formats/restic-json/backup.jsonl", 2, 1),
    ("formats/restic-json/snapshots.json", 1, 2),
    ("formats/restic-snapshots-text/snapshots.txt", 2, 2),
    ("formats/rsnapshot-log/old.log", 3, 1),
    ("formats/rsnapshot-log/rsnapshot.log", 7, 3),
    ("formats/veeam-job-log/Job.log", 8, 3),
    ("formats/veeam-job-log/agent.log", 4, 1),
    ("formats/veeam-job-sessions/agent.txt", 7, 2),
    ("formats/veeam-job-sessions/rows.tsv", 2, 2),
    ("formats/veeam-session-table/list.txt", 2, 2),
    ("formats/veeam-session-table/powershell.txt", 1, 1),
    ("formats/backup-csv/spanish.csv", 2, 2),
    ("formats/proxmox-vzdump-log/version-5.log", 12, 1),
    ("formats/veeam-session-list/sessions.txt", 2, 2),
];

/// `host | job | start | end | status` of each run, times with a `Z` where the zone is known.
fn runs(facts: &SourceFacts) -> Vec<String> {
    let written = |stamp: &Stamp| match stamp {
        Stamp::Zoned(at) => at.format("%FT%TZ").to_string(),
        Stamp::Local(at) => at.format("%FT%T").to_string(),
        other => format!("{other:?}"),
    };
    let line = |record: &coroner::model::record::Record| {
        let Body::Job(job) = &record.body else { panic!("{record:?}") };
        let end = job.end.as_ref().map_or("-".to_owned(), written);
        let host = record.host.as_deref().unwrap_or("-");
        assert_eq!(job.kind, "backup");
        format!("{host} | {} | {} | {end} | {}", job.job, written(&record.stamp), job.status)
    };
    facts.records.iter().map(line).collect()
}

fn runs_of(path: &str) -> Vec<String> {
    runs(&take_fixture(&format!("formats/{path}")))
}

#[test]
fn a_table_of_jobs_gives_runs_with_host_end_and_status() {
    let jobs = take_fixture("formats/backup-csv/jobs.csv");
    let Body::Job(job) = &jobs.records[1].body else { panic!() };
    assert_eq!((job.job.as_str(), job.end, job.status.as_str()), ("nightly", None, "Failed"));
    assert_eq!(jobs.records[1].host.as_deref(), Some("web02"));
}

#[test]
fn the_end_of_a_row_is_its_start_and_its_duration() {
    let found = runs_of("backup-csv/duration.csv");
    assert_eq!(found[0], "mail03 | nightly | 2025-02-03T01:00:00 | 2025-02-03T01:18:50 | Success");
    assert_eq!(found[1], "mail04 | nightly | 2025-02-03T01:20:00 | 2025-02-04T03:20:00 | Success");
    assert_eq!(found[2], "mail05 | nightly | 2025-02-03T01:40:00 | - | Running");
}

#[test]
fn the_first_year_of_a_calendar_is_no_end() {
    let found = runs_of("backup-csv/powershell.csv");
    assert_eq!(found[1], "- | Tagessicherung | 2025-02-04T22:00:05 | - | None");
    let found = runs_of("veeam-job-sessions/rows.tsv");
    assert_eq!(found[1], "- | Wochensicherung | 2025-02-04T23:00:01 | - | None");
}

#[test]
fn a_resource_of_a_cloud_is_named_by_the_end_of_its_path() {
    let found = runs_of("backup-json/aws.json");
    assert_eq!(found[0], "i-0abcdef | backup | 2025-02-03T22:00:00Z | 2025-02-03T22:15:00Z | COMPLETED");
    assert_eq!(found[1], "orders | backup | 2025-02-03T21:00:00Z | - | RUNNING");
}

#[test]
fn vzdump_gives_each_guest_its_turn_and_the_hypervisor_the_whole() {
    assert_eq!(
        runs_of("proxmox-vzdump-log/task.log"),
        [
            "shop04 | vzdump | 2025-02-03T00:00:03Z | 2025-02-03T00:05:14Z | ok",
            "dns05 | vzdump | 2025-02-03T00:05:14Z | 2025-02-03T00:05:59Z | failed",
            "pve7 | vzdump 206 | 2025-02-03T00:06:00Z | 2025-02-03T00:06:30Z | ok",
            "pve7 | vzdump | 2025-02-03T00:00:03Z | 2025-02-03T00:06:30Z | failed",
        ]
    );
}

#[test]
fn the_zone_of_vzdump_is_only_what_its_log_tells() {
    // Local time and nothing beside it.
    let found = runs_of("proxmox-vzdump-log/mail.txt");
    assert_eq!(found[1], "pve8 | vzdump | 2025-02-03T03:00:01 | 2025-02-03T03:02:10 | ok");
    let found = runs_of("proxmox-vzdump-log/qemu-207.log");
    assert_eq!(found, ["mail07 | vzdump | 2025-02-03T02:00:01 | 2025-02-03T02:31:49 | ok"]);
    // The name of an archive in UTC that is no whole quarter of an hour away belongs to another run.
    let log = "INFO: Starting Backup of VM 7 (qemu)\nINFO: Backup started at 2025-02-03 01:00:03\n\
               INFO: VM Name: a1\nINFO: creating Proxmox Backup Server archive 'vm/7/2025-02-02T23:43:03Z'\n\
               INFO: Finished Backup of VM 7 (00:01:00)\n";
    let found = runs(&take("x", log.as_bytes()));
    assert_eq!(found, ["a1 | vzdump | 2025-02-03T01:00:03 | 2025-02-03T01:01:03 | ok"]);
}

#[test]
fn a_task_that_was_cut_short_has_a_start_and_no_end() {
    assert_eq!(
        runs_of("proxmox-vzdump-log/cut-short.log"),
        ["shop09 | vzdump | 2025-02-03T00:04:19Z | - | ", "pve7 | vzdump | 2025-02-03T00:04:19Z | - | "]
    );
    assert_eq!(runs_of("proxmox-task-index/index")[2], "pve7 | vzdump 205 | 2025-02-05T12:18:24Z | - | ");
}

#[test]
fn a_backup_server_tells_whom_it_saved() {
    assert_eq!(
        runs_of("proxmox-task-index/backup-server"),
        ["forge-02 | backup tank:host-forge-02 | 2025-02-03T12:18:24Z | 2025-02-03T12:23:36Z | OK"]
    );
    let found = runs_of("proxmox-backup-server-task/host.log");
    assert!(found[0].starts_with("forge02 | backup host/forge02 | 2025-02-03T01:00:03Z"), "{found:?}");
}

#[test]
fn bacula_reports_backups_and_what_never_reported() {
    assert_eq!(
        runs_of("bacula-job-report/report.log"),
        [
            "db05 | save-db05 | 2025-02-03T22:00:03 | 2025-02-03T22:14:20 | Backup OK",
            "- | save-db06 | 2025-02-03T23:00:00 | - | ",
        ]
    );
    let found = runs_of("bacula-job-report/llist.txt");
    assert_eq!(found, ["db05 | save-db05 | 2025-02-04T22:00:02 | 2025-02-04T22:01:44 | failed"]);
    let found = runs_of("bacula-job-table/list.txt");
    assert_eq!(found[0], "db06 | save-db06 | 2025-02-04T23:00:02 | - | running");
    assert_eq!(found[1], "db05 | save-db05 | 2025-02-04T22:00:02 | 2025-02-04T22:12:42 | OK");
}

#[test]
fn a_veeam_session_is_of_all_machines_that_its_log_names() {
    assert_eq!(
        runs_of("veeam-job-log/Job.log"),
        [
            "shop21 | Tagessicherung | 2025-02-03T22:00:06 | 2025-02-03T22:41:12 | Warning",
            "shop22 | Tagessicherung | 2025-02-03T22:00:06 | 2025-02-03T22:41:12 | Warning",
            "shop21 | Tagessicherung | 2025-02-04T22:00:05 | - | ",
        ]
    );
    let found = runs_of("veeam-job-sessions/agent.txt");
    assert_eq!(found[1], "shop21 | Tagessicherung | 2025-02-03T22:00:40 | 2025-02-03T22:20:41 | Success");
}

#[test]
fn tables_in_columns_are_cut_where_their_header_says() {
    let found = runs_of("veeam-session-table/list.txt");
    assert_eq!(found[0], "- | system | 2025-02-03T02:00:00 | 2025-02-03T02:06:00 | Success");
    assert_eq!(found[1], "- | system | 2025-02-04T02:00:00 | - | Running");
    let found = runs_of("veeam-session-table/powershell.txt");
    assert_eq!(found, ["- | Tagessicherung | 2025-02-03T22:00:06 | 2025-02-03T22:41:12 | Success"]);
    let found = runs_of("restic-snapshots-text/snapshots.txt");
    assert_eq!(found[1], "forge05 | restic | 2025-02-04T01:00:01 | - | ");
}

#[test]
fn restic_and_borg_tell_their_host_where_they_know_it() {
    let found = runs_of("restic-json/snapshots.json");
    assert_eq!(found[0], "forge04 | restic | 2025-02-03T00:00:02Z | 2025-02-03T00:01:18Z | ok");
    let found = runs_of("borg-text/info.txt");
    assert_eq!(found, ["forge02 | etc | 2025-02-03T01:00:02 | 2025-02-03T01:05:14 | ok"]);
    // Without a host, the archive's name is the best there is, and its date is no part of it.
    let found = runs_of("borg-json/log.jsonl");
    assert_eq!(found, ["- | forge03 | 2025-02-03T02:00:00 | 2025-02-03T02:05:14 | ok"]);
}

#[test]
fn rsnapshot_copies_each_machine_in_its_own_time() {
    let found = runs_of("rsnapshot-log/rsnapshot.log");
    assert_eq!(found[0], "shop11 | rsnapshot daily | 2025-02-03T01:00:02 | 2025-02-03T01:04:02 | ");
    assert_eq!(
        found[2],
        "- | rsnapshot daily | 2025-02-03T01:00:01 | 2025-02-03T01:09:31 | completed successfully"
    );
}

#[test]
fn damage_costs_its_own_line() {
    let table = "| jobid | starttime | jobstatus | type |\n| 1 | 2025-02-03 01:00:00 | T | B |\n\
                 | 2 | yesterday | T | B |\n| 3 | 2025-02-0";
    let facts = take("x", table.as_bytes());
    assert_eq!((facts.format.as_deref(), facts.records.len()), (Some("bacula-job-table"), 1));
    assert_eq!(facts.reasons.get("bad field: start").copied(), Some(26));
    assert_eq!(facts.reasons.get("truncated").copied(), Some(15));
}

#[test]
fn lines_without_a_year_have_that_of_the_archive() {
    assert_eq!(
        runs_of("proxmox-vzdump-log/version-5.log"),
        ["web07 | vzdump | 2018-03-05T22:00:11 | 2018-03-05T22:31:16 | ok"]
    );
    let (_, whole) =
        &fixtures_of("proxmox-vzdump-log").into_iter().find(|(p, _)| p.contains("version-5")).unwrap();
    let text = String::from_utf8(whole.clone()).unwrap().replace("2018_03_05", "x");
    let record = &take("x", text.as_bytes()).records[0];
    assert!(matches!(record.stamp, Stamp::Yearless { wraps: 0, month: 3, day: 5, .. }), "{record:?}");
}

#[test]
fn sessions_that_powershell_lists_are_runs() {
    assert_eq!(
        runs_of("veeam-session-list/sessions.txt"),
        [
            "- | Nightly servers | 2025-03-13T22:00:12 | 2025-03-13T22:41:03 | Success",
            "- | Nightly servers | 2025-03-14T22:00:10 | 2025-03-14T22:55:59 | Failed",
        ]
    );
}
