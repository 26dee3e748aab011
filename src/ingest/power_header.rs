//! What a column's header or a sensor's name says of power: whether it is the draw of a whole machine (or
//! outlet), in what unit, and whose.

use super::watts::factor_of;

/// What a header or a sensor's name tells.
#[derive(Debug, Clone, PartialEq)]
pub struct PowerName {
    /// Whose it is, as far as the words say; empty if they do not.
    pub of: String,
    /// Watts in one unit.
    pub factor: f64,
    /// A mean or an output is taken only where there is nothing better.
    pub second_best: bool,
}

/// Words for power, in the languages that exports come in.
const POWER: &[&str] = &[
    "power",
    "pwr",
    "powers",
    "wattage",
    "consumption",
    "consumed",
    "draw",
    "leistung",
    "wirkleistung",
    "leistungsaufnahme",
    "puissance",
    "potencia",
    "potência",
    "potenza",
    "vermogen",
    "moc",
    "мощность",
];

/// Words beside which it is no draw: other quantities, limits, extremes.
const OTHER: &[&str] = &[
    "energy",
    "energie",
    "kwh",
    "wh",
    "mwh",
    "va",
    "kva",
    "var",
    "kvar",
    "factor",
    "pf",
    "limit",
    "cap",
    "capped",
    "capping",
    "capacity",
    "rated",
    "rating",
    "max",
    "maximum",
    "min",
    "minimum",
    "peak",
    "budget",
    "allocated",
    "available",
    "requested",
    "threshold",
    "headroom",
    "apparent",
    "reactive",
    "cost",
    "temp",
    "temperature",
    "percent",
    "percentage",
    "pct",
    "state",
    "status",
    "event",
    "restore",
    "redundancy",
    "hours",
    "hour",
    "loss",
    "fail",
    "failure",
    "fault",
    "good",
    "cycle",
    "cycles",
    "supply",
    "supplies",
    "mode",
    "type",
    "source",
    "id",
    "unit",
    "off",
    "policy",
    "margin",
    "interval",
    "efficiency",
    "warning",
    "critical",
    "since",
    "changed",
    "optimized",
    "seconds",
    "joules",
    "throttle",
    "start",
    "end",
    "date",
    "volt",
    "volts",
    "voltage",
    "amps",
    "amp",
    "current_a",
    "hz",
    "rpm",
    "dbm",
    "optical",
    "tx",
    "rx",
];

/// Parts of a machine: their draw is not the machine's.
const PARTS: &[&str] = &[
    "cpu",
    "proc",
    "processor",
    "gpu",
    "dram",
    "dimm",
    "mem",
    "memory",
    "fan",
    "fans",
    "disk",
    "hdd",
    "ssd",
    "nvme",
    "pch",
    "package",
    "pkg",
    "core",
    "cores",
    "uncore",
    "nic",
    "pcie",
    "pci",
    "storage",
    "fpga",
    "ps",
    "psu",
    "vrm",
    "vr",
    "soc",
    "drive",
    "riser",
    "accelerator",
    "battery",
    "rail",
    "poe",
    "port",
];

/// Words that say how, not whose.
const MANNER: &[&str] = &[
    "active",
    "real",
    "input",
    "in",
    "total",
    "avg",
    "average",
    "mean",
    "instantaneous",
    "inst",
    "current",
    "now",
    "reading",
    "value",
    "sensor",
    "ac",
    "ipmi",
    "dcmi",
    "measured",
    "actual",
    "of",
    "the",
    "hwmon",
    "redfish",
    "idrac",
    "ilo",
    "bmc",
    "sum",
    "last",
    "usage",
    "used",
    "use",
    "load",
    "level",
    "meter",
    "metered",
    "metric",
    "series",
    "output",
    "out",
    "by",
    "for",
    "entity",
    "time",
    "per",
    "supplied",
    "control",
    "metrics",
    "statistics",
];

/// Words that name whose it is only together with another one (`node 3`).
const KINDS: &[&str] =
    &["node", "host", "server", "system", "sys", "machine", "chassis", "device", "outlet", "board", "pdu"];

