//! The offset of a BMC's clock, from what both clocks saw.
//!
//! A BMC keeps its own time: minutes or hours off, in local time with or without summer time,
//! drifting, set in between, or started over after a loss of power. Starts of the system appear in
//! the SEL and in the host's own records; the offset under which most of them agree is the one.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{SelHint, site};
use crate::model::{Moment, Stamp};

/// One SEL entry, as far as the clock is concerned.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub stamp: Stamp,
    pub hint: SelHint,
}

/// The resolved times of one SEL.
#[derive(Debug, Clone, Default)]
pub struct Alignment {
    pub moments: Vec<Option<Moment>>,
    /// BMC clock minus UTC at the end of the log, seconds.
    pub offset_s: Option<f64>,
    pub uncertainty_s: Option<f64>,
    pub note: String,
    /// Whether anything tied the two clocks together.
    pub tied: bool,
    readings: Vec<Reading>,
}

/// What is known of an entry's time before the offset is applied.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Reading {
    /// Naive seconds of the BMC's clock.
    written: Option<i64>,
    /// Seconds since the BMC's start, for entries before its clock was set.
    since_init: Option<i64>,
    resolved: Option<i64>,
    slack: i64,
}

/// Two sightings of one boot lie this close once the offset is right: firmware, self tests and the
/// boot loader run between them.
const SAME_BOOT_SECONDS: i64 = 300;
/// Readings of a clock that differ by less are of one that merely drifts.
pub const STEADY_SECONDS: f64 = 300.0;
/// Largest offset that is believed without other evidence: a zone and a day's slip.
const OFFSET_SECONDS_MAX: i64 = 26 * 3600;
/// Largest offset of a clock that was never set.
const OFFSET_SECONDS_UNSET: i64 = 500 * 86_400;
/// A step back by more than this within a log is a clock that was set.
const STEP_BACK_SECONDS: i64 = 7200;
/// Least uncertainty that is claimed.
const SLACK_SECONDS_MIN: i64 = 90;

/// A boot seen by both clocks.
#[derive(Debug, Clone, Copy)]
struct Tie {
    written: i64,
    /// BMC minus UTC.
    offset: i64,
}

/// Resolves the entries of one SEL (in record order) against the host's boots (seconds of Unix
/// time, sorted).
#[must_use]
pub fn align(
    entries: &[Entry],
    boots: &[i64],
    window: Option<(DateTime<Utc>, DateTime<Utc>)>,
    site_zone: Tz,
    declared: Option<i64>,
) -> Alignment {
    let mut readings: Vec<Reading> = entries.iter().map(read).collect();
    mark_unset_clock(&mut readings, window);
    let epochs = epochs(&readings);
    let mut zone = Tz::UTC;
    let mut ties: Vec<Tie> = Vec::new();
    if let Some(declared) = declared {
        ties.push(Tie { written: 0, offset: declared });
    } else {
        let signs = |hints: &[SelHint]| -> Vec<i64> {
            let pairs = entries.iter().zip(&readings);
            pairs
                .filter(|(entry, _)| hints.contains(&entry.hint))
                .filter_map(|(_, reading)| reading.written)
                .collect()
        };
        (zone, ties) = best_zone(&signs(&[SelHint::BootSign]), boots, site_zone);
        if ties.len() < 2 {
            // Some BMCs do not write down starts at all. What happens around starts will do, if two
            // boots agree on it.
            let (near_zone, near) =
                best_zone(&signs(&[SelHint::BootSign, SelHint::NearBoot]), boots, site_zone);
            if near.len() >= 2 {
                (zone, ties) = (near_zone, near);
            }
        }
    }
    for (start, end) in epochs {
        apply(&mut readings[start..end], &ties, zone);
    }
    place_by_order(&mut readings, entries, boots);
    let mut alignment = Alignment { tied: !ties.is_empty(), readings, ..Alignment::default() };
    alignment.describe(&ties, zone, declared.is_some());
    alignment.finish();
    alignment
}

fn read(entry: &Entry) -> Reading {
    let (written, since_init) = match entry.stamp {
        Stamp::Bmc(at) | Stamp::Local(at) => (Some(at.and_utc().timestamp()), None),
        Stamp::Zoned(at) => (Some(at.timestamp()), None),
        Stamp::SinceBmcInit { seconds } => (None, Some(i64::from(seconds))),
        _ => (None, None),
    };
    Reading { written, since_init, resolved: None, slack: SLACK_SECONDS_MIN }
}

