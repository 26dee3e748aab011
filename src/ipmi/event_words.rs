//! From an event in words back to its type and offset.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::event_text::SENSOR_SPECIFIC;
use super::generic_events::GENERIC_EVENTS;
use super::sensor_events::{DATA_TWO_WORDS, SENSOR_EVENTS};
use super::words::normal;

/// Words for some offsets of a sensor type or a generic event type.
type OtherWords = &'static [(u8, &'static [(u8, &'static str)])];

/// Sensor-specific events (6Fh) by sensor type: words of FreeIPMI and of the specification where
/// `ipmitool` has others.
static OTHER_SENSOR_WORDS: OtherWords = &[
    (0x05, &[(0x4, "LAN Leash Lost")]),
    (0x06, &[(0x0, "Secure Mode Violation attempt")]),
    (
        0x07,
        &[
            (0x4, "FRB3/Processor Startup/Initialization failure"),
            (0x7, "Processor Presence detected"),
            (0x8, "Processor disabled"),
            (0xa, "Processor Automatically Throttled"),
            (0xb, "Machine Check Exception"),
        ],
    ),
    (
        0x08,
        &[
            (0x1, "Power Supply Failure detected"),
            (0x3, "Power Supply input lost (AC/DC)"),
            (0x4, "Power Supply input lost or out-of-range"),
            (0x5, "Power Supply input out-of-range, but present"),
            (0x6, "Configuration error"),
        ],
    ),
    (
        0x09,
        &[
            (0x0, "Power Off/Power Down"),
            (0x4, "AC lost/Power input lost"),
            (0x6, "Power Unit Failure detected"),
        ],
    ),
    (
        0x0c,
        &[
            (0x0, "Correctable memory error"),
            (0x1, "Uncorrectable memory error"),
            (0x5, "Correctable memory error logging limit reached"),
            (0x9, "Memory Automatically Throttled"),
        ],
    ),
    (
        0x0d,
        &[
            (0x0, "Drive Presence"),
            (0x4, "Consistency Check / Parity Check in progress"),
            (0x7, "Rebuild/Remap in progress"),
            (0x8, "Rebuild/Remap Aborted"),
        ],
    ),
    (
        0x0f,
        &[(0x0, "System Firmware Error"), (0x1, "System Firmware Hang"), (0x2, "System Firmware Progress")],
    ),
    (0x10, &[(0x1, "Event Type Logging Disabled"), (0x4, "SEL Full"), (0x5, "SEL Almost Full")]),
    (
        0x11,
        &[
            (0x0, "BIOS Watchdog Reset"),
            (0x1, "OS Watchdog Reset"),
            (0x2, "OS Watchdog Shut Down"),
            (0x3, "OS Watchdog Power Down"),
            (0x4, "OS Watchdog Power Cycle"),
            (0x5, "OS Watchdog NMI/Diagnostic Interrupt"),
            (0x6, "OS Watchdog Expired, status only"),
            (0x7, "OS Watchdog pre-timeout Interrupt, non-NMI"),
        ],
    ),
    (0x12, &[(0x5, "Timestamp Clock Synch")]),
    (0x13, &[(0x0, "Front Panel NMI/Diagnostic Interrupt"), (0x6, "EISA Fail Safe Timeout")]),
    (0x14, &[(0x3, "FRU latch open"), (0x4, "FRU service request button")]),
    (
        0x1b,
        &[(0x0, "Cable/Interconnect is connected"), (0x1, "Configuration Error - Incorrect cable connected")],
    ),
    (
        0x1d,
        &[
            (0x5, "OS / run-time software initiated hard reset"),
            (0x6, "OS / run-time software initiated warm reset"),
        ],
    ),
    (
        0x1e,
        &[
            (0x1, "Non-bootable diskette left in drive"),
            (0x4, "Timeout waiting for user selection of boot source"),
        ],
    ),
    (
        0x1f,
        &[
            (0x6, "boot completed - boot device not specified"),
            (0x7, "Base OS/Hypervisor Installation started"),
            (0x8, "Base OS/Hypervisor Installation completed"),
            (0x9, "Base OS/Hypervisor Installation aborted"),
            (0xa, "Base OS/Hypervisor Installation failed"),
        ],
    ),
    (0x20, &[(0x0, "Critical stop during OS load"), (0x4, "Soft Shutdown initiated by PEF")]),
    (
        0x21,
        &[
            (0x0, "Fault Status asserted"),
            (0x1, "Identify Status asserted"),
            (0x2, "Slot/Connector Device installed/attached"),
            (0x3, "Slot/Connector Ready for Device Installation"),
            (0x4, "Slot/Connector Ready for Device Removal"),
            (0x6, "Slot/Connector Device Removal Request"),
            (0x7, "Interlock asserted"),
            (0x9, "Slot holds spare device"),
        ],
    ),
    (
        0x22,
        &[
            (0x0, "S0/G0"),
            (0x1, "S1"),
            (0x2, "S2"),
            (0x3, "S3"),
            (0x4, "S4"),
            (0x5, "S5/G2"),
            (0x8, "Sleeping in an S1, S2, or S3 states"),
            (0xd, "Unspecified"),
        ],
    ),
    (0x23, &[(0x0, "Timer expired, status only")]),
    (0x25, &[(0x0, "Entity Present"), (0x1, "Entity Absent"), (0x2, "Entity Disabled")]),
    (0x27, &[(0x0, "LAN Heartbeat Lost"), (0x1, "LAN Heartbeat")]),
    (0x29, &[(0x0, "battery low"), (0x1, "battery failed"), (0x2, "battery presence detected")]),
    (0x2a, &[(0x2, "Invalid Username or Password")]),
    (
        0x2b,
        &[
            (0x0, "Hardware change detected with associated Entity"),
            (0x1, "Firmware or software change detected with associated Entity"),
            (0x2, "Hardware incompatibility detected with associated Entity"),
            (0x3, "Firmware or software incompatibility detected with associated Entity"),
            (0x4, "Entity is of an invalid or unsupported hardware version"),
            (0x5, "Entity contains an invalid or unsupported firmware or software version"),
            (0x6, "Hardware Change detected with associated Entity was successful"),
            (0x7, "Software or F/W Change detected with associated Entity was successful"),
        ],
    ),
    (
        0x2c,
        &[
            (0x0, "FRU Not Installed"),
            (0x1, "FRU Inactive"),
            (0x2, "FRU Activation Requested"),
            (0x3, "FRU Activation In Progress"),
            (0x4, "FRU Active"),
            (0x5, "FRU Deactivation Requested"),
            (0x6, "FRU Deactivation In Progress"),
            (0x7, "FRU Communication Lost"),
        ],
    ),
];

/// Generic events by event type: words of FreeIPMI where `ipmitool` has others.
static OTHER_GENERIC_WORDS: OtherWords = &[
    (0x08, &[(0x0, "Device Removed/Device Absent"), (0x1, "Device Inserted/Device Present")]),
    (
        0x0b,
        &[
            (0x3, "Non-redundant:Sufficient Resources from Redundant"),
            (0x4, "Non-redundant:Sufficient Resources from Insufficient Resources"),
        ],
    ),
];

/// Where words stand in the tables.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Sensor(u8),
    /// Any sensor type, for sources that do not name it.
    AnySensor,
    Generic,
}

/// Normal words → event type and offset; `None` where the same words stand for several offsets
/// ("Memory initialization" is progress or hang of the firmware).
type Index = BTreeMap<(Place, String), Option<(u8, u8)>>;

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut index = Index::new();
    for (sensor_type, words) in SENSOR_EVENTS {
        for (text, offset) in words.iter().zip(0_u8..) {
            add_sensor(&mut index, *sensor_type, offset, text);
        }
    }
    for table in DATA_TWO_WORDS {
        for text in table.words {
            add_sensor(&mut index, table.sensor_type, table.offset, text);
        }
    }
    for (sensor_type, words) in OTHER_SENSOR_WORDS {
        for (offset, text) in *words {
            add_sensor(&mut index, *sensor_type, *offset, text);
        }
    }
    for (event_type, words) in GENERIC_EVENTS {
        for (text, offset) in words.iter().zip(0_u8..) {
            add(&mut index, Place::Generic, (*event_type, offset), text);
        }
    }
    for (event_type, words) in OTHER_GENERIC_WORDS {
        for (offset, text) in *words {
            add(&mut index, Place::Generic, (*event_type, *offset), text);
        }
    }
    index
});

