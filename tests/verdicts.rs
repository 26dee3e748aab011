//! The decision table, row by row, on small hosts: what the files say and what becomes of it.
//!
//! Every host is busy from 5 March 2025 on, ends at noon of 10 March and is busy again afterwards.

use coroner::model::{Cause, Incident, Kind, Supports};

mod evidence;

use evidence::{Evidence, Log, assert_near, only, sel};

const NOON: &str = "2025-03-10 12:00:00";
const BACK: &str = "2025-03-10 12:04:00";
const LATER: &str = "2025-03-15 00:00:00";

/// Busy until five minutes before noon.
fn before() -> Log {
    Log::of("kvm01").busy("2025-03-05 00:00:00", NOON)
}

fn judged(log: Log, sel_entries: &[(&str, &str)]) -> Incident {
    let mut evidence = Evidence::new().file("kern/kvm01.log", log.comes_back(BACK, LATER).text);
    if !sel_entries.is_empty() {
        evidence = evidence.file("sel/kvm01.txt", sel(sel_entries));
    }
    only(&evidence.incidents(), "kvm01").clone()
}

/// The BMC's record of the start after the end: it ties the two clocks.
const BOOT_SIGN: (&str, &str) =
    ("2025-03-10 12:03:30", "System Event #0x01 | OEM System boot event | Asserted");

#[track_caller]
fn assert_unplanned(incident: &Incident, cause: Cause) {
    assert_eq!((incident.cause, incident.planned), (cause, false), "{}", incident.reason);
    assert_eq!(incident.kind, Kind::Reboot);
    assert_near(incident.at, NOON, 6);
    assert_eq!(incident.back_at, Some(evidence::utc(BACK)));
    assert!(incident.at_earliest <= incident.at && incident.at <= incident.at_latest);
    assert!(incident.evidence.iter().any(|evidence| evidence.supports == Supports::For), "{incident:#?}");
}

#[track_caller]
fn assert_planned(incident: &Incident, cause: Cause) {
    assert_eq!((incident.cause, incident.planned), (cause, true), "{}", incident.reason);
}

const WINDOW: &str = "start,end,scope,what\n2025-03-10T11:30:00Z,2025-03-10T13:00:00Z,kvm*,kernel update\n";
const SUDO_REBOOT: &str =
    "sudo:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/sbin/reboot";

#[test]
fn row_1_a_kernel_that_replaces_itself_is_planned() {
    let log = before().kernel(NOON, "kexec_core: Starting new kernel");
    assert_planned(&judged(log, &[]), Cause::Clean);
}

#[test]
fn row_2_an_orderly_reboot_in_a_window_is_maintenance() {
    let log = before().says("2025-03-10 11:59:50", SUDO_REBOOT).stops(NOON).comes_back(BACK, LATER);
    let evidence = Evidence::new().file("kern/kvm01.log", log.text).file("maintenance.csv", WINDOW);
    let incident = only(&evidence.incidents(), "kvm01").clone();
    assert_planned(&incident, Cause::Maintenance);
    assert!(incident.reason.contains("kernel update"), "{}", incident.reason);
}

#[test]
fn row_2_an_orderly_reboot_by_unattended_upgrades_is_clean() {
    let log = before()
        .says("2025-03-10 11:59:50", "unattended-upgrade[80]: Rebooting system to apply updates")
        .stops(NOON);
    assert_planned(&judged(log, &[]), Cause::Clean);
}

#[test]
fn row_2_an_orderly_reboot_that_nobody_announced_is_clean() {
    assert_planned(&judged(before().stops(NOON), &[]), Cause::Clean);
}

#[test]
fn row_3_a_reboot_by_sudo_outside_any_window_is_the_operator_and_not_planned() {
    let incident = judged(before().says("2025-03-10 11:59:50", SUDO_REBOOT).stops(NOON), &[]);
    assert_unplanned(&incident, Cause::Operator);
    assert_eq!(incident.actor.as_deref(), Some("alice"));
}

#[test]
fn row_3_the_power_button_with_an_orderly_end_is_the_operator() {
    let log =
        before().says("2025-03-10 11:59:50", "systemd-logind[700]: Power key pressed short.").stops(NOON);
    assert_unplanned(&judged(log, &[]), Cause::Operator);
}