/// A date years away from the fleet's is a clock that was not set: only its order counts.
fn mark_unset_clock(readings: &mut [Reading], window: Option<(DateTime<Utc>, DateTime<Utc>)>) {
    let Some((from, to)) = window else { return };
    let (low, high) = (from.timestamp() - 300 * 86_400, to.timestamp() + 300 * 86_400);
    for reading in readings {
        if let Some(written) = reading.written
            && !(low..=high).contains(&written)
        {
            reading.since_init = Some(written);
            reading.written = None;
        }
    }
}

/// Stretches of entries without a step back of the clock.
fn epochs(readings: &[Reading]) -> Vec<(usize, usize)> {
    let mut epochs = Vec::new();
    let mut start = 0;
    let mut last: Option<i64> = None;
    for (index, reading) in readings.iter().enumerate() {
        if let (Some(before), Some(now)) = (last, reading.written)
            && now < before - STEP_BACK_SECONDS
        {
            epochs.push((start, index));
            start = index;
        }
        last = reading.written.or(last);
    }
    epochs.push((start, readings.len()));
    epochs
}

/// Tries UTC, the site's zone and two common ones; the one that ties most boots wins, UTC on a tie.
fn best_zone(signs: &[i64], boots: &[i64], site_zone: Tz) -> (Tz, Vec<Tie>) {
    let mut best: (Tz, Vec<Tie>) = (Tz::UTC, Vec::new());
    let mut best_score = (0, i64::MIN);
    for zone in [Tz::UTC, site_zone, Tz::Europe__Berlin, Tz::America__New_York] {
        let in_zone: Vec<(i64, i64)> =
            signs.iter().filter_map(|sign| site::to_utc(zone, *sign).map(|utc| (*sign, utc))).collect();
        let ties = tie(&in_zone, boots);
        let spread = ties.iter().map(|tie| tie.offset).max().unwrap_or(0)
            - ties.iter().map(|tie| tie.offset).min().unwrap_or(0);
        // A zone that needs no jumps in its offset explains more than one that does.
        let score = (ties.len(), -(spread / 1800));
        if score > best_score {
            best_score = score;
            best = (zone, ties);
        }
    }
    best
}

/// Ties signs (written seconds, seconds as if of UTC) to boots: the offset with the most boots
/// first, then what drift and later settings of the clock leave over.
fn tie(signs: &[(i64, i64)], boots: &[i64]) -> Vec<Tie> {
    let near = tie_within(signs, boots, OFFSET_SECONDS_MAX, 1);
    if near.len() >= 3 || near.len() * 2 > boots.len() {
        return near;
    }
    // A clock that nobody ever set may be months off. Believe that only if most boots agree.
    let least = 3.max(boots.len().min(signs.len()) / 2);
    let far = tie_within(signs, boots, OFFSET_SECONDS_UNSET, least);
    if far.len() > near.len() { far } else { near }
}

fn tie_within(signs: &[(i64, i64)], boots: &[i64], offset_max: i64, mut least: usize) -> Vec<Tie> {
    let mut ties: Vec<Tie> = Vec::new();
    let mut free_boots: Vec<i64> = boots.to_vec();
    for _ in 0..4 {
        let Some((offset, count)) = vote(signs, &free_boots, offset_max) else { break };
        if count < least {
            break;
        }
        // A second offset needs more than chance: two boots that agree.
        least = least.max(2);
        let before = free_boots.len();
        take_near(signs, &mut free_boots, offset, &mut ties);
        follow_drift(signs, &mut free_boots, &mut ties);
        if free_boots.len() == before {
            break;
        }
    }
    ties.sort_by_key(|tie| tie.written);
    ties
}

/// The offset under which most boots have a sign nearby; the smallest on a tie.
fn vote(signs: &[(i64, i64)], boots: &[i64], offset_max: i64) -> Option<(i64, usize)> {
    let mut gaps: Vec<(i64, usize)> = Vec::new();
    for (_, sign) in signs {
        for (index, boot) in boots.iter().enumerate() {
            let gap = sign - boot;
            if gap.abs() <= offset_max {
                gaps.push((gap, index));
            }
        }
    }
    gaps.sort_unstable();
    let mut counts = vec![0_usize; boots.len()];
    let mut distinct = 0;
    let mut tail = 0;
    let mut best: Option<(usize, i64)> = None;
    for head in 0..gaps.len() {
        let (gap, boot) = gaps[head];
        counts[boot] += 1;
        distinct += usize::from(counts[boot] == 1);
        while gap - gaps[tail].0 > SAME_BOOT_SECONDS {
            let left = gaps[tail].1;
            counts[left] -= 1;
            distinct -= usize::from(counts[left] == 0);
            tail += 1;
        }
        let middle = (gap + gaps[tail].0) / 2;
        let better = best.is_none_or(|(count, offset)| {
            distinct > count || (distinct == count && middle.abs() < offset.abs())
        });
        if better {
            best = Some((distinct, middle));
        }
    }
    best.map(|(count, offset)| (offset, count))
}

