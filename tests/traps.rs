//! Evidence that misleads: each trap with what must not come of it.

use coroner::model::{Cause, Incident};

mod evidence;

use evidence::{Evidence, Log, assert_near, only, sel};

const NOON: &str = "2025-03-10 12:00:00";
const BACK: &str = "2025-03-10 12:04:00";
const LATER: &str = "2025-03-15 00:00:00";
const BOOT_SIGN: (&str, &str) =
    ("2025-03-10 12:03:30", "System Event #0x01 | OEM System boot event | Asserted");

fn before() -> Log {
    Log::of("kvm01").busy("2025-03-05 00:00:00", NOON)
}

fn with_sel(log: Log, entries: &[(&str, &str)]) -> Evidence {
    Evidence::new().file("kern/kvm01.log", log.text).file("sel/kvm01.txt", sel(entries))
}

fn unplanned(incidents: &[Incident]) -> usize {
    incidents.iter().filter(|incident| !incident.planned).count()
}

#[test]
fn a_watchdog_reset_after_an_orderly_shutdown_is_part_of_it() {
    let log = before().stops(NOON).comes_back(BACK, LATER);
    let entries = [("2025-03-10 12:02:30", "Watchdog2 OS Watchdog | Hard reset | Asserted"), BOOT_SIGN];
    let incident = only(&with_sel(log, &entries).incidents(), "kvm01").clone();
    assert_eq!((incident.cause, incident.planned), (Cause::Clean, true), "{}", incident.reason);
}

#[test]
fn a_watchdog_that_did_not_stop_at_an_orderly_shutdown_is_no_failure() {
    let log = before()
        .kernel("2025-03-10 11:59:59", "watchdog: watchdog0: watchdog did not stop!")
        .stops(NOON)
        .comes_back(BACK, LATER);
    let incident = only(&Evidence::new().file("kern/kvm01.log", log.text).incidents(), "kvm01").clone();
    assert_eq!((incident.cause, incident.planned), (Cause::Clean, true), "{}", incident.reason);
}

#[test]
fn a_full_sel_is_named_because_it_drops_the_newest_events() {
    let log = before().comes_back(BACK, LATER);
    let entries = [("2025-03-08 10:00:00", "Event Logging Disabled #0x10 | Log full | Asserted")];
    let report = with_sel(log, &entries).analyse();
    let finding = report.fleet_findings.iter().find(|finding| finding.id == "sel-full").unwrap();
    assert_eq!(finding.hosts, ["kvm01"]);
    assert_eq!(only(&report.incidents, "kvm01").cause, Cause::Unexplained);
}

#[test]
fn a_cleared_sel_is_named_because_what_came_before_is_lost() {
    let log = before().comes_back(BACK, LATER);
    let entries =
        [("2025-03-12 10:00:00", "Event Logging Disabled #0x10 | Log area reset/cleared | Asserted")];
    let report = with_sel(log, &entries).analyse();
    let finding = report.fleet_findings.iter().find(|finding| finding.id == "sel-cleared").unwrap();
    assert_eq!(finding.hosts, ["kvm01"]);
    let incident = only(&report.incidents, "kvm01");
    let says_missing = incident.evidence.iter().any(|evidence| evidence.text.contains("no SEL of that time"));
    assert!(says_missing, "absence of events is no evidence where the log was cleared: {incident:#?}");
}

#[test]
fn what_the_next_boot_reports_belongs_to_the_boot_before() {
    for line in [
        "BERT: Error records from previous boot:",
        "mce: [Hardware Error]: CPU 3: Machine Check: 0 Bank 5: be00000000800400",
        "x86/amd: Previous system reset reason [0x08000000]: uncorrected error",
    ] {
        let log = before()
            .boots(BACK)
            .kernel("2025-03-10 12:04:05", line)
            .busy("2025-03-10 12:05:00", "2025-03-12 08:00:00")
            .stops("2025-03-12 08:00:00")
            .comes_back("2025-03-12 08:03:00", LATER);
        let incidents = Evidence::new().file("kern/kvm01.log", log.text).incidents();
        let found: Vec<(Cause, bool)> = incidents.iter().map(|i| (i.cause, i.planned)).collect();
        assert_eq!(found, [(Cause::HardwareError, false), (Cause::Clean, true)], "{line}");
        assert_near(incidents[0].at, NOON, 6);
    }
}

