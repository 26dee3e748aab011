//! One thing that a source says, with the place where it says it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Stamp;

/// Which source: an index into the run's list of sources, which is sorted by path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceId(pub u32);

/// Where in the (decompressed) source: byte offset, length in bytes, and line (1-based, 0 for
/// binary sources).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Span {
    pub offset: u64,
    pub len: u64,
    pub line: u64,
}

/// One record of a source, kept because something downstream may need it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub source: SourceId,
    pub span: Span,
    /// The host that the record itself names, if it names one.
    pub host: Option<String>,
    pub stamp: Stamp,
    pub body: Body,
}

/// What kind of thing was said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Body {
    Sel(SelEntry),
    Log(LogLine),
    Boot(BootMark),
    Job(JobRun),
    Inventory(InventoryFact),
    Maintenance(MaintenanceWindow),
    Listed(ListedIncident),
    Firmware(FirmwareItem),
    Collected(CollectedNote),
}

/// One entry of a System Event Log, from raw bytes or from a tool's text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SelEntry {
    pub record_id: Option<u32>,
    /// Record type byte (IPMI v2.0 table 32-1): 02h system event, C0h–FFh OEM. `None` from text.
    pub record_type: Option<u8>,
    /// Sensor type code (table 42-3), where known.
    pub sensor_type: Option<u8>,
    /// The sensor as the source names it ("CPU1_IERR", "#0xd5").
    pub sensor: String,
    /// Event/reading type code, 7 bits (table 42-1), where known.
    pub event_type: Option<u8>,
    /// Event offset, 4 bits, where known.
    pub event_offset: Option<u8>,
    /// `false`: the event was deasserted. `None`: the source does not say.
    pub asserted: Option<bool>,
    /// Event data bytes 1 to 3, where known.
    pub event_data: Option<[u8; 3]>,
    /// The event in words, as the source has it or as decoded.
    pub text: String,
    /// The 16 raw bytes, where the source has them.
    pub raw: Option<[u8; 16]>,
    /// The vendor's or Redfish registry's id of the message (`PSU0003`, `ResourceEvent.1.0.…`),
    /// where the source has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
}

/// A log line that a signature matched, or that stands next to a boot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// The program that wrote it (`kernel`, `systemd`, `sudo`), if the line says so.
    pub program: String,
    pub text: String,
    /// Ids of the signatures that the text matches, in the order of the knowledge base.
    pub signatures: Vec<String>,
    /// `_BOOT_ID` of journald, where known.
    pub boot_id: Option<String>,
    /// Seconds since the kernel started, where the line has them.
    pub uptime_micros: Option<u64>,
}

/// A record of boot history (wtmp and its relatives).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BootMark {
    /// The system came up.
    Boot,
    /// The system was shut down in order.
    Shutdown,
    /// The clock was set: the record before (old time) and after (new time).
    ClockOld,
    ClockNew,
    /// The system had come up, by a source that does not say how boots end: a list of the boots in
    /// a journal. That no shutdown stands before it means nothing.
    Start,
}

/// One run of a backup or other job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRun {
    /// `backup` unless the source says otherwise; the name of the window family.
    pub kind: String,
    pub job: String,
    /// When it ended, on the same clock as the record's stamp (its start).
    pub end: Option<Stamp>,
    pub status: String,
}

/// Attributes of a host, as one source gives them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryFact {
    /// Factor name (already mapped to ours) → value.
    pub factors: super::Factors,
    /// In service from / until, as written, if the inventory says so.
    pub from: Option<Stamp>,
    pub to: Option<Stamp>,
    /// Serial number or service tag of the machine, by which its BMC and its vendor know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
}

/// What a collection tells of one of its sources at one time. The record's stamp is when it was asked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CollectedNote {
    /// `ipmi`, `redfish`, `ssh`, `command` or `file`.
    pub source: String,
    /// Whether it gave anything.
    pub answered: bool,
    /// Why not all was read.
    pub problems: Vec<String>,
    /// Lasting word for what is worth knowing, and the same for people.
    pub findings: Vec<(String, String)>,
    /// The clock on the other side minus the collector's, in seconds.
    pub clock_ahead_s: Option<f64>,
}

