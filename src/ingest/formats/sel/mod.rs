//! System Event Logs and the logs of management controllers.

use super::Format;

pub mod bmc_sel_table;
pub mod cisco_ucs_sel_text;
pub mod dell_lclog_text;
pub mod dell_lclog_xml;
pub mod dell_omreport_log_text;
pub mod dell_racadm_getsel_text;
pub mod dell_sel_csv;
pub mod freeipmi_sel_text;
pub mod hpe_ilo_clp_log;
pub mod hpe_ilorest_log_text;
pub mod hpe_iml_csv;
pub mod hpe_iml_text;
pub mod hpe_ribcl_log_xml;
pub mod ipmi_sel_raw;
pub mod ipmitool_sel_text;
pub mod ipmiutil_sel_text;
pub mod redfish_log_entries;
pub mod supermicro_sel_text;
pub mod vmware_esxcli_sel_text;

/// The register of these formats.
pub static ALL: &[&dyn Format] = &[
    &bmc_sel_table::BmcSelTable,
    &cisco_ucs_sel_text::CiscoUcsSelText,
    &dell_lclog_text::DellLclogText,
    &dell_lclog_xml::DellLclogXml,
    &dell_omreport_log_text::DellOmreportLogText,
    &dell_racadm_getsel_text::DellRacadmGetselText,
    &dell_sel_csv::DellSelCsv,
    &freeipmi_sel_text::FreeipmiSelText,
    &hpe_ilo_clp_log::HpeIloClpLog,
    &hpe_ilorest_log_text::HpeIlorestLogText,
    &hpe_iml_csv::HpeImlCsv,
    &hpe_iml_text::HpeImlText,
    &hpe_ribcl_log_xml::HpeRibclLogXml,
    &ipmi_sel_raw::IpmiSelRaw,
    &ipmitool_sel_text::IpmitoolSelText,
    &ipmiutil_sel_text::IpmiutilSelText,
    &redfish_log_entries::RedfishLogEntries,
    &supermicro_sel_text::SupermicroSelText,
    &vmware_esxcli_sel_text::VmwareEsxcliSelText,
];
