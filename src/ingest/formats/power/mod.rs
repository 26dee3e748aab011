//! Power readings and what power supplies say.

use super::{Fit, Format, Head};
use crate::ingest::captured::Captured;

pub mod apc_network_card_log;
pub mod apcupsd_events;
pub mod apcupsd_status;
pub mod bmc_answers;
pub mod dell_power_monitor;
pub mod freeipmi_sensors;
pub mod ipmi_chassis_status;
pub mod ipmi_dcmi_power;
pub mod ipmitool_sdr;
pub mod ipmitool_sdr_verbose;
pub mod ipmitool_sensor;
pub mod linux_sensors_text;
pub mod nut_upsc;
pub mod nut_upslog;
pub mod power_csv;
pub mod redfish_metric_report;
pub mod redfish_power;

/// The register of these formats.
pub static ALL: &[&dyn Format] = &[
    &apc_network_card_log::ApcNetworkCardLog,
    &apcupsd_events::ApcupsdEvents,
    &apcupsd_status::ApcupsdStatus,
    &bmc_answers::BmcAnswers,
    &dell_power_monitor::DellPowerMonitor,
    &freeipmi_sensors::FreeipmiSensors,
    &ipmi_chassis_status::IpmiChassisStatus,
    &ipmi_dcmi_power::IpmiDcmiPower,
    &ipmitool_sdr::IpmitoolSdr,
    &ipmitool_sdr_verbose::IpmitoolSdrVerbose,
    &ipmitool_sensor::IpmitoolSensor,
    &linux_sensors_text::LinuxSensorsText,
    &nut_upsc::NutUpsc,
    &nut_upslog::NutUpslog,
    &power_csv::PowerCsv,
    &redfish_metric_report::RedfishMetricReport,
    &redfish_power::RedfishPower,
];

/// Whether `head` begins a log that a UPS daemon writes by itself. Its lines are times and words, and a reader of
/// system logs would take the first word for a host.
pub fn is_log_of_a_ups(head: &Head<'_>) -> bool {
    [&apcupsd_events::ApcupsdEvents as &dyn Format, &nut_upslog::NutUpslog]
        .iter()
        .any(|format| format.fit(head) != Fit::No)
}

/// Lines looked at to recognise the output of a tool.
const LINES_SNIFFED: usize = 80;

/// Fit of a tool's output: sure if at least `own_min` of the first lines are its own and next to all others are
/// what stands around collected outputs.
fn fit_of_output(head: &Head<'_>, own_min: usize, is_own: impl Fn(&str) -> bool) -> Fit {
    let mut captured = Captured::default();
    let (mut own, mut other) = (0_usize, 0_usize);
    let lines = head.whole_lines().split('\n').filter(|line| !is_blank(line));
    for line in lines.take(LINES_SNIFFED) {
        let text = line.trim_start_matches('\u{feff}').trim_matches('\0').trim_end();
        let text = captured.without_prefix(text, &is_own);
        if is_own(text) {
            own += 1;
        } else if captured.around(text).is_none() {
            other += 1;
        }
        // However many are left, they cannot make up for it.
        if other * 6 > LINES_SNIFFED - other {
            return Fit::No;
        }
    }
    if own >= own_min && other * 6 <= own { Fit::Sure } else { Fit::No }
}

fn is_blank(line: &str) -> bool {
    line.as_bytes().trim_ascii().is_empty()
}
