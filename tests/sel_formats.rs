//! The three SEL readers: fixtures that fit and that do not, what is read of them, and hostile bytes.

use std::fs;
use std::path::{Path, PathBuf};

use coroner::ingest::Interest;
use coroner::ingest::formats::sel::freeipmi_sel_text::FreeipmiSelText;
use coroner::ingest::formats::sel::ipmi_sel_raw::IpmiSelRaw;
use coroner::ingest::formats::sel::ipmitool_sel_text::IpmitoolSelText;
use coroner::ingest::formats::{Fit, Format, Head, Reader};
use coroner::ingest::sink::Sink;
use coroner::ledger::Fate;
use coroner::model::Stamp;
use coroner::model::record::{Body, Record, SelEntry, SourceId, Span};
use proptest::prelude::*;

static SEL_FORMATS: [&dyn Format; 3] = [&IpmiSelRaw, &IpmitoolSelText, &FreeipmiSelText];

struct NoInterest;

impl Interest for NoInterest {
    fn literals(&self) -> Vec<&[u8]> {
        Vec::new()
    }

    fn signatures(&self, _program: &str, _text: &str) -> Vec<String> {
        Vec::new()
    }
}

fn read<'a>(format: &dyn Format, content: &[u8]) -> Sink<'a> {
    let mut sink = Sink::new(SourceId(0), &NoInterest);
    match format.open() {
        Reader::Whole(parse) => parse(content, &mut sink),
        Reader::Stream(_) => panic!("a SEL is no stream"),
        Reader::Rows(parse) => parse(&mut std::io::Cursor::new(content), &mut sink),
        Reader::Lines(mut reader) => {
            for (number, line) in (1..).zip(content.split_inclusive(|&byte| byte == b'\n')) {
                sink.at(Span { offset: sink.account.cursor(), len: line.len() as u64, line: number });
                let bare = line.strip_suffix(b"\n").unwrap_or(line);
                let bare = bare.strip_suffix(b"\r").unwrap_or(bare);
                let fate =
                    if bare.is_empty() { Fate::Ignored("blank-line") } else { reader.line(bare, &mut sink) };
                sink.account.book(line, fate);
            }
            reader.finish(&mut sink);
        }
    }
    sink
}

fn fit(format: &dyn Format, content: &[u8]) -> Fit {
    format.fit(&Head::new(&content[..content.len().min(65536)], Some(content.len() as u64)))
}

fn fixtures() -> PathBuf {
    // Where the test file stands, not where the package was built.
    let here = Path::new(file!());
    let root = if here.is_absolute() { here.parent().unwrap().to_owned() } else { PathBuf::from("tests") };
    root.join("fixtures/sel")
}

fn folder(name: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(fixtures().join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.display().to_string(), fs::read(&path).unwrap())).collect()
}

fn fixture(format: &dyn Format, name: &str) -> Vec<Record> {
    let content = fs::read(fixtures().join(format.id()).join(name)).unwrap();
    read(format, &content).records
}

fn entry(record: &Record) -> &SelEntry {
    match &record.body {
        Body::Sel(entry) => entry,
        other => panic!("not an entry of a SEL: {other:?}"),
    }
}

fn bmc(text: &str) -> Stamp {
    Stamp::Bmc(text.parse().unwrap())
}

/// What the analysis matches on.
fn meaning(entry: &SelEntry) -> (Option<u8>, Option<u8>, Option<u8>) {
    (entry.sensor_type, entry.event_type, entry.event_offset)
}

/// When the power supply of the fixtures lost its input, by the BMC's clock.
const POWER_LOST_AT: &str = "2024-06-10T06:24:20";

#[test]
fn every_fixture_fits_its_own_format_and_no_other() {
    for format in SEL_FORMATS {
        let files = folder(format.id());
        assert!(!files.is_empty());
        for (path, content) in files {
            // A message alone does not prove that a SEL was asked for.
            let wanted = if path.ends_with("bmc-not-reached.txt") { Fit::Maybe } else { Fit::Sure };
            for other in SEL_FORMATS {
                let wanted = if other.id() == format.id() { wanted } else { Fit::No };
                assert_eq!(fit(other, &content), wanted, "{path} as {}", other.id());
            }
        }
    }
}