/// Words of meters in houses and on roofs. What is measured there is no machine of ours.
const BUILDINGS: &[&str] = &[
    "solar",
    "pv",
    "photovoltaic",
    "photovoltaik",
    "wechselrichter",
    "house",
    "household",
    "home",
    "haus",
    "haushalt",
    "maison",
    "casa",
    "kitchen",
    "heatpump",
    "wallbox",
    "oven",
    "fridge",
    "dishwasher",
    "dryer",
];
/// Whole headers of the same meters, of words that alone could be of a data centre.
const BUILDING_HEADERS: &[&str] =
    &["inverter", "global_active_power", "heat pump", "ev charger", "appliances"];

/// Whether a column is of a meter in a building or on its roof.
#[must_use]
pub fn is_of_a_building(header: &str) -> bool {
    let lower = header.trim().trim_start_matches('\u{feff}').to_lowercase();
    // A series of a collector's names its host, whatever else it holds.
    if lower.contains("=\"") {
        return false;
    }
    BUILDING_HEADERS.iter().any(|known| lower.starts_with(known))
        || lower.split(|c: char| !c.is_alphanumeric()).any(|word| BUILDINGS.contains(&word))
}

/// What `header` says, `None` if it is not about the draw of a machine or outlet.
#[must_use]
pub fn power_name(header: &str) -> Option<PowerName> {
    let header = header.trim().trim_start_matches('\u{feff}').trim();
    if header.chars().count() > 300 || header.contains('%') {
        return None;
    }
    if header.contains("=\"") {
        return of_labels(header);
    }
    let words = words_of(header);
    let (factor, is_power, second_best) = quantity(&words)?;
    is_power.then(|| PowerName { of: owner(header, &words), factor, second_best })
}

/// A word, and where it stands.
struct Word<'a> {
    text: &'a str,
    lower: String,
    at: usize,
}

fn words_of(header: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut at = 0;
    for text in header.split(|c: char| !c.is_alphanumeric()) {
        let found = header[at..].find(text).map_or(at, |step| at + step);
        if !text.is_empty() {
            for (step, part) in camel_parts(text) {
                words.push(Word { text: part, lower: part.to_lowercase(), at: found + step });
            }
        }
        at = found + text.len();
    }
    words
}

/// `PowerConsumedWatts` as its three words, where all of them are words that are known; else whole.
fn camel_parts(text: &str) -> Vec<(usize, &str)> {
    let mut parts = Vec::new();
    let mut from = 0;
    let mut before = None::<char>;
    for (at, c) in text.char_indices() {
        if c.is_uppercase() && before.is_some_and(char::is_lowercase) {
            parts.push((from, &text[from..at]));
            from = at;
        }
        before = Some(c);
    }
    parts.push((from, &text[from..]));
    let known = |word: &str| {
        let lower = word.to_lowercase();
        [POWER, OTHER, PARTS, MANNER, KINDS].iter().any(|list| list.contains(&lower.as_str()))
            || matches!(lower.as_str(), "watts" | "watt")
    };
    if parts.len() > 1 && parts.iter().all(|(_, part)| known(part)) { parts } else { vec![(0, text)] }
}

