//! One entry of a log: its JSON, and what it is known by from one run to the next.

use chrono::DateTime;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What an entry is known by.
pub type Identity = [u8; 16];

/// The identity of an entry of a log: the first half of a SHA-256 over the log's path, and what the entry says
/// of itself.
///
/// It does not hang on the place in the log, nor on texts that a firmware update words anew (`Name`,
/// `Description`, `Resolution`). What HPE counts up in place (`Count`, `Updated`) belongs to it: the entry then
/// says something new. `EventTimestamp` goes before `Created`, which some makers set when they are asked.
#[must_use]
pub fn entry_identity(log: &str, entry: &Value) -> Identity {
    let hpe = entry.get("Oem").and_then(|oem| oem.get("Hpe").or_else(|| oem.get("Hp")));
    let counted = |key: &str| text(hpe.and_then(|hpe| hpe.get(key)));
    identity_of(log, entry, &counted("Count"), &counted("Updated"))
}

/// The identity that an entry keeps when the BMC counts another occurrence of it.
fn lasting_identity(log: &str, entry: &Value) -> Identity {
    identity_of(log, entry, "", "")
}

fn identity_of(log: &str, entry: &Value, count: &str, updated: &str) -> Identity {
    parts_identity([
        log,
        &text(entry.get("Id").or_else(|| entry.get("@odata.id"))),
        &text(entry.get("EventTimestamp").or_else(|| entry.get("Created"))),
        &text(entry.get("MessageId")),
        &text(entry.get("Message")),
        count,
        updated,
    ])
}

fn text(value: Option<&Value>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

fn parts_identity<'p>(parts: impl IntoIterator<Item = &'p str>) -> Identity {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let mut identity = Identity::default();
    for (own, byte) in identity.iter_mut().zip(hash.finalize()) {
        *own = byte;
    }
    identity
}

/// An entry as it came.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub json: String,
    pub identity: Identity,
    pub place: Place,
}

/// What tells where in the log an entry belongs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// What the entry is known by however often it is counted up.
    pub lasting: Identity,
    /// Seconds since 1970 by the BMC's clock.
    pub time: Option<i64>,
    /// `Id`, where it is a number.
    pub number: Option<u64>,
}

impl Entry {
    /// `Err` if the JSON is nothing but a link to the entry.
    pub fn of(log: &str, json: &str) -> Result<Self, Link> {
        let Ok(value) = serde_json::from_str::<Value>(json) else {
            // Nested too deep, or a number out of range: kept as it is, and known by all of it.
            let identity = parts_identity([log, json]);
            return Ok(Self {
                json: json.to_owned(),
                identity,
                place: Place { lasting: identity, time: None, number: None },
            });
        };
        if let Some(link) = lone_link(&value) {
            return Err(Link(link.to_owned()));
        }
        let identity = entry_identity(log, &value);
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        let time = ["EventTimestamp", "Created"].into_iter().find_map(text);
        let time = time.and_then(|time| DateTime::parse_from_rfc3339(time).ok()).map(|time| time.timestamp());
        let number = text("Id").and_then(|id| id.parse().ok());
        Ok(Self {
            json: json.to_owned(),
            identity,
            place: Place { lasting: lasting_identity(log, &value), time, number },
        })
    }
}

/// A link that stands where the thing itself may stand.
pub(super) struct Link(pub String);

/// The target of a member that is nothing but a link.
pub(super) fn lone_link(member: &Value) -> Option<&str> {
    let object = member.as_object()?;
    let is_note = |key: &String| key.starts_with('@') || key.contains("@odata");
    object.keys().all(is_note).then(|| super::link::target(member)).flatten()
}

/// Which end of a log comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As iDRACs give their lifecycle log.
    NewestFirst,
    /// As iLOs and OpenBMC give theirs.
    OldestFirst,
}

impl Order {
    /// The order by times, else by numbers; `None` if neither tells, or if they contradict each other.
    pub(super) fn of(places: &[Place]) -> Option<Self> {
        let times: Vec<i64> = places.iter().filter_map(|place| place.time).collect();
        let numbers: Vec<u64> = places.iter().filter_map(|place| place.number).collect();
        direction(&times).or_else(|| direction(&numbers))
    }
}

/// A clock that was set back in between does not turn a log over: the ends count, and most of the steps.
fn direction<T: PartialOrd>(values: &[T]) -> Option<Order> {
    let (first, last) = (values.first()?, values.last()?);
    let pairs = values.iter().zip(values.iter().skip(1));
    let (up, down) =
        pairs.fold((0, 0), |(up, down), (a, b)| (up + u32::from(a < b), down + u32::from(a > b)));
    if first < last && up > down {
        Some(Order::OldestFirst)
    } else if first > last && down > up {
        Some(Order::NewestFirst)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn places(entries: &[(&str, &str)]) -> Vec<Place> {
        let entry = |(id, created): &(&str, &str)| {
            let json = json!({"Id": id, "Created": created, "Message": "m"}).to_string();
            Entry::of("/log", &json).ok().map(|entry| entry.place)
        };
        entries.iter().filter_map(entry).collect()
    }

    #[test]
    fn identity_hangs_on_what_is_said_and_not_on_its_form() {
        let entry =
            json!({"Id": "1", "Created": "2026-03-14T02:11:00Z", "MessageId": "PSU0003", "Message": "lost"});
        let own = entry_identity("/log", &entry);
        // Kept logs are known by it: it must never change.
        assert_eq!(
            own.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
            "a3d54bd2c177f89f30cbf58d9afc4438"
        );
        let mut other = entry.clone();
        other["Name"] = json!("Log Entry 1");
        assert_eq!(entry_identity("/log", &other), own);
        for (key, value) in [("Id", "2"), ("Created", "x"), ("MessageId", "x"), ("Message", "x")] {
            let mut other = entry.clone();
            other[key] = json!(value);
            assert_ne!(entry_identity("/log", &other), own, "{key}");
        }
        assert_ne!(entry_identity("/log2", &entry), own);
        let mut counted = entry.clone();
        counted["Oem"] = json!({"Hpe": {"Count": 2}});
        assert_ne!(entry_identity("/log", &counted), own);
    }

    #[test]
    fn the_order_is_told_by_times_then_by_numbers() {
        let (early, late) = ("2026-03-14T02:11:00-06:00", "2026-03-14T02:12:00-06:00");
        for (entries, order) in [
            (vec![("1", early), ("2", late)], Some(Order::OldestFirst)),
            (vec![("2", late), ("1", early)], Some(Order::NewestFirst)),
            (vec![("1", "n/a"), ("2", "n/a")], Some(Order::OldestFirst)),
            (vec![("9", early), ("8", early)], Some(Order::NewestFirst)),
            (vec![("a", early), ("b", early)], None),
            (vec![("1", early)], None),
            (vec![], None),
        ] {
            assert_eq!(Order::of(&places(&entries)), order, "{entries:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_an_entry_or_a_link(text in "\\PC*", key in "(Id|Created|Message|@odata.id|Oem|Hpe)") {
            for json in [text.clone(), json!({&key: text}).to_string(), json!({&key: {&key: [text]}}).to_string()] {
                if let Ok(entry) = Entry::of("/log", &json) {
                    proptest::prop_assert_eq!(entry.json, json);
                }
            }
        }
    }
}
