//! What is run: planted causes and fleets without one, per size.

use std::str::FromStr;

use crate::fleets::{Factors, Scenario};

/// Hosts and incidents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub hosts: usize,
    pub incidents: usize,
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (hosts, incidents) = text.split_once(':').ok_or("hosts:incidents, as in 41:10")?;
        let number = |text: &str| text.parse().map_err(|_| format!("`{text}` is no number"));
        Ok(Self { hosts: number(hosts)?, incidents: number(incidents)? })
    }
}

impl Size {
    /// The shares of incidents that planted causes account for: weaker ones where there is more to see.
    /// Below ten incidents only fleets without a cause are of interest.
    fn shares(self) -> &'static [f64] {
        match self.incidents {
            0..10 => &[],
            10..=20 => &[0.5, 0.8],
            21..=100 => &[0.3, 0.5, 0.8],
            _ => &[0.1, 0.3, 0.5],
        }
    }

    /// Planted fleets per kind, if nobody says otherwise.
    pub fn usual_runs(self) -> usize {
        match self.hosts {
            0..=100 => 200,
            101..=1000 => 100,
            _ => 40,
        }
    }
}

/// One row of a table.
#[derive(Debug, Clone)]
pub struct Row {
    pub name: String,
    pub scenario: Scenario,
}

impl Row {
    pub fn is_null(&self) -> bool {
        self.scenario.kind == "null"
    }

    pub fn has_two_causes(&self) -> bool {
        self.scenario.kind.contains('+')
    }
}

const KINDS: [&str; 10] =
    ["model", "bios", "rack", "os&hv", "backup", "backup&os", "backup&os&hv", "night", "uptime208", "ecc24h"];
/// Told only when asked for by name.
const MORE_KINDS: [&str; 6] = ["uptime131", "lemon", "feed", "operator", "memory", "bios-mce"];

/// The rows for a size. `only` holds kinds of planted causes, names of nulls, `planted` or `null`.
pub fn rows(size: Size, factors: Factors, only: &[String], shares: &[f64]) -> Vec<Row> {
    let asked = |name: &str| only.iter().any(|only| only == name);
    let shares = if shares.is_empty() { size.shares() } else { shares };
    let mut rows = Vec::new();
    let mut add = |name: String, group: &str, scenario: Scenario| {
        if only.is_empty() || asked(&name) || asked(group) || asked(scenario.kind) {
            rows.push(Row { name, scenario: Scenario { factors, ..scenario } });
        }
    };
    for kind in KINDS {
        for share in shares {
            add(format!("{kind} {share}"), "planted", Scenario::new(kind, *share));
        }
    }
    if !shares.is_empty() {
        for kind in ["model", "bios"] {
            let scenario = Scenario { bursts: 2, ..Scenario::new(kind, 0.5) };
            add(format!("{kind} 0.5 and two bursts"), "planted", scenario);
        }
        for kind in ["model+backup", "bios+ecc24h"] {
            add(format!("{kind} 0.4"), "planted", Scenario::new(kind, 0.4));
        }
    }
    for kind in MORE_KINDS.into_iter().filter(|kind| asked(kind)) {
        for share in shares {
            let mixed = matches!(kind, "feed" | "operator" | "memory" | "bios-mce");
            add(format!("{kind} {share}"), "", Scenario { mixed, ..Scenario::new(kind, *share) });
        }
    }
    for (name, scenario) in nulls() {
        add(name.to_owned(), "null", scenario);
    }
    rows
}

pub const HOMOGENEOUS: &str = "homogeneous";
pub const BURSTS: &str = "two bursts";
pub const FRAIL: &str = "frail hosts";
pub const MILD_NIGHT: &str = "mild night";

fn nulls() -> [(&'static str, Scenario); 6] {
    let null = Scenario::new("null", 0.0);
    [
        (HOMOGENEOUS, null),
        (BURSTS, Scenario { bursts: 2, ..null }),
        (FRAIL, Scenario { frail: true, ..null }),
        ("mixed causes", Scenario { mixed: true, ..null }),
        ("frail, bursts, mixed", Scenario { frail: true, bursts: 2, mixed: true, ..null }),
        (MILD_NIGHT, Scenario { mild_night: 0.15, ..null }),
    ]
}
