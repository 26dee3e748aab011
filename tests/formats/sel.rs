//! System Event Logs and logs of management controllers: what stands in the fixtures is what is read.

use coroner::ingest::drive::read_bytes;
use coroner::ingest::{Interest, formats};
use coroner::model::Stamp;
use coroner::model::record::{Body, Record, SelEntry, SourceFacts, SourceId};

use super::fixtures::fixtures_of;
use super::{Counts, take, take_fixture};

pub const COUNTS: Counts = &[
    ("formats/bmc-sel-table/ibmc.txt", 3, 3),
    ("formats/bmc-sel-table/megarac.csv", 3, 3),
    ("formats/cisco-ucs-sel-text/show-sel.txt", 4, 4),
    ("formats/dell-lclog-text/view.txt", 3, 3),
    ("formats/dell-lclog-xml/export.xml", 2, 2),
    ("formats/dell-omreport-log-text/alertlog.txt", 2, 2),
    ("formats/dell-omreport-log-text/esmlog.txt", 3, 3),
    ("formats/dell-racadm-getsel-text/getsel-raw.txt", 1, 1),
    ("formats/dell-racadm-getsel-text/getsel.txt", 4, 4),
    ("formats/dell-racadm-getsel-text/one-line.txt", 3, 3),
    ("formats/dell-racadm-getsel-text/raclog.txt", 2, 2),
    ("formats/dell-sel-csv/omreport.ssv", 2, 2),
    ("formats/dell-sel-csv/sel.csv", 2, 2),
    ("formats/dell-sel-csv/with-ids.csv", 2, 2),
    ("formats/hpe-ilorest-log-text/serverlogs.txt", 2, 3),
    ("formats/hpe-iml-csv/event-log.csv", 2, 2),
    ("formats/hpe-iml-csv/excerpt.csv", 2, 3),
    ("formats/hpe-iml-csv/iml.csv", 4, 5),
    ("formats/hpe-iml-text/hpasmcli.txt", 3, 3),
    ("formats/hpe-iml-text/hplog.txt", 3, 4),
    ("formats/hpe-ribcl-log-xml/iml.xml", 2, 3),
    ("formats/redfish-log-entries/ami-read-time.json", 2, 2),
    ("formats/redfish-log-entries/idrac7-sel.json", 3, 3),
    ("formats/redfish-log-entries/ilo4-items.json", 1, 1),
    ("formats/redfish-log-entries/ilo5-iml.json", 3, 4),
    ("formats/redfish-log-entries/one-entry.json", 1, 1),
    ("formats/redfish-log-entries/openbmc.jsonl", 2, 2),
    ("formats/redfish-log-entries/pages.json", 2, 2),
    ("formats/redfish-log-entries/xcc.json", 1, 1),
    ("formats/vmware-esxcli-sel-text/list.txt", 3, 3),
    ("formats/bmc-sel-table/xcc.csv", 2, 2),
    ("formats/hpe-ilo-clp-log/records.txt", 2, 2),
    ("formats/ipmiutil-sel-text/canonical.txt", 2, 2),
    ("formats/ipmiutil-sel-text/columns.txt", 5, 5),
    ("formats/redfish-log-entries/sent-event.json", 1, 1),
    ("formats/supermicro-sel-text/new-board.txt", 2, 2),
    ("formats/supermicro-sel-text/old-board.txt", 2, 2),
];

fn bmc(text: &str) -> Stamp {
    Stamp::Bmc(text.parse().unwrap())
}

fn zoned(text: &str) -> Stamp {
    Stamp::Zoned(text.parse().unwrap())
}

fn entry(record: &Record) -> &SelEntry {
    match &record.body {
        Body::Sel(entry) => entry,
        other => panic!("not an entry of a SEL: {other:?}"),
    }
}

fn by_id(facts: &SourceFacts, id: u32) -> &Record {
    facts.records.iter().find(|record| entry(record).record_id == Some(id)).unwrap()
}

fn stamps(facts: &SourceFacts) -> Vec<Stamp> {
    facts.records.iter().map(|record| record.stamp).collect()
}

/// What the analysis matches on.
fn meaning(entry: &SelEntry) -> (Option<u8>, Option<u8>, Option<u8>, Option<bool>) {
    (entry.sensor_type, entry.event_type, entry.event_offset, entry.asserted)
}

/// When the power supply of the fixtures lost its input.
const LOST_AT: &str = "2024-06-10T06:24:20";

