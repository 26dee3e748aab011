//! IPMI over LAN and what is read from a BMC, against simulated BMCs and bad networks.

mod codec;
mod continuity;
mod exact;
mod faults;
mod log;
mod log_on;
mod paper_bmc;
mod power;
mod stand_ins;
