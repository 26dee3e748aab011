//! What the logs of management controllers have in common, beyond the SEL of IPMI: how they write times,
//! ids and raw records, and how they print one record over several lines.

pub mod blocks;
pub mod json_scan;
pub mod order;
pub mod redfish_entry;
pub mod sel_state;
pub mod sheet;
pub mod written;
pub mod xml_events;
