//! Described defects, from the files to the report.

use coroner::knowledge::Knowledge;
use coroner::model::{Cause, CauseMatch, Incident, Standing};
use coroner::pipeline::{self, Options};

mod evidence;

use evidence::{Evidence, Log, only, sel};

const NOON: &str = "2025-03-10 12:00:00";
const BACK: &str = "2025-03-10 12:04:00";
const LATER: &str = "2025-03-15 00:00:00";

fn before() -> Log {
    Log::of("srv01").busy("2025-03-05 00:00:00", NOON)
}

fn of<'a>(incident: &'a Incident, id: &str) -> Option<&'a CauseMatch> {
    incident.known_causes.iter().find(|found| found.id == id)
}

/// A 13G whose memory errors, reset and power-off stand in one second.
fn restart_of_a_13g(inventory: &str) -> coroner::model::Report {
    let entries = [
        (
            "2025-03-10 12:00:30",
            "Memory ECC Corr Err | Correctable memory error rate exceeded for DIMM_A1 | Asserted",
        ),
        ("2025-03-10 12:00:30", "System Event | System CPU Resetting | Asserted"),
        ("2025-03-10 12:00:30", "System Event | System is turning off | Asserted"),
        ("2025-03-10 12:03:30", "System Event #0x01 | OEM System boot event | Asserted"),
    ];
    Evidence::new()
        .file("kern/srv01.log", before().comes_back(BACK, LATER).text)
        .file("sel/srv01.txt", sel(&entries))
        .file("inventory.csv", inventory)
        .analyse()
}

#[test]
fn a_known_cause_whose_conditions_all_hold_stands_on_the_incident_and_in_every_report() {
    let report = restart_of_a_13g("host,model,bios_version\nsrv01,PowerEdge R630,2.3.4\n");
    let incident = only(&report.incidents, "srv01");
    let found = of(incident, "K06").unwrap_or_else(|| panic!("{incident:#?}"));
    assert_eq!((found.standing, found.missing.len()), (Standing::Holds, 0));
    let said = incident.evidence.iter().find(|piece| piece.text.starts_with("matches K06")).unwrap();
    assert!(said.text.contains("all conditions hold; fixed in: BIOS 2.4.3"), "{}", said.text);
    assert!(said.source.ends_with("causes/firmware.toml") && said.line_or_offset > 0);
    let json = coroner::report::json::findings(&report);
    assert!(json.contains("\"known_causes\"") && json.contains("\"standing\": \"holds\""));
    let page = coroner::report::html::report(&report, &[]).unwrap();
    assert!(page.contains("matches K06") && page.contains("Dell knowledge base 000141221"));
    assert!(coroner::report::markdown::report(&report).contains("matches K06"));
}

#[test]
fn a_condition_that_is_not_known_makes_it_possible_and_is_named() {
    let report = restart_of_a_13g("host,bios_version,rack\nsrv01,2.3.4,r01\n");
    let incident = only(&report.incidents, "srv01");
    let found = of(incident, "K06").unwrap_or_else(|| panic!("{incident:#?}")).clone();
    assert_eq!(found.standing, Standing::Possible);
    assert_eq!(
        found.missing,
        ["the model is a PowerEdge of the 13th generation", "the BIOS is 2.3.x (R830: older than 1.4.2)"]
    );
}

/// What smartctl says of a drive, with the time at which it was asked.
fn smart(model: &str, firmware: &str, hours: u64, asked: &str) -> String {
    format!(
        "smartctl 7.2 2020-12-30 r5155 [x86_64-linux-5.10.0] (local build)\n\n\
         === START OF INFORMATION SECTION ===\nVendor:               HPE\nProduct:              {model}\n\
         Revision:             {firmware}\nLocal Time is:        {asked} UTC\n\n\
         === START OF READ SMART DATA SECTION ===\nAccumulated power on time, hours:minutes {hours}:06\n\n"
    )
}

