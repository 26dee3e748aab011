//! Dell's power monitor: `ipmitool delloem powermonitor` and its subcommands, `omreport chassis pwrmonitoring` and
//! `pwrsupplies` (as lists or with `-fmt ssv`), `racadm getconfig -g cfgServerPower`, `racadm get System.Power`.
//!
//! Time:   none of its own for the present draw; one that the collector wrote before.
//! Units:  watts; BTU/hr beside them is left out.
//! Spec:   ipmitool 1.8 (`lib/ipmi_delloem.c`), Dell OpenManage CLI guide, iDRAC RACADM CLI guide.
//! Loses:  energy, peaks and their times, headroom, amperes: none is a point of the draw over time.
//! Not handled: `racadm getsensorinfo`; a blade chassis (`racadm getpbinfo`).

use crate::ingest::captured::Captured;
use crate::ingest::formats::{Fit, Format, Head, LineReader, Reader, SourceKind};
use crate::ingest::power_series::PowerSeries;
use crate::ingest::sink::Sink;
use crate::ingest::supply_facts::{self, Supply, told};
use crate::ingest::watts;
use crate::ledger::{Fate, Reason};

pub struct DellPowerMonitor;

impl Format for DellPowerMonitor {
    fn id(&self) -> &'static str {
        "dell-power-monitor"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Power
    }

    fn title(&self) -> &'static str {
        "Dell power monitor (ipmitool delloem, omreport, racadm)"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let may_be = head.says_one_of(MARKS);
        if may_be && head.text().split('\n').any(|line| is_landmark(line.trim())) {
            super::fit_of_output(head, 2, |line| Piece::of(line).is_some())
        } else {
            Fit::No
        }
    }

    fn open(&self) -> Reader {
        Reader::Lines(Box::<MonitorReader>::default())
    }
}

/// Words of which one stands in each of the lines that [`is_landmark`].
const MARKS: &[&str] = &["Power ", "cfgServer", "System Instantaneous Headroom", "[Key=System.Embedded.1#"];

/// Lines that no other output has.
fn is_landmark(line: &str) -> bool {
    const HEADS: &[&str] = &[
        "Power Tracking Statistics",
        "Power Consumption Information",
        "Power Supplies Information",
        "Power consumption information",
        "Power Consumption History",
        "[cfgServerPower]",
    ];
    let racadm = line.trim_start_matches(['#', ' ']);
    HEADS.contains(&line)
        || line.starts_with("System Instantaneous Headroom")
        || racadm.starts_with("cfgServerPower")
        || racadm.starts_with("cfgServerActualPower")
        || line.starts_with("[Key=System.Embedded.1#Power")
        || line.starts_with("[Key=System.Embedded.1#ServerPwr")
}

const SECTIONS: &[&str] = &[
    "Power Tracking Statistics",
    "Power Consumption Information",
    "Power Supplies Information",
    "Power consumption information",
    "Power Consumption History",
    "Power Consumption",
    "Power Supply Redundancy",
    "Individual Power Supply Elements",
    "Amperage",
    "Power Headroom",
    "Headroom",
    "Max Power Time",
    "Min Power Time",
    "Statistic                     Reading",
];

const KEYS: &[&str] = &[
    "statistic",
    "start time",
    "finish time",
    "peak time",
    "peak reading",
    "reading",
    "measurement start time",
    "measurement finish time",
    "index",
    "status",
    "probe name",
    "warning threshold",
    "failure threshold",
    "system instantaneous headroom",
    "system peak headroom",
    "redundancy status",
    "location",
    "type",
    "rated input wattage",
    "maximum output wattage",
    "firmware version",
    "online status",
    "power monitoring capable",
    "number of devices required for full redundancy",
    "amperage value",
    "maximum power",
    "minimum power",
    "power cap",
    "last minute",
    "last hour",
    "last day",
    "last week",
    "input rated watts",
    "output wattage",
    "configuration error type",
    "state",
];

/// What a line is.
enum Piece<'a> {
    Section,
    Field(String, &'a str),
    /// `racadm`: `cfgServerActualPowerConsumption=129 W | 440 btuhr`
    Setting(&'a str, &'a str),
    /// `omreport … -fmt ssv`
    Cells(Vec<&'a str>),
}

impl<'a> Piece<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let text = line.trim();
        let racadm = text.trim_start_matches(['#', ' ']);
        let is_group = text.starts_with("[Key=System.Embedded.1#Power")
            || text.starts_with("[Key=System.Embedded.1#ServerPwr")
            || text == "[cfgServerPower]";
        if SECTIONS.iter().any(|section| text == section.trim()) || is_group {
            return Some(Self::Section);
        }
        if let Some((key, value)) = racadm.split_once('=') {
            let is_name = key.starts_with("cfgServer") || is_power_setting(key.trim());
            return is_name.then(|| Self::Setting(key.trim(), value.trim()));
        }
        if let Some((key, value)) = text.split_once(" : ").or_else(|| text.split_once(": ")) {
            let lower = key.trim().to_lowercase();
            let is_current = lower.starts_with("ps") && lower.contains("current");
            let is_key = KEYS.contains(&lower.as_str()) || is_current;
            return is_key.then(|| Self::Field(lower, value.trim()));
        }
        if let Some(key) = text.strip_suffix(':') {
            let lower = key.trim().to_lowercase();
            return KEYS.contains(&lower.as_str()).then_some(Self::Field(lower, ""));
        }
        if text.contains(';') {
            let cells: Vec<&str> = text.split(';').map(str::trim).collect();
            return (cells.len() >= 2 && cells.iter().all(|cell| cell.len() <= 60))
                .then_some(Self::Cells(cells));
        }
        // The history of consumption: `Average Power Consumption  212 W  214 W  209 W  201 W`
        let words: Vec<&str> = text.split("  ").map(str::trim).filter(|word| !word.is_empty()).collect();
        let is_history = words.len() >= 4
            && words[1..]
                .iter()
                .all(|word| word.ends_with(" W") || word.ends_with(" BTU/hr") || word.starts_with("Last "));
        is_history.then_some(Self::Section)
    }
}

