//! A JSON text on one line, otherwise as sent: numbers keep their digits, members their order.
//!
//! Not handled: what is no JSON stays none; the parser behind says so.

use std::fmt::Write;

/// Takes the blanks between the parts of a JSON text away. A byte order mark goes; bytes that are no UTF-8
/// become U+FFFD, and line ends and other control characters inside strings (not allowed, and sent by some
/// firmware) become escapes.
#[must_use]
pub fn one_line(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body));
    let mut line = String::with_capacity(text.len());
    let (mut in_string, mut escaped) = (false, false);
    for c in text.chars() {
        if !in_string {
            in_string = c == '"';
            if !matches!(c, ' ' | '\t' | '\r' | '\n') {
                line.push(c);
            }
            continue;
        }
        if c.is_ascii_control() && c != '\u{7f}' {
            if escaped {
                // A backslash in front of a bare line end: there is no such escape.
                line.push('\\');
            }
            // Writing to a string cannot fail.
            let _ = write!(line, "\\u{:04x}", u32::from(c));
            escaped = false;
            continue;
        }
        line.push(c);
        in_string = escaped || c != '"';
        escaped = !escaped && c == '\\';
    }
    line
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::one_line;

    #[test]
    fn blanks_go_and_everything_else_stays() {
        for (body, line) in [
            ("\u{feff}{ \"a b\" :\t1.50,\r\n\"c\": [1e2, -0]\n}\n", "{\"a b\":1.50,\"c\":[1e2,-0]}"),
            ("{\"a\": \"x\ny\tz\"}", "{\"a\":\"x\\u000ay\\u0009z\"}"),
            (r#"{"a": "q\" b", "c": "\\" , "d": ""}"#, r#"{"a":"q\" b","c":"\\","d":""}"#),
            ("{\"a\": \"x\\\ny\"}", "{\"a\":\"x\\\\\\u000ay\"}"),
        ] {
            assert_eq!(one_line(body.as_bytes()), line);
            assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
        }
        assert_eq!(one_line(b"\"20 \xb0C\""), "\"20 \u{fffd}C\"");
    }

    proptest! {
        #[test]
        fn the_value_is_the_same_and_stands_on_one_line(text in "\\PC*", key in "[a-z\"\\\\]{0,8}", number: i64) {
            let value = serde_json::json!({ "k": [number, text, null], key: { "x": true } });
            let line = one_line(serde_json::to_string_pretty(&value).unwrap().as_bytes());
            prop_assert!(!line.contains('\n'));
            prop_assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), value);
        }

        #[test]
        fn any_bytes_give_one_line(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(!one_line(&bytes).chars().any(|c| matches!(c, '\n' | '\r')));
        }
    }
}