#[test]
fn what_is_no_sel_fits_no_sel_format() {
    for (path, content) in folder("none") {
        for format in SEL_FORMATS {
            assert_eq!(fit(format, &content), Fit::No, "{path} as {}", format.id());
        }
    }
}

#[test]
fn every_byte_of_a_good_fixture_is_parsed_or_left_out_by_a_rule() {
    let damaged = ["last-record-cut-short.sel", "one-record-of-a-reserved-type.sel"];
    for format in SEL_FORMATS {
        for (path, content) in folder(format.id()) {
            let sink = read(format, &content);
            assert_eq!(sink.account.cursor(), content.len() as u64, "{path}");
            let quarantined = damaged.iter().any(|name| path.ends_with(name));
            let quarantined_bytes = sink.account.quarantined();
            assert_eq!(quarantined_bytes > 0, quarantined, "{path}: {:?}", sink.account.into_details());
        }
    }
}

#[test]
fn raw_dumps_give_bytes_times_and_words() {
    let records = fixture(&IpmiSelRaw, "writeraw.sel");
    assert_eq!(records.len(), 21);
    assert_eq!(records[1].stamp, Stamp::SinceBmcInit { seconds: 19 });
    assert_eq!(records[4].stamp, bmc(POWER_LOST_AT));
    assert_eq!(records[4].span, Span { offset: 64, len: 16, line: 0 });
    assert_eq!(
        entry(&records[4]),
        &SelEntry {
            record_id: Some(5),
            record_type: Some(0x02),
            sensor_type: Some(0x08),
            sensor: "#0x51".to_owned(),
            event_type: Some(0x6f),
            event_offset: Some(3),
            asserted: Some(true),
            event_data: Some([0xa3, 0x06, 0x00]),
            text: "Power Supply AC lost".to_owned(),
            raw: Some([5, 0, 2, 0x14, 0x9c, 0x66, 0x66, 0x20, 0, 4, 0x08, 0x51, 0x6f, 0xa3, 6, 0]),
            message_id: None,
        }
    );
    assert_eq!(entry(&records[6]).asserted, Some(false));
    assert_eq!(entry(&records[12]).text, "Linux kernel panic: Fatal excep");
    assert_eq!(records[12].stamp, Stamp::Missing);
    assert_eq!(records[16].stamp, Stamp::Missing);
    assert_eq!(entry(&records[17]).text, "OEM record dd | 000157 | a01270550000");
    assert_eq!(meaning(entry(&records[17])), (None, None, None));
}

#[test]
fn a_damaged_dump_loses_only_the_damaged_record() {
    assert_eq!(fixture(&IpmiSelRaw, "last-record-cut-short.sel").len(), 20);
    assert_eq!(fixture(&IpmiSelRaw, "one-record-of-a-reserved-type.sel").len(), 20);
    assert_eq!(fixture(&IpmiSelRaw, "unused-slots-behind.sel").len(), 21);
}

#[test]
fn a_printed_log_tells_what_the_raw_one_does() {
    let raw = fixture(&IpmiSelRaw, "writeraw.sel");
    for name in ["list-1.8.19.txt", "list-in-new-york.txt", "csv-1.8.19.txt", "list-with-empty-brackets.txt"]
    {
        let printed = fixture(&IpmitoolSelText, name);
        assert_eq!(printed.len(), raw.len(), "{name}");
        for (raw, printed) in raw.iter().zip(&printed) {
            let (was, is) = (entry(raw), entry(printed));
            assert_eq!((raw.stamp, was.record_id), (printed.stamp, is.record_id), "{name}");
            assert_eq!((&was.sensor, was.asserted), (&is.sensor, is.asserted), "{name}");
            // The names of OEM sensor types and events are not printed.
            if was.sensor_type.is_some_and(|sensor_type| sensor_type < 0xc0) {
                let same_words = is.text.starts_with(&was.text);
                assert!(same_words, "{name}: {was:?} {is:?}");
                assert_eq!(meaning(was), meaning(is), "{name}: {}", is.text);
            }
        }
    }
}

