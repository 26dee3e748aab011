//! From events to boots to incidents: what happened to each host, and why we think so. No statistics.

pub mod actor;
pub mod assemble;
pub mod boots;
pub mod clusters;
pub mod event;
pub mod factors;
pub mod gap;
pub mod history;
pub mod incidents;
pub mod inherit;
pub mod known_causes;
pub mod listed;
pub mod moment_of;
pub mod outages;
pub mod planned;
pub mod supplies;
pub mod verdict;
pub mod versions;

pub use event::Event;
pub use history::{History, LogRun};