#[test]
fn an_idrac_log_is_turned_round_and_keeps_its_offset() {
    let facts = take_fixture("formats/redfish-log-entries/idrac7-sel.json");
    assert_eq!(
        stamps(&facts),
        [Stamp::SinceBmcInit { seconds: 19 }, zoned("2024-06-10T06:24:20Z"), zoned("2024-06-10T06:41:07Z")]
    );
    let lost = entry(by_id(&facts, 2));
    assert_eq!((lost.sensor.as_str(), lost.message_id.as_deref()), ("#0x51", Some("PSU0003")));
    assert_eq!(meaning(lost), (Some(0x08), None, None, Some(true)));
    assert_eq!(entry(by_id(&facts, 3)).asserted, Some(false));
    assert_eq!(lost.text, "The power input for power supply 2 is lost.");
}

#[test]
fn the_time_of_the_event_counts_and_not_that_of_the_reading() {
    let facts = take_fixture("formats/redfish-log-entries/ami-read-time.json");
    assert_eq!(stamps(&facts), [zoned("2024-06-10T06:24:00Z"), zoned("2024-06-10T06:24:20Z")]);
    let sync = entry(&facts.records[0]);
    assert_eq!(meaning(sync), (Some(0x12), Some(0x6f), Some(5), Some(true)));
    assert_eq!(sync.event_data, Some([0x05, 0x00, 0xff]));
    assert_eq!(
        (sync.sensor.as_str(), sync.text.as_str()),
        ("Systems/Self", "Timestamp Clock Sync (0x0500FF)")
    );
    // Redundancy and power cycles have the same offset: the raw message does not say which it is.
    let unit = entry(&facts.records[1]);
    assert_eq!(meaning(unit), (Some(0x09), None, Some(1), Some(false)));
    assert_eq!(unit.text, "0x01FFFF");
}

#[test]
fn what_ilo_counts_is_kept_at_both_ends_unless_it_was_a_repair() {
    for path in ["formats/redfish-log-entries/ilo5-iml.json", "formats/hpe-ilorest-log-text/serverlogs.txt"] {
        let facts = take_fixture(path);
        let times: Vec<Stamp> = facts
            .records
            .iter()
            .filter(|record| entry(record).record_id == Some(1))
            .map(|record| record.stamp)
            .collect();
        assert_eq!(times, [zoned("2024-06-10T06:24:20Z"), zoned("2024-06-10T06:40:00Z")], "{path}");
        assert_eq!(entry(&facts.records[0]).sensor, "Power");
        assert_eq!(entry(&facts.records[0]).message_id.as_deref(), Some("class0x000acode0x000c"));
        assert_eq!(
            entry(&facts.records[1]).record_id,
            Some(2),
            "{path}: the repeat stands where its time is"
        );
    }
}

#[test]
fn ids_of_messages_come_from_the_vendors_part_if_nowhere_else() {
    let lenovo = take_fixture("formats/redfish-log-entries/xcc.json");
    assert_eq!(entry(&lenovo.records[0]).message_id.as_deref(), Some("FQXSPSD0000I"));
    assert_eq!(lenovo.records[0].stamp, zoned("2024-06-10T06:24:20.512Z"));
    let old_ilo = take_fixture("formats/redfish-log-entries/ilo4-items.json");
    assert_eq!(entry(&old_ilo.records[0]).message_id.as_deref(), Some("class0x000acode0x000c"));
}

#[test]
fn arguments_fill_a_message_that_has_places_for_them() {
    let facts = take_fixture("formats/redfish-log-entries/openbmc.jsonl");
    let low = entry(&facts.records[0]);
    assert!(low.text.starts_with("PSU2_Input_Voltage sensor crossed"), "{}", low.text);
    assert!(low.text.ends_with("Reading=12.000000 Threshold=90.000000."), "{}", low.text);
    assert_eq!(low.message_id.as_deref(), Some("OpenBMC.0.1.SensorThresholdCriticalLowGoingLow"));
    assert_eq!(facts.records[1].span.line, 2);
}