#[test]
fn row_4_a_power_cycle_through_the_bmc_in_the_middle_of_work_is_the_operator() {
    let incident = judged(
        before(),
        &[
            ("2025-03-10 11:58:00", "OEM #0xc0 | Chassis power control command by user admin | Asserted"),
            BOOT_SIGN,
        ],
    );
    assert_unplanned(&incident, Cause::Operator);
    assert!(incident.actor.as_ref().is_some_and(|actor| actor.contains("admin")), "{:?}", incident.actor);
}

#[test]
fn row_4_a_power_cycle_after_a_long_silence_is_the_cure_of_a_hang() {
    let log = before().comes_back("2025-03-10 14:04:00", LATER);
    let entries = [
        ("2025-03-10 14:00:00", "Power Unit #0x01 | Power cycle | Asserted"),
        ("2025-03-10 14:03:30", "System Event #0x01 | OEM System boot event | Asserted"),
    ];
    let evidence = Evidence::new().file("kern/kvm01.log", log.text).file("sel/kvm01.txt", sel(&entries));
    let incident = only(&evidence.incidents(), "kvm01").clone();
    assert_eq!((incident.cause, incident.planned), (Cause::Hang, false), "{}", incident.reason);
    assert_near(incident.at, NOON, 10);
}

#[test]
fn row_5_a_panic_in_the_log_is_a_panic() {
    let incident = judged(
        before().kernel(
            "2025-03-10 11:59:58",
            "[  809.100000] Kernel panic - not syncing: Fatal exception in interrupt",
        ),
        &[],
    );
    assert_unplanned(&incident, Cause::KernelPanic);
    assert!(incident.signatures.contains(&"kernel-panic".to_owned()));
}

#[test]
fn row_5_a_panic_that_only_the_bmc_kept_is_a_panic() {
    let stop = ("2025-03-10 11:59:00", "OS Critical Stop #0x03 | Run-time critical stop | Asserted");
    assert_unplanned(&judged(before(), &[stop, BOOT_SIGN]), Cause::KernelPanic);
}

#[test]
fn row_5_a_panic_beats_the_watchdog_that_follows_it() {
    let log = before().kernel("2025-03-10 11:59:00", "Kernel panic - not syncing: Fatal exception");
    let reset = ("2025-03-10 12:01:30", "Watchdog2 OS Watchdog | Hard reset | Asserted");
    assert_unplanned(&judged(log, &[reset, BOOT_SIGN]), Cause::KernelPanic);
}

#[test]
fn row_5_a_machine_check_behind_a_panic_is_the_hardware() {
    let log = before()
        .kernel(
            "2025-03-10 11:59:00",
            "mce: [Hardware Error]: CPU 12: Machine Check Exception: 5 Bank 4: b200000000100402",
        )
        .kernel("2025-03-10 11:59:00", "Kernel panic - not syncing: Fatal machine check");
    assert_unplanned(&judged(log, &[]), Cause::HardwareError);
}

#[test]
fn row_6_a_watchdog_reset_after_silence_is_the_watchdog_and_dates_from_the_silence() {
    let log = before().comes_back("2025-03-10 13:04:00", LATER);
    let entries = [
        ("2025-03-10 13:00:00", "Watchdog2 OS Watchdog | Hard reset | Asserted"),
        ("2025-03-10 13:03:30", "System Event #0x01 | OEM System boot event | Asserted"),
    ];
    let evidence = Evidence::new().file("kern/kvm01.log", log.text).file("sel/kvm01.txt", sel(&entries));
    let incident = only(&evidence.incidents(), "kvm01").clone();
    assert_eq!((incident.cause, incident.planned), (Cause::Watchdog, false), "{}", incident.reason);
    assert_near(incident.at, NOON, 10);
}

#[test]
fn row_7_an_internal_error_of_the_processor_is_the_hardware() {
    let error = ("2025-03-10 11:59:00", "Processor CPU1_IERR | IERR | Asserted");
    assert_unplanned(&judged(before(), &[error, BOOT_SIGN]), Cause::HardwareError);
}

#[test]
fn row_8_uncorrectable_memory_and_fatal_bus_errors_are_the_hardware() {
    let memory = ("2025-03-10 11:59:00", "Memory #0x51 | Uncorrectable ECC | Asserted");
    assert_unplanned(&judged(before(), &[memory, BOOT_SIGN]), Cause::HardwareError);
    let bus = before().kernel(
        "2025-03-10 11:59:00",
        "pcieport 0000:3a:00.0: PCIe Bus Error: severity=Uncorrected (Fatal), type=Transaction Layer",
    );
    assert_unplanned(&judged(bus, &[]), Cause::HardwareError);
}

