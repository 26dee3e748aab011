//! What the records of wtmp say of boots, whether they are binary or printed.

use super::sink::Sink;
use crate::model::Stamp;
use crate::model::record::{Body, BootMark, Span};

/// The fields of a login record that tell of boots (utmp(5)).
#[derive(Debug, Clone, Copy)]
pub struct LoginRecord<'a> {
    /// `ut_type`.
    pub kind: i16,
    /// `ut_pid`; of a runlevel its characters: the new one in the low byte.
    pub process: u32,
    pub line: &'a [u8],
    pub user: &'a [u8],
}

/// Types of records.
const RUN_LVL: i16 = 1;
const BOOT_TIME: i16 = 2;
const NEW_TIME: i16 = 3;
const OLD_TIME: i16 = 4;
/// Runlevels that end a boot.
const HALT: u32 = b'0' as u32;
const REBOOT: u32 = b'6' as u32;

enum Meaning {
    Mark(BootMark),
    /// The change to a runlevel that ends the boot. A record of the shutdown itself follows, unless
    /// the system never got that far.
    GoingDown,
}

impl LoginRecord<'_> {
    /// By the type, and by `reboot` or `shutdown` on a line `~`, as last(1) tells it.
    fn meaning(&self) -> Option<Meaning> {
        let of_system = self.line.first() == Some(&b'~');
        match self.kind {
            _ if of_system && self.user.starts_with(b"shutdown") => Some(Meaning::Mark(BootMark::Shutdown)),
            _ if of_system && self.user.starts_with(b"reboot") => Some(Meaning::Mark(BootMark::Boot)),
            BOOT_TIME => Some(Meaning::Mark(BootMark::Boot)),
            RUN_LVL if self.user.starts_with(b"shutdown") => Some(Meaning::Mark(BootMark::Shutdown)),
            RUN_LVL if matches!(self.process & 0xff, HALT | REBOOT) => Some(Meaning::GoingDown),
            NEW_TIME => Some(Meaning::Mark(BootMark::ClockNew)),
            OLD_TIME => Some(Meaning::Mark(BootMark::ClockOld)),
            _ => None,
        }
    }
}

/// Makes marks of records, in their order.
#[derive(Debug, Default)]
pub struct LoginRecords {
    going_down: Option<(Span, Stamp)>,
}

impl LoginRecords {
    /// Takes a record; the sink stands at it.
    pub fn take(&mut self, record: LoginRecord<'_>, stamp: Stamp, sink: &mut Sink<'_>) {
        match record.meaning() {
            Some(Meaning::GoingDown) => self.going_down = Some((sink.span(), stamp)),
            Some(Meaning::Mark(mark)) => {
                match mark {
                    BootMark::Shutdown => self.going_down = None,
                    BootMark::Boot => self.close(sink),
                    _ => {}
                }
                sink.record(None, stamp, Body::Boot(mark));
            }
            None => {}
        }
    }

    /// Keeps the change of runlevel as the shutdown where no record of the shutdown followed.
    pub fn close(&mut self, sink: &mut Sink<'_>) {
        if let Some((span, stamp)) = self.going_down.take() {
            let here = sink.span();
            sink.at(span);
            sink.record(None, stamp, Body::Boot(BootMark::Shutdown));
            sink.at(here);
        }
    }
}
