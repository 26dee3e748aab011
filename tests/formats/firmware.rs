//! Firmware: what stands in the fixtures is what is read.

use coroner::model::record::{Body, FirmwareItem, FirmwareState, Part};

use super::{Counts, take_fixture};

pub const COUNTS: Counts = &[
    ("formats/dell-catalog-xml/declared-utf-16.xml", 2, 2),
    ("formats/dell-catalog-xml/utf-16.xml", 2, 2),
    ("formats/fwupd-devices-json/devices.json", 2, 4),
    ("formats/nvme-list-json/by-subsystem.json", 1, 1),
    ("formats/nvme-list-json/flat.json", 1, 1),
    ("formats/nvme-list-text/two-drives.txt", 2, 2),
    ("formats/racadm-swinventory/kvm31.txt", 25, 7),
    ("formats/redfish-software/dell-members.json", 4, 5),
    ("formats/redfish-software/hpe-backup.json", 1, 1),
    ("formats/redfish-software/hpe-member.json", 1, 2),
    ("formats/redfish-software/ilo4.json", 1, 5),
    ("formats/redfish-software/dell-links.json", 4, 5),
    ("formats/redfish-software/links.json", 2, 0),
    ("formats/smartctl-json/drive.json", 1, 1),
    ("formats/smartctl-text/nvme.txt", 8, 1),
    ("formats/smartctl-text/two-drives.txt", 19, 2),
    ("formats/storcli-json/controller.json", 1, 1),
    ("formats/storcli-json/drives.json", 1, 1),
    ("formats/storcli-text/show.txt", 10, 1),
];

fn items(path: &str) -> Vec<FirmwareItem> {
    let of = |body: &Body| match body {
        Body::Firmware(item) => Some(item.clone()),
        _ => None,
    };
    take_fixture(path).records.iter().filter_map(|record| of(&record.body)).collect()
}

