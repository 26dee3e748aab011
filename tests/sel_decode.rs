//! SEL records decoded: against `ipmitool` for every combination, and against the specification.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Instant;

use coroner::ipmi::{
    self, SelTime, decode, event_from_text, event_text, ipmitool_line, sensor_type_from_text,
    sensor_type_name,
};

/// 2023-11-14 22:13:20 on the BMC's clock.
const AT: u32 = 1_700_000_000;

fn event(sensor_type: u8, event_type: u8, data: [u8; 3], sensor_number: u8, seconds: u32) -> [u8; 16] {
    let mut raw = [0; 16];
    raw[2] = 0x02;
    raw[3..7].copy_from_slice(&seconds.to_le_bytes());
    raw[7..10].copy_from_slice(&[0x20, 0x00, 0x04]);
    raw[10..13].copy_from_slice(&[sensor_type, sensor_number, event_type]);
    raw[13..].copy_from_slice(&data);
    raw
}

/// All sensor types × event types × offsets × directions, without event data.
fn all_combinations() -> Vec<[u8; 16]> {
    let event_types = (0x01..=0x0c).chain([0x6f]);
    let mut records = Vec::new();
    for sensor_type in 0..=0xff {
        for event_type in event_types.clone() {
            for offset in 0..=0x0f {
                for direction in [0x00, 0x80] {
                    let data = [offset, 0xff, 0xff];
                    records.push(event(sensor_type, event_type | direction, data, 0x42, AT));
                }
            }
        }
    }
    records
}

/// What the grid of combinations leaves out: event data, other event types, times, OEM records.
fn special_records() -> Vec<[u8; 16]> {
    let mut records = Vec::new();
    for sensor_type in 0..=0x2d {
        for offset in 0..=0x0f {
            for data_two in 0..=0x20 {
                for flags in [0x00, 0x80, 0xc0, 0x50] {
                    records.push(event(sensor_type, 0x6f, [flags | offset, data_two, 0x21], 0x42, AT));
                }
            }
        }
    }
    for event_type in 0..=0x7f {
        records.push(event(0x07, event_type, [0x01, 0xff, 0xff], 0x42, AT));
    }
    for flags in [0x00, 0x10, 0x20, 0x30, 0xa0] {
        records.push(event(0x0c, 0x6f, [flags, 0xff, 0x35], 0x00, AT));
        records.push(event(0x0c, 0x6f, [flags, 0xff, 0x35], 0x01, AT));
    }
    for seconds in [0, 1, 147, 0x1fff_ffff, 0x2000_0001, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, u32::MAX] {
        records.push(event(0x12, 0x6f, [0x05, 0xff, 0xff], 0x00, seconds));
    }
    for record_type in (0xc0..=0xff).filter(|record_type| *record_type != 0xf0) {
        let mut raw = event(0x08, 0x6f, [0x11, 0x22, 0x33], 0x42, AT);
        raw[2] = record_type;
        records.push(raw);
    }
    let mut panic = *b"\0\0\xf0\x20\x00Fatal excep";
    records.push(panic);
    panic[5..].copy_from_slice(b"tion\0\0\0\0\0\0\0");
    records.push(panic);
    // And what nobody thought of. Panic fragments are left to the cases above: they are printed raw.
    let random = random_records(20_000).filter(|raw| raw[2] != 0xf0 && raw[3..7] != [0, 0, 0, 0x20]);
    records.extend(random);
    records
}

/// Records of random bytes, the same in every run (xorshift; Marsaglia 2003).
fn random_records(count: usize) -> impl Iterator<Item = [u8; 16]> {
    let mut state = 0x2545_f491_u32;
    std::iter::repeat_with(move || {
        let mut raw = [0; 16];
        for word in raw.as_chunks_mut::<4>().0 {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            *word = state.to_le_bytes();
        }
        raw[2] = if raw[2] < 0xc0 { 0x02 } else { raw[2] };
        raw
    })
    .take(count)
}

