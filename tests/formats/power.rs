//! Power: what stands in the fixtures is what is read.

use coroner::config::Config;
use coroner::ingest::attribution::attribute;
use coroner::model::Stamp;
use coroner::model::record::{Body, Record, SourceFacts};

use super::{Counts, take, take_fixture};

pub const COUNTS: Counts = &[
    ("formats/apc-network-card-log/data.txt", 0, 0),
    ("formats/apc-network-card-log/event.txt", 3, 2),
    ("formats/apcupsd-events/new.events", 8, 3),
    ("formats/apcupsd-events/old.events", 5, 4),
    ("formats/apcupsd-status/status.txt", 24, 2),
    ("formats/dell-power-monitor/delloem.txt", 11, 0),
    ("formats/dell-power-monitor/omreport.ssv", 10, 0),
    ("formats/dell-power-monitor/omreport.txt", 41, 1),
    ("formats/dell-power-monitor/racadm-get.txt", 10, 0),
    ("formats/dell-power-monitor/racadm.txt", 6, 0),
    ("formats/freeipmi-sensors/comma.csv", 2, 0),
    ("formats/freeipmi-sensors/ipmi-sensors.txt", 4, 1),
    ("formats/freeipmi-sensors/ipmimonitoring.txt", 2, 1),
    ("formats/freeipmi-sensors/legacy.txt", 3, 0),
    ("formats/bmc-answers/three-runs.jsonl", 3, 5),
    ("formats/ipmi-chassis-status/freeipmi.txt", 12, 0),
    ("formats/ipmi-chassis-status/restart-causes.txt", 4, 2),
    ("formats/ipmi-chassis-status/status.txt", 12, 1),
    ("formats/ipmi-dcmi-power/ipmitool.txt", 7, 0),
    ("formats/ipmi-dcmi-power/limit.txt", 5, 0),
    ("formats/ipmi-dcmi-power/loop.txt", 10, 0),
    ("formats/ipmi-dcmi-power/pdsh-freeipmi.txt", 14, 0),
    ("formats/ipmitool-sdr-verbose/sdr.txt", 28, 1),
    ("formats/ipmitool-sdr/comma.csv", 5, 0),
    ("formats/ipmitool-sdr/elist.txt", 7, 2),
    ("formats/ipmitool-sdr/list.txt", 10, 0),
    ("formats/ipmitool-sdr/pdsh-loop.txt", 4, 0),
    ("formats/ipmitool-sensor/sensor.txt", 4, 0),
    ("formats/nut-upsc/upsc.txt", 13, 0),
    ("formats/nut-upslog/custom.log", 3, 2),
    ("formats/nut-upslog/default.log", 7, 2),
    ("formats/power-csv/date-and-time.csv", 3, 0),
    ("formats/power-csv/day-first.csv", 3, 0),
    ("formats/power-csv/influx-annotated.csv", 2, 0),
    ("formats/power-csv/influx-tags.csv", 2, 0),
    ("formats/power-csv/pdu-amperes.csv", 0, 0),
    ("formats/power-csv/pdu-outlets.csv", 3, 0),
    ("formats/power-csv/quoted-lines.csv", 2, 0),
    ("formats/power-csv/readings.csv", 4, 0),
    ("formats/power-csv/tall-units.csv", 2, 0),
    ("formats/power-csv/wide-grafana.csv", 3, 0),
    ("formats/power-csv/wide-prometheus.csv", 2, 0),
    ("formats/redfish-metric-report/by-path.json", 1, 0),
    ("formats/redfish-metric-report/idrac.json", 1, 0),
    ("formats/redfish-power/by-host.json", 1, 3),
    ("formats/redfish-power/lines.json", 3, 1),
    ("formats/redfish-power/power.json", 1, 2),
    ("formats/linux-sensors-text/loop.txt", 18, 0),
    ("formats/redfish-power/sensor.json", 1, 0),
];

fn watts_of(facts: &SourceFacts) -> Vec<(Option<&str>, f64)> {
    facts.power.iter().map(|sample| (sample.host.as_deref(), sample.watts)).collect()
}

fn local(text: &str) -> Stamp {
    Stamp::Local(text.replace(' ', "T").parse().unwrap())
}

fn zoned(text: &str) -> Stamp {
    Stamp::Zoned(text.parse().unwrap())
}

