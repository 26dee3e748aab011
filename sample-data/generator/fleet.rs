//! A fleet: its hosts, what each leaves behind, and everything that happened.

use chrono::{TimeDelta, Timelike};
use chrono_tz::Tz;

use crate::bmc_clock::BmcClock;
use crate::end::{End, T};
use crate::kind::Kind;
use crate::machine::{Brand, Model, Os};

/// How SEL text was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum SelForm {
    List,
    Elist,
    Raw,
    FreeTable,
    FreeCsv,
}

/// How the SEL of a host was saved.
#[derive(Clone, Copy, Debug)]
pub struct SelStyle {
    pub form: SelForm,
    /// `06/04/2014` instead of `06/04/14`, and no zone (older ipmitool).
    pub old_tool: bool,
    /// FreeIPMI's state column.
    pub state_column: bool,
    /// ipmitool ran on a station in this zone and converted the times.
    pub station: Option<Tz>,
}

/// The shape of a host's log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum LogForm {
    Rfc3164,
    Rfc3339,
    JournalJson,
    JournalText,
    Dmesg,
    DmesgT,
}

/// How rotated logs are named.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rotation {
    /// `kern.log`, `kern.log.1`, `kern.log.2.gz`.
    Numbered,
    /// `kern.log`, `kern.log-20250301.gz`.
    Dated,
    /// One long file.
    Never,
}

/// How the log daemon sorts lines into files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Split {
    /// Everything in one file.
    Whole,
    /// `kern.log` and `auth.log`; somebody took these two and left the rest.
    KernAuth,
    /// `syslog`, `kern.log` and `auth.log`: lines of the kernel are in two of them.
    Three,
}

/// What a host leaves behind.
#[derive(Clone, Debug)]
pub struct Gear {
    pub sel: Option<SelStyle>,
    /// Only the last so many records survived.
    pub sel_keep: Option<usize>,
    /// An administrator cleared the SEL at this time.
    pub sel_cleared: Option<T>,
    /// The controller logs nothing at boot.
    pub sel_quiet_boot: bool,
    pub clock: BmcClock,
    pub log: Option<LogForm>,
    /// The log lines of the kernel carry `[ 12.345678]`.
    pub log_mono: bool,
    pub log_rotation: Rotation,
    pub log_split: Split,
    /// Lines outside this time are lost.
    pub log_from: T,
    pub log_to: T,
    /// The log has the host's full name.
    pub log_fqdn: bool,
    /// Its lines go to the central log host.
    pub central: bool,
    pub wtmp: bool,
    /// Minutes between two lines of background.
    pub cadence_min: i64,
    /// Updates and reboots by itself.
    pub auto_update: bool,
    /// The hardware watchdog is armed.
    pub watchdog: bool,
    /// Power is measured and in the table.
    pub metered: bool,
    /// Both power supplies hang on different feeds.
    pub dual_cord: bool,
}

/// One host.
#[derive(Clone, Debug)]
pub struct Host {
    pub ix: usize,
    /// As in its own logs.
    pub name: String,
    pub model: &'static Model,
    pub os: &'static Os,
    pub role: &'static str,
    pub rack: String,
    pub pdu: String,
    pub hypervisor: Option<usize>,
    pub purchase_year: i32,
    pub dimm_vendor: &'static str,
    pub raid_fw: &'static str,
    /// BIOS release by time, oldest first.
    pub bios: Vec<(T, usize)>,
    pub kernel: Vec<(T, usize)>,
    /// In the fleet from … to.
    pub from: T,
    pub to: T,
    /// When the kernel that ran at `from` had started.
    pub up_since: T,
    pub gear: Gear,
}

impl Host {
    /// The name in the lines of its log.
    pub fn log_name(&self) -> String {
        if self.gear.log_fqdn { format!("{}.example.com", self.name) } else { self.name.clone() }
    }

    /// True for a virtual machine.
    pub fn guest(&self) -> bool {
        self.model.brand == Brand::Virtual
    }

