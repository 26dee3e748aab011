//! Text as it is handed over, before names are looked for: without the escapes that hide them, and without passwords.

use serde_json::Value;

use crate::model::secrets::masked;

/// Bytes in a message that journald writes as numbers; more than these are no text.
const BYTE_MAX: u64 = 255;

/// The text of a file or of a part of the cover page. Ends of lines stay; what is neither hidden nor secret stays byte
/// for byte.
pub fn plain(text: &[u8]) -> Vec<u8> {
    if let Some(document) = whole_document(text) {
        return without_secrets(document.as_bytes());
    }
    let mut out = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let (body, end) = match line {
            [body @ .., b'\r', b'\n'] => (body, &b"\r\n"[..]),
            [body @ .., b'\n'] => (body, &b"\n"[..]),
            body => (body, &b""[..]),
        };
        match unescaped(body) {
            Some(line) => out.extend(without_secrets(line.as_bytes())),
            None => out.extend(without_secrets(body)),
        }
        out.extend_from_slice(end);
    }
    out
}

/// A JSON document of several lines, written anew if something is hidden in it.
fn whole_document(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let starts = text.trim_start().starts_with(['{', '[']);
    if !starts || !text.trim_end().contains('\n') || !may_hide(text.as_bytes()) {
        return None;
    }
    let mut document: Value = serde_json::from_str(text).ok()?;
    arrays_to_text(&mut document);
    serde_json::to_string_pretty(&document).ok().map(|text| text + "\n")
}

/// A line that is a JSON object, written anew if something is hidden in it: letters as `\\u00fc`, or a message as an
/// array of bytes, as journald writes it if it holds a control character.
fn unescaped(line: &[u8]) -> Option<String> {
    if !line.starts_with(b"{") || !may_hide(line) {
        return None;
    }
    let mut object: Value = serde_json::from_slice(line).ok()?;
    arrays_to_text(&mut object);
    serde_json::to_string(&object).ok()
}

fn may_hide(text: &[u8]) -> bool {
    let has_escape = text.windows(2).any(|pair| pair == b"\\u");
    // Looked at from its bracket only: blanks without end must not be looked through from each of them.
    let opens_array = |place: usize| {
        text[place] == b'[' && {
            let next = text[place + 1..].iter().find(|byte| !byte.is_ascii_whitespace());
            next.is_some_and(u8::is_ascii_digit)
        }
    };
    has_escape || (0..text.len()).any(opens_array)
}

fn arrays_to_text(value: &mut Value) {
    match value {
        Value::Array(values) => {
            let byte = |value: &Value| value.as_u64().filter(|byte| *byte <= BYTE_MAX).map(|byte| byte as u8);
            match values.iter().map(byte).collect::<Option<Vec<u8>>>() {
                Some(bytes) if bytes.len() > 1 => {
                    *value = Value::String(String::from_utf8_lossy(&bytes).into())
                }
                _ => values.iter_mut().for_each(arrays_to_text),
            }
        }
        Value::Object(fields) => fields.values_mut().for_each(arrays_to_text),
        _ => {}
    }
}

/// Secrets are masked line by line, as in reports and facts.
fn without_secrets(text: &[u8]) -> Vec<u8> {
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    let safe = |line: &[u8]| masked(&String::from_utf8_lossy(line)).map_or(line.to_vec(), String::into_bytes);
    lines.flat_map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::plain;

    fn text(line: &str) -> String {
        String::from_utf8(plain(line.as_bytes())).unwrap()
    }

    #[test]
    fn what_hides_nothing_stays_byte_for_byte() {
        for line in
            ["Mar  1 02:03:04 kvm07 kernel: [ 1.0] up\r\n", "{\"a\": 1}\n", "", "a\n\nb", "{broken \\u00"]
        {
            assert_eq!(text(line), line);
        }
        assert_eq!(plain(b"\xff\xfe raw\n"), b"\xff\xfe raw\n");
    }

    #[test]
    fn names_in_numbers_and_escapes_become_letters() {
        assert_eq!(text("{\"MESSAGE\":[107, 118,109,55,27]}\n"), "{\"MESSAGE\":\"kvm7\\u001b\"}\n");
        assert_eq!(text("{\"host\":\"m\\u00fchle7\"}"), "{\"host\":\"mühle7\"}");
        assert_eq!(
            text("[\n {\"m\": [104,105]},\n {\"m\": [1]}\n]\n").replace(['\n', ' '], ""),
            "[{\"m\":\"hi\"},{\"m\":[1]}]"
        );
    }

    #[test]
    fn a_megabyte_of_blanks_is_no_wait() {
        let line = format!("{{{}", " ".repeat(1 << 20));
        let begun = std::time::Instant::now();
        assert_eq!(text(&line), line);
        assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
    }

    #[test]
    fn passwords_are_masked() {
        assert_eq!(text("app: password=hunter2secret\n"), "app: password=***\n");
        assert_eq!(text("{\"MESSAGE\":\"password=hunter2\\u0021x\"}\n"), "{\"MESSAGE\":\"password=***\"}\n");
    }
}
