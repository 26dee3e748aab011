//! What the firmware's own tables (SMBIOS) say of a machine, gathered structure by structure.

use std::collections::BTreeSet;

use super::host_facts::HostFacts;
use super::sink::Sink;
use crate::model::spelling;

/// The structures that say what a machine is; all others are passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Structure {
    Bios,
    System,
    BaseBoard,
    Processor,
    MemoryDevice,
    PowerSupply,
    Other,
}

impl Structure {
    /// By its number (DSP0134 §7).
    #[must_use]
    pub fn of_type(number: u32) -> Self {
        match number {
            0 => Self::Bios,
            1 => Self::System,
            2 => Self::BaseBoard,
            4 => Self::Processor,
            17 => Self::MemoryDevice,
            39 => Self::PowerSupply,
            _ => Self::Other,
        }
    }

    /// By the heading that dmidecode prints.
    #[must_use]
    pub fn of_title(title: &str) -> Option<Self> {
        Some(match title {
            "BIOS Information" => Self::Bios,
            "System Information" => Self::System,
            "Base Board Information" => Self::BaseBoard,
            "Processor Information" => Self::Processor,
            "Memory Device" => Self::MemoryDevice,
            "System Power Supply" => Self::PowerSupply,
            "Chassis Information"
            | "Cache Information"
            | "Port Connector Information"
            | "OEM Strings"
            | "System Slot Information"
            | "Physical Memory Array"
            | "System Boot Information"
            | "On Board Device Information"
            | "Onboard Device"
            | "IPMI Device Information"
            | "Memory Array Mapped Address"
            | "System Configuration Options"
            | "BIOS Language Information" => Self::Other,
            _ => return None,
        })
    }
}

/// One machine as its tables come by.
#[derive(Debug, Default)]
pub struct Machine {
    pub facts: HostFacts,
    bios: Option<String>,
    bios_date: Option<String>,
    board: Option<String>,
    board_vendor: Option<String>,
    memory_bytes: u64,
    module: [Option<String>; 2],
    modules: BTreeSet<String>,
    supplies: BTreeSet<String>,
}

impl Machine {
    /// Takes a field of a structure.
    pub fn field(&mut self, of: Structure, key: &str, value: &str) {
        match (of, key) {
            (Structure::Bios, "Version") => set(&mut self.bios, value),
            (Structure::Bios, "Release Date") => set(&mut self.bios_date, value),
            (Structure::System, "Manufacturer") => self.facts.put("vendor", value),
            (Structure::System, "Serial Number") => self.facts.put_serial(value),
            (Structure::System, "Product Name") => self.facts.put("model", value),
            (Structure::BaseBoard, "Manufacturer") => set(&mut self.board_vendor, value),
            (Structure::BaseBoard, "Product Name") => set(&mut self.board, value),
            (Structure::Processor, "Version") => self.facts.put("cpu_model", value),
            (Structure::Processor, "Signature") => self.signature(value),
            (Structure::MemoryDevice, "Size") => self.memory_bytes += size_bytes(value).unwrap_or(0),
            (Structure::MemoryDevice, "Manufacturer") => set(&mut self.module[0], value),
            (Structure::MemoryDevice, "Part Number") => set(&mut self.module[1], value),
            (Structure::PowerSupply, "Name") if !spelling::says_nothing(value) => {
                self.supplies.insert(value.trim().to_owned());
            }
            _ => {}
        }
    }

    /// Ends a structure: what belongs together in it is complete.
    pub fn end_of_structure(&mut self) {
        if let [maker, Some(part)] = std::mem::take(&mut self.module) {
            let maker = maker.map(|maker| spelling::vendor(&maker)).unwrap_or_default();
            self.modules.insert(format!("{maker} {part}").trim().to_owned());
        }
    }

    /// `Type 0, Family 6, Model 85, Stepping 4`.
    fn signature(&mut self, value: &str) {
        let number = |word: &str| {
            let (_, rest) = value.split_once(word)?;
            rest.trim_start().split(|c: char| !c.is_ascii_digit()).next()?.parse::<u32>().ok()
        };
        if let (Some(family), Some(model), Some(stepping)) =
            (number("Family "), number("Model "), number("Stepping "))
        {
            self.facts.put_cpuid(family, model, stepping);
        }
    }

    /// Keeps the machine, if the tables said anything of it.
    pub fn keep(mut self, sink: &mut Sink<'_>) {
        self.end_of_structure();
        if let Some(version) = &self.bios {
            self.facts.put_bios(version, self.bios_date.as_deref());
        }
        // Makers of boards leave the system's own fields as they found them.
        if let Some(board) = self.board.filter(|_| !self.facts.has("model")) {
            self.facts.put("model", &board);
        }
        if let Some(vendor) = self.board_vendor.filter(|_| !self.facts.has("vendor")) {
            self.facts.put("vendor", &vendor);
        }
        self.facts.put_memory_bytes(self.memory_bytes);
        for (factor, names) in [("memory_module", self.modules), ("power_supply", self.supplies)] {
            // A zoo of parts tells machines apart like a serial number would.
            if (1..=4).contains(&names.len()) {
                self.facts.put(factor, &names.into_iter().collect::<Vec<_>>().join(" + "));
            }
        }
        if !self.facts.is_empty() {
            self.facts.keep(sink);
        }
    }
}

fn set(slot: &mut Option<String>, value: &str) {
    if slot.is_none() && !spelling::says_nothing(value) {
        *slot = Some(value.trim().to_owned());
    }
}

/// `16384 MB`, `16 GB`, `64GiB`, `2 TB` as bytes; dmidecode's units are binary whatever they are called.
#[must_use]
pub fn size_bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u64 = text[..digits].parse().ok()?;
    let shift = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "kb" | "kib" => 10,
        "mb" | "mib" => 20,
        "gb" | "gib" => 30,
        "tb" | "tib" => 40,
        "bytes" => 0,
        _ => return None,
    };
    number.checked_mul(1 << shift).filter(|bytes| *bytes < 1 << 50)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_binary() {
        assert_eq!(size_bytes("16384 MB"), Some(16 << 30));
        assert_eq!(size_bytes("64GiB"), Some(64 << 30));
        assert_eq!(size_bytes("No Module Installed"), None);
        assert_eq!(size_bytes("99999999999999999999 TB"), None);
    }
}
