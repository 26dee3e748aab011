//! The signatures prove themselves, through the real readers; harmless lines match none.

use std::collections::BTreeSet;

use coroner::ingest::drive::read_bytes;
use coroner::knowledge::{Class, Knowledge, Reads, Sample, flaws};
use coroner::model::record::{Body, SourceId};

fn shipped() -> Knowledge {
    Knowledge::shipped().unwrap()
}

/// The signatures of a sample's records, read as the file of its format that it stands for.
fn signatures_of(sample: &Sample, knowledge: &Knowledge) -> Result<BTreeSet<String>, String> {
    let facts = read_bytes(SourceId(0), "sample", format!("{}\n", sample.text).as_bytes(), knowledge);
    if facts.format.as_deref() != Some(sample.format.as_str()) {
        return Err(format!("taken for {:?}: {}", facts.format, facts.reason));
    }
    if facts.understood != 1 || facts.quarantined > 0 {
        return Err(format!("{} records understood, {:?}", facts.understood, facts.reasons));
    }
    let of_body = |body: &Body| match body {
        Body::Log(line) => line.signatures.clone(),
        Body::Sel(entry) => knowledge.sel_entry(entry),
        _ => Vec::new(),
    };
    Ok(facts.records.iter().flat_map(|record| of_body(&record.body)).collect())
}

#[test]
fn every_signature_matches_its_hits_and_none_of_its_misses() {
    let knowledge = shipped();
    let found = flaws(&knowledge, &|sample| signatures_of(sample, &knowledge));
    let lines: Vec<String> = found.iter().map(|flaw| format!("{}: {}", flaw.id, flaw.what)).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

#[test]
fn a_signature_that_does_not_match_its_hit_would_be_noticed() {
    let knowledge = shipped();
    let found = flaws(&knowledge, &|_| Ok(BTreeSet::new()));
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
                (signature.pattern.is_some() || !signature.sel.is_empty())
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
            let ids = signatures_of(sample, &knowledge).unwrap();
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