/// Names of `racadm get System.Power` (its group stands above them).
fn is_power_setting(key: &str) -> bool {
    const PARTS: &[&str] = &[
        "Power", "Pwr", "PSU", "PSRed", "Headroom", "Energy", "Hotspare", "HotSpare", "PFC", "PSRapid",
        "Amps", "Capacity",
    ];
    const NAMES: &[&str] =
        &["ActivePolicyName", "Status", "Max.PowerTimestamp", "RedundancyPolicy", "PFCEnable"];
    !key.is_empty()
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
        && (NAMES.contains(&key) || PARTS.iter().any(|part| key.contains(part)))
}

#[derive(Default)]
struct MonitorReader {
    captured: Captured,
    series: PowerSeries,
    supplies: Vec<Supply>,
    in_supplies: bool,
    /// The probe that the next reading is of.
    is_system_probe: bool,
    ssv_header: Vec<String>,
}

impl LineReader for MonitorReader {
    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Fate {
        let text = String::from_utf8_lossy(line);
        let before = self.captured.host.clone();
        let text = self.captured.without_prefix(&text, |line| Piece::of(line).is_some());
        let Some(piece) = Piece::of(text) else {
            let fate = self.captured.around(text).unwrap_or(Fate::Quarantined(Reason::BadShape));
            if before != self.captured.host {
                self.keep_supplies(before, sink);
            }
            return fate;
        };
        if before != self.captured.host {
            self.keep_supplies(before, sink);
        }
        match piece {
            Piece::Section => {
                let section = text.trim();
                self.in_supplies |= section.starts_with("Power Supplies Information");
                self.is_system_probe = section == "Power consumption information";
                self.ssv_header.clear();
            }
            Piece::Field(key, value) => self.field(&key, value, sink),
            Piece::Setting(key, value) => {
                let lower = key.to_lowercase();
                if lower == "cfgserveractualpowerconsumption" || lower == "realtime.power" {
                    self.reading(value.split('|').next().unwrap_or(value), sink);
                }
            }
            Piece::Cells(cells) => self.cells(&cells, sink),
        }
        Fate::Parsed
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        let host = self.captured.host.clone();
        self.keep_supplies(host, sink);
    }
}

impl MonitorReader {
    fn field(&mut self, key: &str, value: &str, sink: &mut Sink<'_>) {
        match key {
            "index" if self.in_supplies => self.supplies.push(Supply::default()),
            "probe name" => self.is_system_probe = is_system_probe(value),
            "reading" if self.is_system_probe => self.reading(value, sink),
            "firmware version" => {
                if let Some(supply) = self.supplies.last_mut() {
                    supply.firmware = told(value);
                }
            }
            "maximum output wattage" | "output wattage" => {
                if let Some(supply) = self.supplies.last_mut() {
                    supply.watts = watts::read(value, 1.0, false).ok().flatten();
                }
            }
            _ => {}
        }
    }

    /// A row of a table with semicolons: the first row of a section heads the others.
    fn cells(&mut self, cells: &[&str], sink: &mut Sink<'_>) {
        if self.ssv_header.len() != cells.len()
            || cells[0].eq_ignore_ascii_case("index")
            || cells[0] == "Statistic"
        {
            self.ssv_header = cells.iter().map(|cell| cell.to_lowercase()).collect();
            if cells.len() > 2 {
                return;
            }
        }
        let pairs: Vec<(String, &str)> = self.ssv_header.iter().cloned().zip(cells.iter().copied()).collect();
        for (key, value) in pairs {
            self.field(&key, value, sink);
        }
    }

    /// The present draw: a point of the series where it is known when it was taken.
    fn reading(&mut self, value: &str, sink: &mut Sink<'_>) {
        if let (Ok(Some(watts)), Some(stamp)) = (watts::read(value, 1.0, false), self.captured.at) {
            self.series.keep(sink, self.captured.host.clone(), stamp, watts);
        }
    }

    fn keep_supplies(&mut self, host: Option<String>, sink: &mut Sink<'_>) {
        supply_facts::keep(&std::mem::take(&mut self.supplies), host, sink);
        self.in_supplies = false;
    }
}

fn is_system_probe(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.contains("pwr consumption") || lower.contains("system level")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_landmark_has_a_word_that_is_looked_for_first() {
        for line in [
            "Power Tracking Statistics",
            "Power Consumption Information",
            "Power Supplies Information",
            "Power consumption information",
            "Power Consumption History",
            "[cfgServerPower]",
            "# cfgServerPowerStatus=1",
            "cfgServerActualPowerConsumption=120 W",
            "System Instantaneous Headroom : 400 W",
            "[Key=System.Embedded.1#ServerPwr.1]",
            "[Key=System.Embedded.1#Power.1]",
        ] {
            assert!(is_landmark(line), "{line}");
            assert!(MARKS.iter().any(|words| line.contains(words)), "{line}");
        }
    }
}
