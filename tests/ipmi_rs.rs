//! Our decoding of SEL records against that of ipmi-rs, where ipmi-rs decodes them at all: it drops
//! records of other types and of reserved channels, and keeps the time to itself.

use coroner::ipmi;
use ipmi_rs_core::storage::sel::{Entry, EventDirection};

/// A small generator, so that the records are the same in every run (Marsaglia's xorshift).
struct Bytes(u64);

impl Bytes {
    fn next(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 24) as u8
    }

    fn record(&mut self) -> [u8; 16] {
        let mut raw = [0; 16];
        raw.fill_with(|| self.next());
        raw
    }
}

#[test]
fn system_events_agree_with_ipmi_rs() {
    let mut bytes = Bytes(0x2545_f491_4f6c_dd1d);
    let mut compared = 0;
    for _ in 0..20_000 {
        let mut raw = bytes.record();
        raw[2] = 0x02;
        let Ok(Entry::System { record_id, sensor_type, sensor_number, event_direction, event_type, .. }) =
            Entry::parse(&raw)
        else {
            continue;
        };
        let ours = ipmi::decode(&raw);
        assert_eq!(ours.record_id, record_id.value(), "{raw:02x?}");
        assert_eq!(ours.sensor_type, sensor_type, "{raw:02x?}");
        assert_eq!(ours.sensor_number, sensor_number, "{raw:02x?}");
        assert_eq!(ours.event_type, event_type, "{raw:02x?}");
        assert_eq!(ours.deasserted, event_direction == EventDirection::Deassert, "{raw:02x?}");
        compared += 1;
    }
    assert!(compared > 15_000, "only {compared} records could be compared");
}

#[test]
fn oem_records_keep_the_bytes_that_ipmi_rs_keeps() {
    let mut bytes = Bytes(0x9e37_79b9_7f4a_7c15);
    for _ in 0..5_000 {
        let mut raw = bytes.record();
        raw[2] |= 0xc0;
        let ours = ipmi::decode(&raw);
        match Entry::parse(&raw) {
            Ok(Entry::OemTimestamped { ty, data, .. }) => {
                assert_eq!(ours.record_type, ty);
                assert_eq!(ours.raw[10..16], data);
            }
            Ok(Entry::OemNotTimestamped { ty, data, .. }) => {
                assert_eq!(ours.record_type, ty);
                assert_eq!(ours.raw[3..16], data);
            }
            other => panic!("{raw:02x?}: {other:?}"),
        }
    }
}
