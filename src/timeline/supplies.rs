//! Which power supply an event is about.

use super::event::Event;

/// Whether two losses are of two supplies: by the sensor, or by the number in the words where one sensor stands for
/// all, as in vendors' own logs.
#[must_use]
pub fn are_two(first: &Event, second: &Event) -> bool {
    let number = |event: &Event| -> Option<u32> {
        let lower = event.text.to_lowercase();
        let behind = ["supply ", "supply #", "psu ", "psu", "bay "].iter().filter_map(|word| {
            let (_, rest) = lower.rsplit_once(word)?;
            rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
        });
        behind.into_iter().next()
    };
    match (number(first), number(second)) {
        (Some(one), Some(other)) if first.sensor == second.sensor => one != other,
        _ => first.sensor != second.sensor,
    }
}
