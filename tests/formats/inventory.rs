//! Inventory: what stands in the fixtures is what is read.

use std::collections::BTreeMap;

use coroner::config::Config;
use coroner::ingest::Interest;
use coroner::ingest::attribution::attribute;
use coroner::ingest::drive::read_bytes;
use coroner::model::record::{Body, SourceId};

use super::{Counts, take, take_fixture};

pub const COUNTS: Counts = &[
    ("formats/coroner-collected/two-runs.jsonl", 5, 5),
    ("formats/ansible-facts/cache.json", 1, 1),
    ("formats/ansible-facts/one-line.txt", 2, 2),
    ("formats/ansible-facts/setup-output.txt", 2, 2),
    ("formats/chef-ohai-json/ohai.json", 1, 1),
    ("formats/dmidecode-text/full.txt", 68, 1),
    ("formats/dmidecode-text/power-supplies.txt", 15, 1),
    ("formats/dmidecode-text/quiet.txt", 12, 1),
    ("formats/dmidecode-text/two-hosts.txt", 20, 2),
    ("formats/dmidecode-text/type-by-type.txt", 9, 1),
    ("formats/hpasmcli-show-server/web11.txt", 12, 1),
    ("formats/inventory-csv/foreman-and-glpi.csv", 2, 2),
    ("formats/inventory-csv/hosts.csv", 3, 3),
    ("formats/inventory-csv/netbox-export.csv", 2, 2),
    ("formats/inventory-json/by-name.json", 3, 3),
    ("formats/inventory-json/hosts.json", 2, 2),
    ("formats/ipmitool-fru-text/freeipmi.txt", 9, 1),
    ("formats/ipmitool-fru-text/ipmitool.txt", 15, 1),
    ("formats/ipmitool-mc-info/freeipmi.txt", 11, 1),
    ("formats/ipmitool-mc-info/ipmitool.txt", 12, 1),
    ("formats/linux-cpuinfo/two-processors.txt", 34, 1),
    ("formats/linux-lscpu-json/flat.json", 1, 1),
    ("formats/linux-lscpu-json/nested.json", 1, 1),
    ("formats/linux-lscpu-text/german.txt", 10, 1),
    ("formats/linux-lscpu-text/kvm31.txt", 16, 1),
    ("formats/linux-os-release/debian", 7, 1),
    ("formats/linux-uname/proc-version.txt", 1, 1),
    ("formats/linux-uname/three-hosts.txt", 3, 3),
    ("formats/lshw-json/array.json", 1, 1),
    ("formats/lshw-json/object.json", 1, 1),
    ("formats/lshw-json/two-hosts-without-brackets.json", 2, 2),
    ("formats/lshw-short/kvm31.txt", 7, 1),
    ("formats/lshw-text/kvm31.txt", 38, 1),
    ("formats/lshw-xml/kvm31.xml", 1, 1),
    ("formats/maas-machines-json/machines.json", 1, 1),
    ("formats/netbox-json/page.json", 2, 2),
    ("formats/puppet-facts-json/facter4.json", 1, 1),
    ("formats/puppet-facts-json/flat.json", 1, 1),
    ("formats/racadm-getsysinfo/kvm31.txt", 17, 1),
    ("formats/redfish-inventory/array-of-systems.json", 2, 2),
    ("formats/redfish-inventory/backplane.json", 0, 0),
    ("formats/redfish-inventory/blade.json", 1, 1),
    ("formats/redfish-inventory/by-host.json", 1, 2),
    ("formats/redfish-inventory/chassis.json", 1, 1),
    ("formats/redfish-inventory/collection-of-links.json", 1, 0),
    ("formats/redfish-inventory/collection-with-members.json", 1, 1),
    ("formats/redfish-inventory/dell.json", 1, 1),
    ("formats/redfish-inventory/ilo4.json", 1, 1),
    ("formats/redfish-inventory/manager.json", 1, 1),
    ("formats/redfish-inventory/openbmc-like.json", 1, 1),
    ("formats/salt-grains-json/local.json", 1, 1),
    ("formats/salt-grains-json/two-minions.json", 1, 2),
    ("formats/inventory-csv/deutsch.csv", 2, 2),
    ("formats/inventory-csv/espanol.csv", 2, 2),
    ("formats/inventory-csv/francais.csv", 2, 2),
    ("formats/puppet-facts-text/flat.txt", 1, 1),
    ("formats/puppet-facts-text/groups.txt", 1, 1),
];

