//! Talks to live machines and keeps what they answer: the only module that opens connections.
//!
//! ```text
//! coroner.toml ─targets→ Target ─run→ lan + bmc, redfish, ssh, command ─→ vault: files that `analyze` reads
//! ```
//!
//! Nothing is concluded here. What was answered is kept as it came, what went wrong is said, and the files lie in
//! a folder in which the next run goes on where this one ended.

pub mod bmc;
mod causes;
pub mod command;
pub mod credentials;
pub mod lan;
pub mod redfish;
pub mod run;
pub mod secret;
pub mod ssh;
pub mod targets;
pub mod vault;
pub mod wall_clock;