#[test]
fn the_power_button_after_a_silent_hang_is_the_cure_and_not_the_cause() {
    let log = before().comes_back("2025-03-10 16:04:00", LATER);
    let entries = [
        ("2025-03-10 16:00:00", "Button #0x08 | Power Button pressed | Asserted"),
        ("2025-03-10 16:03:30", "System Event #0x01 | OEM System boot event | Asserted"),
    ];
    let incident = only(&with_sel(log, &entries).incidents(), "kvm01").clone();
    assert_eq!((incident.cause, incident.planned), (Cause::Hang, false), "{}", incident.reason);
    assert_near(incident.at, NOON, 10);
}

/// A fleet in which kvm01 resets at noon and takes its three guests with it.
fn guests_go_down(inventory: &str, others: &[&str]) -> coroner::model::Report {
    let mut evidence = Evidence::new().file("inventory.csv", inventory);
    evidence = evidence.file("kern/kvm01.log", before().comes_back(BACK, LATER).text);
    for name in ["vm1", "vm2", "vm3"] {
        let log = Log::of(name).busy("2025-03-05 00:00:00", NOON).comes_back("2025-03-10 12:06:00", LATER);
        evidence = evidence.file(&format!("kern/{name}.log"), log.text);
    }
    for name in others {
        evidence =
            evidence.file(&format!("kern/{name}.log"), Log::of(name).busy("2025-03-05 00:00:00", LATER).text);
    }
    let report = evidence.analyse();
    assert_eq!(report.incidents.len(), 4);
    assert!(report.incidents.iter().all(|incident| incident.cluster.as_deref() == Some("cluster-1")));
    report
}

#[test]
fn guests_and_their_host_are_one_event_for_the_statistics() {
    let inventory = "host,hypervisor,model\nkvm01,,EX\nvm1,kvm01,virtual\nvm2,kvm01,virtual\nvm3,kvm01,virtual\n\
                     kvm02,,EX\nvm4,kvm02,virtual\nvm5,kvm02,virtual\n";
    let report = guests_go_down(inventory, &["kvm02", "vm4", "vm5"]);
    assert_eq!(report.method.independent_events, 1);
}

#[test]
fn guests_of_the_only_hypervisor_are_one_event_too() {
    let inventory =
        "host,hypervisor,model\nkvm01,,EX\nvm1,kvm01,virtual\nvm2,kvm01,virtual\nvm3,kvm01,virtual\n";
    assert_eq!(guests_go_down(inventory, &[]).method.independent_events, 1);
}

#[test]
fn the_resets_of_one_firmware_update_are_planned_together() {
    let log = before()
        .stops(NOON)
        .boots(BACK)
        .busy("2025-03-10 12:05:00", "2025-03-10 12:12:00")
        .boots("2025-03-10 12:14:00")
        .busy("2025-03-10 12:15:00", "2025-03-10 12:22:00")
        .comes_back("2025-03-10 12:26:00", LATER);
    let window = "start,end,scope,what\n2025-03-10T11:30:00Z,2025-03-10T12:10:00Z,kvm01,firmware\n";
    let incidents =
        Evidence::new().file("kern/kvm01.log", log.text).file("maintenance.csv", window).incidents();
    assert_eq!(unplanned(&incidents), 0, "{incidents:#?}");
}

#[test]
fn a_failure_inside_a_window_is_still_a_failure() {
    let log = before()
        .kernel("2025-03-10 11:59:00", "Kernel panic - not syncing: Fatal exception")
        .comes_back(BACK, LATER);
    let window = "start,end,scope,what\n2025-03-10T11:30:00Z,2025-03-10T13:00:00Z,*,network\n";
    let incidents =
        Evidence::new().file("kern/kvm01.log", log.text).file("maintenance.csv", window).incidents();
    let incident = only(&incidents, "kvm01");
    assert_eq!((incident.cause, incident.planned), (Cause::KernelPanic, false), "{}", incident.reason);
}