fn take_near(signs: &[(i64, i64)], boots: &mut Vec<i64>, offset: i64, ties: &mut Vec<Tie>) {
    boots.retain(|boot| match nearest(signs, *boot, offset, SAME_BOOT_SECONDS) {
        Some(tie) => {
            ties.push(tie);
            false
        }
        None => true,
    });
}

/// A clock that drifts agrees with itself from one boot to the next.
fn follow_drift(signs: &[(i64, i64)], boots: &mut Vec<i64>, ties: &mut Vec<Tie>) {
    loop {
        let mut found = false;
        boots.retain(|boot| {
            let neighbour = ties.iter().min_by_key(|tie| (tie.written - tie.offset - boot).abs()).copied();
            let Some(neighbour) = neighbour else { return true };
            match nearest(signs, *boot, neighbour.offset, SAME_BOOT_SECONDS * 2) {
                Some(tie) => {
                    ties.push(tie);
                    found = true;
                    false
                }
                None => true,
            }
        });
        if !found {
            return;
        }
    }
}

/// The sign that agrees best with a boot under an offset.
fn nearest(signs: &[(i64, i64)], boot: i64, offset: i64, slack: i64) -> Option<Tie> {
    signs
        .iter()
        .map(|(written, utc)| (*written, utc - boot))
        .filter(|(_, gap)| (gap - offset).abs() <= slack)
        .min_by_key(|(_, gap)| (gap - offset).abs())
        .map(|(written, gap)| Tie { written, offset: gap })
}

/// Applies the offset of the nearest tie (between two that agree, the line through them).
fn apply(readings: &mut [Reading], ties: &[Tie], zone: Tz) {
    if ties.is_empty() {
        return;
    }
    for reading in readings {
        let Some(written) = reading.written else { continue };
        let Some(utc) = site::to_utc(zone, written) else { continue };
        let (offset, slack) = offset_at(ties, written);
        reading.resolved = Some(utc - offset);
        reading.slack = slack;
    }
}

/// Ties whose offsets differ by less than this are joined by a line, others by a step.
const DRIFT_SECONDS_MAX: i64 = 1200;

fn offset_at(ties: &[Tie], written: i64) -> (i64, i64) {
    let after = ties.partition_point(|tie| tie.written < written);
    let next = ties.get(after);
    let before = after.checked_sub(1).and_then(|index| ties.get(index));
    match (before, next) {
        (Some(a), Some(b)) if (a.offset - b.offset).abs() <= DRIFT_SECONDS_MAX => {
            let span = (b.written - a.written).max(1);
            let share = (written - a.written) as f64 / span as f64;
            let offset = a.offset as f64 + (b.offset - a.offset) as f64 * share;
            (offset.round() as i64, (a.offset - b.offset).abs().max(SLACK_SECONDS_MIN))
        }
        (Some(a), Some(b)) => {
            // The clock was set somewhere between; the nearer tie is the better guess.
            let nearer = if written - a.written <= b.written - written { a } else { b };
            (nearer.offset, SLACK_SECONDS_MIN.max(((a.offset - b.offset).abs()).min(3600 * 6)))
        }
        (Some(only), None) | (None, Some(only)) => (only.offset, 2 * SLACK_SECONDS_MIN),
        (None, None) => (0, 12 * 3600),
    }
}

/// Entries without a usable date stand between their neighbours; those before the clock was set
/// keep their distance to the next entry that has a date, or start with a boot in between.
fn place_by_order(readings: &mut [Reading], entries: &[Entry], boots: &[i64]) {
    let mut index = 0;
    while index < readings.len() {
        if readings[index].resolved.is_some() || readings[index].written.is_some() {
            index += 1;
            continue;
        }
        let start = index;
        while index < readings.len() && readings[index].written.is_none() {
            index += 1;
        }
        let before = readings[..start].iter().rev().find_map(|reading| reading.resolved);
        let after = readings[index..].iter().find_map(|reading| reading.resolved);
        place_run(&mut readings[start..index], &entries[start..index], before, after, boots);
    }
}

