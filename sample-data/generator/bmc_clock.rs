//! The clock of a management controller, and how it is wrong.

use chrono::{Offset, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::dice::Dice;
use crate::end::T;

/// Where a controller's clock starts again after the standby power was gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Epoch {
    /// Counts seconds since it started: `Pre-Init`.
    Zero,
    /// 1 January 2000.
    Y2000,
}

/// One stretch in which the clock had been reset.
#[derive(Clone, Debug)]
pub struct Reset {
    pub from: T,
    pub until: T,
}

/// The clock of one controller.
#[derive(Clone, Debug)]
pub struct BmcClock {
    /// Constant error in seconds.
    pub offset_s: i64,
    /// Seconds gained per day since `set_at`.
    pub drift_s_per_day: f64,
    pub set_at: T,
    /// Runs in local time of this zone, with its daylight saving.
    pub local: Option<Tz>,
    /// What it falls back to when all power is lost; none when it has a battery.
    pub epoch: Option<Epoch>,
    pub resets: Vec<Reset>,
}

impl BmcClock {
    /// A right clock.
    pub fn right(set_at: T) -> Self {
        Self { offset_s: 0, drift_s_per_day: 0.0, set_at, local: None, epoch: None, resets: Vec::new() }
    }

    /// A clock as one finds them.
    pub fn drawn(dice: &mut Dice, set_at: T, zone: Tz) -> Self {
        let mut clock = Self::right(set_at);
        clock.offset_s = *dice.weighted(&[(0.35, 0), (0.3, 1), (0.2, 2), (0.1, 3), (0.05, 4)]);
        clock.offset_s = match clock.offset_s {
            0 => dice.between(-3, 3),
            1 => dice.between(-90, 90),
            2 => dice.between(120, 1500) * if dice.chance(0.5) { 1 } else { -1 },
            3 => dice.between(1, 9) * 3600 * if dice.chance(0.5) { 1 } else { -1 } + dice.between(-60, 60),
            _ => -dice.between(30, 300) * 86_400,
        };
        if dice.chance(0.2) {
            clock.drift_s_per_day = dice.unit() * 4.0 - 2.0;
        }
        if clock.offset_s.abs() < 1500 && dice.chance(0.25) {
            clock.local = Some(if zone == Tz::UTC { Tz::America__New_York } else { zone });
        }
        if dice.chance(0.4) {
            clock.epoch = Some(if dice.chance(0.6) { Epoch::Zero } else { Epoch::Y2000 });
        }
        clock
    }

    /// What the controller writes for the true time `t`: seconds as if its wall clock were UTC.
    pub fn stamp(&self, t: T) -> u32 {
        if let (Some(epoch), Some(reset)) =
            (self.epoch, self.resets.iter().find(|r| r.from <= t && t < r.until))
        {
            let since = (t - reset.from).num_seconds();
            let base = match epoch {
                Epoch::Zero => 5,
                Epoch::Y2000 => 946_684_800 + 19,
            };
            return u32::try_from(base + since).unwrap_or(0);
        }
        let days = (t - self.set_at).num_seconds() as f64 / 86_400.0;
        let mut secs = t.timestamp() + self.offset_s + (days * self.drift_s_per_day) as i64;
        if let Some(zone) = self.local {
            let offset = zone.offset_from_utc_datetime(&t.naive_utc());
            secs += i64::from(offset.fix().local_minus_utc());
        }
        u32::try_from(secs).unwrap_or(0)
    }

    /// The standby power came back at `t`; the clock is set again after `span`.
    pub fn lost_power(&mut self, t: T, span: TimeDelta) {
        if self.epoch.is_some() {
            self.resets.push(Reset { from: t, until: t + span });
        }
    }

    /// One sentence on what is wrong with it; empty when nothing is.
    pub fn fault(&self) -> String {
        let mut words = Vec::new();
        if self.offset_s.abs() > 5 {
            words.push(format!("{:+} s", self.offset_s));
        }
        if self.drift_s_per_day != 0.0 {
            words.push(format!("drifts {:+.1} s a day", self.drift_s_per_day));
        }
        if let Some(zone) = self.local {
            words.push(format!("runs in {} time", zone.name()));
        }
        if !self.resets.is_empty() {
            words.push(format!("started over {} time(s) after a loss of power", self.resets.len()));
        }
        words.join(", ")
    }
}