/// Host and factors of each fact in a fixture.
fn facts(path: &str) -> Vec<(Option<String>, BTreeMap<String, String>)> {
    let source = take_fixture(path);
    let of = |body: &Body| match body {
        Body::Inventory(fact) => Some((*fact.factors).clone()),
        _ => None,
    };
    source.records.iter().filter_map(|record| Some((record.host.clone(), of(&record.body)?))).collect()
}

fn only(path: &str) -> (Option<String>, BTreeMap<String, String>) {
    let mut all = facts(path);
    assert_eq!(all.len(), 1, "{path}: {all:?}");
    all.remove(0)
}

#[test]
fn quoted_cells_hold_commas_and_odd_columns_are_left_out() {
    let hosts = take_fixture("formats/inventory-csv/hosts.csv");
    let Body::Inventory(fact) = &hosts.records[2].body else { panic!() };
    assert_eq!(fact.factors["os"], "Ubuntu 22.04, HWE");
    assert_eq!(fact.factors["bios_version"], "2.1");
    assert!(!fact.factors.contains_key("serial"));
}

/// Sources that name model, maker and BIOS of one and the same kind of machine.
const ONE_KIND_OF_MACHINE: &[&str] = &[
    "dmidecode-text/full.txt",
    "lshw-json/object.json",
    "lshw-text/kvm31.txt",
    "lshw-xml/kvm31.xml",
    "redfish-inventory/dell.json",
    "ansible-facts/cache.json",
    "puppet-facts-json/facter4.json",
    "puppet-facts-json/flat.json",
    "chef-ohai-json/ohai.json",
    "salt-grains-json/local.json",
    "maas-machines-json/machines.json",
    "netbox-json/page.json",
];

#[test]
fn one_kind_of_machine_has_one_model_maker_and_bios_whoever_describes_it() {
    for path in ONE_KIND_OF_MACHINE {
        let (_, factors) = facts(&format!("formats/{path}")).remove(0);
        assert_eq!(factors.get("model").map(String::as_str), Some("PowerEdge R740"), "{path}");
        assert_eq!(factors.get("vendor").map(String::as_str), Some("Dell"), "{path}");
        assert_eq!(factors.get("bios_version").map(String::as_str), Some("2.19.1"), "{path}");
    }
    for path in [
        "lshw-short/kvm31.txt",
        "racadm-getsysinfo/kvm31.txt",
        "ipmitool-fru-text/ipmitool.txt",
        "inventory-csv/netbox-export.csv",
        "redfish-inventory/chassis.json",
    ] {
        assert_eq!(facts(&format!("formats/{path}"))[0].1["model"], "PowerEdge R740", "{path}");
    }
}

#[test]
fn one_processor_has_one_name_and_one_signature() {
    for path in [
        "dmidecode-text/full.txt",
        "linux-lscpu-text/kvm31.txt",
        "linux-lscpu-json/flat.json",
        "linux-lscpu-json/nested.json",
        "linux-cpuinfo/two-processors.txt",
    ] {
        let (_, factors) = only(&format!("formats/{path}"));
        assert_eq!(factors["cpu_model"], "Intel Xeon Gold 6130 CPU @ 2.10GHz", "{path}");
        assert_eq!(factors["cpu_signature"], "0x50654", "{path}");
    }
    let (_, german) = only("formats/linux-lscpu-text/german.txt");
    assert_eq!(
        (german["cpu_model"].as_str(), german["cpu_signature"].as_str()),
        ("AMD EPYC 7302P 16-Core Processor", "0x830f10")
    );
}

#[test]
fn microcode_is_the_same_in_decimal_and_hexadecimal() {
    for path in [
        "lshw-json/object.json",
        "lshw-text/kvm31.txt",
        "lshw-xml/kvm31.xml",
        "linux-cpuinfo/two-processors.txt",
    ] {
        assert_eq!(only(&format!("formats/{path}")).1["microcode"], "0x2006906", "{path}");
    }
}

#[test]
fn hosts_are_named_by_what_they_say_of_themselves() {
    for (path, hosts) in [
        ("dmidecode-text/two-hosts.txt", ["web11", "web12"]),
        ("lshw-json/two-hosts-without-brackets.json", ["kvm31", "kvm32"]),
        ("ansible-facts/setup-output.txt", ["kvm31", "web11"]),
        ("ansible-facts/one-line.txt", ["kvm31", "web11"]),
        ("salt-grains-json/two-minions.json", ["kvm31", "kvm32"]),
        ("netbox-json/page.json", ["kvm31", "kvm32"]),
        ("redfish-inventory/by-host.json", ["kvm31", "kvm32"]),
        ("redfish-inventory/array-of-systems.json", ["kvm31", "web21"]),
    ] {
        let found: Vec<Option<String>> =
            facts(&format!("formats/{path}")).into_iter().map(|(host, _)| host).collect();
        assert_eq!(found, hosts.map(|host| Some(host.to_owned())), "{path}");
    }
}

