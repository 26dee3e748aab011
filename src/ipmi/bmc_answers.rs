//! What a BMC's raw answers say, in the words of ipmitool. Each answer begins with its completion code.

/// Firmware revision of a Get Device ID answer (IPMI v2.0 §20.1): the minor part is coded in decimal digits.
#[must_use]
pub fn firmware_version(answer: &[u8]) -> Option<String> {
    let (major, minor) = match answer {
        [0, _, _, major, minor, ..] => (major & 0x7f, minor),
        _ => return None,
    };
    Some(format!("{major}.{minor:02x}"))
}

/// Cause of a Get System Restart Cause answer (§28.11, table 28-11). `None`: it is unknown or no cause.
#[must_use]
pub fn restart_cause(answer: &[u8]) -> Option<&'static str> {
    let cause = match answer {
        [0, cause, ..] => cause & 0x0f,
        _ => return None,
    };
    Some(match cause {
        0x1 => "chassis power control command",
        0x2 => "reset via pushbutton",
        0x3 => "power-up via pushbutton",
        0x4 => "watchdog expired",
        0x5 => "OEM",
        0x6 => "power-up due to always-restore power policy",
        0x7 => "power-up due to restore-previous power policy",
        0x8 => "reset via PEF",
        0x9 => "power-cycle via PEF",
        0xa => "soft reset",
        0xb => "power-up via RTC wakeup",
        _ => return None,
    })
}

/// What the last power event of a Get Chassis Status answer was (§28.2), but for an order by command.
#[must_use]
pub fn last_power_event(answer: &[u8]) -> Vec<&'static str> {
    let event = match answer {
        [0, _, event, ..] => *event,
        _ => return Vec::new(),
    };
    let words = [(0, "ac-failed"), (1, "overload"), (2, "interlock"), (3, "fault")];
    words.into_iter().filter(|(bit, _)| event & 1 << bit != 0).map(|(_, word)| word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_as_the_specification_lays_them_out() {
        // Device id 20h, firmware 2.75, of an answer that succeeded.
        assert_eq!(firmware_version(&[0, 0x20, 0x81, 0x02, 0x75, 0x02]).as_deref(), Some("2.75"));
        assert_eq!(firmware_version(&[0xc1]), None);
        assert_eq!(restart_cause(&[0, 0x04, 0x01]), Some("watchdog expired"));
        assert_eq!(restart_cause(&[0, 0x00, 0x01]), None);
        assert_eq!(restart_cause(&[0xc1]), None);
        assert_eq!(last_power_event(&[0, 0x21, 0b0001_0001, 0]), ["ac-failed"]);
        assert!(last_power_event(&[0, 0x21]).is_empty());
    }
}
