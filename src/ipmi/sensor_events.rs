//! Sensor-specific events: event/reading type 6Fh (IPMI v2.0 table 42-3).
//!
//! The words are those of `ipmitool`. Where it has none but the table defines the offset, the words
//! follow the table: 10h offset 6, 2Ah, and 2Bh offsets 1 and 7 without event data 2.
//! F0h to F2h are PICMG's (hot swap, IPMB link, module hot swap).

/// Sensor type → words by offset; an empty word is an offset that the type does not have.
pub(super) static SENSOR_EVENTS: &[(u8, &[&str])] = &[
    (
        0x05,
        &[
            "General Chassis intrusion",
            "Drive Bay intrusion",
            "I/O Card area intrusion",
            "Processor area intrusion",
            "System unplugged from LAN",
            "Unauthorized dock",
            "FAN area intrusion",
        ],
    ),
    (
        0x06,
        &[
            "Front Panel Lockout violation attempted",
            "Pre-boot password violation - user password",
            "Pre-boot password violation - setup password",
            "Pre-boot password violation - network boot password",
            "Other pre-boot password violation",
            "Out-of-band access password violation",
        ],
    ),
    (
        0x07,
        &[
            "IERR",
            "Thermal Trip",
            "FRB1/BIST failure",
            "FRB2/Hang in POST failure",
            "FRB3/Processor startup/init failure",
            "Configuration Error",
            "SM BIOS Uncorrectable CPU-complex Error",
            "Presence detected",
            "Disabled",
            "Terminator presence detected",
            "Throttled",
            "Uncorrectable machine check exception",
            "Correctable machine check error",
        ],
    ),
    (
        0x08,
        &[
            "Presence detected",
            "Failure detected",
            "Predictive failure",
            "Power Supply AC lost",
            "AC lost or out-of-range",
            "AC out-of-range, but present",
            "Config Error",
            "Power Supply Inactive",
        ],
    ),
    (
        0x09,
        &[
            "Power off/down",
            "Power cycle",
            "240VA power down",
            "Interlock power down",
            "AC lost",
            "Soft-power control failure",
            "Failure detected",
            "Predictive failure",
        ],
    ),
    (
        0x0c,
        &[
            "Correctable ECC",
            "Uncorrectable ECC",
            "Parity",
            "Memory Scrub Failed",
            "Memory Device Disabled",
            "Correctable ECC logging limit reached",
            "Presence Detected",
            "Configuration Error",
            "Spare",
            "Throttled",
            "Critical Overtemperature",
        ],
    ),
    (
        0x0d,
        &[
            "Drive Present",
            "Drive Fault",
            "Predictive Failure",
            "Hot Spare",
            "Parity Check In Progress",
            "In Critical Array",
            "In Failed Array",
            "Rebuild In Progress",
            "Rebuild Aborted",
        ],
    ),
    (0x0f, &["Unknown Error", "Unknown Hang", "Unknown Progress"]),
    (
        0x10,
        &[
            "Correctable memory error logging disabled",
            "Event logging disabled",
            "Log area reset/cleared",
            "All event logging disabled",
            "Log full",
            "Log almost full",
            "Correctable machine check error logging disabled",
        ],
    ),
    (
        0x11,
        &[
            "BIOS Reset",
            "OS Reset",
            "OS Shut Down",
            "OS Power Down",
            "OS Power Cycle",
            "OS NMI/Diag Interrupt",
            "OS Expired",
            "OS pre-timeout Interrupt",
        ],
    ),
    (
        0x12,
        &[
            "System Reconfigured",
            "OEM System boot event",
            "Undetermined system hardware failure",
            "Entry added to auxiliary log",
            "PEF Action",
            "Timestamp Clock Sync",
        ],
    ),
    (
        0x13,
        &[
            "NMI/Diag Interrupt",
            "Bus Timeout",
            "I/O Channel check NMI",
            "Software NMI",
            "PCI PERR",
            "PCI SERR",
            "EISA failsafe timeout",
            "Bus Correctable error",
            "Bus Uncorrectable error",
            "Fatal NMI",
            "Bus Fatal Error",
            "Bus Degraded",
        ],
    ),
    (
        0x14,
        &["Power Button pressed", "Sleep Button pressed", "Reset Button pressed", "FRU Latch", "FRU Service"],
    ),
    (0x19, &["Soft Power Control Failure", "Thermal Trip"]),
    (0x1b, &["Connected", "Config Error"]),
    (
        0x1d,
        &[
            "Initiated by power up",
            "Initiated by hard reset",
            "Initiated by warm reset",
            "User requested PXE boot",
            "Automatic boot to diagnostic",
            "OS initiated hard reset",
            "OS initiated warm reset",
            "System Restart",
        ],
    ),
    (
        0x1e,
        &[
            "No bootable media",
            "Non-bootable disk in drive",
            "PXE server not found",
            "Invalid boot sector",
            "Timeout waiting for selection",
        ],
    ),
    (
        0x1f,
        &[
            "A: boot completed",
            "C: boot completed",
            "PXE boot completed",
            "Diagnostic boot completed",
            "CD-ROM boot completed",
            "ROM boot completed",
            "boot completed - device not specified",
            "Installation started",
            "Installation completed",
            "Installation aborted",
            "Installation failed",
        ],
    ),
    (
        0x20,
        &[
            "Error during system startup",
            "Run-time critical stop",
            "OS graceful stop",
            "OS graceful shutdown",
            "PEF initiated soft shutdown",
            "Agent not responding",
        ],
    ),
    (
        0x21,
        &[
            "Fault Status",
            "Identify Status",
            "Device Installed",
            "Ready for Device Installation",
            "Ready for Device Removal",
            "Slot Power is Off",
            "Device Removal Request",
            "Interlock",
            "Slot is Disabled",
            "Spare Device",
        ],
    ),
    (
        0x22,
        &[
            "S0/G0: working",
            "S1: sleeping with system hw & processor context maintained",
            "S2: sleeping, processor context lost",
            "S3: sleeping, processor & hw context lost, memory retained",
            "S4: non-volatile sleep/suspend-to-disk",
            "S5/G2: soft-off",
            "S4/S5: soft-off",
            "G3: mechanical off",
            "Sleeping in S1/S2/S3 state",
            "G1: sleeping",
            "S5: entered by override",
            "Legacy ON state",
            "Legacy OFF state",
            "",
            "Unknown",
        ],
    ),
    (
        0x23,
        &[
            "Timer expired",
            "Hard reset",
            "Power down",
            "Power cycle",
            "reserved",
            "reserved",
            "reserved",
            "reserved",
            "Timer interrupt",
        ],
    ),
    (
        0x24,
        &[
            "Platform generated page",
            "Platform generated LAN alert",
            "Platform Event Trap generated",
            "Platform generated SNMP trap, OEM format",
        ],
    ),
    (0x25, &["Present", "Absent", "Disabled"]),
    (0x27, &["Heartbeat Lost", "Heartbeat"]),
    (
        0x28,
        &[
            "Sensor access degraded or unavailable",
            "Controller access degraded or unavailable",
            "Management controller off-line",
            "Management controller unavailable",
            "Sensor failure",
            "FRU failure",
        ],
    ),
    (0x29, &["Low", "Failed", "Presence Detected"]),
    (
        0x2a,
        &[
            "Session activated",
            "Session deactivated",
            "Invalid user name or password",
            "Invalid password disable",
        ],
    ),
    (
        0x2b,
        &[
            "Hardware change detected",
            "Firmware or software change detected",
            "Hardware incompatibility detected",
            "Firmware or software incompatibility detected",
            "Invalid or unsupported hardware version",
            "Invalid or unsupported firmware or software version",
            "Hardware change success",
            "Firmware or software change success",
        ],
    ),
    (
        0x2c,
        &[
            "Not Installed",
            "Inactive",
            "Activation Requested",
            "Activation in Progress",
            "Active",
            "Deactivation Requested",
            "Deactivation in Progress",
            "Communication lost",
        ],
    ),
    (
        0xf0,
        &[
            "Transition to M0",
            "Transition to M1",
            "Transition to M2",
            "Transition to M3",
            "Transition to M4",
            "Transition to M5",
            "Transition to M6",
            "Transition to M7",
        ],
    ),
    (
        0xf1,
        &[
            "IPMB-A disabled, IPMB-B disabled",
            "IPMB-A enabled, IPMB-B disabled",
            "IPMB-A disabled, IPMB-B enabled",
            "IPMB-A enabled, IPMB-B enabled",
        ],
    ),
    (0xf2, &["Module Handle Closed", "Module Handle Opened", "Quiesced"]),
];

