//! Looks into the head of a JSON text, which may be cut or broken behind: which members stand together in
//! one object, and what they say. Recognition needs no more.

use std::borrow::Cow;

/// Containers inside each other that are followed; deeper ones end the look.
const DEPTH_MAX: usize = 64;
/// Members that are kept.
const MEMBERS_MAX: usize = 20_000;

/// One member of an object: its key, and its value if that is no container.
struct Member<'a> {
    /// Number of the object that it stands in, in the order in which objects open.
    object: usize,
    /// Containers around that object.
    depth: usize,
    key: &'a [u8],
    value: Option<&'a [u8]>,
}

/// The members found in the head of a JSON text.
pub struct JsonHead<'a> {
    members: Vec<Member<'a>>,
}

impl<'a> JsonHead<'a> {
    /// `None` if the text does not begin as JSON with an object or an array of objects.
    #[must_use]
    pub fn of(head: &'a [u8]) -> Option<Self> {
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        let rest = text.get(1..)?.trim_ascii_start();
        let begins = match text.first()? {
            b'{' => rest.is_empty() || rest.starts_with(b"\"") || rest.starts_with(b"}"),
            b'[' => rest.is_empty() || rest.starts_with(b"{") || rest.starts_with(b"]"),
            _ => false,
        };
        begins.then(|| Self { members: scan(text) })
    }

    /// How many of `keys` stand together in one object, at most `depth_max` containers down.
    #[must_use]
    pub fn together(&self, keys: &[&str], depth_max: usize) -> usize {
        let mut own: Vec<usize> = self
            .members
            .iter()
            .filter(|member| member.depth <= depth_max)
            .filter(|member| keys.iter().any(|key| key.as_bytes() == member.key))
            .map(|member| member.object)
            .collect();
        own.sort_unstable();
        own.chunk_by(|a, b| a == b).map(<[usize]>::len).max().unwrap_or(0)
    }

    /// The first value of that key, in the outermost object that has it, at most `depth_max` containers down.
    #[must_use]
    pub fn value(&self, key: &str, depth_max: usize) -> Option<Cow<'a, str>> {
        let member = self
            .members
            .iter()
            .filter(|member| {
                member.depth <= depth_max && member.key == key.as_bytes() && member.value.is_some()
            })
            .min_by_key(|member| member.depth)?;
        Some(String::from_utf8_lossy(member.value?))
    }
}

/// Walks the text once. Values keep their escapes: what is looked for here has none.
fn scan(text: &[u8]) -> Vec<Member<'_>> {
    let mut members: Vec<Member<'_>> = Vec::new();
    // Per open container: the number of the object, or none for an array.
    let mut open: Vec<Option<usize>> = Vec::new();
    let (mut objects, mut at) = (0, 0);
    let mut awaits_value = false;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'{' | b'[' => {
                if open.len() == DEPTH_MAX {
                    return members;
                }
                open.push((byte == b'{').then_some(objects));
                objects += usize::from(byte == b'{');
                awaits_value = false;
                at += 1;
            }
            b'}' | b']' => {
                open.pop();
                awaits_value = false;
                at += 1;
            }
            b'"' => {
                let Some(end) = string_end(text, at) else { return members };
                let content = &text[at + 1..end - 1];
                at = end;
                if awaits_value {
                    if let Some(member) = members.last_mut() {
                        member.value = Some(content);
                    }
                    awaits_value = false;
                    continue;
                }
                let colon =
                    text[end..].iter().position(|byte| !byte.is_ascii_whitespace()).map(|skip| end + skip);
                let (Some(Some(object)), Some(colon)) = (open.last().copied(), colon) else { continue };
                if text[colon] == b':' {
                    if members.len() == MEMBERS_MAX {
                        return members;
                    }
                    members.push(Member { object, depth: open.len() - 1, key: content, value: None });
                    awaits_value = true;
                    at = colon + 1;
                }
            }
            b',' => {
                awaits_value = false;
                at += 1;
            }
            byte if awaits_value && !byte.is_ascii_whitespace() => {
                let end = text[at..]
                    .iter()
                    .position(|byte| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace())
                    .map_or(text.len(), |len| at + len);
                if let Some(member) = members.last_mut() {
                    member.value = Some(&text[at..end]);
                }
                awaits_value = false;
                at = end.max(at + 1);
            }
            _ => at += 1,
        }
    }
    members
}

/// The end (behind the quote) of the string that opens at `start`.
pub(super) fn string_end(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_members_that_stand_together_even_where_the_text_is_cut() {
        let head = JsonHead::of(br#"[{"a": 1, "b": {"c": "x"}}, {"a": true, "d": "unfin"#).unwrap();
        assert_eq!(head.together(&["a", "b"], 1), 2);
        assert_eq!(head.together(&["a", "c"], 2), 1);
        assert_eq!(head.together(&["c"], 1), 0);
        assert_eq!(head.value("c", 3).as_deref(), Some("x"));
        assert_eq!(head.value("a", 3).as_deref(), Some("1"));
    }

    #[test]
    fn a_broken_value_does_not_hide_what_stands_before_it() {
        let head = JsonHead::of(br##"{"type": "#T.v1", "Name": PS1 Status, "Oem": {}}"##).unwrap();
        assert_eq!(head.value("type", 0).as_deref(), Some("#T.v1"));
        assert_eq!(head.value("Name", 0).as_deref(), Some("PS1"));
    }

    #[test]
    fn what_is_no_json_is_none() {
        for text in ["", "{ x", "[Mon Jan", "kvm01 | SUCCESS => {", "[1, 2]", "{{ template }}"] {
            assert!(JsonHead::of(text.as_bytes()).is_none(), "{text}");
        }
    }
}
