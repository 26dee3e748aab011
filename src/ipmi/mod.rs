//! Pure decoding of IPMI records: no sockets, no files, nothing of the rest of coroner.
//!
//! The SEL is decoded here and not by `ipmi-rs-core`, whose decoder refuses records of a reserved
//! type or channel and does not give their time away. The words of sensors and events are those that
//! `ipmitool` prints, since those are what people find in tickets and search engines.

pub mod bmc_answers;
pub mod column_time;
pub mod event_text;
pub mod event_words;
pub mod generic_events;
pub mod ipmitool_output;
pub mod ipmitool_row;
pub mod sel_record;
pub mod sel_time;
pub mod sensor_events;
pub mod sensor_type;
mod words;

pub use event_text::{event_text, ipmitool_line, sensor_text};
pub use event_words::event_from_text;
pub use sel_record::{SelRecord, decode};
pub use sel_time::SelTime;
pub use sensor_type::{sensor_type_from_text, sensor_type_name};