/// Words that replace those of the offset when event data 2 is a sensor-specific code.
pub(super) struct DataTwoWords {
    pub sensor_type: u8,
    pub offset: u8,
    /// By the value of event data 2.
    pub words: &'static [&'static str],
}

/// Table 42-3, 08h offset 6: what the configuration error is.
static POWER_SUPPLY_MISMATCH: &[&str] = &[
    "Config Error: Vendor Mismatch",
    "Config Error: Revision Mismatch",
    "Config Error: Processor Missing",
    "Config Error: Power Supply Rating Mismatch",
    "Config Error: Voltage Rating Mismatch",
];

/// Table 42-3, 0Fh offset 0: what the firmware found wrong.
static FIRMWARE_ERROR: &[&str] = &[
    "Unspecified",
    "No system memory installed",
    "No usable system memory",
    "Unrecoverable IDE device failure",
    "Unrecoverable system-board failure",
    "Unrecoverable diskette failure",
    "Unrecoverable hard-disk controller failure",
    "Unrecoverable PS/2 or USB keyboard failure",
    "Removable boot media not found",
    "Unrecoverable video controller failure",
    "No video device selected",
    "BIOS corruption detected",
    "CPU voltage mismatch",
    "CPU speed mismatch failure",
];

/// Table 42-3, 0Fh offsets 1 and 2: where the firmware hangs, or how far it has come.
static FIRMWARE_STEP: &[&str] = &[
    "Unspecified",
    "Memory initialization",
    "Hard-disk initialization",
    "Secondary CPU Initialization",
    "User authentication",
    "User-initiated system setup",
    "USB resource configuration",
    "PCI resource configuration",
    "Option ROM initialization",
    "Video initialization",
    "Cache initialization",
    "SMBus initialization",
    "Keyboard controller initialization",
    "Management controller initialization",
    "Docking station attachment",
    "Enabling docking station",
    "Docking station ejection",
    "Disabling docking station",
    "Calling operating system wake-up vector",
    "System boot initiated",
    "Motherboard initialization",
    "reserved",
    "Floppy initialization",
    "Keyboard test",
    "Pointing device test",
    "Primary CPU initialization",
];

