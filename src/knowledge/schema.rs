//! The shape of a signature.

use serde::{Deserialize, Serialize};

use crate::model::Cause;

/// What a matched line or record says about a host. The decision table works on these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The kernel starts.
    BootStart,
    /// The BMC saw the system start or power up.
    BootSign,
    /// A line of the boot that names firmware, kernel or microcode.
    Version,
    /// The system is shut down or restarted in order.
    Graceful,
    /// A kernel is replaced without a firmware reset.
    Kexec,
    Panic,
    /// The kernel noticed a bug of its own and went on.
    Oops,
    HardwareFatal,
    HardwareCorrected,
    Watchdog,
    /// A watchdog was left running by a shutdown in order; what it does then is no failure.
    WatchdogLeft,
    Thermal,
    ThermalWarning,
    /// The whole machine lost its power.
    PowerLost,
    /// One power supply lost its input.
    SupplyLost,
    PowerRestored,
    /// The system's power was switched off, by whatever.
    PowerOff,
    /// Somebody asked the BMC for it.
    PowerCommand,
    /// Somebody pressed a button.
    Button,
    /// Somebody asked for it on a shell.
    Operator,
    /// A program asked for it by schedule.
    Automation,
    OutOfMemory,
    StorageFault,
    StorageWarning,
    /// A file system was not unmounted: the stop before was not orderly.
    Unclean,
    /// Something was stuck.
    Hang,
    /// A backup froze the file systems.
    Freeze,
    Thaw,
    /// The hypervisor asked for it.
    HypervisorRequest,
    /// A clock was set.
    ClockSet,
    LogCleared,
    LogFull,
}

/// Where a signature is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reads {
    Log,
    Sel,
}

/// How sure the meaning is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    Spec,
    Vendor,
    Source,
    Field,
    Guess,
}

/// A SEL event by its codes (IPMI v2.0 tables 42-2 and 42-3). Absent fields match anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelRule {
    pub sensor_type: Option<u8>,
    pub event_type: Option<u8>,
    #[serde(default)]
    pub offsets: Vec<u8>,
    /// Low four bits of event data 2, where the raw record is known (e.g. the restart cause).
    #[serde(default)]
    pub data2: Vec<u8>,
    /// Only asserted (the default) or only deasserted events.
    #[serde(default = "yes")]
    pub asserted: bool,
}

fn yes() -> bool {
    true
}

/// A line that a signature must match (in `hit`) or must not (in `miss`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Id of the format whose reader the sample goes through.
    pub format: String,
    pub text: String,
    #[serde(default)]
    pub why: String,
}

/// One entry of the knowledge base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Stable, never reused; lower case with dashes.
    pub id: String,
    pub title: String,
    pub class: Class,
    /// The cause that it points to, if it points to one.
    #[serde(default)]
    pub cause: Option<Cause>,
    pub reads: Reads,
    /// Log: programs whose lines count; empty means any.
    #[serde(default)]
    pub programs: Vec<String>,
    /// Log: one of these must stand in the line (checked first, by all signatures at once).
    #[serde(default)]
    pub literals: Vec<String>,
    /// Log: the message; SEL: the sensor and the event, joined by ` | `.
    #[serde(default)]
    pub pattern: Option<String>,
    /// SEL: any of these.
    #[serde(default)]
    pub sel: Vec<SelRule>,
    pub basis: Basis,
    /// Where the meaning comes from.
    pub source: String,
    /// What to do or look at.
    pub next: String,
    pub hit: Vec<Sample>,
    pub miss: Vec<Sample>,
}