/// Where our words differ from those of `ipmitool` 1.8.19 on purpose: sensor type, offset, our words,
/// why. All are sensor-specific events (6Fh) for which `ipmitool` prints nothing.
const DELIBERATE: &[(u8, u8, &str, &str)] = &[
    (0x10, 0x6, "Correctable machine check error logging disabled", "table 42-3 defines it"),
    (0x2a, 0x0, "Session activated", "table 42-3 defines it"),
    (0x2a, 0x1, "Session deactivated", "table 42-3 defines it"),
    (0x2a, 0x2, "Invalid user name or password", "table 42-3 defines it"),
    (0x2a, 0x3, "Invalid password disable", "table 42-3 defines it"),
    (0x2b, 0x1, "Firmware or software change detected", "the event stands without event data 2 too"),
    (0x2b, 0x7, "Firmware or software change success", "the event stands without event data 2 too"),
];

#[test]
fn every_combination_reads_as_ipmitool_prints_it() {
    let mut records = all_combinations();
    records.extend(special_records());
    for (record, id) in records.iter_mut().zip((1..=0xfffe_u16).cycle()) {
        record[..2].copy_from_slice(&id.to_le_bytes());
    }
    let Some(printed) = printed_by_ipmitool(&records) else { return };
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.len(), records.len(), "ipmitool prints one line per record");

    let (mut unexpected, mut met) = (Vec::new(), BTreeSet::new());
    for (raw, theirs) in records.iter().zip(lines) {
        let record = decode(raw);
        let ours = ipmitool_line(&record);
        if ours == theirs {
            continue;
        }
        let deliberate = DELIBERATE.iter().find(|(sensor_type, offset, words, _)| {
            record.event_type == 0x6f
                && record.sensor_type == *sensor_type
                && record.offset() == *offset
                && ours.replace(&format!("| {words} |"), "|  |") == theirs
        });
        match deliberate {
            Some((sensor_type, offset, ..)) => _ = met.insert((*sensor_type, *offset)),
            None => unexpected.push(format!("ours:   {ours}\ntheirs: {theirs}")),
        }
    }
    println!("{} records compared, {} kinds of deliberate differences", records.len(), met.len());
    assert!(
        unexpected.is_empty(),
        "{} differ:\n{}",
        unexpected.len(),
        unexpected[..unexpected.len().min(20)].join("\n")
    );
    assert_eq!(met.len(), DELIBERATE.len(), "a listed difference is none any more: {met:?}");
}