/// A span of announced work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaintenanceWindow {
    /// Hosts, `factor=value` pairs, globs, or `*` for all.
    pub scope: Vec<String>,
    /// When it ends, on the same clock as the record's stamp (its start).
    pub end: Option<Stamp>,
    pub what: String,
}

/// An incident that somebody wrote down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedIncident {
    pub cause: Option<String>,
    pub kind: Option<String>,
    pub planned: Option<bool>,
    /// When the host was back, if the list says so.
    pub back: Option<Stamp>,
    pub text: String,
}

/// One version of firmware or a driver: in a host, kept beside what runs, or on offer by the vendor.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FirmwareItem {
    /// The component in the source's words (`BIOS`, `iLO 5`, the model of a drive).
    pub component: String,
    pub part: Part,
    /// Where in the host it sits (`BIOS.Setup.1-1`, `Slot 10`, `/dev/sda`).
    pub place: Option<String>,
    /// Ids by which an offer and what is installed can be matched, as the vendor numbers them.
    pub ids: Vec<String>,
    /// As written; vendors' schemes differ.
    pub version: String,
    pub state: FirmwareState,
    /// When it was installed, and when the vendor released it, if the source says so.
    pub installed: Option<Stamp>,
    pub released: Option<Stamp>,
    /// How the vendor rates an offer, in its own word (`Urgent`, `Recommended`).
    pub urgency: Option<String>,
    /// Models that an offer is for.
    pub systems: Vec<String>,
    /// Hours that the device has been powered on (drives).
    pub power_on_hours: Option<u64>,
    /// When those were read.
    #[serde(default)]
    pub hours_read: Option<Stamp>,
}

/// What kind of component firmware is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Part {
    Bios,
    Bmc,
    Drive,
    StorageController,
    Network,
    PowerSupply,
    Backplane,
    Logic,
    #[default]
    Other,
}

/// How a version of firmware stands to the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum FirmwareState {
    /// It runs, or will with the next start.
    #[default]
    Installed,
    /// The version before, kept to go back to.
    Rollback,
    /// On the host, waiting to be installed.
    Available,
    /// In a catalog of the vendor's.
    Offered,
}

/// A run of log lines of one host without a gap longer than fifteen minutes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// The host that the lines name, if they do.
    pub host: Option<String>,
    pub first: Stamp,
    pub last: Stamp,
    /// Line number of the last line.
    pub last_line: u64,
    /// Zero: only a list tells from when to when the log goes.
    pub lines: u64,
}

/// One power reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PowerSample {
    pub host: Option<String>,
    pub stamp: Stamp,
    pub watts: f64,
}

/// All that was read of one source: what `ingest` hands on, and what the fact files keep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceFacts {
    pub path: String,
    /// Format id, or `None` where none was taken; then `reason` says why.
    pub format: Option<String>,
    /// `sel`, `power`, `log`, `boot`, `backup`, `inventory`, `firmware`, `maintenance`, `incidents`, `context`.
    pub kind: String,
    pub reason: String,
    /// Size in bytes after decompression; `bytes == parsed + ignored + quarantined`.
    pub bytes: u64,
    pub parsed: u64,
    pub ignored: u64,
    pub quarantined: u64,
    pub reasons: BTreeMap<String, u64>,
    /// How many pieces each of `reasons` stands for, and where the first is.
    #[serde(default)]
    pub pieces: BTreeMap<String, super::ledger::Pieces>,
    pub quoted: Vec<super::ledger::Quote>,
    /// XXH3 of the unpacked bytes, 128 bits as lower-case hexadecimal.
    pub digest: String,
    /// Records understood, kept or not.
    pub understood: u64,
    /// Modification time of the file, seconds of Unix time.
    pub modified: Option<i64>,
    /// The file could not be opened at all.
    pub unreadable: bool,
    pub records: Vec<Record>,
    pub activity: Vec<Activity>,
    pub power: Vec<PowerSample>,
}
