//! Redfish resources: what type a document is, and the resources inside collections.

use serde_json::Value;

use super::json_head::JsonHead;
use super::json_rows::text_at;
use super::sink::Sink;
use crate::ledger::Fate;

/// The type of the resource that a JSON text begins with, without version and namespace
/// (`ComputerSystem`, `LogEntryCollection`). Sees the type of the first element where the text is an array.
#[must_use]
pub fn type_of_head(head: &JsonHead<'_>) -> Option<String> {
    // A type inside `Oem` is of a part; the resource's own is nearer to the root.
    if let Some(written) = head.value("@odata.type", 1) {
        return Some(bare_type(&written));
    }
    if let Some(context) = head.value("@odata.context", 1) {
        return Some(bare_type(context.split("$metadata").nth(1)?));
    }
    // Before Redfish 1.0, iLO 4 wrote its type without a prefix.
    let old = head.value("Type", 0).filter(|_| head.together(&["Type", "links"], 0) == 2)?;
    Some(old.split('.').next()?.to_owned())
}

/// The same for a whole resource.
#[must_use]
pub fn type_of(resource: &Value) -> Option<String> {
    if let Some(written) = text_at(resource, "/@odata.type") {
        return Some(bare_type(&written));
    }
    if let Some(context) = text_at(resource, "/@odata.context") {
        return Some(bare_type(context.split("$metadata").nth(1)?));
    }
    let old = text_at(resource, "/Type").filter(|_| resource.get("links").is_some())?;
    Some(old.split('.').next()?.to_owned())
}

/// `#ComputerSystem.v1_13_0.ComputerSystem` and `#ComputerSystem.ComputerSystem(Id,Name)` → `ComputerSystem`.
fn bare_type(written: &str) -> String {
    let text = written.trim_start_matches('#');
    let text = text.split(['(', '/']).next().unwrap_or(text);
    text.rsplit('.').next().unwrap_or(text).to_owned()
}

/// Hands a resource to `take`, or each of those that a map of host → resource holds, with the name of the
/// host. The best fate is that of the whole.
pub fn each(
    value: &Value,
    sink: &mut Sink<'_>,
    take: fn(Option<&str>, &Value, &mut Sink<'_>) -> Fate,
) -> Fate {
    let typed = |inner: &Value| type_of(inner).is_some();
    match value.as_object() {
        Some(map) if !typed(value) && !map.is_empty() && map.values().all(typed) => {
            let fates: Vec<Fate> = map.iter().map(|(host, inner)| take(Some(host), inner, sink)).collect();
            let best = fates.iter().copied().find(|fate| *fate == Fate::Parsed);
            best.or(fates.first().copied()).unwrap_or(Fate::Ignored("resource-of-another-type"))
        }
        _ => take(None, value, sink),
    }
}

/// Whether a resource is nothing but a link to one that is kept elsewhere.
#[must_use]
pub fn is_link(resource: &Value) -> bool {
    resource.as_object().is_some_and(|object| object.len() == 1 && object.contains_key("@odata.id"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn type_in(text: &str) -> Option<String> {
        type_of_head(&JsonHead::of(text.as_bytes())?)
    }

    #[test]
    fn the_type_is_the_resources_own() {
        for (text, expected) in [
            (
                r##"{"Oem": {"Hpe": {"@odata.type": "#HpeServer.v2.HpeServer"}}, "@odata.type": "#ComputerSystem.v1_13_0.ComputerSystem"}"##,
                "ComputerSystem",
            ),
            (r##"{"@odata.context": "/redfish/v1/$metadata#Chassis.Chassis(Id,Name)"}"##, "Chassis"),
            (
                r##"{"@odata.context": "/redfish/v1/$metadata#Systems/Members/1/$entity", "@odata.type": "#ComputerSystem.1.0.0.ComputerSystem"}"##,
                "ComputerSystem",
            ),
            (r##"{"Type": "ComputerSystem.1.0.1", "links": {}}"##, "ComputerSystem"),
            (r##"[{"@odata.type": "#Manager.v1_5_1.Manager"}]"##, "Manager"),
        ] {
            assert_eq!(type_in(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(type_in(r#"{"name": "left-pad"}"#), None);
    }
}
