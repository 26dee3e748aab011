//! Lines that a second look at the sources keeps: all of some stretches of time, or one in a while of
//! those that say the same.

use std::collections::HashMap;

use super::log_lines::SplitLine;
use super::sink::Sink;
use crate::model::record::{Body, LogLine};

/// Lines kept of one stretch and source: the last ones.
const STRETCH_LINES_MAX: usize = 400;
/// Bytes kept of the text of a line.
const TEXT_BYTES_MAX: usize = 1000;
/// Of a host's lines that say the same, so many are kept in one source. Who says it more often says
/// it all the time.
pub const REPEATS_MAX: u32 = 2000;

/// What has been kept of one source.
#[derive(Default)]
pub struct SecondLook {
    /// Stretch → the records of its lines, and the oldest of them.
    stretches: HashMap<u32, (Vec<usize>, usize)>,
    /// Host and signature → when it was last kept, and how often.
    repeats: HashMap<(usize, String), (i64, u32)>,
}

impl SecondLook {
    /// Keeps a line of a stretch, in place of the oldest if there are many.
    pub fn keep(&mut self, stretch: u32, line: &SplitLine<'_>, sink: &mut Sink<'_>) {
        let mut end = line.text.len().min(TEXT_BYTES_MAX);
        while !line.text.is_char_boundary(end) {
            end -= 1;
        }
        let body = Body::Log(LogLine {
            program: line.program.to_owned(),
            text: line.text[..end].to_owned(),
            signatures: vec![stretch.to_string()],
            boot_id: None,
            uptime_micros: None,
        });
        let (places, oldest) = self.stretches.entry(stretch).or_default();
        sink.record(line.host.map(str::to_owned), line.stamp, body);
        if places.len() < STRETCH_LINES_MAX {
            places.push(sink.records.len() - 1);
        } else if let Some(record) = sink.records.pop() {
            sink.records[places[*oldest]] = record;
            *oldest = (*oldest + 1) % STRETCH_LINES_MAX;
        }
    }

    /// Leaves the signatures that the host has not had within the same `seconds` of the clock.
    pub fn thin(&mut self, host: usize, signatures: &mut Vec<String>, at: Option<i64>, seconds: i64) {
        let slot = at.unwrap_or(0).div_euclid(seconds.max(1));
        signatures.retain(|signature| {
            let (last, count) = self.repeats.entry((host, signature.clone())).or_insert((i64::MIN, 0));
            let keep = *last != slot && *count < REPEATS_MAX;
            if keep {
                (*last, *count) = (slot, *count + 1);
            }
            keep
        });
    }
}
