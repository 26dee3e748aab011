//! Versions of firmware, installed and on offer.

use super::Format;

pub mod dell_catalog_xml;
pub mod fwupd_devices_json;
pub mod nvme_list_json;
pub mod nvme_list_text;
pub mod racadm_swinventory;
pub mod redfish_software;
pub mod smartctl_json;
pub mod smartctl_text;
pub mod storcli_json;
pub mod storcli_text;

/// The register of these formats.
pub static ALL: &[&dyn Format] = &[
    &redfish_software::RedfishSoftware,
    &racadm_swinventory::RacadmSwinventory,
    &dell_catalog_xml::DellCatalogXml,
    &fwupd_devices_json::FwupdDevicesJson,
    &smartctl_text::SmartctlText,
    &smartctl_json::SmartctlJson,
    &nvme_list_text::NvmeListText,
    &nvme_list_json::NvmeListJson,
    &storcli_json::StorcliJson,
    &storcli_text::StorcliText,
];
