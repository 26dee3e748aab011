//! Items of firmware: what component they are for, and what of them is an attribute of the host.

use super::host_facts::HostFacts;
use super::sink::Sink;
use crate::model::Stamp;
use crate::model::record::{Body, FirmwareItem, FirmwareState, Part};

/// Keeps an item. The installed BIOS and BMC are attributes of the host, too.
pub fn keep(host: Option<&str>, item: FirmwareItem, sink: &mut Sink<'_>) {
    if item.state == FirmwareState::Installed {
        let mut facts = HostFacts::default();
        if let Some(host) = host {
            facts.name(host);
        }
        match item.part {
            Part::Bios => facts.put_bios(&item.version, None),
            Part::Bmc => facts.put("bmc_version", &item.version),
            _ => {}
        }
        if !facts.is_empty() {
            facts.keep(sink);
        }
    }
    sink.record(host.map(str::to_owned), Stamp::Missing, Body::Firmware(item));
}

/// What kind of component a name is that of.
#[must_use]
pub fn part_of(name: &str) -> Part {
    let lower = name.to_lowercase();
    let words: Vec<&str> = words_of(&lower);
    if is_bios(&words) {
        return Part::Bios;
    }
    if is_bmc(&words) {
        return Part::Bmc;
    }
    let any = |needles: &[&str]| needles.iter().any(|needle| lower.contains(needle));
    let word = |needles: &[&str]| words.iter().any(|word| needles.contains(word));
    if lower.starts_with("disk") || lower.starts_with("physical disk") {
        Part::Drive
    } else if any(&["backplane", "expander", "enclosure"]) {
        Part::Backplane
    } else if any(&["power supply", "psu.slot"]) || word(&["psu", "ps1", "ps2", "psu1", "psu2"]) {
        Part::PowerSupply
    } else if any(&[
        "perc",
        "raid",
        "megaraid",
        "smart array",
        "hba",
        "boss-",
        "storage controller",
        "sas controller",
    ]) {
        Part::StorageController
    } else if any(&["disk", "drive", "solid state"]) || word(&["ssd", "hdd", "nvme", "ssds"]) {
        Part::Drive
    } else if any(&[
        "ethernet",
        "network",
        "infiniband",
        "fibre channel",
        "mellanox",
        "connectx",
        "broadcom",
        "gbe",
        "qlogic",
    ]) || word(&["nic", "lan", "lom", "cna"])
    {
        Part::Network
    } else if any(&["cpld", "fpga", "programmable logic"]) {
        Part::Logic
    } else {
        Part::Other
    }
}

/// Words that say that an image does not run.
const SPARE: &[&str] = &[
    "redundant",
    "backup",
    "golden",
    "standby",
    "secondary",
    "previous",
    "inactive",
    "rollback",
    "bios2",
    "bmc2",
];

/// Whether a name is that of a spare image.
#[must_use]
pub fn is_spare(name: &str) -> bool {
    words_of(&name.to_lowercase()).iter().any(|word| SPARE.contains(word))
}

fn words_of(lower: &str) -> Vec<&str> {
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// Words that may stand around the name of a system's own firmware, and change nothing.
const AROUND: &[&str] = &[
    "system",
    "server",
    "host",
    "image",
    "firmware",
    "version",
    "rom",
    "node",
    "node0",
    "primary",
    "active",
    "main",
    "setup",
    "embedded",
    "dell",
    "hpe",
    "hp",
    "lenovo",
    "supermicro",
    "motherboard",
    "mb",
    "staging",
    "1",
    "1-1",
    "the",
    "module",
    "device",
    "flash",
];

fn is_bios(words: &[&str]) -> bool {
    let names = |word: &&str| {
        matches!(*word, "bios" | "uefi" | "bios1" | "bios2" | "systemromactive" | "systemrombackup")
    };
    let rom = words.windows(2).any(|pair| pair == ["system", "rom"])
        || words == ["host", "image"]
        || words == ["system", "firmware"];
    (rom || words.iter().any(names))
        && words.iter().all(|word| names(word) || SPARE.contains(word) || AROUND.contains(word))
}

fn is_bmc(words: &[&str]) -> bool {
    let names = |word: &&str| {
        matches!(
            *word,
            "bmc"
                | "bmc1"
                | "bmc2"
                | "idrac"
                | "idrac7"
                | "idrac8"
                | "idrac9"
                | "ilo"
                | "xcc"
                | "imm"
                | "imm2"
                | "cimc"
                | "irmc"
                | "systembmc"
        )
    };
    let long = words.starts_with(&["integrated", "dell", "remote", "access", "controller"])
        || words.starts_with(&["integrated", "remote", "access", "controller"])
        || words.windows(2).any(|pair| pair == ["xclarity", "controller"])
        || words.windows(3).any(|three| three == ["baseboard", "management", "controller"]);
    let number = |word: &&str| word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit());
    let around =
        |word: &&str| AROUND.contains(word) || SPARE.contains(word) || number(word) || *word == "controller";
    long || (words.iter().any(names) && words.iter().all(|word| names(word) || around(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_systems_own_firmware_is_its_bios_or_bmc() {
        for name in [
            "BIOS",
            "System ROM",
            "Redundant System ROM",
            "Backup_BIOS",
            "UEFI",
            "BIOS.Setup.1-1",
            "Host image",
            "Node0.BIOS",
        ] {
            assert_eq!(part_of(name), Part::Bios, "{name}");
        }
        for name in [
            "iLO 5",
            "BMC",
            "Integrated Dell Remote Access Controller",
            "iDRAC.Embedded.1-1",
            "BMC-Primary",
            "BMC image",
            "Golden_BMC",
        ] {
            assert_eq!(part_of(name), Part::Bmc, "{name}");
        }
        for name in [
            "PERC H730 BIOS",
            "NIC Boot BIOS Agent",
            "Dell 64 Bit uEFI Diagnostics, version 4301",
            "Intelligent Provisioning",
        ] {
            assert!(!matches!(part_of(name), Part::Bios | Part::Bmc), "{name}");
        }
        assert_eq!(part_of("Disk 1 in Backplane 0 of RAID Controller in Slot 1"), Part::Drive);
        assert_eq!(part_of("Intel(R) Ethernet 10G X520 LOM"), Part::Network);
        assert!(is_spare("Redundant System ROM") && !is_spare("System ROM"));
    }
}