fn states(facts: &SourceFacts) -> Vec<(Option<&str>, &str)> {
    let states = facts.records.iter().filter_map(|record| match &record.body {
        Body::Sel(entry) => {
            assert_eq!(record.stamp, Stamp::Missing, "a state is no event");
            Some((record.host.as_deref(), entry.text.as_str()))
        }
        _ => None,
    });
    states.collect()
}

fn factors(facts: &SourceFacts) -> Vec<(&str, &str)> {
    let facts = facts.records.iter().filter_map(|record| match &record.body {
        Body::Inventory(fact) => Some(fact),
        _ => None,
    });
    facts.flat_map(|fact| fact.factors.iter().map(|(name, value)| (name.as_str(), value.as_str()))).collect()
}

#[test]
fn a_table_of_readings_gives_watts() {
    let power = take_fixture("formats/power-csv/readings.csv");
    let watts: Vec<f64> = power.power.iter().map(|sample| sample.watts).collect();
    assert_eq!(watts, [212.0, 214.5, 198.0]);
}

#[test]
fn a_column_for_each_host_names_it_in_the_header() {
    let grafana = take_fixture("formats/power-csv/wide-grafana.csv");
    assert_eq!(watts_of(&grafana)[..2], [(Some("kvm11"), 212.0), (Some("kvm12"), 198.0)]);
    assert_eq!(grafana.power.len(), 7, "what a meter did not answer is no reading");
    let prometheus = take_fixture("formats/power-csv/wide-prometheus.csv");
    assert_eq!(watts_of(&prometheus)[1], (Some("kvm22"), 298.0));
    assert_eq!(prometheus.power[0].stamp, zoned("2025-03-01T00:00:00Z"));
}

#[test]
fn kilowatts_decimal_commas_and_a_time_of_day_of_its_own_are_read() {
    let power = take_fixture("formats/power-csv/date-and-time.csv");
    assert_eq!(watts_of(&power), [(Some("kvm31"), 212.0), (Some("kvm31"), 214.5)]);
    assert_eq!(power.power[1].stamp, local("2025-03-01 00:05:00"));
}

#[test]
fn a_day_above_twelve_tells_the_order_of_the_dates_before_it() {
    let power = take_fixture("formats/power-csv/day-first.csv");
    let stamps: Vec<Stamp> = power.power.iter().map(|sample| sample.stamp).collect();
    let expected = ["2025-03-11 23:50:00", "2025-03-12 00:10:00", "2025-03-13 00:30:00"];
    assert_eq!(stamps, expected.map(local));
}

#[test]
fn of_a_row_for_each_quantity_the_machines_draw_is_kept() {
    let influx = take_fixture("formats/power-csv/influx-annotated.csv");
    assert_eq!(watts_of(&influx), [(Some("kvm51"), 262.0), (Some("kvm51"), 266.0)]);
    assert!(influx.reasons.contains_key("ignored: reading-of-something-else"));
    let tall = take_fixture("formats/power-csv/tall-units.csv");
    assert_eq!(watts_of(&tall), [(Some("kvm61"), 220.0), (Some("kvm61"), 224.0)]);
    let tags = take_fixture("formats/power-csv/influx-tags.csv");
    assert_eq!(watts_of(&tags)[0], (Some("kvm55"), 281.0));
}

#[test]
fn amperes_alone_are_left_out_by_name() {
    let pdu = take_fixture("formats/power-csv/pdu-amperes.csv");
    assert!(pdu.power.is_empty() && pdu.reasons.contains_key("ignored: amperes-are-no-watts"));
}

#[test]
fn a_row_that_goes_over_lines_is_one_row() {
    let power = take_fixture("formats/power-csv/quoted-lines.csv");
    assert_eq!(watts_of(&power), [(Some("kvm81"), 300.0), (Some("kvm81"), 1301.0)]);
}

#[test]
fn dcmi_readings_carry_the_bmcs_time_unless_the_collector_wrote_one() {
    let one = take_fixture("formats/ipmi-dcmi-power/ipmitool.txt");
    assert_eq!(one.power[0].stamp, Stamp::Bmc("2025-03-01T00:04:58".parse().unwrap()));
    let looped = take_fixture("formats/ipmi-dcmi-power/loop.txt");
    assert_eq!(watts_of(&looped), [(Some("kvm11"), 214.0)], "deactivated is no reading");
    assert_eq!(looped.power[0].stamp, local("2025-03-01 01:00:01"));
    let pdsh = take_fixture("formats/ipmi-dcmi-power/pdsh-freeipmi.txt");
    assert_eq!(watts_of(&pdsh), [(Some("kvm21"), 331.0)], "not available is no reading");
}

