//! How a run of a host ends: the words of the truth and the mechanics behind them.

use chrono::{DateTime, Utc};

/// True time; what the clocks of a fleet make of it is another matter.
pub type T = DateTime<Utc>;

/// The proximate cause, in the words of `findings.json`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    Unexplained,
    PowerLoss,
    KernelPanic,
    Watchdog,
    HardwareError,
    Thermal,
    MemoryExhaustion,
    Storage,
    Hang,
    Operator,
    Maintenance,
    Clean,
}

impl Cause {
    /// The word in `findings.json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unexplained => "unexplained",
            Self::PowerLoss => "power_loss",
            Self::KernelPanic => "kernel_panic",
            Self::Watchdog => "watchdog",
            Self::HardwareError => "hardware_error",
            Self::Thermal => "thermal",
            Self::MemoryExhaustion => "memory_exhaustion",
            Self::Storage => "storage",
            Self::Hang => "hang",
            Self::Operator => "operator",
            Self::Maintenance => "maintenance",
            Self::Clean => "clean",
        }
    }
}

/// Who asked for an orderly end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Actor {
    /// A person with sudo on the host.
    Sudo,
    /// Configuration management, run by the maintenance job.
    Automation,
    /// The distribution's own updater.
    Unattended,
    /// The Kubernetes reboot daemon.
    Kured,
    /// `chassis power soft` from the controller.
    BmcSoft,
}

/// What a fatal machine error shows itself as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// SEL: IERR.
    Ierr,
    /// SEL: uncorrectable ECC; kernel: EDAC UE or a machine check after the reboot.
    MemoryUe,
    /// SEL: bus fatal error.
    PcieFatal,
    /// Only a machine check or a BERT record in the next boot.
    NextBoot,
    /// A panic with `Fatal machine check`.
    McePanic,
}

/// How a hung machine was brought back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rescue {
    /// Reset button on the front.
    Button,
    /// `chassis power cycle` through the controller.
    BmcCycle,
    /// Reset of a guest by the hypervisor's user: no trace in the guest.
    Hypervisor,
}

/// The mechanics of an end: this decides which lines and records exist.
#[derive(Clone, Debug)]
pub enum Way {
    /// Services stopped in order. `resets` counts how often the firmware went through POST before the kernel
    /// came back; `late_watchdog` is a watchdog record that follows the orderly stop.
    Orderly {
        actor: Actor,
        poweroff: bool,
        resets: u8,
        late_watchdog: bool,
    },
    /// A reset out of nothing.
    Silent,
    /// Input power gone.
    PowerCut,
    Panic {
        text: usize,
        in_log: bool,
        in_sel: bool,
    },
    /// Hang, then the hardware watchdog.
    Watchdog {
        lockup_logged: bool,
    },
    Machine {
        fault: Fault,
        dimm: u8,
    },
    ThermalTrip {
        os_saw_it: bool,
    },
    OomPanic,
    StorageFault {
        then_outage: bool,
    },
    Hang {
        rescue: Rescue,
    },
    /// A guest frozen by its backup.
    Frozen {
        hyperv: bool,
    },
    /// The clock overflow after 208.5 days.
    Overflow {
        panics: bool,
    },
    /// A controller user cut the power of a healthy host.
    BmcHand,
    /// A guest that fell with its hypervisor.
    WithHost,
}

/// What is new after the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Index into the model's BIOS releases.
    Bios(usize),
    /// Index into the kernels of the operating system.
    Kernel(usize),
}

/// One end of one boot of one host.
#[derive(Clone, Debug)]
pub struct End {
    pub host: usize,
    /// When the host stopped working.
    pub at: T,
    /// When the next kernel started; none if it never did within the data.
    pub back_at: Option<T>,
    pub planned: bool,
    pub cause: Cause,
    pub way: Way,
    pub changes: Vec<Change>,
    /// Belongs to the planted cause.
    pub planted: bool,
    /// A guest that went down because its hypervisor did.
    pub inherited: bool,
    /// Shared event: ends with the same number are one.
    pub cluster: Option<u32>,
}

impl End {
    /// The kind in the words of `findings.json`.
    pub fn kind(&self) -> &'static str {
        match (&self.way, self.back_at) {
            (Way::Orderly { poweroff: true, .. }, _) => "shutdown",
            (_, None) => "outage",
            _ => "reboot",
        }
    }

    /// True when services were stopped in order.
    pub fn orderly(&self) -> bool {
        matches!(self.way, Way::Orderly { .. })
    }
}
