//! Sets of half-open intervals of seconds.

/// Sorts and joins what overlaps or lies closer than `gap`.
#[must_use]
pub fn join(mut spans: Vec<(i64, i64)>, gap: i64) -> Vec<(i64, i64)> {
    spans.retain(|(from, to)| to >= from);
    spans.sort_unstable();
    let mut out: Vec<(i64, i64)> = Vec::with_capacity(spans.len());
    for (from, to) in spans {
        match out.last_mut() {
            Some((_, end)) if from <= end.saturating_add(gap) => *end = (*end).max(to),
            _ => out.push((from, to)),
        }
    }
    out
}

/// What is in `spans` and not in `holes`; both joined before.
#[must_use]
pub fn subtract(spans: &[(i64, i64)], holes: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut out = Vec::new();
    for &(from, to) in spans {
        let mut start = from;
        for &(hole_from, hole_to) in holes {
            if hole_to <= start || hole_from >= to {
                continue;
            }
            if hole_from > start {
                out.push((start, hole_from));
            }
            start = start.max(hole_to);
        }
        if start < to {
            out.push((start, to));
        }
    }
    out
}

/// The part of `spans` within `[from, to)`.
#[must_use]
pub fn clip(spans: &[(i64, i64)], from: i64, to: i64) -> Vec<(i64, i64)> {
    spans.iter().map(|span| (span.0.max(from), span.1.min(to))).filter(|span| span.0 < span.1).collect()
}

/// Total length in seconds.
#[must_use]
pub fn length(spans: &[(i64, i64)]) -> i64 {
    spans.iter().map(|(from, to)| to - from).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subtract_and_join_are_exact() {
        let spans = join(vec![(0, 10), (12, 20), (30, 40)], 3);
        assert_eq!(spans, [(0, 20), (30, 40)]);
        let left = subtract(&spans, &[(5, 6), (18, 35)]);
        assert_eq!(left, [(0, 5), (6, 18), (35, 40)]);
        assert_eq!(length(&left), 22);
        assert_eq!(clip(&left, 4, 36), [(4, 5), (6, 18), (35, 36)]);
    }
}
