//! Which clock regions hold an instant, found without trying each of the many uptimes.

use super::{
    clock_region::{Clock, Instant},
    question::Flag,
};

/// Clock regions, arranged for looking up.
#[derive(Debug)]
pub(super) struct Dial {
    /// Flags that must be tried one by one.
    spans: Vec<usize>,
    /// Flag and day.
    weekdays: Vec<(usize, i64)>,
    /// Sorted limits of uptime (seconds), and the flags that hold from each to the next.
    limits: Vec<i64>,
    uptimes: Vec<Vec<usize>>,
}

impl Dial {
    pub fn new(flags: &[Flag]) -> Self {
        let mut dial =
            Self { spans: Vec::new(), weekdays: Vec::new(), limits: Vec::new(), uptimes: Vec::new() };
        let mut ranges = Vec::new();
        for (index, flag) in flags.iter().enumerate() {
            match flag.clock {
                Clock::Spans(_) => dial.spans.push(index),
                Clock::Weekday(day) => dial.weekdays.push((index, day)),
                Clock::Uptime { low, high } => ranges.push((index, low, high)),
            }
        }
        dial.limits = ranges.iter().flat_map(|(_, low, high)| [*low, *high]).collect();
        dial.limits.sort_unstable();
        dial.limits.dedup();
        let holding = |from: &i64| {
            let holds = |(_, low, high): &&(usize, i64, i64)| (*low..*high).contains(from);
            ranges.iter().filter(holds).map(|(index, _, _)| *index).collect()
        };
        dial.uptimes = dial.limits.iter().map(holding).collect();
        dial
    }

    /// Calls `each` with every flag that holds at the instant.
    pub fn for_each(&self, flags: &[Flag], instant: &Instant, mut each: impl FnMut(usize)) {
        for flag in self.spans.iter().filter(|flag| flags[**flag].clock.contains(instant)) {
            each(*flag);
        }
        let today = instant.weekday();
        for (flag, _) in self.weekdays.iter().filter(|(_, day)| *day == today) {
            each(*flag);
        }
        let cell = instant.uptime.map_or(0, |uptime| self.limits.partition_point(|limit| *limit <= uptime));
        if cell > 0 {
            self.uptimes[cell - 1].iter().copied().for_each(each);
        }
    }
}
