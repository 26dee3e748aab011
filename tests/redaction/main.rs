//! What must not leave the house does not, the same thing has the same name in every case, and what is left means what
//! it meant.

mod cues;
mod explicit;
mod long_lines;
mod many_names;
mod planted;
mod properties;
mod spellings;
mod structure;

use coroner::redaction::{Identifiers, Map, Redactor};

/// A key as a caller would draw it, but the same in each run.
fn key(seed: u8) -> [u8; 32] {
    std::array::from_fn(|place| seed.wrapping_mul(31).wrapping_add(place as u8 * 7))
}

/// A small fleet.
fn fleet() -> Identifiers {
    let mut fleet = Identifiers::new();
    for host in
        ["kvm07.dc1.corp.example", "kvm08.dc1.corp.example", "db.corp.example", "storage-3.dc2.corp.example"]
    {
        fleet.host(host);
    }
    fleet.user("alice");
    fleet.user("bob.smith");
    fleet.serial("JX4KQ93");
    fleet.serial("7Q2WLM3");
    fleet.keep("7Q2WLM3");
    fleet.keyword("Nightingale");
    fleet
}

fn redactor() -> Redactor {
    Redactor::new(Map::new(key(1)), fleet())
}

fn redacted(line: &str) -> String {
    redactor().redact_text(line)
}