/// The factors that installed firmware gives its host: factor and value.
fn factors(path: &str) -> Vec<(String, String)> {
    let source = take_fixture(path);
    let facts = source.records.iter().filter_map(|record| match &record.body {
        Body::Inventory(fact) => Some(fact.factors.clone()),
        _ => None,
    });
    facts
        .flat_map(|factors| {
            factors.iter().map(|(name, value)| (name.clone(), value.clone())).collect::<Vec<_>>()
        })
        .collect()
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn installed_previous_and_waiting_versions_are_told_apart() {
    use FirmwareState::{Available, Installed, Rollback};
    let states = |path: &str| -> Vec<(Part, FirmwareState, String)> {
        items(path).into_iter().map(|item| (item.part, item.state, item.version)).collect()
    };
    assert_eq!(
        states("formats/redfish-software/dell-members.json"),
        [
            (Part::Bios, Installed, "2.19.1".to_owned()),
            (Part::Bios, Rollback, "2.10.2".to_owned()),
            (Part::Bmc, Available, "4.40.00.00".to_owned()),
            (Part::StorageController, Installed, "25.5.6.0009".to_owned()),
        ]
    );
    assert_eq!(
        states("formats/racadm-swinventory/kvm31.txt"),
        [
            (Part::Bios, Rollback, "2.10.2".to_owned()),
            (Part::Bios, Installed, "2.19.1".to_owned()),
            (Part::Bmc, Installed, "4.40.00.00".to_owned()),
            (Part::Drive, Installed, "EX04".to_owned()),
            (Part::StorageController, Available, "25.5.9.0001".to_owned()),
        ]
    );
}

#[test]
fn only_what_is_installed_becomes_an_attribute_of_the_host() {
    assert_eq!(factors("formats/redfish-software/dell-members.json"), [pair("bios_version", "2.19.1")]);
    assert_eq!(
        factors("formats/redfish-software/hpe-member.json"),
        [pair("bios_date", "2021-10-29"), pair("bios_version", "U30")]
    );
    assert_eq!(factors("formats/redfish-software/hpe-backup.json"), []);
    let both = [pair("bios_version", "2.19.1"), pair("bmc_version", "4.40.00.00")];
    assert_eq!(factors("formats/racadm-swinventory/kvm31.txt"), both);
    let old: Vec<(String, String)> = factors("formats/redfish-software/ilo4.json");
    assert!(
        old.contains(&pair("bios_version", "P89")) && old.contains(&pair("bmc_version", "2.50")),
        "{old:?}"
    );
    assert_eq!(old.len(), 3, "{old:?}");
    assert_eq!(factors("formats/dell-catalog-xml/utf-16.xml"), []);
}

#[test]
fn a_catalog_is_the_same_in_either_encoding_whatever_it_declares() {
    let offers = items("formats/dell-catalog-xml/declared-utf-16.xml");
    assert_eq!(offers, items("formats/dell-catalog-xml/utf-16.xml"));
    assert_eq!(offers.len(), 2);
    let bios = &offers[0];
    assert_eq!(
        (bios.part, bios.state, bios.version.as_str()),
        (Part::Bios, FirmwareState::Offered, "2.19.1")
    );
    assert_eq!(bios.urgency.as_deref(), Some("Urgent"));
    assert_eq!(bios.ids, ["159"]);
    assert_eq!(bios.systems, ["PowerEdge R740", "PowerEdge R640"]);
    let coroner::model::Stamp::Zoned(at) = bios.released.unwrap() else { panic!() };
    assert_eq!(at.to_rfc3339(), "2023-06-04T04:30:00+00:00");
    assert_eq!((offers[1].part, offers[1].urgency.as_deref()), (Part::Bmc, Some("Recommended")));
}

#[test]
fn links_that_name_versions_are_read_and_others_only_counted() {
    let both = [pair("bios_version", "2.19.1"), pair("bmc_version", "4.40.00.00")];
    assert_eq!(factors("formats/redfish-software/dell-links.json"), both);
    let states: Vec<FirmwareState> =
        items("formats/redfish-software/dell-links.json").iter().map(|item| item.state).collect();
    assert_eq!(states, [FirmwareState::Installed, FirmwareState::Rollback, FirmwareState::Installed]);
    assert_eq!(items("formats/redfish-software/links.json"), []);
}

#[test]
fn an_offer_and_what_is_installed_share_the_vendors_id() {
    let installed = &items("formats/redfish-software/dell-members.json")[0];
    let offered = &items("formats/dell-catalog-xml/utf-16.xml")[0];
    assert_eq!(installed.ids, offered.ids);
}

#[test]
fn a_broken_component_costs_only_itself() {
    let path = "formats/dell-catalog-xml/declared-utf-16.xml";
    let content =
        super::fixtures("formats/dell-catalog-xml").into_iter().find(|(name, _)| name == path).unwrap().1;
    let text = String::from_utf8(content).unwrap();
    let broken = text.replacen("</Name>", "</Nam>", 1);
    let source = super::take("catalog.xml", broken.as_bytes());
    assert_eq!((source.format.as_deref(), source.records.len()), (Some("dell-catalog-xml"), 1));
    assert!(source.quarantined > 0 && source.quarantined < source.bytes / 2 + 200);
    let cut = super::take("catalog.xml", &broken.as_bytes()[..broken.len() - 300]);
    assert_eq!(cut.bytes, cut.parsed + cut.ignored + cut.quarantined);
    assert!(cut.quoted.iter().any(|quote| quote.reason == "truncated"), "{:?}", cut.quoted);
}

#[test]
fn drives_have_model_firmware_and_hours() {
    let read = |path: &str| -> Vec<(String, String, Option<u64>)> {
        let items = items(path).into_iter();
        items
            .inspect(|item| assert_eq!(item.part, Part::Drive))
            .map(|item| (item.component, item.version, item.power_on_hours))
            .collect()
    };
    let sata = ("EX6000NM0024-1HT17Z".to_owned(), "MA8F".to_owned(), Some(35064));
    let sas = ("EXMPL SAS1200G".to_owned(), "EX03".to_owned(), Some(12345));
    assert_eq!(read("formats/smartctl-text/two-drives.txt"), [sata.clone(), sas]);
    assert_eq!(read("formats/smartctl-json/drive.json"), [sata]);
    let nvme = |hours| ("EXMPL NVME 960".to_owned(), "EDA52".to_owned(), hours);
    assert_eq!(read("formats/smartctl-text/nvme.txt"), [nvme(Some(1234))]);
    assert_eq!(read("formats/nvme-list-json/flat.json"), [nvme(None)]);
    assert_eq!(read("formats/nvme-list-json/by-subsystem.json"), [nvme(None)]);
    assert_eq!(read("formats/nvme-list-text/two-drives.txt")[0], nvme(None));
}

#[test]
fn fwupd_names_what_is_installed_and_what_is_offered() {
    let items = items("formats/fwupd-devices-json/devices.json");
    let of = |item: &FirmwareItem| (item.part, item.state, item.version.clone(), item.urgency.clone());
    assert_eq!(of(&items[0]), (Part::Bios, FirmwareState::Installed, "2.19.1".to_owned(), None));
    assert_eq!(
        of(&items[1]),
        (Part::Bios, FirmwareState::Offered, "2.21.2".to_owned(), Some("high".to_owned()))
    );
    assert_eq!(items.len(), 3);
}

#[test]
fn raid_controllers_and_their_drives_have_versions() {
    let read = |path: &str| -> Vec<(Part, Option<String>, String, String)> {
        items(path).into_iter().map(|item| (item.part, item.place, item.component, item.version)).collect()
    };
    let of = |part, place: &str, component: &str, version: &str| {
        (part, Some(place.to_owned()), component.to_owned(), version.to_owned())
    };
    let controller = of(Part::StorageController, "/c0", "EXMPL RAID 9361-8i", "4.680.00-8458");
    let as_json = read("formats/storcli-json/controller.json");
    assert_eq!((as_json.len(), &as_json[0]), (1, &controller));
    assert_eq!(read("formats/storcli-text/show.txt"), [controller]);
    assert_eq!(
        read("formats/storcli-json/drives.json"),
        [of(Part::Drive, "/c0/e252/s0", "EX600MM0069", "EX35")]
    );
}
