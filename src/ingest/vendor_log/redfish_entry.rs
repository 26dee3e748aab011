//! One `LogEntry` of Redfish, as vendors fill it.

use serde_json::Value;

use super::written::{self, read_stamp};
use crate::ingest::written_time::DayFirst;
use crate::ipmi::sensor_events::sensor_event;
use crate::ipmi::sensor_type::sensor_type_code;
use crate::ipmi::{self, event_from_text};
use crate::model::Stamp;
use crate::model::record::SelEntry;

/// What an entry says.
pub struct RedfishEntry {
    pub stamp: Stamp,
    pub entry: SelEntry,
    /// When the same thing was last seen, where the log counts repeats instead of writing them.
    pub repeated: Option<Stamp>,
}

/// Whether an object is a log entry: something was said at some time.
#[must_use]
pub fn is_entry(object: &Value) -> bool {
    let has = |key: &str| object.get(key).is_some();
    let said = has("Message") || has("MessageId") || has("MessageID");
    let timed = has("Created") || has("EventTimestamp");
    let typed = object
        .get("@odata.type")
        .and_then(Value::as_str)
        .is_none_or(|t| t.starts_with("#LogEntry.") || t.starts_with("#Event"));
    typed && said && (timed || has("EntryType") || has("EventType") || has("EventId"))
}

/// Reads an entry. `Err` names the field that cannot be read.
pub fn read_entry(object: &Value) -> Result<RedfishEntry, &'static str> {
    let text_of = |key: &str| object.get(key).map(words).filter(|text| !text.is_empty());
    // `Created` is when the controller made the entry up for the reader on some makes; the event has a
    // time of its own then.
    let written = text_of("EventTimestamp").or_else(|| text_of("Created"));
    let stamp = match written {
        Some(written) => read_stamp(&written, DayFirst(false)).ok_or("time")?,
        None => Stamp::Missing,
    };
    let mut entry = SelEntry {
        record_id: text_of("Id").or_else(|| text_of("EventId")).and_then(|id| id.parse().ok()),
        sensor: sensor(object),
        message_id: text_of("MessageId").or_else(|| text_of("MessageID")),
        ..SelEntry::default()
    };
    entry.sensor_type = text_of("SensorType").and_then(|name| sensor_type(&name));
    let message = text_of("Message").or_else(|| text_of("Description")).unwrap_or_default();
    entry.text = filled_in(&message, object.get("MessageArgs"));
    let code = text_of("EntryCode").unwrap_or_default();
    match code.to_ascii_lowercase().as_str() {
        "assert" | "asserted" => entry.asserted = Some(true),
        "deassert" | "deasserted" => entry.asserted = Some(false),
        // Other codes are events in words ("Upper Critical - going high").
        _ => set_event(&mut entry, event_from_text(None, &code)),
    }
    if entry.event_type.is_none() {
        let event = event_from_text(entry.sensor_type, &entry.text);
        set_event(&mut entry, event);
    }
    if let Some(data) = event_data(&message) {
        add_event_data(&mut entry, data);
    }
    if entry.message_id.is_none() {
        // XCC: the id of the message, else that of the event, which holds the codes of IPMI.
        entry.message_id = ["LenovoMessageID", "EventID"].into_iter().find_map(text_of_oem(object));
    }
    let raw = ["RawEventData"].into_iter().find_map(text_of_oem(object));
    if let Some(raw) = raw.as_deref().and_then(written::read_raw) {
        written::add_raw(&mut entry, raw);
    }
    let repeated = hpe(object, &mut entry);
    Ok(RedfishEntry { stamp, repeated: repeated.filter(|last| *last != stamp), entry })
}

/// Looks a text up in the vendor's part, one level down.
fn text_of_oem(object: &Value) -> impl Fn(&str) -> Option<String> + '_ {
    move |key| {
        let oem = object.get("Oem")?.as_object()?;
        oem.values().find_map(|vendor| vendor.get(key)).map(words).filter(|text| !text.is_empty())
    }
}

fn set_event(entry: &mut SelEntry, event: Option<(u8, u8)>) {
    if let Some((event_type, offset)) = event {
        entry.event_type = Some(event_type);
        entry.event_offset = Some(offset);
    }
}

