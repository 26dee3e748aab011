//! The sorts of SEL events: sensor type, event type and offset as in the IPMI specification (tables 42-1 to
//! 42-3), with the words that ipmitool and FreeIPMI print for them.

/// One sort of event.
#[derive(Debug)]
pub struct Sort {
    pub sensor_type: u8,
    pub event_type: u8,
    pub offset: u8,
    /// ipmitool: sensor type.
    pub tool_type: &'static str,
    /// ipmitool: event.
    pub tool: &'static str,
    /// FreeIPMI: sensor type.
    pub free_type: &'static str,
    /// FreeIPMI: event.
    pub free: &'static str,
    /// FreeIPMI: state.
    pub state: &'static str,
}

type Name = &'static str;

const fn s(
    codes: (u8, u8, u8),
    tool_type: Name,
    tool: Name,
    free_type: Name,
    free: Name,
    state: Name,
) -> Sort {
    let (sensor_type, event_type, offset) = codes;
    Sort { sensor_type, event_type, offset, tool_type, tool, free_type, free, state }
}

const OK: Name = "Nominal";
const WARN: Name = "Warning";
const BAD: Name = "Critical";
const LOG: Name = "Event Logging Disabled";
const SYS: Name = "System Event";
const BOOT: Name = "System Boot Initiated";
const OSB: Name = "OS Boot";
const STOP: Name = "OS Critical Stop";
const ACPI: Name = "System ACPI Power State";
const CPU: Name = "Processor";
const MEM: Name = "Memory";
const CRIT: Name = "Critical Interrupt";
const PSU: Name = "Power Supply";
const UNIT: Name = "Power Unit";
const DISK: Name = "Drive Slot / Bay";
const DISK_F: Name = "Drive Slot";
const BTN: Name = "Button";
const BTN_F: Name = "Button/Switch";
const WD: Name = "Watchdog2";
const WD_F: Name = "Watchdog 2";
const TEMP: Name = "Temperature";

pub const CLEARED: Sort =
    s((0x10, 0x6f, 2), LOG, "Log area reset/cleared", LOG, "Log Area Reset/Cleared", OK);
pub const ALMOST_FULL: Sort = s((0x10, 0x6f, 5), LOG, "Log almost full", LOG, "SEL Almost Full", WARN);
pub const CLOCK_SYNC: Sort =
    s((0x12, 0x6f, 5), SYS, "Timestamp Clock Sync", SYS, "Timestamp Clock Synch", OK);
pub const OEM_BOOT: Sort = s((0x12, 0x6f, 1), SYS, "OEM System boot event", SYS, "OEM System Boot Event", OK);
pub const POWER_UP: Sort =
    s((0x1d, 0x6f, 0), BOOT, "Initiated by power up", BOOT, "Initiated by power up", OK);
pub const HARD_RESET: Sort =
    s((0x1d, 0x6f, 1), BOOT, "Initiated by hard reset", BOOT, "Initiated by hard reset", OK);
pub const WARM_RESET: Sort =
    s((0x1d, 0x6f, 2), BOOT, "Initiated by warm reset", BOOT, "Initiated by warm reset", OK);
pub const RESTART: Sort = s((0x1d, 0x6f, 7), BOOT, "System Restart", BOOT, "System Restart", OK);
pub const BOOT_C: Sort = s((0x1f, 0x6f, 1), OSB, "C: boot completed", OSB, "C: boot completed", OK);
pub const BOOT_ANY: Sort = s(
    (0x1f, 0x6f, 6),
    OSB,
    "boot completed - device not specified",
    OSB,
    "boot completed - boot device not specified",
    OK,
);
pub const OS_STOP: Sort =
    s((0x20, 0x6f, 1), STOP, "Run-time critical stop", STOP, "Run-time Critical Stop", BAD);
pub const OS_GRACEFUL: Sort =
    s((0x20, 0x6f, 3), STOP, "OS graceful shutdown", STOP, "OS Graceful Shutdown", OK);
