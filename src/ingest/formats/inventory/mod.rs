//! What the machines are.

use super::Format;

pub mod ansible_facts;
pub mod chef_ohai_json;
pub mod coroner_collected;
pub mod dmidecode_text;
pub mod hpasmcli_show_server;
pub mod inventory_csv;
pub mod inventory_json;
pub mod ipmitool_fru_text;
pub mod ipmitool_mc_info;
pub mod linux_cpuinfo;
pub mod linux_lscpu_json;
pub mod linux_lscpu_text;
pub mod linux_os_release;
pub mod linux_uname;
pub mod lshw_json;
pub mod lshw_short;
pub mod lshw_text;
pub mod lshw_xml;
pub mod maas_machines_json;
pub mod netbox_json;
pub mod puppet_facts_json;
pub mod puppet_facts_text;
pub mod racadm_getsysinfo;
pub mod redfish_inventory;
pub mod salt_grains_json;

/// The register of these formats.
pub static ALL: &[&dyn Format] = &[
    &coroner_collected::CoronerCollected,
    &inventory_csv::InventoryCsv,
    &inventory_json::InventoryJson,
    &redfish_inventory::RedfishInventory,
    &dmidecode_text::DmidecodeText,
    &lshw_json::LshwJson,
    &lshw_text::LshwText,
    &lshw_short::LshwShort,
    &lshw_xml::LshwXml,
    &linux_lscpu_text::LinuxLscpuText,
    &linux_lscpu_json::LinuxLscpuJson,
    &linux_cpuinfo::LinuxCpuinfo,
    &linux_os_release::LinuxOsRelease,
    &linux_uname::LinuxUname,
    &ansible_facts::AnsibleFacts,
    &puppet_facts_json::PuppetFactsJson,
    &puppet_facts_text::PuppetFactsText,
    &chef_ohai_json::ChefOhaiJson,
    &salt_grains_json::SaltGrainsJson,
    &netbox_json::NetboxJson,
    &maas_machines_json::MaasMachinesJson,
    &ipmitool_fru_text::IpmitoolFruText,
    &ipmitool_mc_info::IpmitoolMcInfo,
    &racadm_getsysinfo::RacadmGetsysinfo,
    &hpasmcli_show_server::HpasmcliShowServer,
];
