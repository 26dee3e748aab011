//! What stays: columns, kinds of addresses, prefixes, versions, the words of logs.

use std::net::Ipv4Addr;

use coroner::redaction::{Identifiers, Map, Redactor, leaks};

use super::{fleet, key, redacted, redactor};

/// The addresses of a line of them.
fn addresses(line: &str) -> Vec<Ipv4Addr> {
    redacted(line).split(' ').map(|word| word.parse().unwrap()).collect()
}

#[test]
fn addresses_that_say_nothing_stay() {
    for line in [
        "127.0.0.1 0.0.0.0 255.255.255.0 255.255.255.255 255.255.240.0 224.0.0.251 169.254.169.254",
        "::1 :: ff02::1 ff02::fb",
        "ff:ff:ff:ff:ff:ff 00:00:00:00:00:00 01:00:5e:00:00:fb",
        "localhost.localdomain localhost",
    ] {
        assert_eq!(redacted(line), line);
    }
}

#[test]
fn private_addresses_stay_private_and_public_ones_public() {
    for (line, prefix) in [
        ("10.1.2.3 10.200.3.4", "10."),
        ("192.168.1.2 192.168.200.3", "192.168."),
        ("172.16.3.4 172.31.255.1", "172."),
    ] {
        for address in addresses(line) {
            assert!(address.is_private() && address.to_string().starts_with(prefix), "{address}");
        }
    }
    for address in
        addresses("192.0.2.1 198.51.100.7 203.0.113.9 8.8.8.8 1.1.1.1 192.5.5.1 172.200.1.1 100.1.2.3")
    {
        assert!(!address.is_private() && !address.is_loopback() && !address.is_multicast(), "{address}");
    }
    let link_local = redacted("fe80::21b:21ff:fe9a:1%eth0");
    assert!(link_local.starts_with("fe80::") && link_local.ends_with("%eth0"), "{link_local}");
    assert!(redacted("fd12:3456::7").starts_with("fd"));
}

#[test]
fn the_edges_of_networks_keep_their_last_byte() {
    let last: Vec<u8> =
        addresses("10.1.2.0 10.1.2.1 10.1.2.255").iter().map(|address| address.octets()[3]).collect();
    assert_eq!(last, [0, 1, 255]);
}

#[test]
fn no_pseudonym_is_an_address_of_the_fleet() {
    // As many networks as a site can have below one prefix, by many keys.
    for seed in 0..20 {
        let mut fleet = Identifiers::new();
        let all: Vec<Ipv4Addr> = (0..12_u8)
            .flat_map(|net| (1..40_u8).map(move |host| Ipv4Addr::new(192, 168, net, host)))
            .chain((1..60).map(|host| Ipv4Addr::new(203, 0, 113, host)))
            .collect();
        for address in &all {
            fleet.host(&address.to_string());
        }
        let mut redactor = Redactor::new(Map::new(key(seed)), fleet);
        for address in &all {
            let made: Ipv4Addr = redactor.redact_text(&address.to_string()).parse().unwrap();
            assert!(!all.contains(&made), "seed {seed}: {address} became {made}");
        }
    }
}

#[test]
fn versions_are_no_addresses_and_addresses_are_no_versions() {
    for line in [
        "BIOS Version: 2.19.1.5",
        "\"FirmwareVersion\": \"2.85.85.85\"",
        "The iDRAC firmware was changed from 5.10.10.10 to 6.1.1.1.",
        "firmware 6.10.30.00 v1.2.3.4",
        "Pid: 0, comm: swapper Not tainted 2.6.32.4 #1",
        "snmp 1.3.6.1.4.1.674.10892.5",
    ] {
        assert_eq!(redacted(line), line);
    }
    for line in
        ["kernel: 10.9.8.7 sent an invalid ICMP type", "iDRAC 10.9.8.7 answers", "update of 10.9.8.7 done"]
    {
        assert!(!redacted(line).contains("10.9.8.7"), "{line}");
    }
    // What is an address elsewhere is one here.
    let mut fleet = fleet();
    fleet.learn(b"Connection from 10.9.8.7 port 22");
    let line = "Firmware version 10.9.8.7";
    assert_ne!(Redactor::new(Map::new(key(1)), fleet).redact_text(line), line);
}

