//! The BMC's clock beside the collector's: how far it is off, and how sure that is.
//!
//! `DateTime` of a manager (DSP2046, schema Manager) counts whole seconds as a rule, in the local time of
//! `DateTimeLocalOffset`. The `Date` header (RFC 9110 §6.6.1) is the web server's clock, in UTC.

use chrono::{DateTime, FixedOffset, NaiveDateTime, Utc};
use serde_json::Value;

use super::answer::Answer;
use crate::collect::wall_clock::WallClock;

/// A clock of the BMC, read once.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockReading {
    /// Path of the resource that shows the clock; `Date` for the header.
    pub source: String,
    /// The time as written.
    pub written: String,
    /// The time zone as written in `DateTimeLocalOffset`.
    pub local_offset: Option<String>,
    /// Half-way between request and answer, by the collector's clock.
    pub at: DateTime<Utc>,
    /// The BMC's time less the collector's, in seconds.
    pub offset_s: f64,
    /// The offset is right within so many seconds.
    pub uncertainty_s: f64,
}

/// The clock that a manager or a log service shows.
pub(super) fn of_resource(
    path: &str,
    resource: &Value,
    answer: &Answer,
    wall: &WallClock,
) -> Option<ClockReading> {
    let text = |key: &str| resource.get(key).and_then(Value::as_str);
    let (written, local_offset) = (text("DateTime")?, text("DateTimeLocalOffset"));
    let time = moment(written, local_offset)?;
    Some(reading(path, written, local_offset, time, answer, wall))
}

/// The clock of the web server.
pub(super) fn of_header(answer: &Answer, wall: &WallClock) -> Option<ClockReading> {
    let written = answer.date.as_deref()?;
    let time = DateTime::parse_from_rfc2822(written).ok()?;
    Some(reading("Date", written, None, time, answer, wall))
}

fn moment(written: &str, local_offset: Option<&str>) -> Option<DateTime<FixedOffset>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(written) {
        return Some(time);
    }
    // Without an offset behind the time, the one beside it counts.
    let naive: NaiveDateTime = written.parse().ok()?;
    let offset: FixedOffset = local_offset?.parse().ok()?;
    naive.and_local_timezone(offset).single()
}

fn reading(
    source: &str,
    written: &str,
    local_offset: Option<&str>,
    time: DateTime<FixedOffset>,
    answer: &Answer,
    wall: &WallClock,
) -> ClockReading {
    let (asked, answered) = (wall.at(answer.asked), wall.at(answer.answered));
    let half_way = (answered - asked) / 2;
    let at = asked + half_way;
    // Digits behind the second are cut off, not rounded: on average half a second has passed since.
    let half_digit = if time.timestamp_subsec_nanos() == 0 { 0.5 } else { 0.0005 };
    let off = (time.with_timezone(&Utc) - at).num_milliseconds();
    ClockReading {
        source: source.to_owned(),
        written: written.to_owned(),
        local_offset: local_offset.map(str::to_owned),
        at,
        offset_s: off as f64 / 1000.0 + half_digit,
        uncertainty_s: half_way.num_microseconds().unwrap_or(i64::MAX) as f64 / 1e6 + half_digit,
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use chrono::TimeZone;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_offset_is_measured_half_way_between_request_and_answer() {
        let instant = Instant::now();
        let utc = Utc.with_ymd_and_hms(2026, 3, 14, 12, 0, 0).unwrap();
        let wall = WallClock { utc, instant };
        let answer = Answer {
            text: String::new(),
            date: Some("Sat, 14 Mar 2026 11:59:00 GMT".to_owned()),
            asked: instant + Duration::from_secs(10),
            answered: instant + Duration::from_secs(12),
        };
        // The middle is 12:00:11; the BMC's clock shows an hour and half a second more.
        for resource in [
            json!({"DateTime": "2026-03-14T07:00:11-06:00", "DateTimeLocalOffset": "-06:00"}),
            json!({"DateTime": "2026-03-14T07:00:11", "DateTimeLocalOffset": "-06:00"}),
            json!({"DateTime": "2026-03-14T13:00:11Z"}),
        ] {
            let clock = of_resource("/m", &resource, &answer, &wall).unwrap();
            assert!((clock.offset_s - 3600.5).abs() < 1e-6, "{clock:?}");
            assert!((clock.uncertainty_s - 1.5).abs() < 1e-6, "{clock:?}");
            assert_eq!(clock.at, utc + chrono::TimeDelta::seconds(11));
        }
        let header = of_header(&answer, &wall).unwrap();
        assert!((header.offset_s + 70.5).abs() < 1e-6, "{header:?}");
        for resource in [json!({}), json!({"DateTime": "N/A"}), json!({"DateTime": "2026-03-14T07:00:11"})] {
            assert_eq!(of_resource("/m", &resource, &answer, &wall), None);
        }
    }
}
