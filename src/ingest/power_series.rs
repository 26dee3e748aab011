//! Keeps the readings of a source within bounds: of a long series the lowest reading of each step of time.
//!
//! A meter at one reading a second for a year would otherwise need gigabytes, and nothing downstream asks
//! for more than minutes. The lowest reading stays, because what is looked for is a machine that went dark.

use super::sink::Sink;
use super::written_time::steady_seconds;
use crate::model::Stamp;
use crate::model::record::PowerSample;

/// Readings kept of one source; about 100 MB.
const SAMPLES_MAX: usize = 1 << 20;
/// Steps, in seconds; the next one is taken where the last leaves too little room.
const STEPS: &[i64] = &[60, 120, 300, 600, 900, 1_200, 1_800, 2_400, 3_600, 7_200, 14_400, 86_400];

/// Readings of one source.
#[derive(Debug)]
pub struct PowerSeries {
    samples_max: usize,
    step: usize,
}

impl Default for PowerSeries {
    fn default() -> Self {
        Self { samples_max: SAMPLES_MAX, step: 0 }
    }
}

impl PowerSeries {
    /// Keeps a reading.
    pub fn keep(&mut self, sink: &mut Sink<'_>, host: Option<String>, stamp: Stamp, watts: f64) {
        sink.power.push(PowerSample { host, stamp, watts });
        while sink.power.len() >= self.samples_max && self.step < STEPS.len() {
            thin(&mut sink.power, STEPS[self.step]);
            if sink.power.len() > self.samples_max / 4 * 3 {
                self.step += 1;
            }
        }
        // Days of more hosts than that: no series at all.
        sink.power.truncate(self.samples_max);
    }
}

/// Leaves the lowest reading of each host and step.
fn thin(samples: &mut Vec<PowerSample>, step_seconds: i64) {
    let bucket =
        |sample: &PowerSample| steady_seconds(&sample.stamp).map(|seconds| seconds.div_euclid(step_seconds));
    samples.sort_by(|a, b| {
        (&a.host, bucket(a))
            .cmp(&(&b.host, bucket(b)))
            .then(a.watts.total_cmp(&b.watts))
            .then(a.stamp.cmp(&b.stamp))
    });
    samples.dedup_by(|later, lowest| later.host == lowest.host && bucket(later) == bucket(lowest));
}

#[cfg(test)]
mod tests {
    use super::super::Interest;
    use super::*;
    use crate::model::record::SourceId;

    struct Nothing;
    impl Interest for Nothing {
        fn literals(&self) -> Vec<&[u8]> {
            Vec::new()
        }

        fn signatures(&self, _program: &str, _text: &str) -> Vec<String> {
            Vec::new()
        }
    }

    #[test]
    fn a_long_series_keeps_its_dark_minutes() {
        let mut sink = Sink::new(SourceId(0), &Nothing);
        let mut series = PowerSeries { samples_max: 1_000, step: 0 };
        let start = chrono::DateTime::from_timestamp(1_740_787_200, 0).unwrap();
        for second in 0..100_000 {
            let watts = if (50_000..50_070).contains(&second) { 2.0 } else { 300.0 };
            let stamp = Stamp::Zoned(start + chrono::TimeDelta::seconds(second));
            series.keep(&mut sink, Some("kvm01".to_owned()), stamp, watts);
        }
        assert!(sink.power.len() < 1_000, "{}", sink.power.len());
        assert!(sink.power.len() > 300, "{}", sink.power.len());
        assert!(sink.power.iter().any(|sample| sample.watts < 3.0));
    }
}