#[test]
fn times_and_places_of_devices_stay() {
    for line in [
        "Mar  1 12:34:56 pci 0000:3b:00.0 [8086:1572] DIMM_A1 CPU0 sd 2:0:0:0: [sda] 12:34:56.789",
        "std::ffff a::b fs::cafe 2025:03:01 12:00:00 de:ad:be",
        "[  100.000001] INFO: task jbd2/sda1-8:214 blocked for more than 120 seconds.",
        "00: 00 11 22 33 44 55 66 77 88",
        "RIP: 0010:[<ffffffff81000000>] RSP 0018:ffff88003fc03e88",
    ] {
        assert_eq!(redacted(line), line);
    }
}

#[test]
fn the_words_of_logs_survive_hosts_that_are_called_so() {
    let mut fleet = fleet();
    for host in ["power.corp.example", "kernel", "watchdog", "mar"] {
        fleet.host(host);
    }
    fleet.user("memory");
    let mut redactor = Redactor::new(Map::new(key(1)), fleet);
    let line = "Mar  1 02:03:04 power kernel: watchdog: BUG: soft lockup, memory, power.corp.example";
    let made = redactor.redact_text(line);
    assert!(made.starts_with("Mar  1 02:03:04 host-"), "{made}");
    assert!(made.contains(" kernel: watchdog: BUG: soft lockup, memory, host-"), "{made}");
    assert!(!made.contains("power"), "{made}");
    assert!(leaks(&[("f", made.as_bytes())], redactor.identifiers(), redactor.map()).is_empty());
}

#[test]
fn columns_stay_where_they_were() {
    let line = "alice    pts/0        kvm07            Sat Mar  1 02:03   still logged in";
    let made = redacted(line);
    let column = |text: &str, word: &str| text.find(word).unwrap();
    assert_eq!(column(&made, "Sat Mar"), column(line, "Sat Mar"), "{made}");
    assert!(!made.contains("alice") && !made.contains("kvm07"), "{made}");
}

#[test]
fn what_is_no_text_stays_byte_for_byte() {
    let mut line = vec![0, 1, 0xff, 0xfe, b'\r'];
    line.extend_from_slice(b"\xe9t\xe9 kvm07 \xc3\x28\n\n\r\nkvm07");
    let made = redactor().redact(&line);
    let host = redactor().redact(b"kvm07");
    let expected: Vec<u8> =
        [b"\x00\x01\xff\xfe\r\xe9t\xe9 ", &host[..], b" \xc3\x28\n\n\r\n", &host[..]].concat();
    assert_eq!(made, expected);
}

#[test]
fn the_serial_of_the_case_stays_and_those_of_others_go() {
    let made = redacted("service tag 7Q2WLM3, spare from jx4kq93");
    assert!(made.contains("7Q2WLM3") && !made.to_lowercase().contains("jx4kq93"), "{made}");
}

#[test]
fn an_alias_and_its_host_have_one_pseudonym() {
    let mut fleet = fleet();
    fleet.alias("hv-old", "kvm07.dc1.corp.example");
    let mut redactor = Redactor::new(Map::new(key(1)), fleet);
    assert_eq!(redactor.redact_text("hv-old"), redactor.redact_text("kvm07"));
}

#[test]
fn a_map_survives_being_written_and_damage_is_told() {
    let mut first = redactor();
    let text = "kvm07.dc1.corp.example alice 10.1.2.3 fe80::1234 00:16:3e:01:02:03 new.corp.example";
    let made = first.redact_text(text);
    let written = first.into_map().to_json();
    let map = Map::from_json(&written).unwrap();
    assert_eq!(map.to_json(), written);
    assert!(!format!("{map:?}").contains("kvm07"));
    assert_eq!(Redactor::new(map, fleet()).redact_text(text), made);
    for broken in
        ["", "{}", &written.replace("\"version\": 1", "\"version\": 2"), &written[..written.len() / 2]]
    {
        assert!(Map::from_json(broken).is_err());
    }
}
