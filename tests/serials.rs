//! Machines that are known by their serial number or service tag, and JSON whose keys are no machines.

mod evidence;

use coroner::config::Config;
use coroner::ingest::attribution::attribute;
use coroner::model::record::SourceFacts;
use coroner::model::{Cause, Kind};

use evidence::{Evidence, Log, only};

/// A lifecycle log in which both supplies lose their input within a second.
fn lifecycle_log() -> String {
    let event = |seq: u32, id: &str, at: &str, text: &str, fqdd: &str| {
        format!(
            "<Event Category=\"System\" AgentID=\"SEL\" Severity=\"Critical\" Timestamp=\"{at}\" Sequence=\"{seq}\">\
             <FQDD>{fqdd}</FQDD><MessageID>{id}</MessageID><Message>{text}</Message></Event>\n"
        )
    };
    let lost = |seq: u32, supply: u32, at: &str| {
        let text = format!("The power input for power supply {supply} is lost.");
        event(seq, "PSU0003", at, &text, &format!("PSU.Slot.{supply}"))
    };
    let mut log = "<?xml version=\"1.0\"?>\n<LCLogEvents>\n".to_owned();
    log += &event(1, "SYS1000", "2025-03-01T08:00:00+00:00", "System is turning on.", "System.Embedded.1");
    log += &lost(2, 1, "2025-03-10T12:00:20+00:00");
    log += &lost(3, 2, "2025-03-10T12:00:21+00:00");
    log += &event(4, "SYS1000", "2025-03-10T12:03:30+00:00", "System is turning on.", "System.Embedded.1");
    log + "</LCLogEvents>\n"
}

fn kernel_log() -> String {
    let log = Log::of("web01").busy("2025-03-05 00:00:00", "2025-03-10 12:00:00");
    log.comes_back("2025-03-10 12:04:00", "2025-03-15 00:00:00").text
}

const COLLECTION: &str = "support/TSR20250311102030_7F2K1X2/tsr/hardware/sysinfo/lcfiles/curr_lclog.xml";

#[test]
fn a_collection_that_names_a_service_tag_belongs_to_the_host_that_has_it() {
    for inventory in
        ["host,model,service_tag\nweb01,R640,7F2K1X2\nweb02,R640,9AB3CD1\n", "name,serial\nweb01,7f2k1x2\n"]
    {
        let report = Evidence::new()
            .file("kern/web01.log", kernel_log())
            .file("inventory.csv", inventory)
            .file(COLLECTION, lifecycle_log())
            .analyse();
        let source = report.sources.iter().find(|source| source.path.ends_with("curr_lclog.xml")).unwrap();
        assert_eq!(source.host.as_deref(), Some("web01"), "{inventory}");
        let incident = only(&report.incidents, "web01");
        assert_eq!((incident.cause, incident.kind), (Cause::PowerLoss, Kind::Reboot), "{incident:#?}");
        assert!(!report.hosts.iter().any(|host| host.contains("7f2k1x2")), "{:?}", report.hosts);
    }
}

fn host_of(sources: &[SourceFacts], path: &str) -> Option<String> {
    let found = attribute(sources, &Config::default());
    let index = sources.iter().position(|source| source.path.ends_with(path)).unwrap();
    found.source_host[index].clone()
}

#[test]
fn dmidecode_in_the_folder_of_a_host_tells_its_tag() {
    let dmidecode = "# dmidecode 3.3\nHandle 0x0100, DMI type 1, 27 bytes\nSystem Information\n\
                     \tManufacturer: Dell Inc.\n\tProduct Name: PowerEdge R640\n\tSerial Number: 7F2K1X2\n\n";
    let tree = Evidence::new()
        .file("kern/web01.log", kernel_log())
        .file("hosts/web01/dmidecode.txt", dmidecode)
        .file(COLLECTION, lifecycle_log());
    assert_eq!(host_of(&tree.read(), "curr_lclog.xml").as_deref(), Some("web01"));
}

#[test]
fn a_controller_that_calls_itself_by_its_tag_is_the_host() {
    let relayed = "2025-03-10T12:00:20+00:00 idrac-7F2K1X2 Severity: Critical, Category: System Health, \
                   MessageID: PSU0003, Message: The power input for power supply 1 is lost.\n";
    let tree = Evidence::new()
        .file("kern/web01.log", kernel_log())
        .file("central/idrac.log", relayed)
        .file("inventory.csv", "host,service_tag\nweb01,7F2K1X2\n");
    assert_eq!(host_of(&tree.read(), "idrac.log").as_deref(), Some("web01"));
}

#[test]
fn a_number_that_two_hosts_have_or_that_means_nothing_names_nobody() {
    for inventory in [
        "host,serial\nweb01,7F2K1X2\nweb02,7F2K1X2\n",
        "host,serial\nweb01,To be filled by O.E.M.\nweb02,Default string\n",
    ] {
        let tree = Evidence::new()
            .file("kern/web01.log", kernel_log())
            .file("inventory.csv", inventory)
            .file(COLLECTION, lifecycle_log());
        assert_eq!(host_of(&tree.read(), "curr_lclog.xml"), None, "{inventory}");
    }
}

#[test]
fn sections_of_a_json_document_are_no_hosts() {
    for document in [
        r#"{"systeminfo": {"model": "R640", "bios": "2.1"}, "manifest": {"model": "x", "version": 3}}"#,
        r#"{"error": {"code": "Base.1.0.GeneralError", "model": "none"}}"#,
        r#"{"_meta": {"hostvars": {"model": "x"}}}"#,
    ] {
        let tree =
            Evidence::new().file("kern/web01.log", kernel_log()).file("collected/answer.json", document);
        let hosts = attribute(&tree.read(), &Config::default()).hosts;
        assert_eq!(hosts.into_iter().collect::<Vec<_>>(), ["web01"], "{document}");
    }
    let hosts = r#"{"web01": {"model": "R640"}, "db01": {"model": "R740"}, "_meta": {"at": "today"}}"#;
    let tree = Evidence::new().file("kern/web01.log", kernel_log()).file("inventory.json", hosts);
    let hosts = attribute(&tree.read(), &Config::default()).hosts;
    assert_eq!(hosts.into_iter().collect::<Vec<_>>(), ["db01", "web01"]);
}