#[test]
fn a_window_of_other_hosts_excuses_nothing() {
    let log = before()
        .says("2025-03-10 11:59:50", "sudo: bob : PWD=/root ; USER=root ; COMMAND=/sbin/shutdown -r now");
    let log = log.stops(NOON).comes_back(BACK, LATER);
    let window = "start,end,scope,what\n2025-03-10T11:30:00Z,2025-03-10T13:00:00Z,kvm02,disk\n";
    let incidents =
        Evidence::new().file("kern/kvm01.log", log.text).file("maintenance.csv", window).incidents();
    assert_eq!((incidents[0].cause, incidents[0].planned), (Cause::Operator, false));
}

#[test]
fn lines_with_the_words_of_trouble_in_them_do_nothing() {
    let decoys = |log: Log| {
        log.says(
            "2025-03-10 11:58:00",
            "ansible-command: Invoked with cmd=grep 'Kernel panic - not syncing' /var/log/kern.log",
        )
        .says(
            "2025-03-10 11:58:10",
            "sudo: alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/less /var/log/reboot.log",
        )
        .says("2025-03-10 11:58:20", "CRON[99]: (root) CMD (/usr/local/bin/reboot-check)")
        .says("2025-03-10 11:58:30", "app: Out of memory in pool 7, recycling")
        .kernel("2025-03-10 11:58:40", "watchdog: Delayed init of the lockup detector failed: -19")
        .says("2025-03-10 11:58:50", "dbus-daemon: Restarting system message bus")
    };
    let went_on = decoys(before()).busy("2025-03-10 12:00:00", LATER);
    assert!(Evidence::new().file("kern/kvm01.log", went_on.text).incidents().is_empty());
    let reset = decoys(before()).comes_back(BACK, LATER);
    let incident = only(&Evidence::new().file("kern/kvm01.log", reset.text).incidents(), "kvm01").clone();
    assert_eq!((incident.cause, incident.planned), (Cause::Unexplained, false), "{}", incident.reason);
}

#[test]
fn a_deasserted_event_is_an_end_of_trouble_and_not_trouble() {
    let log = before().comes_back(BACK, LATER);
    let entries = [
        ("2025-03-10 11:59:00", "Power Unit #0x01 | AC lost | Deasserted"),
        ("2025-03-10 11:59:10", "Memory #0x51 | Uncorrectable ECC | Deasserted"),
        ("2025-03-10 11:59:20", "Processor CPU1 | Thermal Trip | Deasserted"),
        BOOT_SIGN,
    ];
    let incident = only(&with_sel(log, &entries).incidents(), "kvm01").clone();
    assert_eq!((incident.cause, incident.planned), (Cause::Unexplained, false), "{}", incident.reason);
}

#[test]
fn trouble_of_last_week_does_not_explain_the_reset_of_today() {
    let log = Log::of("kvm01")
        .busy("2025-03-01 00:00:00", "2025-03-04 00:00:00")
        .kernel("2025-03-04 00:00:00", "Out of memory: Killed process 4242 (java) total-vm:9000000kB")
        .kernel("2025-03-04 00:01:00", "blk_update_request: I/O error, dev sda, sector 123456 op 0x1:(WRITE)")
        .busy("2025-03-04 00:05:00", NOON)
        .comes_back(BACK, LATER);
    let entries = [("2025-03-04 00:02:00", "Processor CPU1 | Thermal Trip | Asserted"), BOOT_SIGN];
    let incident = only(&with_sel(log, &entries).incidents(), "kvm01").clone();
    assert_eq!(incident.cause, Cause::Unexplained, "{}", incident.reason);
}

#[test]
fn nul_bytes_and_a_torn_line_do_not_hide_the_boot_behind_them() {
    let whole = before();
    let torn = format!("{}2025-03-10T11:59:30+00:00 kvm01 app: half a li{}", whole.text, "\0".repeat(3000));
    let rest = Log::of("kvm01").comes_back(BACK, LATER).text;
    let incidents = Evidence::new().file("kern/kvm01.log", torn + &rest).incidents();
    let incident = only(&incidents, "kvm01");
    assert!(!incident.planned);
    assert_eq!(incident.back_at, Some(evidence::utc(BACK)));
}

