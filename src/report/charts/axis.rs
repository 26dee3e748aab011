//! Scales from values to pixels, with ticks at round places.

use chrono::{DateTime, Datelike, Months, NaiveDate, TimeDelta, Utc};

/// A straight scale of time.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimeScale {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    left: i32,
    right: i32,
}

impl TimeScale {
    /// An empty or reversed span is widened to an hour, so that a scale always exists.
    pub(super) fn new(from: DateTime<Utc>, to: DateTime<Utc>, left: i32, right: i32) -> Self {
        let to = if to > from { to } else { from.checked_add_signed(TimeDelta::hours(1)).unwrap_or(from) };
        Self { from, to, left, right }
    }

    /// The pixel of a time, held within the scale.
    pub(super) fn x(&self, at: DateTime<Utc>) -> i32 {
        let span = (self.to - self.from).num_seconds().max(1) as f64;
        let share = ((at - self.from).num_seconds() as f64 / span).clamp(0.0, 1.0);
        self.left + (share * f64::from(self.right - self.left)).round() as i32
    }

    pub(super) fn contains(&self, at: DateTime<Utc>) -> bool {
        (self.from..=self.to).contains(&at)
    }

    /// First and last second of the scale, Unix time.
    pub(super) fn ends(&self) -> (i64, i64) {
        (self.from.timestamp(), self.to.timestamp())
    }

    /// Round times, at most about ten, with their labels.
    pub(super) fn ticks(&self) -> Vec<(DateTime<Utc>, String)> {
        let days = (self.to - self.from).num_seconds() as f64 / 86_400.0;
        if days > 70.0 {
            let step =
                [1, 2, 3, 6, 12, 24, 60, 120].into_iter().find(|&m| days / (30.4 * f64::from(m)) <= 13.0);
            return self.months(step.unwrap_or(240));
        }
        let hours =
            [1, 2, 3, 6, 12, 24, 48, 168, 336].into_iter().find(|&h| days * 24.0 / (h as f64) <= 10.0);
        self.hours(hours.unwrap_or(336))
    }

    fn months(&self, step: u32) -> Vec<(DateTime<Utc>, String)> {
        let mut ticks = Vec::new();
        let start = self.from.date_naive();
        let month0 = start.month0() / step.min(12) * step.min(12);
        let mut day = NaiveDate::from_ymd_opt(start.year(), month0 + 1, 1).unwrap_or(start);
        while let Some(at) = day.and_hms_opt(0, 0, 0).map(|naive| naive.and_utc()) {
            if at > self.to || ticks.len() > 40 {
                break;
            }
            if at >= self.from {
                let label = if step >= 12 || day.month() == 1 || ticks.is_empty() { "%b %Y" } else { "%b" };
                ticks.push((at, at.format(label).to_string()));
            }
            let Some(next) = day.checked_add_months(Months::new(step)) else { break };
            day = next;
        }
        ticks
    }

    fn hours(&self, step: i64) -> Vec<(DateTime<Utc>, String)> {
        let label = if step >= 24 { "%d %b" } else { "%d %b %H:%M" };
        let step_s = step * 3600;
        let first = self.from.timestamp().div_euclid(step_s) * step_s;
        (0..)
            .map(|place| first + place * step_s)
            .take_while(|&second| second <= self.to.timestamp())
            .filter(|&second| second >= self.from.timestamp())
            .filter_map(|second| DateTime::from_timestamp(second, 0))
            .map(|at| (at, at.format(label).to_string()))
            .collect()
    }
}

/// A logarithmic scale of positive numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct LogScale {
    low: f64,
    high: f64,
    left: i32,
    right: i32,
}

impl LogScale {
    pub(super) fn new(low: f64, high: f64, left: i32, right: i32) -> Self {
        Self { low, high: high.max(low * 1.01), left, right }
    }

    /// The pixel of a value, held within the scale.
    pub(super) fn x(&self, value: f64) -> i32 {
        let share = (value.max(self.low) / self.low).ln() / (self.high / self.low).ln();
        self.left + (share.clamp(0.0, 1.0) * f64::from(self.right - self.left)).round() as i32
    }

    pub(super) fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    pub(super) fn high(&self) -> f64 {
        self.high
    }

    pub(super) fn low(&self) -> f64 {
        self.low
    }
}

/// Round steps from zero up to at least `most`, at most six of them; the last one is the top.
pub(super) fn steps(most: f64, whole: bool) -> Vec<f64> {
    let most = if most.is_finite() && most > 0.0 { most } else { 1.0 };
    let mut step = 10f64.powf((most / 5.0).log10().floor());
    for factor in [2.0, 2.5, 2.0, 2.0] {
        if most / step <= 5.0 {
            break;
        }
        step *= factor;
    }
    if whole {
        step = step.ceil().max(1.0);
    }
    let number = (most / step - 1e-9).ceil().max(1.0) as u32;
    (0..=number).map(|place| f64::from(place) * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_year_has_a_tick_per_month() {
        let scale = TimeScale::new(at("2025-01-01T00:00:00Z"), at("2025-12-31T00:00:00Z"), 0, 1000);
        let ticks = scale.ticks();
        assert_eq!(ticks.len(), 12);
        assert_eq!(ticks[0].1, "Jan 2025");
        assert_eq!(ticks[1].1, "Feb");
    }

    #[test]
    fn any_span_has_few_ticks() {
        for hours in [1, 5, 12, 30, 100, 400, 1_000, 5_000, 20_000, 200_000] {
            let from = at("2025-03-03T10:20:30Z");
            let scale = TimeScale::new(from, from + TimeDelta::hours(hours), 0, 1000);
            assert!(scale.ticks().len() <= 14, "{hours} h: {}", scale.ticks().len());
        }
    }

    #[test]
    fn steps_are_round_and_reach_the_top() {
        assert_eq!(steps(7.0, true), [0.0, 2.0, 4.0, 6.0, 8.0]);
        assert_eq!(steps(1.0, true), [0.0, 1.0]);
        assert_eq!(steps(430.0, false).last(), Some(&500.0));
        for most in [0.3, 1.0, 3.0, 9.0, 17.0, 99.0, 1234.0] {
            let steps = steps(most, false);
            assert!(
                steps.len() <= 7 && steps.last().is_some_and(|&top| top >= most - 1e-9),
                "{most} {steps:?}"
            );
        }
    }

    #[test]
    fn a_log_scale_holds_values_within_its_ends() {
        let scale = LogScale::new(0.1, 10.0, 0, 100);
        assert_eq!((scale.x(0.0), scale.x(1.0), scale.x(f64::INFINITY)), (0, 50, 100));
    }
}
