//! Decides by content which format a source has.

use super::formats::{self, Fit, Format, Head};

/// The verdict on a source.
pub enum Recognised {
    Format(&'static dyn Format),
    /// No format fits, or several are equally sure: why, in words.
    None(String),
}

/// What is said of a source without a byte.
pub const EMPTY_FILE: &str = "empty file";

/// Asks every format; the surest wins. Two sure ones is an ambiguity that is reported, never
/// settled silently.
pub fn recognise(bytes: &[u8], size_bytes: Option<u64>) -> Recognised {
    let head = Head::new(bytes, size_bytes);
    if head.is_empty() {
        return Recognised::None(EMPTY_FILE.to_owned());
    }
    if head.iter().all(|byte| *byte == 0) {
        return Recognised::None("nothing but zero bytes".to_owned());
    }
    let fits: Vec<(Fit, &'static dyn Format)> =
        formats::all().map(|format| (format.fit(&head), format)).collect();
    let best = fits.iter().map(|(fit, _)| *fit).max().unwrap_or(Fit::No);
    if best == Fit::No {
        return Recognised::None(describe_unknown(&head));
    }
    let winners: Vec<&'static dyn Format> =
        fits.into_iter().filter(|(fit, _)| *fit == best).map(|(_, format)| format).collect();
    match winners.as_slice() {
        [only] => Recognised::Format(*only),
        several => {
            let ids: Vec<&str> = several.iter().map(|format| format.id()).collect();
            Recognised::None(format!("ambiguous: fits {}", ids.join(" and ")))
        }
    }
}

fn describe_unknown(head: &Head<'_>) -> String {
    let sample = &head[..head.len().min(4096)];
    let binary = sample.iter().filter(|byte| **byte < 9 || (14..32).contains(*byte)).count();
    if let Some(resource) = head.redfish_type() {
        return format!("Redfish {resource}, which is not read");
    }
    if binary * 50 > sample.len() {
        "binary content of no known format".to_owned()
    } else {
        "text of no known format".to_owned()
    }
}