#[test]
fn verbose_blocks_give_event_data() {
    let raw = fixture(&IpmiSelRaw, "writeraw.sel");
    let printed = fixture(&IpmitoolSelText, "verbose-1.8.19.txt");
    assert_eq!(printed.len(), raw.len());
    for (raw, printed) in raw.iter().zip(&printed) {
        let (was, is) = (entry(raw), entry(printed));
        assert_eq!((was.record_id, was.record_type), (is.record_id, is.record_type));
        assert_eq!((was.event_data, was.asserted, &was.sensor), (is.event_data, is.asserted, &is.sensor));
        assert_eq!(was.text, is.text);
        // This version prints the date in the place of the time of day.
        assert_eq!(printed.stamp, Stamp::Missing);
    }
    let one = fixture(&IpmitoolSelText, "get.txt");
    assert_eq!(one[0].stamp, bmc(POWER_LOST_AT));
    assert_eq!(entry(&one[0]).sensor, "PS1 Status");
    assert_eq!(entry(&one[0]).event_data, Some([0xa3, 0x06, 0x00]));
    assert_eq!(one[0].span.line, 2);
}

#[test]
fn rows_of_all_widths_are_read() {
    let records = fixture(&IpmitoolSelText, "elist.txt");
    assert_eq!(records.len(), 15);
    let by_id = |id| records.iter().find(|record| entry(record).record_id == Some(id)).unwrap();
    assert_eq!(by_id(2).stamp, Stamp::SinceBmcInit { seconds: 19 });
    assert_eq!(by_id(3).stamp, Stamp::Missing);
    assert_eq!(by_id(0x5f).stamp, bmc(POWER_LOST_AT));
    assert_eq!(entry(by_id(0x5f)).sensor, "PS1 Status");
    assert_eq!(entry(by_id(0x60)).asserted, None);
    assert_eq!(meaning(entry(by_id(0x60))), (Some(0x09), Some(0x0b), Some(1)));
    assert_eq!(entry(by_id(0x61)).text, "Lower Critical going low (Reading 0 < Threshold 5 degrees C)");
    assert_eq!(meaning(entry(by_id(0x61))), (Some(0x04), Some(0x01), Some(2)));
    assert_eq!(meaning(entry(by_id(0x62))), (Some(0x07), Some(0x03), Some(1)));
    assert_eq!(entry(by_id(0x64)).text, "");
    assert_eq!(entry(by_id(0x165)).record_type, Some(0xdd));
    assert_eq!(entry(by_id(0x166)).record_type, Some(0xf0));
    assert_eq!((entry(by_id(0x168)).sensor_type, entry(by_id(0x168)).sensor.as_str()), (None, "ME Health"));
    assert_eq!(entry(by_id(0xffff)).text, "Installation started");
}

#[test]
fn a_12_hour_clock_and_a_zone_are_brought_back_to_the_bmc() {
    let stamps: Vec<Stamp> =
        fixture(&IpmitoolSelText, "elist-12-hour-clock.txt").iter().map(|r| r.stamp).collect();
    assert_eq!(stamps, [bmc("2024-09-11T22:28:51"), bmc("2024-09-11T04:05:00"), bmc("2024-12-01T16:05:00")]);
}

#[test]
fn one_day_above_12_settles_the_order_of_all_dates() {
    let stamps: Vec<Stamp> =
        fixture(&IpmitoolSelText, "list-day-first.txt").iter().map(|r| r.stamp).collect();
    assert_eq!(
        stamps,
        [
            bmc("2024-06-03T10:00:00"),
            bmc("2024-06-03T10:00:09"),
            bmc("2024-06-25T11:00:00"),
            bmc("2024-07-04T11:00:00"),
        ]
    );
}

#[test]
fn commas_inside_an_event_do_not_break_the_row() {
    let records = fixture(&IpmitoolSelText, "csv-old.csv");
    let event = entry(&records[1]);
    assert_eq!(event.text, "S3: sleeping, processor & hw context lost, memory retained");
    assert_eq!((meaning(event), event.asserted), ((Some(0x22), Some(0x6f), Some(3)), Some(true)));
    assert_eq!(records[2].stamp, Stamp::SinceBmcInit { seconds: 93 });
    assert_eq!(entry(&records[5]).record_type, Some(0xf0));
}

#[test]
fn an_empty_log_is_a_log() {
    for (format, name) in
        [(&IpmitoolSelText as &dyn Format, "no-entries.txt"), (&FreeipmiSelText, "empty.txt")]
    {
        let content = fs::read(fixtures().join(format.id()).join(name)).unwrap();
        let sink = read(format, &content);
        assert_eq!(sink.records.len(), 0);
        assert_eq!(sink.account.parsed(), content.len() as u64);
    }
}