/// Table 42-3, 2Bh offset 1: what changed.
static CHANGE_DETECTED: &[&str] = &[
    "Firmware or software change detected",
    "Firmware or software change detected, Mngmt Ctrl Dev Id",
    "Firmware or software change detected, Mngmt Ctrl Firm Rev",
    "Firmware or software change detected, Mngmt Ctrl Dev Rev",
    "Firmware or software change detected, Mngmt Ctrl Manuf Id",
    "Firmware or software change detected, Mngmt Ctrl IPMI Vers",
    "Firmware or software change detected, Mngmt Ctrl Aux Firm Id",
    "Firmware or software change detected, Mngmt Ctrl Firm Boot Block",
    "Firmware or software change detected, Mngmt Ctrl Other",
    "Firmware or software change detected, BIOS/EFI change",
    "Firmware or software change detected, SMBIOS change",
    "Firmware or software change detected, O/S change",
    "Firmware or software change detected, O/S loader change",
    "Firmware or software change detected, Service Diag change",
    "Firmware or software change detected, Mngmt SW agent change",
    "Firmware or software change detected, Mngmt SW App change",
    "Firmware or software change detected, Mngmt SW Middle",
    "Firmware or software change detected, Prog HW Change (FPGA)",
    "Firmware or software change detected, board/FRU module change",
    "Firmware or software change detected, board/FRU component change",
    "Firmware or software change detected, board/FRU replace equ ver",
    "Firmware or software change detected, board/FRU replace new ver",
    "Firmware or software change detected, board/FRU replace old ver",
    "Firmware or software change detected, board/FRU HW conf change",
];

