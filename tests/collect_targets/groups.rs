//! From groups to the sources of single hosts.

use std::path::PathBuf;
use std::time::Duration;

use coroner::collect::targets::{IpmiLink, Trust};
use coroner::config::collect::Privilege;

use crate::configuration::{inventory, message, targets};

const BMC: &str = "[collect.credentials.bmc]\nuser = \"monitor\"\npassword_file = \"bmc.password\"\n";

fn with_bmc(group: &str) -> String {
    format!("{BMC}[[collect.group]]\nname = \"kvm\"\ncredentials = \"bmc\"\n{group}")
}

#[test]
fn a_group_gives_one_target_for_each_host() {
    let text = with_bmc(
        "hosts = [\"kvm[01-03]\", \"db1\"]\nbmc = \"{host}-bmc.example.net\"\nipmi = true\nssh = { user = \"root\" }\n",
    );
    let targets = targets(&text, &[]).unwrap();
    let hosts: Vec<&str> = targets.iter().map(|target| target.host.as_str()).collect();
    assert_eq!(hosts, ["db1", "kvm01", "kvm02", "kvm03"]);
    let ipmi = targets[1].ipmi.as_ref().unwrap();
    assert_eq!(ipmi.link, IpmiLink::Lan { address: "kvm01-bmc.example.net".to_owned(), port: 623 });
    assert_eq!((ipmi.suites.as_slice(), ipmi.privilege), ([17, 3].as_slice(), Privilege::User));
    assert_eq!(ipmi.credentials.as_deref(), Some("bmc"));
    let ssh = targets[1].ssh.as_ref().unwrap();
    assert_eq!((ssh.target.address.as_str(), ssh.target.user.as_deref()), ("kvm01", Some("root")));
    assert_eq!(ssh.target.connect_timeout, Duration::from_secs(5));
    assert!(ssh.wanted.kernel && ssh.wanted.boots && ssh.wanted.dmi);
    assert!(targets[1].redfish.is_none());
}

#[test]
fn addresses_run_in_parallel_to_hosts_also_where_one_is_left_out() {
    let text = with_bmc("hosts = [\"kvm[01-04]\", \"!kvm02\"]\nbmc = \"10.0.0.[11-14]\"\nipmi = true\n");
    let links: Vec<_> = targets(&text, &[]).unwrap().into_iter().map(|it| it.ipmi.unwrap().link).collect();
    let lan = |address: &str| IpmiLink::Lan { address: address.to_owned(), port: 623 };
    assert_eq!(links, [lan("10.0.0.11"), lan("10.0.0.13"), lan("10.0.0.14")]);
}

#[test]
fn hosts_and_addresses_come_from_the_inventory() {
    let rows = inventory("host,bmc\nkvm01,10.0.0.1\nkvm02,10.0.0.2\ndb1,10.0.0.3\n");
    let text = with_bmc("hosts = \"kvm*\"\nredfish = { pins = { kvm02 = \"sha256:PIN\" } }\n")
        .replace("PIN", "0A:".repeat(32).trim_end_matches(':'));
    let targets = targets(&text, &rows).unwrap();
    assert_eq!(targets.len(), 2);
    let redfish: Vec<_> = targets.iter().map(|target| target.redfish.as_ref().unwrap()).collect();
    assert_eq!((redfish[0].address.as_str(), &redfish[0].trust), ("10.0.0.1", &Trust::System));
    assert_eq!(redfish[1].trust, Trust::Pin([10; 32]));
}

#[test]
fn an_inventory_may_not_contradict_itself() {
    let twice = inventory("host,bmc,port\nkvm01,10.0.0.1,1\nkvm01,10.0.0.1,2\n");
    assert!(targets(&with_bmc("hosts = \"kvm01\"\nipmi = true\n"), &twice).is_ok());
    assert!(message(&with_bmc("hosts = \"kvm*\"\nipmi = true\n"), &twice).contains("`kvm01` is named twice"));
    let two = inventory("host,bmc\nkvm01,10.0.0.1\nkvm01,10.0.0.2\n");
    assert!(message(&with_bmc("hosts = \"kvm01\"\nipmi = true\n"), &two).contains("two BMC addresses"));
}

#[test]
fn programs_do_not_inherit_variables_with_secrets() {
    let text = "[collect.credentials.a]\nuser = \"a\"\npassword_env = \"BMC_PASSWORD\"\nkg_env = \"BMC_KG\"\n\
                [[collect.group]]\nname = \"a\"\nhosts = \"a\"\nssh = true\n";
    let hidden = targets(text, &[]).unwrap().remove(0).ssh.unwrap().target.hidden;
    assert_eq!(hidden, ["BMC_PASSWORD", "BMC_KG"]);
}

#[test]
fn relative_paths_start_at_the_configuration() {
    let text = with_bmc(
        "hosts = \"a\"\nbmc = \"b\"\nredfish = { ca_file = \"ca.pem\" }\nssh = { config = \"ssh_config\" }\n",
    );
    let target = targets(&text, &[]).unwrap().remove(0);
    assert_eq!(target.redfish.unwrap().trust, Trust::Authorities(PathBuf::from("/etc/coroner/ca.pem")));
    assert_eq!(target.ssh.unwrap().target.config, Some(PathBuf::from("/etc/coroner/ssh_config")));
}