#[test]
fn row_9_a_thermal_trip_is_thermal() {
    let trip = ("2025-03-10 11:59:00", "Processor CPU1 | Thermal Trip | Asserted");
    assert_unplanned(&judged(before(), &[trip, BOOT_SIGN]), Cause::Thermal);
}

#[test]
fn row_9_a_kernel_that_shuts_down_in_order_for_heat_is_thermal_and_not_planned() {
    let log = before()
        .kernel("2025-03-10 11:59:50", "thermal thermal_zone0: critical temperature reached, shutting down")
        .stops(NOON);
    assert_unplanned(&judged(log, &[]), Cause::Thermal);
}

#[test]
fn row_10_the_power_unit_that_lost_its_input_is_a_loss_of_power() {
    let lost = ("2025-03-10 11:59:00", "Power Unit #0x01 | AC lost | Asserted");
    assert_unplanned(&judged(before(), &[lost, BOOT_SIGN]), Cause::PowerLoss);
}

#[test]
fn row_10_all_supplies_lost_within_seconds_are_a_loss_of_power() {
    let entries = [
        ("2025-03-10 11:59:00", "Power Supply PS1 Status | Power Supply AC lost | Asserted"),
        ("2025-03-10 11:59:04", "Power Supply PS2 Status | Power Supply AC lost | Asserted"),
        BOOT_SIGN,
    ];
    assert_unplanned(&judged(before(), &entries), Cause::PowerLoss);
}

#[test]
fn row_11_one_supply_lost_without_a_reset_is_no_incident() {
    let log = Log::of("kvm01").busy("2025-03-05 00:00:00", LATER);
    let entries = [
        (NOON, "Power Supply PS1 Status | Power Supply AC lost | Asserted"),
        ("2025-03-10 12:20:00", "Power Supply PS1 Status | Power Supply AC lost | Deasserted"),
    ];
    let evidence = Evidence::new().file("kern/kvm01.log", log.text).file("sel/kvm01.txt", sel(&entries));
    assert!(evidence.incidents().is_empty());
}

#[test]
fn row_12_one_supply_lost_and_a_reset_at_once_is_a_loss_of_power() {
    let supply = ("2025-03-10 11:59:30", "Power Supply PS1 Status | Power Supply AC lost | Asserted");
    assert_unplanned(&judged(before(), &[supply, BOOT_SIGN]), Cause::PowerLoss);
}

#[test]
fn row_13_several_hosts_of_one_feed_within_two_minutes_are_one_event() {
    let mut evidence = Evidence::new()
        .file("inventory.csv", "host,pdu,model\nn1,ups-a,EX\nn2,ups-a,EX\nn3,ups-a,EX\nn4,ups-b,EX\n");
    for (number, back) in [(1, "2025-03-10 12:04:00"), (2, "2025-03-10 12:04:40"), (3, "2025-03-10 12:05:10")]
    {
        let log = Log::of(&format!("n{number}")).busy("2025-03-05 00:00:00", NOON).comes_back(back, LATER);
        evidence = evidence.file(&format!("kern/n{number}.log"), log.text);
    }
    let other = Log::of("n4").busy("2025-03-05 00:00:00", LATER);
    let incidents = evidence.file("kern/n4.log", other.text).incidents();
    assert_eq!(incidents.len(), 3);
    for incident in &incidents {
        assert_eq!(incident.cluster.as_deref(), Some("cluster-1"));
        assert_eq!((incident.cause, incident.planned), (Cause::PowerLoss, false), "{}", incident.reason);
    }
}