fn add_sensor(index: &mut Index, sensor_type: u8, offset: u8, text: &str) {
    add(index, Place::Sensor(sensor_type), (SENSOR_SPECIFIC, offset), text);
    add(index, Place::AnySensor, (SENSOR_SPECIFIC, offset), text);
}

fn add(index: &mut Index, place: Place, event: (u8, u8), text: &str) {
    let text = normal(text);
    if !text.is_empty() {
        let slot = index.entry((place, text)).or_insert(Some(event));
        if *slot != Some(event) {
            *slot = None;
        }
    }
}

fn look_up(sensor_type: Option<u8>, text: &str) -> Option<(u8, u8)> {
    let place = sensor_type.map_or(Place::AnySensor, Place::Sensor);
    let text = normal(text);
    if text.is_empty() {
        return None;
    }
    let key = (place, text);
    if let Some(found) = INDEX.get(&key) {
        return *found;
    }
    INDEX.get(&(Place::Generic, key.1)).copied().flatten()
}

/// Event type and offset of an event in words: those of `ipmitool` ("Power Supply AC lost"), of
/// FreeIPMI ("Power Supply input lost (AC/DC) ; OEM Event Data2 code = 03h") or of the specification.
/// Without the sensor type, only words that mean one offset in all of them are found. `None` if the
/// words are not known or stand for several offsets.
#[must_use]
pub fn event_from_text(sensor_type: Option<u8>, text: &str) -> Option<(u8, u8)> {
    let text = text.trim();
    look_up(sensor_type, text).or_else(|| {
        // FreeIPMI adds event data behind " ; "; `ipmitool` adds a manufacturer's words in brackets.
        let head = text.split(" ; ").next().unwrap_or(text);
        look_up(sensor_type, head).or_else(|| look_up(sensor_type, without_brackets(head)?))
    })
}

fn without_brackets(text: &str) -> Option<&str> {
    let (head, _) = text.trim_end().strip_suffix(')')?.split_once('(')?;
    Some(head)
}