#[test]
fn a_host_may_be_in_two_groups_by_other_means() {
    let two = |second: &str| {
        let first = with_bmc("hosts = \"kvm[1-2]\"\nbmc = \"{host}-bmc\"\nipmi = true\n");
        format!(
            "{first}[[collect.group]]\nname = \"systems\"\nhosts = \"kvm2\"\ncredentials = \"bmc\"\n{second}"
        )
    };
    let both = targets(&two("ssh = true\n"), &[]).unwrap();
    assert_eq!(both[1].sources(), ["ipmi", "ssh"]);
    let message = message(&two("bmc = \"x\"\nipmi = true\n"), &[]);
    assert!(message.contains("`kvm2` is asked by `ipmi` in group `kvm` already"), "{message}");
    assert!(message.contains("`hosts` of [[collect.group]] \"systems\""), "{message}");
}

#[test]
fn this_machines_own_bmc_needs_no_password() {
    let text = "[[collect.group]]\nname = \"here\"\nhosts = \"kvm1\"\nipmi = { local = true }\n";
    assert_eq!(targets(text, &[]).unwrap()[0].ipmi.as_ref().unwrap().link, IpmiLink::Local);
    assert!(message(&text.replace("kvm1", "kvm[1-2]"), &[]).contains("belongs to one host"));
}

#[test]
fn mistakes_are_told_with_the_group_and_the_key() {
    let rows = inventory("host,bmc\nkvm01,10.0.0.1\n");
    for (group, key, part) in [
        ("hosts = \"kvm[1-\"\nipmi = true", "hosts", "bracket"),
        ("hosts = [\"a\", \"b\", \"a\"]\nbmc = \"{host}\"\nipmi = true", "hosts", "`a` is named twice"),
        ("hosts = [\"a/b\"]\nbmc = \"x\"\nipmi = true", "hosts", "slash"),
        ("hosts = [\"a\", \"!a\"]\nbmc = \"x\"\nipmi = true", "hosts", "no host is left"),
        ("hosts = \"web*\"\nipmi = true", "hosts", "no host of the inventory"),
        ("hosts = \"a[1-3]\"\nbmc = \"b[1-2]\"\nipmi = true", "bmc", "3 hosts, but 2 addresses"),
        ("hosts = \"a[1-2]\"\nbmc = [\"x\", \"x\"]\nipmi = true", "bmc", "both `a2` and `a1`"),
        ("hosts = \"a\"\nipmi = true", "bmc", "`a` has no BMC address"),
        ("hosts = \"a\"\nbmc = \"-x\"\nipmi = true", "bmc", "starts with"),
        ("hosts = \"a\"\nbmc = \"{hst}\"\nipmi = true", "bmc", "brace"),
        ("hosts = \"a\"\nbmc = \"x\"", "ipmi", "nothing is asked"),
        ("hosts = \"a\"\nbmc = \"x\"\nipmi = false", "ipmi", "nothing is asked"),
        ("hosts = \"a\"\nbmc = \"x\"\nipmi = { suites = [0] }", "ipmi.suites", "checks no password"),
        ("hosts = \"a\"\nbmc = \"x\"\nipmi = { suites = [8] }", "ipmi.suites", "suite 8"),
        ("hosts = \"a\"\nbmc = \"x\"\nipmi = { suites = [] }", "ipmi.suites", "0 is not"),
        (
            "hosts = \"a\"\nbmc = \"x\"\nipmi = { credentials = \"other\" }",
            "credentials",
            "no [collect.credentials.other]",
        ),
        ("hosts = \"a\"\nbmc = \"x\"\nredfish = { pin = \"abc\" }", "redfish.pin", "64 hexadecimal"),
        (
            "hosts = \"a\"\nbmc = \"x\"\nredfish = { pins = { b = \"x\" } }",
            "redfish.pins",
            "`b` is not in this group",
        ),
        (
            "hosts = \"a\"\nbmc = \"x\"\nredfish = { insecure = true, ca_file = \"x\" }",
            "redfish",
            "only one of",
        ),
        ("hosts = \"a\"\nssh = { address = \"-oProxyCommand=id\" }", "ssh.address", "starts with"),
        ("hosts = \"a\"\nssh = { user = \"a b\" }", "ssh.user", "white space"),
        ("hosts = \"a\"\nssh = { files = [\"var/log/x\"] }", "ssh.files", "absolute path"),
        ("hosts = \"a\"\nssh = { journal = [\"--flush\"] }", "ssh.journal", "journal match"),
        ("hosts = \"a\"\nssh = { options = [\"-x\"] }", "ssh.options", "client option"),
        ("hosts = \"a\"\nssh = { commands = { \"../x\" = \"id\" } }", "ssh.commands", "slash"),
    ] {
        let message = message(&with_bmc(group), &rows);
        assert!(message.contains(part), "{message}");
        assert!(message.contains(&format!("`{key}` of [[collect.group]] \"kvm\"")), "{message}");
    }
}

#[test]
fn a_log_on_without_a_user_has_to_be_allowed() {
    let group = "[[collect.group]]\nname = \"kvm\"\nhosts = \"a\"\nbmc = \"b\"\n";
    assert!(message(&format!("{group}ipmi = true\n"), &[]).contains("credentials"));
    assert!(targets(&format!("{group}ipmi = {{ allow_anonymous = true }}\n"), &[]).is_ok());
    let nobody = "[collect.credentials.none]\npassword_env = \"X\"\n";
    let named = format!("{nobody}{group}credentials = \"none\"\nipmi = true\n");
    assert!(message(&named, &[]).contains("allow_anonymous"));
}
