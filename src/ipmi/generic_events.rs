//! Events of the generic event/reading types (IPMI v2.0 table 42-2, codes 01h to 0Ch).
//!
//! The words are those of `ipmitool`, because people search for them. A threshold event that goes
//! low ends in a blank there, and so it does here.

/// Event/reading type code → words by offset; an empty word is an offset that the type does not have.
pub(super) static GENERIC_EVENTS: &[(u8, &[&str])] = &[
    (
        0x01,
        &[
            "Lower Non-critical going low ",
            "Lower Non-critical going high",
            "Lower Critical going low ",
            "Lower Critical going high",
            "Lower Non-recoverable going low ",
            "Lower Non-recoverable going high",
            "Upper Non-critical going low ",
            "Upper Non-critical going high",
            "Upper Critical going low ",
            "Upper Critical going high",
            "Upper Non-recoverable going low ",
            "Upper Non-recoverable going high",
        ],
    ),
    (0x02, &["Transition to Idle", "Transition to Active", "Transition to Busy"]),
    (0x03, &["State Deasserted", "State Asserted"]),
    (0x04, &["Predictive Failure Deasserted", "Predictive Failure Asserted"]),
    (0x05, &["Limit Not Exceeded", "Limit Exceeded"]),
    (0x06, &["Performance Met", "Performance Lags"]),
    (
        0x07,
        &[
            "Transition to OK",
            "Transition to Non-critical from OK",
            "Transition to Critical from less severe",
            "Transition to Non-recoverable from less severe",
            "Transition to Non-critical from more severe",
            "Transition to Critical from Non-recoverable",
            "Transition to Non-recoverable",
            "Monitor",
            "Informational",
        ],
    ),
    (0x08, &["Device Absent", "Device Present"]),
    (0x09, &["Device Disabled", "Device Enabled"]),
    (
        0x0a,
        &[
            "Transition to Running",
            "Transition to In Test",
            "Transition to Power Off",
            "Transition to On Line",
            "Transition to Off Line",
            "Transition to Off Duty",
            "Transition to Degraded",
            "Transition to Power Save",
            "Install Error",
        ],
    ),
    (
        0x0b,
        &[
            "Fully Redundant",
            "Redundancy Lost",
            "Redundancy Degraded",
            "Non-Redundant: Sufficient from Redundant",
            "Non-Redundant: Sufficient from Insufficient",
            "Non-Redundant: Insufficient Resources",
            "Redundancy Degraded from Fully Redundant",
            "Redundancy Degraded from Non-Redundant",
        ],
    ),
    (0x0c, &["D0 Power State", "D1 Power State", "D2 Power State", "D3 Power State"]),
];

/// The words of a generic event (table 42-2), or `None` if type or offset are not defined.
#[must_use]
pub fn generic_event(event_type: u8, offset: u8) -> Option<&'static str> {
    let (_, words) = GENERIC_EVENTS.iter().find(|(code, _)| *code == event_type)?;
    words.get(usize::from(offset)).copied().filter(|word| !word.is_empty())
}