pub const S0: Sort = s((0x22, 0x6f, 0), ACPI, "S0/G0: working", ACPI, "S0/G0", OK);
pub const S5: Sort = s((0x22, 0x6f, 6), ACPI, "S4/S5: soft-off", ACPI, "S4/S5 soft-off", OK);
pub const WD_RESET: Sort = s((0x23, 0x6f, 1), WD, "Hard reset", WD_F, "Hard Reset", BAD);
pub const WD_PRE: Sort = s((0x23, 0x6f, 8), WD, "Timer interrupt", WD_F, "Timer interrupt", WARN);
pub const IERR: Sort = s((0x07, 0x6f, 0), CPU, "IERR", CPU, "IERR", BAD);
pub const TRIP: Sort = s((0x07, 0x6f, 1), CPU, "Thermal Trip", CPU, "Thermal Trip", BAD);
pub const CPU_MCE: Sort = s(
    (0x07, 0x6f, 0xb),
    CPU,
    "Uncorrectable machine check exception",
    CPU,
    "Uncorrectable Machine Check Exception",
    BAD,
);
pub const ECC: Sort = s((0x0c, 0x6f, 0), MEM, "Correctable ECC", MEM, "Correctable memory error", WARN);
pub const ECC_LIMIT: Sort = s(
    (0x0c, 0x6f, 5),
    MEM,
    "Correctable ECC logging limit reached",
    MEM,
    "Correctable memory error logging limit reached",
    WARN,
);
pub const UE: Sort = s((0x0c, 0x6f, 1), MEM, "Uncorrectable ECC", MEM, "Uncorrectable memory error", BAD);
pub const BUS_FATAL: Sort = s((0x13, 0x6f, 0xa), CRIT, "Bus Fatal Error", CRIT, "Bus Fatal Error", BAD);
pub const SERR: Sort = s((0x13, 0x6f, 5), CRIT, "PCI SERR", CRIT, "PCI SERR", BAD);
pub const BUS_CE: Sort =
    s((0x13, 0x6f, 7), CRIT, "Bus Correctable error", CRIT, "Bus Correctable Error", WARN);
pub const PSU_AC: Sort =
    s((0x08, 0x6f, 3), PSU, "Power Supply AC lost", PSU, "Power Supply input lost (AC/DC)", BAD);
pub const REDUNDANT: Sort = s((0x09, 0x0b, 0), UNIT, "Fully Redundant", UNIT, "Fully Redundant", OK);
pub const NOT_REDUNDANT: Sort = s((0x09, 0x0b, 1), UNIT, "Redundancy Lost", UNIT, "Redundancy Lost", BAD);
pub const UNIT_OFF: Sort = s((0x09, 0x6f, 0), UNIT, "Power off/down", UNIT, "Power Off/Power Down", WARN);
pub const UNIT_CYCLE: Sort = s((0x09, 0x6f, 1), UNIT, "Power cycle", UNIT, "Power Cycle", WARN);
pub const UNIT_AC: Sort = s((0x09, 0x6f, 4), UNIT, "AC lost", UNIT, "AC lost/Power input lost", BAD);
pub const POWER_BUTTON: Sort =
    s((0x14, 0x6f, 0), BTN, "Power Button pressed", BTN_F, "Power Button pressed", OK);
pub const RESET_BUTTON: Sort =
    s((0x14, 0x6f, 2), BTN, "Reset Button pressed", BTN_F, "Reset Button pressed", OK);
pub const DISK_HERE: Sort = s((0x0d, 0x6f, 0), DISK, "Drive Present", DISK_F, "Drive Presence", OK);
pub const DISK_FAULT: Sort = s((0x0d, 0x6f, 1), DISK, "Drive Fault", DISK_F, "Drive Fault", BAD);
pub const DISK_SOON: Sort =
    s((0x0d, 0x6f, 2), DISK, "Predictive Failure", DISK_F, "Predictive Failure", WARN);
pub const TEMP_HIGH: Sort =
    s((0x01, 0x01, 7), TEMP, "Upper Non-critical going high", TEMP, "Upper Non-critical - going high", WARN);
pub const TEMP_CRIT: Sort =
    s((0x01, 0x01, 9), TEMP, "Upper Critical going high", TEMP, "Upper Critical - going high", BAD);
pub const FAN_LOW: Sort =
    s((0x04, 0x01, 0), "Fan", "Lower Non-critical going low ", "Fan", "Lower Non-critical - going low", WARN);
