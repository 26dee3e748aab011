//! Redfish resources in a file: one, an array, a map of host → resource, or one after the other. Says which type
//! the outermost is by the head of the file alone, and books what is no JSON with the place of the fault.

use serde_json::Value;

use super::sink::Sink;
use crate::ledger::{Fate, Reason};

/// The type name (`Power` of `#Power.v1_5_0.Power`) of the outermost resource that the head of a JSON text
/// shows; `None` if it shows none.
#[must_use]
pub fn outermost_type(head: &[u8]) -> Option<String> {
    let start =
        head.iter().position(|byte| !byte.is_ascii_whitespace() && !matches!(byte, 0xef | 0xbb | 0xbf))?;
    if !matches!(head[start], b'{' | b'[') {
        return None;
    }
    let mut depth = 0_usize;
    let mut found: Option<(usize, String)> = None;
    let mut at = start;
    while at < head.len() {
        match head[at] {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'"' => {
                let end = string_end(head, at)?;
                let is_type = &head[at + 1..end] == b"@odata.type";
                at = end;
                if is_type && found.as_ref().is_none_or(|(known, _)| depth < *known) {
                    let value = type_value(head, end + 1)?;
                    found = Some((depth, value));
                    if depth <= 1 {
                        break;
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
    found.map(|(_, name)| name)
}

/// Where the string that opens at `from` closes.
fn string_end(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from + 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

fn type_value(text: &[u8], from: usize) -> Option<String> {
    let open = from + memchr::memchr(b'"', text.get(from..(from + 64).min(text.len()))?)?;
    let end = string_end(text, open)?;
    Some(type_name(std::str::from_utf8(&text[open + 1..end]).ok()?).to_owned())
}

/// `Power` of `#Power.v1_5_0.Power`.
fn type_name(written: &str) -> &str {
    written.trim_start_matches('#').rsplit('.').next().unwrap_or(written)
}

/// The type name of a resource.
#[must_use]
pub fn type_of(resource: &Value) -> Option<&str> {
    resource.get("@odata.type").and_then(Value::as_str).map(type_name)
}

/// Hands each resource of a file to `take`, with the host that a map names it by, and books the bytes. What
/// stands before a fault is read where it is whole; the rest is not understood.
pub fn each_resource(
    content: &[u8],
    sink: &mut Sink<'_>,
    mut take: impl FnMut(&Value, Option<&str>, &mut Sink<'_>),
) {
    let bom = if content.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    if bom > 0 {
        sink.claim(&content[..bom], 1, Fate::Ignored("byte-order-mark"));
    }
    let body = &content[bom..];
    let mut documents = serde_json::Deserializer::from_slice(body).into_iter::<Value>();
    let mut done = 0;
    let mut line = 1_u64;
    while let Some(document) = documents.next() {
        match document {
            Ok(document) => {
                let end = documents.byte_offset();
                let piece = &body[done..end];
                sink.claim(piece, line, Fate::Parsed);
                line += piece.iter().filter(|byte| **byte == b'\n').count() as u64;
                done = end;
                visit(&document, None, sink, &mut take);
            }
            Err(error) => {
                quarantine(&body[done..], line, &error, sink);
                return;
            }
        }
    }
    let rest = &body[done..];
    if !rest.is_empty() {
        sink.claim(rest, line, Fate::Ignored("blank-line"));
    }
}

/// Books what is no JSON in two pieces, so that the second one's quote stands where the fault is and says what.
fn quarantine(rest: &[u8], line: u64, error: &serde_json::Error, sink: &mut Sink<'_>) {
    let reason = if error.is_eof() { Reason::Truncated } else { Reason::BadField("JSON") };
    let lines_before = (error.line() as u64).saturating_sub(line);
    let start = memchr::memchr_iter(b'\n', rest)
        .nth(usize::try_from(lines_before.saturating_sub(1)).unwrap_or(usize::MAX))
        .filter(|_| lines_before > 0)
        .map_or(0, |at| at + 1);
    let (before, behind) = rest.split_at(start);
    if !before.is_empty() {
        sink.claim(before, line, Fate::Quarantined(reason));
    }
    sink.account.at_line(error.line() as u64);
    let first = behind.split(|byte| *byte == b'\n').next().unwrap_or(behind);
    let said = format!("no JSON: {error}: {}", String::from_utf8_lossy(first).trim());
    sink.account.book_counted(said.as_bytes(), behind.len() as u64, Fate::Quarantined(reason));
}

/// Nesting that a file can have around its resources.
fn visit(
    value: &Value,
    host: Option<&str>,
    sink: &mut Sink<'_>,
    take: &mut impl FnMut(&Value, Option<&str>, &mut Sink<'_>),
) {
    match value {
        Value::Object(map) if map.contains_key("@odata.type") => take(value, host, sink),
        Value::Object(map) => {
            for (name, inner) in map {
                visit(
                    inner,
                    Some(name).filter(|_| inner.is_object()).map(String::as_str).or(host),
                    sink,
                    take,
                );
            }
        }
        Value::Array(items) => items.iter().for_each(|item| visit(item, host, sink, take)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outermost_type_counts_wherever_it_stands() {
        for (text, name) in [
            (r##"{"@odata.type": "#Power.v1_5_0.Power"}"##, Some("Power")),
            (
                r##"{"a": {"@odata.type": "#X.v1.Y"}, "@odata.type": "#Chassis.v1_2_0.Chassis"}"##,
                Some("Chassis"),
            ),
            (r##"[{"k": "\"{{", "@odata.type":"#Power.v1_5_0.Power"}"##, Some("Power")),
            (r##"{"kvm01": {"@odata.type": "#Power.v1_5_0.Power"}}"##, Some("Power")),
            (r##"{"a": 1}"##, None),
            ("@odata.type", None),
            (r##"{"@odata.type": "##, None),
            (r##"{"\"##, None),
        ] {
            assert_eq!(outermost_type(text.as_bytes()).as_deref(), name, "{text}");
        }
    }
}
