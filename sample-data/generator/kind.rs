//! The scenarios: what is wrong with a fleet.

use clap::ValueEnum;

/// One kind of planted trouble.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Kind {
    /// A BIOS release resets silently; it sits on one model only.
    Reboots,
    /// One server model fails more often, in several ways.
    Model,
    /// Guests of one operating system freeze while they are backed up.
    Backups,
    /// An old UPS drops everything on its feed, several times.
    Feed,
    /// Old kernels stop after 208.5 days.
    Uptime,
    /// Correctable ECC errors come before uncorrectable ones.
    Memory,
    /// People reboot the wrong host.
    Operator,
    /// One bad host.
    Lemon,
    /// Incidents cluster in the night.
    Night,
    /// The cooling of one rack fails.
    Thermal,
    /// One kernel release panics.
    Kernel,
    /// A firmware release of the RAID controller faults.
    Storage,
    /// One operating system in one role: neither alone.
    Interaction,
    /// A BIOS release rolled out in the middle of the year makes things worse.
    Update,
    /// Nothing but chance.
    #[default]
    Chance,
    /// Chance, and two rack outages.
    Outages,
}

impl Kind {
    /// Its name on the command line.
    pub fn word(self) -> String {
        self.to_possible_value().map(|v| v.get_name().to_string()).unwrap_or_default()
    }
}