fn place_run(run: &mut [Reading], entries: &[Entry], before: Option<i64>, after: Option<i64>, boots: &[i64]) {
    let sign = run
        .iter()
        .zip(entries)
        .filter(|(_, entry)| entry.hint == SelHint::BootSign)
        .find_map(|(reading, _)| reading.since_init);
    let in_between: Vec<i64> = boots
        .iter()
        .copied()
        .filter(|boot| before.is_none_or(|at| *boot >= at - 600) && after.is_none_or(|at| *boot <= at + 600))
        .collect();
    let anchor = match (sign, in_between.as_slice()) {
        (Some(sign), [only]) => Some((sign, *only)),
        (Some(sign), [first, ..]) if before.is_some() => Some((sign, *first)),
        _ => None,
    };
    let last = run.iter().rev().find_map(|reading| reading.since_init);
    for reading in run.iter_mut() {
        let at = match (anchor, reading.since_init, after, last) {
            (Some((sign, boot)), Some(since), _, _) if (since - sign).abs() < 86_400 => {
                Some(boot + since - sign)
            }
            (_, Some(since), Some(after), Some(last)) if last - since < 86_400 => {
                Some(after - (last - since) - 1)
            }
            (_, _, Some(after), _) => Some(after - 1),
            _ => before.map(|at| at + 1),
        };
        let bounded = at.map(|at| {
            at.clamp(
                before.unwrap_or(at).min(after.unwrap_or(at)),
                after.unwrap_or(at).max(before.unwrap_or(at)),
            )
        });
        reading.resolved = bounded;
        let room = match (before, after) {
            (Some(before), Some(after)) => (after - before).abs(),
            _ => 86_400,
        };
        reading.slack = if anchor.is_some() { 300 } else { room.clamp(SLACK_SECONDS_MIN, 86_400) };
    }
}

/// The offset that BMCs of the fleet typically have, for those that nothing ties.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Typical {
    pub offset: i64,
    /// Nine in ten are within this.
    pub slack: i64,
    pub of: usize,
}

/// Median and spread over the tied BMCs.
pub fn typical_offset<'a>(alignments: impl Iterator<Item = &'a Alignment>) -> Option<Typical> {
    let mut offsets: Vec<i64> = alignments
        .filter(|alignment| alignment.tied)
        .filter_map(|a| a.offset_s)
        .map(|s| s.round() as i64)
        .collect();
    if offsets.len() < 3 {
        return None;
    }
    offsets.sort_unstable();
    let median = offsets[offsets.len() / 2];
    let mut gaps: Vec<i64> = offsets.iter().map(|offset| (offset - median).abs()).collect();
    gaps.sort_unstable();
    let slack = gaps[(gaps.len() - 1) * 9 / 10].max(SLACK_SECONDS_MIN);
    Some(Typical { offset: median, slack, of: offsets.len() })
}

impl Alignment {
    /// Whether an offset that was measured goes with what ties the two clocks together. One of days is of a clock
    /// that was set at some time, or never.
    #[must_use]
    pub fn may_be(&self, measured_s: f64) -> bool {
        if measured_s.abs() > OFFSET_SECONDS_MAX as f64 {
            return false;
        }
        let inferred = self.offset_s.filter(|_| self.tied);
        inferred.is_none_or(|inferred| (inferred - measured_s).abs() <= STEADY_SECONDS)
    }

    /// Where nothing ties the clocks, takes the BMC for right within what is typical of the fleet.
    pub fn assume_if_unknown(&mut self, typical: &Option<Typical>) {
        if self.tied {
            return;
        }
        // A fleet whose BMCs agree lends its offset; one whose BMCs are all over the place does not.
        let (offset, slack, why) = match typical {
            Some(typical) if typical.slack <= 1800 => {
                (typical.offset, typical.slack, format!("offset assumed as on {} other BMCs", typical.of))
            }
            Some(typical) => (0, typical.slack.max(3600), "offset unknown, taken as 0".to_owned()),
            None => (0, 3600, "offset unknown, taken as 0".to_owned()),
        };
        for reading in &mut self.readings {
            if let Some(written) = reading.written {
                reading.resolved = Some(written - offset);
                reading.slack = slack;
            }
        }
        let readings = self.readings.clone();
        let blank: Vec<Entry> =
            readings.iter().map(|_| Entry { stamp: Stamp::Missing, hint: SelHint::Other }).collect();
        place_by_order(&mut self.readings, &blank, &[]);
        self.offset_s = None;
        self.uncertainty_s = Some(slack as f64);
        self.note = format!("BMC clock: no boot seen by both clocks; {why} ± {slack} s");
        self.finish();
    }

