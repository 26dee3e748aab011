//! Time at risk: when an incident on a host would have been seen, and by which factors. Interval
//! algebra only.

pub mod changes;
pub mod coverage;
pub mod list_spans;
pub mod seen;
pub mod spans;
pub mod study;
