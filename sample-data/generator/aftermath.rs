//! What the next boot says of the end of the one before.

use crate::dice::Dice;
use crate::end::{End, Fault, Way};
use crate::line::Pen;

/// Writes the lines that belong to the previous end; they are logged within the boot that follows it.
pub fn say(pen: &mut Pen, before: &End, d: &mut Dice) {
    let flush = pen.started + d.secs(14, 16);
    match &before.way {
        Way::Machine { fault: Fault::NextBoot, .. } if d.chance(0.5) => {
            pen.early(flush, 1.881_004, 6, "BERT: Error records from previous boot:");
            pen.early(flush, 1.881_009, 0, "[Hardware Error]: event severity: fatal");
            pen.early(flush, 1.881_013, 0, "[Hardware Error]:  Error 0, type: fatal");
            pen.early(flush, 1.881_017, 0, "[Hardware Error]:   section_type: memory error");
        }
        Way::Machine { fault: Fault::NextBoot | Fault::MemoryUe, .. } => {
            pen.early(flush, 1.204_001, 4, "mce: [Hardware Error]: Machine check events logged");
            pen.early(
                flush,
                1.204_011,
                0,
                format!(
                    "mce: [Hardware Error]: CPU 0: Machine Check: 0 Bank {}: fe00000000800090",
                    d.pick(&[7, 8])
                ),
            );
            pen.early(flush, 1.204_017, 0, "mce: [Hardware Error]: TSC 0 ADDR 3a1f4000 MISC 200414a48e");
        }
        Way::Machine { fault: Fault::Ierr, .. } if d.chance(0.4) => {
            pen.early(flush, 1.204_001, 4, "mce: [Hardware Error]: Machine check events logged");
            pen.early(
                flush,
                1.204_011,
                0,
                "mce: [Hardware Error]: CPU 20: Machine Check: 0 Bank 5: be00000000800400",
            );
        }
        _ => {}
    }
}
