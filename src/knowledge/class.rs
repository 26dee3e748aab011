//! What a matched line or record says about a host.

use serde::{Deserialize, Serialize};

/// The decision table works on these; a signature gives one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    BootStart,
    BootSign,
    Version,
    Graceful,
    Kexec,
    Panic,
    Oops,
    HardwareFatal,
    HardwareCorrected,
    Watchdog,
    WatchdogLeft,
    Thermal,
    ThermalWarning,
    PowerLost,
    SupplyLost,
    PowerRestored,
    PowerOff,
    PowerCommand,
    Button,
    Operator,
    Automation,
    OutOfMemory,
    StorageFault,
    StorageWarning,
    Unclean,
    Hang,
    Freeze,
    Thaw,
    HypervisorRequest,
    ClockSet,
    LogCleared,
    LogFull,
    Context,
}

impl Class {
    /// Every class with the word that stands for it in the files, and its meaning.
    pub const ALL: [(Self, &'static str, &'static str); 33] = [
        (Self::BootStart, "boot_start", "the kernel starts"),
        (Self::BootSign, "boot_sign", "the BMC saw the system start or power up"),
        (Self::Version, "version", "a line of the boot that names firmware, kernel or microcode"),
        (Self::Graceful, "graceful", "the system is shut down or restarted in order"),
        (Self::Kexec, "kexec", "a kernel is replaced without a firmware reset"),
        (Self::Panic, "panic", "the kernel gave up"),
        (Self::Oops, "oops", "the kernel noticed a bug of its own and went on"),
        (Self::HardwareFatal, "hardware_fatal", "hardware reported an error that it could not correct"),
        (Self::HardwareCorrected, "hardware_corrected", "hardware corrected an error"),
        (Self::Watchdog, "watchdog", "a watchdog ran out or reset the system"),
        (
            Self::WatchdogLeft,
            "watchdog_left",
            "a watchdog was left running by a shutdown in order; what it does then is no failure",
        ),
        (Self::Thermal, "thermal", "the system or a processor was shut off for heat"),
        (Self::ThermalWarning, "thermal_warning", "something was too hot, and went on"),
        (Self::PowerLost, "power_lost", "the whole machine lost its power"),
        (Self::SupplyLost, "supply_lost", "one power supply lost its input or failed, or a UPS took over"),
        (Self::PowerRestored, "power_restored", "power came back"),
        (Self::PowerOff, "power_off", "the system's power was switched off, by whatever"),
        (Self::PowerCommand, "power_command", "somebody asked the BMC for it"),
        (Self::Button, "button", "somebody pressed a button"),
        (Self::Operator, "operator", "somebody asked for it on a shell or through a cloud's interface"),
        (Self::Automation, "automation", "a program asked for it by schedule"),
        (Self::OutOfMemory, "out_of_memory", "memory ran out"),
        (Self::StorageFault, "storage_fault", "storage failed under the system"),
        (Self::StorageWarning, "storage_warning", "storage was slow or returned errors"),
        (Self::Unclean, "unclean", "a file system was not unmounted: the stop before was not orderly"),
        (Self::Hang, "hang", "something was stuck"),
        (Self::Freeze, "freeze", "a backup froze the file systems"),
        (Self::Thaw, "thaw", "a backup thawed the file systems"),
        (Self::HypervisorRequest, "hypervisor_request", "the hypervisor or the cloud asked for it"),
        (Self::ClockSet, "clock_set", "a clock was set"),
        (Self::LogCleared, "log_cleared", "a log was cleared: what came before is lost"),
        (Self::LogFull, "log_full", "a log is full: what comes next is lost"),
        (Self::Context, "context", "bears on how an end is read, and is no trouble by itself"),
    ];

    /// The word in the knowledge files.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(class, _, _)| *class == self).map_or("", |(_, word, _)| word)
    }

    /// The inverse of [`Class::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == word).map(|(class, _, _)| *class)
    }

    /// What it means, as a clause.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        Self::ALL.iter().find(|(class, _, _)| *class == self).map_or("", |(_, _, meaning)| meaning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_the_files() {
        for (class, word, _) in Class::ALL {
            let read: Class = serde::Deserialize::deserialize(serde::de::value::StrDeserializer::<
                serde::de::value::Error,
            >::new(word))
            .unwrap();
            assert_eq!((read, class.word(), Class::from_word(word)), (class, word, Some(class)));
        }
    }
}