#[test]
fn a_bios_of_hpe_is_told_apart_by_its_date_in_every_source() {
    let bios = |path: &str, index: usize| {
        let (_, factors) = facts(path).remove(index);
        (factors["bios_version"].clone(), factors["bios_date"].clone())
    };
    let of = |version: &str, date: &str| (version.to_owned(), date.to_owned());
    assert_eq!(bios("formats/dmidecode-text/two-hosts.txt", 0), of("P89", "2014-07-11"));
    assert_eq!(bios("formats/dmidecode-text/two-hosts.txt", 1), of("P89", "2018-01-22"));
    assert_eq!(bios("formats/ansible-facts/setup-output.txt", 1), of("P89", "2014-07-11"));
    assert_eq!(bios("formats/hpasmcli-show-server/web11.txt", 0), of("P89", "2014-07-11"));
    assert_eq!(bios("formats/redfish-inventory/ilo4.json", 0), of("P89", "2014-07-11"));
    assert_eq!(bios("formats/redfish-inventory/array-of-systems.json", 1), of("U30", "2021-10-29"));
}

#[test]
fn what_a_maker_never_filled_in_is_no_factor_and_the_board_stands_in() {
    let (_, factors) = only("formats/dmidecode-text/quiet.txt");
    assert_eq!(factors["model"], "X11DPi-N");
    assert_eq!(factors["vendor"], "Supermicro");
}

#[test]
fn nothing_that_is_true_of_one_host_alone_is_a_factor() {
    for (path, _, _) in COUNTS {
        for (_, factors) in facts(path) {
            for value in factors.values() {
                assert!(
                    !["QZ7F0K4", "QZ7F0K3", "CZX0000001", "192.0.2.31"].iter().any(|own| value.contains(own)),
                    "{path}: {factors:?}"
                );
            }
        }
    }
}

#[test]
fn installed_memory_is_whole_modules() {
    for path in [
        "dmidecode-text/full.txt",
        "lshw-json/object.json",
        "lshw-text/kvm31.txt",
        "lshw-short/kvm31.txt",
        "redfish-inventory/dell.json",
        "maas-machines-json/machines.json",
    ] {
        assert_eq!(facts(&format!("formats/{path}"))[0].1["memory"], "64 GiB", "{path}");
    }
}

#[test]
fn operating_system_and_kernel_are_read() {
    assert_eq!(only("formats/linux-os-release/debian").1["os"], "Debian 12");
    assert_eq!(facts("formats/ansible-facts/setup-output.txt")[1].1["os"], "Red Hat Enterprise Linux 8.6");
    assert_eq!(only("formats/linux-uname/proc-version.txt").1["kernel"], "6.1.0-18-amd64");
    assert_eq!(facts("formats/linux-uname/three-hosts.txt")[2].1["kernel"], "6.1.0-18-amd64");
}

#[test]
fn custom_fields_of_netbox_take_the_names_of_columns() {
    let (_, factors) = facts("formats/netbox-json/page.json").remove(0);
    assert_eq!(factors["pdu"], "r07-a");
    assert_eq!(factors["rack"], "r07");
    assert!(!factors.contains_key("owner_email"));
}

