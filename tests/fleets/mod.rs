//! Simulated fleets as facts, with or without a planted cause: the truth is known.
//!
//! Each fleet is realistic in what makes ranking hard: BIOS versions nest in models and change in
//! mid-year, roles and operating systems go with models, racks hold mostly one model, most backups run
//! at night, some hosts see correctable errors all the time. A planted cause is a region of host-time:
//! every incident comes from it with probability `share` (its population attributable fraction), else
//! from anywhere.

mod assemble;
mod cause;
mod chance;
mod fleet;
mod found;
mod region;
mod scenario;
mod surroundings;

pub use cause::Planted;
pub use chance::{Random, random};
pub use fleet::{Factors, Fleet, Lifetimes};
pub use found::place_by_name;
pub use region::{Region, When};
pub use scenario::{Scenario, Simulated, simulate};

pub const DAY: i64 = 86_400;
pub const HOUR: i64 = 3_600;
/// 2025-01-01, a Wednesday.
pub const START: i64 = 1_735_689_600;
pub const END: i64 = START + 365 * DAY;
