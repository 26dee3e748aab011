//! Comparing what tools print word by word, so that blanks, case and punctuation do not count.

/// The words of `text`: runs of ASCII letters and digits, in lower case, with the rest of `text` behind
/// each.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
        let after = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        let word = rest.strip_suffix(after).filter(|word| !word.is_empty())?;
        rest = after;
        Some((word, after))
    })
}

/// `text` in lower case, words only, one blank between them.
pub(super) fn normal(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    for (word, _) in words(text) {
        if !normal.is_empty() {
            normal.push(' ');
        }
        normal.extend(word.chars().map(|c| c.to_ascii_lowercase()));
    }
    normal
}

/// Whether both have the same words.
pub(super) fn same_words(one: &str, other: &str) -> bool {
    let lower = |text| words(text).map(|(word, _): (&str, &str)| word);
    let mut others = lower(other);
    lower(one).all(|word| others.next().is_some_and(|other| other.eq_ignore_ascii_case(word)))
        && others.next().is_none()
}

/// What follows the words of `prefix` in `text`, if `text` starts with them.
pub(super) fn strip_leading_words<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let mut ahead = words(text);
    let mut rest = text;
    for (wanted, _) in words(prefix) {
        let (word, after) = ahead.next()?;
        if !word.eq_ignore_ascii_case(wanted) {
            return None;
        }
        rest = after;
    }
    Some(rest)
}
