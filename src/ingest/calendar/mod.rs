//! iCalendar (RFC 5545) as far as announced work needs it: lines, components, times, recurrences.

pub mod lines;
pub mod recurrence;
pub mod times;
pub mod windows_zones;