    /// The index of the BIOS release that ran at `t`.
    pub fn bios_at(&self, t: T) -> usize {
        self.bios.iter().rev().find(|(from, _)| *from <= t).map_or(self.bios[0].1, |(_, b)| *b)
    }

    /// The index of the kernel that ran at `t`.
    pub fn kernel_at(&self, t: T) -> usize {
        self.kernel.iter().rev().find(|(from, _)| *from <= t).map_or(self.kernel[0].1, |(_, k)| *k)
    }

    /// The kernel's release at `t`.
    pub fn kernel_name(&self, t: T) -> &'static str {
        self.os.kernels[self.kernel_at(t)]
    }

    /// The BIOS version at `t`.
    pub fn bios_name(&self, t: T) -> &'static str {
        self.model.bios[self.bios_at(t)].0
    }

    /// The log of this time survives.
    pub fn logged(&self, t: T) -> bool {
        let gear = &self.gear;
        let whole = gear.log.is_some_and(|form| !matches!(form, LogForm::Dmesg | LogForm::DmesgT));
        whole && t > gear.log_from + TimeDelta::days(1) && t < gear.log_to - TimeDelta::days(1)
    }

    /// The SEL of this time survives, as far as a person could have cleared it.
    pub fn sel_kept(&self, t: T) -> bool {
        self.gear.sel.is_some() && self.gear.sel_cleared.is_none_or(|cleared| t > cleared)
    }

    /// In the fleet and not at its very edge.
    pub fn present(&self, t: T) -> bool {
        t > self.from + TimeDelta::hours(6) && t < self.to - TimeDelta::hours(6)
    }
}

/// An announced window.
#[derive(Clone, Debug)]
pub struct Window {
    pub start: T,
    pub end: T,
    pub scope: String,
    pub what: String,
}

/// One run of a backup job.
#[derive(Clone, Debug)]
pub struct Run {
    pub host: usize,
    pub job: String,
    pub start: T,
    pub end: T,
    pub status: &'static str,
}

/// What was planted, as a hypothesis.
#[derive(Clone, Debug)]
pub struct Plant {
    pub family: &'static str,
    pub terms: Vec<(String, String)>,
    /// Other term sets that say the same thing.
    pub accept: Vec<Vec<(String, String)>>,
    /// Share of all host time in the region; zero for regions that are nothing but events.
    pub share: f64,
}

/// How the folder is laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Layout {
    /// `hosts/NAME/…`.
    Folders,
    /// `sel/NAME.txt`, `kern/NAME.log`.
    Flat,
    /// A central syslog beside the SELs.
    Central,
    /// A list of incidents and the inventory, nothing else.
    List,
}

/// Everything about one fleet.
pub struct Fleet {
    pub kind: Kind,
    pub seed: u64,
    pub from: T,
    pub to: T,
    pub zone: Tz,
    pub layout: Layout,
    pub hosts: Vec<Host>,
    pub windows: Vec<Window>,
    pub runs: Vec<Run>,
    pub ends: Vec<End>,
    pub plant: Option<Plant>,
    /// Times at which one power supply of a host lost its input without harm: host and span in seconds.
    pub dips: Vec<(usize, T, i64)>,
    /// Bursts of correctable ECC errors: host, time, DIMM.
    pub ecc: Vec<(usize, T, u8)>,
    /// Whether the fleet has power readings.
    pub power: bool,
    /// Multiplies the background lines.
    pub density: f64,
    /// A committed story: the inventory is a spreadsheet.
    pub tame: bool,
}

impl Fleet {
    /// The hour of the day in the fleet's zone.
    pub fn local_hour(&self, t: T) -> u32 {
        t.with_timezone(&self.zone).hour()
    }

    /// The ends of one host, in order.
    pub fn ends_of(&self, host: usize) -> impl Iterator<Item = &End> {
        self.ends.iter().filter(move |e| e.host == host)
    }
}