#[test]
fn saved_events_have_no_time_but_all_their_bytes() {
    let records = fixture(&IpmitoolSelText, "save.txt");
    assert_eq!(records[4].stamp, Stamp::Missing);
    assert_eq!(entry(&records[4]).event_data, Some([0xa3, 0x06, 0x00]));
    assert_eq!(meaning(entry(&records[4])), (Some(0x08), Some(0x6f), Some(3)));
}

#[test]
fn lines_of_several_hosts_name_theirs() {
    let hosts = |format: &dyn Format, name| -> Vec<Option<String>> {
        let mut hosts: Vec<_> = fixture(format, name).into_iter().map(|record| record.host).collect();
        hosts.dedup();
        hosts
    };
    let named =
        |names: &[&str]| -> Vec<Option<String>> { names.iter().map(|n| Some((*n).to_owned())).collect() };
    assert_eq!(hosts(&IpmitoolSelText, "several-hosts.txt"), named(&["node01", "node02.rack4"]));
    assert_eq!(hosts(&FreeipmiSelText, "prefix.txt"), named(&["node01", "node02.rack4"]));
    assert_eq!(hosts(&FreeipmiSelText, "buffered-hosts.txt"), named(&["node01", "node02"]));
}

#[test]
fn hosts_before_each_line_belong_to_blocks_states_and_messages_too() {
    let records = fixture(&IpmitoolSelText, "several-hosts-verbose.txt");
    assert_eq!(records.len(), 2);
    assert_eq!((records[0].host.as_deref(), records[0].stamp), (Some("node01"), bmc(POWER_LOST_AT)));
    assert_eq!(meaning(entry(&records[0])), (Some(0x08), Some(0x6f), Some(3)));
    assert_eq!(records[1].host.as_deref(), Some("node03"));
    assert_eq!(entry(&records[1]).text, "entries 512, used 100%, overflow: entries were lost");
}

#[test]
fn hosts_that_share_an_output_share_its_entries() {
    let records = fixture(&FreeipmiSelText, "consolidated.txt");
    let mut lost: Vec<&str> = records
        .iter()
        .filter(|record| entry(record).record_id == Some(1))
        .filter_map(|record| record.host.as_deref())
        .collect();
    lost.sort_unstable();
    assert_eq!(lost, ["node01", "node02", "node03"]);
    let other = records.iter().find(|record| record.host.as_deref() == Some("node05")).unwrap();
    assert_eq!(other.stamp, Stamp::SinceBmcInit { seconds: 19 });
}

#[test]
fn a_clock_that_was_never_set_counts_from_its_start() {
    let records = fixture(&IpmitoolSelText, "list-clock-unset.txt");
    assert_eq!(records[0].stamp, Stamp::SinceBmcInit { seconds: 19 });
    assert_eq!(records[1].stamp, bmc(POWER_LOST_AT));
}

#[test]
fn freeipmi_tells_what_the_raw_log_does() {
    let raw = fixture(&IpmiSelRaw, "writeraw.sel");
    let names =
        ["default.txt", "state.txt", "comma.csv", "comma-state.csv", "very-verbose.txt", "no-header.txt"];
    for name in names.into_iter().chain(["legacy.txt", "hex-dump.txt"]) {
        let printed = fixture(&FreeipmiSelText, name);
        for printed in &printed {
            let is = entry(printed);
            let raw = raw.iter().find(|raw| entry(raw).record_id == is.record_id).unwrap();
            let was = entry(raw);
            if was.sensor_type.is_some_and(|sensor_type| sensor_type < 0xc0) {
                assert_eq!(meaning(was), meaning(is), "{name}: {}", is.text);
            }
            if matches!(raw.stamp, Stamp::Bmc(_)) {
                assert_eq!(raw.stamp, printed.stamp, "{name}");
            }
            if is.asserted.is_some() {
                assert_eq!(was.asserted, is.asserted, "{name}");
            }
            if name == "hex-dump.txt" {
                assert_eq!((was, raw.stamp), (is, printed.stamp));
            }
        }
    }
    let verbose = fixture(&FreeipmiSelText, "very-verbose.txt");
    assert_eq!(entry(&verbose[6]).asserted, Some(false));
    assert_eq!(entry(&verbose[12]).text, "Linux kernel panic: Fatal excep");
    let without_type = fixture(&FreeipmiSelText, "no-type-column.txt");
    assert_eq!(entry(&without_type[8]).event_offset, Some(0));
}