/// What `ipmitool sel readraw` prints for the records; `None` if it is not installed.
fn printed_by_ipmitool(records: &[[u8; 16]]) -> Option<String> {
    if Command::new("ipmitool").arg("-V").output().is_err() {
        assert!(std::env::var_os("CORONER_TESTS_REQUIRE_ALL").is_none(), "needs ipmitool");
        println!("skipped: needs ipmitool");
        return None;
    }
    let folder = Folder::new();
    let (dump, socket) = (folder.0.join("dump"), folder.0.join("bmc"));
    fs::write(&dump, records.concat()).unwrap();
    // Even to decode a file, `ipmitool` wants a BMC: one that knows nothing but its own id will do.
    let listener = UnixListener::bind(&socket).unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            // The end of the conversation is an error of reading.
            let _ = answer(stream.unwrap());
        }
    });
    let output = Command::new("ipmitool")
        .args(["-I", "dummy", "sel", "readraw"])
        .arg(&dump)
        .env("IPMI_DUMMY_SOCK", &socket)
        .env("TZ", "UTC")
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A folder of its own for a test, removed afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("coroner-sel-decode-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Speaks the protocol of `ipmitool`'s "dummy" interface: C structures of the machine's own layout
/// (request: netfn, lun, cmd, target, u16 length, pointer; response: netfn, cmd, seq, lun, completion
/// code, int length, pointer).
fn answer(mut stream: UnixStream) -> io::Result<()> {
    loop {
        let mut request = [0; 16];
        stream.read_exact(&mut request)?;
        let mut data = vec![0; usize::from(u16::from_ne_bytes([request[4], request[5]]))];
        stream.read_exact(&mut data)?;
        let is_get_device_id = request[0] == 0x06 && request[2] == 0x01;
        // Device id, revisions, IPMI 2.0, and manufacturer 0: no words of a make.
        let body: &[u8] =
            if is_get_device_id { &[0x20, 1, 1, 0, 2, 0xbf, 0, 0, 0, 1, 0, 0, 0, 0, 0] } else { &[] };
        let mut response = [0; 24];
        response[..4].copy_from_slice(&[request[0] | 1, request[2], 0, request[1]]);
        response[4] = if is_get_device_id { 0x00 } else { 0xc1 };
        response[8..12].copy_from_slice(&i32::try_from(body.len()).unwrap().to_ne_bytes());
        stream.write_all(&response)?;
        stream.write_all(body)?;
    }
}

#[test]
fn fields_stand_where_table_32_1_says() {
    let raw =
        [0x34, 0x12, 0x02, 0x00, 0xf1, 0x53, 0x65, 0x33, 0x01, 0x04, 0x08, 0x51, 0xef, 0xa3, 0x01, 0x02];
    let record = decode(&raw);
    assert_eq!(record.record_id, 0x1234);
    assert_eq!(record.record_type, 0x02);
    assert_eq!(record.time, SelTime::At(AT));
    assert_eq!(record.generator_id, 0x0133);
    assert_eq!(record.evm_rev, 0x04);
    assert_eq!((record.sensor_type, record.sensor_number), (0x08, 0x51));
    assert_eq!((record.event_type, record.deasserted), (0x6f, true));
    assert_eq!((record.event_data, record.offset()), ([0xa3, 0x01, 0x02], 0x3));
    assert_eq!(event_text(&record), "Power Supply AC lost");
    assert_eq!(record.raw, raw);
}

#[test]
fn times_before_the_clock_was_set_are_not_dates() {
    // §37: up to 20000000h seconds since initialisation, FFFFFFFFh unspecified. `ipmitool` takes
    // 20000000h itself for a date of 1987; the specification does not.
    let time = |seconds| decode(&event(0x12, 0x6f, [5, 0, 0], 1, seconds)).time;
    assert_eq!(time(0), SelTime::PreInit(0));
    assert_eq!(time(0x2000_0000), SelTime::PreInit(0x2000_0000));
    assert_eq!(time(0x2000_0001), SelTime::At(0x2000_0001));
    assert_eq!(time(u32::MAX), SelTime::Unspecified);
    assert_eq!(time(AT).date_time().unwrap().to_string(), "2023-11-14 22:13:20");
    assert_eq!(time(0x2000_0000).date_time(), None);
}

#[test]
fn oem_records_keep_their_bytes() {
    // §32.2: C0h to DFh have a time, three bytes of manufacturer and six of their own.
    let timed = decode(&[7, 0, 0xdd, 0, 0xf1, 0x53, 0x65, 0x00, 0x01, 0x57, 1, 2, 3, 4, 5, 6]);
    assert_eq!(timed.time, SelTime::At(AT));
    assert_eq!(timed.manufacturer_bytes(), Some([0x00, 0x01, 0x57]));
    assert_eq!(timed.oem_bytes(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(event_text(&timed), "OEM record dd | 000157 | 010203040506");
    assert_eq!(
        ipmitool_line(&timed),
        "   7 | 11/14/23 | 22:13:20 UTC | OEM record dd | 000157 | 010203040506"
    );
    // §32.3: E0h to FFh have thirteen bytes of their own and no time.
    let untimed = decode(&[7, 0, 0xe1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    assert_eq!(untimed.time, SelTime::None);
    assert_eq!(event_text(&untimed), "OEM record e1 | 000102030405060708090a0b0c");
}

#[test]
fn a_linux_panic_is_read_in_fragments() {
    let first = decode(b"\x01\x00\xf0\x20\x00Fatal excep");
    let second = decode(b"\x02\x00\xf0\x20\x01tion\n\0\0\0\0\0\0");
    assert_eq!(first.panic_fragment(), Some((0, &b"Fatal excep"[..])));
    assert_eq!(second.panic_fragment(), Some((1, &b"tion\n"[..])));
    assert_eq!(event_text(&second), "Linux kernel panic: tion");
    assert_eq!(decode(&event(7, 0x6f, [0; 3], 1, AT)).panic_fragment(), None);
}

#[test]
fn events_that_matter_have_the_words_of_table_42_3() {
    let cases = [
        (0x07, [0x00, 0xff, 0xff], "IERR"),
        (0x07, [0x01, 0xff, 0xff], "Thermal Trip"),
        (0x08, [0x03, 0xff, 0xff], "Power Supply AC lost"),
        (0x08, [0xe6, 0x00, 0xff], "Config Error: Vendor Mismatch"),
        (0x09, [0x04, 0xff, 0xff], "AC lost"),
        (0x0c, [0x01, 0xff, 0xff], "Uncorrectable ECC"),
        (0x0f, [0xc2, 0x01, 0xff], "Memory initialization"),
        (0x12, [0x01, 0xff, 0xff], "OEM System boot event"),
        (0x13, [0x0a, 0xff, 0xff], "Bus Fatal Error"),
        (0x20, [0x01, 0xff, 0xff], "Run-time critical stop"),
        (0x23, [0xc1, 0x04, 0xff], "Hard reset"),
        (0x2b, [0xc1, 0x09, 0xff], "Firmware or software change detected, BIOS/EFI change"),
    ];
    for (sensor_type, data, words) in cases {
        assert_eq!(event_text(&decode(&event(sensor_type, 0x6f, data, 1, AT))), words);
    }
}

#[test]
fn decoding_any_bytes_succeeds_and_is_fast() {
    const COUNT: usize = 1_000_000;
    let started = Instant::now();
    let text_bytes: usize = random_records(COUNT).map(|raw| event_text(&decode(&raw)).len()).sum();
    let seconds = started.elapsed().as_secs_f64();
    println!("{COUNT} records in {seconds:.2} s, {text_bytes} bytes of text");
    // Loose, for busy machines; an idle one takes well under a second in release.
    let limit = if cfg!(debug_assertions) { 60.0 } else { 5.0 };
    assert!(seconds < limit, "took {seconds:.2} s");
}

#[test]
fn every_word_leads_back_to_its_event() {
    // Words that stand for several offsets of their sensor type lead nowhere, rather than astray.
    let ambiguous = ["Unspecified", "Memory initialization", "reserved"];
    let mut wrong = BTreeMap::new();
    for raw in all_combinations().iter().chain(&special_records()) {
        let record = decode(raw);
        let text = event_text(&record);
        let is_step = record.sensor_type == 0x0f && record.event_type == 0x6f;
        if record.is_oem() || text.is_empty() || is_step || ambiguous.contains(&text.as_str()) {
            continue;
        }
        let expected = Some((record.event_type, record.offset()));
        let found = event_from_text(Some(record.sensor_type), &text);
        if found != expected {
            wrong.insert(text, (record.sensor_type, found, expected));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(event_from_text(Some(0x0f), "Memory initialization"), None);
    assert_eq!(event_from_text(Some(0x0f), "Unknown Hang"), Some((0x6f, 1)));
}

#[test]
fn words_of_freeipmi_lead_to_the_same_events() {
    let cases = [
        (0x08, "Power Supply input lost (AC/DC)", 0x6f, 3),
        (0x08, "Power Supply Failure detected", 0x6f, 1),
        (0x07, "IERR", 0x6f, 0),
        (0x07, "Machine Check Exception", 0x6f, 0xb),
        (0x09, "AC lost/Power input lost", 0x6f, 4),
        (0x0c, "Uncorrectable memory error ; OEM Event Data3 code = 03h", 0x6f, 1),
        (0x1d, "OS / run-time software initiated hard reset", 0x6f, 5),
        (0x20, "OS graceful shutdown", 0x6f, 3),
        (0x23, "Hard Reset ; Timer use at expiration = SMS/OS ; Interrupt type = none", 0x6f, 1),
        (0x23, "Timer expired, status only", 0x6f, 0),
        (0x22, "S4/S5 soft-off", 0x6f, 6),
        (0x22, "S0/G0", 0x6f, 0),
        (0x01, "Upper Critical - going high ; Sensor Reading = 32h ; Threshold = 28h", 0x01, 9),
        (0x18, "transition to Non-recoverable from less severe", 0x07, 3),
        (0x0b, "Non-redundant:Sufficient Resources from Redundant", 0x0b, 3),
        (0x1b, "Configuration Error - Incorrect cable connected", 0x6f, 1),
        (0x12, "Timestamp Clock Synch", 0x6f, 5),
        (0x28, "sensor failure", 0x6f, 4),
    ];
    for (sensor_type, text, event_type, offset) in cases {
        assert_eq!(event_from_text(Some(sensor_type), text), Some((event_type, offset)), "{text}");
    }
}

#[test]
fn words_with_additions_and_without_a_sensor_type_are_found_or_refused() {
    assert_eq!(event_from_text(Some(0x0c), "Correctable ECC (@DIMMA1(CPU1))"), Some((0x6f, 0)));
    assert_eq!(event_from_text(Some(0x1f), "Installation started ()"), Some((0x6f, 7)));
    assert_eq!(event_from_text(None, "State Asserted"), Some((0x03, 1)));
    assert_eq!(event_from_text(None, "Lower Critical going low "), Some((0x01, 2)));
    assert_eq!(event_from_text(None, "IERR"), Some((0x6f, 0)));
    // Offset 0 of a power supply, 7 of a processor.
    assert_eq!(event_from_text(None, "Presence detected"), None);
    assert_eq!(event_from_text(Some(0x08), ""), None);
    assert_eq!(event_from_text(Some(0x08), "()"), None);
    assert_eq!(event_from_text(Some(0x08), "nothing of the kind"), None);
}

#[test]
fn sensor_types_are_read_from_the_columns_of_both_tools() {
    let cases = [
        ("Power Supply #0x51", 0x08, "#0x51"),
        ("Power Supply PS1 Status", 0x08, "PS1 Status"),
        ("Processor CPU1_IERR", 0x07, "CPU1_IERR"),
        ("Drive Slot / Bay #0x42", 0x0d, "#0x42"),
        ("Other FRU #0x01", 0x1a, "#0x01"),
        ("Event Logging Disabled System Event Log", 0x10, "System Event Log"),
        ("Management Subsystem Health BMC FW Health", 0x28, "BMC FW Health"),
        ("Watchdog2 Watchdog", 0x23, "Watchdog"),
        ("Cable/Interconnect", 0x1b, ""),
        ("Memory", 0x0c, ""),
    ];
    for (column, code, sensor) in cases {
        assert_eq!(sensor_type_from_text(column), Some((code, sensor)), "{column}");
    }
    assert_eq!(sensor_type_from_text("Unknown SPS FW Health"), None);
    assert_eq!(sensor_type_from_text("Fancy #0x01"), None);
    assert_eq!(sensor_type_from_text("Fan-1"), None);
    for code in 0x01..=0x2c_u8 {
        let name = sensor_type_name(code).unwrap();
        assert_eq!(sensor_type_from_text(name), Some((code, "")), "{name}");
    }
    assert_eq!(sensor_type_name(0x2d), None);
    assert_eq!(sensor_type_name(0xc0), None);
}

#[test]
fn column_times_are_brought_back_to_the_clock_of_the_bmc() {
    let read =
        |date, time| ipmi::column_time::read_columns(date, time, false).map(|read| read.at.to_string());
    let expected = Some("2023-11-14 22:13:20".to_owned());
    let same = [
        ("11/14/2023", "22:13:20"),
        ("11/14/23", "22:13:20 UTC"),
        ("11/14/2023", "05:13:20 PM EST"),
        ("14.11.2023", "23:13:20 CET"),
        ("2023-11-14", "22:13:20 GMT"),
        ("14/11/23", "22:13:20 GMT"),
        ("15/11/2023", "03:43:20 +0530"),
        ("11/14/23", "19:13:20 -03"),
        // Central time of America or China: kept as written.
        ("11/14/23", "22:13:20 CST"),
    ];
    for (date, time) in same {
        assert_eq!(read(date, time), expected, "{date} {time}");
    }
    let refused = [
        ("11/14/23", "11/14/23"),
        ("13/13/2023", "00:00:00"),
        ("02/30/2023", "00:00:00"),
        ("11/14/23", "13:00:00 PM"),
        ("11/14/23", "25:00:00"),
        ("11/14/23", "22:13"),
        ("Nov-14-2023", "22:13:20"),
        ("", ""),
        ("11/14/23", "22:13:20 UTC UTC"),
        ("99999999999999999999/1/1", "00:00:00"),
    ];
    for (date, time) in refused {
        assert_eq!(read(date, time), None, "{date} {time}");
    }
    assert_eq!(read("01/01/70", "12:00:00 AM"), Some("1970-01-01 00:00:00".to_owned()));
}
