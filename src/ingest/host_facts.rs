//! What a source says of one host, gathered as factors in their usual spelling.

use std::collections::BTreeMap;

use serde_json::Value;

use super::json_rows::first_text;
use super::sink::Sink;
use crate::ledger::Fate;
use crate::model::record::{Body, InventoryFact};
use crate::model::{Stamp, spelling};

/// The factors of one host. The first value of a factor stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostFacts {
    pub host: Option<String>,
    factors: BTreeMap<String, String>,
    serial: Option<String>,
}

impl HostFacts {
    /// Names the host, unless it is named already or the name is nobody's.
    pub fn name(&mut self, host: &str) {
        if self.host.is_none() && is_somebody(host) {
            self.host = Some(host.trim().trim_end_matches('.').to_owned());
        }
    }

    /// Notes the serial number or service tag of the machine itself, unless the value says nothing.
    pub fn put_serial(&mut self, serial: &str) {
        if self.serial.is_none() && !spelling::says_nothing(serial) {
            self.serial = Some(serial.trim().to_owned());
        }
    }

    /// Notes a factor, unless the value says nothing.
    pub fn put(&mut self, factor: &str, value: &str) {
        if let Some(value) = spelling::of_tool(factor, value) {
            self.factors.entry(factor.to_owned()).or_insert(value);
        }
    }

    /// Notes the version of the BIOS; and its date, where the version does not tell releases apart.
    pub fn put_bios(&mut self, version: &str, date: Option<&str>) {
        if spelling::says_nothing(version) || self.has("bios_version") {
            return;
        }
        let (version, date) = spelling::bios(version, date.filter(|date| !spelling::says_nothing(date)));
        self.put("bios_version", &version);
        if let Some(date) = date {
            self.put("bios_date", &date);
        }
    }

    /// Notes installed memory, in whole GiB where it is that much.
    pub fn put_memory_bytes(&mut self, bytes: u64) {
        const GIB: u64 = 1 << 30;
        if bytes >= GIB {
            self.put("memory", &format!("{} GiB", (bytes + GIB / 2) / GIB));
        } else if bytes > 0 {
            self.put("memory", &format!("{} MiB", bytes >> 20));
        }
    }

    /// Notes the signature of an x86 processor (CPUID leaf 1, EAX), by which errata and microcode are
    /// listed, as `0x50654`.
    pub fn put_cpuid(&mut self, family: u32, model: u32, stepping: u32) {
        if family > 0xf + 0xff || model > 0xff || stepping > 0xf {
            return;
        }
        let (base, extended) = if family >= 0xf { (0xf, family - 0xf) } else { (family, 0) };
        let signature = extended << 20 | (model >> 4) << 16 | base << 8 | (model & 0xf) << 4 | stepping;
        self.put("cpu_signature", &format!("{signature:#x}"));
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.factors.is_empty() && self.serial.is_none()
    }

    #[must_use]
    pub fn has(&self, factor: &str) -> bool {
        self.factors.contains_key(factor)
    }

    /// Keeps what was gathered, if anything was.
    pub fn keep(self, sink: &mut Sink<'_>) -> Fate {
        if self.is_empty() {
            return Fate::Ignored("says-no-attribute-of-a-host");
        }
        let fact = InventoryFact { factors: self.factors.into(), from: None, to: None, serial: self.serial };
        sink.record(self.host, Stamp::Missing, Body::Inventory(fact));
        Fate::Parsed
    }
}

/// Whether a name can be that of one host.
fn is_somebody(name: &str) -> bool {
    let name = name.trim();
    let lower = name.to_ascii_lowercase();
    let nobody = [
        "localhost",
        "localhost.localdomain",
        "localhost4",
        "localhost6",
        "(none)",
        "minint",
        "local",
        "computer",
    ];
    !spelling::says_nothing(name)
        && !nobody.contains(&lower.as_str())
        && name.len() <= 253
        && !name.contains(char::is_whitespace)
}

/// Where a JSON document keeps what is asked of a host: JSON pointers, the best first.
pub struct Places {
    pub host: &'static [&'static str],
    pub bios_version: &'static [&'static str],
    pub bios_date: &'static [&'static str],
    /// Serial number or service tag of the machine.
    pub serial: &'static [&'static str],
    /// Factor → places.
    pub factors: &'static [(&'static str, &'static [&'static str])],
}

impl Places {
    /// Gathers what stands at these places.
    #[must_use]
    pub fn facts(&self, value: &Value) -> HostFacts {
        let mut facts = HostFacts::default();
        for pointer in self.host {
            if let Some(host) = super::json_rows::text_at(value, pointer) {
                facts.name(&host);
            }
        }
        if let Some(version) = first_text(value, self.bios_version) {
            facts.put_bios(&version, first_text(value, self.bios_date).as_deref());
        }
        if let Some(serial) = first_text(value, self.serial) {
            facts.put_serial(&serial);
        }
        for (factor, pointers) in self.factors {
            for pointer in *pointers {
                if let Some(text) = super::json_rows::text_at(value, pointer) {
                    facts.put(factor, &text);
                }
            }
        }
        facts
    }
}