/// A text; older iDRACs write `[{"Member": "Assert"}]` where a string belongs.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(words).filter(|item| !item.is_empty()).collect();
            items.join(", ")
        }
        Value::Object(object) => object.get("Member").map(words).unwrap_or_default(),
        Value::Bool(_) | Value::Null => String::new(),
    }
}

/// The code of a sensor type as the schema names it, also without blanks ("PowerUnit").
fn sensor_type(name: &str) -> Option<u8> {
    let mut spaced = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() && spaced.ends_with(|last: char| last.is_ascii_lowercase()) {
            spaced.push(' ');
        }
        spaced.push(c);
    }
    sensor_type_code(name).or_else(|| sensor_type_code(&spaced))
}

/// The sensor by its number, else by the resource that the entry is about, without the part of the
/// path that all resources share.
fn sensor(object: &Value) -> String {
    // 0 and 255 stand for no sensor.
    if let Some(number @ 1..=254) = object.get("SensorNumber").and_then(Value::as_u64) {
        return format!("#0x{number:02x}");
    }
    let origin = object.get("Links").and_then(|links| links.get("OriginOfCondition"));
    let path = origin.and_then(|origin| origin.get("@odata.id").or(Some(origin))).and_then(Value::as_str);
    path.map(|path| path.strip_prefix("/redfish/v1/").unwrap_or(path)).unwrap_or_default().to_owned()
}

/// Puts arguments in the places of `%1`, `%2`, ... if the message still has them.
fn filled_in(message: &str, args: Option<&Value>) -> String {
    let args: Vec<String> = match args {
        Some(Value::Array(args)) if message.contains('%') => args.iter().map(words).collect(),
        _ => return message.to_owned(),
    };
    let mut filled = message.to_owned();
    // From the back, so that %1 does not eat the start of %10.
    for (number, arg) in args.iter().enumerate().take(40).rev() {
        filled = filled.replace(&format!("%{}", number + 1), arg);
    }
    filled
}

/// `0x07FFFF`: a message that is nothing but the three bytes of event data.
fn event_data(message: &str) -> Option<[u8; 3]> {
    let digits = message.strip_prefix("0x").filter(|digits| digits.len() == 6)?;
    let [_, first, second, third] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some([first, second, third])
}

/// Sensor types whose events are (nearly) always sensor-specific: what reports with them uses no
/// generic event type. Power supplies and units, fans and memory do (redundancy, presence, limits), so
/// theirs stay without a type.
const SENSOR_SPECIFIC_TYPES: &[u8] = &[0x07, 0x0f, 0x10, 0x12, 0x13, 0x1d, 0x1f, 0x20, 0x22, 0x23];

fn add_event_data(entry: &mut SelEntry, data: [u8; 3]) {
    entry.event_data = Some(data);
    entry.event_offset = Some(data[0] & 0x0f);
    let specific = entry.sensor_type.filter(|code| SENSOR_SPECIFIC_TYPES.contains(code));
    if let Some(event) = specific.and_then(|code| sensor_event(code, data)) {
        entry.event_type = Some(ipmi::event_text::SENSOR_SPECIFIC);
        entry.text = format!("{} ({})", event.trim_end(), entry.text);
    }
}

/// What HPE adds: the class of the event as the place, class and code as the id that its support pages
/// use, and the last of several occurrences.
fn hpe(object: &Value, entry: &mut SelEntry) -> Option<Stamp> {
    let oem = object.get("Oem")?;
    let hpe = oem.get("Hpe").or_else(|| oem.get("Hp"))?;
    if let (true, Some(class)) = (entry.sensor.is_empty(), hpe.get("ClassDescription")) {
        entry.sensor = words(class);
    }
    let number = |key: &str| hpe.get(key).and_then(Value::as_u64);
    if let (None, Some(class), Some(code)) = (&entry.message_id, number("Class"), number("Code")) {
        entry.message_id = Some(format!("class0x{class:04x}code0x{code:04x}"));
    }
    // A repair moves `Updated`, too.
    let repaired = hpe.get("Repaired").and_then(Value::as_bool).unwrap_or(false);
    let last = hpe.get("Updated").and_then(Value::as_str)?;
    (number("Count")? > 1 && !repaired).then(|| read_stamp(last, DayFirst(false))).flatten()
}