/// Table 42-3, 2Bh offset 7: what was changed with success.
static CHANGE_SUCCESS: &[&str] = &[
    "Firmware or software change success",
    "Firmware or software change success, Mngmt Ctrl Dev Id",
    "Firmware or software change success, Mngmt Ctrl Firm Rev",
    "Firmware or software change success, Mngmt Ctrl Dev Rev",
    "Firmware or software change success, Mngmt Ctrl Manuf Id",
    "Firmware or software change success, Mngmt Ctrl IPMI Vers",
    "Firmware or software change success, Mngmt Ctrl Aux Firm Id",
    "Firmware or software change success, Mngmt Ctrl Firm Boot Block",
    "Firmware or software change success, Mngmt Ctrl Other",
    "Firmware or software change success, BIOS/EFI change",
    "Firmware or software change success, SMBIOS change",
    "Firmware or software change success, O/S change",
    "Firmware or software change success, O/S loader change",
    "Firmware or software change success, Service Diag change",
    "Firmware or software change success, Mngmt SW agent change",
    "Firmware or software change success, Mngmt SW App change",
    "Firmware or software change success, Mngmt SW Middle",
    "Firmware or software change success, Prog HW Change (FPGA)",
    "Firmware or software change success, board/FRU module change",
    "Firmware or software change success, board/FRU component change",
    "Firmware or software change success, board/FRU replace equ ver",
    "Firmware or software change success, board/FRU replace new ver",
    "Firmware or software change success, board/FRU replace old ver",
    "Firmware or software change success, board/FRU HW conf change",
];

pub(super) static DATA_TWO_WORDS: &[DataTwoWords] = &[
    DataTwoWords { sensor_type: 0x08, offset: 0x6, words: POWER_SUPPLY_MISMATCH },
    DataTwoWords { sensor_type: 0x0f, offset: 0x0, words: FIRMWARE_ERROR },
    DataTwoWords { sensor_type: 0x0f, offset: 0x1, words: FIRMWARE_STEP },
    DataTwoWords { sensor_type: 0x0f, offset: 0x2, words: FIRMWARE_STEP },
    DataTwoWords { sensor_type: 0x2b, offset: 0x1, words: CHANGE_DETECTED },
    DataTwoWords { sensor_type: 0x2b, offset: 0x7, words: CHANGE_SUCCESS },
];

/// Bits 7:6 of event data 1: anything but 00b says that event data 2 holds something (table 29-6: 10b an
/// OEM code, 11b a sensor-specific one). `ipmitool` reads all as sensor-specific, and so must the words.
const DATA_TWO_IS_GIVEN: u8 = 0xc0;

/// The words of a sensor-specific event (table 42-3), or `None` if the type or offset is not defined.
/// `event_data` are the three bytes of the record; the offset is the low half of the first.
#[must_use]
pub fn sensor_event(sensor_type: u8, event_data: [u8; 3]) -> Option<&'static str> {
    let offset = event_data[0] & 0x0f;
    if event_data[0] & DATA_TWO_IS_GIVEN != 0 {
        let table = DATA_TWO_WORDS.iter().find(|t| t.sensor_type == sensor_type && t.offset == offset);
        if let Some(word) = table.and_then(|t| t.words.get(usize::from(event_data[1]))) {
            return Some(word);
        }
    }
    let (_, words) = SENSOR_EVENTS.iter().find(|(code, _)| *code == sensor_type)?;
    words.get(usize::from(offset)).copied().filter(|word| !word.is_empty())
}