/// The known causes of a host whose log ends with a drive that fails, given what smartctl says of its drives.
fn causes_with_drives(drives: &str) -> Vec<CauseMatch> {
    let dying = "sd 0:0:4:0: rejecting I/O to offline device";
    let log = before().kernel("2025-03-10 11:59:20", dying).kernel("2025-03-10 11:59:40", dying);
    let report = Evidence::new()
        .file("kern/srv01.log", log.comes_back(BACK, LATER).text)
        .file("smartctl/srv01.txt", drives)
        .file("inventory.csv", "host,model\nsrv01,ProLiant DL380 Gen9\n")
        .analyse();
    only(&report.incidents, "srv01").known_causes.clone()
}

#[test]
fn the_hours_of_a_drive_count_as_they_were_when_the_host_ended() {
    let k16 = |drives: &str| causes_with_drives(drives).into_iter().find(|found| found.id == "K16");
    // Asked twenty days after the end: 480 hours more than then.
    let held = k16(&smart("MO1600JVYPR", "HPD4", 40_480, "Sun Mar 30 12:00:00 2025"));
    assert_eq!(held.map(|found| found.standing), Some(Standing::Holds));
    assert!(k16(&smart("MO1600JVYPR", "HPD4", 40_000, "Mon Jun 30 12:00:00 2025")).is_none());
    assert!(k16(&smart("MO1600JVYPR", "HPD7", 40_480, "Sun Mar 30 12:00:00 2025")).is_none());
}

#[test]
fn a_defect_is_about_one_drive_and_not_about_two_that_share_a_host() {
    let k16 = |drives: &str| causes_with_drives(drives).into_iter().find(|found| found.id == "K16");
    let asked = "Sun Mar 30 12:00:00 2025";
    let (fixed, other) =
        (smart("MO1600JVYPR", "HPD7", 40_480, asked), smart("EG1200JEHMC", "HPD3", 40_480, asked));
    assert!(k16(&format!("{fixed}{other}")).is_none(), "the model of one with the firmware of the other");
    let old = smart("EO1600JVYPP", "HPD5", 40_450, asked);
    let held = k16(&format!("{fixed}{other}{old}"));
    assert_eq!(held.map(|found| found.standing), Some(Standing::Holds));
}

#[test]
fn a_condition_that_is_false_excludes_it() {
    for inventory in [
        "host,model,bios_version\nsrv01,PowerEdge R630,2.4.3\n",
        "host,model,bios_version\nsrv01,PowerEdge R640,2.3.4\n",
    ] {
        let report = restart_of_a_13g(inventory);
        assert!(of(only(&report.incidents, "srv01"), "K06").is_none(), "{inventory}");
    }
}

#[test]
fn an_incident_of_which_nothing_is_known_has_no_known_cause() {
    let report = Evidence::new().file("kern/srv01.log", before().comes_back(BACK, LATER).text).analyse();
    let incident = only(&report.incidents, "srv01");
    assert!(incident.known_causes.is_empty(), "{:?}", incident.known_causes);
}

#[test]
fn a_backup_that_hangs_a_guest_of_hyper_v_is_known() {
    let log = Log::of("vm01")
        .busy("2025-03-05 00:00:00", NOON)
        .says("2025-03-10 12:00:05", "Hyper-V: VSS: op=FREEZE: succeeded")
        .kernel("2025-03-10 12:02:30", "INFO: task jbd2/sda1-8:214 blocked for more than 120 seconds.")
        .comes_back("2025-03-10 13:04:00", LATER);
    let jobs = "job,host,start,end\nnightly,vm01,2025-03-10T11:55:00Z,2025-03-10T12:20:00Z\n";
    let with_jobs =
        Evidence::new().file("kern/vm01.log", log.text.clone()).file("backups.csv", jobs).analyse();
    let incident = only(&with_jobs.incidents, "vm01");
    assert_eq!(of(incident, "K02").map(|found| found.standing), Some(Standing::Holds), "{incident:#?}");
    let without = Evidence::new().file("kern/vm01.log", log.text).analyse();
    let found = of(only(&without.incidents, "vm01"), "K02").unwrap().clone();
    assert_eq!(
        (found.standing, found.missing),
        (Standing::Possible, vec!["a backup of the guest ran".to_owned()])
    );
}

