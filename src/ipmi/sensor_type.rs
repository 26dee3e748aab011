//! Sensor types (IPMI v2.0 table 42-3) and their names in the tools' output.

use super::words::{same_words, strip_leading_words};

/// Names by sensor type code, as `ipmitool` 1.8.19 prints them.
static NAMES: &[&str] = &[
    "reserved",
    "Temperature",
    "Voltage",
    "Current",
    "Fan",
    "Physical Security",
    "Platform Security",
    "Processor",
    "Power Supply",
    "Power Unit",
    "Cooling Device",
    "Other",
    "Memory",
    "Drive Slot / Bay",
    "POST Memory Resize",
    "System Firmwares",
    "Event Logging Disabled",
    "Watchdog1",
    "System Event",
    "Critical Interrupt",
    "Button",
    "Module / Board",
    "Microcontroller",
    "Add-in Card",
    "Chassis",
    "Chip Set",
    "Other FRU",
    "Cable / Interconnect",
    "Terminator",
    "System Boot Initiated",
    "Boot Error",
    "OS Boot",
    "OS Critical Stop",
    "Slot / Connector",
    "System ACPI Power State",
    "Watchdog2",
    "Platform Alert",
    "Entity Presence",
    "Monitor ASIC",
    "LAN",
    "Management Subsys Health",
    "Battery",
    "Session Audit",
    "Version Change",
    "FRU State",
];

/// Further names: of FreeIPMI, of the specification, of other versions of `ipmitool`. Older ones
/// print a bare "Watchdog" for 11h and 23h alike; 11h is of IPMI 1.0, so it is taken for 23h.
/// Blanks and punctuation do not count ("Slot/Connector" is "Slot / Connector").
static OTHER_NAMES: &[(&str, u8)] = &[
    ("Platform Security Violation Attempt", 0x06),
    ("Other Units Based Sensor", 0x0b),
    ("Other Units-based Sensor", 0x0b),
    ("Drive Slot", 0x0d),
    ("Drive Bay", 0x0d),
    ("Drive Slot (Bay)", 0x0d),
    ("System Firmware Progress", 0x0f),
    ("System Firmware", 0x0f),
    ("POST Error", 0x0f),
    ("Watchdog 1", 0x11),
    ("Button/Switch", 0x14),
    ("Microcontroller/Coprocessor", 0x16),
    ("System Boot / Restart Initiated", 0x1d),
    ("System Boot/Restart Initiated", 0x1d),
    ("OS Stop / Shutdown", 0x20),
    ("OS Stop/Shutdown", 0x20),
    ("Watchdog 2", 0x23),
    ("Watchdog", 0x23),
    ("Monitor ASIC/IC", 0x26),
    ("Management Subsystem Health", 0x28),
];

/// What `ipmitool` prints for a type that it does not know.
const UNKNOWN: &str = "Unknown";

/// The name of a sensor type, as `ipmitool` prints it; `None` for reserved and OEM codes, for which
/// it prints "Unknown".
#[must_use]
pub fn sensor_type_name(code: u8) -> Option<&'static str> {
    NAMES.get(usize::from(code)).copied()
}

fn all_names() -> impl Iterator<Item = (&'static str, u8)> {
    let coded = NAMES.iter().zip(0_u8..).map(|(name, code)| (*name, code));
    coded.chain(OTHER_NAMES.iter().copied())
}

/// Reads the sensor column of `ipmitool` ("Power Supply #0x51", "Processor CPU1_IERR") or the type
/// column of FreeIPMI ("Cable/Interconnect"): the type code and what follows the type name. `None`
/// if the column starts with no type name; see [`without_unknown`].
#[must_use]
pub fn sensor_type_from_text(column: &str) -> Option<(u8, &str)> {
    let column = column.trim();
    let found = all_names().filter_map(|(name, code)| {
        let rest = strip_leading_words(column, name)?;
        (rest.is_empty() || rest.starts_with(char::is_whitespace)).then(|| (rest.trim_start(), code))
    });
    // The longest name wins: "Other FRU" over "Other".
    found.min_by_key(|(rest, _)| rest.len()).map(|(rest, code)| (code, rest))
}

/// The code of a type name that stands alone.
#[must_use]
pub fn sensor_type_code(name: &str) -> Option<u8> {
    all_names().find(|(known, _)| same_words(known, name)).map(|(_, code)| code)
}

/// The sensor after `ipmitool`'s "Unknown", which it prints for OEM sensor types; `None` if the column
/// does not start with it.
#[must_use]
pub fn without_unknown(column: &str) -> Option<&str> {
    let rest = column.trim().strip_prefix(UNKNOWN)?;
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then(|| rest.trim_start())
}
