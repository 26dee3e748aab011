//! The field-replaceable units that a BMC knows: `ipmitool fru print` and FreeIPMI's `ipmi-fru`.
//!
//! Time:   none.
//! Units:  none.
//! Spec:   ipmitool lib/ipmi_fru.c (1.8.9 to 1.8.19), FreeIPMI ipmi-fru (0.8 to 1.6); IPMI FRU storage definition.
//! Loses:  serial numbers, part numbers, dates; every unit but the machine's own and the power supplies.
//! Not handled: memory modules (SPD) behind the BMC.

use std::collections::BTreeSet;

use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::host_facts::HostFacts;
use crate::ingest::key_value_text::{self, split};
use crate::ingest::shell_prompt;
use crate::ingest::sink::Sink;
use crate::ledger::Fate;
use crate::model::spelling;

pub struct IpmitoolFruText;

impl Format for IpmitoolFruText {
    fn id(&self) -> &'static str {
        "ipmitool-fru-text"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "ipmitool fru, ipmi-fru: replaceable units"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let Ok(text) = std::str::from_utf8(&head[..key_value_text::utf8_len(head)]) else { return Fit::No };
        if head.is_quoted() {
            return Fit::No;
        }
        let lines = || text.lines().filter(|line| !line.trim().is_empty()).take(100);
        let begins = lines().any(|line| unit_of(line).is_some());
        let shaped = lines().filter(|line| line.contains(':') || line.trim_end().ends_with(')')).count();
        if begins && shaped * 2 >= lines().count() { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::new(Units {
            facts: HostFacts::default(),
            unit: Unit::default(),
            supplies: BTreeSet::new(),
        }))
    }
}

/// The unit that a heading begins: `FRU Device Description : Builtin FRU Device (ID 0)`,
/// `FRU Inventory Device: PS1 (ID 05h)`.
fn unit_of(line: &str) -> Option<&str> {
    let (key, value) = split(line, ':')?;
    matches!(key, "FRU Device Description" | "FRU Inventory Device").then_some(value)
}

#[derive(Default)]
struct Unit {
    name: String,
    product: Option<String>,
    vendor: Option<String>,
    board: Option<String>,
    board_vendor: Option<String>,
    serial: Option<String>,
}

struct Units {
    facts: HostFacts,
    unit: Unit,
    supplies: BTreeSet<String>,
}

impl LineReader for Units {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        if let Some(host) = shell_prompt::host_of(&text) {
            self.keep(sink);
            self.facts.name(host);
            return Fate::Ignored("shell-prompt");
        }
        if let Some(name) = unit_of(&text) {
            self.end_of_unit();
            self.unit.name = name.to_owned();
            return Fate::Parsed;
        }
        let Some((key, value)) = split(&text, ':') else { return Fate::Ignored("heading-or-list-item") };
        let slot = match key.strip_prefix("FRU ").unwrap_or(key) {
            "Product Name" => &mut self.unit.product,
            "Product Manufacturer" | "Product Manufacturer Name" => &mut self.unit.vendor,
            "Board Product" | "Board Product Name" => &mut self.unit.board,
            "Product Serial" | "Product Serial Number" => &mut self.unit.serial,
            "Board Mfg" | "Board Manufacturer" => &mut self.unit.board_vendor,
            _ => return Fate::Parsed,
        };
        if !spelling::says_nothing(value) {
            slot.get_or_insert_with(|| value.to_owned());
        }
        Fate::Parsed
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.keep(sink);
    }
}

impl Units {
    fn end_of_unit(&mut self) {
        let unit = std::mem::take(&mut self.unit);
        let lower = unit.name.to_ascii_lowercase();
        let number = lower.rsplit_once("(id ").map(|(_, id)| id.trim_end_matches([')', 'h']));
        // IPMI v2.0 §34: device 0 is the BMC's own, the machine's.
        if number.is_some_and(|id| id.trim_start_matches('0').is_empty()) || lower.starts_with("builtin") {
            if let Some(serial) = unit.serial {
                self.facts.put_serial(&serial);
            }
            for (factor, value) in
                [("model", unit.product.or(unit.board)), ("vendor", unit.vendor.or(unit.board_vendor))]
            {
                if let Some(value) = value {
                    self.facts.put(factor, &value);
                }
            }
        } else if lower.starts_with("ps") || lower.starts_with("pwr") || lower.contains("power supply") {
            self.supplies.extend(unit.product.or(unit.board));
        }
    }

    fn keep(&mut self, sink: &mut Sink<'_>) {
        self.end_of_unit();
        let supplies = std::mem::take(&mut self.supplies);
        if !supplies.is_empty() {
            self.facts.put("power_supply", &supplies.into_iter().collect::<Vec<_>>().join(" + "));
        }
        let facts = std::mem::take(&mut self.facts);
        if !facts.is_empty() {
            facts.keep(sink);
        }
    }
}
