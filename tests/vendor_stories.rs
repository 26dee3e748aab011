//! What controllers of several makers write around an end, and what an administrator should read of it.

mod evidence;

use coroner::model::{Cause, Incident};

use evidence::{Evidence, Log, only};

/// Entries of a controller's log: time of day on 10 March 2025, words, id.
type Entries<'a> = &'a [(&'a str, &'a str, &'a str)];

fn redfish(entries: Entries<'_>) -> String {
    let entry = |(place, (at, message, id)): (usize, &(&str, &str, &str))| {
        let id = if id.is_empty() { String::new() } else { format!(r#","MessageId":"{id}""#) };
        format!(
            r##"{{"@odata.type":"#LogEntry.v1_1_0.LogEntry","Id":"{}","Created":"2025-03-10T{at}Z","EntryType":"Oem","Message":"{message}"{id}}}"##,
            place + 1
        )
    };
    let members: Vec<String> = entries.iter().enumerate().map(entry).collect();
    format!(
        r##"{{"@odata.type":"#LogEntryCollection.LogEntryCollection","Name":"log","Members":[{}]}}"##,
        members.join(",")
    )
}

/// A host whose log ends at noon and begins again at `back`, and its controller's log.
fn incident(back: &str, entries: Entries<'_>) -> Incident {
    let log = Log::of("srv01").busy("2025-03-05 00:00:00", "2025-03-10 12:00:01");
    let report = Evidence::new()
        .file("kern/srv01.log", log.comes_back(&format!("2025-03-10 {back}"), "2025-03-15 00:00:00").text)
        .file("sel/srv01.json", redfish(entries))
        .analyse();
    only(&report.incidents, "srv01").clone()
}

#[track_caller]
fn assert_told(incident: &Incident, cause: Cause, words: &str) {
    assert_eq!(incident.cause, cause, "{}: {:#?}", incident.reason, incident.evidence);
    assert!(incident.reason.contains(words), "{}", incident.reason);
}

#[test]
fn hpe_both_inputs_lost() {
    let lost = [
        ("12:00:20", "System Power Supply: Input Power Loss (Power Supply 1)", ""),
        ("12:00:21", "System Power Supply: Input Power Loss (Power Supply 2)", ""),
        ("12:26:00", "Server power restored.", ""),
    ];
    assert_told(&incident("12:29:00", &lost), Cause::PowerLoss, "all power supplies lost their input");
    let one = [lost[0], ("12:25:00", "Power restored to iLO.", ""), lost[2]];
    assert_told(&incident("12:29:00", &one), Cause::PowerLoss, "all power was gone");
}

#[test]
fn hpe_one_of_two_supplies_lost_is_no_loss_of_all_power() {
    let twice = [
        ("12:00:20", "System Power Supply: Input Power Loss (Power Supply 1)", ""),
        ("12:00:21", "System Power Supply: Input Power Loss (Power Supply 1)", ""),
        ("12:00:22", "System Power Supplies Not Redundant", ""),
    ];
    assert_told(
        &incident("12:03:00", &twice),
        Cause::PowerLoss,
        "a power supply lost its input and the system",
    );
}

#[test]
fn hpe_standby_power_gone() {
    let entries = [
        ("08:00:00", "Browser login: operator", ""),
        ("12:25:00", "Power restored to iLO.", ""),
        ("12:26:00", "Server power restored.", ""),
        ("12:26:05", "APO: Last power state restored.", ""),
    ];
    assert_told(&incident("12:29:00", &entries), Cause::PowerLoss, "standby power was gone");
}

#[test]
fn hpe_heat() {
    let entries = [
        ("11:58:00", "System Overheating (Temperature Sensor 1, Location Ambient, Temperature 43)", ""),
        ("12:00:10", "Automatic Operating System Shutdown Initiated Due to Overheat Condition", ""),
        ("12:01:00", "Server power removed.", ""),
        ("12:26:00", "Server power restored.", ""),
    ];
    assert_told(&incident("12:29:00", &entries), Cause::Thermal, "shut off for heat");
}

#[test]
fn hpe_fatal_errors() {
    for message in [
        "Uncorrectable PCI Express Error (Slot 3, Bus 0, Device 2, Function 2, Error status 0x00000020)",
        "Uncorrectable Memory Error (Processor 1, Memory Module 9)",
        "Unrecoverable System Error (NMI) has occurred",
        "System Power Fault Detected (XR: 10 00 00 00 00)",
    ] {
        let entries = [("12:00:20", message, ""), ("12:00:30", "Server power removed.", "")];
        assert_told(&incident("12:20:00", &entries), Cause::HardwareError, message);
    }
}

#[test]
fn a_power_that_went_off_at_once_is_no_hang() {
    let entries = [("12:00:20", "Server power removed.", ""), ("12:26:00", "Server power restored.", "")];
    assert_told(&incident("12:29:00", &entries), Cause::Unexplained, "its power went off, and nothing says");
}

#[test]
fn commands_name_who_gave_them() {
    let hpe = [
        ("12:00:20", "Host server reset by: administrator.", ""),
        ("12:00:21", "Server reset.", ""),
        ("12:00:21", "Server power restored.", ""),
    ];
    assert_told(&incident("12:03:00", &hpe), Cause::Operator, "by administrator through the BMC");
    let lenovo = [
        (
            "12:00:20",
            "Attempting to Power Cycle server SN# J900 by user USERID.",
            "EventRegistry.1.0.FQXSPPP4000I",
        ),
        ("12:00:22", "Host Power has been turned off.", "EventRegistry.1.0.FQXSPPW0008I"),
        ("12:00:32", "Host Power has been turned on.", "EventRegistry.1.0.FQXSPPW2008I"),
    ];
    assert_told(&incident("12:03:00", &lenovo), Cause::Operator, "by USERID through the BMC");
}

#[test]
fn lenovo_power_off_that_the_controller_cannot_explain_blames_nobody() {
    let entries = [
        ("12:00:22", "The server was powered off for unknown reason.", "EventRegistry.1.0.FQXSPPP4034I"),
        ("12:00:22", "Host Power has been turned off.", "EventRegistry.1.0.FQXSPPW0008I"),
        ("12:00:32", "Host Power has been turned on.", "EventRegistry.1.0.FQXSPPW2008I"),
    ];
    assert_told(&incident("12:03:00", &entries), Cause::Unexplained, "nothing says");
}

#[test]
fn dell_storage_and_the_boot_before() {
    let volume = [
        ("11:40:12", "Virtual Disk 0 on Integrated RAID Controller 1 is degraded.", "IDRAC.2.8.VDR8"),
        ("11:59:12", "Virtual Disk 0 on Integrated RAID Controller 1 has failed.", "IDRAC.2.8.VDR7"),
        ("12:09:12", "System CPU Resetting.", "IDRAC.2.8.SYS1003"),
    ];
    assert_told(&incident("12:11:00", &volume), Cause::Storage, "has failed");
    let before = [
        ("12:00:12", "System CPU Resetting.", "IDRAC.2.8.SYS1003"),
        (
            "12:01:12",
            "One or more Uncorrectable Memory errors occurred in the previous boot.",
            "IDRAC.2.8.UEFI0079",
        ),
    ];
    assert_told(&incident("12:03:00", &before), Cause::HardwareError, "Uncorrectable Memory errors");
}

#[test]
fn what_decided_stands_first_however_late_it_came() {
    let warnings = (0..12).map(|i| (format!("11:3{}:{:02}", i / 6, i % 6 * 10), format!("DIMM {i}")));
    let warnings: Vec<(String, String)> = warnings
        .map(|(at, dimm)| (at, format!("Corrected Memory Error threshold exceeded (System Memory, {dimm})")))
        .collect();
    let mut entries: Vec<(&str, &str, &str)> =
        warnings.iter().map(|(at, text)| (at.as_str(), text.as_str(), "")).collect();
    entries.push(("12:00:20", "Uncorrectable Memory Error (Processor 1, Memory Module 9)", ""));
    let found = incident("12:03:00", &entries);
    assert_told(&found, Cause::HardwareError, "Uncorrectable Memory Error");
    assert!(found.evidence[0].text.contains("Uncorrectable Memory Error"), "{:#?}", found.evidence);
}
