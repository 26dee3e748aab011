//! Times, message ids and raw bytes as vendors' logs write them.

use chrono::{Datelike, NaiveDateTime};

use crate::ingest::written_time::{self, DayFirst};
use crate::ipmi::sel_time::LAST_SINCE_INIT;
use crate::ipmi::{self, SelRecord};
use crate::model::Stamp;
use crate::model::record::SelEntry;

/// Before this year no controller of today had been built: a clock that shows an earlier date was never
/// set.
const FIRST_YEAR: i32 = 2004;

/// A date and time on the BMC's clock. Up to 20000000h seconds after 1970 it counts from the start of
/// the controller (IPMI v2.0 §37).
#[must_use]
pub fn on_bmc_clock(at: NaiveDateTime) -> Stamp {
    match u32::try_from(at.and_utc().timestamp()) {
        Ok(seconds) if seconds <= LAST_SINCE_INIT => Stamp::SinceBmcInit { seconds },
        _ => Stamp::Bmc(at),
    }
}

/// Reads a date and time of a controller's log: [`Stamp::Zoned`] with an offset or `Z`, else the BMC's
/// clock; dates of a clock that was never set are the BMC's whatever zone stands behind them. Words
/// without a digit ("System Boot", "[NOT SET]", dashes) and dates of zeros are [`Stamp::Missing`]. `None`:
/// not a time.
#[must_use]
pub fn read_stamp(text: &str, day_first: DayFirst) -> Option<Stamp> {
    let text = text.trim().trim_matches('"').trim();
    if text.len() > 64 {
        return None;
    }
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return (!text.is_empty() && text.len() <= 32).then_some(Stamp::Missing);
    }
    if ["0000-00-00", "00/00/0000", "00/00/00 "].iter().any(|unset| text.starts_with(unset)) {
        return Some(Stamp::Missing);
    }
    let ordered = year_after_day(text);
    match written_time::read(ordered.as_deref().unwrap_or(text), day_first)? {
        Stamp::Local(at) => Some(on_bmc_clock(at)),
        Stamp::Zoned(at) if at.year() < FIRST_YEAR => Some(on_bmc_clock(at.naive_utc())),
        other => Some(other),
    }
}

/// `Fri Apr 22 15:42:11 2011` (as `asctime` writes it, maybe with a zone before the year) and
/// `Fri Apr 22 2011 15:42:11` as `Apr 22 2011 15:42:11`.
fn year_after_day(text: &str) -> Option<String> {
    let mut parts: Vec<&str> = text.split_whitespace().collect();
    let is_weekday = |part: &str| {
        let part = part.trim_end_matches(',').to_ascii_lowercase();
        ["sun", "mon", "tue", "wed", "thu", "fri", "sat"].iter().any(|day| part.starts_with(day))
    };
    if parts.first().is_some_and(|part| is_weekday(part)) {
        parts.remove(0);
    }
    let [month, day, rest @ ..] = parts.as_slice() else { return None };
    written_time::month_of(month)?;
    let year = rest.iter().find(|part| part.len() == 4 && part.bytes().all(|b| b.is_ascii_digit()))?;
    let clock = rest.iter().find(|part| part.contains(':'))?;
    let half = rest.iter().find(|part| matches!(**part, "AM" | "PM" | "am" | "pm")).copied();
    Some(format!("{month} {} {year} {clock} {}", day.trim_end_matches(','), half.unwrap_or_default()))
}

/// An id of a message registry that leads a text: `PSU0003: ...`, `CPU0000 - ...`. Letters in upper
/// case, then three or four digits.
#[must_use]
pub fn leading_message_id(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    let id = &text[..end];
    is_message_id(id).then_some(id).filter(|_| matches!(text.as_bytes().get(end), Some(b':' | b' ')))
}

/// Whether a word is such an id.
#[must_use]
pub fn is_message_id(word: &str) -> bool {
    let letters = word.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = word.len() - letters;
    (2..=4).contains(&letters)
        && (3..=4).contains(&digits)
        && word[letters..].bytes().all(|byte| byte.is_ascii_digit())
}

/// Sixteen bytes in hexadecimal, with blanks or commas between them and `0x` before each or not.
#[must_use]
pub fn read_raw(text: &str) -> Option<[u8; 16]> {
    let mut raw = [0; 16];
    let mut words = text.split([' ', ',', '\t']).filter(|word| !word.is_empty());
    for byte in &mut raw {
        let word = words.next()?;
        let digits = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")).unwrap_or(word);
        *byte = u8::from_str_radix(digits, 16).ok().filter(|_| (1..=2).contains(&digits.len()))?;
    }
    words.next().is_none().then_some(raw)
}

/// Adds to an entry what its raw record says; the vendor's words stay.
pub fn add_raw(entry: &mut SelEntry, raw: [u8; 16]) {
    let record: SelRecord = ipmi::decode(&raw);
    entry.raw = Some(raw);
    entry.record_type = Some(record.record_type);
    if !record.is_oem() {
        entry.sensor_type = Some(record.sensor_type);
        entry.event_type = Some(record.event_type);
        entry.event_offset = Some(record.offset());
        entry.asserted = Some(!record.deasserted);
        entry.event_data = Some(record.event_data);
    }
    if entry.sensor.is_empty() {
        entry.sensor = ipmi::sensor_text(&record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Stamp> {
        read_stamp(text, DayFirst(false))
    }

    fn bmc(text: &str) -> Option<Stamp> {
        Some(Stamp::Bmc(text.parse().unwrap()))
    }

    #[test]
    fn times_of_vendors_are_read() {
        assert_eq!(read("Fri Apr 22 15:42:11 2011"), bmc("2011-04-22T15:42:11"));
        assert_eq!(read("Tue Nov 05 2013 06:43:36"), bmc("2013-11-05T06:43:36"));
        assert_eq!(read("11/05/2013 06:43:36"), bmc("2013-11-05T06:43:36"));
        assert_eq!(read("2014-02-05 19:58:15"), bmc("2014-02-05T19:58:15"));
        assert_eq!(read("Thu Apr 24 2014 01:05:06 PM"), bmc("2014-04-24T13:05:06"));
        assert!(matches!(read("2014-08-12T01:17:43-0500"), Some(Stamp::Zoned(_))));
        assert_eq!(read("System Boot"), Some(Stamp::Missing));
        assert_eq!(read("-- --  -- --:--:-- ----"), Some(Stamp::Missing));
        assert_eq!(read("0000-00-00T00:00:00Z"), Some(Stamp::Missing));
        assert_eq!(read("13 apples"), None);
    }

    #[test]
    fn a_clock_that_was_never_set_is_the_controllers_own() {
        assert_eq!(read("1970-01-01T00:00:19Z"), Some(Stamp::SinceBmcInit { seconds: 19 }));
        assert_eq!(read("1999-12-31T12:00:39+00:00"), bmc("1999-12-31T12:00:39"));
    }

    #[test]
    fn ids_lead_or_do_not() {
        assert_eq!(leading_message_id("PSU0003: lost"), Some("PSU0003"));
        assert_eq!(leading_message_id("SEL0001 x"), Some("SEL0001"));
        for text in ["CPU 1 failed", "DDR4 fault", "PSU0003x", "psu0003: x", "A1234 b"] {
            assert_eq!(leading_message_id(text), None, "{text}");
        }
    }
}