#[test]
fn what_the_chipset_says_of_heat_at_the_next_start_is_the_verdict() {
    let log = before()
        .boots(BACK)
        .kernel(
            "2025-03-10 12:04:05",
            "x86/amd: Previous system reset reason [0x00000a00]: internal CPU thermal limit was tripped",
        )
        .busy("2025-03-10 12:05:00", LATER);
    let incident = only(&Evidence::new().file("kern/srv01.log", log.text).incidents(), "srv01").clone();
    assert_eq!((incident.cause, incident.planned), (Cause::Thermal, false), "{}", incident.reason);
}

#[test]
fn own_knowledge_explains_incidents_too() {
    let own = r#"
[[cause]]
id = "S01"
name = "our-old-hosts"
title = "Hosts of 2019 reset by themselves"
basis = "field"
source = "runbook 12"
next = "Replace them."
[[cause.when]]
says = "the host was bought in 2019"
factor = "year"
is = '^2019$'
[[cause.when]]
says = "nothing says why it ended"
verdict = ["unexplained"]
"#;
    let knowledge = Evidence::new().file("own.toml", own);
    let fleet = Evidence::new()
        .file("kern/srv01.log", before().comes_back(BACK, LATER).text)
        .file("inventory.csv", "host,year\nsrv01,2019\n");
    let knowledge = Knowledge::with_folder(knowledge.path()).unwrap();
    let options = Options { permutations: 99, ..Options::default() };
    let report =
        pipeline::analyze(fleet.read(), &coroner::config::Config::default(), &knowledge, &options).report;
    assert_eq!(
        of(only(&report.incidents, "srv01"), "S01").map(|found| found.standing),
        Some(Standing::Holds)
    );
}

/// One record of a raw SEL.
fn raw(id: u16, kind: u8, rest: [u8; 13]) -> Vec<u8> {
    let mut bytes = id.to_le_bytes().to_vec();
    bytes.push(kind);
    bytes.extend(rest);
    bytes
}

#[test]
fn the_text_of_a_panic_that_the_kernel_cut_into_records_is_joined() {
    let at = |text: &str| (evidence::utc(text).timestamp() as u32).to_le_bytes();
    let event = |id, when: &str, sensor_type, data: [u8; 3]| {
        let [a, b, c, d] = at(when);
        raw(id, 0x02, [a, b, c, d, 0x41, 0x00, 0x04, sensor_type, 0x20, 0x6f, data[0], data[1], data[2]])
    };
    let fragment = |id, sequence, text: &[u8; 11]| {
        let mut rest = [0_u8; 13];
        rest[0] = 0x41;
        rest[1] = sequence;
        rest[2..].copy_from_slice(text);
        raw(id, 0xf0, rest)
    };
    let dump = [
        event(1, "2025-03-08 00:00:00", 0x12, [1, 0xff, 0xff]),
        event(2, "2025-03-10 12:00:20", 0x20, [0xa1, b'F', b'a']),
        fragment(3, 0, b"Fatal excep"),
        fragment(4, 1, b"tion in int"),
        fragment(5, 2, b"errupt\0\0\0\0\0"),
        event(6, "2025-03-10 12:03:30", 0x12, [1, 0xff, 0xff]),
    ]
    .concat();
    let report = Evidence::new()
        .file("kern/srv01.log", before().comes_back(BACK, LATER).text)
        .file("sel/srv01.bin", dump)
        .analyse();
    let incident = only(&report.incidents, "srv01");
    assert_eq!(incident.cause, Cause::KernelPanic, "{}", incident.reason);
    assert!(incident.reason.contains("Fatal exception in interrupt"), "{}", incident.reason);
}