#[test]
fn sensors_give_a_series_only_where_the_time_is_known() {
    let looped = take_fixture("formats/ipmitool-sdr/pdsh-loop.txt");
    assert_eq!(watts_of(&looped), [(Some("kvm31"), 240.0), (Some("kvm31"), 244.0)]);
    assert_eq!(looped.power[1].stamp, zoned("2025-03-01T00:05:00Z"));
    for id in ["ipmitool-sdr/list.txt", "ipmitool-sensor/sensor.txt", "freeipmi-sensors/ipmi-sensors.txt"] {
        assert!(take_fixture(&format!("formats/{id}")).power.is_empty(), "{id}");
    }
    let dated = b"2025-03-01 01:00:00\nPS1 Power In | 118 Watts | ok\nPS2 Power In | 121 Watts | ok\nVCORE | 0.88 Volts | ok\n";
    assert_eq!(watts_of(&take("sdr.txt", dated)), [(None, 239.0)], "supplies add up");
}

#[test]
fn supplies_in_trouble_are_states_without_a_time() {
    let elist = take_fixture("formats/ipmitool-sdr/elist.txt");
    let expected = [(None, "Redundancy Lost"), (None, "Presence detected, Power Supply AC lost")];
    assert_eq!(states(&elist), expected);
    let blocks = take_fixture("formats/ipmitool-sdr-verbose/sdr.txt");
    assert_eq!(states(&blocks), [(None, "Power Supply AC lost")], "what can be asserted is not");
    let monitoring = take_fixture("formats/freeipmi-sensors/ipmimonitoring.txt");
    assert_eq!(states(&monitoring), [(Some("kvm41"), "'Redundancy Lost'")]);
}

#[test]
fn restart_causes_are_records_of_their_hosts_without_a_time() {
    let causes = take_fixture("formats/ipmi-chassis-status/restart-causes.txt");
    let hosts: Vec<Option<&str>> = causes.records.iter().map(|record| record.host.as_deref()).collect();
    assert_eq!(hosts, [Some("kvm51"), Some("kvm52")]);
    assert!(causes.records.iter().all(|record| record.stamp == Stamp::Missing));
    let Body::Log(line) = &causes.records[0].body else { panic!() };
    assert_eq!(line.text, "System restart cause: watchdog expired");
}

#[test]
fn events_of_a_ups_are_log_lines_that_start_no_run_of_activity() {
    for (path, times) in [
        ("apcupsd-events/old.events", vec![local("2008-06-27 15:41:34"), local("2008-06-27 15:41:40")]),
        ("apcupsd-status/status.txt", vec![zoned("2025-03-03T01:03:04Z")]),
        ("nut-upslog/default.log", vec![local("2025-03-03 02:03:30")]),
        ("nut-upslog/custom.log", vec![local("2025-03-03 02:03:30")]),
        ("apc-network-card-log/event.txt", vec![local("2025-03-03 02:03:04")]),
    ] {
        let facts = take_fixture(&format!("formats/{path}"));
        let on_battery = |record: &&Record| match &record.body {
            Body::Log(line) => line.signatures.contains(&"ups-on-battery".to_owned()),
            _ => panic!("{path}"),
        };
        let found: Vec<Stamp> = facts.records.iter().filter(on_battery).map(|record| record.stamp).collect();
        assert_eq!(found, times, "{path}");
        assert!(facts.activity.is_empty(), "{path}");
    }
}

#[test]
fn a_discharge_on_line_is_no_outage() {
    assert!(take_fixture("formats/nut-upsc/upsc.txt").records.is_empty());
}

#[test]
fn a_ups_is_no_machine_of_the_fleet() {
    let content =
        b"2025-03-03 02:03:04 +0100  Power failure.\n2025-03-03 02:03:10 +0100  Running on UPS batteries.\n";
    let nowhere = attribute(&[take("rack7/ups-a1.events", content)], &Config::default());
    assert!(nowhere.hosts.is_empty() && nowhere.source_host == [None]);
    assert_eq!(nowhere.homeless, ["rack7/ups-a1.events"]);
    let log = b"Mar  1 02:03:04 kvm61 kernel: up\nMar  1 02:03:05 kvm61 kernel: up\n";
    let known = attribute(&[take("kern.log", log), take("kvm61/ups.events", content)], &Config::default());
    assert_eq!(known.source_host[1].as_deref(), Some("kvm61"), "the machine that the daemon ran on");
}

