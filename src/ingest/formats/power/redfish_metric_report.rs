//! Redfish telemetry about power: `MetricReport`, as iDRAC sends `PowerMetrics` and `PowerStatistics`, and others
//! by the path of the property; one report or many.
//!
//! Time:   with an offset, each value its own.
//! Units:  watts.
//! Spec:   DMTF DSP2051 and schema MetricReport 1.0 to 1.5; Dell iDRAC9 telemetry reference.
//! Loses:  all values but the draw of the whole machine.
//! Not handled: reports without a value of power (they are of no kind that is read).

use serde_json::Value;

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::power_series::PowerSeries;
use crate::ingest::redfish_documents::{each_resource, type_of};
use crate::ingest::sink::Sink;
use crate::ingest::written_time::{self, DayFirst};

pub struct RedfishMetricReport;

impl Format for RedfishMetricReport {
    fn id(&self) -> &'static str {
        "redfish-metric-report"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Power
    }

    fn title(&self) -> &'static str {
        "Redfish telemetry with power: MetricReport"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let is_report = head.outermost_redfish_type() == Some("MetricReport");
        if is_report && (head.says_one_of(NAMES) || head.says("PowerMetrics")) { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

/// Names of the draw of the whole machine, best first: a report has several, and one of them is enough.
const NAMES: &[&str] = &[
    "SystemPowerConsumption",
    "PowerConsumedWatts",
    "SystemInputPower",
    "PowerWatts",
    "AverageConsumedWatts",
    "TotalPower",
    "LastMinuteAvg",
];

/// Which of [`NAMES`] a value is.
fn rank(value: &Value) -> Option<usize> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or("");
    let (id, property) = (text("MetricId"), text("MetricProperty"));
    // The second and later entries of a list of controls, and metrics below a processor, are parts.
    let is_part = ["/Processors/", "/Memory/", "/PowerSupplies/", "/Drives/"]
        .iter()
        .any(|part| property.contains(part))
        || property
            .split_once("PowerControl/")
            .is_some_and(|(_, rest)| !rest.starts_with("0/") && !rest.starts_with("PowerConsumed"));
    if is_part {
        return None;
    }
    let in_path = |name: &str| property.split(['/', '#', '.']).any(|part| part == name);
    NAMES.iter().position(|name| id == *name || in_path(name))
}

fn parse(content: &[u8], sink: &mut Sink<'_>) {
    let mut series = PowerSeries::default();
    each_resource(content, sink, |report, host, sink| {
        if type_of(report) != Some("MetricReport") {
            return;
        }
        let values = || report.get("MetricValues").and_then(Value::as_array).into_iter().flatten();
        let Some(best) = values().filter_map(rank).min() else { return };
        for value in values().filter(|value| rank(value) == Some(best)) {
            let number = value.get("MetricValue");
            let watts = number.and_then(|number| {
                number.as_f64().or_else(|| number.as_str().and_then(|text| text.trim().parse().ok()))
            });
            let time = value.get("Timestamp").or_else(|| report.get("Timestamp")).and_then(Value::as_str);
            let stamp = time.and_then(|time| written_time::read(time, DayFirst::default()));
            if let (Some(watts), Some(stamp)) =
                (watts.filter(|watts: &f64| watts.is_finite() && *watts >= 0.0), stamp)
            {
                series.keep(sink, host.map(str::to_owned), stamp, watts);
            }
        }
    });
}
