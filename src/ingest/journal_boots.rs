//! What a list of the boots in a journal says, however it is printed.

use std::collections::BTreeSet;

use super::sink::Sink;
use super::written_time::steady_seconds;
use crate::model::Stamp;
use crate::model::record::{Activity, Body, BootMark};

/// One row of the list.
pub struct ListedBoot<'a> {
    pub id: &'a str,
    /// Times of the first and last entry of the boot.
    pub first: Stamp,
    pub last: Stamp,
}

/// Takes rows in their order. Where the hardware clock was wrong at a start, journalctl lists a boot
/// twice, or in the wrong place: a boot is one boot, and its times say what they say.
#[derive(Default)]
pub struct JournalBoots {
    seen: BTreeSet<String>,
}

impl JournalBoots {
    /// Takes one row; the sink stands at it.
    pub fn take(&mut self, boot: &ListedBoot<'_>, sink: &mut Sink<'_>) {
        if self.seen.insert(boot.id.to_owned()) {
            sink.record(None, boot.first, Body::Boot(BootMark::Start));
        }
        let span = steady_seconds(&boot.first).zip(steady_seconds(&boot.last));
        // A clock that was set back during the boot leaves nothing to measure.
        if span.is_some_and(|(first, last)| first <= last) {
            sink.activity.push(Activity {
                host: None,
                first: boot.first,
                last: boot.last,
                last_line: sink.span().line,
                lines: 0,
            });
        }
    }
}

/// Whether this is the id of a boot: 32 hexadecimal digits, with or without dashes.
#[must_use]
pub fn is_boot_id(text: &str) -> bool {
    let digits = text.bytes().filter(|byte| *byte != b'-').count();
    digits == 32 && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