#[test]
fn dells_power_monitor_gives_the_draw_and_the_supplies() {
    let report = take_fixture("formats/dell-power-monitor/omreport.txt");
    assert_eq!(watts_of(&report), [(Some("kvm71"), 196.0)]);
    let expected = [("psu_count", "2"), ("psu_firmware", "01.20.04 + 01.20.07"), ("psu_watts", "750")];
    assert_eq!(factors(&report), expected);
    assert_eq!(watts_of(&take_fixture("formats/dell-power-monitor/racadm.txt")), [(None, 129.0)]);
    assert!(take_fixture("formats/dell-power-monitor/delloem.txt").power.is_empty(), "a peak is no series");
}

#[test]
fn redfish_supplies_are_facts_and_those_in_trouble_are_states() {
    let power = take_fixture("formats/redfish-power/power.json");
    let expected = [
        ("psu_count", "2"),
        ("psu_firmware", "1.02 + 1.04"),
        ("psu_model", "PW-800-T"),
        ("psu_watts", "800"),
    ];
    assert_eq!(factors(&power), expected);
    assert_eq!(states(&power), [(None, "Power supply: health Critical, state Enabled, input 0 V")]);
    assert!(power.power.is_empty(), "a draw without a time is no point of a series");
    let by_host = take_fixture("formats/redfish-power/by-host.json");
    let hosts: Vec<Option<&str>> = by_host.records.iter().map(|record| record.host.as_deref()).collect();
    assert_eq!(hosts, [Some("kvm81"), Some("kvm81"), Some("kvm82")]);
}

#[test]
fn telemetry_gives_one_series_of_the_whole_machine() {
    let idrac = take_fixture("formats/redfish-metric-report/idrac.json");
    assert_eq!(watts_of(&idrac), [(None, 239.0), (None, 241.0)]);
    assert_eq!(idrac.power[0].stamp, zoned("2025-02-28T23:00:00Z"));
    let by_path = take_fixture("formats/redfish-metric-report/by-path.json");
    assert_eq!(watts_of(&by_path), [(None, 100.0), (None, 94.0)]);
}

#[test]
fn a_fault_in_json_is_named_with_its_line_and_column() {
    let text = "{\n \"@odata.type\": \"#Power.v1_5_0.Power\",\n \"Id\": Power\n}\n";
    let facts = take("power.json", text.as_bytes());
    assert_eq!(facts.format.as_deref(), Some("redfish-power"));
    assert_eq!((facts.quarantined, facts.parsed), (text.len() as u64, 0));
    let fault = facts.quoted.last().unwrap();
    assert_eq!(fault.line, 3);
    assert!(fault.text.contains("line 3 column 8") && fault.text.contains("\"Id\": Power"), "{}", fault.text);
    let cut = take("power.json", &text.as_bytes()[..text.len() - 12]);
    assert!(cut.quoted.iter().any(|quote| quote.reason == "truncated"), "{:?}", cut.quoted);
}

#[test]
fn a_large_table_is_read_in_bounded_pieces() {
    let mut text = String::from("time,host,watts\n");
    for second in 0..30_000_u32 {
        text += &format!("{},kvm{:02},{}\n", 1_740_787_200 + second, second % 7, 200 + second % 50);
    }
    let facts = take("power.csv", text.as_bytes());
    assert_eq!((facts.power.len(), facts.quarantined), (30_000, 0));
    let broken = text.replacen("kvm03,", "\"kvm03,", 1);
    let facts = take("power.csv", broken.as_bytes());
    assert_eq!(facts.power.len(), 29_999, "an open quote costs its own line");
    assert_eq!(facts.reasons.keys().collect::<Vec<_>>(), ["bad shape", "ignored: table-header"]);
}

#[test]
fn the_power_meter_of_lm_sensors_is_the_machines() {
    let facts = take_fixture("formats/linux-sensors-text/loop.txt");
    assert_eq!(watts_of(&facts), [(None, 212.0), (None, 218.0)]);
    let sensor = take_fixture("formats/redfish-power/sensor.json");
    assert_eq!(watts_of(&sensor), [(None, 312.5)]);
    assert_eq!(sensor.power[0].stamp, zoned("2025-03-14T02:05:31Z"));
}