#[test]
fn row_15_a_guest_goes_down_with_its_hypervisor() {
    let guest =
        |name: &str| Log::of(name).busy("2025-03-05 00:00:00", NOON).comes_back("2025-03-10 12:06:00", LATER);
    let host = before().kernel("2025-03-10 11:59:00", "Kernel panic - not syncing: Fatal exception");
    let incidents = Evidence::new()
        .file("inventory.csv", "host,hypervisor,model\nkvm01,,EX\nvm1,kvm01,virtual\nvm2,kvm01,virtual\n")
        .file("kern/kvm01.log", host.comes_back(BACK, LATER).text)
        .file("kern/vm1.log", guest("vm1").text)
        .file("kern/vm2.log", guest("vm2").text)
        .incidents();
    assert_eq!(incidents.len(), 3);
    for incident in &incidents {
        assert_eq!((incident.cause, incident.planned), (Cause::KernelPanic, false), "{}", incident.reason);
        assert_eq!(incident.cluster.as_deref(), Some("cluster-1"), "host and guests are one event");
    }
    assert!(only(&incidents, "vm1").reason.contains("kvm01"));
}

#[test]
fn row_15_a_guest_that_the_hypervisor_asked_to_stop_is_planned() {
    let log = before()
        .kernel("2025-03-10 11:59:50", "hv_utils: Shutdown request received - graceful shutdown initiated")
        .stops(NOON);
    assert_planned(&judged(log, &[]), Cause::Clean);
}

#[test]
fn row_16_a_backup_that_froze_and_never_thawed_is_a_hang() {
    let log = before()
        .says("2025-03-10 11:58:00", "Hyper-V: VSS: op=FREEZE: succeeded")
        .kernel("2025-03-10 11:59:59", "INFO: task jbd2/sda1-8:214 blocked for more than 120 seconds.");
    let incident = judged(log, &[]);
    assert_unplanned(&incident, Cause::Hang);
    assert!(incident.signatures.contains(&"backup-freeze".to_owned()), "{:?}", incident.signatures);
}

#[test]
fn row_16_a_backup_that_thawed_in_time_is_nothing() {
    let log = before()
        .says("2025-03-10 12:00:00", "Hyper-V: VSS: op=FREEZE: succeeded")
        .says("2025-03-10 12:00:05", "Hyper-V: VSS: op=THAW: succeeded")
        .busy("2025-03-10 12:05:00", LATER);
    assert!(Evidence::new().file("kern/kvm01.log", log.text).incidents().is_empty());
}

#[test]
fn row_17_a_reset_without_a_word_is_unexplained() {
    let incident = judged(before(), &[BOOT_SIGN]);
    assert_unplanned(&incident, Cause::Unexplained);
    assert!(incident.signatures.is_empty());
}

#[test]
fn row_18_a_boot_after_weeks_without_a_log_is_unknown_and_never_spontaneous() {
    let log = before().comes_back("2025-03-22 09:00:00", "2025-03-25 00:00:00");
    let incidents = Evidence::new().file("kern/kvm01.log", log.text).incidents();
    assert!(incidents.iter().all(|incident| incident.cause == Cause::Unknown), "{incidents:#?}");
}

#[test]
fn row_20_a_host_that_does_not_come_back_is_an_outage() {
    let gone = before().kernel("2025-03-10 11:59:00", "Kernel panic - not syncing: Fatal exception");
    let other = Log::of("kvm02").busy("2025-03-05 00:00:00", "2025-03-25 00:00:00");
    let report =
        Evidence::new().file("kern/kvm01.log", gone.text).file("kern/kvm02.log", other.text).analyse();
    let incident = only(&report.incidents, "kvm01");
    assert_eq!((incident.kind, incident.cause), (Kind::Outage, Cause::KernelPanic), "{}", incident.reason);
    assert_eq!((incident.planned, incident.back_at), (false, None));
    let finding = report.fleet_findings.iter().find(|finding| finding.id == "did-not-come-back");
    assert_eq!(finding.map(|finding| finding.hosts.clone()), Some(vec!["kvm01".to_owned()]));
}

#[test]
fn memory_that_ran_out_before_the_end_is_memory_exhaustion() {
    let log = before()
        .kernel("2025-03-10 11:59:00", "Out of memory: Killed process 4242 (java) total-vm:9000000kB");
    assert_unplanned(&judged(log, &[]), Cause::MemoryExhaustion);
}

#[test]
fn a_raid_controller_that_failed_before_the_end_is_storage() {
    let log = before().kernel(
        "2025-03-10 11:59:00",
        "megaraid_sas 0000:18:00.0: FW in FAULT state, Fault code:0x10000 subcode:0x0 func:megasas_wait",
    );
    assert_unplanned(&judged(log, &[]), Cause::Storage);
}