    fn describe(&mut self, ties: &[Tie], zone: Tz, declared: bool) {
        let Some(last) = ties.last() else { return };
        let zone_part = site::to_utc(zone, last.written).map_or(0, |utc| last.written - utc);
        let offset = last.offset + zone_part;
        let near = ties.iter().filter(|tie| (tie.offset - last.offset).abs() <= DRIFT_SECONDS_MAX);
        let (low, high) =
            near.fold((i64::MAX, i64::MIN), |(low, high), tie| (low.min(tie.offset), high.max(tie.offset)));
        let slack = ((high - low) / 2).max(SLACK_SECONDS_MIN);
        self.offset_s = Some(offset as f64);
        self.uncertainty_s = Some(slack as f64);
        let by = if declared {
            "by configuration".to_owned()
        } else {
            format!("from {} boots that both clocks saw", ties.len())
        };
        let local =
            if zone == Tz::UTC { String::new() } else { format!(", in local time of {}", zone.name()) };
        self.note = format!("BMC clock {offset:+} s ± {slack} s{local}, {by}");
    }

    fn finish(&mut self) {
        self.moments = self
            .readings
            .iter()
            .map(|reading| {
                let at = DateTime::from_timestamp(reading.resolved?, 0)?;
                Some(Moment::around(at, TimeDelta::seconds(reading.slack)))
            })
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(seconds: i64, hint: SelHint) -> Entry {
        Entry { stamp: Stamp::Bmc(DateTime::from_timestamp(seconds, 0).unwrap().naive_utc()), hint }
    }

    const T0: i64 = 1_740_000_000;
    const DAY: i64 = 86_400;

    fn resolved(alignment: &Alignment) -> Vec<i64> {
        alignment.moments.iter().map(|moment| moment.unwrap().best.timestamp()).collect()
    }

    #[test]
    fn a_constant_offset_is_found_and_taken_off() {
        let boots = [T0, T0 + 40 * DAY, T0 + 90 * DAY];
        let mut entries: Vec<Entry> =
            boots.iter().map(|at| entry(at + 5000 - 60, SelHint::BootSign)).collect();
        entries.insert(1, entry(T0 + 10 * DAY + 5000, SelHint::Other));
        let alignment = align(&entries, &boots, None, Tz::UTC, None);
        assert!((alignment.offset_s.unwrap() - 5000.0).abs() < 120.0);
        assert!((resolved(&alignment)[1] - (T0 + 10 * DAY)).abs() < 120);
    }

    #[test]
    fn a_bmc_in_local_time_follows_summer_time() {
        // 2025: winter time until 30 March, then summer time.
        let boots = [T0, T0 + 20 * DAY, T0 + 60 * DAY, T0 + 90 * DAY];
        let local = |at: i64| {
            at + i64::from(site::offset_at(Tz::Europe__Berlin, DateTime::from_timestamp(at, 0).unwrap()))
        };
        let mut entries: Vec<Entry> = boots.iter().map(|at| entry(local(*at), SelHint::BootSign)).collect();
        entries.push(entry(local(T0 + 120 * DAY), SelHint::Other));
        let alignment = align(&entries, &boots, None, Tz::UTC, None);
        assert!((resolved(&alignment)[4] - (T0 + 120 * DAY)).abs() < 120, "{}", alignment.note);
    }

    #[test]
    fn entries_before_the_clock_was_set_stand_between_their_neighbours() {
        let boots = [T0, T0 + 30 * DAY];
        let entries = [
            entry(T0, SelHint::BootSign),
            Entry { stamp: Stamp::SinceBmcInit { seconds: 20 }, hint: SelHint::Other },
            entry(T0 + 30 * DAY, SelHint::BootSign),
        ];
        let alignment = align(&entries, &boots, None, Tz::UTC, None);
        let at = resolved(&alignment)[1];
        assert!(at > T0 && at <= T0 + 30 * DAY);
    }

    #[test]
    fn drift_over_a_year_is_followed() {
        let boots: Vec<i64> = (0..12).map(|month| T0 + month * 30 * DAY).collect();
        let entries: Vec<Entry> =
            boots.iter().map(|at| entry(at + 600 + (at - T0) / DAY * 4, SelHint::BootSign)).collect();
        let alignment = align(&entries, &boots, None, Tz::UTC, None);
        for (found, boot) in resolved(&alignment).iter().zip(&boots) {
            assert!((found - boot).abs() < 60);
        }
    }
}
