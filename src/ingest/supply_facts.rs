//! Power supplies of a machine, as facts about the host.

use std::collections::BTreeMap;

use super::sink::Sink;
use crate::model::Stamp;
use crate::model::record::{Body, InventoryFact};

/// A supply, as far as a source describes it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Supply {
    pub model: Option<String>,
    pub firmware: Option<String>,
    /// What it can give at most.
    pub watts: Option<f64>,
}

/// Keeps the supplies of one machine as the factors `psu_count`, `psu_model`, `psu_firmware` and `psu_watts`.
/// Machines with unlike supplies have all their values, joined: mixing them is a cause by itself.
pub fn keep(supplies: &[Supply], host: Option<String>, sink: &mut Sink<'_>) {
    let described = supplies.iter().any(|supply| *supply != Supply::default());
    if !described {
        return;
    }
    let mut factors = BTreeMap::new();
    factors.insert("psu_count".to_owned(), supplies.len().to_string());
    let values = |of: fn(&Supply) -> Option<String>| {
        let mut values: Vec<String> = supplies.iter().filter_map(of).collect();
        values.sort();
        values.dedup();
        (!values.is_empty()).then(|| values.join(" + "))
    };
    for (name, value) in [
        ("psu_model", values(|supply| supply.model.clone())),
        ("psu_firmware", values(|supply| supply.firmware.clone())),
        ("psu_watts", values(|supply| supply.watts.map(|watts| format!("{watts:.0}")))),
    ] {
        if let Some(value) = value {
            factors.insert(name.to_owned(), value);
        }
    }
    let fact = InventoryFact { factors: factors.into(), from: None, to: None, serial: None };
    sink.record(host, Stamp::Missing, Body::Inventory(fact));
}

/// A text that says something.
#[must_use]
pub fn told(text: &str) -> Option<String> {
    let text = text.trim();
    let nothing = ["", "n/a", "na", "none", "null", "unknown", "-", "not available", "[n/a]"];
    (!nothing.contains(&text.to_lowercase().as_str())).then(|| text.to_owned())
}
