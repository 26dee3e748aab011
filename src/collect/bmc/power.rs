//! What BMCs say about power: DCMI's reading, and Dell's own commands.
//!
//! Spec: DCMI 1.5 section 6.6.1 (Get Power Reading). Dell's layouts rest on what ipmitool knows of them; no
//! documentation is public. Watts, watt-hours, tenths of amperes; times are the BMC's clock.

use ipmi_rs::connection::Request;

use super::bytes::{u16_at, u32_at};
use super::link::question;

/// Dell's number as a manufacturer (IANA enterprise number).
pub const DELL: u32 = 674;
/// The group that DCMI commands and answers begin with.
const DCMI_GROUP: u8 = 0xdc;
const DCMI: u8 = 0x2c;

/// Get Power Reading, mode 01h: system power statistics.
#[must_use]
pub fn dcmi_question() -> Request {
    question(DCMI, 0x02, &[DCMI_GROUP, 0x01, 0x00, 0x00])
}

/// DCMI capabilities, parameter 5: the windows over which the BMC can average.
#[must_use]
pub fn dcmi_windows_question() -> Request {
    question(DCMI, 0x01, &[DCMI_GROUP, 0x05])
}

/// Dell's own, by name.
#[must_use]
pub fn dell_questions() -> Vec<(&'static str, Request)> {
    vec![
        ("dell-power-monitor", question(0x30, 0x9c, &[0x07, 0x01])),
        ("dell-power-now", question(0x30, 0xb3, &[0x0a, 0x00])),
        ("dell-power-headroom", question(0x30, 0xbb, &[])),
        ("dell-power-averages", question(0x06, 0x59, &[0x00, 0xeb, 0x00, 0x00])),
        ("dell-power-peaks", question(0x06, 0x59, &[0x00, 0xec, 0x00, 0x00])),
        ("dell-generation", question(0x06, 0x59, &[0x00, 0xdd, 0x02, 0x00])),
    ]
}

/// DCMI's reading of the whole system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DcmiPower {
    /// Now, in watts.
    pub now: u16,
    /// The least in the window, in watts.
    pub minimum: u16,
    /// The most in the window, in watts.
    pub maximum: u16,
    /// The average of the window, in watts.
    pub average: u16,
    /// When the BMC took it, by its clock.
    pub time: u32,
    /// Length of the window in milliseconds.
    pub window_ms: u32,
    /// Whether measuring goes on; if not, the numbers are old.
    pub active: bool,
}

impl DcmiPower {
    /// Reads the answer of Get Power Reading, without the completion code.
    #[must_use]
    pub fn decode(answer: &[u8]) -> Option<Self> {
        if answer.first() != Some(&DCMI_GROUP) {
            return None;
        }
        Some(Self {
            now: u16_at(answer, 1)?,
            minimum: u16_at(answer, 3)?,
            maximum: u16_at(answer, 5)?,
            average: u16_at(answer, 7)?,
            time: u32_at(answer, 9)?,
            window_ms: u32_at(answer, 13)?,
            active: answer.get(17)? & 0x40 != 0,
        })
    }
}

/// What Dell's commands give, each as far as it was answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DellPower {
    /// The energy counter: since when, by the BMC's clock, and watt-hours.
    pub energy: Option<(u32, u32)>,
    /// The highest power since the counter began: when, and watts.
    pub peak: Option<(u32, u16)>,
    /// Now: watts and tenths of amperes.
    pub now: Option<(u16, u16)>,
    /// What is left now and was left at the peak, in watts.
    pub headroom: Option<(u16, u16)>,
    /// Averages of the last minute, hour, day, week in watts.
    pub averages: Option<[u16; 4]>,
}

impl DellPower {
    /// Takes in the answer to the question of this name, without the completion code.
    pub fn learn(&mut self, name: &str, answer: &[u8]) {
        let pair = |at, then| Some((u16_at(answer, at)?, u16_at(answer, then)?));
        match name {
            "dell-power-monitor" => {
                self.energy = u32_at(answer, 0).zip(u32_at(answer, 4));
                self.peak = u32_at(answer, 18).zip(u16_at(answer, 22));
            }
            "dell-power-now" => self.now = pair(0, 2),
            "dell-power-headroom" => self.headroom = pair(0, 2),
            "dell-power-averages" => {
                let at = |index| u16_at(answer, index);
                self.averages = (|| Some([at(1)?, at(3)?, at(5)?, at(7)?]))();
            }
            _ => {}
        }
    }
}