#[test]
fn a_monitoring_table_is_read_by_its_header() {
    let records = fixture(&FreeipmiSelText, "monitoring.csv");
    assert_eq!(records[0].stamp, bmc("2024-06-11T06:13:20"));
    assert_eq!(meaning(entry(&records[0])), (Some(0x07), Some(0x6f), Some(0)));
    assert_eq!(entry(&records[0]).asserted, Some(true));
}

/// Reads hostile bytes by each reader: no panic, and every byte has one fate.
fn survives(content: &[u8]) {
    for format in SEL_FORMATS {
        let _ = fit(format, content);
        let sink = read(format, content);
        let booked = sink.account.parsed() + sink.account.ignored() + sink.account.quarantined();
        assert_eq!((booked, sink.account.cursor()), (content.len() as u64, content.len() as u64));
    }
}

#[test]
fn hostile_lines_do_no_harm() {
    let wide = format!("1 | 06/10/2024 | 06:24:20 | {} | x | Asserted", "é|".repeat(100_000));
    let lines = [
        wide.as_str(),
        "ffffffff | 06/10/2024 | 06:24:20 | \u{fffd} |",
        "fffffffff | 06/10/2024 | 06:24:20 | Fan |",
        "1 |  Pre-Init  |99999999999| Fan #0x01 | x | Asserted",
        "1 | | | |",
        "1,,,",
        "SEL Record ID : zz",
        "SEL Record ID : 1\n Timestamp :\n Event Data : 11223é\n Sensor Number : 100\n Record Type :",
        "0x01 0x02 0x03 0x04 0x05 0x06 0x100",
        "RID:[1",
        "RID:[0é][",
        "1:é-Jan-2024 1:2:3:4",
        "1 | Jan-99-2024 | 25:00:00 | a | b | c",
        ": : : :",
        "OEM record é | | |",
        "ID | Date | Time | Name | Event\n1 | Jan-01-2024",
        "----\n----\n\u{202e}\n",
    ];
    for line in lines {
        survives(line.as_bytes());
    }
}

proptest! {
    #[test]
    fn random_bytes_do_no_harm(content in proptest::collection::vec(any::<u8>(), 0..2000)) {
        survives(&content);
    }

    #[test]
    fn shuffled_pieces_of_logs_do_no_harm(pieces in proptest::collection::vec(piece(), 0..60)) {
        survives(pieces.concat().as_bytes());
    }

    #[test]
    fn a_damaged_dump_does_no_harm(at in 0_usize..336, byte in any::<u8>(), len in 0_usize..337) {
        let mut content = fs::read(fixtures().join("ipmi-sel-raw/writeraw.sel")).unwrap();
        content[at] = byte;
        content.truncate(len);
        survives(&content);
    }
}

/// Pieces that the readers look for, and characters that they do not.
fn piece() -> impl Strategy<Value = String> {
    const KNOWN: &[&str] = &[
        " | ",
        "|",
        ",",
        ":",
        ": ",
        "\n",
        " ",
        "-",
        "[",
        "]",
        "#",
        "0x",
        "1",
        "a1",
        "ffff",
        "06/10/2024",
        "06:24:20",
        "PM",
        "EDT",
        "Pre-Init",
        "Unspecified",
        "PostInit",
        "N/A",
        "Jun-10-2024",
        "Power Supply #0x51",
        "IERR",
        "Asserted",
        "Deasserted",
        "SEL Record ID          : 0001",
        " Timestamp : ",
        " Event Data : ",
        "OEM record ",
        "Linux kernel panic: ",
        "ID | Date | Time | Name | Type | Event",
        "RID:[01][00] RT:[02] ",
        "SEL Information",
        "OEM defined = ",
        "node01: ",
        "----------------",
    ];
    prop_oneof![4 => proptest::sample::select(KNOWN).prop_map(str::to_owned), 1 => "\\PC{0,6}"]
}
