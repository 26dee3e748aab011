//! The host's clock against the collector's, measured by one question.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::client::Client;
use super::failure::SshError;
use crate::collect::wall_clock::WallClock;

/// A clock's distance from the collector's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClockOffset {
    /// Host minus collector, in seconds.
    pub offset_s: f64,
    /// The true distance is this near, in seconds: half of the time between question and answer.
    pub uncertainty_s: f64,
}

/// Asks the host for its time. None, where its answer is no time.
pub(super) fn measure(client: &Client<'_>, wall: WallClock) -> Result<Option<ClockOffset>, SshError> {
    let mut answer = Stamped::default();
    let asked = Instant::now();
    let ended = client.ask("date +%s.%N", 64 * 1024, &mut answer)?;
    let (Some(at), true) = (answer.at, ended.reply.good()) else { return Ok(None) };
    let took = at.saturating_duration_since(asked);
    Ok(read_time(&String::from_utf8_lossy(&answer.bytes))
        .map(|time| offset(time, seconds_of(wall.at(asked)), took)))
}

fn seconds_of(time: DateTime<Utc>) -> f64 {
    time.timestamp_micros() as f64 / 1e6
}

/// Notes when an answer came: the program's own end takes a while longer.
#[derive(Default)]
struct Stamped {
    bytes: Vec<u8>,
    at: Option<Instant>,
}

impl Write for Stamped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !bytes.is_empty() {
            self.at = Some(Instant::now());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A time and its fineness, both in seconds. Small systems do not know `%N` and print whole seconds.
fn read_time(answer: &str) -> Option<(f64, f64)> {
    let (whole, fraction) = answer.trim().split_once('.')?;
    let whole: f64 = whole.parse::<u32>().ok()?.into();
    match fraction.parse::<u32>() {
        Ok(nanoseconds) if fraction.len() == 9 => Some((whole + f64::from(nanoseconds) / 1e9, 0.0)),
        _ => Some((whole + 0.5, 0.5)),
    }
}

fn offset((time, fineness): (f64, f64), asked: f64, took: Duration) -> ClockOffset {
    let half = took.as_secs_f64() / 2.0;
    ClockOffset { offset_s: time - (asked + half), uncertainty_s: half + fineness }
}

#[cfg(test)]
mod tests {
    use super::{offset, read_time};
    use std::time::Duration;

    #[test]
    fn the_answer_is_set_into_the_middle_of_the_round_trip() {
        let time = read_time("1773450010.250000000\n").expect("a time");
        let offset = offset(time, 1_773_450_000.0, Duration::from_millis(500));
        assert!((offset.offset_s - 10.0).abs() < 1e-6);
        assert!((offset.uncertainty_s - 0.25).abs() < 1e-6);
    }

    #[test]
    fn a_clock_without_fractions_is_less_certain() {
        assert_eq!(read_time("1773450010.%N"), Some((1_773_450_010.5, 0.5)));
        assert_eq!(read_time("date: not found"), None);
    }
}
