//! What a person can do about a factor, and what it proves.
//!
//! A BIOS can be updated where it stands. A model cannot: only the work can be taken off it. Which
//! of these holds for a factor is read from the words of its name.

use crate::model::Term;

/// How hosts leave a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lever {
    /// Another version is installed.
    Update,
    /// Another feed, rack or hypervisor.
    Relocate,
    /// Another task.
    Reassign,
    /// The hardware stays what it is; its work goes elsewhere.
    SwapWork,
}

const INSTALLED: [&str; 20] = [
    "bios",
    "uefi",
    "firmware",
    "fw",
    "bmc",
    "idrac",
    "ilo",
    "kernel",
    "driver",
    "os",
    "system",
    "microcode",
    "ucode",
    "software",
    "version",
    "release",
    "image",
    "patch",
    "agent",
    "libvirt",
];
const PLACES: [&str; 14] = [
    "pdu",
    "ups",
    "feed",
    "circuit",
    "rack",
    "row",
    "room",
    "site",
    "datacenter",
    "switch",
    "chassis",
    "enclosure",
    "hypervisor",
    "cluster",
];
const TASKS: [&str; 8] = ["role", "service", "application", "tenant", "workload", "load", "task", "customer"];

/// Names of one and the same host-time, the one to lead with first: what people act on most readily
/// and can be had most cheaply, then what they recognise, then what is only another mark of it.
const LEADS: [&str; 16] = [
    "bios",
    "kernel",
    "firmware",
    "fw",
    "bmc",
    "driver",
    "os",
    "hypervisor",
    "model",
    "pdu",
    "rack",
    "role",
    "site",
    "cpu",
    "microcode",
    "year",
];

impl Lever {
    pub fn of(factor: &str, is_locality: bool) -> Self {
        let has = |list: &[&str]| words(factor).any(|word| list.contains(&word.as_str()));
        if is_locality || has(&PLACES) {
            Self::Relocate
        } else if has(&INSTALLED) {
            Self::Update
        } else if has(&TASKS) {
            Self::Reassign
        } else {
            Self::SwapWork
        }
    }

    /// Whether hosts that have left the group and then stay quiet convict the factor. Where only the
    /// work was taken away, quiet convicts the work.
    pub fn quiet_convicts(self) -> bool {
        self != Self::SwapWork
    }
}

/// Place of a name in the documented order of leading names; the fewer terms the better.
pub(super) fn lead_order(terms: &[Term]) -> (usize, usize) {
    let place = |term: &Term| {
        LEADS.iter().position(|lead| words(&term.factor).any(|word| word == *lead)).unwrap_or(LEADS.len())
    };
    (terms.len(), terms.iter().map(place).min().unwrap_or(LEADS.len()))
}

/// `BIOS version`, `bios_version` and `bios-version` are the same two words.
fn words(factor: &str) -> impl Iterator<Item = String> + '_ {
    factor.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_updated_is_told_from_what_must_be_moved() {
        for (factor, lever) in [
            ("bios_version", Lever::Update),
            ("raid_fw", Lever::Update),
            ("Operating System", Lever::Update),
            ("model", Lever::SwapWork),
            ("purchase_year", Lever::SwapWork),
            ("role", Lever::Reassign),
            ("pdu", Lever::Relocate),
            ("hypervisor", Lever::Relocate),
            ("cost_centre", Lever::SwapWork),
        ] {
            assert_eq!(Lever::of(factor, false), lever, "{factor}");
        }
        assert_eq!(Lever::of("feed_b", true), Lever::Relocate);
    }

    #[test]
    fn a_model_leads_before_its_microcode_and_a_bios_before_both() {
        let of = |factor: &str| lead_order(&[Term::new(factor, "x")]);
        assert!(of("bios_version") < of("model") && of("model") < of("microcode"));
        assert!(of("microcode") < lead_order(&[Term::new("os", "x"), Term::new("role", "y")]));
    }
}