#[test]
fn entries_of_a_sel_that_stand_in_another_order_than_they_happened_tell_the_same() {
    let entries = [
        ("2025-03-10 11:59:40", "Memory #0x51 | Correctable ECC | Asserted"),
        ("2025-03-10 12:00:20", "Processor CPU1_IERR | IERR | Asserted"),
        ("2025-03-10 12:03:30", "System Event #0x01 | OEM System boot event | Asserted"),
        ("2025-03-12 09:00:00", "Fan FAN1 | Lower Critical going low | Asserted"),
    ];
    let judged = |order: [usize; 4]| {
        let entries: Vec<(&str, &str)> = order.into_iter().map(|place| entries[place]).collect();
        let incidents = with_sel(before().comes_back(BACK, LATER), &entries).incidents();
        let incident = only(&incidents, "kvm01");
        (incident.cause, incident.planned, incident.at)
    };
    let in_order = judged([0, 1, 2, 3]);
    assert_eq!((in_order.0, in_order.1), (Cause::HardwareError, false));
    for order in [[3, 2, 1, 0], [2, 0, 1, 3], [1, 0, 3, 2]] {
        assert_eq!(judged(order), in_order, "{order:?}");
    }
}

#[test]
fn a_boot_that_a_journal_shows_twice_is_one_boot() {
    let line = |id: &str, at: &str, text: &str| {
        let micros = evidence::utc(at).timestamp_micros();
        format!(
            "{{\"__REALTIME_TIMESTAMP\":\"{micros}\",\"_BOOT_ID\":\"{id}\",\"_HOSTNAME\":\"kvm01\",\
             \"SYSLOG_IDENTIFIER\":\"kernel\",\"MESSAGE\":\"{text}\"}}\n"
        )
    };
    // The hardware clock was wrong until the network set it: the lines of one boot lie on both sides.
    let mut journal = String::new();
    for minute in 0..40 {
        journal += &line("aaaa", &format!("2025-03-10 11:{minute:02}:00"), "working");
    }
    journal += &line("bbbb", "2025-03-10 12:04:00", "Linux version 6.1.0-18-amd64 (build@example.org)");
    journal += &line("bbbb", "2025-03-10 12:04:05", "starting");
    journal += &line("bbbb", "2025-03-10 12:04:30", "clock set");
    let again = journal.clone();
    let incidents = Evidence::new()
        .file("journal/kvm01.json", journal.clone())
        .file("journal/kvm01.copy.json", again + &line("bbbb", "2025-03-10 12:09:00", "working"))
        .incidents();
    assert_eq!(incidents.len(), 1, "{incidents:#?}");
}

#[test]
fn errors_that_a_warm_boot_by_the_bmc_leaves_behind_are_known_for_what_they_are() {
    let entries = [
        ("2025-03-10 12:00:10", "System Boot Initiated #0x1d | Chassis control command | Asserted"),
        ("2025-03-10 12:02:10", "Processor CPU1_IERR | IERR | Asserted"),
        ("2025-03-10 12:02:15", "Memory #0x51 | Uncorrectable ECC | Asserted"),
        ("2025-03-10 12:03:30", "System Event #0x01 | OEM System boot event | Asserted"),
    ];
    let evidence = with_sel(before().comes_back(BACK, LATER), &entries);
    let report = evidence.file("inventory.csv", "host,model,bios_version\nkvm01,SC9000,2.4.3\n").analyse();
    let incident = only(&report.incidents, "kvm01");
    let known = incident.known_causes.iter().find(|known| known.id == "K21");
    assert!(known.is_some_and(|known| known.standing == coroner::model::Standing::Holds), "{incident:#?}");
}

#[test]
fn what_the_bmc_writes_at_the_next_start_of_a_machine_check_belongs_to_the_boot_before() {
    let log = before().comes_back(BACK, LATER);
    let entries = [
        (
            "2025-03-10 12:03:20",
            "Processor | CPU 1 machine check error detected in the previous boot | Asserted",
        ),
        BOOT_SIGN,
    ];
    let incident = only(&with_sel(log, &entries).incidents(), "kvm01").clone();
    assert_eq!((incident.cause, incident.planned), (Cause::HardwareError, false), "{}", incident.reason);
    assert_near(incident.at, NOON, 6);
}
