//! Texts of the journal's export format: values with line breaks in them carry their length, which has to stay true.

/// The format of `journalctl -o export`.
pub const JOURNAL_EXPORT: &str = "linux-journal-export";

/// Bytes of a length: a little-endian number before the value (systemd, "Journal Export Formats").
const LENGTH_BYTES: usize = 8;

/// Passes the text through a function, the values with a length by themselves, and writes their new lengths.
pub fn changed(bytes: &[u8], change: &mut dyn FnMut(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut made = Vec::with_capacity(bytes.len());
    let (mut from, mut at) = (0, 0);
    while at < bytes.len() {
        let end = bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| at + end + 1);
        let Some(value) = value_behind(&bytes[at..end], &bytes[end..]) else {
            at = end;
            continue;
        };
        made.extend(change(&bytes[from..end]));
        let value = change(value);
        made.extend((value.len() as u64).to_le_bytes());
        made.extend(value);
        made.push(b'\n');
        at = end + LENGTH_BYTES + value_length(&bytes[end..]).unwrap_or(0) + 1;
        from = at;
    }
    if from < bytes.len() {
        made.extend(change(&bytes[from..]));
    }
    made
}

/// The value behind a line that is the name of a field alone.
fn value_behind<'a>(line: &[u8], behind: &'a [u8]) -> Option<&'a [u8]> {
    let name = line.strip_suffix(b"\n")?;
    let is_name = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    if name.is_empty() || !name.iter().all(is_name) {
        return None;
    }
    let value = behind.get(LENGTH_BYTES..)?.get(..value_length(behind)?)?;
    (behind.get(LENGTH_BYTES + value.len()) == Some(&b'\n')).then_some(value)
}

fn value_length(bytes: &[u8]) -> Option<usize> {
    let (length, _) = bytes.split_first_chunk::<LENGTH_BYTES>()?;
    usize::try_from(u64::from_le_bytes(*length)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(message: &str, host: &str) -> Vec<u8> {
        let mut bytes = b"__REALTIME_TIMESTAMP=1\nMESSAGE\n".to_vec();
        bytes.extend((message.len() as u64).to_le_bytes());
        bytes.extend(format!("{message}\n_HOSTNAME={host}\n\n").bytes());
        bytes
    }

    #[test]
    fn lengths_follow_what_was_changed() {
        let mut rename = |bytes: &[u8]| {
            let text = String::from_utf8(bytes.to_vec()).expect("lengths are not handed over");
            text.replace("kvm01", "host-a").into_bytes()
        };
        let long = "\nx".repeat(100);
        let made = changed(&entry(&format!("kvm01: oops{long}"), "kvm01"), &mut rename);
        let expected = entry(&format!("host-a: oops{long}"), "host-a");
        assert_eq!(made, expected);
    }

    #[test]
    fn what_is_no_entry_is_passed_as_it_is() {
        for bytes in [&b""[..], b"MESSAGE\n", b"MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xff\n", b"a\nB"] {
            assert_eq!(changed(bytes, &mut <[u8]>::to_vec), bytes);
        }
    }
}
