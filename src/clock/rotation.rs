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
    for ending in [".gz", ".bz2", ".xz", ".zst"] {
        bare = bare.strip_suffix(ending).unwrap_or(bare);
    }
    if let Some((base, number)) = bare.rsplit_once('.')
        && number.len() <= 4
        && let Ok(number) = number.parse()
    {
        return (base.to_owned(), Part::Numbered(std::cmp::Reverse(number)));
    }
    if let Some((base, date)) = bare.rsplit_once(['-', '.'])
        && date.len() == 8
        && let Ok(date) = date.parse::<u32>()
        && (19_700_101..=21_001_231).contains(&date)
    {
        return (base.to_owned(), Part::Dated(date));
    }
    (bare.to_owned(), Part::Current)
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
    }
}