#[test]
fn a_broken_document_says_where_it_breaks_and_costs_only_itself() {
    let good = take_fixture_bytes("formats/redfish-inventory/dell.json");
    let broken = String::from_utf8(good.clone()).unwrap().replace(r#""Dell Inc.""#, "Dell Inc.");
    let facts = take("system.json", broken.as_bytes());
    assert_eq!(facts.format.as_deref(), Some("redfish-inventory"));
    let line = broken.lines().position(|line| line.contains(": Dell Inc.")).unwrap() as u64 + 1;
    assert!(facts.quarantined > 0 && facts.quoted[0].line == line, "{:?}", facts.quoted);
    assert!(
        facts.quoted[0].text.starts_with(&format!("broken JSON in line {line}, column ")),
        "{:?}",
        facts.quoted
    );
    let both = [broken.as_bytes(), &good].concat();
    let facts = take("systems.json", &both);
    assert_eq!(facts.records.len(), 1);
    assert_eq!(facts.bytes, facts.parsed + facts.ignored + facts.quarantined);
}

/// Finds no line worth keeping: inventories have none.
struct Deaf;

impl Interest for Deaf {
    fn literals(&self) -> Vec<&[u8]> {
        Vec::new()
    }

    fn signatures(&self, _program: &str, _text: &str) -> Vec<String> {
        Vec::new()
    }
}

#[test]
fn a_document_that_is_cut_or_damaged_anywhere_is_accounted_for() {
    for (path, _, _) in COUNTS.iter().chain(super::firmware::COUNTS) {
        let content = take_fixture_bytes(path);
        for place in (0..content.len()).step_by(83) {
            let mut damaged = content.clone();
            damaged[place] = b"\0\"{}[]<>\xff\n="[place % 11];
            for bytes in [&content[..place], &damaged] {
                let facts = read_bytes(SourceId(0), path, bytes, &Deaf);
                let booked = facts.parsed + facts.ignored + facts.quarantined;
                assert_eq!(
                    (facts.bytes, booked),
                    (bytes.len() as u64, bytes.len() as u64),
                    "{path} at {place}"
                );
                assert!(!facts.reasons.contains_key("reader panicked"), "{path} at {place}");
            }
        }
    }
}

#[test]
fn a_blade_is_a_machine_and_a_backplane_is_none() {
    assert_eq!(only("formats/redfish-inventory/blade.json").1["model"], "PowerEdge MX740c");
    assert_eq!(facts("formats/redfish-inventory/backplane.json"), []);
}

fn take_fixture_bytes(path: &str) -> Vec<u8> {
    let (folder, _) = path.rsplit_once('/').unwrap();
    super::fixtures(folder).into_iter().find(|(name, _)| name == path).unwrap().1
}

#[test]
fn what_names_no_host_belongs_to_the_host_of_its_folder_and_offers_to_nobody() {
    let of = |path: &str, fixture: &str| read_bytes(SourceId(0), path, &take_fixture_bytes(fixture), &Deaf);
    let sources = [
        of("site/kvm31/dmidecode.txt", "formats/dmidecode-text/full.txt"),
        of("site/kvm31/redfish/v1/Managers/1/index.json", "formats/redfish-inventory/manager.json"),
        of("site/kvm31/swinventory.txt", "formats/racadm-swinventory/kvm31.txt"),
        of("site/kvm32/Catalog.xml", "formats/dell-catalog-xml/utf-16.xml"),
        of("site/facts.json", "formats/ansible-facts/setup-output.txt"),
    ];
    let found = attribute(&sources, &Config::default());
    let hosts: Vec<Option<&str>> = found.source_host.iter().map(Option::as_deref).collect();
    assert_eq!(hosts, [Some("kvm31"), Some("kvm31"), Some("kvm31"), None, None]);
    assert!(
        found.homeless.is_empty() && found.repeated.is_empty(),
        "{:?} {:?}",
        found.homeless,
        found.repeated
    );
    assert!(!found.hosts.contains("kvm32"), "{:?}", found.hosts);
}

#[test]
fn the_type_of_a_device_is_its_model_only_where_no_column_is() {
    let rows = facts("formats/inventory-csv/foreman-and-glpi.csv");
    assert_eq!(rows[0].1["model"], "PowerEdge R740");
    assert_eq!(
        (rows[1].1["vendor"].as_str(), rows[1].1["role"].as_str(), rows[1].1["os"].as_str()),
        ("HPE", "web", "CentOS Linux 7.9")
    );
}

#[test]
fn headers_of_every_language_are_the_same_factors() {
    for path in ["francais.csv", "espanol.csv", "deutsch.csv"] {
        let (host, factors) = facts(&format!("formats/inventory-csv/{path}")).remove(0);
        assert_eq!(host.as_deref(), Some("kvm07"), "{path}");
        assert_eq!(
            (factors["model"].as_str(), factors["bios_version"].as_str()),
            ("EX-410", "2.10.2"),
            "{path}"
        );
        assert!(!factors.keys().any(|name| name.contains("serial") || name.contains("seri")), "{factors:?}");
    }
}

#[test]
fn facter_prints_what_it_says_in_json() {
    for path in ["flat.txt", "groups.txt"] {
        let (host, factors) = only(&format!("formats/puppet-facts-text/{path}"));
        assert_eq!(host.as_deref(), Some("kvm07"), "{path}");
        assert_eq!(
            (factors["model"].as_str(), factors["bios_version"].as_str()),
            ("EX-410", "3.3"),
            "{path}"
        );
        assert_eq!(
            (factors["os"].as_str(), factors["kernel"].as_str()),
            ("Debian 12.5", "6.1.0-18-amd64"),
            "{path}"
        );
    }
}
