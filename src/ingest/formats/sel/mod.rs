//! System Event Logs and the logs of management controllers.

use super::Format;

pub mod freeipmi_sel_text;
pub mod ipmi_sel_raw;
pub mod ipmitool_sel_text;

/// The register of these formats.
pub static ALL: &[&dyn Format] =
    &[&freeipmi_sel_text::FreeipmiSelText, &ipmi_sel_raw::IpmiSelRaw, &ipmitool_sel_text::IpmitoolSelText];
