//! The 16 bytes of a SEL record (IPMI v2.0 §32.1 table 32-1; OEM records §32.2 and §32.3).

use super::SelTime;

/// First record type with a timestamp whose meaning is the manufacturer's (§32.2).
pub const OEM_TIMESTAMPED: u8 = 0xc0;
/// First record type without a timestamp (§32.3).
pub const OEM_UNTIMED: u8 = 0xe0;
/// Record type of a system event (table 32-1).
pub const SYSTEM_EVENT: u8 = 0x02;
/// Record type by which Linux leaves fragments of a panic message (`ipmi_msghandler`, `panic_op=string`).
pub const LINUX_PANIC: u8 = 0xf0;

/// A decoded record. In OEM records (C0h to FFh) all fields from `generator_id` on are zero; their
/// bytes are in `raw`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SelRecord {
    pub record_id: u16,
    pub record_type: u8,
    pub time: SelTime,
    /// Slave address or software id of the sender, with channel and LUN in the high byte.
    pub generator_id: u16,
    /// Revision of the event message: 04h for IPMI 1.5 and 2.0, 03h for 1.0.
    pub evm_rev: u8,
    /// Table 42-3.
    pub sensor_type: u8,
    pub sensor_number: u8,
    /// Event/reading type code, 7 bits (table 42-1).
    pub event_type: u8,
    /// The event went away (bit 7 of byte 13).
    pub deasserted: bool,
    pub event_data: [u8; 3],
    pub raw: [u8; 16],
}

impl SelRecord {
    /// Event offset: the low half of event data 1 (table 29-6).
    #[must_use]
    pub fn offset(&self) -> u8 {
        self.event_data[0] & 0x0f
    }

    /// An OEM record, with or without a timestamp.
    #[must_use]
    pub fn is_oem(&self) -> bool {
        self.record_type >= OEM_TIMESTAMPED
    }

    /// Manufacturer bytes of a timestamped OEM record as they stand in the record. A BMC sends the
    /// lowest first (§32.2); `ipmitool sel writeraw` leaves the highest first.
    #[must_use]
    pub fn manufacturer_bytes(&self) -> Option<[u8; 3]> {
        let timed = (OEM_TIMESTAMPED..OEM_UNTIMED).contains(&self.record_type);
        timed.then(|| [self.raw[7], self.raw[8], self.raw[9]])
    }

    /// The bytes of an OEM record that the manufacturer defines; empty for other records.
    #[must_use]
    pub fn oem_bytes(&self) -> &[u8] {
        match self.record_type {
            OEM_UNTIMED.. => &self.raw[3..],
            OEM_TIMESTAMPED.. => &self.raw[10..],
            _ => &[],
        }
    }

    /// Sequence number and text of a fragment of a Linux panic message. Fragments of up to 11 bytes
    /// follow one another in the log; the last is filled with NUL.
    #[must_use]
    pub fn panic_fragment(&self) -> Option<(u8, &[u8])> {
        let text = &self.raw[5..];
        let end = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
        (self.record_type == LINUX_PANIC).then(|| (self.raw[4], &text[..end]))
    }
}

/// Decodes a record as `ipmitool sel writeraw` and the BMC lay it out. Total: any 16 bytes decode.
#[must_use]
pub fn decode(raw: &[u8; 16]) -> SelRecord {
    let record_type = raw[2];
    let seconds = u32::from_le_bytes([raw[3], raw[4], raw[5], raw[6]]);
    let untimed = record_type >= OEM_UNTIMED;
    let mut record = SelRecord {
        record_id: u16::from_le_bytes([raw[0], raw[1]]),
        record_type,
        time: if untimed { SelTime::None } else { SelTime::from_seconds(seconds) },
        generator_id: 0,
        evm_rev: 0,
        sensor_type: 0,
        sensor_number: 0,
        event_type: 0,
        deasserted: false,
        event_data: [0; 3],
        raw: *raw,
    };
    if !record.is_oem() {
        record.generator_id = u16::from_le_bytes([raw[7], raw[8]]);
        record.evm_rev = raw[9];
        record.sensor_type = raw[10];
        record.sensor_number = raw[11];
        record.event_type = raw[12] & 0x7f;
        record.deasserted = raw[12] & 0x80 != 0;
        record.event_data = [raw[13], raw[14], raw[15]];
    }
    record
}
