//! Watts as tables and tools write them: `212`, `212 W`, `0.21 kW`, `1 234,5`.

/// Cells that say that there is no reading.
const MISSING: &[&str] = &[
    "",
    "-",
    "--",
    "n/a",
    "na",
    "nan",
    "none",
    "null",
    "nil",
    "undefined",
    "missing",
    "unknown",
    "no data",
    "not available",
    "no reading",
    "disabled",
];

/// No machine draws more; what is above is a damaged field.
const WATTS_MAX: f64 = 10_000_000.0;

/// Watts in one unit of that name. `mW` and `MW` differ by their case alone.
#[must_use]
pub fn factor_of(unit: &str) -> Option<f64> {
    match unit {
        "mW" => return Some(0.001),
        "MW" => return Some(1e6),
        _ => {}
    }
    match unit.to_lowercase().as_str() {
        "w" | "watt" | "watts" | "вт" => Some(1.0),
        "kw" | "kilowatt" | "kilowatts" | "квт" => Some(1_000.0),
        "milliwatt" | "milliwatts" => Some(0.001),
        _ => None,
    }
}

/// Reads a cell in units of `factor` watts, unless it names its own. `Ok(None)`: the meter did not answer.
///
/// # Errors
/// If the cell is neither a number nor one of the usual words for none, or no draw of a machine.
pub fn read(cell: &str, factor: f64, decimal_comma: bool) -> Result<Option<f64>, ()> {
    let cell = cell.trim().trim_matches('"').trim();
    let in_bounds = |watts: f64| (0.0..=WATTS_MAX).contains(&watts).then_some(Some(watts)).ok_or(());
    match cell.parse::<f64>() {
        // Meters write -1 for a reading that failed.
        Ok(number) if number.is_nan() || number == -1.0 => return Ok(None),
        Ok(number) => return in_bounds(number * factor),
        _ => {}
    }
    if MISSING.contains(&cell.to_lowercase().as_str()) {
        return Ok(None);
    }
    let is_digit = |c: char| {
        c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+' | '\'' | ' ' | '\u{a0}' | '\u{202f}')
    };
    let (digits, unit) = cell.split_at(cell.find(|c| !is_digit(c)).unwrap_or(cell.len()));
    let number = grouped(digits.trim(), decimal_comma).ok_or(())?;
    let unit = unit.trim();
    let factor = if unit.is_empty() { factor } else { factor_of(unit).ok_or(())? };
    in_bounds(number * factor)
}

/// A number with a decimal comma or with groups of three.
fn grouped(text: &str, decimal_comma: bool) -> Option<f64> {
    let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '\'' | '\u{a0}' | '\u{202f}')).collect();
    let (comma, point) = (plain.rfind(','), plain.rfind('.'));
    let decimal = match (comma, point) {
        (Some(comma), Some(point)) if comma > point => ',',
        (Some(_), None) if decimal_comma || !plain.split(',').skip(1).all(|group| group.len() == 3) => ',',
        _ => '.',
    };
    if plain.matches(decimal).count() > 1 {
        return None;
    }
    let cleaned: String = plain
        .chars()
        .filter(|c| *c == decimal || !matches!(c, ',' | '.'))
        .map(|c| if c == decimal { '.' } else { c })
        .collect();
    cleaned.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_and_meters_write() {
        for (cell, decimal_comma, watts) in [
            ("212", false, Some(212.0)),
            (" 198 W ", false, Some(198.0)),
            ("0.25 kW", false, Some(250.0)),
            ("212,5", false, Some(212.5)),
            ("1,234", false, Some(1234.0)),
            ("1,234", true, Some(1.234)),
            ("1.234,5", true, Some(1234.5)),
            ("1,234.5 Watts", false, Some(1234.5)),
            ("1 234", false, Some(1234.0)),
            ("2.1e+02", false, Some(210.0)),
            ("n/a", false, None),
            ("-1", false, None),
        ] {
            assert_eq!(read(cell, 1.0, decimal_comma), Ok(watts), "{cell}");
        }
        for cell in ["on", "12 V", "1.2.3.4", "-40", "1e300", "inf", "W"] {
            assert_eq!(read(cell, 1.0, false), Err(()), "{cell}");
        }
    }
}
