//! The signatures prove themselves, through the real readers; harmless lines match none.

use std::collections::BTreeSet;

use coroner::knowledge::{Class, Knowledge, Reads, Sample, flaws};
use coroner::model::record::{Body, Record, SelEntry};

fn shipped() -> Knowledge {
    Knowledge::shipped().unwrap()
}

/// The records of a sample, through the real reader of its format.
fn read(sample: &Sample, knowledge: &Knowledge) -> Result<Vec<Record>, String> {
    coroner::ingest::sample::records(&sample.format, &sample.text, knowledge)
}

/// The signatures of a sample's records.
fn signatures_of(sample: &Sample, knowledge: &Knowledge) -> BTreeSet<String> {
    let of_body = |body: &Body| match body {
        Body::Log(line) => line.signatures.clone(),
        Body::Sel(entry) => knowledge.sel_entry(entry),
        _ => Vec::new(),
    };
    read(sample, knowledge).unwrap().iter().flat_map(|record| of_body(&record.body)).collect()
}

#[test]
fn every_signature_matches_its_hits_and_none_of_its_misses() {
    let knowledge = shipped();
    let found = flaws(&knowledge, &|sample| read(sample, &knowledge));
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

#[test]
fn a_signature_that_does_not_match_its_hit_would_be_noticed() {
    let knowledge = shipped();
    let found = flaws(&knowledge, &|_| Ok(Vec::new()));
    assert!(found.len() >= knowledge.signatures().len(), "{} flaws", found.len());
    let found = flaws(&knowledge, &|_| Err("no reader".to_owned()));
    assert!(found.iter().any(|flaw| flaw.what.contains("cannot be read (no reader)")));
}

#[test]
fn signatures_are_written_as_the_loader_and_the_reader_expect() {
    for signature in shipped().signatures() {
        let id = &signature.id;
        assert!(
            id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "{id}"
        );
        assert!(
            !signature.title.is_empty() && !signature.next.is_empty() && !signature.source.is_empty(),
            "{id}"
        );
        match signature.reads {
            Reads::Sel => assert!(
                (signature.pattern.is_some() || !signature.sel.is_empty() || !signature.messages.is_empty())
                    && signature.programs.is_empty()
                    && signature.literals.is_empty(),
                "{id}"
            ),
            Reads::Log => {
                assert!(signature.sel.is_empty() && !signature.literals.is_empty(), "{id}");
            }
        }
        let samples = signature.hit.iter().chain(&signature.miss);
        assert!(samples.map(|sample| &sample.text).all(|text| !text.contains('\n')), "{id}");
    }
}

#[test]
fn a_hit_of_one_signature_has_no_second_of_the_same_class() {
    let knowledge = shipped();
    let mut twice = Vec::new();
    for signature in knowledge.signatures() {
        for sample in &signature.hit {
            let ids = signatures_of(sample, &knowledge);
            let of_class =
                |id: &&String| knowledge.by_id(id).is_some_and(|other| other.class == signature.class);
            let same: Vec<&String> = ids.iter().filter(of_class).collect();
            if same.len() > 1 {
                twice.push(format!("{same:?}: {}", sample.text));
            }
        }
    }
    assert!(twice.is_empty(), "{}", twice.join("\n"));
}

/// Harmless lines of real logs that have the words of trouble in them: program and message.
const DECOYS: &[(&str, &str)] = &[
    ("kernel", "Command line: BOOT_IMAGE=/vmlinuz root=/dev/sda2 ro panic=30 crashkernel=256M reboot=pci"),
    ("kernel", "NMI watchdog: Enabled. Permanently consumes one hw-PMU counter."),
    ("kernel", "watchdog: Delayed init of the lockup detector failed: -19"),
    ("kernel", "iTCO_wdt iTCO_wdt: initialized. heartbeat=30 sec (nowayout=0)"),
    ("kernel", "ACPI: Power Button [PWRF]"),
    ("kernel", "thermal LNXTHERM:00: registered as thermal_zone0"),
    ("kernel", "EDAC MC: Ver: 3.0.0"),
    ("kernel", "mce: Using 20 MCE banks"),
    ("kernel", "oom_reaper: reaped process 4242 (java), now anon-rss:0kB"),
    (
        "kernel",
        "BERT: Boot Error Record Table support is disabled. Enable it by using bert_enable as kernel parameter.",
    ),
    ("kernel", "pcieport 0000:00:1c.0: AER: enabled with IRQ 26"),
    ("kernel", "kexec: Loaded purgatory at 0x37000"),
    ("kernel", "CPU4: Core temperature/speed normal"),
    ("kernel", "sd 0:0:0:0: [sda] Attached SCSI disk"),
    ("systemd", "Started Daily Cleanup of Temporary Directories."),
    ("systemd", "Started Reboot notifier."),
    ("systemd", "Reached target Shutdown."),
    ("systemd", "Reached target System Initialization."),
    ("systemd", "Reached target System Time Set."),
    ("systemd", "Reached target Power Management."),
    ("sshd", "pam_unix(sshd:session): session opened for user root(uid=0) by (uid=0)"),
    ("sshd", "Received disconnect from 192.0.2.7 port 40022:11: disconnected by user"),
    ("grafana", "alert PSU0003 was acknowledged by alice"),
    ("apcupsd", "UPS Self Test switch to battery."),
    ("systemd", "Stopped target Timers."),
    ("systemd", "Reached target Multi-User System."),
    ("systemd", "Starting Daily apt upgrade and clean activities..."),
    ("systemd-logind", "Watching system buttons on /dev/input/event0 (Power Button)"),
    ("systemd-logind", "New session 12 of user alice."),
    ("sudo", "alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/less /var/log/reboot.log"),
    ("sudo", "alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/grep -r panic /etc"),
    (
        "sudo",
        "alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/systemctl status reboot.target",
    ),
    (
        "sudo",
        "alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/vi /etc/init.d/shutdown-hook",
    ),
    ("CRON", "(root) CMD (/usr/local/bin/reboot-check --dry-run)"),
    ("ansible-command", "Invoked with cmd=grep 'Kernel panic - not syncing' /var/log/kern.log"),
    ("puppet-agent", "(/Stage[main]/Watchdog) watchdog did not stop! is a known message"),
    ("app", "Out of memory in pool 7, recycling"),
    ("app", "BUG: soft lockup of the queue, retrying"),
    ("app", "request blocked for more than 30 seconds"),
    ("nginx", "GET /docs/kernel-panic-not-syncing.html 200"),
    ("sshd", "Disconnected from user reboot 192.0.2.7 port 40022"),
    ("dbus-daemon", "Restarting system message bus"),
    ("unattended-upgrade", "No packages found that can be upgraded unattended and no pending auto-removals"),
    ("apcupsd", "apcupsd 3.14.14 startup succeeded"),
    ("rsyslogd", "[origin software=\"rsyslogd\"] rsyslogd was HUPed"),
    ("qemu-ga", "info: guest-ping called"),
];

#[test]
fn harmless_lines_with_alarming_words_match_nothing() {
    let knowledge = shipped();
    let matched: Vec<String> = DECOYS
        .iter()
        .map(|(program, text)| (program, text, knowledge.log_line(program, text)))
        .filter(|(_, _, ids)| !ids.is_empty())
        .map(|(program, text, ids)| format!("{program}: {text} -> {ids:?}"))
        .collect();
    assert!(matched.is_empty(), "{}", matched.join("\n"));
}

#[test]
fn every_class_that_the_verdicts_rest_on_has_a_signature() {
    let knowledge = shipped();
    for class in [
        Class::BootStart,
        Class::BootSign,
        Class::Graceful,
        Class::Kexec,
        Class::Panic,
        Class::HardwareFatal,
        Class::HardwareCorrected,
        Class::Watchdog,
        Class::Thermal,
        Class::PowerLost,
        Class::SupplyLost,
        Class::PowerRestored,
        Class::PowerOff,
        Class::PowerCommand,
        Class::Button,
        Class::Operator,
        Class::Automation,
        Class::OutOfMemory,
        Class::StorageFault,
        Class::Unclean,
        Class::Hang,
        Class::Freeze,
        Class::Thaw,
        Class::HypervisorRequest,
        Class::LogCleared,
        Class::LogFull,
    ] {
        assert!(knowledge.signatures().iter().any(|signature| signature.class == class), "{class:?}");
    }
}

/// An entry as a reader of a BMC's own log hands it on: an id and words, no codes.
fn entry_with_id(id: &str) -> SelEntry {
    SelEntry { message_id: Some(id.to_owned()), ..SelEntry::default() }
}

#[test]
fn ids_of_vendors_and_registries_have_the_class_of_the_codes_that_they_stand_for() {
    let knowledge = shipped();
    for (id, class) in [
        ("PSU0003", Class::SupplyLost),
        ("IDRAC.2.8.PSU0003", Class::SupplyLost),
        ("iDRAC.1.6.CPU0000", Class::HardwareFatal),
        ("MEM0001", Class::HardwareFatal),
        ("MEM0702", Class::HardwareCorrected),
        ("PCI1318", Class::HardwareFatal),
        ("ASR0003", Class::Watchdog),
        ("UEFI0082", Class::Watchdog),
        ("CPU0001", Class::Thermal),
        ("SYS1001", Class::PowerOff),
        ("SYS1003", Class::BootSign),
        ("RAC1195", Class::PowerCommand),
        ("PSU0019", Class::PowerRestored),
        ("OSE0001", Class::Panic),
        ("SEL0008", Class::LogFull),
        ("iLOEvents.2.1.PowerSupplyACPowerLoss", Class::SupplyLost),
        ("iLOEvents.3.9.IPMIWatchdogTimerReset", Class::Watchdog),
        ("iLOEvents.2.1.ServerPoweredOff", Class::PowerOff),
        ("OpenBMC.0.1.PowerSupplyPowerLost", Class::SupplyLost),
        ("OpenBMC.0.1.PCIeFatalUncorrectableInternal", Class::HardwareFatal),
        ("OpenBMC.0.1.PowerSupplyPowerGoodFailed.Critical", Class::Context),
        ("OpenBMC.0.6.CPUThermalTrip", Class::Thermal),
        ("SupermicroRegistry.1.2.0xc804ff", Class::Watchdog),
        ("0x2C000027", Class::Watchdog),
        // Ids of IBM and Lenovo hold the codes of IPMI.
        ("0x806f010c2003ffff", Class::HardwareFatal),
        ("0x806f00070301ffff", Class::HardwareFatal),
        ("0x806f01070301ffff", Class::Thermal),
        ("806F0823-210104FF", Class::Watchdog),
        ("LenovoEventRegistry.2.1.0x806f03080a01ffff", Class::SupplyLost),
        ("FQXSPPP4035I", Class::PowerCommand),
    ] {
        let classes: Vec<Class> = knowledge
            .sel_entry(&entry_with_id(id))
            .iter()
            .filter_map(|found| knowledge.by_id(found))
            .map(|signature| signature.class)
            .collect();
        assert!(classes.contains(&class), "{id}: {classes:?} instead of {class:?}");
    }
}

#[test]
fn ids_that_nobody_knows_and_ends_of_trouble_mean_nothing() {
    let knowledge = shipped();
    for id in ["USR0030", "PSU00031", "PSU000", "", ".", "Base.1.0.Success", "LOG007", "0x806f"] {
        assert!(knowledge.sel_entry(&entry_with_id(id)).is_empty(), "{id}");
    }
    let over = |id: &str| SelEntry { asserted: Some(false), ..entry_with_id(id) };
    assert!(knowledge.sel_entry(&over("PSU0003")).is_empty());
    assert_eq!(knowledge.sel_entry(&entry_with_id("0x816f03080a01ffff")), ["supply-input-back"]);
}

#[test]
fn what_the_second_byte_of_an_event_says_is_read() {
    let knowledge = shipped();
    let entry = |sensor_type, offset, data2| SelEntry {
        sensor_type: Some(sensor_type),
        event_type: Some(0x6f),
        event_offset: Some(offset),
        event_data: Some([offset, data2, 0xff]),
        ..SelEntry::default()
    };
    let has = |entry: &SelEntry, id: &str| knowledge.sel_entry(entry).iter().any(|found| found == id);
    assert!(has(&entry(0x1d, 7, 0x06), "restart-power-back"), "always restore");
    assert!(has(&entry(0x1d, 7, 0x01), "bmc-power-command"), "chassis control");
    assert!(has(&entry(0x1d, 7, 0x09), "restart-by-system"), "power cycle by a platform event filter");
    assert!(!has(&entry(0x1d, 7, 0x01), "restart-power-back"));
    assert!(has(&entry(0x23, 1, 0x02), "watchdog-in-boot"), "timer of BIOS and POST");
    assert!(!has(&entry(0x23, 1, 0x04), "watchdog-in-boot"), "timer of the operating system");
}

#[test]
fn literals_are_long_enough_to_be_skipped_by() {
    let knowledge = shipped();
    let short: Vec<&[u8]> = knowledge.literals().into_iter().filter(|literal| literal.len() < 7).collect();
    assert!(
        short.is_empty(),
        "{:?}",
        short.iter().map(|bytes| String::from_utf8_lossy(bytes)).collect::<Vec<_>>()
    );
}

#[test]
fn every_line_that_matches_holds_one_of_the_literals() {
    let knowledge = shipped();
    let literals = knowledge.literals();
    let mut seen = 0;
    for sample in knowledge.signatures().iter().flat_map(|signature| &signature.hit) {
        for record in read(sample, &knowledge).unwrap() {
            let Body::Log(line) = &record.body else { continue };
            if line.signatures.is_empty() {
                continue;
            }
            seen += 1;
            let holds =
                |literal: &&[u8]| line.text.as_bytes().windows(literal.len()).any(|part| part == *literal);
            assert!(literals.iter().any(holds), "{}", line.text);
        }
    }
    assert!(seen > 80, "{seen}");
}

#[test]
fn every_known_cause_of_the_table_is_there_and_has_its_conditions() {
    let knowledge = shipped();
    let mut ids: Vec<String> = (1..=35).map(|number| format!("K{number:02}")).collect();
    ids.extend(["K02b".to_owned(), "K02c".to_owned()]);
    for id in &ids {
        let cause = knowledge.cause(id).unwrap_or_else(|| panic!("{id} is missing"));
        assert_eq!(knowledge.cause(&cause.name).map(|found| &found.id), Some(id));
        assert!(!cause.when.is_empty() && !cause.source.is_empty() && !cause.next.is_empty(), "{id}");
    }
    assert_eq!(knowledge.causes().len(), ids.len());
}
