//! Rotated logs: which files are parts of one log, and in which order.

/// Order of a part within its log: older parts come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// `kern.log-20250301`: the date of the rotation.
    Dated(u32),
    /// `kern.log.3`: higher is older.
    Numbered(std::cmp::Reverse<u32>),
    /// `kern.log`: the newest.
    Current,
}

/// Splits a shown path into the log it belongs to and its part: `a/kern.log.2.gz` → `a/kern.log`.
#[must_use]
pub fn split(path: &str) -> (String, Part) {
    let mut bare = path;
    for ending in [".gz", ".bz2", ".xz", ".zst", ".lzma"] {
        bare = bare.strip_suffix(ending).unwrap_or(bare);
    }
    if let Some((base, number)) = bare.rsplit_once('.')
        && number.len() <= 4
        && let Ok(number) = number.parse()
    {
        return (base.to_owned(), Part::Numbered(std::cmp::Reverse(number)));
    }
    let marks = bare.rsplit_once('/').map_or(bare, |(_, name)| name).match_indices(['-', '.']);
    for (at, mark) in marks {
        let at = at + bare.rfind('/').map_or(0, |slash| slash + 1);
        if let Some(date) = rotation_date(&bare[at + mark.len()..]) {
            return (bare[..at].to_owned(), Part::Dated(date));
        }
    }
    (bare.to_owned(), Part::Current)
}

/// The date in a mark of logrotate's `dateformat`: `20250301`, `2025-03-01`, either with an hour or
/// more behind it (`2025030112`, `20250301-120000`). Parts of one day keep the order of their names.
fn rotation_date(mark: &str) -> Option<u32> {
    if !mark.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        return None;
    }
    let digits: String = mark.chars().filter(char::is_ascii_digit).collect();
    let is_whole = matches!(digits.len(), 8 | 10 | 12 | 14);
    let date: u32 = digits.get(..8).filter(|_| is_whole)?.parse().ok()?;
    let (month, day) = (date / 100 % 100, date % 100);
    let is_date =
        (1970..=2100).contains(&(date / 10_000)) && (1..=12).contains(&month) && (1..=31).contains(&day);
    is_date.then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_one_log_are_ordered_from_old_to_new() {
        let mut parts = ["a/kern.log", "a/kern.log.1", "a/kern.log.12.gz", "a/kern.log.2.gz"].map(split);
        parts.sort_by_key(|(_, part)| *part);
        assert!(parts.iter().all(|(base, _)| base == "a/kern.log"));
        assert_eq!(parts[0].1, Part::Numbered(std::cmp::Reverse(12)));
        assert_eq!(parts[3].1, Part::Current);
        assert_eq!(split("kern.log-20250301.gz"), ("kern.log".to_owned(), Part::Dated(20_250_301)));
        for name in ["kern.log-2025-03-01.xz", "kern.log-2025030112", "kern.log-20250301-120000.zst"] {
            assert_eq!(split(name), ("kern.log".to_owned(), Part::Dated(20_250_301)), "{name}");
        }
        assert_eq!(split("a.tar!/b-2025/kern.log"), ("a.tar!/b-2025/kern.log".to_owned(), Part::Current));
        assert_eq!(split("kern.log-99999999").1, Part::Current);
    }
}