#[test]
fn pages_single_entries_and_links_are_told_apart() {
    let pages = take_fixture("formats/redfish-log-entries/pages.json");
    assert_eq!(stamps(&pages), [bmc(LOST_AT), bmc("2024-06-10T06:30:00")]);
    assert_eq!(entry(&pages.records[0]).sensor, "Chassis/1/Thermal#/Fans/3");
    let one = take_fixture("formats/redfish-log-entries/one-entry.json");
    assert_eq!(one.records[0].stamp, Stamp::Missing);
    assert_eq!(meaning(entry(&one.records[0])), (Some(0x01), Some(0x01), Some(9), None));
    let (_, page) =
        &fixtures_of("redfish-log-entries").into_iter().find(|(p, _)| p.contains("pages")).unwrap();
    let linked =
        format!("{}{}", String::from_utf8_lossy(page).trim_end(), r#"{"Members":[{"@odata.id":"/e/1"}]}"#);
    let links = take("pages.json", linked.as_bytes());
    assert!(links.reasons.contains_key("ignored: link-to-a-log-entry"), "{:?}", links.reasons);
}

#[test]
fn a_collection_that_is_cut_off_keeps_what_came_before() {
    let (_, whole) = &fixtures_of("redfish-log-entries")[1];
    let text = String::from_utf8(whole.clone()).unwrap();
    let cut = text.find("\"Id\": \"1\"").unwrap();
    let facts = take("sel.json", &whole[..cut]);
    assert_eq!(facts.records.len(), 2);
    assert_eq!(facts.reasons.keys().collect::<Vec<_>>(), ["truncated"]);
    assert_eq!(facts.quoted[0].text, "JSON ends inside a value at line 44, column 7");
}

#[test]
fn one_broken_entry_costs_itself_and_says_where_it_is() {
    let (_, whole) = &fixtures_of("redfish-log-entries")[1];
    let broken = String::from_utf8(whole.clone()).unwrap().replace("\"Id\": \"2\",", "\"Id\": two,");
    let facts = take("sel.json", broken.as_bytes());
    assert_eq!(facts.records.len(), 2);
    assert_eq!(facts.reasons.keys().collect::<Vec<_>>(), ["bad field: JSON"]);
    let quote = &facts.quoted[0];
    assert!(quote.text.starts_with("broken JSON at line 28, column 14"), "{}", quote.text);
    assert_eq!(quote.line, 28);
}

#[test]
fn documents_one_after_the_other_go_on_behind_a_broken_one() {
    let line = |id: u32| {
        format!(
            "{{\"@odata.type\":\"#LogEntry.v1_0_0.LogEntry\",\"Id\":\"{id}\",\"Created\":\"{LOST_AT}Z\",\"Message\":\"m\"}}\n"
        )
    };
    let text = format!("{}{}{}", line(1), line(2).replacen(':', "", 1), line(3));
    let facts = take("log.jsonl", text.as_bytes());
    let ids: Vec<Option<u32>> = facts.records.iter().map(|record| entry(record).record_id).collect();
    assert_eq!(ids, [Some(1), Some(3)]);
    assert_eq!(facts.quarantined, line(2).len() as u64 - 1);
}

#[test]
fn blocks_of_racadm_are_records() {
    let facts = take_fixture("formats/dell-racadm-getsel-text/getsel.txt");
    assert_eq!(
        stamps(&facts),
        [bmc("2024-02-14T08:12:01"), Stamp::Missing, bmc(LOST_AT), bmc("2024-06-10T06:24:25")]
    );
    assert_eq!(entry(&facts.records[2]).text, "The power input for power supply 2 is lost.");
    let wrapped = &entry(&facts.records[3]).text;
    assert!(wrapped.ends_with("that share the load of the chassis has no input."), "{wrapped}");
    assert_eq!(facts.records[2].span.line, 15);

    let raw = take_fixture("formats/dell-racadm-getsel-text/getsel-raw.txt");
    let lost = entry(&raw.records[0]);
    assert_eq!(meaning(lost), (Some(0x08), Some(0x6f), Some(3), Some(true)));
    assert_eq!(lost.event_data, Some([0xa3, 0x06, 0x00]));

    let rows = take_fixture("formats/dell-racadm-getsel-text/one-line.txt");
    assert_eq!(stamps(&rows), [bmc("2024-02-14T08:12:01"), bmc(LOST_AT), bmc("2024-06-10T06:41:07")]);
    assert_eq!(entry(&rows.records[1]).text, "The power input for power supply 2 is lost.");
}

#[test]
fn the_lifecycle_log_gives_ids_and_places_in_both_forms() {
    let text = take_fixture("formats/dell-lclog-text/view.txt");
    let xml = take_fixture("formats/dell-lclog-xml/export.xml");
    assert_eq!(by_id(&text, 811).stamp, bmc(LOST_AT));
    assert_eq!(by_id(&xml, 811).stamp, zoned("2024-06-10T06:24:20Z"));
    for facts in [&text, &xml] {
        let lost = entry(by_id(facts, 811));
        assert_eq!((lost.sensor.as_str(), lost.message_id.as_deref()), ("PSU.Slot.2", Some("PSU0003")));
        assert_eq!(lost.text, "The power input for power supply 2 is lost.");
    }
    assert_eq!(entry(by_id(&text, 811)).event_offset, Some(3));
    assert_eq!(entry(by_id(&text, 812)).message_id.as_deref(), Some("SYS1003"));
    assert_eq!(
        entry(by_id(&xml, 810)).text,
        "Successfully logged in using \"root\" & REDFISH from 192.0.2.90."
    );
    let order: Vec<Option<u32>> = text.records.iter().map(|record| entry(record).record_id).collect();
    assert_eq!(order, [Some(810), Some(811), Some(812)], "oldest first");
}

#[test]
fn broken_xml_keeps_what_came_before() {
    let (_, whole) = &fixtures_of("dell-lclog-xml")[0];
    let text = String::from_utf8(whole.clone()).unwrap();
    let cut = &text[..text.find("USR0030").unwrap()];
    let facts = take("lclog.xml", cut.as_bytes());
    assert_eq!(
        (facts.records.len(), facts.reasons.contains_key("truncated")),
        (1, true),
        "{:?}",
        facts.reasons
    );
    let crossed = text.replace("</MessageArgs>", "</Message>");
    let facts = take("lclog.xml", crossed.as_bytes());
    assert_eq!((facts.records.len(), facts.quarantined > 0), (0, true));
    assert!(facts.quoted[0].text.starts_with("broken XML at line 6"), "{}", facts.quoted[0].text);
}

#[test]
fn hardware_logs_are_the_controllers_and_alerts_the_hosts() {
    let hardware = take_fixture("formats/dell-omreport-log-text/esmlog.txt");
    assert_eq!(stamps(&hardware), [bmc("2024-02-14T08:12:01"), Stamp::Missing, bmc(LOST_AT)]);
    let alerts = take_fixture("formats/dell-omreport-log-text/alertlog.txt");
    assert_eq!(alerts.records[1].stamp, Stamp::Local("2024-06-10T08:41:07".parse().unwrap()));
    assert_eq!(entry(&alerts.records[0]).message_id.as_deref(), Some("1354"));
    assert!(entry(&alerts.records[0]).text.ends_with("Previous state was: OK (Normal)"));
}

#[test]
fn exported_tables_are_read_by_their_headers() {
    let sel = take_fixture("formats/dell-sel-csv/sel.csv");
    assert_eq!(stamps(&sel), [bmc("2024-02-14T08:12:01"), bmc(LOST_AT)]);
    assert_eq!(sel.records[1].span.line, 2);
    let ids = take_fixture("formats/dell-sel-csv/with-ids.csv");
    assert_eq!(entry(&ids.records[0]).message_id.as_deref(), Some("PSU0003"));
    assert!(entry(&ids.records[0]).text.ends_with("nobody pulled the cord."));
    let day_first = "Severity,Date/Time,Description\nOk,10/06/2024 06:24:20,a\nOk,13/06/2024 06:24:20,b\n";
    assert_eq!(stamps(&take("sel.csv", day_first.as_bytes())), [bmc(LOST_AT), bmc("2024-06-13T06:24:20")]);
}

#[test]
fn hpe_logs_have_minutes_repeats_and_times_never_set() {
    for path in
        ["formats/hpe-iml-csv/iml.csv", "formats/hpe-iml-text/hplog.txt", "formats/hpe-ribcl-log-xml/iml.xml"]
    {
        let facts = take_fixture(path);
        let is_supply = |record: &&Record| entry(record).text.starts_with("System Power Supply:");
        let times: Vec<Stamp> = facts.records.iter().filter(is_supply).map(|record| record.stamp).collect();
        assert_eq!(times, [bmc("2024-06-10T06:24:00"), bmc("2024-06-10T06:40:00")], "{path}");
    }
    let iml = take_fixture("formats/hpe-iml-csv/iml.csv");
    assert_eq!(
        by_id(&iml, 212).stamp,
        bmc("2024-06-10T07:02:00"),
        "the last time, where the first was never set"
    );
    let excerpt = take_fixture("formats/hpe-iml-csv/excerpt.csv");
    assert_eq!(entry(by_id(&excerpt, 212)).text, "Maintenance note: fans cleaned.");
    assert_eq!(entry(&excerpt.records[0]).sensor, "Power");
    assert_eq!(entry(&iml.records[0]).record_id, Some(209), "oldest first");
    assert_eq!(entry(by_id(&iml, 209)).sensor, "POST Message");
    let xml = take_fixture("formats/hpe-ribcl-log-xml/iml.xml");
    assert_eq!(entry(&xml.records[1]).text, "POST Error: 207 - Memory & slot mismatch");
    assert_eq!(xml.records[1].stamp, Stamp::Missing);
    let cli = take_fixture("formats/hpe-iml-text/hpasmcli.txt");
    assert_eq!(entry(by_id(&cli, 41)).text, "Power Supply - General Failure (Power Supply 2)");
    assert_eq!(by_id(&cli, 41).stamp, bmc("2024-06-10T06:24:00"));
}

#[test]
fn tables_of_other_bmcs_are_read_by_their_headers() {
    let ami = take_fixture("formats/bmc-sel-table/megarac.csv");
    let lost = entry(by_id(&ami, 2));
    assert_eq!((by_id(&ami, 2).stamp, lost.sensor.as_str()), (bmc(LOST_AT), "PSU2_Status"));
    assert_eq!(meaning(lost), (Some(8), Some(0x6f), Some(3), Some(true)));
    assert_eq!(entry(by_id(&ami, 3)).asserted, Some(false));
    assert_eq!(entry(&ami.records[0]).record_id, Some(1), "oldest first");
    let huawei = take_fixture("formats/bmc-sel-table/ibmc.txt");
    let lost = entry(by_id(&huawei, 2));
    assert_eq!((lost.message_id.as_deref(), lost.asserted), (Some("0x03000009"), Some(true)));
    assert_eq!((by_id(&huawei, 2).stamp, lost.text.as_str()), (bmc(LOST_AT), "PSU 2 lost its AC input."));
}

#[test]
fn shells_of_other_vendors_print_the_same_events() {
    let ucs = take_fixture("formats/cisco-ucs-sel-text/show-sel.txt");
    let lost = entry(by_id(&ucs, 2));
    assert_eq!(
        (lost.sensor.as_str(), meaning(lost)),
        ("PSU2_STATUS #0x9a", (Some(8), Some(0x6f), Some(3), Some(true)))
    );
    assert_eq!(by_id(&ucs, 3).stamp, bmc("2024-06-10T06:29:22"), "brought back from the zone of the shell");
    let esx = take_fixture("formats/vmware-esxcli-sel-text/list.txt");
    assert_eq!(stamps(&esx)[..2], [Stamp::SinceBmcInit { seconds: 19 }, bmc(LOST_AT)]);
    assert_eq!(meaning(entry(by_id(&esx, 3))), (Some(8), Some(0x6f), Some(3), Some(false)));
}

#[test]
fn the_state_of_a_log_is_kept_behind_its_entries() {
    let facts = take_fixture("sel/ipmitool-sel-text/info.txt");
    let state = entry(facts.records.last().unwrap());
    assert_eq!(state.sensor, "SEL information");
    assert!(state.text.starts_with("entries 21, used 25%"), "{}", state.text);
    assert!(state.text.ends_with("no entry was lost"), "{}", state.text);
    assert_eq!(facts.records.last().unwrap().stamp, Stamp::Missing);
}

#[test]
fn a_block_of_several_lines_counts_once() {
    let facts = take_fixture("sel/ipmitool-sel-text/get.txt");
    assert_eq!(facts.understood, facts.records.len() as u64);
}

/// No log line is of interest: a SEL has none.
struct NoLines;

impl Interest for NoLines {
    fn literals(&self) -> Vec<&[u8]> {
        Vec::new()
    }

    fn signatures(&self, _program: &str, _text: &str) -> Vec<String> {
        Vec::new()
    }
}

/// Every byte has one fate, whatever happens to a fixture.
#[test]
fn damage_at_any_place_is_survived() {
    for format in formats::sel::ALL {
        for (path, content) in fixtures_of(format.id()) {
            let step = content.len() / 16 + 1;
            for at in (0..content.len()).step_by(step) {
                let mut flipped = content.clone();
                flipped[at] = [b'"', 0, 0xff, b'<', b'}', b'\n'][at / step % 6];
                for damaged in [&content[..at], &content[at..], &flipped[..]] {
                    let facts = read_bytes(SourceId(0), &path, damaged, &NoLines);
                    let booked = facts.parsed + facts.ignored + facts.quarantined;
                    assert_eq!(
                        (booked, facts.bytes),
                        (damaged.len() as u64, damaged.len() as u64),
                        "{path} at {at}"
                    );
                    assert!(!facts.reasons.contains_key("reader panicked"), "{path} at {at}");
                }
            }
        }
    }
}

#[test]
fn what_ipmiutil_prints_keeps_the_bytes_of_the_event() {
    let facts = take_fixture("formats/ipmiutil-sel-text/columns.txt");
    let lost = entry(by_id(&facts, 2));
    assert_eq!((lost.text.as_str(), lost.sensor.as_str()), ("AC Lost, PS1 Status", "#0xb1"));
    assert_eq!(meaning(lost), (Some(0x08), Some(0x6f), Some(3), Some(true)));
    assert_eq!(entry(by_id(&facts, 3)).asserted, Some(false));
    assert_eq!(by_id(&facts, 2).stamp, bmc("2025-03-14T02:05:31"));
    let other = by_id(&facts, 5);
    assert_eq!((entry(other).record_type, other.stamp), (Some(0xe1), Stamp::Missing));
    let canonical = take_fixture("formats/ipmiutil-sel-text/canonical.txt");
    assert_eq!(
        (entry(by_id(&canonical, 2)).sensor_type, by_id(&canonical, 2).stamp),
        (Some(0x08), bmc("2025-03-14T02:05:31"))
    );
}

#[test]
fn an_entry_of_ipmicfg_is_two_lines() {
    let old = take_fixture("formats/supermicro-sel-text/old-board.txt");
    let lost = by_id(&old, 1);
    assert_eq!((lost.stamp, lost.span.line), (bmc("2025-03-14T02:05:31"), 1));
    assert_eq!((entry(lost).text.as_str(), entry(lost).sensor.as_str()), ("Power Supply AC Lost", "PS1"));
    assert_eq!((entry(lost).sensor_type, entry(lost).asserted), (Some(0x08), Some(true)));
    let new = take_fixture("formats/supermicro-sel-text/new-board.txt");
    let text = &entry(by_id(&new, 119)).text;
    assert_eq!(text, "Memory Error, Failing DIMM: DIMM location (P1-DIMMB1)");
}

#[test]
fn an_ilo_wraps_its_descriptions_over_ssh() {
    let facts = take_fixture("formats/hpe-ilo-clp-log/records.txt");
    assert_eq!(stamps(&facts), [bmc("2025-03-14T02:05:00"), bmc("2025-03-14T02:31:00")]);
    let text = &entry(by_id(&facts, 12)).text;
    assert!(text.ends_with("Power Cord, Verify Power Supply Input (Power Supply 1)"), "{text}");
}

#[test]
fn xcc_names_the_message_of_each_row() {
    let facts = take_fixture("formats/bmc-sel-table/xcc.csv");
    let ids: Vec<Option<&str>> =
        facts.records.iter().map(|record| entry(record).message_id.as_deref()).collect();
    // The newest comes first in the file.
    assert_eq!(ids, [Some("FQXSPPW0009I"), Some("FQXSPPW0005I")]);
}

#[test]
fn an_event_that_was_sent_is_an_entry() {
    let facts = take_fixture("formats/redfish-log-entries/sent-event.json");
    let sent = by_id(&facts, 2162);
    assert_eq!(
        (sent.stamp, entry(sent).message_id.as_deref()),
        (zoned("2025-03-14T02:05:31Z"), Some("PSU0003"))
    );
}

#[test]
fn the_order_of_a_sel_tells_whether_the_day_comes_first() {
    let facts = take_fixture("sel/ipmitool-sel-text/day-first-by-order.txt");
    assert_eq!(stamps(&facts)[..2], [bmc("2025-04-03T09:47:45"), bmc("2025-04-09T02:05:31")]);
    // Two months in order say nothing.
    let (_, content) =
        &fixtures_of("ipmitool-sel-text").into_iter().find(|(p, _)| p.contains("by-order")).unwrap();
    let rows: Vec<&[u8]> = content.split_inclusive(|byte| *byte == b'\n').take(3).collect();
    assert_eq!(stamps(&take("x", &rows.concat()))[0], bmc("2025-03-04T09:47:45"));
}
