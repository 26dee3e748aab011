//! Lengths of time as people and programs write them.

/// Reads a length of time in seconds: `0:18:50`, `1.02:03:04`, `1 day, 2:03:04`, `3 mins 17 secs`,
/// `12m33s`. A bare number has no unit and is none, unless `unit_seconds` says what it counts.
#[must_use]
pub fn read(text: &str, unit_seconds: Option<f64>) -> Option<i64> {
    let text = text.trim();
    if text.is_empty() || text.len() > 64 {
        return None;
    }
    if let Some(seconds) = clock_face(text) {
        return Some(seconds);
    }
    if let Ok(number) = text.replace(',', ".").parse::<f64>() {
        return whole(number * unit_seconds?);
    }
    in_words(text)
}

/// What a bare number in a column of that name (in normal form) counts, in seconds.
#[must_use]
pub fn unit_of_column(column: &str) -> Option<f64> {
    let last = column.rsplit('_').next().unwrap_or(column);
    match last {
        "s" | "sec" | "secs" | "seconds" | "sekunden" | "secondes" => Some(1.0),
        "m" | "min" | "mins" | "minutes" | "minuten" => Some(60.0),
        "h" | "hr" | "hrs" | "hours" | "stunden" | "heures" => Some(3600.0),
        "ms" => Some(0.001),
        _ => None,
    }
}

fn whole(seconds: f64) -> Option<i64> {
    // A hundred years; what is longer is no run of a job.
    (0.0..3.2e9).contains(&seconds).then_some(seconds as i64)
}

/// `[days]hours:minutes:seconds[.fraction]`, the days followed by a dot, a colon or a word.
fn clock_face(text: &str) -> Option<i64> {
    let (days, clock) = match text.find("day") {
        Some(at) => {
            let rest = text[at + 3..].trim_start_matches('s').trim_start_matches([',', ' ']);
            (text[..at].trim().parse::<i64>().ok()?, rest)
        }
        None => (0, text),
    };
    let mut parts: Vec<&str> = clock.split(':').collect();
    let seconds = parts.pop()?.split(['.', ',']).next()?;
    let minutes = parts.pop()?;
    let hours = parts.pop()?;
    let (more_days, hours) = match (parts.pop(), hours.split_once('.')) {
        (Some(days), _) => (days.parse::<i64>().ok()?, hours),
        (None, Some((days, hours))) => (days.parse().ok()?, hours),
        (None, None) => (0, hours),
    };
    if !parts.is_empty() {
        return None;
    }
    let number = |text: &str| text.trim().parse::<u32>().ok().map(i64::from);
    let (hours, minutes, seconds) = (number(hours)?, number(minutes)?, number(seconds)?);
    let days = days.checked_add(more_days).filter(|days| (0..36_500).contains(days))?;
    (minutes < 60 && seconds < 61).then_some(days * 86_400 + hours * 3600 + minutes * 60 + seconds)
}

/// Numbers, each with its unit behind it.
fn in_words(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut total = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).filter(|end| *end > 0)?;
        let number: f64 = rest[..end].parse().ok()?;
        rest = rest[end..].trim_start();
        let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        total += number * unit_of_word(&rest[..end].to_lowercase())?;
        rest = rest[end..].trim_start_matches([' ', ',', '.']);
        rest = rest.strip_prefix("and ").unwrap_or(rest);
    }
    whole(total)
}

fn unit_of_word(word: &str) -> Option<f64> {
    Some(match word {
        "ms" | "millisecond" | "milliseconds" => 0.001,
        "s" | "sec" | "secs" | "second" | "seconds" | "sek" | "sekunde" | "sekunden" | "seconde"
        | "secondes" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" | "minuten" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" | "std" | "stunde" | "stunden" | "heure" | "heures" => 3600.0,
        "d" | "day" | "days" | "tag" | "tage" | "jour" | "jours" => 86_400.0,
        "w" | "week" | "weeks" | "woche" | "wochen" => 604_800.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn lengths_are_read_in_the_usual_shapes() {
        for (text, seconds) in [
            ("0:18:50", 1130),
            ("00:12:33", 753),
            ("1.02:03:04.5000000", 93_784),
            ("1 day, 2:03:04", 93_784),
            ("0:00:12:40", 760),
            ("3 mins 17 secs", 197),
            ("12m 33s", 753),
            ("1h2m", 3720),
            ("2.5 seconds", 2),
        ] {
            assert_eq!(read(text, None), Some(seconds), "{text}");
        }
    }

    #[test]
    fn a_bare_number_needs_a_unit_from_elsewhere() {
        assert_eq!((read("90", None), read("90", Some(60.0))), (None, Some(5400)));
        for text in ["", "-", "12:33", "soon", "3 apples", "99999999999 days", "-1:00:00"] {
            assert_eq!(read(text, Some(1.0)), None, "{text}");
        }
    }
}