/// Watts in a unit, whether it is power at all, whether it is second best. `None`: it is something else.
fn quantity(words: &[Word<'_>]) -> Option<(f64, bool, bool)> {
    let mut factor = None;
    let (mut is_power, mut second_best) = (false, false);
    for word in words {
        let lower = word.lower.as_str();
        let stem = lower.trim_end_matches(|c: char| c.is_ascii_digit());
        if OTHER.contains(&lower) || PARTS.contains(&stem) {
            return None;
        }
        if let Some(unit) = factor_of(word.text) {
            factor = Some(unit);
        }
        is_power |= POWER.contains(&lower);
        second_best |= matches!(lower, "avg" | "average" | "mean" | "output" | "out");
    }
    Some((factor.unwrap_or(1.0), is_power || factor.is_some(), second_best))
}

/// What is left of the header when the words for power, its unit and its manner are taken away at both ends.
fn owner(header: &str, words: &[Word<'_>]) -> String {
    let says_how = |word: &Word<'_>| {
        let lower = word.lower.as_str();
        POWER.contains(&lower) || MANNER.contains(&lower) || factor_of(word.text).is_some()
    };
    let left: Vec<&Word<'_>> = words.iter().filter(|word| !says_how(word)).collect();
    if left.iter().all(|word| KINDS.contains(&word.lower.as_str())) {
        return String::new();
    }
    match (left.first(), left.last()) {
        (Some(first), Some(last)) => header[first.at..last.at + last.text.len()].to_owned(),
        _ => String::new(),
    }
}

/// Labels that name a host, in order of preference.
const HOST_LABELS: &[&str] = &[
    "host",
    "hostname",
    "nodename",
    "node",
    "server",
    "instance",
    "exported_instance",
    "target",
    "device",
    "name",
];

/// A series as Prometheus and Grafana name it: `metric{label="value", …}`.
fn of_labels(header: &str) -> Option<PowerName> {
    let open = header.find('{')?;
    let labels = labels_of(&header[open + 1..]);
    let metric = match header[..open].trim() {
        "" => labels.iter().find(|(name, _)| *name == "__name__").map(|(_, value)| *value)?,
        metric => metric,
    };
    let (factor, is_power, second_best) = quantity(&words_of(metric))?;
    if !is_power {
        return None;
    }
    Some(PowerName { of: host_label(&labels).unwrap_or_default(), factor, second_best })
}

fn labels_of(text: &str) -> Vec<(&str, &str)> {
    let mut labels = Vec::new();
    let mut rest = text;
    while let Some((name, tail)) = rest.split_once("=\"") {
        let Some((value, tail)) = tail.split_once('"') else { break };
        labels.push((name.trim_matches([',', ' ', '{']), value));
        rest = tail;
    }
    labels
}

fn host_label(labels: &[(&str, &str)]) -> Option<String> {
    let value = HOST_LABELS
        .iter()
        .find_map(|wanted| labels.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)))?
        .1;
    Some(without_port(value).to_owned())
}

/// The host of `host=kvm01,sensor=power`, as InfluxDB 1 exports its tags.
#[must_use]
pub fn host_of_tags(tags: &str) -> Option<String> {
    let labels: Vec<(&str, &str)> = tags.split(',').filter_map(|tag| tag.split_once('=')).collect();
    host_label(&labels)
}

/// `kvm01:9100` is `kvm01`.
#[must_use]
pub fn without_port(name: &str) -> &str {
    match name.rsplit_once(':') {
        Some((host, port))
            if !host.contains(':') && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            host
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_whose_power_it_is_and_in_what_unit() {
        for (header, of, factor) in [
            ("watts", "", 1.0),
            ("Power (W)", "", 1.0),
            ("Active Power [kW]", "", 1000.0),
            ("PowerConsumedWatts", "", 1.0),
            ("kvm01 power", "kvm01", 1.0),
            ("web_01_power_w", "web_01", 1.0),
            ("kvm07.example.com (kW)", "kvm07.example.com", 1000.0),
            ("Node 3 Power (W)", "Node 3", 1.0),
            ("Server Power", "", 1.0),
            ("Leistung (W)", "", 1.0),
            ("ipmi_dcmi_power_consumption_watts{instance=\"kvm07:9290\", job=\"ipmi\"}", "kvm07", 1.0),
            ("{__name__=\"node_hwmon_power_average_watt\", instance=\"kvm08:9100\"}", "kvm08", 1.0),
        ] {
            let name = power_name(header).unwrap_or_else(|| panic!("{header}"));
            assert_eq!((name.of.as_str(), name.factor), (of, factor), "{header}");
        }
    }

    #[test]
    fn other_quantities_limits_and_parts_are_not_the_draw() {
        for header in [
            "host",
            "Energy (kWh)",
            "Apparent Power (VA)",
            "Power Factor",
            "Power Limit (W)",
            "CPU1 Power (W)",
            "psu2_input_power_w",
            "Power %",
            "Max Power",
            "Power Supply",
            "power state",
            "Temp (C)",
            "PS1 Power In",
        ] {
            assert_eq!(power_name(header), None, "{header}");
        }
    }
}
